"""Two scenarios of the one-street city compared, each figure worked by hand.

People: A1 500 m 100, A2 1500 m 200, B1 2500 m 300, B2 3500 m 400 (1,000 in all). Walking is 50 m a minute. Homes at 600 m and 2600 m.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from planner.errors import InputError
from planner.i18n import error_text
from planner.inputs.coordinates import parse_system, to_wgs84
from planner.plan.common_units import on_boundaries
from planner.plan.comparing import Side, compare, to_dict
from planner.plan.scenario import Action, Scenario
from planner.plan.scenario_costs import ActionsCost
from planner.plan.service_changes import service_changes
from planner.plan.service_changes import to_dict as changes_dict
from planner.targets.pack_rules import build_pack

DAY = dt.date(2025, 12, 31)
CRS = parse_system("EPSG:32650")
HOMES = {"home": [{"id": "h1", "x": 600, "name": "甲", "beds": 60}, {"id": "h2", "x": 2600, "name": "乙", "beds": 40}]}
CHECKS = {
    "beds": ({"metric": "sum", "of": "beds"}, "beds", 120),
    "near": ({"metric": "population_within", "minutes": 4, "travel": "walk", "by": "township"}, "% of people", 60),  # 200 m
    "each": ({"metric": "count", "by": "township", "rollup": "share"}, "% of townships", 100),
    "size": ({"metric": "unit_value", "of": "total", "by": "township", "rollup": "every"}, "people", 800),
}


def at(x: float) -> dict[str, float]:
    lon, lat = to_wgs84(CRS, np.array([x]), np.array([0.0]))
    return {"lon": float(lon[0]), "lat": float(lat[0])}


@pytest.fixture
def pack():
    plain = {"title": {"zh": "指标", "en": "target"}, "clause": "1", "kind": "target", "layer": "home"}
    entries = [plain | {"id": key, "check": check, "comparator": "<=" if key == "size" else ">=", "value": value, "unit": unit}
               for key, (check, unit, value) in CHECKS.items()]
    return build_pack({"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d"},
                       "target": entries}, "p.toml")


def sides(city, a: tuple[Action, ...], b: tuple[Action, ...]) -> tuple[Side, Side]:
    return Side("a", city, (Scenario("a", None, a),)), Side("b", city, (Scenario("b", None, b),))


def changed(found) -> dict[str, object]:
    return {one.a.target.id: one for one in found.targets}


CLOSE, ADD = Action("close", "home", "h1", details={"cost_cny": 10.0}), Action("add", "home", "h9", {"beds": 25.0}, **at(3400))


def test_differences_causes_people_and_cost(draw, pack) -> None:
    found = compare(*sides(draw(HOMES), (), (CLOSE, ADD)), [pack], as_of=DAY)
    by = changed(found)
    assert (by["beds"].a.value, by["beds"].b.value, by["beds"].difference) == (100, 65, -35)
    assert by["beds"].parts == {("closed_site", "b"): -60, ("new_site", "b"): 25}
    # h1 has A1 within 200 m (100 people), h2 B1 (300); h9 at 3,400 m gives B2 (400)
    assert (by["near"].a.value, by["near"].b.value) == (0.4, 0.7)
    assert by["near"].parts == pytest.approx({("closed_site", "b"): -0.1, ("new_site", "b"): 0.4})
    people = by["near"].people
    assert (people.group, people.gained, people.lost, dict(people.units)) == ("total", 400, 100, {"A": (0, 100), "B": (400, 0)})
    assert dict(by["near"].unit_parts["A"]) == pytest.approx({("closed_site", "b"): -1 / 3, ("new_site", "b"): 0})
    assert (by["each"].a.state, by["each"].b.state, by["each"].difference) == ("met", "not_met", -0.5)
    assert by["size"].difference == 0
    assert by["size"].people is None
    assert (found.method, found.cost["a"], found.cost["b"]) == ("shapley", ActionsCost(), ActionsCost(10, 0, 1))


def test_the_other_way_round_is_the_opposite(draw, pack) -> None:
    city = draw(HOMES)
    there, back = (compare(*pair, [pack], as_of=DAY) for pair in (sides(city, (), (CLOSE, ADD)), sides(city, (CLOSE, ADD), ())))
    for one, other in zip(there.targets, back.targets, strict=True):
        assert one.difference == -other.difference
        assert {cause: amount for (cause, _), amount in one.parts.items()} == pytest.approx(
            {cause: -amount for (cause, _), amount in other.parts.items()})


def test_what_both_share_is_no_cause(draw, pack) -> None:
    found = compare(*sides(draw(HOMES), (CLOSE,), (CLOSE, ADD)), [pack], as_of=DAY)
    assert found.players == (("new_site", "b"),)
    assert changed(found)["beds"].parts == {("new_site", "b"): 25}


def test_what_touches_a_new_site_belongs_to_it(draw, pack) -> None:
    found = compare(*sides(draw(HOMES), (), (ADD, Action("expand", "home", "h9", {"beds": 40.0}),
                                             Action("expand", "home", "h2", {"beds": 50.0}))), [pack], as_of=DAY)
    assert changed(found)["beds"].parts == {("new_site", "b"): 40, ("changed_facility", "b"): 10}


def test_causes_that_need_each_other_are_told_in_order(draw, pack) -> None:
    same = Action("add", "home", "h9", {"beds": 30.0}, **at(3400))  # the same id on both sides: neither can stand beside the other
    found = compare(*sides(draw(HOMES), (ADD,), (same,)), [pack], as_of=DAY)
    assert found.method == "in_order"
    assert changed(found)["beds"].parts == {("new_site", "a"): -25, ("new_site", "b"): 30}
    assert changed(found)["beds"].difference == 5


def test_new_data_and_parameters_are_causes(draw, pack) -> None:
    old = draw(HOMES, parameters={"near": {"share": 0.5}})
    new = draw({"home": [*HOMES["home"], {"id": "h3", "x": 1500, "beds": 10}]}, travels={"walk": ("walk", 25.0)})
    found = compare(Side("baseline", old), Side("baseline", new), [pack], as_of=DAY)
    assert found.players == (("new_data", "b"), ("new_parameter", "b"))
    assert changed(found)["beds"].parts == {("new_data", "b"): 10, ("new_parameter", "b"): 0}
    # 100 m instead of 200 m still has A1 and B1, and h3 stands at A2's door: the data alone +0.2 either way
    assert changed(found)["near"].parts == pytest.approx({("new_data", "b"): 0.2, ("new_parameter", "b"): 0})


def test_an_unknown_value_has_no_causes(draw, pack) -> None:
    found = compare(*sides(draw(HOMES), (), (Action("set", "home", "h2", {"beds": ""}),)), [pack], as_of=DAY)
    one = changed(found)["beds"]
    assert one.b.state == "data_missing"
    assert one.difference == -40  # what is known of it
    assert one.b.at_least


def test_small_counts_are_not_told(draw, pack) -> None:
    city = draw(HOMES)
    city = replace(city, demand=replace(city.demand, hide_small=True))
    few = replace(city, demand=replace(city.demand, people={"total": np.array([3.0, 0, 300, 400])}))
    hidden = changed(compare(*sides(few, (), (CLOSE,)), [pack], as_of=DAY))["near"]
    assert [unit.value for unit in (*hidden.a.units, *hidden.b.units)] == [None] * 4  # town A has 3 people, and B would tell it
    found = compare(*sides(city, (), (CLOSE,)), [pack], as_of=DAY)
    assert changed(found)["near"].people is None
    assert changed(found)["near"].parts is None
    assert service_changes(found.city_a, found.city_b, travel="walk", minutes=10, as_of=DAY) is None


def test_as_json(draw, pack) -> None:
    told = to_dict(compare(*sides(draw(HOMES), (), (CLOSE, ADD)), [pack], as_of=DAY))
    assert (told["schema"], told["a"], told["b"], told["date"], told["attribution"]) == ("planner.compare/1", "a", "b", "2025-12-31",
                                                                                          "shapley")
    near = next(one for one in told["targets"] if one["id"] == "near")
    assert set(near["a"]) == {"state", "value", "shortfall"}
    units = [(unit["code"], unit["a"], unit["b"]) for unit in near["units"]]
    assert units == [("A", pytest.approx(1 / 3), 0), ("B", pytest.approx(3 / 7), 1)]
    assert near["causes"] == [{"cause": "closed_site", "of": "b", "amount": pytest.approx(-0.1)},
                              {"cause": "new_site", "of": "b", "amount": pytest.approx(0.4)}]


# ---- whom a site leaves, and who takes them --------------------------------------------------------------------------
def test_whom_a_closed_site_leaves(draw, pack) -> None:
    found = compare(*sides(draw(HOMES), (), (CLOSE,)), [pack], as_of=DAY)
    changes = service_changes(found.city_a, found.city_b, travel="walk", minutes=22, as_of=DAY)
    # h1 (600 m) was the nearest of A1 (100 m away) and A2 (900 m); from 2,600 m they are 2,100 m and 1,100 m: 40 and 4 minutes more
    left, = changes.departures
    assert (left.id, left.how, left.people, left.stranded) == ("h1", "closed", 300, 0)
    assert left.extra_min == pytest.approx((100 * 40 + 200 * 4) / 300)
    assert left.longest_extra_min == pytest.approx(40)
    assert [(unit.code, unit.people, unit.minutes_before, unit.minutes_after) for unit in left.units] == [
        ("A1", 100, pytest.approx(2), pytest.approx(42)), ("A2", 200, pytest.approx(18), pytest.approx(22))]
    assert [(taker.id, taker.people, taker.before, taker.after) for taker in left.takers] == [("h2", 300, 700, 1000)]
    # within 22 minutes (1,100 m): before A1 and A2 have h1, A2 and B1 and B2 have h2 (1,100, 100, 900 m)
    reach, = changes.dependence
    assert reach.a == (0, 800, 200, 0)
    assert reach.b == (100, 900, 0, 0)
    assert dict(reach.units) == {"A1": ((0, 100, 0, 0), (100, 0, 0, 0)), "A2": ((0, 0, 200, 0), (0, 200, 0, 0))}
    told = changes_dict(changes)
    assert told["departures"][0]["taken_by"][0] == {"id": "h2", "name": "乙", "people": 300, "people_before": 700, "people_after": 1000}
    assert told["in_reach"][0]["b"] == {"none": 100, "one": 900, "two": 0, "three_or_more": 0}


def test_whom_a_moved_site_leaves(draw, pack) -> None:
    found = compare(*sides(draw(HOMES), (), (Action("move", "home", "h1", **at(1500)),)), [pack], as_of=DAY)
    left, = service_changes(found.city_a, found.city_b, travel="walk", minutes=10, as_of=DAY).departures
    assert (left.how, left.people) == ("moved", 300)
    assert left.extra_min == pytest.approx((100 * (1000 - 100) / 50 - 200 * 900 / 50) / 300)  # A1 farther, A2 nearer
    assert [(taker.id, taker.people) for taker in left.takers] == [("h1", 300)]


def test_who_reaches_nothing_any_more(draw, pack) -> None:
    found = compare(*sides(draw({"home": HOMES["home"][:1]}), (), (CLOSE,)), [pack], as_of=DAY)
    left, = service_changes(found.city_a, found.city_b, travel="walk", minutes=10, as_of=DAY).departures
    assert (left.people, left.stranded, left.extra_min, left.takers) == (1000, 1000, None, ())


# ---- boundaries ------------------------------------------------------------------------------------------------------
def line(x: float) -> list[list[float]]:
    lon, lat = to_wgs84(CRS, np.array([x, x]), np.array([-900.0, 900.0]))
    return [[float(a), float(b)] for a, b in zip(lon, lat, strict=True)]


SPLIT = Action("split_unit", "", "B", details={"level": "township", "line": line(3000), "parts": [
    {"code": "Ba", "name": "乙东镇", **at(2500)}, {"code": "Bb", "name": "丙街道", "class": "urban", **at(3500)}]})


def test_a_divided_township_carries_its_people_over(draw, pack) -> None:
    city = draw(HOMES, columns={"township": {"staff": [3.0, 4.0]}})
    a, b = sides(city, (), (SPLIT,))
    found = compare(a, b, [pack], as_of=DAY)
    towns = found.city_b.boundaries.levels["township"]
    assert towns[["code", "name", "class", "parent"]].to_numpy().tolist() == [
        ["A", "甲街道", "urban", "D"], ["Ba", "乙东镇", "rural", "D"], ["Bb", "丙街道", "urban", "D"]]
    assert towns["staff"].tolist()[0] == 3
    assert towns["staff"].isna().tolist() == [False, True, True]
    assert found.city_b.demand.units["township"].tolist() == ["A", "A", "Ba", "Bb"]
    assert found.city_b.demand.people is city.demand.people
    assert found.city_b.boundaries.levels["community"]["parent"].tolist() == ["A", "A", "Ba", "Bb"]
    assert found.city_b.facilities["home"].frame["unit_township"].tolist() == ["A", "Ba"]
    by = changed(found)
    assert (by["each"].a.value, by["each"].b.value) == (1, pytest.approx(2 / 3))
    assert by["each"].parts == {("boundaries", "b"): pytest.approx(-1 / 3)}
    assert (by["size"].a.value, by["size"].b.value) == (700, 400)
    assert city.demand.units["township"].tolist() == ["A", "A", "B", "B"]


def test_joined_again_and_another_class(draw, pack) -> None:
    city = draw(HOMES)
    join = Action("merge_units", "", "B", details={"level": "township", "ids": ["Ba", "Bb"], "name": "乙镇", "class": "rural"})
    found = compare(*sides(city, (), (SPLIT, join)), [pack], as_of=DAY)
    assert all(one.difference == 0 for one in found.targets)
    assert found.city_b.boundaries.levels["township"]["class"].tolist() == ["urban", "rural"]
    street = Action("reclassify_unit", "", "B", details={"level": "township", "class": "urban", "name": "乙街道"})
    after = compare(*sides(city, (), (street,)), [pack], as_of=DAY).city_b.boundaries.levels["township"]
    assert after[["code", "name", "class"]].to_numpy().tolist() == [["A", "甲街道", "urban"], ["B", "乙街道", "urban"]]


def test_two_states_on_the_boundaries_of_one(draw, pack) -> None:
    city = draw(HOMES)
    a, b = sides(city, (), (SPLIT, ADD))
    own = changed(compare(a, b, [pack], as_of=DAY))["each"]
    assert [unit.code for unit in own.b.units] == ["A", "Ba", "Bb"]
    for units_of, codes in (("a", ["A", "B"]), ("b", ["A", "Ba", "Bb"])):
        found = compare(a, b, [pack], as_of=DAY, view=on_boundaries(a, b, units_of))
        one = changed(found)["near"]
        assert [unit.code for unit in one.a.units] == [unit.code for unit in one.b.units] == codes
        assert one.difference == pytest.approx(0.4)
        assert one.parts[("boundaries", "b")] == 0
    assert changed(compare(a, b, [pack], as_of=DAY, view=on_boundaries(a, b, "a")))["each"].b.value == 1


OLD_UNITS = {"district": [("D", "大区", "", "", 0, 4000)],
             "township": [("A", "甲街道", "urban", "D", 0, 3000), ("B", "乙镇", "rural", "D", 3000, 4000)],
             "community": [("A1", "甲一", "urban", "A", 0, 3000), ("B2", "乙二", "rural", "B", 3000, 4000)]}


def test_two_dates_with_other_boundaries_on_a_common_set(draw, pack) -> None:
    unplaced = {"id": "h4", "x": float("nan"), "beds": 5, "township": "乙镇", "unit": {"township": "B", "district": "D"}}
    old = draw({"home": [HOMES["home"][0], unplaced]}, units=OLD_UNITS, people={"total": [90, 190, 290, 390]})
    new = draw(HOMES)
    a, b = Side("baseline", old), Side("baseline", new)
    own = changed(compare(a, b, [pack], as_of=DAY))["size"]
    assert [unit.value for unit in own.a.units] == [570, 390]
    found = compare(a, b, [pack], as_of=DAY, view=on_boundaries(a, b, "b"))
    size = changed(found)["size"]
    assert [(unit.code, unit.value) for unit in size.a.units] == [("A", 280), ("B", 680)]
    assert [(unit.code, unit.value) for unit in size.b.units] == [("A", 300), ("B", 700)]
    assert size.parts == {("new_data", "b"): 20}
    homes = found.city_a.facilities["home"].frame
    assert homes["unit_township"].tolist() == ["A", "B"]
    assert homes["unit_community"].tolist() == ["A1", ""]
    back = compare(a, b, [pack], as_of=DAY, view=on_boundaries(a, b, "a"))
    assert [(unit.code, unit.value) for unit in changed(back)["size"].b.units] == [("A", 600), ("B", 400)]


def divided(**details: object) -> Action:
    return replace(SPLIT, details=dict(SPLIT.details) | details)


def parts(code: str, x: float) -> list[dict[str, object]]:
    return [{"code": code, "name": "x", **at(x)}, {"code": "Bb", "name": "y", **at(3500)}]


UNITS_REFUSED = {
    "level": (divided(level="street"), "scenario_unit_level"),
    "missing": (replace(SPLIT, id="C"), "scenario_unit_missing"),
    "taken": (divided(parts=parts("A", 2500)), "scenario_unit_code_taken"),
    "not divided": (divided(line=line(3600)), "scenario_unit_not_divided"),
    "outside": (divided(parts=parts("Ba", 500)), "scenario_unit_part_outside"),
    "one": (Action("merge_units", "", "A", details={"level": "township", "ids": ["A"]}), "scenario_unit_merge_one"),
    "classes": (Action("merge_units", "", "A", details={"level": "township", "ids": ["A", "B"]}), "scenario_unit_classes"),
}


@pytest.mark.parametrize("name", UNITS_REFUSED)
def test_units_that_cannot_be_changed_so(name: str, draw, pack) -> None:
    action, code = UNITS_REFUSED[name]
    with pytest.raises(InputError) as raised:
        compare(*sides(draw(HOMES), (), (action,)), [pack], as_of=DAY)
    assert raised.value.code == code
    assert all("1" in error_text(raised.value, lang) for lang in ("zh", "en"))


def test_who_serves_a_divided_unit_serves_its_parts(draw, pack) -> None:
    serving = {"home": [{"id": "h1", "x": 600, "serves": "A; B"}, {"id": "h2", "x": 2600, "serves": ""}]}
    join = Action("merge_units", "", "C", details={"level": "township", "ids": ["A", "Ba"], "class": "urban", "name": "丙"})
    city = draw(serving)
    for actions, wanted in (((SPLIT,), "A;Ba;Bb"), ((SPLIT, join), "C;Bb")):
        after = compare(*sides(city, (), actions), [pack], as_of=DAY).city_b
        assert after.facilities["home"].frame["serves"].tolist() == [wanted, ""]
    assert after.facilities["home"].frame["unit_township"].tolist() == ["C", "C"]
    assert city.facilities["home"].frame["serves"].tolist() == ["A; B", ""]


def test_new_data_among_causes_in_order(draw, pack) -> None:
    old, new = draw(HOMES), draw({"home": [*HOMES["home"], {"id": "h3", "x": 1500, "beds": 10}]})
    a = Side("a", old, (Scenario("a", None, (ADD, CLOSE)),))
    b = Side("b", new, (Scenario("b", None, (Action("expand", "home", "h3", {"beds": 11.0}),)),))  # h3 is in the new data only
    found = compare(a, b, [pack], as_of=DAY)
    assert found.method == "in_order"
    beds = changed(found)["beds"]
    assert beds.difference == 111 - 65
    assert beds.parts == {("closed_site", "a"): 60, ("new_site", "a"): -25, ("new_data", "b"): 10, ("changed_facility", "b"): 1}
