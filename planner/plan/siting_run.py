"""`planner site`: a question about a project, solved and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.layers import BoolArray
from planner.plan.siting_answer import stock_of, told
from planner.plan.siting_ground import Asked, Ground, ground_of, problem_of
from planner.plan.siting_question import SitingQuestion, SitingRun
from planner.plan.siting_sections import SitingRules
from planner.siting.area_share import area_shares, reachable_shares, solve_area_shares
from planner.siting.existing_first import existing_first
from planner.siting.problem import SitingProblem, only_sites
from planner.siting.results import WITHIN_SHARE, Plan, SitingResult, result
from planner.siting.solving import solve
from planner.units import ServiceRadius

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.gaplist import UnitCost
    from planner.siting.solver import Cancel, Progress


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with its ground and its problem. lacking : units that cannot have as many sites as they must (SitingRun)."""

    asked: Asked
    ground: Ground
    problem: SitingProblem
    lacking: tuple[tuple[str, str, int], ...]


def pose(city: City, question: SitingQuestion, *, rules: SitingRules | None = None, costs: Sequence[UnitCost] = ()) -> Posed:
    """The question as a siting problem. rules : what a site must be (planner.plan.siting_sections); costs : the project's unit costs, for
    candidates without a cost of their own.

    Raises InputError for what the project has not (layer, travel, group, level, candidates), SitingError for limits that cannot be.
    """
    asked = _asked(city, question, rules or SitingRules(), costs)
    ground = ground_of(city, asked)
    problem, lacking = problem_of(city, asked, ground)
    return Posed(asked, ground, problem, lacking)


def tell(city: City, posed: Posed, answer: SitingResult) -> SitingRun:
    """An answer to a posed question in the project's own terms."""
    return replace(told(city, posed.asked, posed.ground, answer), lacking=posed.lacking)


def run_siting(city: City, question: SitingQuestion, *, rules: SitingRules | None = None, costs: Sequence[UnitCost] = (),
               time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
               cancel: Cancel | None = None) -> SitingRun:
    """Where to build: the question posed (`pose`) and answered; the rest as in `planner.siting.solving.solve`."""
    return answer_of(city, pose(city, question, rules=rules, costs=costs), time_limit_s=time_limit_s, gap=gap, seed=seed,
                     progress=progress, cancel=cancel)


def answer_of(city: City, posed: Posed, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
              cancel: Cancel | None = None) -> SitingRun:
    """The answer to a posed question, existing stock first where nothing is lost by it."""
    question, problem = posed.asked.question, posed.problem
    short: dict[str, float] = {}
    if question.model == "lscp" and question.share is not None and question.by is not None:
        units = city.boundaries.frame(question.by)["code"].tolist()
        reach = reachable_shares(problem)[:len(units)]
        short = {code: float(most) for code, most in zip(units, reach, strict=True) if most < question.share - WITHIN_SHARE}
        wanted = area_shares(problem, question.share, len(units), where_possible=question.where_possible)
        answer = solve_area_shares(problem, wanted, time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    else:
        answer = solve(problem, time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    exchanged = 0
    if answer.objective is not None and not question.by:
        preferred = np.r_[np.zeros(posed.ground.existing, dtype=bool), stock_of(posed.ground, posed.asked)[posed.ground.open_]]
        answer, exchanged = _with_stock_first(problem, answer, preferred, question.loss)
    return replace(tell(city, posed, answer), exchanged=exchanged, short=short)


def by_units(city: City, posed: Posed) -> SitingProblem:
    """The problem with the units of its level as areas (people outside all units left out), for the price of fairness."""
    asked = replace(posed.asked, question=replace(posed.asked.question, model="max_min_share"))
    return problem_of(city, asked, posed.ground)[0]


def closing(city: City, posed: Posed) -> SitingProblem:
    """Existing facilities with a place only, each of which may close: a covering of the people within reach of one today (model lscp).

    With a `share` in the question the units of its level are the areas, and each keeps that share or what it has today.
    """
    areas = by_units(city, replace(posed, asked=replace(posed.asked, question=replace(posed.asked.question, new=0))))
    placed = np.arange(areas.sites) < len(posed.ground.chosen.row)
    free = replace(areas, fixed=np.zeros(areas.sites, dtype=np.int8), price=np.ones(areas.sites), rules=None)
    return replace(only_sites(free, placed), model="lscp", p=None, budget=None, share=posed.asked.question.share)


def _asked(city: City, question: SitingQuestion, rules: SitingRules, costs: Sequence[UnitCost]) -> Asked:
    """The question with all that it refers to; what it says of people goes before the project's rules."""
    travel = city.travel(question.travel)
    speed = travel.metres_per_minute if question.minutes is not None else None
    radius = ServiceRadius(metres=question.metres, minutes=question.minutes, metres_per_minute=speed)
    if question.people_m is not None:
        rules = replace(rules, people_m=question.people_m)
    if question.people_path is not None:
        rules = replace(rules, people_path=question.people_path)
    return Asked(question, travel, radius.limit_m, question.as_of or dt.date.today(), rules, tuple(costs))


def _with_stock_first(problem: SitingProblem, answer: SitingResult, stock: BoolArray, loss: float) -> tuple[SitingResult, int]:
    """The answer with existing stock in place of new ground where nothing (but `loss`) is lost, and how many sites were exchanged."""
    sites, exchanged = existing_first(problem, answer.sites, stock, loss=loss)
    if not exchanged:
        return answer, 0
    stopped = answer.stopped if answer.stopped != "proof" else "gap"
    plan = Plan(sites, answer.bound, answer.method + ", existing stock first", stopped, reductions=answer.reductions)
    return result(problem, plan, seconds=answer.seconds, seed=answer.seed), exchanged
