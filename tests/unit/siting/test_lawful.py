"""Lawful plans near a wish, and interchange that stays lawful, against enumeration and by hand."""

from dataclasses import replace

import numpy as np
import pytest

from planner.siting.lawful import Interchange, improved, nearest_lawful
from planner.siting.results import worth
from planner.siting.rules import apart, at_least
from planner.siting.solver import Clock
from tests.unit.siting.drawn import best, drawn, problem
from tests.unit.siting.test_rules import ruled


def test_the_wish_is_kept_as_far_as_rules_allow():
    posed = problem("mclp", [[1, 1, -1], [-1, 1, 1]], weight=[1, 1], p=2, rules=apart([[0, 1]], fixed=np.zeros(3)))
    wish = nearest_lawful(posed, np.array([1.0, 1.0, 0.0]), Clock(10.0), 1)
    assert wish.sites is not None
    assert len(set(wish.sites.tolist()) & {0, 1}) == 1


def test_what_no_plan_keeps_is_proven():
    posed = problem("mclp", [[1, 1]], p=1, rules=at_least([0, 1], {0: 1, 1: 1}))
    assert nearest_lawful(posed, np.array([1.0, 0.0]), Clock(10.0), 1).impossible


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("model", ["mclp", "p_median"])
def test_interchange_stays_lawful_and_its_sums_are_the_plans(model, seed):
    posed = ruled(drawn(model, seed), seed)
    wish = nearest_lawful(posed, np.zeros(posed.sites), Clock(10.0), 1)
    if best(posed) is None:
        return
    clock = Clock(10.0)
    first = worth(posed, wish.sites)
    assert first.lawful
    after = worth(posed, improved(posed, wish.sites, clock, 10.0, seed=seed, rounds=3))
    assert after.lawful
    assert after.objective >= first.objective if posed.maximised else after.objective <= first.objective


def test_a_swap_that_an_area_needs():
    """Site 0 alone keeps area 0's rule; only site 1, in the same area, may take its place."""
    posed = problem("mclp", [[1, -1, -1], [-1, 1, -1], [-1, 1, -1], [-1, -1, 1]], weight=[1, 1, 1, 9], p=1,
                    rules=at_least([0, 0, 1], {0: 1}))
    game = Interchange(posed, np.array([0]))
    assert game.may_open(0).tolist() == [False, True, False]
    assert game.swap()
    assert np.flatnonzero(game.opened).tolist() == [1]
    assert not game.swap()


def test_demand_that_must_be_served_comes_before_all_saving():
    posed = replace(problem("p_median", [[0, 9], [9, 0], [-1, 5]], weight=[100, 1, 0], p=1), rules=at_least([0, 0], {0: 1}))
    assert improved(posed, np.array([0]), Clock(10.0), 10.0, seed=1, rounds=0).tolist() == [1]
