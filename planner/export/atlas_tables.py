"""What stands beside the map on a page of an atlas, in words: figures, targets, facilities, blind spots, gaps and projects of a unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from planner.export.atlas_content import Atlas, LayerLine, TargetLine, UnitSheet
from planner.export.cells import figure
from planner.export.drawn_shapes import colour
from planner.export.fields import level_label, project_row
from planner.export.page_flow import Block, Grid, Heading, Note
from planner.export.report_tables import short_text, shortfall_text, state_text
from planner.export.targets_table import is_share, units_are_shares
from planner.i18n import pick, t
from planner.measure.blind_spots import BlindSpot, SpotUnit
from planner.plan.gaplist import Gap
from planner.plan.report_sentences import amount_text, threshold_text
from planner.plan.wording import layer_name
from planner.targets.evaluation import Threshold
from planner.targets.formula import shown

STATE_COLOURS = {"not_met": colour("#a3262a"), "met": colour("#1f6b3a"), "data_missing": colour("#8a6100"),
                 "threshold_undefined": colour("#8a6100")}
UNLISTED = ("data_missing", "threshold_undefined", "not_applicable", "recorded")
"""Targets in these states that have no figure either are named in a paragraph for each state."""


@dataclass(frozen=True, slots=True)
class Length:
    """Rows of a page at most; what is left out is counted and stands in the workbook. names : of facilities and places; with none the
    facilities are one paragraph."""

    gaps: int
    projects: int
    spots: int
    names: int


LENGTHS = (Length(30, 20, 10, 5), Length(14, 10, 6, 2), Length(6, 4, 4, 0))
"""Tried one after the other until the page of a unit is one page; every target always stands on it."""


def unit_blocks(atlas: Atlas, sheet: UnitSheet, length: Length, lang: str) -> list[Block]:
    """Everything that one page tells in words."""
    return [*_headline(atlas, sheet, lang), *_targets(atlas, sheet, lang), *_spots(atlas, sheet, length, lang),
            *_gaps(sheet, length, lang), *_projects(sheet, length, lang), *_facilities(sheet, length, lang)]


def people_shown(value: float | None, lang: str) -> str:
    """Persons, whole; a word where they are not told."""
    return t("ui.none", lang) if value is None else t("ui.hidden", lang) if math.isnan(value) else f"{value:,.0f}"


def share_shown(share: float | None, lang: str) -> str:
    """A share in per cent with one decimal."""
    return t("ui.none", lang) if share is None else f"{share * 100:.1f}%"


def _headline(atlas: Atlas, sheet: UnitSheet, lang: str) -> list[Block]:
    """The unit's coverage by the layer of the map, in one row."""
    unit = sheet.coverage
    failing = sum(line.state == "not_met" for line in sheet.targets)
    keys = ("people", "covered", "share", "beyond", "nearest", "failing", "gaps")
    near = t("ui.none", lang) if unit.nearest_p50_m is None else t("drawn.scale.m", lang, value=f"{unit.nearest_p50_m:,.0f}")
    row = (people_shown(unit.people, lang), people_shown(unit.people_covered, lang), share_shown(unit.share, lang),
           people_shown(unit.people_beyond, lang), near, f"{failing:,}", f"{len(sheet.gaps):,}")
    return [Heading(t("atlas.headline", lang, layer=layer_name(atlas.coarse.layer, lang))),
            Grid(tuple(t(f"atlas.head.{key}", lang) for key in keys), (1.2, 1.2, 1.0, 1.2, 1.2, 1.0, 0.7), (row,),
                 frozenset(range(len(row))))]


def _targets(atlas: Atlas, sheet: UnitSheet, lang: str) -> list[Block]:
    """Every target: those with a verdict or a figure in a table, the others by name."""
    if not sheet.targets:
        return [Heading(t("atlas.targets", lang)), Note(t("atlas.no_targets", lang))]
    of = {(gap.plan, gap.target_id, gap.level, gap.unit_code): gap.shortfall_of for gap in sheet.gaps}
    bare = {id(line) for line in sheet.targets if line.state in UNLISTED and _value(line) is None}
    order = {"not_met": 0, "data_missing": 1, "threshold_undefined": 2, "part": 3, "met": 4}
    listed = sorted((line for line in sheet.targets if id(line) not in bare), key=lambda line: order.get(line.state, 9))
    rows = tuple((pick(line.result.target.title, lang) or line.result.target.id, _of(atlas, sheet, line, lang), *_figures(line, of, lang),
                  _state(line.state, lang)) for line in listed)
    keys = ("title", "of", "value", "threshold", "short", "state")
    grid = Grid(tuple(t(f"atlas.target.{key}", lang) for key in keys), (3.3, 1.4, 1.1, 1.5, 1.3, 1.25), rows, frozenset((2, 3, 4)),
                {state_text(state, lang): shade for state, shade in STATE_COLOURS.items()})
    notes = []
    for state in UNLISTED:
        names = [pick(line.result.target.title, lang) or line.result.target.id for line in sheet.targets
                 if line.state == state and id(line) in bare]
        if names:
            notes.append(Note(t("atlas.unlisted", lang, state=state_text(state, lang), count=len(names),
                                names=t("gaps.list_semicolon", lang).join(names))))
    return [Heading(t("atlas.targets_count", lang, count=len(sheet.targets))), *([grid] if rows else []), *notes]


def _state(state: str, lang: str) -> str:
    """A state with its mark; of a unit under a total, that it counts in the whole."""
    return t("export.state.part", lang) if state == "part" else state_text(state, lang)


def _value(line: TargetLine) -> float | None:
    """The figure of a target for a unit; None where there is none, or only that of the units inside."""
    if line.unit is not None:
        return line.unit.value
    return line.result.value if line.of == "whole" else None


def _of(atlas: Atlas, sheet: UnitSheet, line: TargetLine, lang: str) -> str:
    """Whose figure it is."""
    if line.of == "above" and line.unit is not None:
        return line.unit.name
    if line.of == "inside":
        return t("atlas.of.inside", lang, level=_inside_level(atlas, line, lang))
    return t(f"atlas.of.{line.of}", lang)


def _inside_level(atlas: Atlas, line: TargetLine, lang: str) -> str:
    """The level of the units inside."""
    levels = {unit.level for unit in line.result.units if unit.level not in (atlas.level, "facility")}
    return level_label(min(levels), lang) if len(levels) == 1 else ""


def _figures(line: TargetLine, of: dict[tuple[str, str, str, str], str], lang: str) -> tuple[str, str, str]:
    """Value, threshold and what is short."""
    result, none = line.result, t("ui.none", lang)
    if line.of in ("inside", "facilities"):
        met, asked = line.inside
        return (t("atlas.met_of", lang, met=met, asked=asked) if asked else none, _threshold(line, line.asked, lang),
                t("atlas.short_units", lang, count=asked - met) if asked > met else "")
    if line.unit is None:
        return _bare(line, result.value), threshold_text(result, lang), short_text(result, lang)
    unit = line.unit
    kind = of.get((result.target.plan, result.target.id, unit.level, unit.code), str(result.action["of"]) if result.action else "")
    short = shortfall_text(unit.shortfall, kind, lang) if unit.state == "not_met" and unit.shortfall else ""
    return _bare(line, unit.value), _threshold(line, unit.threshold, lang), short


def _figure(line: TargetLine, value: float | None, lang: str) -> str:
    """A figure of a unit: where the target is a share of the units that pass, their own figures are no shares."""
    plain = is_share(line.result) and not units_are_shares(line.result)
    return shown(value, False) if plain else amount_text(value, line.result, lang)


def _bare(line: TargetLine, value: float | None) -> str:
    """A figure without its unit, which stands with the threshold beside it."""
    return shown(value, is_share(line.result) and (line.unit is None or units_are_shares(line.result)))


def _threshold(line: TargetLine, asked: Threshold, lang: str) -> str:
    """What is asked of a unit; of the whole where nothing else is asked of units."""
    if asked is None:
        return threshold_text(line.result, lang) if line.result.units_required is None else t("ui.none", lang)
    return "–".join(_figure(line, end, lang) for end in (asked if isinstance(asked, tuple) else (asked,)))


def _spots(atlas: Atlas, sheet: UnitSheet, length: Length, lang: str) -> list[Block]:
    """Blind spots of the layer of the map, drawn on it with their numbers."""
    head = Heading(t("atlas.spots", lang, layer=layer_name(atlas.coarse.layer, lang)))
    if not sheet.spots:
        return [head, Note(t("atlas.no_spots", lang))]
    keys = ("id", "people", "places", "nearest", "minutes")
    rows = tuple(_spot(spot, unit, length, lang) for spot, unit in sheet.spots[:length.spots])
    grid = Grid(tuple(t(f"atlas.spot.{key}", lang) for key in keys), (0.9, 1.0, 3.6, 2.4, 1.0), rows, frozenset((1, 4)))
    return [head, grid, *_left_out(len(sheet.spots) - len(rows), lang)]


def _spot(spot: BlindSpot, unit: SpotUnit, length: Length, lang: str) -> tuple[str, ...]:
    """A blind spot's row: the people of it who live in the unit."""
    minutes = t("drawn.unreached", lang) if spot.minutes is None else figure(spot.minutes, 0)
    places = _names(spot.places, max(length.names, 1), lang)
    return spot.id, people_shown(unit.people, lang), places, spot.nearest_name or t("ui.none", lang), minutes


def _names(names: Sequence[str], most: int, lang: str) -> str:
    """The first names, and how many there are."""
    said = t("gaps.list_comma", lang).join(names[:most])
    return said if len(names) <= most else t("atlas.and_more", lang, names=said, count=len(names))


def _gaps(sheet: UnitSheet, length: Length, lang: str) -> list[Block]:
    """The unit's gaps by rank."""
    if not sheet.gaps:
        return [Heading(t("atlas.gaps", lang, count=0)), Note(t("atlas.no_gaps", lang))]
    keys = ("id", "unit", "title", "short", "people", "minutes", "project")
    rows = tuple(_gap(gap, sheet, lang) for gap in sheet.gaps[:length.gaps])
    grid = Grid(tuple(t(f"atlas.gap.{key}", lang) for key in keys), (0.95, 1.5, 2.6, 1.25, 1.0, 0.8, 0.9), rows, frozenset((3, 4, 5)))
    return [Heading(t("atlas.gaps", lang, count=len(sheet.gaps))), grid, *_left_out(len(sheet.gaps) - len(rows), lang)]


def _gap(gap: Gap, sheet: UnitSheet, lang: str) -> tuple[str, ...]:
    """A gap's row."""
    where = t("atlas.of.unit", lang) if gap.unit_code == sheet.code else gap.unit_name
    short = shortfall_text(gap.shortfall, gap.shortfall_of, lang)
    return (gap.gap_id, where, pick(gap.title, lang), short, people_shown(gap.people_affected, lang), figure(gap.minutes, 0),
            t("gaps.list_comma", lang).join(gap.project_ids))


def _projects(sheet: UnitSheet, length: Length, lang: str) -> list[Block]:
    """The projects that would close the gaps."""
    if not sheet.projects:
        return []
    keys = ("id", "name", "content", "cost", "year")
    rows = []
    for project in sheet.projects[:length.projects]:
        row = project_row(project, lang)
        rows.append((project.project_id, row["name"], row["content"], figure(row["cost"], 1) or t("ui.none", lang), str(project.year)))
    grid = Grid(tuple(t(f"atlas.project.{key}", lang) for key in keys), (0.95, 3.0, 2.8, 1.2, 0.8), tuple(rows), frozenset((3, 4)))
    return [Heading(t("atlas.projects", lang, count=len(sheet.projects))), grid, *_left_out(len(sheet.projects) - len(rows), lang)]


def _facilities(sheet: UnitSheet, length: Length, lang: str) -> list[Block]:
    """The facilities that lie in the unit, layer by layer."""
    head = Heading(t("atlas.facilities", lang))
    if not sheet.facilities:
        return [head, Note(t("atlas.no_facilities", lang))]
    if not length.names:
        said = (t("atlas.facility_others" if line.others else "atlas.facility_count", lang, layer=layer_name(line.layer, lang),
                  count=f"{line.in_use:,}", others=f"{line.others:,}") for line in sheet.facilities)
        return [head, Note(t("gaps.list_semicolon", lang).join(said))]
    keys = ("layer", "in_use", "others", "names")
    rows = tuple(_facility(line, length, lang) for line in sheet.facilities)
    return [head, Grid(tuple(t(f"atlas.facility.{key}", lang) for key in keys), (2.2, 0.8, 1.0, 5.0), rows, frozenset((1, 2)))]


def _facility(line: LayerLine, length: Length, lang: str) -> tuple[str, ...]:
    """A layer's row."""
    others = f"{line.others:,}" if line.others else ""
    return layer_name(line.layer, lang), f"{line.in_use:,}", others, _names(line.names, length.names, lang)


def _left_out(count: int, lang: str) -> list[Block]:
    """That more stands in the workbook."""
    return [Note(t("atlas.left_out", lang, count=f"{count:,}"))] if count > 0 else []


def index_blocks(atlas: Atlas, lang: str) -> list[Block]:
    """The list of sheets."""
    keys = ("number", "name", "people", "share", "failing", "gaps", "projects")
    rows = tuple((str(one.number), one.name, people_shown(one.coverage.people, lang), share_shown(one.coverage.share, lang),
                  f"{sum(line.state == 'not_met' for line in one.targets):,}", f"{len(one.gaps):,}", f"{len(one.projects):,}")
                 for one in atlas.sheets)
    return [Grid(tuple(t(f"atlas.index.{key}", lang) for key in keys), (0.7, 2.2, 1.2, 1.0, 1.0, 0.8, 1.0), rows,
                 frozenset((0, 2, 3, 4, 5, 6)))]
