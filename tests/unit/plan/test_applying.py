"""What each action on facilities does to the one-street city, and that the city before stays as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
import shapely

from planner.errors import InputError
from planner.i18n import error_text
from planner.inputs.coordinates import parse_system, to_wgs84
from planner.inputs.layers import Extents
from planner.measure.attaching import counting_facilities
from planner.measure.coverage import nearest_facility
from planner.plan.applying import apply
from planner.plan.scenario import Action, Scenario

DAY = dt.date(2025, 12, 31)
CRS = parse_system("EPSG:32650")
HOMES = {"home": [{"id": "h1", "x": 600, "name": "甲", "beds": 60, "nursing_beds": 20, "opened": "2015-01-01"},
                  {"id": "h2", "x": 1600, "name": "乙", "beds": 40, "nursing_beds": 10},
                  {"id": "h3", "x": 2600, "name": "丙", "beds": None, "nursing_beds": None}],
         "centre": [{"id": "c1", "x": 3600, "name": "丁", "beds": 30, "level": "一级"}]}


def at(x: float) -> dict[str, float]:
    """A place on the street as longitude and latitude."""
    lon, lat = to_wgs84(CRS, np.array([x]), np.array([0.0]))
    return {"lon": float(lon[0]), "lat": float(lat[0])}


def done(city, *actions: Action):
    return apply(city, [Scenario("s", None, actions)])


def row(city, slug: str, ident: str) -> dict[str, object]:
    frame = city.facilities[slug].frame
    return frame[frame["id"] == ident].iloc[0].to_dict()


def counting(city, slug: str, day: dt.date) -> list[str]:
    return city.facilities[slug].frame["id"][city.counting(slug, day).counts].tolist()


def test_a_site_is_added_where_it_lies(draw) -> None:
    city = draw(HOMES)
    after = done(city, Action("add", "home", "h9", {"name": "戊", "beds": 25.0}, **at(2400)))
    new = row(after, "home", "h9")
    assert (new["status"], new["beds"]) == ("operating", 25)
    assert (new["unit_district"], new["unit_township"], new["unit_community"]) == ("D", "B", "B1")
    assert new["x"] == pytest.approx(2400, abs=1e-6)
    assert np.isnan(new["nursing_beds"])
    assert np.isnan(new["row"])
    assert counting(after, "home", DAY) == ["h1", "h2", "h3", "h9"]
    assert (len(city.facilities["home"]), len(after.facilities["home"]), after.facilities["home"].source.rows) == (3, 4, 4)
    assert after.facilities["centre"] is city.facilities["centre"]
    assert after.cache is city.cache


def test_closed_now_or_from_a_day_on(draw) -> None:
    city = draw(HOMES)
    after = done(city, Action("close", "home", "h1"), Action("close", "home", "h2", {"closed": "2025-06-30"}))
    assert counting(after, "home", DAY) == ["h3"]
    assert counting(after, "home", dt.date(2025, 6, 29)) == ["h2", "h3"]
    assert counting(city, "home", DAY) == ["h1", "h2", "h3"]


def test_expanded_and_set(draw) -> None:
    after = done(draw(HOMES), Action("expand", "home", "h1", {"beds": 90.0}),
                 Action("set", "home", "h2", {"status": "planned", "opened": "2027-01-01", "serves": "A;B", "name": "新乙", "beds": ""}))
    assert row(after, "home", "h1")["beds"] == 90
    two = row(after, "home", "h2")
    assert (two["status"], two["opened"], two["serves"], two["name"]) == ("planned", "2027-01-01", "A;B", "新乙")
    assert np.isnan(two["beds"])
    assert row(after, "home", "h1")["serves"] == ""


def test_moved_into_other_units(draw) -> None:
    city = draw(HOMES)
    after = done(city, Action("move", "home", "h1", **at(3300)))
    assert (row(after, "home", "h1")["unit_community"], row(after, "home", "h1")["unit_township"]) == ("B2", "B")
    assert row(after, "home", "h1")["beds"] == 60
    assert row(city, "home", "h1")["x"] == 600


def test_converted_keeps_its_place_and_shared_columns(draw) -> None:
    after = done(draw(HOMES), Action("convert", "home", "h1", {"level": "二级"}, to_layer="centre"))
    assert counting(after, "home", DAY) == ["h2", "h3"]
    assert counting(after, "centre", DAY) == ["c1", "h1"]
    new = row(after, "centre", "h1")
    assert (new["beds"], new["level"], new["unit_community"], new["name"], new["opened"], new["x"]) == (60, "二级", "A1", "甲", "", 600)


def test_merged_beds_are_added(draw) -> None:
    after = done(draw(HOMES), Action("merge", "home", "h1", details={"ids": ["h1", "h2"]}))
    assert counting(after, "home", DAY) == ["h1", "h3"]
    assert (row(after, "home", "h1")["beds"], row(after, "home", "h1")["nursing_beds"]) == (100, 30)


def test_reallocated_beds_keep_their_sum(draw) -> None:
    after = done(draw(HOMES), Action("reallocate", "home", "h1", details={"to": "c1", "amount": 15.0}, to_layer="centre"))
    assert (row(after, "home", "h1")["beds"], row(after, "centre", "c1")["beds"]) == (45, 45)


def test_later_actions_see_earlier_ones_and_scenarios_nest(draw) -> None:
    city = draw(HOMES)
    first = Scenario("a", None, (Action("add", "home", "h9", {"beds": 10.0}, **at(100)),))
    second = Scenario("b", "a", (Action("expand", "home", "h9", {"beds": 30.0}), Action("close", "home", "h1")))
    after = apply(city, [first, second])
    assert row(after, "home", "h9")["beds"] == 30
    assert counting(after, "home", DAY) == ["h2", "h3", "h9"]


def test_closing_and_adding_again_is_as_before(draw) -> None:
    city = draw(HOMES)
    after = done(city, Action("close", "home", "h1"), Action("add", "home", "h1b", {"beds": 60.0}, **at(600)))
    travel = city.travel("walk")
    near = [nearest_facility(one, counting_facilities(one, "home", DAY), travel).cost_m for one in (city, after)]
    assert np.allclose(near[0], near[1], rtol=0, atol=1e-6)  # once through degrees and back


REFUSED = {
    "no layer": (Action("close", "hom", "h1"), "scenario_no_layer", "home"),
    "no facility": (Action("close", "home", "h11"), "scenario_no_facility", "h1"),
    "taken": (Action("add", "home", "h1", {}, 111.0, 0.0), "scenario_id_taken", "h1"),
    "no column": (Action("set", "home", "h1", {"bed": 3.0}), "scenario_no_column", "beds"),
    "no number": (Action("expand", "home", "h1", {"name": 3.0}), "scenario_no_number_column", "beds"),
    "kind": (Action("set", "home", "h1", {"beds": "many"}), "scenario_wrong_kind", "many"),
    "far": (Action("add", "home", "h9", {}, 117.0, 40.0), "scenario_far_outside", "117.0"),
    "one": (Action("merge", "home", "h1", details={"ids": ["h1"]}), "scenario_merge_one", "h1"),
    "blank": (Action("merge", "home", "h1", details={"ids": ["h3"]}), "scenario_blank", "h3"),
    "few": (Action("reallocate", "home", "h2", details={"to": "h1", "amount": 41.0}), "scenario_too_few", "41"),
    "itself": (Action("reallocate", "home", "h2", details={"to": "h2", "amount": 1.0}), "scenario_merge_one", "h2"),
    "blank beds": (Action("reallocate", "home", "h3", details={"to": "h2", "amount": 1.0}), "scenario_blank", "h3"),
    "taken there": (Action("convert", "home", "h1", {}, to_layer="home"), "scenario_id_taken", "h1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_told_with_its_number(name: str, draw) -> None:
    action, code, word = REFUSED[name]
    city = draw(HOMES)
    with pytest.raises(InputError) as raised:
        apply(city, [Scenario("方案", None, (Action("set", "home", "h2", {"name": "x"}), action))])
    assert raised.value.code == code
    for lang in ("zh", "en"):
        said = error_text(raised.value, lang)
        assert "方案" in said
        assert "2" in said
        assert word in said
    assert row(city, "home", "h2")["name"] == "乙"


def test_an_id_that_stands_twice_is_not_guessed(draw) -> None:
    city = draw({"home": [{"id": "h1", "x": 600}, {"id": "h1", "x": 700}]})
    with pytest.raises(InputError) as raised:
        done(city, Action("close", "home", "h1"))
    assert raised.value.code == "scenario_id_twice"


def test_a_stated_unit_goes_before_the_place(draw) -> None:
    city = draw(HOMES)
    after = done(city, Action("add", "home", "h9", {"township": "乙镇"}, **at(100)))
    assert (row(after, "home", "h9")["unit_township"], row(after, "home", "h9")["unit_community"]) == ("B", "A1")
    with pytest.raises(InputError) as raised:
        done(city, Action("add", "home", "h9", {"township": "丙镇"}, **at(100)))
    assert raised.value.code == "scenario_unit_unknown"


def test_areas_and_entrances_go_with_their_facilities(draw) -> None:
    city = draw(HOMES)
    area = np.array([shapely.box(550, -50, 650, 50), None, None], dtype=object)
    doors = Extents(area, np.array([0, 0, 2, 2]), np.array([1590.0, 1610.0]), np.zeros(2))
    city = replace(city, facilities=dict(city.facilities) | {"home": replace(city.facilities["home"], extents=doors)})
    after = done(city, Action("add", "home", "h9", {}, **at(2400)), Action("move", "home", "h1", **at(100)),
                 Action("convert", "home", "h2", to_layer="centre"))
    homes, centres = after.facilities["home"].extents, after.facilities["centre"].extents
    assert homes.has_area.tolist() == [False, False, False, False]  # what is moved is a point at its new place
    assert homes.has_doors.tolist() == [False, True, False, False]
    assert (len(centres), centres.has_doors.tolist(), centres.door_x.tolist()) == (2, [False, True], [1590, 1610])
    assert doors.has_area.tolist() == [True, False, False]
    near = nearest_facility(after, counting_facilities(after, "centre", DAY), after.travel("walk"))
    assert near.cost_m.tolist()[1] == pytest.approx(90)  # from 1,500 m to the entrance at 1,590 m
