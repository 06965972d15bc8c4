"""The frame around every page: title, navigation, project, language; the wait while a project is read; faults said as sentences.

A page is a module of `planner.ui.pages` with one function `show(desk)`; to add one, write the module and name it in PAGES.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from planner.errors import PlannerError
from planner.i18n import LANGUAGES, pick, t
from planner.plan.project import read_project
from planner.quality import QualityReport
from planner.ui import faults, state, style
from planner.ui.desk import Desk
from planner.ui.opening import Opening, opening, projects
from planner.ui.text import escaped

PAGES = ("coverage", "targets", "gaps", "quality", "method")
"""The pages there are, in the contract's order."""
NEED_NO_CITY = ("quality",)
"""Pages that show what was found in the files even where nothing can be measured."""
LOOK_AGAIN_S = 0.3
"""How often a waiting page looks whether its project is ready."""
HOLD_S = 8.0
"""So long a visit waits in its own run; after that the page is let go and looks again by itself."""
TONGUES = {"zh": "中文", "en": "English"}


def show(arguments: Sequence[str]) -> None:
    """Draw the page that the address asks for. `arguments` are the server's own: the project, or nothing."""
    state.adopt_address()
    lang = state.language()
    st.set_page_config(page_title=t("ui.title", lang), layout="wide", initial_sidebar_state="collapsed")
    st.html(style.sheet())
    page, project = _top_bar(projects(arguments), lang)
    state.write_address()
    known = opening(project)
    with st.container(key=f"page_{page}"):
        if _ready_soon(known, lang):
            _show_page(page, known, lang)
        else:
            _look_again(known, lang)


def _top_bar(known: Sequence[str], lang: str) -> tuple[str, str]:
    """Title, navigation, project and language; gives the page and the project chosen."""
    with st.container(key="topbar"):
        brand, pages, project, tongue = st.columns([2.3, 4.3, 2.0, 1.3], vertical_alignment="bottom")
        with brand:
            st.html(f'<h1>{escaped(t("ui.title", lang))}<span>{escaped(t("ui.subtitle", lang))}</span></h1>')
        with pages:
            state.settle("pages", PAGES, PAGES[0], mark=lang, name="page")
            page = st.segmented_control(t("ui.control.pages", lang), PAGES, key="pages", required=True,
                                        format_func=lambda name: t(f"ui.page.{name}", lang))
        with project:
            names = _project_names(known, lang)
            state.settle("project", list(names), next(iter(names)), mark=lang)
            chosen = st.selectbox(t("ui.control.project", lang), list(names), key="project", format_func=names.__getitem__)
        with tongue:
            state.settle("lang", LANGUAGES, lang)
            st.segmented_control(t("ui.control.lang", lang), LANGUAGES, key="lang", required=True, format_func=TONGUES.__getitem__)
    if chosen == next(iter(names)):
        state.memory().pop("project", None)  # the first project needs no word in the address
    return page or PAGES[0], known[list(names).index(chosen)]


def _project_names(known: Sequence[str], lang: str) -> dict[str, str]:
    """The projects by a short name for the address (their folder's), with their titles for people."""
    titles: dict[str, str] = {}
    for place in known:
        titles.setdefault(Path(place).name, _title(place, lang))
    return titles


def _title(place: str, lang: str) -> str:
    """A project's own name, or its folder's where planner.toml cannot say it."""
    try:
        return pick(read_project(Path(place), report=QualityReport()).name, lang)
    except PlannerError:
        return Path(place).name


def _show_page(page: str, known: Opening, lang: str) -> None:
    """The page, or the sentence that says why there is none."""
    if known.error is not None:
        faults.say(known.error, lang, known.report)
        if page not in NEED_NO_CITY:
            return
    faults.said(importlib.import_module(f"planner.ui.pages.{page}").show)(Desk(lang, known, known.city, known.report))  # type: ignore[arg-type]


def _ready_soon(known: Opening, lang: str) -> bool:
    """Whether the project is ready, or becomes so while this visit waits for it, with a sentence of what is being done."""
    if known.ready.is_set():
        return True
    spot, end = st.empty(), time.monotonic() + HOLD_S
    spot.html(_waiting(known, lang))
    while time.monotonic() < end and not known.ready.wait(LOOK_AGAIN_S):
        spot.html(_waiting(known, lang))
    spot.empty()
    return known.ready.is_set()


def _look_again(known: Opening, lang: str) -> None:
    """The sentence of what is being done, on a page that looks by itself whether the project is ready."""

    @st.fragment(run_every=LOOK_AGAIN_S)
    def look() -> None:
        if known.ready.is_set():
            st.rerun()
        st.html(_waiting(known, lang))

    look()


def _waiting(known: Opening, lang: str) -> str:
    """What is being done, as a sentence."""
    return f'<p class="waiting" role="status">{escaped(t(f"ui.step.{known.step}", lang))}</p>'
