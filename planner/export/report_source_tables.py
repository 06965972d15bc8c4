"""The tables of a report about what its figures rest on: settings, formulas, files, issues of the data."""

from __future__ import annotations

from planner.export.fields import level_label
from planner.export.provenance import method_rows
from planner.export.report_document import Table
from planner.export.report_tables import MOST_TARGETS, cells, column
from planner.i18n import has, pick, t
from planner.plan.report import ReportFacts
from planner.plan.report_sentences import JUDGED
from planner.plan.wording import layer_name
from planner.quality import SEVERITIES
from planner.targets.formula import said

MOST_FILES = 60
"""Rows of the table of files."""


def settings_table(facts: ReportFacts, lang: str) -> Table:
    """Settings, packs, speeds, parameters, assumed targets, licences: the workbook's method sheet without its rules and files."""
    left_out = {t(f"export.section.{key}", lang) for key in ("method", "files")}
    made = [row for row in method_rows(facts.gap_list, facts.evaluation, facts.quality, lang) if row["section"] not in left_out]
    rows = [cells(lang, row["section"], str(row["item"]), str(row["content"]), str(row["remark"])) for row in made[:MOST_TARGETS]]
    heads = (column("section", lang, 12, own=True), column("item", lang, 26), column("content", lang, 36), column("remark", lang, 30))
    return Table(t("report.table.settings", lang), heads, tuple(rows), left_out=max(0, len(made) - MOST_TARGETS))


def formulas_table(facts: ReportFacts, lang: str) -> Table | None:
    """How each target that data can judge came to its figure."""
    told = [(one, said(one.formula, lang)) for one in facts.evaluation.targets if one.state in JUDGED]
    rows = [cells(lang, one.target.id, pick(one.target.title, lang), text) for one, text in told if text]
    heads = (column("target_id", lang, 22), column("title", lang, 24), column("formula", lang, 60))
    return (
        Table(t("report.table.formulas", lang), heads, tuple(rows[:MOST_TARGETS]), left_out=max(0, len(rows) - MOST_TARGETS), annex=True)
        if rows
        else None
    )


def files_table(facts: ReportFacts, lang: str) -> Table:
    """The data files: what for, rows, the day they speak for, and their hash."""
    records = list(facts.quality.files.values())
    rows = [
        cells(lang, one.path, role_text(one.role, lang), f"{one.rows_kept:,}/{one.rows_in:,}", one.date, one.sha256[:12])
        for one in records[:MOST_FILES]
    ]
    heads = (
        column("file", lang, 30),
        column("role", lang, 26),
        column("rows", lang, 18, right=True),
        column("date", lang, 14),
        column("sha256", lang, 18),
    )
    return Table(t("report.table.files", lang), heads, tuple(rows), left_out=max(0, len(records) - MOST_FILES))


def role_text(role: str, lang: str) -> str:
    """What a file is for: a layer by its name, else our word for the section, else the section."""
    kind, _, rest = role.partition(".")
    if kind == "facilities" and rest:
        return layer_name(rest, lang)
    if kind == "boundaries" and rest:
        return level_label(rest, lang)
    return t(f"report.role.{kind}", lang) if has(f"report.role.{kind}", lang) else role


def issues_table(facts: ReportFacts, lang: str) -> Table | None:
    """Issues of the data-quality check by kind, the gravest first; None where there is none."""
    kinds: dict[tuple[int, str], list[str]] = {}
    for issue in facts.quality.issues:
        kinds.setdefault((-SEVERITIES.index(issue.severity), issue.code), []).append(issue.done(lang))
    rows = [
        cells(lang, t(f"export.severity.{SEVERITIES[-grave]}", lang), f"{len(said_of):,}", said_of[0])
        for (grave, _), said_of in sorted(kinds.items(), key=lambda entry: (entry[0][0], -len(entry[1]), entry[0][1]))
    ]
    heads = (column("severity", lang, 8, own=True), column("issues_count", lang, 10, right=True), column("example", lang, 60))
    return (
        Table(t("report.table.issues", lang), heads, tuple(rows[:MOST_TARGETS]), left_out=max(0, len(rows) - MOST_TARGETS))
        if rows
        else None
    )
