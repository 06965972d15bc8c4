"""From drawn lines to the street network: noding, blocks, filling, bridges, interchanges and pruning."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import LineString, Point, Polygon

from . import plan
from .core import Frame, Street, draw_core, rivers_and_rails
from .country import draw_roads, draw_town, link_villages, place_villages
from .fill import fill_block, village_lanes
from .geometry import node_lines, node_numbers, rng_for, rough

RANK = {
    "motorway": 0,
    "motorway_link": 1,
    "primary": 2,
    "secondary": 3,
    "tertiary": 4,
    "unclassified": 5,
    "residential": 6,
    "living_street": 7,
    "track": 8,
    "service": 9,
    "footway": 10,
}
VILLAGES = 132


@dataclass
class Block:
    """A piece of land between streets, with its use and density."""

    polygon: Polygon
    use: str
    density: float
    kind: str


@dataclass
class Network:
    """The finished streets and what they enclose."""

    lines: np.ndarray
    streets: list[Street]  # attributes, one for each line
    bridge: np.ndarray
    frame: Frame
    blocks: list[Block]
    domain: Polygon
    carrier: np.ndarray  # noded frame lines (arterials, collectors, country roads)
    carrier_class: list[str]


def build_streets(villages: int = VILLAGES) -> Network:
    """Draw, node, fill and prune the whole network."""
    frame = Frame()
    rivers_and_rails(frame)
    draw_core(frame)
    for town in plan.TOWNSHIPS:
        if town.kind != "street":
            draw_town(frame, town)
    draw_roads(frame)
    domain = Polygon(rough([*plan.OUTLINE, plan.OUTLINE[0]], rng_for("outline"), 0.13, 350).coords).buffer(0)
    place_villages(frame, domain, villages)
    link_villages(frame)
    drawn = [s for s in frame.streets if s.line.length > 1]
    carrier, source = node_lines([s.line for s in drawn], [RANK[s.highway] for s in drawn])
    blocks, inside = _fill(frame, carrier)
    everything = [Street(line, drawn[k].highway, drawn[k].name) for line, k in zip(carrier, source, strict=True)] + inside
    pieces, origin = node_lines([s.line for s in everything], [RANK[s.highway] for s in everything])
    streets = [everything[k] for k in origin]
    keep = _prune(pieces)
    pieces, streets = pieces[keep], [s for s, k in zip(streets, keep, strict=True) if k]
    pieces, streets = _merge(pieces, streets)
    pieces, streets, bridge = _bridges(frame, pieces, streets)
    lines, streets, bridge = _expressways(frame, pieces, streets, bridge, domain)
    _one_ways(lines, streets)
    return Network(lines, streets, bridge, frame, blocks, domain, carrier, [drawn[k].highway for k in source])


def _fill(frame: Frame, carrier: np.ndarray) -> tuple[list[Block], list[Street]]:
    """Blocks of built-up zones with their inner streets, and the lanes of villages."""
    rng = rng_for("fill")
    faces = shapely.get_parts(shapely.polygonize(carrier))
    centre = shapely.point_on_surface(faces)
    order = np.lexsort((shapely.get_y(centre), shapely.get_x(centre)))
    zones = shapely.STRtree([z.polygon for z in frame.zones])
    walls = shapely.unary_union([frame.water.buffer(15), frame.rail.buffer(28), *[m.line.buffer(38) for m in frame.motorways]])
    shapely.prepare(walls)
    blocks: list[Block] = []
    streets: list[Street] = []
    for k in order:
        found = sorted(zones.query(centre[k], predicate="intersects"))
        if not found or faces[k].area > 1.6e6 or faces[k].area < 1200:
            continue
        zone = frame.zones[found[0]]
        near = walls if faces[k].intersects(walls) else Point(1e9, 1e9)
        inner, use = fill_block(faces[k], zone.kind, rng, near)
        streets += inner
        blocks.append(Block(faces[k], use, zone.density if inner else 0.0, zone.kind))
    lanes = rng_for("lanes")
    for _, shape in frame.villages:
        streets += village_lanes(shape, lanes)
    return blocks, streets


def _prune(lines: np.ndarray, stub: float = 14) -> np.ndarray:
    """Which pieces stay: no stubs left over from overshooting, nothing apart from the main network."""
    keep = np.ones(len(lines), bool)
    a, b, count = node_numbers(lines)
    length = shapely.length(lines)
    for _ in range(2):
        degree = np.bincount(np.concatenate([a[keep], b[keep]]), minlength=count)
        keep &= ~((length < stub) & ((degree[a] == 1) | (degree[b] == 1))) & (a != b)
    graph = coo_matrix((np.ones(keep.sum()), (a[keep], b[keep])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    main = np.bincount(label[a[keep]], weights=length[keep]).argmax()
    return keep & (label[a] == main)


def _merge(lines: np.ndarray, streets: list[Street]) -> tuple[np.ndarray, list[Street]]:
    """Join pieces at nodes where only two pieces of one kind meet."""
    a, b, count = node_numbers(lines)
    key = [(s.highway, s.name, s.access) for s in streets]
    at: list[list[int]] = [[] for _ in range(count)]
    for k, (i, j) in enumerate(zip(a, b, strict=True)):
        at[i].append(k)
        at[j].append(k)
    joinable = np.array([len(e) == 2 and e[0] != e[1] and key[e[0]] == key[e[1]] for e in at])
    done = np.zeros(len(lines), bool)
    out, out_streets = [], []
    coords = [shapely.get_coordinates(line) for line in lines]
    for k in range(len(lines)):
        if done[k]:
            continue
        done[k] = True
        chain = coords[k]
        for forward in (True, False):
            node, edge = (b[k], k) if forward else (a[k], k)
            while joinable[node]:
                other = at[node][0] if at[node][1] == edge else at[node][1]
                if done[other]:
                    break
                done[other] = True
                c = coords[other] if a[other] == node else coords[other][::-1]
                chain = np.vstack([chain, c[1:]]) if forward else np.vstack([c[::-1][:-1], chain])
                node = b[other] if a[other] == node else a[other]
                edge = other
        out.append(LineString(chain))
        out_streets.append(streets[k])
    return np.array(out, dtype=object), out_streets


def _bridges(frame: Frame, pieces: np.ndarray, streets: list[Street]) -> tuple[np.ndarray, list[Street], np.ndarray]:
    """Cut bridges out of the streets that pass over the river, the railway or an expressway."""
    walls = [
        (frame.river, frame.water.buffer(22)),
        (frame.rail, frame.rail.buffer(45)),
        *[(m.line, m.line.buffer(55)) for m in frame.motorways],
    ]
    out: list[LineString] = []
    out_streets: list[Street] = []
    bridge: list[bool] = []
    for line, street in zip(pieces, streets, strict=True):
        spans = []
        for wall, zone in walls:
            if not line.crosses(wall):
                continue
            crossings = [line.project(p) for p in shapely.get_parts(line.intersection(wall)) if p.geom_type == "Point"]
            for part in shapely.get_parts(line.intersection(zone)):
                ends = sorted(line.project(Point(part.coords[k])) for k in (0, -1)) if part.geom_type == "LineString" else [0.0, 0.0]
                if any(ends[0] <= c <= ends[1] for c in crossings):
                    spans.append((ends[0], ends[1]))
        inner = {p for span in spans for p in span if 4 < p < line.length - 4}
        marks = [0.0, *sorted(inner), line.length]
        for a, b in pairwise(marks):
            out.append(shapely.ops.substring(line, a, b) if inner else line)
            out_streets.append(street)
            bridge.append(any(low <= (a + b) / 2 <= high for low, high in spans))
    return np.array(out, dtype=object), out_streets, np.array(bridge)


def _expressways(
    frame: Frame, pieces: np.ndarray, streets: list[Street], bridge: np.ndarray, domain: Polygon
) -> tuple[np.ndarray, list[Street], np.ndarray]:
    """Add the expressways, which join ordinary streets only through the ramps of interchanges."""
    lines, _ = node_lines([m.line.intersection(domain) for m in frame.motorways], [0, 1, 2])
    middle = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
    arterial = [k for k, s in enumerate(streets) if s.highway in ("primary", "secondary") and s.name]
    tree = shapely.STRtree(pieces[arterial])
    wanted = [Point(p) for p in plan.INTERCHANGES]
    ring = frame.motorways[0].line
    wanted += [ring.interpolate(f, normalized=True) for f in (0.06, 0.2, 0.33, 0.45, 0.58, 0.7, 0.83, 0.95)]
    new_lines, new_streets, new_bridge = [], [], []
    cuts: list[Point] = []
    for point in wanted:
        place = middle[np.argmin(shapely.distance(middle, point))]
        on = place.interpolate(place.project(point))
        edge = pieces[arterial[int(tree.nearest(on))]]
        node = Point(min((edge.coords[0], edge.coords[-1]), key=lambda c: Point(c).distance(on)))
        if 60 < node.distance(on) < 1500:
            bend = (on.x + 0.5 * (node.x - on.x) + 0.15 * (node.y - on.y), on.y + 0.5 * (node.y - on.y) - 0.15 * (node.x - on.x))
            cuts.append(on)
            new_lines.append(LineString([on, bend, node]))
            new_streets.append(Street(new_lines[-1], "motorway_link"))
            new_bridge.append(False)
    for line in middle:
        marks = sorted({0.0, line.length, *(line.project(c) for c in cuts if line.distance(c) < 0.01)})
        for a, b in pairwise(marks):
            part = shapely.ops.substring(line, a, b)
            name = frame.motorways[int(np.argmin([m.line.distance(part.interpolate(0.5, normalized=True)) for m in frame.motorways]))].name
            new_lines.append(_snap_ends(part, cuts))
            new_streets.append(Street(part, "motorway", name))
            new_bridge.append(bool(part.intersects(frame.water)))
    return (
        np.concatenate([pieces, np.array(new_lines, dtype=object)]),
        streets + new_streets,
        np.concatenate([bridge, np.array(new_bridge)]),
    )


def _snap_ends(line: LineString, points: list[Point]) -> LineString:
    """Give the ends of a line exactly the coordinates of the cutting point they came from."""
    c = list(line.coords)
    for k in (0, -1):
        for p in points:
            if p.distance(Point(c[k])) < 0.02:
                c[k] = (p.x, p.y)
    return LineString(c)


def _one_ways(lines: np.ndarray, streets: list[Street]) -> None:
    """Some lanes of the old town and some collectors are one-way for cars."""
    rng = rng_for("oneway")
    for k, (line, street) in enumerate(zip(lines, streets, strict=True)):
        centre = line.centroid
        old = abs(centre.x) < 1300 and abs(centre.y) < 1250
        chance = (
            0.12
            if old and street.highway in ("residential", "living_street")
            else 0.05
            if street.highway == "unclassified" and street.name
            else 0
        )
        if rng.random() < chance:
            streets[k] = Street(street.line, street.highway, street.name, street.access, street.foot, "yes")
