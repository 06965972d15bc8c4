"""Figures and what they are held against: exact numbers, what blanks leave open, and what is short.

A figure is `amount * per / base` (a count, a sum, a rate, a share), `amount / base` under a ceiling (load), or plain (minutes, metres).
Blank cells make it an interval [low, high]; a question is answered only where the whole interval agrees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from planner.targets.conditions import COMPARE_DECIMALS

Exact = Fraction | float
"""A number without rounding; float only for infinity."""
INF = math.inf


@dataclass(frozen=True, slots=True)
class Cell:
    """A blank cell that a figure needs: layer (or `population`, or a level), id of the facility or unit, column, row of the file."""

    layer: str
    id: str
    column: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, of one unit or of the whole.

    value : the known one, blanks as 0 or failing; None where it is undefined. low, high : what it may be whatever the blanks hold.
    style : "stock" (amount * per / base), "load" (amount / base, base facilities) or "plain". whole : additions are whole things.
    absent : what an undefined value means: "not_applicable", "not_met" or "data_missing". mode, parts : of `any` or `all` of several.
    """

    value: Exact | None
    low: Exact
    high: Exact
    style: str = "plain"
    amount: Exact = Fraction(0)
    base: Exact = Fraction(1)
    per: Fraction = Fraction(1)
    whole: bool = False
    absent: str = "not_applicable"
    cells: tuple[Cell, ...] = ()
    mode: str = ""
    parts: tuple[Figure, ...] = ()

    @property
    def at_least(self) -> bool:
        """Whether blanks can only raise the value."""
        if self.value is None:
            return False
        return self.low >= self.value


def plain(value: float | None, low: float | None = None, high: float | None = None, *, absent: str = "not_applicable",
          cells: tuple[Cell, ...] = ()) -> Figure:
    """A plain figure; without an interval it is certain. None is undefined."""
    known = to_exact(value) if value is not None else None
    certain = known if known is not None else INF
    return Figure(known, certain if low is None else to_exact(low), certain if high is None else to_exact(high), absent=absent, cells=cells)


def to_exact(value: Exact) -> Exact:
    """A float as the fraction that it is; infinity stays."""
    return value if math.isinf(value) else Fraction(value)


def stock(amount: float, base: float, per: Fraction = Fraction(1), *, low: Exact | None = None, high: Exact | None = None,
          whole: bool = True, absent: str = "not_applicable", cells: tuple[Cell, ...] = ()) -> Figure:
    """The figure amount * per / base; undefined where base is 0. low and high are of the value, and default to it."""
    top, bottom = Fraction(amount), Fraction(base)
    value = top * per / bottom if bottom else None
    certain: Exact = value if value is not None else INF
    least, most = certain if low is None else low, certain if high is None else high
    return Figure(value, least, most, "stock", top, bottom, per, whole, absent, cells)


def combined(mode: str, parts: Sequence[Figure]) -> Figure:
    """`any` of several figures (the largest value) or `all` of them (the smallest)."""
    pick = max if mode == "any" else min
    values = [part.value for part in parts if part.value is not None]
    undefined = all(part.value is None for part in parts) if mode == "any" else any(part.value is None for part in parts)
    cells = tuple(dict.fromkeys(cell for part in parts for cell in part.cells))
    absent = next((part.absent for part in parts if part.value is None), "not_applicable")
    return Figure(None if undefined else pick(values), pick(part.low for part in parts), pick(part.high for part in parts), absent=absent,
                  cells=cells, mode=mode, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure is held against, exact: one figure, or with `range` two, ends included."""

    comparator: str
    value: Fraction
    value_max: Fraction | None = None

    @property
    def strict(self) -> bool:
        """Whether the figure itself is not enough."""
        return self.comparator in (">", "<")

    def shown(self) -> float | tuple[float, float]:
        """The threshold as the answer has it."""
        return float(self.value) if self.value_max is None else (float(self.value), float(self.value_max))


def rounded(value: Exact) -> Exact:
    """A figure as it is compared: 9 decimals."""
    return value if isinstance(value, float) or value.denominator == 1 else round(value, COMPARE_DECIMALS)


def holds(value: Exact, bound: Bound) -> bool:
    """Whether one value satisfies a bound."""
    left, right = rounded(value), rounded(bound.value)
    if bound.comparator == "range":
        assert bound.value_max is not None
        return right <= left <= rounded(bound.value_max)
    return {">": left > right, ">=": left >= right, "=": left == right, "<=": left <= right, "<": left < right}[bound.comparator]


def judge(figure: Figure, bound: Bound) -> str:
    """`met`, `not_met`, `data_missing` (the blanks decide) or `not_applicable` (there is nothing to measure)."""
    if figure.parts:
        states = [judge(part, bound) for part in figure.parts]
        return _joined(states, figure.mode)
    if figure.value is None and not (figure.cells or figure.absent == "not_met"):
        return figure.absent
    low = holds(figure.low, bound)
    high = low if figure.high is figure.low else holds(figure.high, bound)
    if bound.comparator in ("=", "range"):
        top = bound.value if bound.value_max is None else bound.value_max
        if rounded(figure.high) < rounded(bound.value) or rounded(figure.low) > rounded(top):
            return "not_met"
        return "met" if low and high else "data_missing"
    if low != high:
        return "data_missing"
    return "met" if low else "not_met"


def _joined(states: Sequence[str], mode: str) -> str:
    """The state of `any` or `all` of several."""
    wins, loses = ("met", "not_met") if mode == "any" else ("not_met", "met")
    if wins in states:
        return wins
    if "data_missing" in states:
        return "data_missing"
    return loses if loses in states else "not_applicable"


def shortfall(figure: Figure, bound: Bound) -> Exact | None:
    """The least addition that passes, or what is over a ceiling; 0 where it passes or nothing can be added; None where unknown."""
    if figure.parts:
        lacks = [shortfall(part, bound) for part in figure.parts]
        known = [lack for lack in lacks if lack is not None]
        if figure.mode == "any":
            return min(known) if known else None
        return sum(known, Fraction(0)) if len(known) == len(lacks) else None
    if figure.style == "load":
        return _load_lack(figure, bound)
    if figure.value is None or isinstance(figure.value, float):
        return None
    if holds(figure.value, bound):
        return Fraction(0)
    if bound.comparator in ("<", "<="):
        return _over(figure, bound)
    if rounded(figure.value) > rounded(bound.value):
        return Fraction(0) if bound.comparator in ("=", "range") else _under(figure, bound)
    return _under(figure, bound)


def _under(figure: Figure, bound: Bound) -> Exact:
    """What is still to add to reach a floor."""
    assert isinstance(figure.value, Fraction)
    if figure.style == "plain":
        return bound.value - figure.value
    gap = bound.value * Fraction(figure.base) / figure.per - Fraction(figure.amount)
    if not figure.whole:
        return max(Fraction(0), gap)
    gap = round(gap, COMPARE_DECIMALS)
    return Fraction(max(0, math.floor(gap) + 1 if bound.strict else math.ceil(gap)))


def _over(figure: Figure, bound: Bound) -> Exact:
    """What is over a ceiling."""
    assert isinstance(figure.value, Fraction)
    if figure.style == "plain":
        return figure.value - bound.value
    gap = Fraction(figure.amount) - bound.value * Fraction(figure.base) / figure.per
    if not figure.whole:
        return max(Fraction(0), gap)
    gap = round(gap, COMPARE_DECIMALS)
    return Fraction(max(0, math.floor(gap) + 1 if bound.strict else math.ceil(gap)))


def _load_lack(figure: Figure, bound: Bound) -> Exact:
    """How many facilities more bring people or land for each of them under the ceiling."""
    ceiling = bound.value if bound.value_max is None else bound.value_max
    if ceiling <= 0:
        return Fraction(0)
    need = round(Fraction(figure.amount) / ceiling, COMPARE_DECIMALS)
    wanted = math.floor(need) + 1 if bound.strict else math.ceil(need)
    return Fraction(max(0, wanted - int(figure.base)))


def margin(figure: Figure, bound: Bound) -> Exact:
    """How far a value lies on the right side of its bound (negative: on the wrong one); an undefined value lies farthest."""
    if figure.value is None:
        return -INF
    if bound.comparator in ("<", "<="):
        return bound.value - figure.value
    if bound.comparator == "range":
        assert bound.value_max is not None
        return min(figure.value - bound.value, bound.value_max - figure.value)
    if bound.comparator == "=":
        return min(figure.value - bound.value, bound.value - figure.value)
    above: Exact = figure.value - bound.value
    return above


def exact_or_none(value: Exact | None) -> Fraction | None:
    """A finite figure, else None."""
    return value if isinstance(value, Fraction) else None


def since(now: Figure, then: Figure | None, *, cancels: bool) -> Figure:
    """A figure that is held against its own value of an earlier day, with what the blanks of both days leave open.

    Where a blank adds the same to both (`cancels`), it decides nothing.
    """
    if then is None or now.value is None or then.value is None or not then.cells:
        return now
    common = set(now.cells) & set(then.cells) if cancels else set()
    own, earlier = [cell for cell in now.cells if cell not in common], [cell for cell in then.cells if cell not in common]
    low, high = (now.low, now.high) if own else (now.value, now.value)
    then_low, then_high = (then.low, then.high) if earlier else (then.value, then.value)
    return replace(now, low=low - then_high + then.value if then_high != INF else -INF, high=high - then_low + then.value,
                   cells=tuple(dict.fromkeys((*own, *earlier))))
