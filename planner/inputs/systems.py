"""Which coordinate system do the coordinates speak? Hypotheses compared by where the points fall.

A ledger of which no more is known than its numbers may be in WGS84, GCJ-02 or BD-09, and so may a boundary, a street layer or the people's
points. For every hypothesis the evidence is counted (planner.inputs.evidence). The assignment of systems that explains most is taken, where
what is declared counts as true until the evidence against it is plain: another system must explain MARGIN of all observations more, and
SIGMAS times the square root of those that do not hold as declared. Nothing is ever converted by this; every layer's counts go into the
report (`systems`), so that a person can confirm what is likely.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import shapely

from planner.inputs import offsets, planes
from planner.inputs.boundaries import RawUnits
from planner.inputs.coordinates import WGS84, to_wgs84
from planner.inputs.evidence import (
    GUESSES,
    PEOPLE,
    STREETS,
    Hits,
    Layer,
    Pair,
    PeoplePoints,
    Points,
    Scene,
    count_points,
    pairs,
    points_of,
)
from planner.inputs.facilities import RawFacilities
from planner.inputs.outline import in_china
from planner.inputs.placing import Ground, plane
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.inputs.spread import StreetLines
from planner.quality import Issue, QualityReport, SystemEvidence

MARGIN = 0.1
SIGMAS = 2.0
EACH_LAYER = 3.0
PEOPLE_WEIGH = 1.25
"""A ledger is likelier to be off than the people's points, where nothing else tells which of the two is."""
AGREES = 0.6
"""Share of another layer's points that must lie in a layer of unstated system for it to be used (with a warning)."""
POPULATION = "population"
PLAIN_LEAD, SOME_LEAD = 0.2, 0.1
MANY, SOME = 100, 30
"""Confidence: the lead of the likely system over the next one as a share of so many observations (docs/quality.md)."""
Assignment = Mapping[str, str]
Nested = Mapping[tuple[str, str], Pair]


def examine(units: Sequence[RawUnits], ledgers: Sequence[RawFacilities], ground: Ground, streets: StreetLines | None,
            reading: Reading, people: PeoplePoints | None = None) -> set[str]:
    """Levels, layer slugs and POPULATION whose system is in doubt, each with a blocking issue; the evidence goes into the report."""
    doubtful = planes.ledgers_in_metres(ledgers, ground, reading)
    _unstated(units, ledgers, ground, streets, reading)
    if _abroad(ground):
        return doubtful
    levels = {raw.spec.level: raw for raw in units if raw.spec.level in ground.units and raw.spec.level in LEVELS}
    layers = {level: Layer(level, _declared(raw), raw.system is None or raw.system.name in GUESSES) for level, raw in levels.items()}
    if streets is not None and len(streets.shapes):
        layers[STREETS] = Layer(STREETS, WGS84, bool(streets.shown))
    if people is not None and np.isfinite(people.lon).any():
        layers[PEOPLE] = Layer(PEOPLE, people.declared, people.open)
    scene = Scene(ground, layers, streets, people if PEOPLE in layers else None)
    files = points_of(ledgers, ground, doubtful)
    for file in files:
        count_points(file, scene)
        if PEOPLE in file.counted and people is not None and people.grid:
            del file.counted[PEOPLE], file.hits[PEOPLE]
        if PEOPLE in file.counted and _by_chance(file.hits[PEOPLE], file.declared, layers[PEOPLE], partial(offsets.of_points, file, scene)):
            del file.counted[PEOPLE], file.hits[PEOPLE]
    nested = {both: pair for both, pair in pairs(scene).items() if both[1] != STREETS or not _by_chance(
        pair.hits, layers[both[0]].declared, layers[STREETS], partial(offsets.of_layer, both[0], scene))}
    best = _best(files, layers, nested)
    sections: dict[str, tuple[str, str, str | None]] = {
        level: (raw.spec.file.section or f"boundaries.{level}", raw.table.shown, None) for level, raw in levels.items()}
    sections |= {STREETS: ("streets", streets.shown, None)} if streets is not None else {}
    sections |= {PEOPLE: (people.section, people.shown, people.sheet)} if people is not None else {}
    for name in sorted(layers, key=lambda name: name != STREETS):
        if not layers[name].open:
            continue
        section, shown, sheet = sections[name]
        found = _about_layer(name, (section,), shown, best, files, nested, scene)
        _tell(found, sheet, reading)
        if found.likely != found.declared:
            # nobody can be placed by streets that lie elsewhere
            doubtful |= set(levels) if name == STREETS else {POPULATION} if name == PEOPLE else {name}
    for file in files:
        named = tuple(dict.fromkeys(raw.spec.file.section or f"facilities.{raw.spec.slug}" for raw in file.ledgers))
        found = _about_file(file, named, best, scene)
        _tell(found, file.ledgers[0].table.sheet, reading)
        doubtful |= {raw.spec.slug for raw in file.ledgers} if found.likely != found.declared else set()
    return doubtful


def _by_chance(hits: Hits, declared: str, other: Layer, measure: Callable[[str, str], offsets.Offset | None]) -> bool:
    """Whether what speaks for another system is a pattern - streets and places in regular rows - rather than a shift: then the measured
    offset is not the formula's. Where it is the layer compared with that seems off, nothing can be said."""
    likely, system = max(hits, key=lambda pair: (hits[pair], pair == (declared, other.declared)))
    if likely == declared or system != other.declared:
        return False
    found = measure(likely, system)
    return found is None or found.apart_m > offsets.FITS_M


def _declared(raw: RawUnits) -> str:
    """The system that a boundary layer was placed by, among those that are compared."""
    return raw.system.name if raw.system is not None and raw.system.name in GUESSES else WGS84


def _tell(found: SystemEvidence, sheet: str | None, reading: Reading) -> None:
    """Writes the evidence about a layer into the report, with an issue where it is in doubt."""
    reading.report.systems.append(found)
    if found.likely == found.declared:
        return
    asked = max(found.observations, 1)
    params: dict[str, object] = {"declared": found.declared, "before": f"{found.hits[found.declared] / asked:.0%}",
                                 "after": f"{found.hits[found.likely] / asked:.0%}",
                                 "section": found.sections[0] if len(found.sections) == 1 else found.file}
    sentence = None
    if found.measured_m is not None and found.expected_m is not None:
        sentence = "crs_suspect_measured"
        params |= {"east": f"{found.measured_m[0]:+.0f}", "north": f"{found.measured_m[1]:+.0f}",
                   "expected_east": f"{found.expected_m[0]:+.0f}", "expected_north": f"{found.expected_m[1]:+.0f}"}
    reading.add(Issue("crs_suspect", "blocking", found.file, sheet, value=found.likely, sentence=sentence, params=params))


def _unstated(units: Sequence[RawUnits], ledgers: Sequence[RawFacilities], ground: Ground, streets: StreetLines | None,
              reading: Reading) -> None:
    """Layers without a word of their system, tried as WGS84 against the others: usable with a warning where they agree."""
    silent = {raw.spec.level for raw in units if raw.system is None}
    points = [(raw, *plane(raw, ground.crs)) for raw in ledgers]
    said = [(x[np.isfinite(x)], y[np.isfinite(x)]) for raw, x, y in points if not raw.unstated]
    for level in silent & set(ground.units):
        own = ground.units[level]
        others = [units_.inner_points() for name, units_ in ground.units.items() if name not in silent]
        if streets is not None and len(streets.shapes):
            middle = shapely.line_interpolate_point(streets.shapes, 0.5, normalized=True)
            others.append((shapely.get_x(middle), shapely.get_y(middle)))
        shares = [float((own.locate(x, y) >= 0).mean()) for x, y in (*said, *others) if len(x)]
        _tell_unstated(own.shown, max(shares, default=None), reading)
    spoken = [units_ for name, units_ in ground.units.items() if name not in silent]
    for raw, x, y in points:
        if raw.unstated and not raw.positions.plane:
            finite = np.isfinite(x)
            shares = [float((units_.locate(x[finite], y[finite]) >= 0).mean()) for units_ in spoken if finite.any()]
            _tell_unstated(raw.table.shown, max(shares, default=None), reading)


def _tell_unstated(shown: str, share: float | None, reading: Reading) -> None:
    """The issue of one layer without a word of its system."""
    if share is not None and share >= AGREES:
        reading.add(Issue("crs_missing", "warning", shown, value="EPSG:4326", params={"share": f"{share:.0%}"}))
    else:
        reading.add(Issue("crs_missing", "blocking", shown, sentence="crs_missing_blocking"))


def _abroad(ground: Ground) -> bool:
    """Whether the city lies outside China, where neither GCJ-02 nor BD-09 is found."""
    bounds = np.array([shapely.total_bounds(units.shapes) for units in ground.units.values()])
    x, y = (bounds[:, 0].min() + bounds[:, 2].max()) / 2, (bounds[:, 1].min() + bounds[:, 3].max()) / 2
    return not bool(in_china(*to_wgs84(ground.crs, np.array([x]), np.array([y])))[0])


def forget_places(shown: str, ground: Ground, report: QualityReport) -> None:
    """Takes back what was said of single places of a population file whose system is in doubt: it would all be of that."""
    files = {shown, *(units.shown for units in ground.units.values())}
    report.issues[:] = [issue for issue in report.issues if not (
        (issue.code == "outside_boundary" and issue.file == shown) or (issue.code == "unit_without_population" and issue.file in files))]


# ---- the decision ----------------------------------------------------------------------------------------------------
def _charge(evidence: int, misses: int, layers: int) -> float:
    """What the change of some layers must explain more: of so many observations, so many of which do not hold as declared."""
    return MARGIN * evidence + SIGMAS * math.sqrt(misses) + EACH_LAYER * layers


def _support(file: Points, own: str, assigned: Assignment) -> int:
    """Observations about a file that hold under its system and those of the layers."""
    return sum(file.hits[name][own, assigned[name]] for name in file.counted)


def _best(files: Sequence[Points], layers: Mapping[str, Layer], nested: Nested) -> dict[str, str]:
    """The systems, by layer and file, that explain most. Changes are charged for, those of several levels together: maps come in sets."""
    declared = {name: layer.declared for name, layer in layers.items()}
    asked = {name: _asked(name, files, nested, declared) for name in layers}
    counted = {file.key: sum(file.counted.values()) for file in files}
    missed = {file.key: counted[file.key] - _support(file, file.declared, declared) for file in files}
    best: dict[str, str] = {}
    best_score = -np.inf
    for systems in itertools.product(*(layer.guesses for layer in layers.values())):
        assigned = dict(zip(layers, systems, strict=True))
        changed = [name for name, system in assigned.items() if system != declared[name] and name != PEOPLE]
        score = -_charge(sum(asked[name][0] for name in changed), sum(asked[name][1] for name in changed), len(changed))
        if PEOPLE in assigned and assigned[PEOPLE] != declared[PEOPLE]:
            score -= PEOPLE_WEIGH * _charge(*asked[PEOPLE], 1)
        score += sum(pair.hits[assigned[first], assigned[second]] for (first, second), pair in nested.items())
        chosen: dict[str, str] = {}
        for file in files:
            price = _charge(counted[file.key], missed[file.key], 1)
            worth = {own: _support(file, own, assigned) - (price if own != file.declared else 0.0) for own in file.guesses}
            chosen[file.key] = max(file.guesses, key=lambda own: worth[own])
            score += worth[chosen[file.key]]
        if score > best_score + 1e-9:
            best, best_score = {**assigned, **chosen}, score
    return best


def _asked(name: str, files: Sequence[Points], nested: Nested, declared: Assignment) -> tuple[int, int]:
    """Observations about a layer - by points or by another layer, whichever are more -, and how many of them do not hold as declared."""
    points = sum(file.counted.get(name, 0) for file in files)
    missed = points - sum(file.hits[name][file.declared, declared[name]] for file in files if name in file.counted)
    others = max(((pair.count, pair.count - pair.hits[declared[both[0]], declared[both[1]]]) for both, pair in nested.items()
                  if name in both), default=(0, 0))
    return max((points, missed), others)


# ---- what is said of it ----------------------------------------------------------------------------------------------
def _said(name: str) -> str:
    """What a layer is called in the report."""
    return {STREETS: "streets", PEOPLE: "people"}.get(name, name)


def _evidence(sections: tuple[str, ...], shown: str, declared: str, likely: str, kinds: dict[str, tuple[int, dict[str, int]]],
              measured: offsets.Offset | None) -> SystemEvidence:
    """The evidence as the report has it."""
    count = sum(asked for asked, _ in kinds.values())
    hits = {system: sum(held[system] for _, held in kinds.values()) for system in GUESSES}
    lead = hits[likely] - max(held for system, held in hits.items() if system != likely)
    strong = lead >= PLAIN_LEAD * count and count >= MANY
    if measured is not None and measured.apart_m > offsets.FITS_M:
        strong = False
    word = "high" if strong and count else "medium" if count >= SOME and lead >= SOME_LEAD * count else "low" if count else "none"
    return SystemEvidence(sections, shown, declared, likely, word, count, hits, kinds,
                          None if measured is None else measured.measured_m, None if measured is None else measured.expected_m,
                          None if measured is None else measured.places)


def _about_file(file: Points, sections: tuple[str, ...], best: Assignment, scene: Scene) -> SystemEvidence:
    """The evidence about a ledger's file, each of its layers under the system found for it."""
    kinds = {_said(name): (count, {own: file.hits[name][own, best[name]] for own in GUESSES}) for name, count in file.counted.items()}
    likely = best[file.key]
    measured = None
    if likely != file.declared:
        reference = next((name for name in (STREETS, PEOPLE) if name in file.counted), None)
        measured = None if reference is None else offsets.of_points(file, scene, likely, best[reference], reference)
    return _evidence(sections, file.shown, file.declared, likely, kinds, measured)


def _about_layer(name: str, sections: tuple[str, ...], shown: str, best: Assignment, files: Sequence[Points], nested: Nested,
                 scene: Scene) -> SystemEvidence:
    """The evidence about a layer: the points of all ledgers, and the other layers."""
    layer, likely = scene.layers[name], best[name]
    kinds: dict[str, tuple[int, dict[str, int]]] = {}
    speaking = [file for file in files if name in file.counted]
    if speaking:
        kinds["facilities"] = (sum(file.counted[name] for file in speaking),
                               {system: sum(file.hits[name][best[file.key], system] for file in speaking) for system in GUESSES})
    for (first, second), pair in nested.items():
        if name in (first, second):
            other = second if name == first else first
            kinds[_said(other)] = (pair.count, {
                system: pair.hits[(system, best[second]) if name == first else (best[first], system)] for system in GUESSES})
    measured = None
    if likely != layer.declared and (name, STREETS) in nested:
        measured = offsets.of_layer(name, scene, likely, best[STREETS])
    return _evidence(sections, shown, layer.declared, likely, kinds, measured)
