"""The gap workbook: six sheets in the order that the contract fixes, with live totals that equal the engine's numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.export import sheets
from planner.export.fields import (
    GAP_KEYS,
    GAP_MORE,
    PROJECT_KEYS,
    PROJECT_MORE,
    gap_row,
    level_label,
    lon_lat,
    project_row,
    scenario_label,
    threshold_text,
)
from planner.export.provenance import method_rows
from planner.export.sheets import Book, Column
from planner.export.targets_table import TARGET_KEYS, target_rows
from planner.i18n import pick, t
from planner.plan.gaplist import GapList
from planner.quality import SEVERITIES, QualityReport
from planner.targets.evaluation import STATES, Evaluation

SHEETS = ("summary", "gaps", "projects", "targets", "quality", "method")
STATUSES = ("not_started", "under_way", "done", "closed")
FUNDS = ("central", "province", "city", "welfare_lottery", "special_bond", "private", "other")
GAP_FORMS = {"minutes": "0.0", "people_affected": "#,##0", "rank": "0"}
PROJECT_FORMS = {
    "lon": "0.000000",
    "lat": "0.000000",
    "cost": "#,##0.0",
    "beds": "#,##0",
    "area_m2": "#,##0",
    "beneficiaries": "#,##0",
    "year": "0",
    "priority": "0",
    "quantity": "#,##0",
}
PROJECT_TOTALS = ("beds", "area_m2", "cost", "quantity")
QUALITY_KEYS = ("severity", "file", "sheet", "row", "column", "name", "value", "done", "code")
RED, AMBER, GREEN, GREY = "#F8D7D3", "#FCEFC7", "#DDEFD9", "#E8E8E8"
STATE_COLOURS = {
    "not_met": RED,
    "met": GREEN,
    "data_missing": AMBER,
    "threshold_undefined": AMBER,
    "not_applicable": GREY,
    "recorded": GREY,
}


SUMMARY_WIDTHS = (36, 20, 50, 14, 14, 14, 12, 18)
WIDTHS = {
    "gap_id": 9,
    "target_id": 26,
    "clause": 24,
    "layer": 17,
    "unit_code": 15,
    "unit_name": 15,
    "level": 10,
    "value": 9,
    "threshold": 9,
    "shortfall": 10,
    "shortfall_unit": 10,
    "people_affected": 12,
    "nearest_facility": 20,
    "minutes": 11,
    "action": 38,
    "project_id": 9,
    "responsible": 20,
    "deadline": 10,
    "title": 26,
    "note": 36,
    "name": 30,
    "lon": 11,
    "lat": 10,
    "beds": 8,
    "area_m2": 10,
    "beneficiaries": 10,
    "cost": 10,
    "price_year": 8,
    "cost_source": 32,
    "funding": 12,
    "year": 7,
    "phase": 7,
    "targets": 24,
    "overlap": 30,
    "confidence": 30,
    "priority": 7,
    "quantity": 8,
    "beneficiaries_by_group": 28,
    "gaps": 18,
    "cost_note": 30,
    "state": 14,
}
"""Widths of columns that hold long text are fixed, so that a page of A3 stays legible; the text wraps."""


def sheet_name(key: str, lang: str) -> str:
    """The name of a sheet."""
    return t(f"export.sheet.{key}", lang)


def write_workbook(gap_list: GapList, evaluation: Evaluation, report: QualityReport, path: Path, *, lang: str) -> None:
    """Write the workbook. The summary comes first and refers to the sheets after it."""
    title = t("export.title.summary", lang, project=pick(gap_list.project_name, lang) or gap_list.project)
    book = sheets.open_book(path, lang, gap_list.date, title)
    summary = book.raw.add_worksheet(sheet_name("summary", lang))
    subtitle = t(
        "export.subtitle",
        lang,
        packs=t("gaps.list_comma", lang).join(gap_list.packs),
        date=gap_list.date.isoformat(),
        scenario=scenario_label(gap_list.scenario, lang),
    )
    stamp = t("export.stamp", lang)
    gaps_sheet(book, gap_list, subtitle, stamp)
    projects_sheet(book, gap_list, subtitle, stamp)
    rows = target_rows(evaluation, lang)
    targets_sheet(book, rows, subtitle, stamp)
    quality_sheet(book, report, subtitle, stamp)
    method_sheet(book, gap_list, evaluation, report, subtitle, stamp)
    summary_sheet(book, summary, gap_list, rows, title, subtitle, stamp)
    book.raw.close()


def gaps_sheet(book: Book, gap_list: GapList, subtitle: str, stamp: str) -> None:
    """One row a gap; people affected are summed live, a person once for each target."""
    lang = book.lang
    rows = []
    for gap in gap_list.gaps:
        row = gap_row(gap, lang) | {"layer": pick(gap.layer_name, lang), "level": level_label(gap.level, lang)}
        if isinstance(gap.threshold, (tuple, list)):
            row["threshold"] = threshold_text(gap.threshold, is_share=gap.is_share)
        row[sheets.SHARES] = ("value", "threshold", *(("shortfall",) if gap.shortfall_of == "share" else ())) if gap.is_share else ()
        row[sheets.WHOLE] = ("shortfall",) if gap.shortfall_of == "people" else ()
        rows.append(row)
    statuses = tuple(t(f"export.status.{key}", lang) for key in STATUSES)
    columns = [
        Column(
            key,
            t(f"export.gaps.{key}", lang),
            GAP_FORMS.get(key, ""),
            key == "people_affected",
            statuses if key == "status" else (),
            WIDTHS.get(key) if key != "action" else 40,
        )
        for key in (*GAP_KEYS, *GAP_MORE)
    ]
    sheet = sheets.write_table(
        book,
        sheet_name("gaps", lang),
        t("export.title.gaps", lang),
        subtitle,
        columns,
        rows,
        total_label=t("export.total.people", lang),
        footer=stamp,
        empty=t("export.no_gaps", lang),
        printed=len(GAP_KEYS),
    )
    first, last = sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, len(rows))
    _mark(book, sheet, [column.key for column in columns].index("zero"), first, last, {t("export.zero", lang): RED})
    _mark(book, sheet, [column.key for column in columns].index("binding"), first, last, {t("export.binding.binding", lang): RED})
    _mark(
        book,
        sheet,
        [column.key for column in columns].index("status"),
        first,
        last,
        {statuses[0]: RED, statuses[1]: AMBER, statuses[2]: GREEN, statuses[3]: GREY},
    )


def projects_sheet(book: Book, gap_list: GapList, subtitle: str, stamp: str) -> None:
    """One row a capital project, with money in 10,000 yuan."""
    lang = book.lang
    places = lon_lat(gap_list)[1]
    rows = [
        project_row(project, lang) | {"layer": pick(project.layer_name, lang), "lon": lon, "lat": lat}
        for project, (lon, lat) in zip(gap_list.projects, places, strict=True)
    ]
    for row in rows:
        row["cost_source"] = row["cost_source"] or row["cost_note"]
    choices = {
        "funding": tuple(t(f"export.fund.{key}", lang) for key in FUNDS),
        "status": tuple(t(f"export.status.{key}", lang) for key in STATUSES),
    }
    columns = [
        Column(
            key,
            t(f"export.projects.{key}", lang),
            PROJECT_FORMS.get(key, ""),
            key in PROJECT_TOTALS,
            choices.get(key, ()),
            WIDTHS.get(key) if key != "action" else 8,
        )
        for key in (*PROJECT_KEYS, *PROJECT_MORE)
    ]
    sheet = sheets.write_table(
        book,
        sheet_name("projects", lang),
        t("export.title.projects", lang),
        subtitle,
        columns,
        rows,
        total_label=t("export.total.projects", lang),
        footer=stamp,
        empty=t("export.no_projects", lang),
        printed=len(PROJECT_KEYS),
    )
    first, last = sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, len(rows))
    words = {t(f"export.confidence.{key}", lang): colour for key, colour in (("low", RED), ("medium", AMBER), ("high", GREEN))}
    _mark(book, sheet, [column.key for column in columns].index("confidence"), first, last, words, begins=True)


def targets_sheet(book: Book, rows: Sequence[dict[str, Any]], subtitle: str, stamp: str) -> None:
    """Each target as a whole and unit by unit, with its state in words, by a mark and by a colour."""
    lang = book.lang
    widths = WIDTHS | {"title": 24, "action": 14, "layer": 22, "note": 50}
    columns = [Column(key, t(f"export.targets.{key}", lang), width=widths.get(key)) for key in TARGET_KEYS]
    name, title = sheet_name("targets", lang), t("export.title.targets", lang)
    sheet = sheets.write_table(book, name, title, subtitle, columns, rows, footer=stamp, printed=TARGET_KEYS.index("row_kind"))
    colours = {t(f"export.state.{state}", lang): colour for state, colour in STATE_COLOURS.items()}
    _mark(book, sheet, TARGET_KEYS.index("state"), sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, len(rows)), colours)


def quality_sheet(book: Book, report: QualityReport, subtitle: str, stamp: str) -> None:
    """The issues of the data-quality report, the gravest first."""
    lang = book.lang
    grave = {severity: -k for k, severity in enumerate(SEVERITIES)}
    rows = [
        issue.to_dict(lang) | {"severity": t(f"export.severity.{issue.severity}", lang)}
        for issue in sorted(report.issues, key=lambda issue: grave[issue.severity])
    ]
    columns = [Column(key, t(f"export.quality.{key}", lang), "0" if key == "row" else "") for key in QUALITY_KEYS]
    sheet = sheets.write_table(
        book,
        sheet_name("quality", lang),
        t("export.title.quality", lang),
        subtitle,
        columns,
        rows,
        footer=stamp,
        empty=t("export.no_issues", lang),
    )
    colours = {t(f"export.severity.{key}", lang): colour for key, colour in (("blocking", RED), ("warning", AMBER), ("info", GREY))}
    _mark(book, sheet, 0, sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, len(rows)), colours)


def method_sheet(book: Book, gap_list: GapList, evaluation: Evaluation, report: QualityReport, subtitle: str, stamp: str) -> None:
    """Settings, speeds, parameters, files with dates and sha256, licences, and every assumption marked as one."""
    lang = book.lang
    columns = [
        Column(key, t(f"export.method.{key}", lang), width=width)
        for key, width in (("section", 16), ("item", 34), ("content", 80), ("remark", 70))
    ]
    sheets.write_table(
        book,
        sheet_name("method", lang),
        t("export.title.method", lang),
        subtitle,
        columns,
        method_rows(gap_list, evaluation, report, lang),
        footer=stamp,
    )


def _mark(book: Book, sheet: Any, column: int, first: int, last: int, colours: dict[str, str], *, begins: bool = False) -> None:
    """Colour the cells of a column by the words they hold; the words stay, so that the colour is never the only sign."""
    for word, colour in colours.items():
        rule = (
            {"type": "text", "criteria": "begins with", "value": word}
            if begins
            else {"type": "cell", "criteria": "==", "value": f'"{word}"'}
        )
        sheet.conditional_format(first, column, last, column, rule | {"format": book.raw.add_format({"bg_color": colour})})


def summary_sheet(book: Book, sheet: Any, gap_list: GapList, rows: Sequence[dict[str, Any]], title: str, subtitle: str, stamp: str) -> None:
    """Headline, states and failing targets; sums and counts are live and refer to the other sheets."""
    lang, headline = book.lang, gap_list.headline
    sheets.write_title(book, sheet, title, subtitle)
    gaps, projects = sheet_name("gaps", lang), sheet_name("projects", lang)
    top = sheets.FIRST_HEADER_ROW + 1

    def column_of(name: str, keys: Sequence[str], key: str, count: int) -> str:
        """The address of a column of another sheet."""
        return sheets.cell_range(name, list(keys).index(key), top, top + max(1, count) - 1)

    people = column_of(gaps, GAP_KEYS, "people_affected", len(gap_list.gaps))
    gap_targets = column_of(gaps, GAP_KEYS, "target_id", len(gap_list.gaps))
    cost = column_of(projects, PROJECT_KEYS, "cost", len(gap_list.projects))
    names = column_of(projects, PROJECT_KEYS, "name", len(gap_list.projects))
    lines: list[tuple[str, Any, str | None, str]] = [
        ("people", headline.people, None, "#,##0"),
        ("people_affected", headline.people_affected, None, "#,##0"),
        ("people_beyond", headline.people_beyond, None, "#,##0"),
        ("people_affected_sum", headline.people_affected_sum, f"=SUM({people})", "#,##0"),
        ("targets_failing", headline.targets_failing, None, "0"),
        ("gaps", headline.gaps, f"=COUNTA({gap_targets})", "#,##0"),
        ("projects", headline.projects, f"=COUNTA({names})", "#,##0"),
        ("cost", (headline.est_cost_cny or 0) / 10_000, f"=SUM({cost})", sheets.DASH_FOR_NONE.format(form="#,##0.0")),
        ("projects_without_cost", headline.projects_without_cost, None, "#,##0"),
    ]
    row = 3
    for key, value, formula, form in lines:
        sheet.write_string(row, 0, t(f"export.headline.{key}", lang), book.style(bold=True, border=1, border_color=sheets.LINES))
        style = book.style(bold=True, font_size=12, num_format=form + "_ ", border=1, border_color=sheets.LINES)
        if formula:
            sheet.write_formula(row, 1, formula, style, value)
        else:
            sheet.write_number(row, 1, value, style)
        sheet.write_string(row, 2, t(f"export.headline_note.{key}", lang), book.style(font_color="#555555"))
        row += 1
    row = _states(book, sheet, row + 1, gap_list, rows)
    row = _failing(book, sheet, row + 1, gap_list, rows, gap_targets, people)
    for key in ("stamp", "boundary", *(("invented",) if gap_list.provenance.invented else ())):
        sheet.write_string(row, 0, t(f"export.{key}", lang), book.style(italic=True))
        row += 1
    for column, width in enumerate(SUMMARY_WIDTHS):
        sheet.set_column(column, column, width)
    sheets.set_print(sheet, None, stamp)


def _states(book: Book, sheet: Any, row: int, gap_list: GapList, rows: Sequence[dict[str, Any]]) -> int:
    """How many targets are in each state, counted live from the targets sheet; returns the row below."""
    lang = book.lang
    name, first = sheet_name("targets", lang), sheets.FIRST_HEADER_ROW + 1
    last = first + max(1, len(rows)) - 1
    code, whole = (sheets.cell_range(name, TARGET_KEYS.index(key), first, last) for key in ("state_key", "row_kind"))
    for k, key in enumerate(("state", "targets")):
        sheet.write_string(row, k, t(f"export.summary.{key}", lang), book.head)
    for state in STATES:
        row += 1
        colour = STATE_COLOURS[state]
        sheet.write_string(row, 0, t(f"export.state.{state}", lang), book.style(border=1, border_color=sheets.LINES, bg_color=colour))
        sheet.write_formula(
            row, 1, f'=COUNTIFS({code},"{state}",{whole},"target")', book.number("0"), gap_list.headline.states.get(state, 0)
        )
    return row + 1


def _failing(book: Book, sheet: Any, row: int, gap_list: GapList, rows: Sequence[dict[str, Any]], gap_targets: str, people: str) -> int:
    """The targets that are not met, with their gaps and people counted live; returns the row below."""
    lang = book.lang
    sheet.set_row(row, sheets.HEADER_HEIGHT)
    for k, key in enumerate(("target_id", "binding", "title", "value", "threshold", "shortfall", "gaps", "people_affected")):
        sheet.write_string(row, k, t(f"export.summary.{key}", lang), book.head)
    count = Counter(gap.target_id for gap in gap_list.gaps)
    affected: Counter[str] = Counter()
    for gap in gap_list.gaps:
        affected[gap.target_id] += gap.people_affected or 0  # type: ignore[assignment]
    for line in rows:
        if line["row_kind"] != "target" or line["state_key"] != "not_met":
            continue
        row += 1
        lines = sheets.lines_of(line["title"], SUMMARY_WIDTHS[2])
        sheet.set_row(row, sheets.LINE_HEIGHT * lines + 2)
        for k, key in enumerate(("target_id", "binding", "title", "value", "threshold", "shortfall")):
            sheets.put(book, sheet, row, k, line[key], sheets.form_of(line, key))
        identity = line["target_id"]
        sheet.write_formula(row, 6, f"=COUNTIF({gap_targets},$A{row + 1})", book.number("0"), count[identity])
        sheet.write_formula(
            row,
            7,
            f"=SUMIF({gap_targets},$A{row + 1},{people})",
            book.number(sheets.DASH_FOR_NONE.format(form="#,##0")),
            affected[identity],
        )
    return row + 2
