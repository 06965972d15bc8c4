"""Ways between points on the network, exact at both ends: leg + along the edge + nodes + along the edge + leg, or along a shared edge.

Cost is metres, in the direction of travel from origins to destinations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from planner.network.graph import LIMIT_SLACK_M, Attachment, FloatArray, IntArray, StreetNetwork

if TYPE_CHECKING:  # the searches need numba, which takes a moment to import: who asks for no way does not wait for it
    from planner.network.csr import Graph
    from planner.network.kernel import Rows
    from planner.network.places import Places

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


def within(network: StreetNetwork, origins: Attachment, destinations: Attachment, *, limit_m: float, progress: Progress | None = None,
           threads: int | None = None) -> Rows:
    """All pairs within a limit: rows by origin, columns the destinations, ascending, cost in metres.

    The limit is inclusive, with LIMIT_SLACK_M. The searches start on the side with fewer points. threads : one for each processor unless
    told otherwise; their number changes no result.
    """
    from planner.network import kernel

    graph, here, there, limit = _graph(network), _places(origins), _places(destinations), limit_m + LIMIT_SLACK_M
    if len(there.edge) <= len(here.edge):
        return kernel.reach(graph, there, here, limit, reverse=True, by_point=True, threads=threads, progress=progress)
    rows = kernel.reach(graph, here, there, limit, by_point=True, threads=threads, progress=progress)
    return kernel.turned(rows, len(origins))
