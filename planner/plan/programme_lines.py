"""Straight lines over the options of a programme: what a figure comes to as actions are chosen, and what it must reach.

An option is one action opened in one year; its variable is 0 or 1. Everything here is exact (fractions), so that a test that is passed
by exactly what is asked for is not lost to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from planner.targets.conditions import COMPARE_DECIMALS
from planner.targets.figures import Bound

MOST_SCALE = 10**6
"""A line is multiplied by the common denominator of its terms up to this; terms that need more are taken as they are."""
NOT_WHOLE_SLACK = Fraction(1, 10**6)
"""What a strict comparison of figures that are not whole is taken to be: finer than any ledger, coarser than the solver's tolerance."""


class NotLinearError(Exception):
    """Why a programme cannot decide a target: the key of the sentence (`programme.not_linear.<key>`), and its parameters."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params


@dataclass(frozen=True, slots=True)
class Line:
    """const + sum over columns of terms[column] * column."""

    const: Fraction = Fraction(0)
    terms: Mapping[int, Fraction] = field(default_factory=dict)

    def __add__(self, other: Line) -> Line:
        terms = dict(self.terms)
        for column, value in other.terms.items():
            terms[column] = terms.get(column, Fraction(0)) + value
        return Line(self.const + other.const, {column: value for column, value in terms.items() if value})

    def times(self, factor: Fraction) -> Line:
        """The line, each part of it multiplied."""
        return Line(self.const * factor, {column: value * factor for column, value in self.terms.items()} if factor else {})

    def minus(self, other: Line) -> Line:
        """The difference of two lines."""
        return self + other.times(Fraction(-1))

    def at(self, chosen: Mapping[int, Fraction]) -> Fraction:
        """The value where some columns are chosen (1, or a part), all others 0."""
        return self.const + sum((value * chosen[column] for column, value in self.terms.items() if column in chosen), Fraction(0))

    @property
    def most(self) -> Fraction:
        """The greatest value over columns of 0..1."""
        return self.const + sum((value for value in self.terms.values() if value > 0), Fraction(0))

    @property
    def least(self) -> Fraction:
        """The least value over columns of 0..1."""
        return self.const + sum((value for value in self.terms.values() if value < 0), Fraction(0))


def constant(value: Fraction | float | int) -> Line:
    """A line that nothing changes."""
    return Line(Fraction(value))


def total(lines: Iterable[Line]) -> Line:
    """The sum of lines."""
    const, terms = Fraction(0), dict[int, Fraction]()
    for line in lines:
        const += line.const
        for column, value in line.terms.items():
            terms[column] = terms.get(column, Fraction(0)) + value
    return Line(const, {column: value for column, value in terms.items() if value})


@dataclass(frozen=True, slots=True)
class Gap:
    """What must not be above 0 (`strict`: must be below)."""

    line: Line
    strict: bool = False

    def settled(self) -> tuple[Line, bool]:
        """The same question with whole numbers and without `strict`, and whether that could be done.

        Multiplied by the denominators of its terms, the sum of terms is whole, so that the constant may be rounded up: what passes
        before passes after.
        """
        scale = math.lcm(*(value.denominator for value in self.line.terms.values())) if self.line.terms else 1
        if scale > MOST_SCALE:
            return (Line(self.line.const + NOT_WHOLE_SLACK, self.line.terms) if self.strict else self.line), False
        line = self.line.times(Fraction(scale))
        near = round(line.const, COMPARE_DECIMALS)
        const = math.floor(near) + 1 if self.strict else math.ceil(near)
        return Line(Fraction(const), line.terms), True

    def holds(self, chosen: Mapping[int, Fraction]) -> bool:
        """Whether it is kept where some columns are chosen."""
        value = round(self.line.at(chosen), COMPARE_DECIMALS)
        return value < 0 if self.strict else value <= 0


@dataclass(frozen=True, slots=True)
class Hurdle:
    """One figure against what it is held to: passed where no gap is above 0.

    lack : what is short where it is above 0 (rounded up where `whole`), None where nothing can be added (no gap: always passed).
    """

    gaps: tuple[Gap, ...] = ()
    lack: Gap | None = None
    whole: bool = True

    def passed(self, chosen: Mapping[int, Fraction]) -> bool:
        """Whether it is passed where some columns are chosen."""
        return all(gap.holds(chosen) for gap in self.gaps)

    def short(self, chosen: Mapping[int, Fraction]) -> Fraction:
        """What is short then; 0 where it is passed."""
        if self.lack is None or self.passed(chosen):
            return Fraction(0)
        value = self.lack.line.at(chosen)
        if not self.whole:
            return max(Fraction(0), value)
        near = round(value, COMPARE_DECIMALS)
        return Fraction(max(0, math.floor(near) + 1 if self.lack.strict else math.ceil(near)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one unit, or of the whole (code ""): all tests, or with `any_of` one of them.

    largest : the shortfall is that of the worst test, else the sum of the tests' (under `any_of` the least of them).
    """

    code: str
    tests: tuple[Hurdle, ...]
    any_of: bool = False
    largest: bool = False

    def passed(self, chosen: Mapping[int, Fraction]) -> bool:
        """Whether the unit passes where some columns are chosen."""
        states = [test.passed(chosen) for test in self.tests]
        return any(states) if self.any_of else all(states)

    def short(self, chosen: Mapping[int, Fraction]) -> Fraction:
        """What the unit is then short of."""
        if self.passed(chosen) or not self.tests:
            return Fraction(0)
        lacks = [test.short(chosen) for test in self.tests]
        return min(lacks) if self.any_of else max(lacks) if self.largest else sum(lacks, Fraction(0))


@dataclass(frozen=True, slots=True)
class Form:
    """A target as lines: what is asked of its units.

    required : under a share, how many units must pass (None: all of them). partial : whether its shortfall is known as a line too; where
    not, only closing it is.
    """

    target_id: str
    asked: tuple[Asked, ...]
    required: int | None = None
    partial: bool = True

    def closed(self, chosen: Mapping[int, Fraction]) -> bool:
        """Whether the target is met where some columns are chosen."""
        passing = sum(one.passed(chosen) for one in self.asked)
        return passing >= (len(self.asked) if self.required is None else self.required)

    def short(self, chosen: Mapping[int, Fraction]) -> Fraction:
        """The target's shortfall then."""
        if self.closed(chosen):
            return Fraction(0)
        if self.required is not None:
            return Fraction(self.required - sum(one.passed(chosen) for one in self.asked))
        return sum((one.short(chosen) for one in self.asked), Fraction(0))

    @property
    def columns(self) -> frozenset[int]:
        """The columns that it has anything to do with."""
        return frozenset(column for one in self.asked for test in one.tests for gap in test.gaps for column in gap.line.terms)


def floor_test(amount: Line, need: Line, bound: Bound, upper: Line | None, *, whole: bool) -> Hurdle:
    """An amount against a bound: `need` is what reaches its figure, `upper` what reaches the end of a range."""
    under, over = need.minus(amount), amount.minus(need)
    if bound.comparator in ("<", "<="):
        gap = Gap(over, bound.strict)
        return Hurdle((gap,), gap, whole)
    if bound.comparator in (">", ">="):
        gap = Gap(under, bound.strict)
        return Hurdle((gap,), gap, whole)
    most = over if upper is None else amount.minus(upper)
    return Hurdle((Gap(under), Gap(most)), Gap(under), whole)


def sums(numbers: Sequence[Fraction], columns: Sequence[Sequence[tuple[int, int]]], const: Sequence[bool]) -> Line:
    """The sum of amounts, of which some always stand (`const`) and each has columns that bring (1) or take (-1) it."""
    fixed, terms = Fraction(0), dict[int, Fraction]()
    for number, signs, stands in zip(numbers, columns, const, strict=True):
        if stands:
            fixed += number
        for column, sign in signs:
            terms[column] = terms.get(column, Fraction(0)) + number * sign
    return Line(fixed, {column: value for column, value in terms.items() if value})
