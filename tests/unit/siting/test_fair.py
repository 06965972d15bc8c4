"""The worst area as well off as can be: by enumeration, by decisions on the share, and what is left over to the next worst."""

import itertools

import numpy as np
import pytest

from planner.siting import fair, fair_bound, models, reduce
from planner.siting.fair_search import FairPlan, ahead, fairer
from planner.siting.results import worth
from planner.siting.solver import Clock
from planner.siting.solving import solve
from planner.siting.starts import greedy_fair
from tests.unit.siting.drawn import best, drawn, problem


def city(seed, demands=24, sites=9, areas=4, **more):
    """Demand and sites at random in a square, areas by strips, whole weights."""
    draw = np.random.default_rng(seed)
    people, place = draw.random((demands, 2)), draw.random((sites, 2))
    apart = np.round(100 * np.hypot(*(people[:, None] - place[None]).transpose(2, 0, 1)))
    table = np.where(apart <= 30, apart, -1)
    area = np.minimum(areas - 1, (people[:, 0] * areas).astype(int))
    given = {"weight": draw.integers(1, 20, demands).astype(float), "area": area, "p": 4}
    return problem("max_min_share", table, **(given | more))


@pytest.fixture
def _by_decisions(monkeypatch):
    monkeypatch.setattr(fair, "DIRECT", 0)


@pytest.mark.usefixtures("_by_decisions")
@pytest.mark.parametrize("seed", range(10))
def test_decisions_end_at_the_optimum(seed):
    posed = drawn("max_min_share", seed)
    answer, wanted = solve(posed, time_limit_s=20), best(posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    if wanted is not None:
        assert answer.objective == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.mark.usefixtures("_by_decisions")
@pytest.mark.parametrize("seed", range(6))
def test_a_city_by_decisions_is_as_by_one_program(seed, monkeypatch):
    posed = city(seed) if seed % 2 else city(seed, p=None, budget=9.0, site_cost=np.random.default_rng(seed).integers(1, 5, 9))
    monkeypatch.setattr(fair, "ROUNDS", 0)  # the decisions have to find plans, too
    answer = solve(posed, time_limit_s=30)
    assert answer.status == "optimal" and answer.objective == pytest.approx(best(posed), rel=1e-9)


@pytest.mark.usefixtures("_by_decisions")
@pytest.mark.parametrize("seed", range(4))
def test_weights_that_are_not_whole_are_bracketed_closely(seed):
    posed = city(seed, weight=np.random.default_rng(seed).random(24) + 0.1)
    answer, wanted = solve(posed, time_limit_s=30), best(posed)
    assert answer.objective <= wanted * (1 + 1e-9) and answer.bound >= wanted * (1 - 1e-9)
    assert answer.gap <= 2 * fair.NEAR


def test_the_fewest_sites_of_every_area_are_told_to_the_solver(monkeypatch):
    """Two areas of two demands each that no site covers together: a share of 1 takes two sites in each."""
    posed = problem("max_min_share", [[1, -1, -1, -1], [-1, 1, -1, -1], [-1, -1, 1, -1], [-1, -1, -1, 1]], p=3, area=[0, 0, 1, 1])
    cover = reduce.cover(posed, all_rows=False, by_area=True)
    task = fair._task(posed, cover, models.area_weights(posed), np.zeros(2))
    said = []
    monkeypatch.setattr(models, "lscp_areas", lambda *given, made=models.lscp_areas: said.append(given[3:]) or made(*given))
    assert fair.decide(task, np.array([2.0, 2.0]), Clock(10), 1) == (None, True)
    assert [price for _, price in said[-1][0]] == [2.0, 2.0]
    columns, impossible = fair.decide(task, np.array([1.0, 1.0]), Clock(10), 1)
    assert not impossible and task.value(columns) >= 0.5


def test_a_share_is_rounded_to_what_the_weights_of_the_area_allow():
    posed = problem("max_min_share", [[1, 1]] * 4, weight=[3, 3, 6, 5], p=1, area=[0, 0, 0, 1])
    task = fair._task(posed, reduce.cover(posed, all_rows=False, by_area=True), models.area_weights(posed), np.zeros(2))
    assert task.covered_at(0.5).tolist() == [6.0, 5.0]  # multiples of 3 of 12, all or nothing of 5
    assert task.covered_at(0.5, more=True).tolist() == [9.0, 5.0]
    assert task.most_below(np.array([9.0, 5.0])) == 0.5  # the first area with 6 of 12; the second with nothing of 5


@pytest.mark.parametrize("seed", range(6))
def test_the_rest_goes_to_the_next_worst(seed):
    """No exchange of one site for another gives a better plan by the ascending shares, and the search never lowers the worst."""
    posed = city(seed, areas=3)
    total = models.area_weights(posed)
    cover = reduce.cover(posed, all_rows=False, by_area=True)
    start = greedy_fair(posed, cover, total)
    found = fairer(posed, cover, total, start, rounds=5, seed=1, out_of_time=lambda: False)
    key = FairPlan(posed, cover, total, found).key
    assert not ahead(FairPlan(posed, cover, total, start).key, key)
    for gone, new in itertools.product(found, set(range(len(cover.site))) - set(found.tolist())):
        other = np.append(found[found != gone], new)
        assert not ahead(FairPlan(posed, cover, total, other).key, key)
    sites = cover.site[found]
    assert key[0] == pytest.approx(worth(posed, sites).objective) and len(found) <= posed.p


def test_equal_worst_shares_are_told_apart_by_the_second():
    """Area 0 is served by site 0 alone; sites 1 and 2 serve a half and all of area 1: the fair plan takes 0 and 2."""
    posed = problem("max_min_share", [[1, -1, -1], [-1, -1, -1], [-1, 1, 1], [-1, -1, 1]], p=2, area=[0, 0, 1, 1])
    answer = solve(posed)
    assert (answer.status, answer.objective, answer.sites.tolist(), answer.covered_weight) == ("optimal", 0.5, [0, 2], 3.0)


@pytest.mark.parametrize("seed", range(8))
def test_no_plan_passes_the_bound_of_large_problems(seed):
    posed = city(seed, p=int(2 + seed % 3))
    total = models.area_weights(posed)
    cover = reduce.cover(posed, all_rows=False, by_area=True)
    bound = fair_bound.largest_share(cover, total, np.zeros(len(total)), most=posed.p, budget=None, target=0.0, out_of_time=lambda: False)
    assert best(posed) - 1e-9 <= bound < 1.0


def test_no_time_still_gives_a_plan_and_a_true_bound():
    posed = city(3)
    answer = solve(posed, time_limit_s=0.0)
    assert answer.objective <= best(posed) <= answer.bound and answer.sites.size
