"""How a sheet of the workbook is drawn: formats, a table under a title, widths that suit Chinese, print set-up."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.export.cells import finite, neutral

FONTS = {"zh": "宋体", "en": "Calibri"}
A3 = 8
"""The number that workbooks know the paper A3 by."""
FIRST_HEADER_ROW = 3
"""Title, subtitle and totals stand above the header; all four rows stay in view."""
WIDEST = 40
TITLE_HEIGHT, HEADER_HEIGHT, LINE_HEIGHT, MOST_LINES = 26, 32, 14, 28
"""Heights in points; a row of text grows to so many lines at most, which is what a sheet allows."""
LINES = "#C4CCD3"
OPEN = {"locked": False, "bg_color": "#FFFBE6"}
"""Cells that people fill in: pale yellow, and open where the sheet is protected."""
DASH_FOR_NONE = '{form}_ ;-{form}_ ;"–"'
"""A figure format that shows a dash for 0, where 0 means that there is nothing to tell; the room to the right is as of all figures."""
SHARES, WHOLE = "_shares", "_whole"
"""Keys of a row under which stand the keys of its figures that are shares, and of those that are shown without decimals (people)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key in the rows, its header, how figures show, whether it has a live total, and the words it may hold.

    formula : a live formula in place of the rows' values, with {row} for the number of the row and {key} for the letter of a column; what
    the rows hold is kept as its value for programs that do not calculate. open : people fill it in, also where the sheet is protected.
    """

    key: str
    header: str
    number: str = ""
    total: bool = False
    choices: tuple[str, ...] = ()
    width: float | None = None
    formula: str = ""
    open: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Book:
    """A workbook being written, with its formats by name. Text never starts a formula, whoever wrote it."""

    raw: Any
    lang: str
    formats: dict[str, Any] = field(default_factory=dict)

    def style(self, **properties: Any) -> Any:
        """A cell format, made once for equal properties."""
        name = repr(sorted(properties.items()))
        if name not in self.formats:
            self.formats[name] = self.raw.add_format({"valign": "vcenter", **properties})
        return self.formats[name]

    @property
    def head(self) -> Any:
        """Headers of tables."""
        return self.style(bold=True, bg_color="#DCE6EE", border=1, text_wrap=True, valign="vcenter", align="center")

    def text(self, *, opened: bool = False) -> Any:
        """Cells of text. opened : people fill them in."""
        name = f"{opened} text"  # most cells of a long list come by here
        if name not in self.formats:
            self.formats[name] = self.style(text_wrap=True, border=1, border_color=LINES, **(OPEN if opened else {}))
        return self.formats[name]

    def number(self, form: str, *, opened: bool = False) -> Any:
        """Cells of figures, with a little room to the right."""
        name = f"{opened} {form}"  # most cells of a long list come by here
        if name not in self.formats:
            self.formats[name] = self.style(num_format=form + "_ ", border=1, border_color=LINES, **(OPEN if opened else {}))
        return self.formats[name]


def open_book(path: Path | io.BytesIO, lang: str, made: dt.date, title: str) -> Book:
    """A new workbook. Its date of making is the day of the data: equal inputs give equal bytes."""
    import xlsxwriter

    raw = xlsxwriter.Workbook(
        path if isinstance(path, io.BytesIO) else str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": FONTS[lang], "font_size": 10},
        },
    )
    raw.set_properties({"title": neutral(title), "created": dt.datetime.combine(made, dt.time())})
    raw.set_calc_mode("auto")
    return Book(raw, lang)


def width_of(text: str) -> int:
    """Columns that a text takes: Chinese characters take two."""
    if text.isascii() and "\n" not in text:
        return len(text)
    return max((sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in text.split("\n")), default=0)


def column_name(number: int) -> str:
    """A, B, ... Z, AA: the letters of a column numbered from 0."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_range(sheet: str, column: int, first_row: int, last_row: int) -> str:
    """The address of one column's cells, rows counted from 0, for a formula in any sheet."""
    letter = column_name(column)
    return f"'{sheet}'!${letter}${first_row + 1}:${letter}${last_row + 1}"


def number_format(value: float, form: str) -> str:
    """The format of a figure; `form` "" shows whole numbers without decimals and others with two."""
    return form or ("#,##0" if float(value).is_integer() else "#,##0.00")


def put(book: Book, sheet: Any, row: int, column: int, value: Any, form: str = "", *, opened: bool = False) -> None:
    """Write one value: text neutralised, figures finite, all else a blank cell. opened : people fill the cell in."""
    if isinstance(value, str) and value:
        sheet.write_string(row, column, neutral(value), book.text(opened=opened))
    elif (number := finite(value)) is not None:
        sheet.write_number(row, column, number, book.number(number_format(number, form), opened=opened))
    else:
        sheet.write_blank(row, column, None, book.number(form, opened=True) if opened and form else book.text(opened=opened))


def form_of(row: Mapping[str, Any], key: str, form: str = "") -> str:
    """How a figure of a row shows: shares in per cent, people whole, else as `form` says."""
    return "0.0%" if key in row.get(SHARES, ()) else "#,##0" if key in row.get(WHOLE, ()) else form


def write_title(book: Book, sheet: Any, title: str, subtitle: str) -> None:
    """The two lines above a table."""
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.write_string(0, 0, neutral(title), book.style(bold=True, font_size=15))
    sheet.write_string(1, 0, neutral(subtitle), book.style(font_color="#555555"))


def set_print(sheet: Any, header_row: int | None, footer: str, *, wide: int = 1, beside: int = 0) -> None:
    """A3 landscape, so many pages wide, the header on every page (with `beside` first columns where there are several), page numbers."""
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.fit_to_pages(wide, 0)
    if wide > 1:
        sheet.repeat_columns(0, beside)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer(f"&L{footer.replace('&', '&&')}&R&P / &N")
    if header_row is not None:
        sheet.repeat_rows(header_row)


def write_table(
    book: Book,
    name: str,
    title: str,
    subtitle: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    total_label: str = "",
    footer: str = "",
    empty: str = "",
    printed: int | None = None,
    protected: bool = False,
    wide: int = 1,
    beside: int = 0,
) -> Any:
    """A sheet with one table. Returns the sheet.

    Totals stand above the header, over one plain column each, and follow the filter; the value a program reads without calculating is
    the sum of the engine's own numbers. A row's SHARES names its figures that are shares, shown in per cent, and its WHOLE those without
    decimals. printed : how many columns go to paper; all where None. protected : only open columns can be typed in (no password: whoever
    must can lift it, and what was altered is found when the workbook comes back). wide, beside : as of `set_print`.
    """
    sheet = book.raw.add_worksheet(name)
    write_title(book, sheet, title, subtitle)
    header_row, first, last = FIRST_HEADER_ROW, FIRST_HEADER_ROW + 1, FIRST_HEADER_ROW + max(1, len(rows))
    if any(column.total for column in columns):
        sheet.write_string(header_row - 1, 0, total_label, book.style(bold=True))
    for k, column in enumerate(columns):
        sheet.write_string(header_row, k, column.header, book.head)
        if column.total:
            whole = sum(number for number in (finite(row[column.key]) for row in rows) if number is not None)
            letter = column_name(k)
            sheet.write_formula(
                header_row - 1,
                k,
                f"=SUBTOTAL(109,{letter}{first + 1}:{letter}{last + 1})",
                book.style(bold=True, num_format=column.number or "#,##0", top=1),
                whole,
            )
        if column.choices and rows:
            sheet.data_validation(first, k, last, k, {"validate": "list", "source": list(column.choices), "error_type": "warning"})
    widths = [column.width or _width(column, rows) for column in columns]
    for k, width in enumerate(widths):
        sheet.set_column(k, k, width, None, {"hidden": columns[k].hidden})
    letters = {column.key: column_name(k) for k, column in enumerate(columns)}
    for r, row in enumerate(rows, start=first):
        lines = max(lines_of(_shown(row[column.key]), width) for column, width in zip(columns, widths, strict=True) if not column.hidden)
        if lines > 1:
            sheet.set_row(r, LINE_HEIGHT * min(lines, MOST_LINES) + 2)
        for k, column in enumerate(columns):
            form = form_of(row, column.key, column.number)
            if column.formula:
                value = finite(row[column.key])
                live = column.formula.format(row=r + 1, **letters)
                sheet.write_formula(r, k, live, book.number(form or "#,##0.##"), "" if value is None else value)
            else:
                put(book, sheet, r, k, row[column.key], form, opened=column.open)
    if not rows and empty:
        sheet.write_string(first, 0, empty, book.style(italic=True))
    tallest = max(lines_of(column.header, width) for column, width in zip(columns, widths, strict=True))
    sheet.set_row(header_row, max(HEADER_HEIGHT, LINE_HEIGHT * tallest + 4))
    sheet.print_area(0, 0, last, (printed or len(columns)) - 1)
    sheet.autofilter(header_row, 0, last, len(columns) - 1)
    sheet.freeze_panes(first, 1)
    if protected:
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True, "select_locked_cells": True})
    set_print(sheet, header_row, footer, wide=wide, beside=beside)
    return sheet


def _width(column: Column, rows: Sequence[Mapping[str, Any]]) -> float:
    """A width that suits the longest cell, within reason."""
    widths = [min(width_of(column.header), 14), *(width_of(_shown(row[column.key])) for row in rows)]
    return min(WIDEST, max(8, max(widths) + 2))


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of a width. Spreadsheet programs do not all work it out by themselves."""
    room = max(1.0, width - 1.5)
    if 2 * len(text) <= room and "\n" not in text:
        return 1
    return sum(1 if (wide := width_of(line)) <= room else _wrapped(line, room) if " " in line else math.ceil(wide / room)
               for line in text.split("\n"))


def _wrapped(line: str, room: float) -> int:
    """How many lines a line of words takes: words stay whole, unless they are longer than a line or Chinese, which breaks anywhere."""
    lines, used, room = 1, 0.0, math.floor(room)
    for word in line.split(" "):
        wide = width_of(word)
        if used and used + 1 + wide > room and wide == len(word):
            lines, used = lines + 1, 0.0
        used += wide + (1 if used else 0)
        more = math.ceil(used / room) - 1
        lines, used = lines + max(0, more), used - max(0, more) * room
    return lines


def _shown(value: Any) -> str:
    """Roughly what a cell shows, to measure its width by."""
    if isinstance(value, float):
        return f"{value:,.1f}"
    return "" if value is None else str(value)
