"""The one place where distances between people and facilities are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CostMatrix:
    """Network metres from demand to facilities, sparse: a pair beyond `limit_m` is absent - never inf, never 0, never a big number.

    Rows are demand points i in I, columns facilities j in J. start : (I + 1,), column : (nnz,), cost_m : (nnz,); within a row by column.
    """

    shape: tuple[int, int]
    start: IntArray
    column: IntArray
    cost_m: FloatArray
    limit_m: float

    def __post_init__(self) -> None:
        if len(self.start) != self.shape[0] + 1 or self.start[-1] != len(self.column) or len(self.column) != len(self.cost_m):
            raise PlannerError("cost_matrix_shape")

    def row(self, i: int) -> tuple[IntArray, FloatArray]:
        """Facilities in reach of demand point i, and their metres."""
        part = slice(self.start[i], self.start[i + 1])
        return self.column[part], self.cost_m[part]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest facility of each demand point, without a limit.

    cost_m : (I,) metres, inf where no facility can be reached. facility : (I,) its row in the layer, -1 where none.
    attached : (I,) whether the demand point is on the network.
    """

    cost_m: FloatArray
    facility: IntArray
    attached: npt.NDArray[np.bool_]
