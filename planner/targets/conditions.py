"""Conditions of packs: what a column must hold, answered yes, no or unknown for each row.

A condition is a value, true or false, a list of values, or an operator with a number or a date; its column may be the quotient "a / b".
A blank cell leaves the answer open, but in columns whose blank means something.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.targets.vocabulary import EMPTY_MEANS, OPERATORS

BoolArray = npt.NDArray[np.bool_]
Value = str | float | bool
YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "是", "有", "√", "✓", "对"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "否", "无", "×", "✗", "没有"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DATE_COLUMNS = frozenset({"opened", "closed", "started", "approved"})
COMPARE_DECIMALS = 9
"""Figures are compared after rounding to so many decimals, so that 0.1 + 0.2 reaches 0.3."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: `column` (divided by `over`, where given) equals one of `values`, or stands in `operator` to `operand`."""

    column: str
    over: str = ""
    values: tuple[Value, ...] = ()
    operator: str = ""
    operand: float | str = 0.0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it needs."""
        return (self.column, self.over) if self.over else (self.column,)


class ColumnMissingError(Exception):
    """A column that a condition or a metric needs and the table does not have."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def parse_condition(column: str, written: object) -> Condition | None:
    """A condition as a pack writes it, or None where it is none."""
    name, _, over = (part.strip() for part in column.partition("/"))
    if not name or ("/" in column and not over):
        return None
    if isinstance(written, list):
        parts = [_plain(value) for value in written]
        if not parts or any(part is None for part in parts):
            return None
        return Condition(name, over, values=tuple(part for part in parts if part is not None))
    if isinstance(written, str):
        operator = next((sign for sign in OPERATORS if written.startswith(sign)), "")
        if operator:
            operand = _operand(written[len(operator):].strip())
            return None if operand is None else Condition(name, over, operator=operator, operand=operand)
    value = _plain(written)
    return None if value is None else Condition(name, over, values=(value,))


def _plain(value: object) -> Value | None:
    """A single value of a condition; dates as ISO text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()[:10]
    return value.strip() if isinstance(value, str) and value.strip() else None


def _operand(text: str) -> float | str | None:
    """What stands behind an operator: a number, or a date as ISO text."""
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text).isoformat()
        except ValueError:
            return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def is_yes(text: object) -> bool:
    """Whether a cell says yes."""
    return str(text).strip().lower() in YES


def numbers(frame: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """A column as numbers, NaN where blank; yes and no are 1 and 0, other text is NaN. Raises ColumnMissingError."""
    if column not in frame:
        raise ColumnMissingError(column)
    series = frame[column]
    if pd.api.types.is_numeric_dtype(series):
        return np.asarray(series, dtype=np.float64)
    return np.array([_number(cell) for cell in series], dtype=np.float64)


def _text(cell: object) -> str:
    """A cell as text, "" where it is blank."""
    if isinstance(cell, (dt.date, dt.datetime)) and not pd.isna(cell):
        return cell.isoformat()[:10]
    return "" if cell is None or cell is pd.NA or cell != cell else str(cell).strip()


def _number(cell: object) -> float:
    """One cell as a number, NaN where it is none."""
    if isinstance(cell, (int, float)):
        return float(cell)
    text = _text(cell)
    try:
        number = float(text)
    except ValueError:
        return 1.0 if text.lower() in YES else 0.0 if text.lower() in NO else float("nan")
    return number if np.isfinite(number) else float("nan")


def compare(values: npt.NDArray[np.float64], operator: str, operand: float) -> BoolArray:
    """Numbers against one number, after rounding; NaN compares false."""
    with np.errstate(invalid="ignore"):
        left, right = np.round(values, COMPARE_DECIMALS), round(operand, COMPARE_DECIMALS)
        answers: dict[str, BoolArray] = {">": left > right, ">=": left >= right, "=": left == right, "<=": left <= right, "<": left < right}
    return answers[operator]


def answer(condition: Condition, frame: pd.DataFrame) -> tuple[BoolArray, BoolArray]:
    """(rows that satisfy it, rows of which it is unknown because a needed cell is blank). Raises ColumnMissingError."""
    if condition.over:
        above, below = numbers(frame, condition.column), numbers(frame, condition.over)
        unknown = np.isnan(above) | np.isnan(below)
        with np.errstate(divide="ignore", invalid="ignore"):
            quotient = np.where(below == 0, np.nan, above / below)
        return _number_answer(condition, quotient), unknown
    if condition.column not in frame:
        raise ColumnMissingError(condition.column)
    series = frame[condition.column]
    if pd.api.types.is_numeric_dtype(series):
        values = numbers(frame, condition.column)
        return _number_answer(condition, values), np.isnan(values)
    text = [_text(cell) for cell in series]
    blank = np.array([not cell for cell in text], dtype=bool)
    yes = np.array([bool(cell) and _text_answer(condition, cell) for cell in text], dtype=bool)
    return yes, np.zeros(len(text), dtype=bool) if condition.column in EMPTY_MEANS else blank


def _number_answer(condition: Condition, values: npt.NDArray[np.float64]) -> BoolArray:
    """A condition on a column of numbers."""
    if condition.operator:
        if isinstance(condition.operand, str):
            return np.zeros(len(values), dtype=bool)
        return compare(values, condition.operator, condition.operand)
    found = np.zeros(len(values), dtype=bool)
    for wanted in condition.values:  # noqa: PD011 - no pandas here
        if isinstance(wanted, bool):
            found |= (values != 0) & ~np.isnan(values) if wanted else values == 0
        else:
            number = _number(wanted)
            if not np.isnan(number):
                found |= compare(values, "=", number)
    return found


def _text_answer(condition: Condition, text: str) -> bool:
    """A condition on one cell of text that is not blank."""
    if condition.operator:
        if isinstance(condition.operand, str):
            return bool(_ordered(text, condition.operand, condition.operator))
        number = float(text[:4]) if condition.column in DATE_COLUMNS and text[:4].isdigit() else _number(text)
        return bool(compare(np.array([number]), condition.operator, condition.operand)[0])
    return any(_same(text, wanted) for wanted in condition.values)  # noqa: PD011


def _ordered(left: str, right: str, operator: str) -> bool:
    """Two ISO dates in order."""
    return {">": left > right, ">=": left >= right, "=": left == right, "<=": left <= right, "<": left < right}[operator]


def _same(text: str, wanted: Value) -> bool:
    """Whether a cell holds a value: words of yes for true, numbers as numbers, else letter by letter."""
    if isinstance(wanted, bool):
        return text.lower() in (YES if wanted else NO)
    if isinstance(wanted, float):
        return bool(_number(text) == wanted)
    return text == wanted


def answer_all(conditions: Sequence[Condition], frame: pd.DataFrame) -> tuple[BoolArray, BoolArray, dict[str, BoolArray]]:
    """All conditions together: (rows that certainly satisfy them, rows that may, and for those the blank cells by column)."""
    sure, may = np.ones(len(frame), dtype=bool), np.ones(len(frame), dtype=bool)
    blank: dict[str, BoolArray] = {}
    for condition in conditions:
        yes, unknown = answer(condition, frame)
        sure &= yes & ~unknown
        may &= yes | unknown
        if unknown.any():
            for column in condition.columns:
                empty = _blank(frame, column) & unknown
                blank[column] = blank.get(column, np.zeros(len(frame), dtype=bool)) | empty
    maybe = may & ~sure
    return sure, maybe, {column: mask & maybe for column, mask in blank.items() if (mask & maybe).any()}


def _blank(frame: pd.DataFrame, column: str) -> BoolArray:
    """Which cells of a column are blank."""
    series = frame[column]
    return np.array([not _text(cell) for cell in series], dtype=bool)
