"""Points that hang together along the streets: groups in which each point is within some metres of another.

This is single linkage under the network's distance. The pairs that matter need not be searched for one by one: where the streets are shared
out among the points, each to the nearest, the ways across the borders of these shares hold a minimum spanning tree of all distances
between the points (Mehlhorn, A faster approximation algorithm for the Steiner problem in graphs, Information Processing Letters 27, 1988),
and the groups are what is left of that tree without its longer ways. So one search from all points at once is enough, and it is exact.
"""

from __future__ import annotations

import numpy as np

from planner.network import paths
from planner.network.graph import LIMIT_SLACK_M, Attachment, FloatArray, IntArray, StreetNetwork


def linked(network: StreetNetwork, points: Attachment, *, join_m: float) -> IntArray:
    """(P,) the group of each point, numbered by their first points; -1 for points on no street.

    Two points are in one group where a chain of points leads from one to the other whose neighbours are at most `join_m` apart along the
    streets, whichever way they may be driven. What lies between a point and its street is not counted.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(points)
    found = np.full(count, -1, dtype=np.int64)
    point = np.repeat(np.arange(count), np.diff(points.start))
    if len(point) == 0:
        return found
    a, b = _near_pairs(network, points, join_m + LIMIT_SLACK_M)
    first, second = point[a], point[b]
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(count, count))
    group = connected_components(graph, directed=False)[1]
    on = np.flatnonzero(points.attached)
    _, earliest, number = np.unique(group[on], return_index=True, return_inverse=True)
    rank = np.empty(len(earliest), dtype=np.int64)
    rank[np.argsort(earliest)] = np.arange(len(earliest))
    found[on] = rank[number.reshape(-1)]
    return found


def _near_pairs(network: StreetNetwork, points: Attachment, limit_m: float) -> tuple[IntArray, IntArray]:
    """Pairs of places, by their numbers in `points.edge`, that lie side by side along the streets and within the limit of each other."""
    spent, owner = paths.owners_of_nodes(network, points, limit_m=limit_m)
    order = np.lexsort((points.along_m, points.edge))
    edge, along = points.edge[order], points.along_m[order]
    length = network.length_m[edge]
    same = np.flatnonzero(edge[1:] == edge[:-1])
    starts, ends = np.r_[True, edge[1:] != edge[:-1]], np.r_[edge[1:] != edge[:-1], True]
    tail, head = network.tail[edge[starts]], network.head[edge[ends]]
    bare = np.ones(network.edges, dtype=bool)
    bare[edge] = False
    free_tail, free_head = network.tail[bare], network.head[bare]
    first = (order[same], order[starts], order[ends], owner[free_tail])
    second = (order[same + 1], owner[tail], owner[head], owner[free_head])
    metres: tuple[FloatArray, ...] = (along[same + 1] - along[same], along[starts] + spent[tail],
                                      np.maximum(length[ends] - along[ends], 0.0) + spent[head],
                                      spent[free_tail] + network.length_m[bare] + spent[free_head])
    a, b, away = np.concatenate(first), np.concatenate(second), np.concatenate(metres)
    near = (away <= limit_m) & (a >= 0) & (b >= 0) & (a != b)
    return a[near], b[near]
