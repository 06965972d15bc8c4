"""The core of the city: arterials, collectors and superblocks of the two banks, all drawn in design space and bent."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Polygon, box

from . import plan
from .geometry import rng_for, spline, warp, warped_line


@dataclass
class Street:
    """One drawn street line before noding."""

    line: LineString
    highway: str
    name: str = ""
    access: str = ""
    foot: str = ""
    oneway: str = ""


@dataclass
class Zone:
    """A piece of built-up land and what is built on it."""

    polygon: Polygon
    kind: str  # hutong, danwei, towers, open, industry, park, town, fields
    density: float = 0.0  # relative people per square metre of residential land


@dataclass
class Frame:
    """Everything that carries the city before blocks are filled."""

    streets: list[Street] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    towns: dict[str, Polygon] = field(default_factory=dict)
    gates: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    villages: list[tuple[tuple[float, float], Polygon]] = field(default_factory=list)
    river: LineString = field(default_factory=LineString)
    water: Polygon = field(default_factory=Polygon)
    rail: LineString = field(default_factory=LineString)
    motorways: list[Street] = field(default_factory=list)


def rivers_and_rails(frame: Frame) -> None:
    """River, railway and expressways: straight lanes of the core continued through the counties."""
    along = np.arange(-8000, 8001, 800.0)
    middle = warp(np.column_stack([along, np.full(len(along), plan.RIVER_Y)]))
    frame.river = spline([*plan.RIVER_WEST, *map(tuple, middle), *plan.RIVER_EAST])
    distance = np.linspace(0, 1, 161)
    points = shapely.line_interpolate_point(frame.river, distance, normalized=True)
    x = shapely.get_x(points)
    half = np.where(np.abs(x) < 8500, 105, 52 + 18 * np.sin(x / 2100))
    pieces = [
        shapely.ops.substring(frame.river, a, b, normalized=True).buffer(w, quad_segs=3)
        for a, b, w in zip(distance[:-1], distance[1:], half[:-1], strict=True)
    ]
    frame.water = shapely.unary_union(pieces).simplify(4)
    middle = warp(np.column_stack([along, np.full(len(along), plan.RAIL_Y)]))
    frame.rail = spline([*plan.RAIL_WEST, *map(tuple, middle), *plan.RAIL_EAST])
    x0, y0, x1, y1 = plan.RING
    ring = box(x0 + plan.RING_RADIUS, y0 + plan.RING_RADIUS, x1 - plan.RING_RADIUS, y1 - plan.RING_RADIUS).buffer(
        plan.RING_RADIUS, quad_segs=10
    )
    frame.motorways.append(Street(warped_line(ring.exterior.coords), "motorway", "云河绕城高速"))
    for points_, name in ((plan.MOTORWAY_WEST, "云青高速"), (plan.MOTORWAY_EAST, "云柳高速")):
        start = tuple(warp(np.array([points_[0]]))[0])
        frame.motorways.append(Street(spline([start, *points_[1:]], 250), "motorway", name))


def kind_of_superblock(x: float, y: float, rng: np.random.Generator) -> tuple[str, float]:
    """What stands in the superblock around a place of design space: kind and relative density (fields = open country)."""
    luck = rng.random()
    if abs(x) < 1250 and -1100 < y < 1150:
        return "hutong", 1.0
    if y > 3400:  # beyond the railway: the old works
        if -3300 < x < 4400 and y < 4700:
            return ("industry", 0.0) if luck < 0.35 else ("danwei", 0.9)
        return ("danwei", 0.5) if luck < 0.25 and abs(x) < 4400 else ("fields", 0.0)
    if y > -2200:
        if -5300 < x < 5300:
            if abs(x) < 3300:
                return ("open", 1.05) if luck < 0.25 else ("danwei", 1.2)
            return ("danwei", 1.0) if luck < 0.35 else ("towers", 1.1) if luck < 0.8 else ("industry", 0.0)
        if luck < 0.55 and x > 0:
            return "towers", 0.8
        return ("industry", 0.0) if luck < 0.3 and y > 0 else ("fields", 0.0)
    if y < -2600:  # the far bank: new estates, part of them still fields
        if abs(x) < 5300 and y > -4700:
            return ("towers", 0.9) if luck < 0.85 else ("campus", 0.15)
        if abs(x) < 5300 and y > -5700:
            return ("towers", 0.7) if luck < 0.6 else ("campus", 0.12) if luck < 0.75 else ("fields", 0.0)
        if abs(x) < 3300 and y > -7000:
            return ("towers", 0.5) if luck < 0.3 else ("industry", 0.0) if luck < 0.5 else ("fields", 0.0)
    return "fields", 0.0


def _splits(low: float, high: float, target: float, rng: np.random.Generator) -> list[float]:
    """Inner division points of a stretch, about `target` apart and uneven."""
    count = max(1, round((high - low) / target))
    steps = 1 + rng.uniform(-0.22, 0.22, count)
    return list(low + (high - low) * np.cumsum(steps / steps.sum())[:-1])


def _collectors(x0: float, x1: float, y0: float, y1: float, kind: str, rng: np.random.Generator) -> list[list[tuple[float, float]]]:
    """Collector streets that cut a superblock; the cross streets are staggered from strip to strip."""
    target = {"hutong": 330, "open": 360, "danwei": 380, "towers": 440, "industry": 620, "campus": 900}[kind]
    lines: list[list[tuple[float, float]]] = []
    flip = rng.random() < 0.5
    a0, a1, b0, b1 = (y0, y1, x0, x1) if flip else (x0, x1, y0, y1)
    cuts = [a0, *_splits(a0, a1, target, rng), a1]
    over = 3.0  # bent lines are polylines: ends reach a little beyond what they meet

    def put(a: float, b: float) -> tuple[float, float]:
        return (b, a) if flip else (a, b)

    for a in cuts[1:-1]:
        lines.append([put(a, b0 - over), put(a, b1 + over)])
    common = _splits(b0, b1, target, rng)
    for left, right in pairwise(cuts):
        for b in common if rng.random() < 0.55 else _splits(b0, b1, target, rng):
            lines.append([put(left - over, b), put(right + over, b)])
    return lines


def draw_core(frame: Frame) -> None:
    """Superblocks first, then the arterials that have something beside them, then collectors and diagonals."""
    rng = rng_for("core")
    xs, ys = plan.COLUMNS, plan.ROWS
    kinds: dict[tuple[int, int], tuple[str, float]] = {}
    for i in range(len(xs) - 1):
        for j in range(len(ys) - 1):
            lane = (ys[j], ys[j + 1]) in ((-2800, -2100), (3050, 3750))
            middle = ((xs[i] + xs[i + 1]) / 2, (ys[j] + ys[j + 1]) / 2)
            kinds[i, j] = ("lane", 0.0) if lane else kind_of_superblock(*middle, rng)
    for cell, kind in (((10, 9), "park"), ((2, 8), "park"), ((6, 4), "park"), ((11, 3), "park")):
        kinds[cell] = (kind, 0.0)

    def built(i: int, j: int) -> bool:
        return kinds.get((i, j), ("fields", 0))[0] not in ("fields", "lane")

    for (i, j), (kind, density) in kinds.items():
        if not built(i, j):
            continue
        square = shapely.segmentize(box(xs[i], ys[j], xs[i + 1], ys[j + 1]), 60)
        frame.zones.append(Zone(shapely.transform(square, warp), kind, density * float(rng.uniform(0.85, 1.15))))
        if kind == "park":
            continue
        for number, line in enumerate(_collectors(xs[i], xs[i + 1], ys[j], ys[j + 1], kind, rng)):
            name = "" if number > 2 else f"{plan.ROW_NAMES[j][:2]}{'一二三'[number]}{'巷' if kind == 'hutong' else '街'}"
            frame.streets.append(Street(warped_line(line), "unclassified" if kind != "hutong" else "residential", name))
    _arterials(frame, built)
    for name, line in plan.DIAGONALS:
        frame.streets.append(Street(warped_line(line), "secondary", name))
    for name, first, last in plan.EXTRA_SEGMENTS:
        frame.streets.append(Street(warped_line([first, last]), "secondary", name))
    for key, gate in plan.CORE_GATES.items():
        frame.gates[key] = [tuple(warp(np.array([gate], float))[0])]


def _arterials(frame: Frame, built: object) -> None:
    """The segments of the arterial grid: beside built superblocks, on through roads, and over river and railway where allowed."""
    xs, ys = plan.COLUMNS, plan.ROWS
    for i, x in enumerate(xs):
        level = "primary" if x in plan.THROUGH_COLUMNS or abs(x) in (1250, 1200) else "secondary"
        for j in range(len(ys) - 1):
            lane = (ys[j], ys[j + 1])
            if lane == (-2800, -2100):
                use = x in plan.CROSSING_COLUMNS_RIVER
            elif lane == (3050, 3750):
                use = x in plan.CROSSING_COLUMNS_RAIL
            else:
                use = x in plan.THROUGH_COLUMNS or built(i - 1, j) or built(i, j)
            if use:
                frame.streets.append(Street(warped_line([(x, ys[j]), (x, ys[j + 1])]), level, plan.COLUMN_NAMES[i]))
    for j, y in enumerate(ys):
        level = "primary" if y in plan.THROUGH_ROWS or y in (-1100, 1150) else "secondary"
        for i in range(len(xs) - 1):
            if y in plan.THROUGH_ROWS or built(i, j - 1) or built(i, j):
                frame.streets.append(Street(warped_line([(xs[i], y), (xs[i + 1], y)]), level, plan.ROW_NAMES[j]))
