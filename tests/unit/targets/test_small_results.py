"""Evaluations where counts of 1 to 4 people are hidden: on the one street of conftest.py, with other people on it."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from planner.targets.evaluation import Evaluation
from planner.targets.small_results import published_evaluation

DAY = dt.date(2025, 12, 31)
HOME = {"home": [{"x": 600, "name": "甲养老院", "beds": 60}]}
WITHIN = {"metric": "population_within", "metres": 1000, "travel": "walk", "by": "community"}
"""A1 (100 m away) and A2 (900 m) are within 1000 m of the home, B1 and B2 are not."""


@pytest.fixture
def judged(draw, ask):
    def make(heads, figure, check, *, hide=True, **more):
        city = draw(HOME)
        city = replace(city, demand=replace(city.demand, people={"total": np.array(heads, dtype=float)}, hide_small=hide))
        before = ask(city, figure, check, **more)
        return before, published_evaluation(city, Evaluation("p", ("p",), DAY, (before,))).targets[0]

    return make


def told(result):
    return {unit.code: unit.value for unit in result.units}


def test_a_small_unit_is_hidden_with_the_one_that_completes_it(judged):
    before, shown = judged((100, 3, 200, 400), (">=", 60), WITHIN | {"rollup": "share", "each": {"comparator": ">=", "value": 0.6}},
                           unit="% of units")
    assert told(before) == {"A1": 1.0, "A2": 1.0, "B1": 0.0, "B2": 0.0}
    assert told(shown) == {"A1": None, "A2": None, "B1": 0.0, "B2": 0.0}  # A2 has 3 people; A1 or the township would tell them
    assert [unit.state for unit in shown.units] == [unit.state for unit in before.units]
    assert shown.value == before.value == 0.5 and shown.note[-1] == ("note.small_counts", {"count": 2})
    assert shown.units[0].people_affected == shown.units[1].people_affected == {} and shown.people_affected == {"total": 600}


def test_those_affected_are_protected_where_only_failing_units_are_summed(judged):
    """B1 fails with 3 people, and B2 must be hidden with it: 403 less 400 would tell."""
    _, shown = judged((100, 200, 3, 400), (">=", 60), WITHIN, unit="% of people")
    assert told(shown) == {"A1": 1.0, "A2": 1.0, "B1": None, "B2": None} and shown.people_affected == {"total": 403}


def test_the_worst_unit_is_not_told_where_it_is_hidden(judged):
    before, shown = judged((100, 200, 3, 400), (">=", 60), WITHIN | {"rollup": "every"}, unit="% of people")
    assert before.value == 0 and before.formula and before.shortfall is not None
    assert (shown.value, shown.shortfall, shown.action, shown.formula, shown.state) == (None, None, None, (), "not_met")
    assert shown.reported is None or shown.reported.computed is None


def test_a_rate_tells_its_people_too(judged):
    """60 beds for 3 people in A1: 20,000 per 1,000 would tell the 3."""
    check = {"metric": "rate", "of": "beds", "per": 1000, "by": "community", "rollup": "every"}
    before, shown = judged((3, 200, 300, 400), (">=", 1), check)
    assert told(before)["A1"] == 20000 and told(shown) == {"A1": None, "A2": None, "B1": 0.0, "B2": 0.0}


def test_counts_of_facilities_stay_and_only_the_affected_go(judged):
    before, shown = judged((100, 200, 3, 400), (">=", 1), {"metric": "count", "by": "community", "rollup": "every"})
    assert told(shown) == told(before) == {"A1": 1, "A2": 0, "B1": 0, "B2": 0} and shown.value == before.value
    assert [unit.people_affected for unit in shown.units] == [{}, {"total": 200}, {}, {}] and shown.people_affected == {"total": 603}


def test_a_whole_that_is_small_is_not_told(judged):
    _, shown = judged((100, 200, 1, 2), (">=", 60), WITHIN, unit="% of people")
    assert (shown.value, shown.shortfall, shown.people_affected, shown.formula) == (None, None, {}, ()) and shown.state == "met"


def test_nothing_changes_where_nothing_is_to_be_hidden(judged):
    before, shown = judged((100, 3, 300, 400), (">=", 60), WITHIN, unit="% of people", hide=False)
    assert shown is before
    before, shown = judged((100, 200, 300, 400), (">=", 60), WITHIN, unit="% of people")
    assert told(shown) == told(before) and shown.note == before.note and shown.people_affected == before.people_affected


@pytest.mark.parametrize("seed", range(12))
def test_no_sum_less_what_is_told_leads_to_1_to_4(judged, seed):
    """Whatever is subtracted from a township or the whole, what is left is nobody or 5 and more."""
    rng = np.random.default_rng(seed)
    heads = rng.integers(0, 12, 4).astype(float)
    before, shown = judged(heads, (">=", 60), WITHIN, unit="% of people")
    beyond = np.array([unit.people_affected["total"] for unit in before.units])
    hidden = np.array([(unit.value is None and was.value is not None) or (not unit.people_affected and bool(was.people_affected))
                       for unit, was in zip(shown.units, before.units, strict=True)])
    for column in (heads, beyond, heads - beyond):
        assert not any(0 < count < 5 for count in column[~hidden])
        if shown.value is not None:  # the whole is told: what is hidden of it is nobody, or enough
            assert not 0 < column[hidden].sum() < 5
