"""Targets as lines over the options of a programme: how actions change each kind of figure, and what that figure must reach.

Which facilities count, where, and how much each adds is asked of the same functions that evaluate a target, on a city that holds the rows
of every option beside its own. A kind of target that is no line, or on which blanks decide, is told apart (NotLinearError).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from planner.inputs.layers import FloatArray, IntArray
from planner.measure.city import City
from planner.plan.programme_lines import Asked, Form, Gap, Hurdle, Line, NotLinearError, constant, floor_test, sums
from planner.plan.programme_reach import Columns, covered_people
from planner.targets.counts import contributions
from planner.targets.evaluate import bound_of, nested_bound, unit_bounds
from planner.targets.evaluation import TargetResult
from planner.targets.figures import Bound
from planner.targets.indicators import member_check
from planner.targets.inquiry import DataMissingError, Inquiry, Ledger, UnitSet
from planner.targets.pack import Check, Target, TargetPack, exact
from planner.targets.rollup import units_required
from planner.targets.selection import Pool, facility_units, in_any_unit, memberships, pool_of
from planner.targets.unit_sets import unit_people, unit_set
from planner.targets.vocabulary import FACILITY

COUNTED = ("count", "sum", "rate", "ratio", "facility_share", "load")
REACHED = ("population_within", "minutes")
QUOTIENTS = ("ratio", "facility_share")
FLOORS = (">=", ">")


@dataclass(frozen=True, slots=True)
class Beside:
    """A city that holds the rows of every option beside its own, which come first.

    brings : layer -> (J,) the option that brings the row, -1 for a row of the city. takes : layer -> row -> the options that take it away
    (they replace it, or close it).
    """

    city: City
    brings: Mapping[str, IntArray]
    takes: Mapping[str, Mapping[int, tuple[int, ...]]]

    def signs(self, pool: Pool) -> tuple[list[list[tuple[int, int]]], list[bool]]:
        """For each facility of a pool the options that bring (1) or take (-1) it, and whether it stands without any."""
        columns: list[list[tuple[int, int]]] = []
        stands: list[bool] = []
        for slug, row in zip(pool.slugs, pool.rows.tolist(), strict=True):
            option = int(self.brings[slug][row]) if slug in self.brings else -1
            stands.append(option < 0)
            columns.append([(option, 1)] if option >= 0 else [(taker, -1) for taker in self.takes.get(slug, {}).get(row, ())])
        return columns, stands

    @property
    def touched(self) -> frozenset[str]:
        """Layers in which an option brings or takes anything."""
        brought = {slug for slug, options in self.brings.items() if (options >= 0).any()}
        return frozenset(brought | {slug for slug, rows in self.takes.items() if rows})


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as lines: amount * per / base, or of a load amount / number of facilities.

    asked : whether there is anything to ask (an empty unit is not). spoils : options whose blanks leave the figure open.
    """

    amount: Line
    base: Line
    per: Fraction = Fraction(1)
    style: str = "stock"
    whole: bool = True
    asked: bool = True
    spoils: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A target's check on a day: asked of the city as it is (its units), and of the city with every option (its facilities)."""

    now: Inquiry
    plus: Inquiry
    beside: Beside
    columns: Columns
    target: Target

    @property
    def check(self) -> Check:
        """The check."""
        return self.now.check

    def ask(self, check: Check) -> Question:
        """Another check."""
        return replace(self, now=self.now.ask(check), plus=self.plus.ask(check))


def form_of(city: City, beside: Beside, pack: TargetPack, result: TargetResult, day: dt.date, columns: Columns) -> Form:
    """A target as lines; `result` is what it comes to without any action. Raises NotLinearError: why a programme cannot decide it."""
    target, check = result.target, result.check
    if check is None or check.metric not in (*COUNTED, *REACHED):
        raise NotLinearError(check.metric if check is not None else "no_check")
    _simple(check, beside)
    now, plus = (Inquiry(one, pack, check, day, Ledger()) for one in (city, beside.city))
    question = Question(now, plus, beside, columns, target)
    try:
        return _facilities(question) if check.by == FACILITY else _units(question, result)
    except DataMissingError as missing:
        raise NotLinearError("data_missing", what=missing.key) from missing


def _simple(check: Check, beside: Beside) -> None:
    """Refuses what makes a figure depend on actions in more than a line."""
    scopes = [check.scope, *(entry.scope for entry in check.thresholds), *(limit.scope for limit in check.limits)]
    if any(set(scope.has) & beside.touched for scope in scopes):
        raise NotLinearError("scope")
    if check.of_which is not None and (check.any_of or check.all_of):
        raise NotLinearError("nested")


# ---- units -----------------------------------------------------------------------------------------------------------
def _units(question: Question, result: TargetResult) -> Form:
    """A target that is asked of units, or of the whole."""
    check, target = question.check, question.target
    units = unit_set(question.now)
    if units.maybe.any():
        raise NotLinearError("blanks")
    bound = bound_of(target, check)
    if check.baseline is not None:
        bound = _of_base_date(question, result)
    members = check.any_of or check.all_of
    checks = [member_check(check, member) for member in members] if members else [check]
    parts = [_figures(question.ask(one), units) for one in checks]
    inner = None
    if check.of_which is not None:
        where = (*check.where, *check.of_which.where)
        inner = _figures(question.ask(replace(check, of_which=None, layers=(check.of_which.layer,), where=where)), units)
    floor = nested_bound(target, check)
    partial = check.metric != "minutes"
    if check.rollup == "total":
        tests = [_test(part[1], bound) for part in parts] + ([_test(inner[1], floor)] if inner is not None else [])
        return Form(target.id, (Asked("", tuple(tests), bool(check.any_of), inner is not None),), partial=partial)
    bounds: Sequence[Bound | None] = unit_bounds(question.now, target, units)
    if check.baseline is not None and check.rollup == "every":
        raise NotLinearError("baseline")
    asked = []
    for k, code in enumerate(units.codes):
        figures = [part[0][k] for part in parts]
        if units.exempt[k] or not _applies(figures, check):
            continue
        tests = [_test(figure, bounds[k]) for figure in figures] + ([_test(inner[0][k], floor)] if inner is not None else [])
        asked.append(Asked(code, tuple(tests), bool(check.any_of), inner is not None))
    required = _required(bound, len(asked)) if check.rollup == "share" else None
    return Form(target.id, tuple(asked), required, partial)


def _applies(figures: Sequence[Figure], check: Check) -> bool:
    """Whether a unit is asked at all; a unit that actions would first bring into play is no line under a share."""
    if any(figure.asked for figure in figures) if check.any_of else all(figure.asked for figure in figures):
        return True
    if check.rollup == "share" and any(not figure.asked and figure.base.terms for figure in figures):
        raise NotLinearError("denominator")
    return False


def _required(bound: Bound | None, count: int) -> int:
    """How many units must pass."""
    if bound is None:
        raise NotLinearError("no_figure")
    if bound.comparator == "=" and bound.value == 1:
        return count
    if bound.comparator not in FLOORS:
        raise NotLinearError("share_ceiling")
    return units_required(bound, count)


def _of_base_date(question: Question, result: TargetResult) -> Bound:
    """The figure of the base date, where no option rewrites the ledger that it is read from."""
    check = question.check
    taken = {slug for slug, rows in question.beside.takes.items() if rows}
    if check.rollup != "total" or taken & set(check.layers) or not isinstance(result.threshold, float):
        raise NotLinearError("baseline")
    return Bound(question.target.comparator, Fraction(result.threshold))


def _test(figure: Figure, bound: Bound | None) -> Hurdle:
    """A figure against its bound."""
    if bound is None:
        raise NotLinearError("no_figure")
    spoiled = tuple(Gap(Line(Fraction(0), {column: Fraction(1)})) for column in figure.spoils)
    if figure.style == "load":
        return _load_test(figure, bound)
    if figure.style == "longest":
        gap = Gap(figure.base.minus(figure.amount))
        return Hurdle((gap,), None, False)
    need = figure.base.times(bound.value / figure.per)
    upper = None if bound.value_max is None else figure.base.times(bound.value_max / figure.per)
    test = floor_test(figure.amount, need, bound, upper, whole=figure.whole)
    return replace(test, gaps=(*test.gaps, *spoiled))


def _load_test(figure: Figure, bound: Bound) -> Hurdle:
    """So many facilities that people or land for each of them stay under the ceiling."""
    if bound.comparator not in ("<", "<="):
        raise NotLinearError("load_floor")
    amount = figure.base.const
    if not amount:
        return Hurdle()
    ratio = round(amount / bound.value, 9)
    need = math.floor(ratio) + 1 if bound.strict else math.ceil(ratio)
    gap = Gap(constant(need).minus(figure.amount))
    return Hurdle((gap,), gap)


# ---- figures ---------------------------------------------------------------------------------------------------------
def _figures(question: Question, units: UnitSet) -> tuple[list[Figure], Figure]:
    """The figure of each unit, and that of the whole."""
    check = question.check
    if check.metric == "unit_value":
        return _own_values(question, units)
    if check.metric in REACHED:
        return _reached(question, units)
    pool = pool_of(question.plus)
    row, unit = memberships(question.plus, pool, units)
    counted = np.unique(row[~units.exempt[unit]])
    if units.everywhere and check.metric != "load":
        counted = np.flatnonzero(in_any_unit(pool))
    amounts = _Amounts(question, pool)
    groups: list[IntArray] = [row[unit == k] for k in range(len(units))]
    if check.metric == "load":
        size, whole = _size(question, units)
        figures = [amounts.figure(rows, constant(Fraction(float(size[k]))), "load") for k, rows in enumerate(groups)]
        return figures, amounts.figure(counted, constant(Fraction(whole)), "load")
    if check.metric == "rate":
        people, open_, everyone, everyone_open = unit_people(question.now, units, question.now.group)
        if open_.any() or everyone_open:
            raise NotLinearError("blanks")
        figures = [amounts.figure(rows, constant(Fraction(float(people[k])))) for k, rows in enumerate(groups)]
        return figures, amounts.figure(counted, constant(Fraction(everyone)))
    return [amounts.figure(rows) for rows in groups], amounts.figure(counted)


class _Amounts:
    """What each facility of a pool adds, as lines."""

    def __init__(self, question: Question, pool: Pool) -> None:
        check = question.check
        self.check = check
        self.signs, self.stands = question.beside.signs(pool)
        found = contributions(question.plus, pool)
        sure = found.sure if check.by != FACILITY else np.ones(len(pool), dtype=bool)
        self.top = [Fraction(value) if yes else Fraction(0) for value, yes in zip(found.top_low.tolist(), sure, strict=True)]
        self.under = [Fraction(value) if yes else Fraction(0) for value, yes in zip(found.under_low.tolist(), sure, strict=True)]
        self.open = (found.top_low != found.top_high) | (found.under_low != found.under_high) | ~sure

    def figure(self, rows: IntArray, base: Line | None = None, style: str = "stock") -> Figure:
        """The figure of some facilities; without a base, over 1 or over what a quotient is divided by."""
        numbers = rows.tolist()
        signs, stands = [self.signs[k] for k in numbers], [self.stands[k] for k in numbers]
        quotient = self.check.metric in QUOTIENTS
        spoils: list[int] = []
        if quotient:
            for k in numbers:
                if self.open[k] and self.stands[k]:
                    raise NotLinearError("blanks")
                spoils += [column for column, _ in self.signs[k]] if self.open[k] else []
            base = sums([self.under[k] for k in numbers], signs, stands)
        amount = sums([self.top[k] for k in numbers], signs, stands)
        over = constant(1) if base is None else base
        asked = style == "load" or over.const != 0
        return Figure(amount, over, exact(self.check.per), style, asked=asked, spoils=tuple(sorted(set(spoils))))

    def blank(self, rows: IntArray) -> bool:
        """Whether a blank of these facilities leaves their sum open upwards."""
        return bool(self.open[rows].any())


def _size(question: Question, units: UnitSet) -> tuple[FloatArray, float]:
    """People or km2 of each unit and of the scope."""
    check = question.check
    if check.of == "km2":
        frame = question.now.city.boundaries.levels[check.by]
        size: FloatArray = frame.geometry.area.to_numpy()[units.rows] / 1e6
        return size, float(size[~units.exempt].sum())
    people, open_, whole, whole_open = unit_people(question.now, units, question.now.group)
    if open_.any() or whole_open:
        raise NotLinearError("blanks")
    return people, whole


def _own_values(question: Question, units: UnitSet) -> tuple[list[Figure], Figure]:
    """Values of the units themselves, which no action changes (a member of `any_of` or `all_of`)."""
    from planner.targets.counts import measure_unit_value

    measured = measure_unit_value(question.now)

    def plain(value: object) -> Figure:
        return Figure(constant(value if isinstance(value, Fraction) else Fraction(0)), constant(1), whole=False)

    return [plain(figure.value) for figure in measured.figures], plain(measured.total.value)


def _reached(question: Question, units: UnitSet) -> tuple[list[Figure], Figure]:
    """People within reach: covered people over all people; of the longest way, homes within it over all homes."""
    longest = question.check.metric == "minutes"
    lines, people, whole, everyone = covered_people(question.now, question.plus, question.beside, question.columns, units,
                                                    bound_of(question.target, question.check))
    style = "longest" if longest else "stock"
    figures = [Figure(line, constant(people[k]), style=style, whole=False, asked=people[k] > 0) for k, line in enumerate(lines)]
    return figures, Figure(whole, constant(everyone), style=style, whole=False, asked=everyone > 0)


# ---- each facility a unit --------------------------------------------------------------------------------------------
def _facilities(question: Question) -> Form:
    """A target that is asked of each facility: one passes or fails as it is, and comes or goes with the options."""
    check, target = question.check, question.target
    if check.any_of or check.all_of or check.of_which is not None or check.baseline is not None:
        raise NotLinearError("nested")
    pool = pool_of(question.plus)
    units, pool = facility_units(question.plus, pool)
    amounts = _Amounts(question, pool)
    bounds = unit_bounds(question.plus, target, units)
    bound = bound_of(target, check)
    asked: list[Asked] = []
    passing, present = constant(0), constant(0)
    if check.rollup == "total":
        counted = np.flatnonzero(~units.exempt)
        return Form(target.id, (Asked("", (_test(amounts.figure(counted), bound),)),))
    for k, code in enumerate(units.codes):
        rows = np.array([k])
        if units.exempt[k]:
            continue
        if amounts.stands[k] and (amounts.blank(rows) or units.maybe[k]):
            raise NotLinearError("blanks")
        there = sums([Fraction(1)], [amounts.signs[k]], [amounts.stands[k]])
        test = _alone(amounts, k, bounds[k])
        if test is None:
            continue
        fine, short = test.passed({}), test.short({})
        present = present + there
        passing = passing + (there if fine else constant(0))
        if not fine:
            asked.append(Asked(code, (Hurdle((Gap(there),), Gap(there.times(short)) if short else None, whole=False),)))
    if check.rollup == "every":
        return Form(target.id, tuple(asked))
    if bound is None or bound.comparator not in (*FLOORS, "="):
        raise NotLinearError("share_ceiling")
    gap = Gap(present.times(bound.value).minus(passing), bound.strict)
    return Form(target.id, (Asked("", (Hurdle((gap,), gap),)),))


def _alone(amounts: _Amounts, k: int, bound: Bound | None) -> Hurdle | None:
    """One facility's own figure against its bound, as if it stood; None where there is nothing to ask of it."""
    under = amounts.under[k] if amounts.check.metric in QUOTIENTS else Fraction(1)
    if not under:
        return None
    return _test(Figure(constant(amounts.top[k]), constant(under), exact(amounts.check.per)), bound)
