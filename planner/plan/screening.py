"""选址筛选: which candidates may be chosen for a layer at all. Hard failures leave with every reason named; what cannot be told is said.

Rules stand in `[screening]` and `[exclusion.*]` of planner.toml (planner.plan.siting_sections). A blank cell fails no rule - nobody has
said that the premises are too small - but the candidate then carries the rule's name under `unknown`, to be looked into before a decision.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.exclusions import areas_only, closing, within
from planner.inputs.layers import BoolArray, FloatArray, TextArray
from planner.inputs.specs import LEVELS
from planner.measure.attaching import counting_facilities
from planner.measure.coverage import crow_metres
from planner.plan.siting_sections import SitingRules
from planner.siting.candidates import Candidates, unit_of

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.units import TravelProfile

NEW_ACTIONS = ("", "add", "new", "convert", "新建", "新增", "改造", "改建")
"""Actions of a ledger of candidates that make a new site; others (expand, share) are about facilities that exist."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate leaves, or what is not known of it: `site.reason.<code>` of the locale files, filled with `params`."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Screened:
    """What became of each candidate. passes : (J,); reasons : why those that do not leave, all of them; unknown : rules whose column is
    blank."""

    candidates: Candidates
    passes: BoolArray
    reasons: tuple[tuple[Reason, ...], ...]
    unknown: tuple[tuple[Reason, ...], ...]

    def counts(self) -> dict[str, int]:
        """Reason -> candidates that it put out; one with two reasons counts under both."""
        return dict(sorted(Counter(reason.code for reasons in self.reasons for reason in {r.code: r for r in reasons}.values()).items()))


class _Sheet:
    """Verdicts while they are gathered."""

    def __init__(self, count: int) -> None:
        self.reasons: list[list[Reason]] = [[] for _ in range(count)]
        self.unknown: list[list[Reason]] = [[] for _ in range(count)]

    def out(self, where: BoolArray, code: str, **params: object) -> None:
        """Candidates that a rule puts out, all with the same words."""
        for j in np.flatnonzero(where).tolist():
            self.reasons[j].append(Reason(code, params))

    def each(self, where: BoolArray, code: str, key: str, values: TextArray | FloatArray, **params: object) -> None:
        """Candidates that a rule puts out, each with its own value."""
        for j in np.flatnonzero(where).tolist():
            value = values[j]
            shown = f"{value:,.0f}" if isinstance(value, float | np.floating) else str(value)
            self.reasons[j].append(Reason(code, {key: shown, **params}))

    def ask(self, where: BoolArray, code: str) -> None:
        """Candidates of which a rule's column says nothing."""
        for j in np.flatnonzero(where).tolist():
            self.unknown[j].append(Reason(code))


def screen(city: City, found: Candidates, layer: str, rules: SitingRules, travel: TravelProfile, *, as_of: dt.date) -> Screened:
    """Every rule on every candidate of a layer."""
    sheet = _Sheet(len(found))
    if found.columns:
        _by_words(sheet, found, layer, rules)
        _by_size(sheet, city, found, rules)
        _by_day(sheet, found, rules)
    _by_place(sheet, city, found, layer)
    _by_distance(sheet, city, found, rules, travel, as_of)
    passes = np.array([not reasons for reasons in sheet.reasons], dtype=bool)
    return Screened(found, passes, tuple(map(tuple, sheet.reasons)), tuple(map(tuple, sheet.unknown)))


def _stripped(found: Candidates, column: str) -> TextArray:
    """A text column without blanks at the ends."""
    return np.array([str(value).strip() for value in found.text(column)], dtype=object)


def _by_words(sheet: _Sheet, found: Candidates, layer: str, rules: SitingRules) -> None:
    """Layer, action, land use, tenure, kind and plot code."""
    meant, act, plot = _stripped(found, "layer"), _stripped(found, "do"), _stripped(found, "plot")
    sheet.each((meant != "") & (meant != layer), "other_layer", "value", meant)
    sheet.each(np.array([word.lower() not in NEW_ACTIONS for word in act], dtype=bool), "not_new", "value", act)
    for column, asked in (("land_use", rules.land_use), ("tenure", rules.tenure), ("kind", rules.kind)):
        if asked:
            word = _stripped(found, column)
            if column == "tenure" and "tenure" not in found.columns:
                word = _stripped(found, "owner")
            passing = np.array([_is_one_of(one, asked) for one in word], dtype=bool)
            sheet.each((word != "") & ~passing, column, "value", word, asked=", ".join(asked))
            sheet.ask(word == "", column)
    if rules.plot_required:
        sheet.out(plot == "", "plot")


def _is_one_of(word: str, asked: tuple[str, ...]) -> bool:
    """Whether a word is one of those asked for; of a code in Latin letters and digits the beginning is enough (R2 holds R22)."""
    return any(word == one or (one.isascii() and one.isalnum() and word.upper().startswith(one.upper())) for one in asked)


def _by_size(sheet: _Sheet, city: City, found: Candidates, rules: SitingRules) -> None:
    """Floor area against the layer's norm, or against that of the zone the candidate lies in."""
    if rules.area_m2 is None and not rules.sizes:
        return
    area, zone = found.number("area_m2"), zones(city, found)
    least, most = (np.full(len(found), end) for end in (rules.area_m2 or (0.0, math.inf)))
    for name, ends in rules.sizes.items():
        least[zone == name], most[zone == name] = ends
    sheet.ask(np.isnan(area) & ((least > 0) | np.isfinite(most)), "area_m2")
    for j in np.flatnonzero((area < least) | (area > most)).tolist():
        params = {"value": f"{area[j]:,.0f}", "least": f"{least[j]:,.0f}", "most": "—" if math.isinf(most[j]) else f"{most[j]:,.0f}"}
        sheet.reasons[j].append(Reason("area_m2", params))


def zones(city: City, found: Candidates) -> TextArray:
    """(J,) the zone of each candidate: the ledger's `zone`, else the class of the finest unit that holds it and has one; "" for none."""
    zone = _stripped(found, "zone")
    for level in [level for level in reversed(LEVELS) if level in city.boundaries.levels]:
        classes = city.boundaries.frame(level)["class"].to_numpy(dtype=object)
        unit = unit_of(city, level, found.x, found.y)
        open_ = (zone == "") & (unit >= 0)
        zone[open_] = classes[unit[open_]]
    return zone


def _by_day(sheet: _Sheet, found: Candidates, rules: SitingRules) -> None:
    """The day from which the place can be had."""
    if rules.available_by:
        day = _stripped(found, "available")
        sheet.each((day != "") & (day > rules.available_by), "available", "value", day, by=rules.available_by)
        sheet.ask(day == "", "available")


def _by_place(sheet: _Sheet, city: City, found: Candidates, layer: str) -> None:
    """Outside the boundary, on water, in forbidden and hazard areas."""
    if found.columns:
        from planner.siting.candidates import within_boundary

        sheet.out(~within_boundary(city, found.x, found.y), "outside")
    if "water" in city.basemap:
        sheet.out(within(areas_only(city.basemap["water"]), found.x, found.y), "water")
    for exclusion in closing(city.exclusions, layer):
        inside = within(exclusion.shapes, found.x, found.y, buffer_m=exclusion.buffer_m)
        sheet.out(inside, exclusion.kind, name=exclusion.name, metres=f"{exclusion.buffer_m:g}")


def _by_distance(sheet: _Sheet, city: City, found: Candidates, rules: SitingRules, travel: TravelProfile, as_of: dt.date) -> None:
    """Least distances from facility layers and from people."""
    for other, metres in rules.away_from.items():
        away = crow_metres(found.x, found.y, counting_facilities(city, other, as_of))
        sheet.each(away < metres, "near_layer", "value", away, layer=other, metres=f"{metres:,.0f}")
    if rules.people_m is not None:
        away = metres_from_people(city, found.x, found.y, rules.people_path, travel)
        sheet.each(away < rules.people_m, "near_people", "value", away, metres=f"{rules.people_m:,.0f}", path=rules.people_path)


def metres_from_people(city: City, x: FloatArray, y: FloatArray, path: str, travel: TravelProfile) -> FloatArray:
    """(n,) metres from each place to the nearest demand point with people: straight, or by `network` along the travel's streets (legs
    included; inf where there is no way)."""
    someone = np.flatnonzero(city.demand.group("total") > 0)
    if not len(someone):
        return np.full(len(x), np.inf)
    if path == "network":
        from planner.measure.costs import nearest
        from planner.network.snap import attach

        network = city.streets.network(travel.mode)
        places, people = (attach(network, *at, max_snap_m=travel.max_snap_m)
                          for at in ((x, y), (city.demand.x[someone], city.demand.y[someone])))
        return nearest(network, places, people).cost_m
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([city.demand.x[someone], city.demand.y[someone]]))
    return np.asarray(tree.query(np.column_stack([x, y]))[0], dtype=np.float64)
