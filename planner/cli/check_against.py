"""What `planner check --against OLD` prints: the former ledgers held against the new ones (docs/ledgers.md)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_table, note
from planner.i18n import t
from planner.plan.against import CHANGE_KEYS, KINDS, Comparison, compare

if TYPE_CHECKING:
    from planner.export.issue_list import MoreSheet
    from planner.inputs.readers import Survey
    from planner.plan.project import Project

SHOWN_CHANGES = 300
"""So many changes are printed as a table; JSON, CSV and the workbook have all of them."""
SHOWN = ("kind", "name", "row", "old_row", "column", "old", "new", "how")
WIDTHS = {"layer": 26, "name": 28, "old_name": 28, "column": 20, "old": 26, "new": 26}


def against(project: Project, found: Survey, old: Path, within_m: float, layers: tuple[str, ...], lang: str, quiet: bool) -> Comparison:
    """The comparison; the former ledgers are kept as dated snapshots, which is said."""
    from planner.plan.former_ledgers import keep_ledgers

    compared = compare(project, found, old, within_m=within_m, layers=layers)
    for kept in keep_ledgers(project.folder, compared.old_specs, now=dt.datetime.now().astimezone()):
        note(t("against.kept" if kept.new else "against.kept_before", lang, file=kept.original, copy=kept.file.name), quiet)
    for layer, issue in compared.unread.items():
        note(t("against.unread", lang, layer=layer, file=issue.file, issue=issue.done(lang)), quiet)
    return compared


def change_rows(compared: Comparison) -> list[dict[str, Any]]:
    """One dictionary a change with the keys of CHANGE_KEYS."""
    return [change.to_dict() for layer in compared.layers for change in layer.changes]


def tables(compared: Comparison, lang: str) -> str:
    """For people: a table of numbers by layer, then the changes of each layer."""
    numbers = ("old_rows", "rows", "matched", *KINDS)
    rows = [[layer.layer, str(layer.old_rows), str(layer.rows), str(sum(layer.matched.values())),
             *(str(layer.counts[kind]) for kind in KINDS)] for layer in compared.layers]
    heads = [t("against.layer", lang), *(t(f"against.{key}", lang) for key in numbers)]
    text = t("against.title", lang, metres=f"{compared.within_m:g}") + "\n" + as_table(rows, heads, [False] + [True] * len(numbers))
    left = SHOWN_CHANGES
    for layer in compared.layers:
        if not layer.ids_believed:
            text += "\n" + t("against.ids_not_believed", lang, layer=layer.layer) + "\n"
        if layer.changes and left > 0:
            shown = [_row(change.to_dict(), lang) for change in layer.changes[:left]]
            left -= len(shown)
            text += f"\n{layer.layer}  {layer.old_file} → {layer.file}\n"
            text += as_table(shown, [t(f"against.{key}", lang) for key in SHOWN], [key in ("row", "old_row") for key in SHOWN])
    total = sum(len(layer.changes) for layer in compared.layers)
    if total > SHOWN_CHANGES:
        text += t("against.more", lang, shown=SHOWN_CHANGES, count=total) + "\n"
    if compared.only_new:
        text += "\n" + t("against.only_new", lang, layers=", ".join(compared.only_new)) + "\n"
    return text


def _row(change: dict[str, Any], lang: str) -> list[str]:
    """A change as cells of a table for people."""
    said = _said(change, lang)
    return [_cell(said["name"] or said["old_name"] if key == "name" else said[key]) for key in SHOWN]


def _said(change: dict[str, Any], lang: str) -> dict[str, Any]:
    """A change with its kind and its way of matching in words."""
    return change | {"kind": t(f"against.{change['kind']}", lang), "how": t(f"against.how_{change['how']}", lang) if change["how"] else ""}


def _cell(value: object) -> str:
    """A cell on one line, shortened, without signs that a terminal would obey."""
    shown = "".join(char if char.isprintable() else " " for char in ("" if value is None else str(value)))
    return shown if len(shown) <= 36 else shown[:35] + "…"


def sheets(compared: Comparison, lang: str) -> list[MoreSheet]:
    """The comparison as further sheets of the issue list: numbers by layer, and all changes."""
    from planner.export.issue_list import MoreSheet
    from planner.export.sheets import Column

    note_text = t("against.title", lang, metres=f"{compared.within_m:g}")
    files, numbers = ("layer", "old_file", "file"), ("old_rows", "rows", *KINDS)
    summary = [{"layer": layer.layer, "old_file": layer.old_file, "file": layer.file, "old_rows": layer.old_rows, "rows": layer.rows,
                **layer.counts} for layer in compared.layers]
    changes = [_said(row, lang) for row in change_rows(compared)]
    return [
        MoreSheet("against.sheet_summary", "against.sheet_title", note_text,
                  [Column(key, t(f"against.{key}", lang), "0" if key in numbers else "") for key in (*files, *numbers)], summary),
        MoreSheet("against.sheet", "against.sheet_title", note_text,
                  [Column(key, t(f"against.{key}", lang), "0" if key in ("row", "old_row") else "", width=WIDTHS.get(key))
                   for key in CHANGE_KEYS], changes, t("against.none", lang))]
