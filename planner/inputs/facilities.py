"""Facility ledgers: cells read as ids, numbers, days, status words and coordinates, before anything is placed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError
from planner.inputs import cells as typed_cells
from planner.inputs import mapping
from planner.inputs.boundaries import free_column, layer_system
from planner.inputs.cells import Cell, blank, each, narrow, parse_date, parse_number, text
from planner.inputs.coordinates import WGS84, System
from planner.inputs.extents import ENTRANCES, RawExtents, read_extents
from planner.inputs.layers import STATUSES, FloatArray, TextArray
from planner.inputs.positions import Positions, read_positions
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import FacilitySpec
from planner.inputs.where import parse_where, select
from planner.quality import Issue

PLACE_KEYS = ("lon", "lat", "x", "y")
TEXT_KEYS = frozenset({"id", "name", "address", "township", "community", "district", "class", "kind", "owner", "phone", "contact", "serves",
                       "note", "layer", "do", "facility", "land_use", "plot", "tenure", "zone", ENTRANCES})
DATE_KEYS = frozenset({"opened", "closed", "started", "approved", "available"})
UNIT_KEYS = ("community", "township")
"""Stated units, finest first."""
_NUMBER_KEYS = re.compile(r"beds|.+_beds|.+_m2|capacity|staff|residents|households|places|seats|rooms|stars|built|graves|niches"
                          r"|patients_served|.+_cny|.+_count")
_MOSTLY = 0.8
MOST_BEDS = 20_000.0
"""Beds beyond which no figure is believed: the largest residential campuses of the world have about ten thousand."""
MANY_BEDS = 2_000.0
_BUILDINGS = re.compile(r"(?:home|institution|hospital|centre|station|house|courtyard|complex|point)$")
_NOT_BUILDINGS = frozenset({"virtual-nursing-home"})
STATUS_WORDS = {"运营": "operating", "在营": "operating", "开业": "operating", "正常": "operating", "建成未运营": "completed",
                "停业": "suspended", "整改": "suspended", "规划": "planned", "拟建": "planned", "在建": "under_construction",
                "关闭": "closed", "撤销": "closed", "注销": "closed"} | {status: status for status in STATUSES}
_AREA_UNITS = ((re.compile("万平方米|万平米|万㎡|万m2|万m²"), 1e4), (re.compile(r"公顷|hm2|hm²|\bha\b"), 1e4),
               (re.compile("亩"), 2000.0 / 3.0),
               (re.compile("平方公里|平方千米|km2|km²"), 1e6))
_MONEY_UNITS = ((re.compile("万元"), 1e4), (re.compile("亿元"), 1e8))


PROJECT_SYSTEM = System("project", False)
"""Stands for the project's metric CRS until that is known."""
Hit = tuple[int, str, Mapping[str, object]]
"""A row among the chosen ones, the cell as typed, and parameters of the sentence."""


@dataclass(frozen=True, slots=True)
class RawFacilities:
    """A ledger before it is placed. columns : every key and every further header -> (J,) float64 or text; stated : level -> (J,) text of
    the stated unit, for the levels that the ledger has a column for; system : as declared, wgs84 under `auto`; extents : areas and
    entrances (those of a file of their own: planner.inputs.gates)."""

    spec: FacilitySpec
    table: Table
    index: npt.NDArray[np.int64]
    columns: Mapping[str, npt.NDArray[Any]]
    numeric: tuple[str, ...]
    stated: Mapping[str, TextArray]
    positions: Positions
    system: System
    extents: RawExtents

    def __len__(self) -> int:
        return len(self.index)

    @property
    def unstated(self) -> bool:
        """Whether neither planner.toml nor the layer says which system its shapes are in."""
        return _by_shapes(self.spec, self.table) and self.spec.crs == "auto" and not self.table.crs

    def row(self, j: int) -> int:
        """The row of a facility as a person counts it."""
        return self.table.rows[int(self.index[j])]

    def issue(self, code: str, severity: str, j: int | None, *, column: str | None = None, value: str | None = None,
              sentence: str | None = None, params: Mapping[str, object] | None = None) -> Issue:
        """An issue about a facility, or about the whole file."""
        row, name = (None, None) if j is None else (self.row(j), str(self.columns["name"][j]))
        return Issue(code, severity, self.table.shown, self.table.sheet, row, column, name, None if value is None else value[:200],
                     sentence,
                     dict(params or {}))


def read_raw(spec: FacilitySpec, reading: Reading) -> RawFacilities | None:
    """A ledger as it lies in its file; None (with blocking issues) where it cannot serve."""
    conditions = parse_where(spec.where) if spec.where else ()
    named = list(dict.fromkeys(spec.columns.values()))
    keys = [spec.columns[key] for key in ("id", "name") if key in spec.columns]
    table = reading.table(spec.file, named, role=spec.role, date=spec.date, sheet=spec.sheet, keys=keys)
    if table is None:
        return None
    asked = [spec.columns.get(condition.column, condition.column) if condition.column not in table.columns else condition.column
             for condition in conditions]
    if reading.missing_columns(table, [*named, *asked]):
        return None
    mapping.note(spec, table, reading)
    columns = {condition.column: table.columns[header] for condition, header in zip(conditions, asked, strict=True)}
    chosen = np.array(select(conditions, columns, len(table)), dtype=bool)
    reading.select(table, chosen)
    if conditions and len(table) and not chosen.any():
        reading.add(Issue("where_selects_none", "warning", table.shown, table.sheet, column=f"facilities.{spec.slug}.where",
                          value=spec.where))
    index = np.flatnonzero(chosen).astype(np.int64)
    system = _system(spec, table, reading)
    if system is None:
        return None
    return _parse(spec, table, index, system, reading)


def _system(spec: FacilitySpec, table: Table, reading: Reading) -> System | None:
    """The declared system; under `auto` the layer's own, the project's for x and y, else WGS84 until the evidence says otherwise."""
    declared = None if spec.crs == "auto" else spec.crs
    if declared or (_by_shapes(spec, table) and table.crs):
        return layer_system(table, declared, reading)
    return PROJECT_SYSTEM if "x" in spec.columns and "lon" not in spec.columns else System(WGS84, True)


def _by_shapes(spec: FacilitySpec, table: Table) -> bool:
    """Whether a layer's shapes say where its rows are."""
    return table.shapes is not None and "lon" not in spec.columns and "x" not in spec.columns


def _parse(spec: FacilitySpec, table: Table, index: npt.NDArray[np.int64], system: System, reading: Reading) -> RawFacilities:
    """All columns of the chosen rows."""
    names = _text_column(spec, table, index, "name")
    columns: dict[str, npt.NDArray[Any]] = {"name": names}
    writer = _Writer(table, index, names, reading)
    numeric = []
    for key, header in spec.columns.items():
        cells = [table.columns[header][k] for k in index]
        if key in PLACE_KEYS:
            continue
        if key == "status":
            columns[key] = _statuses(cells, header, writer)
        elif key in DATE_KEYS:
            columns[key] = _dates(cells, header, writer)
        elif key in TEXT_KEYS:
            columns[key] = np.array([text(cell) for cell in cells], dtype=object)
        elif _NUMBER_KEYS.fullmatch(key) or _mostly_numbers(cells):
            columns[key] = _numbers(spec, key, cells, header, writer)
            numeric.append(key)
        else:
            columns[key] = np.array([text(cell) for cell in cells], dtype=object)
    columns["id"] = _ids(columns.get("id"), table, index, writer, spec.columns.get("id"))
    for key in ("status", "opened", "closed"):
        columns.setdefault(key, np.full(len(index), "", dtype=object))
    used = set(spec.columns.values())
    for header, cells in table.columns.items():
        if header not in used and header not in columns:
            columns[header] = reading.column(cells, free_column)[index]
    stated = {key: columns[key] for key in UNIT_KEYS if key in spec.columns}
    positions = read_positions(spec, table, index, names, system, reading)
    extents = read_extents(spec.columns, table, index, names, system, positions, reading)
    return RawFacilities(spec, table, index, columns, tuple(numeric), stated, positions, system, extents)


def _text_column(spec: FacilitySpec, table: Table, index: npt.NDArray[np.int64], key: str) -> TextArray:
    """A configured text column of the chosen rows, blank where the ledger has none."""
    header = spec.columns.get(key)
    return np.array(["" if header is None else text(table.columns[header][k]) for k in index], dtype=object)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes issues about cells of the chosen rows; what nearly a whole column shares is one issue."""

    table: Table
    index: npt.NDArray[np.int64]
    names: TextArray
    reading: Reading

    def tell(self, code: str, severity: str, header: str, hits: Sequence[Hit], *,
             sentence: str | None = None) -> None:
        """Writes an issue for each hit, or one for the column where nearly all rows have it."""
        table = self.table
        if len(hits) > 20 and len(hits) > 0.9 * len(self.index):
            self.reading.add(Issue(code, severity, table.shown, table.sheet, None, header, value=hits[0][1][:200],
                                   sentence=f"{sentence or code}_all",
                                   params={"count": len(hits), **hits[0][2]}))
            return
        for j, typed, params in hits:
            self.reading.add(Issue(code, severity, table.shown, table.sheet, table.rows[self.index[j]], header, str(self.names[j]),
                                   typed[:200],
                                   sentence, params))


def _ids(found: TextArray | None, table: Table, index: npt.NDArray[np.int64], writer: _Writer, header: str | None) -> TextArray:
    """Ids as text; a row without one is called by its number."""
    if found is None or header is None:
        return np.array([str(table.rows[k]) for k in index], dtype=object)
    ids = found.copy()
    missing = [j for j, given in enumerate(ids) if not given.strip()]
    for j in missing:
        ids[j] = f"#{table.rows[index[j]]}"
    writer.tell("id_missing", "info", header, [(j, "", {"id": ids[j]}) for j in missing])
    seen: dict[str, int] = {}
    twice = []
    for j, given in enumerate(ids):
        if given in seen:
            twice.append((j, given, {"first": table.rows[index[seen[given]]]}))
        else:
            seen[given] = j
    writer.tell("id_duplicate", "warning", header, twice)
    return ids


def _statuses(cells: Sequence[Cell], header: str, writer: _Writer) -> TextArray:
    """Status words as STATUSES; others are asked about, and read as blank until then."""
    found = np.full(len(cells), "", dtype=object)
    asked: list[Hit] = []
    for j, status in enumerate(each(cells, _status)):
        if status:
            found[j] = status
        elif not blank(cells[j]):
            asked.append((j, text(cells[j]), {}))
    writer.tell("status_unknown", "warning", header, asked)
    return found


def _status(cell: Cell) -> str:
    """The status that a word means, "" where it is none that is known."""
    word = narrow(text(cell))
    return STATUS_WORDS.get(word, STATUS_WORDS.get(re.sub(r"^(?:已|正在|正常)|(?:中|状态)$", "", word), ""))


def _dates(cells: Sequence[Cell], header: str, writer: _Writer) -> TextArray:
    """Days as ISO text, blank where there is none."""
    parsed = each(cells, parse_date)
    for how, severity in (("date_parsed", "info"), ("value_invalid", "warning"), ("value_missing", "info")):
        hits = [(j, text(cells[j]), {"date": day.iso}) for j, day in enumerate(parsed) if day.how == how]
        writer.tell(how, severity, header, hits, sentence={"value_invalid": "date_invalid", "value_missing": "date_missing"}.get(how))
    return np.array([day.iso for day in parsed], dtype=object)


def _mostly_numbers(cells: Sequence[Cell]) -> bool:
    """Whether a column of an unknown key is one of numbers: nearly all of its filled cells are."""
    filled = [cell for cell in cells if not blank(cell)]
    good = sum(number.how in ("", "number_parsed") for number in each(filled, parse_number))
    return bool(filled) and good >= _MOSTLY * len(filled)


def area_factor(header: str) -> tuple[float, str] | None:
    """Square metres of the unit that the header of an area column states, and the unit's word; None for square metres."""
    for pattern, factor in _AREA_UNITS:
        if found := pattern.search(header):
            return factor, found[0]
    return None


def money_factor(header: str) -> tuple[float, str] | None:
    """What a header's figures are multiplied by to be yuan, and its word: 万元 or 亿元; None for yuan."""
    return next(((factor, found[0]) for pattern, factor in _MONEY_UNITS if (found := pattern.search(header))), None)


def _numbers(spec: FacilitySpec, key: str, cells: Sequence[Cell], header: str, writer: _Writer) -> FloatArray:
    """A column of numbers, NaN where a cell has none that can be used."""
    factor = area_factor(header) if key.endswith("_m2") else money_factor(header) if key.endswith("_cny") else None
    values = np.full(len(cells), np.nan)
    parsed: list[Hit] = []
    invalid: list[Hit] = []
    missing: list[Hit] = []
    many: list[Hit] = []
    for j, number in enumerate(each(cells, parse_number)):
        cell, value, how = cells[j], number.value, number.how
        if key.endswith("_m2") and how == "value_invalid":
            value, how = _own_unit(cell)
        if how == "value_missing":
            missing.append((j, text(cell), {}))
        elif how == "value_invalid" or value < 0 or (_is_beds(key) and value > MOST_BEDS):
            invalid.append((j, text(cell), {}))
        else:
            values[j] = value * (factor[0] if factor else 1.0)
            if how:
                parsed.append((j, text(cell), {"number": f"{values[j]:.15g}", "estimate": number.estimate}))
            if _is_beds(key) and value > MANY_BEDS and _is_building(spec.slug):
                many.append((j, text(cell), {}))
    if factor:
        about = Issue("unit_converted", "info", writer.table.shown, writer.table.sheet, None, header, value=factor[1],
                      sentence="money_converted" if key.endswith("_cny") else None, params={"factor": f"{factor[0]:.6g}"})
        writer.reading.add(about)
    for j, typed, params in parsed:
        sentence = "number_estimated" if params["estimate"] else None
        writer.reading.add(Issue("number_parsed", "info", writer.table.shown, writer.table.sheet, writer.table.rows[writer.index[j]],
                                 header,
                                 str(writer.names[j]), typed[:200], sentence, params))
    writer.tell("value_missing", "info", header, missing)
    writer.tell("value_invalid", "warning", header, invalid)
    writer.tell("value_invalid", "warning", header, many, sentence="value_large")
    return values


def _own_unit(cell: Cell) -> tuple[float, str]:
    """An area with its unit in the cell: 3亩, 0.5公顷."""
    typed = narrow(text(cell))
    found = area_factor(typed)
    if found is not None and len(typed) < 40:
        number = typed_cells.parse_number(typed[:typed.find(narrow(found[1]))])
        if number.how in ("", "number_parsed") and number.value == number.value:
            return number.value * found[0], "number_parsed"
    return float("nan"), "value_invalid"


def _is_beds(key: str) -> bool:
    """Whether a key counts beds."""
    return key == "beds" or key.endswith("_beds")


def _is_building(slug: str) -> bool:
    """Whether a row of a layer is one building, which cannot have as many beds as a whole register may."""
    return slug not in _NOT_BUILDINGS and bool(_BUILDINGS.search(slug))


def is_known_key(key: str) -> bool:
    """Whether a column is one that readers know by its name."""
    return key in TEXT_KEYS or key in DATE_KEYS or key == "status" or bool(_NUMBER_KEYS.fullmatch(key))


def check_where(where: str) -> None:
    """That a `where` can be read. Raises InputError: where_invalid."""
    if not parse_where(where):
        raise InputError("where_invalid", where=where, part="")
