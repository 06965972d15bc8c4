"""What became of a former ledger's rows (planner.plan.against) as rows and as further sheets of the issue list."""

from __future__ import annotations

from typing import Any

from planner.export.issue_list import MoreSheet
from planner.export.mapdata import STATUS_STYLES
from planner.export.sheets import Column
from planner.i18n import t
from planner.plan.against import CHANGE_KEYS, KINDS, Comparison

WIDTHS = {"layer": 26, "name": 28, "old_name": 28, "column": 20, "old": 26, "new": 26}


def change_rows(compared: Comparison) -> list[dict[str, Any]]:
    """One dictionary a change with the keys of CHANGE_KEYS."""
    return [change.to_dict() for layer in compared.layers for change in layer.changes]


def said_change(change: dict[str, Any], lang: str) -> dict[str, Any]:
    """A change with its kind, its way of matching and what it says of a status in words."""
    return change | {"kind": t(f"against.{change['kind']}", lang), "how": t(f"against.how_{change['how']}", lang) if change["how"] else "",
                     "old": _status(change["old"], lang), "new": _status(change["new"], lang)}


def _status(value: str, lang: str) -> str:
    """A value; one of the statuses in words."""
    return t(f"map.status.{value}", lang) if value in STATUS_STYLES else value


def change_sheets(compared: Comparison, lang: str) -> list[MoreSheet]:
    """The comparison as further sheets of the issue list: numbers by layer, and all changes."""
    note_text = t("against.title", lang, metres=f"{compared.within_m:g}")
    files, numbers = ("layer", "old_file", "file"), ("old_rows", "rows", *KINDS)
    summary = [{"layer": layer.layer, "old_file": layer.old_file, "file": layer.file, "old_rows": layer.old_rows, "rows": layer.rows,
                **layer.counts} for layer in compared.layers]
    changes = [said_change(row, lang) for row in change_rows(compared)]
    return [
        MoreSheet("against.sheet_summary", "against.sheet_title", note_text,
                  [Column(key, t(f"against.{key}", lang), "0" if key in numbers else "") for key in (*files, *numbers)], summary),
        MoreSheet("against.sheet", "against.sheet_title", note_text,
                  [Column(key, t(f"against.{key}", lang), "0" if key in ("row", "old_row") else "", width=WIDTHS.get(key))
                   for key in CHANGE_KEYS], changes, t("against.none", lang))]
