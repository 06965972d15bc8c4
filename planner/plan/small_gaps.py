"""The gap list as it may be published where counts of 1 to 4 people are hidden (planner.measure.small_counts)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from planner.inputs.layers import FloatArray
from planner.measure.city import City
from planner.measure.small_counts import SMALL, masks
from planner.plan.gaplist import CapitalProject, Gap, Headline, Sentence

HIDDEN_ACTION = "gaps.action_hidden"
_STEP = 5.0


def published_gaps(city: City, gaps: Sequence[Gap], heads: Callable[[str], FloatArray]) -> tuple[Gap, ...]:
    """Gaps without the counts that are to be hidden: nobody is counted in such a row, and a share or a number of people that would tell it
    is left out with it. heads : group -> persons at each demand point."""
    parts: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for k, gap in enumerate(gaps):
        if gap.people_affected is not None:
            parts[(gap.target_id, gap.level if gap.level in city.boundaries.levels else "", gap.group)].append(k)
    gone: set[int] = set()
    for (_, level, group), rows in parts.items():
        if level:
            gone |= _hidden(city, level, heads(group), {gaps[k].unit_code: k for k in rows}, gaps)
        gone |= {k for k in rows if 0 < (gaps[k].people_affected or 0) < SMALL}
    return tuple(_without(gap) if k in gone else gap for k, gap in enumerate(gaps))


def _hidden(city: City, level: str, people: FloatArray, rows: Mapping[str, int], gaps: Sequence[Gap]) -> set[int]:
    """The rows of one target and level that are hidden: small ones and those that complete them."""
    codes = city.boundaries.frame(level)["code"].tolist()
    place = {code: k for k, code in enumerate(codes)}
    unit = np.array([place.get(code, -1) for code in city.demand.units[level]], dtype=np.int64)
    whole = np.bincount(unit[unit >= 0], weights=people[unit >= 0], minlength=len(codes)).astype(np.float64)
    inside = whole.copy()
    for code, k in rows.items():
        if code in place:
            inside[place[code]] -= min(gaps[k].people_affected or 0.0, whole[place[code]])
    _, mask = masks(city, level, whole, inside)
    return {k for code, k in rows.items() if code in place and mask[0][place[code]]}


def _without(gap: Gap) -> Gap:
    """A gap that tells nobody how many people it is about."""
    of_people = gap.shortfall_of == "people"
    return replace(gap, people_affected=None, minutes=None, value=None if gap.is_share or of_people else gap.value,
                   shortfall=None if gap.is_share or of_people else gap.shortfall, action=Sentence(HIDDEN_ACTION))


def published_projects(projects: Sequence[CapitalProject], gaps: Sequence[Gap]) -> tuple[CapitalProject, ...]:
    """Projects without the beneficiaries of gaps that are hidden, and without groups of 1 to 4."""
    told = {gap.gap_id for gap in gaps if gap.action.key != HIDDEN_ACTION}
    shown = []
    for project in projects:
        whole = all(gap_id in told for gap_id in project.gaps)
        shown.append(replace(project, beneficiaries={group: count for group, count in project.beneficiaries.items()
                                                     if whole and not 0 < count < SMALL}))
    return tuple(shown)


def published_headline(headline: Headline, gaps: Sequence[Gap]) -> Headline:
    """The headline over the rows as they are shown; counts of persons are then rounded up to a multiple of 5."""
    if all(gap.action.key != HIDDEN_ACTION for gap in gaps):
        return headline
    return replace(headline, people_affected=math.ceil(headline.people_affected / _STEP) * _STEP,
                   people_beyond=math.ceil(headline.people_beyond / _STEP) * _STEP,
                   people_affected_sum=math.fsum(gap.people_affected or 0.0 for gap in gaps))
