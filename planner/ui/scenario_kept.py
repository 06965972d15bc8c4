"""Scenarios of the project on the page: saved under a name, listed, opened, deleted; the same ones that the command line knows."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from planner.i18n import t
from planner.plan.draft import Draft
from planner.plan.scenario import BASELINE, Saved, total_cost_cny
from planner.ui import scenario_steps as steps
from planner.ui import state
from planner.ui.desk import Desk
from planner.ui.text import escaped

COLUMNS = ("name", "base", "actions", "cost_cny", "version", "saved", "by")


def save_form(desk: Desk, now: Draft) -> None:
    """A name, and the button that keeps the draft under it."""
    lang, kept = desk.lang, state.memory()
    with st.container(key="save_form"):
        name, button = st.columns([2.2, 1], gap="small", vertical_alignment="bottom")
        if "scenario_name" not in st.session_state or kept.get("scenario_name_lang") != lang:
            st.session_state["scenario_name"] = kept.get("scenario_named", now.scenario.name)
            kept["scenario_name_lang"] = lang
        with name:
            kept["scenario_named"] = st.text_input(t("ui.scenarios.name", lang), key="scenario_name", max_chars=80,
                                                   placeholder=t("ui.scenarios.name_placeholder", lang))
        with button:
            st.button(t("ui.scenarios.save", lang), key="save_scenario", on_click=steps.save, args=(desk,), width="stretch", type="primary")
        saved, silent = steps.is_saved(desk, now), not steps.said()[0]
        told = "unsaved" if now.actions and not saved else "is_saved" if now.scenario.name and silent else ""
        if told:
            st.html(f'<p class="note">{escaped(t(f"ui.scenarios.{told}", lang, name=now.scenario.name), lang)}</p>')


def listed(desk: Desk, known: Sequence[Saved]) -> None:
    """The project's scenarios in a table; one can be opened or deleted."""
    lang = desk.lang
    st.html(f'<h2>{escaped(t("ui.scenarios.list_title", lang))}</h2>')
    with st.container(key="scenario_list"):
        st.html(table_html(known, lang) if known else f'<p class="note">{escaped(t("ui.scenarios.list_none", lang))}</p>')
    names = [one.scenario.name for one in known]
    with st.container(key="scenario_open"):
        which, opens, deletes = st.columns([2.2, 1, 1], gap="small", vertical_alignment="bottom")
        if st.session_state.get("scenario_pick") not in names or state.memory().get("scenario_pick_mark") != (lang, names):
            held = st.session_state.get("scenario_pick")
            st.session_state["scenario_pick"] = held if held in names else None
            state.memory()["scenario_pick_mark"] = lang, names
        with which:
            chosen = st.selectbox(t("ui.scenarios.pick", lang), names, index=None, key="scenario_pick",
                                  placeholder=t("ui.scenarios.pick_placeholder", lang))
        with opens:
            st.button(t("ui.scenarios.open", lang), key="open_scenario", on_click=steps.open_chosen, args=(desk,), disabled=chosen is None,
                      width="stretch")
        with deletes:
            st.button(t("ui.scenarios.delete", lang), key="delete_scenario", on_click=steps.delete_chosen, args=(desk,),
                      disabled=chosen is None, width="stretch")


def table_html(known: Sequence[Saved], lang: str) -> str:
    """The scenarios as a table, every name escaped."""
    heads = "".join(f'<th scope="col">{escaped(t(f"scenario.head_{column}", lang))}</th>' for column in COLUMNS)
    rows = "".join(f"<tr>{''.join(f'<td>{escaped(cell, lang)}</td>' for cell in _cells(one, lang))}</tr>" for one in known)
    named = f'tabindex="0" role="region" aria-label="{escaped(t("ui.scenarios.list_title", lang))}"'
    return f'<div class="kept" {named}><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(one: Saved, lang: str) -> list[str]:
    """One scenario of the table."""
    cost, unstated = total_cost_cny(one.scenario.actions)
    money = f"{cost:,.0f}" if unstated < len(one.scenario.actions) else t("ui.none", lang)
    base = t("ui.scenarios.baseline", lang) if one.scenario.base in (None, BASELINE) else one.scenario.base
    return [one.scenario.name, base, str(len(one.scenario.actions)), money, str(one.version), one.saved[:16].replace("T", " "), one.by]
