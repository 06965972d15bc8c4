"""Plane coordinate systems in metres: checking one that is given, choosing one for a place."""

from __future__ import annotations

import math

from planner.errors import CrsError

WGS84 = "EPSG:4326"
CHINA = (73.0, 17.5, 135.5, 54.0)
"""West, south, east, north of the country, generously: only the choice of a projection hangs on it, and all of them are right."""

SCALE_ERROR = 0.002
"""UTM is off by up to 0.1 % within its zone, Gauss-Kruger by less; Web Mercator by 18 % at 32 degrees north."""


Box = tuple[float, float, float, float]


def is_crs(text: str) -> bool:
    """Whether a text is a coordinate system."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        CRS.from_user_input(text)
    except CRSError:
        return False
    return True


def metric_crs(text: str) -> str:
    """A coordinate system as it was given, once it is known to be plane and in metres; else a CrsError."""
    from pyproj import CRS

    if not is_crs(text):
        raise CrsError("crs_unknown", crs=text)
    crs = CRS.from_user_input(text)
    if not crs.is_projected:
        raise CrsError("crs_not_plane", crs=text)
    if any(not math.isclose(axis.unit_conversion_factor, 1.0) for axis in crs.axis_info[:2]):
        raise CrsError("crs_not_metres", crs=text)
    return text


def choose_crs(west: float, south: float, east: float, north: float) -> str:
    """A plane system in metres for an extent in degrees.

    In China CGCS2000 / 3-degree Gauss-Kruger by central meridian (EPSG:4534 to 4554; GB/T 17278), elsewhere the UTM zone of the middle.
    Raises CrsError for an extent that is no place on earth.
    """
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise CrsError("extent_off_earth", west=west, south=south, east=east, north=north)
    lon, lat = (west + east) / 2, (south + north) / 2
    if CHINA[0] <= lon <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]:
        meridian = min(max(3 * math.floor(lon / 3 + 0.5), 75), 135)
        return f"EPSG:{4534 + (meridian - 75) // 3}"
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def true_to_scale(text: str, extent: Box) -> bool:
    """Whether a system is plane, in metres, and off by less than SCALE_ERROR in the middle of an extent in degrees."""
    from pyproj import CRS, Proj

    try:
        factors = Proj(CRS.from_user_input(metric_crs(text))).get_factors((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2)
    except CrsError:
        return False
    return all(abs(scale - 1) < SCALE_ERROR for scale in (factors.meridional_scale, factors.parallel_scale))
