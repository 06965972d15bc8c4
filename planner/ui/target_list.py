"""The targets of a pack in a list: state, value, threshold, shortfall and clause; one of them in detail, unit by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from planner.i18n import pick, t
from planner.targets.answers import deadline_text, note_text
from planner.targets.evaluation import STATES, TargetResult
from planner.targets.formula import said as said_formula
from planner.targets.formula import units_are_shares
from planner.targets.sentences import progress_text, reported_text, sensitivity_text, verdict_text
from planner.ui import tables
from planner.ui.desk import Desk
from planner.ui.figures import figure, is_share, shortfall
from planner.ui.text import escaped, level_name

ORDER = ("not_met", "data_missing", "met", "threshold_undefined", "not_applicable", "recorded")
"""States as a planner looks at them: what is to be done first."""
TABLE_PX = 360


def show(desk: Desk, results: Sequence[TargetResult]) -> None:
    """The list, and under it the target whose row is selected."""
    chosen = _table(sorted(results, key=lambda result: ORDER.index(result.state)), desk.lang)
    if chosen is not None:
        _details(chosen, desk)


def counts(results: Sequence[TargetResult], lang: str) -> None:
    """How many targets are in each state."""
    counted = Counter(result.state for result in results)
    with st.container(key="headline"):
        for spot, name in zip(st.columns(len(STATES)), ORDER, strict=True):
            with spot, st.container(key=f"count_{name}"):
                st.metric(t(f"evaluate.state_{name}", lang), f"{counted[name]:,}")


def target_frame(results: Sequence[TargetResult], lang: str) -> pd.DataFrame:
    """The targets as the table shows them."""
    rows = []
    for result in results:
        share, of = is_share(result), str(result.action["of"]) if result.action else ""
        least = "≥ " if result.at_least and result.value is not None else ""
        target, value = result.target, least + figure(result.value, share=share)
        rows.append((verdict_text(result, lang), pick(target.title, lang), value, figure(result.threshold, share=share),
                     shortfall(result, of, lang, share=share), str(deadline_text(target) or ""), target.clause, target.id))
    columns = ("state", "title", "value", "threshold", "shortfall", "deadline", "clause", "id")
    return pd.DataFrame(rows, columns=[t(f"ui.targets.{column}", lang) for column in columns])


def _table(results: Sequence[TargetResult], lang: str) -> TargetResult | None:
    """The table; gives the target whose row is selected."""
    with st.container(key="target_table"):
        shown = tables.dataframe(target_frame(results, lang), hide_index=True, width="stretch", height=TABLE_PX, placeholder="",
                             on_select="rerun", selection_mode="single-row", key="targets_rows")
    rows = shown["selection"]["rows"]
    if rows and rows[0] < len(results):
        return results[rows[0]]
    st.html(f'<p class="note">{escaped(t("ui.targets.pick", lang))}</p>')
    return None


def told_html(result: TargetResult, lang: str) -> str:
    """How a value came about, how far the target has come, how firm its verdict is and what was reported: a paragraph each."""
    told = (("formula.label", said_formula(result.formula, lang)), ("progress.verdict", progress_text(result, lang)),
            ("sensitivity.label", sensitivity_text(result, lang)), ("reported_beside.label", reported_text(result, lang)))
    return "".join(f'<p class="prose"><b>{escaped(t(label, lang))}</b> {escaped(text, lang)}</p>' for label, text in told if text)


def _details(result: TargetResult, desk: Desk) -> None:
    """One target: the plan's words, why it stands as it does, and its units."""
    lang, target = desk.lang, result.target
    note = note_text(result, lang)
    with st.container(key="target_details"):
        said_where = " · ".join(escaped(part, lang) for part in (target.clause, target.document, target.id))
        st.html(f'<h2>{escaped(pick(target.title, lang), lang)}</h2><p class="note">{said_where}</p>'
                + told_html(result, lang)
                + (f'<p class="prose">{escaped(note, lang)}</p>' if note else ""))
        if result.units:
            tables.dataframe(unit_frame(result, desk), hide_index=True, width="stretch", height=260, placeholder="")


def unit_frame(result: TargetResult, desk: Desk) -> pd.DataFrame:
    """A target's units."""
    lang, share = desk.lang, units_are_shares(result)
    rows = [(unit.code, t(f"evaluate.state_{unit.state}", lang) if unit.state else "", unit.name, level_name(unit.level, lang),
             figure(unit.value, share=share), figure(unit.threshold, share=share), shortfall(unit, "", lang, share=share))
            for unit in result.units]
    columns = ("code", "state", "name", "level", "value", "threshold", "shortfall")
    return pd.DataFrame(rows, columns=[t(f"ui.targets.{column}", lang) for column in columns])
