"""The geometry file of a map: every level's units and the backdrop, once, compact, for the browser to keep.

A file of the kind `SCMG` (planner.export.mapfile). The header names the levels and the backdrop layers and says where each one's stream
begins in the body. A stream is a run of whole numbers, in steps of 1e-6 degree from `origin`:

    a level:   units, then for each unit: rings, then for each ring: vertices, then that many (dx, dy)
               and after all units: for each unit the label point (dx, dy) and its free radius in decimetres
    a layer:   lines (or rings), then for each: vertices, then that many (dx, dy)

Each (dx, dy) is the step from the vertex before it in the stream; rings are not closed; a unit is the even-odd area of its rings.
A vertex takes about 4 bytes instead of the 40 of GeoJSON. Nothing here knows of people or shares: those travel as one character a unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from planner.export.mapfile import MapFile, sealed, varint
from planner.inputs.layers import Boundaries
from planner.network.graph import StreetNetwork

KIND = b"SCMG"
STEP_DEG = 1e-6
"""One step of the file: about 0.1 m, finer than any boundary is known."""
TOLERANCE_M = 4.0
"""Vertices that move a border less than this are left out: under one screen pixel up to zoom 15."""
BACKDROP_KINDS = ("green", "water", "street_minor", "street_major", "street_main", "rail")
DETAIL_KINDS = ("street_minor",)
"""Kinds that are drawn near at hand only: they are most of a city's lines, and go as a file of their own when they are wanted."""
LEVELS = ("city", "district", "township", "community")

IntArray = npt.NDArray[np.int64]
GeometryArray = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Lines or areas drawn for orientation: `kind` is one of BACKDROP_KINDS, `geometries` stand in the project's metric CRS."""

    kind: str
    geometries: GeometryArray


@dataclass(frozen=True, slots=True)
class MapGeometry:
    """A geometry file: its bytes, their SHA-256, and the unit codes of each level in the file's order. detail : DETAIL_KINDS, if any."""

    payload: bytes
    sha256: str
    codes: Mapping[str, tuple[str, ...]]
    detail: MapFile | None = None


def map_geometry(boundaries: Boundaries, backdrop: Sequence[Backdrop] = (), *, tolerance_m: float = TOLERANCE_M) -> MapGeometry:
    """The geometry file of a project: all its levels in their frames' order (code order), simplified with shared borders kept shared.

    Label points are the centres of the largest circles that fit into the units beside the water, so each lies well inside its unit.
    """
    to_lonlat = Transformer.from_crs(boundaries.crs, "EPSG:4326", always_xy=True)
    order = sorted(boundaries.levels, key=lambda level: LEVELS.index(level) if level in LEVELS else len(LEVELS))
    shapes = {level: _simplified(_areas(boundaries.levels[level]), tolerance_m) for level in order}
    water = [layer.geometries for layer in backdrop if layer.kind == "water"]
    kinds = dict.fromkeys(layer.kind for layer in backdrop if len(layer.geometries))
    layers = {kind: _lines(np.concatenate([layer.geometries for layer in backdrop if layer.kind == kind]), tolerance_m) for kind in kinds}
    detail = {kind: layers.pop(kind) for kind in DETAIL_KINDS if kind in layers}
    everything = np.concatenate([shapely.get_coordinates(shape) for shape in shapes.values()] or [np.empty((0, 2))])
    west, south, east, north = _lonlat_bounds(everything, to_lonlat)
    origin = _origin((west, south))
    body, parts = bytearray(), []
    for level in order:
        frame = boundaries.levels[level]
        stream = _level_stream(shapes[level], _without(shapes[level], water), to_lonlat, origin)
        parts.append({"level": level, "codes": frame["code"].tolist(), "names": frame["name"].tolist(), "offset": len(body)})
        body += stream
    file = _file([west, south, east, north], parts, body, layers, to_lonlat)
    more = _file([west, south, east, north], [], bytearray(), detail, to_lonlat) if detail else None
    return MapGeometry(file.payload, file.sha256, {level: tuple(boundaries.levels[level]["code"]) for level in order}, more)


def _file(bounds: Sequence[float], levels: list[dict[str, Any]], body: bytearray, layers: Mapping[str, GeometryArray],
          to_lonlat: Transformer) -> MapFile:
    """A file of levels, whose streams stand in the body already, and of layers. bounds : its origin is their south-west."""
    origin, parts = _origin(bounds), []
    for kind, lines in layers.items():
        parts.append({"kind": kind, "offset": len(body)})
        body += _layer_stream(lines, to_lonlat, origin)
    return sealed(KIND, {"origin": origin, "step": STEP_DEG, "bounds": list(bounds), "levels": levels, "layers": parts}, bytes(body))


def _origin(bounds: Sequence[float]) -> tuple[float, float]:
    """The place that a file's steps are counted from."""
    return round(bounds[0], 6), round(bounds[1], 6)


def reach_file(area: Any, crs: str, *, tolerance_m: float = TOLERANCE_M) -> MapFile:
    """The border of an area as a file of one layer, `reach`; the area stands in a metric CRS."""
    to_lonlat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lines = _lines(np.array([area], dtype=object), tolerance_m)
    return _file(_lonlat_bounds(shapely.get_coordinates(lines), to_lonlat), [], bytearray(), {"reach": lines}, to_lonlat)


def _lonlat_bounds(xy: npt.NDArray[np.float64], to_lonlat: Transformer) -> tuple[float, float, float, float]:
    """West, south, east and north of metric coordinates; zeros where there are none."""
    if not len(xy):
        return 0.0, 0.0, 0.0, 0.0
    places = _lonlat(xy, to_lonlat)
    low, high = places.min(axis=0), places.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def street_backdrop(network: StreetNetwork, *, major_m: float = 1500.0, main_m: float = 5000.0,
                    join_angle_deg: float = 35.0) -> list[Backdrop]:
    """A network's streets for drawing: those that run on for `main_m` or more, for `major_m` or more, and the rest.

    A street network carries no classes of road, so importance is read from the lines themselves: at each crossing the two edges that go on
    most nearly straight (within `join_angle_deg`) belong to one street ("strokes": Thomson and Richardson 1999), and long streets matter.
    """
    lines = shapely.linestrings(network.shape_xy, indices=np.repeat(np.arange(network.edges), np.diff(network.shape_start)))
    length = _stroke_length(network, join_angle_deg)
    return [Backdrop(kind, lines[(length >= low) & (length < high)]) for kind, low, high in (
        ("street_minor", 0.0, major_m), ("street_major", major_m, main_m), ("street_main", main_m, np.inf))]


def _stroke_length(network: StreetNetwork, join_angle_deg: float) -> npt.NDArray[np.float64]:
    """(E,) metres of the street that each edge is part of."""
    count = network.edges
    if count == 0:
        return np.empty(0)
    xy, start = network.shape_xy, network.shape_start
    # Direction in which each edge leaves its tail, and its head.
    out_tail, out_head = xy[start[:-1] + 1] - xy[start[:-1]], xy[start[1:] - 2] - xy[start[1:] - 1]
    node = np.concatenate([network.tail, network.head])
    edge = np.concatenate([np.arange(count), np.arange(count)])
    leaving = np.concatenate([out_tail, out_head])
    angle = np.arctan2(leaving[:, 1], leaving[:, 0])
    pairs = _straightest(node, edge, angle, np.radians(join_angle_deg))
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    joined = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(count, count))
    label = connected_components(graph, directed=False)[1]
    total: npt.NDArray[np.float64] = np.bincount(label, weights=network.length_m)[label]
    return total


def _straightest(node: npt.NDArray[Any], edge: npt.NDArray[Any], angle: npt.NDArray[Any], most: float) -> list[tuple[int, int]]:
    """Pairs of edges that go on into each other: at each node the most nearly straight first, each end once, none beyond `most` radians."""
    by_node = np.argsort(node, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(node[by_node]) > 0])
    degree = np.diff(np.r_[first, len(by_node)])
    found: list[npt.NDArray[Any]] = []
    for d in np.unique(degree[degree > 1]):
        ends = by_node[first[degree == d][:, None] + np.arange(d)]
        i, j = np.triu_indices(int(d), 1)
        one, other = ends[:, i], ends[:, j]
        turn = np.abs(np.abs((angle[one] - angle[other] + np.pi) % (2 * np.pi) - np.pi) - np.pi)
        good = (turn <= most) & (edge[one] != edge[other])
        order = np.broadcast_to(np.arange(len(i)), turn.shape)
        found.append(np.column_stack([node[one][good], turn[good], order[good], one[good], other[good]]))
    if not found:
        return []
    rows = np.concatenate(found)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    free, pairs = bytearray(b"\x01" * len(node)), []
    for a, b in zip(rows[:, 3].astype(np.int64).tolist(), rows[:, 4].astype(np.int64).tolist(), strict=True):
        if free[a] and free[b]:
            free[a] = free[b] = 0
            pairs.append((int(edge[a]), int(edge[b])))
    return pairs


def _areas(frame: gpd.GeoDataFrame) -> GeometryArray:
    """The units' areas, made valid where a ring crosses itself; a unit without an area is an empty polygon."""
    shapes: GeometryArray = np.asarray(frame.geometry.to_numpy(), dtype=object)
    invalid = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    shapes = np.where(invalid, shapely.make_valid(shapes), shapes)
    found: GeometryArray = np.array([_polygonal(shape) for shape in shapes], dtype=object)
    return found


def _polygonal(shape: Any) -> Any:
    """Only the areas of a geometry."""
    if shape is None or shape.geom_type in ("Polygon", "MultiPolygon"):
        return shapely.Polygon() if shape is None else shape
    parts = [part for part in shapely.get_parts(shapely.get_parts([shape])) if part.geom_type == "Polygon"]
    return shapely.multipolygons(parts) if parts else shapely.Polygon()


def _simplified(shapes: GeometryArray, tolerance_m: float) -> GeometryArray:
    """Fewer vertices, with shared borders kept shared (plain simplification opens slivers between neighbours)."""
    if len(shapes) == 0 or tolerance_m <= 0:
        return shapes
    # Visvalingam-Whyatt measures triangles: their area's square root is the tolerance.
    simple: GeometryArray = shapely.coverage_simplify(shapes, tolerance_m)
    kept: GeometryArray = np.where(shapely.is_empty(simple) | shapely.is_missing(simple), shapes, simple)
    return kept


def _lines(geometries: GeometryArray, tolerance_m: float) -> GeometryArray:
    """Lines, and the rings of areas, simplified; points and empty shapes have nothing to draw."""
    parts = shapely.get_parts(shapely.get_parts(geometries[~shapely.is_missing(geometries)]))
    kind = shapely.get_type_id(parts)
    rings = shapely.get_rings(parts[kind == shapely.GeometryType.POLYGON])
    parts = np.concatenate([parts[kind == shapely.GeometryType.LINESTRING], rings])
    simple: GeometryArray = shapely.simplify(parts, tolerance_m)
    drawn: GeometryArray = simple[~shapely.is_empty(simple)]
    return drawn


def _lonlat(xy: npt.NDArray[np.float64], to_lonlat: Transformer) -> npt.NDArray[np.float64]:
    """Metric coordinates as longitude and latitude."""
    lon, lat = to_lonlat.transform(xy[:, 0], xy[:, 1]) if len(xy) else (np.empty(0), np.empty(0))
    return np.column_stack([lon, lat])


def _steps(lonlat: npt.NDArray[np.float64], origin: tuple[float, float]) -> IntArray:
    """Longitudes and latitudes as whole steps from the origin."""
    found: IntArray = np.rint((lonlat - np.asarray(origin)) / STEP_DEG).astype(np.int64)
    return found


def _open_rings(rings: GeometryArray, to_lonlat: Transformer, origin: tuple[float, float], *, closed: bool) -> tuple[IntArray, IntArray]:
    """Vertices of all rings (or lines) as steps, one after another without the closing ones, and the vertices of each."""
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    steps = _steps(_lonlat(xy, to_lonlat), origin)
    keep = np.ones(len(steps), dtype=bool)
    if len(steps) and closed:
        keep[np.flatnonzero(np.r_[ring[1:] != ring[:-1], True])] = False
    return steps[keep], np.bincount(ring[keep], minlength=len(rings)).astype(np.int64)


def _without(shapes: GeometryArray, water: Sequence[GeometryArray]) -> GeometryArray:
    """The areas less the water that is drawn over them; an area that is all water stays whole."""
    ponds = shapely.make_valid(np.concatenate(water)) if water else np.empty(0, dtype=object)
    ponds = ponds[shapely.area(ponds) > 0]
    dry = shapes.copy()
    which, pond = shapely.STRtree(ponds).query(shapes, predicate="intersects") if len(ponds) else (np.empty(0, int), np.empty(0, int))
    for unit in np.unique(which):
        rest = shapely.difference(shapes[unit], shapely.union_all(ponds[pond[which == unit]]))
        if rest.area > 0.02 * shapes[unit].area:
            dry[unit] = _polygonal(rest)
    return dry


def _level_stream(shapes: GeometryArray, dry: GeometryArray, to_lonlat: Transformer, origin: tuple[float, float]) -> bytes:
    """The stream of one level."""
    parts, unit = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    steps, sizes = _open_rings(rings, to_lonlat, origin, closed=True)
    of_unit = unit[part] if len(part) else np.empty(0, dtype=np.int64)
    rings_of = np.bincount(of_unit, minlength=len(shapes)).astype(np.int64)
    deltas = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).reshape(-1)
    ring_at = 2 * np.r_[0, np.cumsum(sizes)][:-1]
    first_ring = np.r_[0, np.cumsum(rings_of)]
    unit_at = np.r_[ring_at, 2 * len(steps)][first_ring[:-1]] if len(shapes) else np.empty(0, dtype=np.int64)
    at, number = np.r_[unit_at, ring_at], np.r_[rings_of, sizes]
    # Where both stand at one place, a unit's count comes before its first ring's.
    order = np.lexsort((np.r_[np.zeros(len(unit_at)), np.ones(len(ring_at))], np.r_[np.arange(len(unit_at)), of_unit], at))
    body = np.insert(deltas, at[order], number[order])
    return varint(np.concatenate([[len(shapes)], body, _label_stream(dry, to_lonlat, origin)]))


def _label_stream(shapes: GeometryArray, to_lonlat: Transformer, origin: tuple[float, float]) -> IntArray:
    """For each unit its label point's step from the one before and its free radius in decimetres (-1: no area)."""
    points, radius_m = label_points(shapes)
    steps = _steps(_lonlat(points, to_lonlat), origin)
    deltas = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    rounded = np.where(radius_m < 0, -1, np.rint(radius_m * 10)).astype(np.int64)
    return np.column_stack([deltas, rounded]).reshape(-1)


def label_points(shapes: GeometryArray) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(n, 2) a point well inside each area, and (n,) the metres around it that are inside too; (0, 0) and -1 where there is no area.

    The point is the centre of the largest inscribed circle, to a hundredth of the area's size.
    """
    points, radius_m = np.zeros((len(shapes), 2)), np.full(len(shapes), -1.0)
    there = np.flatnonzero(~shapely.is_empty(shapes))
    if len(there):
        size = np.sqrt(shapely.area(shapes[there]))
        reach = shapely.maximum_inscribed_circle(shapes[there], np.maximum(size / 100, 0.01))
        points[there] = shapely.get_coordinates(shapely.get_point(reach, 0))
        radius_m[there] = shapely.length(reach)
    return points, radius_m


def _layer_stream(lines: GeometryArray, to_lonlat: Transformer, origin: tuple[float, float]) -> bytes:
    """The stream of one backdrop layer."""
    steps, sizes = _open_rings(lines, to_lonlat, origin, closed=False)
    deltas = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).reshape(-1)
    body = np.insert(deltas, 2 * np.r_[0, np.cumsum(sizes)][:-1].astype(np.int64), sizes)
    return varint(np.concatenate([[len(lines)], body]))
