"""Ways between points on the network, exact at both ends: leg + along the edge + nodes + along the edge + leg, or along a shared edge.

Cost is metres, in the direction of travel from origins to destinations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from planner.network.graph import LIMIT_SLACK_M, Attachment, FloatArray, IntArray, StreetNetwork

if TYPE_CHECKING:  # the searches need numba, which takes a moment to import: who asks for no way does not wait for it
    from planner.network.csr import Graph
    from planner.network.kernel import Rows
    from planner.network.places import Places
    from planner.network.standing import Standing

Progress = Callable[[float], None]


def _graph(network: StreetNetwork) -> Graph:
    """The network's graph for searches, made once for a network."""
    from planner.network import csr

    if "graph" not in network.derived:
        network.derived["graph"] = csr.graph(network.nodes, network.tail, network.head, network.length_m, direction=network.direction,
                                             x=network.node_x, y=network.node_y)
    found: Graph = network.derived["graph"]
    return found


def _places(points: Attachment) -> Places:
    """The points as the searches take them."""
    from planner.network.places import Places

    return Places(points.start, points.edge.astype(np.int32), points.along_m, points.leg_m)


def k_nearest(network: StreetNetwork, origins: Attachment, destinations: Attachment, k: int) -> tuple[FloatArray, IntArray]:
    """The k nearest destinations of each origin, without a limit.

    Returns cost (O, k) metres, nearest first, inf where there are fewer, and destination (O, k), -1 there; of destinations that are
    equally near the lowest numbers. An origin that is not attached has none. Raises ValueError unless 1 <= k <= kernel.MOST_NEAREST.
    """
    from planner.network import kernel

    cost, who = kernel.nearest_at(_graph(network), _places(destinations), _places(origins), k, reverse=True)
    return cost, who.astype(np.int64)


def nearest(network: StreetNetwork, origins: Attachment, destinations: Attachment) -> tuple[FloatArray, IntArray]:
    """The nearest destination of each origin, without a limit.

    Returns cost (O,) metres, inf where none can be reached or the origin is not attached, and destination (O,), -1 there; of destinations
    that are equally near the lowest number.
    """
    cost, who = k_nearest(network, origins, destinations, 1)
    return cost[:, 0], who[:, 0]


def standing(network: StreetNetwork, origins: Attachment, destinations: Attachment) -> Standing:
    """The nearest of destinations that stand, kept ready for `nearest_beside`."""
    from planner.network.standing import Standing

    return Standing(_graph(network), _places(origins), _places(destinations))


def nearest_beside(known: Standing, destinations: Attachment, stands: IntArray) -> tuple[FloatArray, IntArray] | None:
    """`nearest` of destinations that differ a little from those of `standing`, by searches about those that came and went only.

    stands : (D,) which of those that stand each one is, ascending, -1 for one that is new. None where the answer needs a whole search.
    """
    found = known.nearest(_places(destinations), stands)
    return None if found is None else (found[0], found[1].astype(np.int64))


def within(network: StreetNetwork, origins: Attachment, destinations: Attachment, *, limit_m: float, progress: Progress | None = None,
           threads: int | None = None) -> Rows:
    """All pairs within a limit: rows by origin, columns the destinations, ascending, cost in metres.

    The limit is inclusive, with LIMIT_SLACK_M. The searches start on the side with fewer points. threads : one for each processor unless
    told otherwise; their number changes no result.
    """
    from planner.network import kernel

    graph, here, there, limit = _graph(network), _places(origins), _places(destinations), limit_m + LIMIT_SLACK_M
    if from_destinations(origins, destinations):
        return kernel.reach(graph, there, here, limit, reverse=True, by_point=True, threads=threads, progress=progress)
    rows = kernel.reach(graph, here, there, limit, by_point=True, threads=threads, progress=progress)
    return kernel.turned(rows, len(origins))


class Targets:
    """Origins as searches from destinations read them off, made once for many layers of destinations on one network."""

    def __init__(self, network: StreetNetwork, origins: Attachment) -> None:
        from planner.network.kernel import Reading

        self.graph, self.origins = _graph(network), origins
        self.reading = Reading(self.graph, _places(origins), True)

    def within_layers(self, layers: Sequence[tuple[Attachment, float]], *, most_pairs: float = math.inf, threads: int | None = None,
                      progress: Progress | None = None) -> list[Rows]:
        """`within` of several layers of (destinations, limit in metres) in one pass, each from the destinations, the same bits.

        Raises layered.TooManyPairsError as soon as more than `most_pairs` have been found; what `progress` raises ends the work.
        """
        from planner.network import layered

        asked = [layered.Layer(_places(there), limit_m + LIMIT_SLACK_M) for there, limit_m in layers]
        return layered.reach_layers(self.graph, asked, self.reading, most_pairs=most_pairs, threads=threads, progress=progress)

    def within_from_origins(self, destinations: Attachment, limit_m: float, *, most_pairs: float = math.inf, threads: int | None = None,
                            progress: Progress | None = None) -> Rows:
        """`within` searched from the origins, as it is where destinations are many. Raises TooManyPairsError where there are too many."""
        from planner.network import kernel
        from planner.network.layered import TooManyPairsError

        rows = kernel.reach(self.graph, _places(self.origins), _places(destinations), limit_m + LIMIT_SLACK_M, by_point=True,
                            threads=threads, progress=progress)
        if len(rows.column) > most_pairs:
            raise TooManyPairsError
        return kernel.turned(rows, len(self.origins))

    def count_pairs(self, destinations: Attachment, limit_m: float, sample: IntArray) -> IntArray:
        """(S,) how many origins are within the limit of each of a sample of the destinations."""
        from planner.network import layered

        return layered.count_pairs(self.graph, layered.Layer(_places(destinations), limit_m + LIMIT_SLACK_M), self.reading, sample)


def from_destinations(origins: Attachment, destinations: Attachment) -> bool:
    """Whether `within` searches from the destinations: from the side that has fewer places."""
    return len(destinations.edge) <= len(origins.edge)


def nodes_within(network: StreetNetwork, points: Attachment, *, limit_m: float, reverse: bool = True, progress: Progress | None = None,
                 threads: int | None = None) -> Rows:
    """All nodes within a limit of each point: rows by point, columns the nodes in the order they were found, cost in metres.

    reverse : travel goes from the nodes to the points. The limit is inclusive, without slack.
    """
    from planner.network import kernel
    from planner.network.places import seeds_at

    graph = _graph(network)
    return kernel.within(graph, seeds_at(graph, _places(points), leaving=not reverse), limit_m, reverse=reverse, threads=threads,
                         progress=progress)


def nodes_nearest(network: StreetNetwork, points: Attachment, *, limit_m: float, reverse: bool = True) -> FloatArray:
    """(N,) metres between each node and the nearest of the points, inf where none is within the limit; else as `nodes_within`."""
    from planner.network import kernel
    from planner.network.places import seeds_at

    graph = _graph(network)
    cost, _ = kernel.nearest(graph, seeds_at(graph, _places(points), leaving=not reverse), limit=limit_m, reverse=reverse)
    return cost


def owners_of_nodes(network: StreetNetwork, points: Attachment, *, limit_m: float) -> tuple[FloatArray, IntArray]:
    """The nearest place of any point to each node, whichever way the streets may be driven, the points' legs not counted.

    Returns metres (N,), inf where none is within the limit, and the number of the place among `points.edge` (N,), -1 there.
    """
    from planner.network import csr, kernel
    from planner.network.places import Places, seeds_at

    graph = _graph(network)
    if network.direction.any():
        if "graph both ways" not in network.derived:
            network.derived["graph both ways"] = csr.graph(network.nodes, network.tail, network.head, network.length_m, x=network.node_x,
                                                           y=network.node_y)
        graph = network.derived["graph both ways"]
    count = len(points.edge)
    at = Places(np.arange(count + 1), points.edge.astype(np.int32), points.along_m, np.zeros(count))
    cost, owner = kernel.nearest(graph, seeds_at(graph, at), limit=limit_m)
    return cost, owner.astype(np.int64)
