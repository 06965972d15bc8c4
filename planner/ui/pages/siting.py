"""Siting: ask where to build, follow the run, see the plan with its proof on the map, keep it."""

from __future__ import annotations

import streamlit as st

from planner.i18n import t
from planner.measure.coverage import Coverage
from planner.plan.coverage_change import coverage_change
from planner.ui import (
    controls,
    faults,
    footer,
    jobs,
    scenario_work,
    siting_keep,
    siting_progress,
    siting_settings,
    siting_view,
    siting_work,
    state,
)
from planner.ui.desk import Desk
from planner.ui.faults import said
from planner.ui.text import escaped


def show(desk: Desk) -> None:
    """The page. Its body is a fragment: moving a control redraws it and nothing around it."""
    st.fragment(said(_body))(desk)


def _body(desk: Desk) -> None:
    """Controls, the run, and what it found for exactly these settings."""
    lang, known = desk.lang, desk.opening
    settings = controls.choose(known, lang)
    asked, pressed = siting_settings.choose(known, settings, lang)
    state.write_address()
    for name, value in state.refusals():
        faults.remark(t("ui.refused", lang, name=name, value=value), lang)
    job = siting_work.begin(known, asked, settings) if pressed else jobs.find(asked.key(known))
    if job is not None and job.running:
        job.done.wait(siting_progress.AT_ONCE_S)
    best: siting_work.Answer | None = job.result if job is not None else None
    answer = siting_view.plan_shown(best)
    city = scenario_work.city_of(known, asked.base)
    before = scenario_work.of_saved(known, asked.base, settings)
    after = siting_work.coverage_after(known, answer, settings) if answer is not None else None
    siting_view.headline(best, answer, before, after, lang)
    if job is not None and job.running:
        heads = float(city.demand.group(settings.group).sum())
        siting_progress.follow(job, asked, heads, lang, st.rerun)
    elif job is not None and job.error is not None:
        faults.say(job.error, lang)
    elif answer is not None:
        siting_view.sentences(answer, city, lang)
    else:
        st.html(f'<p class="note">{escaped(t("ui.siting.lead", lang))}</p>')
    left, right = st.columns([1.78, 1], gap="small")
    with left:
        siting_view.show_map(siting_view.painting(desk, before, after, settings, answer, asked.base))
    with right, st.container(key="panel"):
        _panel(desk, best, answer, before, after)
    footer.draw(desk, settings.layer)


def _panel(desk: Desk, best: siting_work.Answer | None, answer: siting_work.Answer | None, before: Coverage,
           after: Coverage | None) -> None:
    """Which plan, where there are several; the sites, the units before and after, saving and downloads; the unit selected on the map."""
    lang = desk.lang
    if best is not None:
        siting_view.choose_plan(best, lang)
    if answer is not None and after is not None:
        first, second = st.tabs([t("ui.siting.tab_sites", lang), t("ui.siting.tab_units", lang)])
        with first:
            siting_view.sites(answer, lang)
        units = coverage_change(before, after, hide_small=desk.city.demand.hide_small).units
        with second:
            siting_view.units(desk, units, before, lang)
        siting_keep.save_form(desk, answer)
        siting_keep.downloads(desk, answer, units, before.by)
    siting_view.chosen_unit(before, after, lang)
