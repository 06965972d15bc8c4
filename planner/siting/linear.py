"""Linear models with whole-number variables, as sparse arrays. No solver is known here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.siting.problem import Columns, Floats, Ints, Mask

WHOLE_REL = 1e-9
"""Products and quotients of doubles that stand for whole numbers are off by about 1e-16 of themselves; data are not this fine."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """min or max cost . x + offset subject to row_lower <= A x <= row_upper, col_lower <= x <= col_upper, x whole where `whole`.

    A by rows: row r holds index[start[r] : start[r + 1]] with the coefficients `value`.
    unit : every value the objective can take is offset plus a whole multiple of it; 0 where no such unit is known.
    """

    maximise: bool
    cost: Floats
    start: Ints
    index: Columns
    value: Floats
    row_lower: Floats
    row_upper: Floats
    col_lower: Floats
    col_upper: Floats
    whole: Mask
    offset: float = 0.0
    unit: float = 0.0


class Rows:
    """Rows gathered block by block, then set as one matrix."""

    def __init__(self) -> None:
        self._blocks: list[tuple[Ints, Ints, Floats]] = []
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self.count = 0

    def add(self, row: npt.ArrayLike, column: npt.ArrayLike, value: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike,
            count: int) -> None:
        """A block of `count` rows as triples with row numbers 0..count-1; value, lower and upper may be one number for all."""
        own, other = np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64)
        self._blocks.append((own + self.count, other, np.broadcast_to(np.asarray(value, dtype=np.float64), own.shape)))
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), (count,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)))
        self.count += count

    def one(self, column: npt.ArrayLike, value: npt.ArrayLike, lower: float, upper: float) -> None:
        """One row."""
        other = np.asarray(column, dtype=np.int64)
        self.add(np.zeros(len(other), dtype=np.int64), other, value, lower, upper, 1)

    def model(self, *, maximise: bool, cost: Floats, col_upper: Floats, whole: Mask, col_lower: Floats | None = None,
              offset: float = 0.0, unit: float = 0.0) -> LinearModel:
        """The model with these rows."""
        row = np.concatenate([block[0] for block in self._blocks]) if self._blocks else np.empty(0, dtype=np.int64)
        column = np.concatenate([block[1] for block in self._blocks]) if self._blocks else np.empty(0, dtype=np.int64)
        value = np.concatenate([block[2] for block in self._blocks]) if self._blocks else np.empty(0)
        order = np.lexsort((column, row))
        start = np.zeros(self.count + 1, dtype=np.int64)
        np.cumsum(np.bincount(row, minlength=self.count), out=start[1:])
        ends = [np.concatenate(side) if side else np.empty(0) for side in (self._lower, self._upper)]
        lower = np.zeros(len(cost)) if col_lower is None else col_lower
        return LinearModel(maximise, cost, start, column[order].astype(np.int32), value[order], ends[0], ends[1], lower, col_upper, whole,
                           offset, unit)


def whole_unit(values: Floats) -> float:
    """The greatest whole number that divides all values; 0 where one of them is not whole (but for rounding) or too great to tell.

    Sums of such values are multiples of it, so a bound may be rounded to the next multiple: that is what ends many a proof.
    """
    if not len(values):
        return 0.0
    rounded = np.round(values)
    if np.abs(rounded).max() > 2**52 or (np.abs(values - rounded) > WHOLE_REL * np.maximum(1.0, np.abs(rounded))).any():
        return 0.0
    return float(math.gcd(*np.unique(np.abs(rounded)).astype(np.int64).tolist()))


def to_unit(bound: float, unit: float, *, maximise: bool, offset: float = 0.0) -> float:
    """A bound rounded to the last value the objective can take: up for a least value, down for a greatest.

    Solvers are exact to about 1e-6 of a bound, so a bound within 1e-6 of a multiple is that multiple and not the one beyond.
    """
    if not unit or not math.isfinite(bound):
        return bound
    steps = (bound - offset) / unit
    slack = 1e-6 * max(1.0, min(abs(steps) * 1e-3, 1e3))
    return offset + unit * (math.floor(steps + slack) if maximise else math.ceil(steps - slack))
