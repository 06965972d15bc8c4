"""The points of a siting answer as a layer: GeoJSON as it is, a GeoPackage or a shapefile in the system asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.export.geopackage import dated
from planner.export.shapefiles import shapefile
from planner.export.systems import DEGREES, check_system, in_system
from planner.i18n import has, t

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp")


def check_points(path: Path, crs: str | None) -> None:
    """That points can be written to a file of this name in this system: before the work, not after it. Raises InputError."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("export_suffix_unknown", path=path.name, suffixes=" ".join(SUFFIXES))
    check_system(crs, path)


def write_points(points: Mapping[str, Any], path: Path, day: str, *, lang: str, crs: str | None = None) -> None:
    """Write a GeoJSON FeatureCollection of points in the form that the suffix of `path` says. day : of the data.

    crs : of a .gpkg or .shp, EPSG:4326 where absent. Raises InputError as `check_points`, and export_crs_far.
    """
    check_points(path, crs)
    suffix = path.suffix.lower()
    if suffix in (".geojson", ".json"):
        path.write_text(json.dumps(points, ensure_ascii=False, indent=1, allow_nan=False), encoding="utf-8")
        return
    import geopandas as gpd
    import pyogrio

    features = points["features"]
    layer = gpd.GeoDataFrame.from_features(features, crs=DEGREES) if features else gpd.GeoDataFrame({"role": []}, geometry=[], crs=DEGREES)
    layer = in_system(layer, crs)
    if suffix == ".shp":
        shapefile(layer, path, lambda key: t(f"site.column.{key}", lang) if has(f"site.column.{key}", lang) else key, lang)
        return
    path.unlink(missing_ok=True)
    with dated(day):
        pyogrio.write_dataframe(layer, path, layer="sites", driver="GPKG", geometry_type="Point")
