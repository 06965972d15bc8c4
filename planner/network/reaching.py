"""The compiled loops of searches from one source after the other: rows of what is within the limit of each.

Sources that stand near each other search together. One search from all of them finds the region: the nodes within the limit of any. Then
each node of it gets a label for each source - lanes, side by side in memory, so that the processor corrects many of them at a time - and
labels are handed on in the order in which the region was found until none changes. A way within the limit never leaves the region, so
the labels are what each source's own search gives, bit for bit (see loops).
"""

from __future__ import annotations

import numpy as np

from planner.network.jit import inline, loop
from planner.network.loops import FREE, QUEUE, SAME_PLACE, Bytes, Counts, Floats, Int, Ints, Longs, Signs, _compact, _onward, _push

FEWEST = 8
"""Fewer sources than so many search one by one: lanes gain little then, and where streets have many bends nothing (measured)."""

PATIENCE = 16
"""After so many steps a node, lanes are swept from end to end: that ends after as many sweeps as there are nodes, whatever the costs."""


@inline
def _search(start: Counts, head: Counts, cost: Floats, seed_start: Longs, seed_node: Ints, seed_cost: Floats, source: Longs, first: int,
            lanes: Int, limit: float, per_cost: float,
            spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints, found: Ints) -> Int:
    """Everything within the limit of any of some sources: writes `spent` (inf before) and the nodes into `found`; returns their number."""
    mask = bucket.size - 1
    waiting = count = top = np.int64(0)
    low = np.inf
    for s in source[first:first + lanes]:
        for i in range(seed_start[s], seed_start[s + 1]):
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


@inline
def _together(seed_start: Longs, seed_node: Ints, source: Longs, first: Int, most: float, apart: float) -> Int:
    """How many sources, the first of them told, stand within so many nodes along the curve, at most `most`; 1 where they are few."""
    s = source[first]
    if seed_start[s] == seed_start[s + 1]:
        return 1
    low, last = np.int64(seed_node[seed_start[s]]), np.int64(first + 1)
    while last < source.size and last - first < most:
        s = source[last]
        if seed_start[s] < seed_start[s + 1] and not 0 <= np.int64(seed_node[seed_start[s]]) - low <= apart:
            break
        last += 1
    return last - first if last - first >= FEWEST else 1


@inline
def _cut_out(start: Counts, head: Counts, cost: Floats, found: Ints, count: Int, link: Ints, near_start: Counts, near_head: Ints,
             near_cost: Floats) -> None:
    """CSR of the arcs within the region, its nodes numbered as they were found. link : left with these numbers."""
    for k in range(count):
        link[found[k]] = k
    arcs = np.int64(0)
    for k in range(count):
        near_start[k] = arcs
        node = np.uint32(found[k])
        for arc in range(start[node], start[node + 1]):
            at = link[head[arc]]
            near_head[arcs], near_cost[arcs] = at, cost[arc]
            arcs += at >= 0
    near_start[count] = arcs


@inline
def _spread(near_start: Counts, near_head: Ints, near_cost: Floats, count: Int, lanes: Int, label: Floats, base: Floats,
            dirty: Bytes) -> None:
    """Hands labels on from nodes marked dirty until none changes: always from the lowest, which mostly is the nearest."""
    at, later, steps = np.int64(0), np.int64(count), np.int64(0)
    while at < count:
        if dirty[at] == 0:
            at += 1
        else:
            dirty[at] = 0
            steps += 1
            for j in range(lanes):
                base[j] = label[at * lanes + j]
            back = at + 1
            for arc in range(near_start[at], near_start[at + 1]):
                node, more = near_head[arc], near_cost[arc]
                to = np.uint32(node * lanes)
                better = 0
                for j in range(lanes):
                    d, old = base[j] + more, label[to + j]
                    better |= d < old
                    label[to + j] = d if d < old else old
                if better:
                    dirty[node] = 1
                    back = min(back, node)
            if steps > PATIENCE * count:
                later, back = min(later, back), at + 1
            at = back
        if at == count:
            at, later = later, count


@inline
def _labels(start: Counts, head: Counts, cost: Floats, seed_start: Longs, seed_node: Ints, seed_cost: Floats, source: Longs, first: Int,
            most: int, apart: float, limit: float, per_cost: float,
            spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints, found: Ints,
            near_start: Counts, near_head: Ints, near_cost: Floats, label: Floats, base: Floats, dirty: Bytes,
            usual: float) -> tuple[Int, Int]:
    """Searches from one source or several together: nodes into `found`, label[k * lanes + lane] what the k-th of them costs, inf or beyond
    the limit where it is out of reach. Returns the numbers of nodes and lanes. usual : nodes that rows have had so far."""
    lanes = _together(seed_start, seed_node, source, first, min(most, label.size / (2 * usual + 1)), usual * apart)
    while True:
        count = _search(start, head, cost, seed_start, seed_node, seed_cost, source, first, lanes, limit, per_cost, spent, link, pool_node,
                        pool_cost, pool_next, bucket, found)
        if lanes == 1 or count * lanes <= label.size:
            break
        lanes = 1  # more labels than there is room for
        for k in range(count):
            spent[found[k]] = np.inf
    if lanes == 1:
        for k in range(count):
            node = np.uint32(found[k])
            label[k] = spent[node]
            spent[node] = np.inf
        return count, lanes
    _cut_out(start, head, cost, found, count, link, near_start, near_head, near_cost)
    for k in range(count * lanes):
        label[k] = np.inf
    for k in range(count):
        dirty[k] = 0
    for j in range(lanes):
        s = source[first + j]
        for i in range(seed_start[s], seed_start[s + 1]):
            k = link[seed_node[i]]
            if k >= 0:
                label[k * lanes + j] = min(label[k * lanes + j], seed_cost[i])
                dirty[k] = 1
    for k in range(count):
        node = np.uint32(found[k])
        link[node], spent[node] = FREE, np.inf
    _spread(near_start, near_head, near_cost, count, lanes, label, base, dirty)
    return count, lanes


@loop("int64(uint32[::1], uint32[::1], float64[::1], int64[::1], int32[::1], float64[::1], int64[::1], int64, int64, float64, float64,"
      " float64,"
      " float64[::1], int32[::1], uint32[::1], float64[::1], int32[::1], int32[::1], int32[::1],"
      " uint32[::1], int32[::1], float64[::1], float64[::1], float64[::1], uint8[::1],"
      " int32[::1], int64[::1], int32[::1], float64[::1])")
def reach_nodes(start: Counts, head: Counts, cost: Floats, seed_start: Longs, seed_node: Ints, seed_cost: Floats, source: Longs, begin: int,
                most: int, apart: float, limit: float, per_cost: float,
                spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints, found: Ints,
                near_start: Counts, near_head: Ints, near_cost: Floats, label: Floats, base: Floats, dirty: Bytes,
                order: Ints, size: Longs, out_node: Ints, out_cost: Floats) -> int:
    """Rows of (node, cost) for source[begin:], one after the other.

    most, apart : so many sources at a time, and so far from each other, as a share of the nodes in a row. label : at least as long as
    there are nodes. Returns where it stopped for want of room, whose row then needs no more than the size told.
    """
    fill, first, usual = 0, begin, -1.0
    while first < source.size:
        count, lanes = _labels(start, head, cost, seed_start, seed_node, seed_cost, source, first, most, apart, limit, per_cost,
                               spent, link, pool_node, pool_cost, pool_next, bucket, found,
                               near_start, near_head, near_cost, label, base, dirty, max(usual, 0.0))
        for k in range(count):
            found[k] = order[found[k]]
        before = fill
        for j in range(lanes):
            if fill + count > out_node.size:
                size[first + j] = count
                return first + j
            row = fill
            for k in range(count):
                d = label[k * lanes + j]
                out_node[fill], out_cost[fill] = found[k], d
                fill += d <= limit
            size[first + j] = fill - row
        each = (fill - before) / lanes
        usual = each if usual < 0 else 0.75 * usual + 0.25 * each
        first += lanes
    return source.size


@inline
def _offer(point: Int, d: float, limit: float, best: Floats, hit: Ints, hits: Int) -> Int:
    """Notes a way to a point, if it is the cheapest so far and within the limit; returns the number of points noted."""
    if d <= limit and d < best[point]:
        if best[point] == np.inf:
            hit[hits] = point
            hits += 1
        best[point] = d
    return hits


@loop("int64(uint32[::1], uint32[::1], float64[::1], int64[::1], int32[::1], float64[::1], int64[::1], int64, int64, float64, float64,"
      " float64,"
      " float64[::1], int32[::1], uint32[::1], float64[::1], int32[::1], int32[::1], int32[::1],"
      " uint32[::1], int32[::1], float64[::1], float64[::1], float64[::1], uint8[::1],"
      " uint32[::1], int32[::1], float64[::1], int64[::1], int32[::1], float64[::1], float64[::1],"
      " uint32[::1], int32[::1], float64[::1], float64[::1], int8[::1], int64, float64[::1], int32[::1], int64[::1], int32[::1],"
      " float64[::1])")
def reach_points(start: Counts, head: Counts, cost: Floats, seed_start: Longs, seed_node: Ints, seed_cost: Floats, source: Longs,
                 begin: int,
                 most: int, apart: float, limit: float, per_cost: float,
                 spent: Floats, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints, found: Ints,
                 near_start: Counts, near_head: Ints, near_cost: Floats, label: Floats, base: Floats, dirty: Bytes,
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
    fill, first, usual = 0, begin, -1.0
    while first < source.size:
        count, lanes = _labels(start, head, cost, seed_start, seed_node, seed_cost, source, first, most, apart, limit, per_cost,
                               spent, link, pool_node, pool_cost, pool_next, bucket, found,
                               near_start, near_head, near_cost, label, base, dirty, max(usual, 0.0))
        nodes = 0
        for j in range(lanes):
            s = source[first + j]
            hits = 0
            for k in range(count):
                at = label[k * lanes + j]
                if at > limit:
                    continue
                nodes += 1
                node = np.uint32(found[k])
                for r in range(end_start[node], end_start[node + 1]):
                    hits = _offer(end_point[r], at + end_rest[r], limit, best, hit, hits)
            for door in range(door_start[s], door_start[s + 1]):
                edge, along, leg = door_edge[door], door_along[door], door_leg[door]
                way = direction[edge] * sense
                for r in range(edge_start[edge], edge_start[edge + 1]):
                    step = edge_along[r] - along
                    if (way > 0 and step < -SAME_PLACE) or (way < 0 and step > SAME_PLACE):
                        continue
                    d = abs(step) + leg + edge_leg[r] if sense > 0 else abs(step) + edge_leg[r] + leg
                    hits = _offer(edge_point[r], d, limit, best, hit, hits)
            size[first + j] = hits
            room = fill + hits <= out_point.size
            for k in range(hits):
                point = hit[k]
                if room:
                    out_point[fill + k] = point
                    out_cost[fill + k] = best[point]
                best[point] = np.inf
            if not room:
                return first + j
            fill += hits
        usual = nodes / lanes if usual < 0 else 0.75 * usual + 0.25 * nodes / lanes
        first += lanes
    return source.size
