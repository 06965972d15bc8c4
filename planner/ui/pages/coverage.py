"""Overview and coverage: the headline numbers, the map, the units in a table, and one unit in detail."""

from __future__ import annotations

import streamlit as st

from planner.export.palette import share_palette
from planner.i18n import t
from planner.measure.coverage import Coverage
from planner.plan.layer_defaults import default_of
from planner.ui import controls, downloads, footer, map_view, place_card, state, unit_panel, ways
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.faults import said
from planner.ui.map_component import MapEvents
from planner.ui.text import escaped, group_name, metres, people, percent, plain_markdown

MAP_PX = 488
"""Height of the map on a screen of 768 pixels; taller screens give it more (style.py)."""


def show(desk: Desk) -> None:
    """The page. Its body is a fragment: moving a control redraws it and nothing around it."""
    st.fragment(said(_body))(desk)


def _body(desk: Desk) -> None:
    """Controls, numbers, map and panel, top to bottom."""
    lang = desk.lang
    settings = controls.choose(desk.opening, lang)
    found = desk.opening.coverage(settings.layer, settings.travel, settings.minutes, settings.by, settings.group)
    palette = share_palette(settings.target)
    chosen = unit_panel.selected(found)
    panel = ways.settle_panel(lang)
    state.write_address()
    _headline(found, settings, lang)
    _stated(desk, found, settings)
    painting = map_view.painting(desk, found, settings, palette, chosen, "coverage")
    left, right = st.columns([1.78, 1], gap="small")
    with left, st.container(key="map_frame"):
        map_view.draw(ways.on_map(painting, desk, settings, panel), _heard, height=MAP_PX)
    with right, st.container(key="panel"):
        ways.draw_switch(lang)
        if panel == "units":
            _units(desk, found, settings, chosen)
            downloads.draw(desk, found, palette, painting)
        else:
            ways.draw(desk, settings, panel)
    footer.draw(desk, settings.layer)


def _units(desk: Desk, found: Coverage, settings: Settings, chosen: str | None) -> None:
    """The units: one is found, its card opened, all are listed, and the selected one is told of."""
    lang = desk.lang
    box, card = st.columns([2.3, 1], vertical_alignment="bottom")
    with box:
        unit_panel.find(found, chosen, lang)
    with card:
        ways.open_card(chosen, lang)
    unit_panel.table(found, desk.city, settings.target, chosen, lang)
    unit_panel.details(found, desk.city, settings.target, chosen, lang, why=lambda unit: ways.why(desk, found, unit))


def _heard(event: MapEvents) -> None:
    """A unit was picked on the map, or a slider on it was let go."""
    map_view.heard(event)
    place_card.heard(event)
    if event.picked is not None:
        unit_panel.select(event.picked)


def _headline(found: Coverage, settings: Settings, lang: str) -> None:
    """The whole project at the settings shown."""
    total = found.total
    asked = [unit.share for unit in found.units if unit.share is not None]
    met = sum(1 for share in asked if share >= settings.target)
    shown = {"people": people(total.people, lang), "covered": people(total.people_covered, lang), "share": percent(total.share, lang),
             "beyond": people(total.people_beyond, lang),
             "units": t("ui.coverage.units_value", lang, met=f"{met:,}", units=f"{len(asked):,}")}
    with st.container(key="headline"):
        for spot, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
            with spot, st.container(key=f"headline_{name}"):
                st.metric(t(f"ui.coverage.{name}", lang, group=plain_markdown(group_name(found.group, lang))), value)


def _stated(desk: Desk, found: Coverage, settings: Settings) -> None:
    """One line that says what was measured, and how this layer is judged where that is not by distance."""
    lang = desk.lang
    notes = [t("ui.coverage.stated", lang, limit=metres(found.limit_m, lang), facilities=f"{found.facilities:,}",
               day=found.as_of.isoformat()),
             default_of(desk.city, desk.opening.packs(), settings.layer).said(lang)]
    if found.facilities_without_place:
        notes.append(t("ui.coverage.without_place", lang, count=f"{found.facilities_without_place:,}"))
    if found.off_streets:
        notes.append(t("ui.coverage.off_streets", lang, count=f"{len(found.off_streets):,}"))
    lost = found.total.people_unattached + found.total.people_unreached
    if lost >= 0.5:
        notes.append(t("ui.coverage.unreached", lang, people=people(lost, lang)))
    st.html(f'<p class="note">{escaped(" ".join(filter(None, notes)), lang)}</p>')
    for name, value in state.refusals():
        asked = t("ui.refused", lang, name=name, value=value)
        st.html(f'<p class="note warn">{escaped(asked, lang)}</p>')
