"""The blind spots of a project: for each question of people within reach that its targets ask, where those beyond live together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from planner.inputs.layers import TOTAL, FloatArray, IntArray
from planner.measure.attaching import choose
from planner.measure.blind_spot_shapes import shapes
from planner.measure.blind_spots import Aim, BlindSpot, BlindSpots, joining_distance, listed, spots_among
from planner.measure.city import City
from planner.measure.coverage import nearest_facility
from planner.plan import affected
from planner.plan.affected import Around, BoolArray
from planner.plan.gaplist import Gap, GapList, TargetSpots
from planner.targets.access import limits_of, points_beyond, unit_and_scope
from planner.targets.catalogue import layer_info
from planner.targets.evaluate import effective_check
from planner.targets.evaluation import Evaluation, TargetResult
from planner.targets.inquiry import DataMissingError, Inquiry, Ledger
from planner.targets.pack import Limit, Scope, TargetPack
from planner.targets.unit_sets import unit_set
from planner.units import TravelProfile

MEASURED = ("met", "not_met")
"""States of targets whose people beyond reach are known: a target may be met and leave people beyond all the same."""


@dataclass(slots=True)
class _Question:
    """What targets ask before its blind spots are worked out."""

    where: Around
    who: BoolArray
    people: FloatArray
    whole: float
    limits: tuple[Limit, ...]
    own: IntArray
    results: list[TargetResult] = field(default_factory=list)

    def key(self) -> tuple[object, ...]:
        """Equal for targets that ask the same."""
        check, pool = self.where.check, self.where.passing
        counted = () if pool is None else (tuple(pool.slugs), pool.rows.tobytes(), pool.sure.tobytes())
        return check.group or TOTAL, check.basket, self.limits, self.whole, self.who.tobytes(), self.own.tobytes(), counted


def blind_spot_list(city: City, evaluation: Evaluation, packs: Sequence[TargetPack], gaps: Sequence[Gap] = ()) -> tuple[TargetSpots, ...]:
    """The blind spots behind an evaluation, question by question, in the order of the targets.

    Targets that ask the same (in several packs) share their blind spots. Asked are targets of people within reach, met or not, and targets
    of the longest way that are not met. Ids of blind spots are each once in the list. gaps : those of the same evaluation, to be named.
    """
    asked: dict[tuple[object, ...], _Question] = {}
    by_id = {pack.id: pack for pack in packs}
    for result in evaluation.targets:
        found = _question(city, evaluation, by_id[result.target.plan], result) if result.state in MEASURED else None
        if found is not None:
            asked.setdefault(found.key(), found).results.append(result)
    told: list[TargetSpots] = []
    count = 0
    for question in asked.values():
        one = _spots(city, question, gaps, count)
        count += len(one.spots)
        told.append(one)
    return tuple(told)


def with_blind_spots(gap_list: GapList, city: City, evaluation: Evaluation, packs: Sequence[TargetPack], *, drawn: bool = False) -> GapList:
    """The gap list with its blind spots. drawn : with the shapes of those that a list shows."""
    found = blind_spot_list(city, evaluation, packs, gap_list.gaps)
    return replace(gap_list, blind_spots=tuple(with_shapes(one, city) for one in found) if drawn else found)


def with_shapes(question: TargetSpots, city: City) -> TargetSpots:
    """A question's blind spots with the shapes of those that a list shows."""
    shown = listed(question.spots)[0]
    areas = shapes(city, shown, question.join_m)
    return replace(question, shapes={one.id: area for one, area in zip(shown, areas, strict=True)})


def as_question(found: BlindSpots, mode: str) -> TargetSpots:
    """The blind spots of one layer, asked by no target, as the lists have them. mode : of the travel."""
    limit = Limit(Scope(), found.minutes, found.limit_m if found.minutes is None else None, found.travel, True)
    names = (layer_info(found.layer).name,)
    return TargetSpots((), (), (), (), (found.layer,), names, found.group, (limit,), {found.travel: mode}, found.people,
                       found.people_beyond, found.spots, found.not_told, {}, found.join_m)


def _question(city: City, evaluation: Evaluation, pack: TargetPack, result: TargetResult) -> _Question | None:
    """What a target asks; None where it asks nothing of people's ways, or its data are not there."""
    check = effective_check(city, result.target)
    if check is None or not (check.metric == "population_within" or (check.metric == "minutes" and result.state == "not_met")):
        return None
    inquiry = Inquiry(city, pack, check, evaluation.date, Ledger())
    where = affected.around(inquiry)
    try:
        people = np.nan_to_num(inquiry.people(inquiry.group))
        scope = unit_and_scope(inquiry, unit_set(inquiry))[1]
        if check.metric == "population_within":
            limits, own = limits_of(inquiry)
            who = points_beyond(inquiry)
        else:
            ceiling = result.threshold[1] if isinstance(result.threshold, tuple) else result.threshold
            limits, own = (Limit(check.scope, ceiling, None, check.travel, True),), np.zeros(len(people), dtype=np.int64)
            who = scope & affected.beyond_minutes(where, math.inf if ceiling is None else ceiling)
    except DataMissingError:
        return None
    return _Question(where, who, people, float(people[scope].sum()), limits, own, [])


def _spots(city: City, question: _Question, gaps: Sequence[Gap], before: int) -> TargetSpots:
    """The blind spots of one question, numbered on from `before`. People who go different ways (on foot in town, by car in the country)
    are not joined to one."""
    wide_m = joining_distance(city)
    found: list[BlindSpot] = []
    beyond: float | None = 0.0
    lost = 0
    ways = _ways(question)
    for travel, entries in ways.items():
        who = question.who & np.isin(question.own, entries)
        spots, people, hidden = spots_among(city, who, _aims(question.where, travel), travel, question.people, join_m=wide_m)
        found += spots
        beyond = None if beyond is None or people is None else beyond + people
        lost += hidden
    found.sort(key=lambda one: (-one.people, int(one.points[0])))
    spots = tuple(replace(one, id=f"B{k:05d}") for k, one in enumerate(found, start=before + 1))
    check, results = question.where.check, question.results
    layers = check.basket or check.layers or (results[0].target.layer,)
    return TargetSpots(
        targets=tuple(result.target.id for result in results), titles=tuple(result.target.title for result in results),
        clauses=tuple(result.target.clause for result in results), states=tuple(result.state for result in results), layers=tuple(layers),
        layer_names=tuple(layer_info(slug).name for slug in layers), group=check.group or TOTAL, limits=question.limits,
        travels={travel.name: travel.mode for travel in ways}, people=question.whole, people_beyond=beyond, spots=spots, not_told=lost,
        gaps=_gaps_of(spots, [gap for gap in gaps if gap.target_id in {result.target.id for result in results}]), join_m=wide_m)


def _ways(question: _Question) -> dict[TravelProfile, list[int]]:
    """The ways of travelling of a question's limits, with the limits' numbers; on foot where a limit names none."""
    inquiry, found = question.where.inquiry, dict[TravelProfile, list[int]]()
    for k, limit in enumerate(question.limits):
        travel = inquiry.city.travels.get(limit.travel or question.where.check.travel) or inquiry.on_foot()
        found.setdefault(travel, []).append(k)
    return found


def _aims(where: Around, travel: TravelProfile) -> list[Aim]:
    """The facilities that people are beyond the reach of: all together, or of a basket each layer by itself."""
    pool = where.passing
    if pool is None:
        return []
    asked: list[tuple[str, ...]] = [(slug,) for slug in where.check.basket] or [tuple(pool.layers)]
    aims = []
    for slugs in asked:
        chosen = choose(where.city, pool.masks(pool.sure & np.isin(pool.slugs, slugs)))
        aims.append(Aim(slugs[0], chosen, nearest_facility(where.city, chosen, travel)))
    return aims


def _gaps_of(spots: Sequence[BlindSpot], gaps: Sequence[Gap]) -> Mapping[str, tuple[str, ...]]:
    """For each blind spot the gaps of its units, and those of the whole."""
    whole = [gap.gap_id for gap in gaps if gap.whole]
    by_unit: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        if not gap.whole:
            by_unit.setdefault((gap.level, gap.unit_code), []).append(gap.gap_id)
    found = {}
    for one in spots:
        mine = [gap_id for level, units in one.units.items() for unit in units for gap_id in by_unit.get((level, unit.code), ())]
        found[one.id] = tuple(dict.fromkeys([*mine, *whole]))
    return found
