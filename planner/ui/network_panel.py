"""The streets tested, on the quality page: asked for with a button, as it takes some seconds; kept with the project."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from planner.i18n import t
from planner.measure.network_issues import level_said, place, way_said
from planner.measure.network_quality import NetworkQuality
from planner.quality import Issue, QualityReport
from planner.ui import tables
from planner.ui.desk import Desk
from planner.ui.opening import Opening
from planner.ui.text import escaped

KEPT = "network_quality"
SENTENCES = 12
"""So many findings are said; `planner check --network` says them all."""


def show(desk: Desk) -> None:
    """The section: what it does and a button, then what was found."""
    lang, known = desk.lang, desk.opening
    if known.city is None:
        return
    st.html(f'<h2>{escaped(t("ui.network.title", lang))}</h2>')
    if not known.has(KEPT):
        st.html(f'<p class="prose">{escaped(t("ui.network.lead", lang))}</p>')
        if not st.button(t("ui.network.run", lang), key="run_network"):
            return
        with st.spinner(t("ui.network.working", lang)):
            _examined(known)
        st.rerun()
    found, issues = _examined(known)
    with st.container(key="network_quality"):
        _headline(found, lang)
        _findings(issues, lang)
        _tables(found, lang)


def _examined(known: Opening) -> tuple[NetworkQuality, list[Issue]]:
    """The examination and its issues, made once for a project; by the function that `planner check --network` calls."""
    from planner.plan.network_check import examine
    from planner.plan.project import read_project

    def make() -> tuple[NetworkQuality, list[Issue]]:
        report = QualityReport()
        found = examine(read_project(Path(known.project), report=QualityReport()), known.read_city(), report)
        return found, report.issues

    return known.keep(KEPT, make)


def _headline(found: NetworkQuality, lang: str) -> None:
    """Four numbers."""
    share = found.completeness.total.share
    shown = {"parts": f"{found.parts_found:,}", "people_outside": f"{found.people_outside:,.0f}", "joins": f"{found.joins_with_people:,}",
             "share": "-" if share is None else f"{share:.1%}"}
    for spot, (name, value) in zip(st.columns(4), shown.items(), strict=True):
        with spot, st.container(key=f"network_{name}"):
            st.metric(t(f"ui.network.{name}", lang), value)


def _findings(issues: list[Issue], lang: str) -> None:
    """What should be looked at, as sentences; units whose streets are incomplete head the table below."""
    told = sorted((issue for issue in issues if issue.code != "roads_incomplete"), key=lambda issue: issue.severity != "warning")
    if not issues:
        st.html(f'<p class="prose">{escaped(t("ui.network.none", lang))}</p>')
    if not told:
        return
    lines = []
    for issue in told[:SENTENCES]:
        where = " · ".join(part for part in (issue.name, issue.value if issue.code == "join_suspected" else None) if part)
        lead = " · ".join(filter(None, (t(f"ui.quality.severity_{issue.severity}", lang), where)))
        lines.append(f"<li><strong>{escaped(lead)}</strong>　{escaped(issue.done(lang))}</li>")
    st.html(f'<h3>{escaped(t("ui.network.findings_title", lang))}</h3><ul class="prose">{"".join(lines)}</ul>')


def _tables(found: NetworkQuality, lang: str) -> None:
    """Road completeness by unit, then the places to look at."""
    roads = found.completeness
    ranked = sorted(roads.units, key=lambda unit: 2.0 if unit.share is None else unit.share)
    _table("completeness_table", t("ui.network.completeness_title", lang, near=f"{roads.near_m:g}"), _frame(lang, {
        "level": [level_said(unit.level, lang) for unit in ranked],
        "code": [unit.code for unit in ranked], "unit": [unit.name for unit in ranked], "people": [round(unit.people) for unit in ranked],
        "people_far": [round(unit.people_far) for unit in ranked],
        "share": ["-" if unit.share is None else f"{unit.share:.1%}" for unit in ranked]}))
    if found.joins_with_people:
        title = t("ui.network.joins_title", lang, count=f"{found.joins_found:,}", concern=f"{found.joins_with_people:,}")
        _table("join_table", title, _frame(lang, {
            "kind": [t(f"network_kind.{join.kind}", lang) for join in found.joins],
            "gap_m": [f"{join.gap_m:.1f}" for join in found.joins],
            "way_m": [way_said(join.way_m, join.connected, lang) for join in found.joins],
            "people": [round(join.people) for join in found.joins],
            "place": [place(join.lon, join.lat) for join in found.joins]}))
    if found.border_gaps:
        _table("border_table", t("ui.network.borders_title", lang, count=f"{found.border_gaps_found:,}"), _frame(lang, {
            "unit": [gap.name for gap in found.border_gaps], "other": [gap.to_name for gap in found.border_gaps],
            "gap_m": [f"{gap.gap_m:.1f}" for gap in found.border_gaps],
            "way_m": [way_said(gap.way_m, gap.connected, lang) for gap in found.border_gaps],
            "place": [place(gap.lon, gap.lat) for gap in found.border_gaps]}))
    if found.parts_found > 1:
        _table("part_table", t("ui.network.parts_title", lang), _frame(lang, {
            "part": [part.number + 1 for part in found.parts], "length_km": [round(part.length_m / 1000, 2) for part in found.parts],
            "people": [round(part.people) for part in found.parts], "facilities": [part.facilities for part in found.parts],
            "place": [place(part.lon, part.lat) for part in found.parts]}))


def _frame(lang: str, columns: dict[str, list[object]]) -> pd.DataFrame:
    """A table with its heads said."""
    return pd.DataFrame({t(f"check.network.{key}", lang): values for key, values in columns.items()})


def _table(key: str, title: str, frame: pd.DataFrame) -> None:
    """A titled table."""
    st.html(f"<h3>{escaped(title)}</h3>")
    with st.container(key=key):
        tables.dataframe(frame, hide_index=True, width="stretch", height=min(300, 38 + 35 * max(len(frame), 1)), placeholder="")
