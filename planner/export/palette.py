"""Classes of shares and their colours: one truth for every map, legend and table.

Five classes run from muted red (few people served) to pale blue (most are): what is missing stands out, the rest of the city stays calm,
wide rural units do not shout, and facility signs are read on top. Lightness rises strictly (L* 46, 59, 72, 83, 89), so a grey print keeps
the order; neighbouring classes, and every class beside "no people", differ by deltaE2000 of 10 or more for normal eyes and for protanopia
and deuteranopia (tested).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from planner.i18n import t

COLORS = ("#a65462", "#d07757", "#e4a555", "#eacb9e", "#cee1f2")
"""Colours of the five classes, lowest share first."""
NO_PEOPLE_COLOR = "#e4e2de"
EVEN_BREAKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
CHANGE_COLORS = ("#93384f", "#d98878", "#ece8de", "#9fc6e6", "#5791c6", "#235c98")
"""Colours of changes, the greatest loss first; the third is no change."""
CHANGE_NO_PEOPLE_COLOR = "#b9b5ab"
CHANGE_BREAKS = (-1.0, -0.1, -0.0005, 0.0005, 0.05, 0.2, 1.0)
"""Changes of a share: less than a twentieth of a per cent is none, as tables show tenths."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Classes of shares. Class k holds breaks[k] <= share < breaks[k + 1]; the last also holds its upper break.

    breaks : n + 1 rising shares from 0 to 1, or changes of them from -1 to 1. colors : n hex colours. target : the share asked for, one of
    the breaks, or None; what lies below it is hatched. change : whether the values are changes.
    """

    breaks: tuple[float, ...]
    colors: tuple[str, ...]
    null_color: str = NO_PEOPLE_COLOR
    target: float | None = None
    change: bool = False

    def __len__(self) -> int:
        return len(self.colors)

    def entries(self) -> list[dict[str, Any]]:
        """The classes as `[{class, from, to, color}, ..., {class: None, color}]`, as the map's state shows them."""
        ranked: list[dict[str, Any]] = [{"class": k, "from": self.breaks[k], "to": self.breaks[k + 1], "color": color}
                                        for k, color in enumerate(self.colors)]
        return [*ranked, {"class": None, "color": self.null_color}]


def share_palette(target: float | None = None) -> Palette:
    """Five classes that break at the target share: the even break nearest to it gives way (of two as near, the upper one).

    A target of 1 makes the last class exactly 1; a target that is no share between 0 and 1 leaves the even classes.
    """
    if target is None or not 0 < target <= 1:
        return Palette(EVEN_BREAKS, COLORS, target=None)
    if target == 1:
        return Palette((0.0, 0.25, 0.5, 0.75, 1.0, 1.0), COLORS, target=1.0)
    nearest = min(range(1, len(EVEN_BREAKS) - 1), key=lambda k: (round(abs(EVEN_BREAKS[k] - target), 9), -k))
    breaks = tuple(target if k == nearest else share for k, share in enumerate(EVEN_BREAKS))
    return Palette(breaks, COLORS, target=target)


def change_palette() -> Palette:
    """Classes of changes of a share: losses, which are hatched, none, and gains."""
    return Palette(CHANGE_BREAKS, CHANGE_COLORS, CHANGE_NO_PEOPLE_COLOR, target=CHANGE_BREAKS[2], change=True)


def changes(before: Iterable[float | None], after: Iterable[float | None]) -> list[float | None]:
    """After less before, unit by unit; None where either is not known."""
    def unknown(share: float | None) -> bool:
        return share is None or math.isnan(share)

    return [None if unknown(old) or unknown(new) else new - old for old, new in zip(before, after, strict=True)]  # type: ignore[operator]


def class_of(palette: Palette, share: float | None) -> int | None:
    """The class of one share; None where there are no people (None or NaN)."""
    if share is None or math.isnan(share):
        return None
    return max((k for k in range(len(palette)) if palette.breaks[k] <= share), default=0)


def class_string(palette: Palette, shares: Iterable[float | None]) -> str:
    """How each unit is painted, one character a unit in the units' order.

    "0" is class 0 and so on; "a" is class 0 below the target, which is hatched, and so on; "-" has no people.
    """
    return "".join(_mark(palette, share) for share in shares)


def _mark(palette: Palette, share: float | None) -> str:
    """One unit's character."""
    number = class_of(palette, share)
    if number is None or share is None:
        return "-"
    return chr(ord("a" if palette.target is not None and share < palette.target else "0") + number)


def _percent(share: float) -> str:
    """A share as a number of per cent without idle decimals."""
    return f"{round(share * 100, 1):g}"


def class_label(palette: Palette, number: int | None, lang: str) -> str:
    """The legend's words of one class."""
    if number is None:
        return t("map.no_people", lang)
    low, high = palette.breaks[number], palette.breaks[number + 1]
    if palette.change:
        return _change_label(low, high, lang)
    if low == high:
        return t("map.class_single", lang, share=_percent(low))
    return t("map.class_range", lang, low=_percent(low), high=_percent(high))


def _change_label(low: float, high: float, lang: str) -> str:
    """The legend's words of a class of changes."""
    if low < 0 < high:
        return t("map.change_none", lang)
    key, inner, outer = ("gain", low, high) if low > 0 else ("loss", -high, -low)
    if outer == 1:
        return t(f"map.change_{key}_most", lang, points=_percent(inner))
    return t(f"map.change_{key}", lang, low=_percent(inner if inner > 0.001 else 0.0), high=_percent(outer))


def legend_rows(palette: Palette, lang: str) -> list[dict[str, Any]]:
    """The legend's classes, highest first and "no people" last: `{class, color, label, gap}`; gap: the class lies below the target."""
    rows: list[dict[str, Any]] = []
    for entry in [*reversed(palette.entries()[:-1]), palette.entries()[-1]]:
        number = entry["class"]
        below = number is not None and palette.target is not None and palette.breaks[number] < palette.target
        rows.append({"class": number, "color": entry["color"], "label": class_label(palette, number, lang), "gap": below})
    return rows


def gap_label(palette: Palette, lang: str) -> str:
    """What hatching means, or "" where there is no target."""
    if palette.change:
        return t("map.gap_change", lang)
    return "" if palette.target is None else t("map.gap", lang, share=_percent(palette.target))
