"""Writing tables as offices do, byte for byte the same on every run."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter


@dataclass(frozen=True)
class Sheet:
    """A sheet: titles above, headers (`上级_下级` stand in two rows under a merged cell), rows, notes below, indexes of hidden rows."""

    name: str
    titles: Sequence[str]
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str]
    hidden: Sequence[int] = ()


def write_sheet(path: Path, sheet: Sheet) -> None:
    """A workbook with one sheet."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": dt.datetime(2025, 12, 31)})  # noqa: DTZ001 - a workbook has no time zone
    page, head = book.add_worksheet(sheet.name), book.add_format({"bold": True, "align": "center", "border": 1})
    width = len(sheet.headers)
    at = 0
    for title in sheet.titles:
        page.merge_range(at, 0, at, width - 1, title, head)
        at += 1
    levels = 2 if any("_" in header for header in sheet.headers) else 1
    _head(page, sheet.headers, at, levels, head)
    at += levels
    for number, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            _cell(page, at, column, cell)
        if number in sheet.hidden:
            page.set_row(at, None, None, {"hidden": True})
        at += 1
    for note in sheet.notes:
        page.write_string(at, 0, note)
        at += 1
    book.close()


def _head(page: Any, headers: Sequence[str], at: int, levels: int, style: Any) -> None:
    """The header rows: single columns merged downwards, neighbours under a common header merged sideways."""
    column = 0
    while column < len(headers):
        upper, _, lower = headers[column].partition("_")
        if levels == 1:
            page.write_string(at, column, headers[column], style)
        elif not lower:
            page.merge_range(at, column, at + 1, column, upper, style)
        else:
            last = column
            while last + 1 < len(headers) and headers[last + 1].startswith(upper + "_"):
                last += 1
            if last > column:
                page.merge_range(at, column, at, last, upper, style)
            else:
                page.write_string(at, column, upper, style)
            for k in range(column, last + 1):
                page.write_string(at + 1, k, headers[k].partition("_")[2], style)
            column = last
        column += 1


def _cell(page: Any, row: int, column: int, cell: Any) -> None:
    """A cell: numbers as numbers where they are plain, all else as it is typed."""
    if isinstance(cell, int | float):
        page.write_number(row, column, cell)
    elif cell and _plain(cell):
        page.write_number(row, column, float(cell))
    elif cell:
        page.write_string(row, column, cell)


def _plain(typed: str) -> bool:
    """Whether a text is a short decimal number, as a person would leave it to the program."""
    return (
        typed.isascii()
        and typed.replace(".", "", 1).isdigit()
        and len(typed) <= 15
        and not typed.endswith(".0")
        and (typed[0] != "0" or typed.startswith("0."))
    )


def write_text(path: Path, rows: Sequence[Sequence[Any]], encoding: str, delimiter: str = ",") -> None:
    """A delimited text with Windows line ends."""
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)


def write_html(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """A web page with one table, in GBK."""
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    text = '<html><head><meta charset="gbk"></head><body><table border=1>\n' + "\n".join(lines) + "\n</table></body></html>\n"
    path.write_bytes(text.encode("gbk"))
