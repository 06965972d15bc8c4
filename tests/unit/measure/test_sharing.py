"""One street, two units of 500 m, facilities X at 100 m and Y at 600 m, and the people of docs/coverage.md: whose facilities count."""

import datetime as dt
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.errors import InputError
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.attaching import counting_facilities
from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.measure.enough import enough
from planner.measure.served_from import served_from
from planner.measure.sharing import sharing
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)


class Street:
    """One line for every mode, and another far away."""

    def network(self, mode):
        return from_lines([shapely.LineString([(0, 0), (1000, 0)]), shapely.LineString([(5000, 0), (5100, 0)])], crs=CRS)


def units(codes, width):
    frame = {"code": codes, "name": codes, "class": "", "parent": "", "row": range(1, len(codes) + 1)}
    return gpd.GeoDataFrame(frame, geometry=[shapely.box(k * width, -9, (k + 1) * width, 9) for k in range(len(codes))], crs=CRS)


def city(serves=("", ""), beds=(40.0, 50.0), more=None):
    """People A (60) at 0 and B (40) at 400 in U1, C (30) at 900 in U2, D (20) on the other street, in no unit."""
    x = [100.0, 600.0, math.nan]
    frame = {"id": ["X", "Y", "Z"], "name": ["甲", "乙", "丙"], "status": "", "opened": "", "closed": "", "started": "", "x": x, "y": 0.0,
             "beds": [*beds, 7.0], "serves": [*serves, ""], "unit_part": ["U1", "U2", "U2"], "in_part": ["U1", "U2", ""],
             "unit_whole": "W", "in_whole": "W", **(more or {})}
    layer = FacilityLayer("home", gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, [0.0] * 3), crs=CRS), Source("f.csv"))
    homes = {"part": np.array(["U1", "U1", "U2", ""], dtype=object), "whole": np.array(["W", "W", "W", ""], dtype=object)}
    demand = DemandPoints(np.array([0.0, 400, 900, 5000]), np.zeros(4), {"total": np.array([60.0, 40, 30, 20])}, homes, Source("p.csv"))
    levels = {"whole": units(["W"], 1000), "part": units(["U1", "U2"], 500)}
    return City("c", "c", CRS, Boundaries(CRS, levels), demand, {"home": layer}, Street(), {"walk": TravelProfile("walk", "walk", 50)}, DAY)


def ask(reach="shared", metres=300, by="part", **made):
    place = city(**made)
    return place, coverage(place, "home", "walk", metres=metres, by=by, as_of=DAY, reach=reach)


def told(reach="shared", per_capacity=1.0, **settings):
    """Of the units and the whole: people, served, full, beyond."""
    place, found = ask(reach, **settings)
    room = enough(place, found, "beds", per_capacity=per_capacity)
    rows = [(u.people, e.people_served, e.people_full, u.people_beyond)
            for u, e in zip((*found.units, found.total), (*room.units, room.total), strict=True)]
    assert all(people == served + full + beyond for people, served, full, beyond in rows)
    return [row[1:] for row in rows], room


def test_shared_own_and_assigned_reach():
    assert [unit.people_covered for unit in ask(metres=250)[1].units] == [100, 0]  # B's nearest is Y, 200 m away in U2
    assert [unit.people_covered for unit in ask("own", metres=250)[1].units] == [60, 0]
    assert [unit.people_covered for unit in ask("assigned", metres=250, serves=("", "U1"))[1].units] == [100, 0]
    assert [unit.people_covered for unit in ask("assigned", metres=250, serves=("U2", ""))[1].units] == [60, 0]
    assert [unit.people_covered for unit in ask("own", metres=250, by="whole")[1].units] == [100]


def test_all_figures_are_of_the_facilities_that_count():
    one = ask("own", metres=250)[1].units[0]
    assert (one.nearest_mean_m, one.nearest_p95_m, one.straight_people_covered) == ((60 * 100 + 40 * 300) / 100, 300, 60)
    total = ask("own")[1].total
    assert (total.people_unreached, total.people_unattached) == (20, 0)


def test_a_unit_without_a_facility_of_its_own_reaches_none():
    _, found = ask("own", more={"unit_part": ["U1", "U1", "U1"]})
    assert (found.units[1].people_covered, found.units[1].people_unreached, found.units[1].nearest_p50_m) == (0, 30, None)
    assert found.units[1].straight_people_covered == 0
    _, nobody = ask("own", more={"unit_part": ""})
    assert nobody.total.people_covered == 0 and nobody.total.people_unreached == 150


def test_a_coarser_unit_in_serves_stands_for_all_in_it():
    """X also serves W, hence U2; Y serves its own only. At 800 m C reaches both."""
    who = sharing(city(serves=("W", "")), counting_facilities(city(serves=("W", "")), "home", DAY), "assigned", "part")
    assert [who.facilities[k].tolist() for k in who.kind] == [[0], [0], [0, 1], []] and who.unknown == ()


def test_codes_that_no_unit_has_are_told():
    assert ask("assigned", serves=("U9；U2", "U1, W9"))[1].unknown_units_served == ("U9", "W9")


def test_what_cannot_be_asked():
    for settings in ({"reach": "assigned"}, {"reach": "all"}, {"reach": "own", "by": "township"}):
        with pytest.raises(InputError):
            ask(**settings)


def test_who_is_served_from_other_units_follows_the_reach():
    assert [row.people_served_from_other_units for row in served_from(*ask())] == [40, 0, 40]
    assert [row.people_served_from_other_units for row in served_from(*ask("own"))] == [0, 0, 0]


def test_the_worked_example_of_the_documents():
    rows, room = told()
    assert rows[0] == (pytest.approx(40 + 200 / 7, abs=1e-5), pytest.approx(20 + 80 / 7, abs=1e-5), 0)
    assert rows[1] == (pytest.approx(150 / 7, abs=1e-5), pytest.approx(60 / 7, abs=1e-5), 0)
    assert rows[2] == (90, 40, 20)
    assert (room.capacity, room.blank, room.capacity_without_place) == (90, 0, 7)
    assert [(one.id, one.capacity, one.used, one.free) for one in room.facilities] == [("X", 40, 40, 0), ("Y", 50, 50, 0)]


def test_with_the_units_own_facilities():
    rows, room = told("own")
    assert rows == [(40, 60, 0), (30, 0, 0), (70, 60, 20)]
    assert [(one.used, one.free) for one in room.facilities] == [(40, 0), (30, 20)]


def test_places_for_all_serve_all_in_reach():
    rows, _ = told(per_capacity=3)
    assert rows == [(100, 0, 0), (30, 0, 0), (130, 0, 20)]


def test_units_of_all_levels_agree():
    assert told(by="whole")[0][0] == tuple(np.sum(told()[0][:2], axis=0))


def test_a_blank_capacity_gives_two_figures():
    rows, room = told(beds=(40.0, math.nan))
    assert rows == [(40, 60, 0), (0, 30, 0), (40, 90, 20)]
    assert room.blank == 1 and [unit.people_served_most for unit in (*room.units, room.total)] == [80, 30, 110]
    assert [(one.capacity, one.used, one.free) for one in room.facilities] == [(40, 40, 0), (None, 0, None)]


@pytest.mark.parametrize(("column", "per_capacity", "beds"), [("name", 1, (1.0, 1.0)), ("x", 1, (1.0, 1.0)), ("seats", 1, (1.0, 1.0)),
                                                              ("beds", 0, (1.0, 1.0)), ("beds", math.nan, (1.0, 1.0)),
                                                              ("beds", 1, (-1.0, 1.0))])
def test_capacities_that_cannot_be_used(column, per_capacity, beds):
    with pytest.raises(InputError):
        enough(*ask(beds=beds), column, per_capacity=per_capacity)
