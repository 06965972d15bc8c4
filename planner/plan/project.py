"""A project: planner.toml as frozen values, and everything that it names as one City."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import planner
from planner.errors import InputError, NetworkError
from planner.inputs.specs import (
    HOUSING,
    BasemapSpec,
    BoundarySpec,
    CandidateSpec,
    ExclusionSpec,
    FacilitySpec,
    FileRef,
    GrowthSpec,
    PlacesSpec,
    PopulationSpec,
    StreetsSpec,
)
from planner.plan import growth_section, sections, siting_sections
from planner.plan.config import CONFIG_FILE, Config
from planner.quality import QualityReport
from planner.units import TravelProfile

if TYPE_CHECKING:
    from planner.inputs.growth import Growth
    from planner.inputs.layers import FacilityLayer
    from planner.inputs.readers import Survey
    from planner.inputs.spread import StreetLines
    from planner.measure.city import City, Reported
    from planner.network.streets import Streets

BUFFER_M = 2000.0


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
    growth: GrowthSpec | None = None
    places: PlacesSpec | None = None
    exclusions: tuple[ExclusionSpec, ...] = ()
    screening: Mapping[str, siting_sections.SitingRules] = field(default_factory=dict)

    @property
    def config_path(self) -> Path:
        """The project's planner.toml."""
        return self.folder / CONFIG_FILE


def bundled_folder() -> Path:
    """The demonstration city: `data` beside app.py in a checkout, or the copy that a wheel carries."""
    package = Path(planner.__file__).parent
    carried = package / "_bundled" / "data"
    return carried if carried.is_dir() else package.parent / "data"


def read_project(path: Path | None = None, *, report: QualityReport | None = None, as_of: dt.date | None = None) -> Project:
    """planner.toml of a folder (or the file itself; None: the demonstration city) as frozen values.

    as_of : the day whose versions of the units count (planner.inputs.versions), in place of the project's reference date.

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
    project = _project(config, file.parent, as_of)
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
def _project(config: Config, folder: Path, as_of: dt.date | None) -> Project:
    """All sections."""
    tree = config.tree
    config.unknown(tree, sections.SECTIONS, "")
    head = config.table(tree, "project")
    config.unknown(head, ("id", "name", "crs", "reference_date", "buffer_m"), "project")
    given = head.get("id")
    ident = config.words(head, "id", "project") if given is not None else None
    day = config.day(head, "reference_date", "project")
    buffer_m = config.number(head, "buffer_m", "project", BUFFER_M)
    plan = config.table(tree, "plan")
    config.unknown(plan, ("packs", "parameters"), "plan")
    named = config.names(head, "name", "project")
    levels = sections.boundaries(config, day if as_of is None else f"{as_of:%Y-%m-%d}")
    folder_name = folder.resolve().name
    return Project(
        folder, ident or folder_name, named or ident or folder_name, sections.metric_crs(config, head),
        dt.date.fromisoformat(day) if day else None, BUFFER_M if buffer_m is None else buffer_m, levels, sections.streets(config),
        sections.population(config), sections.facilities(config), sections.travels(config), sections.packs(config, plan),
        sections.parameters(config, plan), sections.reported(config), sections.candidates(config), sections.basemap(config),
        sections.plain_file(config, "costs"), growth_section.growth(config), sections.places(config),
        siting_sections.exclusions(config), siting_sections.screening(config))


# ---- project to city -------------------------------------------------------------------------------------------------
def survey_project(project: Project, *, report: QualityReport) -> tuple[Survey, Streets | None]:
    """Reads everything that a project names; bad data become issues of the report, and nothing is raised for them."""
    from planner.inputs.readers import survey
    from planner.plan.columns_kept import remembered_columns
    from planner.plan.positions_kept import position_files
    from planner.plan.systems_confirmed import tell_converted

    known: list[Streets] = []
    ledgers = (*project.candidates, *growth_section.ledgers_of(project.growth))
    found = survey(project.boundaries, project.facilities, project.population, crs=project.crs, buffer_m=project.buffer_m,
                   lines=partial(_street_lines, project, report, known), report=report, kept=position_files(project.folder),
                   remembered=remembered_columns(project.folder), candidates=ledgers)
    _read_rest(project, found)
    if project.exclusions and found.crs:
        from planner.inputs.exclusions import read_exclusions

        read_exclusions(project.exclusions, found.crs, found.reading)  # told here, so that a check tells it too
    tell_converted(project, report)
    return found, known[0] if known else None


def _street_lines(project: Project, report: QualityReport, known: list[Streets], crs: str) -> StreetLines | None:
    """The streets on foot in the metric CRS; the Streets themselves go into `known`. None (with a blocking issue) without them."""
    import numpy as np
    import shapely

    from planner.inputs.files import UnusableFileError, present, safe
    from planner.inputs.reading import Reading
    from planner.inputs.spread import StreetLines
    from planner.network.streets import OSM_SUFFIXES, Streets

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
    refs += [(spec.file, f"basemap.{spec.name}", ()) for spec in project.basemap]
    refs += [(spec.file, f"exclusion.{spec.name}", ()) for spec in project.exclusions]
    refs += [(project.costs, "costs", ())] if project.costs is not None else []
    if project.places is not None:
        refs.append((project.places.file, "places", tuple(project.places.columns.values())))
    import numpy as np

    for ref, role, wanted in refs:
        table = found.reading.table(ref, wanted, role=role)
        if table is not None and not found.reading.missing_columns(table, wanted):
            found.reading.keep(table, np.ones(len(table), dtype=bool))
    _growth(project, found, None)


def _growth(project: Project, found: Survey, housing: FacilityLayer | None) -> Growth | None:
    """What [growth] names; None without it, and where boundaries or people could not be read."""
    from planner.inputs.growth import read_growth

    if project.growth is None or found.ground is None or found.people is None:
        return None
    return read_growth(project.growth, found.ground.units, tuple(found.people.people), found.reading, housing)


def read_city(project: Project, *, report: QualityReport | None = None) -> City:
    """Everything that a project names, as one value. Raises InputError (project_blocked) where the report has a blocking issue."""
    own = report if report is not None else QualityReport()
    found, streets = survey_project(project, report=own)
    return as_city(project, found, streets, report=own)


def as_city(project: Project, found: Survey, streets: Streets | None, *, report: QualityReport) -> City:
    """What `survey_project` found, as one value. Raises InputError (project_blocked) where the report has a blocking issue."""
    from planner.inputs.basemap import basemap_shapes
    from planner.inputs.exclusions import read_exclusions
    from planner.inputs.layers import Source
    from planner.inputs.readers import as_boundaries, as_candidates, as_demand, as_facilities
    from planner.measure.city import City

    exclusions = read_exclusions(project.exclusions, found.crs, found.reading) if found.crs else {}
    places = as_candidates(found)
    growth = _growth(project, found, places.pop(HOUSING, None))
    if report.blocking:
        raise blocked(report)
    assert streets is not None
    dates = {record.path: record.date for record in report.files.values()}
    sources = tuple(Source(record.path, record.sha256, record.rows_kept, dates[record.path]) for record in report.files.values())
    return City(project.id, project.name, found.crs, as_boundaries(found), as_demand(found),
                {slug: as_facilities(found, slug) for slug in found.facilities}, streets, project.travels, project.reference_date,
                {target: _as_reported(entry) for target, entry in project.reported.items()}, project.parameters, project.packs, sources,
                basemap=basemap_shapes(project.basemap, found.crs, found.reading), candidates=places, exclusions=exclusions,
                growth=growth)


def _as_reported(entry: Mapping[str, Any]) -> Reported:
    """One entry of [reported]."""
    from planner.measure.city import Reported

    return Reported(entry["value"], entry["date"], entry["source"], entry["by"], entry["reason"], entry["units"],
                    entry["baseline"], entry["baseline_date"])
