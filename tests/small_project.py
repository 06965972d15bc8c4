"""A small project on disk, as tests write it: sections of planner.toml, layers and tables, each said once.

    write_project(tmp_path, TOWNSHIPS | STREETS | WALK | {"population": {...}, "facilities.home": {...}},
                  {"townships.geojson": layer(feature("Polygon", rectangle(0, 0, 1000, 1000), code="A", name="甲街道")), ...})

Places are metres east and north of a corner in China that lies on whole kilometres (`degrees`), or whatever the test's own system has.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pyproj import Transformer

EAST, NORTH = 500_000.0, 4_400_000.0
"""Metres of the corner that `degrees` counts from: on the central meridian of EPSG:32650 and of EPSG:4548, at about 39.7 degrees north."""
Sections = Mapping[str, Mapping[str, Any]]
Place = Callable[[float, float], list[float]]
TOWNSHIPS: Sections = {"boundaries.township": {"path": "townships.geojson", "code": "code", "name": "name"}}
STREETS: Sections = {"streets": {"path": "streets.geojson"}}
WALK: Sections = {"travel.walk": {"mode": "walk", "metres_per_minute": 60}}


def toml(sections: Sections) -> str:
    """planner.toml of some sections, one key a line, tables inside a section on one line. Dotted names are written as they are."""
    return "".join(f"[{name}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in keys.items()) for name, keys in sections.items())


def _value(value: object) -> str:
    """A value as TOML has it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def same(*keys: str, **others: str) -> dict[str, str]:
    """`columns` of a file whose headers are our own keys, and others."""
    return {key: key for key in keys} | others


@functools.cache
def _transformer(crs: str) -> Transformer:
    """Metres of a system to degrees."""
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def degrees(x: float, y: float, crs: str = "EPSG:32650") -> list[float]:
    """Metres east and north of the corner as longitude and latitude."""
    return list(_transformer(crs).transform(EAST + x, NORTH + y))


def metres(x: float, y: float) -> list[float]:
    """The same in metres of the corner's own system."""
    return [EAST + x, NORTH + y]


def rectangle(x: float, y: float, width: float, height: float, place: Place = degrees) -> list[list[list[float]]]:
    """Coordinates of a polygon; place : turns two numbers into a position of the file."""
    return [[place(x, y), place(x + width, y), place(x + width, y + height), place(x, y + height), place(x, y)]]


def as_written(x: float, y: float) -> list[float]:
    """A place that is degrees already."""
    return [x, y]


def feature(kind: str, coordinates: object, /, **properties: object) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def layer(*features: dict[str, Any], crs: str = "") -> str:
    """A GeoJSON file; crs : its system where that is not the format's own."""
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps({"type": "FeatureCollection", **named, "features": list(features)}, ensure_ascii=False)


def write_project(folder: Path, sections: Sections | str, files: Mapping[str, str | bytes]) -> Path:
    """Writes planner.toml (of sections, or as it stands) and the files; gives the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"planner.toml": sections if isinstance(sections, str) else toml(sections), **files}.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder
