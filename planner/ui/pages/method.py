"""Method and settings: how the figures are made, with which speeds, from which files, and whom to name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from planner.i18n import glossary, pick, t
from planner.ui import footer, settings_panel, state, tables
from planner.ui.desk import Desk
from planner.ui.faults import said
from planner.ui.text import escaped, level_name

METHOD = ("covered", "nearest", "straight", "left_out", "spread", "as_of")
"""The sentences that say how a figure is made, in their order."""


def show(desk: Desk) -> None:
    """The page."""
    said(_body)(desk)


def _body(desk: Desk) -> None:
    """Method, units, assumptions, files, licences."""
    lang = desk.lang
    state.write_address()
    left, right = st.columns([1, 1.15], gap="medium")
    with left:
        st.html(f'<h2>{escaped(t("ui.method.how", lang))}</h2>' + "".join(
            f'<p class="prose">{escaped(t(f"ui.method.{name}", lang))}</p>' for name in METHOD))
    with right:
        st.html(f'<h2>{escaped(t("ui.method.units", lang))}</h2>')
        _plain(level_frame(desk))
    settings_panel.show(desk)
    st.html(f'<h2>{escaped(t("ui.method.sources", lang))}</h2>')
    _plain(source_frame(desk))
    st.html("".join(f'<p class="prose">{escaped(line, lang)}</p>' for line in licences(desk)))
    st.html(f'<h2>{escaped(t("ui.settings.glossary", lang))}</h2>')
    with st.container(key="glossary"):
        _plain(glossary_frame(lang))
    footer.draw(desk, None)


def _plain(frame: pd.DataFrame) -> None:
    """A table to read: all of it on the page, for a person and for a voice."""
    tables.dataframe(frame, hide_index=True, width="stretch", placeholder="")


def level_frame(desk: Desk) -> pd.DataFrame:
    """The levels of units and how many units each has."""
    lang, boundaries = desk.lang, desk.city.boundaries
    rows = [(level, level_name(level, lang, boundaries.labels), len(frame)) for level, frame in boundaries.levels.items()]
    return _frame(rows, ("level_id", "level", "count"), lang)


def source_frame(desk: Desk) -> pd.DataFrame:
    """The files that were read: path, what for, rows, day, coordinate system, checksum."""
    lang = desk.lang
    rows = [(record.path, record.role, record.rows_in, record.rows_kept, record.date, record.crs, record.sha256[:16])
            for record in desk.report.files.values()]
    return _frame(rows, ("file", "role", "rows_in", "rows_kept", "day", "crs", "sha256"), lang)


def glossary_frame(lang: str) -> pd.DataFrame:
    """The terms of screen, workbook and report: in Chinese, in English, and what each means."""
    rows = [(term.words["zh"], term.words["en"], term.about[lang]) for term in glossary().values()]
    return _frame(rows, ("term_zh", "term_en", "about"), lang)


def _frame(rows: Sequence[tuple[object, ...]], columns: Sequence[str], lang: str) -> pd.DataFrame:
    """Rows under headings in the page's language."""
    return pd.DataFrame(rows, columns=[t(f"ui.method.{column}", lang) for column in columns])


def licences(desk: Desk) -> list[str]:
    """Whom to name, and what the project's figures are measured in."""
    lang, city = desk.lang, desk.city
    named = pick(city.streets.attribution, lang)
    lines = [t("ui.method.crs_line", lang, crs=city.crs)]
    if "OpenStreetMap" in named:
        lines.append(t("ui.method.odbl", lang, source=named))
    return lines
