"""Searches over street graphs: arrays in, arrays out; exact on edges, sparse, bounded, the same for any number of threads.

Sources enter the graph as seeds: at one or more nodes, each with a cost already spent. Places are points on edges; `seeds_at` makes
seeds of them. Limits are inclusive. A cost is the left-to-right float64 sum along the cheapest way, as Dijkstra's algorithm has it, bit
for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from planner.network import fronts, loops, reaching
from planner.network.csr import Arcs, Counts, Floats, Graph, Ints, Longs
from planner.network.parallel import Progress, side_by_side
from planner.network.places import Places, Seeds, bucket_rate, by_edge, ends_of, grouped, inside_nodes, owners, seeds_at

BUCKETS = 1024
"""Buckets of a queue; a power of 2. Ways that differ by more than so many widths share buckets, which costs time and changes nothing."""

WIDE, NARROW = 2.5, 0.6
"""Width of a bucket in mean costs of an edge, for searches from all sources at once and from one at a time; measured, flat around these."""

TILE_SHIFT = 14
"""Nodes of a tile: 2**14, whose arrays fit a processor's second-level memory (measured)."""

CHUNK_SOURCES = 256
"""Sources that one thread searches from before it takes the next, at most."""

TOGETHER, APART = 16, 1 / 8
"""Sources that search together, at most, and how far they may stand from the first along the curve, in nodes of a row (measured)."""

LABELS = 1 << 20
"""Labels that searches of several sources at a time hold, at most (8 MB a thread); where a region has more, they search one by one."""

ROWS_AT_ONCE = 1 << 18
"""Room for entries of rows that each lot of sources gets; more where one row has more."""

LOTS_AT_ONCE = 4
"""Such rooms that are taken from the system in one, so large that it gives them in large pages: fewer interruptions, less time."""

POOL_SPARE = 64
"""Entries of a pool beyond two for each label that may wait in it."""

MOST_NEAREST = 31
"""The greatest k of k_nearest: a node's labels are marked in 32 bits."""

@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: those of row r are start[r]:start[r + 1] of column and cost. What is beyond the limit is absent.

    A cost of 0 is stored.
    """

    start: Longs
    column: Ints
    cost: Floats

    def __len__(self) -> int:
        return len(self.start) - 1


class Fronts:
    """What searches from many sources work with, between calls; one for each thread."""

    def __init__(self, graph: Graph) -> None:
        tiles = (graph.nodes >> TILE_SHIFT) + 1
        self.link = np.full(graph.nodes, loops.FREE, dtype=np.int32)
        self.pool = _pool(1 << TILE_SHIFT)
        self.bucket = np.full(BUCKETS, -1, dtype=np.int32)
        self.inbox, self.queue = np.full(tiles, -1, dtype=np.int32), np.empty(tiles, dtype=np.int32)
        self.spent, self.owner = np.empty(0), np.empty(0, dtype=np.int32)

    def settle(self, arcs: Arcs, node: Ints, cost: Floats, owner: Ints, limit: float, rate: float, spent: Floats, owners: Ints,
               log: Log | None = None) -> None:
        """Improves spent and owners by seeds; what changes is noted in the log, if there is one."""
        into = log or _NO_LOG
        into.count = fronts.settle(arcs.start, arcs.head, arcs.cost, node, cost, owner, limit, rate, TILE_SHIFT, spent, owners, self.link,
                                   *self.pool,
                                   self.bucket, self.inbox, self.queue, log is not None, into.kept, into.node, into.spent, into.owner,
                                   into.count)


class Log:
    """What labels were before they changed, each node once: node, spent and owner up to `count`; kept marks the nodes."""

    def __init__(self, nodes: int) -> None:
        self.count = 0
        self.kept = np.zeros(nodes, dtype=np.uint8)
        self.node, self.spent, self.owner = np.empty(nodes, dtype=np.int32), np.empty(nodes), np.empty(nodes, dtype=np.int32)


_NO_LOG = Log(0)


def _pool(nodes: int) -> tuple[Counts, Floats, Ints]:
    """An empty pool of entries for searches over so many nodes: node, cost, next. Memory that is not used is not taken."""
    size = 2 * nodes + POOL_SPARE
    return np.empty(size, dtype=np.uint32), np.empty(size), np.empty(size, dtype=np.int32)


def nearest(graph: Graph, entry: Seeds, *, limit: float = np.inf, reverse: bool = False, work: Fronts | None = None) -> tuple[Floats, Ints]:
    """The nearest source of each node.

    reverse : search against the direction of travel, from destinations. work : may be kept between calls, one for each thread.
    Returns cost (N,), inf where no source is within the limit, and owner (N,), -1 there; of equally near sources the one with the lowest
    number.
    """
    found = np.empty(graph.nodes), np.empty(graph.nodes, dtype=np.int32)
    loops.hand_out(graph.order, *_labels(graph, entry, 1, limit, reverse, work or Fronts(graph)), *found)
    return found


def nearest_layers(graph: Graph, layers: Sequence[Seeds], *, limit: float = np.inf, reverse: bool = False,
                   threads: int | None = None) -> list[tuple[Floats, Ints]]:
    """`nearest` of several layers of sources, side by side in threads."""
    works = partial(Fronts, graph)
    return side_by_side(works, lambda work, entry: nearest(graph, entry, limit=limit, reverse=reverse, work=work), list(layers), threads,
                        None)


def k_nearest(graph: Graph, entry: Seeds, k: int, *, limit: float = np.inf, reverse: bool = False) -> tuple[Floats, Ints]:
    """The k nearest sources of each node: cost (N, k), cheapest first, inf where there are fewer, and owner (N, k), -1 there.

    Of equally near sources the ones with the lowest numbers. Raises ValueError unless 1 <= k <= MOST_NEAREST.
    """
    spent, owner = _labels(graph, entry, k, limit, reverse, Fronts(graph))
    return spent.reshape(-1, k).take(graph.rank, axis=0), owner.reshape(-1, k).take(graph.rank, axis=0)


def _labels(graph: Graph, entry: Seeds, k: int, limit: float, reverse: bool, work: Fronts) -> tuple[Floats, Ints]:
    """The k nearest sources of each inside node: cost and owner (N * k,), which belong to `work`."""
    if not 1 <= k <= MOST_NEAREST:
        raise ValueError(f"k is not from 1 to {MOST_NEAREST}")
    arcs, inside, rate, owner = graph.arcs(reverse), inside_nodes(graph, entry), bucket_rate(graph, entry, WIDE), owners(entry)
    if len(work.spent) != graph.nodes * k:
        work.spent, work.owner = np.empty(graph.nodes * k), np.empty(graph.nodes * k, dtype=np.int32)
    work.spent.fill(np.inf)
    work.owner.fill(-1)
    if k == 1:
        work.settle(arcs, inside, entry.cost, owner, limit, rate, work.spent, work.owner)
    else:
        node, cost, after = _pool(k << TILE_SHIFT)
        fronts.settle_k(arcs.start, arcs.head, arcs.cost, inside, entry.cost, owner, k, limit, rate, TILE_SHIFT, work.spent, work.owner,
                        np.zeros(graph.nodes, dtype=np.int32), work.link, node, cost, np.empty_like(after), after, work.bucket, work.inbox,
                        work.queue)
    return work.spent, work.owner


def nearest_at(graph: Graph, sources: Places, points: Places, k: int = 1, *, limit: float = np.inf, reverse: bool = False,
               work: Fronts | None = None) -> tuple[Floats, Ints]:
    """The k nearest sources of points, exact on edges at both ends, as in `reach`: cost (P, k), inf where there are fewer, and source
    (P, k), -1 there.

    reverse : travel goes from the points to the sources. Of equally near sources the ones with the lowest numbers.
    """
    spent, owner = _labels(graph, seeds_at(graph, sources, leaving=not reverse), k, limit, reverse, work or Fronts(graph))
    point, node, rest = ends_of(graph, points, reverse)
    end_start, (end_node, end_rest) = grouped(len(points), point, node, rest)
    best, who = np.full(len(points) * k, np.inf), np.full(len(points) * k, -1, dtype=np.int32)
    fronts.read_off(end_start, end_node, end_rest, points.start, points.edge, points.along, points.leg, *by_edge(graph, sources),
                    graph.direction,
                    -1 if reverse else 1, k, limit, spent, owner, best, who, np.zeros(len(points), dtype=np.int32))
    return best.reshape(-1, k), who.reshape(-1, k)


class Search:
    """What searches for rows work with; one for each thread. Memory that no search needs is not touched, and so not taken."""

    def __init__(self, graph: Graph, points: int) -> None:
        nodes, arcs = graph.nodes, 2 * graph.edges
        self.arrays = (np.full(nodes, np.inf), np.full(nodes, loops.FREE, dtype=np.int32), *_pool(nodes),
                       np.full(BUCKETS, -1, dtype=np.int32), np.empty(nodes, dtype=np.int32),
                       np.empty(nodes + 1, dtype=np.uint32), np.empty(arcs, dtype=np.int32), np.empty(arcs), np.empty(max(nodes, LABELS)),
                       np.empty(TOGETHER), np.empty(nodes, dtype=np.uint8))
        self.best, self.hit = np.full(points, np.inf), np.empty(points, dtype=np.int32)
        self.column, self.cost = self._free = np.empty(0, dtype=np.int32), np.empty(0)

    def make_room(self, room: int) -> None:
        """Lets column and cost be so many fresh entries."""
        if len(self._free[0]) < room:
            most = max(room, LOTS_AT_ONCE * ROWS_AT_ONCE)
            self._free = np.empty(most, dtype=np.int32), np.empty(most)
        self.column, self.cost = self._free[0][:room], self._free[1][:room]

    def keep(self, used: int) -> tuple[Ints, Floats]:
        """The first entries of column and cost, which no later search writes to."""
        self._free = self._free[0][used:], self._free[1][used:]
        return self.column[:used], self.cost[:used]


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of some sources, one after the other, as a thread left them."""

    source: Longs
    size: Longs
    column: Ints
    cost: Floats


def laid_out(count: int, pieces: list[Piece], threads: int | None = 1) -> Rows:
    """The pieces' rows by source."""
    start = np.zeros(count + 1, dtype=np.int64)
    for piece in pieces:
        start[piece.source + 1] = piece.size
    np.cumsum(start, out=start)
    column, cost = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])

    def copy(_: None, piece: Piece) -> None:
        loops.lay_out(np.cumsum(piece.size) - piece.size, piece.size, piece.column, piece.cost, start[piece.source], column, cost)

    side_by_side(lambda: None, copy, pieces, threads, None)
    return Rows(start, column, cost)


def turned(rows: Rows, columns: int) -> Rows:
    """Columns as rows; within each the former rows ascend. Turned twice, rows have their columns ascending."""
    start = np.zeros(columns + 2, dtype=np.int64)
    row, cost = np.empty(len(rows.column), dtype=np.int32), np.empty(len(rows.cost))
    loops.turn(rows.start[:-1], np.diff(rows.start), rows.column, rows.cost, start, row, cost)
    return Rows(start[:-1], row, cost)


def pieces_of(run: Callable[..., int], search: Search, mine: Longs) -> list[Piece]:
    """run(search, sources, begin, size) over some sources; one piece for each stretch of them that had room."""
    size, pieces, begin, room = np.zeros(len(mine), dtype=np.int64), [], 0, ROWS_AT_ONCE
    while begin < len(mine):
        search.make_room(room)
        end = run(search, mine, begin, size)
        pieces.append(Piece(mine[begin:end], size[begin:end].copy(), *search.keep(int(size[begin:end].sum()))))
        if end < len(mine):
            room = max(room, int(size[end]))
        begin = end
    return pieces


def in_chunks(entry: Seeds, inside: Ints) -> list[Longs]:
    """The sources in lots for threads to take, neighbours together."""
    count = len(entry)
    key = np.zeros(count, dtype=np.int64)
    filled = np.flatnonzero(np.diff(entry.start))
    key[filled] = inside[entry.start[filled]]
    source = np.argsort(key, kind="stable")
    chunk = max(1, min(CHUNK_SOURCES, -(-count // 16)))
    return [source[at:at + chunk] for at in range(0, count, chunk)]


def _search_all(graph: Graph, entry: Seeds, inside: Ints, points: int, run: Callable[..., int], threads: int | None,
                progress: Progress | None) -> Rows:
    """run(search, sources, begin, size) over all sources, neighbours together; rows by source."""
    jobs = in_chunks(entry, inside)
    done = side_by_side(lambda: Search(graph, points), partial(pieces_of, run), jobs, threads, progress)
    return laid_out(len(entry), [piece for pieces in done for piece in pieces], threads)


def within(graph: Graph, entry: Seeds, limit: float, *, reverse: bool = False, threads: int | None = None,
           progress: Progress | None = None) -> Rows:
    """All nodes within the limit of each source: rows by source, columns the caller's nodes, in no order, yet in the same every time.

    limit : inclusive; inf for no limit. progress : called with the share that is done, 0..1; what it raises ends the work.
    """
    arcs, inside, rate = graph.arcs(reverse), inside_nodes(graph, entry), bucket_rate(graph, entry, NARROW)

    def run(search: Search, mine: Longs, begin: int, size: Longs) -> int:
        return int(reaching.reach_nodes(arcs.start, arcs.head, arcs.cost, entry.start, inside, entry.cost, mine, begin, TOGETHER, APART,
                                        limit, rate, *search.arrays, graph.order, size, search.column, search.cost))

    return _search_all(graph, entry, inside, 0, run, threads, progress)


class Reading:
    """Where searches read points off: at the ends of their edges and on the edges; made once for all searches to these points."""

    def __init__(self, graph: Graph, points: Places, reverse: bool) -> None:
        self.points, self.reverse = len(points), reverse
        point, node, rest = ends_of(graph, points, reverse)
        start, (end_point, end_rest) = grouped(graph.nodes, node, point, rest)
        self.ends = start.astype(np.uint32), end_point.astype(np.int32), end_rest
        self.on_edges = by_edge(graph, points)


def reading_off(graph: Graph, sources: Places, entry: Seeds, inside: Ints, into: Reading, limit: float) -> Callable[..., int]:
    """run(search, sources, begin, size) that writes the points within the limit. entry, inside : the sources' seeds."""
    arcs, rate = graph.arcs(into.reverse), bucket_rate(graph, entry, NARROW)
    doors = sources.start, sources.edge, sources.along, sources.leg
    targets = (*into.ends, *doors, *into.on_edges, graph.direction, -1 if into.reverse else 1)

    def run(search: Search, mine: Longs, begin: int, size: Longs) -> int:
        return int(reaching.reach_points(arcs.start, arcs.head, arcs.cost, entry.start, inside, entry.cost, mine, begin, TOGETHER, APART,
                                         limit, rate, *search.arrays, *targets, search.best, search.hit, size, search.column, search.cost))

    return run


def reach(graph: Graph, sources: Places, points: Places, limit: float, *, reverse: bool = False, by_point: bool = False,
          threads: int | None = None,
          progress: Progress | None = None) -> Rows:
    """All points within the limit of each source, exact on edges at both ends: leg + along + nodes + along + leg, or straight along a
    shared edge.

    reverse : travel goes from the points to the sources. by_point : rows by point with columns the sources, ascending; else rows by
    source with columns the points, in no order, yet in the same every time. limit, progress : as in `within`.
    """
    entry = seeds_at(graph, sources, leaving=not reverse)
    inside = inside_nodes(graph, entry)
    run = reading_off(graph, sources, entry, inside, Reading(graph, points, reverse), limit)
    rows = _search_all(graph, entry, inside, len(points), run, threads, progress)
    return turned(rows, len(points)) if by_point else rows
