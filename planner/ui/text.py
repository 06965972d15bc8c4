"""How the pages write numbers, names and states. Names from the data are data: they reach HTML escaped and no widget's markdown."""

from __future__ import annotations

import html
import re

from planner.i18n import t
from planner.plan.wording import CJK, group_name, level_name, population_name, travel_name, travel_title
from planner.units import TravelProfile

__all__ = ["CJK", "MINUS", "escaped", "group_name", "level_name", "metres", "minutes_of", "people", "percent", "plain_markdown", "points",
           "population_name", "state_of", "travel_name", "travel_title"]
MINUS = "−"


def people(value: float, lang: str) -> str:
    """Persons for the eye: `218.43 万` from ten thousand on in Chinese, `2,184,312` in English; always the engine's number, rounded.

    NaN is a count that is not told (planner.measure.small_counts).
    """
    if value != value:
        return t("ui.hidden", lang)
    if lang == "zh" and abs(value) >= 10_000:
        return f"{value / 10_000:,.2f} 万"
    return f"{value:,.0f}"


def percent(share: float | None, lang: str) -> str:
    """A share as per cent with one decimal; a dash where there is nobody to ask."""
    return t("ui.none", lang) if share is None else f"{share * 100:.1f}%"


def points(difference: float, lang: str) -> str:
    """A difference of shares in percentage points, with its sign."""
    sign = "+" if difference > 0 else MINUS if difference < 0 else ""
    return t("ui.points", lang, value=f"{sign}{abs(difference) * 100:.1f}")


def metres(value: float | None, lang: str) -> str:
    """A distance in metres, or in kilometres from 10 km on; a dash where nobody reaches a facility."""
    if value is None:
        return t("ui.none", lang)
    return f"{value / 1000:,.1f} km" if value >= 10_000 else f"{value:,.0f} m"


def minutes_of(value_m: float | None, travel: TravelProfile, lang: str) -> str:
    """A distance as minutes of a travel."""
    return t("ui.none", lang) if value_m is None else t("ui.minutes_value", lang, value=f"{value_m / travel.metres_per_minute:,.0f}")


def state_of(share: float | None, wanted: float, lang: str) -> str:
    """Met or not met against a wanted share, by mark and word, never by colour alone."""
    if share is None:
        return t("ui.state.nobody", lang)
    return t("ui.state.met" if share >= wanted else "ui.state.not_met", lang)


def escaped(value: object, lang: str = "") -> str:
    """Text that no HTML reads as markup; Chinese quoted on an English page says so in `lang`, for readers and for voices."""
    safe = html.escape(str(value), quote=True)
    return CJK.sub(r'<span lang="zh">\g<0></span>', safe) if lang == "en" else safe


def plain_markdown(value: object) -> str:
    """Text that Streamlit's markdown shows as it is: every character that could start markup, mathematics or a directive is escaped."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|$:<>~^&])", r"\\\1", str(value)).replace("\n", " ")
