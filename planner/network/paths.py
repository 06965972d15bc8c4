"""Ways between points on the network, exact at both ends: leg + along the edge + nodes + along the edge + leg, or along a shared edge.

Cost is metres, in the direction of travel from origins to destinations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from planner.network import kernel
from planner.network.graph import LIMIT_SLACK_M, Attachment, FloatArray, IntArray, StreetNetwork

PAIRS_AT_ONCE = 4_000_000
"""Pairs of points on one edge looked at in one go: bounds the memory."""

SAME_PLACE_M = 1e-6
"""Places as near as this along an edge are one: a point at a street's end stands on the node, whichever way that street may be used."""

Progress = Callable[[float], None]


def _arcs(network: StreetNetwork, reverse: bool) -> kernel.Arcs:
    """The network's arcs, in or against the direction of travel; made once for a network."""
    key = "arcs_reversed" if reverse else "arcs"
    if key not in network.derived:
        ahead, back = network.direction >= 0, network.direction <= 0
        tail, head = np.concatenate([network.tail[ahead], network.head[back]]), np.concatenate([network.head[ahead], network.tail[back]])
        cost = np.concatenate([network.length_m[ahead], network.length_m[back]])
        network.derived[key] = kernel.arcs(network.nodes, head, tail, cost) if reverse else kernel.arcs(network.nodes, tail, head, cost)
    found: kernel.Arcs = network.derived[key]
    return found


def _ends(network: StreetNetwork, points: Attachment, leaving: bool) -> tuple[IntArray, IntArray, FloatArray]:
    """Where points meet the nodes: rows of (point, node, metres from the point to the node or, not leaving, from the node to it)."""
    row = np.flatnonzero(points.attached)
    edge, along, leg = points.edge[row], points.along_m[row], points.leg_m[row]
    way = network.direction[edge] if leaving else -network.direction[edge]
    to_head = network.length_m[edge] - along
    by_head, by_tail = (way >= 0) | (to_head <= SAME_PLACE_M), (way <= 0) | (along <= SAME_PLACE_M)
    point = np.concatenate([row[by_tail], row[by_head]])
    node = np.concatenate([network.tail[edge[by_tail]], network.head[edge[by_head]]])
    metres = np.concatenate([along[by_tail] + leg[by_tail], to_head[by_head] + leg[by_head]])
    return point, node, metres


def _along_edge(network: StreetNetwork, origins: Attachment, destinations: Attachment, a: IntArray, b: IntArray) -> FloatArray:
    """Metres straight along the edge that origin a and destination b share; inf against its direction of travel."""
    step, way = destinations.along_m[b] - origins.along_m[a], network.direction[origins.edge[a]]
    metres = np.abs(step) + origins.leg_m[a] + destinations.leg_m[b]
    metres[((way > 0) & (step < -SAME_PLACE_M)) | ((way < 0) & (step > SAME_PLACE_M))] = np.inf
    return metres


def _starts(count: int, key: IntArray) -> tuple[IntArray, IntArray]:
    """CSR of rows by a key in 0..count-1: start (count + 1,) and the rows in order."""
    order = np.argsort(key, kind="stable")
    return np.searchsorted(key[order], np.arange(count + 1)).astype(np.int64), order


def _pick_lowest(row: IntArray, cost: FloatArray, owner: IntArray, best: FloatArray, who: IntArray) -> None:
    """Puts into best and who the cheapest candidate of each row, of equals the lowest owner, where it beats what stands there."""
    order = np.lexsort((owner, cost, row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    first = first[np.isfinite(cost[first])]
    rows = row[first]
    wins = (cost[first] < best[rows]) | ((cost[first] == best[rows]) & (owner[first] < who[rows]))
    best[rows[wins]], who[rows[wins]] = cost[first[wins]], owner[first[wins]]


def nearest(network: StreetNetwork, origins: Attachment, destinations: Attachment) -> tuple[FloatArray, IntArray]:
    """The nearest destination of each origin, without a limit.

    Returns cost (O,) metres, inf where none can be reached or the origin is not attached, and destination (O,), -1 there; of destinations
    that are equally near the lowest number.
    """
    best, who = np.full(len(origins), np.inf), np.full(len(origins), -1, dtype=np.int64)
    point, node, metres = _ends(network, destinations, leaving=False)
    spent, owner = kernel.nearest(_arcs(network, reverse=True), kernel.seeds(len(destinations), point, node, metres))
    row, node, metres = _ends(network, origins, leaving=True)
    _pick_lowest(row, metres + spent[node], owner[node], best, who)
    there = np.flatnonzero(destinations.attached)
    start, order = _starts(network.edges, destinations.edge[there])
    here = np.flatnonzero(origins.attached)
    here = here[start[origins.edge[here] + 1] > start[origins.edge[here]]]
    pairs = np.cumsum(start[origins.edge[here] + 1] - start[origins.edge[here]])
    while len(here):
        some = max(1, int(np.searchsorted(pairs, PAIRS_AT_ONCE, side="right")))
        which, position = kernel.expand(start, origins.edge[here[:some]])
        a, b = here[:some][which], there[order[position]]
        _pick_lowest(a, _along_edge(network, origins, destinations, a, b), b, best, who)
        pairs, here = pairs[some:] - pairs[some - 1], here[some:]
    return best, who


def within(network: StreetNetwork, origins: Attachment, destinations: Attachment, *, limit_m: float,
           progress: Progress | None = None) -> tuple[IntArray, IntArray, FloatArray]:
    """All pairs within a limit: origin (K,), destination (K,), metres (K,), by origin, then destination.

    The limit is inclusive, with LIMIT_SLACK_M. The searches start on the side with fewer points.
    """
    if destinations.attached.sum() <= origins.attached.sum():
        blocks = _blocks(network, destinations, origins, limit_m, from_destinations=True)
        sources = len(destinations)
    else:
        blocks = _blocks(network, origins, destinations, limit_m, from_destinations=False)
        sources = len(origins)
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for done, source, target, metres in blocks:
        found.append((source, target, metres))
        if progress is not None:
            progress(done / sources)
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    source, target, metres = (np.concatenate(part) for part in zip(*found, strict=True))
    a, b = (target, source) if destinations.attached.sum() <= origins.attached.sum() else (source, target)
    order = np.lexsort((b, a))
    return a[order], b[order], metres[order]


def _blocks(network: StreetNetwork, sources: Attachment, targets: Attachment, limit_m: float, *,
            from_destinations: bool) -> Iterator[tuple[int, IntArray, IntArray, FloatArray]]:
    """Pairs within the limit by blocks of sources: (sources done, source, target, metres)."""
    limit = limit_m + LIMIT_SLACK_M
    point, node, metres = _ends(network, sources, leaving=not from_destinations)
    target, at, rest = _ends(network, targets, leaving=from_destinations)
    start, order = _starts(network.nodes, at)
    shared = _Shared(network, sources, targets, limit, from_destinations)
    done = 0
    entry = kernel.seeds(len(sources), point, node, metres)
    for last, source, node_reached, spent in kernel.within(_arcs(network, from_destinations), entry, limit):
        which, position = kernel.expand(start, node_reached)
        end = order[position]
        row, column, cost = source[which], target[end], spent[which] + rest[end]
        row_2, column_2, cost_2 = shared.pairs(done, last)
        row, column, cost = np.concatenate([row, row_2]), np.concatenate([column, column_2]), np.concatenate([cost, cost_2])
        best = kernel.cheapest(row, column, cost, np.flatnonzero(cost <= limit))
        yield last, row[best], column[best], cost[best]
        done = last


class _Shared:
    """Pairs that stand on one edge and are within the limit along it."""

    def __init__(self, network: StreetNetwork, sources: Attachment, targets: Attachment, limit: float, from_destinations: bool) -> None:
        self.network, self.sources, self.targets, self.limit, self.from_destinations = network, sources, targets, limit, from_destinations
        there = np.flatnonzero(targets.attached)
        self.order = there[np.lexsort((targets.along_m[there], targets.edge[there]))]
        self.start = np.searchsorted(targets.edge[self.order], np.arange(network.edges + 1)).astype(np.int64)
        self.base = np.cumsum(network.length_m) - network.length_m  # one long measure through all edges, to find ranges by
        self.measure = np.maximum.accumulate(self.base[targets.edge[self.order]] + targets.along_m[self.order])

    def pairs(self, first: int, last: int) -> tuple[IntArray, IntArray, FloatArray]:
        """(source, target, metres) for the sources from `first` to `last`; what is against the direction of travel costs inf."""
        row = first + np.flatnonzero(self.sources.edge[first:last] >= 0)
        edge = self.sources.edge[row]
        here = self.base[edge] + self.sources.along_m[row]
        low = np.maximum(np.searchsorted(self.measure, here - self.limit - 0.01), self.start[edge])  # a centimetre covers rounding
        high = np.minimum(np.searchsorted(self.measure, here + self.limit + 0.01, side="right"), self.start[edge + 1])
        sizes = np.maximum(high - low, 0)
        which = np.repeat(np.arange(len(row)), sizes)
        target = self.order[low[which] + np.arange(len(which)) - (np.cumsum(sizes) - sizes)[which]]
        source = row[which]
        if self.from_destinations:
            return source, target, _along_edge(self.network, self.targets, self.sources, target, source)
        return source, target, _along_edge(self.network, self.sources, self.targets, source, target)
