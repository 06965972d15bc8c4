"""What `planner check --against OLD` prints: the former ledgers held against the new ones (docs/ledgers.md)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_table, note
from planner.export.change_list import said_change
from planner.i18n import t
from planner.plan.against import KINDS, Comparison, compare

if TYPE_CHECKING:
    from planner.inputs.readers import Survey
    from planner.plan.project import Project

SHOWN_CHANGES = 300
"""So many changes are printed as a table; JSON, CSV and the workbook have all of them."""
SHOWN = ("kind", "name", "row", "old_row", "column", "old", "new", "how")


def against(project: Project, found: Survey, old: Path, within_m: float, layers: tuple[str, ...], lang: str, quiet: bool) -> Comparison:
    """The comparison; the former ledgers are kept as dated snapshots, which is said."""
    from planner.plan.former_ledgers import keep_ledgers

    compared = compare(project, found, old, within_m=within_m, layers=layers)
    for kept in keep_ledgers(project.folder, compared.old_specs, now=dt.datetime.now().astimezone()):
        note(t("against.kept" if kept.new else "against.kept_before", lang, file=kept.original, copy=kept.file.name), quiet)
    for layer, issue in compared.unread.items():
        note(t("against.unread", lang, layer=layer, file=issue.file, issue=issue.done(lang)), quiet)
    return compared


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
    said = said_change(change, lang)
    return [_cell(said["name"] or said["old_name"] if key == "name" else said[key]) for key in SHOWN]


def _cell(value: object) -> str:
    """A cell on one line, shortened, without signs that a terminal would obey."""
    shown = "".join(char if char.isprintable() else " " for char in ("" if value is None else str(value)))
    return shown if len(shown) <= 36 else shown[:35] + "…"
