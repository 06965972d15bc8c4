"""A report as .docx, after the habits of GB/T 9704: fonts by name with a fallback, heading styles, tables that repeat their heads.

Fonts are named, not embedded: a program that lacks one takes the fallback of the font table, then its own. Equal documents, equal bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from planner.export.report_document import Block, Document, Figure, Heading, Paragraph, Table
from planner.export.report_widths import column_widths
from planner.i18n import t

FONTS = {
    "zh": {
        "title": "方正小标宋简体",
        "heading1": "黑体",
        "heading2": "楷体_GB2312",
        "heading3": "仿宋_GB2312",
        "body": "仿宋_GB2312",
        "table": "宋体",
        "latin": "Times New Roman",
    },
    "en": {
        "title": "Cambria",
        "heading1": "Calibri",
        "heading2": "Calibri",
        "heading3": "Calibri",
        "body": "Cambria",
        "table": "Calibri",
        "latin": "",
    },
}
"""Fonts by what they are for. The Chinese ones are those of GB/T 9704."""
FALLBACKS = {"方正小标宋简体": "宋体", "楷体_GB2312": "楷体", "仿宋_GB2312": "仿宋", "黑体": "SimHei", "宋体": "SimSun"}
"""Which font a program should take where it has not the one that is named."""
SIZES = {
    "zh": {"title": 22, "line": 14, "body": 16, "heading": 16, "note": 10.5, "cell": 9, "caption": 12, "number": 14},
    "en": {"title": 20, "line": 11, "body": 11, "heading": 14, "note": 9, "cell": 8.5, "caption": 10, "number": 10.5},
}
LINE_ZH = Pt(28.95)
"""22 lines on 225 mm."""
RED, GREY = RGBColor(0x9C, 0x2A, 0x26), RGBColor(0x5A, 0x63, 0x6B)
GRID, HEAD = "9AA5AE", "E7EDF2"
A4_WIDE, A4_HIGH = Mm(210), Mm(297)
MARGINS = {"top": Mm(37), "bottom": Mm(35), "left": Mm(28), "right": Mm(26)}
"""Of upright pages: 156 x 225 mm of text."""
SIDEWAYS = Mm(20)
PICTURE_DPI = 200
BOLDER = 1.1
"""How much wider bold heads are, and other programs' fonts may be, than the font that widths are measured in."""
CELL_PAD = 60
"""Twentieths of a point left free at either side of a cell."""


def report_docx(document: Document) -> bytes:
    """The report as the bytes of a .docx file."""
    paper = docx.Document()
    _settings(paper, document)
    _styles(paper, document.lang)
    _section(paper.sections[0], document, upright=True)
    paper.add_paragraph(document.title, style="Title")
    for line in document.lines:
        paper.add_paragraph(line, style="Report line")
    upright = True
    for k, block in enumerate(document.blocks):
        following = document.blocks[k + 1] if k + 1 < len(document.blocks) else None
        wanted = not (_is_annex(block) or (isinstance(block, Heading) and _is_annex(following)))
        if wanted != upright:
            upright = wanted
            _section(paper.add_section(WD_SECTION.NEW_PAGE), document, upright=upright)
        _add(paper, block, document.lang, upright=upright)
    stream = io.BytesIO()
    paper.save(stream)
    return _dated(stream.getvalue(), document.day)


def _is_annex(block: Block | None) -> bool:
    """Whether a block is a table of the annex."""
    return isinstance(block, Table) and block.annex


def _dated(data: bytes, day: dt.date) -> bytes:
    """The same file with the day of the report on every part of it, so that equal reports have equal bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


# ---- the whole -------------------------------------------------------------------------------------------------------
def _settings(paper: Any, document: Document) -> None:
    """Properties, pages that are numbered outside, and the font table with its fallbacks."""
    made = dt.datetime.combine(document.day, dt.time())
    properties = paper.core_properties
    properties.title, properties.author, properties.comments = document.title, "", ""
    properties.created = properties.modified = made
    properties.last_modified_by, properties.revision = "", 1
    properties.language = "zh-CN" if document.lang == "zh" else "en"
    paper.settings.odd_and_even_pages_header_footer = True
    for part in paper.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = _font_table(part.blob)


def _font_table(blob: bytes) -> bytes:
    """The font table with our fonts and what to take for them."""
    tree = parse_xml(blob)
    for name, other in FALLBACKS.items():
        tree.append(_element("w:font", _element("w:altName", val=other), _element("w:charset", val="86"), name=name))
    found: bytes = serialize_part_xml(tree)
    return found


def _styles(paper: Any, lang: str) -> None:
    """The styles that blocks are set in, on top of the built-in ones where programs know those: Title and headings."""
    sizes, fonts = SIZES[lang], FONTS[lang]
    defaults = paper.styles.element.find(".//" + qn("w:rPrDefault") + "/" + qn("w:rPr"))
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    defaults.append(_element("w:lang", val="zh-CN" if lang == "zh" else "en-US", eastAsia="zh-CN"))
    body_line = LINE_ZH if lang == "zh" else None
    indent = Pt(2 * sizes["body"]) if lang == "zh" else None

    def style(
        name: str,
        font: str,
        size: float,
        *,
        line: Any = None,
        first: Any = None,
        align: Any = None,
        before: float = 0,
        after: float = 0,
        bold: bool = False,
        colour: Any = None,
        keep: bool = False,
    ) -> None:
        """One style of paragraphs."""
        known = [one.name for one in paper.styles]
        made = paper.styles[name] if name in known else paper.styles.add_style(name, 1)
        made.font.size, made.font.bold, made.font.italic = Pt(size), bold, False
        made.font.color.rgb = colour or RGBColor(0, 0, 0)
        _fonts(made.element.get_or_add_rPr(), fonts[font], fonts["latin"] or fonts[font])
        shape = made.paragraph_format
        shape.space_before, shape.space_after, shape.first_line_indent, shape.alignment = Pt(before), Pt(after), first, align
        shape.keep_with_next = keep
        if line is not None:
            shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, line
        else:
            shape.line_spacing = 1.15 if lang == "en" else 1.3
        for border in made.element.get_or_add_pPr().findall(qn("w:pBdr")):
            made.element.pPr.remove(border)

    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    style("Normal", "body", sizes["body"], line=body_line)
    style("Title", "title", sizes["title"], align=centre, before=6, after=12, bold=lang == "en")
    style("Report line", "body", sizes["line"], align=centre)
    style("Report body", "body", sizes["body"], line=body_line, first=indent, after=0 if lang == "zh" else 6)
    quote_indent = Pt(2 * sizes["caption"]) if lang == "zh" else None
    style("Report quote", "body", sizes["caption"], first=quote_indent, after=2 if lang == "zh" else 5)
    style("Report note", "body", sizes["note"], after=3)
    style("Report label", "table", sizes["note"], after=4, colour=RED, bold=True)
    style("Report caption", "heading1", sizes["caption"], align=centre, before=8, after=3, keep=True)
    style("Report figure", "heading1", sizes["caption"], align=centre, before=3, after=8)
    style("Report unit", "table", sizes["note"] - 1, align=right, after=2, keep=True)
    style("Report cell", "table", sizes["cell"])
    style("Report foot", "table", 8, colour=GREY)
    for level in (1, 2, 3):
        size = sizes["heading"] - (0 if lang == "zh" else 1.5 * (level - 1))
        style(
            f"Heading {level}",
            f"heading{level}",
            size,
            line=body_line,
            first=indent,
            before=6 if lang == "zh" else 10,
            after=2 if lang == "zh" else 4,
            bold=lang == "en",
            keep=True,
        )


def _fonts(properties: Any, eastern: str, latin: str) -> None:
    """Names the fonts of a style: one for Chinese, one for all else."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is not None:
        properties.remove(fonts)
    fonts = OxmlElement("w:rFonts")
    for key, name in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", eastern)):
        fonts.set(qn(f"w:{key}"), name)
    properties.insert(0, fonts)


def _section(section: Any, document: Document, *, upright: bool) -> None:
    """Paper, margins, and what stands on every page: the label of invented data, the foot, the page's number outside."""
    section.orientation = WD_ORIENT.PORTRAIT if upright else WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (A4_WIDE, A4_HIGH) if upright else (A4_HIGH, A4_WIDE)
    for side, margin in MARGINS.items():
        setattr(section, f"{side}_margin", margin if upright else SIDEWAYS)
    section.header_distance, section.footer_distance = (Mm(24), Mm(22)) if upright else (Mm(10), Mm(9))
    pages = (
        (section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    )
    for header, footer, side in pages:
        header.is_linked_to_previous = footer.is_linked_to_previous = False
        label = header.paragraphs[0]
        label.style, label.alignment = "Report label", WD_ALIGN_PARAGRAPH.CENTER
        label.text = document.label
        number = footer.paragraphs[0]
        number.style, number.alignment = "Report foot", side
        before, after = t("report.page", document.lang, page="\n").split("\n")
        size = Pt(SIZES[document.lang]["number"])
        for run in (number.add_run(before), *_page_field(number), number.add_run(after)):
            run.font.size, run.font.color.rgb = size, RGBColor(0, 0, 0)
        footer.add_paragraph(document.foot, style="Report foot")


def _page_field(paragraph: Any) -> list[Any]:
    """The number of the page, worked out by the program that shows it: the one field that a report has, and all of it is ours."""
    runs = []
    for kind in ("begin", "instrText", "separate", "t", "end"):
        part = OxmlElement(f"w:{kind}" if kind in ("instrText", "t") else "w:fldChar")
        if kind in ("instrText", "t"):
            part.text = " PAGE " if kind == "instrText" else "1"
        else:
            part.set(qn("w:fldCharType"), kind)
        run = paragraph.add_run()
        run._r.append(part)
        runs.append(run)
    return runs


# ---- blocks ----------------------------------------------------------------------------------------------------------
def _add(paper: Any, block: Block, lang: str, *, upright: bool) -> None:
    """One block at the end of the paper."""
    if isinstance(block, Heading):
        paper.add_paragraph(f"{block.number}{'' if lang == 'zh' else ' '}{block.text}", style=f"Heading {block.level}")
    elif isinstance(block, Paragraph):
        paper.add_paragraph(block.text, style=f"Report {block.kind}")
    elif isinstance(block, Figure):
        _add_figure(paper, block)
    else:
        _add_table(paper, block, lang, upright=upright)


def _add_figure(paper: Any, figure: Figure) -> None:
    """A map as a picture, over its caption."""
    from planner.export.drawn_files import png_bytes

    picture = png_bytes(figure.drawing, figure.caption, dpi=PICTURE_DPI, margin_pt=0.0)
    holder = paper.add_paragraph(style="Report figure")
    holder.paragraph_format.keep_with_next = True
    shape = holder.add_run().add_picture(io.BytesIO(picture), width=Mm(156))
    shape._inline.docPr.set("descr", figure.caption)
    paper.add_paragraph(f"{figure.number}　{figure.caption}", style="Report figure")


def _add_table(paper: Any, table: Table, lang: str, *, upright: bool) -> None:
    """A table under its caption, with what its figures are counted in and what was left out."""
    paper.add_paragraph(f"{table.number}　{table.caption}", style="Report caption")
    if table.unit_line:
        paper.add_paragraph(table.unit_line, style="Report unit")
    width = Mm(156) if upright else A4_HIGH - 2 * SIDEWAYS
    widths = [round(size * 20) for size in column_widths(table, width / Pt(1), SIZES[lang]["cell"] * BOLDER, CELL_PAD / 20)]
    made = _element("w:tbl", _table_properties(sum(widths)), _element("w:tblGrid", *(_element("w:gridCol", w=size) for size in widths)))
    style = paper.styles["Report cell"].style_id
    heads = [
        _cell(column.head, size, style, align="center", fill=HEAD, keep=True) for column, size in zip(table.columns, widths, strict=True)
    ]
    made.append(_element("w:tr", _element("w:trPr", _element("w:cantSplit"), _element("w:tblHeader")), *heads))
    for k, row in enumerate(table.rows):
        bold = table.totals and k == len(table.rows) - 1
        cells = [
            _cell(cell, size, style, align="right" if column.right else "left", bold=bold, keep=table.short and k < len(table.rows) - 1)
            for cell, column, size in zip(row, table.columns, widths, strict=True)
        ]
        made.append(_element("w:tr", _element("w:trPr", _element("w:cantSplit")), *cells))
    paper.element.body.insert(len(paper.element.body) - 1, made)
    for note in table.notes(lang):
        paper.add_paragraph(note, style="Report note")


def _element(tag: str, *children: Any, **attributes: Any) -> Any:
    """An element of the document's XML with its attributes, which are all of the same family."""
    found = OxmlElement(tag)
    for key, value in attributes.items():
        found.set(qn(f"w:{key}"), str(value))
    for child in children:
        found.append(child)
    return found


def _table_properties(width: int) -> Any:
    """Fixed widths, thin lines, narrow margins. width : twentieths of a point."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    return _element(
        "w:tblPr",
        _element("w:tblW", w=width, type="dxa"),
        _element("w:jc", val="center"),
        _element("w:tblBorders", *(_element(f"w:{side}", val="single", sz=4, space=0, color=GRID) for side in sides)),
        _element("w:tblLayout", type="fixed"),
        _element("w:tblCellMar", *(_element(f"w:{side}", w=CELL_PAD, type="dxa") for side in ("left", "right"))),
    )


def _cell(text: str, width: int, style: str, *, align: str, bold: bool = False, fill: str = "", keep: bool = False) -> Any:
    """One cell of text; keep : on the page of the row below."""
    properties = _element("w:tcPr", _element("w:tcW", w=width, type="dxa"))
    if fill:
        properties.append(_element("w:shd", val="clear", color="auto", fill=fill))
    properties.append(_element("w:vAlign", val="center"))
    run = _element("w:r", *([_element("w:rPr", _element("w:b"))] if bold or fill else []))
    words = OxmlElement("w:t")
    words.text = " ".join(text.split())
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    kept = [_element("w:keepNext")] if keep else []
    shape = _element("w:pPr", _element("w:pStyle", val=style), *kept, _element("w:jc", val=align))
    return _element("w:tc", properties, _element("w:p", shape, run))
