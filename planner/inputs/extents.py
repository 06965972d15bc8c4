"""Facilities that are more than a point: areas drawn in a layer, and entrances that a ledger lists, in the system of their layer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.boundaries import repaired
from planner.inputs.cells import MISSING_WORDS, Cell, blank, parse_pair, text
from planner.inputs.coordinates import System
from planner.inputs.layers import FloatArray, IntArray, ObjectArray, TextArray
from planner.inputs.positions import CHINA_LAT, CHINA_LON, Positions
from planner.inputs.reading import Reading, Table
from planner.quality import Issue

ENTRANCES = "entrances"
"""The key of a column that lists entrances: "lon,lat;lon,lat", or "x,y;x,y" in a plane system."""
_BETWEEN = re.compile(r"[;；\r\n]+")


@dataclass(frozen=True, slots=True)
class RawExtents:
    """Areas and entrances as they lie in the file. area : (J,) valid polygon or None. owner : (R,) the facility of each entrance, in
    order; a, b : (R,) its lon and lat, or x and y."""

    area: ObjectArray
    owner: IntArray
    a: FloatArray
    b: FloatArray


def no_extents(count: int) -> RawExtents:
    """Of facilities that are points."""
    return RawExtents(np.full(count, None, dtype=object), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


def read_extents(columns: Mapping[str, str], table: Table, index: npt.NDArray[np.int64], names: TextArray, system: System,
                 positions: Positions, reading: Reading) -> RawExtents:
    """Areas and entrances of the chosen rows: polygons and several points of a layer without columns of coordinates, and the entrances
    listed in a column. What cannot be used is told.

    columns : our keys to headers, as in FacilitySpec.
    """
    count = len(index)
    area = np.full(count, None, dtype=object)
    owner: list[int] = []
    places: list[tuple[float, float]] = []
    if table.shapes is not None and "lon" not in columns and "x" not in columns:
        for j in np.flatnonzero(positions.usable).tolist():
            shape = table.shapes[index[j]]
            if shape.geom_type in ("Polygon", "MultiPolygon"):
                area[j] = _polygon(shape, table, int(index[j]), str(names[j]), reading)
            elif shape.geom_type == "MultiPoint" and len(shape.geoms) > 1:
                points = shapely.get_coordinates(shape).tolist()
                owner += [j] * len(points)
                places += [(x, y) for x, y in points]
    if ENTRANCES in columns:
        header = columns[ENTRANCES]
        listed = _listed([table.columns[header][k] for k in index], header, table, index, names, reading, degrees=system.geographic)
        owner += [j for j, _ in listed]
        places += [place for _, place in listed]
    order = np.argsort(np.array(owner, dtype=np.int64), kind="stable")
    xy = np.array(places, dtype=np.float64).reshape(-1, 2)[order]
    return RawExtents(area, np.array(owner, dtype=np.int64)[order], xy[:, 0].copy(), xy[:, 1].copy())


def _polygon(shape: object, table: Table, k: int, name: str, reading: Reading) -> object:
    """A facility's area, repaired where it crosses itself; None where nothing of it is left, so that its point is used."""
    flat = shapely.force_2d(shape)
    if not shapely.is_valid(flat):
        reason = str(shapely.is_valid_reason(flat)).split("[")[0].strip()
        flat = repaired(flat)
        sentence = "area_unusable" if flat.is_empty else "area_repaired"
        reading.add(Issue("geometry_invalid", "warning", table.shown, table.sheet, table.rows[k], None, name, reason, sentence))
    return None if flat.is_empty or flat.area <= 0 else flat


def _listed(cells: list[Cell], header: str, table: Table, index: npt.NDArray[np.int64], names: TextArray, reading: Reading, *,
            degrees: bool) -> list[tuple[int, tuple[float, float]]]:
    """The entrances listed in cells: (facility, place). Of a cell the parts that are no place are left out and told, once a cell."""
    found: list[tuple[int, tuple[float, float]]] = []
    for j, cell in enumerate(cells):
        typed = text(cell).strip()
        if blank(cell) or typed.lower() in MISSING_WORDS:
            continue
        about = (table.shown, table.sheet, table.rows[index[j]], header, str(names[j]))
        bad, swapped = [], False
        for part in filter(None, (part.strip() for part in _BETWEEN.split(typed))):
            pair = parse_pair(part)
            a, b = (pair[0].value, pair[1].value) if pair is not None else (0.0, 0.0)
            if degrees and CHINA_LAT[0] <= a <= CHINA_LAT[1] and CHINA_LON[0] <= b <= CHINA_LON[1]:
                a, b, swapped = b, a, True
            if (a == 0 and b == 0) or (degrees and (abs(a) > 180 or abs(b) > 90)):
                bad.append(part)
            else:
                found.append((j, (a, b)))
        if swapped:
            reading.add(Issue("lonlat_swapped", "info", *about, typed[:200]))
        if bad:
            reading.add(Issue("coordinates_invalid", "warning", *about, bad[0][:200], "entrances_invalid", {"count": len(bad)}))
    return found
