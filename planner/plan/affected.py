"""Who a failing target affects: the demand points, the facilities around them, and the one nearest to most of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from planner.inputs.layers import FloatArray
from planner.measure.attaching import choose, facility_name
from planner.measure.by_unit import weighted_quantile
from planner.measure.city import City
from planner.measure.coverage import nearest_facility, within
from planner.targets.inquiry import DataMissingError, Inquiry, Ledger
from planner.targets.pack import Check, Limit
from planner.targets.selection import Pool, pool_of
from planner.targets.unit_sets import entry_of_units
from planner.units import TravelProfile

BoolArray = npt.NDArray[np.bool_]
NO_FACILITIES = ("unit_value", "reported", "separation")
"""Metrics that no facility of the target's layer can answer."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """The facility nearest to most of those affected and the minutes of the person in the middle; "" and None where none is in reach.

    layer : of a basket, the layer that is farthest.
    """

    facility: str = ""
    minutes: float | None = None
    travel: str = ""
    layer: str = ""


@dataclass(slots=True)
class Around:
    """A target's facilities on the day: all of its layers, and those that satisfy its conditions; None where the project lacks them."""

    inquiry: Inquiry
    everything: Pool | None = None
    passing: Pool | None = None
    counted: dict[tuple[str, bool], Counter[str]] = field(default_factory=dict)

    @property
    def check(self) -> Check:
        """The check in effect."""
        return self.inquiry.check

    @property
    def city(self) -> City:
        """The city."""
        return self.inquiry.city

    def count(self, level: str, code: str, *, passing: bool) -> int:
        """How many of its facilities count in a unit: all of them, or those that pass the target's conditions."""
        key = (level, passing)
        if key not in self.counted:
            pool = self.passing if passing else self.everything
            column = f"unit_{level}"
            known = pool is not None and all(column in layer.frame for layer in pool.layers.values())
            self.counted[key] = Counter(pool.text(column)) if pool is not None and known else Counter()
        return self.counted[key][code]

    def lacking(self, level: str, code: str) -> tuple[str, ...]:
        """The layers of `all_of` that a unit has nothing of."""
        alone = replace(self.check, any_of=(), all_of=())
        missing = []
        for member in self.check.all_of:
            if member.layer:
                check = replace(alone, layers=(member.layer,), where=(*self.check.where, *member.where))
                if not around(self.inquiry.ask(check)).count(level, code, passing=True):
                    missing.append(member.layer)
        return tuple(missing)


def around(inquiry: Inquiry) -> Around:
    """The facilities of a check, as a stock: whatever year they opened in, and open rather than started or approved."""
    check = inquiry.check
    if check.metric in NO_FACILITIES:
        return Around(inquiry)
    stock = replace(check, opened_in=None, stage="opened")
    asked = Inquiry(inquiry.city, inquiry.pack, stock, inquiry.day, Ledger())
    slugs = check.basket or tuple(member.layer for member in (*check.any_of, *check.all_of) if member.layer) or check.layers
    slugs = tuple(slug for slug in slugs if slug in inquiry.city.facilities)
    if not slugs:
        return Around(inquiry)
    try:
        return Around(inquiry, pool_of(asked, slugs, ()), pool_of(asked, slugs))
    except DataMissingError:
        return Around(inquiry)


def beyond_minutes(where: Around, ceiling: float) -> BoolArray:
    """(I,) demand points from which the nearest facility takes longer than a ceiling in minutes, or that reach none."""
    profile = travel_of(where, "")
    if where.passing is None or profile is None:
        return np.zeros(len(where.city.demand), dtype=bool)
    chosen = choose(where.city, where.passing.masks(where.passing.sure))
    late: BoolArray = ~within(nearest_facility(where.city, chosen, profile).cost_m, ceiling * profile.metres_per_minute)
    return late


def limit_of(where: Around, code: str) -> Limit | None:
    """The limit for the people of a unit."""
    check = where.check
    if not check.limits:
        return (
            Limit(check.scope, check.minutes, check.metres, check.travel, True)
            if check.minutes is not None or check.metres is not None
            else None
        )
    frame = where.city.boundaries.levels.get(check.by)
    codes = frame["code"].tolist() if frame is not None else []
    entry = entry_of_units(where.inquiry, check.by, check.limits)
    return check.limits[entry[codes.index(code)]] if code in codes else check.limits[-1]


def travel_of(where: Around, code: str) -> TravelProfile | None:
    """The way of travelling by which a unit's times are told: the target's own, else walking as the project states it."""
    limit = limit_of(where, code)
    name = (limit.travel if limit else "") or where.check.travel
    travels = where.city.travels
    if name:
        return travels.get(name)
    walks = sorted(
        (travel for travel in travels.values() if travel.mode == "walk"), key=lambda travel: (travel.name != "walk", travel.name)
    )
    return walks[0] if walks else None


def nearby(where: Around, who: BoolArray, people: FloatArray, code: str) -> Nearby:
    """The nearest facility of those affected (of a basket, of the layer that is farthest for them)."""
    profile = travel_of(where, code)
    if where.passing is None or profile is None or not (people[who] > 0).any():
        return Nearby()
    asked: list[tuple[str, ...] | None] = [(slug,) for slug in where.check.basket] or [None]
    found = [_nearest_of(where, slugs, who, people, profile) for slugs in asked]
    return max(found, key=lambda one: np.inf if one.minutes is None else one.minutes)


def _nearest_of(where: Around, slugs: tuple[str, ...] | None, who: BoolArray, people: FloatArray, profile: TravelProfile) -> Nearby:
    """The nearest facility of some layers to those affected."""
    pool = where.passing
    assert pool is not None
    layer = slugs[0] if slugs else ""
    kept = pool.sure if slugs is None else pool.sure & np.isin(pool.slugs, slugs)
    chosen = choose(where.city, pool.masks(kept))
    if len(chosen.row) == 0:
        return Nearby(travel=profile.name, layer=layer)
    near = nearest_facility(where.city, chosen, profile)
    weights = people[who]
    middle = weighted_quantile(near.cost_m[who], weights, 0.5)
    minutes = None if middle is None or not np.isfinite(middle) else middle / profile.metres_per_minute
    reach = near.facility[who] >= 0
    if not (weights[reach] > 0).any():
        return Nearby(travel=profile.name, layer=layer)
    most = np.bincount(near.facility[who][reach], weights=weights[reach], minlength=len(chosen.row))
    return Nearby(facility_name(where.city, chosen, int(np.argmax(most))), minutes, profile.name, layer)


def centre(city: City, who: BoolArray, people: FloatArray) -> tuple[float, float] | None:
    """The home nearest to the people-weighted centre of some demand points: a place where somebody lives, never the middle of a river."""
    homes = np.flatnonzero(who & (people > 0))
    if len(homes) == 0:
        return None
    x, y, weights = city.demand.x[homes], city.demand.y[homes], people[homes]
    whole = float(weights.sum())
    middle_x, middle_y = float((weights * x).sum()) / whole, float((weights * y).sum()) / whole
    best = int(np.argmin((x - middle_x) ** 2 + (y - middle_y) ** 2))
    return float(x[best]), float(y[best])


def unit_mask(city: City, level: str, code: str) -> BoolArray:
    """(I,) demand points that lie in a unit; all of them where the level has no polygons."""
    if level not in city.demand.units:
        return np.ones(len(city.demand), dtype=bool)
    key = ("unit numbers", level)
    if key not in city.cache:
        codes, number = np.unique(city.demand.units[level].astype(str), return_inverse=True)
        city.cache[key] = {str(found): k for k, found in enumerate(codes)}, number
    place, number = city.cache[key]
    inside: BoolArray = number == place.get(code, -1)
    return inside
