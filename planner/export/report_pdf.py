"""A report as PDF, after the habits of GB/T 9704: A4, 156 x 225 mm of text, page numbers between dashes, the one font of the package.

The same document gives the same bytes. Names are text: nothing in them is markup.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Paragraph as Running

from planner.export.line_breaks import broken, text_width
from planner.export.report_document import Block, Document, Figure, Heading, Paragraph, Table
from planner.export.report_font import drawable, register
from planner.export.report_widths import column_widths
from planner.i18n import t

TOP, LEFT, WIDTH, HEIGHT = 37 * mm, 28 * mm, 156 * mm, 225 * mm
"""The upper margin, the binding margin, and the text area of GB/T 9704."""
SIDEWAYS_MARGIN, SIDEWAYS_TOP = 20 * mm, 24 * mm
NUMBER_BELOW = 7 * mm
"""How far below the text the page number stands."""
GRID, HEAD, RED = HexColor("#9aa5ae"), HexColor("#e7edf2"), HexColor("#9c2a26")
SIZES = {
    "zh": {"title": 22, "line": 14, "body": 16, "heading": 16, "note": 10.5, "cell": 9, "caption": 12, "number": 14},
    "en": {"title": 20, "line": 11, "body": 11, "heading": 14, "note": 9, "cell": 8, "caption": 10, "number": 10.5},
}
"""Sizes in points. Chinese: title 2号, text 3号, page numbers 4号; tables 小五."""
TABLE_COLUMN_PAD = 2.5
ROOM = {1: 150, 2: 120, 3: 100}
"""Points that must be left on a page below a heading of each level, for its text or the head of its table; else a new page begins."""
ROOM_TABLE = 80
LONG_CELL = 600
"""Characters of a cell from which a row may break over pages: it could be taller than one."""


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of paragraphs, by what they are, and the width of the text area."""

    by_name: dict[str, ParagraphStyle]
    lang: str


def report_pdf(document: Document) -> bytes:
    """The report as the bytes of a PDF."""
    styles = _styles(document.lang)
    stream = io.BytesIO()
    paper = _Paper(stream, document, styles)
    paper.build(_story(document, styles))
    return stream.getvalue()


class Line(Running):  # type: ignore[misc]
    """A paragraph of one font whose lines break as Chinese and Latin writing both want (planner.export.line_breaks)."""

    def breakLinesCJK(self, maxWidths: Any) -> Any:  # noqa: N802, N803 - reportlab's own names
        """The lines; reportlab's own breaking leaves closing marks at the start of lines."""
        widths = list(maxWidths) if isinstance(maxWidths, (list, tuple)) else [maxWidths]
        frag, size = self.frags[0], self.style.fontSize
        if getattr(self, "_splitpara", 0):
            return frag.clone(kind=0, lines=self.blPara.lines)
        words = "".join(part.text if hasattr(part, "text") else "".join(part.words) for part in self.frags)
        lines = broken(words, size, widths)
        if self.style.alignment != TA_LEFT:
            lines = [line.rstrip() for line in lines]
        room = [widths[min(k, len(widths) - 1)] - text_width(line, size) for k, line in enumerate(lines)]
        told = [(space, [line]) for space, line in zip(room, lines, strict=True)]
        return frag.clone(kind=0, lines=told, ascent=size, descent=-0.2 * size)


class _Paper(BaseDocTemplate):  # type: ignore[misc]
    """The pages: upright and sideways, each with its number, its foot and, where data are invented, the label."""

    def __init__(self, stream: io.BytesIO, document: Document, styles: Styles) -> None:
        super().__init__(stream, pagesize=A4, title=document.title, author="", invariant=1, allowSplitting=1, lang=document.lang)
        self.document, self.styles, self.headings = document, styles, 0
        wide, low = landscape(A4)
        upright = Frame(LEFT, A4[1] - TOP - HEIGHT, WIDTH, HEIGHT, 0, 0, 0, 0)
        sideways = Frame(SIDEWAYS_MARGIN, SIDEWAYS_TOP, wide - 2 * SIDEWAYS_MARGIN, low - 2 * SIDEWAYS_TOP, 0, 0, 0, 0)
        self.addPageTemplates(
            [
                PageTemplate("upright", [upright], onPage=self._page, pagesize=A4),
                PageTemplate("sideways", [sideways], onPage=self._page, pagesize=landscape(A4)),
            ]
        )

    def _page(self, canvas: Any, _: Any) -> None:
        """What stands on every page outside the text."""
        frame = self.pageTemplate.frames[0]
        left, right, bottom, top = frame._x1, frame._x1 + frame._width, frame._y1, frame._y1 + frame._height
        size = SIZES[self.document.lang]["number"]
        font = register()
        canvas.saveState()
        canvas.setFont(font, size)
        number = t("report.page", self.document.lang, page=canvas.getPageNumber())
        below = bottom - NUMBER_BELOW - size
        if canvas.getPageNumber() % 2:
            canvas.drawRightString(right - size, below, number)
        else:
            canvas.drawString(left + size, below, number)
        canvas.setFont(font, 7.5)
        canvas.setFillColor(HexColor("#5a636b"))
        canvas.drawString(left, below - 14, drawable(self.document.foot))
        if self.document.label:
            canvas.setFont(font, 9)
            canvas.setFillColor(RED)
            canvas.drawCentredString((left + right) / 2, top + 10, drawable(self.document.label))
        canvas.restoreState()

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 - reportlab's own name
        """Headings go into the outline of the PDF."""
        level = getattr(flowable, "planner_level", None)
        if level is not None:
            self.headings += 1
            key = f"h{self.headings}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level - 1, 0)


def _styles(lang: str) -> Styles:
    """The styles of a language. Chinese wraps between any two characters and indents its paragraphs by two."""
    font, sizes = register(), SIZES[lang]

    def style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
        """One style of the one font."""
        return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, wordWrap="CJK", **more)

    body = sizes["body"]
    leading = 28.95 if lang == "zh" else body * 1.45  # 22 lines on 225 mm
    cell, quote = sizes["cell"], sizes["caption"]
    listed = [
        style("title", sizes["title"], sizes["title"] * 1.4, alignment=TA_CENTER, spaceBefore=6, spaceAfter=12),
        style("line", sizes["line"], sizes["line"] * 1.5, alignment=TA_CENTER),
        style("body", body, leading, firstLineIndent=2 * body if lang == "zh" else 0, spaceAfter=0 if lang == "zh" else 6),
        style("quote", quote, quote * 1.6, firstLineIndent=2 * quote if lang == "zh" else 0, spaceAfter=2 if lang == "zh" else 5),
        style("note", sizes["note"], sizes["note"] * 1.5, spaceAfter=3),
        style("label", sizes["note"], sizes["note"] * 1.5, textColor=RED, spaceAfter=4),
        style("caption", sizes["caption"], sizes["caption"] * 1.4, alignment=TA_CENTER, spaceBefore=10, spaceAfter=3),
        style("unit", sizes["note"] - 1, sizes["note"] * 1.3, alignment=TA_RIGHT, spaceAfter=2),
        style("head", cell, cell * 1.3, alignment=TA_CENTER),
        style("cell", cell, cell * 1.3, alignment=TA_LEFT),
        style("figure", cell, cell * 1.3, alignment=TA_RIGHT),
    ]
    for level in (1, 2, 3):
        size = sizes["heading"] if lang == "zh" else sizes["heading"] - 1.5 * (level - 1)
        listed.append(
            style(
                f"heading{level}",
                size,
                leading if lang == "zh" else size * 1.4,
                spaceBefore=8 if lang == "zh" else 12,
                spaceAfter=2 if lang == "zh" else 4,
                firstLineIndent=2 * body if lang == "zh" else 0,
            )
        )
    return Styles({one.name: one for one in listed}, lang)


def _line(text: str, style: ParagraphStyle) -> Line:
    """A paragraph of text: markup in it is text, and what the font lacks is drawn as a mark that the notes explain."""
    return Line(escape(drawable(" ".join(text.split()))), style)


def _story(document: Document, styles: Styles) -> list[Flowable]:
    """Everything in its order; the annex on pages turned sideways."""
    by_name = styles.by_name
    story: list[Flowable] = [
        _line(document.title, by_name["title"]),
        *(_line(text, by_name["line"]) for text in document.lines),
        Spacer(1, 10),
    ]
    turned = False
    for k, block in enumerate(document.blocks):
        following = document.blocks[k + 1] if k + 1 < len(document.blocks) else None
        sideways = _is_annex(block) or (isinstance(block, Heading) and _is_annex(following))
        if sideways != turned:
            story += [NextPageTemplate("sideways" if sideways else "upright"), PageBreak()]
            turned = sideways
        width = landscape(A4)[0] - 2 * SIDEWAYS_MARGIN if turned else WIDTH
        story += _room_for(block, following) + _flowables(block, styles, width)
    return story


def _room_for(block: Block, following: Block | None) -> list[Flowable]:
    """A new page where a heading would stand alone at the foot of one: above a map, room for all of it."""
    if not isinstance(block, Heading):
        return []
    return [CondPageBreak(ROOM[block.level] + (following.drawing.height if isinstance(following, Figure) else 0))]


def _is_annex(block: Block | None) -> bool:
    """Whether a block is a table of the annex."""
    return isinstance(block, Table) and block.annex


def _flowables(block: Block, styles: Styles, width: float) -> list[Flowable]:
    """One block."""
    by_name = styles.by_name
    if isinstance(block, Heading):
        line = _line(f"{block.number}{'' if styles.lang == 'zh' else ' '}{block.text}", by_name[f"heading{block.level}"])
        line.planner_level = block.level
        return [line]
    if isinstance(block, Paragraph):
        return [_line(block.text, by_name[block.kind])]
    if isinstance(block, Figure):
        return _figure(block, styles, width)
    return _table(block, styles, width)


def _figure(figure: Figure, styles: Styles, width: float) -> list[Flowable]:
    """A map over its caption, on one page."""
    drawing = figure.drawing
    if drawing.width > width:
        share = width / drawing.width
        drawing.scale(share, share)
        drawing.width, drawing.height = drawing.width * share, drawing.height * share
    return [KeepTogether([Spacer(1, 6), drawing, _line(f"{figure.number}　{figure.caption}", styles.by_name["caption"])])]


def _table(table: Table, styles: Styles, width: float) -> list[Flowable]:
    """A table under its caption; it runs on over pages with its head repeated."""
    by_name, lang = styles.by_name, styles.lang
    heads = [_line(column.head, by_name["head"]) for column in table.columns]
    rows = [
        [_line(cell, by_name["figure" if column.right else "cell"]) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    drawn = LongTable(
        [heads, *rows],
        colWidths=column_widths(table, width, SIZES[lang]["cell"], TABLE_COLUMN_PAD),
        repeatRows=1,
        splitInRow=int(any(len(cell) > LONG_CELL for row in table.rows for cell in row)),
    )
    look = [
        ("GRID", (0, 0), (-1, -1), 0.4, GRID),
        ("BACKGROUND", (0, 0), (-1, 0), HEAD),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), TABLE_COLUMN_PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), TABLE_COLUMN_PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if table.totals:
        look.append(("LINEABOVE", (0, -1), (-1, -1), 1, GRID))
    drawn.setStyle(TableStyle(look))
    head: list[Flowable] = [_line(f"{table.number}　{table.caption}", by_name["caption"])]
    if table.unit_line:
        head.append(_line(table.unit_line, by_name["unit"]))
    whole = [KeepTogether([*head, drawn])] if table.short else [CondPageBreak(ROOM_TABLE), *head, drawn]
    return [*whole, Spacer(1, 4), *(_line(note, by_name["note"]) for note in table.notes(lang)), Spacer(1, 6)]
