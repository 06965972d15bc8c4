"""The geometry file of a map, read back by a reader of its own."""

import hashlib

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from planner.export.geometry import Backdrop, label_points, map_geometry, reach_file, street_backdrop
from planner.network.graph import StreetNetwork

CRS = "EPSG:32650"
X, Y = 448_000.0, 4_418_000.0
TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def metres(lonlat):
    return np.column_stack(TO_METRES.transform(*np.asarray(lonlat).reshape(-1, 2).T))


def area(rings):
    """Even-odd area of rings in square metres: here holes lie within their outer ring."""
    areas = sorted((shapely.Polygon(metres(ring)).area for ring in rings), reverse=True)
    return areas[0] - sum(areas[1:])


def test_units_come_back_where_they_were(drawn):
    levels, layers, head = drawn.read(map_geometry(drawn.boundaries(), tolerance_m=0).payload)
    assert list(levels) == ["township", "community"]  # coarse first
    assert layers == []
    assert [(code, name) for code, name, *_ in levels["community"]] == [("11", "A"), ("12", "B"), ("13", "C"), ("14", "D")]
    for (_, _, rings, *_), shape in zip(levels["community"], drawn.boundaries().levels["community"].geometry, strict=True):
        assert len(rings) == 1 + len(shape.interiors)
        assert all(len(ring) == 4 for ring in rings)  # not closed
        corners = np.vstack([metres(ring) for ring in rings])
        expected = shapely.get_coordinates(shape)
        # A step is about 0.11 m; rounding moves a corner by at most half of it each way.
        assert max(np.hypot(*(expected - corner).T).min() for corner in corners) < 0.09
        assert area(rings) == pytest.approx(shape.area, rel=2e-4)
    west, south, east, north = head["bounds"]
    assert metres([[west, south], [east, north]]) == pytest.approx(np.array([[X, Y], [X + 2000, Y + 2000]]), abs=30)  # turned a little


def test_label_points_lie_inside_with_room_around(drawn):
    levels, _, _ = drawn.read(map_geometry(drawn.boundaries()).payload)
    for units, frame in ((levels[level], drawn.boundaries().levels[level]) for level in levels):
        for (_, _, _, point, free_m), shape in zip(units, frame.geometry, strict=True):
            spot = shapely.Point(metres([point])[0])
            assert shape.contains(spot)
            assert shape.boundary.distance(spot) == pytest.approx(free_m, abs=0.3)
    assert levels["community"][0][4] == pytest.approx(500, abs=15)  # half a side of a square of 1 km
    # The largest circle beside a centred hole of 200 m touches two sides and the hole's corner: r sqrt(2) + r = 400 sqrt(2).
    assert levels["community"][2][4] == pytest.approx(400 * np.sqrt(2) / (1 + np.sqrt(2)), abs=15)


def test_a_label_keeps_out_of_the_water(drawn):
    river = shapely.box(X, Y + 1200, X + 2000, Y + 1800)
    levels, layers, _ = drawn.read(map_geometry(drawn.boundaries(), [Backdrop("water", np.array([river], dtype=object))]).payload)
    for _, _, _, point, _ in levels["community"]:
        assert not river.contains(shapely.Point(metres([point])[0]))
    assert [(kind, len(lines)) for kind, lines in layers] == [("water", 1)]


def test_lines_and_areas_of_the_backdrop_come_back(drawn):
    rail = shapely.MultiLineString([[(X, Y), (X + 500, Y + 700)], [(X + 600, Y + 700), (X + 900, Y + 900)]])
    lake = shapely.MultiPolygon([drawn.square(0, 0), drawn.square(1, 1)])
    back = [Backdrop("rail", np.array([rail, None], dtype=object)), Backdrop("green", np.array([lake], dtype=object)),
            Backdrop("water", np.array([]))]
    _, layers, _ = drawn.read(map_geometry(drawn.boundaries(), back).payload)
    assert [(kind, [len(line) for line in lines]) for kind, lines in layers] == [("rail", [2, 2]), ("green", [5, 5])]
    assert metres(layers[0][1][0]) == pytest.approx(np.array([[X, Y], [X + 500, Y + 700]]), abs=0.1)


def test_small_streets_go_as_a_file_of_their_own(drawn):
    street, lane = (np.array([shapely.LineString([(X, Y), (X + 500, Y + rise)])], dtype=object) for rise in (300, 700))
    back = [Backdrop("street_minor", lane), Backdrop("street_main", street), Backdrop("street_minor", street)]
    made = map_geometry(drawn.boundaries(), back)
    levels, layers, head = drawn.read(made.payload)
    assert [kind for kind, _ in layers] == ["street_main"]
    assert len(levels) == 2
    none, ((kind, lines),), near = drawn.read(made.detail.payload)
    assert (none, kind, near["bounds"]) == ({}, "street_minor", head["bounds"])
    assert metres(np.vstack(lines)) == pytest.approx(np.array([[X, Y], [X + 500, Y + 700], [X, Y], [X + 500, Y + 300]]), abs=0.1)
    assert map_geometry(drawn.boundaries()).detail is None


def test_a_border_of_reach_is_a_file_of_one_layer(drawn):
    area = shapely.MultiPolygon([drawn.square(0, 0, hole=True)])
    none, ((kind, lines),), _ = drawn.read(reach_file(area, CRS).payload)
    assert (none, kind, len(lines)) == ({}, "reach", 2)
    assert area.area == pytest.approx(abs(shapely.Polygon(metres(lines[0]), [metres(lines[1])]).area), rel=2e-4)
    assert drawn.read(reach_file(shapely.MultiPolygon(), CRS).payload)[1] == [("reach", [])]


def test_neighbours_still_share_their_border_when_simplified(drawn):
    wavy = [(X + 1000 + 3 * (k % 2), Y + 10 * k) for k in range(1, 100)]  # a border that trembles by 3 m
    left = shapely.Polygon([(X, Y), (X + 1000, Y), *wavy, (X + 1000, Y + 1000), (X, Y + 1000)])
    right = shapely.Polygon([(X + 1000, Y), (X + 2000, Y), (X + 2000, Y + 1000), (X + 1000, Y + 1000), *reversed(wavy)])
    shapes = [left, right, drawn.square(0, 1), drawn.square(1, 1)]
    levels, _, _ = drawn.read(map_geometry(drawn.boundaries(shapes=shapes), tolerance_m=10).payload)
    polygons = [shapely.Polygon(np.round(metres(rings[0]) * 10) / 10) for _, _, rings, *_ in levels["community"]]
    assert sum(len(p.exterior.coords) for p in polygons) < 40 < sum(len(s.exterior.coords) for s in shapes)
    assert polygons[0].intersection(polygons[1]).area < 1
    assert shapely.union_all(polygons).area == pytest.approx(4e6, rel=1e-3)


def test_units_without_an_area_or_with_a_crossing_ring_do_not_break_the_file(drawn):
    bow = shapely.Polygon([(X, Y), (X + 1000, Y + 1000), (X + 1000, Y), (X, Y + 1000)])
    mixed = shapely.GeometryCollection([drawn.square(1, 0), shapely.LineString([(X, Y), (X + 1, Y)])])
    levels, _, _ = drawn.read(map_geometry(drawn.boundaries(shapes=[shapely.Polygon(), drawn.square(1, 1), bow, mixed])).payload)
    empty, _, crossed, collected = levels["community"]
    assert (empty[2], empty[4]) == ([], -1)
    assert sum(shapely.Polygon(metres(ring)).area for ring in crossed[2]) == pytest.approx(5e5, rel=1e-3)
    assert area(collected[2]) == pytest.approx(1e6, rel=1e-3)


def test_equal_cities_make_equal_files_and_others_do_not(drawn):
    one, two = map_geometry(drawn.boundaries()), map_geometry(drawn.boundaries())
    other = map_geometry(drawn.boundaries(names=("A", "B", "C", "E")))
    assert one.payload == two.payload
    assert one.sha256 == hashlib.sha256(one.payload).hexdigest()
    assert one.sha256 != other.sha256
    assert one.codes == {"township": ("1", "2"), "community": ("11", "12", "13", "14")}


def test_label_points_of_a_crescent_are_not_its_centroid():
    crescent = shapely.Point(0, 0).buffer(100, 64).difference(shapely.Point(30, 0).buffer(95, 64))
    points, free_m = label_points(np.array([crescent], dtype=object))
    assert not crescent.contains(crescent.centroid)
    assert crescent.contains(shapely.Point(points[0]))
    assert free_m[0] > 10


def network(lines):
    """A network of straight edges between given points; equal points are one node."""
    nodes, tail, head, xy, start = {}, [], [], [], [0]
    for line in lines:
        tail.append(nodes.setdefault(line[0], len(nodes)))
        head.append(nodes.setdefault(line[-1], len(nodes)))
        xy += line
        start.append(len(xy))
    at = np.array(list(nodes), float).reshape(-1, 2)
    shape = np.array(xy, float).reshape(-1, 2)
    length = np.array([shapely.LineString(line).length for line in lines])
    return StreetNetwork(CRS, "walk", at[:, 0], at[:, 1], np.array(tail, np.int64), np.array(head, np.int64), length,
                         np.zeros(len(lines), np.int8), np.array(start), shape, np.zeros(len(at), np.int64))


def test_a_street_that_runs_on_is_major_whatever_its_pieces():
    """
        e
        |          a-b-c-d runs straight for 1800 m in three pieces; b-e turns off for 300 m; c-f joins at a bend too sharp to go on.
    a---b---c---d
            |
            f
    """
    a, b, c, d, e, f = (0, 0), (600, 0), (1200, 20), (1800, 20), (600, 300), (1200, -400)
    streets = network([[a, b], [c, b], [c, d], [b, e], [c, f]])
    minor, major, main = street_backdrop(streets, major_m=1500)
    assert (minor.kind, major.kind, main.kind) == ("street_minor", "street_major", "street_main")
    assert sorted(shapely.length(minor.geometries).round()) == [300, 420]
    assert (len(major.geometries), len(main.geometries)) == (3, 0)
    assert [len(kind.geometries) for kind in street_backdrop(streets, major_m=350, main_m=1500)] == [1, 1, 3]


def test_no_streets_no_lines():
    assert [len(kind.geometries) for kind in street_backdrop(network([]))] == [0, 0, 0]
