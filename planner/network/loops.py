"""The compiled loops: making CSR arrays and searching from one source after the other (from many sources at once: fronts).

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


@inline
def _search(start: Counts, head: Counts, cost: Floats, seed_node: Ints, seed_cost: Floats, first: int, last: int, limit: float,
            per_cost: float,
            spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints, found: Ints) -> Int:
    """Everything within the limit of the seeds first:last: writes `spent` (inf before) and the nodes into `found`; returns their number."""
    mask = bucket.size - 1
    waiting = count = top = np.int64(0)
    low = np.inf
    for i in range(first, last):
        node, d = np.uint32(seed_node[i]), seed_cost[i]
        if d <= limit and d < spent[node]:
            if spent[node] == np.inf:
                found[count] = node
                count += 1
            spent[node] = d
            if top == pool_node.size:
                top = waiting = _compact(per_cost, spent, link, pool_node, pool_cost, pool_next, bucket)
            _push(node, d, np.int64(d * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
            top += 1
            waiting += 1
            low = min(low, d)
    if waiting == 0:
        return count
    at = np.int64(low * per_cost) & mask
    while waiting > 0:
        entry = bucket[at]
        if entry < 0:
            at = (at + 1) & mask
            continue
        bucket[at] = pool_next[entry]
        waiting -= 1
        here, base = pool_node[entry], pool_cost[entry]
        if base > spent[here]:
            continue
        for leaving in range(start[here], start[here + 1]):
            before, d, arc = here, base, np.int64(leaving)
            while arc >= 0:
                d += cost[arc]
                node = head[arc]
                old = spent[node]
                if (d >= old) | (d > limit):
                    break
                if old == np.inf:
                    found[count] = node
                    count += 1
                spent[node] = d
                arc = _onward(start, head, node, before)
                before = node
                if arc == QUEUE:
                    if top == pool_node.size:
                        top = waiting = _compact(per_cost, spent, link, pool_node, pool_cost, pool_next, bucket)
                    _push(node, d, np.int64(d * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
                    top += 1
                    waiting += 1
    return count


@loop("int64(uint32[::1], uint32[::1], float64[::1], int64[::1], int32[::1], float64[::1], int64[::1], int64, float64, float64,"
      " float64[::1], int32[::1], uint32[::1], float64[::1], int32[::1], int32[::1], int32[::1], int32[::1], int64[::1], int32[::1],"
      " float64[::1])")
def reach_nodes(start: Counts, head: Counts, cost: Floats, seed_start: Longs, seed_node: Ints, seed_cost: Floats, source: Longs, begin: int,
                limit: float, per_cost: float, spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints,
                bucket: Ints, found: Ints, order: Ints,
                size: Longs, out_node: Ints, out_cost: Floats) -> int:
    """Rows of (node, cost) for source[begin:], one after the other.

    Returns where it stopped for want of room, whose row then has the size told.
    """
    fill = 0
    for i in range(begin, source.size):
        s = source[i]
        count = _search(start, head, cost, seed_node, seed_cost, seed_start[s], seed_start[s + 1], limit, per_cost, spent, link,
                        pool_node, pool_cost, pool_next, bucket, found)
        size[i] = count
        room = fill + count <= out_node.size
        for k in range(count):
            node = np.uint32(found[k])
            if room:
                out_node[fill + k] = order[node]
                out_cost[fill + k] = spent[node]
            spent[node] = np.inf
        if not room:
            return i
        fill += count
    return source.size


@loop("int64(uint32[::1], uint32[::1], float64[::1], int64[::1], int32[::1], float64[::1], int64[::1], int64, float64, float64,"
      " float64[::1], int32[::1], uint32[::1], float64[::1], int32[::1], int32[::1], int32[::1],"
      " uint32[::1], int32[::1], float64[::1], int64[::1], int32[::1], float64[::1], float64[::1],"
      " uint32[::1], int32[::1], float64[::1], float64[::1], int8[::1], int64, float64[::1], int32[::1], int64[::1], int32[::1],"
      " float64[::1])")
def reach_points(start: Counts, head: Counts, cost: Floats, seed_start: Longs, seed_node: Ints, seed_cost: Floats, source: Longs,
                 begin: int,
                 limit: float, per_cost: float, spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints,
                 bucket: Ints, found: Ints,
                 end_start: Counts, end_point: Ints, end_rest: Floats, door_start: Longs, door_edge: Ints, door_along: Floats,
                 door_leg: Floats,
                 edge_start: Counts, edge_point: Ints, edge_along: Floats, edge_leg: Floats, direction: Signs, sense: int,
                 best: Floats, hit: Ints, size: Longs, out_point: Ints, out_cost: Floats) -> int:
    """Rows of (point, cost) for source[begin:], read off at the ends of the points' edges and along shared edges; stops as reach_nodes
    does.

    end_* : CSR by node of the points that one gets to from there, and what it costs on. door_* : CSR by source of its places on edges.
    edge_* : CSR by edge of the points on it. sense : 1 where travel goes from source to point, -1 where it comes the other way.
    best, hit : scratch of a size of the number of points, best inf.
    """
    fill = 0
    for i in range(begin, source.size):
        s = source[i]
        count = _search(start, head, cost, seed_node, seed_cost, seed_start[s], seed_start[s + 1], limit, per_cost, spent, link,
                        pool_node, pool_cost, pool_next, bucket, found)
        hits = 0
        for k in range(count):
            node = np.uint32(found[k])
            base = spent[node]
            spent[node] = np.inf
            for r in range(end_start[node], end_start[node + 1]):
                d = base + end_rest[r]
                point = end_point[r]
                if d <= limit and d < best[point]:
                    if best[point] == np.inf:
                        hit[hits] = point
                        hits += 1
                    best[point] = d
        for door in range(door_start[s], door_start[s + 1]):
            edge, along, leg = door_edge[door], door_along[door], door_leg[door]
            way = direction[edge] * sense
            for r in range(edge_start[edge], edge_start[edge + 1]):
                step = edge_along[r] - along
                if (way > 0 and step < -SAME_PLACE) or (way < 0 and step > SAME_PLACE):
                    continue
                d = abs(step) + leg + edge_leg[r] if sense > 0 else abs(step) + edge_leg[r] + leg
                point = edge_point[r]
                if d <= limit and d < best[point]:
                    if best[point] == np.inf:
                        hit[hits] = point
                        hits += 1
                    best[point] = d
        size[i] = hits
        room = fill + hits <= out_point.size
        for k in range(hits):
            point = hit[k]
            if room:
                out_point[fill + k] = point
                out_cost[fill + k] = best[point]
            best[point] = np.inf
        if not room:
            return i
        fill += hits
    return source.size


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
