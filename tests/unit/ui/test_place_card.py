"""The place card's rows, room and table, on the drawn town of the reasons' tests."""

from __future__ import annotations

import csv
import dataclasses
import io

from planner.measure.coverage import coverage
from planner.measure.enough import enough
from planner.measure.place import LayerAsked, from_place
from planner.ui.place_card import Row, card_csv, offers_room, people_of, room_column, room_of
from tests.unit.measure.test_reasons import DAY, city


def beds(count):
    """The town with so many beds in its home."""
    here = city()
    here.facilities["home"].frame["beds"] = count
    return here


def test_free_places_are_the_capacity_less_the_people_within_the_distance():
    here = beds(20.0)
    one, = from_place(here, 700.0, 300.0, [LayerAsked("home", "walk", 1000.0)], as_of=DAY).layers
    use, = room_of(here, one).facilities
    assert (use.capacity, use.used, use.free) == (20.0, 7.0, 13.0)  # 7 people live within 1000 m of it
    told = enough(here, coverage(here, "home", "walk", metres=1000, by="township"), "beds").facilities
    assert told == (use,)


def test_capacities_that_are_blank_or_not_there():
    assert room_column(beds(20.0), "home") == "beds" and room_column(beds(float("nan")), "home") == "" == room_column(city(), "home")
    assert people_of(city(), "home") == "total"


def test_free_places_are_not_told_where_small_counts_are_hidden():
    here = city()
    assert offers_room(here) and not offers_room(dataclasses.replace(here, demand=dataclasses.replace(here.demand, hide_small=True)))


def test_the_table_has_full_figures_and_no_formula():
    here = beds(20.0)
    here.facilities["home"].frame["name"] = "=1+1"
    one, = from_place(here, 700.0, 300.0, [LayerAsked("home", "walk", 200.0)], as_of=DAY).layers
    row, = csv.DictReader(io.StringIO(card_csv([Row(one, 20.0, None)])))
    assert row == {"layer": "home", "facility_id": "h0", "facility": "'=1+1", "way_m": "200.0", "minutes": str(200 / 60),
                   "straight_m": "200.0", "limit_m": "200.0", "in_reach": "1", "capacity": "20.0", "free": ""}
