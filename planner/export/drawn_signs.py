"""Signs of drawn maps: facilities by kind and status, proposed sites, the north arrow, the scale bar. Lengths are points of paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyproj import Transformer
from reportlab.graphics.shapes import Circle, Group, Path, Polygon, Rect, Shape
from reportlab.lib.colors import Color

from planner.export.drawn_ground import View
from planner.export.drawn_shapes import CLOSE, LINE, MOVE, WHITE, colour, text
from planner.export.line_breaks import text_width
from planner.export.mapdata import STATUS_STYLES
from planner.i18n import t

INK = colour("#22303f")
OUT_OF_USE = colour("#6b6f76")
SITE = colour("#5b2a86")
HALO = colour("#ffffff", 0.95)
LETTER_FROM_PT = 3.0
"""Signs of this radius and more bear their kind's letter."""
SHIELD = ((-0.85, 0.9), (0.85, 0.9), (0.85, -0.1), (0.5, -0.7), (0.0, -1.1), (-0.5, -0.7), (-0.85, -0.1))
CROSS = ((-0.42, 1.05), (0.42, 1.05), (0.42, 0.42), (1.05, 0.42), (1.05, -0.42), (0.42, -0.42), (0.42, -1.05), (-0.42, -1.05),
         (-0.42, -0.42), (-1.05, -0.42), (-1.05, 0.42), (-0.42, 0.42))
SIDES = {"diamond": (4, 1.2, math.pi / 2), "triangle": (3, 1.25, math.pi / 2), "hexagon": (6, 1.08, 0.0),
         "pentagon": (5, 1.12, math.pi / 2)}
"""Shape -> number of corners, how far they reach, and where the first one is."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of facility on the map: the shape and the letter of its sign, and what the legend calls it."""

    shape: str
    letter: str
    label: str


def status_style(status: str) -> str:
    """How a status is drawn: filled, hollow or crossed, as on the live map."""
    return STATUS_STYLES.get(status, "filled")


def facility_sign(x: float, y: float, radius: float, kind: Kind, style: str) -> Group:
    """A facility: shape and letter say the kind; filled, hollow or crossed the status. A white halo lifts it off any class."""
    paint = OUT_OF_USE if style == "crossed" else INK
    drawn = Group(_shape(kind.shape, x, y, radius, fillColor=HALO, strokeColor=HALO, strokeWidth=max(0.9, radius * 0.45)),
                  _shape(kind.shape, x, y, radius, fillColor=paint if style == "filled" else WHITE, strokeColor=paint,
                         strokeWidth=0.4 if radius < LETTER_FROM_PT else 0.7))
    if radius >= LETTER_FROM_PT and kind.letter:
        size = radius * 1.2
        drawn.add(text(x, y - size * 0.37 - (radius * 0.2 if kind.shape == "triangle" else 0), kind.letter, size,
                       WHITE if style == "filled" else paint, anchor="middle"))
    if style == "crossed":
        drawn.add(_stroke(x - radius, y - radius, x + radius, y + radius, paint, 0.8))
    return drawn


def site_sign(x: float, y: float, radius: float, label: str) -> Group:
    """A proposed site: a disc of its own colour with its number."""
    size = radius * (1.0 if len(label) > 2 else 1.25)
    return Group(Circle(x, y, radius + 0.9, fillColor=WHITE, strokeColor=None), Circle(x, y, radius, fillColor=SITE, strokeColor=None),
                 text(x, y - size * 0.36, label, size, WHITE, anchor="middle"))


def _shape(name: str, x: float, y: float, radius: float, **style: Any) -> Shape:
    """The outline of a sign; an unknown shape is a circle."""
    if name == "square":
        return Rect(x - radius * 0.88, y - radius * 0.88, radius * 1.76, radius * 1.76, **style)
    if name in ("shield", "cross"):
        corners = SHIELD if name == "shield" else CROSS
        return Polygon([v for px, py in corners for v in (x + px * radius, y + py * radius)], **style)
    if name in SIDES:
        count, reach, turn = SIDES[name]
        angles = [turn + 2 * math.pi * k / count for k in range(count)]
        return Polygon([v for a in angles for v in (x + radius * reach * math.cos(a), y + radius * reach * math.sin(a))], **style)
    return Circle(x, y, radius, **style)


def _stroke(x1: float, y1: float, x2: float, y2: float, paint: Color, width: float) -> Path:
    """A straight line."""
    return Path([x1, y1, x2, y2], [MOVE, LINE], fillColor=None, strokeColor=paint, strokeWidth=width)


def line_sample(x: float, y: float, width: float, paint: Color, weight: float, dash: tuple[float, ...] = ()) -> Path:
    """A level line, as the legend shows a kind of line."""
    found = _stroke(x, y, x + width, y, paint, weight)
    if dash:
        found.strokeDashArray = list(dash)
    return found


@cache
def _to_degrees(crs: str) -> Transformer:
    """Metres of a system to degrees; it takes long to make."""
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def north_arrow(x: float, y: float, height: float, view: View, crs: str, lang: str) -> Group:
    """An arrow to true north at the middle of the view, with its letter. x, y : its foot."""
    west, south, east, north = view.bounds
    middle, turn = ((west + east) / 2, (south + north) / 2), _to_degrees(crs)
    lon, lat = turn.transform(*middle)
    up = turn.transform(lon, min(lat + 0.01, 89.9), direction="INVERSE")
    angle = math.atan2(up[0] - middle[0], up[1] - middle[1])
    half, sine, cosine = height * 0.24, math.sin(angle), math.cos(angle)

    def turned(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * cosine + dy * sine, y - dx * sine + dy * cosine

    tip, left, right, notch = turned(0, height), turned(-half, 0), turned(half, 0), turned(0, height * 0.22)
    plain, dark = (*tip, *right, *notch), (*tip, *left, *notch)
    letter = t("map.north", lang)
    arrow = Group(Path(list(plain), [MOVE, LINE, LINE, CLOSE], fillColor=WHITE, strokeColor=INK, strokeWidth=0.5),
                  Path(list(dark), [MOVE, LINE, LINE, CLOSE], fillColor=INK, strokeColor=INK, strokeWidth=0.5))
    arrow.add(text(tip[0], tip[1] + 2, letter, height * 0.36, INK, anchor="middle"))
    return arrow


def nice_length(most_m: float) -> float:
    """The longest length of 1, 2 or 5 times a power of ten metres that is no longer than `most_m`."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most_m * (1 + 1e-9))


def scale_bar(x: float, y: float, most_pt: float, view: View, lang: str) -> Group:
    """A bar of a round number of metres in two halves, with its figures. x, y : its lower left corner."""
    metres = nice_length(most_pt * view.metres_per_pt)
    width, height = metres / view.metres_per_pt, 3.0
    unit, shown = ("km", metres / 1000) if metres >= 1000 else ("m", metres)
    label = t(f"drawn.scale.{unit}", lang, value=f"{shown:g}")
    half = t(f"drawn.scale.{unit}", lang, value=f"{shown / 2:g}")
    back = Rect(x - 5, y - 4, width + text_width(label, 6.5) / 2 + 10, height + 15, fillColor=colour("#ffffff", 0.85), strokeColor=None)
    drawn = Group(back, Rect(x, y, width / 2, height, fillColor=INK, strokeColor=INK, strokeWidth=0.5),
                  Rect(x + width / 2, y, width / 2, height, fillColor=WHITE, strokeColor=INK, strokeWidth=0.5))
    for place, words in ((x, "0"), (x + width / 2, half if width > 60 else ""), (x + width, label)):
        drawn.add(text(place, y + height + 2.5, words, 6.5, INK, anchor="middle"))
    return drawn
