"""The gap list as it may be published where counts of 1 to 4 people are hidden (planner.measure.small_counts)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from planner.inputs.layers import FloatArray
from planner.measure.city import City
from planner.measure.small_counts import SMALL, masks, unit_sums
from planner.plan.gaplist import CapitalProject, Gap, Headline, Sentence

HIDDEN_ACTION = "gaps.action_hidden"
_STEP = 5.0


def published_gaps(city: City, gaps: Sequence[Gap], heads: Callable[[str], FloatArray], telling: Collection[str]) -> tuple[Gap, ...]:
    """Gaps without the counts that are to be hidden: nobody is counted in such a row, and a share or a number of people that would tell it
    is left out with it. heads : group -> persons at each demand point; telling : targets whose figures hold people (a rate of beds)."""
    parts: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for k, gap in enumerate(gaps):
        if gap.people_affected is not None:
            parts[(gap.target_id, gap.level if gap.level in city.boundaries.levels else "", gap.group)].append(k)
    gone: set[int] = set()
    for (_, level, group), rows in parts.items():
        if level:
            gone |= _hidden(city, level, heads(group), {gaps[k].unit_code: k for k in rows}, gaps)
        gone |= {k for k in rows if 0 < (gaps[k].people_affected or 0) < SMALL}
    return tuple(_without(city, gap, gap.target_id in telling) if k in gone else gap for k, gap in enumerate(gaps))


def _hidden(city: City, level: str, people: FloatArray, rows: Mapping[str, int], gaps: Sequence[Gap]) -> set[int]:
    """The rows of one target and level that are hidden: small ones and those that complete them."""
    codes = city.boundaries.frame(level)["code"].tolist()
    place = {code: k for k, code in enumerate(codes)}
    whole = unit_sums(city, level, people)
    inside = whole.copy()
    for code, k in rows.items():
        if code in place:
            inside[place[code]] -= min(gaps[k].people_affected or 0.0, whole[place[code]])
    _, mask = masks(city, level, whole, inside)
    return {k for code, k in rows.items() if code in place and mask[0][place[code]]}


def _without(city: City, gap: Gap, telling: bool) -> Gap:
    """A gap that tells nobody how many people it is about, nor where they live. telling : whether its figures would."""
    bare = telling or gap.is_share or gap.shortfall_of == "people"
    x, y = _middle(city, gap.level, gap.unit_code, (gap.x, gap.y))
    return replace(gap, people_affected=None, minutes=None, value=None if bare else gap.value,
                   shortfall=None if bare else gap.shortfall,
                   required=None if bare else gap.required, present=None if bare else gap.present,
                   action=Sentence(HIDDEN_ACTION), x=x, y=y)


def _middle(city: City, level: str, code: str, otherwise: tuple[float, float]) -> tuple[float, float]:
    """A point in a unit that says nothing of its people."""
    if level not in city.boundaries.levels:
        return otherwise
    units = city.boundaries.frame(level)
    rows = np.flatnonzero(units["code"].to_numpy(object) == code)
    if not len(rows):
        return otherwise
    point = units.geometry.iloc[int(rows[0])].representative_point()
    return float(point.x), float(point.y)


def published_projects(city: City, projects: Sequence[CapitalProject], gaps: Sequence[Gap]) -> tuple[CapitalProject, ...]:
    """Projects without groups of 1 to 4; those of hidden gaps also without beneficiaries, sizes, costs that follow from sizes, and the
    place where the people live."""
    told = {gap.gap_id for gap in gaps if gap.action.key != HIDDEN_ACTION}
    shown = []
    for project in projects:
        if all(gap_id in told for gap_id in project.gaps):
            shown.append(replace(project, beneficiaries={group: count for group, count in project.beneficiaries.items()
                                                         if not 0 < count < SMALL}))
            continue
        x, y = _middle(city, project.level, project.unit_code, (project.x, project.y))
        sized = project.beds is not None or project.area_m2 is not None
        reasons = [why for why in project.confidence_why if not why.key.startswith("gaps.confidence.centre_")]
        shown.append(replace(
            project, beneficiaries={}, x=x, y=y, beds=None, area_m2=None,
            est_cost_cny=None if sized else project.est_cost_cny,
            cost_note=Sentence("gaps.cost.hidden") if sized and project.est_cost_cny is not None else project.cost_note,
            confidence_why=(Sentence("gaps.confidence.centre_unit"), *reasons)))
    return tuple(shown)


def published_headline(headline: Headline, gaps: Sequence[Gap]) -> Headline:
    """The headline over the rows as they are shown; counts of persons are then rounded up to a multiple of 5."""
    if all(gap.action.key != HIDDEN_ACTION for gap in gaps):
        return headline
    return replace(headline, people_affected=math.ceil(headline.people_affected / _STEP) * _STEP,
                   people_beyond=math.ceil(headline.people_beyond / _STEP) * _STEP,
                   people_affected_sum=math.fsum(gap.people_affected or 0.0 for gap in gaps))
