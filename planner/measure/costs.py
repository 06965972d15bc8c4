"""The one place where distances between people and facilities are made."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerError
from planner.network import paths
from planner.network.graph import Attachment, StreetNetwork

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


def nearest(network: StreetNetwork, demand: Attachment, facilities: Attachment) -> Nearest:
    """The nearest facility of each demand point on the network, without a limit, in the direction of travel from demand to facility.

    Cost is leg + way along the network + leg. Of facilities that are equally near the lowest row is taken.
    """
    cost_m, facility = paths.nearest(network, demand, facilities)
    return Nearest(cost_m, facility, demand.attached)


def cost_matrix(network: StreetNetwork, demand: Attachment, facilities: Attachment, *, limit_m: float,
                progress: Callable[[float], None] | None = None) -> CostMatrix:
    """All pairs of demand point and facility within `limit_m` network metres, legs included, from demand to facility.

    The limit is inclusive, with 1e-6 m for floating point. A facility at one's own door is a stored 0. progress : called with the share
    that is done, 0..1; what it raises ends the work. Raises PlannerError unless the limit is a finite number of 0 or more.
    """
    if not (math.isfinite(limit_m) and limit_m >= 0):
        raise PlannerError("limit_invalid", value=limit_m)
    rows = paths.within(network, demand, facilities, limit_m=limit_m, progress=progress)
    return CostMatrix((len(demand), len(facilities)), rows.start, rows.column.astype(np.int64), rows.cost, limit_m)
