"""Writing: GeoJSON, GeoPackage and CSV that come out byte for byte the same on every run."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import shapely

from .geometry import to_degrees

pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2025-12-31T00:00:00.000Z"})


def write_geojson(path: Path, records: Iterable[tuple[dict[str, Any], shapely.Geometry]], degrees: bool = False) -> None:
    """One feature a line, seven decimals; geometry comes in the local plane unless `degrees`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for properties, geometry in records:
        shape = shapely.geometry.mapping(geometry if degrees else to_degrees(geometry))
        lines.append(
            json.dumps({"type": "Feature", "properties": properties, "geometry": shape}, ensure_ascii=False, separators=(",", ":"))
        )
    path.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8", newline="\n")


def write_gpkg(path: Path, layer: str, columns: dict[str, list[Any]], shapes: np.ndarray) -> None:
    """A GeoPackage of one layer in CGCS2000 (EPSG:4490), without the clock in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    frame = geopandas.GeoDataFrame(columns, geometry=list(to_degrees(shapes)), crs="EPSG:4490")
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", SPATIAL_INDEX="NO")


def write_csv(path: Path, rows: list[dict[str, Any]], columns: list[str], headers: dict[str, str] | None = None) -> None:
    """Plain UTF-8 with the given columns; missing values stay blank."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow([(headers or {}).get(c, c) for c in columns])
        table.writerows([[row.get(c, "") for c in columns] for row in rows])
