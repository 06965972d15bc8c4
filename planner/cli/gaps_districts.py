"""`planner gaps --split-by` and `--update`: workbooks that go to the districts, and what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import as_csv, as_json, note
from planner.i18n import t

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.gaplist import GapList
    from planner.plan.returned import Finding, Update

SCHEMA = "planner.returned/1"
FIELDS = ("kind", "file", "district", "sheet", "row", "column", "sent", "found")
REASONS = ("returned_no_mark", "returned_not_sent")


def sorted_words(project: Path | None, returned: tuple[Path, ...], *, updating: bool, lang: str) -> tuple[Path | None, tuple[Path, ...]]:
    """Which words are the project and which are returned files: a workbook is never a project."""
    if updating and project is not None and project.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        returned = (project, *returned)
        project = None
    if updating and not returned:
        raise click.UsageError(t("export.returned.no_files", lang))
    if returned and not updating:
        raise click.UsageError(t("export.returned.not_updating", lang))
    return project, returned


def check_split(out: Path | None, *, updating: bool, people_year: int | None, lang: str) -> None:
    """That --split-by has a folder to write to, and stands alone."""
    if out is None or (out.exists() and not out.is_dir()) or updating or people_year is not None:
        raise click.UsageError(t("export.returned.split_folder", lang))


def split(gap_list: GapList, city: City, level: str, folder: Path, project: Path, *, lang: str, quiet: bool) -> None:
    """Writes one workbook for each unit of the level."""
    from planner.export.district_workbooks import write_districts

    done = write_districts(gap_list, city, level, folder, project, lang=lang)
    told = {"files": len(done.files), "folder": folder.name, "gaps": done.gaps_left, "projects": done.projects_left}
    note(t("export.returned.split", lang, **told), quiet)


def take_in(project: Path, files: tuple[Path, ...], *, lang: str, quiet: bool) -> Update:
    """Takes returned files into the project and says what is to be told, line by line."""
    from planner.plan.returned import update

    done = update(project, files)
    note(t("export.returned.done", lang, files=done.files, edits=done.edits), quiet)
    for finding in done.findings:
        note(line(finding, lang), quiet)
    return done


def line(finding: Finding, lang: str) -> str:
    """One finding as a sentence."""
    from planner.export.list_sheets import header

    found = finding.found
    if finding.kind == "unread":
        found = t(f"export.returned.{found if found in REASONS else 'other_reason'}", lang)
    column = header(finding.sheet, finding.column, lang) if finding.column else ""
    return t(f"export.returned.{finding.kind}", lang, file=finding.file, district=finding.district, row=finding.row, column=column,
             sent=finding.sent, found=found)


def answer(done: Update, form: str, lang: str) -> str:
    """What was found, as data or as lines."""
    rows = [{field: getattr(finding, field) for field in FIELDS} for finding in done.findings]
    if form == "json":
        return as_json({"schema": SCHEMA, "files": done.files, "edits": done.edits, "findings": rows})
    if form == "csv":
        return as_csv(rows, FIELDS)
    return "".join(line(finding, lang) + "\n" for finding in done.findings) or t("export.returned.nothing", lang) + "\n"
