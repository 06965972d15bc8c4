"""The columns part of `planner check`: which header is read as what, as a table and as lines to paste into planner.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from planner.cli.common import as_table
from planner.i18n import t
from planner.quality import QualityReport


def tables(report: QualityReport, lang: str) -> str:
    """The mapping of every section, the questions that are open, and the lines of planner.toml that state what is in use."""
    parts = []
    for entry in report.columns:
        rows = [[column["key"], column["header"], t(f"check.columns.{column['how']}", lang), _kind(column["kind"], lang)]
                for column in entry["columns"]]
        rows += [[key, " | ".join(listed), t("check.columns.ambiguous", lang), ""] for key, listed in entry["ambiguous"].items()]
        rows += [[key, " | ".join(listed), t("check.columns.not_used", lang), ""] for key, listed in entry["not_used"].items()]
        rows += [["", header, t("check.columns.unknown", lang), ""] for header in entry["unknown"]]
        heads = [t(f"check.columns.{head}", lang) for head in ("key", "header", "how", "kind")]
        shown = [["".join(char if char.isprintable() else " " for char in cell)[:60] for cell in row] for row in rows]
        where = entry["file"] + (f" [{entry['sheet']}]" if entry["sheet"] else "")
        parts.append(f"{entry['section']} · {where}\n" + as_table(shown, heads, [False] * 4))
    if people := population_line(report.population, lang):
        parts.append(people)
    if lines := toml_lines(report.columns):
        parts.append(t("check.columns.paste", lang) + "\n" + lines)
    return "\n".join(parts)


def population_line(said: Mapping[str, Any], lang: str) -> str:
    """Which population the people are, in one line, and groups of another kind; "" where nothing says so.

    said : the report's `population`.
    """
    if not said or not any(said["groups"].values()):
        return ""
    other: dict[str, list[str]] = {}
    for group, kind in said["groups"].items():
        if kind != said["kind"]:
            other.setdefault(kind, []).append(group)
    kind = _kind(said["kind"], lang) or t("check.columns.kind_unstated", lang)
    others = "".join(t("check.population_others", lang, kind=_kind(kind, lang), groups=", ".join(groups)) for kind, groups in other.items())
    source = t("check.population_declared" if said["declared"] else "check.population_header", lang)
    return t("check.population", lang, kind=kind, source=source, others=others) + "\n"


def _kind(kind: str, lang: str) -> str:
    """A kind of population or capacity in words."""
    return t(f"check.columns.kind_{kind}", lang) if kind else ""


def toml_lines(entries: Sequence[Mapping[str, Any]]) -> str:
    """`columns = { ... }` of each section that does not state all of its own, as planner.toml has it; open questions as remarks."""
    from planner.inputs.columns import BOUNDARIES
    from planner.plan.columns_confirmed import mapping_of, table_of
    from planner.plan.toml_edit import as_toml

    lines = []
    for entry in entries:
        if all(column["how"] == "stated" for column in entry["columns"]) and not entry["ambiguous"]:
            continue
        lines.append(f"[{entry['section']}]")
        lines += [f"# {key} = {' | '.join(as_toml(header) for header in listed)} ?" for key, listed in entry["ambiguous"].items()]
        columns = mapping_of(entry)
        if table_of(entry) == BOUNDARIES:
            lines += [f"{key} = {as_toml(header)}" for key, header in columns.items()]
        else:
            lines.append(f"columns = {as_toml(columns)}")
    return "\n".join(lines) + ("\n" if lines else "")


def confirm(folder: Path, report: QualityReport, lang: str, *, quiet: bool) -> None:
    """Confirms the mapping in use: writes the columns that planner.toml does not state into it and remembers every mapping for the next
    file of its shape; sections with an open question are left as they are. Says on stderr what was done. Raises InputError where
    planner.toml cannot be edited safely: then nothing is written."""
    from planner.plan.columns_confirmed import confirm_columns

    done = confirm_columns(folder, report.columns)
    if not quiet:
        sections = ", ".join(done.written)
        click.echo(t("check.columns.written" if done.written else "check.columns.remembered_only", lang, sections=sections,
                     count=done.remembered), err=True)
        for section, keys in done.left.items():
            click.echo(t("check.columns.not_written", lang, section=section, keys=", ".join(keys)), err=True)
