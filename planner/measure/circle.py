"""The service circle as a basket: who reaches every one of several layers, with a weighted score of those that are reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.errors import UnitError
from planner.inputs.layers import TOTAL, FloatArray
from planner.measure.attaching import counting_facilities
from planner.measure.city import City
from planner.measure.coverage import nearest_facility, within
from planner.units import ServiceRadius


@dataclass(frozen=True, slots=True)
class CircleUnit:
    """The circle in one unit, or in the whole (code ""). Persons of one group; shares are None where there are none.

    people_covered : who reach every layer. score : mean over people of (weights of the layers within reach / all weights), 0..1. by_layer :
    the share who reach each.
    """

    code: str
    name: str
    people: float
    people_covered: float
    people_beyond: float
    share: float | None
    score: float | None
    by_layer: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Circle:
    """A basket of layers within one limit: the settings, the whole, the units in code order. groups : share who reach all, by group."""

    layers: tuple[str, ...]
    weights: tuple[float, ...]
    travel: str
    mode: str
    metres_per_minute: float
    limit_m: float
    minutes: float | None
    group: str
    by: str
    as_of: dt.date
    facilities: Mapping[str, int]
    total: CircleUnit
    units: tuple[CircleUnit, ...]
    groups: Mapping[str, float | None]


def circle(city: City, slugs: Sequence[str], travel: str, *, minutes: float | None = None, metres: float | None = None, by: str,
           group: str = TOTAL, as_of: dt.date | None = None, weights: Sequence[float] = ()) -> Circle:
    """Who reaches every layer of a basket by one travel within minutes or metres, in the units of a level and the whole project.

    A layer that is named twice counts once. weights : one for each layer, 0 or more, not all 0; without them all count alike. People
    outside every unit of the level are in the total and in no unit. Raises InputError for an unknown layer, travel, level or group,
    UnitError for weights that do not fit, or unless exactly one of minutes and metres is given.
    """
    names = tuple(dict.fromkeys(slugs))
    sizes = tuple(float(weight) for weight in weights) or (1.0,) * len(names)
    if len(sizes) != len(names) or not all(np.isfinite(sizes)) or min(sizes) < 0 or sum(sizes) <= 0:
        raise UnitError("basket_weights", weights=len(sizes), layers=len(names))
    profile, frame = city.travel(travel), city.boundaries.frame(by)
    radius = ServiceRadius(metres=metres, minutes=minutes, metres_per_minute=profile.metres_per_minute if minutes is not None else None)
    day, people = as_of or dt.date.today(), np.nan_to_num(city.demand.group(group))
    inside = np.column_stack([within(nearest_facility(city, counting_facilities(city, slug, day), profile).cost_m, radius.limit_m)
                              for slug in names]).astype(np.float64)
    every, score = inside.min(axis=1), inside @ np.array(sizes) / sum(sizes)
    codes = frame["code"].tolist()
    place = {code: k for k, code in enumerate(codes)}
    unit = np.fromiter((place.get(code, -1) for code in city.demand.units[by]), dtype=np.int64, count=len(people))
    here = unit >= 0

    def sums(values: FloatArray) -> FloatArray:
        return np.bincount(unit[here], weights=values[here], minlength=len(codes)).astype(np.float64)

    columns = [people, people * every, people * score, *(people * inside[:, k] for k in range(len(names)))]
    table = np.column_stack([sums(column) for column in columns])
    units = tuple(_unit(code, name, row, names) for code, name, row in zip(codes, frame["name"], table, strict=True))
    total = _unit("", "", np.array([float(column.sum()) for column in columns]), names)
    groups = {key: _over(float((heads * every).sum()), float(heads.sum())) for key, heads in
              ((key, np.nan_to_num(city.demand.people[key])) for key in city.demand.people)}
    counted = {slug: int(city.counting(slug, day).counts.sum()) for slug in names}
    return Circle(names, sizes, travel, profile.mode, profile.metres_per_minute, radius.limit_m, minutes, group, by, day, counted, total,
                  units, groups)


def _over(part: float, whole: float) -> float | None:
    """A share; None of nobody."""
    return part / whole if whole > 0 else None


def _unit(code: str, name: str, row: FloatArray, names: Sequence[str]) -> CircleUnit:
    """One unit from its sums: people, those who reach all, their score, those who reach each layer."""
    people, covered = float(row[0]), float(row[1])
    by_layer = {slug: _over(float(row[3 + k]), people) for k, slug in enumerate(names)}
    return CircleUnit(code, name, people, covered, people - covered, _over(covered, people), _over(float(row[2]), people), by_layer)
