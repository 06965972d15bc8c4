"""A balance of beds: whose unmet demand goes to whose free beds, in the city and with suppliers outside it, by minutes of driving.

Sets: units a in A with unmet demand d_a, suppliers j in J with free beds s_j, minutes t_aj (absent: too far, or no way).
Variables: f_aj beds of j used by a. Stage 1: max sum f. Stage 2: min sum t f with sum f held. Rows: sum over j of f_aj <= d_a, sum over
a of f_aj <= s_j. A transport problem: with whole d and s the answer is whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import FloatArray
from planner.measure.city import City
from planner.siting.linear import Rows
from planner.siting.solver import Clock, run
from planner.units import TravelProfile

TIME_LIMIT_S = 60.0
LEAST_FLOW = 1e-6
"""Flows below this are the solver's rounding."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with unmet demand, or a supplier with free beds. x, y : metres in the project's CRS, where its people or beds are.

    more_min : minutes beyond the streets of the project, for suppliers outside it. outside : whether it is one.
    """

    code: str
    name: str
    beds: float
    x: float
    y: float
    more_min: float = 0.0
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """So many beds of a supplier for a unit, and the minutes between them."""

    unit: str
    supplier: str
    beds: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Flows, and what is left: unmet demand by unit, free beds by supplier. minutes_mean : over the beds that move, None where none does.

    unreachable : units and suppliers that no street reaches.
    """

    flows: tuple[Flow, ...]
    unmet: Mapping[str, float]
    free: Mapping[str, float]
    minutes_mean: float | None
    unreachable: tuple[str, ...] = ()


def balance(units: Sequence[Place], suppliers: Sequence[Place], minutes: FloatArray) -> Balance:
    """The balance that serves the most demand, and of those the one with the least driving.

    minutes : (A, J), inf where a supplier is out of the question. A unit does not supply itself: what it has of its own is not unmet.
    """
    pairs = [(a, j) for a in range(len(units)) for j in range(len(suppliers))
             if math.isfinite(minutes[a, j]) and units[a].beds > 0 and suppliers[j].beds > 0]
    flow = np.zeros(len(pairs))
    if pairs:
        own, other = np.array(pairs).T
        rows = Rows()
        rows.add(own, np.arange(len(pairs)), 1.0, -np.inf, np.array([unit.beds for unit in units]), len(units))
        rows.add(other, np.arange(len(pairs)), 1.0, -np.inf, np.array([one.beds for one in suppliers]), len(suppliers))
        upper = np.minimum(np.array([unit.beds for unit in units])[own], np.array([one.beds for one in suppliers])[other])
        whole = np.zeros(len(pairs), dtype=np.bool_)
        clock = Clock(TIME_LIMIT_S)
        most = run(rows.model(maximise=True, cost=np.ones(len(pairs)), col_upper=upper, whole=whole), clock)
        served = most.objective or 0.0
        rows.one(np.arange(len(pairs)), 1.0, served * (1 - 1e-9), np.inf)
        near = run(rows.model(maximise=False, cost=minutes[own, other], col_upper=upper, whole=whole), clock, start=None)
        found = near.x if near.x is not None else most.x
        flow = found if found is not None else flow
    flows = tuple(Flow(units[a].code, suppliers[j].code, _whole(float(flow[k])), float(minutes[a, j]))
                  for k, (a, j) in enumerate(pairs) if flow[k] > LEAST_FLOW)
    moved = sum(one.beds for one in flows)
    unmet = {unit.code: unit.beds - sum(one.beds for one in flows if one.unit == unit.code) for unit in units}
    free = {one.code: one.beds - sum(each.beds for each in flows if each.supplier == one.code) for one in suppliers}
    mean = sum(one.beds * one.minutes for one in flows) / moved if moved else None
    return Balance(flows, unmet, free, mean)


def _whole(value: float) -> float:
    """A flow without the solver's rounding."""
    return float(round(value)) if abs(value - round(value)) < LEAST_FLOW else value


def drive_minutes(city: City, units: Sequence[Place], suppliers: Sequence[Place], travel: TravelProfile, most_min: float,
                  ) -> tuple[FloatArray, tuple[str, ...]]:
    """(A, J) minutes from units to suppliers on the streets of a travel, each supplier's `more_min` added, inf beyond `most_min`; and the
    codes of those that no street comes near."""
    from planner.measure.costs import cost_matrix
    from planner.network.snap import attach

    network, speed = city.streets.network(travel.mode), travel.metres_per_minute
    ends = []
    for places in (units, suppliers):
        x, y = (np.array([getattr(place, key) for place in places], dtype=np.float64) for key in ("x", "y"))
        ends.append(attach(network, x, y, max_snap_m=travel.max_snap_m))
    matrix = cost_matrix(network, ends[0], ends[1], limit_m=most_min * speed)
    found = np.full((len(units), len(suppliers)), np.inf)
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.start))
    found[row, matrix.column] = matrix.cost_m / speed
    found += np.array([one.more_min for one in suppliers])
    found[found > most_min] = np.inf
    lost = [place.code for places, end in zip((units, suppliers), ends, strict=True)
            for place, on in zip(places, end.attached, strict=True) if not on]
    return found, tuple(dict.fromkeys(lost))


def unit_places(city: City, level: str, group: str) -> dict[str, tuple[str, float, float]]:
    """Code -> name and the home nearest to the centre of a group's people, for every unit of a level that has any."""
    demand = city.demand
    people = np.nan_to_num(demand.group(group))
    frame = city.boundaries.frame(level)
    found: dict[str, tuple[str, float, float]] = {}
    for code, name in zip(frame["code"], frame["name"], strict=True):
        rows = np.flatnonzero((demand.units[level] == code) & (people > 0))
        if not len(rows):
            continue
        x, y, weight = demand.x[rows], demand.y[rows], people[rows]
        away = np.hypot(x - np.average(x, weights=weight), y - np.average(y, weights=weight))
        best = rows[int(np.argmin(away))]
        found[code] = str(name), float(demand.x[best]), float(demand.y[best])
    return found
