"""Scenarios: sites added, moved, closed on the map; what that changes at once; kept by name, two of them compared."""

from __future__ import annotations

import functools

import streamlit as st

from planner.i18n import t
from planner.plan.coverage_change import CoverageChange
from planner.plan.draft import Draft
from planner.plan.scenario import BASELINE, Action
from planner.ui import (
    controls,
    faults,
    footer,
    map_view,
    scenario_compare,
    scenario_edits,
    scenario_kept,
    scenario_steps,
    scenario_view,
    scenario_work,
    state,
)
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.faults import said

MAP_PX = 430
SHOWS = ("draft", "compare")


def show(desk: Desk) -> None:
    """The page. Its body is a fragment: a step on the draft redraws it and nothing around it."""
    st.fragment(said(_body))(desk)


def _body(desk: Desk) -> None:
    """Controls and numbers, the map with the edits beside it, the units that change, the scenarios kept and compared."""
    lang, known = desk.lang, desk.opening
    settings = controls.choose(known, lang)
    now = scenario_steps.draft(desk)
    before, after = scenario_work.baseline(known, settings), scenario_work.of_draft(known, now, settings)
    found = scenario_work.change(known, before, after)
    state.write_address()
    for name, value in state.refusals():
        faults.remark(t("ui.refused", lang, name=name, value=value), lang)
    scenario_view.headline(found, settings.target, lang)
    left, right = st.columns([1.78, 1], gap="small")
    map_spot = left.container(key="map_frame")
    with right, st.container(key="panel"):
        scenario_edits.tools(desk, now)
        scenario_edits.listed(desk, now)
        scenario_edits.fields(desk, now)
        scenario_edits.existing(desk, now, settings)
        scenario_kept.save_form(desk, now)
        scenario_view.unit_line(found, lang)
    first, second = st.columns([1.2, 1], gap="medium")
    with first:
        scenario_view.changes(desk, found)
    with second:
        two = _kept(desk, settings)
    with map_spot:
        _map(desk, found, settings, now, two)
    footer.draw(desk, settings.layer)


def _kept(desk: Desk, settings: Settings) -> tuple[CoverageChange, tuple[str, str], tuple[Action, ...]]:
    """The scenarios of the project, and two of them compared; gives the comparison, its names and the second one's actions."""
    lang, known = desk.lang, desk.opening
    saved = scenario_work.saved(known)
    scenario_kept.listed(desk, saved)
    st.html(f"<h2>{t('ui.scenarios.compare_title', lang)}</h2>")
    names = scenario_compare.choose(desk, [one.scenario.name for one in saved])
    a, b = (scenario_work.of_saved(known, name, settings) for name in names)
    found = scenario_work.change(known, a, b)
    scenario_compare.difference(desk, found, names)
    actions = next((one.scenario.actions for one in saved if one.scenario.name == names[1]), ())
    return found, names, actions


def _map(desk: Desk, found: CoverageChange, settings: Settings, now: Draft,
         two: tuple[CoverageChange, tuple[str, str], tuple[Action, ...]]) -> None:
    """The map of the draft, or of the two that are compared."""
    lang = desk.lang
    state.settle("map_shows", SHOWS, SHOWS[0], mark=lang)
    shows = st.segmented_control(t("ui.scenarios.map_shows", lang), SHOWS, key="map_shows", required=True,
                                 format_func=lambda name: t(f"ui.scenarios.shows_{name}", lang))
    if shows == "compare":
        change, names, actions = two
        said_names = tuple(t("ui.scenarios.baseline", lang) if name == BASELINE else name for name in names)
        data = scenario_view.painting_of_two(desk, change, settings, actions, (said_names[0], said_names[1]))
    else:
        data = scenario_view.painting(desk, found, settings, now.actions, adding=bool(state.memory().get("scenario_adds")))
    map_view.draw(data, functools.partial(scenario_steps.heard, desk), height=MAP_PX)
