"""The legend of a drawn map: what every colour, hatching, line and sign on it means. All lengths are points of paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from reportlab.graphics.shapes import Group, Rect, Shape

from planner.export.drawn_colours import ASIDE, ASIDE_NAME, BORDERS, GREEN, GREEN_EDGE, ON_DARK, ON_LIGHT, RAIL, SPOT, WATER_OVER
from planner.export.drawn_ground import Ground
from planner.export.drawn_shapes import INK_NAME, WHITE, brightness, colour, fitted, hatch, swatch, text, wrapped
from planner.export.drawn_sheet import MapSheet
from planner.export.drawn_signs import Kind, facility_sign, line_sample, site_sign, status_style
from planner.export.palette import gap_label, legend_rows
from planner.i18n import t
from planner.plan.wording import level_name

SAMPLE_PT = 15.0
"""Width that samples take."""
SIZES = (7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
"""Sizes of type tried until the legend fits its height."""

Sample = Callable[[float, float, float, float], Shape | Sequence[Shape]]
"""Draws a sample into a rectangle: left, lower edge, width, height."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the legend; sample None: a heading."""

    label: str
    sample: Sample | None = None


@dataclass(slots=True)
class Painted:
    """What was painted, for the legend: kinds of backdrop and of facilities, statuses, levels of borders, grey units."""

    backdrop: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    statuses: set[str] = field(default_factory=set)
    borders: tuple[str, ...] = ()
    aside: bool = False


def draw_legend(rows: Sequence[Row], left: float, bottom: float, width: float, height: float) -> Group:
    """The legend from the top of its rectangle, in the largest type in which it fits; what does not fit in the smallest is counted."""
    laid = [(row, wrapped(row.label, SIZES[-1], width - (SAMPLE_PT + 4 if row.sample else 0))) for row in rows]
    size = SIZES[-1]
    for size in SIZES:
        laid = [(row, wrapped(row.label, size, width - (SAMPLE_PT + 4 if row.sample else 0)) or ("",)) for row in rows]
        if sum(_height(row, words, size, first=k == 0) for k, (row, words) in enumerate(laid)) <= height:
            break
    drawn, top = Group(), bottom + height
    for number, (row, words) in enumerate(laid):
        tall = _height(row, words, size, first=number == 0)
        if top - tall < bottom - 1:
            drawn.add(text(left, max(bottom, top - size), f"… +{len(laid) - number}", size, INK_NAME))
            break
        _draw_row(drawn, row, words, size, left, top - (size * 0.6 if row.sample is None and number else 0), width)
        top -= tall
    return drawn


def _height(row: Row, words: Sequence[str], size: float, *, first: bool) -> float:
    """How tall a row is: headings but the first have air above them."""
    return len(words) * size * 1.2 + size * (0.35 if row.sample or first else 0.9)


def _draw_row(drawn: Group, row: Row, words: Sequence[str], size: float, left: float, top: float, width: float) -> None:
    """One row with its sample."""
    indent = SAMPLE_PT + 4 if row.sample else 0
    if row.sample:
        shapes = row.sample(left, top - size * 1.15, SAMPLE_PT, size * 1.05)
        for shape in shapes if isinstance(shapes, Sequence) else (shapes,):
            drawn.add(shape)
    for k, line in enumerate(words):
        drawn.add(text(left + indent, top - size - k * size * 1.2, fitted(line, size, width - indent), size, INK_NAME))


def legend_of(ground: Ground, sheet: MapSheet, done: Painted) -> list[Row]:
    """The rows of the legend: only what is on the map."""
    lang = sheet.lang
    rows = [Row(t("drawn.legend", lang))]
    if not sheet.plain:
        rows.append(Row(sheet.legend_title or t("map.legend_title", lang)))
        untold = t("drawn.no_people_or_hidden", lang)
        rows += [Row(untold if sheet.hidden and row["class"] is None else row["label"], _colour_sample(row["color"], gap=row["gap"]))
                 for row in legend_rows(sheet.palette, lang)]
        if gap_label(sheet.palette, lang):
            rows.append(Row(gap_label(sheet.palette, lang), _colour_sample("#ffffff", gap=True)))
    rows += [Row(t("drawn.aside", lang), lambda x, y, w, h: swatch(x, y, w, h, ASIDE, edge=ASIDE_NAME))] if done.aside else []
    rows += [Row(t("drawn.facilities", lang))] if done.kinds else []
    rows += [Row(kind.label, _sign_sample(kind, "filled")) for slug, kind in sheet.kinds.items() if slug in done.kinds]
    styles: dict[str, list[str]] = {}
    for status in sorted(done.statuses):
        if t_status := _status(status, lang):
            styles.setdefault(status_style(status), []).append(t_status)
    rows += [Row(t("gaps.list_comma", lang).join(words), _sign_sample(Kind("circle", "", ""), style)) for style, words in styles.items()]
    if sheet.sites:
        rows.append(Row(t("map.site", lang), lambda x, y, w, h: site_sign(x + w / 2, y + h / 2, h * 0.5, "1")))
    if sheet.spots:
        rows.append(Row(sheet.spots_label, lambda x, y, w, h: Rect(x, y, w, h, fillColor=None, strokeColor=SPOT, strokeWidth=1.0)))
    rows.append(Row(t("drawn.lines", lang)))
    rows += [Row(t("drawn.border", lang, level=level_name(level, lang, ground.labels)), _line(paint, weight))
             for level, (paint, weight) in zip(done.borders, BORDERS, strict=False)]
    samples = {"street": _line(colour("#3c424a", 0.5), 0.8), "rail": _rail, "water": _area(WATER_OVER), "green": _edge(GREEN_EDGE)}
    rows += [Row(t(f"drawn.backdrop.{kind}", lang), sample) for kind, sample in samples.items() if kind in done.backdrop]
    return rows if rows[-1].sample else rows[:-1]


def _status(status: str, lang: str) -> str:
    """The word for a status; "" where the ledger says none."""
    return t(f"map.status.{status}", lang) if status else ""


def _colour_sample(shade: str, *, gap: bool) -> Any:
    """A sample of a class."""
    def sample(x: float, y: float, w: float, h: float) -> list[Any]:
        box = np.array([shapely.box(x, y, x + w, y + h)], dtype=object)
        lined = hatch(box, ON_LIGHT if brightness(shade) > 0.5 else ON_DARK) if gap else None
        return [swatch(x, y, w, h, colour(shade), edge=colour("#9a9a9a")), *([lined] if lined is not None else [])]

    return sample


def _sign_sample(kind: Kind, style: str) -> Any:
    """A sample of a facility's sign."""
    return lambda x, y, w, h: facility_sign(x + w / 2, y + h / 2, max(h * 0.48, 3.1), kind, style)


def _line(paint: Any, weight: float) -> Any:
    """A sample of a line."""
    return lambda x, y, w, h: line_sample(x, y + h / 2, w, paint, weight)


def _rail(x: float, y: float, w: float, h: float) -> list[Any]:
    """A sample of a railway."""
    return [line_sample(x, y + h / 2, w, RAIL, 1.2), line_sample(x, y + h / 2, w, WHITE, 0.7, (4, 4))]


def _area(paint: Any) -> Any:
    """A sample of an area."""
    return lambda x, y, w, h: swatch(x, y, w, h, paint)


def _edge(paint: Any) -> Any:
    """A sample of an area's edge."""
    return lambda x, y, w, h: Rect(x, y, w, h, fillColor=GREEN, strokeColor=paint, strokeWidth=0.5)
