"""`planner packs`: the bundled target packs, or one pack's targets with clause, figure and how data can decide them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, record_options, write
from planner.i18n import pick, t
from planner.targets.answers import deadline_text
from planner.targets.pack import Target, TargetPack, list_packs, read_pack

PACK_COLUMNS = ("id", "title_zh", "title_en", "document", "targets")
TARGET_COLUMNS = ("id", "kind", "layer", "clause", "document", "title_zh", "title_en", "metric", "comparator", "value", "value_max", "unit",
                  "deadline", "binding", "checkable", "certainty")
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


@click.command("packs", help="List the target packs, or one pack's targets. 列出指标包，或一个指标包中的各项指标。")
@click.argument("pack", metavar="[ID]", required=False)
@record_options
@command_options
def command(pack: str | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Prints the list of packs, or one pack."""
    write(_list(form, lang) if pack is None else _one(read_pack(pack), form, lang), out)


def _list(form: str, lang: str) -> str:
    """All bundled packs."""
    packs = list_packs()
    if form == "json":
        return as_json([{"id": pack.id, "title": dict(pack.title), "document": pack.source["document"], "targets": len(pack.targets)}
                        for pack in packs])
    rows = [{"id": pack.id, "title_zh": pack.title["zh"], "title_en": pack.title["en"], "document": pack.source["document"],
             "targets": len(pack.targets)} for pack in packs]
    if form == "csv":
        return as_csv(rows, PACK_COLUMNS)
    heads = [t(f"packs.{key}", lang) for key in ("id", "title", "targets", "document")]
    return as_table([[pack.id, pick(pack.title, lang), str(len(pack.targets)), str(pack.source["document"])] for pack in packs], heads,
                    [False, False, True, False])


def target_dict(target: Target) -> dict[str, Any]:
    """A target as its plan prints it (target packs, section 5)."""
    return {"id": target.id, "kind": target.kind, "layer": target.layer, "clause": target.clause, "document": target.document,
            "title": dict(target.title), "metric": target.metric, "comparator": target.comparator or None, "value": target.value,
            "value_max": target.value_max, "unit": target.unit or None, "deadline": deadline_text(target), "binding": target.binding,
            "checkable": target.checkable, "certainty": target.certainty or None}


def printed_figure(target: Target) -> str:
    """The figure as a person reads it: `≥ 80 % of streets`."""
    if target.value is None:
        return ""
    if target.value_max is not None:
        return f"{target.value:g}-{target.value_max:g} {target.unit}".strip()
    return f"{SIGNS.get(target.comparator, '')} {target.value:g} {target.unit}".strip()


def _one(pack: TargetPack, form: str, lang: str) -> str:
    """One pack."""
    targets = [target_dict(target) for target in pack.targets]
    if form == "json":
        return as_json({"schema": "planner.pack/1", "id": pack.id, "title": dict(pack.title), "targets": targets})
    if form == "csv":
        rows = [target | {"title_zh": target["title"]["zh"], "title_en": target["title"]["en"]} for target in targets]
        return as_csv(rows, TARGET_COLUMNS)
    heads = [t(f"packs.{key}", lang) for key in ("id", "title", "figure", "deadline", "checkable", "clause")]
    rows_shown = [[target.id, pick(target.title, lang), printed_figure(target), str(deadline_text(target) or ""),
                   t(f"packs.checkable_{target.checkable}", lang), target.clause] for target in pack.targets]
    title = f"{pick(pack.title, lang)}  {pack.source['document']}\n\n"
    return title + as_table(rows_shown, heads, [False] * len(heads))
