"""Population: rows keyed by unit, points, polygons, a raster or a ledger of persons, as demand points whose sums are the stated totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.inputs import mapping, people_places, persons, rasters, unit_totals
from planner.inputs.cells import Cell, blank, parse_number, text
from planner.inputs.layers import TOTAL, FloatArray, TextArray
from planner.inputs.people import Lines, People, Rows
from planner.inputs.placing import Ground, number
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import PopulationSpec
from planner.inputs.status import BoolArray
from planner.quality import Issue

__all__ = ["People", "read"]

PLACE_HEADERS = (("lon", "lat"), ("lng", "lat"), ("longitude", "latitude"), ("经度", "纬度"), ("x", "y"))
"""Headers that say a place by themselves."""
KEYS_WITHOUT_PEOPLE = ("code", "name", "lon", "lat", "x", "y", "id")
MOST_PEOPLE = 50_000_000.0
"""People of one row beyond which no figure is believed: the most populous municipality has 32 million."""


def read(spec: PopulationSpec, ground: Ground, lines: Lines, reading: Reading) -> People | None:
    """The demand points; None (with blocking issues) where the population cannot serve. `lines` gives the streets, asked only if needed."""
    if rasters.is_raster(spec.file):
        return _raster(spec, ground, reading)
    if spec.persons_on:
        return persons.read(spec, ground, lines, reading)
    wanted = list(spec.columns.values())
    keys = [spec.columns[key] for key in ("code", "name") if key in spec.columns]
    table = reading.table(spec.file, wanted, role="population", date=spec.date, sheet=spec.sheet, keys=keys, empty="blocking")
    if table is None or not len(table) or reading.missing_columns(table, wanted):
        return None
    spec = _with_place(spec, table)
    if table.shapes is None and not _has_place(spec):
        reading.add(Issue("column_missing", "blocking", table.shown, table.sheet, value="lon, lat", sentence="population_place_missing",
                          params={"there": ", ".join(table.columns)[:300]}))
        return None
    mapping.note(spec, table, reading)
    mapping.population_kind(spec, reading)
    rows = _rows(spec, table, reading)
    if rows is None:
        return None
    if "code" in spec.columns:
        found, kept = unit_totals.keyed(rows, ground, lines, reading)
    elif table.shapes is not None and not {"lon", "x"} & set(spec.columns):
        found, kept = people_places.shaped(rows, ground, lines, reading)
    else:
        found, kept = people_places.points(rows, ground, reading)
    mask = np.zeros(len(table), dtype=bool)
    mask[rows.index[kept]] = True
    reading.keep(table, mask)
    if found is not None:
        reading.report.totals["population"] = {group: number(float(values[kept].sum())) for group, values in rows.people.items()}
    return found


def look(spec: PopulationSpec, reading: Reading) -> None:
    """Looks at the population file although its units could not be read, so that its own faults are told too."""
    if rasters.is_raster(spec.file):
        reading.record(spec.file, "population", spec.date)
        reading.attempt(spec.file, lambda: None)
        return
    wanted = list(spec.columns.values())
    table = reading.table(spec.file, wanted, role="population", date=spec.date, sheet=spec.sheet, empty="blocking",
                          persons=bool(spec.persons_on))
    if spec.persons_on:
        reading.forget(spec.file)
    if table is not None and len(table):
        reading.missing_columns(table, wanted)


def _raster(spec: PopulationSpec, ground: Ground, reading: Reading) -> People | None:
    """People of a raster at the middles of its cells."""
    cells = rasters.read_cells(spec.file, spec.columns, ground, reading, role="population", crs=spec.crs, date=spec.date)
    if cells is None:
        return None
    people = {group: rasters.exact(values) for group, values in cells.people.items()}
    reading.report.totals["population"] = {group: number(float(values.sum())) for group, values in people.items()}
    return people_places.in_units(cells.x, cells.y, people, ground, reading)


def _has_place(spec: PopulationSpec) -> bool:
    """Whether the columns say where the people are."""
    known = set(spec.columns)
    return "code" in known or {"lon", "lat"} <= known or {"x", "y"} <= known


def _with_place(spec: PopulationSpec, table: Table) -> PopulationSpec:
    """Columns that are named by their very meaning need no mention in planner.toml: lon and lat (or lng), else x and y."""
    if _has_place(spec) or table.shapes is not None:
        return spec
    for pair in PLACE_HEADERS:
        if all(header in table.columns for header in pair):
            east, north = ("x", "y") if pair == ("x", "y") else ("lon", "lat")
            return replace(spec, columns={**spec.columns, east: pair[0], north: pair[1]})
    return spec


def _rows(spec: PopulationSpec, table: Table, reading: Reading) -> Rows | None:
    """The rows whose total is a number; what is none is told. None where no row has one."""
    names = np.array([text(cell) for cell in table.columns[spec.columns["name"]]] if "name" in spec.columns else [""] * len(table),
                     dtype=object)
    people, usable = {}, np.ones(len(table), dtype=bool)
    for group, header in spec.columns.items():
        if group in KEYS_WITHOUT_PEOPLE:
            continue
        values, known = _group(table, group, header, names, reading)
        people[group] = np.where(known, values, 0.0)
        if group == TOTAL:
            usable &= known
    if not usable.any():
        reading.add(Issue("file_empty", "blocking", table.shown, table.sheet, column=spec.columns.get(TOTAL),
                          sentence="population_without_totals"))
        return None
    index = np.flatnonzero(usable).astype(np.int64)
    return Rows(spec, table, index, names[index], {group: values[index] for group, values in people.items()})


def _group(table: Table, group: str, header: str, names: TextArray, reading: Reading) -> tuple[FloatArray, BoolArray]:
    """One group's column: values, and which of them are known."""
    cells: Sequence[Cell] = table.columns[header]
    values = np.full(len(cells), np.nan)
    for k, cell in enumerate(cells):
        found = parse_number(cell)
        how = found.how
        if how != "value_invalid" and (found.value < 0 or found.value > MOST_PEOPLE):
            how = "value_invalid"
        if how in ("", "number_parsed"):
            values[k] = found.value
        if blank(cell) and group == TOTAL:
            how = "value_missing"
        if how:
            sentence = {"value_invalid": "people_invalid", "value_missing": "people_missing"}.get(how) if group == TOTAL else None
            sentence = "number_estimated" if how == "number_parsed" and found.estimate else sentence
            reading.add(Issue(how, "warning" if how == "value_invalid" else "info", table.shown, table.sheet, table.rows[k], header,
                              str(names[k]), text(cell)[:200], sentence, {"number": f"{values[k]:.15g}"}))
    unknown = int(sum(blank(cell) for cell in cells))
    if unknown and group != TOTAL:
        reading.add(Issue("value_missing", "info", table.shown, table.sheet, column=header, sentence="people_group_blank",
                          params={"count": unknown, "group": group}))
    return values, np.isfinite(values)
