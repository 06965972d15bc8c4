"""Why people are beyond: one drawn town with a river, worked by hand.

Streets: y = 0 from 0 to 3000; y = 300 from 0 to 3000; they meet at x = 3000 only. A river lies between them (y = 100..200) up to x = 2000.
The one home stands at (500, 300). Limit 1000 m.
"""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.measure.reasons import CAUSES, why_beyond
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS, DAY = "EPSG:32650", dt.date(2026, 1, 1)
HOMES = [(600, 300, 7.0), (500, 0, 10.0), (2600, 300, 20.0), (2200, 0, 40.0), (500, 9000, 3.0), (900, -800, 5.0)]
"""x, y, people: near; across the river; along the bank; far on both; on no street; on a street of its own."""


class Streets:
    def network(self, mode):
        lines = [[(0, 0), (3000, 0)], [(0, 300), (3000, 300)], [(3000, 0), (3000, 300)], [(0, -800), (1500, -800)]]
        return from_lines([shapely.LineString(line) for line in lines], crs=CRS, mode=mode)


def city(homes=HOMES, places=((500, 300),), water=((0, 100, 2000, 200),)):
    frame = gpd.GeoDataFrame({"id": [f"h{k}" for k in range(len(places))], "name": [f"院{k}" for k in range(len(places))],
                              "status": "operating", "opened": "", "closed": "", "x": [float(x) for x, _ in places],
                              "y": [float(y) for _, y in places]}, geometry=[shapely.Point(p) for p in places], crs=CRS)
    unit = np.array(["B" if x >= 2000 else "A" for x, _, _ in homes], dtype=object)
    towns = gpd.GeoDataFrame({"code": ["A", "B"], "name": ["甲", "乙"], "class": "", "parent": "", "row": [1, 2]},
                             geometry=[shapely.box(0, -9999, 2000, 9999), shapely.box(2000, -9999, 4000, 9999)], crs=CRS)
    x, y, people = (np.array([home[k] for home in homes], dtype=float) for k in range(3))
    demand = DemandPoints(x, y, {"total": people}, {"township": unit}, Source("p.csv"))
    basemap = {"water": np.array([shapely.box(*box) for box in water], dtype=object)} if water else {}
    return City("c", "c", CRS, Boundaries(CRS, {"township": towns}), demand, {"home": FacilityLayer("home", frame, Source("f.csv"))},
                Streets(), {"walk": TravelProfile("walk", "walk", 60, max_snap_m=200)}, DAY, basemap=basemap)


def why(here, code="", metres=1000):
    return why_beyond(here, coverage(here, "home", "walk", metres=metres, by="township", as_of=DAY), code)


def test_every_cause_by_hand():
    found = why(city())
    # (500, 0) is 300 m away in a straight line and 2500 + 300 + 2500 on the street; (2200, 0) and (2600, 300) are beyond 1000 m either way
    assert found.people == {"far": 60.0, "detour": 10.0, "unreached": 5.0, "unattached": 3.0}
    assert found.main == "far" and found.facility == "院0"
    assert found.behind == {"water": 10.0} and found.barrier == "water"
    assert found.way_m == pytest.approx(3600)  # of (500, 0): 5300 (10), (2600, 300): 2100 (20), (2200, 0): 800 + 300 + 2500 (40)


def test_one_unit_and_its_cause():
    west, east = why(city(), "A"), why(city(), "B")
    assert west.people == {"far": 0.0, "detour": 10.0, "unreached": 5.0, "unattached": 3.0} and west.main == "detour"
    assert (west.way_m, west.straight_m) == (pytest.approx(5300), pytest.approx(300))
    assert east.people["far"] == 60.0 and east.beyond == 60.0 and east.barrier == ""


def test_a_detour_without_water_in_between_names_no_barrier():
    assert why(city(water=()), "A").barrier == ""
    dry = why(city(water=((2500, 100, 2900, 200),)), "A")  # the river lies elsewhere
    assert (dry.behind, dry.barrier, dry.main) == ({"water": 0.0}, "", "detour")


def test_a_barrier_before_few_is_not_named():
    homes = [(500, 0, 10.0), (1000, -100, 30.0)]
    found = why(city(homes, places=((500, 300), (1000, -700)), water=((0, 100, 700, 200),)))
    # 30 people at (1000, -100) live 600 m from the second home in a straight line; no river lies between
    assert found.people["detour"] == 40.0 and found.behind == {"water": 10.0} and found.barrier == ""


def test_no_facility_and_nobody_beyond():
    none = city()
    none.facilities["home"].frame["status"] = "closed"
    found = why(none)
    assert (found.main, found.facility, found.way_m, found.barrier) == ("no_facility", "", None, "")
    assert found.people["unreached"] == 82.0 and found.people["unattached"] == 3.0
    assert why(city([(600, 300, 7.0)])).main == ""


@pytest.mark.parametrize("metres", [0.0, 300.0, 1000.0, 2999.0, 5300.0, 9000.0])
def test_causes_add_up_to_the_people_beyond(metres):
    here = city()
    found = coverage(here, "home", "walk", metres=metres, by="township", as_of=DAY)
    for unit in (found.total, *found.units):
        told = why_beyond(here, found, unit.code)
        assert told.beyond == pytest.approx(unit.people_beyond, abs=1e-9) and set(told.people) == set(CAUSES)
        assert told.people["unattached"] == unit.people_unattached and told.people["unreached"] == unit.people_unreached


def test_whose_facilities_count_is_as_in_the_coverage():
    here = city()
    here.facilities["home"].frame["unit_township"] = "A"
    found = coverage(here, "home", "walk", metres=9000, by="township", as_of=DAY, reach="own")
    assert why_beyond(here, found, "B").people["unreached"] == 60.0 and why_beyond(here, found, "A").behind == {}
