"""A report as one HTML file: everything inside, nothing run, nothing fetched, every name escaped."""

from __future__ import annotations

import html
from importlib.resources import files

from planner import __version__
from planner.export.report_document import Block, Document, Figure, Heading, Paragraph, Table
from planner.i18n import t

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
TAGS = {1: "h2", 2: "h3", 3: "h4"}


def report_html(document: Document) -> str:
    """The page as text. It opens from disk with no network and prints on A4; wide tables can be scrolled on a small screen."""
    style = files("planner").joinpath("export", "report.css").read_text(encoding="utf-8")
    label = f'<p class="label">{_text(document.label)}</p>' if document.label else ""
    lines = "".join(f"<p>{_text(line)}</p>" for line in document.lines)
    made = _text(t("map.made", document.lang, date=document.day.isoformat(), version=__version__))
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if document.lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{_text(document.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{label}\n"
        f'<header><h1>{_text(document.title)}</h1><div class="lines">{lines}</div></header>\n<main>\n{_body(document)}</main>\n'
        f"<footer><p>{_text(document.foot)}</p><p>{made}</p></footer>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    """Text of data: nothing in it is markup; lines stay lines."""
    return html.escape(text).replace("\n", "<br>")


def _body(document: Document) -> str:
    """The blocks; where data are invented, every section says so once more."""
    parts = []
    for block in document.blocks:
        parts.append(_block(block, document.lang))
        if isinstance(block, Heading) and block.level == 1 and document.label:
            parts.append(f'<p class="label small">{_text(document.label)}</p>')
    return "\n".join(parts) + "\n"


def _block(block: Block, lang: str) -> str:
    """One block."""
    if isinstance(block, Heading):
        tag, gap = TAGS[block.level], "" if lang == "zh" else " "
        return f"<{tag}>{block.number}{gap}{_text(block.text)}</{tag}>"
    if isinstance(block, Paragraph):
        return f'<p class="{block.kind}">{_text(block.text)}</p>'
    if isinstance(block, Figure):
        return _figure(block)
    return _table(block, lang)


def _table(table: Table, lang: str) -> str:
    """A table with its caption, what its figures are counted in, and what was left out."""
    heads = "".join(f'<th scope="col"{_aligned(column.right)}>{_text(column.head)}</th>' for column in table.columns)
    rows = []
    for k, row in enumerate(table.rows):
        total = ' class="total"' if table.totals and k == len(table.rows) - 1 else ""
        cells = "".join(f"<td{_aligned(column.right)}>{_text(cell)}</td>" for cell, column in zip(row, table.columns, strict=True))
        rows.append(f"<tr{total}>{cells}</tr>")
    unit = f'<p class="unit">{_text(table.unit_line)}</p>' if table.unit_line else ""
    return (
        f'<section class="table"><p class="caption">{table.number} {_text(table.caption)}</p>{unit}<div class="wide" tabindex="0" '
        f'role="group" aria-label="{html.escape(table.caption)}"><table><thead><tr>{heads}</tr></thead><tbody>\n'
        + "\n".join(rows)
        + "</tbody></table></div>"
        + "".join(f'<p class="note">{_text(note)}</p>' for note in table.notes(lang))
        + "</section>"
    )


def _aligned(right: bool) -> str:
    """Figures stand to the right."""
    return ' class="right"' if right else ""


def _figure(figure: Figure) -> str:
    """A map as SVG."""
    from planner.export.drawn_svg import svg_text

    return (
        f'<figure>{svg_text(figure.drawing, figure.caption)}<figcaption class="caption">{figure.number} {_text(figure.caption)}'
        "</figcaption></figure>"
    )
