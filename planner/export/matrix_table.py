"""Units by targets as a table of plain values: for each target its state and the unit's own figure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from planner.export.cells import finite, neutral
from planner.targets.matrix import Matrix


def matrix_csv(table: Matrix, rows: Sequence[int], targets: Sequence[int]) -> str:
    """Some units and targets of a matrix as CSV text without a byte-order mark: code, name, and for each target `ID.state`, `ID.value` (of
    the unit's own line, shares 0..1), `ID.met` and `ID.asked` (how many lines pass, of how many)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    heads = [f"{table.targets[k].target.id}.{part}" for k in targets for part in ("state", "value", "met", "asked")]
    writer.writerow([neutral(head) for head in ("code", "name", *heads)])
    for row in rows:
        code = table.codes[row]
        line: list[object] = [code, table.names[row]]
        for k in targets:
            cell = table.cell(code, k)
            value = finite(cell.parts[0].value) if cell is not None and cell.own else None
            line += ["", "", "", ""] if cell is None else [cell.state, "" if value is None else value, cell.met, cell.asked]
        writer.writerow([neutral(value) for value in line])
    return stream.getvalue()
