"""The assumptions that a person may change, on the method page: speeds, parameters of targets, unit costs; each said to be one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from planner.errors import InputError, PlannerError
from planner.i18n import has, pick, t
from planner.plan import settings
from planner.plan.gaplist import UnitCost
from planner.plan.project import read_project
from planner.plan.unit_costs import read_unit_costs
from planner.quality import QualityReport
from planner.targets.pack import list_packs
from planner.ui.controls import layer_name
from planner.ui.desk import Desk
from planner.ui.faults import fault_sentence, remark
from planner.ui.text import escaped, travel_title
from planner.ui.workspace import is_demo

KMH_OF_M_PER_MIN = 0.06
DONE = "settings_saved"
COST_COLUMNS = ("layer", "action", "unit", "cny", "price_year", "source", "certainty")


def show(desk: Desk) -> None:
    """Three tables, each with its button; the demonstration city is only shown."""
    lang, fixed = desk.lang, is_demo(desk.opening.project)
    st.html(f'<h2>{escaped(t("ui.settings.title", lang))}</h2><p class="prose">{escaped(t("ui.settings.lead", lang))}</p>')
    if fixed:
        st.html(f'<p class="note">{escaped(t("error.demo_is_fixed", lang))}</p>')
    saved = st.session_state.pop(DONE, None)
    if saved:
        st.html(f'<p class="prose" role="status">{escaped(t("ui.settings.saved", lang))}</p>')
    folder = Path(desk.opening.project)
    seen = settings.seen_now(folder)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _speeds(desk, folder, seen, fixed)
    with right:
        _parameters(desk, folder, seen, fixed)
    _costs(desk, folder, seen, fixed)


def _table(desk: Desk, name: str, frame: pd.DataFrame, editable: Sequence[str], seen: str, *, fixed: bool) -> pd.DataFrame:
    """A table whose editable columns are marked as assumptions in their heading."""
    lang = desk.lang
    heads: dict[str, Any] = {}
    for column in frame.columns:
        words = t(f"ui.settings.{column}", lang)
        label = t("ui.settings.assumed", lang, column=words) if column in editable else words
        number = frame[column].dtype.kind in "fi"
        heads[column] = st.column_config.NumberColumn(label, min_value=0.0) if number else st.column_config.TextColumn(label)
    st.html(f'<h3>{escaped(t(f"ui.settings.{name}", lang))}</h3>')
    with st.container(key=f"settings_{name}"):
        locked = True if fixed else [column for column in frame.columns if column not in editable]
        return st.data_editor(frame, hide_index=True, width="stretch", disabled=locked, column_config=heads,
                              key=f"edit_{name}|{seen}|{lang}", placeholder="")


def _save(desk: Desk, name: str, changed: bool, change: Callable[[dt.datetime], None], *, fixed: bool) -> None:
    """The button of a table, and what came of it."""
    lang = desk.lang
    if fixed or not st.button(t("ui.settings.save", lang), key=f"save_{name}", disabled=not changed):
        return
    try:
        change(dt.datetime.now().astimezone())
    except PlannerError as error:
        remark(fault_sentence(error, lang), lang)
        return
    st.session_state[DONE] = name
    st.rerun()


def _speeds(desk: Desk, folder: Path, seen: str, fixed: bool) -> None:
    """Metres a minute of each travel."""
    travels = desk.city.travels
    before = speed_frame(desk)
    after = _table(desk, "speeds", before, ("speed",), seen, fixed=fixed)
    new = {name: float(speed) for name, speed in zip(travels, after["speed"], strict=True)
           if pd.notna(speed) and float(speed) != travels[name].metres_per_minute}
    _save(desk, "speeds", bool(new), lambda now: settings.change_speeds(folder, new, seen=seen, now=now), fixed=fixed)


def speed_frame(desk: Desk) -> pd.DataFrame:
    """The project's travels: name, mode, stated speed, how far a point may lie from a street."""
    lang = desk.lang
    rows = [(travel_title(travel, lang), t(f"ui.mode.{travel.mode}", lang), travel.metres_per_minute,
             round(travel.metres_per_minute * KMH_OF_M_PER_MIN, 2), travel.max_snap_m) for travel in desk.city.travels.values()]
    return pd.DataFrame(rows, columns=["travel", "mode", "speed", "speed_kmh", "snap"])


def _parameters(desk: Desk, folder: Path, seen: str, fixed: bool) -> None:
    """Numbers that the project gives to targets whose plan prints none."""
    lang = desk.lang
    given = {(target, key): float(table[key]) for target, table in desk.city.parameters.items() for key in settings.NUMBERS
             if isinstance(table.get(key), int | float)}
    if not given:
        st.html(f'<h3>{escaped(t("ui.settings.parameters", lang))}</h3><p class="note">{escaped(t("ui.settings.no_parameters", lang))}</p>')
        return
    titles = {target.id: pick(target.title, lang) for pack in (*list_packs(), *desk.opening.packs()) for target in pack.targets}
    rows = [(titles.get(target, target), t(f"ui.settings.key_{key}", lang), value) for (target, key), value in given.items()]
    after = _table(desk, "parameters", pd.DataFrame(rows, columns=["target", "parameter", "value"]), ("value",), seen, fixed=fixed)
    new: dict[str, dict[str, float]] = {}
    for (target, key), value in zip(given, after["value"], strict=True):
        if pd.notna(value) and float(value) != given[target, key]:
            new.setdefault(target, {})[key] = float(value)
    _save(desk, "parameters", bool(new), lambda now: settings.change_parameters(folder, new, seen=seen, now=now), fixed=fixed)


def _costs(desk: Desk, folder: Path, seen: str, fixed: bool) -> None:
    """The project's unit costs."""
    lang = desk.lang
    named = read_project(folder, report=QualityReport()).costs
    costs = read_unit_costs(named, QualityReport()) if named is not None else ()
    if not costs:
        st.html(f'<h3>{escaped(t("ui.settings.costs", lang))}</h3><p class="note">{escaped(t("ui.settings.no_costs", lang))}</p>')
        return
    frame = cost_frame(costs, lang)
    after = _table(desk, "costs", frame, ("cny", "price_year", "source"), f"{seen}|{hash(costs)}", fixed=fixed)
    new = [_cost(cost, row) for cost, row in zip(costs, after.to_dict("records"), strict=True)]
    _save(desk, "costs", tuple(new) != tuple(costs), lambda now: settings.change_costs(folder, new, seen=seen, now=now), fixed=fixed)


def cost_frame(costs: Sequence[UnitCost], lang: str) -> pd.DataFrame:
    """Unit costs as the table shows them, layers by name."""
    rows = [(layer_name(cost.layer, lang), _word("gaps.do", cost.action, lang), _word("gaps.cost.unit", cost.unit, lang, "_"), cost.cny,
             cost.price_year, cost.source, _word("ui.certainty", cost.certainty, lang)) for cost in costs]
    return pd.DataFrame(rows, columns=list(COST_COLUMNS))


def _word(group: str, value: str, lang: str, joint: str = ".") -> str:
    """A value of a closed set in words; itself where there are none."""
    key = f"{group}{joint}{value}"
    return t(key, lang) if value and has(key, lang) else value


def _cost(cost: UnitCost, row: Mapping[str, Any]) -> UnitCost:
    """A unit cost with what a person changed."""
    if pd.isna(row["cny"]):
        raise InputError("settings_number", name=row["layer"], value="", most="∞")
    return replace(cost, cny=float(row["cny"]), price_year=str(row["price_year"] or ""), source=str(row["source"] or ""))
