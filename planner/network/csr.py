"""Graphs for the searches: arcs as CSR arrays, nodes along a space-filling curve inside, the caller's numbers outside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.network import loops

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.uint32]
Signs = npt.NDArray[np.int8]

CURVE_CELLS = 2048
"""Cells of the curve on each side (11 bits, as the loop that sorts them has it)."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs out of node n: start[n]:start[n + 1] of head and cost. Parallel arcs stay, loops are left out."""

    start: Counts
    head: Counts
    cost: Floats


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes n in N and edges e in E for the searches. Made by `graph`.

    order : (N,) the caller's number of each node inside; rank : (N,) the number inside of each of the caller's. tail, head : (E,) inside
    numbers.
    cost : (E,) of the whole edge, in the unit of all costs here (metres or minutes: the searches do not mind). direction : (E,) 0 both
    ways, 1 from tail to head only, -1 from head to tail only. ahead : arcs in the direction of travel; against : arcs against it - the
    same object where every edge goes both ways. per_cost : one over the mean cost of an edge, by which queues are laid out.
    """

    order: Ints
    rank: Ints
    tail: Ints
    head: Ints
    cost: Floats
    direction: Signs
    ahead: Arcs
    against: Arcs
    per_cost: float

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.order)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.tail)

    def arcs(self, reverse: bool) -> Arcs:
        """Arcs of searches from origins or, in reverse, from destinations."""
        return self.against if reverse else self.ahead


def _order(x: Floats, y: Floats) -> Ints:
    """The nodes along a Hilbert curve; those in one cell of it as they come."""
    order = np.empty(len(x), dtype=np.int32)
    x_low, y_low = float(x.min()), float(y.min())
    extent = max(float(x.max()) - x_low, float(y.max()) - y_low)
    per_unit = (CURVE_CELLS - 0.5) / extent if extent > 0 else 0.0
    loops.space_order(x, y, x_low, y_low, per_unit, np.empty_like(order), np.empty_like(order), order)
    return order


def _arranged(nodes: int, tail: Ints, head: Ints, cost: Floats, direction: Signs, sense: int) -> Arcs:
    """The arcs of the edges in one sense of travel."""
    start, to, spent = np.zeros(nodes + 2, dtype=np.uint32), np.empty(2 * len(tail), dtype=np.uint32), np.empty(2 * len(tail))
    loops.arrange_arcs(tail, head, cost, direction, sense, start, to, spent)
    used = int(start[nodes])
    if used < len(to):
        to, spent = to[:used].copy(), spent[:used].copy()
    return Arcs(start[:-1], to, spent)


def graph(nodes: int, tail: npt.ArrayLike, head: npt.ArrayLike, cost: npt.ArrayLike, *, direction: npt.ArrayLike | None = None,
          x: npt.ArrayLike | None = None, y: npt.ArrayLike | None = None) -> Graph:
    """A graph from edges.

    nodes : N. tail, head : (E,) in 0..N-1; loops and parallel edges are welcome. cost : (E,) finite, 0 or more. direction : (E,) 0 both
    ways (the default), 1 tail to head only, -1 head to tail only. x, y : (N,) where the nodes are; they make the searches fast and
    change no result. Raises ValueError where the arrays do not fit that.
    """
    tails, heads = np.ascontiguousarray(tail, dtype=np.int32), np.ascontiguousarray(head, dtype=np.int32)
    costs = np.ascontiguousarray(cost, dtype=np.float64)
    ways = np.zeros(len(tails), dtype=np.int8) if direction is None else np.ascontiguousarray(np.sign(direction), dtype=np.int8)
    if not len(tails) == len(heads) == len(costs) == len(ways):
        raise ValueError("tail, head, cost and direction differ in length")
    if len(tails) >= 2**30 or nodes >= 2**31 - 2:
        raise ValueError("more arcs or nodes than 32 bits can count")
    if len(tails) and not (min(tails.min(), heads.min()) >= 0 and max(tails.max(), heads.max()) < nodes):
        raise ValueError("an edge ends at a node that does not exist")
    if len(costs) and not (costs.min() >= 0 and np.isfinite(costs.max())):
        raise ValueError("a cost is negative or not finite")
    if x is None or y is None or nodes == 0:
        order = rank = np.arange(nodes, dtype=np.int32)
    else:
        places = [np.ascontiguousarray(values, dtype=np.float64) for values in (x, y)]
        if not all(len(values) == nodes and np.isfinite(values).all() for values in places):
            raise ValueError("x and y are not one finite number for each node")
        order = _order(*places)
        rank = np.empty_like(order)
        rank[order] = np.arange(nodes, dtype=np.int32)
        tails, heads = rank[tails], rank[heads]
    ahead = _arranged(nodes, tails, heads, costs, ways, 1)
    against = _arranged(nodes, tails, heads, costs, ways, -1) if ways.any() else ahead
    return Graph(order, rank, tails, heads, costs, ways, ahead, against, _per_cost(nodes, costs))


def _per_cost(nodes: int, cost: Floats) -> float:
    """One over the mean cost, but so little that the longest way has fewer than 2**60 of it: buckets are numbered with 63 bits."""
    mean = float(cost.mean()) if len(cost) else 1.0
    widest = float(cost.max(initial=0.0)) * (nodes + 1)
    return 1.0 / max(mean, widest * 2.0**-60, 1e-300)
