"""Line layers of any vector format: read, and handed to `graph.from_lines` in the plane system that is asked for."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import NetworkError
from planner.network import rules
from planner.network.graph import StreetNetwork, from_lines
from planner.network.plane import WGS84, Box
from planner.network.ways import ATTRIBUTION
from planner.quality import QualityReport

if TYPE_CHECKING:
    import geopandas as gpd

SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet", ".geoparquet", ".fgb")
SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg")
UNPACKED_BYTES, UNPACKED_RATIO = 4_000_000_000, 200
"""A .zip that declares more than this, or so many times its own size, is refused unread (docs/quality.md, file_unsafe)."""

OSM_ID_COLUMNS = ("osm_id", "osmid", "@id")
"""A layer with one of these columns was made from OpenStreetMap, which wants to be named."""


def files_of(path: Path) -> list[Path]:
    """The files that a layer consists of: a shapefile's parts, else the file itself."""
    if path.suffix.lower() != ".shp":
        return [path]
    sides = [path.with_suffix(written) for suffix in SIDE_FILES for written in (suffix, suffix.upper())]
    return [path, *(part for part in sides if part.is_file())]


def _check_shapefile(path: Path, shown: str) -> None:
    """A shapefile needs its .shx and .dbf."""
    there = {part.suffix.lower() for part in files_of(path)}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in there]
    if missing:
        raise NetworkError("streets_part_missing", file=shown, parts=", ".join(missing))


def _check_archive(path: Path, shown: str) -> None:
    """What a .zip declares to hold, before any of it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            declared = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise NetworkError("streets_unreadable", file=shown) from error
    if declared > UNPACKED_BYTES or declared > UNPACKED_RATIO * max(path.stat().st_size, 1):
        raise NetworkError("streets_unsafe", file=shown)


def read_layer(path: Path, shown: str) -> gpd.GeoDataFrame:
    """The features of a layer with the columns that matter for streets. Raises NetworkError where it cannot be read or holds no lines."""
    import geopandas as gpd

    suffix = path.suffix.lower()
    if suffix == ".shp":
        _check_shapefile(path, shown)
    if suffix == ".zip":
        _check_archive(path, shown)
    try:
        frame = gpd.read_parquet(path) if suffix in (".parquet", ".geoparquet") else _read_vector(path)
    except Exception as error:  # the drivers of many formats raise what they like on junk
        raise NetworkError("streets_unreadable", file=shown) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise NetworkError("streets_without_lines", file=shown)
    if len(frame) == 0:
        raise NetworkError("streets_empty", file=shown)
    return frame


def _read_vector(path: Path) -> Any:
    """A layer through GDAL: the first that holds lines, or the first."""
    import pyogrio

    layers = pyogrio.list_layers(path)
    lines = [name for name, kind in layers if kind and ("Line" in kind or kind == "Unknown")]
    name = lines[0] if lines else layers[0][0] if len(layers) else None
    return pyogrio.read_dataframe(path, layer=name, columns=[*rules.KEYS, *OSM_ID_COLUMNS, "length_m"], on_invalid="ignore")


def read_lines(path: Path, shown: str, crs: str, mode: str, *, layer_crs: str | None = None, around: Box | None = None,
               report: QualityReport) -> StreetNetwork:
    """A network from a line layer (contract, section 2.1), in the metric `crs`.

    layer_crs : the layer's own system, where it is stated; else what the file says; where it says nothing, degrees or `crs` if that puts
    the layer `around` the project (in `crs`), which is told. Raises NetworkError where no network can be made of it.
    """
    import numpy as np

    frame = read_layer(path, shown)
    record = report.record(shown)
    record.rows_in = len(frame)
    frame = _placed(frame, shown, layer_crs or (_tried(frame, shown, crs, around, report) if frame.crs is None and around else None))
    record.crs = frame.crs.to_string() if len(frame.crs.to_string()) < 40 else frame.crs.name
    shapes = frame.geometry.to_crs(crs).to_numpy()
    columns: Mapping[str, Any] = {key: frame[key].to_numpy(dtype=object) for key in (*rules.KEYS, "length_m") if key in frame.columns}
    attribution = ATTRIBUTION if any(column in frame.columns for column in OSM_ID_COLUMNS) else ""
    return from_lines(np.asarray(shapes, dtype=object), crs=crs, mode=mode, columns=columns, attribution=attribution, report=report,
                      file=shown)


def place_of(path: Path, shown: str, *, layer_crs: str | None = None) -> tuple[str, Box]:
    """A layer's own system, and its west, south, east and north in degrees."""
    frame = _placed(read_layer(path, shown), shown, layer_crs)
    west, south, east, north = (float(value) for value in frame.geometry.to_crs(WGS84).total_bounds)
    return frame.crs.to_string(), (west, south, east, north)


def _tried(frame: gpd.GeoDataFrame, shown: str, crs: str, around: Box, report: QualityReport) -> str | None:
    """The system in which a layer without one lies around the project: degrees or the project's own; None where neither does."""
    import shapely

    project = shapely.box(*around)
    for candidate in (WGS84, crs):
        bounds = frame.geometry.set_crs(candidate, allow_override=True).to_crs(crs).total_bounds
        if all(math.isfinite(value) for value in bounds) and shapely.intersects(project, shapely.box(*bounds)):
            report.add("crs_missing", "warning", shown, sentence="streets_crs_tried", value=candidate)
            return candidate
    return None


def _placed(frame: gpd.GeoDataFrame, shown: str, layer_crs: str | None) -> gpd.GeoDataFrame:
    """A layer with its system: the one stated, else the one of the file."""
    if layer_crs is not None:
        frame = frame.set_crs(layer_crs, allow_override=True)
    if frame.crs is None:
        raise NetworkError("streets_without_crs", file=shown)
    return frame
