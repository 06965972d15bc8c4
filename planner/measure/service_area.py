"""Service areas: the streets within reach of facilities, cut exactly at the limit, and an outline around them.

For drawing only. People are counted on the network (`measure.coverage`), never by what lies inside an outline: it is wider than the
streets, closes over the blocks between them, and is simplified. A facility that is an area without entrances is entered at the places that
`network.areas` takes, so its streets may be cut too early by as much as these are apart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, UnitError
from planner.inputs.layers import FloatArray, IntArray
from planner.inputs.status import BoolArray
from planner.measure.attaching import attach_facilities, choose, counting_facilities
from planner.measure.city import City
from planner.network import stretches
from planner.network.graph import Attachment, StreetNetwork
from planner.network.parallel import side_by_side
from planner.units import ServiceRadius, TravelProfile

WIDTH_M = 60.0
"""How far an outline goes beyond the streets unless told otherwise: half an ordinary block, so that streets grow together."""

FILL_M2 = 20_000.0
"""Holes of an outline that are smaller are closed unless told otherwise: the inside of a block, not a park or a lake."""

SIMPLIFY_SHARE = 0.05
"""Lines, then outlines, are simplified by this share of the width each: less than is seen, and no street comes to lie outside."""

QUARTER_SEGMENTS = 4
"""Straight pieces of a quarter circle in an outline."""

GeometryArray = npt.NDArray[np.object_]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class ServiceArea:
    """What is within reach, in the project's CRS; for drawing only.

    streets : MultiLineString, area : MultiPolygon, both empty where nothing is within reach. street_m : metres of street, each once.
    """

    streets: Any
    area: Any
    street_m: float


@dataclass(frozen=True, slots=True)
class ServiceAreas:
    """The service areas of a layer's facilities f in F that count on a day and have a place, and of all of them together.

    id, name : (F,) texts. attached : (F,) whether a facility is on the network; one that is not has nothing within reach. each : one
    ServiceArea a facility. whole : all facilities as if they were one. minutes : as asked, else the metres at the travel's speed.
    width_m : how far the outlines go beyond the streets. attribution : whom to name for the streets.
    """

    layer: str
    travel: str
    mode: str
    limit_m: float
    minutes: float
    as_of: dt.date
    crs: str
    width_m: float
    attribution: Mapping[str, str] | str
    id: tuple[str, ...]
    name: tuple[str, ...]
    attached: BoolArray
    each: tuple[ServiceArea, ...]
    whole: ServiceArea


def service_area(city: City, slug: str, travel: str, *, facility: str | None = None, minutes: float | None = None,
                 metres: float | None = None, as_of: dt.date | None = None, width_m: float = WIDTH_M,
                 fill_m2: float = FILL_M2) -> ServiceArea:
    """The service area of one facility by its id, or of all that count on the day, as shapes for a map.

    A facility that does not count on the day or is not on the network has nothing within reach. Raises InputError for a layer, travel or
    facility that there is not, UnitError unless exactly one of minutes and metres is given, or for a width that is not above 0.
    """
    profile, radius = _asked(city, travel, minutes, metres)
    _check_outline(width_m, fill_m2)
    picked = city.counting(slug, as_of or dt.date.today()).counts
    if facility is not None:
        mine = city.layer(slug).frame["id"].to_numpy(dtype=object) == facility
        if not mine.any():
            raise InputError("service_area_facility_unknown", facility=facility, layer=slug)
        picked = picked & mine
    chosen = choose(city, {slug: picked})
    network = city.streets.network(profile.mode)
    return _whole(network, attach_facilities(city, chosen, profile), radius.limit_m, width_m, fill_m2)


def service_areas(city: City, slug: str, travel: str, *, minutes: float | None = None, metres: float | None = None,
                  as_of: dt.date | None = None, width_m: float = WIDTH_M, fill_m2: float = FILL_M2, threads: int | None = None,
                  progress: Progress | None = None) -> ServiceAreas:
    """The service areas of a layer: one for each facility that counts on the day and has a place, and one for all together.

    progress : called with the share that is done, 0..1; what it raises ends the work. Raises as `service_area`.
    """
    profile, radius = _asked(city, travel, minutes, metres)
    _check_outline(width_m, fill_m2)
    day = as_of or dt.date.today()
    frame, chosen = city.layer(slug).frame, counting_facilities(city, slug, day)
    network = city.streets.network(profile.mode)
    places = attach_facilities(city, chosen, profile)
    each: list[ServiceArea] = []
    for block in stretches.blocks_within(network, places, limit_m=radius.limit_m, threads=threads):
        each += _shapes(network, block, width_m, fill_m2, threads)
        if progress is not None:
            progress(len(each) / (len(places) + 1))
    whole = _whole(network, places, radius.limit_m, width_m, fill_m2)
    if progress is not None:
        progress(1.0)
    ids, names = (tuple(str(text) for text in frame[column].to_numpy(dtype=object)[chosen.row]) for column in ("id", "name"))
    length = radius.limit_m / profile.metres_per_minute if minutes is None else minutes
    return ServiceAreas(slug, travel, profile.mode, radius.limit_m, length, day, network.crs, width_m,
                        city.streets.attribution, ids, names, places.attached, tuple(each), whole)


def _asked(city: City, travel: str, minutes: float | None, metres: float | None) -> tuple[TravelProfile, ServiceRadius]:
    """The travel and the service radius that were asked for."""
    profile = city.travel(travel)
    speed = profile.metres_per_minute if minutes is not None else None
    return profile, ServiceRadius(metres=metres, minutes=minutes, metres_per_minute=speed)


def _check_outline(width_m: float, fill_m2: float) -> None:
    """That an outline can be drawn with these."""
    if not (math.isfinite(width_m) and width_m > 0):
        raise UnitError("service_area_width_invalid", value=width_m)
    if not (math.isfinite(fill_m2) and fill_m2 >= 0):
        raise UnitError("service_area_fill_invalid", value=fill_m2)


def _whole(network: StreetNetwork, places: Attachment, limit_m: float, width_m: float, fill_m2: float) -> ServiceArea:
    """The service area of all places as if they were one facility."""
    found = stretches.any_within(network, places, limit_m=limit_m)
    return _shapes(network, found, width_m, fill_m2, None)[0]


def _shapes(network: StreetNetwork, found: stretches.Stretches, width_m: float, fill_m2: float,
            threads: int | None) -> list[ServiceArea]:
    """One service area for each point of the stretches."""
    import shapely

    lines = stretches.lines(network, found)
    areas = outlines(lines, found.start, width_m=width_m, fill_m2=fill_m2, threads=threads)
    rows = zip(found.start[:-1], found.start[1:], areas, found.length_m().tolist(), strict=True)
    return [ServiceArea(shapely.MultiLineString(list(lines[first:last])), area, metres) for first, last, area, metres in rows]


def outlines(lines: GeometryArray, start: IntArray, *, width_m: float = WIDTH_M, fill_m2: float = FILL_M2,
             threads: int | None = None) -> GeometryArray:
    """(P,) outlines around lines, MultiPolygons that are valid or empty; for drawing only, never for counting.

    lines : (R,) in a metric CRS; those of outline p are start[p]:start[p + 1]. Each goes `width_m` beyond its lines, has no holes smaller
    than `fill_m2`, and is simplified by SIMPLIFY_SHARE of the width; every line lies inside its outline.
    """
    import shapely

    tolerance_m = width_m * SIMPLIFY_SHARE

    def draw(_: None, point: int) -> Any:
        mine = shapely.simplify(lines[start[point]:start[point + 1]], tolerance_m)
        # one buffer a line and their union: the buffer of all lines at once takes GEOS many times as long
        return _outline(shapely.union_all(shapely.buffer(mine, width_m, quad_segs=QUARTER_SEGMENTS)), fill_m2, tolerance_m)

    found = np.empty(len(start) - 1, dtype=object)
    found[:] = side_by_side(lambda: None, draw, range(len(start) - 1), threads, None)
    return found


def _outline(shape: Any, fill_m2: float, tolerance_m: float) -> Any:
    """An area without small holes, simplified, as a valid MultiPolygon."""
    import shapely

    shape = shapely.simplify(_filled(shape, fill_m2), tolerance_m)
    if not shapely.is_valid(shape):  # simplification keeps polygons valid as a rule; what is drawn must be so always
        shape = shapely.buffer(shape, 0.0)
    return shapely.MultiPolygon(list(shapely.get_parts(shape)))


def _filled(shape: Any, fill_m2: float) -> Any:
    """An area without its holes that are smaller than fill_m2."""
    import shapely

    parts = shapely.get_parts(shape)
    rings, part = shapely.get_rings(parts, return_index=True)
    first = np.diff(part, prepend=-1) > 0
    kept: FloatArray = shapely.area(shapely.polygons(rings)) >= fill_m2
    filled = [shapely.Polygon(outer, list(rings[~first & kept & (part == k)])) for k, outer in enumerate(rings[first])]
    return shapely.union_all(filled)  # a part may have stood in a hole of another
