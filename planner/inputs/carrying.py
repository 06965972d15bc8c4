"""Which points carry the people of units: those of a file (homes, points, a raster), streets, or a point inside each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from planner.inputs import rasters, spread
from planner.inputs.boundaries import layer_system, repaired, transformed
from planner.inputs.cells import parse_number
from planner.inputs.coordinates import WGS84, System, to_plane
from planner.inputs.layers import TOTAL, FloatArray, TextArray
from planner.inputs.people import Lines, People, located
from planner.inputs.placing import Ground
from planner.inputs.positions import read_positions
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import PopulationSpec
from planner.inputs.spread import Carriers
from planner.inputs.status import BoolArray
from planner.inputs.units import Units
from planner.quality import Issue

_WEIGHT = re.compile(r"weight|people|total|population|人口|权重", re.IGNORECASE)


def carriers_of(spec: PopulationSpec, units: Units, served: BoolArray, ground: Ground, lines: Lines, reading: Reading) -> Carriers | None:
    """The points that carry the people of the units that have some."""
    parts = []
    left = served.copy()
    if spec.spread in ("residential", "points", "raster") and spec.spread_file is not None:
        carried = _from_file(spec, units, ground, reading)
        if carried is None:
            return None
        parts.append(spread.only(carried, left))
        left[parts[-1].unit] = False
        _tell_fallback(spec, units, left, "spread_streets", reading)
    elif spec.spread == "points":
        return spread.in_units(units, np.flatnonzero(left).astype(np.int64))
    if left.any():
        streets = lines()
        if streets is not None:
            parts.append(spread.only(spread.along_streets(streets, units), left))
            left[parts[-1].unit] = False
        if streets is not None or parts:
            _tell_fallback(spec, units, left, "spread_inner_point", reading)
        parts.append(spread.in_units(units, np.flatnonzero(left).astype(np.int64)))
    return spread.joined(parts)


def _tell_fallback(spec: PopulationSpec, units: Units, left: BoolArray, sentence: str, reading: Reading) -> None:
    """Units for which the way of spreading that was asked for has nothing."""
    for k in np.flatnonzero(left):
        reading.add(Issue("spread_fallback", "warning", units.shown, row=int(units.rows[k]), name=str(units.names[k]),
                          value=str(units.codes[k]),
                          sentence=sentence, params={"spread": spec.spread, "level": units.level}))


def _from_file(spec: PopulationSpec, units: Units, ground: Ground, reading: Reading) -> Carriers | None:
    """Carriers of a file of residential polygons or points; None (with a blocking issue) where it cannot serve."""
    assert spec.spread_file is not None
    if rasters.is_raster(spec.spread_file):
        cells = rasters.read_cells(spec.spread_file, {}, ground, reading, role="population.spread", crs=spec.spread_crs)
        return None if cells is None else spread.on_points(cells.x, cells.y, cells.people[TOTAL], units)
    table = reading.table(spec.spread_file, (), role="population.spread", empty="blocking")
    if table is None or not len(table):
        return None
    reading.keep(table, np.ones(len(table), dtype=bool))
    weight = _weights(table)
    if table.shapes is None:
        columns = {key: header for header in table.columns for key in [header.strip().lower()] if key in ("lon", "lat", "x", "y")}
        if not ({"lon", "lat"} <= set(columns) or {"x", "y"} <= set(columns)):
            reading.add(Issue("column_missing", "blocking", table.shown, table.sheet, value="lon, lat",
                              params={"there": ", ".join(list(table.columns)[:30])}))
            return None
        system = System(WGS84, True) if "lon" in columns else ground.crs
        if spec.spread_crs:
            stated = layer_system(table, spec.spread_crs, reading)
            if stated is None:
                return None
            system = stated
        names = np.full(len(table), "", dtype=object)
        at = read_positions(_Columns(columns), table, np.arange(len(table)), names, system, reading)
        x, y = to_plane(system, at.a, at.b, ground.crs)
        return spread.on_points(x, y, np.where(np.isfinite(x), weight, 0.0), units)
    declared = layer_system(table, spec.spread_crs, reading)
    if declared is None:
        if not table.crs:
            reading.add(Issue("crs_missing", "blocking", table.shown, sentence="crs_missing_blocking"))
        return None
    shapes = transformed(table.shapes, declared, ground.crs)
    if spec.spread == "residential":
        polygons = [shape if shape.is_valid else repaired(shape) for shape in shapes
                    if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")]
        return spread.over_polygons(np.array(polygons, dtype=object), units)
    points = shapely.point_on_surface(shapes)
    x, y = shapely.get_x(points), shapely.get_y(points)
    return spread.on_points(x, y, np.where(np.isfinite(x), weight, 0.0), units)


@dataclass(frozen=True, slots=True)
class _Columns:
    """A section that is known by its headers alone."""

    columns: Mapping[str, str]


def _weights(table: Table) -> FloatArray:
    """Weights of a file of points: its column of people or weights, else 1 each."""
    header = next((header for header in table.columns if _WEIGHT.fullmatch(header.strip())), None)
    if header is None:
        return np.ones(len(table))
    values = np.array([parse_number(cell).value for cell in table.columns[header]], dtype=np.float64)
    return np.where(np.isfinite(values) & (values > 0), values, 0.0)


def spread_over(totals: Mapping[str, FloatArray], carriers: Carriers, level: str, ground: Ground) -> People:
    """People of units on their points; the units of the points are those the people are counted in."""
    people = spread.share_out(totals, carriers)
    units = ground.units[level]
    codes: dict[str, TextArray] = {}
    for name, other in ground.units.items():
        if name == level:
            codes[name] = units.codes[carriers.unit]
        elif name in ground.above[level]:
            codes[name] = ground.above[level][name][carriers.unit]
        else:
            codes[name] = located(other, carriers.x, carriers.y)
    return People(carriers.x, carriers.y, people, codes)
