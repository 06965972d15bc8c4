"""GeoJSON, by the standard library's parser: it names the place of a fault and guesses no types."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.cells import Cell
from planner.inputs.encodings import UTF8, decode
from planner.inputs.features import DEGREES, Features
from planner.inputs.files import UnusableFileError


def read_geojson(path: Path) -> Features:
    """The features of a GeoJSON file. Raises UnusableFileError."""
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
            columns[_tidy(header)].append(json_cell(known.get(header) if isinstance(known, dict) else None))
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
    return DEGREES


def _tidy(value: str) -> str:
    """Text without halves of letters, which no file can be written with."""
    return value if value.isascii() else value.encode(UTF8, "replace").decode(UTF8)


def json_cell(value: Any) -> Cell:
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
