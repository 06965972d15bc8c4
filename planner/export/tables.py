"""The gap list and the project list as files: .xlsx for people, the others for programs. And the coverage table as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.export.blind_spots import write_blind_spots, write_spot_layer
from planner.export.cells import neutral
from planner.export.coverage_table import coverage_csv, coverage_gpkg, coverage_rows, coverage_xlsx
from planner.export.fields import GAP_KEYS, GAP_MORE, PROJECT_KEYS, PROJECT_MORE, gap_row, lon_lat, project_row, scenario_label
from planner.export.geopackage import dated
from planner.export.list_sheets import header
from planner.export.shapefiles import shapefile
from planner.export.systems import check_system, in_system
from planner.export.workbook import write_workbook
from planner.i18n import t
from planner.plan.gaplist import GapList
from planner.quality import QualityReport
from planner.targets.evaluation import Evaluation

__all__ = ["SUFFIXES", "coverage_csv", "coverage_gpkg", "coverage_rows", "coverage_xlsx", "gap_table", "gaps_csv", "write_gaps"]

SUFFIXES = (".xlsx", ".csv", ".gpkg", ".geojson", ".shp")
DRAWN = (".gpkg", ".geojson", ".shp")
"""Forms that hold shapes."""
GAP_FIELDS = (*GAP_KEYS, *(key for key in GAP_MORE if key != "short"), "threshold_max", "lon", "lat")
PROJECT_FIELDS = tuple("est_cost_cny" if key == "cost" else key for key in (*PROJECT_KEYS, *PROJECT_MORE))
NUMBERS = frozenset(
    {
        "value",
        "threshold",
        "threshold_max",
        "shortfall",
        "people_affected",
        "minutes",
        "lon",
        "lat",
        "beds",
        "area_m2",
        "beneficiaries",
        "est_cost_cny",
        "required",
        "present",
        "short_rate",
        "land_m2",
    }
)
WHOLE_NUMBERS = frozenset({"rank", "year", "priority", "quantity"})
YEARS = frozenset({"start_year", "done_year"})
"""Whole numbers that may be blank."""


def gap_table(gap_list: GapList, lang: str) -> list[dict[str, Any]]:
    """The gaps as dictionaries with the keys of GAP_FIELDS: shares 0..1, places in EPSG:4326."""
    return [gap_row(gap, lang) | {"lon": lon, "lat": lat} for gap, (lon, lat) in zip(gap_list.gaps, lon_lat(gap_list)[0], strict=True)]


def project_table(gap_list: GapList, lang: str) -> list[dict[str, Any]]:
    """The capital projects as dictionaries with the keys of PROJECT_FIELDS: money in yuan, places in EPSG:4326."""
    return [
        project_row(project, lang) | {"lon": lon, "lat": lat}
        for project, (lon, lat) in zip(gap_list.projects, lon_lat(gap_list)[1], strict=True)
    ]


def gaps_csv(gap_list: GapList, lang: str) -> str:
    """The gap list as CSV text without a byte-order mark."""
    return _csv(gap_table(gap_list, lang), GAP_FIELDS)


def check_form(path: Path, crs: str | None) -> None:
    """That a gap list can be written to a file of this name, in this system: before the work, not after it. Raises InputError."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("export_suffix_unknown", path=path.name, suffixes=" ".join(SUFFIXES))
    check_system(crs, path)


def write_gaps(
    gap_list: GapList, evaluation: Evaluation, report: QualityReport, path: Path, *, lang: str, crs: str | None = None
) -> tuple[Path, ...]:
    """Write the gap list in the form that the suffix of `path` says, and return the files written.

    .xlsx has six sheets; .gpkg the layers gaps and projects; .csv and .geojson hold the gaps, and the projects stand beside them in
    `<name>_projects.<suffix>`, of a .shp with tables that say which field is which. Blind spots, where the list has them, are a layer
    blind_spots of the .gpkg, and of all other forms a file `<name>_blind_spots.<suffix>`. Geometry is in EPSG:4326 unless `crs` says
    otherwise for a .gpkg or .shp. Raises InputError as `check_form`, and export_crs_far.
    """
    check_form(path, crs)
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        write_workbook(gap_list, evaluation, report, path, lang=lang)
        return (path, *_spots_beside(gap_list, path, lang, crs))
    beside = path.with_name(f"{path.stem}_projects{path.suffix}")
    if suffix == ".csv":
        path.write_text(gaps_csv(gap_list, lang), encoding="utf-8-sig", newline="")
        beside.write_text(_csv(project_table(gap_list, lang), PROJECT_FIELDS), encoding="utf-8-sig", newline="")
        return path, beside, *_spots_beside(gap_list, path, lang, crs)
    gaps = _layer(gap_list, gap_list.gaps, gap_table(gap_list, lang), GAP_FIELDS, crs)
    projects = _layer(gap_list, gap_list.projects, project_table(gap_list, lang), PROJECT_FIELDS, crs)
    if suffix == ".shp":
        tables = [shapefile(layer, place, lambda key, kind=kind: _header(kind, key, lang), lang)  # type: ignore[misc]
                  for kind, layer, place in (("gaps", gaps, path), ("projects", projects, beside))]
        return path, beside, *tables, *_spots_beside(gap_list, path, lang, crs)
    with dated(gap_list.date.isoformat()):
        if suffix == ".geojson":
            _write(gaps, path, path.stem, "GeoJSON")
            _write(projects, beside, beside.stem, "GeoJSON")
            return path, beside, *_spots_beside(gap_list, path, lang, crs)
        path.unlink(missing_ok=True)
        _write(gaps, path, "gaps", "GPKG")
        _write(projects, path, "projects", "GPKG", append=True)
        if gap_list.blind_spots is not None:
            write_spot_layer(gap_list.blind_spots, gap_list.crs, path, lang=lang, crs=crs, gaps=gap_list.gaps, append=True)
    return (path,)


def _spots_beside(gap_list: GapList, path: Path, lang: str, crs: str | None) -> tuple[Path, ...]:
    """The blind spots in a file beside the gaps, of the same form; nothing where they were not looked for."""
    if gap_list.blind_spots is None:
        return ()
    subtitle = t("export.subtitle", lang, packs=t("gaps.list_comma", lang).join(gap_list.packs), date=gap_list.date.isoformat(),
                 scenario=scenario_label(gap_list.scenario, lang))
    return write_blind_spots(gap_list.blind_spots, gap_list.crs, path.with_name(f"{path.stem}_blind_spots{path.suffix}"), subtitle,
                             gap_list.date, lang=lang, crs=crs, gaps=gap_list.gaps)


def _header(kind: str, key: str, lang: str) -> str:
    """What a field is called."""
    own = ("threshold_max", "est_cost_cny")
    return t(f"export.fields.{key}", lang) if key in own else header("projects" if key in ("lon", "lat") else kind, key, lang)


def _csv(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> str:
    """Rows as CSV; text that would start a formula is neutralised, figures are in full precision."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(fields)
    for row in rows:
        writer.writerow(["" if row[field] is None else neutral(row[field]) for field in fields])
    return stream.getvalue()


def _layer(gap_list: GapList, things: Sequence[Any], rows: Sequence[Mapping[str, Any]], fields: Sequence[str], crs: str | None) -> Any:
    """Rows as points. Names are data here and stay letter by letter."""
    import geopandas as gpd
    import pandas as pd

    frame = pd.DataFrame([[row[field] for field in fields] for row in rows], columns=list(fields))
    for field in fields:
        if field in NUMBERS:
            frame[field] = pd.to_numeric(frame[field]).astype("float64")
        elif field in YEARS:
            frame[field] = pd.to_numeric(frame[field]).astype("Int32")
        elif field in WHOLE_NUMBERS:
            frame[field] = pd.to_numeric(frame[field]).astype("int64")
        else:
            frame[field] = frame[field].astype("str")
    points = gpd.points_from_xy([thing.x for thing in things], [thing.y for thing in things], crs=gap_list.crs)
    return in_system(gpd.GeoDataFrame(frame, geometry=points), crs)


def _write(layer: Any, path: Path, name: str, driver: str, *, append: bool = False) -> None:
    """One layer of points to a file."""
    import pyogrio

    pyogrio.write_dataframe(layer, path, layer=name, driver=driver, append=append, geometry_type="Point")
