"""Which coordinate system do the coordinates speak? Hypotheses compared by where the points fall.

A ledger of which no more is known than its numbers may be in WGS84, GCJ-02 or BD-09, and so may a boundary. For every hypothesis the
evidence is counted: points in their stated unit (or in any), points near a street, units inside their parents. The assignment of systems
that explains most is taken, where what is declared counts as true until the evidence against it is plain: another system must explain
MARGIN of all observations more, and SIGMAS times the square root of those that do not hold as declared. Nothing is ever converted by this.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs import planes
from planner.inputs.boundaries import RawUnits
from planner.inputs.coordinates import BD09, GCJ02, WGS84, System, from_wgs84, to_wgs84
from planner.inputs.facilities import RawFacilities
from planner.inputs.layers import FloatArray, IntArray
from planner.inputs.outline import in_china
from planner.inputs.placing import Ground, plane
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.inputs.spread import StreetLines
from planner.inputs.status import BoolArray
from planner.inputs.units import coarser
from planner.quality import Issue

GUESSES = (WGS84, GCJ02, BD09)
MARGIN = 0.1
SIGMAS = 2.0
EACH_LAYER = 3.0
STREETS = "\0streets"
"""Stands for the streets among the layers; no level can be called so."""
SAMPLE = 1500
"""Points of a file that are looked at; more would not say more."""
NEAR_STREET_M = (10.0, 15.0, 20.0, 30.0, 45.0, 60.0)
"""A facility stands beside a street; how near depends on how both were drawn, so that the distance that tells most is taken."""
AGREES = 0.6
"""Share of another layer's points that must lie in a layer of unstated system for it to be used (with a warning)."""
CORNERS = 12
SHRINK = 0.9
Assignment = Mapping[str, str]
Nested = Mapping[tuple[str, str], tuple[int, dict[tuple[str, str], int]]]
"""(level, the one above it) -> corners asked about, and how many lie in the stated parent under each pair of systems."""


@dataclass(slots=True)
class _File:
    """The points of one ledger file. stated : level -> units that each point may belong to; counted : layer -> points asked about;
    hits : (own system, layer, its system) -> points that lie where they should. Layers are levels, and STREETS."""

    shown: str
    declared: str
    guesses: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray
    stated: dict[str, list[tuple[int, ...]]]
    ledgers: list[RawFacilities]
    counted: dict[str, int] = field(default_factory=dict)
    hits: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The file under its declared system: sections that share a file may declare it differently."""
        return f"{self.shown}\0{self.declared}"

    @property
    def evidence(self) -> int:
        """How many observations there are about this file."""
        return sum(self.counted.values())


def examine(units: Sequence[RawUnits], ledgers: Sequence[RawFacilities], ground: Ground, streets: StreetLines | None,
            reading: Reading) -> set[str]:
    """Levels and layer slugs whose system is in doubt, each with a blocking issue."""
    doubtful = planes.ledgers_in_metres(ledgers, ground, reading)
    _unstated(units, ledgers, ground, streets, reading)
    levels = {raw.spec.level: raw for raw in units if raw.spec.level in ground.units and raw.spec.level in LEVELS}
    files = [file for file in _files(ledgers, ground, doubtful) if len(file.lon)]
    open_levels = [level for level, raw in levels.items() if raw.system is None or raw.system.name == WGS84]
    if _abroad(ground):
        return doubtful
    layers = list(levels)
    if streets is not None and len(streets.shapes):
        layers.append(STREETS)
        open_levels += [STREETS] if streets.shown else []
    for file in files:
        _count(file, layers, open_levels, ground, streets)
    nested = _nested(list(levels), open_levels, ground)
    best = _best(files, layers, open_levels, nested)
    if streets is not None and best.get(STREETS, WGS84) != WGS84:
        before, after = _level_rates(STREETS, best, files, nested)
        reading.add(_suspect(streets.shown, best[STREETS], WGS84, before, after))
        doubtful |= set(levels)  # nobody can be placed by streets that lie elsewhere
    for level in levels:
        if best[level] != WGS84:
            before, after = _level_rates(level, best, files, nested)
            reading.add(_suspect(levels[level].table.shown, best[level], WGS84, before, after))
            doubtful.add(level)
    for file in files:
        if best[file.key] != file.declared:
            before, after = (_file_rate(file, system, best) for system in (file.declared, best[file.key]))
            reading.add(_suspect(file.shown, best[file.key], file.declared, before, after, sheet=file.ledgers[0].table.sheet))
            doubtful |= {raw.spec.slug for raw in file.ledgers}
    return doubtful


def _suspect(shown: str, likely: str, declared: str, before: float, after: float, sheet: str | None = None) -> Issue:
    """The issue of a layer in doubt."""
    return Issue("crs_suspect", "blocking", shown, sheet, value=likely,
                 params={"declared": declared, "before": f"{before:.0%}", "after": f"{after:.0%}"})


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


def _files(ledgers: Sequence[RawFacilities], ground: Ground, doubtful: set[str]) -> list[_File]:
    """The ledgers' points by file and declared system; sections that share a file speak together."""
    groups: dict[tuple[str, str], list[RawFacilities]] = {}
    for raw in ledgers:
        if raw.system.name in GUESSES and raw.spec.slug not in doubtful:
            groups.setdefault((raw.table.shown, raw.system.name), []).append(raw)
    files = []
    for (shown, declared), members in groups.items():
        a, b = (np.concatenate([getattr(raw.positions, part) for raw in members]) for part in ("a", "b"))
        stated: dict[str, list[tuple[int, ...]]] = {}
        for level in ground.units:
            if any(level in raw.stated for raw in members):
                stated[level] = [ground.units[level].named(str(name)) for raw in members
                                 for name in (raw.stated[level] if level in raw.stated else [""] * len(raw))]
        usable = np.flatnonzero(np.isfinite(a) & np.isfinite(b))
        if len(usable) > SAMPLE:
            usable = usable[np.linspace(0, len(usable) - 1, SAMPLE).astype(np.int64)]
        chosen = {level: [places[k] for k in usable] for level, places in stated.items()}
        guesses = (declared, *(name for name in GUESSES if name != declared))
        files.append(_File(shown, declared, guesses, a[usable], b[usable], chosen, members))
    return files


def _metres(lon: FloatArray, lat: FloatArray, own: str, other: str, ground: Ground) -> tuple[FloatArray, FloatArray]:
    """Points of a system where they fall on a layer that is drawn in another one, as that layer was placed (as if it were WGS84)."""
    there = from_wgs84(System(other, True), *to_wgs84(System(own, True), lon, lat))
    return from_wgs84(ground.crs, *there)


def _count(file: _File, levels: Sequence[str], open_levels: Sequence[str], ground: Ground, streets: StreetLines | None) -> None:
    """Counts a file's evidence under every hypothesis."""
    distances: dict[tuple[str, str], FloatArray] = {}
    same = (WGS84, WGS84)  # points in the layer's own system fall on it as they stand, whichever system that is
    pairs = [same, *((own, other) for own in file.guesses for other in GUESSES if (own, other) != same)]
    for own, other in pairs:
        if own == other and (own, other) != same:
            file.hits |= {(own, level, other): file.hits[WGS84, level, WGS84] for level in levels
                          if level != STREETS and level in open_levels}
            if STREETS in open_levels and same in distances:
                distances[own, other] = distances[same]
            continue
        x, y = _metres(file.lon, file.lat, own, other, ground)
        for level in levels:
            if other != WGS84 and level not in open_levels:
                continue
            if level == STREETS and streets is not None:
                distances[own, other] = _street_distance(x, y, streets)
            elif level != STREETS:
                inside, asked = _in_unit(file, level, x, y, ground)
                file.hits[own, level, other] = int(inside.sum())
                file.counted[level] = asked
    if distances:
        near = max(NEAR_STREET_M, key=lambda limit: max((d <= limit).sum() for d in distances.values())
                   - min((d <= limit).sum() for d in distances.values()))
        file.counted[STREETS] = len(file.lon)
        file.hits |= {(own, STREETS, other): int((distance <= near).sum()) for (own, other), distance in distances.items()}


def _in_unit(file: _File, level: str, x: FloatArray, y: FloatArray, ground: Ground) -> tuple[BoolArray, int]:
    """Which points lie in their stated unit, and of how many that is asked; in any unit where the ledger states none that exists."""
    units, places = ground.units[level], file.stated.get(level, [])
    asked = [k for k, found in enumerate(places) if found]
    if not asked:
        return units.locate(x, y) >= 0, len(x)
    point = np.array([k for k in asked for _ in places[k]], dtype=np.int64)
    unit = np.array([place for k in asked for place in places[k]], dtype=np.int64)
    inside = np.zeros(len(x), dtype=bool)
    inside[point[shapely.intersects_xy(units.shapes[unit], x[point], y[point])]] = True
    return inside, len(asked)


def _street_distance(x: FloatArray, y: FloatArray, streets: StreetLines) -> FloatArray:
    """Metres to the nearest street, infinite beyond the distances that matter."""
    distance = np.full(len(x), np.inf)
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    pairs, metres = streets.tree.query_nearest(shapely.points(x[finite], y[finite]), max_distance=NEAR_STREET_M[-1], return_distance=True,
                                               all_matches=False)
    distance[finite[pairs[0]]] = metres
    return distance


def _nested(levels: Sequence[str], open_levels: Sequence[str], ground: Ground) -> Nested:
    """The evidence of units inside their stated parents."""
    found = {}
    for level in levels:
        upper = next((name for name in coarser(list(levels), level)), None)
        if upper is None:
            continue
        own, above = ground.units[level], ground.units[upper]
        parent = np.array([above.by_code.get(code, -1) for code in own.parents], dtype=np.int64)
        corner_x, corner_y, owner = _corners(own.shapes[parent >= 0])
        if not len(owner):
            continue
        lon, lat = to_wgs84(ground.crs, corner_x, corner_y)
        shapes = above.shapes[parent[parent >= 0][owner]]
        hits = {}
        for mine in GUESSES if level in open_levels else (WGS84,):
            for theirs in GUESSES if upper in open_levels else (WGS84,):
                x, y = _metres(lon, lat, mine, theirs, ground)
                hits[mine, theirs] = int(shapely.intersects_xy(shapes, x, y).sum())
        found[level, upper] = (len(owner), hits)
    return found


def _corners(shapes: npt.NDArray[np.object_]) -> tuple[FloatArray, FloatArray, IntArray]:
    """Some corners of each shape, drawn a little towards its middle, and the shape that each belongs to."""
    xs, ys, owners = [], [], []
    for k, shape in enumerate(shapes):
        points = shapely.get_coordinates(shape)
        points = points[np.linspace(0, len(points) - 1, min(CORNERS, len(points))).astype(np.int64)]
        centre = shapely.get_coordinates(shapely.centroid(shape))[0]
        points = centre + SHRINK * (points - centre)
        xs.append(points[:, 0])
        ys.append(points[:, 1])
        owners.append(np.full(len(points), k, dtype=np.int64))
    if not xs:
        return np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
    return np.concatenate(xs), np.concatenate(ys), np.concatenate(owners)


def _charge(evidence: int, misses: int, layers: int) -> float:
    """What the change of some layers must explain more: of so many observations, so many of which do not hold as declared."""
    return MARGIN * evidence + SIGMAS * math.sqrt(misses) + EACH_LAYER * layers


def _support(file: _File, own: str, assigned: Assignment) -> int:
    """Observations about a file that hold under its system and those of the levels."""
    return sum(file.hits[own, level, assigned[level]] for level in file.counted)


def _best(files: Sequence[_File], levels: Sequence[str], open_levels: Sequence[str], nested: Nested) -> dict[str, str]:
    """The systems, by level and file, that explain most. Changes are charged for, those of several levels together: maps come in sets."""
    declared = dict.fromkeys(levels, WGS84)
    asked = {level: _asked(level, files, nested) for level in levels}
    missed = {file.key: file.evidence - _support(file, file.declared, declared) for file in files}
    best: dict[str, str] = {}
    best_score = -np.inf
    for systems in itertools.product(*(GUESSES if level in open_levels else (WGS84,) for level in levels)):
        assigned = dict(zip(levels, systems, strict=True))
        changed = [level for level, system in assigned.items() if system != WGS84]
        score = -_charge(sum(asked[level][0] for level in changed), sum(asked[level][1] for level in changed), len(changed))
        score += sum(hits[assigned[level], assigned[upper]] for (level, upper), (_, hits) in nested.items())
        chosen: dict[str, str] = {}
        for file in files:
            price = _charge(file.evidence, missed[file.key], 1)
            worth = {own: _support(file, own, assigned) - (price if own != file.declared else 0.0) for own in file.guesses}
            chosen[file.key] = max(file.guesses, key=lambda own: worth[own])
            score += worth[chosen[file.key]]
        if score > best_score + 1e-9:
            best, best_score = {**assigned, **chosen}, score
    return best


def _asked(level: str, files: Sequence[_File], nested: Nested) -> tuple[int, int]:
    """Observations about a layer - by points or by corners, whichever are more -, and how many of them do not hold as declared."""
    points = sum(file.counted.get(level, 0) for file in files)
    missed = points - sum(file.hits[file.declared, level, WGS84] for file in files if level in file.counted)
    corners = max(((count, count - hits[WGS84, WGS84]) for pair, (count, hits) in nested.items() if level in pair), default=(0, 0))
    return max((points, missed), corners)


def _file_rate(file: _File, own: str, best: Assignment) -> float:
    """Share of the observations about a file that hold."""
    return _support(file, own, best) / max(file.evidence, 1)


def _level_rates(level: str, best: Assignment, files: Sequence[_File], nested: Nested) -> tuple[float, float]:
    """Share of the observations about a level that hold as declared, and under the system found."""
    rates = []
    for system in (WGS84, best[level]):
        assigned = {**best, level: system}
        hits = sum(file.hits[best[file.key], level, system] for file in files if level in file.counted)
        asked = sum(file.counted.get(level, 0) for file in files)
        for (lower, upper), (count, found) in nested.items():
            if level in (lower, upper):
                hits, asked = hits + found[assigned[lower], assigned[upper]], asked + count
        rates.append(hits / max(asked, 1))
    return rates[0], rates[1]
