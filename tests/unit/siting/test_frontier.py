"""The frontier between the total and the worst area, against enumeration."""

from dataclasses import replace

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.frontier import frontier
from planner.siting.results import nearest, worst_share
from planner.siting.rules import apart
from tests.unit.siting.drawn import best, drawn, problem
from tests.unit.siting.test_alternatives import lawful_plans

TWO_TOWNS = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]  # a site for each demand


@pytest.mark.parametrize("seed", range(25))
def test_as_enumeration(seed):
    posed = replace(drawn("max_min_share", seed), model="mclp")
    if seed % 3 == 0:
        posed = replace(posed, rules=apart(np.random.default_rng(seed).integers(0, posed.sites, (2, 2)), fixed=posed.fixed))
    curve = frontier(posed, points=4)
    assert curve.infeasible == (best(posed) is None)
    if curve.infeasible:
        assert curve.points == ()
        return
    plans = []
    for sites, covered in lawful_plans(posed):
        near = nearest(posed.by_demand, np.isin(np.arange(posed.sites), list(sites)))[0]
        plans.append((covered, worst_share(posed, near >= 0)))
    assert curve.most_share == pytest.approx(max(share for _, share in plans))
    assert curve.most_weight == pytest.approx(max(covered for covered, _ in plans))
    for point in curve.points:
        wanted = max(covered for covered, share in plans if share >= point.floor - 1e-9)
        assert (point.covered_weight, point.bound, point.status) == (pytest.approx(wanted), pytest.approx(wanted), "optimal")
        assert point.worst_share >= point.floor - 1e-9
    assert curve.stopped == "proof"


def test_by_hand():
    """9 people in town 0 with two sites, 1 in town 1 with one: two sites cover 9 of 10 in all, or 6 of 10 with every town served."""
    curve = frontier(problem("mclp", TWO_TOWNS, weight=[5, 4, 1], area=[0, 0, 1], p=2), points=2)
    assert [(point.covered_weight, round(point.worst_share, 6)) for point in curve.points] == [(9.0, 0.0), (6.0, round(5 / 9, 6))]
    assert not any(point.dominated for point in curve.points)


def test_no_time_still_brackets():
    posed = problem("mclp", TWO_TOWNS, weight=[5, 4, 1], area=[0, 0, 1], p=2)
    curve = frontier(posed, points=3, time_limit_s=0.0)
    for point in curve.points:
        assert point.covered_weight <= 9.0 <= curve.most_weight
        assert point.bound >= point.covered_weight


@pytest.mark.parametrize(("model", "more", "code"), [
    ("p_median", {"area": [0]}, "siting_frontier_model"), ("mclp", {}, "siting_areas_needed"),
    ("mclp", {"area": [0]}, "siting_limit_invalid")])
def test_what_has_no_frontier(model, more, code):
    with pytest.raises(SitingError, match=code):
        frontier(problem(model, [[1]], p=1, **more), points=1)
