"""Whose facilities count for whom: any (跨界共享), those of one's own unit only (本单元), or those officially assigned (划定服务范围).

- shared: everybody may go to every facility.
- own: people may go to the facilities that count in their own unit of the level, as the ledger's `count_by` has it. Who lives outside all
  units has no facility of his own; a facility outside all units is nobody's own.
- assigned: as own, and to the facilities whose `serves` column lists a unit that they live in: codes of any level, separated by `;`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from planner.errors import InputError
from planner.inputs.layers import BoolArray, FloatArray, IntArray, TextArray
from planner.measure import costs
from planner.measure.attaching import Chosen, attach_demand, attach_facilities
from planner.measure.city import City
from planner.units import TravelProfile

SHARED, OWN, ASSIGNED = "shared", "own", "assigned"
REACHES = (SHARED, OWN, ASSIGNED)
SEPARATORS = re.compile(r"[;；,，、\s]+")


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who may use which of the chosen facilities. kind : (I,) each demand point's kind; facilities : for each kind those that it may use.

    everybody : all may use all. unknown : codes in `serves` that no unit has.
    """

    kind: IntArray
    facilities: tuple[IntArray, ...]
    everybody: bool = False
    unknown: tuple[str, ...] = ()

    def digest(self) -> bytes:
        """Who may use which, in a few bytes."""
        about = hashlib.sha256(np.ascontiguousarray(self.kind).tobytes())
        for mine in self.facilities:
            about.update(len(mine).to_bytes(8, "little") + mine.tobytes())
        return about.digest()

    def groups(self) -> Iterator[tuple[IntArray, IntArray]]:
        """The demand points of each kind that may use any facility, and those facilities."""
        order = np.argsort(self.kind, kind="stable")
        start = np.searchsorted(self.kind[order], np.arange(len(self.facilities) + 1))
        for k, facilities in enumerate(self.facilities):
            points = order[start[k]:start[k + 1]]
            if len(points) and len(facilities):
                yield points, facilities

    def allows(self, points: IntArray, facilities: IntArray, count: int) -> BoolArray:
        """For each pair of a demand point and one of the `count` chosen facilities (-1: none), whether the one may use the other."""
        allowed = np.zeros((len(self.facilities), count + 1), dtype=bool)
        for k, mine in enumerate(self.facilities):
            allowed[k, mine] = True
        found: BoolArray = allowed[self.kind[points], facilities]
        return found


def sharing(city: City, chosen: Chosen, reach: str, by: str) -> Sharing:
    """Who may use which facility, by the units of level `by`.

    Raises InputError for an unknown kind of reach or level, and where `assigned` is asked of a layer whose `serves` says nothing.
    """
    if reach not in REACHES:
        raise InputError("reach_unknown", reach=reach, reaches=", ".join(REACHES))
    city.boundaries.frame(by)
    people = len(city.demand)
    if reach == SHARED:
        return Sharing(np.zeros(people, dtype=np.int64), (np.arange(len(chosen.row)),), True)
    grants: dict[tuple[str, str], list[int]] = {}
    for j, code in enumerate(_column(city, chosen, f"unit_{by}")):
        if code:
            grants.setdefault((by, code), []).append(j)
    unknown = _assigned(city, chosen, grants) if reach == ASSIGNED else ()
    levels = sorted({level for level, _ in grants})
    kinds: dict[tuple[str, ...], int] = {}
    homes = zip(*(city.demand.units[level] for level in levels), strict=True) if levels else iter([()] * people)
    kind = np.fromiter((kinds.setdefault(home, len(kinds)) for home in homes), dtype=np.int64, count=people)
    sets: dict[tuple[int, ...], int] = {}
    merged = np.array([sets.setdefault(_granted(grants, levels, home), len(sets)) for home in kinds], dtype=np.int64)
    return Sharing(merged[kind] if people else kind, tuple(np.array(mine, dtype=np.int64) for mine in sets), unknown=unknown)


def _assigned(city: City, chosen: Chosen, grants: dict[tuple[str, str], list[int]]) -> tuple[str, ...]:
    """Adds what `serves` grants; returns the codes that no unit has."""
    listed = _column(city, chosen, "serves")
    if not any(listed):
        raise InputError("reach_not_assigned", layer=", ".join(dict.fromkeys(chosen.layer)))
    known = {level: set(city.boundaries.levels[level]["code"]) for level in city.demand.units if level in city.boundaries.levels}
    unknown: dict[str, None] = {}
    for j, text in enumerate(listed):
        for code in filter(None, SEPARATORS.split(text)):
            levels = [level for level, codes in known.items() if code in codes]
            if not levels:
                unknown[code] = None
            for level in levels:
                mine = grants.setdefault((level, code), [])
                if j not in mine:
                    mine.append(j)
    return tuple(unknown)


def _granted(grants: dict[tuple[str, str], list[int]], levels: list[str], home: tuple[str, ...]) -> tuple[int, ...]:
    """The facilities that people of these units may use, ascending."""
    return tuple(sorted({j for place in zip(levels, home, strict=True) for j in grants.get(place, ())}))


def _column(city: City, chosen: Chosen, column: str) -> TextArray:
    """A text column of the chosen facilities, blank where a layer has none."""
    found = np.full(len(chosen.row), "", dtype=object)
    for slug in dict.fromkeys(chosen.layer):
        frame, here = city.layer(slug).frame, chosen.layer == slug
        if column in frame:
            found[here] = [cell if isinstance(cell, str) else "" for cell in frame[column].to_numpy(dtype=object)[chosen.row[here]]]
    return found


def nearest_allowed(city: City, chosen: Chosen, travel: TravelProfile, who: Sharing, any_facility: costs.Nearest) -> costs.Nearest:
    """The nearest facility that each demand point may use, on the network, without a limit.

    any_facility : the nearest of all chosen ones, which settles the points that may use theirs. Of the others each kind is searched from
    its own facilities.
    """
    count, points = len(chosen.row), np.arange(len(who.kind))
    settled = who.allows(points, any_facility.facility, count)
    cost_m = np.where(settled, any_facility.cost_m, np.inf)
    facility = np.where(settled, any_facility.facility, -1)
    network, here, there = city.streets.network(travel.mode), attach_demand(city, travel), attach_facilities(city, chosen, travel)
    searched = ~settled & np.isfinite(any_facility.cost_m)  # who reaches no facility at all reaches none of his own
    for mine, facilities in who.groups():
        left = mine[searched[mine]]
        if len(left):
            found = costs.nearest(network, here.take(left), there.take(facilities))
            cost_m[left] = found.cost_m
            facility[left] = np.where(found.facility >= 0, facilities[found.facility], -1)
    return costs.Nearest(cost_m, facility, any_facility.attached)


def straight_allowed(city: City, chosen: Chosen, who: Sharing, crow: Callable[[FloatArray, FloatArray, Chosen], FloatArray]) -> FloatArray:
    """(I,) metres as `crow` measures them from each demand point to the nearest facility that it may use; inf where there is none."""
    metres = np.full(len(who.kind), np.inf)
    for points, facilities in who.groups():
        metres[points] = crow(city.demand.x[points], city.demand.y[points], chosen.take(facilities))
    return metres
