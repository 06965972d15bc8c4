"""From one place to the nearest facility of every layer: worked by hand on two streets, and held against the coverage's own distances."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.errors import InputError
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.attaching import counting_facilities
from planner.measure.city import City
from planner.measure.coverage import nearest_facility
from planner.measure.place import LayerAsked, from_place
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS, DAY = "EPSG:32650", dt.date(2026, 1, 1)


class Streets:
    """A street along y = 0 from 0 to 3000 and, 600 m north of it, one that only meets it at x = 3000; driving is one way, eastwards."""

    def network(self, mode):
        lines = [shapely.LineString([(0, 0), (1000, 0)]), shapely.LineString([(1000, 0), (3000, 0)]),
                 shapely.LineString([(0, 600), (3000, 600)]), shapely.LineString([(3000, 600), (3000, 0)])]
        return from_lines(lines, crs=CRS, mode=mode, columns={"highway": ["residential"] * 4, "oneway": ["yes"] * 4})


def layer(slug, places, status="operating"):
    """A layer of facilities at (x, y) places."""
    frame = gpd.GeoDataFrame({"id": [f"{slug}{k}" for k in range(len(places))], "name": [f"{slug} {k}" for k in range(len(places))],
                              "status": status, "opened": "", "closed": "", "x": [float(x) for x, _ in places],
                              "y": [float(y) for _, y in places]}, geometry=[shapely.Point(p) for p in places], crs=CRS)
    return FacilityLayer(slug, frame, Source(f"{slug}.csv"))


def city(**layers):
    """People at 100, 900, 1000 and 2500 on the lower street, and one whom no street comes near."""
    demand = DemandPoints(np.array([100.0, 900, 1000, 2500, 500]), np.array([10.0, 0, 0, 0, 5000]), {"total": np.ones(5)},
                          {}, Source("p.csv"))
    travels = {"walk": TravelProfile("walk", "walk", 60, max_snap_m=200), "drive": TravelProfile("drive", "drive", 300, max_snap_m=200)}
    return City("c", "c", CRS, Boundaries(CRS, {}), demand, {slug: layer(slug, places) for slug, places in layers.items()}, Streets(),
                travels, DAY)


def test_nearest_of_each_layer_by_hand():
    # from (1000, 20): leg 20 m; home0 at 400 is 600 m along + its leg 0 = 620; home1 at (1000, 600) is across: 2000 + 600 + 2000 + 20
    here = city(home=[(400, 0), (1000, 600)], school=[(1000, 600)], none=[])
    found = from_place(here, 1000.0, 20.0, [LayerAsked("home", "walk", 620.0), LayerAsked("school", "walk", 1000.0),
                                            LayerAsked("none", "walk", 500.0)], as_of=DAY)
    home, school, none = found.layers
    assert (home.id, home.row, home.facilities, home.reached) == ("home0", 0, 2, True)
    assert home.way_m == pytest.approx(620, abs=1e-9) and home.minutes == pytest.approx(620 / 60)
    assert home.straight_m == pytest.approx(580, abs=1e-9)  # home1, across
    assert school.way_m == pytest.approx(4620, abs=1e-9) and school.straight_m == pytest.approx(580) and school.reached is False
    assert (none.row, none.way_m, none.minutes, none.straight_m, none.reached, none.facilities) == (-1, None, None, None, False, 0)
    assert found.legs_m == {"walk": pytest.approx(20)}


def test_ways_run_from_the_place_to_the_facility():
    here = city(home=[(400, 0), (2000, 0)])
    drive, = from_place(here, 1000.0, 0.0, [LayerAsked("home", "drive")], as_of=DAY).layers
    walk, = from_place(here, 1000.0, 0.0, [LayerAsked("home", "walk")], as_of=DAY).layers
    assert (drive.id, drive.way_m, drive.reached) == ("home1", pytest.approx(1000), None)  # one way eastwards
    assert (walk.id, walk.way_m) == ("home0", pytest.approx(600))


def test_a_place_without_streets_reaches_nothing_and_straight_lines_are_told():
    here = city(home=[(400, 0)])
    found = from_place(here, 400.0, 5000.0, [LayerAsked("home", "walk", 9000.0)], as_of=DAY)
    assert found.legs_m == {"walk": None}
    assert (found.layers[0].way_m, found.layers[0].reached, found.layers[0].straight_m) == (None, False, 5000.0)


def test_facilities_that_do_not_count_are_left_out_and_the_first_of_equals_is_told():
    here = city(home=[(800, 0), (1200, 0)], shut=[(1000, 0)])
    here.facilities["shut"].frame["status"] = "closed"
    home, shut = from_place(here, 1000.0, 0.0, [LayerAsked("home", "walk"), LayerAsked("shut", "walk")], as_of=DAY).layers
    assert home.id == "home0" and shut.facilities == 0


def test_a_place_at_a_demand_point_is_told_what_the_coverage_counts():
    here = city(home=[(400, 0), (1000, 600), (2400, 0)], school=[(10, 590)])
    for name in ("walk", "drive"):
        for slug in ("home", "school"):
            near = nearest_facility(here, counting_facilities(here, slug, DAY), here.travel(name))
            for i in range(len(here.demand)):
                one, = from_place(here, here.demand.x[i], here.demand.y[i], [LayerAsked(slug, name)], as_of=DAY).layers
                assert one.row == near.facility[i]
                assert (np.inf if one.way_m is None else one.way_m) == pytest.approx(near.cost_m[i], abs=1e-6)


def test_unknown_layers_and_travels_are_refused():
    with pytest.raises(InputError):
        from_place(city(home=[(0, 0)]), 0.0, 0.0, [LayerAsked("school", "walk")])
    with pytest.raises(InputError):
        from_place(city(home=[(0, 0)]), 0.0, 0.0, [LayerAsked("home", "boat")])
