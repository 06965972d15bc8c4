"""One street of 1 km; people at 0, 400 and 900 m and one point far from any street; units of 500 m."""

import datetime as dt
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.errors import InputError, UnitError
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.attaching import counting_facilities
from planner.measure.by_unit import weighted_quantile
from planner.measure.city import City
from planner.measure.coverage import coverage, within
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)


class Street:
    """One line for every mode."""

    def network(self, mode):
        return from_lines([shapely.LineString([(0, 0), (1000, 0)]), shapely.LineString([(5000, 0), (5100, 0)])], crs=CRS)


def layer(rows):
    frame = gpd.GeoDataFrame(
        {
            "id": [r[0] for r in rows],
            "name": "",
            "status": [r[2] for r in rows],
            "opened": [r[3] for r in rows],
            "closed": "",
            "started": "",
            "x": [r[1] for r in rows],
            "y": 0.0,
        },
        geometry=gpd.points_from_xy([r[1] for r in rows], [0.0] * len(rows)),
        crs=CRS,
    )
    return FacilityLayer("home", frame, Source("f.csv"))


def city(rows):
    frame = gpd.GeoDataFrame(
        {"code": ["U1", "U2", "U3"], "name": ["一", "二", "三"], "class": "", "parent": "", "row": [1, 2, 3]},
        geometry=[shapely.box(x, -2000, x + 500, 2000) for x in (0, 500, 1000)],
        crs=CRS,
    )
    units = np.array(["U1", "U1", "U2", "U2", "", ""], dtype=object)
    demand = DemandPoints(
        np.array([0.0, 400, 900, 900, 5000, 1500]),
        np.array([0.0, 10, 0, 900, 0, 0]),
        {"total": np.array([10.0, 20, 30, 40, 50, 0])},
        {"township": units},
        Source("p.csv"),
    )
    return City(
        "c",
        "c",
        CRS,
        Boundaries(CRS, {"township": frame}),
        demand,
        {"home": layer(rows)},
        Street(),
        {"walk": TravelProfile("walk", "walk", 50)},
        DAY,
    )


ROWS = [("h1", 100, "operating", ""), ("h2", 800, "planned", "2020-01-01"), ("h3", 5, "closed", ""), ("h4", math.nan, "operating", "")]


def ask(**settings):
    return coverage(city(ROWS), "home", "walk", by="township", as_of=DAY, **(settings or {"metres": 310}))


def test_each_unit_and_the_whole():
    found = ask()
    one, two, three = found.units
    assert (one.people, one.people_covered, one.share, one.people_beyond) == (30, 30, 1, 0)  # 100 and 300 + 10 m
    assert (two.people, two.people_covered, two.share, two.people_unattached) == (70, 0, 0, 40)
    assert (three.people, three.share, three.nearest_mean_m) == (0, None, None)
    assert (found.total.people, found.total.people_covered, found.total.people_beyond) == (150, 30, 120)
    assert (found.total.people_unattached, found.total.people_unreached) == (40, 50)


def test_limits_are_inclusive_and_minutes_are_metres_at_the_stated_speed():
    assert [ask(metres=metres).units[0].people_covered for metres in (99.9, 100, 309.9, 310)] == [0, 10, 10, 30]
    assert ask(minutes=6.2).limit_m == 310 and ask(minutes=6.2).units == ask(metres=310).units


def test_nearest_distances_are_of_those_who_reach_one():
    one, two, _ = ask().units
    assert (one.nearest_mean_m, one.nearest_p50_m, one.nearest_p95_m) == ((10 * 100 + 20 * 310) / 30, 310, 310)
    assert (two.nearest_mean_m, two.nearest_p95_m) == (800, 800)


def test_the_crow_flies():
    one, two, _ = ask(metres=305).units
    assert (one.straight_people_covered, one.people_covered) == (30, 10) and two.straight_people_covered == 0


def test_what_counts_is_said():
    found = ask()
    assert (found.facilities, found.facilities_without_place, found.slipped) == (2, 1, ("h2",))
    assert counting_facilities(city(ROWS), "home", DAY).row.tolist() == [0]


def test_without_a_facility_everybody_is_beyond():
    found = coverage(city([("h", 1, "closed", "")]), "home", "walk", metres=500, by="township", as_of=DAY)
    assert (found.total.people_covered, found.total.people_unreached, found.total.nearest_p50_m) == (0, 110, None)


@pytest.mark.parametrize("settings", [{"minutes": 5, "metres": 5}, {"group": "birds", "metres": 5}, {"metres": -1}])
def test_questions_that_cannot_be_asked(settings):
    with pytest.raises((UnitError, InputError)):
        ask(**settings)


def test_unknown_names_are_refused():
    for slug, travel, by in (("x", "walk", "township"), ("home", "x", "township"), ("home", "walk", "x")):
        with pytest.raises(InputError):
            coverage(city(ROWS), slug, travel, metres=5, by=by, as_of=DAY)


def test_quantiles_by_weight():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])
    assert [weighted_quantile(values, weights, share) for share in (0, 0.25, 0.26, 0.75, 0.76, 1)] == [1, 1, 2, 2, 3, 3]
    assert weighted_quantile(values, np.zeros(3), 0.5) is None


def test_a_limit_forgives_floating_point_only():
    assert within(np.array([100 + 1e-7, 100 + 1e-5]), 100).tolist() == [True, False]
