"""The frame around every page: title, navigation, project, language; the wait while a project is read; faults said as sentences.

A page is a module of `planner.ui.pages` with one function `show(desk)`; to add one, write the module and name it in PAGES.
"""

from __future__ import annotations

import functools
import importlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from planner.errors import PlannerError
from planner.i18n import LANGUAGES, pick, t
from planner.plan.config import CONFIG_FILE
from planner.plan.project import read_project
from planner.quality import QualityReport
from planner.ui import faults, first_steps, projects_menu, state, style, tables, workspace
from planner.ui.desk import Desk
from planner.ui.opening import Opening, opening
from planner.ui.text import escaped

PAGES = ("coverage", "targets", "siting", "scenarios", "gaps", "quality", "method")
"""The pages there are, in the contract's order."""
NEED_NO_CITY = ("quality",)
"""Pages that show what was found in the files even where nothing can be measured."""
LOOK_AGAIN_S = 0.3
"""How often a waiting page looks whether its project is ready."""
LATER_S = 1.0
"""The same after it has waited for long."""
HOLD_S = 8.0
"""So long a visit waits in its own run; after that the page is let go and looks again by itself."""
TONGUES = {"zh": "中文", "en": "English"}


def show(arguments: Sequence[str]) -> None:
    """Draw the page that the address asks for. `arguments` are the server's own: the project, or nothing."""
    state.adopt_address()
    lang = state.language()
    st.set_page_config(page_title=t("ui.title", lang), layout="wide", initial_sidebar_state="collapsed")
    st.html(style.sheet())
    page, project = _top_bar(_projects(arguments), lang)
    state.write_address()
    known = opening(project)
    with st.container(key=f"page_{page}"):
        if _ready_soon(known, lang):
            _show_page(page, known, lang)
        else:
            _look_again(known, lang)
    with st.container(key="page_end"):
        tables.toggle(t("ui.plain.toggle", lang))


def _top_bar(known: Sequence[str], lang: str) -> tuple[str, str]:
    """Title, navigation, project and language; gives the page and the project chosen."""
    with st.container(key="topbar"):
        brand, pages, project, menu, tongue = st.columns([1.9, 5.1, 1.7, 1.0, 1.2], vertical_alignment="bottom")
        with brand:
            st.html(f'<h1>{escaped(t("ui.title", lang))}<span>{escaped(t("ui.subtitle", lang))}</span></h1>')
        with pages:
            state.settle("pages", PAGES, PAGES[0], mark=lang, name="page")
            page = st.segmented_control(t("ui.control.pages", lang), PAGES, key="pages", required=True,
                                        format_func=lambda name: t(f"ui.page.{name}", lang))
        with project:
            places = {Path(place).name: place for place in reversed(known)}
            names = _told_apart({name: _title(places[name], lang) for name in dict.fromkeys(Path(place).name for place in known)})
            state.settle("project", list(names), next(iter(names)), mark=lang)
            chosen = st.selectbox(t("ui.control.project", lang), list(names), key="project", format_func=names.__getitem__)
        place = places[chosen]
        with menu:
            projects_menu.draw(place, lang)
        with tongue:
            state.settle("lang", LANGUAGES, lang)
            st.segmented_control(t("ui.control.lang", lang), LANGUAGES, key="lang", required=True, format_func=TONGUES.__getitem__)
    if chosen == next(iter(names)):
        state.memory().pop("project", None)  # the first project needs no word in the address
    return page or PAGES[0], place


def _told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles of folders, with the folder's name where two are alike: the select box finds an option by what it shows."""
    seen = list(titles.values())
    return {name: title if seen.count(title) == 1 else f"{title} · {name}" for name, title in titles.items()}


def _projects(arguments: Sequence[str]) -> list[str]:
    """The projects that this visitor sees: the server's, and the temporary ones that she made or knows the address of."""
    kept = state.memory()
    names: list[str] = kept.setdefault("own", [])
    asked = str(kept.get("project") or "")
    if asked.startswith(workspace.OWN) and asked not in names:
        names.append(asked)
    return [*workspace.listed(arguments), *filter(None, map(workspace.own, names))]


def _title(place: str, lang: str) -> str:
    """A project's own name, or its folder's where planner.toml cannot say it; of a temporary one, that it is."""
    name = pick(_names(place, _changed(place)), lang)
    return t("ui.open.own_name", lang, name=name) if workspace.is_own(place) else name


@functools.lru_cache(maxsize=256)
def _names(place: str, _changed: int) -> Mapping[str, str] | str:
    """What a project calls itself, read once as long as its planner.toml does not change."""
    try:
        return read_project(Path(place), report=QualityReport()).name
    except PlannerError:
        return workspace.plain_name(place)


def _changed(place: str) -> int:
    """When a project's planner.toml was last changed; 0 where there is none."""
    try:
        return (Path(place) / CONFIG_FILE).stat().st_mtime_ns
    except OSError:
        return 0


def _show_page(page: str, known: Opening, lang: str) -> None:
    """The page, or the sentence that says why there is none; a project without data is filled first."""
    desk = Desk(lang, known, known.city, known.report)  # type: ignore[arg-type]
    if first_steps.wanted(known) and page not in NEED_NO_CITY:
        faults.said(first_steps.show)(desk)
        return
    if known.error is not None:
        faults.say(known.error, lang, known.report)
        if page not in NEED_NO_CITY:
            return
    faults.said(importlib.import_module(f"planner.ui.pages.{page}").show)(desk)


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

    @st.fragment(run_every=LATER_S)
    def look() -> None:
        if known.ready.is_set():
            st.rerun()
        st.html(_waiting(known, lang))

    look()


def _waiting(known: Opening, lang: str) -> str:
    """What is being done, as a sentence."""
    return f'<p class="waiting" role="status">{escaped(t(f"ui.step.{known.step}", lang))}</p>'
