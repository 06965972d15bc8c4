"""The programme: what to build, where, how big, when and for how much, so that a plan's targets are closed - proven, and evaluated again.

`make_programme` picks from candidate actions by a mixed-integer model (planner.plan.programme_model), turns what is picked into a scenario,
and evaluates the city under it. A target is closed only where that evaluation says so; a claim that it does not bear out is told as one.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from planner.errors import InputError
from planner.measure.city import City
from planner.plan.applying import apply_actions
from planner.plan.facility_edits import Where
from planner.plan.gaplist import Sentence
from planner.plan.programme_forms import Beside, form_of
from planner.plan.programme_lines import Form, NotLinearError
from planner.plan.programme_model import Option, Solved, Task, solve
from planner.plan.programme_options import Candidate, Horizon, beside_of, exclusive_groups, options_of
from planner.plan.programme_reach import Columns
from planner.plan.programme_reasons import Lacking, why_open
from planner.plan.scenario import Action
from planner.siting.solver import Clock
from planner.targets.conditions import DATE_COLUMNS, Condition
from planner.targets.evaluate import evaluate_target
from planner.targets.evaluation import Evaluation, TargetResult
from planner.targets.pack import Check, TargetPack
from planner.targets.small_results import published_evaluation

BINDING = "binding"


@dataclass(frozen=True, slots=True)
class Planned:
    """One action of a programme: what, in service from 1 January of which year, paid when, and which closed targets it helps to close."""

    candidate: Candidate
    year: int
    spend: Mapping[int, float]
    closes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A target that stays open, and why. needs_cny : the least that closes it alone, None unknown. before, after : what it comes to."""

    target_id: str
    why: Sentence
    before: TargetResult
    after: TargetResult
    needs_cny: float | None = None


@dataclass(frozen=True, slots=True)
class YearLine:
    """One year: yuan spent on works, running subsidy of what is in service, actions that open, and targets met on its last day.

    running_cny : None where no action has a running cost. budget_cny : None without one of that year.
    """

    year: int
    spent_cny: float
    running_cny: float | None
    opened: int
    closed: tuple[str, ...]
    budget_cny: float | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme and what it is worth.

    status : `optimal` (every stage proven), `feasible`, `no_solution` (none found in time). cost_cny, bound, gap : bound and gap are of the
    cost, or with a budget of the number of targets closed; None without a plan. closed : targets that the evaluation under the programme
    finds met, not met before. not_confirmed : targets that the model closes and the evaluation does not. broken : targets met before and
    not under the programme. steps : stage -> proven.
    """

    status: str
    day: dt.date
    horizon: Horizon
    cost_cny: float
    bound: float | None
    gap: float | None
    closed: tuple[str, ...]
    left_open: tuple[LeftOpen, ...]
    planned: tuple[Planned, ...]
    years: tuple[YearLine, ...]
    results: Mapping[str, tuple[TargetResult, TargetResult]]
    not_confirmed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    steps: Mapping[str, bool] = field(default_factory=dict)
    candidates: int = 0
    seconds: float = 0.0

    @property
    def actions(self) -> tuple[Action, ...]:
        """The programme as the actions of a scenario."""
        return tuple(action for one in self.planned for action in one.candidate.in_year(one.year))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The targets asked for, on a day, before anything is done: by id, with their packs."""

    results: Mapping[str, TargetResult]
    packs: Mapping[str, TargetPack]
    named: bool
    day: dt.date

    @property
    def failing(self) -> tuple[str, ...]:
        """Those that are not met."""
        return tuple(ident for ident, result in self.results.items() if result.state == "not_met")


def wanted_targets(city: City, packs: Sequence[TargetPack], day: dt.date, target_ids: Sequence[str] = ()) -> Wanted:
    """The targets of packs, or those named, evaluated as the city is. Raises InputError (target_unknown)."""
    own = {target.id: pack for pack in packs for target in pack.targets}
    for ident in target_ids:
        if ident not in own:
            raise InputError("target_unknown", target=ident, packs=", ".join(pack.id for pack in packs))
    results = {target.id: evaluate_target(city, pack, target, day) for pack in packs for target in pack.targets
               if not target_ids or target.id in target_ids}
    return Wanted(results, {ident: own[ident] for ident in results}, bool(target_ids), day)


def make_programme(
    city: City,
    wanted: Wanted,
    candidates: Sequence[Candidate],
    horizon: Horizon,
    *,
    lacking: Sequence[Lacking] = (),
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 1,
) -> Programme:
    """The cheapest programme that closes the targets that are not met, or with a budget the most that it closes.

    wanted : the targets, evaluated on the last day of the last year. lacking : what could not be offered as a candidate (no unit cost, no
    place), told where a target stays open for it. gap : relative gap at which the search may stop. Raises InputError where a candidate
    cannot be done to the city.
    """
    clock = Clock(time_limit_s)
    day = dt.date(horizon.last, 12, 31)
    dated = {slug for ident in wanted.failing if (check := wanted.results[ident].check) is not None for slug in _dated_layers(check)}
    options = options_of(candidates, horizon, dated)
    beside = beside_of(city, candidates, options)
    columns = Columns(len(options))
    forms, guards, not_lines = _lines(city, beside, wanted, columns)
    binding = tuple(wanted.results[ident].target.binding == BINDING for ident in forms)
    task = Task(options, tuple(forms.values()), binding, columns, exclusive_groups(candidates, options), guards,
                horizon.budget_cny, horizon.budgets)
    solved = solve(task, clock=clock, gap=gap, seed=seed)
    chosen = solved.options or ()
    programme = _told(city, wanted, candidates, horizon, task, forms, solved)
    reasons = why_open(task, forms, not_lines, wanted.results, chosen, clock=clock, lacking=lacking, seed=seed,
                       hide_small=city.demand.hide_small)
    left = []
    for ident in _to_close(wanted):
        if ident not in programme.closed:
            before, after = programme.results[ident]
            left.append(LeftOpen(ident, reasons[ident][0], _shown(city, before), _shown(city, after), reasons[ident][1]))
    status = "no_solution" if solved.options is None else "optimal" if solved.proven else "feasible"
    return Programme(status, day, horizon, programme.cost_cny, solved.bound, solved.gap, programme.closed, tuple(left), programme.planned,
                     programme.years, programme.results, programme.not_confirmed, programme.broken, solved.steps, len(candidates),
                     clock.spent_s)


def _lines(city: City, beside: Beside, wanted: Wanted, columns: Columns,
           ) -> tuple[dict[str, Form], tuple[Form, ...], dict[str, NotLinearError]]:
    """The targets that are not met as lines, those that are met and could be broken, and why others are no lines."""
    forms: dict[str, Form] = {}
    guards: list[Form] = []
    not_lines: dict[str, NotLinearError] = {}
    for ident, result in wanted.results.items():
        if result.state not in ("met", "not_met"):
            continue
        try:
            form = form_of(city, beside, wanted.packs[ident], result, wanted.day, columns)
            _agrees(form, result, columns)
        except NotLinearError as reason:
            not_lines[ident] = reason
            continue
        if result.state == "not_met":
            forms[ident] = form
        elif form.columns:
            guards.append(form)
    return forms, tuple(guards), not_lines


def _shown(city: City, result: TargetResult) -> TargetResult:
    """A result without counts of 1 to 4 people, where the project hides those."""
    return published_evaluation(city, Evaluation(city.id, (), dt.date.min, (result,))).targets[0]


def _to_close(wanted: Wanted) -> tuple[str, ...]:
    """The targets that a programme speaks of: those that are not met, and of those named also what cannot be judged."""
    idle = ("met", "not_applicable") if wanted.named else ("met", "not_applicable", "data_missing", "threshold_undefined", "recorded")
    return tuple(ident for ident, result in wanted.results.items() if result.state not in idle)


def _agrees(form: Form, result: TargetResult, columns: Columns) -> None:
    """Refuses lines that do not say of the city as it is what its evaluation says."""
    nothing = columns.filled(())
    same = form.closed(nothing) == (result.state == "met")
    if same and form.partial and result.shortfall is not None:
        same = math.isclose(float(form.short(nothing)), result.shortfall, rel_tol=1e-6, abs_tol=1e-6)
    if not same:
        raise NotLinearError("differs")


def _dated_layers(check: Check) -> frozenset[str]:
    """The layers of which the year of opening decides what a check counts."""
    members = (*check.any_of, *check.all_of)
    conditions: list[Condition] = [*check.where, *check.having, *(condition for member in members for condition in member.where)]
    dated = check.opened_in is not None or any(condition.column in DATE_COLUMNS for condition in conditions)
    return frozenset((*check.layers, *(member.layer for member in members if member.layer))) if dated else frozenset()


def _told(city: City, wanted: Wanted, candidates: Sequence[Candidate], horizon: Horizon, task: Task, forms: Mapping[str, Form],
          solved: Solved) -> Programme:
    """What was chosen, done to the city and evaluated again."""
    chosen = solved.options or ()
    day = dt.date(horizon.last, 12, 31)
    filled = task.columns.filled(chosen)
    claimed = {ident for ident, form in forms.items() if form.closed(filled)}
    ordered = sorted(chosen, key=lambda o: (task.options[o].year, candidates[task.options[o].candidate].id))
    picked = [(candidates[task.options[o].candidate], task.options[o]) for o in ordered]
    then = _done(city, picked)
    after = {ident: evaluate_target(then, wanted.packs[ident], result.target, day) if chosen else result
             for ident, result in wanted.results.items()}
    closed = tuple(ident for ident in _to_close(wanted) if after[ident].state == "met")
    planned = tuple(Planned(one, option.year, dict(option.spend), _helped(forms, closed, task, o))
                    for o, (one, option) in zip(ordered, picked, strict=True))
    broken = tuple(ident for ident, result in wanted.results.items() if result.state == "met" and after[ident].state == "not_met")
    broken += _broken_beside(city, then, wanted, {layer for one, _ in picked for act in one.actions for layer in (act.layer, act.to_layer)})
    years = _years(city, wanted, picked, horizon, closed)
    results = {ident: (result, after[ident]) for ident, result in wanted.results.items()}
    cost = float(sum(one.cost_cny for one, _ in picked))
    return Programme("", day, horizon, cost, None, None, closed, (), planned, years, results,
                     tuple(sorted(claimed - set(closed))), broken)


def _broken_beside(city: City, then: City, wanted: Wanted, touched: AbstractSet[str]) -> tuple[str, ...]:
    """Targets of the packs that were not asked for, met before and not after; only those that rest on a layer that was touched are looked
    at."""
    found = []
    packs = {id(pack): pack for pack in wanted.packs.values()}
    for pack in packs.values():
        for target in pack.targets:
            check = target.check
            if check is None or target.id in wanted.results:
                continue
            layers = {*check.layers, *check.basket, check.from_, *check.scope.has, *(one.layer for one in (*check.any_of, *check.all_of))}
            if not (layers | {target.layer}) & touched:
                continue
            before, after = (evaluate_target(one, pack, target, wanted.day).state for one in (city, then))
            if (before, after) == ("met", "not_met"):
                found.append(target.id)
    return tuple(found)


def _done(city: City, picked: Sequence[tuple[Candidate, Option]]) -> City:
    """The city with some candidates done."""
    actions = [(action, Where(one.id, 1)) for one, option in picked for action in one.in_year(option.year)]
    return apply_actions(city, actions) if actions else city


def _helped(forms: Mapping[str, Form], closed: Sequence[str], task: Task, option: int) -> tuple[str, ...]:
    """The closed targets that an option helps to close: where it narrows a gap that was open."""
    nothing = task.columns.filled(())
    carriers = {column for column, ways in task.columns.carried.items() if any((option, 1) in moves for _, moves in ways)} | {option}
    found = []
    for ident in closed:
        if ident not in forms:
            continue
        gaps = [gap for asked in forms[ident].asked if not asked.passed(nothing) for test in asked.tests for gap in test.gaps]
        if any(gap.line.terms.get(column, 0) < 0 for gap in gaps for column in carriers):
            found.append(ident)
    return tuple(found)


def _years(city: City, wanted: Wanted, picked: Sequence[tuple[Candidate, Option]], horizon: Horizon, closed: Sequence[str],
           ) -> tuple[YearLine, ...]:
    """Year by year: money, openings, and what is closed by its last day (of the targets that the whole programme closes)."""
    found = []
    before: tuple[str, ...] = ()
    for year in range(horizon.first, horizon.last + 1):
        here = [(one, option) for one, option in picked if option.year <= year]
        opened = sum(option.year == year for _, option in here)
        if year == horizon.last:
            before = tuple(closed)
        elif opened:
            then, day = _done(city, here), dt.date(year, 12, 31)
            before = tuple(ident for ident in closed
                           if evaluate_target(then, wanted.packs[ident], wanted.results[ident].target, day).state == "met")
        running = [one.running_cny for one, _ in here if one.running_cny is not None]
        spent = sum(option.spend.get(year, 0.0) for _, option in picked)
        found.append(YearLine(year, spent, sum(running) if running else None, opened, before, horizon.budgets.get(year)))
    return tuple(found)
