"""Places by what people type: coordinates, the name of a unit or a facility, a name or an address of the project's own tables."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.inputs.cells import parse_angle
from planner.inputs.coordinates import WGS84, System, convert, parse_system
from planner.inputs.layers import TOTAL
from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.plan import affected
from planner.plan.unplaced import PlaceBook, search_places

MOST = 12
DEGREES = "EPSG:4326"
PAIR = re.compile(r"^\s*([^,，;；\s]+)\s*[,，;；\s]\s*([^,，;；\s]+)\s*$")


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place that may be meant. kind : "unit", "facility", "place" (a table's) or "typed". lon, lat : degrees of WGS84. where : the name
    of the smallest unit that it lies in, "" outside all."""

    name: str
    kind: str
    lon: float
    lat: float
    where: str = ""


def find_places(city: City, typed: str, *, system: str = "wgs84", book: PlaceBook | None = None,
                most: int = MOST) -> tuple[FoundPlace, ...]:
    """Places that may be meant, the likeliest first: coordinates (longitude, latitude in `system`), else names that hold what is typed.

    A unit stands at the home nearest to the centre of its people. Raises InputError (position_invalid) for coordinates that are no
    place, CrsError for an unknown system.
    """
    words = typed.strip()
    pair = PAIR.match(words)
    if pair and all(math.isfinite(parse_angle(part).value) for part in pair.groups()):
        lon, lat = _degrees(pair[1], pair[2], system)
        return (FoundPlace("", "typed", lon, lat, unit_at(city, *to_metres(city, lon, lat))[2]),)
    if not words:
        return ()
    named = sorted([*_units(city, words), *_facilities(city, words)], key=lambda one: (one[0].strip() != words, len(one[0])))[:most]
    found = [_placed(city, name, kind, x, y) for name, kind, x, y in named]
    tables = search_places(book, words, most=most) if book is not None else ()
    known = [FoundPlace(place.source, "place", place.lon, place.lat, unit_at(city, *to_metres(city, place.lon, place.lat))[2])
             for place in tables]
    return (*found, *known)[:most]


def _degrees(lon: str, lat: str, system: str) -> tuple[float, float]:
    """Typed coordinates as degrees of WGS84."""
    east, north = convert(parse_system(system), System(WGS84, True), np.array([parse_angle(lon).value]), np.array([parse_angle(lat).value]))
    if not (abs(float(east[0])) <= 180 and abs(float(north[0])) <= 90):
        raise InputError("position_invalid", lon=lon, lat=lat)
    return float(east[0]), float(north[0])


def to_metres(city: City, lon: float, lat: float) -> tuple[float, float]:
    """Degrees of WGS84 in the city's plane."""
    x, y = _between(DEGREES, city.crs).transform(lon, lat)
    return float(x), float(y)


def to_degrees(city: City, x: float, y: float) -> tuple[float, float]:
    """A place of the city's plane in degrees of WGS84."""
    lon, lat = _between(city.crs, DEGREES).transform(x, y)
    return float(lon), float(lat)


@lru_cache(maxsize=16)
def _between(source: str, target: str) -> Any:
    """The transformation between two systems: making one takes far longer than using it."""
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def unit_at(city: City, x: float, y: float) -> tuple[str, str, str]:
    """Level, code and name of the smallest unit that a place lies in, "" for each outside all."""
    import shapely

    point = shapely.Point(x, y)
    levels = city.boundaries.levels
    ordered = [*(level for level in reversed(LEVELS) if level in levels), *(level for level in levels if level not in LEVELS)]
    for level in ordered:
        frame = levels[level]
        rows = np.sort(frame.sindex.query(point, predicate="intersects"))
        if len(rows):
            return level, str(frame["code"].iloc[int(rows[0])]), str(frame["name"].iloc[int(rows[0])])
    return "", "", ""


def _units(city: City, words: str) -> Iterator[tuple[str, str, float, float]]:
    """Units of all levels whose name holds the words, or whose code they are."""
    groups = city.demand.people
    people = np.nan_to_num(groups[TOTAL] if TOTAL in groups else next(iter(groups.values())))
    for level, frame in city.boundaries.levels.items():
        names, codes = frame["name"].to_numpy(object), frame["code"].to_numpy(object)
        for row in np.flatnonzero([words in str(name) or words == code for name, code in zip(names, codes, strict=True)])[:MOST].tolist():
            inside = level in city.demand.units
            place = affected.centre(city, affected.unit_mask(city, level, str(codes[row])), people) if inside else None
            if place is None:
                point = frame.geometry.iloc[row].representative_point()
                place = float(point.x), float(point.y)
            yield str(names[row]) or str(codes[row]), "unit", *place


def _facilities(city: City, words: str) -> Iterator[tuple[str, str, float, float]]:
    """Facilities with a place whose name holds the words."""
    for layer in city.facilities.values():
        frame = layer.frame
        x, y = frame["x"].to_numpy(float), frame["y"].to_numpy(float)
        named = np.array([words in str(name) for name in frame["name"]], dtype=bool) & np.isfinite(x) & np.isfinite(y)
        for row in np.flatnonzero(named)[:MOST].tolist():
            yield str(frame["name"].iloc[row]), "facility", float(x[row]), float(y[row])


def _placed(city: City, name: str, kind: str, x: float, y: float) -> FoundPlace:
    """A place of the city's plane."""
    return FoundPlace(name, kind, *to_degrees(city, x, y), unit_at(city, x, y)[2])
