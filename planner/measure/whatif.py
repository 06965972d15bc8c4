"""Distances of a layer that differs a little from one that was measured: a site more, one closed, one moved.

Nothing is measured so unless `keep_ready` was asked for, as pages do on which a person tries sites. Then a question about the same layer,
with other facilities counting, is answered from what stands: one search from each that came, one about each that went. The metres are bit
for bit those of a whole measurement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import Extents, FloatArray, IntArray
from planner.inputs.status import BoolArray
from planner.measure.attaching import Chosen, attach_demand, attach_facilities
from planner.measure.city import City
from planner.measure.costs import Nearest
from planner.network import paths
from planner.network.areas import gathered
from planner.network.graph import Attachment
from planner.network.standing import Standing
from planner.units import TravelProfile

KEY = "standing"
MOST_READY = 4
"""Layers that a city keeps ready, each by one travel; those asked for longest ago go. One takes some 33 bytes a node of the streets."""
MOST_CHANGED = 200
"""Where more facilities came or went, the whole is measured: searches about each of them would take longer."""
NEAR = 1e-9
"""Straight distances that agree so far, relative to their size, are worked out by the one function that decides about them."""

Crow = Callable[[FloatArray, FloatArray, Chosen], FloatArray]


@dataclass(frozen=True, slots=True)
class Ready:
    """A layer as it was measured: its facilities, where they stand on the network, the searches' labels, straight metres (I,)."""

    chosen: Chosen
    there: Attachment
    labels: Standing
    straight_m: FloatArray


def keep_ready(city: City, chosen: Chosen, travel: TravelProfile, straight_m: FloatArray) -> None:
    """Keeps a layer's facilities ready for questions about ones that differ a little. straight_m : as `coverage.straight_line` gives it."""
    slug = _slug(chosen)
    if slug is None:
        return
    ready: dict[tuple[object, ...], Ready] = city.cache.setdefault(KEY, {})
    key = _key(slug, travel)
    known = ready.pop(key, None)
    if known is None or known.chosen.digest() != chosen.digest() or not np.array_equal(known.chosen.row, chosen.row):
        there = attach_facilities(city, chosen, travel)
        labels = paths.standing(city.streets.network(travel.mode), attach_demand(city, travel), there)
        known = Ready(chosen, there, labels, straight_m)
    ready[key] = known
    for old in list(ready)[:-MOST_READY]:
        ready.pop(old, None)


def nearest(city: City, chosen: Chosen, travel: TravelProfile) -> Nearest | None:
    """The nearest of the chosen facilities as `coverage.nearest_facility` gives it; None where nothing like them is kept ready."""
    found = _changed(city, chosen, travel)
    if found is None:
        return None
    ready, stands = found
    answer = paths.nearest_beside(ready.labels, _attached(city, ready, chosen, stands, travel), stands)
    return None if answer is None else Nearest(*answer, attach_demand(city, travel).attached)


def off_streets(city: City, chosen: Chosen, travel: TravelProfile) -> BoolArray | None:
    """(J,) which of the chosen facilities no street is near enough to; None as in `nearest`."""
    found = _changed(city, chosen, travel)
    if found is None:
        return None
    ready, stands = found
    return ~_attached(city, ready, chosen, stands, travel).attached


def straight(city: City, chosen: Chosen, crow: Crow) -> FloatArray | None:
    """(I,) metres as the crow flies to the nearest of the chosen; None as in `nearest`, or where one that came or went is an area.

    crow : the function that measures them (`coverage.crow_metres`); it is asked about the demand points concerned only.
    """
    found = _changed(city, chosen, None)
    if found is None:
        return None
    ready, stands = found
    gone, come = _gone(ready, stands), np.flatnonzero(stands < 0)
    if _wide(ready.chosen.extents)[gone].any() or _wide(chosen.extents)[come].any():
        return None
    x, y = city.demand.x, city.demand.y
    metres = ready.straight_m.copy()
    losing = np.zeros(len(x), dtype=bool)
    for j in gone.tolist():
        losing |= _square(x, y, ready.chosen, j) <= (ready.straight_m * (1 + NEAR)) ** 2
    if losing.any():
        metres[losing] = crow(x[losing], y[losing], chosen)
    gaining = np.zeros(len(x), dtype=bool)
    for j in come.tolist():
        gaining |= _square(x, y, chosen, j) <= (metres * (1 + NEAR)) ** 2
    if gaining.any():
        metres[gaining] = np.minimum(metres[gaining], crow(x[gaining], y[gaining], chosen.take(come)))
    return metres


def _slug(chosen: Chosen) -> str | None:
    """The layer that the facilities are of; None where there are none, or of several layers."""
    slugs = set(chosen.layer)
    return str(chosen.layer[0]) if len(slugs) == 1 else None


def _key(slug: str, travel: TravelProfile) -> tuple[object, ...]:
    """The name under which a layer is kept ready."""
    return slug, travel.mode, travel.max_snap_m


def _changed(city: City, chosen: Chosen, travel: TravelProfile | None) -> tuple[Ready, IntArray] | None:
    """What is kept ready of the layer (by any travel: None), and which of its facilities each chosen one is, -1 for one that is new;
    None where nothing is, or too much has changed."""
    slug, ready = _slug(chosen), city.cache.get(KEY)
    if slug is None or not ready:
        return None
    wanted = [key for key in list(ready) if key[0] == slug and (travel is None or key == _key(slug, travel))]
    known = ready.get(wanted[0]) if wanted else None
    if known is None:
        return None
    stands = _stands(known.chosen, chosen)
    changed = int((stands < 0).sum()) + len(_gone(known, stands))
    return (known, stands) if changed <= MOST_CHANGED else None


def _stands(before: Chosen, now: Chosen) -> IntArray:
    """(J,) which facility of `before` each of `now` is - the same row at the same place - and -1 for one that is none of them. Rows ascend
    in both."""
    at = np.searchsorted(before.row, now.row)
    there = np.minimum(at, max(len(before.row) - 1, 0))
    same = np.zeros(len(now.row), dtype=bool)
    if len(before.row):
        same = (before.row[there] == now.row) & (before.x[there] == now.x) & (before.y[there] == now.y)
    for j in np.flatnonzero(same & (_wide(now.extents) | _wide(before.extents)[there])).tolist():
        same[j] = _same_extent(before.extents, int(there[j]), now.extents, j)
    return np.where(same, there, -1)


def _wide(extents: Extents) -> BoolArray:
    """Which facilities are more than a point."""
    return extents.has_area | extents.has_doors


def _same_extent(before: Extents, i: int, now: Extents, j: int) -> bool:
    """Whether two facilities have the very same area and entrances."""
    if before.area[i] is not now.area[j]:
        return False
    first, second = slice(*before.door_start[i:i + 2]), slice(*now.door_start[j:j + 2])
    return np.array_equal(before.door_x[first], now.door_x[second]) and np.array_equal(before.door_y[first], now.door_y[second])


def _gone(ready: Ready, stands: IntArray) -> IntArray:
    """The facilities kept ready that are none of the chosen."""
    stay = np.zeros(len(ready.chosen.row), dtype=bool)
    stay[stands[stands >= 0]] = True
    return np.flatnonzero(~stay)


def _attached(city: City, ready: Ready, chosen: Chosen, stands: IntArray, travel: TravelProfile) -> Attachment:
    """Where the chosen facilities stand on the network: those that stay where they were, the others looked up."""
    stay, come = np.flatnonzero(stands >= 0), np.flatnonzero(stands < 0)
    new = attach_facilities(city, chosen.take(come), travel)
    return gathered(len(chosen.row), ((stay, ready.there.take(stands[stay])), (come, new)))


def _square(x: FloatArray, y: FloatArray, chosen: Chosen, j: int) -> FloatArray:
    """Squared straight metres from places to a facility's point."""
    found: FloatArray = (x - chosen.x[j]) ** 2 + (y - chosen.y[j]) ** 2
    return found
