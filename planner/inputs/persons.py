"""A ledger of persons - one row a person - summed on import to units or to cells of 100 m, by sex and age.

Its rows are not kept: what leaves this module are sums. No issue about such a file names a person, a value or a place of one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.boundaries import layer_system
from planner.inputs.carrying import carriers_of, spread_over
from planner.inputs.cells import Cell, narrow, parse_date, parse_number, text
from planner.inputs.codes import read_codes
from planner.inputs.coordinates import WGS84, System, to_plane
from planner.inputs.layers import TOTAL, FloatArray, IntArray, TextArray
from planner.inputs.people import Lines, People, located, tell_empty_units
from planner.inputs.personal import birthday, is_identity
from planner.inputs.placing import Ground, number
from planner.inputs.positions import read_positions
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import LEVELS, PopulationSpec
from planner.inputs.status import BoolArray
from planner.inputs.units import Units
from planner.quality import Issue, QualityReport

CELL_M = 100.0
"""People with coordinates are summed to squares of this width, whose middles they then stand on."""
AGES = (("age_60_plus", 60), ("age_65_plus", 65), ("age_80_plus", 80))
UNDER = ("under_18", 18)
OLDEST = 130
PERSON_KEYS = ("id_number", "birth", "age", "sex")
UNIT_KEYS = ("community", "township")
_SEX = {"男": "male", "男性": "male", "m": "male", "male": "male", "1": "male", "女": "female", "女性": "female", "f": "female",
        "female": "female", "2": "female"}
_ROWS_TOLD = 10


@dataclass(frozen=True, slots=True)
class _Persons:
    """Who counts. keep : (n,) rows that are nobody's second; groups : group -> (n,) whether the person is of it."""

    keep: BoolArray
    groups: Mapping[str, BoolArray]


def read(spec: PopulationSpec, ground: Ground, lines: Lines, reading: Reading) -> People | None:
    """The demand points of a ledger of persons; None (with blocking issues) where it cannot serve."""
    wanted = [header for key, header in spec.columns.items() if key in (*PERSON_KEYS, *UNIT_KEYS, "code", "lon", "lat", "x", "y")]
    table = reading.table(spec.file, wanted, role="population", date=spec.date, sheet=spec.sheet, empty="blocking", persons=True)
    reading.forget(spec.file)
    if table is None or not len(table) or reading.missing_columns(table, wanted):
        return None
    persons = _persons(spec, table, reading)
    by_place = {"lon", "lat"} <= set(spec.columns) or {"x", "y"} <= set(spec.columns)
    found, kept = (_by_cell if by_place else _by_unit)(spec, table, persons, ground, lines, reading)
    reading.keep(table, kept)
    if found is not None:
        reading.report.totals["population"] = {group: number(float((mask & kept).sum())) for group, mask in persons.groups.items()}
    return found


def _persons(spec: PopulationSpec, table: Table, reading: Reading) -> _Persons:
    """Sex and age of everybody at the reference day; a person that stands twice counts once."""
    ids = _column(spec, table, "id_number")
    numbers = ["".join(narrow(text(cell)).split()).upper() for cell in ids] if ids else [""] * len(table)
    keep = np.ones(len(table), dtype=bool)
    seen: set[str] = set()
    twice = []
    for k, identity in enumerate(numbers):
        if identity and identity in seen:
            keep[k] = False
            twice.append(table.rows[k])
        seen.add(identity)
    if twice:
        reading.add(Issue("person_duplicate", "warning", table.shown, table.sheet, twice[0] if len(twice) == 1 else None,
                          spec.columns["id_number"], params={"count": len(twice), "rows": ", ".join(map(str, twice[:_ROWS_TOLD]))}))
    age = _ages(spec, table, numbers, dt.date.fromisoformat(spec.persons_on))
    sex = _sexes(spec, table, numbers)
    groups: dict[str, BoolArray] = {TOTAL: np.ones(len(table), dtype=bool)}
    known = np.isfinite(age)
    if known.any():
        groups |= {group: known & (age >= least) for group, least in AGES}
        groups[UNDER[0]] = known & (age < UNDER[1])
        _tell_unknown(table, int((keep & ~known).sum()), "persons_age_missing", reading)
    if (sex != "").any():
        groups |= {word: sex == word for word in ("male", "female")}
        _tell_unknown(table, int((keep & (sex == "")).sum()), "persons_sex_missing", reading)
    return _Persons(keep, groups)


def _tell_unknown(table: Table, count: int, sentence: str, reading: Reading) -> None:
    """Says how many persons have no age or no sex: they are of the total, and of no group."""
    if count:
        reading.add(Issue("value_missing", "info", table.shown, table.sheet, sentence=sentence, params={"count": count}))


def _column(spec: PopulationSpec, table: Table, key: str) -> Sequence[Cell] | None:
    """A configured column, None where there is none."""
    return table.columns[spec.columns[key]] if key in spec.columns else None


def _ages(spec: PopulationSpec, table: Table, numbers: Sequence[str], day: dt.date) -> FloatArray:
    """Whole years at a day: by the day of birth, else the identity number, else the age as stated; NaN unknown."""
    births, ages = _column(spec, table, "birth"), _column(spec, table, "age")
    found = np.full(len(table), np.nan)
    for k, identity in enumerate(numbers):
        iso = parse_date(births[k]).iso if births else ""
        born = dt.date.fromisoformat(iso) if iso else birthday(identity) if is_identity(identity) or len(identity) == 15 else None
        years = day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else np.nan
        if not born and ages:
            years = parse_number(ages[k]).value
        if 0 <= years <= OLDEST:
            found[k] = years
    return found


def _sexes(spec: PopulationSpec, table: Table, numbers: Sequence[str]) -> TextArray:
    """male, female or "": as stated, else by the identity number's last digit but one (the last, of 15)."""
    stated = _column(spec, table, "sex")
    found: TextArray = np.full(len(table), "", dtype=object)
    for k, identity in enumerate(numbers):
        word = _SEX.get(narrow(text(stated[k])).lower(), "") if stated else ""
        if not word and is_identity(identity):
            word = "male" if int(identity[16]) % 2 else "female"
        elif not word and len(identity) == 15 and identity.isascii() and identity.isdigit():
            word = "male" if int(identity[14]) % 2 else "female"
        found[k] = word
    return found


# ---- by unit ---------------------------------------------------------------------------------------------------------
def _by_unit(spec: PopulationSpec, table: Table, persons: _Persons, ground: Ground, lines: Lines,
             reading: Reading) -> tuple[People | None, BoolArray]:
    """Persons summed to the units that they state, then spread as unit totals are."""
    level, place, header = _places(spec, table, ground)
    stated = [text(cell).strip() for cell in table.columns[header]]
    kept = persons.keep & (place >= 0)
    if level is None or not kept.any():
        reading.add(Issue("population_without_unit", "blocking", table.shown, table.sheet, column=header,
                          sentence="population_joins_nothing", params={"levels": level or ", ".join(ground.units)}))
        return None, np.zeros(len(table), dtype=bool)
    units = ground.units[level]
    lost = persons.keep & (place < 0)
    for value in sorted({stated[k] for k in np.flatnonzero(lost)}):
        count = sum(stated[k] == value for k in np.flatnonzero(lost))
        reading.add(Issue("population_without_unit", "warning", table.shown, table.sheet, column=header, value=value[:80],
                          sentence="persons_without_unit", params={"count": count, "level": level}))
    totals = {group: np.bincount(place[kept & mask], minlength=len(units)).astype(np.float64) for group, mask in persons.groups.items()}
    served = totals[TOTAL] > 0
    tell_empty_units(units, np.flatnonzero(served), reading)
    _tell_summed(table, int(kept.sum()), int(served.sum()), level, spec, reading)
    carriers = carriers_of(spec, units, served, ground, lines, reading)
    return (None, kept) if carriers is None else (spread_over(totals, carriers, level, ground), kept)


def _places(spec: PopulationSpec, table: Table, ground: Ground) -> tuple[str | None, IntArray, str]:
    """The level that persons are summed to, the unit of each (-1 unknown), and the column that says it."""
    nowhere = np.full(len(table), -1, dtype=np.int64)
    if "code" in spec.columns:
        header = spec.columns["code"]
        codes = read_codes(table.columns[header])
        usable = np.where(codes.rounded, "\0", codes.codes)
        order = [spec.level] if spec.level else [level for level in (*reversed(LEVELS), *ground.units) if level in ground.units]
        hits = {level: np.array([ground.units[level].by_code.get(code, -1) for code in usable], dtype=np.int64)
                for level in order if level in ground.units}
        best = max(((place >= 0).sum() for place in hits.values()), default=0)
        chosen = next((level for level, place in hits.items() if (place >= 0).sum() >= 0.5 * best > 0), None)
        return (chosen, hits[chosen], header) if chosen else (None, nowhere, header)
    level = next((key for key in UNIT_KEYS if key in spec.columns and key in ground.units), None)
    header = spec.columns[level or next(key for key in UNIT_KEYS if key in spec.columns)]
    if level is None:
        return None, nowhere, header
    above = ground.above[level].get("township") if level == "community" else None
    towns = _column(spec, table, "township") if above is not None else None
    known: dict[tuple[str, str], int] = {}
    for k, cell in enumerate(table.columns[header]):
        asked = text(cell), text(towns[k]) if towns else ""
        if asked not in known:
            known[asked] = _named(ground.units[level], *asked, above, ground.units.get("township"))
        nowhere[k] = known[asked]
    return level, nowhere, header


def _named(units: Units, stated: str, town: str, above: TextArray | None, towns: Units | None) -> int:
    """The one unit of a name, told apart by the township where it repeats; -1 where none or several may be meant."""
    found = units.named(stated)
    if above is not None and towns is not None and town.strip():
        codes = {towns.codes[k] for k in towns.named(town)}
        found = tuple(k for k in found if above[k] in codes) if codes else found
    return found[0] if len(found) == 1 else -1


def _tell_summed(table: Table, count: int, parts: int, level: str, spec: PopulationSpec, reading: Reading) -> None:
    """Says what was made of the rows."""
    reading.add(Issue("persons_summed", "info", table.shown, table.sheet, sentence=f"persons_summed_{'cells' if level == '' else 'units'}",
                      params={"count": count, "parts": parts, "level": level, "date": spec.persons_on}))


# ---- by cell ---------------------------------------------------------------------------------------------------------
def _by_cell(spec: PopulationSpec, table: Table, persons: _Persons, ground: Ground, lines: Lines,
             reading: Reading) -> tuple[People | None, BoolArray]:
    """Persons with coordinates summed to the cells of a lattice, those of several units apart, so that the sums of units stay exact."""
    del lines  # people who have a place need no street to stand on
    system: System | None = ground.crs if "x" in spec.columns else System(WGS84, True)
    if spec.crs:
        system = layer_system(table, spec.crs, reading)
    nothing = np.zeros(len(table), dtype=bool)
    if system is None:
        return None, nothing
    quiet = Reading(QualityReport())
    at = read_positions(spec, table, np.arange(len(table)), np.full(len(table), "", dtype=object), system, quiet)
    x, y = to_plane(system, at.a, at.b, ground.crs)
    for code in ("coordinates_missing", "coordinates_invalid"):
        count = int((persons.keep & (at.fault == code)).sum())
        if count:
            reading.add(Issue(code, "warning", table.shown, table.sheet, column=at.column, sentence=f"{code}_persons",
                              params={"count": count}))
    for code in sorted({issue.code for issue in quiet.report.issues}):
        reading.add(Issue(code, "info", table.shown, table.sheet, column=at.column, sentence=f"{code}_persons"))
    codes = {level: located(units, x, y) for level, units in ground.units.items()}
    inside = np.logical_or.reduce([found != "" for found in codes.values()])
    kept = persons.keep & inside
    away = int((persons.keep & np.isfinite(x) & ~inside).sum())
    if away:
        reading.add(Issue("outside_boundary", "warning", table.shown, table.sheet, value=str(away), sentence="persons_outside",
                          params={"count": away}))
    if not kept.any():
        reading.add(Issue("file_empty", "blocking", table.shown, table.sheet, sentence="population_all_outside"))
        return None, nothing
    index = np.flatnonzero(kept)
    column, line = np.floor(x[index] / CELL_M), np.floor(y[index] / CELL_M)
    marks = [np.unique(codes[level][index].astype(str), return_inverse=True)[1] for level in codes]
    _, first, cell = np.unique(np.column_stack([column, line, *marks]), axis=0, return_index=True, return_inverse=True)
    cell = cell.reshape(-1)
    people = {group: np.bincount(cell, weights=mask[index], minlength=len(first)).astype(np.float64)
              for group, mask in persons.groups.items()}
    _tell_summed(table, len(index), len(first), "", spec, reading)
    middle_x, middle_y = (column[first] + 0.5) * CELL_M, (line[first] + 0.5) * CELL_M
    finest = next((level for level in reversed(LEVELS) if level in ground.units), None)
    held = {level: codes[level][index][first] for level in codes}
    if finest is not None:
        units = ground.units[finest]
        tell_empty_units(units, np.array([units.by_code[code] for code in set(held[finest]) - {""}], dtype=np.int64), reading)
    return People(middle_x, middle_y, people, held), kept
