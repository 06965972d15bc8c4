"""The first data of a project, step by step: what is there, what is missing, and a file put into its place.

Each step asks for one kind of file. Putting one in writes the file into the folder and its section into planner.toml, with the columns
left to be recognised by their headers; what is doubtful is asked as anywhere else. A planner.toml that could not be read with it stays as
it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import InputError
from planner.inputs.specs import LEVELS, FileRef
from planner.inputs.vector import VECTOR_SUFFIXES
from planner.network.streets import OSM_SUFFIXES
from planner.plan.config import CONFIG_FILE
from planner.plan.project import Project, read_project
from planner.plan.settings import settings_lock, still_sound
from planner.plan.taking_over import plain_name
from planner.plan.toml_edit import Value, edit_section, replace_file
from planner.quality import Issue, QualityReport

if TYPE_CHECKING:
    from planner.inputs.readers import Survey
    from planner.network.streets import Streets

BOUNDARIES, STREETS, PEOPLE, FACILITIES = "boundaries", "streets", "people", "facilities"
STEPS = (BOUNDARIES, STREETS, PEOPLE, FACILITIES)
"""The steps in their order: each needs those before it."""
TABLE_SUFFIXES = (".csv", ".xlsx", ".xls", ".txt", ".tsv")
ACCEPTED: Mapping[str, tuple[str, ...]] = {
    BOUNDARIES: VECTOR_SUFFIXES,
    STREETS: (*OSM_SUFFIXES, ".osm.pbf", *VECTOR_SUFFIXES),
    PEOPLE: TABLE_SUFFIXES,
    FACILITIES: (*TABLE_SUFFIXES, ".geojson", ".json", ".gpkg", ".shp", ".zip", ".kml", ".kmz"),
}
"""The endings of files that a step takes."""
NOTHING_YET = ("file_missing", "file_empty")
"""Issues of files that are still to come; any other says that there is one, to be mended."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. done : its data can be used; absent : there is nothing yet; rows : rows kept; files : what it reads;
    parts : level or layer -> rows kept of its file (0: none yet); issues : what was found in its files; units : (code, name) of the units
    of the finest level, for the boundaries only."""

    name: str
    done: bool
    absent: bool
    rows: int
    files: tuple[str, ...]
    parts: Mapping[str, int]
    issues: tuple[Issue, ...]
    units: tuple[tuple[str, str], ...] = ()


def first_steps(project: Project, found: Survey, streets: Streets | None, report: QualityReport) -> tuple[Step, ...]:
    """How far a project's first data have come, from what a survey of it found."""
    ground = found.ground
    levels = {spec.level: _kept(report, spec.file) for spec in project.boundaries}
    people = [project.population.file] if project.population is not None else []
    kept = {slug: int(placed.keep.sum()) for slug, placed in found.facilities.items()}
    layers = {spec.slug: kept.get(spec.slug, 0) for spec in project.facilities}
    lines = [project.streets.file] if project.streets is not None else []
    borders = _step(BOUNDARIES, bool(levels) and ground is not None and set(ground.units) == set(levels),
                    [spec.file for spec in project.boundaries], levels, report)
    finest = next(reversed(list(ground.units.values())), None) if ground is not None else None
    units = () if finest is None else tuple(zip(map(str, finest.codes), map(str, finest.names), strict=True))
    return (
        replace(borders, units=units),
        _step(STREETS, streets is not None, lines, {}, report),
        _step(PEOPLE, found.people is not None and sum(_kept(report, file) for file in people) > 0, people, {}, report),
        _step(FACILITIES, any(layers.values()), [spec.file for spec in project.facilities], layers, report))


def _step(name: str, done: bool, files: Sequence[FileRef], parts: Mapping[str, int], report: QualityReport) -> Step:
    """A step with what the report says of its files."""
    shown = tuple(dict.fromkeys(file.shown for file in files))
    read = sum(report.files[one].rows_in for one in shown if one in report.files)
    issues = tuple(issue for issue in report.issues if issue.file in shown)
    there = read > 0 or any(issue.severity == "blocking" and issue.code not in NOTHING_YET for issue in issues)
    if name == STREETS:
        there = any(file.path.exists() for file in files)
    return Step(name, done, not there, sum(_kept(report, file) for file in files), shown, parts, issues)


def _kept(report: QualityReport, file: FileRef) -> int:
    """Rows that were kept of a file."""
    return report.files[file.shown].rows_kept if file.shown in report.files else 0


# ---- putting files in ------------------------------------------------------------------------------------------------
def put_boundaries(folder: Path, level: str, name: str, data: bytes) -> None:
    """A file of borders of a level: city, district, township or community. Raises InputError as `_put`."""
    if level not in LEVELS:
        raise InputError("level_unknown", level=level, levels=", ".join(LEVELS))
    path = f"boundaries/{_named(level, name, BOUNDARIES)}"
    _put(folder, ("boundaries", level), path, data, {"path": path, "recognise": True})


def drop_boundaries(folder: Path, level: str) -> None:
    """Takes a level out of planner.toml that the city has no borders of; people then come by the level that is left."""
    with settings_lock(folder):
        before = (folder / CONFIG_FILE).read_bytes()
        edit_section(folder, ("boundaries", level), None)
        project = read_project(folder, report=QualityReport())
        left = [spec.level for spec in project.boundaries]
        if project.population is None and left:  # it named the level that is gone
            edit_section(folder, ("population",), {"path": "population.csv", "level": left[-1], "spread": "streets", "recognise": True})
        still_sound(folder, before)


def put_streets(folder: Path, name: str, data: bytes) -> None:
    """A file of streets: OpenStreetMap, GraphML or a layer of lines. Raises InputError as `_put`."""
    path = _named("streets", name, STREETS)
    _put(folder, ("streets",), path, data, {"path": path})


def put_people(folder: Path, name: str, data: bytes, *, level: str) -> None:
    """A table of people by the codes of a level's units. Raises InputError as `_put`."""
    path = _named("population", name, PEOPLE)
    _put(folder, ("population",), path, data, {"path": path, "level": level, "spread": "streets", "recognise": True})


def put_facilities(folder: Path, layer: str, name: str, data: bytes) -> None:
    """A ledger of one layer of facilities. Raises InputError as `_put`."""
    path = f"facilities/{_named(layer, name, FACILITIES)}"
    _put(folder, ("facilities", layer), path, data, {"path": path, "crs": "auto", "recognise": True})


def _named(stem: str, name: str, step: str) -> str:
    """The name of a step's file in the folder. Raises InputError (first_file_kind) for a file of another kind."""
    plain = plain_name(name).lower()
    suffix = next((suffix for suffix in sorted(ACCEPTED[step], key=len, reverse=True) if plain.endswith(suffix)), None)
    if suffix is None:
        raise InputError("first_file_kind", file=name, suffixes=" ".join(ACCEPTED[step]))
    return stem + suffix


def _put(folder: Path, section: tuple[str, ...], path: str, data: bytes, values: Mapping[str, Value]) -> None:
    """Writes a file and its section, or neither. Raises InputError: store_locked (another is at it), edit_not_safe, edit_not_written,
    first_not_sound."""
    target = folder / path
    with settings_lock(folder):
        try:
            former = {file: file.read_bytes() if file.is_file() else None for file in (folder / CONFIG_FILE, target)}
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, data)
        except OSError as error:
            raise InputError("edit_not_written", file=path) from error
        try:
            edit_section(folder, section, values)
            still_sound(folder, former[folder / CONFIG_FILE] or b"")
        except InputError:
            if former[target] is None:
                target.unlink(missing_ok=True)
            else:
                replace_file(target, former[target] or b"")
            raise
