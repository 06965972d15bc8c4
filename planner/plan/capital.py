"""Capital projects: what the gaps' remedies build, merged where one facility closes several gaps of one layer in one unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from planner.measure.city import City
from planner.plan.actions import Build
from planner.plan.affected import unit_mask
from planner.plan.departments import Departments
from planner.plan.gaplist import CapitalProject, Gap, Sentence, UnitCost, Words
from planner.plan.unit_costs import estimate

NEAR_YEARS, MIDDLE_YEARS = 5, 10
"""近期 is up to 5 years from the day of the list, 中期 up to 10, 远期 beyond: the planning practice of five-year periods, not a clause."""
OVERLAPS_NAMED = 5
"""So many overlapping projects are named; of more, the number is told."""


@dataclass(slots=True)
class Draft:
    """A project while gaps are gathered into it."""

    layer: str
    do: str
    gaps: list[Gap] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)

    @property
    def first(self) -> Gap:
        """The gap of the highest rank, which gives the project its place and name."""
        return min(self.gaps, key=lambda gap: gap.rank)


def group_builds(remedies: Sequence[tuple[Gap, Sequence[Build]]]) -> list[Draft]:
    """One draft for each layer and unit; conversions of what exists stand apart from what is built. In the order of the gaps' ranks."""
    drafts: dict[tuple[str, str, str, bool], Draft] = {}
    for gap, builds in sorted(remedies, key=lambda pair: pair[0].rank):
        for build in builds:
            key = (build.layer, "" if gap.whole else gap.level, "" if gap.whole else gap.unit_code, build.do == "convert")
            draft = drafts.setdefault(key, Draft(build.layer, build.do))
            draft.gaps.append(gap)
            draft.builds.append(build)
            if build.do == "new":
                draft.do = "new"
    return list(drafts.values())


def capital_projects(
    city: City,
    remedies: Sequence[tuple[Gap, Sequence[Build]]],
    *,
    as_of: dt.date,
    costs: Sequence[UnitCost],
    names: Mapping[str, Words],
    departments: Departments,
    reach_m: Mapping[str, float],
    exact: Mapping[str, bool],
) -> tuple[CapitalProject, ...]:
    """The projects, by priority.

    names : layer -> its name. departments : who is in charge of a layer. reach_m : layer -> the widest service radius that a target sets,
    within which two projects may be one. exact : gap id -> whether its place is where those beyond reach live.
    """
    drafts = group_builds(remedies)
    overlaps = _overlaps(city, drafts, reach_m)
    return tuple(
        _project(
            draft,
            k,
            as_of=as_of,
            costs=costs,
            name=names.get(draft.layer, draft.layer),
            departments=departments,
            overlap=overlaps.get(k, ()),
            exact=exact,
        )
        for k, draft in enumerate(drafts)
    )


def project_id(k: int) -> str:
    """The id of the k-th project, from 0."""
    return f"P{k + 1:04d}"


def _project(
    draft: Draft,
    k: int,
    *,
    as_of: dt.date,
    costs: Sequence[UnitCost],
    name: Words,
    departments: Departments,
    overlap: tuple[Sentence, ...],
    exact: Mapping[str, bool],
) -> CapitalProject:
    """One draft as a project. Sizes are the largest that any of its gaps asks for, since one facility serves them all."""
    from planner.plan.programme_options import LEAD_YEARS  # here, so that a list of gaps does not load the solver before it is needed

    first, builds = draft.first, draft.builds
    quantity = max(build.quantity for build in builds if build.do == draft.do)
    beds, area = (_largest([getattr(build, size) for build in builds]) for size in ("beds", "area_m2"))
    if beds is not None and quantity > 1:
        beds = _largest([None if build.beds is None else build.beds * build.quantity for build in builds])
    if area is not None and quantity > 1:
        area = _largest([None if build.area_m2 is None else build.area_m2 * build.quantity for build in builds])
    beneficiaries: dict[str, float] = {}
    for gap in draft.gaps:
        if gap.people_affected:
            beneficiaries[gap.group] = max(beneficiaries.get(gap.group, 0.0), gap.people_affected)
    priced = estimate(costs, draft.layer, draft.do, quantity, beds, area)
    cny, row, why = (None, None, priced) if isinstance(priced, Sentence) else (*priced, None)
    placed = any(exact.get(gap.gap_id, False) for gap in draft.gaps)
    level, reasons = _confidence(draft, placed=placed, cost=row)
    year = _year(draft.gaps, as_of)
    title = Sentence(f"gaps.project.{draft.do}", {"unit": Sentence("gaps.whole") if first.whole else first.unit_name, "layer": name})
    return CapitalProject(
        project_id(k),
        title,
        draft.layer,
        name,
        draft.do,
        first.unit_code,
        first.unit_name,
        first.level,
        *_place(draft, exact),
        quantity,
        beds,
        area,
        beneficiaries,
        cny,
        row.price_year if row else "",
        row.source if row else "",
        why,
        year,
        phase(year, as_of.year),
        tuple(dict.fromkeys(gap.target_id for gap in draft.gaps)),
        tuple(dict.fromkeys(gap.gap_id for gap in draft.gaps)),
        overlap,
        level,
        reasons,
        departments.responsible(draft.layer),
        k + 1,
        max(as_of.year + 1, year - LEAD_YEARS[draft.do]),
        first.whole,
        departments.cooperating(draft.layer),
    )


def _largest(values: Sequence[float | None]) -> float | None:
    """The largest of those that are known."""
    return max((value for value in values if value is not None), default=None)


def _place(draft: Draft, exact: Mapping[str, bool]) -> tuple[float, float]:
    """The centre of the people of the highest-ranked gap, one whose people are beyond reach before others."""
    best = min(draft.gaps, key=lambda gap: (not exact.get(gap.gap_id, False), gap.rank))
    return best.x, best.y


def _confidence(draft: Draft, *, placed: bool, cost: UnitCost | None) -> tuple[str, tuple[Sentence, ...]]:
    """How far the row can be trusted, and why: the place is a centre of people, never a plot."""
    reasons = [Sentence("gaps.confidence.centre_beyond" if placed else "gaps.confidence.centre_people")]
    level = "medium"
    if draft.first.whole:
        reasons, level = [Sentence("gaps.confidence.whole")], "low"
    if any(gap.blanks or gap.at_least for gap in draft.gaps):
        reasons.append(Sentence("gaps.confidence.blanks", {"blanks": max(gap.blanks for gap in draft.gaps)}))
        level = "low"
    if cost is not None and cost.certainty == "assumed":
        reasons.append(Sentence("gaps.confidence.cost_assumed"))
    return level, tuple(reasons)


def _year(gaps: Sequence[Gap], as_of: dt.date) -> int:
    """The earliest deadline that has not passed; where all have passed, or none is set, next year."""
    years = [int(gap.deadline[:4]) for gap in gaps if gap.deadline[:4].isdigit()]
    ahead = [year for year in years if year > as_of.year]
    return min(ahead) if ahead and len(ahead) == len(gaps) else as_of.year + 1


def phase(year: int, since: int) -> str:
    """Near, middle or far, counted from a year."""
    away = year - since
    return "near" if away <= NEAR_YEARS else "middle" if away <= MIDDLE_YEARS else "far"


def _overlaps(city: City, drafts: Sequence[Draft], reach_m: Mapping[str, float]) -> dict[int, tuple[Sentence, ...]]:
    """For each draft the others of its layer that it may be one with: within reach as the crow flies, or of a unit around its own."""
    near: dict[int, set[int]] = {}
    wide: dict[int, set[int]] = {}
    kinds = [(draft.layer, draft.do == "convert") for draft in drafts]
    for kind in dict.fromkeys(kinds):
        layer, mine = kind[0], [k for k, other in enumerate(kinds) if other == kind]
        if len(mine) < 2:
            continue
        if layer in reach_m:
            tree = cKDTree(np.array([[drafts[k].first.x, drafts[k].first.y] for k in mine]))
            for a, b in tree.query_pairs(reach_m[layer]):
                near.setdefault(mine[a], set()).add(mine[b])
                near.setdefault(mine[b], set()).add(mine[a])
        by_unit: dict[tuple[str, str], set[int]] = {}
        for k in mine:
            first = drafts[k].first
            by_unit.setdefault(("", "") if first.whole else (first.level, first.unit_code), set()).add(k)
        for k in mine:
            holders = set[int]().union(*(by_unit.get(unit, set()) for unit in _units_above(city, drafts[k].first))) - {k}
            if holders:
                wide[k] = holders
                near[k] = near.get(k, set()) - holders
            for j in holders:
                near[j] = near.get(j, set()) - {k}
    said: dict[int, tuple[Sentence, ...]] = {}
    for k, draft in enumerate(drafts):
        sentences = []
        if wide.get(k):
            sentences.append(Sentence("gaps.overlap.within", {"projects": _listed(wide[k])}))
        if near.get(k):
            sentences.append(Sentence("gaps.overlap.near", {"projects": _listed(near[k]), "metres": round(reach_m[draft.layer])}))
        said[k] = tuple(sentences)
    return said


def _listed(numbers: set[int]) -> tuple[object, ...]:
    """Projects by id, the first few of them and how many more."""
    ordered = sorted(numbers)
    named: list[object] = [project_id(k) for k in ordered[:OVERLAPS_NAMED]]
    if len(ordered) > OVERLAPS_NAMED:
        named.append(Sentence("gaps.overlap.more", {"count": len(ordered) - OVERLAPS_NAMED}))
    return tuple(named)


def _units_above(city: City, gap: Gap) -> set[tuple[str, str]]:
    """The units that hold a gap's unit, by where its people stand, and the whole as ("", "")."""
    if gap.whole:
        return set()
    above = {("", "")}
    if gap.level not in city.demand.units:
        return above
    inside = unit_mask(city, gap.level, gap.unit_code)
    levels = list(city.boundaries.levels)
    for level in levels[: levels.index(gap.level)] if gap.level in levels else []:
        holders = {str(code) for code in city.demand.units[level][inside]} - {""}
        if len(holders) == 1:
            above.add((level, holders.pop()))
    return above
