"""MapData: everything that one painting of the map shows, for the page's component and for the exported file alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.export.curves import CurveFile, target_percent
from planner.export.geometry import MapGeometry
from planner.export.mapfile import MapFile
from planner.export.palette import Palette, change_palette, changes, class_string, gap_label, legend_rows
from planner.i18n import t

SHAPES = ("circle", "square", "diamond", "triangle", "hexagon", "pentagon")
STATUS_STYLES: Mapping[str, str] = {
    "operating": "filled", "completed": "filled", "planned": "hollow", "under_construction": "hollow",
    "suspended": "crossed", "closed": "crossed"}
"""How a facility's status is drawn; a blank status is drawn filled."""
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LABELS = ("zoom_in", "zoom_out", "fit", "legend_show", "legend_hide", "north", "adding", "keys", "share", "people", "no_people", "site",
          "capacity", "unnamed", "loading", "failed", "drag", "reach", "tiles", "compared", "before", "after", "change", "swipe", "points",
          "divider", "tried", "class_range", "class_single", "gap")
COMPARED = ("before", "after", "change", "swipe")
"""How two states can be shown: the one, the other, what changes, or both beside a divider."""


@dataclass(frozen=True, slots=True)
class MapFacility:
    """A facility's sign: degrees, kind (a key of MapData.kinds), status, name, and its capacity as it is to be read ("" if unknown)."""

    lon: float
    lat: float
    kind: str
    status: str = ""
    name: str = ""
    capacity: str = ""


@dataclass(frozen=True, slots=True)
class MapSite:
    """A proposed site: id, degrees, the number or letters in its sign ("" numbers them), and a name for the tooltip."""

    id: str
    lon: float
    lat: float
    label: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class MapSlider:
    """A control of the page that can be moved on the map: its limits, its value, and its name in the page's language."""

    least: int
    most: int
    value: int
    label: str


@dataclass(frozen=True, slots=True)
class MapData:
    """One painting of the map.

    geometry : the project's geometry file (made once, kept). level : the level painted. shares : one share (0..1) a unit in the file's
    order, None where there are no people. people : persons a unit, for the tooltip. selected : a unit's code. kinds : slug -> name of
    that kind of facility in the page's language. settings : what window.__planner.settings shows (page, lang, layer, travel, minutes,
    by, scenario, mode "pick" | "add"). title : the map's accessible name. source : the source line, ready to be read. words : other words
    than the map's own (a key of LABELS each). plain : units without classes: the legend tells of signs only.

    movable : the proposed sites can be dragged (MapEvents.moved). before : the shares of another state, to be compared with `shares`;
    shown : which of COMPARED the map opens with. curves : shares for other minutes, for `sliders` ("minutes", "target") that are moved on
    the map itself; a target is a whole per cent. reach : the border of what is within reach (`reach_file`), reach_label : what the legend
    calls it; reach_offered : the map has a button that asks for it (MapEvents.reach). closer : the first view is of the selected unit.
    """

    geometry: MapGeometry
    level: str
    shares: Sequence[float | None]
    palette: Palette
    lang: str
    title: str
    source: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    people: Sequence[float] | None = None
    selected: str | None = None
    sites: Sequence[MapSite] = ()
    facilities: Sequence[MapFacility] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    legend_title: str = ""
    note: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False
    movable: bool = False
    before: Sequence[float | None] | None = None
    shown: str = "after"
    curves: CurveFile | None = None
    sliders: Mapping[str, MapSlider] = field(default_factory=dict)
    reach: MapFile | None = None
    reach_label: str = ""
    reach_offered: bool = False
    closer: bool = False

    def __post_init__(self) -> None:
        count = len(self.geometry.codes[self.level])
        if any(len(values) != count for values in (self.shares, self.people, self.before) if values is not None):
            raise ValueError(f"{count} units of {self.level}, {len(self.shares)} shares")
        if self.shown not in COMPARED:
            raise ValueError(f"{self.shown} is none of {COMPARED}")
        if self.curves is not None and (self.curves.level != self.level or self.curves.ranks.shape[1] != count):
            raise ValueError(f"curves of {self.curves.level} for {self.level}")

    def wire(self) -> dict[str, Any]:
        """The painting as plain values for the browser; geometry goes its own way, facilities too where a file serves them."""
        lang, palette = self.lang, self.palette
        statuses = sorted({f.status for f in self.facilities})
        return {
            "level": self.level, "lang": lang, "selected": self.selected, "settings": dict(self.settings),
            "classes": class_string(palette, self.shares), "shares": packed(self.shares),
            "people": None if self.people is None else [None if math.isnan(count) else round(count) for count in self.people],
            "palette": palette.entries(),
            "legend": {"title": self.legend_title or t("map.legend_title", lang), "rows": [] if self.plain else legend_rows(palette, lang),
                       "gap": "" if self.plain else gap_label(palette, lang)},
            "compare": self._compared(), "scrub": self._scrubbed(), "movable": self.movable, "closer": self.closer,
            "reach_on": self.reach is not None, "reach_label": self.reach_label, "reach_offered": self.reach_offered,
            "kinds": {slug: {"shape": SHAPES[k % len(SHAPES)], "letter": name[:1].upper(), "label": name}
                      for k, (slug, name) in enumerate(self.kinds.items())},
            "statuses": {status: {"style": STATUS_STYLES.get(status, "filled"),
                                  "label": t(f"map.status.{status}", lang) if status in STATUS_STYLES else ""} for status in statuses},
            "facilities": [[round(f.lon, 6), round(f.lat, 6), f.kind, f.status, f.name, f.capacity] for f in self.facilities],
            "sites": [{"id": site.id, "lon": site.lon, "lat": site.lat, "label": site.label or str(k), "name": site.name}
                      for k, site in enumerate(self.sites, 1)],
            "labels": {"map": self.title, "note": self.note, **{name: t(f"map.{name}", lang) for name in LABELS}, **self.words},
            "source": self.source,
        }

    def _compared(self) -> dict[str, Any] | None:
        """The other state and the change from it; None where there is none."""
        if self.before is None:
            return None
        palette = change_palette()
        return {"shown": self.shown, "modes": list(COMPARED),
                "classes": class_string(self.palette, self.before), "shares": packed(self.before),
                "change": class_string(palette, changes(self.before, self.shares)), "still": class_string(palette, [0.0]),
                "palette": palette.entries(),
                "legend": {"title": t("map.change_title", self.lang), "rows": legend_rows(palette, self.lang),
                           "gap": gap_label(palette, self.lang)}}

    def _scrubbed(self) -> dict[str, Any] | None:
        """The sliders on the map; None where curves or a palette that breaks at whole per cents are wanting."""
        target = target_percent(self.palette)
        if self.curves is None or "minutes" not in self.sliders or target is None or self.plain:
            return None
        return {"fixed_target": target, **{
            name: {"least": slider.least, "most": slider.most, "value": slider.value, "label": slider.label,
                   "unit": t(f"map.slider_{name}", self.lang)} for name, slider in self.sliders.items()}}


def packed(shares: Sequence[float | None]) -> str:
    """Shares as they are read in a tooltip, in tenths of a per cent: two digits to base 64 a unit, ".." for no people."""
    tenths = (None if share is None or math.isnan(share) else min(max(round(share * 1000), 0), 4095) for share in shares)
    return "".join(".." if number is None else DIGITS[number // 64] + DIGITS[number % 64] for number in tenths)
