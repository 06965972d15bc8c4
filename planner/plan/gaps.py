"""The gap list: every unit that fails a target, ranked, with what would close it and the project that does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from planner.inputs.layers import TOTAL, FloatArray
from planner.measure.city import City
from planner.plan import actions, affected
from planner.plan.affected import Around, BoolArray, Nearby
from planner.plan.capital import capital_projects
from planner.plan.departments import DEPARTMENTS, Departments, read_departments
from planner.plan.due import what_is_due
from planner.plan.gaplist import Gap, GapList, Headline, PackSource, Provenance, Sentence, UnitCost, Words
from planner.plan.project import Project
from planner.plan.returned import kept_rows, with_kept
from planner.plan.small_gaps import published_gaps, published_headline, published_projects
from planner.plan.unit_costs import read_unit_costs
from planner.quality import QualityReport
from planner.targets.access import points_beyond
from planner.targets.catalogue import layer_info
from planner.targets.evaluate import action_of, effective_check
from planner.targets.evaluation import Evaluation, TargetResult, Threshold, UnitResult
from planner.targets.inquiry import WHOLE, Inquiry, Ledger, city_name
from planner.targets.pack import Check, Target, TargetPack
from planner.targets.small_results import of_people
from planner.targets.vocabulary import FACILITY

QUARTERS = 4
"""Shortfalls are ranked by the quarter of the target that is missing: within a quarter the number of people decides."""
NOT_PERSONS = ("households",)
INVENTED = ("虚构", "invented")
"""Words in a project's own name by which it says that its data are made up."""
Spot = tuple[UnitResult | None, BoolArray | None, float | None, bool]
"""A row to be: its unit (None for the whole), who is affected, how many people they are, and whether they are those beyond reach."""


@dataclass(slots=True)
class Row:
    """A gap before it has its rank and id."""

    gap: Gap
    builds: tuple[actions.Build, ...]
    key: tuple[object, ...]
    exact: bool


@dataclass(slots=True)
class People:
    """Who is affected by any gap, and who lives beyond a service radius, group by group."""

    city: City
    affected: dict[str, BoolArray] = field(default_factory=dict)
    beyond: dict[str, BoolArray] = field(default_factory=dict)

    def add(self, group: str, who: BoolArray, *, beyond: bool) -> None:
        """Some more demand points."""
        for kept in (self.affected, self.beyond) if beyond else (self.affected,):
            kept[group] = kept[group] | who if group in kept else who

    def once(self, masks: Mapping[str, BoolArray]) -> float:
        """Persons of these masks, each once: groups overlap, so at each demand point the largest of them counts."""
        most = np.zeros(len(self.city.demand))
        for group, who in masks.items():
            if group not in NOT_PERSONS:
                most = np.maximum(most, np.where(who, heads(self.city, group), 0.0))
        return float(most.sum())


def heads(city: City, group: str) -> FloatArray:
    """Persons of a group at each demand point, a blank counting as nobody; of the total where the project lacks the group."""
    people = city.demand.people
    return np.nan_to_num(people[group] if group in people else people.get(TOTAL, np.zeros(len(city.demand))))


def gap_list(
    city: City, evaluation: Evaluation, packs: Sequence[TargetPack], *, costs: Sequence[UnitCost] = (), costs_path: str = "",
    departments: Departments = DEPARTMENTS,
) -> GapList:
    """Every gap of an evaluation and the capital projects that would close them.

    `packs` are those evaluated; `costs` the project's own unit costs (planner.plan.unit_costs), without which no project has an estimate.
    A row stands for each unit that fails. People within reach asked of the whole give a row for each unit with people beyond, and any other
    target of the whole one row. departments : who answers for a layer, the package's own table if none is given.
    """
    people = People(city)
    by_id = {pack.id: pack for pack in packs}
    rows: list[Row] = []
    reach_m: dict[str, float] = {}
    for order, result in enumerate(evaluation.targets):
        if result.state != "not_met":
            continue
        check = effective_check(city, result.target)
        if check is None:
            continue
        where = affected.around(Inquiry(city, by_id[result.target.plan], check, evaluation.date, Ledger()))
        _widest(where, reach_m)
        for spot in _spots(where, result):
            rows.append(_row(where, result, spot, order, departments))
            if spot[1] is not None and spot[2]:
                people.add(rows[-1].gap.group, spot[1], beyond=spot[3])
    rows.sort(key=lambda row: row.key)
    ranked = [replace(row.gap, gap_id=f"G{k:05d}", rank=k) for k, row in enumerate(rows, start=1)]
    layers = {build.layer for row in rows for build in row.builds}
    projects = capital_projects(
        city,
        [(gap, row.builds) for gap, row in zip(ranked, rows, strict=True)],
        as_of=evaluation.date,
        costs=costs,
        names={slug: layer_name(slug) for slug in layers},
        departments=departments,
        reach_m=reach_m,
        exact={gap.gap_id: row.exact for gap, row in zip(ranked, rows, strict=True)},
    )
    linked: dict[str, tuple[str, ...]] = {}
    for project in projects:
        for gap_id in project.gaps:
            linked[gap_id] = (*linked.get(gap_id, ()), project.project_id)
    gaps = tuple(replace(gap, project_ids=linked.get(gap.gap_id, ())) for gap in ranked)
    if city.demand.hide_small:
        gaps = published_gaps(city, gaps, partial(heads, city), {one.target.id for one in evaluation.targets if of_people(one)})
        projects = published_projects(city, projects, gaps)
    known = [project.est_cost_cny for project in projects if project.est_cost_cny is not None]
    headline = Headline(
        float(heads(city, TOTAL).sum()),
        people.once(people.affected),
        people.once(people.beyond),
        math.fsum(gap.people_affected or 0.0 for gap in gaps),
        len(gaps),
        len({gap.target_id for gap in gaps}),
        len(projects),
        len(projects) - len(known),
        math.fsum(known) if known else None,
        Counter(result.state for result in evaluation.targets),
    )
    if city.demand.hide_small:
        headline = published_headline(headline, gaps)
    return GapList(
        city.id,
        city.name,
        city.crs,
        evaluation.date,
        evaluation.scenario,
        evaluation.packs,
        gaps,
        projects,
        headline,
        _provenance(city, packs, costs_path),
    )


def project_gaps(project: Project, city: City, evaluation: Evaluation, packs: Sequence[TargetPack], *, report: QualityReport) -> GapList:
    """The gap list of a project, with its unit costs, its departments and what districts said (planner.plan.returned).

    What is wrong with the costs or the departments becomes issues of the report. Raises InputError: returned_damaged.
    """
    costs = read_unit_costs(project.costs, report) if project.costs is not None else ()
    found = gap_list(city, evaluation, packs, costs=costs, costs_path=project.costs.shown if project.costs is not None else "",
                     departments=read_departments(project.folder, report))
    return with_kept(found, kept_rows(project.folder))


def layer_name(slug: str) -> Words:
    """A layer's name in both languages."""
    return layer_info(slug).name


def _widest(where: Around, reach_m: dict[str, float]) -> None:
    """Remembers the widest service radius of a layer in metres."""
    check = where.check
    if check.metric != "population_within":
        return
    limits = check.limits or tuple(filter(None, [affected.limit_of(where, "")]))
    for limit in limits:
        travel = where.city.travels.get(limit.travel or check.travel)
        metres = (
            limit.metres
            if limit.metres is not None
            else limit.minutes * travel.metres_per_minute
            if limit.minutes is not None and travel
            else None
        )
        for slug in check.basket or check.layers:
            reach_m[slug] = max(reach_m.get(slug, 0.0), metres or 0.0)


def _group(where: Around, unit: UnitResult | None) -> str:
    """Whose people a row counts: the check's group where it has one that counts persons, else everybody."""
    group = where.check.group or TOTAL
    if where.check.metric == "population_within":
        return group
    known = unit.people_affected if unit is not None else where.city.demand.people
    return group if group in known and group not in NOT_PERSONS else TOTAL


def _spots(where: Around, result: TargetResult) -> Iterator[Spot]:
    """The rows that a failing target gives."""
    city, check = where.city, where.check
    failing = [unit for unit in result.units if unit.state == "not_met"]
    if check.metric == "population_within":
        beyond = points_beyond(where.inquiry)
        people = heads(city, _group(where, None))
        units = failing if check.rollup != "total" else [unit for unit in result.units if sum(unit.people_affected.values()) > 0]
        left = beyond.copy()
        for one in units:
            who = beyond & affected.unit_mask(city, one.level, one.code)
            left &= ~who
            yield one, who, float(people[who].sum()), True
        if check.rollup == "total" and float(people[left].sum()) > 0:
            yield None, left, float(people[left].sum()), True
        return
    wholly: list[UnitResult | None] = [*failing] or [None]
    for unit in wholly:
        if unit is not None and unit.level == FACILITY:
            yield unit, None, None, False
        elif check.metric == "minutes":
            who = _late(where, result, unit)
            yield unit, who, float(heads(city, _group(where, unit))[who].sum()), True
        elif unit is not None:
            yield unit, affected.unit_mask(city, unit.level, unit.code), unit.people_affected.get(_group(where, unit)), False
        else:
            yield None, None, None, False


def _late(where: Around, result: TargetResult, unit: UnitResult | None) -> BoolArray:
    """The demand points from which the nearest facility takes longer than allowed."""
    threshold = unit.threshold if unit is not None and unit.threshold is not None else result.threshold
    ceiling = threshold[1] if isinstance(threshold, tuple) else threshold
    who = affected.beyond_minutes(where, math.inf if ceiling is None else ceiling)
    return who & affected.unit_mask(where.city, unit.level, unit.code) if unit is not None else who


def _row(where: Around, result: TargetResult, spot: Spot, order: int, departments: Departments) -> Row:
    """One row of the list."""
    unit, who, count, exact = spot
    city, check, target = where.city, where.check, result.target
    group = _group(where, unit)
    people = heads(city, group)
    near = affected.nearby(where, who, people, unit.code if unit else "") if who is not None else Nearby()
    level, code, name = (unit.level, unit.code, unit.name) if unit else _whole_unit(city, check, outside=exact)
    existing, passing = _standing(where, unit)
    lacking = where.lacking(level, code) if unit and check.all_of else (near.layer,) if near.layer else ()
    value, threshold, shortfall, of = _figures(result, check, unit, count, exact=exact)
    zero = bool(unit) and level != FACILITY and where.everything is not None and existing == 0
    names = [layer_name(slug) for slug in lacking or _named_layers(check, target)]
    remedy = actions.remedy(
        replace(target, check=check),
        shortfall,
        actions.Situation(name, level == FACILITY, existing, passing, lacking, count if exact else None, group_words(group)),
        names,
    )
    x, y = _place(where, unit, who, people)
    missing = _missing_part(value, threshold, exact=exact and check.metric == "population_within")
    inside = float(people[affected.unit_mask(city, level, code)].sum()) if unit and check.metric == "population_within" else None
    due = what_is_due(result, check, unit, (value, threshold, shortfall), inside)
    gap = Gap(
        gap_id="",
        rank=0,
        target_id=target.id,
        plan=target.plan,
        title=target.title,
        clause=target.clause,
        binding=target.binding,
        layer=target.layer,
        layer_name=layer_name(target.layer),
        unit_code=code,
        unit_name=name,
        level=level,
        unit_class=_class(city, level, code),
        value=value,
        threshold=threshold,
        comparator=target.comparator,
        is_share=_is_share(target, check, unit),
        shortfall=shortfall,
        shortfall_of=of,
        people_affected=count,
        group=group if count is not None else "",
        nearest_facility=near.facility,
        minutes=near.minutes,
        travel=near.travel,
        action=remedy.sentence,
        project_ids=(),
        responsible=departments.responsible(target.layer),
        deadline=str(target.deadline or ""),
        x=x,
        y=y,
        whole=unit is None,
        zero=zero,
        at_least=result.at_least,
        blanks=len(unit.fill) if unit else result.blanks,
        without_place=sum(int(str(params.get("count", 0))) for key, params in result.note if key == "note.without_place"),
        units_short=int(result.shortfall) if unit and check.rollup == "share" and result.shortfall else None,
        required=due[0],
        present=due[1],
        cooperating=departments.cooperating(target.layer),
    )
    key = (target.binding != "binding", not zero, -math.ceil(missing * QUARTERS), -(count or 0.0), order, code)
    return Row(gap, remedy.builds, key, exact)


def _standing(where: Around, unit: UnitResult | None) -> tuple[int, int]:
    """How many facilities stand in a unit or in the whole, and how many of them pass the target's conditions."""
    if where.everything is None or where.passing is None or (unit is not None and unit.level == FACILITY):
        return 0, 0
    if unit is None:
        return len(where.everything), len(where.passing)
    existing = where.count(unit.level, unit.code, passing=False)
    return existing, where.count(unit.level, unit.code, passing=True) if existing else 0


def group_words(group: str) -> Words:
    """A population group in both languages."""
    word = actions.column_word(group)
    return {lang: word.say(lang) for lang in ("zh", "en")} if isinstance(word, Sentence) else word


def _named_layers(check: Check, target: Target) -> tuple[str, ...]:
    """The layers that a recommended action names."""
    members = tuple(member.layer for member in (*check.any_of, *check.all_of) if member.layer)
    return members or check.basket or check.layers or (target.layer,)


def _whole_unit(city: City, check: Check, *, outside: bool) -> tuple[str, str, str]:
    """Level, code and name of a row about the whole: the city's own unit where the check is not narrowed to a scope."""
    frame = city.boundaries.levels.get(WHOLE)
    code = str(frame["code"].iloc[0]) if frame is not None and len(frame) == 1 and not check.scope and not outside else ""
    return WHOLE, code, city_name(city)


def _figures(
    result: TargetResult, check: Check, unit: UnitResult | None, count: float | None, *, exact: bool
) -> tuple[float | None, Threshold, float | None, str]:
    """Value, threshold, shortfall and what the shortfall counts."""
    of = action_of(check)
    if unit is None:
        return result.value, result.threshold, result.shortfall, "units" if check.rollup == "share" and check.metric != "pace" else of
    if check.metric == "population_within" and check.rollup == "total":
        return unit.value, result.threshold, count, of
    return unit.value, unit.threshold if unit.threshold is not None else result.threshold, unit.shortfall, of


def _is_share(target: Target, check: Check, unit: UnitResult | None) -> bool:
    """Whether a row's value and threshold are shares: under `share` those of a unit only where its metric is one."""
    if check.metric in ("population_within", "facility_share", "pace"):
        return True
    if unit is not None and check.rollup == "share":
        return False
    return target.is_percent


def _missing_part(value: float | None, threshold: object, *, exact: bool) -> float:
    """How much of the target is missing, 0..1; all of it where there is no figure. Of people within reach: the share beyond."""
    if value is None:
        return 1.0
    if exact:
        return min(1.0, max(0.0, 1.0 - value))
    low, high = threshold if isinstance(threshold, tuple) else (threshold, threshold)
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        return 1.0
    lack = max(low - value, value - high, 0.0)
    return min(1.0, lack / abs(low)) if low else 1.0


def _place(where: Around, unit: UnitResult | None, who: BoolArray | None, people: FloatArray) -> tuple[float, float]:
    """Where a row stands: the home nearest to the centre of those affected, a facility's own place, or the middle of its unit."""
    city = where.city
    if unit is not None and unit.level == FACILITY:
        for slug in where.check.layers:
            frame = city.facilities[slug].frame if slug in city.facilities else None
            places = frame.loc[frame["id"] == unit.code, ["x", "y"]].to_numpy(float) if frame is not None else np.empty((0, 2))
            if len(places) and np.isfinite(places[0]).all():
                return float(places[0][0]), float(places[0][1])
    everyone = np.ones(len(city.demand), dtype=bool) if who is None else who
    for weights in (people, heads(city, TOTAL)):
        found = affected.centre(city, everyone, weights)
        if found is not None:
            return found
    level = unit.level if unit is not None and unit.level in city.boundaries.levels else next(iter(city.boundaries.levels))
    frame = city.boundaries.levels[level]
    shape = frame[frame["code"] == unit.code] if unit is not None and level == unit.level else frame
    point = (shape if len(shape) else frame).geometry.iloc[0].representative_point()
    return float(point.x), float(point.y)


def _class(city: City, level: str, code: str) -> str:
    """The class of a unit."""
    frame = city.boundaries.levels.get(level)
    found = frame.loc[frame["code"] == code, "class"].tolist() if frame is not None else []
    return str(found[0]) if found else ""


def _provenance(city: City, packs: Sequence[TargetPack], costs_path: str) -> Provenance:
    """What the list was made from."""
    names = city.name.values() if isinstance(city.name, Mapping) else (city.name,)
    attribution = city.streets.attribution
    return Provenance(
        tuple(city.travels.values()),
        city.parameters,
        tuple(
            PackSource(
                pack.id,
                pack.title,
                str(pack.source.get("document", "")),
                str(pack.source.get("issuer", "")),
                str(pack.source.get("year", "")),
            )
            for pack in packs
        ),
        city.sources,
        (attribution,) if attribution else (),
        city.demand.spread,
        costs_path,
        any(word in name for name in names for word in INVENTED),
    )
