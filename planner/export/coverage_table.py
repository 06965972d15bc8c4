"""The coverage table as CSV, workbook and GeoPackage: the same rows at full precision in each."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from planner.export.cells import finite, neutral
from planner.export.geopackage import dated
from planner.export.systems import in_system
from planner.i18n import t
from planner.inputs.layers import Boundaries
from planner.measure.coverage import Coverage

COLUMNS = (
    "code",
    "name",
    "people",
    "people_covered",
    "share",
    "class",
    "people_beyond",
    "people_unattached",
    "people_unreached",
    "nearest_mean_m",
    "nearest_p50_m",
    "nearest_p95_m",
    "straight_people_covered",
    "straight_share",
)
"""Field names, in their order. `share` is 0..1 and missing where a unit has no people; lengths are metres."""
SHARES = ("share", "straight_share")
METRES = ("nearest_mean_m", "nearest_p50_m", "nearest_p95_m")
LAYER = "coverage"


def coverage_rows(coverage: Coverage, classes: Mapping[str, int | None] | None = None) -> list[dict[str, Any]]:
    """One dictionary a unit, in the order of the coverage, with the keys of COLUMNS. `classes` gives each unit's class on the map."""
    known = classes or {}
    return [{column: known.get(unit.code) if column == "class" else _told(getattr(unit, column)) for column in COLUMNS}
            for unit in coverage.units]


def _told(value: Any) -> Any:
    """A figure, None where it is hidden (planner.measure.small_counts) or missing."""
    return None if isinstance(value, float) and value != value else value


def settings(coverage: Coverage, lang: str) -> list[tuple[str, str | float | None]]:
    """What the coverage was made with, as pairs of label and value, so that the table never stands alone."""
    pairs: list[tuple[str, str | float | None]] = [
        ("layer", coverage.layer),
        ("travel", coverage.travel),
        ("mode", coverage.mode),
        ("metres_per_minute", coverage.metres_per_minute),
        ("minutes", coverage.minutes),
        ("limit_m", coverage.limit_m),
        ("group", coverage.group),
        ("by", coverage.by),
        ("as_of", coverage.as_of.isoformat()),
        ("facilities", coverage.facilities),
        ("facilities_without_place", coverage.facilities_without_place),
        ("people", _told(coverage.total.people)),
        ("people_covered", _told(coverage.total.people_covered)),
        ("share", coverage.total.share),
    ]
    return [(t(f"export.coverage.{key}", lang), value) for key, value in pairs]


def coverage_csv(coverage: Coverage, classes: Mapping[str, int | None] | None = None) -> str:
    """The table as CSV text (without a byte-order mark), field names as in COLUMNS. Names that would start a formula are neutralised."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in coverage_rows(coverage, classes):
        writer.writerow(["" if row[column] is None else neutral(row[column]) for column in COLUMNS])
    return stream.getvalue()


def coverage_xlsx(coverage: Coverage, classes: Mapping[str, int | None] | None = None, *, lang: str) -> bytes:
    """The table as a workbook: one sheet of units with a filter, one of the settings. Values at full precision, shown rounded."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _midnight(coverage)})
    head = book.add_format({"bold": True, "bg_color": "#DDE6EE", "border": 1, "text_wrap": True, "valign": "vcenter"})
    shown = {column: book.add_format({"num_format": "0.0%" if column in SHARES else "#,##0"}) for column in COLUMNS}
    sheet = book.add_worksheet(t("export.coverage.sheet", lang))
    rows = coverage_rows(coverage, classes)
    for k, column in enumerate(COLUMNS):
        sheet.write_string(0, k, t(f"export.coverage.{column}", lang), head)
        for r, row in enumerate(rows, start=1):
            value = row[column]
            if isinstance(value, str):
                sheet.write_string(r, k, neutral(value))
            elif finite(value) is not None:
                sheet.write_number(r, k, value, shown[column])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) - 1)
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, len(COLUMNS) - 1, 13)
    notes = book.add_worksheet(t("export.coverage.settings", lang))
    for r, (label, value) in enumerate(settings(coverage, lang)):
        notes.write_string(r, 0, label)
        if isinstance(value, str):
            notes.write_string(r, 1, neutral(value))
        elif value is not None:
            notes.write_number(r, 1, value)
    notes.set_column(0, 1, 26)
    book.close()
    return stream.getvalue()


def coverage_gpkg(coverage: Coverage, boundaries: Boundaries, classes: Mapping[str, int | None] | None = None, *,
                  crs: str | None = None) -> bytes:
    """The table as a GeoPackage with the units' shapes, in EPSG:4326 unless `crs` says otherwise. Names stay letter by letter."""
    import geopandas as gpd
    import pandas as pd
    import pyogrio

    frame = pd.DataFrame(coverage_rows(coverage, classes), columns=list(COLUMNS))
    for column in COLUMNS[2:]:
        frame[column] = pd.to_numeric(frame[column]).astype("Int64" if column == "class" else "float64")
    shapes = boundaries.frame(coverage.by).set_index("code").geometry.reindex(frame["code"])
    table = in_system(gpd.GeoDataFrame(frame, geometry=shapes.to_numpy(), crs=boundaries.crs), crs)
    stream = io.BytesIO()
    told = {label: "" if value is None else str(value) for label, value in settings(coverage, "en")}
    with dated(coverage.as_of.isoformat()):
        pyogrio.write_dataframe(table, stream, layer=LAYER, driver="GPKG", layer_metadata=told)
    return stream.getvalue()


def _midnight(coverage: Coverage) -> Any:
    """The day of the data as the workbook's date of making, so that equal inputs give equal bytes."""
    import datetime as dt

    return dt.datetime.combine(coverage.as_of, dt.time())
