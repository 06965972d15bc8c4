"""The coordinate system of every layer that is written: asked for once, checked before the work, applied here and nowhere else.

A .gpkg and a .shp say which system their coordinates are of. GeoJSON is in WGS84 by its standard (RFC 7946, section 4) and says nothing, so
that readers would take any other system for degrees: it is refused, as it is for tables with lon and lat.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError

if TYPE_CHECKING:
    from pyproj import CRS

DEGREES = "EPSG:4326"
WITH_SYSTEM = (".gpkg", ".shp")
"""Forms that say which system their coordinates are of."""
ROOM_DEGREES = 3.0
"""A zone may be used so far beyond its area: the width of a zone, as a city that reaches into the next one is delivered in one system."""


def check_system(crs: str | None, path: Path | None) -> None:
    """That a layer can be written to a file of this name in this system: before the work, not after it.

    path : None where nothing is written that has a system. Raises InputError: export_crs_unknown, export_crs_form, export_crs_nowhere.
    """
    wanted = _parsed(crs or DEGREES)
    if crs is not None and path is None:
        raise InputError("export_crs_nowhere", crs=crs, suffixes=" ".join(WITH_SYSTEM))
    if path is not None and path.suffix.lower() not in WITH_SYSTEM and wanted.to_epsg() != 4326:
        raise InputError("export_crs_form", crs=str(crs), suffix=path.suffix.lower())


def in_system(layer: Any, crs: str | None) -> Any:
    """A GeoDataFrame in the system asked for, EPSG:4326 where none is.

    Raises InputError (export_crs_far) where the layer lies far east or west of the zone: its figures are no metres there.
    """
    wanted = _parsed(crs or DEGREES)
    area = wanted.area_of_use
    if wanted.is_projected and area is not None and area.west < area.east and not layer.geometry.isna().all():
        west, south, east, north = layer.to_crs(DEGREES).total_bounds
        lon, lat = (west + east) / 2, (south + north) / 2
        if max(area.west - lon, lon - area.east) > ROOM_DEGREES:
            raise InputError("export_crs_far", crs=crs, west=f"{area.west:g}", east=f"{area.east:g}", lon=f"{lon:.1f}", lat=f"{lat:.1f}")
    return layer.to_crs(wanted)


def degrees(crs: str, places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Longitude and latitude (EPSG:4326) of places in a system, to 7 decimals (about 1 cm)."""
    from pyproj import Transformer

    if not places:
        return []
    lon, lat = Transformer.from_crs(crs, DEGREES, always_xy=True).transform([x for x, _ in places], [y for _, y in places])
    return [(round(a, 7), round(b, 7)) for a, b in zip(lon, lat, strict=True)]


def _parsed(crs: str) -> CRS:
    """The system that is meant. Raises InputError (export_crs_unknown) for one that is none of the plane or of longitude and latitude."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        wanted = CRS.from_user_input(crs)
    except CRSError:
        raise InputError("export_crs_unknown", crs=crs) from None
    if not (wanted.is_geographic or wanted.is_projected):
        raise InputError("export_crs_unknown", crs=crs)
    return wanted
