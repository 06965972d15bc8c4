"""The `where` of planner.toml: COLUMN OP VALUE joined by `and`. Parsed here, never evaluated."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from planner.errors import InputError
from planner.inputs.cells import Cell, narrow, parse_number, text

_TOKEN = re.compile(r"""\s*(?:(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`)|(?P<op>==|!=|<=|>=|<|>|=)|(?P<sign>[\[\](),])"""
                    r"""|(?P<word>[^\s'"`<>=!\[\](),]+))""")
_ORDER: dict[str, Callable[[float, float], bool]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. values : texts, one but for `in`; numeric : whether the value was written as a number."""

    column: str
    op: str
    values: tuple[str, ...]
    numeric: bool

    def holds(self, cell: Cell) -> bool:
        """Whether a cell satisfies it. A blank cell satisfies `!=` and `== ''` only; order is asked of numbers (days as ISO text)."""
        typed = text(cell).strip()
        if self.op in ("==", "in"):
            return any(self._equal(typed, value) for value in self.values)
        if self.op == "!=":
            return not self._equal(typed, self.values[0])
        left, right = parse_number(cell).value, parse_number(self.values[0]).value
        if left == left and right == right:
            return _ORDER[self.op](left, right)
        if self.numeric or not typed:
            return False
        value = self.values[0]
        return {"<": typed < value, "<=": typed <= value, ">": typed > value, ">=": typed >= value}[self.op]

    def _equal(self, typed: str, value: str) -> bool:
        """Equality of a cell and a value: as numbers where the value was written as one, else as texts."""
        if self.numeric:
            left = parse_number(typed).value
            return left == float(value)
        return typed == value.strip() or narrow(typed) == narrow(value)


def parse_where(expression: str) -> tuple[Condition, ...]:
    """The conditions of an expression. Raises InputError: where_invalid, naming the part that cannot be read."""
    tokens = _tokens(expression)
    conditions: list[Condition] = []
    at = 0
    while at < len(tokens):
        condition, at = _condition(expression, tokens, at)
        conditions.append(condition)
        if at < len(tokens):
            if tokens[at] != ("word", "and") or at + 1 == len(tokens):
                raise InputError("where_invalid", where=expression, part=tokens[at][1])
            at += 1
    if not conditions:
        raise InputError("where_invalid", where=expression, part="")
    return tuple(conditions)


def _tokens(expression: str) -> list[tuple[str, str]]:
    """(kind, text) of each part."""
    tokens, at = [], 0
    while expression[at:].strip():
        found = _TOKEN.match(expression, at)
        if found is None:
            raise InputError("where_invalid", where=expression, part=expression[at:].strip()[:40])
        kind = str(found.lastgroup)
        part = found[kind]
        tokens.append((kind, re.sub(r"\\(.)", r"\1", part[1:-1]) if kind == "quoted" else part))
        at = found.end()
    return tokens


def _condition(expression: str, tokens: Sequence[tuple[str, str]], at: int) -> tuple[Condition, int]:
    """The condition that starts at a token, and the token after it."""

    def part(k: int) -> tuple[str, str]:
        if k >= len(tokens):
            raise InputError("where_invalid", where=expression, part=tokens[-1][1])
        return tokens[k]

    kind, column = part(at)
    if kind not in ("word", "quoted"):
        raise InputError("where_invalid", where=expression, part=column)
    kind, op = part(at + 1)
    if (kind, op) == ("word", "in"):
        return _membership(expression, tokens, at, column, part)
    if kind != "op":
        raise InputError("where_invalid", where=expression, part=op)
    kind, value = part(at + 2)
    if kind not in ("word", "quoted"):
        raise InputError("where_invalid", where=expression, part=value)
    numeric = kind == "word" and _is_number(value)
    return Condition(column, "==" if op == "=" else op, (value,), numeric), at + 3


def _membership(expression: str, tokens: Sequence[tuple[str, str]], at: int, column: str,
                part: Callable[[int], tuple[str, str]]) -> tuple[Condition, int]:
    """COLUMN in [VALUE, VALUE]."""
    if part(at + 2) not in (("sign", "["), ("sign", "(")):
        raise InputError("where_invalid", where=expression, part=part(at + 2)[1])
    values: list[str] = []
    kinds: list[bool] = []
    k = at + 3
    while part(k) not in (("sign", "]"), ("sign", ")")):
        kind, value = part(k)
        if kind in ("word", "quoted"):
            values.append(value)
            kinds.append(kind == "word" and _is_number(value))
        elif (kind, value) != ("sign", ","):
            raise InputError("where_invalid", where=expression, part=value)
        k += 1
    return Condition(column, "in", tuple(values), bool(values) and all(kinds)), k + 1


def _is_number(value: str) -> bool:
    """Whether a value was written as a number."""
    try:
        return float(value) == float(value)
    except ValueError:
        return False


def select(conditions: Sequence[Condition], columns: Mapping[str, Sequence[Cell]], count: int) -> list[bool]:
    """Which of `count` rows satisfy all conditions; `columns` has every column that they name."""
    chosen = [True] * count
    for condition in conditions:
        cells = columns[condition.column]
        chosen = [keep and condition.holds(cells[k]) for k, keep in enumerate(chosen)]
    return chosen
