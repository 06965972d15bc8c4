"""What every result stands on: the data and their days, the warning when they lie apart, and what the pages are for."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import streamlit as st

from planner.i18n import t
from planner.plan.wording import data_days, is_invented
from planner.ui.desk import Desk
from planner.ui.text import escaped

APART_DAYS = 366
"""Population and ledger more than a year apart do not speak of one city."""


def days_apart(days: dict[str, str]) -> int | None:
    """The most days between the stated ones; None where fewer than two are."""
    known = sorted(day for day in map(_day, days.values()) if day is not None)
    return max(((later - earlier).days for earlier, later in pairwise(known)), default=None)


def _day(text: str) -> dt.date | None:
    """A stated day, the last of a stated year or month; None where nothing is stated."""
    parts = text.split("-")
    try:
        year, month = int(parts[0]), int(parts[1]) if len(parts) > 1 else 12
        if len(parts) > 2:
            return dt.date(year, month, int(parts[2]))
        return (dt.date(year, month, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    except ValueError:
        return None


def draw(desk: Desk, layer: str | None) -> None:
    """The lines under a page; with a layer, the warning that its ledger and the population lie apart."""
    lang = desk.lang
    apart = days_apart(data_days(desk.city, layer)) if layer else None
    label = f'<span class="badge">{escaped(t("map.invented", lang))}</span> ' if is_invented(desk.city) else ""
    lines = [f'<p class="note">{label}{escaped(t("ui.footer.internal", lang))}</p>']
    if apart is not None and apart > APART_DAYS:
        lines.insert(0, f'<p class="note warn">{escaped(t("ui.footer.apart", lang, years=f"{apart / 365.25:.1f}"))}</p>')
    with st.container(key="footer"):
        st.html("".join(lines))
