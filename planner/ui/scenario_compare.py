"""Two scenarios side by side: which, the difference they make, and the table to take along."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from planner.export.change_table import change_csv
from planner.i18n import t
from planner.plan.coverage_change import CoverageChange
from planner.plan.scenario import BASELINE
from planner.ui import scenario_view, state
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.text import percent

SIDES = ("compare_a", "compare_b")


def choose(desk: Desk, names: Sequence[str]) -> tuple[str, str]:
    """The two that are compared: scenarios by name, or the project as its files have it."""
    lang, options = desk.lang, [BASELINE, *names]
    opened = state.memory().get("scenario")
    fallback = {"compare_a": BASELINE, "compare_b": opened if opened in names else options[-1]}
    for key in SIDES:
        if state.memory().get(key, BASELINE) not in options:  # deleted meanwhile: not an address that asks for what is not there
            state.forget(key)
    with st.container(key="compare_sides"):
        for spot, key in zip(st.columns(2, gap="small"), SIDES, strict=True):
            with spot:
                state.settle(key, options, fallback[key], mark=(lang, tuple(names)))
                st.selectbox(t(f"ui.scenarios.{key}", lang), options, key=key, filter_mode="contains",
                             format_func=lambda name: t("ui.scenarios.baseline", lang) if name == BASELINE else name)
    return st.session_state[SIDES[0]], st.session_state[SIDES[1]]


def difference(desk: Desk, found: CoverageChange, names: tuple[str, str]) -> None:
    """The shares of both, and B less A in percentage points; the units as CSV."""
    lang, total = desk.lang, found.total
    shown = {"share_a": percent(total.share_before, lang), "share_b": percent(total.share_after, lang),
             "difference_share": scenario_view.fine_points(total.share_difference, lang),
             "difference_people": scenario_view.gained_said(total.people_gained, lang)}
    with st.container(key="compare_shares"):
        for spot, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
            with spot, st.container(key=name):
                st.metric(t(f"ui.scenarios.{name}", lang), value)
    before = found.before
    name = safe_name([desk.city.id, *names, before.layer, before.travel, f"{before.minutes:g}min", before.by], "csv")
    st.download_button(t("ui.scenarios.download", lang), lambda: change_csv(found.units).encode("utf-8-sig"), name, MIMES["csv"],
                       key="download_compare", on_click="ignore", width="stretch")
