"""One unit among many: found by name or code, by its row, or on the map - one selection, wherever it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from planner.i18n import t
from planner.measure.city import City
from planner.measure.coverage import Coverage, UnitCoverage
from planner.ui import state, tables
from planner.ui.text import escaped, level_name, metres, minutes_of, people, percent, state_of

ROW_PX = 32
LISTED = 50
"""So many units stand in the table and in the box of a large city: with thousands, each act would send hundreds of kilobytes."""
MANY = 600
"""From so many units on a city is large."""


def selected(found: Coverage) -> str | None:
    """The code of the selected unit, if it is one of those shown."""
    code = state.memory().get("unit")
    return code if any(unit.code == code for unit in found.units) else None


def select(code: str | None, *, by_row: bool = False) -> None:
    """Select a unit, or none. One that was not selected by its row stands first in the table, for a table cannot be made to scroll."""
    state.memory()["unit"] = code
    if not by_row:
        state.memory()["first_row"] = code


def find(found: Coverage, chosen: str | None, lang: str) -> None:
    """The box that finds a unit by its name or code, without a pointer too. Of a large city it lists the units of the table, and what is
    typed is looked for among all."""
    names = {unit.code: unit.name for unit in found.units}
    large = len(names) > MANY
    listed = [unit.code for unit in shown(found, chosen)] if large else list(names)
    mark = (lang, found.by)
    if st.session_state.get("unit") != chosen or state.memory().get("unit_mark") != mark:
        st.session_state["unit"] = chosen
        state.memory()["unit_mark"] = mark
    state.memory()["unit_names"] = names
    st.selectbox(t("ui.control.unit", lang), listed, index=None, accept_new_options=large, key="unit", filter_mode="contains",
                 placeholder=t("ui.unit.placeholder", lang), on_change=_found,
                 format_func=lambda code: f"{code} {names.get(code, '')}".strip())


def _found() -> None:
    """The box was used."""
    select(looked_up(st.session_state.get("unit"), state.memory().get("unit_names", {})))


def looked_up(typed: str | None, names: Mapping[str, str]) -> str | None:
    """The unit that is meant: by its code, its name, or a part of either, the first by code; None where there is none."""
    if typed is None or typed in names:
        return typed
    words = typed.strip()
    for fits in (lambda code, name: name == words, lambda code, name: code.startswith(words), lambda code, name: words in name):
        code = next((code for code, name in names.items() if words and fits(code, name)), None)
        if code is not None:
            return code
    return None


def shown(found: Coverage, chosen: str | None) -> list[UnitCoverage]:
    """The units of the table: all, or of a large city those with the most people beyond, the selected one among them."""
    kept = state.memory()
    asked = (found, chosen, kept.setdefault("first_row", chosen), tables.is_plain())
    known = kept.get("shown_units")
    if known is not None and known[0][0] is found and known[0][1:] == asked[1:]:
        return list(known[1])
    units = ranked(found.units, asked[2])
    if len(units) > MANY and not asked[3]:
        head = units[:LISTED]
        units = head if chosen is None or any(unit.code == chosen for unit in head) else ranked(found.units, chosen)[:LISTED]
    kept["shown_units"] = (asked, units)
    return units


def ranked(units: Sequence[UnitCoverage], first: str | None = None) -> list[UnitCoverage]:
    """Units with the most people beyond first: where to look first. The unit `first` stands before them."""
    def beyond(unit: UnitCoverage) -> float:
        """People beyond; those that are not told stand last."""
        return 0.0 if _whole(unit.people_beyond) is None else unit.people_beyond

    return sorted(units, key=lambda unit: (unit.code != first, -beyond(unit), unit.code))


def _whole(count: float) -> int | None:
    """A count of people as a whole number; None where it is not told."""
    return None if count != count else round(count)


def table_frame(units: Sequence[UnitCoverage], wanted: float, lang: str, name_of_level: str) -> pd.DataFrame:
    """The units as the table shows them: code, state, name, share, people beyond, people."""
    rows = [(unit.code, state_of(unit.share, wanted, lang), unit.name, None if unit.share is None else unit.share * 100,
             _whole(unit.people_beyond), _whole(unit.people)) for unit in units]
    columns = [t("ui.table.code", lang), t("ui.table.state", lang), name_of_level,
               t("ui.table.share", lang), t("ui.table.beyond", lang), t("ui.table.people", lang)]
    frame = pd.DataFrame(rows, columns=columns)
    frame[columns[3]] = frame[columns[3]].astype("float64")
    return frame


def table(found: Coverage, city: City, wanted: float, chosen: str | None, lang: str) -> None:
    """The units in a table, one row of which can be selected."""
    units = shown(found, chosen)
    codes = [unit.code for unit in units]
    state.memory()["table_codes"] = codes
    rows = [codes.index(chosen)] if chosen in codes else []
    held = st.session_state.get("unit_table") or {}
    if list(held.get("selection", {}).get("rows", [])) != rows:
        st.session_state["unit_table"] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    frame = table_frame(units, wanted, lang, level_name(found.by, lang, city.boundaries.labels))
    code, mark, name, share, beyond, whole = frame.columns
    column = st.column_config
    look = {code: column.TextColumn(width=92), mark: column.TextColumn(width=80), name: column.TextColumn(width=104),
            share: column.NumberColumn(width=68, format="%.1f%%"), beyond: column.NumberColumn(width=76, format="localized"),
            whole: column.NumberColumn(width=82, format="localized")}
    tables.dataframe(frame, key="unit_table", on_select=_row, selection_mode="single-row", hide_index=True, height="stretch",
                     row_height=ROW_PX, placeholder="", column_config=look)
    if len(units) < len(found.units):
        said = t("ui.table.head", lang, shown=f"{len(units):,}", count=f"{len(found.units):,}")
        st.html(f'<p class="note">{escaped(said)}</p>')


def _row() -> None:
    """A row was selected, or let go."""
    rows = st.session_state["unit_table"]["selection"]["rows"]
    codes = state.memory().get("table_codes", [])
    select(codes[rows[0]] if rows and rows[0] < len(codes) else None, by_row=True)


def details(found: Coverage, city: City, wanted: float, chosen: str | None, lang: str, *, why: Callable[[UnitCoverage], str]) -> None:
    """What is known of the selected unit: share and state, people beyond and why, ways to the nearest facility, the straight line beside.

    why : the sentence of a unit, "" for none."""
    with st.container(key="unit_details"):
        unit = next((unit for unit in found.units if unit.code == chosen), None)
        if unit is None:
            st.html(f'<p class="note">{escaped(t("ui.unit.none", lang))}</p>')
            return
        st.html(details_html(unit, city, found, wanted, lang, why(unit)))


def details_html(unit: UnitCoverage, city: City, found: Coverage, wanted: float, lang: str, why: str = "") -> str:
    """The details as HTML, every name escaped. The share is the first number after code and name."""
    travel = city.travels[found.travel]
    css = "nobody" if unit.share is None else "met" if unit.share >= wanted else "not-met"

    def way(value_m: float | None) -> str:
        """Metres and minutes of a way."""
        if value_m is None:
            return t("ui.none", lang)
        return t("ui.unit.way", lang, metres=metres(value_m, lang), minutes=minutes_of(value_m, travel, lang))

    facts = {"beyond": people(unit.people_beyond, lang), "people": people(unit.people, lang),
             "straight": percent(unit.straight_share, lang), "nearest_mean": way(unit.nearest_mean_m),
             "nearest_p95": way(unit.nearest_p95_m), "lost": people(unit.people_unattached + unit.people_unreached, lang)}
    listed = "".join(f'<div><dt>{escaped(t(f"ui.unit.{name}", lang))}</dt><dd>{escaped(value)}</dd></div>'
                     for name, value in facts.items())
    reason = f'<p class="why">{escaped(why, lang)}</p>' if why else ""
    named = f"<b>{escaped(unit.name, lang)}</b><code>{escaped(unit.code, lang)}</code>"
    return (f'<div class="unit"><header>{named}</header>'
            f'<div>{escaped(t("ui.unit.share", lang))} <span class="share">{escaped(percent(unit.share, lang))}</span> '
            f'<span class="{css}">{escaped(state_of(unit.share, wanted, lang))}</span></div>{reason}<dl>{listed}</dl></div>')
