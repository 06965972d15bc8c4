"""Who is served from elsewhere: people whose nearest facility stands in another unit, or outside the project altogether."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import TextArray
from planner.inputs.specs import LEVELS
from planner.measure.attaching import Chosen, counting_facilities
from planner.measure.by_unit import sums
from planner.measure.city import City
from planner.measure.coverage import Coverage, nearest_in_reach, within
from planner.measure.sharing import sharing


@dataclass(frozen=True, slots=True)
class ServedFrom:
    """People of one unit (code "" for the whole) who are covered, by where their nearest facility stands.

    from_outside : outside every administrative unit of the project. from_other_units : in another unit of the level, or in none of it;
    it holds from_outside.
    """

    code: str
    people_covered: float
    people_served_from_outside: float
    people_served_from_other_units: float


def served_from(city: City, found: Coverage) -> tuple[ServedFrom, ...]:
    """For the people that a coverage counts as covered, where their nearest facility stands: the units in its order, then the whole.

    A facility counts where it lies, not where its ledger says it belongs: the way to it leads there. Whose facilities count for whom is as
    in the coverage (`reach`).
    """
    chosen = counting_facilities(city, found.layer, found.as_of)
    near = nearest_in_reach(city, chosen, city.travel(found.travel), sharing(city, chosen, found.reach, found.by))
    people = city.demand.group(found.group)
    covered = within(near.cost_m, found.limit_m)
    there = np.maximum(near.facility, 0)
    lies_in = _codes(city, chosen, found.by)
    levels = [level for level in LEVELS if level in city.boundaries.levels] or list(city.boundaries.levels)
    no_unit = np.array([not any(row) for row in zip(*(_codes(city, chosen, level) for level in levels), strict=True)], dtype=bool)
    homes = city.demand.units[found.by]
    if len(chosen.row) == 0:
        outside = other = np.zeros(len(people), dtype=bool)
    else:
        outside = covered & no_unit[there]
        other = covered & ((lies_in[there] != homes) | outside)
    place = {unit.code: k for k, unit in enumerate(found.units)}
    unit = np.fromiter((place.get(code, -1) for code in homes), dtype=np.int64, count=len(homes))
    columns = [sums(unit, people, where, len(place)) for where in (covered, outside, other)]
    rows = [ServedFrom(one.code, *(float(column[k]) for column in columns)) for k, one in enumerate(found.units)]
    return (*rows, ServedFrom("", *(float(people[where].sum()) for where in (covered, outside, other))))


def _codes(city: City, chosen: Chosen, level: str) -> TextArray:
    """(J,) code of the unit that each chosen facility lies in, "" for none."""
    codes: TextArray = np.full(len(chosen.row), "", dtype=object)
    for slug in set(chosen.layer.tolist()):
        mine = np.flatnonzero(chosen.layer == slug)
        frame = city.layer(slug).frame
        if f"in_{level}" in frame.columns:
            codes[mine] = frame[f"in_{level}"].to_numpy(dtype=object)[chosen.row[mine]]
    return codes


def marked(rows: Sequence[ServedFrom]) -> list[str]:
    """Codes of the units with anybody who is served from outside the project."""
    return [row.code for row in rows if row.code and row.people_served_from_outside > 0]
