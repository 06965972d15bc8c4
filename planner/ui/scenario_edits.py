"""The edits of a draft: adding on the map, what is done, one edit's place and size, what becomes of a facility that there is."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from planner.i18n import t
from planner.measure.city import City
from planner.plan import draft as drafting
from planner.plan.draft import Draft
from planner.plan.scenario import Action
from planner.plan.wording import layer_name
from planner.ui import scenario_steps as steps
from planner.ui import state
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.text import escaped

SIZES = ("beds", "capacity", "area_m2")
"""Columns that say a facility's size; the first one that the ledger has is the one that can be changed here."""
MOST_SIZE = 1e7
STEP_DEGREES = 0.0005


def tools(desk: Desk, now: Draft) -> None:
    """The switch that lets a click on the map add a site; undo, redo, and an empty sheet."""
    lang, kept = desk.lang, state.memory()
    with st.container(key="scenario_tools"):
        adds, back, forth, empty = st.columns([2.3, 1, 1, 1], gap="small", vertical_alignment="center")
        with adds:
            if st.session_state.get("add_site") is None or kept.get("scenario_marks") != lang:
                st.session_state["add_site"] = bool(kept.get("scenario_adds"))
                kept["scenario_marks"] = lang
            st.toggle(t("ui.scenarios.add_site", lang), key="add_site", on_change=_switched)
        for spot, name, change, there in ((back, "undo", drafting.undo, now.past), (forth, "redo", drafting.redo, now.future)):
            with spot:
                st.button(t(f"ui.scenarios.{name}", lang), key=f"scenario_{name}", on_click=steps.step, args=(desk, change),
                          disabled=not there, width="stretch")
        with empty:
            st.button(t("ui.scenarios.clear", lang), key="scenario_clear", on_click=steps.clear, args=(desk,), disabled=not now.actions,
                      width="stretch")


def _switched() -> None:
    """The switch was used."""
    state.memory()["scenario_adds"] = bool(st.session_state["add_site"])


def listed(desk: Desk, now: Draft) -> None:
    """What the draft does, a line an edit, with the numbers that the map's signs have."""
    lang = desk.lang
    sentence, bad = steps.said()
    lines = "".join(f"<li>{escaped(line, lang)}</li>" for line in (told(action, desk.city, lang) for action in now.actions))
    with st.container(key="scenario_edits"):
        if sentence:
            st.html(f'<p class="note{" warn" if bad else ""}" role="{"alert" if bad else "status"}">{escaped(sentence, lang)}</p>')
        if lines:
            st.html(f'<ol class="edits" tabindex="0" aria-label="{escaped(t("ui.scenarios.edits", lang))}">{lines}</ol>')
        else:
            st.html(f'<p class="note">{escaped(t("ui.scenarios.lead", lang))}</p>')


def told(action: Action, city: City, lang: str) -> str:
    """One edit in words: what is done, to which facility, where it then stands and how large it is."""
    layer = layer_name(action.layer, lang) if action.layer else ""
    name = str(action.values.get("name", "")) or name_of(city, action.layer, action.id)
    more = [f"{action.lon:.5f}, {action.lat:.5f}"] if action.lon is not None and action.lat is not None else []
    more += [t(f"ui.scenarios.size_{column}", lang, amount=f"{float(action.values[column]):,.0f}") for column in SIZES
             if column in action.values]
    words = {"do": t(f"ui.scenarios.do_{action.do}", lang), "layer": layer, "name": name, "id": action.id}
    line = t("ui.scenarios.edit_of", lang, **words) if action.id else words["do"]
    return t("ui.scenarios.edit_more", lang, line=line, more=t("ui.scenarios.comma", lang).join(more)) if more else line


def name_of(city: City, layer: str, ident: str) -> str:
    """The name of a facility in the project's ledger; "" where there is none."""
    if layer not in city.facilities or "name" not in city.facilities[layer].frame:
        return ""
    frame = city.facilities[layer].frame
    rows = frame.index[frame["id"].astype(str) == ident]
    return str(frame.loc[rows[0], "name"]) if len(rows) else ""


def fields(desk: Desk, now: Draft) -> None:
    """One edit to be changed by typing or taken back: the newest, or the one that is chosen."""
    lang, actions = desk.lang, now.actions
    if not actions:
        return
    options = list(range(len(actions)))
    chosen = state.memory().get("scenario_edit")
    if chosen not in options:
        chosen = options[-1]
    _set("edit", chosen, (lang, len(options)))
    with st.container(key="scenario_fields"):
        pick, lon, lat, size, gone = st.columns([1.1, 1.3, 1.2, 0.9, 1.15], gap="small", vertical_alignment="bottom")
        with pick:
            st.selectbox(t("ui.scenarios.edit", lang), options, key="edit", on_change=_chosen,
                         format_func=lambda k: f"{k + 1} {actions[k].id}" if k < len(actions) else "")
        action, column = actions[chosen], size_column(desk.city, actions[chosen].layer)
        place = action.do in drafting.PLACED
        for spot, key, value, most in ((lon, "edit_lon", action.lon, 180.0), (lat, "edit_lat", action.lat, 90.0)):
            with spot:
                _set(key, float(value or 0.0) if place else None, (lang, chosen))
                st.number_input(t(f"ui.scenarios.{key}", lang), -most, most, value=None, key=key, step=STEP_DEGREES, format="%.5f",
                                disabled=not place, on_change=_moved, args=(desk, action))
        with size:
            sizes = action.do in ("add", "expand") and column is not None
            _set("edit_size", _amount(action.values.get(column or "")) if sizes else None, (lang, chosen))
            st.number_input(t(f"ui.scenarios.column_{column or SIZES[0]}", lang), 0.0, MOST_SIZE, value=None, key="edit_size", step=10.0,
                            format="%.0f", disabled=not sizes, on_change=_sized, args=(desk, action, column))
        with gone:
            st.button(t("ui.scenarios.remove", lang), key="remove_edit", on_click=_removed, args=(desk, chosen), width="stretch")


def existing(desk: Desk, now: Draft, settings: Settings) -> None:
    """An existing facility: closed, moved or given another size."""
    lang, city, layer = desk.lang, desk.city, settings.layer
    names = facility_names(desk, layer)
    column = size_column(city, layer)
    with st.container(key="scenario_existing"):
        which, close, move, size = st.columns([2.5, 0.9, 0.9, 1.3], gap="small", vertical_alignment="bottom")
        mark = (lang, layer, len(names))
        _set("facility", st.session_state.get("facility") if st.session_state.get("facility") in names else None, mark)
        with which:
            ident = st.selectbox(t("ui.scenarios.facility", lang), list(names), index=None, key="facility", filter_mode="contains",
                                 placeholder=t("ui.scenarios.facility_placeholder", lang),
                                 format_func=lambda one: f"{names.get(one, '')} {one}".strip())
        shut = ident is not None and drafting.last_of(now.actions, ("close",), layer, ident) is not None
        with close:
            st.button(t("ui.scenarios.close", lang), key="close_facility", disabled=ident is None or shut, width="stretch",
                      on_click=_close, args=(desk, layer, ident))
        with move:
            st.button(t("ui.scenarios.move", lang), key="move_facility", disabled=ident is None or shut, width="stretch",
                      on_click=_move, args=(desk, layer, ident))
        with size:
            amount = None if ident is None or column is None else present_size(now, city, layer, ident, column)
            _set("facility_size", amount, (*mark, ident))
            st.number_input(t(f"ui.scenarios.column_{column or SIZES[0]}", lang), 0.0, MOST_SIZE, value=None, key="facility_size",
                            step=10.0, format="%.0f", disabled=ident is None or column is None, on_change=_resize,
                            args=(desk, layer, ident, column))


def facility_names(desk: Desk, layer: str) -> dict[str, str]:
    """The facilities of a layer by id, with their names."""

    def make() -> dict[str, str]:
        frame = desk.city.layer(layer).frame
        names = frame["name"] if "name" in frame else frame["id"]
        return {str(ident): str(name) for ident, name in zip(frame["id"], names, strict=True)}

    return desk.opening.keep(("facility names", layer), make)


def size_column(city: City, layer: str) -> str | None:
    """The column that says how large a layer's facilities are; None where its ledger has none."""
    frame = city.facilities[layer].frame if layer in city.facilities else {}
    return next((column for column in SIZES if column in frame and frame[column].dtype.kind in "fiu"), None)


def present_size(now: Draft, city: City, layer: str, ident: str, column: str) -> float | None:
    """A facility's size under the draft, else in the ledger."""
    at = drafting.last_of(now.actions, ("expand",), layer, ident)
    if at is not None and column in now.actions[at].values:
        return _amount(now.actions[at].values[column])
    frame = city.layer(layer).frame
    found = frame.loc[frame["id"].astype(str) == ident, column]
    return _amount(found.iloc[0]) if len(found) else None


def _amount(value: Any) -> float | None:
    """A size as a field shows it; None where there is none."""
    return None if value is None or value != value else float(value)


def _set(key: str, value: Any, mark: object) -> None:
    """Gives a field its value where that, or what the field's identity hangs on, is another than before."""
    marks = state.memory().setdefault("scenario_fields", {})
    if st.session_state.get(key) != value or marks.get(key) != mark or key not in st.session_state:
        st.session_state[key] = value
    marks[key] = mark


# ---- what the fields and buttons do ------------------------------------------------------------------------------------
def _chosen() -> None:
    """Another edit is to be changed."""
    state.memory()["scenario_edit"] = st.session_state["edit"]


def _moved(desk: Desk, action: Action) -> None:
    """A place was typed."""
    lon, lat = st.session_state.get("edit_lon"), st.session_state.get("edit_lat")
    if lon is not None and lat is not None:
        steps.step(desk, lambda now: drafting.placed(now, action.layer, action.id, lon, lat))


def _sized(desk: Desk, action: Action, column: str) -> None:
    """A size was typed."""
    amount = st.session_state.get("edit_size")
    if amount is not None:
        steps.step(desk, lambda now: drafting.sized(now, action.layer, action.id, column, amount))


def _removed(desk: Desk, number: int) -> None:
    """An edit is taken back."""
    steps.step(desk, lambda now: drafting.without(now, number))
    state.memory().pop("scenario_edit", None)


def _close(desk: Desk, layer: str, ident: str) -> None:
    """A facility is to close."""
    steps.step(desk, lambda now: drafting.closed(now, layer, ident))
    state.memory().pop("scenario_edit", None)


def _move(desk: Desk, layer: str, ident: str) -> None:
    """A facility is to move: it is put where it stands, or in the middle of the city, to be dragged on the map or typed elsewhere."""
    from pyproj import Transformer

    frame, demand = desk.city.layer(layer).frame, desk.city.demand
    row = frame.loc[frame["id"].astype(str) == ident].iloc[0]
    x, y = float(row["x"]), float(row["y"])
    if not (math.isfinite(x) and math.isfinite(y)):
        x, y = float(demand.x.mean()), float(demand.y.mean())
    lon, lat = Transformer.from_crs(desk.city.crs, "EPSG:4326", always_xy=True).transform(x, y)
    steps.step(desk, lambda now: drafting.placed(now, layer, ident, lon, lat))
    state.memory().pop("scenario_edit", None)


def _resize(desk: Desk, layer: str, ident: str, column: str) -> None:
    """A facility is to have another size."""
    amount = st.session_state.get("facility_size")
    if amount is not None:
        steps.step(desk, lambda now: drafting.sized(now, layer, ident, column, amount))
    state.memory().pop("scenario_edit", None)
