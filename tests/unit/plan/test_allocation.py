"""Splits worked by hand."""

import datetime as dt

import pytest

from planner.errors import InputError
from planner.plan.allocation import Factor, allocate
from planner.plan.allocation_factors import Known, parse_factors

CODES = ["A", "B", "C"]


def amounts(quota, *factors, **more):
    return [one.amount for one in allocate(quota, CODES, [Factor(*factor) for factor in factors], **more)]


def test_largest_remainders():
    """7 by 47 : 16 : 37 is 3.29, 1.12, 2.59: the last bed goes to the third."""
    assert amounts(7, ("people", (47, 16, 37))) == [3, 1, 3]


def test_factors_are_shares_times_weights():
    """Half by people (1/2, 1/2, 0), half by gap (0, 0, 1)."""
    assert amounts(8, ("people", (5, 5, 0), 1.0), ("gap", (0, 0, 3), 1.0)) == [2, 2, 4]
    assert amounts(8, ("people", (5, 5, 0), 3.0), ("gap", (0, 0, 3), 1.0)) == [3, 3, 2]


def test_bounds_are_kept_and_the_rest_goes_by_weight():
    """A is capped at 2, B must have 5: C takes what is left of 12 though its weight is small."""
    assert amounts(12, ("people", (80, 10, 10)), most={"A": 2}, least={"B": 5}) == [2, 5, 5]
    assert amounts(12, ("people", (80, 0, 20)), least={"B": 3}) == [7, 3, 2]


def test_ties_go_to_the_earlier_unit():
    assert amounts(4, ("people", (1, 1, 1))) == [2, 1, 1]
    assert amounts(4, ("people", (1, 1, 1)), method="webster") == [2, 1, 1]


def test_largest_remainders_may_take_from_a_unit_when_the_quota_grows_and_webster_does_not():
    """The paradox of Alabama: with 11 instead of 10 the smallest falls from 2 to 1."""
    assert amounts(10, ("people", (6, 6, 2))) == [4, 4, 2]
    assert amounts(11, ("people", (6, 6, 2))) == [5, 5, 1]
    assert [amounts(quota, ("people", (6, 6, 2)), method="webster") for quota in (10, 11)] == [[5, 4, 1], [5, 5, 1]]


@pytest.mark.parametrize(("more", "code"), [
    ({"least": {"A": 9}}, "allocation_least"), ({"most": dict.fromkeys(CODES, 2)}, "allocation_most"),
    ({"least": {"A": 3}, "most": {"A": 2}}, "allocation_bounds"), ({"method": "luck"}, "allocation_quota")])
def test_splits_that_cannot_be(more, code):
    with pytest.raises(InputError, match=code):
        amounts(8, ("people", (1, 1, 1)), **more)


@pytest.mark.parametrize(("factor", "code"), [
    (("a", (0, 0, 0)), "allocation_factor_zero"), (("a", (1, -1, 1)), "allocation_factor"), (("a", (1, 1, 1), 0.0), "allocation_factor"),
    (("a", (1, float("nan"), 1)), "allocation_factor")])
def test_factors_that_are_none(factor, code):
    with pytest.raises(InputError, match=code):
        amounts(8, factor)


def test_factors_as_written():
    assert parse_factors("age_60_plus=0.6, gap") == [("age_60_plus", 0.6), ("gap", 1.0)]
    for text in ("", "a=x", "a=0", "=3"):
        with pytest.raises(InputError, match="allocation_factors"):
            parse_factors(text)


def test_people_of_units_and_tables(draw):
    known = Known(draw({}), "township", {"waiting": {"B": 7.0}, "most": {"A": 3.0}}, (), None, dt.date(2026, 1, 1))
    assert known.factor("age_60_plus", 2.0) == Factor("age_60_plus", (30.0, 70.0), 2.0)
    assert known.factor("waiting", 1.0).values == (0.0, 7.0)
    assert (known.bounds("most", None), known.bounds("least", 1)) == ({"A": 3}, {"A": 1, "B": 1})
    for name, code in (("gap", "allocation_target"), ("cats", "allocation_factor_unknown")):
        with pytest.raises(InputError, match=code):
            known.factor(name, 1.0)
