"""Where searches start and where they are read off: seeds at nodes, and places on edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.network.csr import Counts, Floats, Graph, Ints, Longs
from planner.network.loops import SAME_PLACE


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where sources enter: those of source s are start[s]:start[s + 1] of node (the caller's numbers) and cost."""

    start: Longs
    node: Ints
    cost: Floats

    def __len__(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, slots=True)
class Places:
    """Points on edges; a point may have several places (entrances) or none. Those of point p are start[p]:start[p + 1] of

    edge : the edge's number. along : cost from its tail. leg : cost between the point and that place.
    """

    start: Longs
    edge: Ints
    along: Floats
    leg: Floats

    def __len__(self) -> int:
        return len(self.start) - 1


def grouped(count: int, key: npt.ArrayLike, *values: npt.ArrayLike) -> tuple[Longs, list[npt.NDArray[Any]]]:
    """CSR of rows by a key in 0..count-1: start (count + 1,) and the values in order; rows of one key keep their order."""
    keys = np.asarray(key, dtype=np.int64)
    if any(len(np.asarray(v)) != len(keys) for v in values) or (len(keys) and not (keys.min() >= 0 and keys.max() < count)):
        raise ValueError("rows that differ in length, or a row of nobody")
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys, minlength=count), out=start[1:])
    order = np.argsort(keys, kind="stable")
    return start, [np.asarray(v)[order] for v in values]


def seeds(count: int, source: npt.ArrayLike, node: npt.ArrayLike, cost: npt.ArrayLike) -> Seeds:
    """Seeds of `count` sources from rows in any order. cost : finite, 0 or more. Raises ValueError where it is not."""
    start, (nodes, costs) = grouped(count, source, node, cost)
    nodes, costs = np.ascontiguousarray(nodes, dtype=np.int32), np.ascontiguousarray(costs, dtype=np.float64)
    if len(costs) and not (costs.min() >= 0 and np.isfinite(costs.max())):
        raise ValueError("a seed's cost is negative or not finite")
    return Seeds(start, nodes, costs)


def places(count: int, point: npt.ArrayLike, edge: npt.ArrayLike, along: npt.ArrayLike, leg: npt.ArrayLike) -> Places:
    """Places of `count` points from rows in any order. along, leg : finite, 0 or more. Raises ValueError where they are not."""
    start, (edges, alongs, legs) = grouped(count, point, edge, along, leg)
    found = Places(start, np.ascontiguousarray(edges, dtype=np.int32), np.ascontiguousarray(alongs, dtype=np.float64),
                   np.ascontiguousarray(legs, dtype=np.float64))
    for values in (found.along, found.leg):
        if len(values) and not (values.min() >= 0 and np.isfinite(values.max())):
            raise ValueError("a place's along or leg is negative or not finite")
    return found


def ends_of(graph: Graph, at: Places, leaving: bool) -> tuple[Longs, Ints, Floats]:
    """Where points meet the nodes: rows of (point, inside node, cost from the point to the node or, not leaving, from the node to it)."""
    if len(at.edge) and not (at.edge.min() >= 0 and at.edge.max() < graph.edges):
        raise ValueError("a place is on an edge that does not exist")
    point = np.repeat(np.arange(len(at)), np.diff(at.start))
    way = graph.direction[at.edge]
    by_tail, by_head = (way <= 0, way >= 0) if leaving else (way >= 0, way <= 0)
    to_head = graph.cost[at.edge] - at.along
    by_tail, by_head = by_tail | (at.along <= SAME_PLACE), by_head | (to_head <= SAME_PLACE)  # a place at an end is at the node
    rest = np.maximum(to_head, 0.0)
    return (np.concatenate([point[by_tail], point[by_head]]),
            np.concatenate([graph.tail[at.edge[by_tail]], graph.head[at.edge[by_head]]]),
            np.concatenate([(at.along + at.leg)[by_tail], (rest + at.leg)[by_head]]))


def seeds_at(graph: Graph, at: Places, *, leaving: bool = True) -> Seeds:
    """Seeds of searches that start at points on edges: the ends one may travel to or, not leaving, that one may come from."""
    point, node, cost = ends_of(graph, at, leaving)
    return seeds(len(at), point, graph.order[node], cost)


def inside_nodes(graph: Graph, entry: Seeds) -> Ints:
    """The seeds' nodes by their numbers inside."""
    if len(entry.node) and not (entry.node.min() >= 0 and entry.node.max() < graph.nodes):
        raise ValueError("a seed is at a node that does not exist")
    found: Ints = graph.rank[entry.node]
    return found


def bucket_rate(graph: Graph, entry: Seeds, width: float) -> float:
    """Buckets per unit of cost, each `width` mean costs wide; so few that the number of a bucket fits 63 bits whatever the seeds cost."""
    return min(graph.per_cost / width, 2.0**60 / max(float(entry.cost.max(initial=0.0)), 1e-300))


def owners(entry: Seeds) -> Ints:
    """(R,) the source of each seed."""
    return np.repeat(np.arange(len(entry), dtype=np.int32), np.diff(entry.start))


def by_edge(graph: Graph, at: Places) -> tuple[Counts, Ints, Floats, Floats]:
    """CSR by edge of the points on it: start (E + 1,), point, along, leg."""
    start, (point, along, leg) = grouped(graph.edges, at.edge, np.repeat(np.arange(len(at), dtype=np.int32), np.diff(at.start)), at.along,
                                         at.leg)
    return start.astype(np.uint32), point, along, leg
