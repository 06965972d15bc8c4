"""Stretches of street within a distance of points, cut exactly at the limit; for drawing only: people are counted by `paths`.

A person on an edge goes to a point by the edge's tail, by its head, or straight along the edge that the point is on. Each of these is
within the limit on one interval of the edge: [0, limit - cost of the tail], [length - (limit - cost of the head), length], and
[along - rest, along + rest] with rest = limit - leg. The stretches are the union of the intervals.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError
from planner.network import paths
from planner.network.graph import LIMIT_SLACK_M, Attachment, FloatArray, IntArray, StreetNetwork, measures

SHORTEST_M = LIMIT_SLACK_M
"""Stretches that are not longer are points, which have nothing to draw: at one end of a one-way street, at a facility under limit 0."""

JOIN_M = 2 * LIMIT_SLACK_M
"""Stretches that lie so close are one: what is between them is beyond the limit by no more than its slack."""

AT_ONCE_EDGES = 1_000_000
"""Edges times points whose stretches are worked out in one go: bounds the memory, to about 400 MB where every point reaches every edge."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of street within the limit of points p in P.

    Those of point p are start[p]:start[p + 1], by edge and along it, of: edge : (R,) edge number. from_m, to_m : (R,) metres from the
    edge's tail, in the measure of length_m; no two of a point overlap or touch. An edge whose stated length is 0 is in it whole or not at
    all.
    """

    start: IntArray
    edge: IntArray
    from_m: FloatArray
    to_m: FloatArray

    def __post_init__(self) -> None:
        if len(self.start) == 0 or not int(self.start[-1]) == len(self.edge) == len(self.from_m) == len(self.to_m):
            raise NetworkError("network_shapes_differ")

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def point(self) -> IntArray:
        """(R,) the point of each stretch."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def length_m(self) -> FloatArray:
        """(P,) metres of street within the limit of each point; a street that goes both ways counts once."""
        return np.bincount(self.point, weights=self.to_m - self.from_m, minlength=len(self)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Intervals:
    """Parts of edges that belong to owners; they may overlap."""

    owner: IntArray
    edge: IntArray
    from_m: FloatArray
    to_m: FloatArray


def each_within(network: StreetNetwork, points: Attachment, *, limit_m: float, reverse: bool = True, threads: int | None = None,
                progress: paths.Progress | None = None) -> Stretches:
    """The stretches within a limit of each point by itself, the point's leg included.

    reverse : travel goes from the stretches to the points (people to facilities), else from the points. limit_m : inclusive. A point that
    is not attached has none. progress : called with the share that is done; what it raises ends the work. Raises NetworkError unless the
    limit is a finite number of 0 or more.
    """
    found = list(blocks_within(network, points, limit_m=limit_m, reverse=reverse, threads=threads, progress=progress))
    size = np.concatenate([np.zeros(1, dtype=np.int64), *(np.diff(block.start) for block in found)])
    return Stretches(np.cumsum(size), np.concatenate([np.empty(0, dtype=np.int64), *(block.edge for block in found)]),
                     np.concatenate([np.empty(0), *(block.from_m for block in found)]),
                     np.concatenate([np.empty(0), *(block.to_m for block in found)]))


def blocks_within(network: StreetNetwork, points: Attachment, *, limit_m: float, reverse: bool = True, threads: int | None = None,
                  progress: paths.Progress | None = None, at_once: int | None = None) -> Iterator[Stretches]:
    """`each_within` in blocks of some points after each other, in their order, so that no more than one block need be held.

    at_once : points of a block, as many as memory allows unless told otherwise.
    """
    _check(limit_m)
    size = at_once or max(1, AT_ONCE_EDGES // max(network.edges, 1))
    for first in range(0, len(points), size):
        some = _some(points, first, min(first + size, len(points)))
        rows = paths.nodes_within(network, some, limit_m=limit_m, reverse=reverse, threads=threads)
        row = np.repeat(np.arange(len(some)), np.diff(rows.start))
        yield _stretches(network, len(some), _by_nodes(network, row, rows.column, rows.cost, limit_m, reverse),
                         _along(network, some, limit_m, reverse))
        if progress is not None:
            progress((first + len(some)) / len(points))


def any_within(network: StreetNetwork, points: Attachment, *, limit_m: float, reverse: bool = True) -> Stretches:
    """The stretches within a limit of any of the points, as if they were one point; else as `each_within`."""
    _check(limit_m)
    cost = paths.nodes_nearest(network, points, limit_m=limit_m, reverse=reverse)
    node = np.flatnonzero(np.isfinite(cost))
    along = _along(network, points, limit_m, reverse)
    return _stretches(network, 1, _by_nodes(network, np.zeros(len(node), dtype=np.int64), node, cost[node], limit_m, reverse),
                      _Intervals(np.zeros_like(along.owner), along.edge, along.from_m, along.to_m))


def _check(limit_m: float) -> None:
    """That a limit is a finite number of 0 or more."""
    if not (math.isfinite(limit_m) and limit_m >= 0):
        raise NetworkError("limit_invalid", value=limit_m)


def _some(points: Attachment, first: int, last: int) -> Attachment:
    """The points first:last."""
    part = slice(int(points.start[first]), int(points.start[last]))
    return Attachment(points.start[first:last + 1] - points.start[first], points.edge[part], points.along_m[part], points.leg_m[part])


def _ends(network: StreetNetwork, reverse: bool) -> tuple[IntArray, IntArray]:
    """CSR by node of the edges on which one may travel to it (or, not in reverse, from it): start (N + 1,), and edge, or E + edge where
    the node is the edge's head. Worked out once for a network and a sense."""
    key = f"ends_{reverse}"
    if key not in network.derived:
        way = network.direction * (1 if reverse else -1)
        point_like = network.length_m <= SHORTEST_M  # all of it is at both ends, whichever way one may travel
        by_tail, by_head = np.flatnonzero((way <= 0) | point_like), np.flatnonzero((way >= 0) | point_like)
        node = np.concatenate([network.tail[by_tail], network.head[by_head]])
        start = np.zeros(network.nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(node, minlength=network.nodes), out=start[1:])
        network.derived[key] = start, np.concatenate([by_tail, by_head + network.edges])[np.argsort(node, kind="stable")]
    found: tuple[IntArray, IntArray] = network.derived[key]
    return found


def _by_nodes(network: StreetNetwork, owner: IntArray, node: npt.NDArray[Any], cost_m: FloatArray, limit_m: float,
              reverse: bool) -> _Intervals:
    """The parts of edges within the limit by way of nodes; owner, node, cost_m : one row for each node that an owner reaches."""
    start, end = _ends(network, reverse)
    count = start[node + 1] - start[node]
    row = np.repeat(np.arange(len(node)), count)
    end = end[np.arange(len(row)) - np.repeat(np.cumsum(count) - count - start[node], count)]
    at_head = end >= network.edges
    edge = np.where(at_head, end - network.edges, end)
    length = network.length_m[edge]
    rest = np.minimum(limit_m - cost_m[row], length)
    return _Intervals(owner[row], edge, np.where(at_head, length - rest, 0.0), np.where(at_head, length, rest))


def _along(network: StreetNetwork, points: Attachment, limit_m: float, reverse: bool) -> _Intervals:
    """The parts within the limit straight along the edges that the points are on."""
    rest = limit_m - points.leg_m
    near = np.flatnonzero(rest >= 0)
    owner = np.repeat(np.arange(len(points)), np.diff(points.start))[near]
    edge, along, rest = points.edge[near], points.along_m[near], rest[near]
    way = network.direction[edge] * (1 if reverse else -1)
    return _Intervals(owner, edge, np.where(way >= 0, np.maximum(along - rest, 0.0), along),
                      np.where(way <= 0, np.minimum(along + rest, network.length_m[edge]), along))


def _stretches(network: StreetNetwork, points: int, *parts: _Intervals) -> Stretches:
    """The union of intervals, by owner and edge. Whole edges, which are most, are set apart before the others are joined."""
    owner, edge = (np.concatenate([getattr(part, name) for part in parts]) for name in ("owner", "edge"))
    low, high = (np.concatenate([getattr(part, name) for part in parts]) for name in ("from_m", "to_m"))
    length = network.length_m[edge]
    whole = (low <= 0) & (high >= length)
    key = owner * network.edges + edge
    full = np.unique(key[whole])
    rest = ~whole & (high - low > SHORTEST_M)
    if len(full):
        place = np.minimum(np.searchsorted(full, key), len(full) - 1)
        rest &= full[place] != key
    key, low, high = _joined(key[rest], low[rest], high[rest])
    keys = np.concatenate([full, key])
    order = np.argsort(keys, kind="stable")
    owner, edge = np.divmod(keys[order], max(network.edges, 1))
    start = np.zeros(points + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=points), out=start[1:])
    to_m = np.concatenate([network.length_m[full % max(network.edges, 1)], high])
    return Stretches(start, edge, np.concatenate([np.zeros(len(full)), low])[order], to_m[order])


def _joined(key: IntArray, low: FloatArray, high: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """The union of the intervals of each key, by key and from low to high."""
    order = np.lexsort((low, key))
    key, low, high = key[order], low[order], high[order]
    by_high = np.lexsort((high, key))
    place = np.empty(len(key), dtype=np.int64)
    place[by_high] = np.arange(len(key))
    so_far = high[by_high[np.maximum.accumulate(place)]]  # the greatest end so far of this key: places grow with the key first
    begins = np.ones(len(key), dtype=bool)
    begins[1:] = (key[1:] != key[:-1]) | (low[1:] > so_far[:-1] + JOIN_M)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(key))[:len(first)] - 1
    return key[first], low[first], so_far[last]


def lines(network: StreetNetwork, stretches: Stretches) -> npt.NDArray[np.object_]:
    """(R,) a line for each stretch, in the network's CRS, cut by linear interpolation along the shape of its edge."""
    import shapely

    edge, length = stretches.edge, network.length_m[stretches.edge]
    found = np.empty(len(edge), dtype=object)
    whole = (stretches.from_m <= 0) & (stretches.to_m >= length)
    used, which = np.unique(edge[whole], return_inverse=True)
    _, vertex, line = _vertices(network, used)
    found[whole] = shapely.linestrings(network.shape_xy[vertex], indices=line)[which.reshape(-1)] if len(used) else []
    part = np.flatnonzero(~whole)
    if len(part):
        found[part] = _cut(network, edge[part], stretches.from_m[part] / length[part], stretches.to_m[part] / length[part])
    return found


def _vertices(network: StreetNetwork, edge: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The vertices of edges, one edge after the other: where each begins (edges + 1,), vertex number, and position in `edge`."""
    size = network.shape_start[edge + 1] - network.shape_start[edge]
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(size)])
    line = np.repeat(np.arange(len(edge)), size)
    return start, network.shape_start[edge][line] + np.arange(start[-1]) - start[line], line


def _cut(network: StreetNetwork, edge: IntArray, low: FloatArray, high: FloatArray) -> npt.NDArray[np.object_]:
    """Lines along edges between two shares (0..1) of their lengths."""
    import shapely

    start, vertex, line = _vertices(network, edge)
    xy = network.shape_xy[vertex]
    along = measures(start, xy)
    shape = along[start[1:] - 1]
    low, high = low * shape, high * shape
    inside = (along > low[line]) & (along < high[line])
    cuts = [_places(xy, along, start, line, at) for at in (low, high)]
    every = np.arange(len(edge))
    order = np.argsort(np.concatenate([every, line[inside], every]), kind="stable")  # of each line: its begin, its vertices, its end
    return np.asarray(shapely.linestrings(np.concatenate([cuts[0], xy[inside], cuts[1]])[order],
                                          indices=np.concatenate([every, line[inside], every])[order]), dtype=object)


def _places(xy: FloatArray, along: FloatArray, start: IntArray, line: IntArray, at: FloatArray) -> FloatArray:
    """(lines, 2) where lines are at a measure along them."""
    before = np.bincount(line[along <= at[line]], minlength=len(at))  # the first vertex has measure 0
    vertex = start[:-1] + np.clip(before, 1, np.diff(start) - 1) - 1
    step = along[vertex + 1] - along[vertex]
    share = np.clip((at - along[vertex]) / np.where(step > 0, step, 1.0), 0.0, 1.0)
    return xy[vertex] + share[:, None] * (xy[vertex + 1] - xy[vertex])
