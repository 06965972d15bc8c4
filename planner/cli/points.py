"""Points with ids, read strictly: whatever is not plainly right ends with one line that names file, row, column, value and remedy."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.errors import InputError
from planner.network.plane import WGS84

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
TABLES = (".csv", ".txt")

FARTHEST_M = 2e8
"""No plane coordinate on earth is greater, even with a zone number before it."""


@dataclass(frozen=True, slots=True)
class Points:
    """ids : text, unique. x, y : (P,) degrees or metres, in `crs`. encoding : of a table that is not UTF-8."""

    ids: list[str]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    crs: str
    encoding: str = ""


def read_points(path: Path, crs: str | None) -> Points:
    """Points of a table (`id` with `lon,lat` in WGS84 or `x,y` in `crs`) or of a point layer with an `id` column.

    Raises InputError for a file, a column or a cell that cannot be used, and for repeated ids.
    """
    shown = str(path)
    if not path.is_file():
        raise InputError("points_missing", file=shown)
    if path.stat().st_size == 0:
        raise InputError("points_empty", file=shown)
    points = _read_table(path, shown, crs) if path.suffix.lower() in TABLES else _read_layer(path, shown)
    if not points.ids:
        raise InputError("points_empty", file=shown)
    return points


def _text(path: Path, shown: str) -> tuple[str, str]:
    """A table's text: UTF-8, with or without a BOM, else GB18030, as Excel in Chinese saves it; and the encoding where it is that."""
    raw = path.read_bytes()
    for encoding, told in (("utf-8-sig", ""), ("gb18030", "gb18030")):
        try:
            return raw.decode(encoding), told
        except UnicodeDecodeError:
            continue
    raise InputError("points_unreadable", file=shown)


def _read_table(path: Path, shown: str, crs: str | None) -> Points:
    """Points of a CSV file; rows are numbered as a person counts them, the header being 1."""
    text, encoding = _text(path, shown)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError("points_unreadable", file=shown) from error
    header = [name.strip() for name in records[0]] if records else []
    axes, system = _axes(header, shown, crs)
    place = [header.index(name) for name in ("id", *axes)]
    ids: list[str] = []
    xs: list[float] = []
    ys: list[float] = []
    seen: dict[str, int] = {}
    for row, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) > len(header) and any(cell.strip() for cell in record[len(header):]):
            raise InputError("points_row_too_long", file=shown, row=row, cells=len(record), columns=len(header))
        name, x, y = (record[k] if k < len(record) else "" for k in place)
        _check_id(name, seen, row, shown)
        ids.append(name)
        xs.append(_number(x, axes[0], row, shown))
        ys.append(_number(y, axes[1], row, shown))
    return Points(ids, np.array(xs, dtype=np.float64), np.array(ys, dtype=np.float64), system, encoding)


def _axes(header: Sequence[str], shown: str, crs: str | None) -> tuple[tuple[str, str], str]:
    """Which two columns say where, and in which system."""
    if "id" not in header:
        raise InputError("points_column_missing", file=shown, column="id", columns=", ".join(header[:10]))
    for axes, system in ((("lon", "lat"), WGS84), (("x", "y"), crs)):
        if axes[0] in header and axes[1] in header:
            if system is None:
                raise InputError("points_xy_without_crs", file=shown)
            repeated = [name for name in ("id", *axes) if header.count(name) > 1]
            if repeated:
                raise InputError("points_column_repeated", file=shown, column=repeated[0])
            return axes, system
    raise InputError("points_column_missing", file=shown, column="lon, lat / x, y", columns=", ".join(header[:10]))


def _check_id(name: str, seen: dict[str, int], row: int, shown: str) -> None:
    """Ids are text, letter by letter; blank and repeated ones are refused."""
    if not name.strip():
        raise InputError("points_id_blank", file=shown, row=row)
    if name in seen:
        raise InputError("points_id_repeated", file=shown, row=row, value=name, first=seen[name])
    seen[name] = row


def _number(text: str, column: str, row: int, shown: str) -> float:
    """A coordinate of a table as a number in its range."""
    value = text.strip()
    if not value:
        raise InputError("points_coordinate_blank", file=shown, row=row, column=column)
    if not NUMBER.fullmatch(value):
        raise InputError("points_coordinate_invalid", file=shown, row=row, column=column, value=value[:40])
    number, bound = float(value), {"lon": 180.0, "lat": 90.0}.get(column, FARTHEST_M)
    if not abs(number) <= bound:
        raise InputError("points_coordinate_out_of_range", file=shown, row=row, column=column, value=value[:40], bound=f"{bound:g}")
    return number


def _read_layer(path: Path, shown: str) -> Points:
    """Points of a vector layer; rows are its features from 1."""
    import pyogrio
    import shapely

    try:
        frame = pyogrio.read_dataframe(path)
    except Exception as error:  # the drivers of many formats raise what they like on junk
        raise InputError("points_unreadable", file=shown) from error
    if "id" not in frame.columns or "geometry" not in frame.columns:
        raise InputError("points_column_missing", file=shown, column="id" if "id" not in frame.columns else "geometry",
                         columns=", ".join(str(column) for column in list(frame.columns)[:10]))
    if frame.crs is None:
        raise InputError("points_without_crs", file=shown)
    ids: list[str] = []
    seen: dict[str, int] = {}
    shapes = frame.geometry.to_numpy()
    single = shapely.get_num_geometries(shapes) == 1
    shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    for row, (value, shape) in enumerate(zip(frame["id"].tolist(), shapes, strict=True), start=1):
        name = _id_text(value)
        _check_id(name, seen, row, shown)
        if shape is None or shape.is_empty:
            raise InputError("points_coordinate_blank", file=shown, row=row, column="geometry")
        if shape.geom_type != "Point" or not (math.isfinite(shape.x) and math.isfinite(shape.y)):
            raise InputError("points_coordinate_invalid", file=shown, row=row, column="geometry", value=shape.wkt[:40])
        ids.append(name)
    return Points(ids, shapely.get_x(shapes), shapely.get_y(shapes), frame.crs.to_wkt())


def _id_text(value: object) -> str:
    """An id of a layer as text: whole numbers without a point, missing ones blank."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def in_plane(points: Points, crs: str, shown: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """x and y in the plane system `crs`. Raises InputError for a point that the projection cannot place."""
    if points.crs == crs:
        return points.x, points.y
    from pyproj import Transformer

    x, y = Transformer.from_crs(points.crs, crs, always_xy=True).transform(points.x, points.y)
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    lost = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if len(lost):
        first = int(lost[0])
        raise InputError("points_off_plane", file=shown, id=points.ids[first], x=points.x[first], y=points.y[first], crs=crs)
    return x, y
