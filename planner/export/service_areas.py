"""Service areas as a GeoPackage or GeoJSON: reachable streets and the outlines around them, for drawing only."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.export.cells import figure
from planner.export.geopackage import dated
from planner.export.systems import check_system, in_system
from planner.i18n import pick, t
from planner.measure.service_area import ServiceArea, ServiceAreas

SUFFIXES = (".gpkg", ".geojson")
LAYERS = {"streets": "MultiLineString", "areas": "MultiPolygon"}
COLUMNS = ("kind", "scope", "layer", "id", "name", "travel", "minutes", "metres", "street_m", "width_m", "note", "attribution")
"""kind: streets or areas. scope: "all" (one row, all facilities together) or "facility". minutes and metres: the limit. street_m: metres
of street within it. width_m: how far the outline goes beyond the streets."""


def check_suffix(path: Path, crs: str | None = None) -> None:
    """That service areas can be written to a file of this name in this system: before the work, not after it. Raises InputError."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("export_suffix_unknown", path=path.name, suffixes=" ".join(SUFFIXES))
    check_system(crs, path)


def write_service_areas(found: ServiceAreas, path: Path, *, lang: str, crs: str | None = None) -> None:
    """Writes service areas in the form that the suffix of `path` says, with the columns COLUMNS; a .gpkg in `crs`, EPSG:4326 if absent.

    .gpkg has the layers streets and areas; .geojson holds the rows of both, told apart by `kind`, to 1e-7 degree (1 cm). Where nothing is
    within reach the row stays, without a shape. Names are data here and stay letter by letter. Raises InputError as `check_suffix`.
    """
    import pandas as pd

    check_suffix(path, crs)
    told = {"note": t("service_area.note", lang, width=figure(found.width_m)), "attribution": pick(found.attribution, lang)}
    tables = {kind: in_system(_table(found, kind, told, lang), crs) for kind in LAYERS}
    with tempfile.TemporaryDirectory() as folder, dated(found.as_of.isoformat()):
        aside = Path(folder) / f"service_areas{path.suffix.lower()}"
        if path.suffix.lower() == ".geojson":
            _write(pd.concat(list(tables.values()), ignore_index=True), aside, layer=path.stem, driver="GeoJSON", geometry_type="Unknown",
                   layer_options={"RFC7946": "YES"})
        else:
            for number, (kind, geometry_type) in enumerate(LAYERS.items()):
                _write(tables[kind], aside, layer=kind, driver="GPKG", geometry_type=geometry_type, append=number > 0, layer_metadata=told)
        path.write_bytes(aside.read_bytes())


def _table(found: ServiceAreas, kind: str, told: dict[str, str], lang: str) -> Any:
    """The rows of one kind: all together first, then one a facility."""
    import geopandas as gpd

    ids, names = ["", *found.id], [t("service_area.all", lang), *found.name]
    rows: Sequence[ServiceArea] = [found.whole, *found.each]
    columns = {"kind": kind, "scope": ["all", *["facility"] * len(found.id)], "layer": found.layer, "id": ids, "name": names,
               "travel": found.travel, "minutes": found.minutes, "metres": found.limit_m, "street_m": [row.street_m for row in rows],
               "width_m": found.width_m, **told}
    shapes = [row.streets if kind == "streets" else row.area for row in rows]
    geometry = gpd.GeoSeries([None if shape.is_empty else shape for shape in shapes], crs=found.crs)
    return gpd.GeoDataFrame(columns, geometry=geometry)


def _write(table: Any, path: Path, **settings: Any) -> None:
    """One layer to a file."""
    import pyogrio

    pyogrio.write_dataframe(table, path, **settings)
