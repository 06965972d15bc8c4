"""One cell as somebody typed it: text, number, date or angle.

Every parser says what it found and how: `how` is "" where the cell is plain, else the code of the issue to write (docs/quality.md).
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Cell = str | float | int | bool | dt.datetime | dt.date | dt.time | None
Found = TypeVar("Found")

MISSING_WORDS = frozenset({"暂无", "无", "不详", "未知", "未填", "待定", "待补充", "/", "／", "\\", "-", "－", "--", "—", "——", "–", "…",
                           "n/a", "na", "none"})
"""What people type for "no figure". A number that reads so is missing, never 0."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_BEFORE = r"(?:约|大约|大概|近|将近|不少于|不低于|至少|超过|超|共|≥|>=|>|~|～|≈)"
_AFTER = r"(?:余|多|左右|上下|以上|许|\+)?"
_MEASURES = ("平方米|平方公尺|平米|㎡|m²|m2|平方|张床位|张床|床位|张|床|个|人|名|位|户|间|所|处|家|座|套|元|米|m|穴|格位")
_DRESSED = re.compile(rf"{_BEFORE}?\s*([+-]?\d[\d, ]*(?:\.\d+)?)\s*(万|亿)?\s*{_AFTER}\s*(?:{_MEASURES})?\s*{_AFTER}"
                      r"\s*(?:\(估\)|\(含.*\))?", re.ASCII)
_RANGE = re.compile(rf"([+]?\d+(?:\.\d+)?)\s*(?:-|~|～|—|至|到)\s*(\d+(?:\.\d+)?)\s*(?:{_MEASURES})?", re.ASCII)
_SCALE = {"万": 1e4, "亿": 1e8, None: 1.0}


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from a cell. value is NaN where there is none; how is "", number_parsed, value_missing or value_invalid."""

    value: float
    how: str = ""
    estimate: bool = False


def text(cell: Cell) -> str:
    """A cell as text: whole numbers without a decimal point, dates as ISO, blank as ""."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def blank(cell: Cell) -> bool:
    """Whether a cell has nothing in it."""
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())


def narrow(typed: str) -> str:
    """Full-width digits, letters, signs and blanks as their usual forms."""
    if typed.isascii():
        return typed.strip()
    return unicodedata.normalize("NFKC", typed).replace("㎡", "m2").strip()


def each(cells: Sequence[Cell], parse: Callable[[Cell], Found]) -> list[Found]:
    """parse(cell) of each cell of a column; texts that repeat, as they do in ledgers, are parsed once."""
    known: dict[str, Found] = {}
    found = []
    for cell in cells:
        if type(cell) is str:
            value = known.get(cell)
            if value is None:
                value = known[cell] = parse(cell)
            found.append(value)
        else:
            found.append(parse(cell))
    return found


def plain_number(typed: str) -> float | None:
    """The number of a text that is nothing else, in ASCII; None otherwise. Infinite where it is too large."""
    return float(typed) if _NUMBER.fullmatch(typed) else None


def parse_number(cell: Cell) -> Number:
    """The number in a cell: 1234, "1,234", "１２", "约50", "50余", "50张", "1.2万"; "50-60" is its lower end.

    Missing words give NaN and value_missing, anything else NaN and value_invalid; a blank cell gives NaN without a code.
    """
    if blank(cell):
        return Number(math.nan)
    if isinstance(cell, bool | dt.datetime | dt.date | dt.time):
        return Number(math.nan, "value_invalid")
    if isinstance(cell, int | float):
        value = float(cell) if abs(cell) < 1e300 else math.inf
        return Number(value) if math.isfinite(value) else Number(math.nan, "value_invalid")
    assert cell is not None
    typed = cell.strip()
    value_or_none = plain_number(typed)
    if value_or_none is not None:
        return Number(value_or_none) if math.isfinite(value_or_none) else Number(math.nan, "value_invalid")
    if len(typed) > 60:
        return Number(math.nan, "value_invalid")
    if typed.lower() in MISSING_WORDS:
        return Number(math.nan, "value_missing")
    return _dressed(narrow(typed))


def _dressed(typed: str) -> Number:
    """A number with words, signs or full-width characters about it."""
    if typed.lower() in MISSING_WORDS:
        return Number(math.nan, "value_missing")
    grouped = typed.replace(",", "") if _GROUPED.fullmatch(typed) else typed
    value = plain_number(grouped)
    if value is not None:
        return Number(value, "number_parsed") if math.isfinite(value) else Number(math.nan, "value_invalid")
    between = _RANGE.fullmatch(typed)
    if between:
        return Number(float(between[1]), "number_parsed", estimate=True)
    dressed = _DRESSED.fullmatch(typed)
    if dressed is None:
        return Number(math.nan, "value_invalid")
    digits = dressed[1].replace(" ", "")
    if "," in digits and not _GROUPED.fullmatch(digits):
        return Number(math.nan, "value_invalid")
    bare = re.fullmatch(rf"[\d, .+-]*(?:万|亿)?\s*(?:{_MEASURES})?", typed, re.ASCII)
    return Number(float(digits.replace(",", "")) * _SCALE[dressed[2]], "number_parsed", estimate=bare is None)


@dataclass(frozen=True, slots=True)
class Date:
    """A day read from a cell as ISO text, "" where there is none; how is "", date_parsed or value_invalid."""

    iso: str
    how: str = ""


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII)
_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?", re.ASCII)
_MONTH = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*月?(?:份|初|底|末)?", re.ASCII)
_YEAR = re.compile(r"(\d{4})\s*年?(?:初|底|末)?", re.ASCII)
_SERIAL_FROM, _SERIAL_TO = 18_264, 73_050  # 1950 to 2099 as Excel counts days
_YEARS = range(1850, 2201)


def parse_date(cell: Cell) -> Date:
    """The day in a cell. 2023-05-01 and 2023/5/1 are plain; 2023年5月, 2023.5, 2023, 202305 and Excel's day numbers are parsed, to the
    first day of the month or year. A missing word is blank."""
    if blank(cell):
        return Date("")
    if isinstance(cell, dt.datetime):
        return Date(cell.date().isoformat())
    if isinstance(cell, dt.date):
        return Date(cell.isoformat())
    if isinstance(cell, bool | dt.time):
        return Date("", "value_invalid")
    typed = narrow(text(cell))
    if typed.lower() in MISSING_WORDS:
        return Date("", "value_missing")
    if len(typed) > 40:
        return Date("", "value_invalid")
    for pattern, plain in ((_ISO, True), (_DAY, "/" in typed)):
        if found := pattern.fullmatch(typed):
            return _day(int(found[1]), int(found[2]), int(found[3]), "" if plain else "date_parsed")
    if re.fullmatch(r"[0-9]{8}", typed):
        return _day(int(typed[:4]), int(typed[4:6]), int(typed[6:]), "date_parsed")
    if re.fullmatch(r"[0-9]{6}", typed):
        return _day(int(typed[:4]), int(typed[4:6]), 1, "date_parsed")
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", typed) and _SERIAL_FROM <= float(typed) <= _SERIAL_TO:
        return Date((dt.date(1899, 12, 30) + dt.timedelta(days=int(float(typed)))).isoformat(), "date_parsed")
    if found := _MONTH.fullmatch(typed):
        return _day(int(found[1]), int(found[2]), 1, "date_parsed")
    if found := _YEAR.fullmatch(typed):
        return _day(int(found[1]), 1, 1, "date_parsed")
    return Date("", "value_invalid")


def _day(year: int, month: int, day: int, how: str) -> Date:
    """A day of the calendar, or value_invalid."""
    if year in _YEARS and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
        return Date(dt.date(year, month, day).isoformat(), how)
    return Date("", "value_invalid")


@dataclass(frozen=True, slots=True)
class Angle:
    """One coordinate read from a cell: degrees, or metres in a plane system. how is "", coordinates_parsed, coordinates_missing or
    coordinates_invalid."""

    value: float
    how: str = ""


_SIGNS = {"°": "d", "度": "d", "º": "d", "˚": "d", "′": "m", "'": "m", "’": "m", "‘": "m", "分": "m", "＇": "m",
          "″": "s", '"': "s", "”": "s", "“": "s", "秒": "s", "＂": "s"}
_DMS = re.compile(r"(\d{1,3}(?:\.\d+)?)d(?:(\d{1,2}(?:\.\d+)?)m(?:(\d{1,2}(?:\.\d+)?)s?)?)?", re.ASCII)
_DOTTED = re.compile(r"(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d+)?)", re.ASCII)
_SIDES = {"东经": 1, "北纬": 1, "西经": -1, "南纬": -1, "E": 1, "N": 1, "W": -1, "S": -1}


def parse_angle(cell: Cell) -> Angle:
    """A coordinate: 116.3, "１１６.3", 116°23′45″, 116度23分45秒, 东经116.3, 116°23'45.6"E."""
    if blank(cell):
        return Angle(math.nan, "coordinates_missing")
    if isinstance(cell, bool | dt.datetime | dt.date | dt.time):
        return Angle(math.nan, "coordinates_invalid")
    if isinstance(cell, int | float):
        value = float(cell) if abs(cell) < 1e300 else math.inf
        return Angle(value) if math.isfinite(value) else Angle(math.nan, "coordinates_invalid")
    assert cell is not None
    typed = cell.strip()
    value_or_none = plain_number(typed)
    if value_or_none is not None:
        return Angle(value_or_none) if math.isfinite(value_or_none) else Angle(math.nan, "coordinates_invalid")
    if len(typed) > 60:
        return Angle(math.nan, "coordinates_invalid")
    marked = typed.replace("''", "″").replace("′′", "″")
    for sign, letter in _SIGNS.items():
        marked = marked.replace(sign, letter)
    marked = re.sub(r"\s+", "", narrow(marked))
    if marked.lower() in MISSING_WORDS:
        return Angle(math.nan, "coordinates_missing")
    side = 1
    for word, factor in _SIDES.items():
        if marked.startswith(word):
            marked, side = marked[len(word):], factor
        elif marked.endswith(word) and len(marked) > len(word):
            marked, side = marked[:-len(word)], factor
    bare = plain_number(marked)
    if bare is not None and math.isfinite(bare):
        return Angle(side * bare, "coordinates_parsed")
    found = _DMS.fullmatch(marked) or _DOTTED.fullmatch(marked)
    if found:
        degrees, minutes, seconds = (float(part or 0) for part in found.groups())
        if minutes < 60 and seconds < 60:
            return Angle(side * (degrees + minutes / 60 + seconds / 3600), "coordinates_parsed")
    return Angle(math.nan, "coordinates_invalid")


def parse_pair(cell: Cell) -> tuple[Angle, Angle] | None:
    """Two coordinates in one cell, "116.3,39.9", in the order they stand; None where there are not two."""
    if not isinstance(cell, str) or len(cell) > 120:
        return None
    parts = [part for part in re.split(r"[,，;；、|\s]+", cell.strip(" ()（）[]【】")) if part]
    if len(parts) != 2:
        return None
    first, second = parse_angle(parts[0]), parse_angle(parts[1])
    if math.isnan(first.value) or math.isnan(second.value):
        return None
    return Angle(first.value, "coordinates_parsed"), Angle(second.value, "coordinates_parsed")
