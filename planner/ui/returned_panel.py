"""Workbooks that came back from the districts: taken into the project as by `planner gaps --update`, and what is to be told."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.export.list_sheets import header
from planner.i18n import has, t
from planner.plan.returned import Finding, Update, update
from planner.ui import tables
from planner.ui.desk import Desk
from planner.ui.faults import fault_sentence, remark
from planner.ui.style import in_words
from planner.ui.text import escaped

DONE = "returned_done"
COLUMNS = ("kind", "file", "district", "row", "column", "sent", "found")


def show(desk: Desk) -> None:
    """The files, the button, and what the last update found."""
    lang = desk.lang
    with st.expander(t("ui.returned.title", lang)):
        st.html(f'<p class="note">{escaped(t("ui.returned.lead", lang), lang)}</p>')
        st.html(in_words(".st-key-returned_files", button=t("ui.returned.choose", lang), limit=t("ui.returned.limit", lang)))
        files = st.file_uploader(t("ui.returned.files", lang), type=["xlsx"], accept_multiple_files=True, key="returned_files")
        if st.button(t("ui.returned.take", lang), key="take_returned", disabled=not files):
            _take(desk, files)
        done: Update | None = st.session_state.get(DONE)
        with st.container(key="returned_result"):
            if done is not None:
                _tell(done, lang)


def _take(desk: Desk, files: Sequence[Any]) -> None:
    """Takes the files in, each under its own name in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, file in enumerate(files):
            path = Path(folder) / str(number) / (Path(str(file.name)).name or "returned.xlsx")
            path.parent.mkdir()
            path.write_bytes(file.getvalue())
            paths.append(path)
        try:
            st.session_state[DONE] = update(Path(desk.opening.project), paths)
        except PlannerError as error:
            remark(fault_sentence(error, desk.lang), desk.lang)
            return
    st.rerun()


def _tell(done: Update, lang: str) -> None:
    """What an update did, and its findings."""
    told = t("export.returned.done", lang, files=done.files, edits=done.edits)
    st.html(f'<p class="prose" role="status">{escaped(told, lang)}</p>')
    if done.findings:
        frame = finding_frame(done.findings, lang)
        tables.dataframe(frame, hide_index=True, width="stretch", height=min(260, 38 + 35 * len(frame)),
                     placeholder="")


def finding_frame(findings: Sequence[Finding], lang: str) -> pd.DataFrame:
    """Findings as the table shows them."""
    rows = [(t(f"ui.returned.kind_{one.kind}", lang), one.file, one.district, one.row,
             header(one.sheet, one.column, lang) if one.column else "", str(one.sent), _found(one, lang)) for one in findings]
    return pd.DataFrame(rows, columns=[t(f"ui.returned.{column}", lang) for column in COLUMNS])


def _found(one: Finding, lang: str) -> str:
    """What was found; of a file that is none of ours, why."""
    key = f"export.returned.{one.found}"
    return t(key, lang) if one.kind == "unread" and has(key, lang) else str(one.found)
