"""Land as a graph: faces between streets, water, rails and field borders, with the cost of crossing from one to the next."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point

from .geometry import node_lines, rng_for, rough
from .streets import Network

BARRIER = {
    "river": 9000.0,
    "rail": 2600.0,
    "motorway": 1600.0,
    "outline": 0.0,
    "primary": 420.0,
    "secondary": 240.0,
    "tertiary": 120.0,
    "unclassified": 40.0,
    "residential": 20.0,
    "mesh": 0.0,
}


@dataclass
class Land:
    """Faces (they tile the city without gap), groups of faces that stay together, and the graph between groups."""

    faces: np.ndarray
    group: np.ndarray  # group number of each face
    centre: np.ndarray  # one place for each group
    links: list[dict[int, float]]
    border: list[dict[int, float]]  # metres of common border that is no barrier
    village_group: list[int]
    town_group: dict[str, int]
    residential: list[Residential]


@dataclass
class Residential:
    """A piece of housing: a compound, a part of the old town, or a village."""

    polygon: shapely.Geometry
    face: int
    use: str
    weight: float
    village: int = -1


def _mesh(net: Network) -> list[LineString]:
    """Field borders of open country: the rough edges of uneven cells."""
    rng = rng_for("mesh")
    x0, y0, x1, y1 = net.domain.bounds
    points = []
    step = 760.0
    for i in range(int((x1 - x0) / step) + 3):
        for j in range(int((y1 - y0) / step) + 3):
            x = x0 + (i - 1 + 0.5 * (j % 2)) * step + rng.normal(0, 0.27) * step
            y = y0 + (j - 1) * step + rng.normal(0, 0.27) * step
            if x < -9000 and rng.random() < 0.35:
                continue
            points.append((x, y))
    edges = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), only_edges=True))
    edges = shapely.get_parts(shapely.node(shapely.multilinestrings(shapely.get_parts(edges))))
    edges = edges[np.lexsort(tuple(shapely.get_coordinates(shapely.centroid(edges)).T))]
    built = shapely.union_all([b.polygon for b in net.blocks]).buffer(40).buffer(-41)
    shapely.prepare(built)
    out = []
    for edge in edges:
        if edge.length < 5 or not net.domain.intersects(edge):
            continue
        line = rough(list(edge.coords), rng, 0.1, 260)
        out += [p for p in shapely.get_parts(line.difference(built)) if p.length > 1]
    return out


def make_land(net: Network) -> Land:
    """Faces, residential land, groups and the graph."""
    lines: list[shapely.Geometry] = []
    kinds: list[str] = []
    for kind, parts in (
        ("river", [net.frame.river]),
        ("rail", [net.frame.rail]),
        ("motorway", [m.line for m in net.frame.motorways]),
        ("outline", [LineString(net.domain.exterior.coords)]),
        *[
            (k, [line for line, c in zip(net.carrier, net.carrier_class, strict=True) if c == k])
            for k in ("primary", "secondary", "tertiary", "unclassified", "residential")
        ],
        ("mesh", _mesh(net)),
    ):
        lines += parts
        kinds += [kind] * len(parts)
    pieces, source = node_lines(lines, [list(BARRIER).index(k) for k in kinds])
    faces = shapely.get_parts(shapely.polygonize(pieces))
    faces = faces[shapely.contains(net.domain.buffer(1), faces)]
    spot = shapely.point_on_surface(faces)
    faces = faces[np.lexsort((shapely.get_y(spot), shapely.get_x(spot)))]
    tree = shapely.STRtree(faces)
    group, centre, village_group, town_group = _groups(net, faces, tree)
    links: list[dict[int, float]] = [{} for _ in centre]
    border: list[dict[int, float]] = [{} for _ in centre]
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, face = tree.query(middle, predicate="dwithin", distance=0.02)
    beside: dict[int, list[int]] = {}
    for p, f in zip(piece, face, strict=True):
        beside.setdefault(int(p), []).append(int(f))
    for p, pair in beside.items():
        if len(pair) != 2 or group[pair[0]] == group[pair[1]]:
            continue
        a, b = int(group[pair[0]]), int(group[pair[1]])
        cost = float(np.hypot(*(centre[a] - centre[b]))) + BARRIER[kinds[source[p]]]
        links[a][b] = links[b][a] = min(cost, links[a].get(b, np.inf))
        if BARRIER[kinds[source[p]]] < 400:  # a unit does not reach over a river, railway or main road to look straighter
            border[a][b] = border[b][a] = border[a].get(b, 0.0) + pieces[p].length
    for f in [f for f in range(len(faces)) if not links[group[f]]]:
        near = [n for n in sorted(tree.query(faces[f], predicate="touches")) if group[n] != group[f]]
        best = max(near, key=lambda n: faces[f].intersection(faces[n]).length)
        links[group[f]][int(group[best])] = links[group[best]][int(group[f])] = 1.0
    return Land(faces, group, centre, links, border, village_group, town_group, _residential(net, faces, tree))


def _groups(net: Network, faces: np.ndarray, tree: shapely.STRtree) -> tuple[np.ndarray, np.ndarray, list[int], dict[str, int]]:
    """Faces that must not be parted: the middle of a village; a small town is held together by its seat only."""
    owner = np.full(len(faces), -1)
    nearest = np.full(len(faces), np.inf)
    for number, (place, _) in enumerate(net.frame.villages):
        point = Point(place)
        for f in sorted(tree.query(point.buffer(210), predicate="intersects")):
            d = faces[f].distance(point)
            if d < nearest[f] and (faces[f].intersection(point.buffer(210)).area > 4000 or d == 0):
                owner[f], nearest[f] = number, d
    labels = np.where(owner >= 0, -owner - 1, np.arange(len(faces)))
    _, group = np.unique(labels, return_inverse=True)
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    centre = np.zeros((int(group.max()) + 1, 2))
    centre[group] = points
    village_group = []
    for number, (place, _) in enumerate(net.frame.villages):
        g = int(group[np.flatnonzero(owner == number)[0]])
        centre[g] = place
        village_group.append(g)
    town_group = {}
    from . import plan

    for town in plan.TOWNSHIPS:
        town_group[town.name] = int(group[tree.nearest(Point(town.seat))])
    return group, centre, village_group, town_group


def _residential(net: Network, faces: np.ndarray, tree: shapely.STRtree) -> list[Residential]:
    """Housing land: blocks without their streets, and villages."""
    floor = {"hutong": 0.9, "open": 0.8, "danwei": 1.0, "towers": 1.25, "campus": 0.5}
    walls = shapely.union_all([net.frame.water.buffer(10), net.frame.rail.buffer(30), *[m.line.buffer(40) for m in net.frame.motorways]])
    out: list[Residential] = []
    for block in net.blocks:
        if block.density <= 0 or block.use not in floor:
            continue
        for part in shapely.get_parts(block.polygon.buffer(-13, join_style="mitre").difference(walls)):
            if part.area < 3000:
                continue
            found = sorted(tree.query(part.point_on_surface(), predicate="intersects"))
            if found:
                out.append(Residential(part.simplify(2), int(found[0]), block.use, part.area * block.density * floor[block.use]))
    for number, (place, shape) in enumerate(net.frame.villages):
        found = sorted(tree.query(Point(place), predicate="intersects"))
        out.append(Residential(shape, int(found[0]), "village", shape.area * 0.0065, number))
    return out


def grow(links: list[dict[int, float]], sources: Mapping[int, tuple[float, int]], allowed: np.ndarray) -> np.ndarray:
    """Label of each group by its cheapest way from a source (`group: (head start cost, label)`); -1 where none reaches."""
    label = np.full(len(links), -1)
    heap = [(cost, name, node) for node, (cost, name) in sorted(sources.items())]
    heapq.heapify(heap)
    while heap:
        cost, name, node = heapq.heappop(heap)
        if label[node] >= 0:
            continue
        label[node] = name
        for other, step in links[node].items():
            if label[other] < 0 and allowed[other]:
                heapq.heappush(heap, (cost + step, name, other))
    return label


def connected(links: list[dict[int, float]], nodes: set[int]) -> bool:
    """Whether groups hang together."""
    start = min(nodes)
    seen, stack = {start}, [start]
    while stack:
        for other in links[stack.pop()]:
            if other in nodes and other not in seen:
                seen.add(other)
                stack.append(other)
    return len(seen) == len(nodes)


def straighten(land: Land, label: np.ndarray, movable: np.ndarray, rounds: int = 6) -> np.ndarray:
    """Give groups that stick out into a neighbour to that neighbour, as long as what they leave stays in one piece."""
    label = label.copy()
    for _ in range(rounds):
        moved = False
        for g in np.flatnonzero(movable & (label >= 0)):
            share: dict[int, float] = {}
            for other, length in land.border[g].items():
                share[int(label[other])] = share.get(int(label[other]), 0.0) + length
            best = max(sorted(share), key=lambda k: share[k], default=-1)
            if best < 0 or best == label[g] or share[best] < 1.25 * share.get(int(label[g]), 0.0):
                continue
            rest = {int(k) for k in np.flatnonzero(label == label[g]) if k != g}
            if rest and connected(land.links, rest):
                label[g] = best
                moved = True
        if not moved:
            break
    return label
