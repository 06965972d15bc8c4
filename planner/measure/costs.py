"""The one place where distances between people and facilities are made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerError
from planner.measure import memory
from planner.network import paths
from planner.network.graph import Attachment, StreetNetwork
from planner.network.parallel import threads_of

if TYPE_CHECKING:
    from planner.network.kernel import Rows

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ColumnArray = npt.NDArray[np.int32]
Progress = Callable[[float], None]

PAIR_BYTES = 12
"""A pair's column (int32) and cost (float64)."""

SAMPLE = 24
"""Facilities of a layer from which the number of its pairs is estimated; layers of no more are counted whole."""

MARGIN = 1.25
"""So much more than the sample says is reckoned with: 24 facilities tell a layer's mean to about a tenth in a real city (measured)."""

IN_TRANSIT = 2
"""So many times a layer's pairs are held by each thread, besides the matrices, while it turns them: as found, and in their order."""

POINT_BYTES = 100
"""What searches read off at each demand point, and what they keep of it while they run."""


@dataclass(frozen=True, slots=True)
class CostMatrix:
    """Network metres from demand to facilities, sparse: a pair beyond `limit_m` is absent - never inf, never 0, never a big number.

    Rows are demand points i in I, columns facilities j in J. start : (I + 1,), column : (nnz,) int32, cost_m : (nnz,); within a row by
    column.
    """

    shape: tuple[int, int]
    start: IntArray
    column: ColumnArray
    cost_m: FloatArray
    limit_m: float

    def __post_init__(self) -> None:
        if len(self.start) != self.shape[0] + 1 or self.start[-1] != len(self.column) or len(self.column) != len(self.cost_m):
            raise PlannerError("cost_matrix_shape")

    def row(self, i: int) -> tuple[ColumnArray, FloatArray]:
        """Facilities in reach of demand point i, and their metres."""
        part = slice(self.start[i], self.start[i + 1])
        return self.column[part], self.cost_m[part]

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return self.start.nbytes + self.column.nbytes + self.cost_m.nbytes


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest facility of each demand point, without a limit.

    cost_m : (I,) metres, inf where no facility can be reached. facility : (I,) its row in the layer, -1 where none.
    attached : (I,) whether the demand point is on the network.
    """

    cost_m: FloatArray
    facility: IntArray
    attached: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """One layer's question: where its facilities stand on the network, and within how many metres (legs included, inclusive)."""

    facilities: Attachment
    limit_m: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.limit_m) and self.limit_m >= 0):
            raise PlannerError("limit_invalid", value=self.limit_m)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of one layer's cost matrix: all demand points and the facilities first : first + matrix.shape[1]."""

    layer: str
    first: int
    matrix: CostMatrix


@dataclass(frozen=True, slots=True)
class Estimate:
    """What cost matrices would take. pairs : layer -> pairs, with MARGIN unless counted. held_bytes : of the matrices; peak_bytes : while
    they are made."""

    pairs: Mapping[str, int]
    held_bytes: int
    peak_bytes: int


def nearest(network: StreetNetwork, demand: Attachment, facilities: Attachment) -> Nearest:
    """The nearest facility of each demand point on the network, without a limit, in the direction of travel from demand to facility.

    Cost is leg + way along the network + leg. Of facilities that are equally near the lowest row is taken.
    """
    cost_m, facility = paths.nearest(network, demand, facilities)
    return Nearest(cost_m, facility, demand.attached)


def cost_matrix(network: StreetNetwork, demand: Attachment, facilities: Attachment, *, limit_m: float,
                progress: Progress | None = None) -> CostMatrix:
    """All pairs of demand point and facility within `limit_m` network metres, legs included, from demand to facility.

    The limit is inclusive, with 1e-6 m for floating point. A facility at one's own door is a stored 0. progress : called with the share
    that is done, 0..1; what it raises ends the work. Raises PlannerError unless the limit is a finite number of 0 or more.
    """
    asked = Asked(facilities, limit_m)
    return _matrix(asked, paths.within(network, demand, facilities, limit_m=limit_m, progress=progress))


def from_one(network: StreetNetwork, place: Attachment, facilities: Attachment) -> tuple[IntArray, FloatArray]:
    """The facilities that can be reached from one place, without a limit: their numbers, ascending, and the metres of the way there.

    One search from the place, in the direction of travel; costs are what `nearest` and `cost_matrix` count.
    """
    rows = paths.within(network, place, facilities, limit_m=math.inf)
    return rows.column.astype(np.int64), rows.cost


def cost_matrices(network: StreetNetwork, demand: Attachment, layers: Mapping[str, Asked], *, budget_bytes: int | None = None,
                  threads: int | None = None, progress: Progress | None = None) -> dict[str, CostMatrix]:
    """`cost_matrix` of many layers from one pass of searches: layer -> matrix, each the same bits as alone.

    budget_bytes : the most memory that the work may take; without it memory.SHARE_OF_FREE of what is free. It is estimated before it is
    taken, and watched while it is. threads : one for each processor unless told otherwise; they change no result. progress : as in
    `cost_matrix`. Raises PlannerError (cost_matrices_memory) where the matrices do not fit: `cost_blocks` gives them in parts.
    """
    budget = budget_or_default(budget_bytes)
    targets = paths.Targets(network, demand)
    wanted = _estimate(targets, demand, layers, threads)
    if wanted.peak_bytes > budget:
        raise _too_much(wanted.peak_bytes, budget)
    from planner.network.layered import TooManyPairsError

    most = max(budget - _base(demand, len(layers)), 0) // PAIR_BYTES
    try:
        return _at_once(demand, layers, targets, most, threads, progress)
    except TooManyPairsError:
        raise _too_much(wanted.peak_bytes, budget) from None


def cost_blocks(network: StreetNetwork, demand: Attachment, layers: Mapping[str, Asked], *, budget_bytes: int | None = None,
                threads: int | None = None, progress: Progress | None = None) -> Iterator[Block]:
    """The cost matrices of many layers in parts, by layer and then by facility, each made within the budget when it is asked for.

    A layer's blocks side by side are its whole matrix. Let go of a block before taking the next. Arguments as in `cost_matrices`, the
    budget being for one block. Raises PlannerError (cost_matrices_memory) where the budget is too small for a single facility.
    """
    budget = budget_or_default(budget_bytes)
    least = _base(demand, 1) + (1 + IN_TRANSIT) * PAIR_BYTES * len(demand)
    if budget < least:
        raise _too_much(least, budget)
    most = (budget - _base(demand, 1)) // ((1 + IN_TRANSIT) * PAIR_BYTES)
    targets = paths.Targets(network, demand)
    whole, done = sum(len(asked.facilities) for asked in layers.values()), 0
    for name, asked in layers.items():
        count, first = len(asked.facilities), 0
        at_once = max(1, int(most / max(_pairs(targets, asked) / max(count, 1), 1e-9)))
        while first < count or first == 0:
            matrix = _block(demand, targets, asked, first, min(at_once, count - first), most, threads,
                            part_of(progress, done / max(whole, 1), min(at_once, count - first) / max(whole, 1)))
            yield Block(name, first, matrix)
            at_once, done = min(at_once, max(matrix.shape[1], 1)), done + matrix.shape[1]
            first += max(matrix.shape[1], 1)
            del matrix
    if progress is not None:
        progress(1.0)


def estimate(network: StreetNetwork, demand: Attachment, layers: Mapping[str, Asked], *, threads: int | None = None) -> Estimate:
    """What `cost_matrices` would take: searches from a fixed sample of each layer's facilities, scaled up with MARGIN."""
    return _estimate(paths.Targets(network, demand), demand, layers, threads)


def budget_or_default(budget_bytes: int | None) -> int:
    """The bytes that may be taken: those stated, else a share of what is free."""
    return memory.default_budget() if budget_bytes is None else budget_bytes


def _estimate(targets: paths.Targets, demand: Attachment, layers: Mapping[str, Asked], threads: int | None) -> Estimate:
    """See `estimate`."""
    pairs = {name: _pairs(targets, asked) for name, asked in layers.items()}
    turning = IN_TRANSIT * min(threads_of(threads), max(len(layers), 1))
    held = PAIR_BYTES * sum(pairs.values()) + 8 * (len(demand) + 1) * len(layers)
    return Estimate(pairs, held, held + POINT_BYTES * len(demand) + turning * PAIR_BYTES * max(pairs.values(), default=0))


def _pairs(targets: paths.Targets, asked: Asked) -> int:
    """A layer's pairs: counted where it has no more than SAMPLE facilities on the network, else estimated."""
    there = np.flatnonzero(asked.facilities.attached)
    if len(there) <= SAMPLE:
        return int(targets.count_pairs(asked.facilities, asked.limit_m, there).sum())
    sample = there[(np.arange(SAMPLE) * len(there) + len(there) // 2) // SAMPLE]
    mean = float(targets.count_pairs(asked.facilities, asked.limit_m, sample).mean())
    return math.ceil(MARGIN * mean * len(there))


def _base(demand: Attachment, layers: int) -> int:
    """Bytes that are taken whatever is found: the rows' starts, which each layer has, and what the searches keep of each point."""
    return (8 * layers + POINT_BYTES) * (len(demand) + 1)


def _too_much(needed: float, budget: float) -> PlannerError:
    """The error of matrices that do not fit."""
    return PlannerError("cost_matrices_memory", needed=f"{needed / 1e9:.2f}", budget=f"{budget / 1e9:.2f}")


def _matrix(asked: Asked, rows: Rows) -> CostMatrix:
    """Rows by demand point as a cost matrix."""
    return CostMatrix((len(rows), len(asked.facilities)), rows.start, rows.column, rows.cost, asked.limit_m)


def _at_once(demand: Attachment, layers: Mapping[str, Asked], targets: paths.Targets, most_pairs: int, threads: int | None,
             progress: Progress | None) -> dict[str, CostMatrix]:
    """All layers in one pass; those with more places than the demand are searched from the demand, as `cost_matrix` does, after it."""
    together = {name: asked for name, asked in layers.items() if paths.from_destinations(demand, asked.facilities)}
    apart = [name for name in layers if name not in together]
    share = len(together) / max(len(layers), 1)
    rows = targets.within_layers([(asked.facilities, asked.limit_m) for asked in together.values()], most_pairs=most_pairs, threads=threads,
                                 progress=part_of(progress, 0.0, share))
    found = {name: _matrix(asked, row) for (name, asked), row in zip(together.items(), rows, strict=True)}
    left = most_pairs - sum(len(row.column) for row in rows)
    for k, name in enumerate(apart):
        asked, told = layers[name], part_of(progress, share + k * (1 - share) / len(apart), (1 - share) / len(apart))
        found[name] = _matrix(asked, targets.within_from_origins(asked.facilities, asked.limit_m, most_pairs=left, threads=threads,
                                                                 progress=told))
        left -= len(found[name].column)
    return {name: found[name] for name in layers}


def _block(demand: Attachment, targets: paths.Targets, asked: Asked, first: int, count: int, most_pairs: int, threads: int | None,
           progress: Progress | None) -> CostMatrix:
    """The matrix of some facilities from `first` on: of half as many as long as there are too many pairs."""
    from planner.network.layered import TooManyPairsError

    while True:
        part = Asked(_some(asked.facilities, first, first + count), asked.limit_m)
        try:
            if paths.from_destinations(demand, asked.facilities):
                rows, = targets.within_layers([(part.facilities, part.limit_m)], most_pairs=most_pairs, threads=threads, progress=progress)
            else:
                rows = targets.within_from_origins(part.facilities, part.limit_m, most_pairs=most_pairs, threads=threads, progress=progress)
            return _matrix(part, rows)
        except TooManyPairsError:
            count = (count + 1) // 2


def part_of(progress: Progress | None, first: float, part: float) -> Progress | None:
    """Progress of a part of the work: from `first` on, `part` of it all."""
    return None if progress is None else lambda done: progress(min(first + part * done, 1.0))


def _some(points: Attachment, first: int, last: int) -> Attachment:
    """The points first:last."""
    start = points.start[first:last + 1]
    part = slice(start[0], start[-1])
    return Attachment(start - start[0], points.edge[part], points.along_m[part], points.leg_m[part])
