"""Units by targets on the targets page: a cell explains its number, a row opens the unit's card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from planner.export.matrix_table import matrix_csv
from planner.i18n import pick, t
from planner.plan.departments import Departments, read_departments
from planner.plan.layer_defaults import first_level
from planner.targets.evaluation import TargetResult
from planner.targets.formula import units_are_shares
from planner.targets.matrix import PART, Cell, Matrix, matrix
from planner.ui import state, tables
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.explain import explain_html
from planner.ui.figures import figure
from planner.ui.packs import Judged
from planner.ui.text import escaped, level_name, plain_markdown

TABLE_PX = 400
CODE_PX, NAME_PX, CELL_PX = 96, 128, 112
STATES = ("not_met", "data_missing", "met", PART)
ALL = ""


def show(desk: Desk, name: str, judged: Judged) -> None:
    """Filters, matrix, and the explanation of a cell."""
    lang = desk.lang
    spots = st.columns([1.1, 1.6, 1.4, 1.2], vertical_alignment="bottom")
    with spots[0]:
        level = level_control(desk)
    found = desk.opening.keep(("matrix", name, judged.evaluation.date, level), lambda: matrix(desk.city, judged.evaluation, level))
    asked = [k for k, cells in enumerate(found.cells) if cells]
    with spots[1]:
        targets = _of_department(desk, found, asked)
    with spots[2]:
        targets = _of_clause(found, targets, lang)
    with spots[3]:
        rows, targets = _of_state(found, targets, lang)
    if not rows or not targets:
        st.html(f'<p class="note">{escaped(t("ui.matrix.none", lang), lang)}</p>')
    else:
        _table(found, rows, targets, lang)
        _read(desk, found, rows, targets, len(found.targets) - len(asked))
    _explanation(desk, found, judged)


def level_control(desk: Desk) -> str:
    """The level whose units are shown."""
    levels = list(desk.city.boundaries.levels)
    state.settle("by", levels, first_level(desk.city), mark=desk.lang)
    return str(st.selectbox(t("ui.matrix.by", desk.lang), levels, key="by",
                            format_func=lambda level: level_name(level, desk.lang, desk.city.boundaries.labels)))


def departments(desk: Desk) -> Departments:
    """Who answers for which layer in this project."""
    return desk.opening.keep("departments", lambda: read_departments(Path(desk.opening.project), desk.report))


def _of_department(desk: Desk, found: Matrix, targets: Sequence[int]) -> list[int]:
    """The targets for whose layer the chosen department answers."""
    who = departments(desk)
    names = {k: pick(who.responsible(found.targets[k].target.layer), desk.lang) for k in targets}
    options = [ALL, *sorted(set(filter(None, names.values())))]
    state.settle("matrix_department", options, ALL, mark=desk.lang)
    wanted = st.selectbox(t("ui.matrix.department", desk.lang), options, key="matrix_department",
                          format_func=lambda name: name or t("ui.matrix.all", desk.lang))
    return [k for k in targets if wanted in (ALL, names[k])]


def _of_clause(found: Matrix, targets: Sequence[int], lang: str) -> list[int]:
    """The targets whose clause, title or id holds what is typed."""
    typed = str(st.text_input(t("ui.matrix.clause", lang), key="matrix_clause")).strip().lower()
    return [k for k in targets if typed in " ".join((found.targets[k].target.clause, found.targets[k].target.id,
                                                     *found.targets[k].target.title.values())).lower()]


def _of_state(found: Matrix, targets: Sequence[int], lang: str) -> tuple[list[int], list[int]]:
    """The units and targets with a cell in the chosen state."""
    options = [ALL, *STATES]
    state.settle("matrix_state", options, ALL, mark=lang)
    wanted = st.selectbox(t("ui.matrix.state", lang), options, key="matrix_state", format_func=lambda name: state_word(name, lang))
    return having(found, targets, wanted)


def state_word(name: str, lang: str) -> str:
    """A state as the filter calls it."""
    if name in (ALL, PART):
        return t("ui.matrix.any_state" if name == ALL else "ui.matrix.whole_state", lang)
    return t(f"evaluate.state_{name}", lang)


def having(found: Matrix, targets: Sequence[int], wanted: str) -> tuple[list[int], list[int]]:
    """Rows and targets with at least one cell in a state; all of them for ALL."""
    if wanted == ALL:
        return list(range(len(found.codes))), list(targets)
    kept = {k: {code for code, cell in found.cells[k].items() if cell.state == wanted} for k in targets}
    codes = set().union(*kept.values()) if kept else set()
    return [row for row, code in enumerate(found.codes) if code in codes], [k for k in targets if kept[k]]


def cell_text(result: TargetResult, cell: Cell | None, lang: str) -> str:
    """A cell: the state by mark and word; how many of several pass; the figure where there is no verdict; "" where nothing is asked."""
    if cell is None:
        return ""
    if cell.state == PART:
        return t("ui.matrix.part", lang, value=figure(cell.parts[0].value, share=units_are_shares(result)) or t("ui.none", lang))
    word = t(f"evaluate.state_{cell.state}", lang)
    return word if cell.own else t("ui.matrix.of_parts", lang, state=word, met=cell.met, asked=cell.asked)


def matrix_frame(found: Matrix, rows: Sequence[int], targets: Sequence[int], lang: str) -> pd.DataFrame:
    """The matrix as the table shows it; columns are named by the target's number."""
    columns: dict[str, list[str]] = {"code": [found.codes[row] for row in rows], "name": [found.names[row] for row in rows]}
    for k in targets:
        columns[f"t{k}"] = [cell_text(found.targets[k], found.cell(code, k), lang) for code in columns["code"]]
    return pd.DataFrame(columns)


def _table(found: Matrix, rows: Sequence[int], targets: Sequence[int], lang: str) -> None:
    """The table; what is selected in it is heard before the page is drawn again."""
    frame = matrix_frame(found, rows, targets, lang)
    text = st.column_config.TextColumn
    look = {"code": text(t("ui.matrix.code", lang), width=CODE_PX, pinned=True),
            "name": text(t("ui.matrix.name", lang), width=NAME_PX, pinned=True)}
    for k in targets:
        title, target = pick(found.targets[k].target.title, lang), found.targets[k].target
        look[f"t{k}"] = text(title, width=CELL_PX, help=plain_markdown(f"{title} · {target.clause} · {target.id}"))
    state.memory()["matrix_codes"] = frame["code"].tolist()
    tables.dataframe(frame, key="target_matrix", on_select=_picked, selection_mode=["single-row", "single-cell"], hide_index=True,
                 width="stretch", height=min(TABLE_PX, 38 + 35 * len(frame)), placeholder="", column_config=look)


def _picked() -> None:
    """A row was selected: its card is opened. Or a cell: it is explained."""
    chosen, codes = st.session_state["target_matrix"]["selection"], state.memory().get("matrix_codes", [])
    rows, cells = chosen.get("rows") or [], chosen.get("cells") or []
    if rows and rows[0] < len(codes):
        state.memory()["unit"] = codes[rows[0]]
        st.session_state["view"] = "card"
    elif cells and cells[0][0] < len(codes):
        row, column = cells[0]
        state.memory()["unit"] = codes[row]
        if str(column).startswith("t"):
            st.session_state["explain_target"] = int(str(column)[1:])


def _read(desk: Desk, found: Matrix, rows: Sequence[int], targets: Sequence[int], left_out: int) -> None:
    """How the matrix is read, and the table to take along."""
    lang = desk.lang
    said = t("ui.matrix.read", lang, units=f"{len(rows):,}", targets=len(targets))
    more = t("ui.matrix.not_asked", lang, count=left_out) if left_out else ""
    note, button = st.columns([5, 1], vertical_alignment="top")
    with note:
        st.html(f'<p class="note">{escaped(said + more, lang)}</p>')
    with button, st.container(key="downloads"):
        st.download_button(t("ui.matrix.download", lang), lambda: matrix_csv(found, rows, targets).encode("utf-8-sig"),
                           safe_name([desk.city.id, "matrix", found.level], "csv"), MIMES["csv"], key="download_matrix", on_click="ignore",
                           width="stretch")


def _explanation(desk: Desk, found: Matrix, judged: Judged) -> None:
    """The unit and the target that are explained: those of the selected cell, or as chosen here."""
    lang = desk.lang
    st.html(f'<h2>{escaped(t("ui.explain.title", lang), lang)}</h2>')
    left, right = st.columns(2)
    with left:
        code = unit_control(found.codes, found.names, found.level, t("ui.explain.unit", lang), lang)
    with right:
        numbers = range(len(found.targets))
        state.drop_unless("explain_target", numbers)
        k = st.selectbox(t("ui.explain.target", lang), numbers, index=None, key="explain_target", placeholder="",
                         format_func=lambda k: f"{pick(found.targets[k].target.title, lang)} · {found.targets[k].target.id}")
    with st.container(key="explanation"):
        if code is None or k is None:
            st.html(f'<p class="note">{escaped(t("ui.explain.pick", lang), lang)}</p>')
            return
        name = found.names[found.codes.index(code)]
        st.html(explain_html(desk, found.targets[k], found.cell(code, k), name or code, pick(judged.pack.title, lang)))


def unit_control(codes: Sequence[str], names: Sequence[str], level: str, label: str, lang: str) -> str | None:
    """The box that finds a unit of a level by its name or code; the unit that was selected elsewhere stands in it."""
    named, kept = dict(zip(codes, names, strict=True)), state.memory()
    chosen = kept.get("unit") if kept.get("unit") in named else None
    if st.session_state.get("unit") != chosen or kept.get("unit_mark") != (lang, level):
        st.session_state["unit"] = chosen
        kept["unit_mark"] = (lang, level)
    found = st.selectbox(label, list(codes), index=None, key="unit", placeholder=t("ui.unit.placeholder", lang), filter_mode="contains",
                         format_func=lambda code: f"{code} {named.get(code, '')}".strip(), on_change=_unit_found)
    return None if found is None else str(found)


def _unit_found() -> None:
    """The box was used."""
    state.memory()["unit"] = st.session_state.get("unit")
