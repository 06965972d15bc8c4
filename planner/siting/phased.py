"""Where to build and in which year: one plan in stages, each keeping what the stages before it built.

    stages = [Stage("2026", p=7), Stage("2027", p=14), Stage("2030", p=20, weight=people_2030, factor=0.9)]
    plan = phased(problem, stages, time_limit_s=120)
    for year in plan.stages: year.name, year.opened, year.sites, year.covered_weight, year.spent

The program is the problem repeated once a stage with rows between the copies (v_jt = 1 where site j is open in stage t):

    max  sum_t factor_t sum_i w_it y_it      (mclp; p_median and the capacitated models likewise with their own objective)
    s.t. v_jt >= v_j,t-1                     what is built stays
         sum_j v_jt <= p_t                   existing sites counted
         sum_j f_j v_jt <= B_1 + ... + B_t   money left over is kept for later (carry), else  sum_j f_j (v_jt - v_j,t-1) <= B_t;
                                             from a stage without a budget nothing is carried on

Each stage by itself is a relaxation: the sum of the stages' bounds is a bound of the whole. Nested plans to begin from are made backwards
(the last stage's sites, fewer and fewer of them) and forwards (the first stage's sites and more); HiGHS gets the better one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.errors import SitingError
from planner.siting.problem import CAPACITATED, Columns, Floats, Pairs, Picks, SitingProblem, only_sites
from planner.siting.results import Assignment, Plan, SitingResult, result, worth
from planner.siting.ruled import form_of, lawful_value, programmed
from planner.siting.rules import Rules, weighed
from planner.siting.solver import Cancel, Clock, Progress
from planner.siting.solving import answered, compile_loops

MODELS = ("mclp", "p_median", "capacitated_mclp", "capacitated_p_median")
"""Models whose objective is a sum over demand, so that stages add up."""
STAGES_PART, START_PART = 0.4, 0.5
"""Parts of the time for the stages by themselves, and of the rest for nested plans."""
METHOD = "stages with nested sites, branch and cut (HiGHS)"


@dataclass(frozen=True, slots=True)
class Stage:
    """A year or a period. p : at most so many sites by its end, existing ones included.   budget : money that comes in for it.

    weight : (I,) people then, the problem's where None.   factor : what a unit of weight counts in it (a discount; years it lasts).
    """

    name: str
    p: int | None = None
    budget: float | None = None
    weight: Floats | None = None
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class StagePlan:
    """sites : open by the end of the stage.   opened : new in it.   spent : price of those.   objective : the stage's, without factor."""

    name: str
    sites: Columns
    opened: Columns
    spent: float
    objective: float
    covered_weight: float
    total_weight: float


@dataclass(frozen=True, slots=True)
class PhasedPlan:
    """stages : empty where there is no plan.   result : of the whole, as of `solve`; its sites are (stage * J + site)."""

    stages: tuple[StagePlan, ...]
    result: SitingResult


def phased(problem: SitingProblem, stages: Sequence[Stage], *, carry: bool = True, time_limit_s: float = 60.0, gap: float = 0.0,
           seed: int = 1, progress: Progress | None = None, cancel: Cancel | None = None) -> PhasedPlan:
    """The best nested plan. The problem's own p and budget are not looked at; its rules hold at the end of the last stage.

    (Rules that only forbid, such as spacing, hold before it too, for there are fewer sites then.) carry : money left over is kept.
    Raises SitingError where the model has no stages (lscp, p_center, max_min_share), a stage has no limit, or a value cannot be.
    """
    _check(problem, stages)
    compile_loops(problem, cancel)
    clock = Clock(time_limit_s, progress, cancel)
    whole = unrolled(problem, stages, carry=carry)
    plan = _planned(problem, stages, whole, carry, clock, gap, seed)
    answer = result(whole, plan, seconds=clock.spent_s, seed=seed)
    return PhasedPlan(_told(problem, stages, answer) if answer.objective is not None else (), answer)


def _check(problem: SitingProblem, stages: Sequence[Stage]) -> None:
    """The model can be staged, and the stages are numbers that can be."""
    if problem.model not in MODELS:
        raise SitingError("siting_phased_model", model=problem.model, models=", ".join(MODELS))
    if not stages:
        raise SitingError("siting_limit_invalid", name="stages", value=0)
    for stage in stages:
        if stage.p is None and stage.budget is None:
            raise SitingError("siting_stage_limit_missing", stage=stage.name)
        for name, value in (("p", stage.p), ("budget", stage.budget), ("factor", stage.factor)):
            if value is not None and not (np.isfinite(value) and value >= 0):
                raise SitingError("siting_stage_value_invalid", stage=stage.name, name=name, value=value)
        if stage.weight is not None:
            weight = np.asarray(stage.weight, dtype=np.float64)
            if weight.shape != problem.weight.shape or not (np.isfinite(weight).all() and (weight >= 0).all()):
                raise SitingError("siting_stage_value_invalid", stage=stage.name, name="weight", value=str(weight.shape))


def unrolled(problem: SitingProblem, stages: Sequence[Stage], *, carry: bool = True) -> SitingProblem:
    """The problem once a stage, side by side: demand (stage * I + i), site (stage * J + j), and the rows between them as rules."""
    count, i, j = len(stages), problem.demands, problem.sites
    rows = [rule for t in range(count) for rule in _limits(problem, stages, t, carry)]
    if problem.rules is not None:
        rows.append(replace(problem.rules, site=(problem.rules.site + (count - 1) * j).astype(np.int32)))
    rules = _nested(problem, count).joined(*rows)
    return replace(
        problem, weight=np.concatenate([_weight(problem, stage) * stage.factor for stage in stages]),
        by_demand=_repeated(problem.by_demand, count, j), by_site=_repeated(problem.by_site, count, i), price=np.tile(problem.price, count),
        fixed=np.tile(problem.fixed, count), capacity=_capacities(problem, stages), area=None, p=None, budget=None, rules=rules)


def _weight(problem: SitingProblem, stage: Stage) -> Floats:
    """(I,) the weight in a stage."""
    return problem.weight if stage.weight is None else np.asarray(stage.weight, dtype=np.float64)


def _capacities(problem: SitingProblem, stages: Sequence[Stage]) -> Floats | None:
    """(stages * J,) capacities in the unit of the weights, which hold the stage's factor."""
    return None if problem.capacity is None else np.concatenate([problem.capacity * stage.factor for stage in stages])


def _repeated(pairs: Pairs, count: int, columns: int) -> Pairs:
    """The pairs once a stage, each with columns of its own."""
    entries = len(pairs.column)
    start = np.concatenate([pairs.start[:-1] + t * entries for t in range(count)] + [[count * entries]]).astype(np.int64)
    column = np.concatenate([pairs.column + t * columns for t in range(count)]).astype(np.int32)
    return Pairs(start, column, np.tile(pairs.cost, count))


def _nested(problem: SitingProblem, count: int) -> Rules:
    """v_jt - v_j,t-1 >= 0 for every site that may be built."""
    free = problem.candidates
    later = np.concatenate([free + t * problem.sites for t in range(1, count)]) if count > 1 else np.empty(0, dtype=np.int64)
    rows = len(later)
    site = np.column_stack([later, later - problem.sites]).reshape(-1).astype(np.int32)
    return Rules(2 * np.arange(rows + 1, dtype=np.int64), site, np.tile([1.0, -1.0], rows), np.zeros(rows), np.full(rows, np.inf),
                 ("nested",) * rows)


def _limits(problem: SitingProblem, stages: Sequence[Stage], at: int, carry: bool) -> list[Rules]:
    """The rows of p and of the money of one stage."""
    stage, made = stages[at], []
    here = np.zeros((len(stages), problem.sites))
    if stage.p is not None:
        here[at] = 1.0
        made.append(weighed(here.reshape(-1), upper=float(stage.p), kind="p"))
    if stage.budget is not None:
        money, since = np.zeros_like(here), _since(stages, at, carry)
        money[at] = problem.price
        if since:
            money[since - 1] = -problem.price
        made.append(weighed(money.reshape(-1), upper=_money(stages, since, at), kind="budget"))
    return made


def _since(stages: Sequence[Stage], at: int, carry: bool) -> int:
    """The stage from which money is added up for this one: the first of those without a break that have a budget."""
    since = at
    while carry and since and stages[since - 1].budget is not None:
        since -= 1
    return since


def _money(stages: Sequence[Stage], since: int, at: int) -> float:
    """What comes in from one stage to another; infinite where one of them has no budget."""
    return float(sum(np.inf if stage.budget is None else stage.budget for stage in stages[since: at + 1]))


def _planned(problem: SitingProblem, stages: Sequence[Stage], whole: SitingProblem, carry: bool, clock: Clock, gap: float,
             seed: int) -> Plan:
    """The plan of the whole: stages by themselves, nested plans from them, then the program."""
    if problem.model in CAPACITATED:
        return answered(whole, clock, gap, seed)
    alone, bound, each_s = [], 0.0, STAGES_PART * clock.left_s / len(stages)
    for at, stage in enumerate(stages):
        part = Clock(min(each_s, clock.left_s), None, clock.cancel)
        posed = _stage(problem, stages, at, problem.existing)
        plan = answered(posed, part, gap, seed)
        if plan.infeasible:
            return Plan(None, None, METHOD, infeasible=True)
        trivial = float(posed.weight.sum()) if problem.maximised else 0.0
        bound += stage.factor * (trivial if plan.bound is None else plan.bound)
        alone.append(problem.existing if plan.sites is None else plan.sites)
    starts = [_backward(problem, stages, alone, clock, seed), _forward(problem, stages, alone, carry, clock, seed)]
    lawful = [start for start in starts if lawful_value(whole, start) is not None]
    sign = -1.0 if problem.maximised else 1.0
    best = min(lawful, key=lambda start: sign * worth(whole, start).objective) if lawful else None
    form = replace(form_of(whole), searchable=False)  # an exchange in one stage alone is never nested
    return programmed(whole, form, best, bound, METHOD, clock, gap, seed)


def _stage(problem: SitingProblem, stages: Sequence[Stage], at: int, kept: Picks) -> SitingProblem:
    """A stage by itself, with sites that are open before it; the rules hold in the last one."""
    stage = stages[at]
    fixed = problem.fixed.copy()
    fixed[kept] = 1
    money = _money(stages, 0, at)
    return replace(problem, weight=_weight(problem, stage), p=problem.sites if stage.p is None else stage.p,
                   budget=money if np.isfinite(money) else None, fixed=fixed, rules=problem.rules if at == len(stages) - 1 else None)


def _backward(problem: SitingProblem, stages: Sequence[Stage], alone: Sequence[Picks], clock: Clock, seed: int) -> Picks:
    """The last stage's plan, and in each stage before the best of what the one after it has."""
    sites = [alone[-1]]
    for at in range(len(stages) - 2, -1, -1):
        posed = only_sites(_stage(problem, stages, at, problem.existing), np.isin(np.arange(problem.sites), sites[0]))
        plan = answered(posed, _short(clock, len(stages)), 0.0, seed)
        sites.insert(0, problem.existing if plan.sites is None else plan.sites)
    return _side_by_side(problem, sites)


def _forward(problem: SitingProblem, stages: Sequence[Stage], alone: Sequence[Picks], carry: bool, clock: Clock, seed: int) -> Picks:
    """The first stage's plan, and in each stage after it the best that can be added."""
    sites, spent = [alone[0]], [0.0, float(problem.price[alone[0]].sum())]
    for at in range(1, len(stages)):
        posed, since = _stage(problem, stages, at, sites[-1]), _since(stages, at, carry)
        left = None if stages[at].budget is None else max(0.0, _money(stages, since, at) - (spent[at] - spent[since]))
        price = problem.price.copy()
        price[sites[-1]] = 0.0
        plan = answered(replace(posed, price=price, budget=left), _short(clock, len(stages)), 0.0, seed)
        sites.append(sites[-1] if plan.sites is None else plan.sites)
        spent.append(float(problem.price[sites[-1]].sum()))
    return _side_by_side(problem, sites)


def _short(clock: Clock, stages: int) -> Clock:
    """A clock for one step of a nested plan."""
    return Clock(START_PART / (2 * stages) * clock.left_s, None, clock.cancel)


def _side_by_side(problem: SitingProblem, sites: Sequence[Picks]) -> Picks:
    """Sites of each stage as sites of the whole."""
    return np.concatenate([np.asarray(own) + at * problem.sites for at, own in enumerate(sites)]).astype(np.int32)


def _told(problem: SitingProblem, stages: Sequence[Stage], answer: SitingResult) -> tuple[StagePlan, ...]:
    """The answer stage by stage."""
    told, before = [], problem.existing
    for at, stage in enumerate(stages):
        own = (answer.sites[answer.sites // problem.sites == at] % problem.sites).astype(np.int32)
        opened = np.setdiff1d(own, before).astype(np.int32)
        posed = replace(problem, weight=_weight(problem, stage), p=None, budget=None, rules=None)
        value = worth(posed, own, _assigned_in(problem, answer, at))
        told.append(StagePlan(stage.name, own, opened, float(problem.price[opened].sum()), value.objective, value.covered_weight,
                              float(posed.weight.sum())))
        before = own
    return tuple(told)


def _assigned_in(problem: SitingProblem, answer: SitingResult, at: int) -> Assignment | None:
    """The part of the assignment that belongs to a stage."""
    given = answer.assignment
    if given is None or problem.model not in CAPACITATED:
        return None
    own = given.demand // problem.demands == at
    return Assignment((given.demand[own] % problem.demands).astype(np.int32), (given.site[own] % problem.sites).astype(np.int32),
                      given.share[own])
