"""What closing, moving and opening sites does to people: whom a site leaves, who takes them, how far they then go, and who depends on one.

Told by the nearest facility on the network, as everybody would go there: an indicator of dependence, not a forecast of use.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.inputs.layers import TOTAL, FloatArray, IntArray, TextArray
from planner.inputs.specs import LEVELS
from planner.measure.attaching import Chosen, counting_facilities
from planner.measure.city import City
from planner.measure.coverage import nearest_facility
from planner.measure.matrices import Wanted, cost_matrices
from planner.units import ServiceRadius, TravelProfile

IN_REACH = 3
"""People are told apart by none, one, two, and so many or more facilities in reach."""


@dataclass(frozen=True, slots=True)
class Taker:
    """A facility that takes people over: how many, and how many it is nearest to before and after."""

    id: str
    name: str
    people: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class UnitLeft:
    """A community that a site leaves: people, their mean minutes to the nearest facility before and after (None: nobody reaches one), and
    how many reach none any more."""

    code: str
    name: str
    people: float
    minutes_before: float
    minutes_after: float | None
    stranded: float


@dataclass(frozen=True, slots=True)
class Departure:
    """A site that closed, moved or became something else, and the people it was nearest to. extra_min : mean extra minutes of those who
    still reach one, None where nobody does."""

    layer: str
    id: str
    name: str
    how: str
    people: float
    stranded: float
    extra_min: float | None
    longest_extra_min: float | None
    units: tuple[UnitLeft, ...]
    takers: tuple[Taker, ...]


@dataclass(frozen=True, slots=True)
class Dependence:
    """People of a layer by how many of its facilities are within the limit: none, one, two, three or more; on side a and on side b."""

    layer: str
    limit_m: float
    a: tuple[float, ...]
    b: tuple[float, ...]
    units: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]


@dataclass(frozen=True, slots=True)
class ServiceChanges:
    """What changes for people, by one travel and for one group."""

    travel: str
    group: str
    minutes: float
    departures: tuple[Departure, ...]
    dependence: tuple[Dependence, ...]


def service_changes(a: City, b: City, *, travel: str, minutes: float, group: str = TOTAL, as_of: dt.date) -> ServiceChanges | None:
    """What changes for the people of a group between two states of a city with the same people, by a travel; None where small counts of
    people are not to be told, or the people are others.

    minutes : the limit within which a facility is in reach. Raises InputError for an unknown travel or group.
    """
    profile = b.travel(travel)
    people = np.nan_to_num(b.demand.group(group))
    if a.demand.hide_small or a.demand.x is not b.demand.x or a.demand.y is not b.demand.y:
        return None
    limit_m = ServiceRadius(minutes=minutes, metres_per_minute=profile.metres_per_minute).limit_m
    departures: list[Departure] = []
    dependence: list[Dependence] = []
    for slug in b.facilities:
        if slug not in a.facilities or (a.facilities[slug] is b.facilities[slug] and a.streets is b.streets):
            continue
        sides = [_Side(city, slug, as_of, profile) for city in (a, b)]
        if sides[0].chosen.digest() == sides[1].chosen.digest() and a.streets is b.streets:
            continue
        departures += _departures(sides[0], sides[1], people, profile)
        counted = _dependence(sides[0], sides[1], people, limit_m)
        if sides[0].chosen.digest() != sides[1].chosen.digest() or counted.units:
            dependence.append(counted)
    return ServiceChanges(travel, group, minutes, tuple(departures), tuple(dependence))


class _Side:
    """One layer of a city on a day: who counts, and who is nearest to whom."""

    def __init__(self, city: City, slug: str, as_of: dt.date, profile: TravelProfile) -> None:
        self.city, self.slug, self.profile = city, slug, profile
        self.chosen: Chosen = counting_facilities(city, slug, as_of)
        frame = city.facilities[slug].frame
        self.ids = [str(one) for one in frame["id"].to_numpy(dtype=object)[self.chosen.row]]
        self.names = [str(one) for one in frame["name"].to_numpy(dtype=object)[self.chosen.row]]
        near = nearest_facility(city, self.chosen, profile)
        self.cost_m: FloatArray = near.cost_m
        self.nearest: IntArray = near.facility

    def place(self, ident: str) -> tuple[float, float] | None:
        """Where a facility of this id stands; None where it does not count."""
        if ident not in self.ids:
            return None
        k = self.ids.index(ident)
        return float(self.chosen.x[k]), float(self.chosen.y[k])

    def loads(self, people: FloatArray) -> FloatArray:
        """(J,) people to whom each facility is the nearest."""
        some = self.nearest >= 0
        return np.bincount(self.nearest[some], weights=people[some], minlength=len(self.ids)).astype(np.float64)


def _finest(city: City) -> tuple[str, TextArray, Mapping[str, str]]:
    """The finest level of units, the code of each demand point, and the units' names."""
    level = next((level for level in reversed(LEVELS) if level in city.boundaries.levels and level in city.demand.units), "")
    if not level:
        return "", np.full(len(city.demand), "", dtype=object), {}
    frame = city.boundaries.levels[level]
    return level, city.demand.units[level], dict(zip(frame["code"], frame["name"], strict=True))


def _departures(a: _Side, b: _Side, people: FloatArray, profile: TravelProfile) -> list[Departure]:
    """The sites of a that no longer serve where they did, and the people they were nearest to."""
    _, codes, names = _finest(a.city)
    before, after = a.loads(people), b.loads(people)
    place = {ident: k for k, ident in enumerate(a.ids)}
    found = []
    for j, ident in enumerate(a.ids):
        now = b.place(ident)
        if now == (float(a.chosen.x[j]), float(a.chosen.y[j])):
            continue
        left = np.flatnonzero((a.nearest == j) & (people > 0))
        heads, spent = people[left], (b.cost_m[left] - a.cost_m[left]) / profile.metres_per_minute
        reach = np.isfinite(b.cost_m[left])
        kept = float(heads[reach].sum())
        units = []
        for code in sorted({str(code) for code in codes[left]}):
            inside = codes[left] == code
            own, there = heads[inside], heads[inside & reach]
            minutes = _mean(a.cost_m[left][inside], own) / profile.metres_per_minute
            later = _mean(b.cost_m[left][inside & reach], there) / profile.metres_per_minute if there.sum() else None
            units.append(UnitLeft(code, names.get(code, ""), float(own.sum()), minutes, later, float(own.sum() - there.sum())))
        takers = []
        for k in np.unique(b.nearest[left][reach]).tolist():
            taken = float(heads[reach & (b.nearest[left] == k)].sum())
            takers.append(Taker(b.ids[k], b.names[k], taken, float(before[place[b.ids[k]]]) if b.ids[k] in place else 0.0, float(after[k])))
        takers.sort(key=lambda one: (-one.people, one.id))
        how = "moved" if now is not None else "closed"
        found.append(Departure(a.slug, ident, a.names[j], how, float(heads.sum()), float(heads.sum()) - kept,
                               _mean(spent[reach], heads[reach]) if kept else None, float(spent[reach].max()) if kept else None,
                               tuple(units), tuple(takers)))
    return found


def _mean(values: FloatArray, weights: FloatArray) -> float:
    """The mean of values by weights."""
    return float((values * weights).sum() / weights.sum())


def _dependence(a: _Side, b: _Side, people: FloatArray, limit_m: float) -> Dependence:
    """People by the number of facilities in reach, on both sides."""
    counts = [_in_reach(side, limit_m) for side in (a, b)]
    _, codes, _ = _finest(b.city)
    changed = counts[0] != counts[1]
    units = {}
    for code in sorted({str(code) for code in codes[changed]} - {""}):
        inside = codes == code
        units[code] = (_bins(counts[0][inside], people[inside]), _bins(counts[1][inside], people[inside]))
    return Dependence(a.slug, limit_m, _bins(counts[0], people), _bins(counts[1], people), units)


def _in_reach(side: _Side, limit_m: float) -> npt.NDArray[np.int64]:
    """(I,) facilities within the limit, IN_REACH at most."""
    matrix = cost_matrices(side.city, {side.slug: Wanted(side.chosen, limit_m)}, side.profile, keep=False)[side.slug]
    return np.minimum(np.diff(matrix.start), IN_REACH).astype(np.int64)


def _bins(count: npt.NDArray[np.int64], people: FloatArray) -> tuple[float, ...]:
    """People with none, one, two, and three or more."""
    return tuple(float(sum_) for sum_ in np.bincount(count, weights=people, minlength=IN_REACH + 1))


def to_dict(found: ServiceChanges) -> dict[str, Any]:
    """The changes as JSON."""
    return {
        "travel": found.travel, "group": found.group, "minutes": found.minutes,
        "departures": [{
            "layer": one.layer, "id": one.id, "name": one.name, "how": one.how, "people": one.people, "people_stranded": one.stranded,
            "extra_minutes_mean": one.extra_min, "extra_minutes_longest": one.longest_extra_min,
            "units": [{"code": unit.code, "name": unit.name, "people": unit.people, "minutes_before": unit.minutes_before,
                       "minutes_after": unit.minutes_after, "people_stranded": unit.stranded} for unit in one.units],
            "taken_by": [{"id": taker.id, "name": taker.name, "people": taker.people, "people_before": taker.before,
                          "people_after": taker.after} for taker in one.takers]} for one in found.departures],
        "in_reach": [{"layer": one.layer, "limit_m": one.limit_m, "a": _named(one.a), "b": _named(one.b),
                      "units": [{"code": code, "a": _named(a), "b": _named(b)} for code, (a, b) in one.units.items()]}
                     for one in found.dependence]}


def _named(people: tuple[float, ...]) -> dict[str, float]:
    """People by the number of facilities in reach."""
    return dict(zip(("none", "one", "two", "three_or_more"), people, strict=True))
