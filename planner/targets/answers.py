"""An evaluation as JSON, schema planner.evaluation/1 (docs/packs.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from planner import __version__
from planner.i18n import t
from planner.targets.evaluation import Evaluation, TargetResult, Threshold, UnitResult
from planner.targets.pack import Target

SCHEMA = "planner.evaluation/1"


def to_dict(evaluation: Evaluation, lang: str) -> dict[str, Any]:
    """The whole evaluation; notes are said in `lang`, titles stand in both languages. `pack` is one id, or a list of several."""
    packs = evaluation.packs
    return {"schema": SCHEMA, "project": evaluation.project, "pack": packs[0] if len(packs) == 1 else list(packs),
            "date": evaluation.date.isoformat(), "scenario": evaluation.scenario, "version": __version__,
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
        "note": note_text(result, lang)}


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
