"""Road completeness: how many people live by a street at all. Where the street file has gaps, distances are to be trusted less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import TOTAL, FloatArray
from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.network.snap import attach

NEAR_STREET_M = 100.0
"""Farther than this from any street nobody lives in a town whose streets are all drawn: half a large block. (Large blocks whose inner
paths are missing are what OpenStreetMap lacks most in Chinese cities.)"""


@dataclass(frozen=True, slots=True)
class UnitCompleteness:
    """One unit, or the whole (level and code ""). share : people within reach of a street, 0..1; None where nobody lives."""

    level: str
    code: str
    name: str
    people: float
    people_far: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Completeness:
    """Road completeness of a project: the distance it was tested with, the whole, and the units by level, in code order.

    along_streets : the people were spread along the streets themselves, so that only units without any street can show.
    """

    near_m: float
    group: str
    along_streets: bool
    total: UnitCompleteness
    units: tuple[UnitCompleteness, ...]


def group_of(city: City) -> str:
    """The group that stands for everybody: the total, else the first there is."""
    return TOTAL if TOTAL in city.demand.people else next(iter(city.demand.people))


def levels_of(city: City) -> list[str]:
    """The levels that are told: townships and the finest level of the administration; without either the project's last."""
    known = [level for level in LEVELS if level in city.boundaries.levels]
    if not known:
        return list(city.boundaries.levels)[-1:]
    return [level for level in known if level == "township" or level == known[-1]]


def road_completeness(city: City, *, near_m: float = NEAR_STREET_M, group: str | None = None) -> Completeness:
    """People farther than `near_m` metres, as the crow flies, from any street of the walking network.

    group : whom to count; None for everybody. Rows for the townships and the finest level; people outside all units are in the total only.
    Raises InputError for an unknown group.
    """
    known = group or group_of(city)
    people = city.demand.group(known)
    far = ~attach(city.streets.network("walk"), city.demand.x, city.demand.y, max_snap_m=near_m).attached
    rows: list[UnitCompleteness] = []
    for level in levels_of(city):
        units = city.boundaries.frame(level)
        codes = units["code"].tolist()
        place = {code: k for k, code in enumerate(codes)}
        unit = np.fromiter((place.get(code, -1) for code in city.demand.units[level]), dtype=np.int64, count=len(people)) + 1
        whole = np.bincount(unit, weights=people, minlength=len(codes) + 1)[1:]
        away = np.bincount(unit, weights=np.where(far, people, 0.0), minlength=len(codes) + 1)[1:]
        rows += [_row(level, str(code), str(name), w, a) for code, name, w, a in zip(codes, units["name"], whole, away, strict=True)]
    return Completeness(near_m, known, city.demand.spread == "streets", _row("", "", "", *_sums(people, far)), tuple(rows))


def _sums(people: FloatArray, far: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    """All people, and those far from streets."""
    return float(people.sum()), float(people[far].sum())


def _row(level: str, code: str, name: str, people: float, away: float) -> UnitCompleteness:
    """A unit's figures."""
    return UnitCompleteness(level, code, name, float(people), float(away), 1.0 - float(away) / float(people) if people > 0 else None)
