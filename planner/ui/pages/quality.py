"""Data quality: every file with its rows in and kept, and every issue with what was done about it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.i18n import t
from planner.quality import SEVERITIES
from planner.ui import column_panel, issue_panel, ledger_panel, network_panel, placing_panel, state, system_panel, tables
from planner.ui.desk import Desk
from planner.ui.faults import said
from planner.ui.text import escaped

SHOWN_ISSUES = 2_000
"""So many issues are shown, the gravest first; `planner check --format csv` prints them all."""


def show(desk: Desk) -> None:
    """The page."""
    said(_body)(desk)


def _body(desk: Desk) -> None:
    """Counts, files, issues."""
    lang, report = desk.lang, desk.report
    state.write_address()
    counts = {severity: sum(1 for issue in report.issues if issue.severity == severity) for severity in reversed(SEVERITIES)}
    with st.container(key="headline"):
        for spot, (name, value) in zip(st.columns(4), {"files": len(report.files), **counts}.items(), strict=True):
            with spot, st.container(key=f"quality_{name}"):
                st.metric(t(f"ui.quality.{name}", lang), f"{value:,}")
    st.html(f'<h2>{escaped(t("ui.quality.issues_title", lang))}</h2>')
    if report.issues:
        with st.container(key="issue_table"):
            tables.dataframe(issue_frame(desk), hide_index=True, width="stretch", height=300, placeholder="")
        if len(report.issues) > SHOWN_ISSUES:
            more = t("ui.quality.more", lang, shown=f"{SHOWN_ISSUES:,}", count=f"{len(report.issues):,}")
            st.html(f'<p class="note">{escaped(more)}</p>')
        issue_panel.show(desk)
    else:
        st.html(f'<p class="prose">{escaped(t("ui.quality.clean", lang))}</p>')
    st.html(f'<h2>{escaped(t("ui.quality.files_title", lang))}</h2>')
    with st.container(key="file_table"):
        tables.dataframe(file_frame(desk), hide_index=True, width="stretch", placeholder="")
    placing_panel.show(desk)
    column_panel.show(desk)
    ledger_panel.show(desk)
    system_panel.show(desk)
    network_panel.show(desk)


def issue_frame(desk: Desk) -> pd.DataFrame:
    """The issues, gravest first, in the order they were found."""
    lang = desk.lang
    ranked = sorted(desk.report.issues, key=lambda issue: -SEVERITIES.index(issue.severity))[:SHOWN_ISSUES]
    rows = [(t(f"ui.quality.severity_{issue.severity}", lang), issue.done(lang), issue.file, issue.sheet or "", issue.row,
             issue.column or "", issue.value or "", issue.code) for issue in ranked]
    columns = ("severity", "done", "file", "sheet", "row", "column", "value", "code")
    frame = pd.DataFrame(rows, columns=[t(f"ui.quality.{column}", lang) for column in columns])
    row = frame.columns[4]
    frame[row] = frame[row].astype("Int64")
    return frame


def file_frame(desk: Desk) -> pd.DataFrame:
    """The files: rows in = rows kept + rows dropped; rows of other layers in a shared file are told apart."""
    lang = desk.lang
    rows = [(record.path, record.role, record.rows_in, record.rows_kept, record.rows_in - record.rows_kept, record.rows_not_selected,
             record.format, record.encoding, record.crs, record.date) for record in desk.report.files.values()]
    return pd.DataFrame(rows, columns=[t(f"ui.quality.{key}", lang) for key in (
        "file", "role", "rows_in", "rows_kept", "rows_dropped", "rows_not_selected", "format", "encoding", "crs", "day")])
