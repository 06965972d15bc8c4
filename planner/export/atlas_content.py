"""What each page of an atlas tells: one street or town with its coverage, every target, facilities, blind spots, gaps and projects.

The figures are those of the evaluation, the gap list and the coverage that the workbook and the report have; nothing is computed anew here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from planner.export.drawn_ground import Ground, map_ground, units_above
from planner.inputs.layers import TOTAL
from planner.measure.blind_spots import BlindSpot, SpotUnit, blind_spots
from planner.measure.city import City
from planner.measure.coverage import Coverage, UnitCoverage, coverage
from planner.measure.small_counts import published
from planner.plan.blind_spots import as_question, with_shapes
from planner.plan.gaplist import CapitalProject, Gap, TargetSpots
from planner.plan.layer_defaults import check_measurable, default_of, first_layer, first_level
from planner.plan.report import ReportFacts
from planner.targets.evaluation import TargetResult, Threshold, UnitResult


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target as it stands for a unit. unit : the unit's own result, or that of the unit it is part of, or None; inside : how many
    units (or facilities) within it pass, and how many are asked; asked : what is asked of each of them, where it is the same; of : where
    the figure belongs: "unit", "inside", "facilities", "above" or "whole"; state : of that."""

    result: TargetResult
    of: str
    state: str
    unit: UnitResult | None = None
    inside: tuple[int, int] = (0, 0)
    asked: Threshold = None


@dataclass(frozen=True, slots=True)
class LayerLine:
    """The facilities of a layer that lie in a unit: how many count on the day, how many do not, and their names, those that count first."""

    layer: str
    in_use: int
    others: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitSheet:
    """Everything that one unit's page tells. number : from 1. upper : the unit that it is part of, "" where there is none."""

    number: int
    code: str
    name: str
    upper: str
    coverage: UnitCoverage
    targets: tuple[TargetLine, ...]
    facilities: tuple[LayerLine, ...]
    spots: tuple[tuple[BlindSpot, SpotUnit], ...]
    gaps: tuple[Gap, ...]
    projects: tuple[CapitalProject, ...]


@dataclass(frozen=True, slots=True)
class Atlas:
    """An atlas: its sheets in code order, and what their maps are drawn from.

    level : of the sheets. coarse, fine : coverage of the map's layer by units of that level and of the level painted. target : the share
    asked for, 0..1. question : blind spots of the map's layer with their shapes.
    """

    facts: ReportFacts
    level: str
    coarse: Coverage
    fine: Coverage
    target: float
    sheets: tuple[UnitSheet, ...]
    question: TargetSpots
    ground: Ground = field(repr=False, compare=False)

    @property
    def city(self) -> City:
        """The city."""
        return self.facts.city


def atlas_of(facts: ReportFacts, *, layer: str | None = None, travel: str | None = None, minutes: float | None = None,
             level: str | None = None, group: str = TOTAL) -> Atlas:
    """The atlas of a project.

    layer, travel, minutes : what the maps show; where not given, what the pages open with. level : of the sheets, else that of streets and
    towns where there is one. Raises InputError for names that the project does not have.
    """
    city, day = facts.city, facts.evaluation.date
    check_measurable(city)
    slug = layer or first_layer(city, facts.packs)
    city.layer(slug)
    start = default_of(city, facts.packs, slug)
    of_sheets = level or first_level(city)
    city.boundaries.frame(of_sheets)
    way, radius = travel or start.travel, float(start.minutes) if minutes is None else minutes
    ground = map_ground(city)
    order = list(ground.levels)
    painted = next(iter(order[order.index(of_sheets) + 1:]), of_sheets)
    coarse, fine = (published(city, coverage(city, slug, way, minutes=radius, by=by, group=group, as_of=day))
                    for by in (of_sheets, painted))
    question = with_shapes(as_question(blind_spots(city, slug, way, minutes=radius, group=group, as_of=day), city.travel(way).mode), city)
    parts = _Parts(facts, ground, of_sheets)
    units, by_code = ground.levels[of_sheets], {unit.code: unit for unit in coarse.units}
    above = order[:order.index(of_sheets)]
    upper = units_above(ground, of_sheets, above[-1]) if above else ("",) * len(units.codes)
    names = dict(zip(ground.levels[above[-1]].codes, ground.levels[above[-1]].names, strict=True)) if above else {}
    sheets = tuple(
        UnitSheet(k + 1, code, units.names[k], names.get(upper[k], ""), by_code[code], parts.targets(code), parts.facilities(code),
                  _spots(question, of_sheets, code), tuple(parts.gaps.get(code, ())), tuple(parts.projects.get(code, ())))
        for k, code in enumerate(units.codes))
    return Atlas(facts, of_sheets, coarse, fine, start.target / 100, sheets, question, ground)


def _spots(question: TargetSpots, level: str, code: str) -> tuple[tuple[BlindSpot, SpotUnit], ...]:
    """The blind spots that lie in a unit, with the part of them that does, the most people first."""
    found = [(spot, unit) for spot in question.spots for unit in spot.units.get(level, ()) if unit.code == code]
    return tuple(sorted(found, key=lambda pair: (-(pair[1].people or 0.0), pair[0].id)))


class _Parts:
    """Evaluation, ledgers, gaps and projects sorted by the units of the sheets, once for all of them."""

    def __init__(self, facts: ReportFacts, ground: Ground, level: str) -> None:
        self.city, self.level = facts.city, level
        order = list(ground.levels)
        self.finer = order[order.index(level):]
        self.homes = {by: dict(zip(ground.levels[by].codes, units_above(ground, by, level), strict=True)) for by in self.finer}
        self.uppers = {by: dict(zip(ground.levels[level].codes, units_above(ground, level, by), strict=True))
                       for by in order[:order.index(level)]}
        self.ledgers = {slug: _Ledger(self.city, slug, level, facts.evaluation.date) for slug in self.city.facilities}
        self.lines: list[tuple[TargetResult, dict[str, UnitResult], dict[str, list[UnitResult]], dict[tuple[str, str], UnitResult], str]]
        self.lines = [self._sorted(result) for result in facts.evaluation.targets]
        units = ground.levels[level]
        self.gaps = self._by_home([gap for gap in facts.gap_list.gaps if not gap.whole], units)
        self.projects = self._by_home([one for one in facts.gap_list.projects if not one.whole], units)

    def _sorted(self, result: TargetResult) -> Any:
        """A target's units: those of the sheets, those inside them, those above them; and what the ones inside are."""
        own: dict[str, UnitResult] = {}
        inside: dict[str, list[UnitResult]] = {}
        above: dict[tuple[str, str], UnitResult] = {}
        facilities = [unit for unit in result.units if unit.level == "facility"]
        where = self._ledger_of(result) if facilities else {}
        for unit in result.units:
            if unit.level == self.level:
                own[unit.code] = unit
            elif unit.level in self.homes:
                inside.setdefault(self.homes[unit.level].get(unit.code, ""), []).append(unit)
            elif unit.level == "facility":
                inside.setdefault(where.get(unit.code, ""), []).append(unit)
            else:
                above[unit.level, unit.code] = unit
        return result, own, inside, above, "facilities" if facilities else "inside"

    def _ledger_of(self, result: TargetResult) -> dict[str, str]:
        """Where the facilities that a target asks of one by one lie."""
        check = result.check
        found: dict[str, str] = {}
        for slug in (*(check.layers if check is not None else ()), result.target.layer):
            if slug in self.ledgers:
                found = self.ledgers[slug].home | found
        return found

    def targets(self, code: str) -> tuple[TargetLine, ...]:
        """Every target as it stands for a unit."""
        return tuple(self._line(code, *line) for line in self.lines)

    def _line(self, code: str, result: TargetResult, own: Mapping[str, UnitResult], inside: Mapping[str, Sequence[UnitResult]],
              above: Mapping[tuple[str, str], UnitResult], kind: str) -> TargetLine:
        """One target: the unit's own result, else of what is inside it, else of the unit that it is part of, else of the whole."""
        if code in own:
            return TargetLine(result, "unit", own[code].state or "part", own[code])
        if inside.get(code):
            asked = [unit for unit in inside[code] if unit.state in ("met", "not_met")]
            met = sum(unit.state == "met" for unit in asked)
            state = (inside[code][0].state or "part") if not asked else "met" if met == len(asked) else "not_met"
            thresholds = {unit.threshold for unit in inside[code]}
            return TargetLine(result, kind, state, inside=(met, len(asked)), asked=thresholds.pop() if len(thresholds) == 1 else None)
        for level in reversed(self.uppers):
            unit = above.get((level, self.uppers[level].get(code, "")))
            if unit is not None and len(self.uppers) > 1 and level != next(iter(self.uppers)):
                return TargetLine(result, "above", unit.state or "part", unit)
        if own or inside:  # asked of such units, but not of this one
            return TargetLine(result, "unit", "not_applicable")
        return TargetLine(result, "whole", result.state)

    def facilities(self, code: str) -> tuple[LayerLine, ...]:
        """The facilities in a unit, layer by layer in the order of the project."""
        return tuple(line for slug, ledger in self.ledgers.items() if (line := ledger.line(slug, code)) is not None)

    def _by_home(self, things: Sequence[Any], units: Any) -> dict[str, list[Any]]:
        """Gaps or projects by the unit of the sheets that they lie in; those of single facilities by their place."""
        found: dict[str, list[Any]] = {}
        loose = []
        for thing in things:
            home = self.homes.get(thing.level, {}).get(thing.unit_code, "")
            if home:
                found.setdefault(home, []).append(thing)
            elif thing.level not in self.uppers and np.isfinite(thing.x) and np.isfinite(thing.y):
                loose.append(thing)
        if loose:
            point, area = units.tree.query(shapely.points([[one.x, one.y] for one in loose]), predicate="intersects")
            for k, place in dict(zip(point.tolist(), area.tolist(), strict=True)).items():
                found.setdefault(units.codes[place], []).append(loose[k])
        return found


class _Ledger:
    """The facilities of one layer by the unit that they lie in."""

    def __init__(self, city: City, slug: str, level: str, day: dt.date) -> None:
        frame = city.layer(slug).frame
        units = frame[f"in_{level}"].to_numpy(object) if f"in_{level}" in frame else np.full(len(frame), "", object)
        ids, names = frame["id"].to_numpy(object), frame["name"].to_numpy(object)
        counts = np.asarray(city.counting(slug, day).counts, dtype=bool)
        self.home = {str(ident): str(code) for ident, code in zip(ids, units, strict=True)}
        self._rows: dict[str, list[tuple[bool, str]]] = {}
        for code, name, ident, counted in zip(units, names, ids, counts, strict=True):
            self._rows.setdefault(str(code), []).append((bool(counted), str(name) or str(ident)))

    def line(self, slug: str, code: str) -> LayerLine | None:
        """The layer's line of a unit; None where nothing of it lies there."""
        rows = self._rows.get(code)
        if not rows:
            return None
        ordered = sorted(rows, key=lambda row: not row[0])
        in_use = sum(row[0] for row in rows)
        return LayerLine(slug, in_use, len(rows) - in_use, tuple(name for _, name in ordered))
