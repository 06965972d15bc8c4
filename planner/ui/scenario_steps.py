"""The draft of this visit and every step on it: what a click, a drag, a field or a button does, tried on the city before it counts.

Steps run as callbacks, before the page is drawn, so that the page they lead to is drawn once. What cannot be done is said and changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from planner.errors import PlannerError
from planner.i18n import error_text, t
from planner.plan import draft as drafting
from planner.plan.draft import Draft
from planner.plan.scenario import BASELINE, check_name, delete_scenario, edit_lock, load_scenario, save_scenario
from planner.ui import map_view, scenario_drafts, scenario_work, state, unit_panel
from planner.ui.desk import Desk
from planner.ui.map_component import MapEvents


def draft(desk: Desk) -> Draft:
    """The draft of this visit on this project; the first time, and where the address names another scenario, that one is opened."""
    kept = state.memory()
    found = _now(desk)
    asked = kept.get("scenario")
    if asked not in (None, "", BASELINE, found.scenario.name):
        try:
            found = _open(desk, str(asked))
        except PlannerError as error:
            _say(error_text(error, desk.lang), bad=True)
    kept["scenario"] = found.scenario.name or None
    unsaved = bool(found.actions) and not is_saved(desk, found)
    kept["draft"] = _keys().get(desk.opening.project) if unsaved else None
    return found


def said() -> tuple[str, bool]:
    """What the last step has to say, and whether it is a refusal."""
    return state.memory().get("scenario_said", ("", False))


def is_saved(desk: Desk, now: Draft) -> bool:
    """Whether the draft is what was saved last under its name."""
    _, actions = _seen(desk).get(now.scenario.name, (0, ()))
    return actions == now.actions


# ---- steps -----------------------------------------------------------------------------------------------------------
def heard(desk: Desk, event: MapEvents) -> None:
    """What was done on the map: a unit picked, a site added or dragged, a slider let go."""
    map_view.heard(event)
    if event.picked is not None:
        unit_panel.select(event.picked)
    layer = str(state.memory().get("layer"))
    if event.added is not None and state.memory().get("scenario_adds"):
        add(desk, layer, *event.added)
    if event.moved is not None:
        ident, lon, lat = event.moved
        step(desk, lambda now: drafting.placed(now, layer, ident, lon, lat))


def add(desk: Desk, layer: str, lon: float, lat: float) -> None:
    """A new site of a layer."""
    taken = [str(ident) for ident in desk.city.layer(layer).frame["id"]]
    name = t("ui.scenarios.site_name", desk.lang)
    step(desk, lambda now: drafting.with_site(now, layer, lon, lat, taken=taken, name=name))
    state.memory().pop("scenario_edit", None)  # the newest edit is the one that fields show


def step(desk: Desk, change: Callable[[Draft], Draft]) -> None:
    """Changes the draft where the city can be made; else says why not."""
    _say("")
    changed = change(draft(desk))
    try:
        scenario_work.drafted(desk.opening, changed)
    except PlannerError as error:
        _say(error_text(error, desk.lang), bad=True)
        return
    _put(desk, changed)
    state.memory()["scenario"] = changed.scenario.name or None


def clear(desk: Desk) -> None:
    """An empty draft without a name."""
    step(desk, lambda now: drafting.with_scenario(now, drafting.NOTHING))
    st.session_state["scenario_name"] = ""


def save(desk: Desk) -> None:
    """Keeps the draft under the name in the field: a new scenario, or a new version of the one that was opened."""
    _say("")
    name, now = str(st.session_state.get("scenario_name") or "").strip(), draft(desk)
    place, lang = Path(desk.opening.project), desk.lang
    if not now.actions:
        _say(t("ui.scenarios.nothing_to_save", lang), bad=True)
        return
    version, _ = _seen(desk).get(name, (0, ()))
    scenario = now.scenario if name == now.scenario.name else replace(now.scenario, name=name, created="")
    try:
        check_name(name)
        with edit_lock(place, name):  # somebody who is editing it is told at once, and not waited for
            made = save_scenario(place, scenario, over=version)
    except (PlannerError, OSError) as error:
        _say(error_text(error, lang) if isinstance(error, PlannerError) else t("error.os", lang, path=name, reason=error.strerror or ""),
             bad=True)
        return
    _seen(desk)[name] = made.version, made.scenario.actions
    _put(desk, drafting.kept(now, made))
    state.memory()["scenario"] = name
    _compare_with(name)
    _say(t("ui.scenarios.saved", lang, name=name, version=made.version))


def open_chosen(desk: Desk) -> None:
    """Goes on with the scenario that is chosen in the list."""
    name = st.session_state.get("scenario_pick")
    _say("")
    if name is None:
        return
    try:
        _open(desk, str(name))
    except PlannerError as error:
        _say(error_text(error, desk.lang), bad=True)
        return
    _compare_with(str(name))


def delete_chosen(desk: Desk) -> None:
    """Deletes the scenario that is chosen in the list; the draft stays, so that it can be saved again."""
    name = st.session_state.get("scenario_pick")
    _say("")
    if name is None:
        return
    try:
        with edit_lock(Path(desk.opening.project), str(name)):
            delete_scenario(Path(desk.opening.project), str(name))
    except PlannerError as error:
        _say(error_text(error, desk.lang), bad=True)
        return
    _seen(desk).pop(str(name), None)
    now = draft(desk)
    if now.scenario.name == name:
        _put(desk, replace(now, scenario=replace(now.scenario, name="", created="")))
        state.memory()["scenario"] = None
    st.session_state["scenario_pick"] = None
    _say(t("ui.scenarios.deleted", desk.lang, name=name))


# ---- the session -----------------------------------------------------------------------------------------------------
def _open(desk: Desk, name: str) -> Draft:
    """Makes a saved scenario the draft. Raises InputError: scenario_missing and others."""
    state.memory()["scenario"] = None
    found = load_scenario(Path(desk.opening.project), name)
    now = drafting.opened(_now(desk), found)
    scenario_work.drafted(desk.opening, now)
    _seen(desk)[name] = found.version, found.scenario.actions
    _put(desk, now)
    state.memory()["scenario"] = st.session_state["scenario_name"] = name
    return now


def _now(desk: Desk) -> Draft:
    """The draft as it stands: this visit's own, or the one that the address has the key of."""
    project, asked = desk.opening.project, state.memory().get("draft")
    if asked and asked != _keys().get(project) and (held := scenario_drafts.find(str(asked), project)) is not None:
        _seen(desk).update(held.seen)
        _put(desk, held.draft)
        st.session_state["scenario_name"] = held.draft.scenario.name
    return _drafts().setdefault(project, Draft())


def _put(desk: Desk, now: Draft) -> None:
    """Makes a draft the one of this visit, also for the page when it is loaded anew."""
    project = desk.opening.project
    _drafts()[project] = now
    held = scenario_drafts.Held(project, now, dict(_seen(desk)))
    _keys()[project] = state.memory()["draft"] = scenario_drafts.keep(_keys().get(project), held)


def _keys() -> dict[str, str]:
    """The keys of this visit's own drafts by project."""
    found: dict[str, str] = state.memory().setdefault("scenario_keys", {})
    return found


def _drafts() -> dict[str, Draft]:
    """The drafts of this visit by project."""
    found: dict[str, Draft] = state.memory().setdefault("scenario_drafts", {})
    return found


def _seen(desk: Desk) -> dict[str, tuple[int, tuple[object, ...]]]:
    """Of each scenario that this visit opened or saved: its version and its actions then."""
    found: dict[str, dict[str, tuple[int, tuple[object, ...]]]] = state.memory().setdefault("scenario_seen", {})
    return found.setdefault(desk.opening.project, {})


def _compare_with(name: str) -> None:
    """Lets the comparison show a scenario beside what stands on its other side."""
    state.memory()["compare_b"] = st.session_state["compare_b"] = name


def _say(sentence: str, *, bad: bool = False) -> None:
    """What the page says when it is drawn next."""
    state.memory()["scenario_said"] = sentence, bad
