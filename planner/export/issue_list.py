"""The issue list (问题清单): what `planner check` found as a workbook that goes to the owners of the ledgers and comes back answered."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.export import sheets
from planner.export.sheets import Book, Column
from planner.i18n import t
from planner.quality import SEVERITIES, FileRecord, Issue, QualityReport

ISSUE_KEYS = ("number", "severity", "file", "sheet", "row", "column", "name", "value", "done", "answer", "corrected", "remark", "code")
"""Columns of the list. answer, corrected and remark are blank: the ledger's owner fills them in."""
ANSWERS = ("corrected", "right", "unknown")
FILE_KEYS = ("path", "role", "rows_in", "rows_kept", "rows_dropped", "rows_not_selected", "blocking", "warning", "info", "format",
             "encoding", "date", "sha256")
WIDTHS = {"number": 6, "severity": 10, "file": 26, "sheet": 12, "row": 8, "column": 18, "name": 24, "value": 24, "done": 60, "answer": 14,
          "corrected": 20, "remark": 24, "code": 22, "path": 32, "role": 28, "sha256": 24}
COLOURS = {"blocking": "#F8D7D3", "warning": "#FCEFC7", "info": "#E8E8E8"}
MOST_ROWS = 200_000
"""Issues that go into one list; what is beyond is counted in the subtitle. A sheet ends at 1,048,576 rows, people long before."""
UNDATED = dt.date(2000, 1, 1)
"""The date of making where no file states one, so that equal reports give equal bytes."""


@dataclass(frozen=True, slots=True)
class MoreSheet:
    """A further sheet. name and title : keys of sentences; note : the line under the title; empty : what stands where there are no rows."""

    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, Any]]
    empty: str = ""


def ordered(report: QualityReport) -> list[Issue]:
    """The issues as their owners work them off: file by file in the order of planner.toml, the gravest first, then by sheet and row."""
    files = {path: k for k, path in enumerate(report.files)}
    grave = {severity: -k for k, severity in enumerate(SEVERITIES)}
    return sorted(report.issues, key=lambda one: (files.get(one.file, -1), one.file, grave[one.severity], one.sheet or "", one.row or 0))


def issue_book(report: QualityReport, lang: str, more: Sequence[MoreSheet] = ()) -> bytes:
    """The workbook: the issues, then the files, then further sheets. Equal reports give equal bytes.

    Row numbers are those of the owners' files (docs/quality.md), text never starts a formula.
    """
    stream = io.BytesIO()
    project = report.project or t("issue_list.project", lang)
    made = max((_day(record.date) for record in report.files.values()), default=UNDATED)
    book = sheets.open_book(stream, lang, made, t("issue_list.title", lang, project=project))
    _issues(book, report, project)
    _files(book, report, project)
    for extra in more:
        title, note = t(extra.title, lang, project=project), extra.note
        sheets.write_table(book, t(extra.name, lang), title, note, extra.columns, extra.rows, footer=title, empty=extra.empty)
    book.raw.close()
    return stream.getvalue()


def write_issue_list(report: QualityReport, path: Path, lang: str, more: Sequence[MoreSheet] = ()) -> None:
    """The workbook into a file."""
    path.write_bytes(issue_book(report, lang, more))


def _issues(book: Book, report: QualityReport, project: str) -> None:
    """The sheet of issues."""
    lang, found = book.lang, ordered(report)
    rows = [{"number": number, "answer": None, "corrected": None, "remark": None, **issue.to_dict(lang),
             "severity": t(f"check.{issue.severity}", lang)} for number, issue in enumerate(found[:MOST_ROWS], start=1)]
    answers = tuple(t(f"issue_list.answer_{key}", lang) for key in ANSWERS)
    columns = [Column(key, t(f"issue_list.{'sheet_name' if key == 'sheet' else key}", lang), "0" if key in ("number", "row") else "",
                      choices=answers if key == "answer" else (), width=WIDTHS[key]) for key in ISSUE_KEYS]
    note = t("issue_list.note", lang, count=f"{len(found):,}")
    if len(found) > MOST_ROWS:
        note += " " + t("issue_list.cut", lang, shown=f"{MOST_ROWS:,}")
    title = t("issue_list.title", lang, project=project)
    sheet = sheets.write_table(book, t("issue_list.sheet", lang), title, note, columns, rows, footer=title, empty=t("check.clean", lang))
    first, last = sheets.FIRST_HEADER_ROW + 1, sheets.FIRST_HEADER_ROW + max(1, len(rows))
    for severity, colour in COLOURS.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{t(f"check.{severity}", lang)}"',
                "format": book.raw.add_format({"bg_color": colour})}
        sheet.conditional_format(first, 1, last, 1, rule)


def _files(book: Book, report: QualityReport, project: str) -> None:
    """The sheet of files: rows in = rows kept + rows dropped, and how many issues each has."""
    lang = book.lang
    counts = Counter((issue.file, issue.severity) for issue in report.issues)
    rows = [_file_row(record, counts) for record in report.files.values()]
    columns = [Column(key, t(f"issue_list.{key}", lang), width=WIDTHS.get(key)) for key in FILE_KEYS]
    title = t("issue_list.files_title", lang, project=project)
    sheets.write_table(book, t("issue_list.files_sheet", lang), title, t("issue_list.files_note", lang), columns, rows, footer=title)


def _file_row(record: FileRecord, counts: Counter[tuple[str, str]]) -> dict[str, Any]:
    """A file with the number of its issues by severity."""
    return {**record.to_dict(), **{severity: counts[record.path, severity] for severity in SEVERITIES}}


def _day(text: str) -> dt.date:
    """A stated day; UNDATED where it is none, or a year alone."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return UNDATED
