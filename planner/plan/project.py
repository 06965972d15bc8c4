"""A project: planner.toml as frozen values, and everything that it names as one City."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import planner
from planner.errors import CrsError, InputError, NetworkError
from planner.inputs.coordinates import parse_system
from planner.inputs.facilities import PLACE_KEYS, UNIT_KEYS
from planner.inputs.specs import LEVELS, BasemapSpec, BoundarySpec, CandidateSpec, FacilitySpec, FileRef, PopulationSpec, StreetsSpec
from planner.inputs.vector import VECTOR_SUFFIXES
from planner.inputs.where import parse_where
from planner.plan.config import CONFIG_FILE, Config, Table, join
from planner.quality import QualityReport
from planner.units import DEFAULT_MAX_SNAP_M, MODES, TravelProfile

if TYPE_CHECKING:
    from planner.inputs.readers import Survey
    from planner.inputs.spread import StreetLines
    from planner.measure.city import City, Reported
    from planner.network.library import Streets

BUFFER_M = 2000.0
SECTIONS = ("project", "boundaries", "streets", "population", "facilities", "travel", "plan", "candidates", "basemap", "costs", "growth",
            "reported")
SPREADS = ("streets", "residential", "points", "raster")
BASEMAPS = ("water", "rail", "green")
PARAMETERS = ("share", "minutes", "metres", "travel", "group", "layers")
_SOURCE = ("path", "source", "table", "query")


@dataclass(frozen=True, slots=True)
class Project:
    """What planner.toml says. folder : where it stands; writable state lives in `.planner` beside it. Files are not read yet.

    boundaries coarse to fine; facilities in the order of the file. crs is None where it is to be chosen from the extent.
    """

    folder: Path
    id: str
    name: Mapping[str, str] | str
    crs: str | None = None
    reference_date: dt.date | None = None
    buffer_m: float = BUFFER_M
    boundaries: tuple[BoundarySpec, ...] = ()
    streets: StreetsSpec | None = None
    population: PopulationSpec | None = None
    facilities: tuple[FacilitySpec, ...] = ()
    travels: Mapping[str, TravelProfile] = field(default_factory=dict)
    packs: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reported: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    candidates: tuple[CandidateSpec, ...] = ()
    basemap: tuple[BasemapSpec, ...] = ()
    costs: FileRef | None = None
    growth: FileRef | None = None

    @property
    def config_path(self) -> Path:
        """The project's planner.toml."""
        return self.folder / CONFIG_FILE


def bundled_folder() -> Path:
    """The demonstration city: `data` beside app.py in a checkout, or the copy that a wheel carries."""
    package = Path(planner.__file__).parent
    carried = package / "_bundled" / "data"
    return carried if carried.is_dir() else package.parent / "data"


def read_project(path: Path | None = None, *, report: QualityReport | None = None) -> Project:
    """planner.toml of a folder (or the file itself; None: the demonstration city) as frozen values.

    With a report, faults become issues there and what is sound is given. Raises InputError: project_missing (no such folder or no
    planner.toml), project_blocked (no TOML; without a report also for any other fault).
    """
    folder = bundled_folder() if path is None else Path(path)
    file = folder if folder.name == CONFIG_FILE and not folder.is_dir() else folder / CONFIG_FILE
    if file.suffix != ".toml" or not file.is_file():
        raise InputError("project_missing", path=str(folder))
    own = report if report is not None else QualityReport()
    config = Config(file.parent, own)
    config.load(file)
    if not config.sound:
        raise blocked(own)
    project = _project(config, file.parent)
    own.project = project.id
    if report is None and own.blocking:
        raise blocked(own)
    return project


def blocked(report: QualityReport) -> InputError:
    """The error of a project with blocking issues: it bears the first of them."""
    first, count = report.blocking[0], len(report.blocking)
    code = "project_blocked" if first.row is None else "project_blocked_row"
    return InputError(code, file=first.file, row=first.row, issue=first, count=count)


# ---- planner.toml to specs -------------------------------------------------------------------------------------------
def _project(config: Config, folder: Path) -> Project:
    """All sections."""
    tree = config.tree
    config.unknown(tree, SECTIONS, "")
    head = config.table(tree, "project")
    config.unknown(head, ("id", "name", "crs", "reference_date", "buffer_m"), "project")
    given = head.get("id")
    ident = config.words(head, "id", "project") if given is not None else None
    day = config.day(head, "reference_date", "project")
    buffer_m = config.number(head, "buffer_m", "project", BUFFER_M)
    plan = config.table(tree, "plan")
    config.unknown(plan, ("packs", "parameters"), "plan")
    named = config.names(head, "name", "project")
    levels = _boundaries(config)
    return Project(
        folder, ident or folder.resolve().name, named or ident or folder.resolve().name, _metric_crs(config, head),
        dt.date.fromisoformat(day) if day else None, BUFFER_M if buffer_m is None else buffer_m, levels, _streets(config),
        _population(config), _facilities(config), _travels(config), _packs(config, plan), _parameters(config, plan), _reported(config),
        _candidates(config), _basemap(config), _plain_file(config, "costs"), _plain_file(config, "growth"))


def _metric_crs(config: Config, head: Table) -> str | None:
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


def _layer_crs(config: Config, table: Table, prefix: str) -> str | None:
    """The declared system of a layer."""
    given = config.words(table, "crs", prefix)
    if given is None or given == "auto":
        return given
    try:
        return given if parse_system(given) else None
    except CrsError as error:
        config.wrong(join(prefix, "crs"), "config_crs" if error.code == "crs_unknown" else "config_crs_refused", given, reason=error.code)
        return None


def _sections(config: Config, name: str) -> list[tuple[str, str, Table]]:
    """(key, dotted key, table) of each table under a section."""
    found: list[tuple[str, str, Table]] = []
    for key, table in config.table(config.tree, name).items():
        if isinstance(table, dict):
            found.append((key, join(name, key), table))
        else:
            config.wrong(join(name, key), "config_type", table, expected="table")
    return found


def _boundaries(config: Config) -> tuple[BoundarySpec, ...]:
    """[boundaries.LEVEL], coarse to fine."""
    specs = {}
    for level, prefix, table in _sections(config, "boundaries"):
        config.unknown(table, (*_SOURCE, "code", "name", "class", "parent", "crs", "date", "label"), prefix)
        file = config.file(table, prefix)
        code, name = config.words(table, "code", prefix, required=True), config.words(table, "name", prefix, required=True)
        class_, parent = config.words(table, "class", prefix), config.words(table, "parent", prefix)
        crs, date, label = _layer_crs(config, table, prefix), config.day(table, "date", prefix), config.names(table, "label", prefix)
        if file is not None and code is not None and name is not None:
            specs[level] = BoundarySpec(level, file, code, name, class_, parent, None if crs == "auto" else crs, date, label)
    if not specs and config.sound:
        config.wrong("boundaries", "config_section_required")
    order = [level for level in LEVELS if level in specs] + [level for level in specs if level not in LEVELS]
    return tuple(specs[level] for level in order)


def _streets(config: Config) -> StreetsSpec | None:
    """[streets]."""
    table = config.table(config.tree, "streets")
    if "streets" not in config.tree:
        config.wrong("streets", "config_section_required")
        return None
    config.unknown(table, (*_SOURCE, "crs", "date", "attribution"), "streets")
    file, crs = config.file(table, "streets"), _layer_crs(config, table, "streets")
    date, attribution = config.day(table, "date", "streets"), config.names(table, "attribution", "streets")
    return None if file is None else StreetsSpec(file, None if crs == "auto" else crs, date, attribution)


def _population(config: Config) -> PopulationSpec | None:
    """[population]."""
    table = config.table(config.tree, "population")
    if "population" not in config.tree:
        config.wrong("population", "config_section_required")
        return None
    config.unknown(table, (*_SOURCE, "columns", "spread", "spread_path", "level", "crs", "date", "sheet"), "population")
    before = len(config.report.blocking)
    file, columns = config.file(table, "population"), config.columns(table, "population")
    spread = config.choice(table, "spread", "population", SPREADS, "streets")
    carrier = config.file(table, "population", "spread_path", required=False)
    level, crs = config.words(table, "level", "population"), _layer_crs(config, table, "population")
    if level is not None and level not in config.table(config.tree, "boundaries"):
        config.wrong("population.level", "config_choice", level, options=", ".join(config.table(config.tree, "boundaries")))
    date, sheet = config.day(table, "date", "population"), config.words(table, "sheet", "population")
    if columns is not None and "total" not in columns:
        config.wrong("population.columns", "config_total_required")
    if file is None or columns is None or len(config.report.blocking) > before:
        return None
    shapes = file.path.suffix.lower() in VECTOR_SUFFIXES
    if file.path.suffix.lower() in (".tif", ".tiff") or spread == "raster":
        config.wrong("population.path" if spread != "raster" else "population.spread", "raster_not_yet", file.shown)
        return None
    if not shapes and "code" not in columns and not ({"lon", "lat"} <= set(columns) or {"x", "y"} <= set(columns)):
        config.wrong("population.columns", "config_place_required")
        return None
    return PopulationSpec(file, columns, spread, carrier, level, None if crs == "auto" else crs, date, sheet)


def _facilities(config: Config) -> tuple[FacilitySpec, ...]:
    """[facilities.SLUG]."""
    specs = []
    for slug, prefix, table in _sections(config, "facilities"):
        config.unknown(table, (*_SOURCE, "where", "columns", "crs", "date", "count_by", "outside", "sheet", "label"), prefix)
        before = len(config.report.blocking)
        file = config.file(table, prefix)
        shapes = file is not None and file.path.suffix.lower() in VECTOR_SUFFIXES
        columns = config.columns(table, prefix, required=not shapes)
        where, crs = config.words(table, "where", prefix), _layer_crs(config, table, prefix)
        if where is not None:
            try:
                parse_where(where)
            except InputError as error:
                config.wrong(join(prefix, "where"), "config_where", where, part=str(error.params["part"]))
        count_by = config.choice(table, "count_by", prefix, ("stated", "located"), "stated")
        outside = config.choice(table, "outside", prefix, ("drop", "keep"), "drop")
        date, sheet = config.day(table, "date", prefix), config.words(table, "sheet", prefix)
        if columns is not None:
            _check_place(config, prefix, columns, shapes=shapes)
        if file is not None and columns is not None and len(config.report.blocking) == before:
            specs.append(FacilitySpec(slug, file, columns, where, crs or "auto", date, count_by, outside, sheet))
    return tuple(specs)


def _check_place(config: Config, prefix: str, columns: Mapping[str, str], *, shapes: bool) -> None:
    """That a ledger says where its rows are: by two coordinates, by shapes, or by the unit that it states."""
    half = [key for key in PLACE_KEYS if key in columns]
    if half and not ({"lon", "lat"} <= set(half) or {"x", "y"} <= set(half)):
        config.wrong(join(prefix, "columns"), "config_half_place")
    elif not half and not shapes and not any(key in columns for key in UNIT_KEYS):
        config.wrong(join(prefix, "columns"), "config_place_required")


def _travels(config: Config) -> dict[str, TravelProfile]:
    """[travel.NAME]."""
    travels = {}
    for name, prefix, table in _sections(config, "travel"):
        config.unknown(table, ("mode", "metres_per_minute", "max_snap_m"), prefix)
        before = len(config.report.blocking)
        mode = config.choice(table, "mode", prefix, MODES, "walk")
        speed = config.number(table, "metres_per_minute", prefix, positive=True)
        snap = config.number(table, "max_snap_m", prefix, DEFAULT_MAX_SNAP_M)
        if speed is not None and len(config.report.blocking) == before:
            travels[name] = TravelProfile(name, mode, speed, DEFAULT_MAX_SNAP_M if snap is None else snap)
    return travels


def _packs(config: Config, plan: Table) -> tuple[str, ...]:
    """[plan] packs: ids of bundled packs, or paths of pack files."""
    packs = plan.get("packs", [])
    if isinstance(packs, list) and all(isinstance(pack, str) and pack.strip() for pack in packs):
        return tuple(packs)
    config.wrong("plan.packs", "config_type", packs, expected="list of text")
    return ()


def _parameters(config: Config, plan: Table) -> dict[str, Mapping[str, Any]]:
    """[plan.parameters."TARGET-ID"]."""
    found: dict[str, Mapping[str, Any]] = {}
    for target, table in config.table(plan, "parameters", "plan").items():
        prefix = f"plan.parameters.{_quoted(target)}"
        if not isinstance(table, dict):
            config.wrong(prefix, "config_type", table, expected="table")
            continue
        config.unknown(table, PARAMETERS, prefix)
        found[target] = dict(table)
    return found


def _reported(config: Config) -> dict[str, Mapping[str, Any]]:
    """[reported."TARGET-ID"]: a figure that a person entered, its date and source."""
    found: dict[str, Mapping[str, Any]] = {}
    for target, table in config.table(config.tree, "reported").items():
        prefix = f"reported.{_quoted(target)}"
        if not isinstance(table, dict):
            config.wrong(prefix, "config_type", table, expected="table")
            continue
        config.unknown(table, ("value", "date", "source"), prefix)
        value = table.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
            config.wrong(join(prefix, "value"), "config_required" if value is None else "config_type", value, expected="number")
            continue
        found[target] = {"value": float(value), "date": config.day(table, "date", prefix),
                         "source": config.words(table, "source", prefix) or ""}
    return found


def _quoted(key: str) -> str:
    """A key as TOML writes it in a dotted key."""
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"'


def _candidates(config: Config) -> tuple[CandidateSpec, ...]:
    """[candidates.NAME]."""
    specs = []
    for name, prefix, table in _sections(config, "candidates"):
        config.unknown(table, (*_SOURCE, "columns", "crs"), prefix)
        file, columns = config.file(table, prefix), config.columns(table, prefix, required=False)
        crs = _layer_crs(config, table, prefix)
        if file is not None and columns is not None:
            specs.append(CandidateSpec(name, file, columns, crs or "auto"))
    return tuple(specs)


def _basemap(config: Config) -> tuple[BasemapSpec, ...]:
    """[basemap.NAME]."""
    specs = []
    for name, prefix, table in _sections(config, "basemap"):
        config.unknown(table, ("path", "kind"), prefix)
        file, kind = config.file(table, prefix), config.choice(table, "kind", prefix, BASEMAPS, "green")
        if file is not None:
            specs.append(BasemapSpec(name, file, kind))
    return tuple(specs)


def _plain_file(config: Config, section: str) -> FileRef | None:
    """[costs] and [growth]."""
    if section not in config.tree:
        return None
    table = config.table(config.tree, section)
    config.unknown(table, _SOURCE, section)
    return config.file(table, section)


# ---- project to city -------------------------------------------------------------------------------------------------
def survey_project(project: Project, *, report: QualityReport) -> tuple[Survey, Streets | None]:
    """Reads everything that a project names; bad data become issues of the report, and nothing is raised for them."""
    from planner.inputs.readers import survey

    known: list[Streets] = []
    found = survey(project.boundaries, project.facilities, project.population, crs=project.crs, buffer_m=project.buffer_m,
                   lines=partial(_street_lines, project, report, known), report=report)
    _read_rest(project, found)
    return found, known[0] if known else None


def _street_lines(project: Project, report: QualityReport, known: list[Streets], crs: str) -> StreetLines | None:
    """The streets on foot in the metric CRS; the Streets themselves go into `known`. None (with a blocking issue) without them."""
    import numpy as np
    import shapely

    from planner.inputs.files import UnusableFileError, present, safe
    from planner.inputs.reading import Reading
    from planner.inputs.spread import StreetLines
    from planner.network.library import OSM_SUFFIXES, Streets

    spec = project.streets
    if spec is None:
        return None
    record = report.record(spec.file.shown)
    record.role = record.role or "streets"
    try:
        present(spec.file.path)
        safe(spec.file.path)
    except UnusableFileError as error:
        Reading(report).refuse(spec.file, error)
        return None
    if not crs:
        return None
    try:
        streets = Streets(spec.file.path, spec.file.shown, crs, spec.crs, report, attribution=spec.attribution)
        network = streets.network("walk")
        modes = {travel.mode for travel in project.travels.values()} - {"walk"}
        for mode in sorted(modes):
            streets.network(mode)
    except NetworkError:
        return None
    finally:
        report.record(spec.file.shown).date = spec.date
    known.append(streets)
    counts = network.shape_start[1:] - network.shape_start[:-1]
    lines = shapely.linestrings(network.shape_xy, indices=np.repeat(np.arange(len(counts)), counts))
    doubtable = "" if spec.crs or spec.file.path.suffix.lower() in OSM_SUFFIXES else spec.file.shown
    return StreetLines(lines, network.component[network.tail] == 0, doubtable)


def _read_rest(project: Project, found: Survey) -> None:
    """Files that the analysis asks for later: there, safe, and with how many rows."""
    refs: list[tuple[FileRef, str, tuple[str, ...]]] = []
    refs += [(spec.file, f"candidates.{spec.name}", tuple(spec.columns.values())) for spec in project.candidates]
    refs += [(spec.file, f"basemap.{spec.name}", ()) for spec in project.basemap]
    refs += [(ref, role, ()) for ref, role in ((project.costs, "costs"), (project.growth, "growth")) if ref is not None]
    import numpy as np

    for ref, role, wanted in refs:
        table = found.reading.table(ref, wanted, role=role)
        if table is not None and not found.reading.missing_columns(table, wanted):
            found.reading.keep(table, np.ones(len(table), dtype=bool))


def read_city(project: Project, *, report: QualityReport | None = None) -> City:
    """Everything that a project names, as one value. Raises InputError (project_blocked) where the report has a blocking issue."""
    from planner.inputs.basemap import basemap_shapes
    from planner.inputs.layers import Source
    from planner.inputs.readers import as_boundaries, as_demand, as_facilities
    from planner.measure.city import City

    own = report if report is not None else QualityReport()
    found, streets = survey_project(project, report=own)
    if own.blocking:
        raise blocked(own)
    assert streets is not None
    dates = {record.path: record.date for record in own.files.values()}
    sources = tuple(Source(record.path, record.sha256, record.rows_kept, dates[record.path]) for record in own.files.values())
    return City(project.id, project.name, found.crs, as_boundaries(found), as_demand(found),
                {slug: as_facilities(found, slug) for slug in found.facilities}, streets, project.travels, project.reference_date,
                {target: _as_reported(entry) for target, entry in project.reported.items()}, project.parameters, project.packs, sources,
                basemap=basemap_shapes(project.basemap, found.crs, found.reading))


def _as_reported(entry: Mapping[str, Any]) -> Reported:
    """One entry of [reported]."""
    from planner.measure.city import Reported

    return Reported(entry["value"], entry["date"], entry["source"])
