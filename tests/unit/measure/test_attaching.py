"""One street of 1 km; a park beside it, a school with two gates, a clinic."""

import hashlib
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.errors import InputError
from planner.inputs.layers import Boundaries, DemandPoints, Extents, FacilityLayer, Source, joined, points_only
from planner.measure.attaching import attach_facilities, choose
from planner.measure.city import City
from planner.measure.costs import nearest
from planner.measure.coverage import facilities_off_streets, nearest_facility, straight_line
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
WALK = TravelProfile("walk", "walk", 60)
PARK = shapely.box(600, 20, 900, 400)


@dataclass
class Street:
    """The street, made once."""

    made = from_lines([shapely.LineString([(0, 0), (1000, 0)])], crs=CRS)

    def network(self, mode):
        return self.made


def layer(x, y, extents):
    frame = gpd.GeoDataFrame({"id": [str(k) for k in range(len(x))], "x": np.array(x, float), "y": np.array(y, float)},
                             geometry=gpd.points_from_xy(x, y), crs=CRS)
    return FacilityLayer("f", frame, Source("f.csv"), extents=extents)


def extents(areas, doors):
    """Extents from polygons and lists of entrances."""
    shapes = np.full(len(areas), None, dtype=object)
    shapes[:] = areas
    flat = [place for own in doors for place in own]
    start = np.cumsum([0, *(len(own) for own in doors)])
    return Extents(shapes, start, np.array([x for x, _ in flat], float), np.array([y for _, y in flat], float))


def city(**layers):
    people = DemandPoints(np.array([0.0, 650, 1000, 700]), np.array([0.0, 0, 0, 60]), {"total": np.ones(4)}, {}, Source("p.csv"))
    return City("c", "c", CRS, Boundaries(CRS, {}), people, layers, Street(), {"walk": WALK})


MIXED = layer([50, 750, 300, 800], [10, 210, 100, 100],
              extents([None, PARK, None, PARK], [[], [], [(250, 5), (400, 9), (300, 500)], [(900, 30)]]))


def of(town, *rows):
    mask = np.isin(np.arange(4), rows)
    return choose(town, {"mixed": mask})


@pytest.mark.parametrize(("row", "way", "crow"), [
    (0, [60, 610, 960, 60 + 650 + 10], [np.hypot(50, 10), np.hypot(600, 10), np.hypot(950, 10), np.hypot(650, 50)]),  # a point
    (1, [620, 20, 120, 60 + 20], [np.hypot(600, 20), 20, np.hypot(100, 20), 0]),  # an area
    (2, [255, 259, 609, 60 + 309], [np.hypot(250, 5), np.hypot(250, 9), np.hypot(600, 9), np.hypot(300, 51)]),  # gates; one lies off
    (3, [930, 280, 130, 60 + 230], [np.hypot(600, 20), 20, np.hypot(100, 20), 0]),  # an area with a gate is entered there only
])
def test_where_each_kind_is_entered(row, way, crow):
    town = city(mixed=MIXED)
    chosen = of(town, row)
    assert nearest_facility(town, chosen, WALK).cost_m.tolist() == pytest.approx(way)
    assert straight_line(town, chosen).tolist() == pytest.approx(crow)


def test_the_nearest_of_all_kinds():
    town = city(mixed=MIXED)
    near = nearest_facility(town, of(town, 0, 1, 2, 3), WALK)
    assert near.facility.tolist() == [0, 1, 1, 1] and near.cost_m.tolist() == pytest.approx([60, 20, 120, 80])
    assert straight_line(town, of(town, 0, 1, 2, 3)).tolist() == pytest.approx([np.hypot(50, 10), 20, np.hypot(100, 20), 0])


def test_a_gate_without_a_street_leaves_a_facility_off_the_network():
    only = layer([300], [100], extents([PARK], [[(300, 500)]]))
    town = city(mixed=only)
    chosen = choose(town, {"mixed": np.array([True])})
    there = attach_facilities(town, chosen, WALK)
    assert there.attached.tolist() == [False]
    assert np.isinf(nearest(Street().network("walk"), there, there).cost_m).all()
    assert facilities_off_streets(town, chosen, WALK).tolist() == [True]
    assert facilities_off_streets(city(mixed=MIXED), of(city(mixed=MIXED), 0, 1, 2, 3), WALK).tolist() == [False] * 4


def test_choosing_takes_extents_along():
    plain = layer([5], [0], None)
    town = city(mixed=MIXED, plain=plain)
    chosen = choose(town, {"plain": np.array([True]), "mixed": np.array([False, True, True, False])})
    assert chosen.extents.area.tolist() == [None, PARK, None] and chosen.extents.door_start.tolist() == [0, 0, 0, 3]
    assert chosen.extents.door_x.tolist() == [250, 400, 300]
    assert len(choose(town, {}).extents) == 0 and len(joined([])) == 0


def test_the_digest_knows_all_that_decides_places():
    town = city(mixed=MIXED)
    whole = of(town, 0, 1, 2, 3)
    moved_door = replace(whole.extents, door_x=whole.extents.door_x + 1)
    other_owner = replace(whole.extents, door_start=np.array([0, 0, 1, 3, 4]))
    other_area = replace(whole.extents, area=np.array([None, shapely.box(0, 0, 1, 1), None, PARK], dtype=object))
    swapped = replace(whole.extents, area=np.array([PARK, None, None, PARK], dtype=object))
    versions = [whole, of(town, 0, 1, 2), replace(whole, x=whole.x + 1), replace(whole, y=whole.y + 1),
                *(replace(whole, extents=changed) for changed in (moved_door, other_owner, other_area, swapped))]
    assert len({version.digest() for version in versions}) == len(versions)
    again = replace(whole, extents=replace(whole.extents, area=np.array([None, shapely.box(600, 20, 900, 400), None, PARK], dtype=object)))
    assert again.digest() == whole.digest() and len(whole.digest()) == hashlib.sha256().digest_size


def test_extents_that_do_not_fit_are_refused():
    with pytest.raises(InputError):
        layer([5], [0], points_only(2))
    with pytest.raises(InputError):
        Extents(np.full(1, None, dtype=object), np.array([0, 1]), np.zeros(0), np.zeros(0))
