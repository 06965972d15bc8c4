"""People at places: points as they lie, polygons along their streets or at a point inside."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs import spread
from planner.inputs.boundaries import layer_system, transformed
from planner.inputs.carrying import carriers_of
from planner.inputs.coordinates import WGS84, System, to_plane
from planner.inputs.layers import TOTAL, FloatArray
from planner.inputs.people import Lines, People, Rows, located, tell_empty_units
from planner.inputs.placing import Ground
from planner.inputs.positions import read_positions
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.inputs.status import BoolArray
from planner.inputs.units import Units
from planner.quality import Issue


def points(rows: Rows, ground: Ground, reading: Reading) -> tuple[People | None, BoolArray]:
    """People at points: as they lie. Points without a place or far outside are left out, and told."""
    system = ground.crs if "x" in rows.spec.columns else System(WGS84, True)
    if rows.spec.crs:
        declared = layer_system(rows.table, rows.spec.crs, reading)
        if declared is None:
            return None, np.zeros(len(rows.index), dtype=bool)
        system = declared
    at = read_positions(rows.spec, rows.table, rows.index, rows.names, system, reading)
    for k in np.flatnonzero(at.fault != ""):
        reading.add(Issue(str(at.fault[k]), "warning", rows.table.shown, rows.table.sheet, rows.table.rows[rows.index[k]], at.column,
                          str(rows.names[k]) or None, str(at.typed[k])[:200], f"{at.fault[k]}_people"))
    x, y = to_plane(system, at.a, at.b, ground.crs)
    return as_they_lie(rows, x, y, ground, reading)


def as_they_lie(rows: Rows, x: FloatArray, y: FloatArray, ground: Ground, reading: Reading) -> tuple[People | None, BoolArray]:
    """People at places, those far outside left out."""
    levels = [level for level in ground.units if level in LEVELS] or list(ground.units)
    away = np.where(np.isfinite(x), np.inf, np.nan)
    for level in reversed(levels):  # the small units first: who lives in one need not be measured against a district's long border
        rest = np.flatnonzero(away > 0)
        away[rest] = np.minimum(away[rest], ground.units[level].distance(x[rest], y[rest]))
    kept = np.isfinite(x) & (away <= ground.buffer_m)
    total = rows.people.get(TOTAL, np.zeros(len(x)))
    far = np.isfinite(x) & ~kept
    near = kept & (away > 1.0)
    for mask, sentence in ((far, "people_outside_dropped"), (near, "people_outside_near")):
        if mask.any():
            one = rows.table.rows[rows.index[int(np.argmax(mask))]] if mask.sum() == 1 else None
            reading.add(Issue("outside_boundary", "warning", rows.table.shown, rows.table.sheet, row=one, value=str(int(mask.sum())),
                              sentence=sentence, params={"count": int(mask.sum()), "people": round(float(total[mask].sum()), 1)}))
    if not kept.any():
        reading.add(Issue("file_empty", "blocking", rows.table.shown, rows.table.sheet, sentence="population_all_outside"))
        return None, kept
    return in_units(x[kept], y[kept], {group: values[kept] for group, values in rows.people.items()}, ground, reading), kept


def in_units(x: FloatArray, y: FloatArray, people: Mapping[str, FloatArray], ground: Ground, reading: Reading) -> People:
    """People at places that are kept: the units that hold them, and those that hold nobody told."""
    codes = {level: located(units, x, y) for level, units in ground.units.items()}
    finest = next((level for level in reversed(LEVELS) if level in ground.units), None)
    if finest is not None:
        units = ground.units[finest]
        tell_empty_units(units, np.array([units.by_code[code] for code in np.unique(codes[finest][codes[finest] != ""].astype(str))],
                                         dtype=np.int64), reading)
    return People(x, y, people, codes)


def shaped(rows: Rows, ground: Ground, lines: Lines, reading: Reading) -> tuple[People | None, BoolArray]:
    """People of a layer's shapes: points as they lie, polygons along their streets (spread = "streets") or at a point inside."""
    table, nothing = rows.table, np.zeros(len(rows.index), dtype=bool)
    system = layer_system(table, rows.spec.crs, reading)
    if system is None:
        if not (rows.spec.crs or table.crs):
            reading.add(Issue("crs_missing", "blocking", table.shown, sentence="crs_missing_blocking"))
        return None, nothing
    assert table.shapes is not None
    shapes = transformed(table.shapes[rows.index], system, ground.crs)
    for k, shape in enumerate(shapes):
        if shape is None:
            reading.add(Issue("geometry_missing", "warning", table.shown, row=table.rows[rows.index[k]], name=str(rows.names[k]) or None,
                              sentence="geometry_missing_people"))
    points = shapely.point_on_surface(shapes)
    x, y = shapely.get_x(points), shapely.get_y(points)
    found, kept = as_they_lie(rows, x, y, ground, reading)
    areal = [shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") for shape in shapes]
    if found is None or rows.spec.spread == "points" or not all(areal[k] for k in np.flatnonzero(kept)):
        return found, kept
    return _along_polygons(rows, shapes, kept, ground, lines, reading), kept


def _along_polygons(rows: Rows, shapes: npt.NDArray[np.object_], kept: BoolArray, ground: Ground, lines: Lines,
                    reading: Reading) -> People | None:
    """People of polygons spread as those of units are."""
    index = np.flatnonzero(kept)
    count = len(index)
    numbers = np.array([rows.table.rows[rows.index[k]] for k in index], dtype=np.int64)
    codes = np.array([str(row) for row in numbers], dtype=object)
    blank_text = np.full(count, "", dtype=object)
    parcels = Units("", rows.table.shown, codes, rows.names[index], blank_text, blank_text, shapes[index], numbers)
    carriers = carriers_of(rows.spec, parcels, np.ones(count, dtype=bool), ground, lines, reading)
    if carriers is None:
        return None
    people = spread.share_out({group: values[kept] for group, values in rows.people.items()}, carriers)
    return People(carriers.x, carriers.y, people, {level: located(units, carriers.x, carriers.y) for level, units in ground.units.items()})
