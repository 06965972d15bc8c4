"""Plain tables that a command is given: headers in the first row, a fault that names file, row, column and value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError
from planner.inputs.cells import blank, parse_number, text
from planner.inputs.files import UnusableFileError, present, safe
from planner.inputs.tables import read_workbook


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a person counts, its cells by header, and the first word of its errors' codes."""

    file: str
    number: int
    cells: Mapping[str, object]
    errors: str

    def fault(self, column: str, expected: str, **params: object) -> InputError:
        """An error about one cell."""
        return InputError(f"{self.errors}_{expected}", file=self.file, row=self.number, column=column, value=self.text(column), **params)

    def text(self, column: str) -> str:
        """A cell as text."""
        return text(self.cells.get(column)).strip()  # type: ignore[arg-type]

    def number_of(self, column: str) -> float | None:
        """A cell as a number of 0 or more; None where it is blank."""
        cell = self.cells.get(column)
        if blank(cell):  # type: ignore[arg-type]
            return None
        value = parse_number(cell).value  # type: ignore[arg-type]
        if not (math.isfinite(value) and value >= 0):
            raise self.fault(column, "wants_number")
        return value


def read_plain(path: Path, errors: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Headers and rows of the first sheet that has rows below its headers, else of the first that has headers; blank rows are left out.

    Raises InputError `{errors}_file` where the file cannot be read.
    """
    try:
        present(path)
        safe(path)
        sheets = [sheet for sheet in read_workbook(path).sheets if sheet.rows]
    except UnusableFileError as error:
        raise InputError(f"{errors}_file", file=path.name, reason=error.code) from error
    if not sheets:
        return (), ()
    sheet = next((one for one in sheets if len(one.rows) > 1), sheets[0])
    heads = tuple(text(cell).strip() for cell in sheet.rows[0][1])
    return heads, tuple(Row(path.name, number, dict(zip(heads, cells, strict=False)), errors) for number, cells in sheet.rows[1:]
                        if not all(blank(cell) for cell in cells))
