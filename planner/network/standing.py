"""The nearest destination of many points, kept ready for destinations that come and go: what changes is searched, the rest stands."""

from __future__ import annotations

from threading import Lock

import numpy as np

from planner.network import fronts
from planner.network.csr import Floats, Graph, Ints, Longs
from planner.network.graph import some_rows
from planner.network.places import Places, by_edge, ends_of, grouped, seeds_at
from planner.network.whatif import WhatIf

SPACE = 64
"""Numbers between two standing destinations: so many less one may come between them. After the last there is room for any."""


class Standing:
    """The nearest destination of points p in P among destinations that stand, s in S, and among others that differ from them a little.

    Travel goes from the points to the destinations. Costs are bit for bit what `kernel.nearest_at` gives; the destination too, unless two
    are equally near but for rounding on the way. Several threads may ask; one is answered at a time.
    """

    def __init__(self, graph: Graph, points: Places, destinations: Places) -> None:
        self._graph, self._points, self._count = graph, points, len(destinations)
        self._now = WhatIf(graph, seeds_at(graph, destinations, leaving=False), reverse=True, numbers=_apart(np.arange(self._count)))
        point, node, rest = ends_of(graph, points, True)
        start, (end_node, end_rest) = grouped(len(points), point, node, rest)
        self._ends = start, end_node, end_rest
        self._lock = Lock()

    def nearest(self, destinations: Places, stands: Longs) -> tuple[Floats, Ints] | None:
        """The nearest of other destinations: cost (P,), inf where there is none, and its number (P,), -1 there; of equals the lowest.

        stands : (D,) which of S each of them is, ascending, -1 for one that is new. None where too many have come between two of S for
        numbers to tell their order.
        """
        numbers = _numbers(stands, self._count)
        if numbers is None:
            return None
        stay = np.zeros(self._count, dtype=bool)
        stay[stands[stands >= 0]] = True
        come = np.flatnonzero(stands < 0)
        start, owner, along, leg = by_edge(self._graph, destinations)
        on_edges = start, numbers[owner], along, leg
        points = len(self._points)
        cost, who = np.full(points, np.inf), np.full(points, -1, dtype=np.int32)
        with self._lock:
            try:
                if not stay.all():
                    self._now.remove(_apart(np.flatnonzero(~stay)))
                if len(come):
                    self._now.add(seeds_at(self._graph, _taken(destinations, come), leaving=False), numbers[come])
                at = self._points
                fronts.read_off(*self._ends, at.start, at.edge, at.along, at.leg, *on_edges, self._graph.direction, -1, 1, np.inf,
                                *self._now.inside(), cost, who, np.zeros(points, dtype=np.int32))
            finally:
                self._now.undo()
        number_of = np.full(int(numbers.max(initial=-1)) + 2, -1, dtype=np.int32)  # the last entry is for -1
        number_of[numbers] = np.arange(len(numbers), dtype=np.int32)
        return cost, number_of[who]


def _apart(standing: Longs) -> Ints:
    """The numbers of standing destinations: SPACE apart, the room before each."""
    return (standing * SPACE + SPACE - 1).astype(np.int32)


def _numbers(stands: Longs, count: int) -> Ints | None:
    """(D,) numbers that ascend, those that stand with their own; None where there is no room between two of them."""
    old = np.flatnonzero(stands >= 0)
    gap = np.searchsorted(old, np.arange(len(stands)))  # which of those that stand comes next
    base = np.append(stands[old], count)[gap] * SPACE
    first = np.append(-1, old)[gap]
    place = np.arange(len(stands)) - first - 1
    if bool(((place >= SPACE - 1) & (gap < len(old)) & (stands < 0)).any()):
        return None
    found = np.where(stands >= 0, base + SPACE - 1, base + place)
    return found.astype(np.int32)


def _taken(places: Places, rows: Longs) -> Places:
    """The places of some points, in the order of `rows`."""
    start, at = some_rows(places.start, rows)
    return Places(start, places.edge[at], places.along[at], places.leg[at])
