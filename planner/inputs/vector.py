"""Shapes with columns, as they lie in files: .geojson, .gpkg, .shp, .shp.zip, .parquet.

A feature that has no shape is None, one whose shape cannot be used is None and in `broken`; both keep their columns.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs import dbf
from planner.inputs.cells import Cell
from planner.inputs.encodings import UTF8, decode
from planner.inputs.files import UnusableFileError, shape_parts

VECTOR_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".zip", ".parquet", ".geoparquet")
_DEGREES = "EPSG:4326"
_PARQUET_LIMIT = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Features:
    """A layer as it lies in its file.

    columns : header -> one cell a feature. shapes : (n,) shapely shapes or None. crs : EPSG:n or WKT, "" where the file states none.
    cut : configured names that were found by their first ten bytes. guessed : whether the encoding had to be guessed.
    """

    format: str
    encoding: str
    columns: dict[str, list[Cell]]
    shapes: npt.NDArray[np.object_]
    crs: str
    broken: frozenset[int] = frozenset()
    cut: tuple[str, ...] = ()
    guessed: bool = False
    numbers: tuple[int, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.shapes)


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
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(b"SQLite format 3"):
        return _read_gdal(path, wanted)
    if head.startswith(b"PAR1"):
        return _read_parquet(path)
    if suffix in (".gpkg", ".parquet", ".geoparquet"):
        raise UnusableFileError("file_unreadable")
    return _read_geojson(path)


# ---- GeoJSON ---------------------------------------------------------------------------------------------------------
def _read_geojson(path: Path) -> Features:
    """A GeoJSON file, by the standard library's parser: it names the place of a fault and guesses no types."""
    found, encoding = decode(path.read_bytes())
    try:
        tree = json.loads(found)
    except json.JSONDecodeError as error:
        raise UnusableFileError("file_unreadable", sentence="file_json_damaged", line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise UnusableFileError("file_unreadable") from error
    features = _feature_list(tree)
    headers: dict[str, None] = {}
    for feature in features:
        if isinstance(feature, dict) and isinstance(feature.get("properties"), dict):
            headers.update(dict.fromkeys(feature["properties"]))
    columns: dict[str, list[Cell]] = {_tidy(header): [] for header in headers}
    shapes, broken = np.empty(len(features), dtype=object), set()
    for k, feature in enumerate(features):
        known = feature.get("properties") if isinstance(feature, dict) else None
        for header in headers:
            columns[_tidy(header)].append(_json_cell(known.get(header) if isinstance(known, dict) else None))
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        try:
            shapes[k] = None if geometry is None else json_shape(geometry)
        except (ValueError, TypeError, OverflowError, KeyError, RecursionError, shapely.errors.ShapelyError):
            broken.add(k)
    return Features("geojson", encoding, columns, shapes, _geojson_crs(tree), frozenset(broken), guessed=encoding != UTF8)


def _feature_list(tree: Any) -> list[Any]:
    """The features of a GeoJSON document."""
    if isinstance(tree, dict) and isinstance(tree.get("features"), list):
        features: list[Any] = tree["features"]
        return features
    if isinstance(tree, dict) and tree.get("type") == "Feature":
        return [tree]
    raise UnusableFileError("file_unreadable", sentence="file_not_geojson")


def _geojson_crs(tree: Mapping[str, Any]) -> str:
    """The CRS that a GeoJSON file of the old kind states; WGS84 degrees without one, as the standard says."""
    stated = tree.get("crs")
    with contextlib.suppress(TypeError, KeyError):
        name = str(stated["properties"]["name"]) if stated is not None else ""
        found = re.search(r"EPSG:(?:[\d.]*:)?(\d{4,6})", name)
        if found:
            return f"EPSG:{found[1]}"
    return _DEGREES


def _tidy(value: str) -> str:
    """Text without halves of letters, which no file can be written with."""
    return value if value.isascii() else value.encode(UTF8, "replace").decode(UTF8)


def _json_cell(value: Any) -> Cell:
    """A property as a cell; lists and tables as their JSON text."""
    if isinstance(value, str):
        return _tidy(value)
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, float) or math.isfinite(value) else str(value)
    return _tidy(json.dumps(value, ensure_ascii=False)[:2000])


def _positions(found: Any) -> npt.NDArray[np.float64]:
    """A list of positions as (n, 2) numbers. Raises ValueError for anything else."""
    array = np.array(found)
    if array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind not in "fiu":
        raise ValueError("positions")
    xy: npt.NDArray[np.float64] = array[:, :2].astype(np.float64)
    if not np.isfinite(xy).all():
        raise ValueError("positions")
    return xy


def json_shape(geometry: Any) -> Any:
    """A shapely shape of a GeoJSON geometry. Raises ValueError, TypeError or KeyError where it is none."""
    kind, found = geometry["type"], geometry.get("coordinates")
    if kind == "Point":
        return shapely.Point(_positions([found])[0])
    if kind == "MultiPoint":
        return shapely.MultiPoint(_positions(found))
    if kind == "LineString":
        return shapely.LineString(_positions(found))
    if kind == "MultiLineString":
        return shapely.MultiLineString([_positions(line) for line in found])
    if kind == "Polygon":
        return _polygon(found)
    if kind == "MultiPolygon":
        return shapely.MultiPolygon([_polygon(rings) for rings in found])
    if kind == "GeometryCollection":
        return shapely.GeometryCollection([json_shape(part) for part in geometry["geometries"]])
    raise ValueError("geometry type")


def _polygon(rings: Any) -> Any:
    """A polygon of its rings."""
    outer, *holes = [_positions(ring) for ring in rings]
    return shapely.Polygon(outer, holes)


# ---- GDAL, shapefile, Parquet ----------------------------------------------------------------------------------------
def _read_gdal(path: Path, wanted: Sequence[str]) -> Features:
    """A GeoPackage, by GDAL."""
    import pyogrio
    import pyogrio.raw

    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if not layers:
            raise UnusableFileError("file_empty", sentence="layer_empty")
        layer = next((name for name in layers if set(wanted) <= set(pyogrio.read_info(path, layer=name)["fields"].tolist())), layers[0])
        meta, _, shapes, values = pyogrio.raw.read(path, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError, UnicodeDecodeError, ValueError,
            RuntimeError) as error:
        if isinstance(error, UnusableFileError):
            raise
        raise UnusableFileError("file_unreadable") from error
    columns = {str(name): _array_cells(array) for name, array in zip(meta["fields"], values, strict=True)}
    made, broken = _from_wkb(shapes, len(values[0]) if values else 0)
    return Features("gpkg", meta.get("encoding") or UTF8, columns, made, meta.get("crs") or "", broken)


def _array_cells(array: npt.NDArray[Any]) -> list[Cell]:
    """A column of GDAL's as cells."""
    if array.dtype.kind == "M":
        return [None if np.isnat(value) else str(value)[:10] for value in array]
    if array.dtype.kind == "f":
        return [None if math.isnan(value) else float(value) for value in array]
    if array.dtype.kind == "b":
        return [bool(value) for value in array]
    if array.dtype.kind in "iu":
        return [int(value) for value in array]
    return [None if value is None else str(value) for value in array]


def _from_wkb(raw: npt.NDArray[np.object_] | None, count: int) -> tuple[npt.NDArray[np.object_], frozenset[int]]:
    """Shapes of their well-known bytes; those that cannot be read, or lie nowhere, are None and told."""
    if raw is None:
        return np.full(count, None, dtype=object), frozenset()
    shapes = np.empty(len(raw), dtype=object)
    broken = set()
    try:
        shapes[:] = shapely.force_2d(shapely.from_wkb(raw))
    except shapely.errors.ShapelyError:
        for k, part in enumerate(raw):
            try:
                shapes[k] = shapely.force_2d(shapely.from_wkb(part))
            except shapely.errors.ShapelyError:
                broken.add(k)
    bounds = shapely.bounds(shapes)
    for k, shape in enumerate(shapes):
        if shape is None:
            continue
        if shape.is_empty:
            shapes[k] = None
        elif not np.isfinite(bounds[k]).all():
            shapes[k] = None
            broken.add(k)
    return shapes, frozenset(broken)


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
    shapes, broken = _from_wkb(raw, len(fids))
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
    """A zipped shapefile, unpacked beside nothing else; other zipped layers are refused."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as box:
        members = [member for member in box.infolist() if not member.is_dir()]
        shapes = [member for member in members if member.filename.lower().endswith(".shp")]
        if not shapes:
            raise UnusableFileError("file_unreadable", sentence="file_zip_without_shp")
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
        columns: dict[str, list[Cell]] = {name: [_json_cell(value) if not hasattr(value, "isoformat") else value.isoformat()[:10]
                                                 for value in table.column(name).to_pylist()]
                                          for name in table.column_names if name != primary}
    except (pa.ArrowException, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        if isinstance(error, UnusableFileError):
            raise
        raise UnusableFileError("file_unreadable") from error
    shapes, broken = _from_wkb(raw, table.num_rows)
    return Features("parquet", UTF8, columns, shapes, _parquet_crs(about), broken)


def _parquet_crs(about: Mapping[str, Any]) -> str:
    """The CRS of a GeoParquet column: WGS84 degrees where the key is absent, unknown where it is null."""
    if "crs" not in about:
        return _DEGREES
    crs = about["crs"]
    if not isinstance(crs, dict):
        return ""
    known = crs.get("id") or {}
    if known.get("authority") == "OGC":
        return _DEGREES
    if known.get("authority") == "EPSG":
        return f"EPSG:{known.get('code')}"
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return str(CRS.from_json_dict(crs).to_wkt())
    except CRSError:
        return ""
