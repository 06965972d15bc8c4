"""Figures of units from a table: a row for each unit, known by its code or its name, and columns of numbers."""

from __future__ import annotations

from pathlib import Path

from planner.errors import InputError
from planner.measure.city import City
from planner.plan.plain_table import Row, read_plain

CODE = ("code", "unit", "代码", "编码", "单元", "名称", "name")
"""Headers of the column that names the unit."""


def read_rows(path: Path) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Headers and rows of a table. Raises InputError: unit_table_file, unit_table_none."""
    heads, rows = read_plain(path, "unit_table")
    if not rows:
        raise InputError("unit_table_none", file=path.name)
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
