"""What is doubtful in a network: street ends that nearly meet another street, lines that cross or touch without a junction, parts.

Two places are suspected of a missing join (a bridge, a gate, a line cut at a map's edge) where they are near each other but far along the
streets. Ways are searched whatever the direction of travel: a one-way street joins what it touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.network.graph import BoolArray, FloatArray, IntArray, StreetNetwork
from planner.network.snap import along_in_measure

if TYPE_CHECKING:
    from planner.network.csr import Graph
    from planner.network.kernel import Rows

GAP_M = 30.0
"""Places so near each other might be joined: the width of a river's arm, a railway, a wall with a gate - and of one digitising slip."""

DETOUR = 20.0
"""A way so many times as long as the gap is far."""

FAR_M = 1000.0
"""A way must be longer than this, too: about 15 minutes on foot, the radius of most services. Shorter detours harm no coverage."""

TOUCH_M = 0.5
"""A street that comes so near the middle of another touches it: half the width of the narrowest path."""

FIRST_REACH_M = 200.0
"""Most street ends are joined to their neighbours within this; only the others are searched from as far as the limit."""

AT_ONCE = 500
"""Searches in one go: bounds the memory."""

KINDS = ("end", "touch", "part", "crossing")
"""What a pair of near places is, the surest signs of a missing join first."""


@dataclass(frozen=True, slots=True)
class ClosePlaces:
    """Pairs k in K of places on the network that are near each other and not joined there.

    kind : (K,) `end` a dead end near a street, `part` the nearest places of two parts, `touch` a junction on the middle of another street,
    `crossing` two streets that cross without a junction. edge, along_m, x, y : the first place; to_* : the second, on another edge.
    node : (K,) the dead end or junction of the first place, -1 where it has none. gap_m : (K,) straight metres between them.
    way_m : (K,) metres along the streets, inf where that is more than was searched, or there is no way.
    """

    kind: npt.NDArray[np.object_]
    node: IntArray
    edge: IntArray
    along_m: FloatArray
    x: FloatArray
    y: FloatArray
    to_edge: IntArray
    to_along_m: FloatArray
    to_x: FloatArray
    to_y: FloatArray
    gap_m: FloatArray
    way_m: FloatArray

    def __len__(self) -> int:
        return len(self.kind)

    def pick(self, rows: IntArray | BoolArray) -> ClosePlaces:
        """Some of the pairs, by number or mask."""
        return ClosePlaces(*(getattr(self, part.name)[rows] for part in fields(self)))


def joined(parts: Sequence[ClosePlaces]) -> ClosePlaces:
    """Several sets of pairs as one."""
    return ClosePlaces(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(ClosePlaces)))


def degrees(network: StreetNetwork) -> IntArray:
    """(N,) ends of edges at each node; a loop has two."""
    return np.bincount(np.concatenate([network.tail, network.head]), minlength=network.nodes).astype(np.int64)


def dead_ends(network: StreetNetwork) -> IntArray:
    """Nodes at which one street ends and nothing goes on, ascending."""
    return np.flatnonzero(degrees(network) == 1).astype(np.int64)


def junctions(network: StreetNetwork) -> int:
    """How many nodes are junctions: three street ends or more."""
    return int((degrees(network) > 2).sum())


def street_lines(network: StreetNetwork) -> npt.NDArray[np.object_]:
    """(E,) the edges as lines, first vertex at the tail."""
    import shapely

    lines: npt.NDArray[np.object_] = shapely.linestrings(network.shape_xy, indices=np.repeat(np.arange(network.edges),
                                                                                            np.diff(network.shape_start)))
    return lines


def edges_at(network: StreetNetwork, node: IntArray) -> tuple[IntArray, BoolArray]:
    """For each of the nodes one edge that ends there, the lowest, and whether the node is its tail."""
    first = np.full(network.nodes, network.edges, dtype=np.int64)
    numbers = np.arange(network.edges)
    for ends in (network.tail, network.head):
        np.minimum.at(first, ends, numbers)
    edge = first[node]
    return edge, network.tail[edge] == node


def _pairs(network: StreetNetwork, lines: Any, kind: str, first: tuple[IntArray, Any, IntArray], second: tuple[IntArray, Any],
           gap_m: FloatArray) -> ClosePlaces:
    """Pairs from (edge, point, node) and (edge, point): where the points stand along the edges. The way is not known yet."""
    import shapely

    edge, here, node = first
    to_edge, there = second
    along = along_in_measure(network, edge, shapely.line_locate_point(lines[edge], here))
    to_along = along_in_measure(network, to_edge, shapely.line_locate_point(lines[to_edge], there))
    kinds = np.full(len(edge), kind, dtype=object)
    return ClosePlaces(kinds, node, edge, along, shapely.get_x(here), shapely.get_y(here), to_edge, to_along, shapely.get_x(there),
                       shapely.get_y(there), gap_m, np.full(len(edge), np.inf))


def _ends(network: StreetNetwork, lines: Any, tree: Any, gap_m: float) -> ClosePlaces:
    """Dead ends with every other street within the gap that does not start where their own street does."""
    import shapely

    node = dead_ends(network)
    points = shapely.points(network.node_x[node], network.node_y[node])
    own, _ = edges_at(network, node)
    k, edge = tree.query(points, predicate="dwithin", distance=gap_m)
    other = edge != own[k]
    k, edge = k[other], edge[other].astype(np.int64)
    nearest = shapely.line_interpolate_point(lines[edge], shapely.line_locate_point(lines[edge], points[k]))
    return _pairs(network, lines, "end", (own[k], points[k], node[k]), (edge, nearest), shapely.distance(points[k], nearest))


def _touches(network: StreetNetwork, lines: Any, tree: Any, touch_m: float) -> ClosePlaces:
    """Junctions that lie on the middle of a street that does not end there (dead ends are told as such)."""
    import shapely

    node = np.flatnonzero(degrees(network) > 1)
    points = shapely.points(network.node_x[node], network.node_y[node])
    k, edge = tree.query(points, predicate="dwithin", distance=touch_m)
    here = points[k]
    away = (shapely.distance(shapely.points(*_end_xy(network, network.tail[edge])), here) > 2 * touch_m) & (
        shapely.distance(shapely.points(*_end_xy(network, network.head[edge])), here) > 2 * touch_m)
    k, edge = k[away], edge[away].astype(np.int64)
    nearest = shapely.line_interpolate_point(lines[edge], shapely.line_locate_point(lines[edge], points[k]))
    own, _ = edges_at(network, node[k])
    return _pairs(network, lines, "touch", (own, points[k], node[k]), (edge, nearest), shapely.distance(points[k], nearest))


def _end_xy(network: StreetNetwork, node: IntArray) -> tuple[FloatArray, FloatArray]:
    """Where nodes are."""
    return network.node_x[node], network.node_y[node]


def _crossings(network: StreetNetwork, lines: Any, tree: Any, touch_m: float) -> ClosePlaces:
    """Pairs of streets that cross away from their ends, each pair at one place."""
    import shapely

    a, b = tree.query(lines, predicate="crosses")
    once = a < b
    a, b = a[once].astype(np.int64), b[once].astype(np.int64)
    met, pair = shapely.get_parts(shapely.intersection(lines[a], lines[b]), return_index=True)
    at = shapely.get_geometry(shapely.extract_unique_points(met), 0)
    near_end = np.zeros(len(at), dtype=bool)
    for edge in (a[pair], b[pair]):
        for ends in (network.tail[edge], network.head[edge]):
            near_end |= shapely.distance(shapely.points(*_end_xy(network, ends)), at) <= 2 * touch_m
    pair, at = pair[~near_end], at[~near_end]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    a, b, at = a[pair[first]], b[pair[first]], at[first]
    return _pairs(network, lines, "crossing", (a, at, np.full(len(a), -1, dtype=np.int64)), (b, at), np.zeros(len(a)))


def _parts_near(network: StreetNetwork, lines: Any, tree: Any, gap_m: float) -> ClosePlaces:
    """The nearest places of two parts within the gap of each other."""
    import shapely

    part = network.component[network.tail]
    cut_off = np.flatnonzero(part > 0)
    k, b = tree.query(lines[cut_off], predicate="dwithin", distance=gap_m)
    a, b = cut_off[k].astype(np.int64), b.astype(np.int64)
    apart = part[a] > part[b]  # each pair of parts from the shorter one
    a, b = a[apart], b[apart]
    gap = shapely.distance(lines[a], lines[b])
    order = np.lexsort((b, a, gap, part[b], part[a]))
    of = np.stack([part[a[order]], part[b[order]]])
    first = order[np.flatnonzero((np.diff(of, axis=1, prepend=-1) != 0).any(axis=0))]
    a, b, gap = a[first], b[first], gap[first]
    between = shapely.shortest_line(lines[a], lines[b])
    here, there = shapely.get_point(between, 0), shapely.get_point(between, -1)
    return _pairs(network, lines, "part", (a, here, np.full(len(a), -1, dtype=np.int64)), (b, there), gap)


def undirected(network: StreetNetwork) -> Graph:
    """The network for searches, open both ways everywhere; made once for a network."""
    from planner.network import csr

    if "undirected" not in network.derived:
        network.derived["undirected"] = csr.graph(network.nodes, network.tail, network.head, network.length_m, x=network.node_x,
                                                  y=network.node_y)
    found: Graph = network.derived["undirected"]
    return found


def ways(network: StreetNetwork, pairs: ClosePlaces, limit_m: float) -> FloatArray:
    """(K,) metres along the streets between the two places of each pair, whatever the direction of travel; inf beyond the limit."""
    from planner.network import kernel
    from planner.network.places import places

    graph, found = undirected(network), np.full(len(pairs), np.inf)
    same = network.component[network.tail[pairs.edge]] == network.component[network.tail[pairs.to_edge]]
    searched = np.flatnonzero(same)
    searched = searched[np.lexsort((pairs.along_m[searched], pairs.edge[searched]))]
    for first in range(0, len(searched), AT_ONCE):
        row = searched[first:first + AT_ONCE]
        start = (np.diff(pairs.edge[row], prepend=-1) != 0) | (np.diff(pairs.along_m[row], prepend=-1.0) != 0)
        source, begin = np.cumsum(start) - 1, row[start]
        count, none = len(begin), np.zeros(len(row))
        near = kernel.reach(graph, places(count, np.arange(count), pairs.edge[begin], pairs.along_m[begin], none[:count]),
                            places(len(row), np.arange(len(row)), pairs.to_edge[row], pairs.to_along_m[row], none), limit_m, by_point=True)
        point = np.repeat(np.arange(len(row)), np.diff(near.start))
        mine = near.column == source[point]
        found[row[point[mine]]] = near.cost[mine]
    return found


def close_places(network: StreetNetwork, *, gap_m: float = GAP_M, touch_m: float = TOUCH_M, reach_m: float = FAR_M) -> ClosePlaces:
    """All pairs of places that are near each other and not joined there, with the way along the streets where it is at most `reach_m`.

    Sorted by gap. `far_apart` picks those that matter.
    """
    import shapely

    if network.edges == 0:
        empty, none = np.empty(0), np.empty(0, dtype=np.int64)
        return ClosePlaces(np.empty(0, dtype=object), none, none, empty, empty, empty, none, empty, empty, empty, empty, empty)
    lines = street_lines(network)
    tree = shapely.STRtree(lines)
    found = joined([_ends(network, lines, tree, gap_m), _touches(network, lines, tree, touch_m),
                    _crossings(network, lines, tree, touch_m), _parts_near(network, lines, tree, gap_m)])
    found = found.pick(np.lexsort((found.to_edge, found.edge, found.gap_m)))
    found.way_m[:] = ways(network, found, min(FIRST_REACH_M, reach_m))
    beyond = np.flatnonzero(np.isinf(found.way_m))
    found.way_m[beyond] = ways(network, found.pick(beyond), reach_m)
    return found


def far_apart(network: StreetNetwork, pairs: ClosePlaces, *, detour: float = DETOUR, far_m: float = FAR_M) -> ClosePlaces:
    """The pairs whose way is longer than `far_m` and than `detour` times the gap, or that are not connected at all; each doubt once.

    A pair that a join told before it would bring near is not told again: two ends that face each other, the many ends of one wall.
    Ends go first, then touching streets, parts and crossings, the nearest first. `pairs` must have been searched as far as both bounds.
    """
    bound = np.maximum(far_m, detour * pairs.gap_m)
    pairs, bound = pairs.pick(pairs.way_m > bound), bound[pairs.way_m > bound]
    rank = np.array([KINDS.index(kind) for kind in pairs.kind], dtype=np.int64)
    order = np.lexsort((pairs.gap_m, rank))
    pairs, bound = pairs.pick(order), bound[order]
    count = len(pairs)
    if count == 0:
        return pairs
    near = _among(network, np.concatenate([pairs.edge, pairs.to_edge]), np.concatenate([pairs.along_m, pairs.to_along_m]), far_m)
    spare, told = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    here, there = np.full(2 * count, np.inf), np.full(2 * count, np.inf)
    for k in range(count):
        if spare[k]:
            continue
        told[k] = True
        for metres, place in ((here, k), (there, count + k)):
            row = slice(near.start[place], near.start[place + 1])
            metres[near.column[row]] = near.cost[row]
        round_way = np.minimum(here[:count] + there[count:], there[:count] + here[count:]) + pairs.gap_m[k]
        spare |= round_way <= bound
        for metres, place in ((here, k), (there, count + k)):
            metres[near.column[near.start[place]:near.start[place + 1]]] = np.inf
    return pairs.pick(told)


def _among(network: StreetNetwork, edge: IntArray, along: FloatArray, limit_m: float) -> Rows:
    """Which of some places are within a limit of each other along the streets: rows by place."""
    from planner.network import kernel
    from planner.network.places import places

    at = places(len(edge), np.arange(len(edge)), edge, along, np.zeros(len(edge)))
    return kernel.reach(undirected(network), at, at, limit_m)


@dataclass(frozen=True, slots=True)
class Part:
    """A connected part of a network: its number (0 the longest), metres of street, and a place on it, in the network's CRS."""

    number: int
    length_m: float
    x: float
    y: float


def parts(network: StreetNetwork) -> tuple[Part, ...]:
    """The parts, longest first; the place is the first vertex of the part's longest edge."""
    part = network.component[network.tail]
    metres = np.bincount(part, weights=network.length_m)
    order = np.lexsort((np.arange(network.edges), -network.length_m, part))
    longest = order[np.flatnonzero(np.diff(part[order], prepend=-1))]
    xy = network.shape_xy[network.shape_start[longest]]
    return tuple(Part(k, float(m), float(x), float(y)) for k, (m, (x, y)) in enumerate(zip(metres, xy, strict=True)))
