"""Where the people's points lie, read before they are used: their coordinate system is examined beside that of the ledgers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from planner.errors import CrsError
from planner.inputs.coordinates import WGS84, System, parse_system, to_wgs84
from planner.inputs.evidence import GUESSES, PeoplePoints
from planner.inputs.population import PLACE_HEADERS
from planner.inputs.positions import read_positions
from planner.inputs.reading import Reading
from planner.inputs.specs import PopulationSpec
from planner.inputs.tables import TABLE_SUFFIXES
from planner.inputs.vector import VECTOR_SUFFIXES
from planner.quality import QualityReport


def people_points(spec: PopulationSpec | None, crs: System, reading: Reading) -> PeoplePoints | None:
    """The points (of polygons a point inside) of a population file; None where its rows are keyed by unit, are no points, or cannot be
    read.

    crs : the project's metric CRS. What is found in the table is told as `planner.inputs.population` tells it; of single places
    nothing yet.
    """
    if spec is None or spec.persons_on or "code" in spec.columns:
        return None
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
    try:
        stated = spec.crs or (table.crs if table.shapes is not None and not columns else "")
        if not stated and table.shapes is not None and not columns:
            return None
        system = parse_system(stated) if stated else crs if "x" in columns else System(WGS84, True)
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
    known = system.name in GUESSES
    if not known:
        lon, lat = lon.copy(), lat.copy()
        finite = np.isfinite(lon) & np.isfinite(lat)
        lon[finite], lat[finite] = to_wgs84(system, lon[finite], lat[finite])
    return PeoplePoints(table.shown, table.sheet, lon, lat, system.name if known else WGS84, known)


@dataclass(frozen=True, slots=True)
class _Places:
    """A section that is known by the headers of its places alone."""

    columns: Mapping[str, str]
