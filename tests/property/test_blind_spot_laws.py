"""Laws of blind spots on random streets: everybody beyond reach is in exactly one, and their people add up to the people beyond."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.blind_spot_shapes import shapes
from planner.measure.blind_spots import blind_spots, listed
from planner.measure.city import City
from planner.measure.coverage import coverage
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)
CODES = ["U0", "U1"]
GRID = from_lines([shapely.LineString(pair) for k in range(4) for pair in (
    [(0, 400 * k), (1200, 400 * k)], [(400 * k, 0), (400 * k, 1200)])] + [shapely.LineString([(3000, 0), (3200, 0)])], crs=CRS)
"""Streets that cross without being joined: each is a line of its own, and only ends that coincide meet."""


class Grid:
    """The same streets for every mode."""

    def network(self, mode):
        return GRID


@st.composite
def cities(draw):
    """A city of at most 12 homes and 3 facilities on a grid of streets, some homes on no street."""
    place = st.tuples(st.integers(0, 1300), st.integers(0, 1300)) | st.tuples(st.integers(3000, 3200), st.just(0))
    homes = draw(st.lists(st.tuples(place, st.sampled_from([*CODES, ""]), st.integers(0, 50)), min_size=1, max_size=12))
    stands = draw(st.lists(place, max_size=3))
    x, y = ([float(at[k]) for at in stands] for k in (0, 1))
    frame = gpd.GeoDataFrame({"id": [f"f{k}" for k in range(len(x))], "name": "", "status": "", "opened": "", "closed": "", "started": "",
                              "x": np.array(x, dtype=float), "y": np.array(y, dtype=float)}, geometry=gpd.points_from_xy(x, y), crs=CRS)
    units = gpd.GeoDataFrame({"code": CODES, "name": CODES, "class": "", "parent": "", "row": [1, 2]},
                             geometry=[shapely.box(k, 0, k + 1, 1) for k in range(2)], crs=CRS)
    demand = DemandPoints(*(np.array([float(home[0][k]) for home in homes]) for k in (0, 1)),
                          {"total": np.array([float(home[2]) for home in homes])},
                          {"township": np.array([home[1] for home in homes], dtype=object)}, Source("p.csv"))
    layers, walk = {"home": FacilityLayer("home", frame, Source("f.csv"))}, {"walk": TravelProfile("walk", "walk", 50)}
    return City("c", "c", CRS, Boundaries(CRS, {"township": units}), demand, layers, Grid(), walk, DAY)


@settings(max_examples=60, deadline=None)
@given(cities(), st.sampled_from([0, 150, 500]), st.sampled_from([50.0, 300.0, 2000.0]))
def test_people_of_blind_spots_are_the_people_beyond(city, metres, join_m):
    found = blind_spots(city, "home", "walk", metres=metres, as_of=DAY, join_m=join_m)
    reached = coverage(city, "home", "walk", metres=metres, by="township", as_of=DAY)
    assert sum(one.people for one in found.spots) == found.people_beyond == reached.total.people_beyond
    points = [k for one in found.spots for k in one.points.tolist()]
    assert len(points) == len(set(points))
    assert sum(one.people_unattached for one in found.spots) == reached.total.people_unattached
    assert sum(one.people_unreached for one in found.spots) == reached.total.people_unreached
    for unit in reached.units:
        inside = sum(part.people for one in found.spots for part in one.units["township"] if part.code == unit.code)
        assert inside == unit.people_beyond
    assert [one.people for one in found.spots] == sorted((one.people for one in found.spots), reverse=True)
    shown, _, rest = listed(found.spots)
    assert sum(one.people for one in shown) + rest == found.people_beyond


@settings(max_examples=40, deadline=None)
@given(cities(), st.randoms(use_true_random=False))
def test_the_order_of_homes_changes_no_blind_spot(city, random):
    order = list(range(len(city.demand)))
    random.shuffle(order)
    demand = city.demand
    moved = replace(demand, x=demand.x[order], y=demand.y[order], units={"township": demand.units["township"][order]},
                    people={"total": demand.people["total"][order]})
    shuffled = replace(city, cache={}, demand=moved)
    parts = [{frozenset((float(made.demand.x[k]), float(made.demand.y[k]), float(made.demand.people["total"][k])) for k in one.points)
              for one in blind_spots(made, "home", "walk", metres=200, as_of=DAY).spots} for made in (city, shuffled)]
    assert parts[0] == parts[1]


@settings(max_examples=40, deadline=None)
@given(cities())
def test_a_wider_join_only_merges(city):
    narrow, wide = (blind_spots(city, "home", "walk", metres=150, as_of=DAY, join_m=join_m) for join_m in (200.0, 600.0))
    for one in narrow.spots:
        assert sum(set(one.points.tolist()) <= set(other.points.tolist()) for other in wide.spots) == 1


@settings(max_examples=30, deadline=None)
@given(cities())
def test_shapes_never_overlap_and_hold_their_homes(city):
    found = blind_spots(city, "home", "walk", metres=150, as_of=DAY)
    areas = shapes(city, found.spots, found.join_m)
    assert all(area.is_valid for area in areas)
    for one, area in zip(found.spots, areas, strict=True):
        homes = shapely.points(city.demand.x[one.points], city.demand.y[one.points])
        assert float(shapely.distance(area, homes).max()) <= 0.02  # homes at one place are one place of the shape, to 1 cm
    if len(areas):
        assert shapely.area(shapely.union_all(areas)) == pytest.approx(float(shapely.area(areas).sum()), rel=1e-6)
