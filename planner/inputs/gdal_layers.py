"""Layers that GDAL reads: GeoPackage, File Geodatabase (.gdb), DXF. Each by its own driver and no other."""

from __future__ import annotations

import math
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.cells import Cell
from planner.inputs.encodings import UTF8
from planner.inputs.features import Features, from_wkb
from planner.inputs.files import UnusableFileError

MOST_FEATURES = 5_000_000
"""Features that one layer may have; a metropolis has about a million buildings."""


def read_geopackage(path: Path, wanted: Sequence[str]) -> Features:
    """A GeoPackage: of several layers the first that has all wanted columns. Raises UnusableFileError."""
    return _chosen(path, wanted, "gpkg")


def read_geodatabase(path: Path, wanted: Sequence[str]) -> Features:
    """A File Geodatabase (its folder): of several layers the first that has all wanted columns. Raises UnusableFileError."""
    return _chosen(path, wanted, "gdb")


def read_zipped_geodatabase(box: zipfile.ZipFile, wanted: Sequence[str]) -> Features:
    """A zipped File Geodatabase. Its files are unpacked under their own last names beside nothing else."""
    members = [member for member in box.infolist() if not member.is_dir() and ".gdb/" in member.filename.replace("\\", "/").lower()]
    folder_of = {member.filename.replace("\\", "/").rpartition("/")[0] for member in members}
    if len(folder_of) != 1:
        raise UnusableFileError("file_unreadable", sentence="file_zip_without_shp")
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / "layer.gdb"
        inner.mkdir()
        try:
            for member in members:
                (inner / Path(member.filename.replace("\\", "/")).name).write_bytes(box.read(member))
        except Exception as error:  # zlib.error, BadZipFile, encryption: there is no common parent
            raise UnusableFileError("file_unreadable") from error
        return read_geodatabase(inner, wanted)


def read_dxf(path: Path) -> Features:
    """A DXF: its entities, closed lines as areas. A drawing states no system. Raises UnusableFileError."""
    found = _layer(path, "entities", "dxf")
    shapes = found.shapes.copy()
    for k, shape in enumerate(shapes):
        if shape is not None and shape.geom_type == "LineString" and shape.is_closed and len(shape.coords) >= 4:
            shapes[k] = shapely.Polygon(shape.coords)
    columns = {header: cells for header, cells in found.columns.items() if any(cell is not None for cell in cells)}
    return Features("dxf", found.encoding, columns, shapes, "", found.broken)


def _chosen(path: Path, wanted: Sequence[str], form: str) -> Features:
    """The first layer of a file that has all wanted columns, else the first."""
    layers = _layers(path)
    if not layers:
        raise UnusableFileError("file_empty", sentence="layer_empty")
    name = next((name for name in layers if set(wanted) <= set(_fields(path, name))), layers[0])
    return _layer(path, name, form)


def _faults() -> tuple[type[Exception], ...]:
    """What pyogrio raises for a file that it cannot read."""
    import pyogrio

    return (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError, UnicodeDecodeError, ValueError,
            RuntimeError)


def _layers(path: Path) -> list[str]:
    """The names of a file's layers."""
    import pyogrio

    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except _faults() as error:
        raise UnusableFileError("file_unreadable") from error


def _fields(path: Path, layer: str) -> list[str]:
    """The names of a layer's columns."""
    import pyogrio

    try:
        found: list[str] = pyogrio.read_info(path, layer=layer)["fields"].tolist()
    except _faults() as error:
        raise UnusableFileError("file_unreadable") from error
    return found


def _layer(path: Path, layer: str, form: str) -> Features:
    """One layer of a file."""
    import pyogrio
    import pyogrio.raw

    try:
        count = int(pyogrio.read_info(path, layer=layer)["features"])
        if count > MOST_FEATURES:
            raise UnusableFileError("file_too_large", sentence="layer_too_large", count=f"{count:,}", limit=f"{MOST_FEATURES:,}")
        meta, fids, shapes, values = pyogrio.raw.read(path, layer=layer, return_fids=True)
    except _faults() as error:
        if isinstance(error, UnusableFileError):
            raise
        raise UnusableFileError("file_unreadable") from error
    columns = {str(name): _array_cells(array) for name, array in zip(meta["fields"], values, strict=True)}
    made, broken = from_wkb(shapes, len(fids))
    return Features(form, meta.get("encoding") or UTF8, columns, made, meta.get("crs") or "", broken)


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
