"""Laws of whose facilities count, on one street with random people and facilities: distances are differences, so all is known by hand."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.measure.enough import enough
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)
CODES = ["U0", "U1", "U2"]
STREET = from_lines([shapely.LineString([(0, 0), (1000, 0)])], crs=CRS)


class Street:
    """One line for every mode."""

    def network(self, mode):
        return STREET


@st.composite
def cities(draw):
    """A city of at most 8 points and 5 facilities on one street."""
    places = st.integers(0, 1000)
    people = draw(st.lists(st.tuples(places, st.sampled_from([*CODES, ""]), st.integers(0, 50)), min_size=1, max_size=8))
    rows = draw(st.lists(st.tuples(places, st.sampled_from([*CODES, ""]), st.sampled_from(["", "U0", "U1;U2"]), st.integers(0, 60)),
                         min_size=1, max_size=5))
    x = [float(row[0]) for row in rows]
    frame = gpd.GeoDataFrame(
        {"id": [f"f{k}" for k in range(len(rows))], "name": "", "status": "", "opened": "", "closed": "", "started": "", "x": x, "y": 0.0,
         "unit_part": [row[1] for row in rows], "serves": [row[2] for row in rows], "beds": [float(row[3]) for row in rows]},
        geometry=gpd.points_from_xy(x, [0.0] * len(x)), crs=CRS)
    units = gpd.GeoDataFrame({"code": CODES, "name": CODES, "class": "", "parent": "", "row": [1, 2, 3]},
                             geometry=[shapely.box(k, 0, k + 1, 1) for k in range(3)], crs=CRS)
    demand = DemandPoints(np.array([p[0] for p in people], dtype=float), np.zeros(len(people)),
                          {"total": np.array([p[2] for p in people], dtype=float)},
                          {"part": np.array([p[1] for p in people], dtype=object)}, Source("p.csv"))
    made = City("c", "c", CRS, Boundaries(CRS, {"part": units}), demand, {"home": FacilityLayer("home", frame, Source("f.csv"))}, Street(),
                {"walk": TravelProfile("walk", "walk", 50)}, DAY)
    return made, people, rows


def by_hand(people, rows, limit, reach):
    """People who have a facility that they may use within the limit."""
    def may(home, unit, serves):
        return reach == "shared" or (home != "" and (home == unit or (reach == "assigned" and home in serves.split(";"))))

    return sum(heads for x, home, heads in people if any(abs(x - at) <= limit and may(home, unit, serves) for at, unit, serves, _ in rows))


@given(cities(), st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_coverage_by_hand_and_own_within_assigned_within_shared(case, limit):
    city, people, rows = case
    found = {}
    for reach in ("own", "assigned", "shared"):
        if reach == "assigned" and not any(row[2] for row in rows):
            continue
        asked = coverage(city, "home", "walk", metres=limit, by="part", as_of=DAY, reach=reach)
        room = enough(city, asked, "beds")
        found[reach] = asked.total.people_covered
        assert asked.total.people_covered == by_hand(people, rows, limit, reach)
        for unit, part in zip((*asked.units, asked.total), (*room.units, room.total), strict=True):
            assert part.people_served + part.people_full + unit.people_beyond == unit.people
            assert min(part.people_served, part.people_full) >= 0
        assert room.total.people_served <= sum(row[3] for row in rows)
        assert all(one.used <= one.capacity for one in room.facilities)
        assert room.total.people_served == pytest.approx(sum(one.used for one in room.facilities), abs=1e-9)
        plenty = enough(city, asked, "beds", per_capacity=1e9)
        if all(row[3] for row in rows):
            assert [part.people_served for part in plenty.units] == [unit.people_covered for unit in asked.units]
    assert list(found.values()) == sorted(found.values())
