"""A blank ledger as a workbook: headers, lists to choose from, and a sheet that explains each column with an example."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from planner.export.cells import neutral
from planner.export.sheets import open_book
from planner.i18n import t
from planner.plan.new import COMMON, LEDGERS, POPULATION, header, new_project
from planner.plan.project_archive import pack_project

ROWS = 2000
"""So many rows have lists to choose from."""
TEXT_COLUMNS = ("id", "name", "address", "township", "community")
NAME = "ledger_template.xlsx"


def write_ledger_template(path: Path, *, lang: str, made: dt.date) -> None:
    """Write the blank ledger. The example stands in the second sheet, apart, so that it is never read as a facility."""
    columns = tuple(dict.fromkeys((*COMMON, *(column for more in LEDGERS.values() for column in more))))
    book = open_book(path, lang, made, t("new.template.ledger", lang))
    sheet = book.raw.add_worksheet(t("new.template.ledger", lang))
    as_text = book.style(num_format="@")
    for k, column in enumerate(columns):
        sheet.write_string(0, k, header(column, lang), book.head)
        sheet.set_column(k, k, 24 if column in ("name", "address") else 15, as_text if column in TEXT_COLUMNS else None)
        choices = {"status": "new.template.statuses", "volunteer_station": "new.template.yes_no"}.get(column)
        if choices:
            sheet.data_validation(1, k, ROWS, k, {"validate": "list", "source": t(choices, lang).split(","), "error_type": "warning"})
    sheet.freeze_panes(1, 2)
    notes = book.raw.add_worksheet(t("new.template.about", lang))
    for k, key in enumerate(("column", "meaning", "example")):
        notes.write_string(0, k, t(f"new.template.{key}", lang), book.head)
    grey = book.style(font_color="#808080", italic=True)
    for r, column in enumerate(columns, start=1):
        notes.write_string(r, 0, header(column, lang), book.style(bold=True))
        notes.write_string(r, 1, t(f"new.about.{column}", lang), book.text())
        notes.write_string(r, 2, t(f"new.example.{column}", lang), grey)
    notes.set_column(0, 0, 22)
    notes.set_column(1, 2, 46)
    book.raw.close()


def ledger_template(*, lang: str, made: dt.date) -> bytes:
    """The blank ledger as a file's bytes."""
    with tempfile.TemporaryDirectory(prefix="planner-") as place:
        write_ledger_template(Path(place) / NAME, lang=lang, made=made)
        return (Path(place) / NAME).read_bytes()


def people_template(units: Sequence[tuple[str, str]], *, lang: str) -> bytes:
    """A table of people to fill in, as CSV that spreadsheets read: a row for each unit (code, name), the figures empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([header(column, lang) for column in POPULATION])
    writer.writerows([neutral(code), neutral(name), *[""] * (len(POPULATION) - 2)] for code, name in units)
    return stream.getvalue().encode("utf-8-sig")


def project_template(name: str, *, lang: str, made: dt.date) -> bytes:
    """An empty project folder of that name as a zip archive: what `planner new` makes."""
    with tempfile.TemporaryDirectory(prefix="planner-") as place:
        folder = Path(place) / name
        new_project(folder, lang=lang, today=made)
        write_ledger_template(folder / NAME, lang=lang, made=made)
        return pack_project(folder)
