"""Method and sources as rows: what every figure of the workbook was made from, and every assumption marked as one."""

from __future__ import annotations

from typing import Any

from planner import __version__
from planner.export.cells import figure
from planner.export.fields import label, scenario_label
from planner.i18n import pick, t
from planner.plan.gaplist import GapList
from planner.quality import QualityReport
from planner.targets.evaluation import Evaluation

METHOD_NOTES = (
    "network",
    "straight",
    "counting",
    "people_affected",
    "headline",
    "nearest",
    "ranking",
    "merging",
    "location",
    "size",
    "cost",
    "year",
    "overlap",
    "beneficiaries",
)
"""The rules of the gap list and the project list, each a sentence of the locale files."""
SPREADS = ("streets", "residential", "points", "raster")
ASSUMED = ("location", "year", "merging", "ranking")
"""Those that are our own and no plan's."""


def method_rows(gap_list: GapList, evaluation: Evaluation, report: QualityReport, lang: str) -> list[dict[str, Any]]:
    """Rows of section, item, content and remark."""
    made = gap_list.provenance
    rows: list[dict[str, Any]] = []

    def add(section: str, item: str, content: Any, remark: str = "") -> None:
        """One more row."""
        rows.append({"section": t(f"export.section.{section}", lang), "item": item, "content": content, "remark": remark})

    def word(key: str) -> str:
        """A label of this sheet."""
        return t(f"export.item.{key}", lang)

    if made.invented:
        add("settings", word("invented"), t("export.invented", lang))
    add("settings", word("project"), pick(gap_list.project_name, lang), gap_list.project)
    add("settings", word("date"), gap_list.date.isoformat(), word("date_remark"))
    add("settings", word("scenario"), scenario_label(gap_list.scenario, lang))
    add("settings", word("crs"), gap_list.crs, word("crs_remark"))
    add("settings", word("version"), __version__)
    if made.spread:
        add("settings", word("spread"), label("spread", made.spread, SPREADS, lang))
    for pack in made.packs:
        issued = t("gaps.list_comma", lang).join(part for part in (pack.issuer, pack.year) if part)
        add("packs", pick(pack.title, lang) or pack.id, t("export.item.document", lang, document=pack.document), issued)
    for travel in made.travels:
        add(
            "travel",
            travel.name,
            t("export.item.speed", lang, mode=t(f"export.mode.{travel.mode}", lang), speed=figure(travel.metres_per_minute)),
            t("export.item.snap", lang, metres=figure(travel.max_snap_m)),
        )
    for target, values in made.parameters.items():
        for key, value in values.items():
            add("parameters", target, f"{key} = {value}", t("export.item.parameter", lang))
    for note in METHOD_NOTES:
        add(
            "method",
            t(f"export.method_name.{note}", lang),
            t(f"export.method_note.{note}", lang),
            t("export.assumed", lang) if note in ASSUMED else "",
        )
    for result in evaluation.targets:
        certainty = getattr(result.target, "certainty", "") or ""
        if certainty == "assumed":
            add("assumptions", result.target.id, pick(result.target.title, lang), t("export.assumed", lang))
    for record in report.files.values():
        add(
            "files",
            record.path,
            t("export.item.rows", lang, kept=f"{record.rows_kept:,}", total=f"{record.rows_in:,}", sha256=record.sha256 or "-"),
            t("gaps.list_comma", lang).join(
                part for part in (record.role, record.format, record.encoding, record.crs, record.date) if part
            ),
        )
    add("costs", word("costs"), made.costs_path or t("export.item.no_costs", lang))
    for attribution in made.attributions:
        add("licences", word("streets"), pick(attribution, lang))
    add("licences", word("map"), t("export.boundary", lang), t("export.stamp", lang))
    return rows
