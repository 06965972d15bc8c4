"""Places by what people type, on the one-street city."""

from __future__ import annotations

import numpy as np
import pytest

from planner.errors import InputError
from planner.inputs.coordinates import WGS84, System, convert, parse_system
from planner.plan.place_search import find_places, to_degrees, to_metres, unit_at

HOMES = {"home": [{"x": 600, "id": "h1", "name": "甲一敬老院"}, {"id": "h2", "name": "甲一院（无坐标）"}]}


def test_units_and_facilities_by_name(draw):
    city = draw(HOMES)
    found = find_places(city, "甲一")
    assert [(one.name, one.kind, one.where) for one in found] == [("甲一", "unit", "甲一"), ("甲一敬老院", "facility", "甲一")]
    assert to_metres(city, found[0].lon, found[0].lat) == pytest.approx((500.0, 0.0), abs=1e-3)  # where its people live
    assert [one.name for one in find_places(city, "B2")] == ["乙二"] and find_places(city, "丙") == () == find_places(city, "  ")


@pytest.mark.parametrize("written", ["{lon}, {lat}", "{lon}，{lat}", "{lon} {lat}"])
def test_coordinates_as_typed(draw, written):
    city = draw(HOMES)
    lon, lat = to_degrees(city, 2600.0, 10.0)
    one, = find_places(city, written.format(lon=lon, lat=lat))
    assert (one.kind, one.where) == ("typed", "乙一") and to_metres(city, one.lon, one.lat) == pytest.approx((2600, 10), abs=1e-3)


def test_coordinates_of_another_system_are_converted(draw):
    city = draw(HOMES)
    shifted = convert(System(WGS84, True), parse_system("gcj02"), np.array([116.4]), np.array([39.9]))
    one, = find_places(city, f"{shifted[0][0]:.8f},{shifted[1][0]:.8f}", system="gcj02")
    assert (one.lon, one.lat) == pytest.approx((116.4, 39.9), abs=1e-6) and one.where == ""


def test_what_is_no_place(draw):
    with pytest.raises(InputError):
        find_places(draw(HOMES), "500, 95")


def test_the_smallest_unit_of_a_place(draw):
    city = draw(HOMES)
    assert unit_at(city, 2500, 0) == ("community", "B1", "乙一") and unit_at(city, 9999, 0) == ("", "", "")
    assert unit_at(draw(HOMES, without=("community",)), 2500, 0) == ("township", "B", "乙镇")
