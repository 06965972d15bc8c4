"""From figures to an answer: the whole, every unit, or the share of units that pass, held against the target's figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from planner.targets.evaluation import Threshold, UnitResult
from planner.targets.figures import INF, Bound, Cell, Exact, Figure, judge, margin, rounded, shortfall
from planner.targets.inquiry import Measured

Bounds = Sequence[Bound | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a target came to, before its kind and notes are looked at. Shares are 0..1."""

    state: str
    value: float | None
    threshold: Threshold
    shortfall: float | None
    action: float | None = None
    units: tuple[UnitResult, ...] = ()
    at_least: bool = False
    cells: tuple[Cell, ...] = ()
    units_total: int | None = None
    units_met: int | None = None
    units_required: int | None = None
    over: bool = False
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    basis: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What is asked of one unit or of the whole: a figure with its bound, and a nested minimum with its own.

    Without slots, so that state and shortfall are worked out once.
    """

    figure: Figure
    bound: Bound | None
    nested: Figure | None = None
    nested_bound: Bound | None = None
    maybe: tuple[Cell, ...] = ()
    exempt: bool = False

    @cached_property
    def state(self) -> str | None:
        """The state; None where nothing is asked."""
        if self.exempt:
            return "not_applicable"
        if self.bound is None:
            return None
        state = judge(self.figure, self.bound)
        if self.nested is not None and self.nested_bound is not None:
            inner = judge(self.nested, self.nested_bound)
            state = "not_met" if "not_met" in (state, inner) else "data_missing" if "data_missing" in (state, inner) else state
        return "data_missing" if self.maybe and state != "not_applicable" else state

    @property
    def passes_if_asked(self) -> bool:
        """Whether a unit that is perhaps not asked at all would pass."""
        return self.bound is not None and judge(self.figure, self.bound) == "met"

    @cached_property
    def shortfall(self) -> Exact | None:
        """What is short; None where it is not known or nothing is asked."""
        if self.bound is None or self.state not in ("met", "not_met"):
            return None
        if self.state == "met":
            return Fraction(0)
        lack = shortfall(self.figure, self.bound)
        if self.nested is None or self.nested_bound is None:
            return lack
        inner = shortfall(self.nested, self.nested_bound)
        return None if lack is None or inner is None else max(lack, inner)

    @property
    def over(self) -> bool:
        """Whether it fails from above where only additions are thought of (a range, an exact figure)."""
        if self.bound is None or self.figure.value is None or self.bound.comparator not in ("=", "range"):
            return False
        return self.state == "not_met" and rounded(self.figure.value) > rounded(self.bound.value)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The blanks it leans on."""
        if self.exempt:
            return ()
        inner = self.nested.cells if self.nested is not None else ()
        return tuple(dict.fromkeys((*self.figure.cells, *inner, *self.maybe)))


def number(value: Exact | None) -> float | None:
    """A figure as an answer shows it; infinity is no figure."""
    if value is None or (isinstance(value, float) and math.isinf(value)):
        return None
    return float(value)


def basis_of(figure: Figure, unit: str = "") -> Mapping[str, Any]:
    """What a figure is made of, for people to read: value = amount * per / base; `unit` where it is one unit's."""
    made = {"style": figure.style, "amount": number(figure.amount), "base": number(figure.base), "per": float(figure.per)}
    return (made if not figure.parts else {"style": figure.mode}) | ({"unit": unit} if unit else {})


def as_fill(cells: Sequence[Cell]) -> tuple[Mapping[str, Any], ...]:
    """Blank cells as an answer shows them."""
    return tuple({"layer": cell.layer, "id": cell.id, "column": cell.column, "row": cell.row} for cell in cells)


@dataclass(frozen=True, slots=True)
class Question:
    """A target's figures with what they are held against.

    bound : the target's own (None without a figure). by_unit : one for each unit (under `thresholds` and `baseline`). differ : whether they
    differ by unit. people : code -> people affected where the unit fails. worst_is_high : where there is no bound, which end is worst.
    """

    measured: Measured
    bound: Bound | None
    by_unit: Bounds
    nested: Measured | None = None
    nested_bound: Bound | None = None
    differ: bool = False
    people: Callable[[int], Mapping[str, float]] = field(default=lambda k: {})

    def asked(self, k: int, bound: Bound | None) -> Asked:
        """What is asked of the k-th unit."""
        units = self.measured.units
        inner = self.nested.figures[k] if self.nested is not None else None
        maybe = units.cells.get(k, ()) if units.maybe[k] else ()
        return Asked(self.measured.figures[k], bound, inner, self.nested_bound, maybe, bool(units.exempt[k]))

    def unit(self, k: int, asked: Asked, judged: bool, always_people: bool = False) -> UnitResult:
        """The k-th unit's line; its state only where it is `judged`."""
        units = self.measured.units
        state = asked.state if judged or asked.exempt else None
        people = self.people(k) if always_people or state == "not_met" else {}
        value = None if asked.exempt else number(asked.figure.value)
        stands = judged and not asked.exempt
        threshold = asked.bound.shown() if asked.bound is not None and stands else None
        figure = asked.figure
        counted = value is not None and figure.style == "stock" and asked.nested is None
        return UnitResult(units.codes[k], units.names[k], units.level, value, state, number(asked.shortfall) if stands else None, threshold,
                          as_fill(asked.cells), people, number(figure.amount) if counted else None)


def _ordered(pairs: Sequence[Asked]) -> tuple[Cell, ...]:
    """All blank cells, those first that decide something soonest: of undecided units, the nearest to passing, the fewest blanks."""

    def rank(asked: Asked) -> tuple[bool, Exact, int]:
        lack = shortfall(asked.figure, asked.bound) if asked.bound is not None else None
        return asked.state != "data_missing", INF if lack is None else lack, len(asked.cells)

    leaning = [asked for asked in pairs if asked.cells]  # the others have nothing to say, and most lean on no blank at all
    return tuple(dict.fromkeys(cell for asked in sorted(leaning, key=rank) for cell in asked.cells))


def total(question: Question, always_people: bool = False) -> Answer:
    """One figure over the scope."""
    measured = question.measured
    nested = question.nested.total if question.nested is not None else None
    asked = Asked(measured.total, question.bound, nested, question.nested_bound)
    units = tuple(question.unit(k, question.asked(k, None), False, always_people) for k in range(len(measured.units)))
    state = asked.state or "threshold_undefined"
    lack = asked.shortfall
    return Answer(state, number(measured.total.value), question.bound.shown() if question.bound else None, number(lack),
                  number(lack) if state == "not_met" else None, units, measured.total.at_least, _ordered([asked]), over=asked.over,
                  basis=basis_of(measured.total))


def every(question: Question, always_people: bool = False) -> Answer:
    """The figure is asked of each unit; the value is the worst unit's."""
    pairs = [question.asked(k, question.by_unit[k]) for k in range(len(question.measured.units))]
    units = tuple(question.unit(k, asked, True, always_people) for k, asked in enumerate(pairs))
    shown = None if question.differ or question.bound is None else question.bound.shown()
    in_play = [asked for asked in pairs if not asked.exempt and (asked.bound is None or asked.state != "not_applicable")]
    if not in_play:
        return Answer("not_applicable", None, shown, None, units=units, cells=_ordered(pairs), units_total=0, units_met=0, units_required=0)
    worst = _worst(in_play)
    name = next(units[k].name or units[k].code for k, asked in enumerate(pairs) if asked is worst)
    at_least = all(asked.figure.at_least for asked in in_play)
    if any(asked.bound is None for asked in in_play):
        return Answer("threshold_undefined", number(worst.figure.value), None, None, units=units, at_least=at_least, cells=_ordered(pairs),
                      units_total=len(in_play))
    states = [asked.state for asked in in_play]
    undecided = any(asked.state == "data_missing" and not (asked.maybe and asked.passes_if_asked) for asked in in_play)
    state = "not_met" if "not_met" in states else "data_missing" if undecided else "met"
    lacks = [asked.shortfall for asked in in_play if asked.state == "not_met"]
    known = [one for one in lacks if one is not None]
    lack = None if state == "data_missing" or len(known) < len(lacks) else sum(known, Fraction(0))
    return Answer(state, number(worst.figure.value), shown, number(lack), number(lack) if state == "not_met" else None, units, at_least,
                  _ordered(pairs), len(in_play), states.count("met"), len(in_play), any(asked.over for asked in in_play),
                  basis=basis_of(worst.figure, name))


def _worst(pairs: Sequence[Asked]) -> Asked:
    """The unit farthest on the wrong side of its own figure; without figures the least."""
    return min(pairs, key=lambda asked: margin(asked.figure, asked.bound) if asked.bound is not None
               else (-INF if asked.figure.value is None else asked.figure.value))


def share(question: Question, always_people: bool = False) -> Answer:
    """The share of units that pass their test; what is short is units, in exact arithmetic (28 % of 25 is 7)."""
    pairs = [question.asked(k, question.by_unit[k]) for k in range(len(question.measured.units))]
    units = tuple(question.unit(k, asked, True, always_people) for k, asked in enumerate(pairs))
    bound, cells = question.bound, _ordered(pairs)
    shown = bound.shown() if bound else None
    in_play = [asked for asked in pairs if asked.state != "not_applicable"]
    if not in_play:
        return Answer("not_applicable", None, shown, None, units=units, cells=cells, units_total=0, units_met=0)
    count = len(in_play)
    passing, unknown = sum(asked.state == "met" for asked in in_play), sum(asked.state == "data_missing" for asked in in_play)
    value, at_least = Fraction(passing, count), not any(asked.maybe for asked in in_play)
    if bound is None:
        return Answer("threshold_undefined", float(value), None, None, None, units, at_least, cells, count, passing)
    figure = Figure(value, value, Fraction(passing + unknown, count))
    state = judge(figure, bound) if bound.comparator in ("=", "range") else _decided(passing, passing + unknown, count, bound)
    required = units_required(bound, count)
    lack = abs(required - passing) if state == "not_met" else 0
    over = state == "not_met" and bound.comparator in ("=", "range") and passing > required
    lack = 0 if over else lack
    lacks = sorted(one for asked in in_play if asked.state == "not_met" and (one := asked.shortfall) is not None)
    amount = number(sum(lacks[:lack], Fraction(0))) if state == "not_met" and bound.comparator not in ("<", "<=") else None
    short = None if state == "data_missing" else float(lack)
    return Answer(state, float(value), shown, short, amount, units, at_least, cells, count, passing, required, over)


def units_required(bound: Bound, count: int) -> int:
    """How many units must pass at least, or under a ceiling may pass at most."""
    exact = bound.value * count
    if bound.comparator in ("<", "<="):
        return math.ceil(exact) - 1 if bound.strict else math.floor(exact)
    return math.floor(exact) + 1 if bound.strict else math.ceil(exact)


def _decided(least: int, most: int, count: int, bound: Bound) -> str:
    """The state of a share between so many passing units at least and at most."""
    required = units_required(bound, count)
    if bound.comparator in ("<", "<="):
        return "met" if most <= required else "not_met" if least > required else "data_missing"
    return "met" if least >= required else "not_met" if most < required else "data_missing"


def reported(value: Fraction, bound: Bound) -> Answer:
    """A single figure that a person entered."""
    asked = Asked(Figure(value, value, value), bound)
    state, lack = str(asked.state), number(asked.shortfall)
    return Answer(state, float(value), bound.shown(), lack, lack if state == "not_met" else None, over=asked.over)
