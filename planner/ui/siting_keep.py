"""A plan kept: saved as a scenario of the project, or taken along as files that are made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from planner.errors import PlannerError
from planner.export import siting_table
from planner.i18n import error_text, t
from planner.measure.city import City
from planner.plan.coverage_change import UnitChange
from planner.plan.scenario import BASELINE, check_name
from planner.plan.siting_saved import save
from planner.plan.wording import layer_name
from planner.ui import faults, state
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.scenario_work import city_of
from planner.ui.siting_work import Answer
from planner.ui.text import escaped, group_name, travel_name

FORMS = ("csv", "xlsx", "gpkg")


def save_form(desk: Desk, answer: Answer) -> None:
    """A name and a button; then what was saved, or why not."""
    lang, kept = desk.lang, state.memory()
    with st.container(key="save_form"):
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        with left:
            name = st.text_input(t("ui.siting.plan_name", lang), key="plan_name", max_chars=80)
        with right:
            pressed = st.button(t("ui.siting.save", lang), key="save_plan", width="stretch")
        if pressed:
            kept["plan_saved"] = _save(desk, answer, name.strip())
        key, sentence = kept.get("plan_saved", ("", ""))
        if sentence and key == _plan_of(answer):
            with st.container(key="save_result"):
                st.html(f'<p class="note" role="status">{escaped(sentence, lang)}</p>')


def _save(desk: Desk, answer: Answer, name: str) -> tuple[str, str]:
    """Saves the plan on the scenario that it was made under; gives whose answer it is and what to say: what was saved, or why not."""
    lang, run, city = desk.lang, answer.run, city_of(desk.opening, answer.asked.base)
    try:
        check_name(name)
        base = None if answer.asked.base == BASELINE else answer.asked.base
        saved = save(Path(desk.opening.project), run, name, base=base, note=answer.told(city, lang)[0],
                     taken=city.layer(run.question.layer).frame["id"].tolist())
    except PlannerError as error:
        faults.remark(error_text(error, lang), lang)
        return "", ""
    return _plan_of(answer), t("site.saved", lang, name=name, count=len(run.new), version=saved.version)


def _plan_of(answer: Answer) -> str:
    """Says which plan it is: of what question, and which of several."""
    return repr((answer.asked, answer.number))


def downloads(desk: Desk, answer: Answer, units: Sequence[UnitChange], level: str) -> None:
    """Three buttons: the sites as `planner site --format csv` prints them, the workbook, the GeoPackage."""
    lang, city = desk.lang, city_of(desk.opening, answer.asked.base)
    run = answer.run

    def workbook() -> bytes:
        """Made when it is asked for."""
        told, settings = answer.told(city, lang), settings_said(answer, city, lang)
        return siting_table.plan_xlsx(run, answer.rules, said=told, settings=settings, units=units, lang=lang)

    make = {"csv": lambda: siting_table.sites_csv(run).encode("utf-8-sig"), "xlsx": workbook,
            "gpkg": lambda: siting_table.plan_gpkg(run, city.boundaries, level, units)}
    words = [city.id, run.question.layer, run.question.model, f"{len(run.new)}-sites", *filter(None, (str(answer.number or ""),))]
    with st.container(key="downloads"):
        for spot, (kind, data) in zip(st.columns(len(FORMS), gap="small"), make.items(), strict=True):
            name = safe_name(words, kind)
            with spot:
                st.download_button(t(f"ui.siting.download_{kind}", lang), data, name, MIMES[kind], key=f"download_sites_{kind}",
                                   on_click="ignore", width="stretch")


def settings_said(answer: Answer, city: City, lang: str) -> list[tuple[str, str]]:
    """What was asked, as pairs of label and value, so that the tables never stand alone."""
    run, question = answer.run, answer.run.question
    shown = {"model": t(f"ui.siting.model.{question.model}", lang), "layer": layer_name(question.layer, lang),
             "travel": travel_name(city.travels[question.travel], lang), "minutes": f"{question.minutes:g}",
             "limit_m": f"{run.limit_m:,.0f}", "group": group_name(question.group, lang), "as_of": run.as_of.isoformat(),
             "new": "" if question.new is None else str(question.new),
             "share": "" if question.share is None else f"{question.share:.0%}", "candidates": run.candidates.spec,
             "base": t("ui.siting.baseline", lang) if answer.asked.base == BASELINE else answer.asked.base,
             "objective": "" if run.result.objective is None else repr(run.result.objective),
             "bound": "" if run.result.bound is None else repr(run.result.bound), "method": run.result.method,
             "seconds": f"{run.result.seconds:.1f}", "seed": str(run.result.seed)}
    return [(t(f"export.siting.setting.{key}", lang), value) for key, value in shown.items() if value]
