"""Coverage curves: the share of each unit that is covered within 1, 2, 3 ... minutes, from the same distances and sums as a coverage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import TOTAL, FloatArray
from planner.measure.attaching import counting_facilities
from planner.measure.by_unit import sums
from planner.measure.city import City
from planner.measure.coverage import nearest_in_reach, unit_of_points, within
from planner.measure.sharing import SHARED, sharing
from planner.measure.small_counts import masks
from planner.units import ServiceRadius


@dataclass(frozen=True, slots=True)
class CoverageCurves:
    """Coverage of a layer by one travel as it grows with the minutes.

    codes : (A,) of the level's units, in the boundaries' order. share : (M, A) of each unit's people within minutes[m], whole : (M,) of
    all people; NaN where there are none, and where small counts are hidden.
    """

    layer: str
    travel: str
    group: str
    by: str
    minutes: tuple[int, ...]
    codes: tuple[str, ...]
    share: FloatArray
    whole: FloatArray


def coverage_curves(city: City, slug: str, travel: str, *, minutes: Sequence[int], by: str, group: str = TOTAL,
                    as_of: dt.date | None = None, reach: str = SHARED) -> CoverageCurves:
    """Curves of the figures that `coverage` gives for each of the minutes, to the last bit, as they may be published.

    Raises as `coverage`.
    """
    profile, units = city.travel(travel), city.boundaries.frame(by)
    people = city.demand.group(group)
    chosen = counting_facilities(city, slug, as_of or dt.date.today())
    near = nearest_in_reach(city, chosen, profile, sharing(city, chosen, reach, by))
    codes = units["code"].tolist()
    unit, count = unit_of_points(city, by, codes), len(codes)
    every = np.zeros(len(people), dtype=np.int64)
    all_points = np.ones(len(people), dtype=bool)
    living, everybody = sums(unit, people, all_points, count), sums(every, people, all_points, 1)
    share, whole = np.full((len(minutes), count), np.nan), np.full(len(minutes), np.nan)
    for row, length in enumerate(minutes):
        inside = within(near.cost_m, ServiceRadius(minutes=length, metres_per_minute=profile.metres_per_minute).limit_m)
        covered, of_all = sums(unit, people, inside, count), sums(every, people, inside, 1)
        np.divide(covered, living, out=share[row], where=living > 0)
        if everybody[0] > 0:
            whole[row] = of_all[0] / everybody[0]
        if city.demand.hide_small and count:
            all_hidden, parts_hidden = masks(city, by, living, covered)
            share[row, all_hidden[0] | parts_hidden[0]] = np.nan
            whole[row] = np.nan if all_hidden[-1][0] or parts_hidden[-1][0] else whole[row]
    return CoverageCurves(slug, travel, group, by, tuple(minutes), tuple(codes), share, whole)
