"""Metres where degrees were expected, or metres of another zone: which plane system do they speak?

Eight digits before the point carry the zone (25 to 45: three degrees, 13 to 23: six degrees); six carry none, and the central meridian
can only be told by where the points would lie. Surveyors write x for the northing, so that both orders are tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from planner.errors import CrsError
from planner.inputs.boundaries import zone_system
from planner.inputs.coordinates import System, from_wgs84, parse_system, to_wgs84
from planner.inputs.facilities import RawFacilities
from planner.inputs.layers import FloatArray
from planner.inputs.placing import Ground
from planner.inputs.reading import Reading

FITS = 0.6
"""Share of the points that must lie in the city for a plane system to be named."""
MISFITS = 0.2
NEAR_M = 2000.0
FEWEST = 3


def ledgers_in_metres(ledgers: Sequence[RawFacilities], ground: Ground, reading: Reading) -> set[str]:
    """Layer slugs whose coordinates are metres though degrees were expected, or metres of another system than declared; told each."""
    doubtful: set[str] = set()
    for raw in ledgers:
        usable = raw.positions.usable
        a, b = raw.positions.a[usable], raw.positions.b[usable]
        if raw.positions.plane:
            likely = likely_system(a, b, ground)
            sentence = "crs_suspect_plane" if likely else "crs_suspect_unknown"
            reading.add(raw.issue("crs_suspect", "blocking", None, column=raw.positions.column, value=likely, sentence=sentence))
            doubtful.add(raw.spec.slug)
        elif not raw.system.geographic and len(a) >= FEWEST and share_inside(raw.system, a, b, ground) < MISFITS:
            likely = likely_system(a, b, ground)
            if likely is not None and likely != raw.system.name:
                reading.add(raw.issue("crs_suspect", "blocking", None, column=raw.positions.column, value=likely,
                                      sentence="crs_suspect_plane"))
                doubtful.add(raw.spec.slug)
    return doubtful


def candidates(a: FloatArray, b: FloatArray, own: str) -> Iterator[str]:
    """Plane systems that such numbers may be in: the project's own, then by zone, then by central meridian."""
    yield own
    for easting in (a, b):
        zone = zone_system(easting)
        if zone is not None:
            yield zone
    for meridian in range(75, 136, 3):
        yield f"EPSG:{4534 + (meridian - 75) // 3}"


def likely_system(a: FloatArray, b: FloatArray, ground: Ground) -> str | None:
    """The plane system under which most points lie in the city, whichever of the two is the easting; None where none fits."""
    best, best_share = None, FITS
    for name in dict.fromkeys(candidates(a, b, ground.crs.name)):
        try:
            system = parse_system(name)
        except CrsError:
            continue
        share = max(share_inside(system, a, b, ground), share_inside(system, b, a, ground))
        if share > best_share:
            best, best_share = name, share
    return best


def share_inside(system: System, x: FloatArray, y: FloatArray, ground: Ground) -> float:
    """Share of the points that lie in the city or near it, if they are in that system."""
    if not len(x):
        return 0.0
    east, north = from_wgs84(ground.crs, *to_wgs84(system, x, y))
    bounds = np.array([shapely.total_bounds(units.shapes) for units in ground.units.values()])
    west, south, right, top = bounds[:, 0].min(), bounds[:, 1].min(), bounds[:, 2].max(), bounds[:, 3].max()
    inside = (east >= west - NEAR_M) & (east <= right + NEAR_M) & (north >= south - NEAR_M) & (north <= top + NEAR_M)
    return float(inside.mean())
