"""The gap workbook: six sheets in the order that the contract fixes, with live totals that equal the engine's numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.export import sheets
from planner.export.fields import GAP_KEYS, PROJECT_KEYS, scenario_label
from planner.export.list_sheets import AMBER, GREEN, GREY, RED, WIDTHS, gaps_sheet, mark, projects_sheet, sheet_name
from planner.export.provenance import method_rows
from planner.export.sheets import Book, Column
from planner.export.targets_table import TARGET_KEYS, target_rows
from planner.i18n import pick, t
from planner.plan.gaplist import GapList
from planner.quality import SEVERITIES, QualityReport
from planner.targets.evaluation import STATES, Evaluation

SHEETS = ("summary", "gaps", "projects", "targets", "quality", "method")
QUALITY_KEYS = ("severity", "file", "sheet", "row", "column", "name", "value", "done", "code")
STATE_COLOURS = {
    "not_met": RED,
    "met": GREEN,
    "data_missing": AMBER,
    "threshold_undefined": AMBER,
    "not_applicable": GREY,
    "recorded": GREY,
}

SUMMARY_WIDTHS = (36, 20, 50, 14, 14, 14, 12, 18)


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


def targets_sheet(book: Book, rows: Sequence[dict[str, Any]], subtitle: str, stamp: str) -> None:
    """Each target as a whole and unit by unit, with its state in words, by a mark and by a colour."""
    lang = book.lang
    widths = WIDTHS | {"title": 24, "action": 14, "layer": 22, "note": 50}
    columns = [Column(key, t(f"export.targets.{key}", lang), width=widths.get(key)) for key in TARGET_KEYS]
    name, title = sheet_name("targets", lang), t("export.title.targets", lang)
    sheet = sheets.write_table(book, name, title, subtitle, columns, rows, footer=stamp, printed=TARGET_KEYS.index("row_kind"))
    colours = {t(f"export.state.{state}", lang): colour for state, colour in STATE_COLOURS.items()}
    mark(book, sheet, TARGET_KEYS.index("state"), sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, len(rows)), colours)


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
    mark(book, sheet, 0, sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, len(rows)), colours)


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
        sheet.write_string(row, 2, t(f"export.headline_note.{key}", lang), book.style(font_color="#555555", indent=1))
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
