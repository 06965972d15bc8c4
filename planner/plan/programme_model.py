"""The programme as a mixed-integer model, and its stages: each is solved with what the stages before it reached held fast.

Sets: options o (an action opened in a year), targets t with units u. Variables: x_o chosen; y_t closed; p_u a unit passes (of a share);
s_u what a unit is short of; c people within reach (programme_reach).
Rows: every gap of a closed target or passing unit is at most 0, else at most its largest value; sum of p_u >= required * y_t; one option at
most of each action and of each exclusive group; cost within the budget, and in each year within that year's.
Stages with a budget: 1 max sum of y_t over binding targets, 2 max sum of y_t, 3 min sum of s_t / (shortfall before), 4 min cost. Without
one: 1-2 decide which can be closed at all, then 4. Among equals: 5 fewest on new land; then, as far as time allows and without a claim of
proof, fewest actions and earliest years.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from planner.plan.programme_lines import Asked, Form, Gap, Hurdle
from planner.plan.programme_reach import Columns
from planner.plan.programme_years import earlier
from planner.siting.linear import LinearModel, Rows, whole_unit
from planner.siting.problem import Floats
from planner.siting.results import relative_gap
from planner.siting.solver import Clock, Found, run

CHOSEN = 0.5
"""A 0-1 variable above this is 1."""
MONEY_SCALE = 1e-4
"""Rows of money are held in 万元, so that they are as exact as rows of facilities."""
SHORT_SCALE = 1e3
"""Shares of shortfall are counted in thousandths: the solver keeps rows to 1e-7, a target may be short of 100,000."""
TIE_REL = 1e-9
"""Sums of yuan that differ by less are one sum."""


@dataclass(frozen=True, slots=True)
class Option:
    """One action opened in one year. candidate : its number; spend : year -> yuan; late : years after the first possible."""

    candidate: int
    year: int
    cost_cny: float
    spend: Mapping[int, float]
    new_land: bool
    late: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be solved. forms : targets to close; binding : which of them bind. guards : targets that are met and must stay so.
    exclusive : groups of options of which one at most is chosen. budgets : year -> yuan, empty for none."""

    options: tuple[Option, ...]
    forms: tuple[Form, ...]
    binding: tuple[bool, ...]
    columns: Columns
    exclusive: tuple[tuple[int, ...], ...] = ()
    guards: tuple[Form, ...] = ()
    budget_cny: float | None = None
    budgets: Mapping[int, float] = field(default_factory=dict)

    @property
    def limited(self) -> bool:
        """Whether there is a budget."""
        return self.budget_cny is not None or bool(self.budgets)


@dataclass(frozen=True, slots=True)
class Solved:
    """The options chosen (None: no plan was found), and how well. bound, gap : of the cost, or with a budget of the targets closed.

    steps : name of each stage -> whether it is proven. infeasible : proven that what is met cannot be kept within these rules.
    """

    options: tuple[int, ...] | None
    bound: float | None
    gap: float | None
    steps: Mapping[str, bool]
    seconds: float
    infeasible: bool = False

    @property
    def proven(self) -> bool:
        """Whether every stage is."""
        return self.options is not None and all(self.steps.values())


class _Build:
    """Columns and rows of the model."""

    def __init__(self, task: Task, *, partial: bool) -> None:
        self.task = task
        self.upper: list[float] = [1.0] * len(task.options) + list(task.columns.upper)
        self.whole: list[bool] = [True] * len(task.options) + [False] * len(task.columns.upper)
        self.rows: list[tuple[list[int], list[float], float, float]] = list(task.columns.rows)
        for group in task.exclusive:
            self.rows.append((list(group), [1.0] * len(group), -math.inf, 1.0))
        self._money()
        for guard in task.guards:
            self._asked_all(guard, None)
        self.closed = [self._form(form) for form in task.forms]
        self.short = [self._short(form) for form in task.forms] if partial else []

    def column(self, upper: float = 1.0, *, whole: bool = True) -> int:
        """A new column."""
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.upper) - 1

    def row(self, terms: Mapping[int, float], least: float, most: float) -> None:
        """A new row."""
        self.rows.append((list(terms), list(terms.values()), least, most))

    def _money(self) -> None:
        """Budgets."""
        task = self.task
        if task.budget_cny is not None:
            terms = {o: option.cost_cny * MONEY_SCALE for o, option in enumerate(task.options) if option.cost_cny}
            self.row(terms, -math.inf, task.budget_cny * MONEY_SCALE)
        for year, most in task.budgets.items():
            terms = {o: spent * MONEY_SCALE for o, option in enumerate(task.options) if (spent := option.spend.get(year, 0.0))}
            self.row(terms, -math.inf, most * MONEY_SCALE)

    def _gap(self, gap: Gap, when: int | None) -> None:
        """A gap of at most 0, where the column `when` is 1 (None: always)."""
        line, _ = gap.settled()
        most = line.most
        if most <= 0:
            return
        terms = {column: float(value) for column, value in line.terms.items()}
        if when is None:
            self.row(terms, -math.inf, -float(line.const))
            return
        if line.least > 0:
            self.row({when: 1.0}, 0.0, 0.0)
            return
        self.row(terms | {when: float(most)}, -math.inf, float(most - line.const))

    def _passes(self, asked: Asked, when: int | None) -> None:
        """All tests of a unit, or one of them, where the column is 1."""
        if not asked.any_of or len(asked.tests) < 2:
            for test in asked.tests:
                for gap in test.gaps:
                    self._gap(gap, when)
            return
        ways = [self.column() for _ in asked.tests]
        for way, test in zip(ways, asked.tests, strict=True):
            for gap in test.gaps:
                self._gap(gap, way)
        terms = dict.fromkeys(ways, 1.0) | ({} if when is None else {when: -1.0})
        self.row(terms, 1.0 if when is None else 0.0, math.inf)

    def _asked_all(self, form: Form, when: int | None) -> list[int]:
        """What a target asks, where the column is 1; gives the columns of passing units under a share."""
        if form.required is None:
            for asked in form.asked:
                self._passes(asked, when)
            return []
        passing = [self.column() for _ in form.asked]
        for column, asked in zip(passing, form.asked, strict=True):
            self._passes(asked, column)
        terms = dict.fromkeys(passing, 1.0) | ({} if when is None else {when: -float(form.required)})
        self.row(terms, float(form.required) if when is None else 0.0, math.inf)
        return passing

    def _form(self, form: Form) -> tuple[int, list[int]]:
        """The column that says whether a target is closed, and those of its passing units."""
        closed = self.column()
        return closed, self._asked_all(form, closed)

    def _short(self, form: Form) -> dict[int, float]:
        """What a target is short of, as columns; empty where that is no line."""
        _, passing = self.closed[self.task.forms.index(form)]
        if form.required is not None:
            short = self.column(float(form.required))
            self.row({short: 1.0, **dict.fromkeys(passing, 1.0)}, float(form.required), math.inf)
            return {short: 1.0}
        return dict.fromkeys((self._unit_short(asked) for asked in form.asked), 1.0) if form.partial else {}

    def _unit_short(self, asked: Asked) -> int:
        """The column of what a unit is short of."""
        lacks = [(test, self._lack(test)) for test in asked.tests]
        if len(lacks) == 1:
            return lacks[0][1]
        least = self.column(sum(self.upper[column] for _, column in lacks), whole=False)
        if asked.any_of:
            picks = [self.column() for _ in lacks]
            self.row(dict.fromkeys(picks, 1.0), 1.0, 1.0)
            for pick, (_, column) in zip(picks, lacks, strict=True):
                most = self.upper[column]
                self.row({least: 1.0, column: -1.0, pick: -most}, -most, math.inf)
        elif asked.largest:
            for _, column in lacks:
                self.row({least: 1.0, column: -1.0}, 0.0, math.inf)
        else:
            self.row({least: 1.0, **{column: -1.0 for _, column in lacks}}, 0.0, math.inf)
        return least

    def _lack(self, test: Hurdle) -> int:
        """The column of what one test is short of."""
        if test.lack is None:
            return self.column(0.0, whole=False)
        line, settled = test.lack.settled()
        if not test.whole or not settled:
            line = test.lack.line
        scale = Fraction(1)
        if settled and test.whole and test.lack.line.terms:
            scale = Fraction(math.lcm(*(value.denominator for value in test.lack.line.terms.values())))
        most = max(Fraction(0), line.most) / scale
        column = self.column(float(math.ceil(most)) if test.whole else float(most), whole=test.whole)
        if most > 0:
            terms = {other: -float(value) for other, value in line.terms.items()}
            self.row(terms | {column: float(scale)}, float(line.const), math.inf)
        return column

    def model(self, cost: Mapping[int, float], *, maximise: bool, unit: float, more: Sequence[tuple[Mapping[int, float], float, float]],
              ) -> LinearModel:
        """The model with an objective, and with what was reached before held fast."""
        rows = Rows()
        for columns, values, least, most in self.rows:
            rows.one(columns, values, least, most)
        for terms, least, most in more:
            rows.one(list(terms), list(terms.values()), least, most)
        objective = np.zeros(len(self.upper))
        objective[list(cost)] = list(cost.values())
        return rows.model(maximise=maximise, cost=objective, col_upper=np.array(self.upper), whole=np.array(self.whole, dtype=np.bool_),
                          unit=unit)


class _Stages:
    """Runs one stage after the other; what each reached is a row of the next."""

    def __init__(self, task: Task, clock: Clock, gap: float, seed: int) -> None:
        self.task, self.clock, self.gap, self.seed = task, clock, gap, seed
        self.build = _Build(task, partial=task.limited)
        self.held: list[tuple[Mapping[int, float], float, float]] = []
        self.steps: dict[str, bool] = {}
        self.x: Floats | None = None
        self.infeasible = False

    def run(self, name: str, cost: Mapping[int, float], *, maximise: bool = False, unit: float = 0.0, slack: float = 0.0,
            told: bool = True) -> Found:
        """One stage; its value is then held to within `slack`. told : whether its proof is one of the steps; else it has half the time."""
        model = self.build.model(cost, maximise=maximise, unit=unit, more=self.held)
        found = run(model, self.clock, gap=self.gap if name in ("cost", "closed") else 0.0, seed=self.seed, start=self.x,
                    limit_s=None if told else self.clock.left_s / 2)
        if found.x is None and found.infeasible:
            self.infeasible = True
        if found.x is not None:
            self.x = found.x
        if told:
            self.steps[name] = found.x is not None and found.stopped == "proof"
        if self.x is not None:
            value = float(sum(part * self.x[column] for column, part in cost.items()))
            reach = round(value / unit) * unit if unit else value
            self.held.append((cost, reach - slack, math.inf) if maximise else (cost, -math.inf, reach + slack))
        return found

    def closed_columns(self) -> list[int]:
        """The columns of closed targets."""
        return [column for column, _ in self.build.closed]


def solve(task: Task, *, clock: Clock, gap: float = 0.0, seed: int = 1) -> Solved:
    """The best options by the stages of this module. gap : relative gap at which a stage may stop (0: only by proof)."""
    stages = _Stages(task, clock, gap, seed)
    prices = {o: option.cost_cny for o, option in enumerate(task.options)}
    unit = whole_unit(np.array([price for price in prices.values() if price])) if any(prices.values()) else 0.0
    closed = stages.closed_columns()
    bound: float | None = None
    everything = None
    if not task.limited and closed:
        everything = _all_closed(stages, closed, prices, unit)
    if everything is None:
        bound = _most_closed(stages, closed)
        if stages.x is None:
            return Solved(None, None, None, stages.steps, clock.spent_s, stages.infeasible)
        if task.limited:
            _least_short(stages)
        everything = stages.run("cost", prices, unit=unit, slack=_tie(stages, prices, unit))
    if stages.x is None:
        return Solved(None, None, None, stages.steps, clock.spent_s, stages.infeasible)
    _tie_break(stages)
    chosen = earlier(task, _chosen(stages))
    cost = sum(task.options[o].cost_cny for o in chosen)
    count = float(sum(form.closed(task.columns.filled(chosen)) for form in task.forms))
    if count < round(sum(float(stages.x[column]) for column in closed)):  # closed to the solver's tolerance, not exactly
        stages.steps["closed"] = False
    if not task.limited:
        least = everything.bound if math.isfinite(everything.bound) else 0.0
        bound = cost if stages.steps["cost"] else min(least, cost)
        return Solved(chosen, bound, relative_gap(cost, bound), stages.steps, clock.spent_s)
    bound = count if bound is None else max(bound, count)
    return Solved(chosen, bound, relative_gap(count, bound), stages.steps, clock.spent_s)


def _all_closed(stages: _Stages, closed: Sequence[int], prices: Mapping[int, float], unit: float) -> Found | None:
    """The least cost that closes every target, or None where that cannot be done."""
    stages.held.append((dict.fromkeys(closed, 1.0), float(len(closed)), math.inf))
    found = stages.run("cost", prices, unit=unit)
    if found.infeasible:
        stages.held.clear()
        stages.steps.clear()
        stages.infeasible = False
        return None
    if stages.x is not None:
        stages.held[-1] = (prices, -math.inf, stages.held[-1][2] + _tie(stages, prices, unit))
    return found


def _most_closed(stages: _Stages, closed: Sequence[int]) -> float:
    """The most binding targets, then the most targets; the bound of the latter."""
    binding = [column for column, binds in zip(closed, stages.task.binding, strict=True) if binds]
    if binding:
        stages.run("binding", dict.fromkeys(binding, 1.0), maximise=True, unit=1.0)
    found = stages.run("closed", dict.fromkeys(closed, 1.0), maximise=True, unit=1.0)
    return min(found.bound, float(len(closed)))


def _least_short(stages: _Stages) -> None:
    """The least sum of shares of shortfall that are left: those of closed targets are 0, and their number is held."""
    terms: dict[int, float] = {}
    nothing = stages.task.columns.filled(())
    partial = True
    for form, columns in zip(stages.task.forms, stages.build.short, strict=True):
        before = form.short(nothing)
        partial &= form.partial
        if before > 0:
            terms |= {column: SHORT_SCALE * part / float(before) for column, part in columns.items()}
    found = stages.run("shortfall", terms, slack=SHORT_SCALE * TIE_REL)
    if not partial and found.x is not None and any(not form.partial and not form.closed(stages.task.columns.filled(_chosen(stages)))
                                                   for form in stages.task.forms):
        stages.steps["shortfall"] = False


def _chosen(stages: _Stages) -> tuple[int, ...]:
    """The options of the best solution so far."""
    assert stages.x is not None
    return tuple(o for o in range(len(stages.task.options)) if stages.x[o] > CHOSEN)


def _tie(stages: _Stages, prices: Mapping[int, float], unit: float) -> float:
    """Yuan within which two sums are one."""
    return unit / 2 if unit else TIE_REL * max(1.0, sum(prices.values()))


def _tie_break(stages: _Stages) -> None:
    """Among equals: fewest on new land, then fewest actions, then the earliest years."""
    options = stages.task.options
    new_land = {o: 1.0 for o, option in enumerate(options) if option.new_land}
    if 0 < len(new_land) < len(options):
        stages.run("premises", new_land, unit=1.0)
    prices = {option.cost_cny for option in options}
    if len(prices) > 1 or 0.0 in prices:  # else the cost is their number
        stages.run("fewest", dict.fromkeys(range(len(options)), 1.0), unit=1.0, told=False)
    if any(option.late for option in options):
        stages.run("years", {o: float(option.late) for o, option in enumerate(options) if option.late}, unit=1.0, told=False)
