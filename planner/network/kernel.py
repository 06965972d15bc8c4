"""Searches over street graphs: arrays in, arrays out. The callers have checked the arrays; nothing here can fail on data.

A graph is a CSR of arcs between nodes. Sources are seeds: each source enters the graph at one or more nodes with a cost already spent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

CELLS_AT_ONCE = 4_000_000
"""Dense cells (sources x nodes) held at once: 32 MB of float64."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Directed arcs as CSR: those from node n are start[n]:start[n + 1] of head and cost. At most one arc a pair of nodes, no loops."""

    start: IntArray
    head: IntArray
    cost: FloatArray

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.start) - 1


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where sources enter: those of source s are start[s]:start[s + 1] of node and cost."""

    start: IntArray
    node: IntArray
    cost: FloatArray

    def __len__(self) -> int:
        return len(self.start) - 1


def arcs(nodes: int, tail: IntArray, head: IntArray, cost: FloatArray) -> Arcs:
    """CSR from arcs in any order: of parallel arcs the cheapest stays, loops go."""
    order = cheapest(tail, head, cost, np.flatnonzero(tail != head))
    return Arcs(_starts(nodes, tail[order]), head[order], cost[order])


def seeds(count: int, source: IntArray, node: IntArray, cost: FloatArray) -> Seeds:
    """Seeds of `count` sources from rows in any order; of several at one node the cheapest stays."""
    order = cheapest(source, node, cost, np.arange(len(source)))
    return Seeds(_starts(count, source[order]), node[order], cost[order])


def _starts(count: int, row: IntArray) -> IntArray:
    """Where each of `count` rows starts in an array sorted by row."""
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=count), out=start[1:])
    return start


def cheapest(row: IntArray, column: IntArray, cost: FloatArray, keep: IntArray) -> IntArray:
    """Of the entries in `keep` the cheapest of each (row, column), by row, then column."""
    order = keep[np.lexsort((cost[keep], column[keep], row[keep]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(row[order]) != 0) | (np.diff(column[order]) != 0)
    return order[first]


def _with_sources(graph: Arcs, entry: Seeds) -> tuple[object, FloatArray, IntArray, IntArray]:
    """The graph with a further node for each source and arcs from it to its seeds, as a scipy matrix; and its CSR parts."""
    from scipy.sparse import csr_array

    size = graph.nodes + len(entry)
    start = np.concatenate([graph.start, graph.start[-1] + entry.start[1:]])
    head, cost = np.concatenate([graph.head, entry.node]), np.concatenate([graph.cost, entry.cost])
    return csr_array((cost, head, start), shape=(size, size)), cost, head, start


def nearest(graph: Arcs, entry: Seeds) -> tuple[FloatArray, IntArray]:
    """Cheapest source of each node: cost (N,), inf where none gets there, and owner (N,), -1 there; of equals the lowest source."""
    from scipy.sparse.csgraph import dijkstra

    if len(entry) == 0 or graph.nodes == 0:
        return np.full(graph.nodes, np.inf), np.full(graph.nodes, -1, dtype=np.int64)
    matrix, cost, head, start = _with_sources(graph, entry)
    sources = np.arange(graph.nodes, graph.nodes + len(entry))
    spent, _, owner = dijkstra(matrix, directed=True, indices=sources, min_only=True, return_predecessors=True)
    owner = np.where(np.isfinite(spent), owner.astype(np.int64) - graph.nodes, np.iinfo(np.int64).max)
    _lowest_owner(start, head, cost, spent, owner)
    owner[~np.isfinite(spent)] = -1
    return spent[:graph.nodes], owner[:graph.nodes]


def expand(start: IntArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    """All entries of some rows of a CSR: for each, the place in `rows` of its row, and its position."""
    sizes = start[rows + 1] - start[rows]
    which = np.repeat(np.arange(len(rows)), sizes)
    return which, start[rows][which] + np.arange(len(which)) - (np.cumsum(sizes) - sizes)[which]


def _lowest_owner(start: IntArray, head: IntArray, cost: FloatArray, spent: FloatArray, owner: IntArray) -> None:
    """Hands the lowest owner on along the arcs that cheapest ways use, until nothing changes."""
    changed = np.flatnonzero(np.isfinite(spent))
    while len(changed):
        which, arc = expand(start, changed)
        tail, to = changed[which], head[arc]
        better = (spent[tail] + cost[arc] == spent[to]) & (owner[tail] < owner[to])
        changed = np.unique(to[better])
        np.minimum.at(owner, to[better], owner[tail[better]])


def within(graph: Arcs, entry: Seeds, limit: float) -> Iterator[tuple[int, IntArray, IntArray, FloatArray]]:
    """All nodes within a limit (inclusive) of each source, in blocks of sources.

    Yields (first source of the next block, source (K,), node (K,), cost (K,)), sources ascending, nodes ascending within them.
    """
    from scipy.sparse.csgraph import dijkstra

    count = len(entry)
    if count == 0 or graph.nodes == 0:
        return
    block = max(1, CELLS_AT_ONCE // graph.nodes)
    for first in range(0, count, block):
        last = min(first + block, count)
        part = Seeds(entry.start[first:last + 1] - entry.start[first], entry.node[entry.start[first]:entry.start[last]],
                     entry.cost[entry.start[first]:entry.start[last]])
        matrix, *_ = _with_sources(graph, part)
        spent = dijkstra(matrix, directed=True, indices=np.arange(graph.nodes, graph.nodes + last - first), limit=limit)[:, :graph.nodes]
        source, node = np.nonzero(np.isfinite(spent))
        yield last, source.astype(np.int64) + first, node.astype(np.int64), spent[source, node]
