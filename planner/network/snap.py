"""Points to the network: each at the nearest place of its nearest edge, within a limit."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.network.graph import LIMIT_SLACK_M, Attachment, FloatArray, IntArray, StreetNetwork, measures
from planner.network.parallel import side_by_side

TIE_M = 1e-9
"""Edges that are as near as this are as near as each other: the first of them is taken, on every machine."""

AT_ONCE = 10_000
"""Points attached in one go, by one thread."""

NEAR_M = 500.0
"""Points in squares so wide are attached one after the other: what the tree looks through is then still at hand. It changes no result."""


def edge_tree(network: StreetNetwork) -> Any:
    """The search tree over the edges, made once for a network."""
    import shapely

    if "tree" not in network.derived:
        line = np.repeat(np.arange(network.edges), np.diff(network.shape_start))
        network.derived["tree"] = shapely.STRtree(shapely.linestrings(network.shape_xy, indices=line))
    return network.derived["tree"]


def _measures(network: StreetNetwork) -> FloatArray:
    """(K,) metres along its edge of each vertex, worked out once for a network."""
    if "measures" not in network.derived:
        network.derived["measures"] = measures(network.shape_start, network.shape_xy)
    found: FloatArray = network.derived["measures"]
    return found


def on_edges(network: StreetNetwork, edge: IntArray, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """For pairs of a point and an edge: metres between them, and along the shape to the nearest place, the first of equals."""
    first, pieces = network.shape_start[edge], network.shape_start[edge + 1] - network.shape_start[edge] - 1
    pair = np.repeat(np.arange(len(edge)), pieces)
    begin = np.cumsum(pieces) - pieces
    vertex = first[pair] + np.arange(len(pair)) - begin[pair]
    start, way = network.shape_xy[vertex], network.shape_xy[vertex + 1] - network.shape_xy[vertex]
    off = np.column_stack([x[pair], y[pair]]) - start
    square = (way * way).sum(axis=1)
    share = np.clip((off * way).sum(axis=1) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    distance = np.hypot(*(off - share[:, None] * way).T)
    order = np.lexsort((vertex, distance, pair))
    best = order[begin]
    along = _measures(network)[vertex[best]]
    piece = _measures(network)[vertex[best] + 1] - along
    return distance[best], along + share[best] * piece


def attach(network: StreetNetwork, x: FloatArray, y: FloatArray, *, max_snap_m: float, threads: int | None = None) -> Attachment:
    """Attaches points to the network, each at one place or, where no edge lies within the limit, at none.

    x, y : (P,) metres in the network's CRS; a point without a finite place is not attached. max_snap_m : the greatest leg, inclusive.
    Among edges that are equally near the first is taken. threads : one for each processor unless told otherwise; their number changes
    no result.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    edge, along_m, leg_m = np.full(len(x), -1, dtype=np.int64), np.empty(len(x)), np.empty(len(x))
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if network.edges:
        edge_tree(network)  # made before the threads need it
        _measures(network)
        placed = placed[np.lexsort((np.floor(y[placed] / NEAR_M), np.floor(x[placed] / NEAR_M)))]
        jobs = [placed[first:first + AT_ONCE] for first in range(0, len(placed), AT_ONCE)]
        done = side_by_side(lambda: None, lambda _, rows: _attach_some(network, x, y, rows, max_snap_m), jobs, threads, None)
        for row, *at in done:
            edge[row], along_m[row], leg_m[row] = at
    found = edge >= 0
    start = np.zeros(len(x) + 1, dtype=np.int64)
    np.cumsum(found, out=start[1:])
    return Attachment(start, edge[found], along_m[found], leg_m[found])


def _attach_some(network: StreetNetwork, x: FloatArray, y: FloatArray, rows: IntArray,
                 max_snap_m: float) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Row, edge, along and leg of the points of some rows that attach: the tree proposes the edges, our own arithmetic decides."""
    import shapely

    tree, points = edge_tree(network), shapely.points(x[rows], y[rows])
    reach = max_snap_m + 1.0 if np.isfinite(max_snap_m) else None
    (who, _), nearest = tree.query_nearest(points, max_distance=reach, return_distance=True, all_matches=False)
    pair, edge = tree.query(points[who], predicate="dwithin", distance=nearest + TIE_M)
    row = rows[who[pair]]
    leg, along = on_edges(network, edge, x[row], y[row])
    order = np.lexsort((edge, np.where(leg <= nearest[pair] + TIE_M, 0, 1), row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    first = first[leg[first] <= max_snap_m + LIMIT_SLACK_M]
    row, edge = row[first], edge[first]
    return row, edge, along_in_measure(network, edge, along[first]), leg[first]


def along_in_measure(network: StreetNetwork, edge: IntArray, along: FloatArray) -> FloatArray:
    """Metres along edges' shapes in the measure of their lengths, which a file may have stated otherwise."""
    shape = _measures(network)[network.shape_start[edge + 1] - 1]
    share = np.clip(along / np.where(shape > 0, shape, 1.0), 0.0, 1.0)
    found: FloatArray = np.where(network.length_m[edge] == shape, np.minimum(along, shape), share * network.length_m[edge])
    return found


def shape_metres(network: StreetNetwork, edge: IntArray, along_m: FloatArray) -> FloatArray:
    """Metres along edges' shapes of places in the measure of their lengths: `along_in_measure` the other way."""
    shape, length = _measures(network)[network.shape_start[edge + 1] - 1], network.length_m[edge]
    found: FloatArray = np.where(length == shape, along_m, np.clip(along_m / np.where(length > 0, length, 1.0), 0.0, 1.0) * shape)
    return found
