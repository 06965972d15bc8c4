"""The sections of planner.toml as specs: each function reads one section, writes down what is wrong with it, and gives what is sound."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from planner.errors import CrsError, InputError
from planner.inputs.columns import BOUNDARY_KEYS, KINDS
from planner.inputs.coordinates import parse_system
from planner.inputs.extents import ENTRANCES
from planner.inputs.facilities import PLACE_KEYS, UNIT_KEYS
from planner.inputs.rasters import is_raster
from planner.inputs.specs import (
    LEVELS,
    BasemapSpec,
    BoundarySpec,
    CandidateSpec,
    EntranceSpec,
    FacilitySpec,
    FileRef,
    PlacesSpec,
    PopulationSpec,
    StreetsSpec,
)
from planner.inputs.vector import VECTOR_SUFFIXES
from planner.inputs.where import parse_where
from planner.plan.config import Config, Table, join
from planner.units import DEFAULT_MAX_SNAP_M, MODES, TravelProfile

SECTIONS = ("project", "boundaries", "streets", "population", "facilities", "travel", "plan", "candidates", "basemap", "costs", "growth",
            "reported", "places", "exclusion", "screening")
SPREADS = ("streets", "residential", "points", "raster")
BASEMAPS = ("water", "rail", "green")
PARAMETERS = ("share", "minutes", "metres", "travel", "group", "layers")
_SOURCE = ("path", "source", "table", "query")


def metric_crs(config: Config, head: Table) -> str | None:
    """The project's metric CRS."""
    given = config.words(head, "crs", "project")
    if given is None:
        return None
    try:
        system = parse_system(given)
    except CrsError as error:
        config.wrong("project.crs", "config_crs", given, reason=error.code)
        return None
    if system.geographic:
        config.wrong("project.crs", "config_crs_plane", given)
        return None
    return system.name


def layer_crs(config: Config, table: Table, prefix: str, key: str = "crs") -> str | None:
    """The declared system of a layer."""
    given = config.words(table, key, prefix)
    if given is None or given == "auto":
        return given
    try:
        return given if parse_system(given) else None
    except CrsError as error:
        config.wrong(join(prefix, key), "config_crs" if error.code == "crs_unknown" else "config_crs_refused", given, reason=error.code)
        return None


def named_tables(config: Config, name: str) -> list[tuple[str, str, Table]]:
    """(key, dotted key, table) of each table under a section."""
    found: list[tuple[str, str, Table]] = []
    for key, table in config.table(config.tree, name).items():
        if isinstance(table, dict):
            found.append((key, join(name, key), table))
        else:
            config.wrong(join(name, key), "config_type", table, expected="table")
    return found


def boundaries(config: Config, as_of: str = "") -> tuple[BoundarySpec, ...]:
    """[boundaries.LEVEL], coarse to fine. as_of : the day whose versions count, "" for today."""
    specs = {}
    for level, prefix, table in named_tables(config, "boundaries"):
        config.unknown(table, (*_SOURCE, *BOUNDARY_KEYS, "crs", "date", "label", "changes", "recognise"), prefix)
        file, recognise = config.file(table, prefix), _recognise(config, table, prefix, BOUNDARY_KEYS)
        code, name = (config.words(table, key, prefix, required=not recognise) or "" for key in ("code", "name"))
        class_, parent = config.words(table, "class", prefix), config.words(table, "parent", prefix)
        crs, date, label = layer_crs(config, table, prefix), config.day(table, "date", prefix), config.names(table, "label", prefix)
        valid_from, valid_to = (config.words(table, key, prefix) for key in ("valid_from", "valid_to"))
        changes = config.file(table, prefix, "changes", required=False)
        if file is not None and (recognise or (code and name)):
            specs[level] = BoundarySpec(level, file, code, name, class_, parent, None if crs == "auto" else crs, date, label, valid_from,
                                        valid_to, as_of, changes, recognise)
    if not specs and config.sound:
        config.wrong("boundaries", "config_section_required")
    order = [level for level in LEVELS if level in specs] + [level for level in specs if level not in LEVELS]
    return tuple(specs[level] for level in order)


def streets(config: Config) -> StreetsSpec | None:
    """[streets]."""
    table = config.table(config.tree, "streets")
    if "streets" not in config.tree:
        config.wrong("streets", "config_section_required")
        return None
    config.unknown(table, (*_SOURCE, "crs", "date", "attribution"), "streets")
    file, crs = config.file(table, "streets"), layer_crs(config, table, "streets")
    date, attribution = config.day(table, "date", "streets"), config.names(table, "attribution", "streets")
    return None if file is None else StreetsSpec(file, None if crs == "auto" else crs, date, attribution)


def population(config: Config) -> PopulationSpec | None:
    """[population]."""
    table = config.table(config.tree, "population")
    if "population" not in config.tree:
        config.wrong("population", "config_section_required")
        return None
    config.unknown(table, (*_SOURCE, "columns", "spread", "spread_path", "spread_crs", "level", "crs", "date", "sheet", "persons",
                           "small_counts", "kind", "recognise"), "population")
    before = len(config.report.blocking)
    file = config.file(table, "population")
    raster = is_raster(file)
    persons = table.get("persons") is True
    columns = config.columns(table, "population", required=persons)
    recognise = _recognise(config, table, "population") and not (raster or persons)
    kind = config.choice(table, "kind", "population", tuple(KINDS), "") if "kind" in table else ""
    spread = config.choice(table, "spread", "population", SPREADS, "streets")
    carrier = config.file(table, "population", "spread_path", required=False)
    level, crs = config.words(table, "level", "population"), layer_crs(config, table, "population")
    spread_crs = layer_crs(config, table, "population", "spread_crs")
    if level is not None and level not in config.table(config.tree, "boundaries"):
        config.wrong("population.level", "config_choice", level, options=", ".join(config.table(config.tree, "boundaries")))
    date, sheet = config.day(table, "date", "population"), config.words(table, "sheet", "population")
    persons_on = _persons(config, table, columns or {}, date)
    if columns is not None and "total" not in columns and not (persons_on or raster or recognise):
        config.wrong("population.columns", "config_total_required")
    over = is_raster(carrier)
    if not raster and (spread == "raster") != over and not (over and spread == "points"):
        config.wrong("population.spread_path" if spread == "raster" else "population.spread", "config_raster_spread",
                     carrier.shown if carrier else None)
    hide = config.choice(table, "small_counts", "population", ("hide", "show"), "hide" if persons_on else "show") == "hide"
    if file is None or columns is None or len(config.report.blocking) > before:
        return None
    return PopulationSpec(file, columns, "raster" if raster else spread, carrier, level, None if crs == "auto" else crs, date, sheet,
                          persons_on, hide, kind, recognise, None if spread_crs == "auto" else spread_crs)


def _persons(config: Config, table: Table, columns: Mapping[str, str], date: str) -> str:
    """`persons = true`: the day on which ages are taken - the section's `date`, else the project's; "" for no ledger of persons."""
    given = table.get("persons", False)
    if not isinstance(given, bool):
        config.wrong("population.persons", "config_type", given, expected="true, false")
    if given is not True:
        return ""
    if not ({"code", "township", "community"} & set(columns) or {"lon", "lat"} <= set(columns) or {"x", "y"} <= set(columns)):
        config.wrong("population.columns", "config_persons_place")
    day = date or config.day(config.table(config.tree, "project"), "reference_date", "project")
    if not day:
        config.wrong("population.date", "config_persons_date")
    return day or "1900-01-01"


def facilities(config: Config) -> tuple[FacilitySpec, ...]:
    """[facilities.SLUG]."""
    specs = []
    for slug, prefix, table in named_tables(config, "facilities"):
        config.unknown(table, (*_SOURCE, "where", "columns", "crs", "date", "count_by", "outside", "sheet", "label", "entrances",
                               "recognise"), prefix)
        before = len(config.report.blocking)
        file = config.file(table, prefix)
        shapes = file is not None and file.path.suffix.lower() in VECTOR_SUFFIXES
        columns, recognise = config.columns(table, prefix, required=False), _recognise(config, table, prefix)
        where, crs = config.words(table, "where", prefix), layer_crs(config, table, prefix)
        if where is not None:
            try:
                parse_where(where)
            except InputError as error:
                config.wrong(join(prefix, "where"), "config_where", where, part=str(error.params["part"]))
        count_by = config.choice(table, "count_by", prefix, ("stated", "located"), "stated")
        outside = config.choice(table, "outside", prefix, ("drop", "keep"), "drop")
        date, sheet = config.day(table, "date", prefix), config.words(table, "sheet", prefix)
        entrances = _entrances(config, table, prefix)
        if columns is not None:
            _check_place(config, prefix, columns, otherwise=shapes or recognise or entrances is not None)
        if file is not None and columns is not None and len(config.report.blocking) == before:
            specs.append(FacilitySpec(slug, file, columns, where, crs or "auto", date, count_by, outside, sheet, entrances, recognise))
    return tuple(specs)


def _recognise(config: Config, table: Table, prefix: str, keys: Sequence[str] = ("columns",)) -> bool:
    """Whether columns are to be looked for among the headers: where none of the keys that name them is there, or where `recognise = true`
    says so."""
    given = table.get("recognise", not any(key in table for key in keys))
    if not isinstance(given, bool):
        config.wrong(join(prefix, "recognise"), "config_type", given, expected="true, false")
    return given is True


def _entrances(config: Config, table: Table, prefix: str) -> EntranceSpec | None:
    """`entrances`: a file of entrances, or a table that names it and its columns."""
    given, inner = table.get("entrances"), join(prefix, "entrances")
    if given is None:
        return None
    if isinstance(given, str):
        file, named, crs, sheet = config.file(table, prefix, "entrances"), None, None, None
    elif isinstance(given, dict):
        config.unknown(given, (*_SOURCE, "columns", "crs", "sheet"), inner)
        file, named = config.file(given, inner), config.columns(given, inner, required=False)
        crs, sheet = layer_crs(config, given, inner), config.words(given, "sheet", inner)
    else:
        config.wrong(inner, "config_type", given, expected="text")
        return None
    if file is None:
        return None
    shapes = file.path.suffix.lower() in VECTOR_SUFFIXES
    columns = named or {"facility": "facility", **({} if shapes else {"lon": "lon", "lat": "lat"})}
    half = {key for key in PLACE_KEYS if key in columns}
    if "facility" not in columns or not (half in ({"lon", "lat"}, {"x", "y"}) or (shapes and not half)):
        config.wrong(join(inner, "columns") if isinstance(given, dict) else inner, "config_entrance_columns")
        return None
    return EntranceSpec(FileRef(file.path, file.shown, inner), columns, crs or "auto", sheet)


def _check_place(config: Config, prefix: str, columns: Mapping[str, str], *, otherwise: bool) -> None:
    """That a ledger says where its rows are: by two coordinates, by shapes, by its entrances, or by the unit that it states."""
    half = [key for key in PLACE_KEYS if key in columns]
    if half and not ({"lon", "lat"} <= set(half) or {"x", "y"} <= set(half)):
        config.wrong(join(prefix, "columns"), "config_half_place")
    elif not half and not otherwise and not any(key in columns for key in (*UNIT_KEYS, ENTRANCES)):
        config.wrong(join(prefix, "columns"), "config_place_required")


def travels(config: Config) -> dict[str, TravelProfile]:
    """[travel.NAME]."""
    travels = {}
    for name, prefix, table in named_tables(config, "travel"):
        config.unknown(table, ("mode", "metres_per_minute", "max_snap_m"), prefix)
        before = len(config.report.blocking)
        mode = config.choice(table, "mode", prefix, MODES, "walk")
        speed = config.number(table, "metres_per_minute", prefix, positive=True)
        snap = config.number(table, "max_snap_m", prefix, DEFAULT_MAX_SNAP_M)
        if speed is not None and len(config.report.blocking) == before:
            travels[name] = TravelProfile(name, mode, speed, DEFAULT_MAX_SNAP_M if snap is None else snap)
    return travels


def packs(config: Config, plan: Table) -> tuple[str, ...]:
    """[plan] packs: ids of bundled packs, or paths of pack files."""
    packs = plan.get("packs", [])
    if isinstance(packs, list) and all(isinstance(pack, str) and pack.strip() for pack in packs):
        return tuple(packs)
    config.wrong("plan.packs", "config_type", packs, expected="list of text")
    return ()


def parameters(config: Config, plan: Table) -> dict[str, Mapping[str, Any]]:
    """[plan.parameters."TARGET-ID"]."""
    found: dict[str, Mapping[str, Any]] = {}
    for target, table in config.table(plan, "parameters", "plan").items():
        prefix = f"plan.parameters.{_quoted(target)}"
        if not isinstance(table, dict):
            config.wrong(prefix, "config_type", table, expected="table")
            continue
        config.unknown(table, (*PARAMETERS, "range"), prefix)
        found[target] = dict(table)
    return found


def reported(config: Config) -> dict[str, Mapping[str, Any]]:
    """[reported."TARGET-ID"]: a figure that a person entered, its date, by whom, from where and why it differs; `units` by code."""
    found: dict[str, Mapping[str, Any]] = {}
    for target, table in config.table(config.tree, "reported").items():
        prefix = f"reported.{_quoted(target)}"
        if not isinstance(table, dict):
            config.wrong(prefix, "config_type", table, expected="table")
            continue
        config.unknown(table, ("value", "date", "source", "by", "reason", "units", "baseline", "baseline_date"), prefix)
        before = len(config.report.blocking)
        units = config.table(table, "units", prefix)
        figures = {code: _figure(config, units, code, join(prefix, "units")) for code in units}
        value = _figure(config, table, "value", prefix) if "value" in table or not (units or "baseline" in table) else None
        baseline = _figure(config, table, "baseline", prefix) if "baseline" in table else None
        days = {key: config.day(table, key, prefix) for key in ("date", "baseline_date")}
        if baseline is not None and not days["baseline_date"]:
            config.wrong(join(prefix, "baseline_date"), "config_required")
        words = {key: config.words(table, key, prefix) or "" for key in ("source", "by", "reason")}
        if len(config.report.blocking) == before:
            found[target] = {"value": value, "units": figures, "baseline": baseline} | days | words
    return found


def _figure(config: Config, table: Table, key: str, prefix: str) -> float | None:
    """A finite figure, negative ones too."""
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
        config.wrong(join(prefix, key), "config_required" if value is None else "config_type", value, expected="number")
        return None
    return float(value)


def _quoted(key: str) -> str:
    """A key as TOML writes it in a dotted key."""
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"'


def candidates(config: Config) -> tuple[CandidateSpec, ...]:
    """[candidates.NAME]."""
    specs = []
    for name, prefix, table in named_tables(config, "candidates"):
        config.unknown(table, (*_SOURCE, "columns", "crs", "sheet"), prefix)
        before = len(config.report.blocking)
        file, columns = config.file(table, prefix), config.columns(table, prefix, required=False)
        crs, sheet = layer_crs(config, table, prefix), config.words(table, "sheet", prefix)
        if columns:
            _check_place(config, prefix, columns, otherwise=file is not None and file.path.suffix.lower() in VECTOR_SUFFIXES)
        if file is not None and columns is not None and len(config.report.blocking) == before:
            specs.append(CandidateSpec(name, file, columns, crs or "auto", sheet))
    return tuple(specs)


def basemap(config: Config) -> tuple[BasemapSpec, ...]:
    """[basemap.NAME]."""
    specs = []
    for name, prefix, table in named_tables(config, "basemap"):
        config.unknown(table, ("path", "kind"), prefix)
        file, kind = config.file(table, prefix), config.choice(table, "kind", prefix, BASEMAPS, "green")
        if file is not None:
            specs.append(BasemapSpec(name, file, kind))
    return tuple(specs)


def places(config: Config) -> PlacesSpec | None:
    """[places]: a table of place names and addresses."""
    if "places" not in config.tree:
        return None
    table = config.table(config.tree, "places")
    config.unknown(table, (*_SOURCE, "columns", "crs", "sheet"), "places")
    file, columns = config.file(table, "places"), config.columns(table, "places", required=False)
    crs, sheet = layer_crs(config, table, "places"), config.words(table, "sheet", "places")
    if file is None or columns is None:
        return None
    shapes = file.path.suffix.lower() in VECTOR_SUFFIXES
    columns = columns or {"name": "name", **({} if shapes else {"lon": "lon", "lat": "lat"})}
    if not {"name", "address"} & set(columns) or not (shapes or {"lon", "lat"} <= set(columns) or {"x", "y"} <= set(columns)):
        config.wrong("places.columns", "config_places_columns")
        return None
    return PlacesSpec(file, columns, crs or "auto", sheet)


def plain_file(config: Config, section: str) -> FileRef | None:
    """[costs]."""
    if section not in config.tree:
        return None
    table = config.table(config.tree, section)
    config.unknown(table, _SOURCE, section)
    return config.file(table, section)
