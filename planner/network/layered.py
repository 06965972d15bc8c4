"""Many layers of sources to the same points in one pass: where points are read off is made once, threads work on all layers together.

A layer's rows are turned as soon as its last search is done and given up in their old order, so that no more than a few layers are ever
held twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from planner.network import kernel
from planner.network.csr import Graph, Longs
from planner.network.kernel import Piece, Reading, Rows, Search
from planner.network.parallel import Progress, side_by_side
from planner.network.places import Places, inside_nodes, seeds_at


class TooManyPairsError(Exception):
    """More pairs than were allowed: the work has ended, and its memory is free."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Sources that belong together, and how far from them is searched (inclusive)."""

    sources: Places
    limit: float


@dataclass(frozen=True, slots=True)
class _Job:
    """Some sources of a layer, for one thread."""

    layer: int
    source: Longs


def reach_layers(graph: Graph, layers: Sequence[Layer], into: Reading, *, most_pairs: float = np.inf, threads: int | None = None,
                 progress: Progress | None = None) -> list[Rows]:
    """`kernel.reach` by point for each layer: rows by point, columns the layer's sources, ascending; the same bits as one by one.

    into : the points, and the direction of travel. progress : called with the share that is done, 0..1; what it raises ends the work.
    Raises TooManyPairsError as soon as more than `most_pairs` have been found.
    """
    runs: list[Callable[..., int]] = []
    jobs: list[_Job] = []
    for number, layer in enumerate(layers):
        entry = seeds_at(graph, layer.sources, leaving=not into.reverse)
        inside = inside_nodes(graph, entry)
        runs.append(kernel.reading_off(graph, layer.sources, entry, inside, into, layer.limit))
        jobs += [_Job(number, source) for source in kernel.in_chunks(entry, inside)]
    lock, pairs = Lock(), 0
    parts: list[list[Piece]] = [[] for _ in layers]
    waiting = np.bincount([job.layer for job in jobs], minlength=len(layers)).tolist()
    done = [_no_rows(into.points) if count == 0 else None for count in waiting]

    def work(search: Search, job: _Job) -> None:
        nonlocal pairs
        pieces = kernel.pieces_of(runs[job.layer], search, job.source)
        search.column, search.cost = np.empty(0, dtype=np.int32), np.empty(0)
        with lock:
            pairs += sum(len(piece.column) for piece in pieces)
            parts[job.layer] += pieces
            waiting[job.layer] -= 1
            last = waiting[job.layer] == 0
        if pairs > most_pairs:
            raise TooManyPairsError
        if last:
            rows = kernel.laid_out(len(layers[job.layer].sources), parts[job.layer])
            pieces, parts[job.layer] = [], []
            done[job.layer] = kernel.turned(rows, into.points)

    side_by_side(lambda: Search(graph, into.points), work, jobs, threads, progress)
    return [rows for rows in done if rows is not None]


def count_pairs(graph: Graph, layer: Layer, into: Reading, sources: Longs) -> Longs:
    """How many points are within the limit of each of some sources of a layer: what the searches cost, and nothing kept."""
    entry = seeds_at(graph, layer.sources, leaving=not into.reverse)
    run = kernel.reading_off(graph, layer.sources, entry, inside_nodes(graph, entry), into, layer.limit)
    search, size = Search(graph, into.points), np.zeros(len(sources), dtype=np.int64)
    search.column, search.cost = np.empty(into.points, dtype=np.int32), np.empty(into.points)
    for number in range(len(sources)):
        run(search, sources[number:number + 1], 0, size[number:number + 1])
    return size


def _no_rows(points: int) -> Rows:
    """The rows of a layer without sources."""
    return Rows(np.zeros(points + 1, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0))
