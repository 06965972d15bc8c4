"""Unit codes as they come out of Excel, GIS and web services: digits lost, `.0` added, 156 put before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.inputs.cells import Cell, narrow, text

CODE_LENGTHS = (2, 4, 6, 9, 12)
"""Digits of a province, prefecture, county, township and community (GB/T 2260, GB/T 10114)."""
NO_COUNTY = ("4419", "4420", "4604", "6202")
"""Dongguan, Zhongshan, Danzhou and Jiayuguan have no county level: their towns stand under the city itself."""
_NO_COUNTY_DIGITS = "00"
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})", re.ASCII)
_DECIMAL = re.compile(r"(\d+)\.0+", re.ASCII)
_COUNTRY = re.compile(r"156((?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}(?:\d{3}){0,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes read from cells. codes : (n,) text, "" blank. repaired, rounded : (n,) whether a code was mended, or has lost its digits."""

    codes: npt.NDArray[np.object_]
    repaired: npt.NDArray[np.bool_]
    rounded: npt.NDArray[np.bool_]


def read_codes(cells: Sequence[Cell]) -> Codes:
    """Codes of cells. 1.10101E+11 has lost its digits unless all of them are there; `.0`, a leading ' and full-width digits are mended;
    the country's 156 is taken away where every code has it."""
    codes = np.array([""] * len(cells), dtype=object)
    repaired, rounded = np.zeros(len(cells), dtype=bool), np.zeros(len(cells), dtype=bool)
    for k, cell in enumerate(cells):
        typed = text(cell).strip()
        codes[k], how = _mend(typed)
        repaired[k], rounded[k] = how == "repaired", how == "rounded"
    filled = codes != ""
    if filled.any() and all(_COUNTRY.fullmatch(code) for code in codes[filled]):
        codes[filled] = [code[3:] for code in codes[filled]]
        repaired |= filled
    return Codes(codes, repaired, rounded)


def _mend(typed: str) -> tuple[str, str]:
    """One code, and whether it was repaired or rounded."""
    code = narrow(typed).lstrip("'") if not typed.isascii() or typed.startswith("'") else typed
    if not code or not code[0].isdigit():
        return typed, ""
    if found := _DECIMAL.fullmatch(code):
        return found[1], "repaired"
    if found := _SCIENTIFIC.fullmatch(code):
        digits, places = found[1] + (found[2] or ""), int(found[3]) + 1
        if places <= len(digits) and not digits[places:].strip("0"):
            return digits[:places], "repaired"
        return typed, "rounded"
    return code, "repaired" if code != typed else ""


def padded(code: str) -> str:
    """A code of digits at its full length of twelve, for comparison of codes of different lengths; other codes as they are."""
    return code.ljust(12, "0") if code.isascii() and code.isdigit() and len(code) in CODE_LENGTHS else code


def prefix_length(code: str) -> int:
    """How many digits of a code say something: 2, 4, 6, 9 or 12; 0 where it is no such code."""
    full = padded(code)
    if len(full) != 12 or not full.isdigit():
        return 0
    said = len(full.rstrip("0"))
    return next(length for length in CODE_LENGTHS if said <= length)


def without_county(code: str) -> bool:
    """Whether a town's code stands directly under its prefecture, as in NO_COUNTY and wherever else the county's digits are 00."""
    full = padded(code)
    return prefix_length(full) >= 9 and (full.startswith(NO_COUNTY) or full[4:6] == _NO_COUNTY_DIGITS)


def is_within(code: str, coarser: str) -> bool:
    """Whether a code lies under another by its digits."""
    length = prefix_length(coarser)
    return 0 < length < 12 and padded(code)[:length] == padded(coarser)[:length] and padded(code) != padded(coarser)
