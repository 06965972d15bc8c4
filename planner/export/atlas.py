"""An atlas as files: an index page and a page for each street or town, as one PDF and, if asked for, as one file each."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

from planner.errors import InputError
from planner.export.atlas_content import Atlas, UnitSheet
from planner.export.atlas_page import Binding, bind, index_pages, unit_map, unit_pages
from planner.export.drawn_files import new_canvas, whole, write_drawing
from planner.export.report_font import drawable
from planner.i18n import pick, t

Progress = Callable[[int, int], None]
"""Told after each sheet: how many are done, of how many."""
Cancel = Callable[[], bool]
"""Asked before each sheet whether to stop."""
PAPERS = ("a4", "a3")
WHOLE = "atlas.pdf"


@dataclass(frozen=True, slots=True)
class AtlasWritten:
    """What was written. files : the atlas first, then one a sheet; of a cancelled atlas only finished sheets. pages : of the atlas."""

    files: tuple[Path, ...]
    sheets: int
    pages: int
    cancelled: bool = False


def check_out(out: Path) -> None:
    """That an atlas can go there: a .pdf, or a folder (a name without a suffix). Raises InputError (atlas_out)."""
    if out.suffix.lower() != ".pdf" and out.suffix and not out.is_dir():
        raise InputError("atlas_out", path=out.name)


def write_atlas(atlas: Atlas, out: Path, *, lang: str, paper: str = "a4", made: dt.date | None = None, pictures: bool = False,
                progress: Progress | None = None, cancel: Cancel | None = None) -> AtlasWritten:
    """Write an atlas. Same input, same bytes.

    out : a .pdf for the atlas as one file; a folder for that (`atlas.pdf`) and a file for each sheet, named by number, code and name.
    paper : "a4" or "a3". pictures : in a folder each map by itself too, as .svg and as .png of 300 dots an inch. When it is cancelled, or
    stopped from the keyboard, single sheets that are finished stay and are whole, and no atlas is written. Raises InputError (atlas_out),
    OSError.
    """
    check_out(out)
    single = out.suffix.lower() != ".pdf"
    if single:
        out.mkdir(parents=True, exist_ok=True)
    binding = bind(atlas, lang=lang, paper=paper, made=made or dt.date.today())
    title = t("atlas.title", lang, project=pick(atlas.city.name, lang))
    stream = io.BytesIO()
    canvas = new_canvas(stream, binding.paper.width, binding.paper.height, title)
    pages = _put(canvas, index_pages(atlas, binding), "index", t("atlas.index.title", lang))
    files: list[Path] = []
    for sheet in atlas.sheets:
        if cancel is not None and cancel():
            return AtlasWritten(tuple(files), sheet.number - 1 if single else 0, 0, cancelled=True)
        drawn = unit_pages(atlas, sheet, binding)
        name = t("atlas.sheet", lang, number=sheet.number, name=sheet.name)
        pages += _put(canvas, drawn, f"sheet-{sheet.number}", name)
        if single:
            path = out / file_name(sheet.number, sheet.code, sheet.name)
            whole(path, pages_pdf(drawn, name))
            files.append(path)
            files += _pictures(atlas, sheet, binding, path) if pictures else []
        if progress is not None:
            progress(sheet.number, len(atlas.sheets))
    canvas.save()
    target = out / WHOLE if single else out
    whole(target, stream.getvalue())
    return AtlasWritten((target, *files), len(atlas.sheets), pages)


def _pictures(atlas: Atlas, sheet: UnitSheet, binding: Binding, page: Path) -> list[Path]:
    """The map of a sheet by itself, beside its page."""
    drawing, title = unit_map(atlas, sheet, binding)
    paths = [page.with_suffix(suffix) for suffix in (".svg", ".png")]
    for path in paths:
        write_drawing(drawing, path, title)
    return paths


def _put(canvas: Canvas, drawn: Sequence[Drawing], key: str, title: str) -> int:
    """Pages into a PDF, the first with a bookmark; gives their number."""
    for number, page in enumerate(drawn):
        if number == 0:
            canvas.bookmarkPage(key)
            canvas.addOutlineEntry(drawable(title), key, 0)
        renderPDF.draw(page, canvas, 0, 0)
        canvas.showPage()
    return len(drawn)


def pages_pdf(drawn: Sequence[Drawing], title: str) -> bytes:
    """Pages as a PDF of their own."""
    stream = io.BytesIO()
    canvas = new_canvas(stream, drawn[0].width, drawn[0].height, title)
    _put(canvas, drawn, "sheet", title)
    canvas.save()
    return stream.getvalue()


def file_name(number: int, code: str, name: str) -> str:
    """The file of a sheet: its number, code and name, of letters that every file system takes."""
    words = "_".join(part for part in (f"{number:03d}", code, name) if part)
    return (re.sub(r"(?:[^\w.-]|_)+", "_", words).strip("._") or f"{number:03d}")[:80] + ".pdf"
