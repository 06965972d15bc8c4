"""Figures of units from a table: a row for each unit, known by its code or its name, and columns of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError
from planner.inputs.cells import blank, parse_number, text
from planner.inputs.files import UnusableFileError, present, safe
from planner.inputs.tables import read_workbook
from planner.measure.city import City

CODE = ("code", "unit", "代码", "编码", "单元", "名称", "name")
"""Headers of the column that names the unit."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a plain table: its number as a person counts, and its cells by header."""

    file: str
    number: int
    cells: Mapping[str, object]

    def fault(self, column: str, expected: str, **params: object) -> InputError:
        """An error about one cell."""
        return InputError(f"unit_table_{expected}", file=self.file, row=self.number, column=column, value=self.text(column), **params)

    def text(self, column: str) -> str:
        """A cell as text."""
        return text(self.cells.get(column)).strip()  # type: ignore[arg-type]

    def number_of(self, column: str) -> float | None:
        """A cell as a number of 0 or more, None where it is blank."""
        cell = self.cells.get(column)
        if blank(cell):  # type: ignore[arg-type]
            return None
        value = parse_number(cell).value  # type: ignore[arg-type]
        if not (math.isfinite(value) and value >= 0):
            raise self.fault(column, "wants_number")
        return value


def read_rows(path: Path) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Headers and rows of the first sheet that has any. Raises InputError: unit_table_file, unit_table_none."""
    try:
        present(path)
        safe(path)
        sheets = read_workbook(path).sheets
    except UnusableFileError as error:
        raise InputError("unit_table_file", file=path.name, reason=error.code) from error
    sheet = next((one for one in sheets if len(one.rows) > 1), None)
    if sheet is None:
        raise InputError("unit_table_none", file=path.name)
    heads = tuple(text(cell).strip() for cell in sheet.rows[0][1])
    rows = tuple(Row(path.name, number, dict(zip(heads, cells, strict=False))) for number, cells in sheet.rows[1:]
                 if not all(blank(cell) for cell in cells))
    return heads, rows


def read_unit_table(path: Path, city: City, level: str) -> dict[str, dict[str, float]]:
    """Column -> unit code -> number, blank cells left out.

    Raises InputError: unit_table_* with row, column and value (no unit of that code or name, a unit twice, no number).
    """
    heads, rows = read_rows(path)
    key = next((head for head in heads if head.lower() in CODE), None)
    if key is None:
        raise InputError("unit_table_column", file=path.name, columns=", ".join(CODE))
    frame = city.boundaries.frame(level)
    known = {**dict(zip(frame["name"], frame["code"], strict=True)), **{code: code for code in frame["code"]}}
    found: dict[str, dict[str, float]] = {head: {} for head in heads if head and head != key}
    seen: set[str] = set()
    for row in rows:
        code = known.get(row.text(key))
        if code is None:
            raise row.fault(key, "no_unit", level=level)
        if code in seen:
            raise row.fault(key, "repeated")
        seen.add(code)
        for head, values in found.items():
            if head.lower() not in CODE and (value := row.number_of(head)) is not None:
                values[code] = value
    return found
