"""One place: the nearest facility of every layer from there, in metres and minutes, and whether that is within what is asked.

A place is what a demand point is: it is attached to the streets, and the way runs from it to the facility, in the direction of travel. So a
place at a demand point is told what the coverage counts for that point.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import FloatArray
from planner.measure import costs
from planner.measure.attaching import Chosen, attach_facilities, chosen_together, counting_facilities
from planner.measure.city import City
from planner.measure.coverage import crow_metres, within
from planner.network.snap import attach
from planner.units import TravelProfile


@dataclass(frozen=True, slots=True)
class LayerAsked:
    """A layer as it is asked of a place: by which travel, and within how many metres of the streets (None: nobody says how far)."""

    layer: str
    travel: str
    limit_m: float | None = None


@dataclass(frozen=True, slots=True)
class NearestOfLayer:
    """The nearest facility of a layer. facilities : how many count and have a place. row : in the layer's ledger, -1 where none is reached.

    way_m, minutes : along the streets, the legs to them included; None where there is no way. straight_m : to the facility nearest as the
    crow flies, which may be another one; None without any. reached : whether the way is within the limit, None where there is no limit.
    """

    layer: str
    travel: str
    limit_m: float | None
    facilities: int
    row: int
    id: str
    name: str
    way_m: float | None
    minutes: float | None
    straight_m: float | None
    reached: bool | None


@dataclass(frozen=True, slots=True)
class FromPlace:
    """What one place has within reach. legs_m : travel -> metres from the place to the streets, None where none comes near enough."""

    x: float
    y: float
    as_of: dt.date
    legs_m: dict[str, float | None]
    layers: tuple[NearestOfLayer, ...]


def from_place(city: City, x: float, y: float, asked: Sequence[LayerAsked], *, as_of: dt.date | None = None) -> FromPlace:
    """The nearest facility of each layer asked from a place (metres in the city's CRS), on the streets and without a limit.

    One search for each travel, from the place; of facilities that are equally near the first of the ledger. Raises InputError for an
    unknown layer or travel.
    """
    day = as_of or dt.date.today()
    legs: dict[str, float | None] = {}
    found: dict[int, NearestOfLayer] = {}
    for name in dict.fromkeys(ask.travel for ask in asked):
        travel = city.travel(name)
        mine = [(k, ask) for k, ask in enumerate(asked) if ask.travel == name]
        legs[name] = _search(city, x, y, travel, mine, day, found)
    return FromPlace(x, y, day, legs, tuple(found[k] for k in range(len(asked))))


def _search(city: City, x: float, y: float, travel: TravelProfile, mine: Sequence[tuple[int, LayerAsked]], day: dt.date,
            found: dict[int, NearestOfLayer]) -> float | None:
    """Answers what is asked by one travel into `found`; returns the leg to the streets."""
    network = city.streets.network(travel.mode)
    here = np.array([x]), np.array([y])
    place = attach(network, *here, max_snap_m=travel.max_snap_m)
    parts = [counting_facilities(city, ask.layer, day) for _, ask in mine]
    first = np.cumsum([0, *(len(part.row) for part in parts)])
    cost_m = np.full(int(first[-1]), np.inf)
    if len(place.edge) and len(cost_m):
        column, metres = costs.from_one(network, place, attach_facilities(city, chosen_together(*parts), travel, seen_from=place))
        cost_m[column] = metres
    for number, ((k, ask), chosen) in enumerate(zip(mine, parts, strict=True)):
        straight_m = float(crow_metres(*here, chosen)[0]) if len(chosen.row) else None
        found[k] = _nearest(city, ask, travel, chosen, cost_m[first[number]:first[number + 1]], straight_m)
    return float(place.leg_m[0]) if len(place.edge) else None


def _nearest(city: City, ask: LayerAsked, travel: TravelProfile, chosen: Chosen, cost_m: FloatArray,
             straight_m: float | None) -> NearestOfLayer:
    """The nearest of a layer's facilities. cost_m : (J,) metres to each, inf where there is no way."""
    best = int(np.argmin(cost_m)) if len(cost_m) else -1
    if best < 0 or not np.isfinite(cost_m[best]):
        reached = None if ask.limit_m is None else False
        return NearestOfLayer(ask.layer, ask.travel, ask.limit_m, len(cost_m), -1, "", "", None, None, straight_m, reached)
    row, way_m = int(chosen.row[best]), float(cost_m[best])
    frame = city.layer(ask.layer).frame
    reached = None if ask.limit_m is None else bool(within(cost_m[best:best + 1], ask.limit_m)[0])
    return NearestOfLayer(ask.layer, ask.travel, ask.limit_m, len(cost_m), row, str(frame["id"].iloc[row]), str(frame["name"].iloc[row]),
                          way_m, way_m / travel.metres_per_minute, straight_m, reached)
