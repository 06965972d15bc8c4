"""What a scenario comes to, on the page: share before and after, people gained, the map of both states, the units that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from planner.export.mapdata import MapData, MapFacility, MapSite
from planner.export.palette import share_palette
from planner.i18n import t
from planner.plan import draft as drafting
from planner.plan.coverage_change import CoverageChange, UnitChange, ranked
from planner.plan.scenario import Action
from planner.ui import map_view, state, tables, unit_panel
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.text import MINUS, escaped, level_name, percent, points

SHOWN_UNITS = 20
"""Units that the table on the page has at most; the CSV has all."""
TABLE_PX = 250
FINE = 0.001
"""Differences of shares below this are shown with four decimals."""


def gained_said(people: float | None, lang: str) -> str:
    """People gained or lost, to the person, with the sign."""
    if people is None:
        return t("ui.hidden", lang)
    count = round(people)
    return f"+{count:,}" if count > 0 else f"{MINUS}{-count:,}" if count < 0 else "0"


def fine_points(difference: float | None, lang: str) -> str:
    """A difference of shares in percentage points, so fine that a few people are seen; a dash where there is none."""
    if difference is None:
        return t("ui.none", lang)
    digits = 4 if 0 < abs(difference) < FINE else 2
    text = f"{abs(difference) * 100:.{digits}f}"
    return t("ui.points", lang, value=f"{'+' if difference > 0 else MINUS if difference < 0 else ''}{text}")


def headline(found: CoverageChange, wanted: float, lang: str) -> None:
    """The whole project before and after."""
    total = found.total
    met = [sum(1 for unit in side.units if unit.share is not None and unit.share >= wanted) for side in (found.before, found.after)]
    shown = {"before_share": percent(total.share_before, lang), "after_share": percent(total.share_after, lang),
             "share_gained": fine_points(total.share_difference, lang), "gained_people": gained_said(total.people_gained, lang),
             "units_met": t("ui.scenarios.met_value", lang, before=f"{met[0]:,}", after=f"{met[1]:,}")}
    with st.container(key="headline"):
        for spot, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
            with spot, st.container(key=name):
                st.metric(t(f"ui.scenarios.{name}", lang), value)


# ---- map -------------------------------------------------------------------------------------------------------------
def painting(desk: Desk, found: CoverageChange, settings: Settings, actions: Sequence[Action], *, adding: bool) -> MapData:
    """The map after a draft, to be compared with the map before; its sites can be dragged."""
    lang = desk.lang
    data = _both(desk, found, settings, actions)
    mode = {"mode": "add" if adding else "pick"}
    words = dict(data.words) | {"adding": t("ui.scenarios.adding", lang)}
    return replace(data, movable=True, settings=dict(data.settings) | mode, title=t("ui.scenarios.map", lang), words=words)


def painting_of_two(desk: Desk, found: CoverageChange, settings: Settings, actions: Sequence[Action], names: tuple[str, str]) -> MapData:
    """The map of two scenarios, one beside the other, with the sites of the second."""
    lang = desk.lang
    words = {"before": t("ui.scenarios.map_a", lang, name=names[0]), "after": t("ui.scenarios.map_b", lang, name=names[1])}
    data = _both(desk, found, settings, actions, always=True)
    return replace(data, title=t("ui.scenarios.map_two", lang), words=dict(data.words) | words)


def _both(desk: Desk, found: CoverageChange, settings: Settings, actions: Sequence[Action], *, always: bool = False) -> MapData:
    """Both states of a change, without what is known of the project's own facilities only (curves by the minute, borders of reach)."""
    shown = found.after
    data = map_view.painting(desk, shown, settings, share_palette(settings.target), unit_panel.selected(shown), "scenarios")
    data = replace(data, curves=None, sliders={}, reach=None, reach_offered=False, sites=sites(actions, settings.layer, desk.lang),
                   facilities=signs(data.facilities, desk, actions, settings.layer))
    if not actions and not always:
        return data
    share = {unit.code: unit.share for unit in found.before.units}
    return replace(data, before=[share.get(code) for code in data.geometry.codes[shown.by]], shown="after")


def sites(actions: Sequence[Action], layer: str, lang: str) -> list[MapSite]:
    """The sites of a layer where the actions put them, with the numbers of those actions."""
    return [MapSite(action.id, action.lon or 0.0, action.lat or 0.0, str(number + 1),
                    t("ui.scenarios.site_said", lang, number=number + 1, name=drafting.name_in(action)))
            for number, action in drafting.sites(actions, layer)]


def signs(known: Sequence[MapFacility], desk: Desk, actions: Sequence[Action], layer: str) -> Sequence[MapFacility]:
    """The signs of the project's facilities, those that close or move away drawn as closed."""
    away = {action.id for action in actions if action.layer == layer and action.do in ("close", "move", "convert")}
    away |= {str(ident) for action in actions if action.layer == layer and action.do == "merge"
             for ident in action.details["ids"] if ident != action.id}
    if not away:
        return known
    frame = desk.city.layer(layer).frame
    placed = frame[frame["x"].notna() & frame["y"].notna()]
    return [replace(sign, status="closed") if str(ident) in away else sign for sign, ident in zip(known, placed["id"], strict=True)]


# ---- table -----------------------------------------------------------------------------------------------------------
def changes_frame(units: Sequence[UnitChange], lang: str, name_of_level: str) -> pd.DataFrame:
    """The units that change as the table shows them: code, name, share before and after, difference, people gained."""
    rows = [(unit.code, unit.name, *(None if share is None else share * 100
                                     for share in (unit.share_before, unit.share_after, unit.share_difference)),
             None if unit.people_gained is None else round(unit.people_gained)) for unit in units]
    heads = [t("ui.table.code", lang), name_of_level, *(t(f"ui.scenarios.column_{name}", lang) for name in ("before", "after", "difference",
                                                                                                       "gained"))]
    frame = pd.DataFrame(rows, columns=heads)
    frame[heads[2:5]] = frame[heads[2:5]].astype("float64")
    return frame


def changes(desk: Desk, found: CoverageChange) -> None:
    """The table of the units that change, those with most people first; a row selects its unit on the map."""
    lang, changed = desk.lang, ranked(found.units)
    shown, of = changed[:SHOWN_UNITS], level_name(found.before.by, lang, desk.city.boundaries.labels)
    said = t("ui.scenarios.units_changed", lang, count=f"{len(changed):,}", units=f"{len(found.units):,}", shown=f"{len(shown):,}")
    st.html(f'<h2>{escaped(t("ui.scenarios.units_title", lang))}</h2><p class="note">{escaped(said, lang)}</p>')
    if not shown:
        return
    state.memory()["change_codes"] = [unit.code for unit in shown]
    frame = changes_frame(shown, lang, of)
    code, name, old, new, difference, gained = frame.columns
    number = st.column_config.NumberColumn
    look = {code: st.column_config.TextColumn(width=104), name: st.column_config.TextColumn(width=130), old: number(format="%.1f%%"),
            new: number(format="%.1f%%"), difference: number(format="%+.2f"), gained: number(format="localized")}
    with st.container(key="change_table"):
        tables.dataframe(frame, hide_index=True, width="stretch", height=TABLE_PX, placeholder="", column_config=look, on_select=_row,
                     selection_mode="single-row", key="change_rows")


def _row() -> None:
    """A row was selected, or let go."""
    rows = st.session_state["change_rows"]["selection"]["rows"]
    codes = state.memory().get("change_codes", [])
    unit_panel.select(codes[rows[0]] if rows and rows[0] < len(codes) else None, by_row=True)


def unit_line(found: CoverageChange, lang: str) -> None:
    """A line on the unit selected on the map: its share before and after."""
    code = unit_panel.selected(found.after)
    unit = next((one for one in found.units if one.code == code), None)
    with st.container(key="unit_details"):
        if unit is None:
            st.html(f'<p class="note">{escaped(t("ui.scenarios.no_unit", lang))}</p>')
            return
        words = {"name": unit.name, "code": unit.code, "before": percent(unit.share_before, lang), "after": percent(unit.share_after, lang)}
        if unit.share_difference is None:
            line = t("ui.scenarios.unit_plain", lang, **words)
        else:
            line = t("ui.scenarios.unit_change", lang, **words, difference=points(unit.share_difference, lang),
                     gained=gained_said(unit.people_gained, lang))
        st.html(f'<p class="unit">{escaped(line, lang)}</p>')
