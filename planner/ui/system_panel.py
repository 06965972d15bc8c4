"""Coordinate systems on the quality page: what speaks for which, and a button that confirms what is likely."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.i18n import t
from planner.quality import QualityReport, SystemEvidence
from planner.ui import tables
from planner.ui.desk import Desk
from planner.ui.faults import fault_sentence, remark
from planner.ui.text import escaped

SECTIONS_SHOWN = 3
DONE = "system_confirmed"


def show(desk: Desk) -> None:
    """The section: layers in doubt with a button each, then the evidence about every layer."""
    lang, found = desk.lang, desk.report.systems
    done = st.session_state.pop(DONE, None)
    if not found and not done:
        return
    st.html(f'<h2>{escaped(t("ui.systems.title", lang))}</h2><p class="prose">{escaped(t("ui.systems.lead", lang))}</p>')
    if done:
        st.html(f'<p class="prose" role="status">{escaped(t("ui.systems.confirmed", lang, **done))}</p>')
    for number, one in enumerate(one for one in found if one.likely != one.declared):
        with st.container(key=f"system_doubt_{number}"):
            st.html(f'<p class="prose"><strong>{escaped(one.file)}</strong>　{escaped(sentence(one, lang))}</p>')
            if st.button(t("ui.systems.confirm", lang, system=one.likely), key=f"confirm_system_{number}"):
                _confirm(desk, one)
    if found:
        with st.container(key="system_table"):
            tables.dataframe(frame(found, lang), hide_index=True, width="stretch", placeholder="")


def sentence(one: SystemEvidence, lang: str) -> str:
    """What speaks for the likely system, in one or two sentences."""
    asked = max(one.observations, 1)
    text = t("ui.systems.doubt", lang, declared=one.declared, likely=one.likely, count=f"{one.observations:,}",
             before=f"{one.hits[one.declared] / asked:.0%}", after=f"{one.hits[one.likely] / asked:.0%}",
             confidence=t(f"ui.systems.word_{one.confidence}", lang))
    if one.measured_m is None or one.expected_m is None:
        return text
    return text + t("ui.systems.offset", lang, likely=one.likely, places=one.places, measured=_vector(one.measured_m, lang),
                    expected=_vector(one.expected_m, lang))


def frame(found: list[SystemEvidence], lang: str) -> pd.DataFrame:
    """The evidence as a table: the share of the observations that holds under each system."""
    rows = []
    for one in found:
        named = ", ".join(one.sections[:SECTIONS_SHOWN]) + ("…" if len(one.sections) > SECTIONS_SHOWN else "")
        shares = [f"{one.hits[system] / one.observations:.0%}" if one.observations else "" for system in ("wgs84", "gcj02", "bd09")]
        rows.append((one.file, named, one.declared, one.likely, t(f"ui.systems.word_{one.confidence}", lang), one.observations, *shares,
                     "" if one.measured_m is None else _vector(one.measured_m, lang),
                     "" if one.expected_m is None else _vector(one.expected_m, lang)))
    heads = [t(f"ui.systems.{key}", lang) for key in ("file", "sections", "declared", "likely", "confidence", "observations")]
    heads += ["WGS84", "GCJ-02", "BD-09", t("ui.systems.measured", lang), t("ui.systems.expected", lang)]
    return pd.DataFrame(rows, columns=heads)


def _vector(vector: tuple[float, float], lang: str) -> str:
    """Metres east and north in words."""
    return t("ui.systems.vector", lang, east=f"{vector[0]:+.0f}", north=f"{vector[1]:+.0f}")


def _confirm(desk: Desk, one: SystemEvidence) -> None:
    """Writes the likely system into planner.toml, by the function that `planner check --confirm` calls; the project is then read anew."""
    from planner.plan.project import read_project
    from planner.plan.systems_confirmed import confirm

    try:
        for section in one.sections:
            confirm(read_project(Path(desk.opening.project), report=QualityReport()), section, one.likely)
    except PlannerError as error:
        remark(fault_sentence(error, desk.lang), desk.lang)
        return
    st.session_state[DONE] = {"system": one.likely, "sections": ", ".join(one.sections)}
    st.rerun()
