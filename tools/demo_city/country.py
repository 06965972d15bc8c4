"""County seats, market towns, country roads and villages."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from . import plan
from .core import Frame, Street, Zone
from .geometry import blob, rng_for, rough

TOWN_STREETS = ["人民路", "解放路", "和平街", "文化路", "新华街", "建设路", "胜利街", "育才路", "光明街", "健康路", "振兴路", "团结街"]


def draw_town(frame: Frame, town: plan.Township) -> None:
    """A small street grid of its own with gates at the ends of its main streets."""
    rng = rng_for(f"town {town.name}")
    columns, rows, step = {"seat": (9, 7, 300), "town": (6, 4, 210), "village": (4, 3, 190)}[town.kind]
    if town.name == "青石镇":
        columns, rows = 8, 5
    angle = rng.uniform(-0.5, 0.5)
    xs = np.cumsum(rng.uniform(0.75, 1.25, columns)) * step
    ys = np.cumsum(rng.uniform(0.75, 1.25, rows)) * step
    xs, ys = xs - xs[columns // 2], ys - ys[rows // 2]
    phase = rng.uniform(0, 6, 2)

    def place(points: list[tuple[float, float]]) -> LineString:
        p = shapely.get_coordinates(shapely.segmentize(LineString(points), 50))
        x = p[:, 0] + 0.16 * step * np.sin(p[:, 1] / 380 + phase[0])
        y = p[:, 1] + 0.16 * step * np.sin(p[:, 0] / 430 + phase[1])
        return LineString(
            np.column_stack(
                [town.seat[0] + x * math.cos(angle) - y * math.sin(angle), town.seat[1] + x * math.sin(angle) + y * math.cos(angle)]
            )
        )

    outside = [(0, 0), (columns - 2, 0), (0, rows - 2), (columns - 2, rows - 2)]
    missing = {c for c in outside if rng.random() < 0.6}
    names = list(rng.permutation(TOWN_STREETS))
    for i, x in enumerate(xs):
        level = (
            "primary"
            if i == columns // 2 and town.kind == "seat"
            else "secondary"
            if i == columns // 2
            else "tertiary"
            if i % 2
            else "residential"
        )
        for j in range(rows - 1):
            if not all(c in missing or not (0 <= c[0] < columns - 1) for c in ((i - 1, j), (i, j))):
                frame.streets.append(Street(place([(x, ys[j]), (x, ys[j + 1])]), level, names[i % len(names)]))
    for j, y in enumerate(ys):
        level = "secondary" if j == rows // 2 else "tertiary" if j % 2 else "residential"
        for i in range(columns - 1):
            if not all(c in missing or not (0 <= c[1] < rows - 1) for c in ((i, j - 1), (i, j))):
                frame.streets.append(Street(place([(xs[i], y), (xs[i + 1], y)]), level, names[(j + columns) % len(names)]))
    cells = []
    for i in range(columns - 1):
        for j in range(rows - 1):
            if (i, j) in missing:
                continue
            edge = [
                place([p, q]).coords[:-1]
                for p, q in zip(
                    [(xs[i], ys[j]), (xs[i + 1], ys[j]), (xs[i + 1], ys[j + 1]), (xs[i], ys[j + 1])],
                    [(xs[i + 1], ys[j]), (xs[i + 1], ys[j + 1]), (xs[i], ys[j + 1]), (xs[i], ys[j])],
                    strict=True,
                )
            ]
            cell = Polygon([p for side in edge for p in side])
            edge_cell = i in (0, columns - 2) or j in (0, rows - 2)
            luck = rng.random()
            kind = (
                "industry"
                if edge_cell and luck < 0.15
                else "park"
                if luck > 0.95
                else "danwei"
                if town.kind == "seat" and luck < 0.6
                else "open"
            )
            density = 0.0 if kind in ("industry", "park") else rng.uniform(0.6, 1.0) * (0.7 if edge_cell else 1.0)
            frame.zones.append(Zone(cell, kind, density))
            cells.append(cell)
    frame.towns[town.name] = shapely.unary_union(cells).buffer(1).buffer(-1)
    middle_x, middle_y = xs[columns // 2], ys[rows // 2]
    frame.gates[town.name] = [
        place([p, (p[0] + 1, p[1])]).coords[0] for p in ((xs[0], middle_y), (xs[-1], middle_y), (middle_x, ys[0]), (middle_x, ys[-1]))
    ]


def draw_roads(frame: Frame) -> None:
    """Roads between gates; each wanders, crosses the river once at most and keeps out of other towns."""
    hulls = list(frame.towns.values())
    core = shapely.unary_union(
        [z.polygon for z in frame.zones if z.kind != "x" and abs(z.polygon.centroid.x) < 8000 and abs(z.polygon.centroid.y) < 8500]
    ).buffer(60)
    for origin, target, name, level in plan.ROADS:
        rng = rng_for(f"road {name}")
        pairs = sorted((math.dist(a, b), a, b) for a in frame.gates[origin] for b in frame.gates[target])
        best: tuple[float, LineString] | None = None
        for attempt in range(120):
            _, a, b = pairs[min(len(pairs) - 1, attempt // 50)]
            line = rough([a, b], rng, 0.13 if attempt < 60 else 0.08, 170)
            cost = 10.0 * max(0, len(shapely.get_parts(line.intersection(frame.river))) - 1) if line.intersects(frame.river) else 0.0
            cost += sum(line.intersection(h).length for h in hulls) / 20 + line.intersection(core).length / 40
            cost += line.intersection(frame.water.buffer(90)).length / 400
            cost += sum(8.0 for s in frame.streets[-len(plan.ROADS) :] if s.name.endswith("线") and line.crosses(s.line))
            if best is None or cost < best[0]:
                best = (cost, line)
            if cost < 0.5:
                break
        frame.streets.append(Street(best[1], level, name))


def place_villages(frame: Frame, domain: Polygon, wanted: int) -> None:
    """Villages along and off the country roads, sparser in the hills of the west."""
    rng = rng_for("villages")
    built = shapely.unary_union([z.polygon for z in frame.zones]).buffer(520)
    barrier = shapely.unary_union([frame.water.buffer(330), frame.rail.buffer(330), *[m.line.buffer(330) for m in frame.motorways]])
    roads = shapely.unary_union([s.line for s in frame.streets if s.name.endswith(("线", "公路"))])
    inside = domain.buffer(-700)
    for shape in (inside, built, barrier, roads):
        shapely.prepare(shape)
    taken: list[tuple[float, float, float]] = []
    x0, y0, x1, y1 = domain.bounds
    for _ in range(20000):
        if len(taken) >= wanted:
            break
        p = (float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1)))
        luck = rng.random()
        hills = p[0] < -9000
        point = Point(p)
        if not inside.contains(point) or built.contains(point) or barrier.contains(point):
            continue
        away = roads.distance(point)
        if away < 120 or luck > (0.42 if hills else 0.62) * (0.12 + math.exp(-away / 1000)):
            continue
        gap = 2050 if hills else 1500
        if any(math.dist(p, q[:2]) < max(gap, q[2]) for q in taken):
            continue
        taken.append((*p, gap))
    for x, y, gap in sorted(taken):
        size = rng.uniform(0.75, 1.3) * (0.8 if gap > 2000 else 1.0)
        shape = blob((x, y), 620 * size, 400 * size * rng.uniform(0.75, 1.2), rng.uniform(0, math.pi), rng)
        frame.villages.append(((x, y), shape))


def link_villages(frame: Frame) -> None:
    """Join each village to the nearest road, then add links between neighbours where the way round is long."""
    rng = rng_for("links")
    walls = shapely.unary_union([frame.river, frame.rail, *[m.line for m in frame.motorways]])
    shapely.prepare(walls)
    lines = [s.line for s in frame.streets]
    open_villages = {i: p for i, (p, _) in enumerate(frame.villages)}
    tree = shapely.STRtree(lines)
    distance = {i: Point(p).distance(tree.geometries[tree.nearest(Point(p))]) for i, p in open_villages.items()}
    for i in sorted(open_villages, key=lambda k: (distance[k], k)):
        p = Point(frame.villages[i][0])
        options = sorted((line.distance(p), k) for k, line in enumerate(lines) if line.distance(p) < 9000)
        for _, k in options[:60]:
            foot = lines[k].interpolate(lines[k].project(p))
            if not LineString([p, foot]).intersects(walls):
                break
        line = _overshoot(rough([(p.x, p.y), (foot.x, foot.y)], rng, 0.1, 130))
        if line.intersects(walls):
            line = _overshoot(LineString([p, foot]))
        frame.streets.append(Street(line, "unclassified", ""))
        lines.append(line)
    _loops(frame, walls, rng)


def _overshoot(line: LineString, by: float = 1.0) -> LineString:
    """Lengthen the end of a line a little, so that it surely meets what it was drawn to."""
    c = np.array(line.coords)
    d = c[-1] - c[-2]
    n = np.hypot(*d)
    return LineString([*map(tuple, c), tuple(c[-1] + d / n * by)]) if n > 0 else line


def _loops(frame: Frame, walls: shapely.Geometry, rng: np.random.Generator) -> None:
    """Tracks between neighbouring villages that no wall parts, a little more than half of the short ones."""
    points = [p for p, _ in frame.villages]
    network = [s.line for s in frame.streets]
    for i, p in enumerate(points):
        near = sorted((math.dist(p, q), j) for j, q in enumerate(points) if j > i)[:3]
        for d, j in near:
            straight = LineString([p, points[j]])
            if d > 3600 or rng.random() > 0.6 or straight.intersects(walls):
                continue
            if sum(1 for n in shapely.STRtree(network).query(straight, predicate="crosses")) > 3:
                continue
            line = rough([p, points[j]], rng, 0.09, 150)
            if line.intersects(walls):
                continue
            frame.streets.append(Street(line, "track" if rng.random() < 0.5 else "unclassified", ""))
            network.append(line)
