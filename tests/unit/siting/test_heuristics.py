"""Covering plans drawn by hand and counted out on small random problems."""

from itertools import combinations

import numpy as np
import pytest

from planner.siting.heuristics import cheapest_cover, covered_weight, greedy_cover, improve_cover
from planner.siting.links import links


def drawn(rows, sites):
    """Links from a list of the sites of every demand."""
    return links(np.cumsum([0, *map(len, rows)]), [j for row in rows for j in row], sites)


def random_links(seed, demands=30, sites=10, share=0.2):
    random = np.random.default_rng(seed)
    reach = random.random((demands, sites)) < share
    reach[np.arange(demands), random.integers(0, sites, demands)] = True
    return drawn([np.flatnonzero(row) for row in reach], sites), reach, random.integers(1, 20, demands).astype(float)


def mask(sites, *chosen):
    made = np.zeros(sites, dtype=bool)
    made[list(chosen)] = True
    return made


# Site 1 in the middle covers b and c (6 + 6); sites 0 and 2 cover a, b (5 + 6) and c, d (6 + 5): greedy takes the middle and is trapped.
TRAP = drawn([[0], [0, 1], [1, 2], [2]], 3)
TRAP_WEIGHT = np.array([5.0, 6.0, 6.0, 5.0])


def test_links_name_both_ways():
    made = drawn([[1], [], [0, 1]], 2)
    assert made.site_start.tolist() == [0, 1, 3] and made.demand.tolist() == [2, 0, 2]
    assert made.weight_by_site(np.array([1.0, 2.0, 4.0])).tolist() == [4.0, 5.0]


@pytest.mark.parametrize(("start", "site"), [([0, 2], [0]), ([1, 1], []), ([0, 1], [2]), ([0, 1], [-1]), ([0, 2, 1], [0])])
def test_links_that_do_not_fit_are_refused(start, site):
    with pytest.raises(ValueError):
        links(start, site, 2)


def test_greedy_takes_the_middle_and_interchange_gets_out_of_the_trap():
    first = greedy_cover(TRAP, TRAP_WEIGHT, most=2)
    assert first.chosen.tolist() == [True, True, False] and first.covered == 17.0
    better = improve_cover(TRAP, TRAP_WEIGHT, first.chosen, most=2, rounds=0)
    assert better.chosen.tolist() == [True, False, True] and better.covered == 22.0 and better.complete


def test_fixed_sites_stay_and_forbidden_ones_stay_closed():
    plan = greedy_cover(TRAP, TRAP_WEIGHT, most=1, fixed=mask(3, 1))
    assert plan.chosen.tolist() == [True, True, False] and plan.covered == 17.0
    assert improve_cover(TRAP, TRAP_WEIGHT, plan.chosen, most=1, fixed=mask(3, 1), rounds=20).covered == 17.0
    assert greedy_cover(TRAP, TRAP_WEIGHT, most=3, allowed=mask(3, 0, 2)).chosen.tolist() == [True, False, True]


def test_a_budget_is_kept_and_gain_counts_for_its_price():
    """11 for 2, 12 for 4, 11 for 9: the first is the best for its price, the second still fits into 6, the third never does."""
    plan = greedy_cover(TRAP, TRAP_WEIGHT, budget=6.0, price=np.array([2.0, 4.0, 9.0]))
    assert plan.chosen.tolist() == [True, True, False]


def test_a_start_beyond_the_count_is_refused():
    with pytest.raises(ValueError):
        improve_cover(TRAP, TRAP_WEIGHT, mask(3, 0, 1), most=1)
    with pytest.raises(ValueError):
        improve_cover(TRAP, TRAP_WEIGHT, mask(3, 0), most=1, allowed=mask(3, 1))


@pytest.mark.parametrize("seed", range(8))
def test_the_search_finds_the_optimum_of_small_problems(seed):
    made, reach, weight = random_links(seed)
    best = max(weight[reach[:, list(sites)].any(axis=1)].sum() for sites in combinations(range(10), 3))
    start = greedy_cover(made, weight, most=3)
    found = improve_cover(made, weight, start.chosen, most=3, rounds=300, seed=seed)
    assert start.covered <= found.covered == best
    assert found.covered == covered_weight(made, weight, found.chosen) and found.chosen.sum() == 3


@pytest.mark.parametrize("seed", range(4))
def test_the_search_keeps_to_a_budget_and_finds_the_optimum(seed):
    made, reach, weight = random_links(seed)
    price = np.random.default_rng(seed).integers(1, 6, 10).astype(float)
    plans = [s for k in range(11) for s in combinations(range(10), k) if price[list(s)].sum() <= 7]
    best = max(weight[reach[:, list(s)].any(axis=1)].sum() for s in plans)
    start = greedy_cover(made, weight, budget=7.0, price=price)
    found = improve_cover(made, weight, start.chosen, budget=7.0, price=price, rounds=2000, seed=seed)
    assert price[found.chosen].sum() <= 7.0 and found.covered <= best
    assert found.covered >= 0.97 * best  # swaps of one for one need not reach every plan that a budget allows


def test_the_same_seed_gives_the_same_plan_and_frozen_arrays_are_taken():
    made, _, weight = random_links(5, demands=400, sites=60, share=0.05)
    weight.setflags(write=False)
    start = greedy_cover(made, weight, most=8).chosen
    start.setflags(write=False)
    first, second = (improve_cover(made, weight, start, most=8, rounds=100, seed=4) for _ in range(2))
    assert (first.chosen == second.chosen).all() and first.complete


def test_time_that_is_up_leaves_the_start():
    late = improve_cover(TRAP, TRAP_WEIGHT, mask(3, 0, 1), most=2, out_of_time=lambda: True)
    assert late.covered == 17.0 and not late.complete


def test_better_plans_are_told_as_they_are_found():
    told = []
    improve_cover(TRAP, TRAP_WEIGHT, mask(3, 0, 1), most=2, rounds=0, found=lambda chosen, covered: told.append((chosen.tolist(), covered)))
    assert told == [([True, False, True], 22.0)]


@pytest.mark.parametrize("seed", range(8))
def test_the_cheapest_cover_of_small_problems_is_found(seed):
    made, reach, _ = random_links(seed)
    price = np.random.default_rng(seed).integers(1, 6, 10).astype(float)
    covers = [list(s) for k in range(11) for s in combinations(range(10), k) if reach[:, list(s)].any(axis=1).all()]
    assert cheapest_cover(made, rounds=2000).price == min(map(len, covers))
    found = cheapest_cover(made, price=price, rounds=5000)
    assert found.price == min(price[s].sum() for s in covers) == price[found.chosen].sum()
    assert reach[:, found.chosen].any(axis=1).all()


def test_fixed_and_free_sites_cost_nothing_in_a_cover():
    found = cheapest_cover(TRAP, price=np.array([3.0, 0.0, 5.0]), fixed=mask(3, 2), rounds=100)
    assert found.chosen.tolist() == [True, True, True] and found.price == 3.0


def test_demand_without_a_site_is_refused():
    with pytest.raises(ValueError):
        cheapest_cover(TRAP, allowed=mask(3, 1, 2))
