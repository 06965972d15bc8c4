"""The ways in beside the map of the coverage page: its units, any place, the blind spots; and the way on to a unit's card."""

from __future__ import annotations

import streamlit as st

from planner.export.mapdata import MapData
from planner.i18n import t
from planner.measure.coverage import Coverage, UnitCoverage
from planner.measure.reasons import why_beyond
from planner.ui import blind_list, place_card, state
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.why import why_sentence

PANELS = ("units", "place", "spots")
GO = "go_to_card"


def leave_if_asked() -> None:
    """Go to a unit's card where a button asked for it: the page is drawn anew as another one."""
    if st.session_state.pop(GO, False):
        st.rerun()


def settle_panel(lang: str) -> str:
    """What the panel shows, known before it is drawn."""
    leave_if_asked()
    return str(state.settle("panel_view", PANELS, PANELS[0], mark=lang, name="panel"))


def draw_switch(lang: str) -> None:
    """The control that says what the panel shows."""
    st.segmented_control(t("ui.panel.label", lang), PANELS, key="panel_view", required=True, label_visibility="collapsed",
                         format_func=lambda name: t(f"ui.panel.{name}", lang))


def on_map(painting: MapData, desk: Desk, settings: Settings, panel: str) -> MapData:
    """The map as the panel needs it."""
    if panel == "place":
        return place_card.on_map(painting, desk.lang)
    return blind_list.on_map(painting, desk, blind_list.of_settings(desk, settings)) if panel == "spots" else painting


def draw(desk: Desk, settings: Settings, panel: str) -> None:
    """A panel other than the units."""
    if panel == "place":
        place_card.show(desk, settings)
    else:
        blind_list.show(desk, blind_list.of_settings(desk, settings))


def open_card(chosen: str | None, lang: str) -> None:
    """The button that opens the selected unit's card."""
    st.button(t("ui.card.open", lang), key="open_card", on_click=_go, disabled=chosen is None, width="stretch")


def _go() -> None:
    """The card is asked for: the page is another one, so that all is drawn anew."""
    state.memory().update(page="targets", view="card")
    st.session_state.update({"pages": "targets", "view": "card", GO: True})


def why(desk: Desk, found: Coverage, unit: UnitCoverage) -> str:
    """Why the people of a unit who are beyond are so."""
    key = ("why", found.layer, found.travel, found.limit_m, found.by, found.group, found.as_of, unit.code)
    reason = desk.opening.keep(key, lambda: why_beyond(desk.city, found, unit.code))
    return why_sentence(reason, unit, found, desk.city, desk.lang)
