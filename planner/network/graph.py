"""StreetNetwork: the streets of one travel mode as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StreetNetwork:
    """Nodes n in N, edges e in E between them, in one metric CRS.

    node_x, node_y : (N,) metres. tail, head : (E,) node of each end. length_m : (E,) the edge's length, from its shape unless the file states
    it. direction : (E,) 0 both ways, 1 from tail to head only, -1 from head to tail only. shape_start : (E + 1,) where each edge's
    vertices start in shape_xy : (K, 2), first vertex at the tail. component : (N,) number of the connected part, 0 the largest.
    """

    crs: str
    mode: str
    node_x: FloatArray
    node_y: FloatArray
    tail: IntArray
    head: IntArray
    length_m: FloatArray
    direction: npt.NDArray[np.int8]
    shape_start: IntArray
    shape_xy: FloatArray
    component: IntArray
    attribution: str = ""

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_x)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.tail)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Points on the network: each at the nearest place of its nearest edge.

    edge : (P,) edge number, -1 where no edge lies within the snap limit. along_m : (P,) metres from the edge's tail, in the measure of
    length_m. leg_m : (P,) straight metres from the point to that place; NaN where not attached.
    """

    edge: IntArray
    along_m: FloatArray
    leg_m: FloatArray

    @property
    def attached(self) -> npt.NDArray[np.bool_]:
        """(P,) whether the point is on the network."""
        return self.edge >= 0

    def __len__(self) -> int:
        return len(self.edge)
