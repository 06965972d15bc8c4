"""Plane geometry for the generator: seeded randomness, bending, splines, rough lines, noding and projection."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
import shapely
from pyproj import Transformer
from scipy.interpolate import CubicSpline
from shapely import LineString, Polygon

from .plan import CRS_METRIC, ORIGIN, RAIL_Y, RIVER_Y, SEED

_TO_DEGREES = Transformer.from_crs(CRS_METRIC, "EPSG:4490", always_xy=True)


def rng_for(name: str) -> np.random.Generator:
    """A random stream of its own for each named step, so that steps do not disturb each other."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode("utf-8"))])


def warp(xy: np.ndarray) -> np.ndarray:
    """Bend design space: streets follow the meanders of the river and of the railway; the old town stays almost square."""
    x, y = np.asarray(xy, float).T
    radius = np.hypot(x, y)
    calm = 0.3 + 0.7 * np.clip((radius - 1300) / 2200, 0, 1)
    dx = calm * (170 * np.sin(y / 830 + 0.7) + 80 * np.sin((x + y) / 560))
    dy = calm * (150 * np.sin(x / 990 + 1.9) + 60 * np.sin((x - y) / 480 + 0.4))
    dy = dy + 420 * np.sin(x / 1500 + 0.9) * np.exp(-(((y - RIVER_Y) / 1500) ** 2))
    dy = dy + 230 * np.sin(x / 2300 - 0.8) * np.exp(-(((y - RAIL_Y) / 1600) ** 2))
    turn = math.radians(4)
    bx, by = x + dx, y + dy
    return np.column_stack([bx * math.cos(turn) - by * math.sin(turn), bx * math.sin(turn) + by * math.cos(turn)])


def warped_line(points: Sequence[tuple[float, float]], step: float = 60) -> LineString:
    """A design-space polyline, densified and bent."""
    dense = shapely.segmentize(LineString(points), step)
    return LineString(warp(shapely.get_coordinates(dense)))


def spline(points: Sequence[tuple[float, float]], step: float = 120) -> LineString:
    """A smooth curve through the points."""
    p = np.asarray(points, float)
    t = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(p, axis=0).T))])
    curve = CubicSpline(t, p)
    return LineString(curve(np.linspace(0, t[-1], max(2, int(t[-1] / step)))))


def rough(points: Sequence[tuple[float, float]], rng: np.random.Generator, amount: float = 0.12, shortest: float = 120) -> LineString:
    """Midpoint displacement: a line that wanders like a country road or a field border."""
    p = np.asarray(points, float)
    while True:
        step = np.diff(p, axis=0)
        length = np.hypot(*step.T)
        if length.max() < shortest:
            return LineString(p)
        out = [p[0]]
        for a, d, n in zip(p[:-1], step, length, strict=True):
            if n >= shortest:
                shift = float(rng.normal()) * amount
                shift = max(-0.2, min(0.2, shift))
                out.append(a + d / 2 + np.array([-d[1], d[0]]) * shift)
            out.append(a + d)
        p = np.array(out)
        amount *= 0.8


def node_lines(lines: Sequence[LineString], rank: Sequence[int], grid: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Split lines wherever they meet; returns pieces and for each the index of its source line (lowest rank first)."""
    source = np.asarray(lines, dtype=object)
    pieces = shapely.get_parts(shapely.unary_union(source, grid_size=grid))
    pieces = pieces[shapely.length(pieces) > 0]
    order = np.lexsort(tuple(shapely.get_coordinates(shapely.centroid(pieces)).T))
    pieces = pieces[order]
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    tree = shapely.STRtree(source)
    piece, line = tree.query(middle, predicate="dwithin", distance=0.2)
    ranks = np.asarray(rank)
    best = np.full(len(pieces), -1)
    for p, s in zip(piece, line, strict=True):
        if best[p] < 0 or (ranks[s], s) < (ranks[best[p]], best[p]):
            best[p] = s
    lost = np.flatnonzero(best < 0)
    if len(lost):
        best[lost] = tree.nearest(middle[lost])
    return pieces, best


def ends(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Start and end points of lines as integer centimetres, so that equal points compare equal."""
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    return np.rint(first * 100).astype(np.int64), np.rint(last * 100).astype(np.int64)


def node_numbers(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Number the end points: start node and end node of each line, and how many nodes there are."""
    a, b = ends(lines)
    _, inverse = np.unique(np.vstack([a, b]), axis=0, return_inverse=True)
    inverse = inverse.ravel()
    return inverse[: len(lines)], inverse[len(lines) :], int(inverse.max()) + 1


def blob(center: tuple[float, float], length: float, width: float, angle: float, rng: np.random.Generator) -> Polygon:
    """An uneven rounded patch: the footprint of a village."""
    t = np.linspace(0, 2 * np.pi, 25)[:-1]
    bump = 1 + 0.12 * np.sin(2 * t + rng.uniform(0, 6)) + 0.1 * np.sin(3 * t + rng.uniform(0, 6)) + rng.normal(0, 0.03, len(t))
    square = 1 / np.maximum(np.abs(np.cos(t)), np.abs(np.sin(t))) ** 0.6
    x, y = np.cos(t) * bump * square * length / 2, np.sin(t) * bump * square * width / 2
    return Polygon(
        np.column_stack([center[0] + x * math.cos(angle) - y * math.sin(angle), center[1] + x * math.sin(angle) + y * math.cos(angle)])
    )


def largest(geometry: shapely.Geometry) -> Polygon:
    """The largest polygon of a geometry (an empty one where there is none)."""
    parts = [g for g in shapely.get_parts(geometry) if g.geom_type == "Polygon"]
    return max(parts, key=lambda g: g.area) if parts else Polygon()


def to_degrees(geometry: np.ndarray | shapely.Geometry) -> np.ndarray | shapely.Geometry:
    """Local plane to longitude and latitude, rounded to 1e-7 degrees (about one centimetre)."""

    def move(xy: np.ndarray) -> np.ndarray:
        lon, lat = _TO_DEGREES.transform(xy[:, 0] + ORIGIN[0], xy[:, 1] + ORIGIN[1])
        return np.round(np.column_stack([lon, lat]), 7)

    return shapely.transform(geometry, move)
