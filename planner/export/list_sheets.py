"""The two lists as sheets: gaps and capital projects, for the workbook of the whole and for those that go to the districts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.export import sheets
from planner.export.cells import finite
from planner.export.fields import (
    CHOICES,
    FUNDS,
    GAP_KEYS,
    GAP_MORE,
    PROJECT_KEYS,
    PROJECT_MORE,
    SAID_KEYS,
    STATUSES,
    choices,
    gap_row,
    level_label,
    lon_lat,
    project_row,
    threshold_text,
)
from planner.export.sheets import Book, Column
from planner.i18n import pick, t
from planner.plan.gaplist import GapList

YEARS = 5
"""Years of investment that the project list has columns for, from the year after that of the data."""
GAP_FORMS = {"minutes": "0.0", "people_affected": "#,##0", "rank": "0", "short_rate": "0.0%"}
GAP_FORMULAS = {
    "short": '=IF(COUNT({required}{row},{present}{row})=2,ROUND({required}{row}-{present}{row},6),"")',
    "short_rate": '=IFERROR(IF(COUNT({required}{row},{present}{row})=2,({required}{row}-{present}{row})/{required}{row},""),"")',
}
GAP_OPEN = ("responsible", "deadline", "status", "cooperating", *SAID_KEYS)
"""Columns of the gap list that people fill in."""
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
    "land_m2": "#,##0",
    "start_year": "0",
    "done_year": "0",
}
PROJECT_TOTALS = ("beds", "area_m2", "cost", "quantity")
MONEY = "#,##0.0"
FUND_KEYS = tuple(f"fund_{fund}" for fund in FUNDS)
PROJECT_OPEN = (
    *("cost", "price_year", "cost_source", "funding", "phase", "site", "content", "land_m2", "tenure", "start_year", "done_year"),
    *("preparation", "responsible", "cooperating", "status", *SAID_KEYS),
)
"""Columns of the project list that people fill in; those of money by source and by year too."""
RED, AMBER, GREEN, GREY = "#F8D7D3", "#FCEFC7", "#DDEFD9", "#E8E8E8"

WIDTHS = {
    "gap_id": 8,
    "target_id": 21,
    "clause": 20,
    "layer": 17,
    "unit_code": 14,
    "unit_name": 12,
    "level": 10,
    "value": 9,
    "threshold": 9,
    "shortfall": 10,
    "shortfall_unit": 10,
    "people_affected": 16,
    "nearest_facility": 17,
    "minutes": 12,
    "action": 36,
    "project_id": 9,
    "responsible": 15,
    "deadline": 9,
    "title": 26,
    "note": 36,
    "name": 30,
    "lon": 11,
    "lat": 10,
    "beds": 8,
    "area_m2": 10,
    "beneficiaries": 13,
    "cost": 10,
    "price_year": 8,
    "cost_source": 32,
    "funding": 12,
    "year": 7,
    "phase": 7,
    "targets": 32,
    "overlap": 24,
    "confidence": 30,
    "priority": 7,
    "quantity": 8,
    "beneficiaries_by_group": 28,
    "gaps": 18,
    "cost_note": 30,
    "state": 14,
    "required": 9,
    "present": 9,
    "short": 9,
    "short_rate": 8,
    "status": 9,
    "cooperating": 24,
    "opinion": 24,
    "verified": 24,
    "refusal": 24,
    "remark": 20,
    "row_key": 30,
    "site": 24,
    "content": 24,
    "land_m2": 10,
    "tenure": 12,
    "start_year": 9,
    "done_year": 12,
    "preparation": 13,
}
"""Widths of columns that hold long text are fixed, so that a page of A3 stays legible; the text wraps."""


def sheet_name(key: str, lang: str) -> str:
    """The name of a sheet."""
    return t(f"export.sheet.{key}", lang)


def year_keys(gap_list: GapList) -> tuple[str, ...]:
    """The columns of investment by year: the next ones, and those that a programme has settled."""
    years = {gap_list.date.year + k for k in range(1, YEARS + 1)} | {year for one in gap_list.projects for year in one.invest_cny}
    return tuple(f"invest_{year}" for year in range(min(years), max(years) + 1))


def header(kind: str, key: str, lang: str) -> str:
    """The header of a column of the gap list ("gaps") or of the project list ("projects")."""
    if key.startswith("invest_2"):
        return t("export.projects.invest_year", lang, year=key.removeprefix("invest_"))
    if key in FUND_KEYS:
        return t("export.projects.fund_source", lang, source=t(f"export.fund.{key.removeprefix('fund_')}", lang))
    return t(f"export.{kind}.{key}", lang)


def gap_rows(gap_list: GapList, lang: str) -> list[dict[str, Any]]:
    """The gaps as the sheet shows them."""
    rows = []
    for gap in gap_list.gaps:
        row = gap_row(gap, lang) | {"layer": pick(gap.layer_name, lang), "level": level_label(gap.level, lang)}
        row["action"] = row["action"].removesuffix(t("gaps.full_stop", lang))  # a cell holds one sentence, which needs no full stop
        if isinstance(gap.threshold, (tuple, list)):
            row["threshold"] = threshold_text(gap.threshold, is_share=gap.is_share)
        in_unit = ("shortfall", "required", "present", "short")
        shares = ("value", "threshold") if gap.is_share else ()
        row[sheets.SHARES] = (*shares, *(in_unit if gap.shortfall_of == "share" else ()), "short_rate")
        row[sheets.WHOLE] = in_unit if gap.shortfall_of == "people" else ()
        rows.append(row)
    return rows


def gap_columns(lang: str, keys: Sequence[str] = (*GAP_KEYS, *GAP_MORE)) -> list[Column]:
    """The columns of the gap list."""
    return [
        Column(
            key,
            header("gaps", key, lang),
            GAP_FORMS.get(key, ""),
            key == "people_affected",
            choices(key, lang) if key in CHOICES else (),
            WIDTHS.get(key),
            GAP_FORMULAS.get(key, ""),
            key in GAP_OPEN,
            key == "row_key",
        )
        for key in keys
    ]


def gaps_sheet(book: Book, gap_list: GapList, subtitle: str, stamp: str, *, keys: Sequence[str] = (*GAP_KEYS, *GAP_MORE),
               protected: bool = False) -> None:
    """One row a gap; people affected are summed live, a person once for each target."""
    lang, rows, columns = book.lang, gap_rows(gap_list, book.lang), gap_columns(book.lang, keys)
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
        printed=list(keys).index("row_key") if protected else list(keys).index("cooperating") + 1,
        protected=protected,
        wide=2 if protected else 1,
        beside=1 if protected else 0,
    )
    colours = {
        "zero": {t("export.zero", lang): RED},
        "binding": {t("export.binding.binding", lang): RED},
        "status": _status_colours(lang),
    }
    _mark_all(book, sheet, columns, len(rows), colours)


def project_rows(gap_list: GapList, lang: str) -> list[dict[str, Any]]:
    """The projects as the sheet shows them, money in 10,000 yuan."""
    years = year_keys(gap_list)
    rows = [
        dict.fromkeys((*FUND_KEYS, *years))
        | project_row(project, lang)
        | {"layer": pick(project.layer_name, lang), "lon": lon, "lat": lat}
        for project, (lon, lat) in zip(gap_list.projects, lon_lat(gap_list)[1], strict=True)
    ]
    for row in rows:
        row["cost_source"] = row["cost_source"] or row["cost_note"]
        for left, keys in (("fund_left", FUND_KEYS), ("invest_left", years)):
            given = [number for key in keys if (number := finite(row[key])) is not None]
            row[left] = row["cost"] - sum(given) if isinstance(row["cost"], float) else None
    return rows


def project_keys(gap_list: GapList) -> tuple[str, ...]:
    """The columns of the project list in the workbook: money by source and by year stand after the years of building."""
    at = PROJECT_MORE.index("done_year") + 1
    return (*PROJECT_KEYS, *PROJECT_MORE[:at], *FUND_KEYS, "fund_left", *year_keys(gap_list), "invest_left", *PROJECT_MORE[at:])


def project_columns(gap_list: GapList, lang: str) -> list[Column]:
    """The columns of the project list."""
    years = year_keys(gap_list)
    money = (*FUND_KEYS, *years)
    left = '=IF(COUNT({cost}{row})=1,ROUND({cost}{row}-SUM({FIRST}{row}:{LAST}{row}),6),"")'
    formulas = {
        "fund_left": left.replace("FIRST", FUND_KEYS[0]).replace("LAST", FUND_KEYS[-1]),
        "invest_left": left.replace("FIRST", years[0]).replace("LAST", years[-1]),
    }
    return [
        Column(
            key,
            header("projects", key, lang),
            MONEY if key in money or key in formulas else PROJECT_FORMS.get(key, ""),
            key in PROJECT_TOTALS or key in money,
            choices(key, lang) if key in CHOICES else (),
            9 if key in money or key in formulas else 8 if key == "action" else WIDTHS.get(key),
            formulas.get(key, ""),
            key in PROJECT_OPEN or key in money,
            key == "row_key",
        )
        for key in project_keys(gap_list)
    ]


def projects_sheet(book: Book, gap_list: GapList, subtitle: str, stamp: str, *, protected: bool = False, title: str = "") -> None:
    """One row a capital project, with money in 10,000 yuan. title : in place of that of a list derived from gaps."""
    lang, rows, columns = book.lang, project_rows(gap_list, book.lang), project_columns(gap_list, book.lang)
    sheet = sheets.write_table(
        book,
        sheet_name("projects", lang),
        title or t("export.title.projects", lang),
        subtitle,
        columns,
        rows,
        total_label=t("export.total.projects", lang),
        footer=stamp,
        empty=t("export.no_projects", lang),
        printed=[column.key for column in columns].index("status") + 1,
        protected=protected,
        wide=2,
        beside=1,
    )
    words = {t(f"export.confidence.{key}", lang): colour for key, colour in (("low", RED), ("medium", AMBER), ("high", GREEN))}
    _mark_all(book, sheet, columns, len(rows), {"status": _status_colours(lang)})
    _mark_all(book, sheet, columns, len(rows), {"confidence": words}, begins=True)


def _status_colours(lang: str) -> dict[str, str]:
    """The colours of how far a row has come."""
    return {t(f"export.status.{key}", lang): colour for key, colour in zip(STATUSES, (RED, AMBER, GREEN, GREY), strict=True)}


def _mark_all(book: Book, sheet: Any, columns: Sequence[Column], count: int, colours: dict[str, dict[str, str]], *,
              begins: bool = False) -> None:
    """Colours the columns of a list that it has."""
    first, last = sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, count)
    for k, column in enumerate(columns):
        if column.key in colours:
            mark(book, sheet, k, first, last, colours[column.key], begins=begins)


def mark(book: Book, sheet: Any, column: int, first: int, last: int, colours: dict[str, str], *, begins: bool = False) -> None:
    """Colour the cells of a column by the words they hold; the words stay, so that the colour is never the only sign."""
    for word, colour in colours.items():
        rule = (
            {"type": "text", "criteria": "begins with", "value": word}
            if begins
            else {"type": "cell", "criteria": "==", "value": f'"{word}"'}
        )
        sheet.conditional_format(first, column, last, column, rule | {"format": book.raw.add_format({"bg_color": colour})})
