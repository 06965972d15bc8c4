import itertools

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting import area_share
from planner.siting.area_bound import by_area, lagrangian, least_cost
from planner.siting.area_search import improved
from planner.siting.area_share import area_shares, reachable_shares, reaches, solve_area_shares
from planner.siting.problem import siting_problem
from planner.siting.reduce import cover
from planner.siting.rules import at_most
from planner.siting.solver import Clock


def drawn(seed, *, demands=24, sites=9, areas=3, reach=0.3, **more):
    """Demand and sites thrown on a square, areas side by side."""
    random = np.random.default_rng(seed)
    demand, site = random.random((demands, 2)), random.random((sites, 2))
    apart = np.hypot(*(demand[:, None] - site[None]).transpose(2, 0, 1))
    own, other = np.nonzero(apart <= reach)
    given = {"weight": random.integers(0, 20, demands).astype(float), "area": (demand[:, 0] * areas).astype(int)} | more
    given["area"][:areas] = np.arange(areas)
    return siting_problem("lscp", own, other, apart[own, other], sites=sites, share=0.0, **given)


def best(problem, shares):
    """The least cost by trying every plan; None where no plan is good enough."""
    free, kept = problem.candidates, problem.existing
    costs = [problem.price[list(some)].sum() for size in range(len(free) + 1) for some in itertools.combinations(free.tolist(), size)
             if reaches(problem, np.r_[kept, some].astype(int), shares) and (problem.p is None or size + len(kept) <= problem.p)
             and (problem.budget is None or problem.price[list(some)].sum() <= problem.budget)]
    return min(costs, default=None)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("direct", [True, False])
def test_the_least_cost_is_that_of_trying_every_plan(seed, direct, monkeypatch):
    if not direct:
        monkeypatch.setattr(area_share, "DIRECT_ENTRIES", 0)
    random = np.random.default_rng(seed)
    problem = drawn(seed, site_cost=random.integers(1, 9, 9).astype(float) if seed % 2 else None,
                    fixed=np.r_[1, np.zeros(8)] if seed % 3 == 0 else None)
    shares = area_shares(problem, 0.7, 3, where_possible=True)
    answer = solve_area_shares(problem, shares, time_limit_s=3.0, seed=seed)
    assert answer.bound <= best(problem, shares) + 1e-9 <= answer.objective + 1e-6
    assert reaches(problem, answer.sites, shares)
    if direct:
        assert (answer.status, answer.objective) == ("optimal", pytest.approx(best(problem, shares)))


@pytest.mark.parametrize("limits", [{"p": 3}, {"budget": 12.0}])
def test_p_and_budget_are_kept_or_the_question_is_infeasible(limits):
    for seed in range(6):
        cost = np.random.default_rng(seed).integers(1, 9, 9).astype(float)
        problem = drawn(seed, site_cost=cost, **limits)
        shares = area_shares(problem, 0.6, 3, where_possible=True)
        answer, wanted = solve_area_shares(problem, shares), best(problem, shares)
        assert answer.status == ("infeasible" if wanted is None else "optimal")
        assert answer.objective == (None if wanted is None else pytest.approx(wanted))


def test_rules_are_kept():
    problem = drawn(1)
    shares = area_shares(problem, 0.5, 3, where_possible=True)
    free = solve_area_shares(problem, shares)
    used = int(free.sites[0])
    ruled = drawn(1, rules=at_most(np.where(np.arange(9) == used, 0, -1), {0: 0}))
    answer = solve_area_shares(ruled, shares)
    assert answer.status == "infeasible" or (used not in answer.sites and answer.objective >= free.objective)


def test_an_area_that_cannot_reach_its_share_makes_it_infeasible():
    problem = siting_problem("lscp", [0, 1], [0, 0], [1.0, 1.0], weight=[1.0, 1.0, 2.0], area=[0, 0, 1], sites=1, share=0.0)
    assert reachable_shares(problem).tolist() == [1.0, 0.0]
    answer = solve_area_shares(problem, [0.5, 0.5])
    assert (answer.status, answer.unreachable.tolist()) == ("infeasible", [2])
    assert solve_area_shares(problem, area_shares(problem, 0.5, 2, where_possible=True)).objective == 1.0


def test_existing_sites_may_be_enough():
    problem = siting_problem("lscp", [0, 1], [0, 1], [1.0, 1.0], weight=[3.0, 1.0], area=[0, 0], sites=2, share=0.0, fixed=[1, 0])
    answer = solve_area_shares(problem, [0.75])
    assert (answer.status, answer.objective, answer.sites.tolist()) == ("optimal", 0.0, [0])
    assert solve_area_shares(problem, [0.76]).sites.tolist() == [0, 1]


def test_areas_without_weight_or_share_ask_for_nothing():
    problem = siting_problem("lscp", [0, 1], [0, 1], [1.0, 1.0], weight=[3.0, 0.0], area=[0, 1], sites=2, share=0.0)
    assert solve_area_shares(problem, [1.0, 1.0]).sites.tolist() == [0]
    assert solve_area_shares(problem, [0.0, 0.0]).sites.tolist() == []


def test_questions_that_cannot_be_are_refused():
    problem = drawn(1)
    for shares in ([0.5], [0.5, 0.5, 1.5]):
        with pytest.raises(SitingError):
            solve_area_shares(problem, shares)
    with pytest.raises(SitingError):
        solve_area_shares(siting_problem("lscp", [0], [0], [1.0], weight=[1.0], sites=1, share=0.0), [0.5])


# ---- bounds ----------------------------------------------------------------------------------------------------------
def _needed(problem, shares):
    """The reduced cover and what each area needs of it, without existing sites."""
    short = cover(problem, all_rows=False, by_area=True)
    whole = np.bincount(problem.area, problem.weight, minlength=len(shares))
    return short, shares * whole * (1 - 1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_every_bound_is_below_the_best_plan(seed):
    problem = drawn(seed, site_cost=np.random.default_rng(seed).integers(1, 9, 9).astype(float))
    shares = area_shares(problem, 0.7, 3, where_possible=True)
    short, needed = _needed(problem, shares)
    wanted, random = best(problem, shares), np.random.default_rng(seed)
    for _ in range(20):
        u = random.random(short.rows) * random.choice([0.01, 0.3, 3.0])
        pulls = np.bincount(short.column, u[short.row_of], minlength=len(short.site))
        assert lagrangian(short, needed, u, pulls) <= wanted + 1e-9
    values = [least_cost(short, needed, rounds=rounds) for rounds in (50, 400, 4000)]
    assert all(one.value <= wanted + 1e-9 for one in values) and values[0].value <= values[-1].value + 1e-6
    assert by_area(short, needed, values[-1], Clock(5.0), seed=1, until_s=5.0) <= wanted + 1e-6


def test_the_bound_by_areas_is_no_less_than_the_relaxation():
    problem = drawn(3, demands=60, sites=14)
    shares = area_shares(problem, 0.7, 3, where_possible=True)
    short, needed = _needed(problem, shares)
    proof = least_cost(short, needed, rounds=20_000, tolerance=1e-7)
    assert by_area(short, needed, proof, Clock(5.0), seed=1, until_s=5.0) >= proof.value * (1 - 1e-4)


def test_the_search_keeps_every_share_and_never_gets_dearer():
    problem = drawn(5, demands=80, sites=20, areas=5)
    shares = area_shares(problem, 0.6, 5, where_possible=True)
    short, needed = _needed(problem, shares)
    begun = np.arange(len(short.site))
    plan = improved(short, needed, begun, Clock(5.0), seed=1, until_s=2.0, enough=lambda price: False)
    assert len(plan) < len(begun) and reaches(problem, short.site[plan], shares)
