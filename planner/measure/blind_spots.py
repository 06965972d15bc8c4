"""Blind spots: where people live together beyond the reach of a layer, as things with people, names, units and a nearest facility.

People beyond reach are neighbours where their homes are at most `join_m` apart along the streets, not as the crow flies: the two banks of
a river are two blind spots, because no one facility would serve both. JOIN_M is about a street block; where people stand on a lattice
(the cells of a raster), LATTICE_TIMES its width, or every cell would be a blind spot of its own. People on no street are joined as the
crow flies, apart from all others. Everybody beyond reach is in exactly one blind spot, so that their people add up to the people beyond.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import TOTAL, BoolArray, FloatArray, IntArray
from planner.inputs.specs import LEVELS
from planner.measure.attaching import Chosen, attach_demand, counting_facilities
from planner.measure.by_unit import weighted_quantiles
from planner.measure.city import City
from planner.measure.costs import Nearest
from planner.measure.coverage import nearest_in_reach, within
from planner.measure.sharing import SHARED, sharing
from planner.measure.small_counts import hidden, masks, unit_sums
from planner.network.graph import Attachment
from planner.network.linking import linked
from planner.units import ServiceRadius, TravelProfile

JOIN_M = 300.0
"""Homes beyond reach are neighbours up to so many metres along the streets: about a street block."""

LATTICE_TIMES = 2.0
"""On a lattice homes are neighbours up to so many of its widths: streets from one cell to the next are no straight lines."""

LATTICE_SHARE, LATTICE_TOLERANCE, LATTICE_SAMPLE = 0.8, 0.02, 2000
"""People stand on a lattice where of a sample so many have their nearest neighbour equally far away, to so much."""

LISTED, LEAST_PEOPLE = 200, 10.0
"""So many blind spots of a layer are listed, those of so many people or more; the others as one line with their number and people."""


@dataclass(frozen=True, slots=True)
class SpotUnit:
    """A unit that a blind spot lies in: the people of the spot in it, and their share of the unit's people of the group.

    Both None where small counts are hidden; share also where the unit has nobody of the group.
    """

    code: str
    name: str
    people: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """People of one group who live together beyond reach.

    share : of all people of the group. points : demand points, ascending. x, y : the home nearest to the people-weighted centre, in the
    project's CRS. units : level -> the units it lies in, by people. places : names of what lies in it, the most populous first: of its
    demand points where the population file names them, else of its units of the finest level. nearest_id, nearest_name : of the facility
    that is nearest to most of its people, "" where none can be reached; nearest_m : along the streets, of the person in the middle, None
    where that person reaches none; minutes : the same at the travel's speed. layer : of a basket, the layer that is farthest.
    people_unattached : on no street; people_unreached : without a way to any facility.
    """

    id: str
    people: float
    share: float | None
    points: IntArray
    x: float
    y: float
    units: Mapping[str, tuple[SpotUnit, ...]]
    places: tuple[str, ...]
    layer: str
    nearest_id: str
    nearest_name: str
    nearest_m: float | None
    minutes: float | None
    people_unattached: float
    people_unreached: float


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """The blind spots of a layer by a travel within minutes or metres, by people, and what they were found with.

    people : of the group; people_beyond : the sum over the blind spots, None where it is hidden. not_told : how many blind spots are kept
    out because of small counts (planner.measure.small_counts), 0 where none are.
    """

    layer: str
    travel: str
    metres_per_minute: float
    limit_m: float
    minutes: float | None
    group: str
    as_of: dt.date
    join_m: float
    people: float
    people_beyond: float | None
    spots: tuple[BlindSpot, ...]
    not_told: int = 0


@dataclass(frozen=True, slots=True)
class Aim:
    """What people are beyond the reach of: facilities, and the way to the nearest of them for each demand point."""

    layer: str
    chosen: Chosen
    near: Nearest


def blind_spots(city: City, slug: str, travel: str, *, minutes: float | None = None, metres: float | None = None, by: str = "",
                group: str = TOTAL, as_of: dt.date | None = None, reach: str = SHARED, join_m: float | None = None) -> BlindSpots:
    """The blind spots of one layer by one travel within minutes or metres.

    by : level of the units, needed only where `reach` is not `shared` (as of planner.measure.coverage). join_m : as found by
    `joining_distance` where not given. Counts of 1 to 4 people are hidden where the city asks for that. Raises as `coverage`.
    """
    profile = city.travel(travel)
    radius = ServiceRadius(metres=metres, minutes=minutes, metres_per_minute=profile.metres_per_minute if minutes is not None else None)
    day = as_of or dt.date.today()
    people = np.nan_to_num(city.demand.group(group))
    chosen = counting_facilities(city, slug, day)
    near = nearest_in_reach(city, chosen, profile, sharing(city, chosen, reach, by or next(iter(city.boundaries.levels))))
    who = ~within(near.cost_m, radius.limit_m)
    wide_m = joining_distance(city) if join_m is None else join_m
    spots, beyond, lost = spots_among(city, who, [Aim(slug, chosen, near)], profile, people, join_m=wide_m)
    return BlindSpots(slug, travel, profile.metres_per_minute, radius.limit_m, minutes, group, day, wide_m, float(people.sum()), beyond,
                      spots, lost)


def joining_distance(city: City) -> float:
    """Metres along the streets up to which homes beyond reach are neighbours: JOIN_M, or what a lattice asks for."""
    if "joining distance" not in city.cache:
        city.cache["joining distance"] = max(JOIN_M, LATTICE_TIMES * _lattice_m(city.demand.x, city.demand.y))
    found: float = city.cache["joining distance"]
    return found


def _lattice_m(x: FloatArray, y: FloatArray) -> float:
    """The width of the lattice that points stand on; 0 where they stand on none."""
    from scipy.spatial import cKDTree

    if len(x) < 2:
        return 0.0
    places = np.column_stack([x, y])
    sample = places[:: max(1, len(x) // LATTICE_SAMPLE)]
    away = cKDTree(places).query(sample, k=2)[0][:, 1]
    middle = float(np.median(away))
    regular = float((np.abs(away - middle) <= LATTICE_TOLERANCE * middle).mean()) >= LATTICE_SHARE
    return middle if regular else 0.0


def spots_among(city: City, who: BoolArray, aims: Sequence[Aim], travel: TravelProfile, people: FloatArray, *,
                join_m: float) -> tuple[tuple[BlindSpot, ...], float | None, int]:
    """The blind spots of the demand points `who` (I,) by people, the people in all of them, and how many are kept out as small counts.

    aims : what they are beyond the reach of; of several (a basket) each spot is told the one that is farthest from it. people : (I,) of
    the group, blanks as 0. The people are None where they are hidden.
    """
    homes = np.flatnonzero(who & (people > 0))
    spot = _numbered(_groups(city, homes, travel, join_m), people[homes])
    count = int(spot.max(initial=-1)) + 1
    heads = people[homes]
    sums = np.bincount(spot, weights=heads, minlength=count).astype(np.float64)
    told = np.ones(count, dtype=bool)
    beyond: float | None = float(heads.sum())
    if city.demand.hide_small and count:
        told, whole_told = _told(city, homes, spot, sums, people)
        beyond = beyond if whole_told else None
    order = np.argsort(spot, kind="stable")
    start = np.searchsorted(spot[order], np.arange(count + 1))
    columns = _Columns(city, homes, spot, count, heads, people)
    nearest = _nearest(city, aims, homes, spot, count, heads, travel)
    whole = float(people.sum())
    found: list[BlindSpot] = []
    for k in np.flatnonzero(told).tolist():
        points = homes[order[start[k]:start[k + 1]]]
        x, y = _centre(city, points, people[points])
        shown = len(found) + 1
        found.append(BlindSpot(f"B{shown:04d}", float(sums[k]), float(sums[k]) / whole if whole else None, points, x, y, columns.units(k),
                               columns.places(k), *nearest[k]))
    return tuple(found), beyond, int(count - told.sum())


def listed(spots: Sequence[BlindSpot]) -> tuple[tuple[BlindSpot, ...], int, float]:
    """The blind spots that a list shows, and how many it does not and their people: no more than LISTED, of LEAST_PEOPLE or more."""
    shown = tuple(one for one in spots[:LISTED] if one.people >= LEAST_PEOPLE)
    return shown, len(spots) - len(shown), math.fsum(one.people for one in spots[len(shown):])


def _groups(city: City, homes: IntArray, travel: TravelProfile, join_m: float) -> IntArray:
    """(H,) the group of each of some homes; people on no street are joined as the crow flies, after all others."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if len(homes) == 0:
        return np.empty(0, dtype=np.int64)
    attached = attach_demand(city, travel)
    here = attached.attached[homes]
    group = np.full(len(homes), -1, dtype=np.int64)
    on, off = np.flatnonzero(here), np.flatnonzero(~here)
    if len(on):
        rows = homes[on]  # demand points on the streets stand at one place each
        at = attached.start[rows]
        places = Attachment(np.arange(len(on) + 1), attached.edge[at], attached.along_m[at], attached.leg_m[at])
        group[on] = linked(city.streets.network(travel.mode), places, join_m=join_m)
    if len(off):
        where = np.column_stack([city.demand.x[homes[off]], city.demand.y[homes[off]]])
        pairs = cKDTree(where).query_pairs(join_m, output_type="ndarray")
        joined = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(off), len(off)))
        group[off] = connected_components(joined, directed=False)[1] + int(group.max(initial=-1)) + 1
    return group


def _numbered(group: IntArray, heads: FloatArray) -> IntArray:
    """Groups numbered by their people, the most first, equal ones by their first home."""
    names, first, number = np.unique(group, return_index=True, return_inverse=True)
    number = number.reshape(-1)
    sums = np.bincount(number, weights=heads, minlength=len(names))
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((first, -sums))] = np.arange(len(names))
    found: IntArray = rank[number] if len(names) else np.empty(0, dtype=np.int64)
    return found


def _told(city: City, homes: IntArray, spot: IntArray, sums: FloatArray, people: FloatArray) -> tuple[BoolArray, bool]:
    """Which blind spots may be told, and whether their sum may: none of 1 to 4 people, none that tells those of a hidden unit."""
    count = len(sums)
    forced = np.zeros(count, dtype=bool)
    beyond = np.zeros(len(people))
    beyond[homes] = people[homes]
    for level, codes in city.demand.units.items():
        if level not in city.boundaries.levels:
            continue
        names = city.boundaries.frame(level)["code"].to_numpy(object)
        whole = unit_sums(city, level, people)
        closed = set(names[masks(city, level, whole, whole - unit_sums(city, level, beyond))[1][0]])
        forced |= np.bincount(spot[[code in closed for code in codes[homes]]], minlength=count) > 0
    own, above = hidden(sums[:, None], [np.zeros(count, dtype=np.int64)], [forced])
    return ~own, not above[0]


def _centre(city: City, points: IntArray, heads: FloatArray) -> tuple[float, float]:
    """The home nearest to the people-weighted centre of some homes."""
    x, y = city.demand.x[points], city.demand.y[points]
    whole = float(heads.sum())
    middle_x, middle_y = float((heads * x).sum()) / whole, float((heads * y).sum()) / whole
    best = int(np.argmin((x - middle_x) ** 2 + (y - middle_y) ** 2))
    return float(x[best]), float(y[best])


class _Columns:
    """What lies in each blind spot: units of all levels with their people, and names of places."""

    def __init__(self, city: City, homes: IntArray, spot: IntArray, count: int, heads: FloatArray, people: FloatArray) -> None:
        self._hide = city.demand.hide_small
        self._parts: dict[str, list[list[SpotUnit]]] = {}
        for level, codes in city.demand.units.items():
            if level in city.boundaries.levels:
                self._parts[level] = self._level(city, level, codes[homes], spot, count, heads, people)
        finest = next((level for level in reversed(LEVELS) if level in self._parts), next(reversed(self._parts), ""))
        self._finest = finest

    def _level(self, city: City, level: str, codes: object, spot: IntArray, count: int, heads: FloatArray,
               people: FloatArray) -> list[list[SpotUnit]]:
        """The units of one level in each blind spot, the most populous first."""
        frame = city.boundaries.frame(level)
        known, names = frame["code"].tolist(), frame["name"].tolist()
        place = {code: k for k, code in enumerate(known)}
        unit = np.array([place.get(code, -1) for code in codes], dtype=np.int64)  # type: ignore[attr-defined]
        inside = unit >= 0
        pair, at = np.unique(spot[inside] * len(known) + unit[inside], return_inverse=True)
        inhabitants = np.bincount(at.reshape(-1), weights=heads[inside], minlength=len(pair))
        whole = unit_sums(city, level, people)
        found: list[list[SpotUnit]] = [[] for _ in range(count)]
        for k in np.lexsort((pair, -inhabitants)).tolist():
            number, here = divmod(int(pair[k]), len(known))
            mine = float(inhabitants[k])
            share = mine / float(whole[here]) if whole[here] > 0 else None
            found[number].append(SpotUnit(str(known[here]), str(names[here]), None if self._hide else mine, None if self._hide else share))
        return found

    def units(self, k: int) -> dict[str, tuple[SpotUnit, ...]]:
        """The units of each level that a blind spot lies in."""
        return {level: tuple(parts[k]) for level, parts in self._parts.items()}

    def places(self, k: int) -> tuple[str, ...]:
        """Names of what lies in a blind spot."""
        return tuple(dict.fromkeys(unit.name for unit in self._parts[self._finest][k] if unit.name)) if self._parts else ()


_Way = tuple[str, str, str, float | None, float | None, float, float]
"""layer, nearest_id, nearest_name, nearest_m, minutes, people_unattached, people_unreached."""


def _nearest(city: City, aims: Sequence[Aim], homes: IntArray, spot: IntArray, count: int, heads: FloatArray,
             travel: TravelProfile) -> list[_Way]:
    """The way of each blind spot to the facilities: of several aims, to the farthest."""
    ways: list[list[_Way]] = []
    for aim in aims:
        cost, facility, attached = aim.near.cost_m[homes], aim.near.facility[homes], aim.near.attached[homes]
        middle, = weighted_quantiles(spot, cost, heads, (0.5,), count)
        off = np.bincount(spot[~attached], weights=heads[~attached], minlength=count)
        lost_here = attached & ~np.isfinite(cost)
        lost = np.bincount(spot[lost_here], weights=heads[lost_here], minlength=count)
        most = _most(spot, facility, heads, count, len(aim.chosen.row))
        mine = []
        for k in range(count):
            metres = float(middle[k]) if math.isfinite(middle[k]) else None
            ident, name = ("", "") if most[k] < 0 else _facility(city, aim.chosen, int(most[k]))
            mine.append((aim.layer, ident, name, metres, None if metres is None else metres / travel.metres_per_minute, float(off[k]),
                         float(lost[k])))
        ways.append(mine)
    return [max(of_spot, key=lambda way: math.inf if way[3] is None else way[3]) for of_spot in zip(*ways, strict=True)]


def _most(spot: IntArray, facility: IntArray, heads: FloatArray, count: int, facilities: int) -> IntArray:
    """(S,) the facility that is nearest to most people of each blind spot, of equals the first; -1 where nobody reaches one."""
    reach = facility >= 0
    pair, at = np.unique(spot[reach] * max(facilities, 1) + facility[reach], return_inverse=True)
    weight = np.bincount(at.reshape(-1), weights=heads[reach], minlength=len(pair))
    found = np.full(count, -1, dtype=np.int64)
    order = np.lexsort((-pair, weight))  # the heaviest comes last, and of equals the lowest number
    found[pair[order] // max(facilities, 1)] = pair[order] % max(facilities, 1)
    return found


def _facility(city: City, chosen: Chosen, k: int) -> tuple[str, str]:
    """Id and name of a chosen facility; the id stands for a name that there is not."""
    row = city.layer(str(chosen.layer[k])).frame.iloc[chosen.row[k]]
    return str(row["id"]), str(row["name"]) or str(row["id"])
