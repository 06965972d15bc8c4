"""Coordinate systems: WGS84, CGCS2000, GCJ-02, BD-09 and any EPSG:n, to and from WGS84 degrees.

GCJ-02 and BD-09 follow the formulas that every library has (a = 6378245, ee = 0.00669342162296594323, Krasovsky 1940; x_pi =
pi * 3000 / 180); their inverses are iterated to the last digits. They agree with each other to micrometres and with the
world to some metres: good for planning, not for surveying. WGS84 and CGCS2000 are taken as the same (they differ by
decimetres at most). Datums without a known shift - Beijing 1954, Xian 1980 - are refused, never shifted by nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import CrsError
from planner.inputs.outline import in_china

FloatArray = npt.NDArray[np.float64]
Pair = tuple[FloatArray, FloatArray]

WGS84 = "wgs84"
GCJ02 = "gcj02"
BD09 = "bd09"
SHIFTED = (GCJ02, BD09)
AXIS_M = 6378245.0
ECCENTRICITY2 = 0.00669342162296594323
X_PI = np.pi * 3000.0 / 180.0
_ROUNDS = 30
_DONE_DEGREES = 1e-13
_NAMES = {"wgs84": WGS84, "wgs-84": WGS84, "wgs_84": WGS84, "cgcs2000": WGS84, "gcj02": GCJ02, "gcj-02": GCJ02, "gcj_02": GCJ02,
          "bd09": BD09, "bd-09": BD09, "bd_09": BD09}
_SAME_DATUM = re.compile(r"wgs.?_?(?:19)?84|world geodetic system 1984|china.*2000|cgcs.?2000", re.IGNORECASE)
_NO_SHIFT = re.compile(r"beijing|xian|xi'an|xi_an", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system. name: wgs84, gcj02, bd09, or EPSG:n; geographic: lon and lat in degrees, else x (easting) and y in metres."""

    name: str
    geographic: bool
    definition: str = ""


def parse_system(text: str) -> System:
    """A system by name (wgs84, cgcs2000, gcj02, bd09, any case), EPSG:n, or the WKT of a .prj.

    Raises CrsError: crs_unknown, crs_without_shift (a datum without a known shift to WGS84), crs_not_plane (neither geographic nor plane).
    """
    known = _NAMES.get(text.strip().lower())
    if known is not None:
        return System(known, True)
    return _projection_system(text.strip())


@lru_cache(maxsize=64)
def _projection_system(text: str) -> System:
    """A system that pyproj knows."""
    crs = projection(text)
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise CrsError("crs_not_plane", crs=shown(text))
    datum = _datum_name(crs)
    if _NO_SHIFT.search(datum):
        raise CrsError("crs_without_shift", crs=f"{shown(text)} ({crs.name})")
    if crs.is_geographic and _SAME_DATUM.search(datum):
        return System(WGS84, True)
    code = crs.to_epsg()
    return System(f"EPSG:{code}" if code else shown(text), crs.is_geographic, text)


def shown(text: str) -> str:
    """A definition as it is shown: EPSG:n, or the name at the head of a WKT."""
    head = re.match(r'\s*[A-Z_]+\["([^"]{1,80})"', text)
    return head[1] if head else text[:80]


def _datum_name(crs: Any) -> str:
    """The names by which a datum can be told."""
    base = crs.geodetic_crs
    return f"{base.datum.name if base and base.datum else ''} {base.name if base else ''}"


@lru_cache(maxsize=64)
def projection(text: str) -> Any:
    """pyproj's CRS of a definition. Raises CrsError: crs_unknown."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if not re.match(r"(?i)epsg:\d{4,6}$", text) and "[" not in text:
        raise CrsError("crs_unknown", crs=shown(text))
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise CrsError("crs_unknown", crs=shown(text)) from error


@lru_cache(maxsize=64)
def _transformer(definition: str, *, forward: bool) -> Any:
    """pyproj's way from WGS84 degrees to a system (forward) or back; a datum equal to WGS84 is left as it is."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    crs = projection(definition)
    base: Any = crs.geodetic_crs if _SAME_DATUM.search(_datum_name(crs)) else "EPSG:4326"
    ends = (base, crs) if forward else (crs, base)
    try:
        return Transformer.from_crs(*ends, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise CrsError("crs_without_shift", crs=shown(definition)) from error


def to_wgs84(system: System, a: FloatArray, b: FloatArray) -> Pair:
    """Coordinates of a system (lon, lat or x, y) as WGS84 degrees. What has no place there is not finite."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if system.name == WGS84:
        return a, b
    if system.name == GCJ02:
        return gcj02_to_wgs84(a, b)
    if system.name == BD09:
        return bd09_to_wgs84(a, b)
    lon, lat = _transformer(system.definition, forward=False).transform(a, b)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def from_wgs84(system: System, lon: FloatArray, lat: FloatArray) -> Pair:
    """WGS84 degrees as coordinates of a system. What has no place there is not finite."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if system.name == WGS84:
        return lon, lat
    if system.name == GCJ02:
        return wgs84_to_gcj02(lon, lat)
    if system.name == BD09:
        return wgs84_to_bd09(lon, lat)
    x, y = _transformer(system.definition, forward=True).transform(lon, lat)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def convert(source: System, target: System, a: FloatArray, b: FloatArray) -> Pair:
    """Coordinates of one system in another. Between GCJ-02 and BD-09 without the way round by WGS84."""
    if source == target:
        return np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if (source.name, target.name) == (GCJ02, BD09):
        inside = in_china(*gcj02_to_wgs84(a, b))
        return _where(inside, _gcj02_to_bd09(a, b), (a, b))
    if (source.name, target.name) == (BD09, GCJ02):
        moved = _bd09_to_gcj02(a, b)
        return _where(in_china(*_undo(_shift, *moved)), moved, (a, b))
    return from_wgs84(target, *to_wgs84(source, a, b))


def _where(inside: npt.NDArray[np.bool_], moved: Pair, stay: Pair) -> Pair:
    """Moved places inside China, the others as they were."""
    return np.where(inside, moved[0], stay[0]), np.where(inside, moved[1], stay[1])


def _shift(lon: FloatArray, lat: FloatArray) -> Pair:
    """WGS84 to GCJ-02 by the formula, wherever the place is."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    phi = np.radians(lat)
    bend = 1.0 - ECCENTRICITY2 * np.sin(phi) ** 2
    meridian_m = AXIS_M * (1.0 - ECCENTRICITY2) / (bend * np.sqrt(bend))
    parallel_m = AXIS_M / np.sqrt(bend) * np.cos(phi)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _gcj02_to_bd09(lon: FloatArray, lat: FloatArray) -> Pair:
    """GCJ-02 to BD-09 by the formula, wherever the place is."""
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * X_PI)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * X_PI)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def _undo(forward: Any, lon: FloatArray, lat: FloatArray) -> Pair:
    """The inverse of a small shift: w <- w - (f(w) - g) until nothing moves."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    a, b = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        ahead = forward(a, b)
        da, db = ahead[0] - lon, ahead[1] - lat
        a, b = a - da, b - db
        if max(np.abs(da).max(initial=0.0), np.abs(db).max(initial=0.0)) < _DONE_DEGREES:
            break
    return a, b


def _bd09_to_gcj02(lon: FloatArray, lat: FloatArray) -> Pair:
    """BD-09 to GCJ-02, iterated, wherever the place is."""
    return _undo(_gcj02_to_bd09, lon, lat)


def wgs84_to_gcj02(lon: FloatArray, lat: FloatArray) -> Pair:
    """WGS84 to GCJ-02; places outside China stay where they are."""
    return _where(in_china(lon, lat), _shift(lon, lat), (lon, lat))


def gcj02_to_wgs84(lon: FloatArray, lat: FloatArray) -> Pair:
    """GCJ-02 to WGS84, iterated; places outside China stay where they are."""
    moved = _undo(_shift, lon, lat)
    return _where(in_china(*moved), moved, (lon, lat))


def wgs84_to_bd09(lon: FloatArray, lat: FloatArray) -> Pair:
    """WGS84 to BD-09; places outside China stay where they are."""
    return _where(in_china(lon, lat), _gcj02_to_bd09(*_shift(lon, lat)), (lon, lat))


def bd09_to_wgs84(lon: FloatArray, lat: FloatArray) -> Pair:
    """BD-09 to WGS84, iterated; places outside China stay where they are."""
    moved = _undo(_shift, *_bd09_to_gcj02(lon, lat))
    return _where(in_china(*moved), moved, (lon, lat))


def to_plane(source: System, a: FloatArray, b: FloatArray, crs: System) -> Pair:
    """Coordinates of a system as metres; NaN where they have no place in it."""
    x, y = np.full(len(a), np.nan), np.full(len(a), np.nan)
    usable = np.flatnonzero(np.isfinite(a) & np.isfinite(b))
    if len(usable):
        x[usable], y[usable] = from_wgs84(crs, *to_wgs84(source, a[usable], b[usable]))
    lost = ~(np.isfinite(x) & np.isfinite(y))
    x[lost] = y[lost] = np.nan
    return x, y


def metric_crs(lon: FloatArray, lat: FloatArray) -> str:
    """The metric CRS for places: CGCS2000 / 3-degree Gauss-Kruger by central meridian inside China, else WGS84 / UTM.

    The middle of the extent decides. Raises CrsError (crs_no_extent) where nothing has a place.
    """
    finite = np.isfinite(lon) & np.isfinite(lat)
    if not finite.any():
        raise CrsError("crs_no_extent")
    middle_lon = float((lon[finite].min() + lon[finite].max()) / 2)
    middle_lat = float((lat[finite].min() + lat[finite].max()) / 2)
    if bool(in_china(np.array([middle_lon]), np.array([middle_lat]))[0]):
        return f"EPSG:{4534 + round((min(max(middle_lon, 75.0), 135.0) - 75.0) / 3.0)}"
    zone = min(int((middle_lon + 180.0) // 6.0) + 1, 60)
    return f"EPSG:{(32600 if middle_lat >= 0 else 32700) + zone}"
