"""A CSV of coordinates in another system, row by row, everything but the coordinates as it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from planner.errors import InputError
from planner.inputs import coordinates, files
from planner.inputs.cells import parse_angle, text
from planner.inputs.coordinates import SHIFTED, System, parse_system
from planner.inputs.files import UnusableFileError
from planner.inputs.outline import in_china
from planner.inputs.tables import read_workbook

DEGREE_PLACES = 10
METRE_PLACES = 5


@dataclass(frozen=True, slots=True)
class Converted:
    """header and rows of the new table, in their old order; bad : (row, cells) of those that are no coordinates, left out; abroad : rows
    outside China, which GCJ-02 and BD-09 leave where they are."""

    header: tuple[str, ...]
    rows: list[list[str]]
    bad: list[tuple[int, str]]
    abroad: list[int]


def heads(system: System) -> tuple[str, str]:
    """The names of a system's coordinates."""
    return ("lon", "lat") if system.geographic else ("x", "y")


def convert_table(path: Path, source_name: str, target_name: str) -> Converted:
    """The table with its coordinates in another system. Rows bear the number that a person sees (header = 1).

    Raises InputError for a file that cannot be read or has not the columns, CrsError for a system that is not known or has no shift.
    """
    source, target = parse_system(source_name), parse_system(target_name)
    try:
        files.present(path)
        files.safe(path)
        sheet = next((sheet for sheet in read_workbook(path).sheets if sheet.rows), None)
    except UnusableFileError as error:
        raise InputError("convert_unreadable" if error.code != "file_missing" else "convert_missing", file=str(path)) from error
    if sheet is None:
        raise InputError("convert_unreadable", file=str(path))
    header = [text(cell).strip() for cell in sheet.rows[0][1]]
    first, second = heads(source)
    lacking = [name for name in ("id", first, second) if name not in header]
    if lacking:
        raise InputError("convert_column_missing", file=path.name, columns=", ".join(lacking), there=", ".join(header)[:200])
    at, beside = header.index(first), header.index(second)
    made_header = [heads(target)[0] if k == at else heads(target)[1] if k == beside else name for k, name in enumerate(header)]
    numbers, kept, a, b = [], [], [], []
    bad: list[tuple[int, str]] = []
    for number, cells in sheet.rows[1:]:
        row = [text(cells[k]) if k < len(cells) else "" for k in range(len(header))]
        one, two = parse_angle(row[at]), parse_angle(row[beside])
        off = source.geographic and (abs(one.value) > 180 or abs(two.value) > 90)
        if not (np.isfinite(one.value) and np.isfinite(two.value)) or off:
            bad.append((number, f"{row[at]}, {row[beside]}"[:80]))
            continue
        numbers.append(number)
        kept.append(row)
        a.append(one.value)
        b.append(two.value)
    return _converted(source, target, tuple(made_header), (at, beside), numbers, kept, np.array(a), np.array(b), bad)


def _converted(source: System, target: System, header: tuple[str, ...], places: tuple[int, int], numbers: list[int], kept: list[list[str]],
               a: coordinates.FloatArray, b: coordinates.FloatArray, bad: list[tuple[int, str]]) -> Converted:
    """The good rows converted; what has no place in the new system joins the bad ones."""
    made = coordinates.convert(source, target, a, b)
    decimals = DEGREE_PLACES if target.geographic else METRE_PLACES
    rows, abroad = [], []
    shifted = source.name in SHIFTED or target.name in SHIFTED
    inside = in_china(*coordinates.to_wgs84(source, a, b)) if shifted else np.ones(len(a), dtype=bool)
    for k, row in enumerate(kept):
        if not (np.isfinite(made[0][k]) and np.isfinite(made[1][k])):
            bad.append((numbers[k], f"{row[places[0]]}, {row[places[1]]}"[:80]))
            continue
        row[places[0]], row[places[1]] = (f"{part[k]:.{decimals}f}" for part in made)
        rows.append(row)
        if not inside[k]:
            abroad.append(numbers[k])
    return Converted(header, rows, sorted(bad), abroad)
