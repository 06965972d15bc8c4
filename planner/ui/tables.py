"""Tables of the pages: a quick grid to look through, or with the plain view on a whole table of text, for paper and for voices."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import pandas as pd
import streamlit as st

from planner.export.cells import figure
from planner.ui import state
from planner.ui.text import escaped

PLAIN = "plain"
"""The setting, in memory and address: `1` where tables are text."""
NOTHING_CHOSEN = {"selection": {"rows": [], "columns": [], "cells": []}}


def is_plain() -> bool:
    """Whether this visitor wants tables as text."""
    return state.memory().get(PLAIN) == "1"


def dataframe(frame: pd.DataFrame, *, column_config: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """`st.dataframe` with the same options; in the plain view a table of text with every row, in which nothing can be selected."""
    if not is_plain():
        return st.dataframe(frame, column_config=column_config, **options)
    st.html(html_table(frame, column_config or {}))
    return NOTHING_CHOSEN


def html_table(frame: pd.DataFrame, config: Mapping[str, Any]) -> str:
    """A table as HTML, every text escaped; headings and formats as the grid has them."""
    columns = [name for name in frame.columns if config.get(name, "") is not None]
    heads = "".join(f'<th scope="col"{_side(frame[name])}>{escaped(_heading(name, config))}</th>' for name in columns)
    shown = [[_cell(value, config.get(name)) for value in frame[name]] for name in columns]
    sides = [_side(frame[name]) for name in columns]
    rows = ("".join(f"<td{side}>{escaped(text)}</td>" for side, text in zip(sides, row, strict=True)) for row in zip(*shown, strict=True))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="plain-table"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _side(column: pd.Series) -> str:
    """Numbers stand to the right."""
    return ' class="number"' if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column) else ""


def _heading(name: Any, config: Mapping[str, Any]) -> str:
    """The heading that the grid shows."""
    said = config.get(name)
    if isinstance(said, str):
        return said or str(name)
    return str((said or {}).get("label") or name)


def _cell(value: Any, said: Any) -> str:
    """A cell as the grid writes it."""
    if value is None or (not isinstance(value, list | tuple) and pd.isna(value)):
        return ""
    if isinstance(value, bool | str):
        return str(value)
    form = (said.get("type_config") or {}).get("format") if isinstance(said, Mapping) else None
    if form == "percent":
        return f"{value:.1%}"
    if isinstance(form, str) and "%" in form:
        try:
            return form % value
        except (TypeError, ValueError):  # a form of the grid's own
            return str(value)
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if not isinstance(value, Real):
        return str(value)
    return f"{float(value):.4g}" if abs(value) < 1 else figure(float(value))


def toggle(words: str) -> None:
    """The switch between grid and text."""
    st.session_state["plain_view"] = is_plain()
    st.toggle(words, key="plain_view", on_change=_switched)


def _switched() -> None:
    """Takes up what the switch says, before the page is drawn."""
    if st.session_state["plain_view"]:
        state.memory()[PLAIN] = "1"
    else:
        state.memory().pop(PLAIN, None)
