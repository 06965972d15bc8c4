"""People served, in reach but full, and out of reach, per unit and in all: coverage held against what the facilities have room for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.errors import InputError
from planner.inputs.layers import BoolArray, FloatArray, IntArray
from planner.measure import costs
from planner.measure.attaching import Chosen, counting_facilities
from planner.measure.capacity import Rows, served_between
from planner.measure.city import City
from planner.measure.coverage import Coverage, UnitCoverage, unit_of_points
from planner.measure.matrices import Wanted, cost_matrices
from planner.measure.sharing import Sharing, sharing


@dataclass(frozen=True, slots=True)
class UnitEnough:
    """One unit, or the whole (code ""). people_served + people_full + people_beyond (of its coverage) = people.

    people_full counts places at facilities of blank capacity as none; people_served_most is those served if they had places for all.
    """

    code: str
    people_served: float
    people_full: float
    people_served_most: float


@dataclass(frozen=True, slots=True)
class FacilityUse:
    """One facility: the people that it has room for (None: blank), those it serves, and its free places (None: blank)."""

    id: str
    name: str
    capacity: float | None
    used: float
    free: float | None


@dataclass(frozen=True, slots=True)
class Enough:
    """Coverage against capacity. column : of the ledger; per_capacity : people that one of its units serves, a stated assumption.

    capacity : people that all facilities with a figure have room for; blank : facilities without one. capacity_without_place : of
    facilities that count and have no place, which nobody is assigned to.
    """

    column: str
    per_capacity: float
    capacity: float
    blank: int
    capacity_without_place: float
    total: UnitEnough
    units: tuple[UnitEnough, ...]
    facilities: tuple[FacilityUse, ...]


def enough(city: City, found: Coverage, column: str, *, per_capacity: float = 1.0) -> Enough:
    """Who of the people covered finds a place, in the fairest of the best assignments (planner.measure.capacity), as `found` was asked.

    Raises InputError where the layer has no such column of numbers, or one is below 0, or `per_capacity` is no number above 0;
    PlannerError where the distances do not fit into memory.
    """
    if not (math.isfinite(per_capacity) and per_capacity > 0):
        raise InputError("per_capacity_invalid", value=per_capacity)
    chosen, travel = counting_facilities(city, found.layer, found.as_of), city.travel(found.travel)
    room = _capacities(city, found.layer, column) * per_capacity
    matrix = cost_matrices(city, {found.layer: Wanted(chosen, found.limit_m)}, travel)[found.layer]
    rows = _allowed(matrix, sharing(city, chosen, found.reach, found.by))
    people = np.nan_to_num(city.demand.group(found.group))
    own = room[chosen.row]
    told = served_between(rows, people, own)
    reached = np.diff(rows.start) > 0
    codes = [unit.code for unit in found.units]
    unit = unit_of_points(city, found.by, codes)

    def figures(number: IntArray, units: tuple[UnitCoverage, ...]) -> tuple[UnitEnough, ...]:
        """Of some units. number : (I,) the number of each point's unit, -1 for none."""
        least, most = (_served(number, people, reached, part.people, units) for part in (told.least, told.most))
        return tuple(UnitEnough(unit.code, least[k], unit.people_covered - least[k], most[k]) for k, unit in enumerate(units))

    total, = figures(np.zeros(len(people), dtype=np.int64), (found.total,))
    without = city.counting(found.layer, found.as_of).counts.copy()
    without[chosen.row] = False
    return Enough(column, per_capacity, float(np.nansum(own)), int(np.isnan(own).sum()), float(np.nansum(room[without])), total,
                  figures(unit, found.units), _uses(city, chosen, own, told.least.used))


def _capacities(city: City, slug: str, column: str) -> FloatArray:
    """(J,) a column of a layer as numbers, NaN where blank."""
    import pandas as pd

    frame = city.layer(slug).frame
    numeric = [name for name in frame.columns if name not in ("x", "y", "row") and pd.api.types.is_numeric_dtype(frame[name])
               and not pd.api.types.is_bool_dtype(frame[name])]
    if column not in numeric:
        raise InputError("capacity_column_unknown", layer=slug, column=column, columns=", ".join(numeric))
    values: FloatArray = frame[column].to_numpy(dtype=np.float64)
    if (values < 0).any() or np.isinf(values).any():
        worst = int(np.flatnonzero((values < 0) | np.isinf(values))[0])
        raise InputError("capacity_negative", layer=slug, column=column, id=str(frame["id"].iloc[worst]), value=f"{values[worst]:g}")
    return values


def _allowed(matrix: costs.CostMatrix, who: Sharing) -> Rows:
    """The facilities that each demand point has within the limit and may use."""
    point = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.start))
    kept = who.allows(point, matrix.column.astype(np.int64), matrix.shape[1])
    start = np.zeros(matrix.shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(point[kept], minlength=matrix.shape[0]), out=start[1:])
    return Rows(start, matrix.column[kept], matrix.shape[1])


def _served(number: IntArray, people: FloatArray, reached: BoolArray, served: FloatArray,
            units: tuple[UnitCoverage, ...]) -> list[float]:
    """People served in each unit; all that are covered, to the last bit, where nobody in reach is left without a place."""
    inside = np.flatnonzero((number >= 0) & reached)
    heads, lost = (np.bincount(number[inside], weights=values[inside], minlength=len(units)) for values in (served, people - served))
    return [unit.people_covered if lost[k] == 0 else min(float(heads[k]), unit.people_covered) for k, unit in enumerate(units)]


def _uses(city: City, chosen: Chosen, room: FloatArray, used: FloatArray) -> tuple[FacilityUse, ...]:
    """The facilities in the ledger's order."""
    found = []
    for slug, row, places, taken in zip(chosen.layer, chosen.row.tolist(), room.tolist(), used.tolist(), strict=True):
        frame = city.layer(slug).frame
        blank = math.isnan(places)
        found.append(FacilityUse(str(frame["id"].iloc[row]), str(frame["name"].iloc[row]), None if blank else places, taken,
                                 None if blank else places - taken))
    return tuple(found)
