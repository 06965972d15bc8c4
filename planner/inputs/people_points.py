"""Where the people's points lie, read before they are used: their coordinate system is examined beside that of the ledgers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from planner.errors import CrsError
from planner.inputs import rasters
from planner.inputs.coordinates import WGS84, System, parse_system, to_wgs84
from planner.inputs.evidence import GUESSES, PeoplePoints
from planner.inputs.placing import Ground
from planner.inputs.population import PLACE_HEADERS
from planner.inputs.positions import read_positions
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import FileRef, PopulationSpec
from planner.inputs.tables import TABLE_SUFFIXES
from planner.inputs.vector import VECTOR_SUFFIXES
from planner.quality import QualityReport

SPREAD = "population.spread"


def people_points(spec: PopulationSpec | None, ground: Ground, reading: Reading) -> PeoplePoints | None:
    """Where a project's people are: the points of the population file (of polygons a point inside, of a raster its cells' middles), or
    of unit totals those of the file that they are spread on. None where there is neither, or it cannot be read.

    What is found in the table is told as `planner.inputs.population` tells it; of single places nothing yet.
    """
    if spec is None:
        return None
    if rasters.is_raster(spec.file):
        return _grid(spec.file, spec.columns, ground, reading, spec.crs, "population")
    if spec.persons_on or "code" in spec.columns:
        return _spread_points(spec, ground, reading) if spec.spread_file is not None else None
    return _own_points(spec, ground.crs, reading)


def _grid(ref: FileRef, bands: Mapping[str, str], ground: Ground, reading: Reading, crs: str | None, section: str) -> PeoplePoints | None:
    """The middles of a raster's cells that hold people."""
    found = rasters.cell_middles(ref, bands, ground, reading, crs=crs)
    if found is None:
        return None
    system, a, b = found
    return _as_points(PeoplePoints(ref.shown, None, a, b, system.name, True, section, True), system)


def _spread_points(spec: PopulationSpec, ground: Ground, reading: Reading) -> PeoplePoints | None:
    """The points of the file that unit totals are spread on: homes, points, cells."""
    file = spec.spread_file
    assert file is not None
    if rasters.is_raster(file):
        return _grid(file, {}, ground, reading, spec.spread_crs, SPREAD)
    if file.path.suffix.lower() not in (*TABLE_SUFFIXES, *VECTOR_SUFFIXES):
        return None
    table = reading.table(file, (), role=SPREAD, empty="blocking")
    if table is None or not len(table):
        return None
    columns = {key: header for header in table.columns for key in [header.strip().lower()] if key in ("lon", "lat", "x", "y")}
    pair = next((pair for pair in (("lon", "lat"), ("x", "y")) if set(pair) <= set(columns)), ())
    if table.shapes is None and not pair:
        return None
    return _of_table(table, {} if table.shapes is not None else {key: columns[key] for key in pair}, spec.spread_crs, ground.crs, SPREAD)


def _own_points(spec: PopulationSpec, crs: System, reading: Reading) -> PeoplePoints | None:
    """The points of a population file that has some."""
    if spec.file.path.suffix.lower() not in (*TABLE_SUFFIXES, *VECTOR_SUFFIXES):
        return None
    named = [spec.columns[key] for key in ("name",) if key in spec.columns]
    table = reading.table(spec.file, list(spec.columns.values()), role="population", date=spec.date, sheet=spec.sheet, keys=named,
                          empty="blocking")
    if table is None or not len(table):
        return None
    keys = {"lon", "lat"} if {"lon", "lat"} <= set(spec.columns) else {"x", "y"} if {"x", "y"} <= set(spec.columns) else set()
    columns = {key: spec.columns[key] for key in keys}
    if not columns and table.shapes is None:
        pair = next((pair for pair in PLACE_HEADERS if all(header in table.columns for header in pair)), None)
        if pair is None:
            return None
        columns = dict(zip(("x", "y") if pair == ("x", "y") else ("lon", "lat"), pair, strict=True))
    if any(header not in table.columns for header in columns.values()):
        return None
    return _of_table(table, columns, spec.crs, crs, "population")


def _of_table(table: Table, columns: Mapping[str, str], stated: str | None, crs: System, section: str) -> PeoplePoints | None:
    """The points of a table: by its columns of places, else by its shapes. stated : the system that planner.toml states."""
    try:
        named = stated or (table.crs if table.shapes is not None and not columns else "")
        if not named and table.shapes is not None and not columns:
            return None
        system = parse_system(named) if named else crs if "x" in columns else System(WGS84, True)
    except CrsError:
        return None
    if columns:
        index, names = np.arange(len(table)), np.full(len(table), "", dtype=object)
        at = read_positions(_Places(columns), table, index, names, system, Reading(QualityReport()))
        lon, lat = at.a, at.b
    else:
        assert table.shapes is not None
        points = shapely.point_on_surface(table.shapes)
        lon, lat = shapely.get_x(points), shapely.get_y(points)
    return _as_points(PeoplePoints(table.shown, table.sheet, lon, lat, system.name, True, section), system)


def _as_points(found: PeoplePoints, system: System) -> PeoplePoints:
    """Points of a system that is not among those compared as points of WGS84, of which nothing is doubted."""
    if system.name in GUESSES:
        return found
    lon, lat = found.lon.copy(), found.lat.copy()
    finite = np.isfinite(lon) & np.isfinite(lat)
    lon[finite], lat[finite] = to_wgs84(system, lon[finite], lat[finite])
    return replace(found, lon=lon, lat=lat, declared=WGS84, open=False)


@dataclass(frozen=True, slots=True)
class _Places:
    """A section that is known by the headers of its places alone."""

    columns: Mapping[str, str]
