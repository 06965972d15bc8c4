"""The compiled loops: making CSR arrays, turning and laying out rows, and the steps that all searches share (searches: reaching, fronts).

Every search here corrects labels: a node that is reached more cheaply is expanded again, so that the order of work changes the time and
never the result. A cost is the sum of its arcs from left to right, the cheapest over all ways: what Dijkstra's algorithm in float64
gives, bit for bit.

A queue is an array of buckets of equal width over the cost, used round and round; a bucket is a list through a pool of entries (node,
cost, next). An entry whose node has been reached more cheaply since is stale. A pool that is full is cleared of stale entries and holds
at most one of each node then; pools are twice that, so nothing here grows and nothing here can fail. Streets have many nodes with two
neighbours: a search runs on through them at once, without the queue (`_onward`). Nodes are unsigned where they index, which spares a
comparison at each access.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from planner.network.jit import inline, loop

Int = Any  # Python's own where interpreted, of 64 bits where compiled
Ints = npt.NDArray[np.int32]
Counts = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Signs = npt.NDArray[np.int8]
Bytes = npt.NDArray[np.uint8]

FREE = -2
"""The link of a node that stands in no list; -1 ends a list."""

STOP, QUEUE = -1, -2
"""What _onward says besides an arc: the way ends here; the ways part here."""

SAME_PLACE = 1e-6
"""Places as near as this along an edge are one, whichever way the edge may be used; the contract's tolerance for metres."""


@inline
def _push(node: Int, d: float, place: Int, top: Int, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints) -> None:
    """Writes an entry at the top of the pool and puts it first into a bucket."""
    pool_node[top] = node
    pool_cost[top] = d
    pool_next[top] = bucket[place]
    bucket[place] = top


@inline
def _compact(per_cost: float, spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints) -> Int:
    """Clears a full pool of stale and double entries; returns how many are left. link : all FREE at these nodes, before and after."""
    mask = bucket.size - 1
    for place in range(bucket.size):
        bucket[place] = -1
    top = 0
    for e in range(pool_node.size):
        node, d = pool_node[e], pool_cost[e]
        if d == spent[node] and link[node] == FREE:
            link[node] = -1
            _push(node, d, np.int64(d * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
            top += 1
    for e in range(top):
        link[pool_node[e]] = FREE
    return top


@inline
def _onward(start: Counts, head: Counts, node: Int, before: Int) -> Int:
    """The one arc that leads on from a node without turning back to the node before; STOP where none does, QUEUE where several may."""
    arc = np.int64(start[node])
    degree = start[node + 1] - arc
    if degree > 2:
        return QUEUE
    if degree == 0:
        return STOP
    if head[arc] == before:
        return STOP if degree == 1 else arc + 1
    if degree == 1 or head[arc + 1] == before:
        return arc
    return QUEUE


@loop("void(float64[::1], float64[::1], float64, float64, float64, int32[::1], int32[::1], int32[::1])")
def space_order(x: Floats, y: Floats, x_low: float, y_low: float, per_unit: float, key: Ints, spare: Ints, order: Ints) -> None:
    """Sorts places along a Hilbert curve of 2048 x 2048 cells into `order`; those in one cell keep their order. key, spare : scratch."""
    count = np.zeros(4098, np.int64)  # two passes of 11 bits; each counts one place further on
    for i in range(x.size):
        curve: Int = 0
        column, row = np.int64((x[i] - x_low) * per_unit), np.int64((y[i] - y_low) * per_unit)
        for level in range(10, -1, -1):
            right, upper = (column >> level) & 1, (row >> level) & 1
            curve = (curve << 2) | ((3 * right) ^ upper)
            if upper == 0:
                if right == 1:
                    column, row = ~column, ~row
                column, row = row, column
        key[i] = curve
        count[(curve & 2047) + 1] += 1
        count[2049 + (curve >> 11) + 1] += 1
    for b in range(2048):
        count[b + 1] += count[b]
        count[2049 + b + 1] += count[2049 + b]
    for i in range(x.size):
        b = key[i] & 2047
        spare[count[b]] = i
        count[b] += 1
    for i in range(x.size):
        node = spare[i]
        b = 2049 + (key[node] >> 11)
        order[count[b]] = node
        count[b] += 1


@loop("void(int32[::1], int32[::1], float64[::1], int8[::1], int64, uint32[::1], uint32[::1], float64[::1])")
def arrange_arcs(tail: Ints, head: Ints, length: Floats, direction: Signs, sense: int, start: Counts, to: Counts, cost: Floats) -> None:
    """CSR of the arcs of edges: sense 1 with the direction of travel, -1 against it. No loops. start : (N + 2,) zeros, N + 1 of use."""
    for e in range(tail.size):
        if tail[e] != head[e]:
            way = direction[e] * sense
            if way >= 0:
                start[tail[e] + 2] += 1
            if way <= 0:
                start[head[e] + 2] += 1
    for node in range(2, start.size):
        start[node] += start[node - 1]
    for e in range(tail.size):
        if tail[e] != head[e]:
            way = direction[e] * sense
            if way >= 0:
                at = start[tail[e] + 1]
                start[tail[e] + 1] = at + 1
                to[at], cost[at] = head[e], length[e]
            if way <= 0:
                at = start[head[e] + 1]
                start[head[e] + 1] = at + 1
                to[at], cost[at] = tail[e], length[e]


@loop("void(int64[::1], int64[::1], int32[::1], float64[::1], int64[::1], int32[::1], float64[::1])")
def turn(first: Longs, size: Longs, column: Ints, cost: Floats, start: Longs, out_row: Ints, out_cost: Floats) -> None:
    """Rows into columns: row r is first[r] : first[r] + size[r]. start : (columns + 2,) zeros, one more than of use.

    Rows ascend within a column.
    """
    for row in range(first.size):
        for k in range(first[row], first[row] + size[row]):
            start[column[k] + 2] += 1
    for c in range(2, start.size):
        start[c] += start[c - 1]
    for row in range(first.size):
        for k in range(first[row], first[row] + size[row]):
            at = start[column[k] + 1]
            start[column[k] + 1] = at + 1
            out_row[at] = row
            out_cost[at] = cost[k]


@loop("void(int64[::1], int64[::1], int32[::1], float64[::1], int64[::1], int32[::1], float64[::1])")
def lay_out(first: Longs, size: Longs, column: Ints, cost: Floats, start: Longs, out_column: Ints, out_cost: Floats) -> None:
    """Copies rows from where they are, first[r] : first[r] + size[r], to where they belong, from start[r] on."""
    for row in range(first.size):
        for k in range(size[row]):
            out_column[start[row] + k] = column[first[row] + k]
            out_cost[start[row] + k] = cost[first[row] + k]


@loop("void(int32[::1], float64[::1], int32[::1], float64[::1], int32[::1])")
def hand_out(order: Ints, spent: Floats, owner: Ints, out_spent: Floats, out_owner: Ints) -> None:
    """Labels by inside nodes to labels by the caller's nodes."""
    for node in range(order.size):
        out_spent[order[node]] = spent[node]
        out_owner[order[node]] = owner[node]
