"""A drawing as a file: PDF with lines and text, SVG, or a picture for print. Same drawing, same bytes."""

from __future__ import annotations

import io
import os
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

from planner.errors import InputError
from planner.export.drawn_svg import svg_text
from planner.export.report_font import drawable, register

SUFFIXES = (".pdf", ".svg", ".png")
DPI = 300
MARGIN_PT = 28.35
"""1 cm of paper around a map that is a page by itself."""
MM = 72 / 25.4
PAPERS = {"a4": (297 * MM, 210 * MM), "a3": (420 * MM, 297 * MM)}
"""Width and height of a sheet lying on its side, in points."""


def check_suffix(path: Path) -> None:
    """That a map can be written to a file of this name: before the work, not after it. Raises InputError."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("export_suffix_unknown", path=path.name, suffixes=" ".join(SUFFIXES))


def sheet_size(paper: str, extent: tuple[float, float, float, float]) -> tuple[float, float]:
    """Width and height of a sheet: lying on its side, or standing where the ground is higher than wide."""
    west, south, east, north = extent
    width, height = PAPERS[paper]
    return (height, width) if (north - south) > 1.1 * (east - west) else (width, height)


def new_canvas(target: Path | io.BytesIO, width: float, height: float, title: str) -> Canvas:
    """A PDF to draw on that bears no clock and no chance: same drawing, same bytes."""
    register()
    canvas = Canvas(target if isinstance(target, io.BytesIO) else str(target), pagesize=(width, height), invariant=1, pageCompression=1)
    canvas.setTitle(drawable(title))
    canvas.setCreator("service-coverage planner")
    canvas.setAuthor("")
    canvas.setSubject("")
    return canvas


def pdf_bytes(drawing: Drawing, title: str, *, margin_pt: float = MARGIN_PT) -> bytes:
    """The drawing as a PDF of one page, with a margin around."""
    stream = io.BytesIO()
    canvas = new_canvas(stream, drawing.width + 2 * margin_pt, drawing.height + 2 * margin_pt, title)
    renderPDF.draw(drawing, canvas, margin_pt, margin_pt)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def png_bytes(drawing: Drawing, title: str, *, dpi: int = DPI, margin_pt: float = MARGIN_PT) -> bytes:
    """The drawing as a picture of so many dots an inch."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf_bytes(drawing, title, margin_pt=margin_pt))
    try:
        picture = document[0].render(scale=dpi / 72).to_pil()
    finally:
        document.close()
    stream = io.BytesIO()
    picture.save(stream, "PNG", dpi=(dpi, dpi), optimize=False)
    return stream.getvalue()


def write_drawing(drawing: Drawing, path: Path, title: str) -> None:
    """The drawing in the form that the suffix says; the file is whole or not there. Raises InputError as `check_suffix`."""
    check_suffix(path)
    suffix = path.suffix.lower()
    if suffix == ".svg":
        whole(path, svg_text(drawing, title).encode())
    else:
        whole(path, pdf_bytes(drawing, title) if suffix == ".pdf" else png_bytes(drawing, title))


def whole(path: Path, content: bytes) -> None:
    """Writes a file beside its place and moves it there: a work that is stopped leaves no half of a file."""
    aside = path.with_name(f".{path.name}.part")
    try:
        aside.write_bytes(content)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
