"""How the people of a unit reach points: along its streets, over its residential polygons, on given points - its totals kept exact.

Shares of people are multiples of 2**-20 person, so that float64 adds them without rounding in any order: the sum over a unit's points
is the unit's total to the last bit. What a share loses by that goes to the unit's point of the greatest weight.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.layers import FloatArray, IntArray
from planner.inputs.units import Units

STEP_M = 100.0
"""A demand point stands for at most so many metres of street."""
QUANTUM = 2.0 ** -20


@dataclass(frozen=True, slots=True)
class StreetLines:
    """The streets on foot. shapes : (E,) lines in the metric CRS; main : (E,) whether a street hangs together with the largest network.

    shown : the file, where it is a layer whose system may be doubted; "" for OpenStreetMap, which is in WGS84.
    """

    shapes: npt.NDArray[np.object_]
    main: npt.NDArray[np.bool_]
    shown: str = ""
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def tree(self) -> shapely.STRtree:
        """The search tree over the streets."""
        if "tree" not in self.cache:
            self.cache["tree"] = shapely.STRtree(self.shapes)
        return self.cache["tree"]


@dataclass(frozen=True, slots=True)
class Carriers:
    """Points that carry people. x, y : (K,) metres; unit : (K,) place of the unit; weight : (K,) above 0."""

    x: FloatArray
    y: FloatArray
    unit: IntArray
    weight: FloatArray

    def __len__(self) -> int:
        return len(self.x)


def along_streets(streets: StreetLines, units: Units) -> Carriers:
    """Points about every STEP_M of street, weighing the metres that they stand for; each in the first unit that holds it.

    Streets cut off from the main network carry people only in units that have no other.
    """
    lengths = shapely.length(streets.shapes)
    pieces = np.maximum(np.ceil(lengths / STEP_M - 1e-6), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(lengths)), pieces)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    step = (lengths / pieces)[edge]
    points = shapely.line_interpolate_point(streets.shapes[edge], (number + 0.5) * step)
    x, y = shapely.get_x(points), shapely.get_y(points)
    unit = units.locate(x, y)
    main = streets.main[edge]
    with_main = np.zeros(len(units) + 1, dtype=bool)
    with_main[unit[main]] = True
    keep = (unit >= 0) & (step > 0) & (main | ~with_main[unit])
    return Carriers(x[keep], y[keep], unit[keep], step[keep])


def over_polygons(polygons: npt.NDArray[np.object_], units: Units) -> Carriers:
    """Points over each residential polygon, weighing the area that they stand for, about one for each STEP_M x STEP_M of it.

    A polygon that several units share is cut along their borders; one wider than STEP_M along a lattice of that width, because people
    at the far end of a compound do not live in its middle.
    """
    pairs = shapely.STRtree(polygons).query(units.shapes, predicate="intersects")
    order = np.lexsort((pairs[1], pairs[0]))
    unit, polygon = pairs[0][order], pairs[1][order]
    parts = shapely.intersection(units.shapes[unit], polygons[polygon])
    cells, of = _cells(parts)
    area = shapely.area(cells)
    inside = np.flatnonzero(area > 0)
    points = shapely.point_on_surface(cells[inside])
    return Carriers(shapely.get_x(points), shapely.get_y(points), unit[of[inside]].astype(np.int64), area[inside])


def _cells(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], IntArray]:
    """Shapes cut along a lattice of STEP_M over each one's own extent: the pieces, and of which shape each is."""
    pieces: list[npt.NDArray[np.object_]] = []
    of: list[IntArray] = []
    for number, (shape, (x0, y0, x1, y1)) in enumerate(zip(shapes, shapely.bounds(shapes), strict=True)):
        if not np.isfinite(x0):
            continue
        columns, rows = (max(int(np.ceil((high - low) / STEP_M)), 1) for low, high in ((x0, x1), (y0, y1)))
        if columns * rows == 1:
            cut = np.array([shape], dtype=object)
        else:
            x, y = np.linspace(x0, x1, columns + 1), np.linspace(y0, y1, rows + 1)
            left, low = (values.ravel() for values in np.meshgrid(x[:-1], y[:-1]))
            right, high = (values.ravel() for values in np.meshgrid(x[1:], y[1:]))
            cut = shapely.intersection(shapely.box(left, low, right, high), shape)
        pieces.append(cut)
        of.append(np.full(len(cut), number, dtype=np.int64))
    if not pieces:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    return np.concatenate(pieces), np.concatenate(of)


def on_points(x: FloatArray, y: FloatArray, weight: FloatArray, units: Units) -> Carriers:
    """Given points, each in the first unit that holds it."""
    unit = units.locate(x, y)
    keep = (unit >= 0) & (weight > 0)
    return Carriers(x[keep], y[keep], unit[keep], weight[keep])


def in_units(units: Units, places: IntArray) -> Carriers:
    """One point inside each of some units."""
    x, y = units.inner_points()
    return Carriers(x[places], y[places], places, np.ones(len(places)))


def joined(parts: list[Carriers]) -> Carriers:
    """Several carriers as one, by unit."""
    unit = np.concatenate([part.unit for part in parts])
    order = np.argsort(unit, kind="stable")
    return Carriers(np.concatenate([part.x for part in parts])[order], np.concatenate([part.y for part in parts])[order], unit[order],
                    np.concatenate([part.weight for part in parts])[order])


def only(carriers: Carriers, wanted: npt.NDArray[np.bool_]) -> Carriers:
    """Carriers of the units that are wanted (a mask over units)."""
    keep = wanted[carriers.unit]
    return Carriers(carriers.x[keep], carriers.y[keep], carriers.unit[keep], carriers.weight[keep])


def share_out(totals: Mapping[str, FloatArray], carriers: Carriers) -> dict[str, FloatArray]:
    """People at each carrier: each unit's total by weight, exactly (see above). totals : group -> (A,) persons of each unit."""
    shared = {}
    changes = np.flatnonzero(np.diff(carriers.unit)) + 1
    edges = np.r_[0, changes, len(carriers)] if len(carriers) else np.zeros(1, dtype=np.int64)
    for group, people in totals.items():
        values = np.zeros(len(carriers))
        for start, end in itertools.pairwise(edges.tolist()):
            total = float(people[carriers.unit[start]])
            weight = carriers.weight[start:end]
            parts = np.floor(total * (weight / weight.sum()) / QUANTUM) * QUANTUM
            parts[int(np.argmax(weight))] += total - float(parts.sum())
            values[start:end] = parts
        shared[group] = values
    return shared
