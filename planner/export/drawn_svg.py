"""A drawing as SVG: exact colours, full precision, text that stays text and finds a Chinese font wherever it is opened.

reportlab's own SVG writer rounds colours to whole per cents and the places of text to whole points, and names one font only.
"""

from __future__ import annotations

from html import escape
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Group, Path, Polygon, Rect, String
from reportlab.lib.colors import Color

from planner.export.drawn_shapes import CLOSE, LINE, MOVE
from planner.export.report_font import FONT

FAMILIES = f"'{FONT}','Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','SimHei',sans-serif"
"""Fonts in which the words are looked for, our own first."""
ANCHORS = {"start": "start", "middle": "middle", "end": "end"}
_STEPS = {MOVE: "M", LINE: "L"}


def svg_text(drawing: Drawing, title: str) -> str:
    """The drawing as an SVG document, one millimetre of paper a millimetre; `title` is its accessible name. Same drawing, same text."""
    width, height = float(drawing.width), float(drawing.height)
    parts: list[str] = []
    for shape in drawing.contents:
        _write(shape, height, parts)
    body = "\n".join(parts)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="{_number(width * 25.4 / 72)}mm" '
            f'height="{_number(height * 25.4 / 72)}mm" viewBox="0 0 {_number(width)} {_number(height)}" role="img">\n'
            f'<title>{_words(title)}</title>\n<g font-family="{escape(FAMILIES, quote=True)}">\n{body}\n</g>\n</svg>\n')


def _write(shape: Any, height: float, parts: list[str]) -> None:
    """One shape; a group is its members."""
    if isinstance(shape, Group):
        moved = shape.transform[4:] if tuple(shape.transform[:4]) == (1, 0, 0, 1) else None
        if moved is None:
            raise ValueError("groups are moved, never turned")
        parts += [f'<g transform="translate({_number(moved[0])} {_number(-moved[1])})">'] if any(moved) else []
        for member in shape.contents:
            _write(member, height, parts)
        parts += ["</g>"] if any(moved) else []
    elif isinstance(shape, Path):
        parts.append(f'<path d="{_path(shape, height)}"{_style(shape)}/>')
    elif isinstance(shape, Rect):
        parts.append(f'<rect x="{_number(shape.x)}" y="{_number(height - shape.y - shape.height)}" width="{_number(shape.width)}" '
                     f'height="{_number(shape.height)}"{_style(shape)}/>')
    elif isinstance(shape, Circle):
        parts.append(f'<circle cx="{_number(shape.cx)}" cy="{_number(height - shape.cy)}" r="{_number(shape.r)}"{_style(shape)}/>')
    elif isinstance(shape, Polygon):
        corners = " ".join(f"{_number(x)},{_number(height - y)}" for x, y in zip(shape.points[::2], shape.points[1::2], strict=True))
        parts.append(f'<polygon points="{corners}"{_style(shape)}/>')
    elif isinstance(shape, String):
        parts.append(f'<text x="{_number(shape.x)}" y="{_number(height - shape.y)}" font-size="{_number(shape.fontSize)}" '
                     f'text-anchor="{ANCHORS[shape.textAnchor]}"{_style(shape)}>{_words(shape.text)}</text>')
    else:
        raise TypeError(type(shape).__name__)


def _path(shape: Path, height: float) -> str:
    """The steps of a path."""
    found, at, points = [], 0, shape.points
    for step in shape.operators:
        if step == CLOSE:
            found.append("Z")
        else:
            found.append(f"{_STEPS[step]}{_number(points[at])} {_number(height - points[at + 1])}")
            at += 2
    return "".join(found)


def _style(shape: Any) -> str:
    """Fill and stroke as attributes."""
    found = _paint("fill", getattr(shape, "fillColor", None)) + _paint("stroke", getattr(shape, "strokeColor", None))
    if getattr(shape, "strokeColor", None) is not None:
        found += f' stroke-width="{_number(shape.strokeWidth)}"'
        if getattr(shape, "strokeLineJoin", None) == 1:
            found += ' stroke-linejoin="round"'
        if getattr(shape, "strokeDashArray", None):
            found += f' stroke-dasharray="{" ".join(_number(part) for part in shape.strokeDashArray)}"'
    return found


def _paint(name: str, paint: Color | None) -> str:
    """One colour."""
    if paint is None:
        return f' {name}="none"'
    red, green, blue = (round(part * 255) for part in (paint.red, paint.green, paint.blue))
    see_through = f' {name}-opacity="{paint.alpha:g}"' if paint.alpha < 1 else ""
    return f' {name}="#{red:02x}{green:02x}{blue:02x}"{see_through}'


def _words(text: str) -> str:
    """Words that XML can hold and that end no element."""
    return escape("".join(sign for sign in text if sign >= " " or sign in "\t\n"), quote=True)


def _number(value: float) -> str:
    """A length to a hundredth of a point."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
