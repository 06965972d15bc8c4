"""Years, lead times, budgets and exclusions of candidate actions."""

import pytest

from planner.errors import InputError
from planner.plan.programme_options import (
    LEAD_YEARS,
    Candidate,
    Horizon,
    exclusive_groups,
    options_of,
    parse_budget,
    parse_lead,
    parse_years,
)
from planner.plan.scenario import Action


def one(ident, kind="new", do="add", host="", premises=""):
    return Candidate(ident, kind, "home", 12.0, (Action(do, "home", host or ident, {"beds": 5.0}, 1.0, 1.0),), host=host, premises=premises)


def test_a_budget_in_all_or_by_year():
    assert parse_budget("9e6") == (9e6, {})
    assert parse_budget("2026=3e6, 2027=4_000_000") == (None, {2026: 3e6, 2027: 4e6})


@pytest.mark.parametrize("text", ["much", "-5", "2026=", "26=5", "2026=3,2026=4", "inf", "2026=3,nan"])
def test_budgets_that_are_none(text):
    with pytest.raises(InputError, match="programme_budget"):
        parse_budget(text)


def test_years_as_a_span_or_one():
    assert (parse_years("2026:2030"), parse_years("2027")) == ((2026, 2030), (2027, 2027))
    for text, code in (("2030:2026", "programme_years"), ("soon", "programme_years_form"), ("2026:2027:2028", "programme_years_form")):
        with pytest.raises(InputError, match=code):
            parse_years(text)


def test_lead_times_over_the_defaults():
    assert parse_lead("") == dict(LEAD_YEARS)
    assert parse_lead("new=3, open=1")["new"] == 3
    for text in ("rent=1", "new=-1", "new"):
        with pytest.raises(InputError, match="programme_lead"):
            parse_lead(text)


def test_a_year_of_the_budget_outside_the_programme_is_refused():
    with pytest.raises(InputError, match="programme_budget_year"):
        Horizon(2026, 2028, None, {2029: 5.0})


def test_money_goes_before_service():
    span = Horizon(2026, 2030)
    assert list(span.opens("new")) == [2028, 2029, 2030]
    assert span.spend("new", 2029, 12.0) == {2027: 6.0, 2028: 6.0}
    assert span.spend("open", 2026, 12.0) == {2026: 12.0}


def test_options_are_the_earliest_year_but_with_yearly_budgets_or_dated_targets_every_one():
    some = [one("a"), one("b", "open", "expand", "h1")]
    assert [(o.candidate, o.year, o.late) for o in options_of(some, Horizon(2026, 2029))] == [(0, 2028, 0), (1, 2026, 0)]
    yearly = options_of(some, Horizon(2026, 2029, None, {2026: 1.0}))
    assert [(o.candidate, o.year, o.late) for o in yearly] == [(0, 2028, 0), (0, 2029, 1)] + [(1, 2026 + k, k) for k in range(4)]
    assert len(options_of(some, Horizon(2026, 2029), frozenset({"home"}))) == 6
    assert options_of(some[:1], Horizon(2026, 2027)) == ()


def test_what_excludes_each_other():
    some = [one("a", premises="p"), one("b", premises="p"), one("c", "expand", "expand", "h1"), one("d", "convert", "set", "h1"), one("e")]
    assert exclusive_groups(some, options_of(some, Horizon(2026, 2030))) == ((0, 1), (2, 3))


def test_what_is_added_is_in_service_from_new_year():
    (action,) = one("a").in_year(2028)
    assert action.values == {"name": "a", "status": "operating", "opened": "2028-01-01", "beds": 5.0}
    assert action.details == {"year": 2028, "cost_cny": 12.0}
