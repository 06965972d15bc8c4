"""One street over three units and beyond; the nearest facility of each point is known by sight."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import shapely

from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.measure.served_from import marked, served_from
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS, DAY = "EPSG:32650", dt.date(2026, 1, 1)


class Street:
    """One line for every mode."""

    def network(self, mode):
        return from_lines([shapely.LineString([(0, 0), (3000, 0)])], crs=CRS)


def city(places):
    """Units A 0..500, B 500..1000, C 1000..1500; people at 100 (10), 450 (20), 900 (30), 1400 (40) and at 1490 in no township (5)."""
    frame = gpd.GeoDataFrame({"code": ["A", "B", "C"], "name": ["一", "二", "三"], "class": "", "parent": "", "row": [1, 2, 3]},
                             geometry=[shapely.box(x, -9, x + 500, 9) for x in (0, 500, 1000)], crs=CRS)
    whole = gpd.GeoDataFrame({"code": ["W"], "name": ["全"], "class": "", "parent": "", "row": [1]},
                             geometry=[shapely.box(0, -9, 1600, 9)], crs=CRS)
    lies = [next((c for c, x in zip("ABC", (0, 500, 1000), strict=True) if x <= at < x + 500), "") for at in places]
    facilities = gpd.GeoDataFrame(
        {"id": [str(at) for at in places], "name": "", "status": "operating", "opened": "", "closed": "", "started": "",
         "unit_township": np.array(lies, dtype=object), "x": [float(at) for at in places], "y": 0.0,
         "in_township": np.array(lies, dtype=object),
         "in_city": np.array(["W" if at <= 1600 else "" for at in places], dtype=object)},
        geometry=gpd.points_from_xy(places, [0.0] * len(places)), crs=CRS)
    demand = DemandPoints(np.array([100.0, 450, 900, 1400, 1490]), np.zeros(5), {"total": np.array([10.0, 20, 30, 40, 5])},
                          {"township": np.array(["A", "A", "B", "C", ""], dtype=object), "city": np.array(["W"] * 5, dtype=object)},
                          Source("p.csv"))
    return City("c", "c", CRS, Boundaries(CRS, {"city": whole, "township": frame}), demand,
                {"home": FacilityLayer("home", facilities, Source("f.csv"))}, Street(), {"walk": TravelProfile("walk", "walk", 60)}, DAY)


def rows(places, metres, **settings):
    """code: (covered, from outside, from other units)."""
    here = city(places)
    found = served_from(here, coverage(here, "home", "walk", metres=metres, by="township", as_of=DAY, **settings))
    return {row.code: (row.people_covered, row.people_served_from_outside, row.people_served_from_other_units) for row in found}, found


def test_nearest_in_another_unit_or_outside():
    # a facility in A at 0, one in B at 600, one outside at 1700: 450 goes to 600 (B), 1400 and 1490 to 1700
    found, served = rows([0, 600, 1700], 1000)
    assert found == {"A": (30, 0, 20), "B": (30, 0, 0), "C": (40, 40, 40), "": (105, 45, 65)}
    assert marked(served) == ["C"]


def test_only_who_is_covered_is_served():
    found, served = rows([0, 600, 1700], 200)
    assert found == {"A": (30, 0, 20), "B": (0, 0, 0), "C": (0, 0, 0), "": (30, 0, 20)} and marked(served) == []


def test_in_the_city_but_in_no_township_is_another_unit_and_not_outside():
    found, _ = rows([1550], 200)
    # 1400 is 150 m away, 1490 is 60 m away and in no township itself
    assert found == {"A": (0, 0, 0), "B": (0, 0, 0), "C": (40, 0, 40), "": (45, 0, 40)}


def test_where_units_have_only_their_own_nobody_is_served_from_elsewhere():
    # 450 now walks to the facility of A at 0, and C has none of its own
    found, _ = rows([0, 600, 1700], 1000, reach="own")
    assert found == {"A": (30, 0, 0), "B": (30, 0, 0), "C": (0, 0, 0), "": (60, 0, 0)}


def test_without_facilities_nobody_is_served():
    assert rows([], 1000)[0] == {"A": (0, 0, 0), "B": (0, 0, 0), "C": (0, 0, 0), "": (0, 0, 0)}
