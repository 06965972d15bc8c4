"""Targets: what a pack asks and how the project stands to it - as a list, as units by targets, and unit by unit on a card."""

from __future__ import annotations

import streamlit as st

from planner.i18n import t
from planner.ui import footer, matrix, packs, state, target_list, unit_card
from planner.ui.desk import Desk
from planner.ui.faults import said

VIEWS = ("list", "matrix", "card")


def show(desk: Desk) -> None:
    """The page."""
    st.fragment(said(_body))(desk)


def _body(desk: Desk) -> None:
    """Pack, counts, and the view that is chosen."""
    lang = desk.lang
    left, right = st.columns([1, 2.2], vertical_alignment="bottom")
    with left:
        name = packs.choose(desk)
        view = _view(lang)
    judged = packs.judged(desk, name)
    with right:
        target_list.counts(judged.evaluation.targets, lang)
    if view == "list":
        target_list.show(desk, judged.evaluation.targets)
    elif view == "matrix":
        matrix.show(desk, name, judged)
    else:
        unit_card.show(desk, *packs.with_spots(desk, name))
    state.write_address()
    footer.draw(desk, None)


def _view(lang: str) -> str:
    """The control: list, matrix or card."""
    state.settle("view", VIEWS, VIEWS[0], mark=lang)
    return str(st.segmented_control(t("ui.view.label", lang), VIEWS, key="view", required=True,
                                    format_func=lambda view: t(f"ui.view.{view}", lang)))
