"""Capacitated covering with split demand: flows by hand and by scipy, bounds and searches against every set of sites."""

from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from planner.siting import vast_filling
from planner.siting.filling import Flow, grown, improve, most_filled, reach, search
from planner.siting.results import worth
from planner.siting.solving import solve
from tests.unit.siting.drawn import problem

# Demand 0 (6) reaches sites 0 and 1, demand 1 (5) reaches site 0 only, demand 2 (3) reaches sites 1 and 2.
START, SITE, WEIGHT = np.array([0, 2, 3, 5]), np.array([0, 1, 0, 1, 2]), np.array([6.0, 5.0, 3.0])


def mask(sites, *chosen):
    made = np.zeros(sites, dtype=bool)
    made[list(chosen)] = True
    return made


def town(seed, demands=12, sites=7):
    """A random table with whole weights and capacities."""
    draw = np.random.default_rng(seed)
    near = draw.random((demands, sites)) < 0.4
    near[near.sum(axis=1) == 0, 0] = True
    start = np.r_[0, np.cumsum(near.sum(axis=1))]
    return reach(start, np.nonzero(near)[1], draw.integers(1, 9, demands).astype(float), draw.integers(3, 14, sites).astype(float))


def largest(table, opened):
    """The largest flow to the open sites, by scipy."""
    rows, sink = len(table.weight), len(table.weight) + table.sites + 1
    live, sites = opened[table.site], np.flatnonzero(opened)
    own = np.r_[np.full(rows, sink - 1), table.row[live], rows + sites]
    other = np.r_[np.arange(rows), rows + table.site[live], np.full(len(sites), sink)]
    amount = np.r_[table.weight, table.weight[table.row[live]], table.room[sites]].astype(np.int32)
    return maximum_flow(csr_matrix((amount, (own, other)), shape=(sink + 1, sink + 1)), sink - 1, sink).flow_value


def test_demand_is_handed_on_to_make_room():
    """Site 1 (4) alone takes 4. Site 0 (7) opened besides takes 7: demand 0 gives it 2 and demand 1 gives 5, all 11 of room filled.

    Closing site 1 leaves 7; site 2 (9) opened instead takes demand 2."""
    flow = Flow(reach(START, SITE, WEIGHT, np.array([7.0, 4.0, 9.0])), mask(3, 1))
    assert flow.served == 4.0
    assert flow.swap(-1, 0) == 7.0 and flow.spare.tolist() == [0.0, 0.0, 0.0]
    assert flow.swap(1, 2) == -1.0 and flow.served == 10.0
    assert flow.left.tolist() == [flow.table.weight[i] - flow.flow[flow.table.row == i].sum() for i in range(3)]


def test_a_closed_sites_demand_finds_room_by_handing_on():
    """Sites 0 and 1 hold 6 and 6; demand a (4) reaches 0 and 2, b (4) reaches 0 and 1, c (2) reaches 1. Site 2 closed, a goes to 0."""
    table = reach(np.array([0, 2, 4, 5]), np.array([0, 2, 0, 1, 1]), np.array([4.0, 4.0, 2.0]), np.array([6.0, 6.0, 4.0]))
    flow = Flow(table, mask(3, 0, 1, 2))
    assert flow.served == 10.0
    assert flow.swap(2, -1) == 0.0 and flow.served == 10.0
    assert (np.bincount(table.site, flow.flow, minlength=3) <= [6.0, 6.0, 0.0]).all()


@pytest.mark.parametrize("seed", range(8))
def test_swapped_flows_stay_largest(seed):
    table, draw = town(seed, 30, 9), np.random.default_rng(seed)
    flow = Flow(table, mask(9, 0, 1, 2, 3))
    for _ in range(25):
        flow.swap(int(draw.choice(np.flatnonzero(flow.opened))), int(draw.choice(np.flatnonzero(~flow.opened))))
        assert flow.served == largest(table, flow.opened)
        assert (flow.flow >= 0).all() and (flow.flow[~flow.opened[table.site]] == 0).all()
    sure = flow.estimates(np.flatnonzero(flow.opened).astype(np.int32))[0]
    for s, out in enumerate(np.flatnonzero(flow.opened)):
        for into in np.flatnonzero(~flow.opened):
            changed = flow.opened.copy()
            changed[[out, into]] = changed[[into, out]]
            assert flow.served + sure[s, into] <= largest(table, changed)


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_serves_more_than_the_bound_and_settled_sites_are_in_no_better_one(seed):
    table, p = town(seed), 3
    every = {plan: largest(table, mask(7, *plan)) for plan in combinations(range(7), p)}
    best, all_free = max(every.values()), np.zeros(7, dtype=np.int32)
    flow = grown(table, p, mask(7), np.ones(7, dtype=bool))
    start = flow.served
    for rounds in (1, 7, 400):
        bound = most_filled(table, p, all_free, flow.cut(), target=start, rounds=rounds)
        assert bound.value >= best
        for plan, served in every.items():
            if served > start:
                assert not (bound.state[list(plan)] < 0).any() and set(np.flatnonzero(bound.state > 0)) <= set(plan)
    improve(flow, np.ones(7, dtype=bool))
    assert start <= flow.served <= best
    search(flow, np.ones(7, dtype=bool), steps=60, seed=1)
    assert flow.served == best == largest(table, flow.opened) and flow.opened.sum() == p


def test_all_sites_open_is_proven_by_the_cut():
    for seed in range(6):
        table = town(seed)
        flow = grown(table, 7, mask(7), np.ones(7, dtype=bool))
        bound = most_filled(table, 7, np.zeros(7, dtype=np.int32), flow.cut(), target=0.0, rounds=1)
        assert bound.value == pytest.approx(flow.served, rel=1e-12) and flow.opened.all()


@pytest.mark.parametrize("pairs", [0, 10**6])
@pytest.mark.parametrize("seed", range(10))
def test_large_problems_are_answered_as_enumeration(monkeypatch, seed, pairs):
    """With fixed and forbidden sites; identical rows merged; by the search alone, or with what is left given to branch and cut."""
    monkeypatch.setattr(vast_filling, "SMALL", 0)
    monkeypatch.setattr(vast_filling, "PROGRAM_PAIRS", pairs)
    monkeypatch.setattr(vast_filling, "ALL_STEPS", 80)
    draw = np.random.default_rng(seed)
    cells = np.where(draw.random((9, 6)) < 0.5, draw.integers(0, 9, (9, 6)), -1)
    cells = np.vstack([cells, cells[:4]])
    fixed = draw.choice([0, 0, 0, 1, -1], 6)
    posed = problem("capacitated_mclp", cells, weight=draw.integers(0, 9, 13), capacity=draw.integers(2, 20, 6).astype(float), fixed=fixed,
                    p=int((fixed == 1).sum()) + 2, split=True)
    answer = solve(posed, time_limit_s=20)
    may = [j for j in range(6) if fixed[j] == 0]
    heavy = np.flatnonzero(posed.weight > 0)
    near = cells[heavy] >= 0
    table = reach(np.r_[0, np.cumsum(near.sum(axis=1))], np.nonzero(near)[1], posed.weight[heavy], posed.capacity)
    wanted = max(largest(table, mask(6, *posed.existing, *plan)) for k in range(3) for plan in combinations(may, k))
    assert answer.objective == pytest.approx(wanted, rel=1e-9) and answer.bound >= wanted * (1 - 1e-9)
    assert pairs == 0 or answer.status == "optimal"
    assert worth(posed, answer.sites, answer.assignment).lawful and answer.reductions["merged_rows"] > 0


def test_demand_without_sites_or_weight_is_left_aside(monkeypatch):
    monkeypatch.setattr(vast_filling, "SMALL", 0)
    cells = [[1, -1], [1, -1], [-1, -1], [-1, 2]]
    answer = solve(problem("capacitated_mclp", cells, weight=[3, 6, 9, 0], capacity=[6.0, 5.0], p=1, split=True))
    assert (answer.status, answer.objective, answer.unreachable.tolist(), answer.total_weight) == ("optimal", 6.0, [2], 18.0)
    assert answer.assignment.demand.tolist() == [0, 1] and answer.assignment.share == pytest.approx([2 / 3, 2 / 3])


def test_nothing_to_serve(monkeypatch):
    monkeypatch.setattr(vast_filling, "SMALL", -1)
    for p, capacity in ((0, [5.0]), (1, [0.0])):
        answer = solve(problem("capacitated_mclp", [[1], [2]], capacity=capacity, p=p, split=True))
        assert (answer.status, answer.objective) == ("optimal", 0.0)
    assert solve(problem("capacitated_mclp", [[-1], [-1]], capacity=[5.0], p=1, split=True)).objective == 0.0


def test_loops_are_needed_where_they_are_called_only():
    cells = np.ones((800, 4))
    given = {"capacity": [5.0] * 4, "p": 2}
    assert vast_filling.needed_loops(problem("capacitated_mclp", cells, **given)) == ()
    assert len(vast_filling.needed_loops(problem("capacitated_mclp", cells, split=True, **given))) == 3


def test_early_ends_keep_plan_and_bound(monkeypatch):
    monkeypatch.setattr(vast_filling, "SMALL", 0)
    draw = np.random.default_rng(5)
    cells = np.where(draw.random((60, 12)) < 0.3, 1, -1)
    posed = problem("capacitated_mclp", cells, weight=draw.integers(1, 9, 60), capacity=np.full(12, 40.0), p=4, split=True)
    proven, hasty = solve(posed, time_limit_s=20), solve(posed, time_limit_s=0.0)
    assert hasty.objective <= proven.objective <= hasty.bound and proven.status == "optimal"
    called = solve(posed, cancel=lambda: True)
    assert called.stopped in ("cancel", "proof") and called.bound >= proven.objective
    rough = solve(posed, gap=0.2)
    assert rough.bound >= proven.objective >= rough.objective >= rough.bound / 1.2
