"""What a cell may hold: text that no spreadsheet takes for a formula, and figures as people write them."""

from __future__ import annotations

import math
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that spreadsheets run or that hide one that they run (contract, section 4)."""


def neutral(value: Any) -> Any:
    """A value for a file made for people: text that would start a formula gets an apostrophe in front; all else stays as it is.

    Blanks before the sign do not hide it: some programs trim them on import.
    """
    if isinstance(value, str) and (value[:1] in FORMULA_STARTS or value.lstrip()[:1] in FORMULA_STARTS):
        return "'" + value
    return value


def finite(value: Any) -> float | None:
    """A number that a file can hold, or None for what is missing, NaN or infinite."""
    if value is None or isinstance(value, (str, bool)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def figure(value: float | None, digits: int = 2) -> str:
    """A number as people write it in a sentence: thousands apart, no needless decimals, "" for None."""
    if value is None:
        return ""
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
