"""Networks too big for one search: cut into tiles with a halo as wide as the limit. Bounded costs make that exact, bit for bit.

A way within the limit cannot leave its source by more, in a straight line, than the limit divided by the least cost per straight metre
of any edge. So a tile that holds every edge that comes so near a source holds all its ways, and sums them as the whole network would.
The same holds for a tile round points that look for their nearest sources. There is no such bound for searches without a limit: they
run on the whole network, and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.network.csr import Floats, Graph, Ints, Longs, Signs, graph
from planner.network.kernel import Rows, nearest_at, reach, turned
from planner.network.places import Places

HALO_SLACK = 1e-9
"""Share by which a halo is wider than the bound, for the rounding of lengths and sums."""


@dataclass(frozen=True, slots=True)
class Streets:
    """Edges and where their nodes are, before any graph is built: what is cut. Arrays as `csr.graph` takes them; x, y metres."""

    x: Floats
    y: Floats
    tail: Ints
    head: Ints
    cost: Floats
    direction: Signs

    def least_cost_per_m(self) -> float:
        """The least cost of any edge per metre between its ends, in a straight line; inf where no edge has ends that differ."""
        straight = np.hypot(self.x[self.tail] - self.x[self.head], self.y[self.tail] - self.y[self.head])
        far = straight > 0
        return float((self.cost[far] / straight[far]).min()) if far.any() else np.inf


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of the streets: source (S,) numbers of the sources it answers for, edge : numbers of its edges, halo included, ascending."""

    source: Longs
    edge: Longs


def cut(streets: Streets, sources: Places, limit: float, *, size_m: float) -> Iterator[Tile]:
    """Tiles of size_m, one for each square in which sources stand, each with every edge that a way within the limit may use.

    A source stands where its first place does. Where an edge costs nothing though its ends differ, no bound holds and each tile is the
    whole.
    """
    reach_m = limit / max(streets.least_cost_per_m(), 1e-300) * (1 + HALO_SLACK)
    placed = np.flatnonzero(np.diff(sources.start))
    at = streets.tail[sources.edge[sources.start[placed]]]
    square = np.floor(np.column_stack([streets.x[at], streets.y[at]]) / size_m)
    _, group = np.unique(square, axis=0, return_inverse=True)
    for number in range(group.max(initial=-1) + 1):
        members = placed[group.reshape(-1) == number]
        entries = np.concatenate([sources.edge[sources.start[s]:sources.start[s + 1]] for s in members])
        ends = np.concatenate([streets.tail[entries], streets.head[entries]])
        inside = np.ones(len(streets.x), dtype=bool)
        for where in (streets.x, streets.y):
            inside &= (where >= where[ends].min() - reach_m) & (where <= where[ends].max() + reach_m)
        yield Tile(members, np.flatnonzero(inside[streets.tail] | inside[streets.head]))


def part(streets: Streets, tile: Tile) -> Graph:
    """The graph of a tile; its edges are numbered as in tile.edge."""
    tail, head = streets.tail[tile.edge], streets.head[tile.edge]
    node, at = np.unique(np.concatenate([tail, head]), return_inverse=True)
    return graph(len(node), at[:len(tail)], at[len(tail):], streets.cost[tile.edge], direction=streets.direction[tile.edge],
                 x=streets.x[node],
                 y=streets.y[node])


def _kept(points: Places, edge: Longs) -> tuple[Longs, Places]:
    """The points that have places on some edges (ascending), with those places, their edges numbered by position; first their numbers."""
    position = np.minimum(np.searchsorted(edge, points.edge), max(len(edge) - 1, 0))
    on = np.flatnonzero(edge[position] == points.edge) if len(edge) else np.empty(0, dtype=np.int64)
    point, at = np.unique(np.repeat(np.arange(len(points)), np.diff(points.start))[on], return_inverse=True)
    start = np.zeros(len(point) + 1, dtype=np.int64)
    np.cumsum(np.bincount(at, minlength=len(point)), out=start[1:])
    return point, Places(start, position[on].astype(np.int32), points.along[on], points.leg[on])


def _some(points: Places, which: Longs) -> Places:
    """Some of the points, renumbered."""
    size = np.diff(points.start)[which]
    start = np.zeros(len(which) + 1, dtype=np.int64)
    np.cumsum(size, out=start[1:])
    row = np.repeat(points.start[which] - start[:-1], size) + np.arange(start[-1])
    return Places(start, points.edge[row], points.along[row], points.leg[row])


@dataclass(frozen=True, slots=True)
class Nearest:
    """The k nearest sources of points: cost (P, k), inf where there are fewer, and source (P, k), -1 there.

    whole : whether it took the whole network in one, as it does without a limit.
    """

    cost: Floats
    source: Ints
    whole: bool


def nearest_tiled(streets: Streets, sources: Places, points: Places, k: int = 1, *, limit: float = np.inf, size_m: float,
                  reverse: bool = False) -> Nearest:
    """`kernel.nearest_at` tile by tile, cut round the points: the same costs bit for bit.

    Of equally near sources the ones with the lowest numbers, as there. Without a limit it runs on the whole network.
    """
    cost, who, whole = np.full((len(points), k), np.inf), np.full((len(points), k), -1, dtype=np.int32), not np.isfinite(limit)
    everything = Tile(np.flatnonzero(np.diff(points.start)), np.arange(len(streets.tail)))
    for tile in [everything] if whole else cut(streets, points, limit, size_m=size_m):
        source, near = _kept(sources, tile.edge)
        _, mine = _kept(_some(points, tile.source), tile.edge)
        found, index = nearest_at(part(streets, tile), near, mine, k, limit=limit, reverse=reverse)
        cost[tile.source], who[tile.source] = found, np.append(source, -1)[index]  # index -1: the last
    return Nearest(cost, who, whole)


def reach_tile(streets: Streets, tile: Tile, sources: Places, points: Places, limit: float, *, reverse: bool = False,
               threads: int | None = None) -> Rows:
    """`kernel.reach` for the sources of one tile, computed on the tile alone: rows by tile.source, columns the points, ascending."""
    small = part(streets, tile)
    _, mine = _kept(_some(sources, tile.source), tile.edge)
    point, near = _kept(points, tile.edge)
    rows = turned(reach(small, mine, near, limit, reverse=reverse, by_point=True, threads=threads), len(tile.source))
    return Rows(rows.start, point[rows.column].astype(np.int32), rows.cost)


def reach_tiled(streets: Streets, sources: Places, points: Places, limit: float, *, size_m: float, reverse: bool = False,
                threads: int | None = None) -> Rows:
    """`kernel.reach` tile by tile: rows by source, columns the points, ascending; the same bits as the whole network gives."""
    size = np.zeros(len(sources), dtype=np.int64)
    done = []
    for tile in cut(streets, sources, limit, size_m=size_m):
        rows = reach_tile(streets, tile, sources, points, limit, reverse=reverse, threads=threads)
        size[tile.source] = np.diff(rows.start)
        done.append((tile.source, rows))
    start = np.zeros(len(sources) + 1, dtype=np.int64)
    np.cumsum(size, out=start[1:])
    column, cost = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
    for source, rows in done:
        to = np.repeat(start[source] - rows.start[:-1], np.diff(rows.start)) + np.arange(len(rows.column))
        column[to], cost[to] = rows.column, rows.cost
    return Rows(start, column, cost)
