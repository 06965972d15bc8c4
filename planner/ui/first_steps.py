"""A project without data walks its people through the first four files: what is missing, an upload, what was found, and on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from planner.errors import PlannerError
from planner.export.ledger_template import people_template
from planner.i18n import t
from planner.inputs.specs import LEVELS
from planner.plan import first_data
from planner.plan.first_data import ACCEPTED, BOUNDARIES, FACILITIES, PEOPLE, STEPS, STREETS, Step
from planner.targets.catalogue import known_layers
from planner.ui import column_panel, state, style
from planner.ui.controls import layer_name
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES
from planner.ui.faults import fault_sentence, issue_line, remark
from planner.ui.opening import Opening
from planner.ui.text import escaped, level_name
from planner.ui.workspace import is_demo

GUIDED = "guided"
"""The session's project that is being filled step by step: it stays with the steps until its person is done."""
ROUND = "first_round"
"""How many files this session has put in: with each the boxes are empty again."""
UPLOAD_MB = 200
SHOWN_ISSUES = 12


def wanted(known: Opening) -> bool:
    """Whether a project is to be filled before any page can show it: a step has nothing yet, or a person is at the steps."""
    if not known.first or is_demo(known.project):
        return False
    if state.memory().get(GUIDED) == known.project:
        return True
    return any(step.absent for step in known.first) and not all(step.done for step in known.first)


def begin(project: str) -> None:
    """Bring a project's steps before its person."""
    state.memory()[GUIDED] = project


def show(desk: Desk) -> None:
    """The four steps with their states, the present one open."""
    lang, known = desk.lang, desk.opening
    begin(known.project)
    done = all(step.done for step in known.first)
    with st.container(key="first_steps"):
        st.html(f'<h2>{escaped(t("ui.first.title", lang))}</h2><p class="prose">{escaped(t("ui.first.lead", lang))}</p>')
        step = _chosen(known.first, lang)
        if done:
            st.html(f'<p class="prose" role="status">{escaped(t("ui.first.done", lang))}</p>')
        if done and st.button(t("ui.first.finish", lang), key="first_finish", type="primary"):
            state.memory().pop(GUIDED, None)
            st.rerun()
        with st.container(key="first_step_body"):
            _step(desk, step)


def _chosen(steps: Sequence[Step], lang: str) -> Step:
    """The step that is open: the one a person chose, else the first that is not done."""
    waiting = next((step.name for step in steps if not step.done), FACILITIES)
    marks = {step.name: t(f'ui.first.state_{_state(step, step.name == waiting)}', lang) for step in steps}
    spoken = {name: f'{number}. {t(f"ui.first.{name}", lang)}　{marks[name]}' for number, name in enumerate(STEPS, 1)}
    done = tuple(step.name for step in steps if step.done)
    if st.session_state.get("first_done") != done:  # a step more is done: go on
        st.session_state["first_done"] = done
        st.session_state["first_step"] = waiting
    name = st.segmented_control(t("ui.first.step", lang), list(STEPS), key="first_step", required=True, format_func=spoken.__getitem__)
    return next(step for step in steps if step.name == (name or waiting))


def _state(step: Step, now: bool) -> str:
    """done, now, wrong or later."""
    if step.done:
        return "done"
    if not step.absent and any(issue.severity == "blocking" for issue in step.issues):
        return "wrong"
    return "now" if now else "later"


def _step(desk: Desk, step: Step) -> None:
    """What a step asks for, what is there and what was found in it, and the upload."""
    lang = desk.lang
    st.html(f'<p class="prose">{escaped(t(f"ui.first.{step.name}_lead", lang))}</p>')
    st.html(f'<p class="note">{escaped(_told(desk, step))}</p>')
    gravest = sorted((issue for issue in step.issues if not step.absent), key=lambda issue: issue.severity != "blocking")
    if gravest and not step.done:
        lines = "".join(f"<li>{escaped(issue_line(issue, lang), lang)}</li>" for issue in gravest[:SHOWN_ISSUES])
        st.html(f'<p class="prose">{escaped(t("ui.first.found", lang))}</p><ul class="prose">{lines}</ul>')
    asked = [entry for entry in desk.report.columns if entry["ambiguous"] and entry["file"] in step.files]
    for entry in asked[:1]:
        st.html(f'<p class="prose">{escaped(t("ui.first.questions", lang))}</p>')
        column_panel.choose_columns(desk, entry)
    {BOUNDARIES: _boundaries, STREETS: _streets, PEOPLE: _people, FACILITIES: _facilities}[step.name](desk, step)


def _told(desk: Desk, step: Step) -> str:
    """What is there, in a sentence."""
    lang = desk.lang
    if not step.done:
        return t("ui.first.none_yet" if step.absent else "ui.first.waits" if not step.issues else "ui.first.redo_wrong", lang)
    names = {slug: level_name(slug, lang) if step.name == BOUNDARIES else layer_name(slug, lang) for slug in step.parts}
    parts = [t("ui.first.part", lang, name=names[slug], count=f"{count:,}") for slug, count in step.parts.items() if count]
    listed = t("ui.first.listed", lang).join(parts)
    said = t(f"ui.first.{step.name}_done", lang, parts=listed, file=", ".join(step.files), rows=f"{step.rows:,}")
    return said if step.name == FACILITIES else said + t("ui.first.redo", lang)


def _boundaries(desk: Desk, step: Step) -> None:
    """A level and its file; levels that planner.toml names without a file can be taken out."""
    lang = desk.lang
    levels = list(LEVELS)
    lacking = [level for level, count in step.parts.items() if not count]
    state.drop_unless("first_level", levels)
    st.session_state.setdefault("first_level", next(iter(lacking), "township"))
    level = st.selectbox(t("ui.first.level", lang), levels, key="first_level", format_func=lambda one: level_name(one, lang))
    _upload(desk, step, lambda folder, name, data: first_data.put_boundaries(folder, level, name, data), mark=level)
    if any(step.parts.values()):
        for one in lacking:
            named = level_name(one, lang)
            st.html(f'<p class="note">{escaped(t("ui.first.level_missing", lang, level=named))}</p>')
            if st.button(t("ui.first.level_drop", lang, level=named), key=f"first_drop_{one}"):
                _change(desk, lambda folder, gone=one: first_data.drop_boundaries(folder, gone))  # type: ignore[misc]


def _streets(desk: Desk, step: Step) -> None:
    """The streets' file."""
    _upload(desk, step, first_data.put_streets)


def _people(desk: Desk, step: Step) -> None:
    """The table of people by the finest level, with one to fill in."""
    lang = desk.lang
    level = next(iter(reversed([level for level, count in desk.opening.first[0].parts.items() if count])), "township")
    units = desk.opening.first[0].units
    if units:
        st.download_button(t("ui.first.people_template", lang), lambda: people_template(units, lang=lang), "population.csv",
                           MIMES["csv"], key="first_people_template", on_click="ignore")
    _upload(desk, step, lambda folder, name, data: first_data.put_people(folder, name, data, level=level))


def _facilities(desk: Desk, step: Step) -> None:
    """A layer and its ledger."""
    lang, layers = desk.lang, list(dict.fromkeys([*step.parts, *known_layers()]))
    state.drop_unless("first_layer", layers)
    layer = st.selectbox(t("ui.first.layer", lang), layers, key="first_layer", format_func=lambda slug: layer_name(slug, lang))
    _upload(desk, step, lambda folder, name, data: first_data.put_facilities(folder, layer, name, data), mark=layer)


def _upload(desk: Desk, step: Step, put: Callable[[Path, str, bytes], None], *, mark: str = "") -> None:
    """The file's box, and the button that puts it into the project. mark : what the file is for; another one empties the box."""
    lang = desk.lang
    key = f"first_file_{step.name}"
    suffixes = " ".join(ACCEPTED[step.name])
    st.html(style.in_words(f".st-key-{key}", button=t("ui.first.choose", lang), limit=t("ui.first.limit", lang, megabytes=UPLOAD_MB)))
    with st.container(key=key):
        box = f"{key}|{mark}|{st.session_state.get(ROUND, 0)}"
        given = st.file_uploader(t(f"ui.first.file_{step.name}", lang, suffixes=suffixes), key=box, max_upload_size=UPLOAD_MB)
    if given is not None and st.button(t("ui.first.put", lang), key="first_put", type="primary"):
        _change(desk, lambda folder: put(folder, given.name, given.getvalue()))


def _change(desk: Desk, change: Callable[[Path], None]) -> None:
    """A change of the project's folder, or the sentence that says why there is none; the project is then read anew."""
    try:
        change(Path(desk.opening.project))
    except PlannerError as error:
        remark(fault_sentence(error, desk.lang), desk.lang)
        return
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.rerun()
