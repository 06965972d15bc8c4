"""Shapes with columns, whatever file they lie in: the door to every reader of layers, and those of shapefiles and GeoParquet."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner.inputs import dbf, gdal_layers, kml
from planner.inputs.cells import Cell
from planner.inputs.encodings import UTF8
from planner.inputs.features import DEGREES, Features, from_wkb
from planner.inputs.files import UnusableFileError, shape_parts
from planner.inputs.geojson import json_cell, read_geojson

VECTOR_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".zip", ".parquet", ".geoparquet", ".gdb", ".kml", ".kmz", ".dxf")
_PARQUET_LIMIT = 4_000_000_000


def read_features(path: Path, wanted: Sequence[str] = ()) -> Features:
    """The layer of a file. `wanted` are the headers that planner.toml names: of several layers in a file the first that has them all
    is read, and names cut to ten bytes in a .dbf are found by them.

    Raises UnusableFileError. `planner.inputs.files.safe` goes before.
    """
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return _read_zip(path, wanted)
    if suffix == ".shp":
        return _read_shapefile(path, wanted)
    if suffix == ".gdb":
        return gdal_layers.read_geodatabase(path, wanted)
    if suffix == ".kml":
        return kml.read_kml(path)
    if suffix == ".kmz":
        return kml.read_kmz(path)
    if suffix == ".dxf":
        return gdal_layers.read_dxf(path)
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(b"SQLite format 3"):
        return gdal_layers.read_geopackage(path, wanted)
    if head.startswith(b"PAR1"):
        return _read_parquet(path)
    if suffix in (".gpkg", ".parquet", ".geoparquet"):
        raise UnusableFileError("file_unreadable")
    return read_geojson(path)


def _read_shapefile(path: Path, wanted: Sequence[str]) -> Features:
    """A shapefile: shapes by GDAL, columns by ourselves."""
    import pyogrio
    import pyogrio.raw

    parts = shape_parts(path)
    table = dbf.read_dbf(parts["dbf"], parts.get("cpg"))
    try:
        meta, fids, raw, _ = pyogrio.raw.read(parts["shp"], columns=[], encoding="ISO-8859-1", return_fids=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        raise UnusableFileError("file_unreadable") from error
    shapes, broken = from_wkb(raw, len(fids))
    names = [table.name(k) for k in range(len(table.names))]
    cut = []
    for header in wanted:
        found = table.find(header)
        if found is not None and found[1] and header not in names:
            names[found[0]] = header
            if not header.isascii():  # ten letters are the format's own shorthand; three or five Chinese ones want a look
                cut.append(header)
    columns = {name: [cells[fid] if fid < table.rows else None for fid in fids] for name, cells in zip(names, table.columns, strict=True)}
    crs = meta.get("crs") or ""
    return Features("shp", table.encoding, columns, shapes, crs if "prj" in parts else "", broken, tuple(cut), table.guessed,
                    tuple(int(fid) + 1 for fid in fids))


def _read_zip(path: Path, wanted: Sequence[str]) -> Features:
    """A zipped shapefile or File Geodatabase, unpacked beside nothing else; other zipped layers are refused."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as box:
        members = [member for member in box.infolist() if not member.is_dir()]
        shapes = [member for member in members if member.filename.lower().endswith(".shp")]
        if not shapes:
            return gdal_layers.read_zipped_geodatabase(box, wanted)
        stem = shapes[0].filename[:-4]
        try:
            for member in members:
                if member.filename[:-4] == stem:
                    (Path(folder) / f"layer{member.filename[-4:].lower()}").write_bytes(box.read(member))
        except Exception as error:  # zlib.error, BadZipFile, encryption: there is no common parent
            raise UnusableFileError("file_unreadable") from error
        return _read_shapefile(Path(folder) / "layer.shp", wanted)


def _read_parquet(path: Path) -> Features:
    """A GeoParquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        opened = parquet.ParquetFile(path)
        unpacked = sum(opened.metadata.row_group(k).total_byte_size for k in range(opened.metadata.num_row_groups))
        if unpacked > _PARQUET_LIMIT:
            raise UnusableFileError("file_unsafe", value=str(unpacked), megabytes=round(unpacked / 1e6),
                                    packed=round(path.stat().st_size / 1e6, 1))
        table = opened.read()
        stated = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
        primary = stated.get("primary_column", "geometry")
        about = stated.get("columns", {}).get(primary, {})
        raw = np.array(table.column(primary).to_pylist(), dtype=object) if primary in table.column_names else None
        columns: dict[str, list[Cell]] = {name: [json_cell(value) if not hasattr(value, "isoformat") else value.isoformat()[:10]
                                                 for value in table.column(name).to_pylist()]
                                          for name in table.column_names if name != primary}
    except (pa.ArrowException, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        if isinstance(error, UnusableFileError):
            raise
        raise UnusableFileError("file_unreadable") from error
    shapes, broken = from_wkb(raw, table.num_rows)
    return Features("parquet", UTF8, columns, shapes, _parquet_crs(about), broken)


def _parquet_crs(about: Mapping[str, Any]) -> str:
    """The CRS of a GeoParquet column: WGS84 degrees where the key is absent, unknown where it is null."""
    if "crs" not in about:
        return DEGREES
    crs = about["crs"]
    if not isinstance(crs, dict):
        return ""
    known = crs.get("id") or {}
    if known.get("authority") == "OGC":
        return DEGREES
    if known.get("authority") == "EPSG":
        return f"EPSG:{known.get('code')}"
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return str(CRS.from_json_dict(crs).to_wkt())
    except CRSError:
        return ""
