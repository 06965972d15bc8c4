"""Units through time: which rows of a boundary layer are in force on a day, and which code an abolished one became.

A layer may hold several versions of a unit (columns valid_from, valid_to); the day picks the one in force, the latest where several are. A
table of changes (old code, new code, from when) joins ledgers and people that still bear an old code to the unit of today; two that were
merged are added up. Codes that no table explains stay unknown, and told: nothing is guessed from digits or names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.cells import parse_date, text
from planner.inputs.codes import padded, read_codes
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import BoundarySpec
from planner.inputs.status import BoolArray
from planner.quality import Issue

if TYPE_CHECKING:
    from planner.inputs.facilities import RawFacilities
    from planner.inputs.placing import Ground

HEADS = {"old": ("old", "旧代码", "原代码"), "new": ("new", "新代码", "现代码"), "from": ("from", "起始日期", "生效日期", "变更日期")}
"""Headers of a table of changes; only the date may be missing."""


def day_of(spec: BoundarySpec) -> str:
    """The day whose units are wanted: the project's reference date, else today."""
    return spec.as_of or dt.date.today().isoformat()


def in_force(table: Table, spec: BoundarySpec, reading: Reading) -> Table | None:
    """The rows of a layer that are in force on the day, one for a code; told. None (a blocking issue) where none is."""
    if not (spec.valid_from or spec.valid_to):
        return table
    day = day_of(spec)
    starts, ends = (_days(table, header, reading) for header in (spec.valid_from, spec.valid_to))
    codes = read_codes(table.columns[spec.code]).codes
    valid = [(not start or start <= day) and (not end or day <= end) for start, end in zip(starts, ends, strict=True)]
    chosen = np.array(valid, dtype=bool)
    latest: dict[str, int] = {}
    for k in np.flatnonzero(chosen).tolist():
        other = latest.get(codes[k])
        if not codes[k] or other is None or starts[k] == starts[other]:
            latest.setdefault(codes[k], k)
            continue
        chosen[min(k, other, key=lambda row: starts[row])] = False
        latest[codes[k]] = max(k, other, key=lambda row: starts[row])
    reading.select(table, chosen)
    if not chosen.any():
        reading.add(Issue("file_empty", "blocking", table.shown, value=day, sentence="units_none_in_force", params={"day": day}))
        return None
    if not chosen.all():
        reading.add(Issue("unit_not_in_force", "info", table.shown, value=str(int((~chosen).sum())),
                          params={"count": int((~chosen).sum()), "day": day}))
    return _rows(table, chosen)


def _days(table: Table, header: str | None, reading: Reading) -> list[str]:
    """The days of a column, "" where blank; what is no day is told and taken as blank."""
    if header is None:
        return [""] * len(table)
    days = []
    for k, cell in enumerate(table.columns[header]):
        day = parse_date(cell)
        if day.how == "value_invalid":
            reading.add(Issue("value_invalid", "warning", table.shown, table.sheet, table.rows[k], header, value=text(cell)[:200]))
        days.append(day.iso)
    return days


def _rows(table: Table, chosen: BoolArray) -> Table:
    """Some rows of a table."""
    if chosen.all():
        return table
    index = np.flatnonzero(chosen).tolist()
    return replace(table, columns={header: [cells[k] for k in index] for header, cells in table.columns.items()},
                   rows=tuple(table.rows[k] for k in index), shapes=None if table.shapes is None else table.shapes[index],
                   broken=frozenset(place for place, k in enumerate(index) if k in table.broken))


def read_changes(spec: BoundarySpec, known: Sequence[str], reading: Reading) -> dict[str, str]:
    """Old code -> the code of today's unit, followed through several changes; those that came into force by the day.

    known : the codes of today's units. An old code that became several is told and not used: which of them a row means is not known.
    """
    if spec.changes is None:
        return {}
    table = reading.table(spec.changes, (), role=f"boundaries.{spec.level}.changes")
    if table is None or not len(table):
        return {}
    heads = {key: next((name for name in names if name in table.columns), None) for key, names in HEADS.items()}
    lacking = [names[0] for key, names in HEADS.items() if heads[key] is None and key != "from"]
    if lacking:
        reading.add(Issue("column_missing", "blocking", table.shown, table.sheet, value=", ".join(lacking),
                          params={"there": ", ".join(list(table.columns)[:30])}))
        return {}
    reading.keep(table, np.ones(len(table), dtype=bool))
    days = _days(table, heads["from"], reading)
    old, new = (read_codes(table.columns[str(heads[key])]).codes for key in ("old", "new"))
    became: dict[str, dict[str, int]] = {}
    for k in range(len(table)):
        if old[k] and new[k] and (not days[k] or days[k] <= day_of(spec)):
            became.setdefault(padded(old[k]), {}).setdefault(padded(new[k]), k)
    for code, places in became.items():
        if len(places) > 1:
            row = max(places.values())
            reading.add(Issue("code_changed", "warning", table.shown, table.sheet, table.rows[row], str(heads["old"]), value=old[row],
                              sentence="code_split", params={"codes": ", ".join(places), "code": code}))
    single = {code: next(iter(places)) for code, places in became.items() if len(places) == 1}
    today = {padded(code): code for code in known}
    found = {}
    for code in single:
        if code in today:
            continue  # a code given anew: whoever uses it means the unit of today
        step, seen = single[code], {code}
        while step not in today and step in single and step not in seen:
            seen.add(step)
            step = single[step]
        if step in today:
            found[code] = today[step]
    return found


def tell_stated(raw: RawFacilities, ground: Ground, reading: Reading) -> None:
    """Tells how many rows of a ledger state a unit by a code that it no longer bears; they count in the unit that it became."""
    for level, stated in raw.stated.items():
        units = ground.units.get(level)
        if units is None or not units.former:
            continue
        hits = [j for j, said in enumerate(stated) if units.is_former(str(said))]
        if hits:
            reading.add(raw.issue("code_changed", "info", hits[0] if len(hits) == 1 else None, column=raw.spec.columns.get(level),
                                  value=str(stated[hits[0]]),
                                  params={"count": len(hits), "code": str(units.codes[units.by_code[str(stated[hits[0]]).strip()]])}))
