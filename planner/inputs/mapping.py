"""Columns that planner.toml does not name: remembered from a file of the same shape, else recognised by their headers, else asked about.

What a person wrote in `columns` stands; nothing is added to it unless `recognise = true` says so. The mapping in use is a part of the
report (`columns`), whoever made it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from planner.inputs import columns as words
from planner.inputs.columns import BOUNDARIES, BOUNDARY_KEYS, CANDIDATES, CAPACITIES, FACILITIES, KINDS, POPULATION, Match
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import BoundarySpec, FacilitySpec, FileRef, PopulationSpec
from planner.inputs.vector import VECTOR_SUFFIXES
from planner.quality import Issue

PLACES = (("lon", "lat"), ("x", "y"))
PLACE_KEYS = frozenset({"lon", "lat", "x", "y"})
_CAPACITY_KEYS = frozenset({"beds", "open_beds", "filed_beds", "capacity"})
_GROUPS_WITHOUT_KIND = frozenset({"code", "name", "lon", "lat", "x", "y", "id", "township", "community", "households"})
CONFIG = "planner.toml"


def of_facilities(spec: FacilitySpec, reading: Reading) -> FacilitySpec | None:
    """The section with its columns settled; None (with blocking issues) where they do not say where the rows are."""
    if not spec.recognise:
        return spec
    table = _table_of(spec)
    headers = _headers(spec.file, spec.sheet, table, reading, role=spec.role, date=spec.date)
    if headers is None:
        return None
    shapes = spec.file.path.suffix.lower() in VECTOR_SUFFIXES
    chosen, ambiguous = _settle(spec.file, headers, table, spec.columns, reading, places=not shapes)
    placed = shapes or spec.entrances is not None or bool({"lon", "x", "township", "community", "entrances"} & chosen.keys())
    must = set() if placed else {"lon", "lat", "x", "y", "township", "community"}
    _ask(spec.file, headers[0], ambiguous, must, reading)
    if not placed:
        if not must & ambiguous.keys():
            _lacking(spec.file, "columns_place_missing", headers[1], reading)
        return None
    return replace(spec, columns=chosen)


def of_population(spec: PopulationSpec, reading: Reading) -> PopulationSpec | None:
    """The same for `[population]`: None where the total is not certain."""
    if not spec.recognise:
        return spec
    headers = _headers(spec.file, spec.sheet, POPULATION, reading, role="population", date=spec.date)
    if headers is None:
        return None
    shapes = spec.file.path.suffix.lower() in VECTOR_SUFFIXES
    chosen, ambiguous = _settle(spec.file, headers, POPULATION, spec.columns, reading, places=not shapes)
    _ask(spec.file, headers[0], ambiguous, {"total", "code", "lon", "lat", "x", "y"}, reading)
    if "total" not in chosen:
        if "total" not in ambiguous:
            _lacking(spec.file, "columns_total_missing", headers[1], reading)
        return None
    if "code" in ambiguous and not {"lon", "x"} & chosen.keys():
        return None
    return replace(spec, columns=chosen)


def of_boundaries(spec: BoundarySpec, reading: Reading) -> BoundarySpec | None:
    """The same for `[boundaries.LEVEL]`: None where the codes or names of the units are not certain."""
    if not spec.recognise:
        return spec
    table = f"{BOUNDARIES}.{spec.level}"
    headers = _headers(spec.file, None, table, reading, role=table, date=spec.date)
    if headers is None:
        return None
    chosen, ambiguous = _settle(spec.file, headers, table, _stated(spec), reading, places=False)
    _ask(spec.file, headers[0], ambiguous, {"code", "name"}, reading)
    if not {"code", "name"} <= chosen.keys():
        if not {"code", "name"} & ambiguous.keys():
            _lacking(spec.file, "columns_unit_missing", headers[1], reading)
        return None
    return replace(spec, **{"class_" if key == "class" else key: header for key, header in chosen.items()})  # type: ignore[arg-type]


def _table_of(spec: FacilitySpec) -> str:
    """Whether a ledger is one of facilities or of candidates (planner.inputs.candidates)."""
    return CANDIDATES if spec.slug.startswith(f"{CANDIDATES}.") else FACILITIES


def _stated(spec: BoundarySpec) -> dict[str, str]:
    """The columns that a boundary section has, by key."""
    held = (spec.code, spec.name, spec.parent, spec.class_, spec.valid_from, spec.valid_to)
    return {key: header for key, header in zip(BOUNDARY_KEYS, held, strict=True) if header}


def _dotted(file: FileRef, key: str = "") -> str:
    """Where planner.toml states a column: in `columns` of its section, of boundaries in the section itself."""
    inside = file.section if file.section.startswith(f"{BOUNDARIES}.") else f"{file.section}.columns"
    return f"{inside}.{key}" if key else inside


def _headers(file: FileRef, sheet: str | None, table: str, reading: Reading, *, role: str,
             date: str) -> tuple[str | None, tuple[str, ...]] | None:
    """Sheet and headers of a file by the words that are known."""
    empty = "warning" if table in (FACILITIES, CANDIDATES) else "blocking"
    return reading.headers(file, partial(words.score, table=table), role=role, date=date, sheet=sheet, empty=empty)


def _settle(file: FileRef, headers: tuple[str | None, Sequence[str]], table: str, stated: Mapping[str, str], reading: Reading, *,
            places: bool) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Keys to headers: as stated, then as remembered, then as recognised; and the keys that a person must decide. Told as info."""
    sheet, names = headers
    by_bare = {words.bare(name): name for name in reversed(names)}
    chosen = dict(stated)
    taken = set(chosen.values())
    remembered = {}
    for key, header in reading.remembered.get(_shape(table, names), {}).items():
        name = by_bare.get(words.bare(header))
        if name is not None and key not in chosen and (name not in taken or key in PLACE_KEYS) and (places or key not in PLACE_KEYS):
            remembered[key] = name
    chosen |= remembered
    taken |= set(remembered.values())
    found = words.match([name for name in names if name not in taken], table)
    fresh = {key: header for key, header in found.columns.items() if key not in chosen and (places or key not in PLACE_KEYS)}
    fresh = _whole_places(fresh, chosen)
    chosen |= fresh
    for code, said in (("columns_remembered", remembered), ("columns_recognised", fresh)):
        if said:
            listed = ", ".join(f"{key} = {header}" for key, header in said.items())
            reading.add(Issue(code, "info", file.shown, sheet, column=_dotted(file), params={"count": len(said), "listed": listed[:600]}))
    ambiguous = {key: listed for key, listed in found.ambiguous.items() if key not in chosen and (places or key not in PLACE_KEYS)}
    if any(first in chosen and second in chosen for first, second in PLACES):
        ambiguous = {key: listed for key, listed in ambiguous.items() if key not in PLACE_KEYS}
    how = dict.fromkeys(stated, "stated") | dict.fromkeys(remembered, "remembered") | dict.fromkeys(fresh, "recognised")
    _write(reading, file, sheet, names, table, chosen, how, replace(found, ambiguous=ambiguous))
    return chosen, ambiguous


def _whole_places(fresh: dict[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Recognised columns without half a pair of coordinates, and without a second pair."""
    have = next((pair for pair in PLACES if all(key in chosen or key in fresh for key in pair)), ())
    return {key: header for key, header in fresh.items() if key not in PLACE_KEYS or key in have}


def _ask(file: FileRef, sheet: str | None, ambiguous: Mapping[str, Sequence[str]], must: set[str], reading: Reading) -> None:
    """One question for each key that several headers could be: blocking where nothing can be read without the answer."""
    for key, listed in ambiguous.items():
        reading.add(Issue("column_ambiguous", "blocking" if key in must else "warning", file.shown, sheet,
                          column=_dotted(file, key), value=", ".join(listed)[:200],
                          sentence="unit_column_ambiguous" if file.section.startswith(f"{BOUNDARIES}.") else None,
                          params={"what": key, "first": listed[0], "listed": ", ".join(listed)[:300], "section": file.section}))


def _lacking(file: FileRef, sentence: str, names: Sequence[str], reading: Reading) -> None:
    """No header says what the section cannot do without."""
    reading.add(Issue("config_invalid", "blocking", CONFIG, column=_dotted(file), sentence=sentence,
                      params={"there": ", ".join(name for name in names if name)[:400], "path": file.shown}))


def note(spec: FacilitySpec | PopulationSpec | BoundarySpec, table: Table, reading: Reading) -> None:
    """Puts the mapping of a section whose columns are all stated into the report."""
    if spec.recognise or (isinstance(spec, PopulationSpec) and spec.persons_on):
        return
    kind = _table_of(spec) if isinstance(spec, FacilitySpec) else POPULATION
    columns = _stated(spec) if isinstance(spec, BoundarySpec) else spec.columns
    if isinstance(spec, BoundarySpec):
        kind = f"{BOUNDARIES}.{spec.level}"
    taken = set(columns.values())
    found = words.match([name for name in table.columns if name not in taken], kind)
    _write(reading, spec.file, table.sheet, list(table.columns), kind, columns, dict.fromkeys(columns, "stated"),
           replace(found, ambiguous={}, columns={key: header for key, header in found.columns.items() if key not in columns}))


def _write(reading: Reading, file: FileRef, sheet: str | None, names: Sequence[str], table: str, chosen: Mapping[str, str],
           how: Mapping[str, str], found: Match) -> None:
    """The report's entry of one section."""
    if any(entry["section"] == file.section for entry in reading.report.columns):
        return
    taken = set(chosen.values())
    entries: list[dict[str, Any]] = [{"key": key, "header": header, "how": how[key], "kind": _kind(key, header, table)}
                                     for key, header in chosen.items()]
    spare = {key: [header] for key, header in found.columns.items() if key not in chosen}
    spare |= {key: list(listed) for key, listed in found.spare.items() if not set(listed) & taken}
    left = [name for name in names if name and name not in taken]
    reading.report.columns.append({"section": file.section, "file": file.shown, "sheet": sheet, "shape": _shape(table, names),
                                   "columns": entries, "ambiguous": {key: list(listed) for key, listed in found.ambiguous.items()},
                                   "not_used": spare, "unknown": [name for name in left if words.key_of(name, table) is None]})


def _kind(key: str, header: str, table: str) -> str:
    """Which capacity or population a column of that key speaks of; "" where it is of neither."""
    if table in (FACILITIES, CANDIDATES):
        return words.kind_of(header, CAPACITIES) if key in _CAPACITY_KEYS else ""
    return words.kind_of(header, KINDS) if table == POPULATION and key not in _GROUPS_WITHOUT_KIND else ""


def _shape(table: str, names: Sequence[str]) -> str:
    """The shape of a file of facilities, of people, or of a level's boundaries."""
    return f"{table.replace('.', '-')}-{words.shape(names)}"


def population_kind(spec: PopulationSpec, reading: Reading) -> None:
    """Writes down which population each group is: as its header says, else as `[population] kind` declares."""
    own = {group: words.kind_of(header, KINDS) for group, header in spec.columns.items() if group not in _GROUPS_WITHOUT_KIND}
    total = spec.kind or own.get("total", "")
    groups = {group: kind or total for group, kind in own.items()}
    reading.report.population = {"kind": total, "declared": bool(spec.kind), "groups": groups}
    if not spec.kind:
        return
    for group, kind in own.items():
        if kind and kind != spec.kind:
            reading.add(Issue("population_kind_differs", "warning", spec.file.shown, column=spec.columns[group], value=kind,
                              params={"declared": spec.kind, "group": group}))
