"""What the readers share while one project is read: the report, files already read, and which rows were kept.

`Reading.table` is the one door to every file: it gives tables and layers in one shape, and writes down what was found on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from planner.inputs import files, ledger, personal, vector
from planner.inputs.cells import Cell, blank
from planner.inputs.columns import likely
from planner.inputs.encodings import UTF8
from planner.inputs.files import UnusableFileError
from planner.inputs.specs import FileRef
from planner.inputs.tables import TABLE_SUFFIXES, Workbook, read_workbook
from planner.quality import FileRecord, Issue, QualityReport

LONG_ROWS_TOLD = 20
SPANS_TOLD = 30
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Table:
    """A ledger or a layer. columns : header -> one cell a row; rows : their numbers as a person counts them.

    shapes : (n,) shapely shapes or None, absent for tables; crs : theirs, "" unknown; broken : indexes of those that cannot be used.
    """

    shown: str
    sheet: str | None
    columns: Mapping[str, list[Cell]]
    rows: tuple[int, ...]
    format: str
    shapes: npt.NDArray[np.object_] | None = None
    crs: str = ""
    broken: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(slots=True)
class Reading:
    """One reading of one project. remembered : shape of a file -> key -> header, as a person confirmed them (planner.inputs.columns)."""

    report: QualityReport
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _said: set[object] = field(default_factory=set)
    _dated: set[str] = field(default_factory=set)
    _files: dict[str, Any] = field(default_factory=dict)
    _columns: dict[tuple[int, str], tuple[Sequence[Any], npt.NDArray[Any]]] = field(default_factory=dict)
    _inspections: dict[int, tuple[list[Cell], personal.Column]] = field(default_factory=dict)
    _selected: dict[str, set[tuple[str | None, int]]] = field(default_factory=dict)
    _kept: dict[str, set[tuple[str | None, int]]] = field(default_factory=dict)

    def add(self, issue: Issue) -> None:
        """Adds an issue, unless the very same has been added: sections may share a file."""
        name, value = (found and personal.scrubbed(found) for found in (issue.name, issue.value))
        if (name, value) != (issue.name, issue.value):
            issue = replace(issue, name=name, value=value)
        key = (issue.code, issue.severity, issue.file, issue.sentence, issue.sheet, issue.row, issue.column, issue.name, issue.value)
        if key not in self._said:
            self._said.add(key)
            self.report.issues.append(issue)

    def record(self, ref: FileRef, role: str, date: str = "") -> FileRecord:
        """The record of a file, with its role and the day it speaks for ("" where sections that share it disagree)."""
        record = self.report.record(ref.shown)
        record.date = date if ref.shown not in self._dated or record.date == date else ""
        self._dated.add(ref.shown)
        record.role = role
        return record

    def refuse(self, ref: FileRef, error: UnusableFileError, *, empty: str = "blocking") -> None:
        """Writes down why a file cannot be used; `empty` is the severity of a file without rows."""
        severity = empty if error.code == "file_empty" and error.sentence != "file_zero_bytes" else error.severity
        self.add(Issue(error.code, severity, ref.shown, row=error.row, column=error.column, value=error.value, sentence=error.sentence,
                       params=error.params))

    def attempt(self, ref: FileRef, read: Callable[[], Found], *, empty: str = "blocking") -> Found | None:
        """What `read` gives, or None after writing down why the file cannot be used. Each file is looked at before it is read."""
        key = f"?{ref.path}"
        try:
            if key not in self._files:
                files.present(ref.path)
                files.safe(ref.path)
                self.report.record(ref.shown).sha256 = files.sha256(ref.path)
                self._files[key] = True
            return read()
        except UnusableFileError as error:
            self.refuse(ref, error, empty=empty)
            return None

    def table(self, ref: FileRef, wanted: Sequence[str], *, role: str, date: str = "", sheet: str | None = None,
              keys: Sequence[str] = (), empty: str = "warning", persons: bool = False, totals: bool = True) -> Table | None:
        """A file as a table, its columns under the wanted names; None (with a blocking issue) where it cannot be used.

        wanted : headers that planner.toml names; keys : those in which a total row would say so; empty : severity of a file without rows;
        totals : whether rows that say they are totals are left out; persons : one row a person - only the wanted columns are given, as they
        are. Elsewhere personal columns are dropped, and told.
        """
        self.record(ref, role, date)
        ledger_like = ref.path.suffix.lower() in TABLE_SUFFIXES
        found = self.attempt(ref, lambda: self._ledger(ref, wanted, sheet, keys, empty, totals) if ledger_like
                             else self._layer(ref, wanted), empty=empty)
        if found is None:
            return None
        if persons:
            return replace(found, columns={header: cells for header, cells in found.columns.items() if header in wanted})
        return self._impersonal(found, wanted)

    def headers(self, ref: FileRef, score: Callable[[Sequence[str]], int], *, role: str, date: str = "", sheet: str | None = None,
                empty: str = "warning") -> tuple[str | None, tuple[str, ...]] | None:
        """The sheet and the headers of a file whose columns are not known yet: the rows that score highest. None as in `table`."""
        self.record(ref, role, date)

        def read() -> tuple[str | None, tuple[str, ...]]:
            if ref.path.suffix.lower() not in TABLE_SUFFIXES:
                return None, tuple(self._layer(ref, ()).columns)
            found = ledger.headers(self._book(ref).sheets, score, sheet)
            if found is None:
                raise UnusableFileError("file_empty", sentence="file_without_rows")
            return found

        return self.attempt(ref, read, empty=empty)

    def _impersonal(self, table: Table, wanted: Sequence[str]) -> Table:
        """A table without personal columns, and without identity numbers in those that planner.toml names."""
        columns: dict[str, list[Cell]] = {}
        for header, cells in table.columns.items():
            found = self._inspected(cells)
            if header not in wanted and (found.personal or personal.is_personal(header)):
                filled = found.filled or sum(not blank(cell) for cell in cells)
                if filled:
                    self.add(Issue("personal_column_dropped", "info", table.shown, table.sheet, column=header, params={"count": filled}))
                    continue
            if found.removed:
                self.add(Issue("personal_values_removed", "warning", table.shown, table.sheet, column=header,
                               params={"count": found.removed}))
            columns[header] = found.clean
        return replace(table, columns=columns)

    def _inspected(self, cells: list[Cell]) -> personal.Column:
        """What a column holds, found once, however many sections share its file."""
        if id(cells) not in self._inspections:
            self._inspections[id(cells)] = cells, personal.inspected(cells)  # the cells stay with their id
        return self._inspections[id(cells)][1]

    def forget(self, ref: FileRef) -> None:
        """Lets go of what was read of a file: the rows of a ledger of persons are not kept."""
        for key in [key for key in self._files if key.endswith(str(ref.path)) and not key.startswith("?")]:
            del self._files[key]

    def once(self, kind: str, ref: FileRef, read: Callable[[], Found]) -> Found:
        """A file read once, however many sections name it."""
        key = f"{kind}{ref.path}"
        if key not in self._files:
            self._files[key] = read()
        found: Found = self._files[key]
        return found

    def _book(self, ref: FileRef) -> Workbook:
        """The sheets of a table file, read once."""
        book: Workbook = self.once("book", ref, lambda: read_workbook(ref.path))
        return book

    def _ledger(self, ref: FileRef, wanted: Sequence[str], sheet_name: str | None, keys: Sequence[str], empty: str, totals: bool) -> Table:
        """A table file: workbook or text."""
        book = self._book(ref)
        record = self.report.record(ref.shown)
        record.format, record.encoding = book.format, book.encoding
        stated = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls"}.get(ref.path.suffix.lower(), "csv")
        if book.format != stated:
            self.add(Issue("format_mismatch", "info", ref.shown, value=book.format, params={"stated": ref.path.suffix.lower()}))
        if book.encoding not in ("", UTF8):
            self.add(Issue("encoding_guessed", "info", ref.shown, value=book.encoding))
        sheet = ledger.choose_sheet(book.sheets, wanted, sheet_name)
        if sheet is None:
            if sheet_name is not None and any(found.rows for found in book.sheets):
                raise UnusableFileError("column_missing", sentence="sheet_missing", value=sheet_name,
                                        sheets=", ".join(found.name or "" for found in book.sheets))
            raise UnusableFileError("file_empty", sentence="file_without_rows")
        known: ledger.Known = self.once(f"rows{sheet.name}|", ref, dict)
        return self._understood(ref, ledger.understand(sheet, wanted, keys, known, totals=totals), wanted, book.format, empty)

    def _understood(self, ref: FileRef, found: ledger.Ledger, wanted: Sequence[str], form: str, empty: str) -> Table:
        """A ledger as a table, with issues for what was repaired."""

        def tell(code: str, row: int | None, *, severity: str = "info", column: str | None = None, value: str | None = None,
                 sentence: str | None = None) -> None:
            self.add(Issue(code, severity, ref.shown, found.sheet, row, column, value=value, sentence=sentence))

        if found.titles or found.levels > 1:
            tell("header_repaired", found.header_row)
        for name in found.repeated:
            if name in wanted:
                tell("header_repaired", found.header_row, column=name, sentence="header_repeated")
        for name, header in found.renamed.items():
            if name.strip() != header.strip():
                tell("header_repaired", found.header_row, column=name, value=header, sentence="header_renamed")
        for row, first in found.totals:
            tell("total_row_dropped", row, value=first)
        for row, first in found.notes:
            tell("note_row_dropped", row, value=first[:200])
        for row in found.long[:LONG_ROWS_TOLD]:
            tell("cells_beyond_header", row)
        for name, numbers in found.unsaved.items():
            severity = "warning" if name in wanted else "info"
            if len(numbers) <= LONG_ROWS_TOLD:
                for row in numbers:
                    tell("formula_without_value", row, severity=severity, column=name)
            else:
                self.add(Issue("formula_without_value", severity, ref.shown, found.sheet, None, name, sentence="formula_without_value_all",
                               params={"count": len(numbers), "rows": _spans(numbers)}))
        if found.hidden:
            tell("hidden_rows", None, severity="warning", value=str(found.hidden))
        record = self.report.record(ref.shown)
        record.rows_in = max(record.rows_in, found.rows_in)
        if not found.rows:
            tell("file_empty", None, severity=empty, sentence="file_without_rows")
        return Table(ref.shown, found.sheet, found.columns, found.rows, form)

    def _layer(self, ref: FileRef, wanted: Sequence[str]) -> Table:
        """A layer with shapes."""
        found = self.once("layer" + "|".join(wanted), ref, lambda: vector.read_features(ref.path, wanted))
        record = self.report.record(ref.shown)
        record.format, record.encoding, record.crs, record.rows_in = found.format, found.encoding, found.crs, len(found)
        if found.guessed:
            self.add(Issue("encoding_guessed", "info", ref.shown, value=found.encoding))
        for header in found.cut:
            self.add(Issue("field_name_cut", "info", ref.shown, column=header))
        if len(found) == 0:
            raise UnusableFileError("file_empty", sentence="layer_empty")
        rows = found.numbers or tuple(range(1, len(found) + 1))
        return Table(ref.shown, None, found.columns, rows, found.format, found.shapes, found.crs, found.broken)

    def column(self, cells: Sequence[Any], read: Callable[[Sequence[Any]], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """read(cells) of a column, once, however many sections share its file."""
        key = id(cells), read.__name__
        if key not in self._columns:
            self._columns[key] = cells, read(cells)  # the cells stay with their id
        return self._columns[key][1]

    def missing_columns(self, table: Table, wanted: Sequence[str]) -> list[str]:
        """The wanted headers that a table has not, each written down as a blocking issue."""
        missing = [name for name in dict.fromkeys(wanted) if name not in table.columns]
        for name in missing:
            there, close = ", ".join(list(table.columns)[:30]), likely(name, table.columns)
            self.add(Issue("column_missing", "blocking", table.shown, table.sheet, value=name, params={"there": there[:500],
                           "close": ", ".join(close)[:200]}, sentence="column_missing_close" if close else None))
        return missing

    def select(self, table: Table, chosen: npt.NDArray[np.bool_]) -> None:
        """Writes down which rows a section has picked."""
        picked = self._selected.setdefault(table.shown, set())
        picked.update((table.sheet, row) for row, keep in zip(table.rows, chosen, strict=True) if keep)
        record = self.report.record(table.shown)
        record.rows_not_selected = len(table) - len(picked)

    def keep(self, table: Table, kept: npt.NDArray[np.bool_]) -> None:
        """Writes down which rows the analysis uses."""
        rows = self._kept.setdefault(table.shown, set())
        rows.update((table.sheet, row) for row, keep in zip(table.rows, kept, strict=True) if keep)
        self.report.record(table.shown).rows_kept = len(rows)


def _spans(numbers: Sequence[int]) -> str:
    """Ascending numbers as 3-7, 9, 12-40; the first thirty spans."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    listed = [str(first) if first == last else f"{first}-{last}" for first, last in spans[:SPANS_TOLD]]
    return ", ".join(listed) + (", …" if len(spans) > SPANS_TOLD else "")
