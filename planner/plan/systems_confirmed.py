"""Coordinate systems that a person confirms: `crs = "..."` written into planner.toml, and nothing converted twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from planner.errors import CrsError, InputError
from planner.inputs import conversion_log
from planner.inputs.coordinates import WGS84, parse_system
from planner.inputs.files import sha256
from planner.inputs.specs import FileRef
from planner.plan.config import split
from planner.plan.project import Project
from planner.plan.toml_edit import edit_project
from planner.quality import Issue, QualityReport

AUTO, SPREAD = "auto", "population.spread"


def sections(project: Project) -> Iterator[tuple[str, FileRef, str]]:
    """The sections of planner.toml that name a file with coordinates, its file, and its declared system (`auto` where it has none)."""
    for level in project.boundaries:
        yield f"boundaries.{level.level}", level.file, level.crs or AUTO
    if project.streets is not None:
        yield "streets", project.streets.file, project.streets.crs or AUTO
    if project.population is not None:
        yield "population", project.population.file, project.population.crs or AUTO
        if project.population.spread_file is not None:
            yield SPREAD, project.population.spread_file, project.population.spread_crs or AUTO
    for layer in project.facilities:
        yield f"facilities.{layer.slug}", layer.file, layer.crs
        if layer.entrances is not None:
            yield f"facilities.{layer.slug}.entrances", layer.entrances.file, layer.entrances.crs


def confirm(project: Project, name: str, system: str) -> tuple[str, ...]:
    """Declares a coordinate system: of one section (`facilities.hospital`), or of all sections that name a file (`hospitals.csv`).

    planner.toml is changed by one value a section and otherwise left letter by letter; the confirmation is logged. Returns the sections.
    Raises InputError: confirm_unknown (no such section or file), confirm_converted (the file was converted before),
    edit_not_safe and edit_not_written; CrsError for a system that is not known.
    """
    parsed = parse_system(system)
    known = list(sections(project))
    chosen = [(section, file) for section, file, _ in known if section == name]
    chosen = chosen or [(section, file) for section, file, _ in known if file.shown == name.replace("\\", "/")]
    if not chosen:
        names = dict.fromkeys([section for section, _, _ in known] + [file.shown for _, file, _ in known])
        raise InputError("confirm_unknown", name=name, names=", ".join(names)[:600])
    converted = conversion_log.known(project.folder)
    digests = {file.path: sha256(file.path) if file.path.exists() else "" for _, file in chosen}
    for _, file in chosen:
        entry = converted.get(digests[file.path])
        if entry is not None and conversion_log.twice(entry, parsed):
            raise InputError("confirm_converted", file=file.shown, declared=parsed.name, source=entry.source, target=entry.target,
                             day=entry.day)
    written = parsed.name if parsed.name != WGS84 else "EPSG:4326"
    for section, _ in chosen:
        table, key = (["population"], "spread_crs") if section == SPREAD else (split(section), "crs")
        edit_project(project.folder, table, key, written)
    for path, digest in digests.items():
        if digest:
            conversion_log.remember(conversion_log.Conversion(digest, parsed.name, WGS84, Path(path).name, conversion_log.today(),
                                                              "confirmed"), project.folder)
    return tuple(section for section, _ in chosen)


def confirm_written(project: Project, wish: str) -> tuple[str, ...]:
    """The same from one text, SECTION=SYSTEM or FILE=SYSTEM. Raises InputError (confirm_form) where it is none, and what `confirm` does."""
    name, sign, system = wish.rpartition("=")
    if not sign or not name.strip() or not system.strip():
        raise InputError("confirm_form", value=wish[:200])
    return confirm(project, name.strip(), system.strip())


def tell_converted(project: Project, report: QualityReport) -> None:
    """A blocking issue for every file that `planner convert` has converted and planner.toml declares to be as it was before."""
    converted = conversion_log.known(project.folder)
    if not converted:
        return
    told = set()
    for section, file, declared in sections(project):
        record = report.files.get(file.shown)
        entry = converted.get(record.sha256) if record is not None and record.sha256 else None
        if entry is None or declared == AUTO or file.shown in told:
            continue
        try:
            parsed = parse_system(declared)
        except CrsError:
            continue
        if conversion_log.twice(entry, parsed):
            told.add(file.shown)
            report.issues.append(Issue("crs_suspect", "blocking", file.shown, column=f"{section}.crs", value=entry.target,
                                       sentence="crs_converted_before",
                                       params={"day": entry.day, "source": entry.source, "target": entry.target, "declared": parsed.name}))
