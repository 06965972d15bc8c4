"""Shapes of drawn maps: areas, lines, hatching and text as shapes of reportlab.graphics. All lengths are points of paper."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from reportlab.graphics.shapes import FILL_NON_ZERO, Group, Path, Rect, String
from reportlab.lib.colors import Color, HexColor

from planner.export.geometry import GeometryArray
from planner.export.line_breaks import broken, text_width
from planner.export.report_font import FONT, drawable

HATCH_PT = 4.6
"""From one line of the hatching to the next, along the edge of the paper."""
MOVE, LINE, CLOSE = 0, 1, 3
"""reportlab's numbers of the steps of a path."""
WHITE = HexColor("#ffffff")
INK_NAME = HexColor("#1d2530")
"""The colour of names and words."""


def colour(text: str, alpha: float = 1.0) -> Color:
    """A colour of six hex digits, see-through where alpha is below 1."""
    solid = HexColor(text)
    return Color(solid.red, solid.green, solid.blue, alpha)


def brightness(text: str) -> float:
    """How light a colour is, 0..1."""
    solid = HexColor(text)
    return float(0.2126 * solid.red + 0.7152 * solid.green + 0.0722 * solid.blue)


def fill(shapes: GeometryArray, paint: Color) -> Path | None:
    """Areas as one path without an edge; None where there is nothing to fill."""
    return _area_path(shapes, fillColor=paint, strokeColor=None)


def outline(shapes: GeometryArray, paint: Color, width: float) -> Path | None:
    """Areas as one path with an edge only."""
    return _area_path(shapes, fillColor=None, strokeColor=paint, strokeWidth=width, strokeLineJoin=1)


def _area_path(shapes: GeometryArray, **style: Any) -> Path | None:
    """Areas as one path: outer rings run one way round and inner ones the other, so that areas may overlap and holes stay holes."""
    parts = shapely.get_parts(shapely.orient_polygons(shapes)) if len(shapes) else shapes
    parts = parts[~shapely.is_empty(parts)] if len(parts) else parts
    return _path(shapely.get_rings(parts), closed=True, **style) if len(parts) else None


def lines(shapes: GeometryArray, paint: Color, width: float, *, dash: tuple[float, ...] = ()) -> Path | None:
    """Lines as one path; None where there are none."""
    style = {"strokeDashArray": list(dash)} if dash else {}
    if len(shapes) == 0:
        return None
    return _path(shapes, closed=False, fillColor=None, strokeColor=paint, strokeWidth=width, strokeLineJoin=1, **style)


def _path(curves: GeometryArray, *, closed: bool, **style: Any) -> Path:
    """Rings or lines as one path, to a hundredth of a point."""
    xy, which = shapely.get_coordinates(curves, return_index=True)
    steps = np.where(np.r_[True, which[1:] != which[:-1]], MOVE, LINE)
    if closed:
        keep = np.r_[which[1:] == which[:-1], False]
        xy, steps = xy[keep], np.insert(steps[keep], np.cumsum(np.bincount(which[keep])), CLOSE)
    return Path(np.round(xy, 2).ravel().tolist(), steps.tolist(), fillMode=FILL_NON_ZERO, **style)


def hatch(shapes: GeometryArray, paint: Color, *, width: float = 0.45) -> Path | None:
    """Slanting lines over areas, as lines: every program that reads the file draws them alike."""
    shapes = shapes[~shapely.is_empty(shapes)]
    if len(shapes) == 0:
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    offsets = np.arange(np.floor((west - north) / HATCH_PT), np.ceil((east - south) / HATCH_PT) + 1) * HATCH_PT
    # The line x - y = offset, from the lower to the upper edge of all areas.
    ends = np.stack([np.column_stack([offsets + south, np.full(len(offsets), south)]),
                     np.column_stack([offsets + north, np.full(len(offsets), north)])], axis=1)
    slanting = shapely.linestrings(ends)
    line, area = shapely.STRtree(shapes).query(slanting, predicate="intersects").astype(np.int64)
    parts = shapely.get_parts(shapely.get_parts(shapely.intersection(slanting[line], shapes[area])))
    found = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return lines(found, paint, width)


def text(x: float, y: float, words: str, size: float, paint: Color, *, anchor: str = "start") -> String:
    """One line of text; characters that the font lacks as its stand-in."""
    return String(x, y, drawable(words), fontName=FONT, fontSize=size, fillColor=paint, textAnchor=anchor)


def haloed(x: float, y: float, words: str, size: float, paint: Color, *, halo: float = 1.6) -> Group:
    """A line of text, centred, on a white halo that lifts it off what it stands on."""
    under = String(x, y, drawable(words), fontName=FONT, fontSize=size, fillColor=None, strokeColor=colour("#ffffff", 0.85),
                   strokeWidth=halo, strokeLineJoin=1, textAnchor="middle", textRenderMode=1)
    return Group(under, text(x, y, words, size, paint, anchor="middle"))


def swatch(x: float, y: float, width: float, height: float, paint: Color, *, edge: Color | None = None) -> Rect:
    """A filled rectangle."""
    return Rect(x, y, width, height, fillColor=paint, strokeColor=edge, strokeWidth=0.4)


@lru_cache(maxsize=65536)
def wrapped(words: str, size: float, width: float) -> tuple[str, ...]:
    """A text in lines no wider than `width`; the same titles come on every page of an atlas."""
    return tuple(line.rstrip() for line in broken(words, size, (width,)))


def fitted(words: str, size: float, width: float) -> str:
    """A text cut to a width, with dots where something was cut."""
    if text_width(words, size) <= width:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text_width(words[:middle] + "…", size) <= width else (low, middle - 1)
    return words[:low] + "…"
