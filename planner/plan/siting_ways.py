"""Distances of a city as pairs of a siting problem: from people to places, and between places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import BoolArray, FloatArray
from planner.measure import costs, matrices
from planner.measure.attaching import Chosen
from planner.measure.city import City
from planner.network.snap import attach
from planner.siting.candidates import Candidates
from planner.siting.problem import Pairs, compressed
from planner.units import ServiceRadius, TravelProfile


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Candidates of a spec, and why some take no part, each under the first reason that holds: outside the units asked about, screened out
    (planner.plan.screening), without a cost where money counts, off all streets. without_place : names of existing facilities whose
    position nobody knows, which take no part either."""

    candidates: int
    outside: int
    screened: int
    unpriced: int
    off_streets: int
    without_place: tuple[str, ...] = ()

    @property
    def open(self) -> int:
        """Candidates that may be chosen."""
        return self.candidates - self.outside - self.screened - self.unpriced - self.off_streets


def left_out(city: City, found: Candidates, travel: TravelProfile, *, inside: BoolArray, passes: BoolArray, priced: BoolArray,
             without_place: tuple[str, ...]) -> tuple[BoolArray, LeftOut]:
    """(J,) the candidates that may be chosen, and what became of the others. inside, passes, priced : (J,) what each of them fulfils."""
    attached = attach(city.streets.network(travel.mode), found.x, found.y, max_snap_m=travel.max_snap_m).attached
    may, counts = np.ones(len(found), dtype=np.bool_), []
    for fulfils in (inside, passes, priced, attached):
        counts.append(int((may & ~fulfils).sum()))
        may &= fulfils
    return may, LeftOut(len(found), counts[0], counts[1], counts[2], counts[3], without_place)


def names_without_place(city: City, slug: str, chosen: Chosen, as_of: dt.date) -> tuple[str, ...]:
    """The facilities of a layer that count on a day and have no position; chosen : those of the layer that have one."""
    frame = city.layer(slug).frame
    rows = np.setdiff1d(np.flatnonzero(city.counting(slug, as_of).counts), chosen.row[chosen.layer == slug])
    return tuple(str(name) or str(one) for name, one in zip(frame["name"].to_numpy(dtype=object)[rows],
                                                            frame["id"].to_numpy(dtype=object)[rows], strict=True))


def pairs_of(matrix: costs.CostMatrix) -> Pairs:
    """A cost matrix as pairs by demand."""
    return Pairs(matrix.start, matrix.column, matrix.cost_m)


def people_to(city: City, places: Chosen, travel: TravelProfile, limit_m: float) -> Pairs:
    """(I rows) the places within metres of each demand point, along the network of a travel."""
    return pairs_of(matrices.cost_matrices(city, {"places": matrices.Wanted(places, limit_m)}, travel)["places"])


def between(city: City, origin: tuple[FloatArray, FloatArray], target: tuple[FloatArray, FloatArray], travel: TravelProfile,
            limit_m: float) -> Pairs:
    """(n rows) the targets within metres of each origin, along the network of a travel; both are points (x, y)."""
    network = city.streets.network(travel.mode)
    starts, ends = (attach(network, *place, max_snap_m=travel.max_snap_m) for place in (origin, target))
    return pairs_of(costs.cost_matrix(network, starts, ends, limit_m=limit_m))


def crow(city: City, target: tuple[FloatArray, FloatArray], limit_m: float) -> Pairs:
    """(I rows) the places within metres of each demand point as the crow flies."""
    from scipy.spatial import cKDTree

    people = cKDTree(np.column_stack([city.demand.x, city.demand.y]))
    found = people.query_ball_point(np.column_stack(target), limit_m)
    place = np.repeat(np.arange(len(target[0])), [len(rows) for rows in found])
    row = np.fromiter((i for rows in found for i in rows), dtype=np.int64, count=len(place))
    metres = np.hypot(city.demand.x[row] - target[0][place], city.demand.y[row] - target[1][place])
    return compressed(row, place, metres, len(city.demand))


def limit_of(travel: TravelProfile, minutes: float | None, metres: float | None) -> float:
    """A limit in metres: of exactly one of minutes (by the travel's stated speed) and metres. Raises UnitError."""
    speed = travel.metres_per_minute if minutes is not None else None
    return ServiceRadius(metres=metres, minutes=minutes, metres_per_minute=speed).limit_m
