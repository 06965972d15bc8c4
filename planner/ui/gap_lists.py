"""The gap list and the projects on the gaps page: filtered, a row selected, the way on to the card of its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from planner.export.cells import figure, finite
from planner.export.tables import gap_table, project_table
from planner.i18n import pick, t
from planner.plan.gaplist import Gap, GapList
from planner.plan.place_search import unit_at
from planner.targets.vocabulary import FACILITY
from planner.ui import state, tables, ways
from planner.ui.desk import Desk
from planner.ui.figures import CNY_OF_WAN
from planner.ui.text import escaped

GAP_COLUMNS = ("gap_id", "unit_code", "unit_name", "title", "value", "threshold", "shortfall", "shortfall_unit", "people_affected",
               "nearest_facility", "minutes", "action", "project_id", "responsible", "deadline")
PROJECT_COLUMNS = ("project_id", "name", "action", "unit_code", "unit_name", "beds", "area_m2", "beneficiaries", "cost", "year",
                   "phase", "priority")
NUMBERS = ("people_affected", "minutes", "beneficiaries", "cost", "beds", "area_m2")
ALL = ""
LIST_PX, PROJECTS_PX = 290, 240


def show_gaps(desk: Desk, found: GapList, key: tuple[object, ...]) -> None:
    """Filters, list, and the button to the card. key : what the list was made of, under which its table is kept."""
    lang = desk.lang
    spots = st.columns([1.6, 1.3, 1.2, 0.9], vertical_alignment="bottom")
    with spots[0]:
        target = _choice("gap_target", {gap.target_id: f"{pick(gap.title, lang)} · {gap.target_id}" for gap in found.gaps}, lang)
    with spots[1]:
        names = sorted({pick(gap.responsible, lang) for gap in found.gaps} - {ALL})
        department = _choice("gap_department", dict(zip(names, names, strict=True)), lang)
    with spots[2]:
        words = str(st.text_input(t("ui.gaps.filter_unit", lang), key="gap_unit")).strip()
    rows = filtered(found.gaps, target, department, words, lang)
    frame = desk.opening.keep(("gap frame", key, lang), lambda: gap_frame(found, lang))
    state.memory()["gap_rows"] = [unit_of(desk, found.gaps[row]) for row in rows]
    with spots[3]:
        ways.open_card(state.memory().get("gap_unit_code"), lang)
    with st.container(key="gap_table"):
        tables.dataframe(frame.iloc[rows], key="gap_rows", on_select=_picked, selection_mode="single-row", hide_index=True, width="stretch",
                     height=LIST_PX, placeholder="", column_config=_apart("gaps", lang))
    if len(rows) < len(found.gaps):
        told = t("ui.gaps.filtered", lang, shown=f"{len(rows):,}", count=f"{len(found.gaps):,}")
        st.html(f'<p class="note">{escaped(told, lang)}</p>')


def show_projects(desk: Desk, found: GapList, key: tuple[object, ...]) -> None:
    """The capital projects."""
    lang = desk.lang
    frame = desk.opening.keep(("project frame", key, lang), lambda: project_frame(found, lang))
    with st.container(key="project_table"):
        tables.dataframe(frame, hide_index=True, width="stretch", height=PROJECTS_PX, placeholder="",
                         column_config=_apart("projects", lang))


def _choice(key: str, names: Mapping[str, str], lang: str) -> str:
    """A filter: all, or one of the names."""
    options = [ALL, *names]
    state.settle(key, options, ALL, mark=lang)
    return str(st.selectbox(t(f"ui.gaps.filter_{key.removeprefix('gap_')}", lang), options, key=key,
                            format_func=lambda one: names.get(one) or t("ui.matrix.all", lang)))


def filtered(gaps: Sequence[Gap], target: str, department: str, words: str, lang: str) -> list[int]:
    """The rows of some target, department and unit; "" stands for any."""
    return [row for row, gap in enumerate(gaps)
            if target in (ALL, gap.target_id) and department in (ALL, pick(gap.responsible, lang))
            and (not words or words in gap.unit_name or gap.unit_code.startswith(words))]


def unit_of(desk: Desk, gap: Gap) -> str:
    """The code of the unit that a gap is about; of a facility, of the smallest unit it stands in."""
    return unit_at(desk.city, gap.x, gap.y)[1] if gap.level == FACILITY else gap.unit_code


def _picked() -> None:
    """A row was selected, or let go."""
    rows, codes = st.session_state["gap_rows"]["selection"]["rows"], state.memory().get("gap_rows", [])
    code = codes[rows[0]] if rows and rows[0] < len(codes) else ""
    state.memory()["gap_unit_code"] = code or None
    if code:
        state.memory()["unit"] = code


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


def _apart(kind: str, lang: str) -> dict[str, object]:
    """Numbers with their thousands apart."""
    shown = GAP_COLUMNS if kind == "gaps" else PROJECT_COLUMNS
    return {t(f"export.{kind}.{column}", lang): st.column_config.NumberColumn(format="localized") for column in NUMBERS if column in shown}
