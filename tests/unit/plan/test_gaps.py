"""Gap lists of the one-street city, each worked by hand.

People (aged 60+): A1 500 m 100 (10), A2 1500 m 200 (20), B1 2500 m 300 (30), B2 3500 m 400 (40). Walking is 50 m a minute.
"""

from dataclasses import replace

import numpy as np
import pytest

from planner.export.fields import gap_note
from planner.i18n import LANGUAGES
from planner.plan.gaps import People

HOME = {"home": [{"x": 600, "name": "甲养老院", "beds": 60}]}
PER_TOWNSHIP = ((">=", 1), {"metric": "count", "by": "township", "rollup": "every"}, {})
WITHIN = ((">=", 60), {"metric": "population_within", "minutes": 18, "travel": "walk", "by": "community"}, {"unit": "% of people"})
OLDER = ((">=", 60), WITHIN[1] | {"group": "age_60_plus"}, {"unit": "% of older people"})
BEDS = ((">=", 100), {"metric": "sum", "of": "beds"}, {"unit": "beds"})


def test_a_township_without_a_home(draw, listed):
    (gap,) = listed(draw(HOME), PER_TOWNSHIP).gaps
    assert (gap.target_id, gap.clause, gap.unit_code, gap.unit_name, gap.level, gap.unit_class) == (
        "t1",
        "c1",
        "B",
        "乙镇",
        "township",
        "rural",
    )
    assert (gap.value, gap.threshold, gap.shortfall, gap.shortfall_of, gap.is_share) == (0, 1, 1, "facilities", False)
    assert (gap.people_affected, gap.group, gap.zero, gap.whole) == (700, "total", True, False)
    # 300 people walk 1,900 m and 400 walk 2,900 m: the person in the middle walks 2,900 m, 58 minutes
    assert (gap.nearest_facility, gap.minutes, gap.travel) == ("甲养老院", 58, "walk")
    assert (gap.x, gap.y) == (3500, 0)  # the centre is at 3,071 m, and the nearest home at 3,500
    assert gap.action.say("zh") == "新建1处home。"


def test_people_within_reach_give_a_row_for_each_unit_with_people_beyond(draw, listed):
    found = listed(draw(HOME), WITHIN)
    assert [(gap.unit_code, gap.people_affected, gap.shortfall, gap.shortfall_of) for gap in found.gaps] == [
        ("B2", 400, 400, "people"),
        ("B1", 300, 300, "people"),
    ]
    assert [(gap.value, gap.threshold, gap.is_share, gap.minutes) for gap in found.gaps] == [(0, 0.6, True, 58), (0, 0.6, True, 38)]
    assert "400" in found.gaps[0].action.say("en")


def test_facilities_without_a_place_are_said_beside_the_gap(draw, listed):
    unplaced = {"x": float("nan"), "name": "乙养老院", "unit": {"township": "B"}}
    found = listed(draw({"home": [*HOME["home"], unplaced]}), WITHIN).gaps
    assert found and {gap.without_place for gap in found} == {1}
    assert "1 处设施没有位置" in gap_note(found[0], "zh") and "1 facilities have no place" in gap_note(found[0], "en")
    assert gap_note(listed(draw(HOME), WITHIN).gaps[0], "en") == ""


def test_people_outside_all_units_have_a_row_of_their_own(draw, listed):
    city = draw(HOME)
    codes = city.demand.units["community"].copy()
    codes[3] = ""
    city = replace(city, demand=replace(city.demand, units={**city.demand.units, "community": codes}))
    found = listed(city, WITHIN).gaps
    assert {(gap.unit_code, gap.people_affected) for gap in found} == {("B1", 300), ("", 400)}
    assert sum(gap.people_affected for gap in found) == 700


def test_only_part_of_a_unit_is_beyond(draw, listed):
    check = WITHIN[1] | {"by": "township", "minutes": 10}  # 500 m: A1 is 100 m from the home, A2 is 900 m from it
    gap = next(gap for gap in listed(draw(HOME), (WITHIN[0], check, WITHIN[2])).gaps if gap.unit_code == "A")
    assert (gap.people_affected, gap.x, gap.minutes, gap.zero) == (200, 1500, 18, False)
    assert gap.value == pytest.approx(1 / 3)


def test_a_total_of_the_whole_gives_one_row_and_points_at_nobody(draw, listed):
    found = listed(draw(HOME), BEDS)
    (gap,) = found.gaps
    assert (gap.whole, gap.unit_name, gap.value, gap.threshold, gap.shortfall, gap.shortfall_of) == (True, "一条街", 60, 100, 40, "beds")
    assert (gap.people_affected, gap.group, gap.nearest_facility, gap.minutes) == (None, "", "", None)
    assert "40" in gap.action.say("zh")
    assert found.headline.people_affected == 0


def test_a_person_counts_once_in_the_headline_and_once_a_target_in_the_sum(draw, listed):
    head = listed(draw(HOME), WITHIN, OLDER, PER_TOWNSHIP).headline
    assert head.people == 1000
    assert head.people_affected_sum == 700 + 70 + 700
    assert (head.people_affected, head.people_beyond) == (700, 700)
    assert (head.gaps, head.targets_failing, head.states) == (5, 3, {"not_met": 3})


def test_groups_overlap_and_households_are_no_people(draw):
    people = People(draw(HOME))
    west, east = np.array([True, True, False, False]), np.array([False, True, True, False])
    people.add("age_60_plus", west, beyond=True)
    people.add("total", east, beyond=False)
    people.add("households", np.ones(4, dtype=bool), beyond=True)
    assert people.once(people.affected) == 10 + 200 + 300
    assert people.once(people.beyond) == 10 + 20


def test_binding_first_then_zero_then_shortfall_then_people(draw, listed):
    city = draw({"home": [{"x": 600, "beds": 90}, {"x": 2600, "beds": 10}, {"x": 3600, "beds": 5}]})
    beds = ((">=", 100), {"metric": "sum", "of": "beds", "by": "community", "rollup": "every"}, {})
    binding = ((">=", 200), {"metric": "sum", "of": "beds"}, {"binding": "binding"})
    found = listed(city, beds, binding).gaps
    # A2 has no home at all; B2 (400 people) and B1 (300) lack 95 and 90 of 100, the same quarter; A1 lacks 10
    assert [(gap.target_id, gap.unit_code) for gap in found] == [("t2", ""), ("t1", "A2"), ("t1", "B2"), ("t1", "B1"), ("t1", "A1")]
    assert [gap.rank for gap in found] == [1, 2, 3, 4, 5]
    assert len({gap.gap_id for gap in found}) == 5


def test_a_share_of_units_says_how_many_are_enough(draw, listed):
    share = ((">=", 50), {"metric": "count", "by": "community", "rollup": "share"}, {"unit": "% of communities"})
    found = listed(draw(HOME), share).gaps
    assert [gap.unit_code for gap in found] == ["B2", "B1", "A2"]
    assert {gap.units_short for gap in found} == {1}
    assert {gap.is_share for gap in found} == {False}


def test_what_raises_the_standard_of_what_is_there(draw, listed):
    large = ((">=", 1), {"metric": "count", "where": {"beds": ">= 80"}, "by": "township", "rollup": "every"}, {})
    east, west = listed(draw(HOME), large).gaps
    assert (east.unit_code, west.unit_code, east.zero, west.zero) == ("B", "A", True, False)
    assert "1" in west.action.say("zh").split("现有")[1]
    assert "现有" not in east.action.say("zh")
    assert west.nearest_facility == ""  # nothing satisfies the condition, so nothing counts as near


def test_of_several_layers_those_that_a_unit_lacks(draw, listed):
    both = ((">=", 1), {"metric": "count", "all_of": [{"layer": "home"}, {"layer": "shop"}], "by": "township", "rollup": "every"}, {})
    found = listed(draw({"home": [{"x": 600}], "shop": [{"x": 700}, {"x": 2700}]}), both)
    (gap,) = found.gaps
    assert gap.unit_code == "B"
    assert [project.layer for project in found.projects] == ["home"]


def test_of_a_basket_the_layer_that_is_farthest(draw, listed):
    basket = (
        (">=", 90),
        {"metric": "population_within", "metres": 500, "basket": ["shop", "home"], "by": "township"},
        {"unit": "% of people"},
    )
    found = listed(draw({"shop": [{"x": 2500, "name": "店"}], "home": [{"x": 500, "name": "院"}]}), basket)
    east = next(gap for gap in found.gaps if gap.unit_code == "B")
    assert (east.nearest_facility, east.minutes) == ("院", 60)  # 400 of 700 people walk 3,000 m to the home, 1,000 m to the shop
    assert {project.layer for project in found.projects if project.unit_code == "B"} == {"home"}


def test_a_single_facility_is_a_unit(draw, listed):
    size = ((">=", 100), {"metric": "sum", "of": "area_m2", "by": "facility", "rollup": "every"}, {})
    found = listed(draw({"home": [{"x": 600, "name": "小院", "area_m2": 70}, {"x": 2600, "area_m2": 120}]}), size)
    (gap,) = found.gaps
    assert (gap.level, gap.unit_name, gap.shortfall, gap.x, gap.people_affected) == ("facility", "小院", 30, 600, None)
    assert "小院" in gap.action.say("zh")
    assert (found.projects[0].action, found.projects[0].area_m2) == ("expand", 30)


def test_the_farthest_people_are_those_affected(draw, listed):
    far = ((("<="), 20), {"metric": "minutes", "travel": "walk"}, {"unit": "minutes"})
    (gap,) = listed(draw(HOME), far).gaps
    assert (gap.value, gap.shortfall, gap.shortfall_of) == (58, 38, "minutes")
    assert (gap.people_affected, gap.x) == (700, 3500)


@pytest.mark.parametrize(
    "target",
    [
        (("<=", 30), {"metric": "sum", "of": "beds"}, {}),
        (("<=", 250), {"metric": "unit_value", "of": "total", "by": "community", "rollup": "every"}, {}),
        (("range", 10, 20), {"metric": "sum", "of": "beds"}, {}),
        ((">=", 90), {"metric": "ratio", "of": "staff", "in": "beds"}, {}),
    ],
)
def test_what_no_building_closes_has_no_project(draw, listed, target):
    found = listed(draw({"home": [{"x": 600, "beds": 60, "staff": 9}]}), target)
    assert found.gaps and not found.projects
    assert all(gap.project_ids == () and gap.action.say(lang) for gap in found.gaps for lang in LANGUAGES)


def test_nobody_can_reach_anything(draw, listed):
    (east, west) = listed(draw({"home": []}), PER_TOWNSHIP).gaps
    assert {east.unit_code, west.unit_code} == {"A", "B"}
    assert (east.nearest_facility, east.minutes) == ("", None)


def test_a_met_target_has_no_gap(draw, listed):
    found = listed(draw({"home": [{"x": 600}, {"x": 2600}]}), PER_TOWNSHIP)
    assert (found.gaps, found.projects, found.headline.people_affected) == ((), (), 0)


def test_two_lists_are_equal(draw, listed):
    assert listed(draw(HOME), WITHIN, PER_TOWNSHIP, BEDS) == listed(draw(HOME), WITHIN, PER_TOWNSHIP, BEDS)
