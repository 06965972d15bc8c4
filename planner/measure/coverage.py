"""Coverage: how many people have a facility within the service radius, per unit and in all, on the network and as the crow flies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from planner.inputs.layers import TOTAL, FloatArray, IntArray
from planner.inputs.status import BoolArray
from planner.measure import costs
from planner.measure.attaching import Chosen, attach_demand, attach_facilities, counting_facilities
from planner.measure.city import City
from planner.units import ServiceRadius, TravelProfile

LIMIT_SLACK_M = 1e-6
"""Limits are inclusive on paper: floating point may land a hair above them (contract, section 2.1)."""


def nearest_facility(city: City, chosen: Chosen, travel: TravelProfile) -> costs.Nearest:
    """The nearest of the chosen facilities to each demand point, on the network of a travel, without a limit.

    `facility` numbers the chosen facilities.
    """
    key = ("nearest", travel.mode, travel.max_snap_m, chosen.digest())
    if key not in city.cache:
        there = attach_facilities(city, chosen, travel)
        city.cache[key] = costs.nearest(city.streets.network(travel.mode), attach_demand(city, travel), there)
    found: costs.Nearest = city.cache[key]
    return found


def straight_line(city: City, chosen: Chosen) -> FloatArray:
    """(I,) metres from each demand point to the nearest chosen facility as the crow flies; inf where there is none.

    To an area, 0 inside it, where the facility has one; else to its nearest entrance; else to its point.
    """
    key = ("straight", chosen.digest())
    if key not in city.cache:
        city.cache[key] = _crow(city.demand.x, city.demand.y, chosen)
    found: FloatArray = city.cache[key]
    return found


def _crow(x: FloatArray, y: FloatArray, chosen: Chosen) -> FloatArray:
    """Metres from each place to the nearest of the chosen facilities."""
    import shapely

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


def weighted_quantile(values: FloatArray, weights: FloatArray, share: float) -> float | None:
    """The smallest value that at least `share` of the weight does not exceed; None without weight."""
    heavy = weights > 0
    values, weights = values[heavy], weights[heavy]
    if len(values) == 0:
        return None
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    k = int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)))
    return float(values[order[min(k, len(order) - 1)]])


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
    """Coverage of a layer: the settings it was made with, the whole, and the units in code order."""

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


def _summary(code: str, name: str, people: FloatArray, cost_m: FloatArray, attached: BoolArray, straight_m: FloatArray,
             limit_m: float) -> UnitCoverage:
    """One unit's figures from its own demand points."""
    whole = float(people.sum())
    covered = float(people[within(cost_m, limit_m)].sum())
    reach = np.isfinite(cost_m)
    heard = float(people[reach].sum())
    crow = float(people[within(straight_m, limit_m)].sum())
    return UnitCoverage(
        code, name, whole, covered, whole - covered, covered / whole if whole > 0 else None,
        float(people[~attached].sum()), float(people[attached & ~reach].sum()),
        float(people[reach] @ cost_m[reach]) / heard if heard > 0 else None,
        weighted_quantile(cost_m[reach], people[reach], 0.5), weighted_quantile(cost_m[reach], people[reach], 0.95),
        crow, crow / whole if whole > 0 else None)


def coverage(city: City, slug: str, travel: str, *, minutes: float | None = None, metres: float | None = None, by: str,
             group: str = TOTAL, as_of: dt.date | None = None) -> Coverage:
    """Coverage of one layer by one travel within minutes or metres, for the units of a level and the whole project.

    People outside every unit of the level are in the total and in no unit. Raises InputError for an unknown layer, travel, level or group,
    UnitError unless exactly one of minutes and metres is given.
    """
    profile, units = city.travel(travel), city.boundaries.frame(by)
    radius = ServiceRadius(metres=metres, minutes=minutes, metres_per_minute=profile.metres_per_minute if minutes is not None else None)
    day = as_of or dt.date.today()
    people = city.demand.group(group)
    layer, count = city.layer(slug), city.counting(slug, day)
    chosen = counting_facilities(city, slug, day)
    near, straight_m = nearest_facility(city, chosen, profile), straight_line(city, chosen)
    rows = _rows_by_code(city.demand.units[by], units["code"].tolist())
    parts = tuple(_summary(code, name, people[r], near.cost_m[r], near.attached[r], straight_m[r], radius.limit_m)
                  for code, name, r in zip(units["code"], units["name"], rows, strict=True))
    total = _summary("", "", people, near.cost_m, near.attached, straight_m, radius.limit_m)
    ids = layer.frame["id"].to_numpy(dtype=object)
    facilities, slipped = int(count.counts.sum()), tuple(str(i) for i in ids[count.slipped])
    return Coverage(slug, travel, profile.mode, profile.metres_per_minute, radius.limit_m, minutes, group, by, day, facilities,
                    facilities - len(chosen.row), slipped, total, parts)


def _rows_by_code(codes: npt.NDArray[np.object_], wanted: Sequence[str]) -> list[IntArray]:
    """For each wanted code, the rows that bear it."""
    place = {code: k for k, code in enumerate(wanted)}
    number = np.fromiter((place.get(code, -1) for code in codes), dtype=np.int64, count=len(codes))
    order = np.argsort(number, kind="stable")
    start = np.searchsorted(number[order], np.arange(len(wanted) + 1))
    return [order[start[k]:start[k + 1]] for k in range(len(wanted))]
