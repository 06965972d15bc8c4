"""p-median plans and proofs: a line worked by hand, all plans counted out, and published optima where their files are at hand."""

from itertools import combinations

import numpy as np
import pytest

from planner.siting.links import costs
from planner.siting.median_bounds import prove_median
from planner.siting.median_search import greedy_median, improve_median, served


def dense(distance, **more):
    demands, sites = distance.shape
    return costs(np.arange(demands + 1) * sites, np.tile(np.arange(sites), demands), distance.ravel(), sites, **more)


# Demand and sites at 0, 1, 5, 6, 20 on a line.
PLACE = np.array([0.0, 1.0, 5.0, 6.0, 20.0])
LINE = np.abs(PLACE[:, None] - PLACE[None, :])


def mask(sites, *chosen):
    made = np.zeros(sites, dtype=bool)
    made[list(chosen)] = True
    return made


def test_rows_are_sorted_weighted_and_cut_off():
    made = dense(LINE, weight=np.array([1.0, 2.0, 1.0, 1.0, 3.0]), unserved=5.0)
    assert made.start.tolist() == [0, 2, 5, 8, 10, 11]
    row = slice(made.start[1], made.start[2])
    assert made.site[row].tolist() == [1, 0, 2] and made.cost[row].tolist() == [0.0, 2.0, 8.0]
    assert made.unserved.tolist() == [5.0, 10.0, 5.0, 5.0, 15.0]


def test_costs_that_do_not_fit_are_refused():
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError):
            costs([0, 1], [0], [wrong], 1)
    with pytest.raises(ValueError):
        costs([0, 1], [0], [1.0, 2.0], 1)


def test_the_line_is_served_and_proven():
    """Three sites: 0 or 1 for the left pair (1), 5 or 6 for the right pair (1), 20 for itself: 2. Two: 5 for the first four (5 + 4 + 1)
    and 20: 10. One: 5 for all (10 + 15)."""
    assert served(dense(LINE), mask(5, 0, 2)).cost == 0 + 1 + 0 + 1 + 15
    for p, cost in ((1, 25.0), (2, 10.0), (3, 2.0), (4, 1.0), (5, 0.0)):
        found = prove_median(dense(LINE), p)
        assert found.plan.cost == cost == found.bound and found.proven and found.plan.chosen.sum() <= p


def test_unserved_demand_pays_the_cut_off_and_sites_may_stay_closed():
    found = prove_median(dense(LINE, unserved=3.0), 1)
    assert found.plan.cost == 0 + 1 + 3 + 3 + 3 and found.proven
    assert found.plan.server.tolist() in ([0, 0, -1, -1, -1], [1, 1, -1, -1, -1], [-1, -1, 2, 2, -1], [-1, -1, 3, 3, -1])


def test_fixed_and_forbidden_sites():
    found = prove_median(dense(LINE), 2, fixed=mask(5, 0), allowed=mask(5, 1, 2, 3))
    assert found.plan.chosen.tolist() in ([True, False, True, False, False], [True, False, False, True, False])
    assert found.plan.cost == min(0 + 1 + 0 + 1 + 15, 0 + 1 + 1 + 0 + 14) == found.bound
    with pytest.raises(ValueError):
        prove_median(dense(LINE), 1, fixed=mask(5, 0, 1))


def test_demand_that_cannot_be_served_makes_no_plan():
    found = prove_median(costs([0, 1, 2], [0, 1], [1.0, 1.0], 2), 1)
    assert found.plan.cost == np.inf and not found.proven


def random_problem(seed, demands=14, sites=9):
    random = np.random.default_rng(seed)
    distance = random.integers(1, 60, (demands, sites)).astype(float)
    return distance, random.integers(1, 5, demands).astype(float)


@pytest.mark.parametrize("seed", range(12))
def test_plan_and_bound_bracket_the_optimum_and_meet(seed):
    distance, weight = random_problem(seed)
    cut = 25.0 if seed % 2 else None
    rows = np.minimum(distance, cut) if cut else distance
    best = min((weight * rows[:, list(s)].min(axis=1)).sum() for s in combinations(range(9), 3))
    made = dense(distance, weight=weight, unserved=cut)
    start = greedy_median(made, 3)
    better = improve_median(made, 3, start.chosen, rounds=5)
    found = prove_median(made, 3)
    assert start.cost >= better.cost >= best == found.plan.cost == found.bound and found.proven
    for rounds, nodes in ((1, 1), (10, 1), (40, 3)):
        early = prove_median(made, 3, rounds=rounds, nodes=nodes)
        assert early.bound <= best <= early.plan.cost
    told = []
    prove_median(made, 3, tell=lambda bound, cost: told.append((bound, cost)))
    assert all(bound <= best + 1e-9 and cost >= best for bound, cost in told)


@pytest.mark.parametrize("seed", range(4))
def test_costs_that_are_no_whole_numbers_and_a_gap(seed):
    distance, weight = random_problem(seed)
    made = dense(distance + 0.37, weight=weight)
    best = min((weight * (distance + 0.37)[:, list(s)].min(axis=1)).sum() for s in combinations(range(9), 4))
    found = prove_median(made, 4)
    assert found.plan.cost == pytest.approx(best, rel=1e-12) and found.proven and found.bound == found.plan.cost
    rough = prove_median(made, 4, gap=0.05)
    assert rough.bound <= best * (1 + 1e-12) <= rough.plan.cost * (1 + 1e-12)
    assert rough.plan.cost - rough.bound <= 0.05 * rough.plan.cost + 1e-9


def test_time_that_is_up_leaves_a_valid_bound():
    distance, weight = random_problem(3, 60, 40)
    made = dense(distance, weight=weight)
    late = prove_median(made, 6, out_of_time=lambda: True)
    full = prove_median(made, 6)
    assert late.bound <= full.bound == full.plan.cost <= late.plan.cost and not late.complete and full.complete


def test_interchange_is_the_same_for_the_same_seed():
    distance, weight = random_problem(8, 200, 60)
    made = dense(distance, weight=weight)
    start = greedy_median(made, 7)
    first, second = (improve_median(made, 7, start.chosen, rounds=10, seed=2) for _ in range(2))
    assert (first.chosen == second.chosen).all() and first.cost <= start.cost and first.chosen.sum() == 7
    assert first.cost == (weight * distance[:, first.chosen].min(axis=1)).sum()


@pytest.mark.parametrize("seed", range(6))
def test_no_better_plan_has_settled_sites_otherwise(seed):
    """From a poor start, after few rounds: whatever is settled then holds for every plan that beats the plan found."""
    distance, weight = random_problem(seed)
    found = prove_median(dense(distance, weight=weight), 3, rounds=20 + 10 * seed, nodes=1)
    assert np.isfinite(found.most).all()
    for plan in combinations(range(9), 3):
        if (weight * distance[:, list(plan)].min(axis=1)).sum() < found.plan.cost:
            chosen = mask(9, *plan)
            assert not chosen[found.state < 0].any() and chosen[found.state > 0].all()
            assert ((weight[:, None] * distance[:, list(plan)]).min(axis=1) <= found.most).all()
