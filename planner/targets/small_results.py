"""An evaluation as it may be published where counts of 1 to 4 people are hidden (planner.measure.small_counts).

Let u run over the units of a target and v[u] be the people of its group in u, those within and those beyond the limit, and those whom u's
failing affects. Units with a small count are hidden with those that complete them, so that neither another unit's figures nor the
target's own lead back. States stay: they say which side of the target a unit is on, and no count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.inputs.layers import TOTAL, BoolArray, FloatArray
from planner.measure.city import City
from planner.measure.small_counts import SMALL, hidden, ladder_of, small, unit_sums
from planner.targets.evaluation import Beside, Evaluation, Progress, Sensitivity, TargetResult, UnitResult

NO_PEOPLE = ("count", "sum", "ratio", "facility_share", "separation", "reported", "pace")
"""Metrics whose figures hold no people: only those whom a unit's failing affects are kept out."""
NOTE = "note.small_counts"
WITHOUT_WAY = "note.people_without_way"


def published_evaluation(city: City, evaluation: Evaluation) -> Evaluation:
    """An evaluation without the counts that are to be hidden, nor what leads to them; the same where nothing is to be hidden."""
    if not city.demand.hide_small:
        return evaluation
    return replace(evaluation, targets=tuple(_published(city, result) for result in evaluation.targets))


def of_people(result: TargetResult) -> bool:
    """Whether a target's figures hold people, so that they would tell how many there are."""
    check = result.check
    return check is not None and (bool(check.any_of or check.all_of) or check.metric not in NO_PEOPLE)


def _published(city: City, result: TargetResult) -> TargetResult:
    """One target as it may be shown."""
    check, rests_on_people = result.check, of_people(result)
    gone, whole_gone, scope_people = _hidden_units(city, result, rests_on_people)
    units = tuple(_without(unit, rests_on_people) if unit.code in gone else unit for unit in result.units)
    affected = {group: count for group, count in result.people_affected.items() if not (whole_gone or 0 < count < SMALL)}
    notes = tuple(note for note in result.note if not (note[0] == WITHOUT_WAY and 0 < float(note[1]["people"]) < SMALL))
    shown = replace(result, units=units, people_affected=affected, note=notes)
    if not rests_on_people:
        return shown if not gone else replace(shown, note=(*notes, (NOTE, {"count": len(gone)})))
    if gone:
        shown = replace(shown, note=(*shown.note, (NOTE, {"count": len(gone)})), reported=_beside(shown.reported, gone))
    rollup = check.rollup if check is not None else "total"
    told_by_one = rollup == "every" and any(unit.code in gone and unit.value == result.value for unit in result.units)
    if (whole_gone and rollup == "total") or told_by_one:
        shown = replace(shown, value=None, reported=_without_computed(shown.reported), progress=_without_way(shown.progress))
    if shown.value is None or (rollup == "every" and any(unit.code in gone and unit.state == "not_met" for unit in result.units)):
        shown = replace(shown, shortfall=None, action=None, formula=(), basis={})
    elif rollup == "every" and result.basis.get("unit") in {unit.name for unit in result.units if unit.code in gone}:
        shown = replace(shown, formula=(), basis={})
    of_one = rollup == "every" and bool(gone)
    return replace(shown, sensitivity=_band(shown.sensitivity, shown.value, 0.0 if of_one else scope_people, nothing=of_one))


def _hidden_units(city: City, result: TargetResult, rests_on_people: bool) -> tuple[set[str], bool, float]:
    """Codes of the units that are hidden; whether the sums over all are too; and the people of the target's group in its units."""
    level = result.units[0].level if result.units else ""
    if level not in city.boundaries.levels:
        return set(), False, 0.0
    check = result.check
    own = (check.group if check is not None else "") or TOTAL
    groups = dict.fromkeys([*([own] if rests_on_people and own in city.demand.people else ()),
                            *(group for unit in result.units for group in unit.people_affected if group in city.demand.people)])
    codes = city.boundaries.frame(level)["code"].tolist()
    asked = {unit.code: unit for unit in result.units}
    inside = np.array([code in asked for code in codes], dtype=bool)
    within = check is not None and check.metric == "population_within" and not (check.any_of or check.all_of)
    ladder, mask, whole_gone, people_of_own = ladder_of(city, level), np.zeros(len(codes), dtype=bool), False, 0.0
    for group in groups:
        people = unit_sums(city, level, city.demand.people[group])
        affected = np.array([asked[code].people_affected.get(group, 0.0) if code in asked else 0.0 for code in codes])
        columns = _columns(people, np.minimum(affected, people), inside, within and group == own)
        if group == own:
            people_of_own = float(people[inside].sum())
        found = hidden(columns, ladder, hidden(people[:, None], ladder))
        mask |= found[0]
        whole_gone = whole_gone or bool(found[-1][0])
    return {code for code, gone in zip(codes, mask, strict=True) if gone and code in asked}, whole_gone, people_of_own


def _columns(people: FloatArray, affected: FloatArray, inside: BoolArray, within: bool) -> FloatArray:
    """(A, K) what is told of each unit, 0 for units that are not asked: all, those affected, and of a limit those within it."""
    listed = [people, affected, *([people - affected] if within else [])]
    columns: FloatArray = np.where(inside[:, None], np.column_stack(listed), 0.0)
    return columns


def _without(unit: UnitResult, rests_on_people: bool) -> UnitResult:
    """A unit that tells no number of people."""
    bare = replace(unit, people_affected={})
    return replace(bare, value=None, shortfall=None, amount=None) if rests_on_people else bare


def _beside(beside: Beside | None, gone: set[str]) -> Beside | None:
    """What was reported, without what we computed for hidden units."""
    if beside is None:
        return None
    return replace(beside, units=tuple((code, value, None, None) if code in gone else (code, value, computed, difference)
                                       for code, value, computed, difference in beside.units))


def _without_computed(beside: Beside | None) -> Beside | None:
    """What was reported, without our own figure."""
    return None if beside is None else replace(beside, computed=None, difference=None)


def _without_way(progress: Progress | None) -> Progress | None:
    """The way of a target without the figure of today."""
    return None if progress is None else replace(progress, actual=None, done=None)


def _band(sensitivity: Sensitivity | None, value: float | None, people: float, *, nothing: bool) -> Sensitivity | None:
    """How firm a verdict stands; without the figures where two of them, or one and nobody or everybody, differ by 1 to 4 people.

    nothing : no figure of it may be told.
    """
    if sensitivity is None:
        return None
    told = [one.value for one in sensitivity.variations if one.value is not None]
    if not nothing and value is not None and not _near([value, *told], people):
        return sensitivity
    return replace(sensitivity, low=None, high=None, variations=tuple(replace(one, value=None) for one in sensitivity.variations))


def _near(shares: Sequence[float], people: float) -> bool:
    """Whether any two of some shares of so many people, nobody and everybody among them, are 1 to 4 people apart."""
    counts = np.sort(np.clip(np.array([0.0, 1.0, *shares]), 0.0, 1.0)) * people
    apart = counts[None, :] - counts[:, None]
    return bool(small(apart).any())
