"""The bound of the capacitated p-median by knapsacks: by hand, and against every assignment."""

import itertools

import numpy as np
import pytest

from planner.siting import capacities
from planner.siting.knapsacks import least_loaded, loads
from planner.siting.loading import loaded
from planner.siting.solving import solve
from tests.unit.siting.drawn import problem
from tests.unit.siting.test_capacities import enumerated, town


def plans(table, posed):
    """(cost, ways) of every lawful way to send each reachable demand to one site."""
    need = np.flatnonzero(posed.reachable)
    for ways in itertools.product(range(posed.sites), repeat=len(need)):
        used = set(ways) | set(posed.existing.tolist())
        if len(used) > posed.p or any(table[i, j] < 0 or posed.fixed[j] == -1 for i, j in zip(need, ways, strict=True)):
            continue
        if (np.bincount(ways, posed.weight[need], minlength=posed.sites) <= posed.capacity).all():
            yield sum(posed.weight[i] * table[i, j] for i, j in zip(need, ways, strict=True)), ways


def free(posed):
    return np.where(posed.fixed == 1, 1, np.where(posed.fixed == 0, 0, -1)).astype(np.int32)


def test_loads_are_whole_units_of_reachable_demand():
    posed = problem("capacitated_p_median", [[1, 4], [-1, -1], [1, 3]], weight=[50, 10, 100], capacity=[149.0, 1e9], p=2)
    made = loads(posed)
    assert (made.size.tolist(), made.room.tolist()) == ([1, 2], [2, 3])  # units of 50; no more room than all weight needs
    assert (made.demand.tolist(), made.cost.tolist()) == ([0, 1, 0, 1], [50.0, 100.0, 200.0, 300.0])
    assert loads(problem("capacitated_p_median", [[1]], weight=[0.3], capacity=[1.0], p=1)) is None
    assert loads(problem("capacitated_p_median", [[1], [1]], weight=[1, 99_998], capacity=[1e9], p=1)) is None


def test_whole_loads_bound_more_tightly_than_parts():
    """Two sites of 5, demands of 3, 3 and 3: two fit nowhere together, so two sites cannot serve all, though 9 <= 10."""
    posed = problem("capacitated_p_median", [[1, 2], [1, 2], [1, 2]], weight=[3, 3, 3], capacity=[5.0, 5.0], p=2)
    assert least_loaded(loads(posed), 2, free(posed), target=100.0, stop=40.0).value > 18.0  # all parts served from anywhere: 18 at most


@pytest.mark.parametrize("seed", range(15))
def test_no_plan_costs_less_than_the_bound_and_pairs_lift_it_by_what_is_said(seed):
    table, posed = town("capacitated_p_median", seed)
    made, every = loads(posed), list(plans(table, posed))
    if not every or len(posed.existing) > posed.p:
        return
    best = min(cost for cost, _ in every)
    pair_of = {(int(i), int(j)): e for e, (i, j) in enumerate(zip(made.demand, np.repeat(np.arange(4), np.diff(made.start)), strict=True))}
    for rounds in (1, 10, 500):
        bound = least_loaded(made, posed.p, free(posed), target=best, rounds=rounds)
        assert bound.value <= best + 1e-9
        for cost, ways in every:
            lifted = max((bound.apart[pair_of[k, j]] for k, j in enumerate(ways)), default=0.0)
            assert bound.value + lifted <= cost + 1e-9


@pytest.mark.parametrize("seed", range(30))
def test_as_enumeration_without_needless_pairs(monkeypatch, seed):
    monkeypatch.setattr(capacities, "SMALL", -1)
    table, posed = town("capacitated_p_median", seed)
    wanted, answer = enumerated(table, posed), solve(posed, time_limit_s=20)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    assert wanted is None or answer.objective == pytest.approx(wanted, rel=1e-9)
    hasty = solve(posed, time_limit_s=0.0)
    assert wanted is None or hasty.objective is None or hasty.bound <= wanted <= hasty.objective
    rough = solve(posed, gap=0.3)
    assert wanted is None or rough.bound <= wanted <= rough.objective <= wanted / 0.7 + 1e-9


def test_demand_is_exchanged_to_fit():
    """Two open sites of 5: 3 and 3 come first, one to each; 2 and 2 fill them. Served for least: 3 + 2 at each, their own at cost 0."""
    cells = [[0, 1], [0, 1], [1, 0], [1, 0]]
    posed = problem("capacitated_p_median", cells, weight=[3, 2, 3, 2], capacity=[5.0, 5.0], p=2)
    sites, where = loaded(loads(posed), np.array([True, True]), np.array([True, True]), throws=0, seed=1)
    assert (sites.tolist(), where.tolist()) == ([0, 1], [0, 0, 1, 1])
    assert loaded(loads(problem("capacitated_p_median", [[1], [1]], weight=[3, 3], capacity=[5.0], p=1)), np.array([True]),
                  np.array([True]), throws=3, seed=1) is None


@pytest.mark.parametrize("seed", range(15))
def test_what_is_loaded_keeps_the_rules_and_moves_no_fixed_site(seed):
    table, posed = town("capacitated_p_median", seed)
    made, every = loads(posed), list(plans(table, posed))
    opened = posed.fixed == 1
    spare = np.flatnonzero(posed.fixed == 0)[:max(0, posed.p - int(opened.sum()))]
    opened[spare] = True
    found = loaded(made, opened, posed.fixed == 0, throws=30, seed=seed) if every and len(posed.existing) <= posed.p else None
    if found is not None:
        sites, where = found
        assert set(posed.existing.tolist()) <= set(sites.tolist()) and len(set(sites.tolist())) == opened.sum()
        assert set(where.tolist()) <= set(sites.tolist()) and (posed.fixed[sites] >= 0).all()
        cost = {ways: cost for cost, ways in every}
        assert cost[tuple(where.tolist())] >= min(cost.values())
        again = loaded(made, opened, posed.fixed == 0, throws=30, seed=seed)
        assert (again[0] == sites).all() and (again[1] == where).all()


def test_loops_are_needed_where_they_are_called_only():
    cells, given = np.ones((200, 4)), {"capacity": [500.0] * 4}
    assert len(capacities.needed_loops(problem("capacitated_p_median", cells, p=2, **given))) == 2
    assert capacities.needed_loops(problem("capacitated_p_median", cells, p=2, split=True, **given)) == ()
    assert capacities.needed_loops(problem("capacitated_p_median", cells, budget=2.0, **given)) == ()
    assert capacities.needed_loops(problem("capacitated_mclp", cells, p=2, **given)) == ()
