"""`planner packs`: the bundled target packs, or one pack's targets; `planner packs new`: a pack file of one's own from an old one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, note, record_options, write
from planner.errors import PackError
from planner.i18n import pick, t
from planner.targets.answers import deadline_text
from planner.targets.pack import Target, TargetPack, list_packs, read_pack

PACK_COLUMNS = ("id", "title_zh", "title_en", "document", "targets")
TARGET_COLUMNS = ("id", "kind", "layer", "clause", "document", "title_zh", "title_en", "metric", "comparator", "value", "value_max", "unit",
                  "deadline", "binding", "checkable", "certainty")
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


class PacksGroup(click.Group):
    """A group that is also a command: without the name of a sub-command its words are those of `show`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words of the command line; `planner packs --help` is about both."""
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [SHOW, *args]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The two ways to call it."""
        return ["[OPTIONS] [ID]", "|", "new [OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the list, then the sub-command."""
        self.commands[SHOW].format_options(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(200)) for name, one in self.commands.items() if name != SHOW])


SHOW = "show"
HELP = "List the target packs, or one pack's targets. 列出指标包，或一个指标包中的各项指标。"


@click.group("packs", cls=PacksGroup, help=HELP)
def command() -> None:
    """`planner packs`."""


@command.command(SHOW, help=HELP)
@click.argument("pack", metavar="[ID]", required=False)
@record_options
@command_options
def show(pack: str | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Prints the list of packs, or one pack."""
    write(_list(form, lang) if pack is None else _one(read_pack(pack), form, lang), out)


NEW_HELP = "Write a pack of your own from another: rolled forward to a period, or copied. 由已有指标包新建：顺延到新规划期，或原样复制。"


@command.command("new", help=NEW_HELP)
@click.option("--from", "old", metavar="ID|FILE", required=True, help="the pack to start from / 以哪个指标包为底本")
@click.option("--period", metavar="2026:2030",
              help="years of the new plan, figures left blank; without it: a copy / 新规划期，数值留空；不写则原样复制")
@click.option("--id", "new_id", default="", help="id of the new pack / 新指标包的编号")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="file to write (default: ID.toml here) / 写入的文件")
@command_options
def new(old: str, period: str | None, new_id: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Writes a new pack file; nothing is overwritten."""
    from planner.targets.pack_new import copied, rolled_forward, write_new

    pack = read_pack(old)
    own, text = copied(old, new_id) if period is None else rolled_forward(pack, _years(period), new_id)
    file = out or Path(f"{own}.toml")
    write_new(text, file)
    note(t(f"pack_new.{'copied' if period is None else 'rolled'}", lang, file=file, id=own, targets=len(pack.targets)), quiet)


def _years(period: str) -> tuple[int, int]:
    """Two years as `--period` has them. Raises PackError."""
    found = re.fullmatch(r"\s*(\d{4})\s*[:：]\s*(\d{4})\s*", period)
    if not found or int(found.group(1)) > int(found.group(2)):
        raise PackError("pack_new_period", value=period)
    return int(found.group(1)), int(found.group(2))


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
