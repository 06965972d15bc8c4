"""The unit card: all that one unit has, lacks and is to get, on one page that can be printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial

import streamlit as st

from planner.errors import InputError
from planner.export.blind_spots import limit_words
from planner.export.fields import gap_row, project_row
from planner.export.mapdata import MapData, MapFacility
from planner.export.palette import share_palette
from planner.i18n import has, pick, t
from planner.plan.gaplist import CapitalProject, Gap, GapList
from planner.plan.unit_card import FacilityHere, LayerHere, SpotHere, UnitCard, level_of, unit_card
from planner.plan.wording import layer_name, source_line
from planner.targets.evaluation import TargetResult
from planner.targets.formula import units_are_shares
from planner.targets.matrix import Cell
from planner.targets.unit_sets import same_class
from planner.ui import map_view, state
from planner.ui.blind_list import places_of
from planner.ui.desk import Desk
from planner.ui.explain import MARKS, facts_html, state_html, table_html
from planner.ui.faults import fault_sentence, remark
from planner.ui.figures import figure, money, shortfall
from planner.ui.map_component import coverage_map
from planner.ui.matrix import cell_text, level_control, unit_control
from planner.ui.packs import Judged
from planner.ui.text import escaped, group_name, level_name, people

MAP_PX = 340
NAMED = 6
"""So many facilities of a layer are named; then it is said how many there are."""
WORST_FIRST = ("not_met", "data_missing", "threshold_undefined", "part", "met", "recorded", "not_applicable")


def show(desk: Desk, judged: Judged, gap_list: GapList) -> None:
    """The box that finds the unit, and its card."""
    lang, kept = desk.lang, state.memory()
    unknown = _follow(desk, str(kept["unit"])) if kept.get("unit") and kept.get("card_of") != kept["unit"] else ""
    spots = st.columns([1, 2, 3], vertical_alignment="bottom")
    with spots[0]:
        level = level_control(desk)
    frame = desk.city.boundaries.frame(level)
    with spots[1]:
        code = unit_control(frame["code"].tolist(), frame["name"].tolist(), level, t("ui.card.unit", lang), lang)
    with spots[2]:
        st.html(f'<p class="note">{escaped(t("ui.card.none" if code is None else "ui.card.print", lang), lang)}</p>')
    kept["card_of"] = code
    if unknown:
        remark(unknown, lang)
    if code is None:
        return
    found = desk.opening.keep(("card", judged.pack.id, judged.evaluation.date, level, code),
                              partial(unit_card, desk.city, judged.evaluation, gap_list, level, code))
    left, right = st.columns([1.75, 1], gap="medium")
    with left, st.container(key="unit_card"):
        st.html(card_html(found, desk))
    with right, st.container(key="card_map_frame"):
        coverage_map(card_map(desk, found), key="card_map", height=MAP_PX)
        st.html(f'<div class="card">{people_html(found, lang)}</div>')


def _follow(desk: Desk, code: str) -> str:
    """A unit that was selected elsewhere: its own level is shown. Gives the sentence for a code that no unit has."""
    kept = state.memory()
    try:
        level = level_of(desk.city, code, str(kept.get("by") or ""))
    except InputError as error:
        kept["unit"] = None
        return fault_sentence(error, desk.lang)
    if kept.get("by") != level:
        state.forget("by")
        kept["by"] = level
    return ""


def card_html(card: UnitCard, desk: Desk) -> str:
    """The card as HTML, every name escaped: heading, targets, gaps, projects, facilities."""
    lang = desk.lang
    above = " › ".join(escaped(name or code, lang) for _, code, name in card.above)
    kind = f" · {escaped(class_word(card.unit_class, lang), lang)}" if card.unit_class else ""
    head = (f'<header><b>{escaped(card.name or card.code, lang)}</b> <code>{escaped(card.code, lang)}</code>'
            f'<span class="quiet">{escaped(level_name(card.level, lang, desk.city.boundaries.labels), lang)}{kind}</span></header>'
            + (f'<p class="note">{escaped(t("ui.card.above", lang), lang)} {above}</p>' if above else ""))
    parts = (targets_html, gaps_html, projects_html, spots_html, layers_html)
    return f'<div class="card">{head}{"".join(part(card, lang) for part in parts)}</div>'


def class_word(unit_class: str, lang: str) -> str:
    """A class of units: by our word where it is one that packs know, else as the boundary has it."""
    known = f"ui.card.class_{same_class(unit_class)}"
    return t(known, lang) if has(known, lang) else unit_class


def people_html(card: UnitCard, lang: str) -> str:
    """People by group."""
    facts = {group_name(group, lang): people(count, lang) for group, count in card.people.items()}
    return f'<h3>{escaped(t("ui.card.people", lang), lang)}</h3>{facts_html(facts, lang)}'


def targets_html(card: UnitCard, lang: str) -> str:
    """Every target that says something of the unit, what is to be done first."""
    head = f'<h3>{escaped(t("ui.card.targets", lang), lang)}</h3>'
    if not card.targets:
        return head + _note(t("ui.card.targets_none", lang), lang)
    counted = Counter(cell.state for _, cell in card.targets)
    tally = t("ui.card.tally", lang, **{key: counted[key] for key in ("met", "not_met", "data_missing")})
    ordered = sorted(card.targets, key=lambda pair: WORST_FIRST.index(pair[1].state))
    rows = [_target_row(result, cell, lang) for result, cell in ordered]
    heads = [t(f"ui.card.{key}", lang) for key in ("state", "target", "value", "threshold", "shortfall", "clause")]
    return head + _note(tally, lang) + table_html(heads, rows, lang, right=(2, 3, 4), markup=(0,), whole=(0,))


def _target_row(result: TargetResult, cell: Cell, lang: str) -> tuple[str, ...]:
    """One target: the unit's own figures, or how many of those in it pass."""
    share, title = units_are_shares(result), pick(result.target.title, lang)
    if not cell.own:
        state_cell = f'<span class="{MARKS.get(cell.state, "quiet")}">{escaped(cell_text(result, cell, lang), lang)}</span>'
        return state_cell, title, "", "", "", result.target.clause
    unit = cell.parts[0]
    if unit.state is not None:
        mark = state_html(cell.state, lang)
    else:
        mark = f'<span class="quiet">{escaped(t("ui.matrix.whole_state", lang), lang)}</span>'
    threshold = unit.threshold if unit.threshold is not None else result.threshold if unit.state is None else None
    of = str(result.action["of"]) if result.action else ""
    return (mark, title, figure(unit.value, share=share), figure(threshold, share=share), shortfall(unit, of, lang, share=share),
            result.target.clause)


def gaps_html(card: UnitCard, lang: str) -> str:
    """The unit's gaps with what would close them."""
    head = f'<h3>{escaped(t("ui.card.gaps", lang), lang)}</h3>'
    if not card.gaps:
        return head + _note(t("ui.card.gaps_none", lang), lang)
    heads = [t("export.gaps.gap_id", lang), t("ui.card.gap_unit", lang), t("ui.card.target", lang), t("ui.card.gap_people", lang),
             t("ui.card.gap_action", lang), t("export.gaps.project_id", lang)]
    return head + table_html(heads, [_gap_row(gap, lang) for gap in card.gaps], lang, right=(3,), whole=(0, 1, 5))


def _gap_row(gap: Gap, lang: str) -> tuple[str, ...]:
    """One gap."""
    row = gap_row(gap, lang)
    count = "" if gap.people_affected is None else people(gap.people_affected, lang)
    return (gap.gap_id, gap.unit_name or gap.unit_code, pick(gap.title, lang), count, str(row["action"]), str(row["project_id"]))


def projects_html(card: UnitCard, lang: str) -> str:
    """What the unit is to get."""
    head = f'<h3>{escaped(t("ui.card.projects", lang), lang)}</h3>'
    if not card.projects:
        return head + _note(t("ui.card.projects_none", lang), lang)
    heads = [t("export.projects.project_id", lang), *(t(f"ui.card.{key}", lang) for key in (
        "project", "project_size", "project_cost", "project_year", "project_who"))]
    return head + table_html(heads, [_project_row(one, lang) for one in card.projects], lang, right=(3, 4), whole=(0,))


def _project_row(one: CapitalProject, lang: str) -> tuple[str, ...]:
    """One project."""
    sizes = _sizes({key: value for key, value in (("beds", one.beds), ("area_m2", one.area_m2)) if value is not None}, lang)
    cost = t("ui.none", lang) if one.est_cost_cny is None else money(one.est_cost_cny, lang)
    return one.project_id, str(project_row(one, lang)["name"]), sizes, cost, str(one.year), pick(one.responsible, lang)


def spots_html(card: UnitCard, lang: str) -> str:
    """The blind spots that lie in the unit, question by question."""
    head = f'<h3>{escaped(t("ui.card.spots", lang), lang)}</h3>'
    if not card.spots:
        return head + _note(t("ui.card.spots_none", lang), lang)
    rows = [_spot_row(one, lang) for one in card.spots]
    heads = [t(f"ui.spots.{key}", lang) for key in ("id", "about", "people", "places", "nearest", "minutes")]
    rest = _note(t("ui.card.spots_more", lang, count=card.spots_left), lang) if card.spots_left else ""
    return head + table_html(heads, rows, lang, right=(2, 5), whole=(0,)) + rest


def _spot_row(one: SpotHere, lang: str) -> tuple[str, ...]:
    """One blind spot: its people in this unit."""
    about = t("gaps.list_comma", lang).join(pick(name, lang) for name in one.question.layer_names)
    limits = t("gaps.list_comma", lang).join(dict.fromkeys(limit_words(limit, one.question, lang) for limit in one.question.limits))
    spot = one.spot
    count = t("ui.hidden", lang) if one.people is None else people(one.people, lang)
    return (spot.id, t("ui.card.about", lang, name=about, about=limits), count,
            places_of(spot, lang), spot.nearest_name or t("ui.spots.nowhere", lang), "" if spot.minutes is None else f"{spot.minutes:,.0f}")


def layers_html(card: UnitCard, lang: str) -> str:
    """The unit's facilities by layer, and the layers of which it has none."""
    head = f'<h3>{escaped(t("ui.card.facilities", lang), lang)}</h3>'
    rows = [(layer_name(one.layer, lang), t("ui.card.counted", lang, count=f"{one.counting:,}"), _sizes(one.sums, lang), _named(one, lang))
            for one in card.layers if one.facilities]
    heads = [t(f"ui.card.{key}", lang) for key in ("layer", "counting", "size", "listed")]
    table = table_html(heads, rows, lang, right=(1,), whole=(0, 2)) if rows else ""
    missing = [layer_name(slug, lang) for slug in card.empty_layers]
    lacking = _note(t("ui.card.facilities_none", lang, names=t("gaps.list_comma", lang).join(missing)), lang) if missing else ""
    return head + table + lacking


def _named(layer: LayerHere, lang: str) -> str:
    """The facilities of a layer by name, with status where one does not count and size where it is known."""
    words = [_facility(one, lang) for one in layer.facilities[:NAMED]]
    more = t("ui.card.more", lang, count=f"{len(layer.facilities):,}") if len(layer.facilities) > NAMED else ""
    return t("gaps.list_semicolon", lang).join(filter(None, (*words, more)))


def _facility(one: FacilityHere, lang: str) -> str:
    """A facility with what is to be known of it."""
    about = [_status(one.status, lang)] if not one.counts else []
    about += [_sizes(one.sizes, lang)] if one.sizes else []
    about += [] if one.placed else [t("ui.card.no_place", lang)]
    name = one.name or one.id
    return name if not about else t("ui.card.about", lang, name=name, about=t("gaps.list_comma", lang).join(about))


def _status(status: str, lang: str) -> str:
    """A facility's status, as the map calls it."""
    return t(f"map.status.{status}", lang) if has(f"map.status.{status}", lang) else t("ui.card.status_other", lang)


def _sizes(sizes: Mapping[str, float], lang: str) -> str:
    """Sizes with their units."""
    return t("gaps.list_comma", lang).join(t(f"ui.card.size_{key}", lang, value=f"{value:,.0f}") for key, value in sizes.items())


def _note(sentence: str, lang: str) -> str:
    """A quiet line."""
    return f'<p class="note">{escaped(sentence, lang)}</p>'


def card_map(desk: Desk, card: UnitCard) -> MapData:
    """The small map: the unit outlined among its neighbours, with its facilities."""
    lang, shape = desk.lang, map_view.geometry(desk.opening)
    signs = tuple(sign for one in card.layers if one.facilities for sign in _signs(desk, one.layer, card))
    shown = list(dict.fromkeys(sign.kind for sign in signs))
    about = shown[0] if shown else next(iter(desk.city.facilities))
    settings = {"page": "targets", "lang": lang, "layer": about, "travel": "", "minutes": 0, "by": card.level, "scenario": None,
                "mode": "pick"}
    return MapData(shape, card.level, [None] * len(shape.codes[card.level]), share_palette(1.0), lang, t("ui.card.map", lang),
                   source_line(desk.city, about, lang), settings=settings, selected=card.code, facilities=signs,
                   kinds={layer: layer_name(layer, lang) for layer in shown}, plain=True, closer=True,
                   legend_title=t("ui.card.facilities", lang))


def _signs(desk: Desk, layer: str, card: UnitCard) -> list[MapFacility]:
    """The signs of a layer's facilities that count in the unit."""
    frame = desk.city.layer(layer).frame
    placed = frame[frame["x"].notna() & frame["y"].notna()]
    mine = (placed[f"unit_{card.level}"] == card.code).to_numpy()
    return [sign for sign, inside in zip(map_view.signs(desk.opening, layer), mine, strict=True) if inside]
