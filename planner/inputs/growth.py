"""People of later years as ledgers state them: factors or people of units, ages with survival and migration, planned housing.

Nothing is worked out here: `planner.measure.growth` makes the people of a year from what was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from planner.inputs.cells import Cell, blank, narrow, parse_number, text
from planner.inputs.codes import read_codes
from planner.inputs.columns import POPULATION, key_of
from planner.inputs.layers import FacilityLayer, Source
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import LEVELS, GrowthSpec
from planner.inputs.units import Units
from planner.quality import Issue

WHOLE = ""
"""Level and code of the whole project: rows without a unit code."""
YEARS = (1950, 2150)
WORDS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "单元代码", "区划代码", "代码"), "group": ("group", "人口组别", "人群", "组别"), "year": ("year", "年份", "年"),
    "factor": ("factor", "系数", "增长系数", "倍数"), "people": ("people", "人数", "人口"), "age": ("age", "年龄", "年龄下限", "起始年龄"),
    "survival": ("survival", "存活率", "生存率"), "migration": ("migration", "净迁入", "年净迁入"),
    "births": ("births", "出生人数", "年出生人数"),
}
"""Headers that need no `columns` in planner.toml."""
_TABLE = ("code", "group", "year", "factor", "people")
_AGES = ("code", "age", "people", "survival", "migration", "births")
_NEEDED = {"growth": ("group", "year"), "growth.ages": ("age", "people", "survival")}


@dataclass(frozen=True, slots=True)
class Stated:
    """People of a group in a unit in a year: so many times today's (`factor`), or so many (`people`); one of them is None."""

    level: str
    code: str
    group: str
    year: int
    factor: float | None
    people: float | None


@dataclass(frozen=True, slots=True)
class Ages:
    """People of a unit by age. age : (B,) lower ends of the bands, ascending from 0, equally wide but for the last, which is open.

    people : (B,) today.   survival : (B,) share of a band that lives one band width later.   migration : (B,) net persons a year.
    births : persons a year who are there at the end of a step, None where nobody states them.
    """

    level: str
    code: str
    age: tuple[float, ...]
    people: tuple[float, ...]
    survival: tuple[float, ...]
    migration: tuple[float, ...]
    births: float | None

    @property
    def width(self) -> float:
        """Years of a band, and of a step."""
        return self.age[1] - self.age[0]


@dataclass(frozen=True, slots=True)
class Growth:
    """What is stated of later years. housing : planned plots as a ledger of places, with `households`, `people` or groups, `opened`."""

    stated: tuple[Stated, ...] = ()
    ages: tuple[Ages, ...] = ()
    housing: FacilityLayer | None = None
    people_per_household: float | None = None
    sources: tuple[Source, ...] = field(default=())


def read_growth(spec: GrowthSpec, units: Mapping[str, Units], groups: Sequence[str], reading: Reading,
                housing: FacilityLayer | None) -> Growth:
    """What planner.toml names under [growth]. Rows that cannot be used are issues and left out; the rest is used."""
    stated = () if spec.file is None else _stated(spec, units, groups, reading)
    ages = () if spec.ages is None else _ages(spec, units, reading)
    refs = [ref for ref in (spec.file, spec.ages) if ref is not None]
    records = [reading.report.record(ref.shown) for ref in refs]
    sources = tuple(Source(record.path, record.sha256, record.rows_kept, record.date) for record in records)
    return Growth(stated, ages, housing, spec.people_per_household, sources if housing is None else (*sources, housing.source))


def _columns(table: Table, named: Mapping[str, str], keys: Sequence[str], role: str, reading: Reading) -> dict[str, str] | None:
    """The header of each key: as planner.toml says, else by its word. None (with a blocking issue) where one that is needed is missing."""
    found = {key: header for key, header in named.items() if key in keys}
    plain = {narrow(header).lower(): header for header in table.columns}
    for key in keys:
        header = next((plain[word] for word in WORDS[key] if word in plain), None)
        if key not in found and header is not None:
            found[key] = header
    missing = [key for key in _NEEDED[role] if key not in found]
    if role == "growth" and not {"factor", "people"} & found.keys():
        missing.append("factor")
    for key in missing:
        reading.add(Issue("column_missing", "blocking", table.shown, table.sheet, value=key, sentence="growth_column_missing",
                          params={"words": "、".join(WORDS[key][:3])}))
    return None if missing else found


@dataclass(slots=True)
class _Rows:
    """A table while its rows are taken: tells what is wrong with one, and counts those that are used."""

    table: Table
    columns: Mapping[str, str]
    reading: Reading
    kept: list[bool]

    def cell(self, key: str, k: int) -> Cell:
        """A cell, None where the table has no such column."""
        return self.table.columns[self.columns[key]][k] if key in self.columns else None

    def refuse(self, k: int, key: str, sentence: str = "growth_value_invalid", **params: object) -> None:
        """Writes down that a row cannot be used."""
        self.reading.add(Issue("value_invalid", "warning", self.table.shown, self.table.sheet, self.table.rows[k],
                               self.columns.get(key, key), value=text(self.cell(key, k))[:200], sentence=sentence, params=params))

    def number(self, key: str, k: int, *, least: float = 0.0) -> float | None:
        """A number of `least` or more; NaN where the cell is blank, None (told) where it cannot be."""
        if blank(self.cell(key, k)):
            return float("nan")
        value = parse_number(self.cell(key, k)).value
        if not (np.isfinite(value) and value >= least):
            self.refuse(k, key)
            return None
        return float(value)

    def unit(self, k: int, code: str, units: Mapping[str, Units]) -> tuple[str, str] | None:
        """Level and code of a row's unit; the whole project where it states none; None (told) where no unit has the code."""
        if not code:
            return WHOLE, WHOLE
        ordered = [level for level in reversed(LEVELS) if level in units] + [level for level in units if level not in LEVELS]
        for level in ordered:
            if code in units[level].by_code:
                return level, str(units[level].codes[units[level].by_code[code]])
        self.refuse(k, "code", sentence="growth_without_unit")
        return None


def _rows_of(ref_role: str, spec: GrowthSpec, keys: Sequence[str], reading: Reading) -> tuple[_Rows, np.typing.NDArray[np.object_]] | None:
    """A table's rows and their unit codes; None where the table cannot be used."""
    ref, named = (spec.file, spec.columns) if ref_role == "growth" else (spec.ages, spec.ages_columns)
    assert ref is not None
    table = reading.table(ref, tuple(named.values()), role=ref_role, totals=False)
    if table is None or reading.missing_columns(table, tuple(named.values())):
        return None
    columns = _columns(table, named, keys, ref_role, reading)
    if columns is None:
        return None
    rows = _Rows(table, columns, reading, [False] * len(table))
    codes = read_codes(table.columns[columns["code"]]).codes if "code" in columns else np.array([WHOLE] * len(table), dtype=object)
    return rows, codes


def _stated(spec: GrowthSpec, units: Mapping[str, Units], groups: Sequence[str], reading: Reading) -> tuple[Stated, ...]:
    """The table of factors or people."""
    opened = _rows_of("growth", spec, _TABLE, reading)
    if opened is None:
        return ()
    rows, codes = opened
    found: dict[tuple[str, str, str, int], Stated] = {}
    for k in range(len(rows.table)):
        row = _stated_row(rows, k, str(codes[k]), units, groups)
        if row is None:
            continue
        key = (row.level, row.code, row.group, row.year)
        if key in found:
            rows.refuse(k, "year", sentence="growth_repeated", group=row.group)
            continue
        found[key], rows.kept[k] = row, True
    reading.keep(rows.table, np.array(rows.kept, dtype=bool))
    return tuple(found.values())


def _stated_row(rows: _Rows, k: int, code: str, units: Mapping[str, Units], groups: Sequence[str]) -> Stated | None:
    """One row of the table; None where it cannot be used, which is told."""
    unit = rows.unit(k, code.strip(), units)
    typed = narrow(text(rows.cell("group", k)))
    known = key_of(typed, POPULATION) if typed not in groups and typed else None
    group = typed if typed in groups else known[0] if known is not None else ""
    if group not in groups:
        rows.refuse(k, "group", sentence="growth_group_unknown", groups=", ".join(groups))
        return None
    year = rows.number("year", k, least=YEARS[0])
    if year is None or not (year == year and year <= YEARS[1] and year == round(year)):
        if year is not None:
            rows.refuse(k, "year")
        return None
    factor, people = rows.number("factor", k), rows.number("people", k)
    if unit is None or factor is None or people is None:
        return None
    if (factor == factor) == (people == people):
        rows.refuse(k, "factor", sentence="growth_one_of")
        return None
    return Stated(*unit, group, int(year), factor if factor == factor else None, people if people == people else None)


def _ages(spec: GrowthSpec, units: Mapping[str, Units], reading: Reading) -> tuple[Ages, ...]:
    """The table of ages: a unit's bands belong together, so that one row that cannot be used leaves out the unit."""
    opened = _rows_of("growth.ages", spec, _AGES, reading)
    if opened is None:
        return ()
    rows, codes = opened
    bands: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    places: dict[tuple[str, str], list[int]] = {}
    bad: set[tuple[str, str]] = set()
    for k in range(len(rows.table)):
        unit = rows.unit(k, str(codes[k]).strip(), units)
        if unit is None:
            continue
        figures = [rows.number(key, k, least=-np.inf if key == "migration" else 0.0) for key in ("age", "people", "survival", "migration",
                                                                                                "births")]
        places.setdefault(unit, []).append(k)
        if any(value is None for value in figures):
            bad.add(unit)
            continue
        age, people, survival, migration, births = (float(value) for value in figures if value is not None)
        if not (age == age and people == people and survival <= 1):
            rows.refuse(k, "survival" if age == age and people == people else "people", sentence="growth_age_invalid")
            bad.add(unit)
            continue
        bands.setdefault(unit, []).append((age, people, survival, 0.0 if migration != migration else migration, births))
    found = []
    for unit, mine in bands.items():
        mine.sort()
        made = None if unit in bad else _banded(unit, mine)
        if made is None:
            rows.refuse(places[unit][0], "age", sentence="growth_ages_uneven")
            continue
        for k in places[unit]:
            rows.kept[k] = True
        found.append(made)
    reading.keep(rows.table, np.array(rows.kept, dtype=bool))
    return tuple(found)


def _banded(unit: tuple[str, str], mine: Sequence[tuple[float, ...]]) -> Ages | None:
    """A unit's bands; None unless they begin with 0, are equally wide, and each but the last (open) states its survival."""
    age = [band[0] for band in mine]
    steps = {round(after - before, 9) for before, after in pairwise(age)}
    if len(age) < 2 or age[0] != 0 or len(steps) != 1 or min(steps) <= 0 or any(band[2] != band[2] for band in mine):
        return None
    births = [band[4] for band in mine if band[4] == band[4]]
    people, survival, migration = (tuple(band[part] for band in mine) for part in (1, 2, 3))
    return Ages(*unit, tuple(age), people, survival, migration, sum(births) if births else None)
