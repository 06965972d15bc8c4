"""What changes between two coverages, unit by unit, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from planner.export.cells import neutral
from planner.plan.coverage_change import UnitChange, rows

FIELDS = ("code", "share_a", "share_b", "share_difference")


def change_csv(units: Sequence[UnitChange]) -> str:
    """The units as CSV text with the columns of FIELDS, shares 0..1 in full precision, blank where there is none; text that would start
    a formula is neutralised."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in rows(units):
        writer.writerow(["" if row[field] is None else neutral(row[field]) for field in FIELDS])
    return stream.getvalue()
