"""Candidate actions worked out from the gaps of the one-street city, with the project's unit costs."""

import datetime as dt

import numpy as np
import pytest

from planner.inputs.coordinates import parse_system, to_plane
from planner.inputs.layers import FacilityLayer, Source
from planner.plan.gaplist import UnitCost
from planner.plan.programme import make_programme, wanted_targets
from planner.plan.programme_generate import generate
from planner.plan.programme_options import Horizon
from planner.plan.programme_reasons import Lacking
from planner.targets.pack_rules import build_pack

DAY = dt.date(2030, 12, 31)
HOMES = {"home": [{"id": "h1", "x": 500, "name": "甲院", "beds": 40.0, "nursing_beds": 10.0, "area_m2": 1000.0, "kind": "民办"},
                  {"id": "h2", "x": 2500, "name": "乙院", "beds": 60.0, "nursing_beds": 40.0, "area_m2": 1400.0, "kind": "公办"}]}
COSTS = (UnitCost("home", "new", "bed", 200_000.0, "2025", "本市", "assumed", running_cny=3_000.0),
         UnitCost("home", "expand", "bed", 90_000.0), UnitCost("home", "convert", "bed", 50_000.0))


def pack_of(figure, check, **more):
    figures = dict(zip(("comparator", "value", "value_max"), figure, strict=False))
    entry = {"id": "t", "title": {"zh": "指标", "en": "target"}, "clause": "c", "kind": "target", "layer": "home", "unit": "things"}
    top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d", "year": 2021}}
    return build_pack(top | {"period": [2023, 2025], "target": [entry | figures | {"check": check} | more]}, "p.toml")


@pytest.fixture
def offered(draw):
    def one(figure, check, *, costs=COSTS, premises=(), unit="things"):
        city = draw(HOMES)
        if premises:
            city.candidates["idle"] = ledger(draw, premises)
        wanted = wanted_targets(city, [pack_of(figure, check, unit=unit)], DAY)
        return city, wanted, generate(city, wanted, costs, day=DAY)

    return one


def ledger(draw, rows):
    """A ledger of premises as [candidates] gives it."""
    layer = draw({"idle": list(rows)}).facilities["idle"]
    return FacilityLayer("idle", layer.frame, Source("idle.csv", "dead", len(rows), ""))


def places(city, found):
    x, _ = to_plane(parse_system("EPSG:4326"), np.array([one.lon for one in found]), np.array([one.lat for one in found]),
                    parse_system(city.crs))
    return [round(float(value)) for value in x]


def test_a_home_in_each_community_without_one(offered):
    city, wanted, made = offered((">=", 1), {"metric": "count", "by": "community", "rollup": "every"})
    assert [(one.id, one.kind, one.unit, one.estimate, one.price_year, one.source, one.certainty) for one in made.candidates] == [
        ("G0001", "new", "A2", True, "2025", "本市", "assumed"), ("G0002", "new", "B2", True, "2025", "本市", "assumed")]
    assert places(city, made.candidates) == [1500, 3500]
    (action,) = made.candidates[0].actions
    assert (action.do, action.id, dict(action.values)) == ("add", "G0001", {"beds": 50.0, "area_m2": 1200.0, "nursing_beds": 0.0})
    assert (made.candidates[0].cost_cny, made.candidates[0].running_cny) == (50 * 200_000, 50 * 3_000)
    found = make_programme(city, wanted, made.candidates, Horizon(2026, 2030), lacking=made.lacking)
    assert (found.closed, found.cost_cny) == (("t",), 2 * 50 * 200_000)


def test_conditions_are_built_or_met_by_raising_what_is_there(offered):
    where = {"nursing_beds / beds": ">= 0.6", "beds": ">= 50"}
    city, wanted, made = offered((">=", 1), {"metric": "count", "where": where, "by": "township", "rollup": "every"})
    kinds = {one.kind: one for one in made.candidates}
    assert dict(kinds["new"].actions[0].values) == {"beds": 50.0, "nursing_beds": 30.0, "area_m2": 1200.0}
    raised = kinds["expand"]
    assert (raised.host, raised.cost_cny, dict(raised.actions[0].values)) == ("h1", 10 * 90_000, {"beds": 50.0, "nursing_beds": 30.0})
    found = make_programme(city, wanted, made.candidates, Horizon(2026, 2030))
    assert (found.closed, [one.candidate.id for one in found.planned]) == (("t",), [raised.id])


def test_beds_are_added_where_they_are_short(offered):
    city, wanted, made = offered((">=", 55), {"metric": "sum", "of": "beds", "by": "township", "rollup": "every"})
    offers = {(one.kind, one.host, dict(one.actions[0].values)["beds"], one.cost_cny) for one in made.candidates}
    assert offers == {("new", "", 15.0, 3_000_000.0), ("expand", "h1", 55.0, 1_350_000.0)}
    assert make_programme(city, wanted, made.candidates, Horizon(2026, 2030)).cost_cny == 1_350_000


def test_a_quotient_is_raised_within_what_is_there(offered):
    city, wanted, made = offered((">=", 60), {"metric": "ratio", "of": "nursing_beds", "in": "beds", "by": "facility", "rollup": "every"},
                                 unit="% of beds")
    assert [(one.kind, one.host, dict(one.actions[0].values), one.cost_cny) for one in made.candidates] == [
        ("convert", "h1", {"nursing_beds": 24.0}, 14 * 50_000)]
    assert make_programme(city, wanted, made.candidates, Horizon(2026, 2030)).closed == ("t",)


def test_a_word_is_changed_in_existing_facilities(offered):
    _, _, made = offered(("=", 100), {"metric": "facility_share", "having": {"kind": "公办"}}, unit="% of homes")
    changed = [one for one in made.candidates if one.kind == "convert"]
    assert [(one.host, one.actions[0].do, dict(one.actions[0].values), one.cost_cny) for one in changed] == [
        ("h1", "set", {"kind": "公办"}, 40 * 50_000)]


def test_premises_come_before_homes_and_are_used_once(offered):
    rows = [{"id": "p1", "x": 1600, "name": "旧校舍", "kind": "闲置校舍", "layer": "", "area_m2": 900.0, "cost_cny": None},
            {"id": "p2", "x": 1700, "name": "小屋", "kind": "闲置用房", "layer": "", "area_m2": 100.0, "cost_cny": None},
            {"id": "p3", "x": 1800, "name": "空地", "kind": "国有空地", "layer": "home", "area_m2": 500.0, "cost_cny": 7_000_000.0},
            {"id": "p4", "x": 1900, "name": "别用", "kind": "闲置用房", "layer": "club", "area_m2": 5000.0, "cost_cny": 1.0}]
    _, _, made = offered((">=", 1), {"metric": "count", "by": "township", "scope": {"name": ["甲街道", "乙镇"]}, "rollup": "every",
                                     "where": {"beds": ">= 45"}}, premises=rows)
    found = [(one.kind, one.premises, one.existing, one.cost_cny, one.estimate) for one in made.candidates if one.premises]
    assert found == [("convert", "idle:p1", True, 45 * 50_000, True), ("new", "idle:p3", False, 7_000_000, False)]


def test_what_has_no_unit_cost_is_told_and_not_offered(offered):
    _, _, made = offered((">=", 1), {"metric": "count", "by": "community", "rollup": "every"}, costs=())
    assert (made.candidates, made.lacking) == ((), (Lacking("t", "cost", "home", "new"),))


def test_people_beyond_reach_get_places_where_they_live(offered):
    city, wanted, made = offered((">=", 100), {"metric": "population_within", "metres": 600}, unit="% of people")
    assert sorted(places(city, made.candidates)) == [1500, 3500]
    found = make_programme(city, wanted, made.candidates, Horizon(2026, 2030))
    assert (found.closed, len(found.planned)) == (("t",), 2)


def test_spare_beds_are_opened_first_where_that_is_cheapest(draw):
    """The home is approved for 60 beds and runs 40: 15 more need no building."""
    city = draw({"home": [{"id": "h1", "x": 500, "name": "甲院", "beds": 40.0, "approved_beds": 60.0}]})
    check = {"metric": "sum", "of": "beds", "by": "township", "scope": {"class": "urban"}, "rollup": "every"}
    wanted = wanted_targets(city, [pack_of((">=", 55), check)], DAY)
    made = generate(city, wanted, (*COSTS, UnitCost("home", "open", "bed", 2_000.0)), day=DAY)
    found = make_programme(city, wanted, made.candidates, Horizon(2026, 2030))
    assert [(one.candidate.kind, one.candidate.host, one.candidate.cost_cny, one.year) for one in found.planned] == [
        ("open", "h1", 30_000, 2026)]
