"""Laws of shares by area: the bound and the plan bracket the best, and more is never worse."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.siting import area_share
from planner.siting.area_bound import least_cost
from planner.siting.area_share import area_shares, reaches, solve_area_shares
from planner.siting.problem import siting_problem
from planner.siting.reduce import cover

SITES = 6


@st.composite
def problems(draw):
    """Small problems: demand in two areas, whole weights, prices 1 to 5."""
    count = draw(st.integers(2, 9))
    reach = draw(st.lists(st.sets(st.integers(0, SITES - 1), max_size=4), min_size=count, max_size=count))
    weight = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    price = draw(st.lists(st.integers(1, 5), min_size=SITES, max_size=SITES))
    own = [i for i, sites in enumerate(reach) for _ in sites]
    other = [j for sites in reach for j in sorted(sites)]
    return siting_problem("lscp", own, other, np.ones(len(own)), weight=np.array(weight, dtype=float), sites=SITES, share=0.0,
                          site_cost=np.array(price, dtype=float), area=np.arange(count) % 2)


def least(problem, shares):
    """By trying every plan."""
    every = (np.array(some, dtype=int) for size in range(SITES + 1) for some in itertools.combinations(range(SITES), size))
    return min(float(problem.price[plan].sum()) for plan in every if reaches(problem, plan, shares))


@settings(max_examples=40, deadline=None)
@given(problems(), st.sampled_from([0.2, 0.5, 0.8, 1.0]), st.booleans())
def test_bound_and_plan_bracket_the_best(problem, share, direct):
    kept, area_share.DIRECT_ENTRIES = area_share.DIRECT_ENTRIES, area_share.DIRECT_ENTRIES if direct else 0
    try:
        shares = area_shares(problem, share, 2, where_possible=True)
        answer, wanted = solve_area_shares(problem, shares, time_limit_s=1.0), least(problem, shares)
    finally:
        area_share.DIRECT_ENTRIES = kept
    assert answer.bound <= wanted + 1e-9 and answer.objective >= wanted - 1e-9
    assert not direct or answer.objective == wanted


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(1, 6))
def test_the_first_order_bound_holds_wherever_it_is_stopped(problem, looks):
    shares = area_shares(problem, 0.7, 2, where_possible=True)
    short = cover(problem, all_rows=False, by_area=True)
    whole = np.bincount(problem.area, problem.weight, minlength=2)
    assert least_cost(short, shares * whole * (1 - 1e-9), rounds=50 * looks).value <= least(problem, shares) + 1e-9


@settings(max_examples=30, deadline=None)
@given(problems())
def test_a_higher_share_never_costs_less(problem):
    costs = [solve_area_shares(problem, area_shares(problem, share, 2, where_possible=True)).objective for share in (0.3, 0.6, 0.9)]
    assert costs == sorted(costs)
