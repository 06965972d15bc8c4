"""A programme as the workbook of capital projects: the columns of the project list, with the money of each year filled in."""

from __future__ import annotations

from pathlib import Path

from planner.errors import InputError
from planner.export import sheets
from planner.export.list_sheets import projects_sheet
from planner.i18n import pick, t
from planner.plan.gaplist import GapList

SUFFIX = ".xlsx"


def write_project_list(projects: GapList, path: Path, subtitle: str, *, lang: str) -> None:
    """Write the projects as a workbook of one sheet; money that is open to be shared out by source stays open. Raises InputError."""
    if path.suffix.lower() != SUFFIX:
        raise InputError("export_suffix_unknown", path=path.name, suffixes=SUFFIX)
    title = t("export.title.programme", lang, project=pick(projects.project_name, lang) or projects.project)
    book = sheets.open_book(path, lang, projects.date, title)
    projects_sheet(book, projects, subtitle, t("export.stamp", lang), title=title)
    book.raw.close()
