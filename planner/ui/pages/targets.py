"""Targets: a pack's targets with state, value, threshold, shortfall and clause; one of them in detail, unit by unit."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from planner.i18n import has, pick, t
from planner.targets.answers import deadline_text, note_text
from planner.targets.evaluation import STATES, TargetResult, Threshold, UnitResult
from planner.targets.formula import said as said_formula
from planner.targets.formula import units_are_shares
from planner.targets.sentences import progress_text, reported_text, sensitivity_text, verdict_text
from planner.ui import packs, state
from planner.ui.desk import Desk
from planner.ui.faults import said
from planner.ui.text import escaped, level_name

BY_DISTANCE = ("population_within", "pace")
"""Metrics whose figures are shares, whatever unit the plan prints."""
ORDER = ("not_met", "data_missing", "met", "threshold_undefined", "not_applicable", "recorded")
"""States as a planner looks at them: what is to be done first."""
TABLE_PX = 360


def show(desk: Desk) -> None:
    """The page."""
    st.fragment(said(_body))(desk)


def _body(desk: Desk) -> None:
    """Pack, counts, table, one target."""
    lang = desk.lang
    left, right = st.columns([1, 2.2], vertical_alignment="bottom")
    with left:
        name = packs.choose(desk)
    state.write_address()
    results = sorted(packs.judged(desk, name).evaluation.targets, key=lambda result: ORDER.index(result.state))
    with right:
        _counts(results, lang)
    chosen = _table(results, lang)
    if chosen is not None:
        _details(chosen, desk)


def _counts(results: Sequence[TargetResult], lang: str) -> None:
    """How many targets are in each state."""
    counted = Counter(result.state for result in results)
    with st.container(key="headline"):
        for spot, name in zip(st.columns(len(STATES)), ORDER, strict=True):
            with spot, st.container(key=f"count_{name}"):
                st.metric(t(f"evaluate.state_{name}", lang), f"{counted[name]:,}")


def is_share(result: TargetResult) -> bool:
    """Whether a target's figures are shares, 0..1."""
    return bool(result.target.is_percent or result.target.metric in BY_DISTANCE)


def figure(value: Threshold, *, share: bool) -> str:
    """A figure for people: shares in per cent, whole numbers whole, ranges with a dash, "" where there is none."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "–".join(figure(end, share=share) for end in value)
    if share:
        return f"{value * 100:.1f}%"
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.2f}"


def shortfall(result: TargetResult | UnitResult, of: str, lang: str, *, share: bool) -> str:
    """What is short, with what it counts."""
    if not result.shortfall:
        return ""
    if of in ("", "share"):
        return figure(result.shortfall, share=share or of == "share")
    word = t(f"evaluate.of_{of}", lang) if has(f"evaluate.of_{of}", lang) else of
    amount = float(math.ceil(result.shortfall - 1e-9)) if of == "people" else result.shortfall  # nobody is short of half a person
    return f"{figure(amount, share=False)} {word}"


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
        shown = st.dataframe(target_frame(results, lang), hide_index=True, width="stretch", height=TABLE_PX, placeholder="",
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
            st.dataframe(unit_frame(result, desk), hide_index=True, width="stretch", height=260, placeholder="")


def unit_frame(result: TargetResult, desk: Desk) -> pd.DataFrame:
    """A target's units."""
    lang, share = desk.lang, units_are_shares(result)
    rows = [(unit.code, t(f"evaluate.state_{unit.state}", lang) if unit.state else "", unit.name, level_name(unit.level, lang),
             figure(unit.value, share=share), figure(unit.threshold, share=share), shortfall(unit, "", lang, share=share))
            for unit in result.units]
    columns = ("code", "state", "name", "level", "value", "threshold", "shortfall")
    return pd.DataFrame(rows, columns=[t(f"ui.targets.{column}", lang) for column in columns])
