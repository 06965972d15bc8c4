"""Tables as they lie in files, before anything is understood: .csv, .txt, .tsv, .xlsx, .xls, and what passes itself off as one.

Rows bear the number that a person sees: Excel's row number, in text files the record number (blank lines count, line breaks inside
a cell do not).
"""

from __future__ import annotations

import csv
import io
import itertools
import warnings
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, cast

from planner.inputs.cells import Cell, blank
from planner.inputs.encodings import decode
from planner.inputs.files import UnusableFileError

if TYPE_CHECKING:
    from planner.inputs.formulas import Place

TABLE_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls")
MOST_ROWS = 3_000_000
"""Records of a text table, blank ones too: what fits into 16 GB beside the rest. Workbooks end by themselves at 1,048,576 rows."""
_CELL_LIMIT = 20_000_000
"""Letters that one cell of a text file may have: more than any cell, less than a memory."""
_DELIMITERS = ",\t;|，；"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_SWALLOWED_LINES = 50

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows as a person counts them, columns from 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name (None in a text file), its rows with their numbers (blank ones left out), merged areas, hidden rows.

    unsaved : cells whose formula has no saved result; a row that has such cells alone is not left out.
    """

    name: str | None
    rows: list[tuple[int, list[Cell]]]
    merges: tuple[Merge, ...] = ()
    hidden: frozenset[int] = frozenset()
    unsaved: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file of tables: what it is in truth (csv, xlsx, xls, html), its encoding where it is text, its sheets."""

    format: str
    encoding: str
    sheets: tuple[Sheet, ...]


def read_workbook(path: Path) -> Workbook:
    """The sheets of a table file, by what it holds and not by what its name says.

    Raises UnusableFileError (file_unreadable) where it is no table at all. `planner.inputs.files.safe` goes before.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(_ZIP):
        return _read_xlsx(path)
    if head.startswith(_COMPOUND) or head[:4] in (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00"):
        return _read_xls(path)
    found, encoding = decode(path.read_bytes())
    if found.lstrip()[:2000].lower().startswith(("<html", "<!doctype", "<table", "<meta", "<head", "<?xml", "<body", "<style")):
        return Workbook("html", encoding, _html_sheets(found))
    return Workbook("csv", encoding, (Sheet(None, text_rows(found)),))


def text_rows(found: str) -> list[tuple[int, list[Cell]]]:
    """The records of a delimited text. Raises UnusableFileError where a quote is never closed (the rest would be one cell), and
    for more than MOST_ROWS records."""
    csv.field_size_limit(_CELL_LIMIT)
    delimiter = _delimiter(found)
    try:
        records = _records(found, delimiter, strict=True)
    except csv.Error as error:
        if "end of data" in str(error):
            raise UnusableFileError("file_unreadable", sentence="file_open_quote") from error
        try:
            records = _records(found, delimiter, strict=False)
        except csv.Error as second:
            raise UnusableFileError("file_unreadable", sentence="file_not_table") from second
    if found.count("\n") - len(records) >= _SWALLOWED_LINES:  # otherwise no cell can have so many lines
        for number, record in enumerate(records, start=1):
            if any(cell.count("\n") > _SWALLOWED_LINES for cell in record):
                raise UnusableFileError("file_unreadable", sentence="file_open_quote_row", row=number)
    return [(number, cast("list[Cell]", record)) for number, record in enumerate(records, start=1) if "".join(record).strip()]


def _records(found: str, delimiter: str, *, strict: bool) -> list[list[str]]:
    """The records of a text. Raises csv.Error; UnusableFileError (file_too_large) as soon as there are too many."""
    records = list(itertools.islice(csv.reader(io.StringIO(found, newline=""), delimiter=delimiter, strict=strict), MOST_ROWS + 1))
    if len(records) > MOST_ROWS:
        raise UnusableFileError("file_too_large", sentence="table_too_long", limit=f"{MOST_ROWS:,}", lines=f"{found.count(chr(10)):,}")
    return records


def _delimiter(found: str) -> str:
    """The delimiter of a text: the sign that occurs most in its first lines."""
    lines = [line for line in found[:20_000].splitlines() if line.strip()][:5]
    best = max(_DELIMITERS, key=lambda sign: (max((line.count(sign) for line in lines), default=0), sign == ","))
    return best if any(best in line for line in lines) else ","


def _read_xlsx(path: Path) -> Workbook:
    """An .xlsx workbook; hidden sheets come last."""
    import openpyxl

    from planner.inputs.formulas import unsaved_formulas

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, data_only=True)
        pages = sorted(book.worksheets, key=lambda page: page.sheet_state != "visible")
        unsaved = unsaved_formulas(path)
        sheets = tuple(_xlsx_sheet(page, unsaved.get(str(page.title), frozenset())) for page in pages)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever its XML brings: KeyError, ValueError, ParseError, BadZipFile, ...
        raise UnusableFileError("file_unreadable", sentence=_not_a_workbook(path)) from error
    return Workbook("xlsx", "", sheets)


def _not_a_workbook(path: Path) -> str | None:
    """The sentence for a zip archive that is sound and yet no workbook."""
    try:
        with zipfile.ZipFile(path) as box:
            return None if any(name.startswith("xl/") for name in box.namelist()) else "file_not_workbook"
    except (zipfile.BadZipFile, OSError):
        return None


def _xlsx_sheet(page: object, unsaved: frozenset[Place]) -> Sheet:
    """One sheet of openpyxl's; only cells that exist are walked, so that a stray cell far away costs nothing."""
    by_row: dict[int, dict[int, Cell]] = {}
    for row, column in unsaved:
        by_row.setdefault(row, {})[column] = None
    for (row, column), cell in sorted(page._cells.items()):  # type: ignore[attr-defined]
        if not blank(cell.value):
            by_row.setdefault(row, {})[column - 1] = cell.value
    rows = [(row, [found.get(k) for k in range(max(found) + 1)]) for row, found in sorted(by_row.items())]
    merges = tuple((area.min_row, area.min_col - 1, area.max_row, area.max_col - 1)
                   for area in page.merged_cells.ranges)  # type: ignore[attr-defined]
    hidden = frozenset(row for row, setting in page.row_dimensions.items() if setting.hidden)  # type: ignore[attr-defined]
    return Sheet(page.title, rows, merges, hidden, unsaved)  # type: ignore[attr-defined]


def _read_xls(path: Path) -> Workbook:
    """An .xls workbook of Excel 97-2003."""
    import xlrd

    try:
        try:
            book = xlrd.open_workbook(str(path), formatting_info=True, logfile=io.StringIO())
        except MemoryError:
            raise
        except Exception:  # formats that xlrd does not know; without them only merges and hidden rows are lost
            book = xlrd.open_workbook(str(path), logfile=io.StringIO())
        pages = sorted(book.sheets(), key=lambda page: page.visibility != 0)
        sheets = tuple(_xls_sheet(page, book.datemode) for page in pages)
    except MemoryError:
        raise
    except Exception as error:  # xlrd has no common parent for what a damaged file brings
        raise UnusableFileError("file_unreadable") from error
    return Workbook("xls", "", sheets)


def _xls_sheet(page: object, datemode: int) -> Sheet:
    """One sheet of xlrd's."""
    import xlrd

    def value(kind: int, found: object) -> Cell:
        if kind == xlrd.XL_CELL_DATE and isinstance(found, float):
            moment: Cell = xlrd.xldate_as_datetime(found, datemode)
            return moment
        if kind == xlrd.XL_CELL_BOOLEAN:
            return bool(found)
        if kind == xlrd.XL_CELL_ERROR:
            return "#ERROR"
        return found if isinstance(found, str | float) and found != "" else None

    rows: list[tuple[int, list[Cell]]] = []
    for r in range(page.nrows):  # type: ignore[attr-defined]
        cells = [value(cell.ctype, cell.value) for cell in page.row(r)]  # type: ignore[attr-defined]
        if not all(blank(cell) for cell in cells):
            rows.append((r + 1, cells))
    merges = tuple((r0 + 1, c0, r1, c1 - 1) for r0, r1, c0, c1 in page.merged_cells)  # type: ignore[attr-defined]
    hidden = frozenset(r + 1 for r, setting in page.rowinfo_map.items() if setting.hidden)  # type: ignore[attr-defined]
    return Sheet(page.name, rows, merges, hidden)  # type: ignore[attr-defined]


class _Tables(HTMLParser):
    """Collects the rows of every table of a page; spans become merged areas."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[list[Cell]], list[Merge]]] = []
        self.cell: list[str] | None = None
        self.span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a table, a row or a cell."""
        if tag == "table":
            self.tables.append(([], []))
        elif tag == "tr" and self.tables:
            self._close()
            self.tables[-1][0].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1][0]:
            self._close()
            given = dict(attrs)
            self.cell, self.span = [], (_count(given.get("rowspan")), _count(given.get("colspan")))
        elif tag == "br" and self.cell is not None:
            self.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Closes a cell."""
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        """Text inside a cell."""
        if self.cell is not None:
            self.cell.append(data)

    def _close(self) -> None:
        """Puts the open cell into its row, past cells that a span from above has taken."""
        if self.cell is None:
            return
        rows, merges = self.tables[-1]
        row, number = rows[-1], len(rows)
        while any(r0 < number <= r1 and c0 <= len(row) <= c1 for r0, c0, r1, c1 in merges):
            row.append(None)
        at, (tall, wide) = len(row), self.span
        if (tall, wide) != (1, 1):
            merges.append((number, at, number + tall - 1, at + wide - 1))
        row.append("".join(self.cell).strip("\r\n") or None)
        row.extend([None] * (wide - 1))
        self.cell = None


def _count(span: str | None) -> int:
    """A span of an HTML cell, between 1 and 1,000."""
    return min(max(int(span), 1), 1000) if span and span.isascii() and span.isdigit() and len(span) < 5 else 1


def _html_sheets(found: str) -> tuple[Sheet, ...]:
    """The tables of an HTML page. Raises UnusableFileError where it has none."""
    parser = _Tables()
    parser.feed(found)
    parser.close()
    sheets = tuple(Sheet(None, [(number, cells) for number, cells in enumerate(rows, start=1) if not all(blank(cell) for cell in cells)],
                         tuple(merges)) for rows, merges in parser.tables)
    if not any(sheet.rows for sheet in sheets):
        raise UnusableFileError("file_unreadable", sentence="file_not_table")
    return sheets
