"""What speaks for one coordinate system or another: observations counted under every hypothesis (planner.inputs.systems decides).

An observation is a point in its stated unit (or in any), a point beside a street or near people, a corner of a unit inside its parent,
a place on a border beside a street: borders follow streets more often than chance. Layers are the levels, STREETS and PEOPLE; each was
placed as if its declared system were true, so that another system of it is tried by moving what is compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.coordinates import BD09, GCJ02, WGS84, System, from_wgs84, to_wgs84
from planner.inputs.facilities import RawFacilities
from planner.inputs.layers import FloatArray, IntArray
from planner.inputs.placing import Ground
from planner.inputs.spread import StreetLines
from planner.inputs.status import BoolArray
from planner.inputs.units import coarser

GUESSES = (WGS84, GCJ02, BD09)
STREETS, PEOPLE = "\0streets", "\0people"
"""Stand for the streets and the people's points among the layers; no level can be called so."""
SAMPLE = 1500
"""Points of a file that are looked at; more would not say more."""
SAMPLE_UNITS = 250
NEAR_STREET_M = (10.0, 15.0, 20.0, 30.0, 45.0, 60.0)
"""A facility stands beside a street; how near depends on how both were drawn, so that the distance that tells most is taken."""
NEAR_PEOPLE_M = (30.0, 60.0, 100.0, 150.0)
REACH_M = 1000.0
"""Places farther from any street (any people) say nothing by being far."""
CORNERS = 12
SHRINK = 0.9
Hits = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Layer:
    """Something that points are compared with. declared : the system it was placed by; open : whether that may be doubted."""

    name: str
    declared: str
    open: bool

    @property
    def guesses(self) -> tuple[str, ...]:
        """The systems that it may be in, the declared one first."""
        return (self.declared, *(name for name in GUESSES if name != self.declared)) if self.open else (self.declared,)


@dataclass(frozen=True, slots=True)
class PeoplePoints:
    """The people's points as they lie in their file: lon and lat in the `declared` one of GUESSES, or wherever that was `placed` by another
    system (then lon and lat are WGS84 and nothing is doubted). section : that of planner.toml which names the file; grid : whether
    they are the middles of a raster's cells, of which one is near any facility."""

    shown: str
    sheet: str | None
    lon: FloatArray
    lat: FloatArray
    declared: str
    open: bool
    section: str = "population"
    grid: bool = False


@dataclass(slots=True)
class Points:
    """The points of one ledger file. stated : level -> units that each point may belong to; counted : layer -> points asked about;
    hits : layer -> (own system, its system) -> points that lie where they should."""

    shown: str
    declared: str
    guesses: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray
    stated: dict[str, list[tuple[int, ...]]]
    ledgers: list[RawFacilities]
    counted: dict[str, int] = field(default_factory=dict)
    hits: dict[str, Hits] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The file under its declared system: sections that share a file may declare it differently."""
        return f"{self.shown}\0{self.declared}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Observations between two layers: how many, and how many hold by (system of the first, system of the second)."""

    count: int
    hits: Hits


def telling(count: int, hits: Hits) -> bool:
    """Whether observations differ at all between the hypotheses; what always holds (or never) is no evidence."""
    return count > 0 and max(hits.values()) - min(hits.values()) >= 0.02 * count


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is compared: the ground, the streets, the people's points, and what was declared of each layer."""

    ground: Ground
    layers: Mapping[str, Layer]
    streets: StreetLines | None = None
    people: PeoplePoints | None = None
    cache: dict[str, shapely.STRtree] = field(default_factory=dict, compare=False, repr=False)
    placed: dict[tuple[int, str, str, str], tuple[FloatArray, ...]] = field(default_factory=dict, compare=False, repr=False)

    def metres(self, lon: FloatArray, lat: FloatArray, own: str, layer: Layer, other: str) -> tuple[FloatArray, FloatArray]:
        """Points of a system where they fall on a layer that is drawn in another one, as that layer was placed (by its declared one)."""
        key = (id(lon), "" if own == other else own, "" if own == other else other, layer.declared)
        if key not in self.placed:
            there = from_wgs84(System(other, True), *to_wgs84(System(own, True), lon, lat)) if own != other else (lon, lat)
            x, y = from_wgs84(self.ground.crs, *to_wgs84(System(layer.declared, True), *there))
            self.placed[key] = lon, lat, x, y  # the points stay with what was made of them, so that their id stays theirs
        _, _, x, y = self.placed[key]
        return x, y

    def people_tree(self) -> shapely.STRtree:
        """The people's points as they were placed."""
        if "people" not in self.cache:
            assert self.people is not None
            x, y = self.metres(self.people.lon, self.people.lat, self.people.declared, self.layers[PEOPLE], self.people.declared)
            self.cache["people"] = shapely.STRtree(shapely.points(x, y))
        return self.cache["people"]

    def near(self, layer: str) -> Callable[[FloatArray, FloatArray], FloatArray]:
        """Metres to the nearest street, or to the nearest point of the people."""
        if layer == PEOPLE:
            return lambda x, y: _distance(self.people_tree(), x, y)
        assert self.streets is not None
        tree = self.streets.tree
        return lambda x, y: _distance(tree, x, y)


def _distance(tree: shapely.STRtree, x: FloatArray, y: FloatArray) -> FloatArray:
    """Metres to the nearest shape, infinite beyond the distances that matter."""
    distance = np.full(len(x), np.inf)
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    finite = finite[np.lexsort((np.floor(y[finite] / REACH_M), np.floor(x[finite] / REACH_M)))]  # neighbours one by one: faster
    pairs, metres = tree.query_nearest(shapely.points(x[finite], y[finite]), max_distance=REACH_M, return_distance=True, all_matches=False)
    distance[finite[pairs[0]]] = metres
    return distance


def points_of(ledgers: Sequence[RawFacilities], ground: Ground, doubtful: set[str]) -> list[Points]:
    """The ledgers' points by file and declared system; sections that share a file speak together."""
    groups: dict[tuple[str, str], list[RawFacilities]] = {}
    for raw in ledgers:
        if raw.system.name in GUESSES and raw.spec.slug not in doubtful:
            groups.setdefault((raw.table.shown, raw.system.name), []).append(raw)
    files = []
    for (shown, declared), members in groups.items():
        a, b = (np.concatenate([getattr(raw.positions, part) for raw in members]) for part in ("a", "b"))
        stated: dict[str, list[tuple[int, ...]]] = {}
        usable = np.flatnonzero(np.isfinite(a) & np.isfinite(b))
        if len(usable) > SAMPLE:
            usable = usable[np.linspace(0, len(usable) - 1, SAMPLE).astype(np.int64)]
        for level in ground.units:
            if any(level in raw.stated for raw in members):
                names = np.concatenate([raw.stated[level] if level in raw.stated else np.full(len(raw), "", dtype=object)
                                        for raw in members])
                stated[level] = [ground.units[level].named(str(name)) for name in names[usable]]
        if len(usable):
            guesses = (declared, *(name for name in GUESSES if name != declared))
            files.append(Points(shown, declared, guesses, a[usable], b[usable], stated, members))
    return files


def count_points(file: Points, scene: Scene) -> None:
    """Counts a file's evidence about every layer under every hypothesis."""
    for name, layer in scene.layers.items():
        if name in (STREETS, PEOPLE):
            counted, hits = near_by(file.lon, file.lat, file.guesses, layer, scene, NEAR_STREET_M if name == STREETS else NEAR_PEOPLE_M)
        else:
            counted, hits = 0, {}
            held: dict[str, int] = {}
            for own in file.guesses:
                for other in layer.guesses:
                    if own == other and "as drawn" in held:  # points in the layer's own system fall on it as they stand
                        hits[own, other] = held["as drawn"]
                        continue
                    inside, counted = _in_unit(file, name, *scene.metres(file.lon, file.lat, own, layer, other), scene.ground)
                    hits[own, other] = int(inside.sum())
                    if own == other:
                        held["as drawn"] = hits[own, other]
        if telling(counted, hits):
            file.counted[name], file.hits[name] = counted, hits


def near_by(lon: FloatArray, lat: FloatArray, guesses: Sequence[str], layer: Layer, scene: Scene,
            limits: Sequence[float]) -> tuple[int, Hits]:
    """Of how many points it is asked whether they are near something, and how many are, by the distance that tells most."""
    measure = scene.near(layer.name)
    distances: dict[tuple[str, str], FloatArray] = {}
    drawn: FloatArray | None = None
    for own in guesses:
        for other in layer.guesses:
            if own == other and drawn is not None:
                distances[own, other] = drawn
                continue
            distances[own, other] = measure(*scene.metres(lon, lat, own, layer, other))
            drawn = distances[own, other] if own == other else drawn
    if not distances:
        return 0, {}
    reached = np.logical_or.reduce([np.isfinite(found) for found in distances.values()])

    def spread(limit: float) -> int:
        counts = [int((found <= limit).sum()) for found in distances.values()]
        return max(counts) - min(counts)

    near = max(limits, key=spread)
    return int(reached.sum()), {pair: int((found <= near).sum()) for pair, found in distances.items()}


def _in_unit(file: Points, level: str, x: FloatArray, y: FloatArray, ground: Ground) -> tuple[BoolArray, int]:
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


# ---- layers against each other ---------------------------------------------------------------------------------------
def pairs(scene: Scene) -> dict[tuple[str, str], Pair]:
    """The evidence between layers: corners in parents, borders along streets, people in units and beside streets."""
    found = {}
    levels = [name for name in scene.layers if name not in (STREETS, PEOPLE)]
    for level in levels:
        upper = next((name for name in coarser(levels, level)), None)
        if upper is not None:
            found[level, upper] = _corners_in_parents(level, upper, scene)
        if STREETS in scene.layers:
            lon, lat = border_places(level, scene)
            if len(lon):
                layer = scene.layers[level]
                found[level, STREETS] = Pair(*near_by(lon, lat, layer.guesses, scene.layers[STREETS], scene, NEAR_STREET_M))
    if scene.people is not None:
        lon, lat = sampled(scene.people)
        own = scene.layers[PEOPLE]
        if STREETS in scene.layers:
            found[PEOPLE, STREETS] = Pair(*near_by(lon, lat, own.guesses, scene.layers[STREETS], scene, NEAR_STREET_M))
        for level in levels:
            layer = scene.layers[level]
            units = scene.ground.units[level]
            found[PEOPLE, level] = Pair(len(lon), {
                (mine, theirs): int((units.locate(*scene.metres(lon, lat, mine, layer, theirs)) >= 0).sum())
                for mine in own.guesses for theirs in layer.guesses})
    return {key: pair for key, pair in found.items() if telling(pair.count, pair.hits)}


def sampled(people: PeoplePoints) -> tuple[FloatArray, FloatArray]:
    """Some of the people's points."""
    usable = np.flatnonzero(np.isfinite(people.lon) & np.isfinite(people.lat))
    chosen = usable[np.unique(np.linspace(0, max(len(usable) - 1, 0), min(SAMPLE, len(usable))).astype(np.int64))]
    return people.lon[chosen], people.lat[chosen]


def _as_drawn(layer: Layer, x: FloatArray, y: FloatArray, ground: Ground) -> tuple[FloatArray, FloatArray]:
    """Places of a layer in metres as the degrees of its file."""
    return from_wgs84(System(layer.declared, True), *to_wgs84(ground.crs, x, y))


def _corners_in_parents(level: str, upper: str, scene: Scene) -> Pair:
    """Corners of units inside their stated parents."""
    own, above = scene.ground.units[level], scene.ground.units[upper]
    parent = np.array([above.by_code.get(code, -1) if code else -1 for code in own.parents], dtype=np.int64)
    chosen = np.flatnonzero(parent >= 0)
    if len(chosen) > SAMPLE_UNITS:
        chosen = chosen[np.linspace(0, len(chosen) - 1, SAMPLE_UNITS).astype(np.int64)]
    corner_x, corner_y, owner = _corners(own.shapes[chosen])
    if not len(owner):
        return Pair(0, {})
    lon, lat = _as_drawn(scene.layers[level], corner_x, corner_y, scene.ground)
    shapes = above.shapes[parent[chosen][owner]]
    hits = {}
    for mine in scene.layers[level].guesses:
        for theirs in scene.layers[upper].guesses:
            x, y = scene.metres(lon, lat, mine, scene.layers[upper], theirs)
            hits[mine, theirs] = int(shapely.intersects_xy(shapes, x, y).sum())
    return Pair(len(owner), hits)


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


def border_places(level: str, scene: Scene) -> tuple[FloatArray, FloatArray]:
    """Places spread evenly along the borders of the units that the streets reach, as the degrees of their file."""
    assert scene.streets is not None
    west, south, east, north = shapely.total_bounds(scene.streets.shapes)
    reach = shapely.box(west + REACH_M, south + REACH_M, east - REACH_M, north - REACH_M)
    shapes = scene.ground.units[level].shapes
    lines = shapely.boundary(shapes[shapely.within(shapes, reach)])
    length = shapely.length(lines)
    ends = np.cumsum(length)
    if not len(ends) or ends[-1] < 1.0:
        return np.empty(0), np.empty(0)
    along = (np.arange(SAMPLE) + 0.5) / SAMPLE * ends[-1]
    which = np.searchsorted(ends, along)
    points = shapely.line_interpolate_point(lines[which], along - (ends - length)[which])
    return _as_drawn(scene.layers[level], shapely.get_x(points), shapely.get_y(points), scene.ground)
