"""Bounds hold on every small problem, wherever they are stopped; plans keep to what they may."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.siting import models, reduce
from planner.siting.bounds import least_price, most_covered
from planner.siting.fair_bound import largest_share
from planner.siting.heuristics import cheapest_cover, greedy_cover, improve_cover
from planner.siting.links import costs, links
from planner.siting.median_bounds import prove_median
from planner.siting.problem import siting_problem
from planner.siting.results import worth
from planner.siting.vast_share import least_money

SITES = 5
rows = st.lists(st.sets(st.integers(0, SITES - 1), min_size=1).map(sorted), min_size=1, max_size=8)


def drawn(reach):
    return links(np.cumsum([0, *map(len, reach)]), [j for row in reach for j in row], SITES)


@settings(deadline=None, max_examples=60)
@given(reach=rows, data=st.data(), p=st.integers(0, SITES), rounds=st.integers(0, 60))
def test_no_plan_covers_more_than_its_bound(reach, data, p, rounds):
    weight = np.array(data.draw(st.lists(st.floats(0, 1e6), min_size=len(reach), max_size=len(reach))))
    best = max(sum(w for row, w in zip(reach, weight, strict=True) if set(row) & set(plan)) for plan in combinations(range(SITES), p))
    bound = most_covered(drawn(reach), weight, most=p, rounds=rounds).value
    found = improve_cover(drawn(reach), weight, greedy_cover(drawn(reach), weight, most=p).chosen, most=p, rounds=20)
    assert bound >= best * (1 - 1e-12)
    assert found.covered <= best * (1 + 1e-12) and found.chosen.sum() <= p


@settings(deadline=None, max_examples=60)
@given(reach=rows, price=st.lists(st.integers(1, 9), min_size=SITES, max_size=SITES), rounds=st.integers(0, 60))
def test_no_cover_is_cheaper_than_its_bound(reach, price, rounds):
    money = np.array(price, dtype=float)
    best = min(money[list(plan)].sum() for k in range(SITES + 1) for plan in combinations(range(SITES), k)
               if all(set(row) & set(plan) for row in reach))
    found = cheapest_cover(drawn(reach), price=money, rounds=50)
    assert least_price(drawn(reach), price=money, rounds=rounds).value <= best <= found.price
    assert all(found.chosen[row].any() for row in reach)


@settings(deadline=None, max_examples=60)
@given(distance=st.lists(st.lists(st.floats(0, 100), min_size=SITES, max_size=SITES), min_size=1, max_size=7), p=st.integers(1, SITES),
       rounds=st.integers(1, 40), nodes=st.integers(1, 5))
def test_plan_and_bound_of_a_p_median_bracket_the_optimum(distance, p, rounds, nodes):
    table = np.array(distance)
    best = min(table[:, list(plan)].min(axis=1).sum() for plan in combinations(range(SITES), p))
    made = costs(np.arange(len(table) + 1) * SITES, np.tile(np.arange(SITES), len(table)), table.ravel(), SITES)
    early, full = prove_median(made, p, rounds=rounds, nodes=nodes), prove_median(made, p)
    slack = 1e-9 * best + 1e-9
    assert early.bound <= best + slack and early.plan.cost >= best - slack
    assert full.proven and abs(full.plan.cost - best) <= slack


@settings(deadline=None, max_examples=60)
@given(distance=st.lists(st.lists(st.floats(0, 100), min_size=SITES, max_size=SITES), min_size=1, max_size=7), p=st.integers(1, SITES),
       rounds=st.integers(1, 40), nodes=st.integers(1, 5), cutoff=st.floats(0.5, 120))
def test_so_do_they_with_a_cut_off(distance, p, rounds, nodes, cutoff):
    table = np.array(distance)
    best = min(np.minimum(table[:, list(plan)].min(axis=1), cutoff).sum() for plan in combinations(range(SITES), p))
    made = costs(np.arange(len(table) + 1) * SITES, np.tile(np.arange(SITES), len(table)), table.ravel(), SITES, unserved=cutoff)
    early, full = prove_median(made, p, rounds=rounds, nodes=nodes), prove_median(made, p)
    slack = 1e-9 * best + 1e-9
    assert early.bound <= best + slack and early.plan.cost >= best - slack
    assert full.proven and abs(full.plan.cost - best) <= slack


def posed(model, reach, **more):
    """A siting problem of rows with the sites that reach them, each at cost 1."""
    pairs = [(i, j) for i, row in enumerate(reach) for j in row]
    demand, site = np.array(pairs).T
    return siting_problem(model, demand, site, np.ones(len(pairs)), sites=SITES, **more)


@settings(deadline=None, max_examples=60)
@given(reach=rows, data=st.data(), share=st.floats(0.05, 1))
def test_no_plan_covers_a_share_for_less_than_its_multipliers_say(reach, data, share):
    some = {"min_size": len(reach), "max_size": len(reach)}
    weight = np.array(data.draw(st.lists(st.integers(1, 99), **some)), dtype=float)
    part = np.array(data.draw(st.lists(st.floats(-0.5, 1.5), **some)))  # whatever a method hands over
    price = np.array(data.draw(st.lists(st.integers(0, 9), min_size=SITES, max_size=SITES)), dtype=float)
    cover = reduce.cover(posed("lscp", reach, weight=weight, site_cost=price, share=share), all_rows=False)
    needed = share * weight.sum() * (1 - 1e-9)
    best = min(price[list(plan)].sum() for k in range(SITES + 1) for plan in combinations(range(SITES), k)
               if sum(w for row, w in zip(reach, weight, strict=True) if set(row) & set(plan)) >= needed)
    assert least_money(cover, np.resize(part, cover.rows) * cover.weight, needed) <= best + 1e-9


@settings(deadline=None, max_examples=15)
@given(reach=rows, data=st.data(), p=st.integers(1, SITES))
def test_no_plan_gives_the_worst_area_more_than_the_bound(reach, data, p):
    some = {"min_size": len(reach), "max_size": len(reach)}
    weight, area = (np.array(data.draw(st.lists(values, **some))) for values in (st.integers(1, 99), st.integers(0, 2)))
    problem = posed("max_min_share", reach, weight=weight.astype(float), area=area, p=p)
    cover = reduce.cover(problem, all_rows=False, by_area=True)
    total = models.area_weights(problem)
    best = max(worth(problem, np.array(plan)).objective for plan in combinations(range(SITES), min(p, SITES)))
    bound = largest_share(cover, total, np.zeros(len(total)), most=p, budget=None, target=0.0, out_of_time=lambda: False)
    assert best <= bound + 1e-9
