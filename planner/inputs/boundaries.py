"""Boundary layers: read, checked, brought into the metric CRS."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.errors import CrsError
from planner.inputs import mapping
from planner.inputs.cells import plain_number, text
from planner.inputs.codes import read_codes, without_county
from planner.inputs.coordinates import SHIFTED, WGS84, System, from_wgs84, parse_system, to_wgs84
from planner.inputs.layers import TextArray
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import LEVELS, BoundarySpec
from planner.inputs.units import Units, coarser
from planner.inputs.versions import in_force
from planner.quality import Issue

Shapes = npt.NDArray[np.object_]
_DEGREES_WIDE, _DEGREES_HIGH = 180.0, 90.0
MOST_DEGREES = 20_000.0
"""Numbers beyond this are metres, not degrees with a slip of the pen."""


@dataclass(frozen=True, slots=True)
class RawUnits:
    """A boundary layer before it is placed. shapes : (A,) valid polygons in the file's coordinates; system : as declared, None unknown."""

    spec: BoundarySpec
    table: Table
    codes: TextArray
    names: TextArray
    classes: TextArray
    parents: TextArray
    shapes: Shapes
    system: System | None


def read_raw(spec: BoundarySpec, reading: Reading) -> RawUnits | None:
    """A boundary layer as it lies in its file; None (with blocking issues) where it cannot serve."""
    wanted = [header for header in (spec.code, spec.name, spec.class_, spec.parent, spec.valid_from, spec.valid_to) if header]
    table = reading.table(spec.file, wanted, role=f"boundaries.{spec.level}", date=spec.date, empty="blocking")
    if table is None or not len(table) or reading.missing_columns(table, wanted):
        return None
    mapping.note(spec, table, reading)
    if table.shapes is None:
        reading.add(Issue("file_unreadable", "blocking", table.shown, sentence="file_without_shapes"))
        return None
    table = in_force(table, spec, reading)
    if table is None:
        return None
    codes = _codes(spec, table, reading)
    names = np.array([text(cell) for cell in table.columns[spec.name]], dtype=object)
    classes = _texts(table, spec.class_)
    parents = read_codes(table.columns[spec.parent]).codes if spec.parent else np.full(len(table), "", dtype=object)
    system = layer_system(table, spec.crs, reading)
    if system is None and (spec.crs or table.crs):
        return None
    if (system is None or system.geographic) and _in_metres(table):
        zone = zone_system(shapely.bounds(table.shapes)[:, 0])
        code, sentence = ("crs_missing", "crs_missing_suggest") if system is None else ("crs_suspect", "crs_suspect_plane")
        reading.add(Issue(code, "blocking", table.shown, value=zone, sentence=sentence if zone else "crs_suspect_unknown"))
        return None
    shapes = _polygons(table, names, reading, degrees=system is None or system.geographic)
    if codes is None or shapes is None:
        return None
    reading.keep(table, np.ones(len(table), dtype=bool))
    return RawUnits(spec, table, codes, names, classes, parents, shapes, system)


def _in_metres(table: Table) -> bool:
    """Whether most shapes have metres where degrees are expected."""
    bounds = shapely.bounds(table.shapes)
    known = np.isfinite(bounds).all(axis=1)
    return bool(known.any() and (np.abs(bounds[known]).max(axis=1) > MOST_DEGREES).mean() > 0.5)


def zone_system(easting: npt.NDArray[np.float64]) -> str | None:
    """The Gauss-Kruger system that the zone digits of eastings name; None where they have none."""
    known = easting[np.isfinite(easting)]
    zone = int(np.median(known) // 1_000_000) if len(known) else 0
    if 25 <= zone <= 45:
        return f"EPSG:{4513 + zone - 25}"
    return f"EPSG:{4491 + zone - 13}" if 13 <= zone <= 23 else None


def _texts(table: Table, header: str | None) -> TextArray:
    """A column as text, blank where there is none."""
    if header is None:
        return np.full(len(table), "", dtype=object)
    return np.array([text(cell) for cell in table.columns[header]], dtype=object)


def _codes(spec: BoundarySpec, table: Table, reading: Reading) -> TextArray | None:
    """The units' codes; None where one is missing, stands twice or has lost its digits."""
    found = read_codes(table.columns[spec.code])
    names = _texts(table, spec.name)
    typed = _texts(table, spec.code)
    sound = True
    for k in np.flatnonzero(found.rounded).tolist():
        reading.add(Issue("code_rounded", "blocking", table.shown, row=table.rows[k], column=spec.code, name=names[k],
                          value=typed[k][:200]))
        sound = False
    if found.repaired.any():
        first = int(np.flatnonzero(found.repaired)[0])
        row = table.rows[first] if found.repaired.sum() == 1 else None
        reading.add(Issue("code_repaired", "info", table.shown, row=row, column=spec.code, value=typed[first][:200],
                          params={"count": int(found.repaired.sum()), "code": found.codes[first]}))
    seen: dict[str, int] = {}
    for k, code in enumerate(found.codes.tolist()):
        if not code:
            reading.add(Issue("code_missing", "blocking", table.shown, row=table.rows[k], column=spec.code, name=names[k]))
            sound = False
        elif code in seen:
            reading.add(Issue("code_duplicate", "blocking", table.shown, row=table.rows[k], column=spec.code, name=names[k],
                              value=code[:200],
                              sentence="code_duplicate_unit", params={"first": table.rows[seen[code]]}))
            sound = False
        else:
            seen[code] = k
    return found.codes if sound else None


def layer_system(table: Table, declared: str | None, reading: Reading) -> System | None:
    """The declared system of a layer: planner.toml's word, else the file's; None where neither says one, or it is not known."""
    stated = declared or table.crs
    if not stated:
        return None
    try:
        system = parse_system(stated)
    except CrsError as error:
        reading.add(Issue("crs_unsupported", "blocking", table.shown, value=str(error.params.get("crs")), sentence=error.code,
                          params=error.params))
        return None
    reading.report.record(table.shown).crs = system.name
    return system


def _polygons(table: Table, names: TextArray, reading: Reading, *, degrees: bool) -> Shapes | None:
    """The layer's polygons, repaired where that can be done; None where a unit has no usable shape."""
    assert table.shapes is not None
    shapes, sound = table.shapes.copy(), True
    bounds = shapely.bounds(shapes)
    for k, shape in enumerate(shapes):
        about = {"row": table.rows[k], "name": names[k]}
        if k in table.broken or (shape is not None and degrees and _off_earth(bounds[k])):
            reading.add(Issue("geometry_invalid", "blocking", table.shown, sentence="geometry_unusable", **about))
            sound = False
        elif shape is None or shape.is_empty:
            reading.add(Issue("geometry_missing", "blocking", table.shown, **about))
            sound = False
        elif shape.geom_type not in ("Polygon", "MultiPolygon"):
            reading.add(Issue("geometry_invalid", "blocking", table.shown, sentence="geometry_not_polygon", value=shape.geom_type, **about))
            sound = False
        elif not shape.is_valid:
            shapes[k] = repaired(shape)
            if shapes[k].is_empty:
                reading.add(Issue("geometry_invalid", "blocking", table.shown, sentence="geometry_unusable", **about))
                sound = False
            else:
                reading.add(Issue("geometry_invalid", "warning", table.shown, value=_reason(shape), **about))
    return shapes if sound else None


def _off_earth(bounds: npt.NDArray[np.float64]) -> bool:
    """Whether degrees lie beyond 180 or 90."""
    west, south, east, north = bounds
    return bool(west < -_DEGREES_WIDE or east > _DEGREES_WIDE or south < -_DEGREES_HIGH or north > _DEGREES_HIGH)


def repaired(shape: Any) -> Any:
    """The polygons of a shape that crosses itself."""
    made = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(made) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _reason(shape: Any) -> str:
    """GEOS's reason why a shape is invalid, without the numbers of its place."""
    return str(shapely.is_valid_reason(shape)).split("[")[0].strip()


def middle(raw: Sequence[RawUnits]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The corners of all units in WGS84 degrees, from which a metric CRS is chosen."""
    lon, lat = [], []
    for layer in raw:
        if layer.system is not None or not any(_off_earth(bound) for bound in shapely.bounds(layer.shapes)):
            bounds = shapely.bounds(layer.shapes)
            for x, y in ((0, 1), (2, 3)):
                degrees = to_wgs84(layer.system or System(WGS84, True), bounds[:, x], bounds[:, y])
                lon.append(degrees[0])
                lat.append(degrees[1])
    return (np.concatenate(lon), np.concatenate(lat)) if lon else (np.empty(0), np.empty(0))


def place(layer: RawUnits, crs: System, reading: Reading) -> Units | None:
    """A layer's units in the metric CRS, in code order; None where a shape has no place in it."""
    source = layer.system or System(WGS84, True)
    shapes = transformed(layer.shapes, source, crs)
    lost = [k for k, shape in enumerate(shapes) if shape is None]
    for k in lost:
        reading.add(Issue("geometry_invalid", "blocking", layer.table.shown, row=layer.table.rows[k], name=layer.names[k],
                          sentence="geometry_off_plane", params={"crs": crs.name}))
    if lost:
        return None
    if layer.spec.crs and source.name in SHIFTED:
        reading.add(Issue("crs_converted", "info", layer.table.shown, value=source.name))
    order = np.array(sorted(range(len(layer.codes)), key=lambda k: layer.codes[k]), dtype=np.int64)
    own = {layer.spec.code, layer.spec.name, layer.spec.class_, layer.spec.parent}
    extra = {header: free_column(cells)[order] for header, cells in layer.table.columns.items() if header not in own}
    return Units(layer.spec.level, layer.table.shown, layer.codes[order], layer.names[order], layer.classes[order], layer.parents[order],
                 shapes[order], np.array(layer.table.rows, dtype=np.int64)[order], extra)


def transformed(shapes: Shapes, source: System, target: System) -> Shapes:
    """Shapes of one system in another; None where a vertex has no place there. Polygons that cross themselves by it are mended."""

    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(from_wgs84(target, *to_wgs84(source, points[:, 0], points[:, 1])))

    moved: Shapes = shapely.transform(shapes, move)
    finite = np.isfinite(shapely.bounds(moved)).all(axis=1)
    for k, shape in enumerate(moved):
        if shape is None or not finite[k]:
            moved[k] = None
        elif shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_valid:
            moved[k] = repaired(shape)
    return moved


def free_column(cells: Sequence[Any]) -> npt.NDArray[Any]:
    """A column that planner.toml does not name: float64 with NaN where every filled cell is a plain number (007 is none), else text."""
    texts = [text(cell) for cell in cells]
    filled = [typed.strip() for typed in texts if typed.strip()]
    if filled and all(_is_number(typed) for typed in filled):
        return np.array([float(typed) if typed.strip() else np.nan for typed in texts], dtype=np.float64)
    return np.array(texts, dtype=object)


def _is_number(typed: str) -> bool:
    """Whether a cell is a plain finite number and would stay what it is as one."""
    value = plain_number(typed)
    return value is not None and math.isfinite(value) and not _leading_zero(typed)


def _leading_zero(typed: str) -> bool:
    """Whether digits begin with a zero that a number would lose."""
    digits = typed.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0" and digits[1] != "."


def settle_parents(units: Mapping[str, Units], found: Mapping[str, Mapping[str, TextArray]], specs: Mapping[str, BoundarySpec],
                   reading: Reading) -> dict[str, TextArray]:
    """The parent of every unit: as stated where the project has it, else derived (`found` are the ancestors). What is unknown is told.

    A level whose parents are all unknown has its parents outside the project: they stay as they are.
    """
    settled = {}
    for level, own in units.items():
        upper = coarser(list(units), level)
        parents = own.parents.copy()
        if upper:
            known = {code for name in upper for code in units[name].codes}
            stated = np.array([parent in known for parent in parents], dtype=bool)
            for k in np.flatnonzero(~stated):
                derived = found[level][upper[0]][k]
                if stated.any() or not parents[k]:
                    parents[k] = derived
                if stated.any() and specs[level].parent:
                    _tell_parent(own, int(k), own.parents[k], derived, specs[level], reading)
        settled[level] = parents
    return settled


def _tell_parent(own: Units, k: int, stated: str, derived: str, spec: BoundarySpec, reading: Reading) -> None:
    """The issue of one parent that is blank or unknown. Cities without a county level are no fault."""
    if without_county(own.codes[k]) and own.level == LEVELS[2]:
        return
    reading.add(Issue("parent_missing", "info" if derived else "warning", own.shown, row=int(own.rows[k]), column=spec.parent,
                      name=own.names[k], value=stated or None, sentence=None if derived else "parent_unknown", params={"parent": derived}))
