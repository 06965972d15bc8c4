"""A street of 1 km with a dead end at 500 m, three facilities beside it: service areas in metres worked by hand."""

import datetime as dt
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.errors import InputError, UnitError
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.city import City
from planner.measure.service_area import outlines, service_area, service_areas
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)
X, Y = 448_000.0, 4_418_000.0


class Streets:
    """Two lines for every mode."""

    attribution = "drawn"

    def network(self, mode):
        lines = [shapely.LineString([(X, Y), (X + 500, Y), (X + 1000, Y)]), shapely.LineString([(X + 1000, Y), (X + 1000, Y + 300)])]
        return from_lines(lines, crs=CRS, mode=mode)


ROWS = [("h1", 100, 0, "operating"), ("h2", 900, 20, "operating"), ("h3", 500, 0, "closed"), ("h4", math.nan, 0, "operating"),
        ("h5", 500, 5000, "operating")]


@pytest.fixture
def city():
    x, y = ([X + row[1] for row in ROWS], [Y + row[2] for row in ROWS])
    columns = {"id": [row[0] for row in ROWS], "name": [f"={row[0]}" for row in ROWS], "status": [row[3] for row in ROWS], "x": x, "y": y}
    frame = gpd.GeoDataFrame({**columns, "opened": "", "closed": "", "started": ""}, geometry=gpd.points_from_xy(x, y), crs=CRS)
    none = np.empty(0)
    return City("c", "c", CRS, Boundaries(CRS, {}), DemandPoints(none, none, {"total": none}, {}, Source("p.csv")),
                {"home": FacilityLayer("home", frame, Source("f.csv"))}, Streets(), {"walk": TravelProfile("walk", "walk", 50)}, DAY)


def test_one_facility_for_the_map(city):
    found = service_area(city, "home", "walk", facility="h1", minutes=5, as_of=DAY)
    assert found.street_m == 350  # 0 to 350 of the street
    assert found.streets.geom_type == "MultiLineString"
    assert shapely.total_bounds(found.streets).tolist() == [X, Y, X + 350, Y]
    # a buffer of 60 m: the strip and two half circles, a little less for their straight pieces
    assert found.area.geom_type == "MultiPolygon"
    assert 0.98 * (350 * 120 + math.pi * 60**2) < found.area.area < 350 * 120 + math.pi * 60**2


def test_round_the_corner_and_the_leg_counts(city):
    found = service_area(city, "home", "walk", facility="h2", metres=220, as_of=DAY, width_m=10)
    assert found.street_m == 400  # 200 back to 700, 100 on to the corner, 100 up
    assert sorted(round(shapely.length(line)) for line in found.streets.geoms) == [100, 300]


def test_all_together_counts_every_street_once(city):
    assert service_area(city, "home", "walk", metres=600, as_of=DAY).street_m == 1300
    found = service_areas(city, "home", "walk", metres=600, as_of=DAY)
    assert found.id == ("h1", "h2", "h5")
    assert [area.street_m for area in found.each] == [700, pytest.approx(980), 0]
    assert found.attached.tolist() == [True, True, False]
    assert found.whole.street_m == 1300
    assert found.each[2].streets.is_empty
    assert found.each[2].area.is_empty
    assert (found.minutes, found.limit_m, found.mode, found.crs, found.attribution) == (12, 600, "walk", CRS, "drawn")


def test_a_facility_that_does_not_count_has_nothing_and_one_that_is_not_there_is_an_error(city):
    for facility in ("h3", "h4", "h5"):
        found = service_area(city, "home", "walk", facility=facility, metres=100, as_of=DAY)
        assert (found.street_m, found.streets.is_empty, found.area.is_empty) == (0, True, True)
    with pytest.raises(InputError) as error:
        service_area(city, "home", "walk", facility="h9", metres=100, as_of=DAY)
    assert error.value.code == "service_area_facility_unknown"


def test_wrong_questions(city):
    for settings in ({}, {"metres": 5, "minutes": 5}, {"metres": -1}, {"metres": 5, "width_m": 0}, {"metres": 5, "fill_m2": math.nan}):
        for ask in (service_area, service_areas):
            with pytest.raises(UnitError):
                ask(city, "home", "walk", as_of=DAY, **settings)
    with pytest.raises(InputError):
        service_areas(city, "bath", "walk", metres=5)


def test_progress_ends_at_one_and_may_end_the_work(city):
    told = []
    service_areas(city, "home", "walk", metres=600, as_of=DAY, progress=told.append)
    assert told == [0.75, 1]

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service_areas(city, "home", "walk", metres=600, as_of=DAY, progress=stop)


def test_small_holes_are_closed_and_large_ones_stay():
    # a ring of streets of 300 m: within, 180 m x 180 m = 32,400 m2 are farther than 60 m from it
    ring = np.array([shapely.LineString([(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)])])
    (opened,), (closed,) = (outlines(ring, np.array([0, 1]), fill_m2=size) for size in (20_000, 40_000))
    assert shapely.get_num_interior_rings(opened.geoms[0]) == 1
    assert closed.area - opened.area == pytest.approx(32_400, rel=0.05)
    assert shapely.get_num_interior_rings(closed.geoms[0]) == 0


def test_a_street_within_a_closed_hole_becomes_part_of_the_area():
    ring = shapely.LineString([(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)])
    lines = np.array([ring, shapely.LineString([(195, 200), (205, 200)])])
    (opened,), (closed,) = (outlines(lines, np.array([0, 2]), width_m=20, fill_m2=size) for size in (0, 1e6))
    assert len(opened.geoms) == 2
    assert (len(closed.geoms), closed.is_valid) == (1, True)
