"""One street of 3 km with homes every 100 m, one home on no street, and a facility at its beginning."""

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.blind_spot_shapes import shapes
from planner.measure.blind_spots import LEAST_PEOPLE, LISTED, blind_spots, joining_distance, listed
from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)


class Street:
    """One line for every mode."""

    def network(self, mode):
        return from_lines([shapely.LineString([(0, 0), (3000, 0)]), shapely.LineString([(6000, 0), (6100, 0)])], crs=CRS)


def facilities(*places):
    frame = gpd.GeoDataFrame({"id": [f"h{k}" for k in range(len(places))], "name": [f"驿站{k}" for k in range(len(places))],
                              "status": "operating", "opened": "", "closed": "", "started": "", "x": [float(x) for x in places], "y": 0.0},
                             geometry=gpd.points_from_xy(places, [0.0] * len(places)), crs=CRS)
    return FacilityLayer("home", frame, Source("f.csv"))


def city(homes, *places, **demand):
    """homes : (x, y, people); units of 1 km: townships U0.. along the street, all in district D."""
    def frame(codes, names, shapes_, parent):
        return gpd.GeoDataFrame({"code": codes, "name": names, "class": "", "parent": parent, "row": range(1, len(codes) + 1)},
                                geometry=shapes_, crs=CRS)

    townships = frame([f"U{k}" for k in range(7)], [f"街道{k}" for k in range(7)],
                      [shapely.box(k * 1000, -3000, (k + 1) * 1000, 3000) for k in range(7)], "D")
    district = frame(["D"], ["区"], [shapely.box(0, -3000, 7000, 3000)], "")
    x, y, people = (np.array([float(home[k]) for home in homes]) for k in range(3))
    units = np.array([f"U{int(at // 1000)}" for at in x], dtype=object)
    inside = {"district": np.full(len(x), "D", dtype=object), "township": units}
    points = DemandPoints(x, y, {"total": people}, inside, Source("p.csv"), **demand)
    return City("c", "c", CRS, Boundaries(CRS, {"district": district, "township": townships}), points, {"home": facilities(*places)},
                Street(), {"walk": TravelProfile("walk", "walk", 50)}, DAY)


def found(town, **settings):
    return blind_spots(town, "home", "walk", as_of=DAY, **({"metres": 500} | settings))


HOMES = [(100, 0, 10), (600, 0, 20), (900, 0, 30), (1300, 0, 40), (2000, 0, 5), (2100, 20, 6), (3000, 900, 7), (2900, 900, 3), (6000, 0, 8)]
"""Beyond 500 m of the facility at 0: 600 and 900 together; 1300 alone; 2000 and 2100 together; two off the street; one unreached."""


def test_neighbours_along_the_street_are_one_blind_spot():
    spots = found(city(HOMES, 0))
    assert [(one.id, one.people, one.points.tolist()) for one in spots.spots] == [
        ("B0001", 50, [1, 2]), ("B0002", 40, [3]), ("B0003", 11, [4, 5]), ("B0004", 10, [6, 7]), ("B0005", 8, [8])]
    assert spots.people_beyond == 119 and spots.people == 129 and spots.join_m == 300 and spots.not_told == 0
    first, *_, off, lost = spots.spots
    assert first.share == pytest.approx(50 / 129)
    assert (first.x, first.y) == (900, 0)  # the home nearest to 780, the centre
    assert (off.people_unattached, off.people_unreached, lost.people_unattached, lost.people_unreached) == (10, 0, 0, 8)
    assert (lost.nearest_id, lost.nearest_m, lost.minutes) == ("", None, None) == (off.nearest_id, off.nearest_m, off.minutes)


def test_nearest_facility_of_most_and_minutes_of_the_middle():
    spots = found(city([(1200, 0, 10), (1300, 0, 30), (1400, 0, 30)], 0, 2600))
    (one,) = spots.spots
    assert (one.nearest_id, one.nearest_name) == ("h0", "驿站0")  # of 40 of 70; 1300 is as near to both: the first
    assert (one.nearest_m, one.minutes) == (1200, 24)  # by distance: 40 people at 1200, 30 at 1300


def test_units_and_places():
    spots = found(city([(600, 0, 20), (900, 0, 30), (1100, 0, 50), (100, 0, 50)], 0))
    (one,) = spots.spots
    assert [(unit.code, unit.name, unit.people, unit.share) for unit in one.units["township"]] == [
        ("U0", "街道0", 50, 0.5), ("U1", "街道1", 50, 1.0)]
    assert [(unit.code, unit.people) for unit in one.units["district"]] == [("D", 100)]
    assert one.places == ("街道0", "街道1")


def test_within_reach_nobody_is_blind():
    spots = found(city([(100, 0, 20), (400, 0, 0)], 0))
    assert (spots.spots, spots.people_beyond) == ((), 0)
    assert found(city([(900, 0, 0)], 0)).spots == ()  # a home without people is no blind spot


def test_without_facilities_all_are_beyond():
    (one,) = found(city([(100, 0, 20), (400, 0, 5)])).spots
    assert (one.people, one.nearest_id, one.nearest_m, one.people_unreached) == (25, "", None, 25)


def test_people_on_a_lattice_are_neighbours_of_the_next_cell():
    cells = [(400 * i, 400 * j - 400, 5) for i in range(7) for j in range(3)]
    town = city(cells, 0)
    assert joining_distance(town) == 800
    assert joining_distance(city(HOMES, 0)) == 300


def test_the_join_may_be_said():
    assert [one.people for one in found(city(HOMES, 0), join_m=400).spots] == [90, 11, 10, 8]


def test_the_sum_is_the_people_beyond_of_coverage():
    town = city(HOMES, 0, 2500)
    reached = coverage(town, "home", "walk", minutes=6, by="township", as_of=DAY)
    assert found(town, metres=None, minutes=6).people_beyond == reached.total.people_beyond > 0


def test_own_facilities_only():
    town = city([(900, 0, 10), (1100, 0, 20)], 950)
    frame = town.facilities["home"].frame.assign(unit_township="U0")
    town = replace(town, facilities={"home": FacilityLayer("home", frame, Source("f.csv"))}, cache={})
    (one,) = found(town, reach="own", by="township").spots
    assert one.points.tolist() == [1]


def test_small_counts_are_kept_out_with_one_that_completes_them():
    homes = [(600, 0, 3), (1300, 0, 40), (2000, 0, 20), (2700, 0, 60), (100, 0, 500)]
    spots = found(city(homes, 0, hide_small=True))
    assert [one.people for one in spots.spots] == [60, 20]  # the 3 of U0, and the 40 of U1, the least unit that keeps them unknown
    assert spots.not_told == 2 and spots.people_beyond == 123
    assert [one.id for one in spots.spots] == ["B0001", "B0002"]
    assert all(unit.people is None and unit.share is None for unit in spots.spots[0].units["township"])


def test_a_list_shows_the_larger_ones_and_sums_the_others():
    spots = found(city(HOMES, 0)).spots
    shown, count, people = listed(spots)
    assert [one.people for one in shown] == [50, 40, 11, 10] and (count, people) == (1, 8)
    many = tuple(replace(spots[0], people=LEAST_PEOPLE + 1) for _ in range(LISTED + 3))
    assert (len(listed(many)[0]), listed(many)[1], listed(many)[2]) == (LISTED, 3, 3 * (LEAST_PEOPLE + 1))


def test_shapes_hold_their_homes_and_no_others():
    town = city([*HOMES, (1450, 0, 0), (480, 0, 9)], 0)
    spots = found(town)
    areas = shapes(town, spots.spots, spots.join_m)
    assert all(area.is_valid and area.geom_type == "MultiPolygon" for area in areas)
    points = shapely.points(town.demand.x, town.demand.y)
    for one, area in zip(spots.spots, areas, strict=True):
        inside = {k for k in range(len(points)) if area.covers(points[k]) and town.demand.people["total"][k] > 0}
        assert inside == set(one.points.tolist())
    assert all(areas[a].intersection(areas[b]).area < 1e-6 for a in range(len(areas)) for b in range(a))
    alone = areas[1]  # 1300: a disc of 150 m
    assert alone.area == pytest.approx(np.pi * 150**2, rel=0.02)
    assert shapes(town, (), 300).shape == (0,)


def test_shapes_of_two_groups_at_one_place():
    town = city([(900, 0, 10), (900, 0, 5)], 0)
    spots = found(town)
    assert spots.people_beyond == 15
    assert shapes(town, spots.spots, spots.join_m)[0].area == pytest.approx(np.pi * 150**2, rel=0.02)
