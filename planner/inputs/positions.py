"""Where the rows of a ledger say that they are: coordinates read, put in order, and the faults told apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.cells import Angle, Cell, parse_angle, parse_pair, text
from planner.inputs.coordinates import System
from planner.inputs.layers import FloatArray, TextArray
from planner.inputs.reading import Reading, Table
from planner.quality import Issue

CHINA_LON = (73.0, 136.0)
CHINA_LAT = (3.0, 54.0)
"""Degrees of China east and north: the ranges do not meet, so that a swapped pair shows."""
_WHOLE = 0.5


class PlacedSpec(Protocol):
    """What a section must say for its rows to have a place."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Keys to headers."""


@dataclass(frozen=True, slots=True)
class Positions:
    """Coordinates as declared. a, b : (n,) lon and lat, or x and y; NaN where the row has none that can be used.

    fault : (n,) "" or the code of the issue that says why; typed : (n,) the cells as typed; column : the header that the issues name;
    plane : whether the numbers are metres although degrees were expected.
    """

    a: FloatArray
    b: FloatArray
    fault: TextArray
    typed: TextArray
    column: str | None
    plane: bool = False

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """(n,) which rows have coordinates."""
        return np.isfinite(self.a) & np.isfinite(self.b)


def read_positions(spec: PlacedSpec, table: Table, index: npt.NDArray[np.int64], names: TextArray, system: System,
                   reading: Reading) -> Positions:
    """The positions of the chosen rows. Repairs are told here, faults only marked: what becomes of a row depends on its stated unit."""
    headers = next(((spec.columns[first], spec.columns[second]) for first, second in (("lon", "lat"), ("x", "y"))
                    if first in spec.columns and second in spec.columns), None)
    if headers is None:
        return _of_shapes(table, index, degrees=system.geographic)
    first, second = ([table.columns[header][k] for k in index] for header in headers)
    one_column = headers[0] == headers[1]
    pairs = [_pair(p, q, one_column=one_column) for p, q in zip(first, second, strict=True)]
    a = np.array([pair[0].value for pair in pairs], dtype=np.float64)
    b = np.array([pair[1].value for pair in pairs], dtype=np.float64)
    parsed = np.array(["coordinates_parsed" in (pair[0].how, pair[1].how) for pair in pairs], dtype=bool) & np.isfinite(a) & np.isfinite(b)
    fault = np.array([_fault(pair) for pair in pairs], dtype=object)
    typed = np.array([text(p) if one_column else f"{text(p)}, {text(q)}" for p, q in zip(first, second, strict=True)], dtype=object)
    degrees = "lon" in spec.columns and system.geographic
    plane = bool(degrees and _metres(a, b))
    swapped = np.zeros(len(a), dtype=bool)
    if degrees and not plane:
        swapped = _between(a, CHINA_LAT) & _between(b, CHINA_LON)
        a[swapped], b[swapped] = b[swapped].copy(), a[swapped].copy()
    wrong = (a == 0) & (b == 0)
    if degrees and not plane:
        wrong |= (np.abs(a) > 180) | (np.abs(b) > 90)
    fault[wrong] = "coordinates_invalid"
    bad = fault != ""
    a[bad] = b[bad] = np.nan
    found = Positions(a, b, fault, typed, headers[0], plane)

    def tell(code: str, mask: npt.NDArray[np.bool_], column: str, value: Callable[[int], str]) -> None:
        hits = np.flatnonzero(mask)
        if len(hits) > 1 and len(hits) > _WHOLE * len(index):
            reading.add(Issue(code, "info", table.shown, table.sheet, None, column, value=value(int(hits[0])), sentence=f"{code}_all",
                              params={"count": len(hits)}))
            return
        for j in hits:
            reading.add(Issue(code, "info", table.shown, table.sheet, table.rows[index[j]], column, str(names[j]), value(int(j))))

    tell("coordinates_parsed", parsed & ~bad, headers[0], lambda j: str(typed[j])[:200])
    tell("lonlat_swapped", swapped & ~bad, headers[0], lambda j: str(typed[j])[:200])
    return found


def _pair(first: Cell, second: Cell, *, one_column: bool) -> tuple[Angle, Angle]:
    """Both coordinates of a row."""
    if one_column:
        return parse_pair(first) or (Angle(math.nan, parse_angle(first).how or "coordinates_invalid"), Angle(math.nan))
    return parse_angle(first), parse_angle(second)


def _fault(pair: Sequence[Angle]) -> str:
    """What is wrong with a pair that cannot be used: missing where a part is blank and none is nonsense."""
    hows = {angle.how for angle in pair}
    if not any(math.isnan(angle.value) for angle in pair):
        return ""
    return "coordinates_invalid" if "coordinates_invalid" in hows else "coordinates_missing"


def _between(values: FloatArray, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Which values lie within limits."""
    return (values >= limits[0]) & (values <= limits[1])


def _metres(a: FloatArray, b: FloatArray) -> bool:
    """Whether most of the pairs are metres of a plane system rather than degrees."""
    usable = np.isfinite(a) & np.isfinite(b) & ~((a == 0) & (b == 0))
    large = (np.abs(a) > 20_000) & (np.abs(b) > 20_000)
    return bool(usable.sum() > 0 and (large & usable).sum() > _WHOLE * usable.sum())


def _of_shapes(table: Table, index: npt.NDArray[np.int64], *, degrees: bool) -> Positions:
    """Positions of a layer's shapes: points as they are, other shapes by a point on them. A table without shapes has none."""
    count = len(index)
    nothing, blank = np.full(count, np.nan), np.full(count, "", dtype=object)
    if table.shapes is None:
        return Positions(nothing, nothing.copy(), np.full(count, "coordinates_missing", dtype=object), blank, None)
    shapes = table.shapes[index]
    points = shapely.point_on_surface(shapes)
    a, b = shapely.get_x(points), shapely.get_y(points)
    fault = np.where(np.isfinite(a), "", "coordinates_missing").astype(object)
    fault[[j for j, k in enumerate(index) if k in table.broken]] = "coordinates_invalid"
    plane = degrees and _metres(a, b)
    if degrees and not plane:
        off = (np.abs(a) > 180) | (np.abs(b) > 90)
        fault[off] = "coordinates_invalid"
        a[off] = b[off] = np.nan
    return Positions(a, b, fault, blank, None, plane)
