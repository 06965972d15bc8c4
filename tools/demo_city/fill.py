"""What lies inside a block: hutong lattices, walled compounds with a few gates, open lanes, works, parks, villages."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import nearest_points, substring

from .core import Street
from .geometry import largest


def _frame_of(polygon: Polygon) -> tuple[float, float, float, float, float]:
    """Centre, angle and side lengths of the smallest rectangle around a polygon."""
    corners = np.array(polygon.minimum_rotated_rectangle.exterior.coords)
    one, two = corners[1] - corners[0], corners[2] - corners[1]
    if np.hypot(*one) < np.hypot(*two):
        one, two = two, one
    center = corners[:4].mean(axis=0)
    return center[0], center[1], math.atan2(one[1], one[0]), float(np.hypot(*one)), float(np.hypot(*two))


def lattice(
    polygon: Polygon,
    along: float,
    across: float,
    rng: np.random.Generator,
    unevenness: float = 0.25,
    wiggle: float = 0.0,
    keep: float = 1.0,
) -> list[LineString]:
    """Two families of lines over a polygon, in its own direction, clipped to it; some pieces left out."""
    cx, cy, angle, length, width = _frame_of(polygon)
    out: list[LineString] = []
    for turned, extent, other, step in ((False, length, width, along), (True, width, length, across)):
        count = max(1, round(extent / step))
        offsets = -extent / 2 + extent * (np.arange(count) + 0.5 + rng.uniform(-unevenness, unevenness, count)) / count
        for offset in offsets:
            t = np.arange(-other / 2 - 20, other / 2 + 21, 40.0)
            side = offset + wiggle * np.cumsum(rng.normal(0, 1, len(t))) * 0.5 + np.zeros(len(t))
            u, v = (t, side) if turned else (side, t)
            line = LineString(
                np.column_stack([cx + u * math.cos(angle) - v * math.sin(angle), cy + u * math.sin(angle) + v * math.cos(angle)])
            )
            for piece in shapely.get_parts(line.intersection(polygon)):
                if piece.geom_type != "LineString" or piece.length < 15:
                    continue
                if keep >= 1:
                    out.append(piece)
                    continue
                cuts = np.linspace(0, piece.length, max(2, int(piece.length / 150) + 1))
                out += _runs(piece, cuts, rng.random(len(cuts) - 1) < keep)
    return out


def _runs(line: LineString, cuts: np.ndarray, kept: np.ndarray) -> list[LineString]:
    """The stretches of a line whose parts are kept, parts in a row joined."""
    out: list[LineString] = []
    start: float | None = None
    for a, use in zip(cuts, [*kept, False], strict=True):
        if use and start is None:
            start = float(a)
        if not use and start is not None:
            out.append(substring(line, start, float(a)))
            start = None
    return out


def _stretch(line: LineString, by: float) -> LineString:
    """Lengthen a straight line at both ends, so that it surely crosses what it joins."""
    a, b = np.array(line.coords[0]), np.array(line.coords[-1])
    d = (b - a) / max(1e-9, float(np.hypot(*(b - a))))
    return LineString([a - d * by, *map(np.array, line.coords), b + d * by])


def gates(block: Polygon, ring: LineString, count: int, rng: np.random.Generator, forbidden: shapely.Geometry) -> list[LineString]:
    """Short links from the wall of a compound to the street around the block, spread along it."""
    edge = block.exterior
    start = rng.random() * edge.length
    out = []
    for k in range(count):
        for attempt in range(10):
            outside = edge.interpolate((start + (k + 0.09 * attempt) * edge.length / count) % edge.length)
            inside = nearest_points(ring, outside)[0]
            link = LineString([outside, inside])
            if 3 < link.length < 110 and not link.intersects(forbidden):
                out.append(_stretch(link, 0.6))
                break
    return out


def compound(
    block: Polygon, step: float, gate_count: int, rng: np.random.Generator, forbidden: shapely.Geometry, highway: str = "service"
) -> list[Street]:
    """A walled compound: a lane inside the wall, a lattice of lanes, and few gates."""
    streets: list[Street] = []
    for inner in shapely.get_parts(block.buffer(-24, join_style="mitre").difference(forbidden)):
        inner = inner.simplify(3)
        if inner.geom_type != "Polygon" or inner.area < 4500:
            continue
        ring = LineString(inner.exterior.coords)
        links = gates(block, ring, gate_count, rng, forbidden)
        if not links:
            continue
        closed = rng.random() < 0.06
        access, foot = ("private", "yes") if closed else ("", "")
        streets.append(Street(ring, highway, "", access, foot))
        streets += [Street(_stretch(line, 0.5), highway, "", access, foot) for line in lattice(inner, step * 1.5, step, rng, 0.15)]
        streets += [Street(link, highway, "", access, foot) for link in links]
    return streets


def open_block(
    block: Polygon,
    along: float,
    across: float,
    rng: np.random.Generator,
    wiggle: float,
    keep: float,
    highway: str,
    forbidden: shapely.Geometry,
) -> list[Street]:
    """Lanes that run through to the streets around the block."""
    inner = largest(block.buffer(-12).difference(forbidden))
    if inner.is_empty or inner.area < 2500:
        return []
    streets = []
    for line in lattice(inner, along, across, rng, 0.3 if wiggle < 5 else 0.42, wiggle, keep):
        first, last = (shapely.Point(c) for c in (line.coords[0], line.coords[-1]))
        points = list(line.coords)
        for point, put in ((first, 0), (last, len(points))):
            if block.exterior.distance(point) < 30 and rng.random() < 0.8:
                target = nearest_points(block.exterior, point)[0]
                d = np.array([target.x - point.x, target.y - point.y])
                n = float(np.hypot(*d))
                points.insert(put if put == 0 else len(points), (target.x + d[0] / n * 0.6, target.y + d[1] / n * 0.6))
        streets.append(Street(LineString(points), highway))
    return streets


def village_lanes(shape: Polygon, rng: np.random.Generator) -> list[Street]:
    """The lanes of a village: an uneven lattice with holes."""
    lines = lattice(shape, rng.uniform(135, 180), rng.uniform(105, 135), rng, 0.25, 3.0, 0.93)
    return [Street(_stretch(line, 0.5), "residential" if k % 3 else "unclassified") for k, line in enumerate(lines)]


def fill_block(block: Polygon, kind: str, rng: np.random.Generator, forbidden: shapely.Geometry) -> tuple[list[Street], str]:
    """Streets inside one block, and what it has become (`kind`, `park`, `school` or `shops`)."""
    luck = rng.random()
    big = block.area / 1e4
    if kind in ("danwei", "towers", "open", "hutong") and luck < 0.13 and big > 2:
        use = "park" if luck < 0.045 else "school" if luck < 0.09 else "shops"
        return compound(block, 150, 2 if use != "park" else 4, rng, forbidden, "footway" if use == "park" else "service"), use
    if kind == "hutong":
        return open_block(block, 128, 66, rng, 9.0, 0.86, "living_street" if luck < 0.5 else "residential", forbidden), kind
    if kind == "open":
        return open_block(block, 170, 112, rng, 2.0, 0.9, "residential", forbidden), kind
    if kind == "danwei":
        return compound(block, 152, 2 if big < 14 else 3, rng, forbidden), kind
    if kind == "towers":
        return compound(block, 182, 1 if big < 9 else 2, rng, forbidden), kind
    if kind in ("industry", "campus"):
        return compound(block, 260 if kind == "industry" else 190, 1 if kind == "industry" else 3, rng, forbidden), kind
    if kind == "park":
        return compound(block, 210, 5, rng, forbidden, "footway"), kind
    return [], kind
