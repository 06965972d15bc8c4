"""Coverage: how many people have a facility within the service radius, per unit and in all, on the network and as the crow flies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.inputs.layers import TOTAL, FloatArray, IntArray
from planner.inputs.status import BoolArray
from planner.measure import costs, distance_cache, whatif
from planner.measure.attaching import Chosen, attach_demand, attach_facilities, counting_facilities
from planner.measure.by_unit import by_value, sums, weighted_quantiles
from planner.measure.city import City
from planner.measure.sharing import SHARED, Sharing, nearest_allowed, sharing, straight_allowed
from planner.units import ServiceRadius, TravelProfile

LIMIT_SLACK_M = 1e-6
"""Limits are inclusive on paper: floating point may land a hair above them (contract, section 2.1)."""


def nearest_facility(city: City, chosen: Chosen, travel: TravelProfile) -> costs.Nearest:
    """The nearest of the chosen facilities to each demand point, on the network of a travel, without a limit.

    `facility` numbers the chosen facilities.
    """
    places = chosen.digest()
    key = ("nearest", travel.mode, travel.max_snap_m, places)
    if key not in city.cache and (beside := whatif.nearest(city, chosen, travel)) is not None:
        city.cache[key] = beside
    if key not in city.cache:
        name = distance_cache.key(city, travel, "nearest", places)
        kept = distance_cache.recall(name, {"cost_m": "f8", "facility": "i4", "attached": "?"})
        if kept is None:
            there = attach_facilities(city, chosen, travel)
            near = costs.nearest(city.streets.network(travel.mode), attach_demand(city, travel), there)
            distance_cache.keep(name, {"cost_m": near.cost_m, "facility": near.facility.astype(np.int32), "attached": near.attached})
        else:
            near = costs.Nearest(kept["cost_m"], kept["facility"].astype(np.int64), kept["attached"])
        city.cache[key] = near
    found: costs.Nearest = city.cache[key]
    return found


def facilities_off_streets(city: City, chosen: Chosen, travel: TravelProfile) -> BoolArray:
    """(J,) which of the chosen facilities serve nobody because no street comes within `max_snap_m` of them, of their entrances or area."""
    key = ("off streets", travel.mode, travel.max_snap_m, chosen.digest())
    if key not in city.cache and (beside := whatif.off_streets(city, chosen, travel)) is not None:
        city.cache[key] = beside
    if key not in city.cache:
        name = distance_cache.key(city, travel, "off streets", chosen.digest())
        kept = distance_cache.recall(name, {"off": "?"})
        city.cache[key] = ~attach_facilities(city, chosen, travel).attached if kept is None else kept["off"]
        if kept is None:
            distance_cache.keep(name, {"off": city.cache[key]})
    found: BoolArray = city.cache[key]
    return found


def nearest_in_reach(city: City, chosen: Chosen, travel: TravelProfile, who: Sharing) -> costs.Nearest:
    """The nearest of the chosen facilities that each demand point may use; else as `nearest_facility`."""
    near = nearest_facility(city, chosen, travel)
    if who.everybody:
        return near
    key = ("nearest in reach", travel.mode, travel.max_snap_m, chosen.digest(), who.digest())
    if key not in city.cache:
        city.cache[key] = nearest_allowed(city, chosen, travel, who, near)
    found: costs.Nearest = city.cache[key]
    return found


def straight_line(city: City, chosen: Chosen) -> FloatArray:
    """(I,) metres from each demand point to the nearest chosen facility as the crow flies; inf where there is none.

    To an area, 0 inside it, where the facility has one; else to its nearest entrance; else to its point.
    """
    key = ("straight", chosen.digest())
    if key not in city.cache and (beside := whatif.straight(city, chosen, crow_metres)) is not None:
        city.cache[key] = beside
    if key not in city.cache:
        name = distance_cache.key(city, None, "straight", chosen.digest())
        kept = distance_cache.recall(name, {"metres": "f8"})
        city.cache[key] = crow_metres(city.demand.x, city.demand.y, chosen) if kept is None else kept["metres"]
        if kept is None:
            distance_cache.keep(name, {"metres": city.cache[key]})
    found: FloatArray = city.cache[key]
    return found


def keep_ready(city: City, slug: str, travel: str, *, as_of: dt.date | None = None) -> None:
    """Makes what follows quick where facilities of a layer come and go: `coverage`, and all else that measures to the nearest of them, then
    search about those that changed only (planner.measure.whatif). Raises InputError for an unknown layer or travel."""
    profile, chosen = city.travel(travel), counting_facilities(city, slug, as_of or dt.date.today())
    nearest_facility(city, chosen, profile)
    whatif.keep_ready(city, chosen, profile, straight_line(city, chosen))


def crow_metres(x: FloatArray, y: FloatArray, chosen: Chosen) -> FloatArray:
    """Straight metres from each place to the nearest of the chosen facilities, inf where there is none; to areas and entrances as in
    `straight_line`."""
    import shapely
    from scipy.spatial import cKDTree

    extents, metres = chosen.extents, np.full(len(x), np.inf)
    areas, doors = extents.has_area, extents.has_doors
    point, door = ~(areas | doors), np.repeat(~areas, np.diff(extents.door_start))
    targets = np.column_stack([np.concatenate([chosen.x[point], extents.door_x[door]]),
                               np.concatenate([chosen.y[point], extents.door_y[door]])])
    if len(targets):
        metres = cKDTree(targets).query(np.column_stack([x, y]))[0].astype(np.float64)
    if areas.any() and len(x):
        tree = shapely.STRtree(extents.area[areas])
        (who, _), away = tree.query_nearest(shapely.points(x, y), return_distance=True, all_matches=False)
        metres[who] = np.minimum(metres[who], away)
    return metres


def within(cost_m: FloatArray, limit_m: float) -> BoolArray:
    """Which costs are within a limit, which is inclusive."""
    return cost_m <= limit_m + LIMIT_SLACK_M


@dataclass(frozen=True, slots=True)
class UnitCoverage:
    """Coverage of one unit, or of the whole (code ""). Persons of one group; share is None where there are none.

    people_beyond = people - people_covered, and holds people_unattached (on no street) and people_unreached (no way to any facility).
    nearest_* are metres over the people who reach a facility; None where nobody does.
    """

    code: str
    name: str
    people: float
    people_covered: float
    people_beyond: float
    share: float | None
    people_unattached: float
    people_unreached: float
    nearest_mean_m: float | None
    nearest_p50_m: float | None
    nearest_p95_m: float | None
    straight_people_covered: float
    straight_share: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of a layer: the settings it was made with, the whole, and the units in code order.

    reach : whose facilities count for whom (planner.measure.sharing). unknown_units_served : codes of `serves` that no unit has.
    off_streets : ids of facilities that no street comes near enough to, and that serve nobody.
    """

    layer: str
    travel: str
    mode: str
    metres_per_minute: float
    limit_m: float
    minutes: float | None
    group: str
    by: str
    as_of: dt.date
    facilities: int
    facilities_without_place: int
    slipped: tuple[str, ...]
    total: UnitCoverage
    units: tuple[UnitCoverage, ...]
    reach: str = SHARED
    unknown_units_served: tuple[str, ...] = ()
    off_streets: tuple[str, ...] = ()


def _summaries(codes: Sequence[str], names: Sequence[str], unit: IntArray, people: FloatArray, near: costs.Nearest, straight_m: FloatArray,
               limit_m: float, by_cost: IntArray) -> tuple[UnitCoverage, ...]:
    """The figures of some units from their demand points. unit : (I,) the number of each point's unit, -1 for none of them. by_cost : the
    points by their distance."""
    count, cost_m = len(codes), near.cost_m
    reach = np.isfinite(cost_m)

    def heads(where: BoolArray) -> FloatArray:
        return sums(unit, people, where, count)

    whole, covered, heard = heads(np.ones(len(people), dtype=bool)), heads(within(cost_m, limit_m)), heads(reach)
    crow = heads(within(straight_m, limit_m))
    metres = sums(unit, np.multiply(people, cost_m, out=np.zeros(len(people)), where=reach), reach, count)
    p50, p95 = weighted_quantiles(np.where(reach, unit, -1), cost_m, people, (0.5, 0.95), count, by_cost)
    columns: tuple[list[Any], ...] = (
        whole.tolist(), covered.tolist(), (whole - covered).tolist(), _known(_over(covered, whole)), heads(~near.attached).tolist(),
        heads(near.attached & ~reach).tolist(), _known(_over(metres, heard)), _known(p50), _known(p95), crow.tolist(),
        _known(_over(crow, whole)))
    return tuple(UnitCoverage(*row) for row in zip(codes, names, *columns, strict=True))


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Quotients, NaN where there is nothing to divide by."""
    found: FloatArray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return found


def _known(values: FloatArray) -> list[float | None]:
    """Figures that there may not be: None for NaN."""
    return [None if value != value else value for value in values.tolist()]


def coverage(city: City, slug: str, travel: str, *, minutes: float | None = None, metres: float | None = None, by: str,
             group: str = TOTAL, as_of: dt.date | None = None, reach: str = SHARED) -> Coverage:
    """Coverage of one layer by one travel within minutes or metres, for the units of a level and the whole project.

    reach : `shared` (any facility), `own` (the unit's own only) or `assigned` (its own and those assigned to it); all figures, distances
    and straight lines too, then are of those facilities, and who has none of his own counts as unreached. People outside every unit of
    the level are in the total and in no unit. Raises InputError for an unknown layer, travel, level, group or reach, UnitError unless
    exactly one of minutes and metres is given.
    """
    profile, units = city.travel(travel), city.boundaries.frame(by)
    radius = ServiceRadius(metres=metres, minutes=minutes, metres_per_minute=profile.metres_per_minute if minutes is not None else None)
    day = as_of or dt.date.today()
    people = city.demand.group(group)
    layer, count = city.layer(slug), city.counting(slug, day)
    chosen = counting_facilities(city, slug, day)
    who = sharing(city, chosen, reach, by)
    near = nearest_in_reach(city, chosen, profile, who)
    straight_m = straight_line(city, chosen) if who.everybody else straight_allowed(city, chosen, who, crow_metres)
    unit, here = unit_of_points(city, by, units["code"].tolist()), np.zeros(len(people), dtype=np.int64)
    order = by_value(near.cost_m)
    parts = _summaries(units["code"].tolist(), units["name"].tolist(), unit, people, near, straight_m, radius.limit_m, order)
    total, = _summaries([""], [""], here, people, near, straight_m, radius.limit_m, order)
    ids = layer.frame["id"].to_numpy(dtype=object)
    off = facilities_off_streets(city, chosen, profile)
    facilities, slipped = int(count.counts.sum()), tuple(str(i) for i in ids[count.slipped])
    return Coverage(slug, travel, profile.mode, profile.metres_per_minute, radius.limit_m, minutes, group, by, day, facilities,
                    facilities - len(chosen.row), slipped, total, parts, reach, who.unknown, tuple(str(i) for i in ids[chosen.row[off]]))


def unit_of_points(city: City, by: str, codes: Sequence[str]) -> IntArray:
    """(I,) the number of each demand point's unit of a level, -1 where it lies in none; worked out once for a city."""
    key = ("unit of points", by)
    if key not in city.cache:
        place = {code: k for k, code in enumerate(codes)}
        city.cache[key] = np.fromiter((place.get(code, -1) for code in city.demand.units[by]), dtype=np.int64, count=len(city.demand))
    found: IntArray = city.cache[key]
    return found
