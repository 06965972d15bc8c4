"""Programmes on the one-street city: what is chosen, when it opens, what it closes, why the rest stays open; claims are checked."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from planner.errors import InputError
from planner.inputs.coordinates import parse_system, to_wgs84
from planner.plan import programme as programmes
from planner.plan.applying import apply
from planner.plan.programme import make_programme, wanted_targets
from planner.plan.programme_options import Candidate, Horizon
from planner.plan.programme_reasons import Lacking
from planner.plan.scenario import Action, Scenario
from planner.targets.evaluate import evaluate
from planner.targets.pack_rules import build_pack

DAY = dt.date(2030, 12, 31)
CRS = parse_system("EPSG:32650")
HOMES = {"home": [{"id": "h1", "x": 500, "name": "甲院", "beds": 40.0}, {"id": "h2", "x": 2500, "name": "乙院", "beds": 60.0}],
         "club": [{"id": "c1", "x": 500, "name": "甲站", "beds": 0.0}]}
EACH = {"metric": "count", "by": "community", "rollup": "every"}
BEDS = {"metric": "sum", "of": "beds"}
SHARE = {"metric": "count", "by": "community", "rollup": "share"}


def pack_of(*targets):
    """A pack of targets (id, (comparator, value[, value_max]), check, further keys)."""
    entries = []
    for ident, figure, check, *more in targets:
        figures = dict(zip(("comparator", "value", "value_max"), figure, strict=False))
        plain = {"id": ident, "title": {"zh": "指标", "en": "target"}, "clause": "c", "kind": "target", "layer": "home", "unit": "things"}
        entries.append(plain | figures | {"check": check} | (more[0] if more else {}))
    top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d", "year": 2021}}
    return build_pack(top | {"period": [2023, 2025], "target": entries}, "p.toml")


def new(ident, x, cost, *, layer="home", kind="new", premises="", existing=False, **values):
    """A new facility on the street."""
    lon, lat = (float(one[0]) for one in to_wgs84(CRS, np.array([float(x)]), np.array([0.0])))
    numbers = {key: float(value) for key, value in values.items()}
    action = Action("add", layer, ident, numbers, lon, lat)
    return Candidate(ident, kind, layer, float(cost), (action,), premises=premises, existing=existing)


def larger(ident, host, cost, beds):
    """A home enlarged."""
    action = Action("expand", "home", host, {"beds": float(beds)})
    return Candidate(ident, "expand", "home", float(cost), (action,), host=host, existing=True)


def programme(city, pack, candidates, *, lacking=(), years=(2026, 2030), targets=(), **horizon):
    wanted = wanted_targets(city, [pack], dt.date(years[1], 12, 31), targets)
    return make_programme(city, wanted, candidates, Horizon(*years, **horizon), lacking=lacking)


def why(found, lang="en"):
    return {one.target_id: one.why.say(lang) for one in found.left_open}


def test_the_cheapest_that_closes_and_its_scenario_confirms_it(draw):
    city, pack = draw(HOMES), pack_of(("each", (">=", 1), EACH), ("beds", (">=", 150), BEDS))
    offers = [new("n1", 1500, 30, beds=10), new("n2", 1600, 20, beds=10), new("n3", 3500, 25, beds=10), new("n4", 3600, 60, beds=50),
              larger("e1", "h2", 12, 100)]
    found = programme(city, pack, offers)
    assert (found.status, found.cost_cny, found.bound, found.gap) == ("optimal", 57.0, 57.0, 0.0)
    assert [(one.candidate.id, one.year, one.closes) for one in found.planned] == [
        ("e1", 2027, ("beds",)), ("n2", 2028, ("each", "beds")), ("n3", 2028, ("each", "beds"))]
    assert (found.closed, found.left_open, found.not_confirmed, found.broken) == (("each", "beds"), (), (), ())
    after = apply(city, [Scenario("s", None, found.actions)])
    assert [one.state for one in evaluate(after, [pack], as_of=DAY).targets] == ["met", "met"]
    assert [one.state for one in evaluate(city, [pack], as_of=DAY).targets] == ["not_met", "not_met"]


def test_money_is_spread_over_the_years_before_service(draw):
    city, pack = draw(HOMES), pack_of(("each", (">=", 1), EACH), ("beds", (">=", 150), BEDS))
    found = programme(city, pack, [new("n1", 1500, 30, beds=10), new("n2", 3500, 20, beds=40), larger("e1", "h2", 12, 100)])
    lines = {line.year: (line.spent_cny, line.opened, line.closed) for line in found.years}
    assert lines == {2026: (25.0, 0, ()), 2027: (25.0, 0, ()), 2028: (0.0, 2, ("each", "beds")), 2029: (0.0, 0, ("each", "beds")),
                     2030: (0.0, 0, ("each", "beds"))}
    assert sum(line.spent_cny for line in found.years) == found.cost_cny


def test_yearly_budgets_put_works_off(draw):
    """15 a year: one home of 20 takes 10 in each of two years, so the two that are needed cannot run side by side."""
    city, pack = draw(HOMES), pack_of(("each", (">=", 1), EACH))
    offers = [new("n1", 1500, 20), new("n2", 3500, 20)]
    found = programme(city, pack, offers, budgets=dict.fromkeys(range(2026, 2031), 15.0))
    assert (found.status, found.closed, sorted(one.year for one in found.planned)) == ("optimal", ("each",), [2028, 2030])
    assert all(line.spent_cny <= 15 for line in found.years)
    short = programme(city, pack, offers, budgets=dict.fromkeys(range(2026, 2031), 9.0))
    assert (short.closed, short.cost_cny) == ((), 0.0)
    assert why(short)["each"].startswith("the yearly budgets: closing it alone costs 40 yuan at least")


def test_a_budget_that_closes_nothing_still_shortens_the_gap(draw):
    city, pack = draw(HOMES), pack_of(("each", (">=", 1), EACH))
    found = programme(city, pack, [new("n1", 1500, 30), new("n2", 3500, 20)], budget_cny=45.0)
    assert (found.status, found.bound, [one.candidate.id for one in found.planned]) == ("optimal", 0.0, ["n2"])
    left = found.left_open[0]
    assert (left.needs_cny, left.before.units_met, left.after.units_met, left.after.units_required) == (50.0, 2, 3, 4)
    assert why(found)["each"] == "the budget: closing it alone costs 50 yuan at least, the budget is 45"


def test_binding_targets_go_before_more_targets(draw):
    city = draw(HOMES)
    pack = pack_of(("beds", (">=", 200), BEDS, {"binding": "binding"}), ("each", (">=", 1), EACH), ("rural", (">=", 2), {
        "metric": "count", "by": "township", "scope": {"class": "rural"}, "rollup": "every"}))
    offers = [larger("e1", "h1", 50, 140), new("n1", 1500, 10), new("n2", 3500, 10)]
    found = programme(city, pack, offers, budget_cny=50.0)
    assert (found.closed, [one.candidate.id for one in found.planned]) == (("beds",), ["e1"])
    assert why(found)["rural"] == "the budget: closing it alone costs 10 yuan at least, and the money closes other targets"


def test_existing_premises_before_new_land_where_costs_tie(draw):
    city, pack = draw(HOMES), pack_of(("share", (">=", 75), SHARE, {"unit": "% of communities"}))
    offers = [new("land", 1500, 20), new("school", 3500, 20, existing=True)]
    assert [one.candidate.id for one in programme(city, pack, offers).planned] == ["school"]
    cheaper = [new("land", 1500, 19), new("school", 3500, 20, existing=True)]
    assert [one.candidate.id for one in programme(city, pack, cheaper).planned] == ["land"]


def test_one_premises_holds_one_facility(draw):
    city = draw(HOMES)
    pack = pack_of(("homes", (">=", 3), {"metric": "count"}), ("clubs", (">=", 2), {"metric": "count", "layers": ["club"]}))
    offers = [new("a", 1500, 5, premises="p1"), new("b", 1500, 5, layer="club", premises="p1"), new("c", 1600, 8, layer="club")]
    assert sorted(one.candidate.id for one in programme(city, pack, offers).planned) == ["a", "c"]


def test_a_host_gives_up_beds_and_is_counted_without_them(draw):
    """The second home lends 20 of its 60 beds to a club: the target on its beds must stay met, so a third home brings 15 more."""
    city = draw(HOMES)
    pack = pack_of(("clubs", (">=", 2), {"metric": "count", "layers": ["club"]}), ("beds", (">=", 95), BEDS))
    lon, lat = (float(one[0]) for one in to_wgs84(CRS, np.array([2500.0]), np.array([0.0])))
    share = Candidate("s", "share", "club", 5.0, (Action("expand", "home", "h2", {"beds": 40.0}),
                                                  Action("add", "club", "s", {"beds": 20.0}, lon, lat)), host="h2")
    alone = programme(city, pack, [share])
    assert (alone.closed, alone.broken) == ((), ())
    assert why(alone)["clubs"] == "conflicting clauses: what would close it breaks beds, which is met"
    both = programme(city, pack, [share, new("n", 1500, 7, beds=15)])
    assert (both.closed, sorted(one.candidate.id for one in both.planned), both.broken) == (("clubs",), ["n", "s"], ())


def test_what_nobody_offers_and_what_comes_too_late(draw):
    city, pack = draw(HOMES), pack_of(("share", (">=", 100), SHARE, {"unit": "% of communities"}))
    found = programme(city, pack, [new("n1", 1500, 5)])
    assert (found.status, found.closed, found.cost_cny) == ("optimal", (), 0.0)
    assert why(found)["share"] == "no candidate: the candidates can bring at most 3 units to the figure, 4 are needed"
    late = programme(city, pack, [new("n1", 1500, 5), new("n2", 3500, 5)], years=(2026, 2027))
    assert (late.planned, late.closed) == ((), ())
    soon = programme(city, pack, [new("n1", 1500, 5), new("n2", 3500, 5)], years=(2026, 2027), lead={"new": 0})
    assert (soon.closed, [one.year for one in soon.planned]) == (("share",), [2026, 2026])
    assert [line.spent_cny for line in soon.years] == [10.0, 0.0]
    dear = programme(city, pack, [], lacking=[Lacking("share", "cost", "home", "new")])
    assert why(dear)["share"] == "no candidate: the project's cost table has no row for home, new"


def test_clauses_in_conflict_are_named(draw):
    city = draw(HOMES)
    pack = pack_of(("more", (">=", 4), {"metric": "count"}), ("fewer", ("<=", 90), BEDS))
    offers = [new("n1", 1500, 5, beds=10), new("n2", 3500, 5, beds=10), larger("e1", "h2", 1, 50)]
    found = programme(city, pack, offers)
    assert len(found.closed) == 1
    assert why(found)[found.left_open[0].target_id].startswith("conflicting clauses: it cannot be closed together with ")


def test_targets_that_no_programme_decides_are_told_apart(draw):
    city = draw(HOMES)
    pack = pack_of(("size", ("<=", 100), {"metric": "unit_value", "of": "households", "by": "community", "rollup": "every"}))
    assert why(programme(city, pack, [new("n1", 1500, 5)])) == {
        "size": "not decided by a programme: it is a value of the units themselves, which no facility changes"}


def test_years_decide_where_a_plan_counts_only_what_opens_in_its_period(draw):
    homes = {"home": [{"id": "h1", "x": 500, "opened": "2020-01-01"}]}
    later = pack_of(("new", (">=", 1), {"metric": "count", "opened_in": [2029, 2030]}))
    assert [one.year for one in programme(draw(homes), later, [new("n1", 1500, 5)]).planned] == [2029]
    past = pack_of(("new", (">=", 1), {"metric": "count", "opened_in": [2021, 2025]}))
    assert why(programme(draw(homes), past, [new("n1", 1500, 5)]))["new"].startswith("only what opens from 2021 to 2025 counts")


def test_a_claim_that_the_evaluation_does_not_bear_out_is_no_closed_target(draw, monkeypatch):
    """Were the actions never done to the city, the program would notice by itself."""
    city, pack = draw(HOMES), pack_of(("each", (">=", 1), EACH))
    monkeypatch.setattr(programmes, "_done", lambda city, picked: city)
    found = programme(city, pack, [new("n1", 1500, 5), new("n2", 3500, 5)])
    assert (found.closed, found.not_confirmed, [one.target_id for one in found.left_open]) == ((), ("each",), ["each"])


def test_lines_that_differ_from_the_evaluation_of_today_are_refused(draw, monkeypatch):
    city, pack = draw(HOMES), pack_of(("each", (">=", 1), EACH))
    right = programmes.form_of

    def wrong(*words):
        form = right(*words)
        return type(form)(form.target_id, form.asked[:-1], form.required, form.partial)

    monkeypatch.setattr(programmes, "form_of", wrong)
    found = programme(city, pack, [new("n1", 1500, 5), new("n2", 3500, 5)])
    assert why(found)["each"].startswith("not decided by a programme: its lines do not reproduce")


def test_all_met_asks_for_nothing(draw):
    found = programme(draw(HOMES), pack_of(("beds", (">=", 90), BEDS)), [new("n1", 1500, 5)])
    assert (found.status, found.planned, found.closed, found.left_open) == ("optimal", (), (), ())


def test_unknown_targets_are_named(draw):
    with pytest.raises(InputError, match="target_unknown"):
        programme(draw(HOMES), pack_of(("beds", (">=", 90), BEDS)), [], targets=("bets",))


def test_a_target_that_was_not_asked_for_and_breaks_is_listed(draw):
    city, pack = draw(HOMES), pack_of(("each", (">=", 1), EACH), ("few", ("<=", 100), BEDS))
    offers = [new("n1", 1500, 5, beds=10), new("n2", 3500, 5, beds=10)]
    alone = programme(city, pack, offers, targets=("each",))
    assert (alone.closed, alone.broken) == (("each",), ("few",))
    assert programme(city, pack, offers).closed == ()


def test_small_numbers_of_people_are_not_told(draw):
    """Three people beyond reach of everything that is offered: a project of persons hides how many they are."""
    city = draw(HOMES, people={"total": [100, 200, 300, 3]})
    pack = pack_of(("near", (">=", 100), {"metric": "population_within", "metres": 600, "by": "community"}, {"unit": "% of people"}))
    offers = [new("n1", 1500, 5)]
    (told,) = programme(city, pack, offers, budget_cny=5.0).left_open
    assert (told.after.shortfall, told.why.say("en")) == (3, "no candidate: with all candidates together it would still be short of 3")
    quiet = replace(city, demand=replace(city.demand, hide_small=True))
    (hidden,) = programme(quiet, pack, offers, budget_cny=5.0).left_open
    assert (hidden.after.shortfall, hidden.why.say("en")) == (None, "no candidate: no choice of candidates closes it")
