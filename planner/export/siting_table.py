"""A siting answer to take along: its new sites, its units before and after and its candidates, as CSV, workbook and GeoPackage."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.export.cells import finite, neutral
from planner.export.geopackage import dated
from planner.export.systems import in_system
from planner.i18n import t
from planner.inputs.layers import Boundaries
from planner.plan.coverage_change import UnitChange
from planner.plan.siting_question import SitingRun
from planner.plan.siting_sections import SitingRules

FIELDS = ("id", "name", "lon", "lat", "unit", "unit_name", "people_within", "people_added", "cost_cny", "existing_stock")
LEDGER_COLUMNS = ("kind", "layer", "land_use", "plot", "tenure", "available")
UNIT_FIELDS = ("code", "name", "people", "share_before", "share_after", "share_difference", "people_gained")
SITES_LAYER, UNITS_LAYER = "new_sites", "units"


def rows(run: SitingRun) -> list[dict[str, Any]]:
    """The new sites, the one that adds most people first."""
    return [{field: getattr(site, field) for field in FIELDS} for site in run.new]


def sites_csv(run: SitingRun) -> str:
    """The new sites as CSV text with the columns of FIELDS; text that would start a formula is neutralised."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in rows(run):
        writer.writerow(["" if row[field] is None else neutral(row[field]) for field in FIELDS])
    return stream.getvalue()


def comparison_rows(run: SitingRun, rules: SitingRules, lang: str) -> list[dict[str, Any]]:
    """Every candidate: verdict, reasons, figures, score; the best score first among those that passed, then those that left."""
    import numpy as np

    from planner.plan.comparison import scores

    found = run.candidates
    place = {int(candidate): k for k, candidate in enumerate(run.used)}
    score = scores(run.comparison, rules.weights)
    chosen = {site.candidate for site in run.new}
    mark = t("site.comma", lang)
    lons, lats = run.lon_lat
    made = []
    for j in range(len(found)):
        k = place.get(j)
        verdict = "chosen" if j in chosen else "passed" if k is not None else "unattached" if run.screened.passes[j] else "out"
        row: dict[str, Any] = {
            "id": str(found.id[j]), "name": str(found.name[j]), "verdict": verdict,
            "lon": round(float(lons[j]), 7), "lat": round(float(lats[j]), 7),
            "reasons": mark.join(t(f"site.reason.{reason.code}", lang, **reason.params) for reason in run.screened.reasons[j]),
            "unknown": mark.join(t(f"site.unknown.{reason.code}", lang) for reason in run.screened.unknown[j]),
            "score": None if k is None or not run.comparison else round(float(score[k]), 4)}
        for name, values in run.comparison.items():
            value = None if k is None else float(values[k])
            row[name] = None if value is None or np.isnan(value) else round(value, 3)
        made.append(row | {column: str(found.text(column)[j]) for column in LEDGER_COLUMNS if column in found.columns})
    return sorted(made, key=lambda one: (one["verdict"] == "out", one["verdict"] == "unattached", -(one["score"] or 0.0), one["id"]))


def plan_xlsx(run: SitingRun, rules: SitingRules, *, said: Sequence[str], settings: Sequence[tuple[str, str]],
              units: Sequence[UnitChange], lang: str) -> bytes:
    """The plan as a workbook: what was found and asked, the new sites, the units before and after, the candidates of a ledger.

    said : the sentence and what must be known beside it.   settings : what was asked, as pairs of label and value.
    """
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#DDE6EE", "border": 1, "text_wrap": True, "valign": "vcenter"})
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    shown = {"share": book.add_format({"num_format": "0.0%"}), "place": book.add_format({"num_format": "0.000000"}),
             "number": book.add_format({"num_format": "#,##0"}), "score": book.add_format({"num_format": "0.000"})}
    sheet = book.add_worksheet(t("export.siting.plan", lang))
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 96)
    lines = [(t("export.siting.answer", lang) if k == 0 else "", line, wrap) for k, line in enumerate(said)]
    for r, (label, value, form) in enumerate([*lines, *((label, value, wrap) for label, value in settings)]):
        sheet.write_string(r, 0, label, bold)
        sheet.write_string(r, 1, str(neutral(value)), form)
    _table(book, t("export.siting.sites", lang), [t(f"export.siting.{field}", lang) for field in FIELDS],
           [[row[field] for field in FIELDS] for row in rows(run)], FIELDS, head, shown, lang)
    if units:
        _table(book, t("export.siting.units", lang), [t(f"export.siting.{field}", lang) for field in UNIT_FIELDS],
               [[getattr(unit, field) for field in UNIT_FIELDS] for unit in units], UNIT_FIELDS, head, shown, lang)
    listed = comparison_rows(run, rules, lang) if run.candidates.origin == "ledger" and not run.hidden else []
    if listed:
        keys = tuple(listed[0])
        made = [row | {"verdict": t(f"site.verdict.{row['verdict']}", lang)} for row in listed]
        _table(book, t("export.siting.candidates", lang), [t(f"site.column.{key}", lang) for key in keys],
               [[row[key] for key in keys] for row in made], keys, head, shown, lang)
    book.close()
    return stream.getvalue()


def _table(book: Any, title: str, headings: Sequence[str], lines: Sequence[Sequence[Any]], keys: Sequence[str], head: Any,
           shown: Mapping[str, Any], lang: str) -> None:
    """A sheet of rows under headings, with a filter; numbers at full precision, shown rounded; text neutralised."""
    sheet = book.add_worksheet(title)
    for k, heading in enumerate(headings):
        sheet.write_string(0, k, heading, head)
    for r, line in enumerate(lines, start=1):
        for k, (key, value) in enumerate(zip(keys, line, strict=True)):
            look = shown["share" if "share" in key else "place" if key in ("lon", "lat") else "score" if key == "score" else "number"]
            if isinstance(value, bool) or (key == "existing" and value is not None):
                sheet.write_string(r, k, t("site.column.yes", lang) if value else "")
            elif isinstance(value, str):
                sheet.write_string(r, k, str(neutral(value)))
            elif finite(value) is not None:
                sheet.write_number(r, k, value, look)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, len(lines)), len(headings) - 1)
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, len(headings) - 1, 14)


def plan_gpkg(run: SitingRun, boundaries: Boundaries, level: str, units: Sequence[UnitChange], *, crs: str | None = None) -> bytes:
    """The plan as a GeoPackage, in EPSG:4326 unless `crs` says otherwise: the new sites as points and, where there are any, the units of a
    level with their shares before and after. Names are data here and stay letter by letter."""
    import geopandas as gpd
    import pandas as pd
    import pyogrio
    import shapely

    sites = pd.DataFrame(rows(run), columns=list(FIELDS))
    sites["cost_cny"] = pd.to_numeric(sites["cost_cny"]).astype("float64")
    places = shapely.points([[site.lon, site.lat] for site in run.new])
    layers = {SITES_LAYER: gpd.GeoDataFrame(sites, geometry=places, crs="EPSG:4326")}
    if units:
        frame = pd.DataFrame([[getattr(unit, field) for field in UNIT_FIELDS] for unit in units], columns=list(UNIT_FIELDS))
        for column in UNIT_FIELDS[2:]:
            frame[column] = pd.to_numeric(frame[column]).astype("float64")
        shapes = boundaries.frame(level).set_index("code").geometry.reindex(frame["code"])
        layers[UNITS_LAYER] = gpd.GeoDataFrame(frame, geometry=shapes.to_numpy(), crs=boundaries.crs)
    with tempfile.TemporaryDirectory() as folder, dated(run.as_of.isoformat()):
        path = Path(folder) / "plan.gpkg"
        for name, table in layers.items():
            pyogrio.write_dataframe(in_system(table, crs), path, layer=name, driver="GPKG", append=path.exists())
        return path.read_bytes()
