"""Bounds that are worked by hand, that hold wherever the method stops, and that come to the relaxation's value."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.siting.bounds import least_price, most_covered
from planner.siting.links import links
from tests.unit.siting.test_heuristics import TRAP, TRAP_WEIGHT, mask, random_links

TRIANGLE = links([0, 2, 4, 6], [0, 1, 1, 2, 0, 2], 3)
"""Each of three demands is reached by two of three sites: half of each site covers all, 1.5 in all; one site covers two."""


def test_the_relaxation_of_the_triangle():
    found = least_price(TRIANGLE)
    assert 1.4995 <= found.value <= 1.5 and found.relaxation == pytest.approx(1.5, abs=1e-3) and found.complete
    one = most_covered(TRIANGLE, np.ones(3), most=1)
    assert 2.0 <= one.value <= 2.0005


def test_all_sites_cover_all():
    assert most_covered(TRAP, TRAP_WEIGHT, most=3).value == pytest.approx(22.0, abs=1e-2)
    assert most_covered(TRAP, TRAP_WEIGHT, most=0).value == pytest.approx(0.0, abs=1e-2)


def test_fixed_forbidden_and_priced_sites():
    assert most_covered(TRAP, TRAP_WEIGHT, most=0, fixed=mask(3, 1)).value == pytest.approx(12.0, abs=1e-2)
    assert most_covered(TRAP, TRAP_WEIGHT, most=3, allowed=mask(3, 0)).value == pytest.approx(11.0, abs=1e-2)
    assert most_covered(TRAP, TRAP_WEIGHT, budget=2.0, price=np.array([2.0, 4.0, 9.0])).value == pytest.approx(11.0, abs=1e-2)
    assert least_price(TRAP, price=np.array([2.0, 4.0, 9.0])).value == pytest.approx(11.0, abs=1e-2)
    assert least_price(TRAP, price=np.array([2.0, 4.0, 9.0]), fixed=mask(3, 2)).value == pytest.approx(2.0, abs=1e-2)


def test_neither_a_count_nor_a_budget_is_refused():
    with pytest.raises(ValueError):
        most_covered(TRAP, TRAP_WEIGHT)


def relaxed(reach, weight, p):
    """The relaxation by another's hand."""
    demands, sites = reach.shape
    matrix = np.vstack([np.hstack([-reach.astype(float), np.eye(demands)]), np.r_[np.ones(sites), np.zeros(demands)][None]])
    return -linprog(np.r_[np.zeros(sites), -weight], A_ub=matrix, b_ub=np.r_[np.zeros(demands), p], bounds=(0, 1)).fun


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_comes_to_the_relaxation_and_holds_at_every_round(seed):
    made, reach, weight = random_links(seed)
    best = max(weight[reach[:, list(sites)].any(axis=1)].sum() for sites in combinations(range(10), 3))
    fractional = relaxed(reach, weight, 3)
    told = []
    found = most_covered(made, weight, most=3, tolerance=1e-6, tell=told.append)
    assert fractional - 1e-6 <= found.value <= fractional + 1e-3 * weight.sum()
    assert found.relaxation <= fractional + 1e-6
    assert min(told) >= best - 1e-9 and told == sorted(told, reverse=True)
    for rounds in (0, 1, 7):
        assert most_covered(made, weight, most=3, rounds=rounds).value >= fractional - 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_a_cover_is_no_cheaper_than_its_bound(seed):
    made, reach, _ = random_links(seed)
    least = linprog(np.ones(10), A_ub=-reach.astype(float), b_ub=-np.ones(30), bounds=(0, 1)).fun
    assert least - 1e-3 * least <= least_price(made).value <= least + 1e-9
    for rounds in (0, 1, 7):
        assert least_price(made, rounds=rounds).value <= least + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_any_multipliers_make_a_bound_and_time_that_is_up_too(seed):
    made, reach, weight = random_links(seed)
    start = np.random.default_rng(seed).normal(size=30) * 100
    best = max(weight[reach[:, list(sites)].any(axis=1)].sum() for sites in combinations(range(10), 3))
    late = most_covered(made, weight, most=3, start=start, out_of_time=lambda: True)
    assert late.value >= best and not late.complete and late.rounds == 0
    assert least_price(made, start=start, rounds=0).value <= 10
