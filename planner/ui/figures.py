"""Figures of targets and money as the pages write them."""

from __future__ import annotations

import math

from planner.i18n import has, t
from planner.targets.evaluation import TargetResult, Threshold, UnitResult

BY_DISTANCE = ("population_within", "pace")
"""Metrics whose figures are shares, whatever unit the plan prints."""
CNY_OF_WAN = 10_000.0


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


def money(cny: float, lang: str) -> str:
    """Yuan as people read them: 万元 in Chinese, millions in English."""
    return t("ui.gaps.money", lang, value=f"{cny / CNY_OF_WAN:,.0f}" if lang == "zh" else f"{cny / 1e6:,.1f}")
