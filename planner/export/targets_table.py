"""Every target as a whole and unit by unit, as rows: the sheet 指标达标 and nothing else stands on them."""

from __future__ import annotations

from typing import Any

from planner.export.cells import figure, finite
from planner.export.fields import SHORTFALL_UNITS, label, level_label, threshold_text
from planner.export.sheets import SHARES, WHOLE
from planner.i18n import pick, t
from planner.targets.answers import note_text
from planner.targets.evaluation import Evaluation, TargetResult, UnitResult

TARGET_KEYS = (
    "target_id",
    "title",
    "unit_code",
    "unit_name",
    "level",
    "value",
    "threshold",
    "shortfall",
    "state",
    "action",
    "people_affected",
    "clause",
    "plan",
    "layer",
    "binding",
    "deadline",
    "note",
    "row_kind",
    "state_key",
)
"""The columns, in their order. `row_kind` is target or unit; `state_key` is the state as `planner evaluate` writes it."""


def action_text(result: TargetResult, lang: str) -> str:
    """What would close a target: an amount and what it counts."""
    if not result.action:
        return ""
    return t(
        "export.action",
        lang,
        amount=figure(finite(result.action["amount"])),
        of=label("shortfall_unit", str(result.action["of"]), SHORTFALL_UNITS, lang),
    )


def target_rows(evaluation: Evaluation, lang: str) -> list[dict[str, Any]]:
    """For each target its own row, then one for each of its units in code order."""
    rows = []
    for result in evaluation.targets:
        target = result.target
        shares = ("value", "threshold") if is_share(result) else ()
        by_unit = shares if units_are_shares(result) else ()
        if result.target.metric == "pace":
            shares = (*shares, "shortfall")
        whole = ("shortfall", "people_affected") if result.target.metric == "population_within" else ("people_affected",)
        common = {
            "target_id": target.id,
            "title": pick(target.title, lang),
            "clause": target.clause,
            "plan": target.plan,
            "layer": target.layer,
            "binding": t(f"export.binding.{target.binding or 'unspecified'}", lang),
            "deadline": str(target.deadline or ""),
        }
        rows.append(
            common
            | {
                "unit_code": t("export.whole", lang),
                "unit_name": "",
                "level": "",
                **_figures(result, shares),
                "state": t(f"export.state.{result.state}", lang),
                "action": action_text(result, lang),
                "people_affected": None,
                "note": note_text(result, lang) or "",
                "row_kind": "target",
                "state_key": result.state,
                SHARES: shares,
                WHOLE: whole,
            }
        )
        for unit in result.units:
            state = unit.state or ""
            rows.append(
                common
                | {
                    "unit_code": unit.code,
                    "unit_name": unit.name,
                    "level": level_label(unit.level, lang),
                    **_figures(unit, by_unit),
                    "state": t(f"export.state.{state}", lang) if state else t("export.state.part", lang),
                    "action": "",
                    "people_affected": finite(max(unit.people_affected.values(), default=None)),
                    "note": "",
                    "row_kind": "unit",
                    "state_key": state or "part",
                    SHARES: by_unit,
                    WHOLE: whole,
                }
            )
    return rows


def is_share(result: TargetResult) -> bool:
    """Whether a target's figures are shares, 0..1."""
    return str(result.target.unit or "").strip().startswith("%") or result.target.metric == "population_within"


def units_are_shares(result: TargetResult) -> bool:
    """Whether a unit's own figures are shares: not where the share is that of the units that pass."""
    check = result.target.check
    return check is None or check.rollup != "share" or check.metric == "population_within"


def _figures(result: TargetResult | UnitResult, shares: tuple[str, ...]) -> dict[str, Any]:
    """Value, threshold and shortfall as cells: a range is text."""
    threshold: Any = result.threshold
    if isinstance(threshold, (tuple, list)):
        threshold = threshold_text((threshold[0], threshold[1]), is_share=bool(shares))
    return {"value": finite(result.value), "threshold": threshold, "shortfall": finite(result.shortfall)}
