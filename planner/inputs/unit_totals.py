"""Rows keyed by unit: codes joined to units, totals spread over the points that carry them."""

from __future__ import annotations

import numpy as np

from planner.inputs.carrying import carriers_of, spread_over
from planner.inputs.cells import text
from planner.inputs.codes import read_codes
from planner.inputs.layers import IntArray, TextArray
from planner.inputs.people import Lines, People, Rows, tell_empty_units
from planner.inputs.placing import Ground
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.inputs.status import BoolArray
from planner.inputs.units import Units
from planner.quality import Issue

ROUNDED_SHARE = 0.1
"""More rows than this with rounded codes, and the table is refused; fewer are left out, each told."""


def keyed(rows: Rows, ground: Ground, lines: Lines, reading: Reading) -> tuple[People | None, BoolArray]:
    """People of units, spread over points; and which rows were used."""
    nothing = np.zeros(len(rows.index), dtype=bool)
    header = rows.spec.columns["code"]
    codes = _codes(rows, header, reading)
    if codes is None:
        return None, nothing
    level = rows.spec.level or _finest_match(codes, ground)
    if level is None or level not in ground.units:
        if ground.units and level is None:
            reading.add(Issue("population_without_unit", "blocking", rows.table.shown, rows.table.sheet, column=header,
                              value=str(codes[0])[:200],
                              sentence="population_joins_nothing", params={"levels": ", ".join(ground.units)}))
        return None, nothing
    units = ground.units[level]
    place, kept = _join(rows, codes, header, units, reading)
    if not kept.any():
        reading.add(Issue("population_without_unit", "blocking", rows.table.shown, rows.table.sheet, column=header,
                          value=str(codes[0])[:200],
                          sentence="population_joins_nothing", params={"levels": level}))
        return None, nothing
    tell_empty_units(units, place[kept], reading)
    totals = {}
    for group, values in rows.people.items():
        totals[group] = np.zeros(len(units))
        np.add.at(totals[group], place[kept], values[kept])
    served = np.zeros(len(units), dtype=bool)
    served[place[kept]] = True
    carriers = carriers_of(rows.spec, units, served, ground, lines, reading)
    if carriers is None:
        return None, kept
    return spread_over(totals, carriers, level, ground), kept


def _codes(rows: Rows, header: str, reading: Reading) -> TextArray | None:
    """Codes of the rows, "" where one is rounded; None where too many are."""
    table = rows.table
    found = read_codes([table.columns[header][k] for k in rows.index])
    typed = [text(table.columns[header][k]) for k in rows.index]
    if found.rounded.sum() > ROUNDED_SHARE * len(rows.index):
        reading.add(Issue("code_rounded", "blocking", table.shown, table.sheet, column=header, value=typed[int(np.argmax(found.rounded))],
                          sentence="code_rounded_all", params={"count": int(found.rounded.sum())}))
        return None
    for k in np.flatnonzero(found.rounded):
        reading.add(Issue("code_rounded", "warning", table.shown, table.sheet, table.rows[rows.index[k]], header, str(rows.names[k]),
                          typed[k],
                          "code_rounded_dropped"))
        found.codes[k] = ""
    hits = np.flatnonzero(found.repaired)
    if len(hits):
        one = int(hits[0])
        reading.add(Issue("code_repaired", "info", table.shown, table.sheet, table.rows[rows.index[one]] if len(hits) == 1 else None,
                          header,
                          str(rows.names[one]) if len(hits) == 1 else None, typed[one],
                          params={"count": len(hits), "code": str(found.codes[one])}))
    return np.where(found.rounded, "\0", found.codes).astype(object)


def _finest_match(codes: TextArray, ground: Ground) -> str | None:
    """The finest level whose codes match any row."""
    ordered = [level for level in reversed(LEVELS) if level in ground.units] + [level for level in ground.units if level not in LEVELS]
    counts = {level: sum(code in ground.units[level].by_code for code in codes) for level in ordered}
    best = max(counts.values(), default=0)
    return next((level for level in ordered if counts[level] >= 0.5 * best and counts[level]), None)


def _join(rows: Rows, codes: TextArray, header: str, units: Units, reading: Reading) -> tuple[IntArray, BoolArray]:
    """The unit of each row, and which rows are used; rows without a unit and second rows of a unit are told and left out.
    Codes borne before a change are told and added to the unit of today."""
    table = rows.table
    place = np.full(len(codes), -1, dtype=np.int64)
    kept = np.zeros(len(codes), dtype=bool)
    first: dict[int, int] = {}
    old: list[int] = []
    for k, code in enumerate(codes):
        if code == "\0":
            continue
        about = (table.shown, table.sheet, table.rows[rows.index[k]], header, str(rows.names[k]), str(code)[:200])
        place[k] = units.by_code.get(code, -1)
        if place[k] < 0:
            reading.add(Issue("population_without_unit", "warning", *about, params={"level": units.level}))
        elif units.is_former(str(code)):
            kept[k] = True
            old.append(k)
        elif place[k] in first:
            reading.add(Issue("code_duplicate", "warning", *about, sentence="code_duplicate_people",
                              params={"first": first[int(place[k])]}))
        else:
            first[int(place[k])] = table.rows[rows.index[k]]
            kept[k] = True
    if old:
        row = table.rows[rows.index[old[0]]] if len(old) == 1 else None
        reading.add(Issue("code_changed", "info", table.shown, table.sheet, row, header, value=str(codes[old[0]]),
                          params={"count": len(old), "code": str(units.codes[place[old[0]]])}))
    return place, kept
