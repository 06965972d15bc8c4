"""The ground of drawn maps: a city's units and backdrop, prepared once, and what of it lies in the view of one map, in points of paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.export.backdrop import backdrop
from planner.export.geometry import LEVELS, GeometryArray, label_points
from planner.measure.city import City

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

TOLERANCE_PT = 0.25
"""Vertices that move a line less than this are left out: 0.09 mm, one dot of a print at 300 dpi."""


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of paper (points, from its lower left corner) and the ground that it shows: `west`, `south` in metres at that corner."""

    left: float
    bottom: float
    width: float
    height: float
    west: float
    south: float
    metres_per_pt: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the ground shown, in metres."""
        return (self.west, self.south, self.west + self.width * self.metres_per_pt, self.south + self.height * self.metres_per_pt)

    def paper(self, xy: FloatArray) -> FloatArray:
        """(n, 2) metres as points of paper."""
        found: FloatArray = (np.asarray(xy, dtype=float) - (self.west, self.south)) / self.metres_per_pt + (self.left, self.bottom)
        return found


def view_of(extent: tuple[float, float, float, float], left: float, bottom: float, width: float, height: float, *,
            margin: float = 0.04) -> View:
    """The view that shows an extent (west, south, east, north in metres) whole in a rectangle, centred, with a margin around."""
    west, south, east, north = extent
    scale = max((east - west) * (1 + 2 * margin) / width, (north - south) * (1 + 2 * margin) / height, 1e-3)
    return View(left, bottom, width, height, (west + east - width * scale) / 2, (south + north - height * scale) / 2, scale)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a level in code order, with a point well inside each, the metres around it that are free, and a search tree."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]
    shapes: GeometryArray
    points: FloatArray
    free_m: FloatArray
    tree: Any = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes of one kind of backdrop with a search tree."""

    shapes: GeometryArray
    tree: Any = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Ground:
    """A city's units, coarse to fine, and its backdrop, in its metric CRS. labels : names that the project gives its levels."""

    crs: str
    levels: Mapping[str, Units]
    layers: Mapping[str, Layer]
    labels: Mapping[str, Mapping[str, str] | str]

    def coarser(self, level: str) -> tuple[str, ...]:
        """The levels above one, coarse to fine."""
        order = list(self.levels)
        return tuple(order[:order.index(level)])


def map_ground(city: City) -> Ground:
    """The ground of every map of a city. Made once: maps and pages share it."""
    order = sorted(city.boundaries.levels, key=lambda level: LEVELS.index(level) if level in LEVELS else len(LEVELS))
    layers = {layer.kind: _layer(_parts(layer.geometries)) for layer in backdrop(city) if len(layer.geometries)}
    return Ground(city.crs, {level: _units(city.boundaries.levels[level]) for level in order}, layers, city.boundaries.labels)


def _units(frame: Any) -> Units:
    """The units of a level; what is no valid area is made one."""
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    shapes = np.where(shapely.is_missing(shapes), shapely.Polygon(), shapes)
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    points, free_m = label_points(areas(shapes))
    parents = frame["parent"] if "parent" in frame else [""] * len(frame)
    return Units(tuple(frame["code"]), tuple(frame["name"]), tuple(parents), shapes, points, free_m, shapely.STRtree(shapes))


def _parts(shapes: GeometryArray) -> GeometryArray:
    """Single lines and areas."""
    found: GeometryArray = shapely.get_parts(shapely.get_parts(shapes[~shapely.is_missing(shapes)]))
    return found


def _layer(shapes: GeometryArray) -> Layer:
    """Shapes with their tree."""
    return Layer(shapes, shapely.STRtree(shapes))


def areas(shapes: GeometryArray) -> GeometryArray:
    """Only the areas of each shape: clipping and repair leave lines and points beside them."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    if not mixed.any():
        flat = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
        found: GeometryArray = np.where(flat, shapes, shapely.Polygon())
        return found
    found = shapes.copy()
    for k in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts([shapes[k]]))
        found[k] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return areas(found)


def within(tree: Any, view: View) -> IntArray:
    """The numbers of the shapes whose boxes touch a view, in their order."""
    found: IntArray = np.sort(tree.query(shapely.box(*view.bounds))).astype(np.int64)
    return found


def on_paper(shapes: GeometryArray, view: View) -> GeometryArray:
    """Shapes in points of paper, not cut."""
    found: GeometryArray = shapely.transform(shapes, view.paper)
    return found


def cut(shapes: GeometryArray, view: View) -> GeometryArray:
    """Areas in points of paper, cut at the view's edge."""
    frame = shapely.box(view.left, view.bottom, view.left + view.width, view.bottom + view.height)
    over = ~shapely.is_empty(shapes) & ~shapely.covers(frame, shapes)
    if not over.any():
        return shapes
    found = shapes.copy()
    found[over] = shapely.intersection(shapely.make_valid(shapes[over]), frame)
    return areas(found)


def simple_areas(shapes: GeometryArray, *, tolerance_pt: float = TOLERANCE_PT) -> GeometryArray:
    """Areas on paper with fewer vertices, shared borders kept shared."""
    if len(shapes) == 0:
        return shapes
    less: GeometryArray = shapely.coverage_simplify(shapes, tolerance_pt)
    found: GeometryArray = np.where(shapely.is_empty(less) | shapely.is_missing(less), shapes, less)
    return found


def lines_in(layer: Layer, view: View, *, rings: bool = False, tolerance_pt: float = TOLERANCE_PT) -> GeometryArray:
    """The lines of a layer in a view, on paper, cut at its edge and simplified. rings : the edges of areas too."""
    some = layer.shapes[within(layer.tree, view)]
    kind = shapely.get_type_id(some)
    lines = some[kind == shapely.GeometryType.LINESTRING]
    if rings:
        lines = np.concatenate([lines, shapely.get_parts(shapely.boundary(some[kind == shapely.GeometryType.POLYGON]))])
    return clipped_lines(on_paper(lines, view), view, tolerance_pt=tolerance_pt)


def clipped_lines(lines: GeometryArray, view: View, *, tolerance_pt: float = TOLERANCE_PT) -> GeometryArray:
    """Lines on paper, cut at the view's edge and simplified."""
    inside = shapely.clip_by_rect(lines, view.left, view.bottom, view.left + view.width, view.bottom + view.height)
    parts: GeometryArray = shapely.get_parts(shapely.simplify(inside, tolerance_pt))
    kept: GeometryArray = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return kept


def areas_in(layer: Layer, view: View) -> GeometryArray:
    """The areas of a layer in a view, on paper, cut at its edge and simplified."""
    some = layer.shapes[within(layer.tree, view)]
    some = some[shapely.get_type_id(some) == shapely.GeometryType.POLYGON]
    return cut(shapely.simplify(on_paper(some, view), TOLERANCE_PT), view)


def extent_of(units: Units, codes: Sequence[str] | None = None) -> tuple[float, float, float, float]:
    """West, south, east and north of some units of a level (None: of all), in metres."""
    chosen = units.shapes if codes is None else units.shapes[[k for k, code in enumerate(units.codes) if code in set(codes)]]
    west, south, east, north = shapely.total_bounds(chosen).tolist()
    return west, south, east, north


def units_above(ground: Ground, by: str, level: str) -> tuple[str, ...]:
    """For each unit of one level the code of the unit of a coarser level that it is part of, "" for none.

    By the parents that the data state, level by level; where they state none, by where its label point lies.
    """
    units, upper = ground.levels[by], ground.levels[level]
    if by == level:
        return units.codes
    order = list(ground.levels)
    parent = {code: above for between in order[order.index(level) + 1:order.index(by)]
              for code, above in zip(ground.levels[between].codes, ground.levels[between].parents, strict=True)}
    known, found = set(upper.codes), []
    for stated in units.parents:
        above = stated
        for _ in order:
            above = above if above in known else parent.get(above, "")
        found.append(above)
    lost = np.array([k for k, code in enumerate(found) if not code], dtype=np.int64)
    if len(lost):
        point, area = upper.tree.query(shapely.points(units.points[lost]), predicate="intersects")
        for k, number in sorted(zip(lost[point].tolist(), area.tolist(), strict=True), reverse=True):
            found[k] = upper.codes[number]
    return tuple(found)
