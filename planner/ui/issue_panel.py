"""The issue list to take along, on the quality page: the same workbook that `planner check --out issues.xlsx` writes."""

from __future__ import annotations

import streamlit as st

from planner.export.issue_list import issue_book
from planner.i18n import t
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name


def show(desk: Desk) -> None:
    """One button; the file is made when it is asked for."""
    lang, report = desk.lang, desk.report
    st.download_button(t("issue_list.download", lang), lambda: issue_book(report, lang), safe_name([report.project, "issues"], "xlsx"),
                       MIMES["xlsx"], key="download_issues", on_click="ignore")
