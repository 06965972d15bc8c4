"""Opening a project: by the path of its folder, by a zip archive, an empty one, a copy of the demonstration city; and templates."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import streamlit as st

from planner.errors import PlannerError
from planner.export.ledger_template import NAME, ledger_template, people_template, project_template
from planner.i18n import t
from planner.inputs.files import UNPACKED_LIMIT
from planner.plan.project_archive import MEMBERS_LIMIT, pack_project
from planner.ui import entrance, first_steps, state, style, workspace
from planner.ui.downloads import MIMES, safe_name
from planner.ui.faults import fault_sentence, remark
from planner.ui.text import escaped

UPLOAD_MB = 200
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via")
"""Headers of a request that came through another server: its person sits elsewhere."""
TAKEN = "project_taken"
ZIP = "application/zip"


def anywhere() -> bool:
    """Whether a visitor may open any folder of this machine: she sits at it, and the server is nobody else's."""
    alone = st.get_option("server.address") in LOOPBACK and workspace.root() is None and not entrance.wanted()
    headers = st.context.headers
    return bool(alone and not any(headers.get(name) for name in FORWARDED))


def draw(project: str, lang: str) -> None:
    """The menu beside the list of projects. project : the one that is shown."""
    with st.container(key="open"), st.popover(t("ui.open.button", lang), width="stretch"), st.container(key="open_menu"):
        _by_path(lang)
        _by_archive(lang)
        left, right = st.columns(2)
        with left:
            if st.button(t("ui.open.new", lang), key="open_new", width="stretch"):
                _shown(lambda: workspace.begin(t("ui.open.no_name", lang), lang), lang, guided=True)
        with right:
            if st.button(t("ui.open.copy", lang), key="open_copy", width="stretch"):
                _shown(workspace.copy_demo, lang)
        _of_this(project, lang)
        st.html(f'<p class="note">{escaped(t("ui.open.own_note", lang, hours=workspace.OWN_HOURS))}</p>')
        st.html(f'<h3>{escaped(t("ui.open.templates", lang))}</h3>')
        _templates(lang)


def _by_path(lang: str) -> None:
    """A folder by its path."""
    with st.form("open_form", border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        with left:
            typed = st.text_input(t("ui.open.path", lang), key="open_path", placeholder=t("ui.open.path_hint", lang))
        with right:
            asked = st.form_submit_button(t("ui.open.path_go", lang), key="open_path_go", width="stretch")
    if asked:
        _shown(lambda: workspace.open_folder(typed, anywhere=anywhere()), lang)


def _by_archive(lang: str) -> None:
    """A zip archive, taken in once."""
    limit = t("ui.open.limit", lang, megabytes=UPLOAD_MB, unpacked=UNPACKED_LIMIT // 1_000_000, members=f"{MEMBERS_LIMIT:,}")
    st.html(style.in_words(".st-key-open_zip", button=t("ui.open.choose", lang), limit=limit))
    given = st.file_uploader(t("ui.open.upload", lang), type=["zip"], key="open_zip", max_upload_size=UPLOAD_MB)
    if given is not None and st.session_state.get(TAKEN) != given.file_id:
        st.session_state[TAKEN] = given.file_id
        _shown(lambda: workspace.take_in(given.getvalue()), lang)


def _of_this(project: str, lang: str) -> None:
    """What can be done with the project that is shown: take it along, add data to it."""
    left, right = st.columns(2)
    with left:
        name = workspace.plain_name(project)
        st.download_button(t("ui.open.download", lang), lambda: pack_project(Path(project), name), safe_name([name], "zip"), ZIP,
                           key="open_download", on_click="ignore", width="stretch")
    with right:
        if st.button(t("ui.open.add", lang), key="open_add", width="stretch", disabled=workspace.is_demo(project)):
            first_steps.begin(project)
            st.rerun()


def _templates(lang: str) -> None:
    """An empty project, a ledger and a table of people to fill in."""
    today, name = dt.date.today(), t("ui.open.no_name", lang)
    made = {"project": (lambda: project_template(name, lang=lang, made=today), f"{name}.zip", ZIP),
            "ledger": (lambda: ledger_template(lang=lang, made=today), NAME, MIMES["xlsx"]),
            "people": (lambda: people_template((), lang=lang), "population.csv", MIMES["csv"])}
    for spot, (kind, (make, file, mime)) in zip(st.columns(len(made)), made.items(), strict=True):
        with spot:
            st.download_button(t(f"ui.open.template_{kind}", lang), make, file, mime, key=f"template_{kind}", on_click="ignore",
                               width="stretch")


def _shown(make, lang: str, *, guided: bool = False) -> None:  # type: ignore[no-untyped-def]
    """A project that was opened is shown at once; what kept it from being opened is said in the menu."""
    try:
        project = make()
    except PlannerError as error:
        remark(fault_sentence(error, lang), lang)
        return
    state.other_project(Path(project).name)
    if guided:
        first_steps.begin(project)
    st.rerun()
