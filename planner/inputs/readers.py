"""The doors of this room: files to layers.

`survey` reads a whole project and never stops at bad data: what it found stands in the report. `read_boundaries`, `read_facilities` and
`read_population` are the same steps one by one. Nothing that a blocking issue speaks of may be used; who calls looks at the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import CrsError
from planner.inputs import boundaries as boundary_files
from planner.inputs import candidates as candidate_files
from planner.inputs import checks, examined, facilities, mapping, placing, population, systems, versions
from planner.inputs import gates as gate_files
from planner.inputs import kept as kept_files
from planner.inputs import sites as site_links
from planner.inputs.coordinates import System, metric_crs, parse_system
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.inputs.people_points import people_points
from planner.inputs.placing import Ground, Placed
from planner.inputs.population import People
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS, BoundarySpec, CandidateSpec, FacilitySpec, FileRef, PopulationSpec
from planner.inputs.spread import StreetLines
from planner.inputs.units import Units, ancestors
from planner.quality import QualityReport

BUFFER_M = 2000.0
"""So far outside all units a facility is still taken for one of the city's (docs/quality.md, outside_boundary)."""
LinesOf = Callable[[str], "StreetLines | None"]


@dataclass(slots=True)
class Survey:
    """What was read of a project's boundaries, facilities and people, as arrays. crs is "" where no boundary could be read."""

    reading: Reading
    crs: str = ""
    ground: Ground | None = None
    facilities: dict[str, Placed] = field(default_factory=dict)
    candidates: dict[str, Placed] = field(default_factory=dict)
    people: People | None = None
    specs: dict[str, Any] = field(default_factory=dict)

    @property
    def report(self) -> QualityReport:
        """The report that the reading wrote to."""
        return self.reading.report

    def source(self, shown: str, date: str) -> Source:
        """Where a layer came from."""
        record = self.report.record(shown)
        return Source(shown, record.sha256, record.rows_kept, date)


def survey(levels: Sequence[BoundarySpec], ledgers: Sequence[FacilitySpec], people: PopulationSpec | None, *, crs: str | None,
           buffer_m: float = BUFFER_M, lines: LinesOf, report: QualityReport,
           kept: Sequence[FileRef] = (), remembered: Mapping[str, Mapping[str, str]] | None = None,
           candidates: Sequence[CandidateSpec] = ()) -> Survey:
    """Reads all layers of a project into one metric CRS.

    crs : the metric CRS, None to choose it from the boundaries; lines : gives the streets on foot in a CRS, None where they cannot be read.
    kept : files of positions that are kept beside the ledgers (planner.inputs.kept); remembered : confirmed columns by the shape of a
    file (planner.inputs.mapping); candidates : ledgers of places where a facility could be, read as facilities are.
    """
    found = Survey(Reading(report, remembered or {}))
    reading = found.reading
    ledgers = [settled for spec in (*ledgers, *map(candidate_files.ledger_spec, candidates))
               if (settled := mapping.of_facilities(spec, reading)) is not None]
    people = None if people is None else mapping.of_population(people, reading)
    settled_levels = [known for spec in levels if (known := mapping.of_boundaries(spec, reading)) is not None]
    found.specs = {"boundaries": {spec.level: spec for spec in settled_levels}, "population": people}
    raw_units = [raw for raw in (boundary_files.read_raw(spec, reading) for spec in settled_levels) if raw is not None]
    raw_ledgers = [raw for raw in (facilities.read_raw(spec, reading) for spec in ledgers) if raw is not None]
    gates = {raw.spec.slug: found_gates for raw in raw_ledgers if (found_gates := gate_files.read_gates(raw, reading)) is not None}
    gate_files.select(list(gates.values()), reading)
    system = _metric(crs, raw_units, reading)
    if system is None:
        _count_rows(people, reading)
        lines("")
        return found
    found.crs = report.crs = system.name
    ground = _ground(raw_units, system, buffer_m, reading)
    streets = lines(system.name)
    if ground is None:
        _count_rows(people, reading)
        return found
    found.ground = ground
    raw_ledgers = [_in_system(raw, system) for raw in raw_ledgers]
    gates = {slug: replace(found_gates, raw=_in_system(found_gates.raw, system)) for slug, found_gates in gates.items()}
    points = people_points(people, ground, reading)
    street_file = next((record for record in report.files.values() if record.role == "streets"), None)
    name = examined.name_of(street_file, [settled_levels, ledgers, people, system, buffer_m])
    answer, before = examined.recall(name), (len(report.systems), len(report.issues))
    if answer is not None:
        doubtful: set[str] = set()
        report.systems.extend(answer[0])
        report.issues.extend(answer[1])
    else:
        placed_by = [*raw_ledgers, *(found_gates.raw for found_gates in gates.values())]
        doubtful = systems.examine(raw_units, placed_by, ground, streets, reading, points)
        if not doubtful:
            examined.keep(name, report.systems[before[0]:], report.issues[before[1]:])
    complete = len(raw_units) == len(levels)
    if complete:
        checks.units(ground, reading, doubtful)
    beside = kept_files.read_kept(kept, reading)
    for raw in raw_ledgers:
        versions.tell_stated(raw, ground, reading)
        suspect = not complete or (bool(doubtful) and (raw.spec.slug in doubtful or bool(doubtful & set(ground.units))))
        placed = placing.place(raw, ground, reading, suspect=suspect, gates=gates.get(raw.spec.slug), kept=beside)
        (found.candidates if candidate_files.is_candidates(raw) else found.facilities)[raw.spec.slug] = placed
        if not suspect:
            checks.duplicates(placed, reading)
    kept_files.close(beside, reading)
    if not doubtful:
        site_links.report_sites(found.facilities.values(), reading)
    report.totals.setdefault("facilities", {}).update({slug: placing.totals(placed) for slug, placed in found.facilities.items()})
    if people is not None and complete:
        found.people = population.read(people, ground, lambda: streets, reading)
        if systems.POPULATION in doubtful:
            systems.forget_places(people.file.shown, ground, report)
    else:
        _count_rows(people, reading)
    return found


def _in_system(raw: facilities.RawFacilities, system: System) -> facilities.RawFacilities:
    """A ledger in the project's metric CRS as one in that system."""
    return replace(raw, system=system) if raw.system == facilities.PROJECT_SYSTEM else raw


def _count_rows(people: PopulationSpec | None, reading: Reading) -> None:
    """Looks at the population file although its units could not be read, so that its own faults are told too."""
    if people is not None:
        population.look(people, reading)


def _metric(crs: str | None, raw: Sequence[boundary_files.RawUnits], reading: Reading) -> System | None:
    """The metric CRS: the project's, else one chosen from the extent of the boundaries; None where there is neither."""
    if crs is not None:
        return parse_system(crs)
    try:
        return parse_system(metric_crs(*boundary_files.middle(raw)))
    except CrsError:
        return None


def _ground(raw: Sequence[boundary_files.RawUnits], system: System, buffer_m: float, reading: Reading) -> Ground | None:
    """The units of every level in the metric CRS, with their parents settled."""
    placed: dict[str, Units] = {}
    for layer in raw:
        units = boundary_files.place(layer, system, reading)
        if units is not None and layer.spec.changes is not None:
            units = replace(units, former=versions.read_changes(layer.spec, units.codes.tolist(), reading), cache={})
        if units is not None:
            placed[layer.spec.level] = units
    if not placed:
        return None
    order = [level for level in LEVELS if level in placed] + [level for level in placed if level not in LEVELS]
    placed = {level: placed[level] for level in order}
    above = {level: ancestors(placed, level) for level in placed}
    parents = boundary_files.settle_parents(placed, above, {layer.spec.level: layer.spec for layer in raw}, reading)
    for level, units in placed.items():
        units.parents[:] = parents[level]
    return Ground(placed, above, system, buffer_m)


# ---- arrays to layers ------------------------------------------------------------------------------------------------
def as_boundaries(found: Survey) -> Boundaries:
    """The boundaries of a survey."""
    import geopandas as gpd

    assert found.ground is not None
    levels, sources, labels = {}, {}, {}
    for level, units in found.ground.units.items():
        spec: BoundarySpec = found.specs["boundaries"][level]
        columns: dict[str, Any] = {"code": units.codes, "name": units.names, "class": units.classes, "parent": units.parents,
                                   "row": units.rows}
        columns |= {header: values for header, values in units.extra.items() if header not in columns}
        if spec.class_ and spec.class_ not in columns:
            columns[spec.class_] = units.classes
        columns.pop("geometry", None)
        levels[level] = gpd.GeoDataFrame(_frame(columns), geometry=units.shapes, crs=found.crs)
        sources[level] = found.source(units.shown, spec.date)
        if spec.label:
            labels[level] = spec.label
    return Boundaries(found.crs, levels, sources, labels)


def _frame(columns: Mapping[str, npt.NDArray[Any]]) -> Any:
    """Columns as a DataFrame; text stays object, so that nothing is guessed."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


def as_facilities(found: Survey, slug: str) -> FacilityLayer:
    """One facility layer of a survey."""
    return _as_layer(found, slug, found.facilities[slug])


def as_candidates(found: Survey) -> dict[str, FacilityLayer]:
    """The ledgers of candidates of a survey, by the NAME of `[candidates.NAME]`."""
    names = {slug: slug.removeprefix(candidate_files.SECTION) for slug in found.candidates}
    return {names[slug]: _as_layer(found, names[slug], placed) for slug, placed in found.candidates.items()}


def _as_layer(found: Survey, slug: str, placed: Placed) -> FacilityLayer:
    """A placed ledger as a layer."""
    import geopandas as gpd
    import shapely

    columns = placing.frame_columns(placed)
    columns.pop("geometry", None)
    x, y = columns["x"], columns["y"]
    shapes = np.full(len(x), None, dtype=object)
    known = np.isfinite(x)
    shapes[known] = shapely.points(x[known], y[known])
    spec = placed.raw.spec
    frame = gpd.GeoDataFrame(_frame(columns), geometry=shapes, crs=found.crs)
    record = found.report.record(spec.file.shown)
    extents = placed.extents.take(np.flatnonzero(placed.keep))
    plain = not (extents.has_area.any() or extents.has_doors.any())
    return FacilityLayer(slug, frame, Source(spec.file.shown, record.sha256, len(frame), spec.date), spec.count_by,
                         None if plain else extents)


def as_demand(found: Survey) -> DemandPoints:
    """The demand points of a survey."""
    assert found.people is not None
    spec: PopulationSpec = found.specs["population"]
    people = found.people
    return DemandPoints(people.x, people.y, people.people, people.units, found.source(spec.file.shown, spec.date), spec.spread,
                        spec.hide_small, found.report.population.get("groups", {}))


def read_boundaries(levels: Sequence[BoundarySpec], *, crs: str | None = None, report: QualityReport) -> Boundaries | None:
    """The units of each level in one metric CRS (chosen from the extent without `crs`); None where a blocking issue forbids it."""
    found = survey(levels, (), None, crs=crs, lines=lambda _: None, report=report)
    return None if found.ground is None or report.blocking else as_boundaries(found)


def read_facilities(spec: FacilitySpec, levels: Sequence[BoundarySpec], *, crs: str | None = None, buffer_m: float = BUFFER_M,
                    report: QualityReport) -> FacilityLayer | None:
    """One facility layer, placed in the units of the levels; None where a blocking issue forbids it."""
    found = survey(levels, (spec,), None, crs=crs, buffer_m=buffer_m, lines=lambda _: None, report=report)
    return None if spec.slug not in found.facilities or report.blocking else as_facilities(found, spec.slug)


def read_population(spec: PopulationSpec, levels: Sequence[BoundarySpec], *, crs: str | None = None, buffer_m: float = BUFFER_M,
                    lines: LinesOf = lambda _: None, report: QualityReport) -> DemandPoints | None:
    """The demand points in the units of the levels; `lines` gives the streets that unit totals are spread along."""
    found = survey(levels, (), spec, crs=crs, buffer_m=buffer_m, lines=lines, report=report)
    return None if found.people is None or report.blocking else as_demand(found)
