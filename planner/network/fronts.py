"""The compiled loops of searches from many sources at once: the nearest with its owner, the k nearest, and what changes when sources
come or go.

The nodes stand along a space-filling curve; 2**shift of them in a row are a tile, small enough for the processor's own memory. A tile is
worked through to its end before the next; what leaves it waits in the inbox of the tile it goes to. Labels are corrected until none
changes (see loops).

Of sources that are equally near a node - equal in float64 - the one with the lowest number owns it.
"""

from __future__ import annotations

import numpy as np

from planner.network.jit import inline, loop
from planner.network.loops import FREE, QUEUE, SAME_PLACE, Bytes, Counts, Floats, Int, Ints, Longs, Signs, _compact, _onward, _push


@inline
def _post(node: Int, tile: Int, link: Ints, inbox: Ints, queue: Ints, ends: Longs) -> None:
    """Puts a node that stands in no list into the inbox of its tile, and the tile into the queue. ends : first place and number in it."""
    if inbox[tile] == -1:
        at = ends[0] + ends[1]
        queue[at - queue.size if at >= queue.size else at] = tile
        ends[1] += 1
    link[node] = inbox[tile]
    inbox[tile] = node


@inline
def _next_tile(queue: Ints, ends: Longs) -> Int:
    """The tile that has waited longest, taken out of the queue."""
    tile = np.int64(queue[ends[0]])
    ends[0] = 0 if ends[0] + 1 == queue.size else ends[0] + 1
    ends[1] -= 1
    return tile


@loop("int64(uint32[::1], uint32[::1], float64[::1], int32[::1], float64[::1], int32[::1], float64, float64, int64, float64[::1],"
      " int32[::1],"
      " int32[::1], uint32[::1], float64[::1], int32[::1], int32[::1], int32[::1], int32[::1],"
      " boolean, uint8[::1], int32[::1], float64[::1], int32[::1], int64)")
def settle(start: Counts, head: Counts, cost: Floats, seed_node: Ints, seed_cost: Floats, seed_owner: Ints, limit: float, per_cost: float,
           shift: int,
           spent: Floats, owner: Ints, link: Ints, pool_node: Counts, pool_cost: Floats, pool_next: Ints, bucket: Ints, inbox: Ints,
           queue: Ints,
           keep: bool, kept: Bytes, log_node: Ints, log_spent: Floats, log_owner: Ints, logged: int) -> int:
    """Improves spent and owner (N,) by seeds until nothing changes. With `keep` the first change of a node is logged (kept : marks of
    such nodes).

    Returns the number of nodes in the log, `logged` of them from before.
    """
    mask = bucket.size - 1
    ends = np.zeros(2, np.int64)
    for i in range(seed_node.size):
        node, d, o = np.uint32(seed_node[i]), seed_cost[i], seed_owner[i]
        if d <= limit and (d < spent[node] or (d == spent[node] and o < owner[node])):
            if keep and kept[node] == 0:
                kept[node] = 1
                log_node[logged], log_spent[logged], log_owner[logged] = node, spent[node], owner[node]
                logged += 1
            spent[node], owner[node] = d, o
            if link[node] == FREE:
                _post(node, node >> shift, link, inbox, queue, ends)
    while ends[1] > 0:
        tile = _next_tile(queue, ends)
        posted = inbox[tile]
        inbox[tile] = -1
        waiting = top = np.int64(0)
        low = np.inf
        while posted >= 0:
            node = np.uint32(posted)
            posted = link[node]
            link[node] = FREE
            low = min(low, spent[node])
            _push(node, spent[node], np.int64(spent[node] * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
            top += 1
            waiting += 1
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
            o = owner[here]
            for leaving in range(start[here], start[here + 1]):
                before, d, arc = here, base, np.int64(leaving)
                while arc >= 0:
                    d += cost[arc]
                    node = head[arc]
                    old = spent[node]
                    if (d > old) | (d > limit):
                        break
                    if d == old and o >= owner[node]:
                        break
                    if keep and kept[node] == 0:
                        kept[node] = 1
                        log_node[logged], log_spent[logged], log_owner[logged] = node, old, owner[node]
                        logged += 1
                    spent[node], owner[node] = d, o
                    if node >> shift != tile:
                        if link[node] == FREE:
                            _post(node, node >> shift, link, inbox, queue, ends)
                        break
                    arc = _onward(start, head, node, before)
                    before = node
                    if arc == QUEUE:
                        if top == pool_node.size:
                            top = waiting = _compact(per_cost, spent, link, pool_node, pool_cost, pool_next, bucket)
                        _push(node, d, np.int64(d * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
                        top += 1
                        waiting += 1
    return logged


@inline
def _compact_k(k: int, per_cost: float, spent: Floats, owner: Ints, pool_node: Counts, pool_cost: Floats, pool_owner: Ints, pool_next: Ints,
               bucket: Ints) -> Int:
    """Clears a full pool of labels that no longer stand; returns how many are left: at most k a node, as no label enters a node twice."""
    mask = bucket.size - 1
    for place in range(bucket.size):
        bucket[place] = -1
    top = 0
    for e in range(pool_node.size):
        node, d, o = pool_node[e], pool_cost[e], pool_owner[e]
        if _stands(node, d, o, k, spent, owner):
            _push(node, d, np.int64(d * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
            pool_owner[top] = o
            top += 1
    return top


@inline
def _stands(node: Int, d: float, o: Int, k: int, spent: Floats, owner: Ints) -> bool:
    """Whether a label is still among the k of its node."""
    base = np.int64(node) * k
    for at in range(base, base + k):
        if owner[at] == o:
            return bool(spent[at] == d)
    return False


@inline
def _insert(node: Int, d: float, o: Int, k: int, spent: Floats, owner: Ints, fresh: Ints) -> Int:
    """Puts a label into a node's sorted k and moves the fresh marks; returns its bit, -1 where better ones (of its source) stand there."""
    base = np.int64(node) * k
    at = base + k - 1
    if d > spent[at] or (d == spent[at] and o >= owner[at]):
        return -1
    for j in range(base, base + k):
        if owner[j] == o:
            if spent[j] <= d:
                return -1
            at = np.int64(j)
            break
    marks = np.int64(fresh[node]) & ~(1 << (at - base))
    while at > base and (spent[at - 1] > d or (spent[at - 1] == d and owner[at - 1] > o)):
        spent[at], owner[at] = spent[at - 1], owner[at - 1]
        bit = at - base
        marks = (marks & ~(1 << bit)) | (((marks >> (bit - 1)) & 1) << bit)
        at -= 1
    spent[at], owner[at] = d, o
    fresh[node] = marks & ~(1 << (at - base))
    return at - base


@loop("void(uint32[::1], uint32[::1], float64[::1], int32[::1], float64[::1], int32[::1], int64, float64, float64, int64, float64[::1],"
      " int32[::1],"
      " int32[::1], int32[::1], uint32[::1], float64[::1], int32[::1], int32[::1], int32[::1], int32[::1], int32[::1])")
def settle_k(start: Counts, head: Counts, cost: Floats, seed_node: Ints, seed_cost: Floats, seed_owner: Ints, k: int, limit: float,
             per_cost: float,
             shift: int, spent: Floats, owner: Ints, fresh: Ints, link: Ints, pool_node: Counts, pool_cost: Floats, pool_owner: Ints,
             pool_next: Ints,
             bucket: Ints, inbox: Ints, queue: Ints) -> None:
    """The k nearest sources of each node: spent and owner (N * k,), inf and -1 before, cheapest first, of equals the lowest source first.

    fresh : (N,) zeros, a bit for each label that a tile has not seen yet.
    """
    mask = bucket.size - 1
    ends = np.zeros(2, np.int64)
    for i in range(seed_node.size):
        node, d = np.uint32(seed_node[i]), seed_cost[i]
        if d <= limit:
            bit = _insert(node, d, seed_owner[i], k, spent, owner, fresh)
            if bit >= 0:
                fresh[node] |= 1 << bit
                if link[node] == FREE:
                    _post(node, node >> shift, link, inbox, queue, ends)
    while ends[1] > 0:
        tile = _next_tile(queue, ends)
        posted = inbox[tile]
        inbox[tile] = -1
        waiting = top = np.int64(0)
        low = np.inf
        while posted >= 0:
            node = np.uint32(posted)
            posted = link[node]
            link[node] = FREE
            for j in range(k):
                if (fresh[node] >> j) & 1:
                    d = spent[np.int64(node) * k + j]
                    low = min(low, d)
                    _push(node, d, np.int64(d * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
                    pool_owner[top] = owner[np.int64(node) * k + j]
                    top += 1
                    waiting += 1
            fresh[node] = 0
        at = np.int64(low * per_cost) & mask
        while waiting > 0:
            entry = bucket[at]
            if entry < 0:
                at = (at + 1) & mask
                continue
            bucket[at] = pool_next[entry]
            waiting -= 1
            here, base, o = pool_node[entry], pool_cost[entry], pool_owner[entry]
            if not _stands(here, base, o, k, spent, owner):
                continue
            for leaving in range(start[here], start[here + 1]):
                before, d, arc = here, base, np.int64(leaving)
                while arc >= 0:
                    d += cost[arc]
                    node = head[arc]
                    if d > limit:
                        break
                    bit = _insert(node, d, o, k, spent, owner, fresh)
                    if bit < 0:
                        break
                    if node >> shift != tile:
                        fresh[node] |= 1 << bit
                        if link[node] == FREE:
                            _post(node, node >> shift, link, inbox, queue, ends)
                        break
                    arc = _onward(start, head, node, before)
                    before = node
                    if arc == QUEUE:
                        if top == pool_node.size:
                            top = waiting = _compact_k(k, per_cost, spent, owner, pool_node, pool_cost, pool_owner, pool_next, bucket)
                        _push(node, d, np.int64(d * per_cost) & mask, top, pool_node, pool_cost, pool_next, bucket)
                        pool_owner[top] = o
                        top += 1
                        waiting += 1


@loop("void(uint32[::1], uint32[::1], float64[::1], uint8[::1], float64, float64[::1], int32[::1], uint8[::1], int32[::1], float64[::1],"
      " int32[::1],"
      " int64[::1], int32[::1], float64[::1], int32[::1])")
def withdraw(start: Counts, head: Counts, cost: Floats, gone: Bytes, limit: float, spent: Floats, owner: Ints, kept: Bytes, log_node: Ints,
             log_spent: Floats, log_owner: Ints, tally: Longs, lost: Ints, best: Floats, heir: Ints) -> None:
    """Takes away the labels of sources that are gone, logs them as settle does, and finds what the neighbours that keep theirs have to
    offer instead.

    start, head, cost : the arcs against the direction of the search. gone : a mark for each source. tally : number of nodes in the log,
    of nodes in `lost`; best and heir stand beside lost: cost inf where no neighbour has anything to offer.
    """
    logged, count = tally[0], 0
    for node in range(spent.size):
        if owner[node] >= 0 and gone[owner[node]] != 0:
            if kept[node] == 0:
                kept[node] = 1
                log_node[logged], log_spent[logged], log_owner[logged] = node, spent[node], owner[node]
                logged += 1
            lost[count] = node
            count += 1
            spent[node], owner[node] = np.inf, -1
    tally[0], tally[1] = logged, count
    for i in range(count):
        best[i], heir[i] = np.inf, -1
        for arc in range(start[lost[i]], start[lost[i] + 1]):
            beside = head[arc]
            d = spent[beside] + cost[arc]
            if d <= limit and (d < best[i] or (d == best[i] and owner[beside] < heir[i])) and d < np.inf:
                best[i], heir[i] = d, owner[beside]


@loop("void(int64[::1], int32[::1], float64[::1], int64[::1], int32[::1], float64[::1], float64[::1], uint32[::1], int32[::1],"
      " float64[::1],"
      " float64[::1], int8[::1], int64, int64, float64, float64[::1], int32[::1], float64[::1], int32[::1], int32[::1])")
def read_off(end_start: Longs, end_node: Ints, end_rest: Floats, place_start: Longs, place_edge: Ints, place_along: Floats,
             place_leg: Floats,
             edge_start: Counts, edge_source: Ints, edge_along: Floats, edge_leg: Floats, direction: Signs, sense: int, k: int,
             limit: float,
             spent: Floats, owner: Ints, best: Floats, who: Ints, marks: Ints) -> None:
    """The k nearest sources of points, from the labels (N * k,) at the ends of their edges and from the sources on the same edge.

    end_*, place_* : CSR by point of its ends and its places. edge_* : CSR by edge of the sources on it. sense : 1 where travel goes from
    the sources to the points, -1 where it comes the other way. best, who : (P * k,), inf and -1 before. marks : (P,) scratch.
    """
    for point in range(end_start.size - 1):
        for r in range(end_start[point], end_start[point + 1]):
            base = np.int64(end_node[r]) * k
            for j in range(base, base + k):
                d = spent[j] + end_rest[r]
                if owner[j] < 0 or d > limit:
                    break
                _insert(point, d, owner[j], k, best, who, marks)
        for r in range(place_start[point], place_start[point + 1]):
            edge, along, leg = place_edge[r], place_along[r], place_leg[r]
            way = direction[edge] * sense
            for e in range(edge_start[edge], edge_start[edge + 1]):
                step = along - edge_along[e]
                if (way > 0 and step < -SAME_PLACE) or (way < 0 and step > SAME_PLACE):
                    continue
                d = abs(step) + edge_leg[e] + leg if sense > 0 else abs(step) + leg + edge_leg[e]
                if d <= limit:
                    _insert(point, d, edge_source[e], k, best, who, marks)
