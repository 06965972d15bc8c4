"""Gaps: every unit that fails a target, ranked, with what would close it; the gap workbook and data files to take along."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from planner.export.cells import figure, finite
from planner.export.tables import gap_table, project_table, write_gaps
from planner.i18n import t
from planner.plan.gaplist import GapList
from planner.ui import packs, state
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.faults import said
from planner.ui.figures import CNY_OF_WAN, money
from planner.ui.packs import Judged
from planner.ui.text import escaped, people

GAP_COLUMNS = ("gap_id", "unit_code", "unit_name", "title", "value", "threshold", "shortfall", "shortfall_unit", "people_affected",
               "nearest_facility", "minutes", "action", "project_id", "responsible", "deadline")
PROJECT_COLUMNS = ("project_id", "name", "action", "unit_code", "unit_name", "beds", "area_m2", "beneficiaries", "cost", "year",
                   "phase", "priority")
FORMS = ("xlsx", "gpkg", "csv")


def show(desk: Desk) -> None:
    """The page."""
    st.fragment(said(_body))(desk)


def _body(desk: Desk) -> None:
    """Pack, headline, downloads, the list, the projects."""
    lang = desk.lang
    left, right = st.columns([1, 2.2], vertical_alignment="bottom")
    with left:
        name = packs.choose(desk)
    state.write_address()
    judged, found = packs.gap_list(desk, name)
    with right:
        _headline(found, lang)
    st.html(f'<p class="note">{escaped(t("ui.gaps.counted", lang, sum=people(found.headline.people_affected_sum, lang)))}</p>')
    _downloads(desk, judged, found)
    st.html(f'<h2>{escaped(t("ui.gaps.list", lang))}</h2>')
    with st.container(key="gap_table"):
        _show(gap_frame(found, lang), ("people_affected", "minutes"), "gaps", lang, 290)
    st.html(f'<h2>{escaped(t("ui.gaps.projects", lang))}</h2>')
    with st.container(key="project_table"):
        _show(project_frame(found, lang), ("beneficiaries", "cost", "beds", "area_m2"), "projects", lang, 240)


def _headline(found: GapList, lang: str) -> None:
    """The figures at the top of the list; people are counted once."""
    head = found.headline
    cost = t("ui.none", lang) if head.est_cost_cny is None else money(head.est_cost_cny, lang)
    shown = {"gaps": f"{head.gaps:,}", "failing": f"{head.targets_failing:,}", "affected": people(head.people_affected, lang),
             "projects_count": f"{head.projects:,}", "cost": cost}
    with st.container(key="headline"):
        for spot, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
            with spot, st.container(key=f"headline_{name}"):
                st.metric(t(f"ui.gaps.{name}", lang), value)


def _downloads(desk: Desk, judged: Judged, found: GapList) -> None:
    """Workbook, GeoPackage and table, made when they are asked for."""
    lang = desk.lang
    with st.container(key="downloads"):
        for spot, form in zip(st.columns([1, 1, 1, 4]), FORMS, strict=False):
            name = safe_name([desk.city.id, judged.pack.id, "gaps"], form)
            with spot:
                st.download_button(t(f"ui.gaps.download_{form}", lang), partial(gap_file, desk, judged, found, form), name, MIMES[form],
                                   key=f"download_gaps_{form}", on_click="ignore", width="stretch")


def gap_file(desk: Desk, judged: Judged, found: GapList, form: str) -> bytes:
    """The gap list as a file's bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"gaps.{form}"
        write_gaps(found, judged.evaluation, desk.report, path, lang=desk.lang)
        return path.read_bytes()


def gap_frame(found: GapList, lang: str) -> pd.DataFrame:
    """The gaps as the table shows them, in order of rank: shares in per cent, people whole."""
    rows = []
    for gap, row in zip(found.gaps, gap_table(found, lang), strict=True):
        shares = {key: _percent(row[key]) if gap.is_share else figure(finite(row[key])) for key in ("value", "threshold")}
        short = _percent(row["shortfall"]) if gap.shortfall_of == "share" else figure(finite(row["shortfall"]))
        whole = {key: _whole(row[key]) for key in ("people_affected", "minutes")}
        rows.append(row | shares | whole | {"shortfall": short})
    return _frame(rows, GAP_COLUMNS, "gaps", lang)


def project_frame(found: GapList, lang: str) -> pd.DataFrame:
    """The capital projects as the table shows them: money in ten thousand yuan, as the heading says."""
    rows = []
    for row in project_table(found, lang):
        cost = finite(row["est_cost_cny"])
        rows.append(row | {"cost": None if cost is None else cost / CNY_OF_WAN})
    return _frame(rows, PROJECT_COLUMNS, "projects", lang)


def _percent(value: object) -> str:
    """A share as per cent; text (a range) as it is."""
    number = finite(value)
    return str(value or "") if number is None else f"{number * 100:.1f}%"


def _whole(value: object) -> int | None:
    """A number for people: whole."""
    number = finite(value)
    return None if number is None else round(number)


def _frame(rows: Sequence[Mapping[str, object]], columns: Sequence[str], kind: str, lang: str) -> pd.DataFrame:
    """Rows under the export's own headings."""
    headings = [t(f"export.{kind}.{column}", lang) for column in columns]
    return pd.DataFrame([[row[column] for column in columns] for row in rows], columns=headings)


def _show(frame: pd.DataFrame, numbers: Sequence[str], kind: str, lang: str, height: int) -> None:
    """A table whose numbers have their thousands apart."""
    apart = {t(f"export.{kind}.{column}", lang): st.column_config.NumberColumn(format="localized") for column in numbers}
    st.dataframe(frame, hide_index=True, width="stretch", height=height, placeholder="", column_config=apart)
