"""An evaluation as JSON, schema planner.evaluation/1 (docs/packs.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from planner import __version__
from planner.i18n import t
from planner.targets.conflicts import Conflict, conflicts_in
from planner.targets.evaluation import Beside, Evaluation, Progress, Sensitivity, TargetResult, Threshold, UnitResult
from planner.targets.formula import said
from planner.targets.pack import Target
from planner.targets.progress import ON_TIME_TOLERANCE

SCHEMA = "planner.evaluation/1"


def to_dict(evaluation: Evaluation, lang: str) -> dict[str, Any]:
    """The whole evaluation; notes are said in `lang`, titles stand in both languages. `pack` is one id, or a list of several."""
    packs = evaluation.packs
    return {"schema": SCHEMA, "project": evaluation.project, "pack": packs[0] if len(packs) == 1 else list(packs),
            "date": evaluation.date.isoformat(), "scenario": evaluation.scenario, "version": __version__,
            "packs": [{"id": pack, "sha256": evaluation.hashes.get(pack) or None} for pack in packs],
            "on_time_tolerance": ON_TIME_TOLERANCE, "conflicts": [_conflict(one) for one in conflicts_in(evaluation)],
            "targets": [_target(result, lang) for result in evaluation.targets]}


def note_text(result: TargetResult, lang: str) -> str | None:
    """What there is to say of a target, sentence by sentence; None where there is nothing."""
    return t("note.separator", lang).join(t(key, lang, **params) for key, params in result.note) or None


def deadline_text(target: Target) -> int | str | None:
    """A deadline as the plan prints it: a year or a date."""
    return target.deadline.isoformat() if isinstance(target.deadline, dt.date) else target.deadline


def _threshold(threshold: Threshold) -> float | list[float] | None:
    """A threshold: a number, or two for a range."""
    return list(threshold) if isinstance(threshold, tuple) else threshold


def _target(result: TargetResult, lang: str) -> dict[str, Any]:
    """One target."""
    target: Target = result.target
    return {
        "id": target.id, "plan": target.plan, "document": target.document, "clause": target.clause, "title": dict(target.title),
        "layer": target.layer, "kind": target.kind, "metric": target.metric, "comparator": target.comparator or None,
        "threshold": _threshold(result.threshold), "unit": target.unit or None, "deadline": deadline_text(target),
        "binding": target.binding, "certainty": target.certainty or None, "state": result.state, "value": result.value,
        "shortfall": result.shortfall,
        "action": None if result.action is None else dict(result.action), "at_least": result.at_least, "blanks": result.blanks,
        "fill": [dict(cell) for cell in result.fill], "units_total": result.units_total, "units_met": result.units_met,
        "units_required": result.units_required, "people_affected": dict(result.people_affected),
        "units": [_unit(unit) for unit in result.units], "inputs": [dict(source) for source in result.inputs],
        "note": note_text(result, lang), "formula": said(result.formula, lang) or None, "reported": _reported(result.reported),
        "progress": _progress(result.progress, lang), "sensitivity": _sensitivity(result.sensitivity),
        "people_of": None if result.people_of is None else {"year": result.people_of.year, "projected": result.people_of.projected}}


def _conflict(conflict: Conflict) -> dict[str, Any]:
    """Two targets in conflict, with both thresholds and both verdicts."""
    sides = (conflict.first, conflict.second)
    return {"plan": conflict.first.target.plan, "differs": conflict.differs, "targets": [
        {"id": one.target.id, "clause": one.target.clause, "title": dict(one.target.title), "comparator": one.target.comparator or None,
         "threshold": _threshold(one.threshold), "unit": one.target.unit or None, "value": one.value, "state": one.state} for one in sides]}


def _reported(beside: Beside | None) -> dict[str, Any] | None:
    """What was reported, beside what we computed."""
    if beside is None:
        return None
    return {"value": beside.value, "computed": beside.computed, "difference": beside.difference, "date": beside.date or None,
            "by": beside.by or None, "source": beside.source or None, "reason": beside.reason or None,
            "units": [dict(zip(("code", "value", "computed", "difference"), row, strict=True)) for row in beside.units],
            "units_unknown": list(beside.unknown)}


def why_text(progress: Progress, lang: str) -> str:
    """What stands against saying more of a target's progress, "" where nothing does."""
    return t(f"progress.why_{progress.why}", lang) if progress.why else ""


def _progress(progress: Progress | None, lang: str) -> dict[str, Any] | None:
    """How far a target has come."""
    if progress is None:
        return None
    found: dict[str, Any] = {"verdict": progress.verdict, "done": progress.done, "expected": progress.expected, "due": progress.due}
    found |= {"base": progress.base, "base_date": _day(progress.base_date), "base_of": progress.base_of or None, "goal": progress.goal,
              "goal_date": _day(progress.goal_date), "actual": progress.actual, "by_steps": progress.by_steps}
    return found | {"why": progress.why or None, "reason": why_text(progress, lang) or None}


def _day(day: dt.date | None) -> str | None:
    """A day as JSON has it."""
    return None if day is None else day.isoformat()


def _sensitivity(sensitivity: Sensitivity | None) -> dict[str, Any] | None:
    """How firm a verdict stands."""
    if sensitivity is None:
        return None
    return {"verdict": sensitivity.verdict, "low": sensitivity.low, "high": sensitivity.high,
            "variations": [{"of": one.of, "to": one.to, "state": one.state, "value": one.value} for one in sensitivity.variations],
            "unvaried": list(sensitivity.unvaried)}


def _unit(unit: UnitResult) -> dict[str, Any]:
    """One unit of a target."""
    found: dict[str, Any] = {
        "code": unit.code, "name": unit.name, "level": unit.level, "value": unit.value, "threshold": _threshold(unit.threshold),
        "state": unit.state, "shortfall": unit.shortfall}
    people: Mapping[str, float] = unit.people_affected
    if people:
        found["people_affected"] = dict(people)
    if unit.fill:
        found["fill"] = [dict(cell) for cell in unit.fill]
    return found
