"""The closed set of metrics: from a check to a figure for each unit and one over the scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from planner.inputs.layers import FloatArray
from planner.targets.access import measure_minutes, measure_separation, population_within
from planner.targets.counts import measure_counted, measure_load, measure_unit_value
from planner.targets.figures import INF, Bound, Exact, Figure, combined, judge, to_exact
from planner.targets.inquiry import Inquiry, Measured, UnitSet
from planner.targets.pack import Check, Member, PrintedFigure, exact


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a metric came to, with what only some metrics have.

    beyond : (A,) people beyond the limit in each unit, and beyond_total in the scope. nothing : there is nothing to measure against.
    """

    measured: Measured
    beyond: FloatArray = field(default_factory=lambda: np.empty(0))
    beyond_total: float = 0.0
    nothing: bool = False


def measure(inquiry: Inquiry) -> Outcome:
    """The check's metric on the day. Raises DataMissingError: what the project lacks."""
    check = inquiry.check
    if check.any_of or check.all_of:
        parts = [measure(inquiry.ask(member_check(check, member))) for member in check.any_of or check.all_of]
        return Outcome(_combine("any" if check.any_of else "all", [part.measured for part in parts]))
    if check.metric == "population_within":
        measured, beyond, beyond_total = population_within(inquiry)
        return Outcome(measured, beyond, beyond_total)
    if check.metric == "minutes":
        return Outcome(measure_minutes(inquiry))
    if check.metric == "separation":
        found = measure_separation(inquiry)
        return Outcome(Measured(_no_units(check.by), (), Figure(None, INF, INF)), nothing=True) if found is None else Outcome(found)
    if check.metric == "load":
        return Outcome(measure_load(inquiry))
    if check.metric == "unit_value":
        return Outcome(measure_unit_value(inquiry))
    if check.metric == "pace":
        return Outcome(measure_pace(inquiry))
    return Outcome(measure_counted(inquiry))


def _no_units(level: str) -> UnitSet:
    """No units at all."""
    nothing = np.zeros(0, dtype=bool)
    return UnitSet(level, (), (), nothing, nothing, True, np.zeros(0, dtype=np.int64))


def member_check(check: Check, member: Member) -> Check:
    """The check of one member of `any_of` or `all_of`."""
    alone = replace(check, any_of=(), all_of=())
    if member.of:
        return replace(alone, metric="unit_value", of=member.of)
    return replace(alone, layers=(member.layer,), where=(*check.where, *member.where))


def _combine(mode: str, parts: Sequence[Measured]) -> Measured:
    """Several figures for the same units, any or all of which are asked."""
    figures = tuple(combined(mode, [part.figures[k] for part in parts]) for k in range(len(parts[0].units)))
    return Measured(parts[0].units, figures, combined(mode, [part.total for part in parts]))


def nested(inquiry: Inquiry) -> Measured | None:
    """The figures of `of_which`. Raises DataMissingError."""
    part = inquiry.check.of_which
    if part is None:
        return None
    check = replace(inquiry.check, any_of=(), all_of=(), of_which=None, layers=(part.layer,), where=(*inquiry.check.where, *part.where))
    return measure(inquiry.ask(check)).measured


def each_bound(printed: PrintedFigure) -> Bound:
    """The test of each unit, in the metric's own measure."""
    return Bound(printed.comparator, exact(printed.value), None if printed.value_max is None else exact(printed.value_max))


def measure_pace(inquiry: Inquiry) -> Measured:
    """The lowest yearly rise, over full years of the plan's period to the day, of the share of units that pass `each`.

    A year that ends with every unit passing is not held against it; where all years do, the pace is 1.
    """
    check, period = inquiry.check, inquiry.pack.period
    assert period is not None
    counted = replace(check, metric="sum" if check.of else "count")
    bound = each_bound(check.each)
    last = min(period[1], inquiry.day.year if inquiry.day >= dt.date(inquiry.day.year, 12, 31) else inquiry.day.year - 1)
    now = measure(inquiry.ask(counted)).measured
    shares: list[tuple[Exact, Exact, Exact]] = []
    for year in range(period[0] - 1, last + 1):
        shares.append(_share_passing(measure(inquiry.ask(counted).on(dt.date(year, 12, 31))).measured, bound))
    if len(shares) < 2 or not len(now.units):
        inquiry.ledger.note("no_full_year", first=period[0])
        return Measured(now.units, now.figures, Figure(None, INF, INF))
    values: list[Exact] = []
    lows: list[Exact] = []
    highs: list[Exact] = []
    for before, after in pairwise(shares):
        values.append(Fraction(1) if after[0] == 1 else after[0] - before[0])
        lows.append(Fraction(1) if after[1] == 1 else after[1] - before[2])
        highs.append(Fraction(1) if after[2] == 1 else after[2] - before[1])
    cells = now.total.cells
    figure = Figure(Fraction(min(values)), to_exact(min(lows)), to_exact(min(highs)), cells=cells)
    return Measured(now.units, now.figures, figure)


def _share_passing(measured: Measured, bound: Bound) -> tuple[Exact, Exact, Exact]:
    """The share of units that pass: as known, at least, at most."""
    states = [judge(figure, bound) for figure, exempt in zip(measured.figures, measured.units.exempt, strict=True) if not exempt]
    asked = [state for state in states if state != "not_applicable"]
    if not asked:
        return Fraction(0), Fraction(0), Fraction(0)
    sure = Fraction(asked.count("met"), len(asked))
    return sure, sure, sure + Fraction(asked.count("data_missing"), len(asked))
