"""Other plans that are nearly as good, each unlike all before it: what there is to choose from before a council votes.

    found = alternatives(problem, count=5, max_loss=0.01, differ_by=2, time_limit_s=60)
    for plan in found.plans: plan.result.sites, plan.result.objective, plan.loss, plan.result.bound

A plan differs from another where it gives up at least `differ_by` of its new sites: more of the same is no alternative. The cut is a row
of the program (planner.siting.rules.differ), so the bound of every plan says how good any plan that differs from those before can be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.errors import SitingError
from planner.siting.problem import Columns, SitingProblem
from planner.siting.results import Plan, SitingResult, result
from planner.siting.rules import differ
from planner.siting.solver import Cancel, Clock, Progress
from planner.siting.solving import answered, compile_loops

FIRST_PART = 0.4
"""The part of the time that the best plan may take where it has to be found first."""
EQUAL_REL = 1e-9
"""Losses nearer than this are equal: objectives are sums of doubles."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plan. result : as of `solve`; its bound holds for all plans that differ from those before it.

    loss : how much worse than the best plan at hand, relative to its objective (0 or more, but for a best plan that was not proven).
    loss_at_most : how much worse than any plan at all, relative to the bound; None where no bound is known.
    gained, given_up : sites it has and the best plan has not, and the other way round.
    """

    result: SitingResult
    loss: float
    loss_at_most: float | None
    gained: Columns
    given_up: Columns


@dataclass(frozen=True, slots=True)
class Alternatives:
    """best : the plan to compare with.   plans : others, in the order found (best first where each was proven).

    ended : `count` as many as asked; `loss` proven that no further plan is within the loss; `none` proven that no further plan differs
    enough; `time` or `cancel`.
    """

    best: SitingResult
    plans: tuple[Alternative, ...]
    ended: str


def relative_loss(problem: SitingProblem, objective: float, against: float) -> float:
    """How much worse an objective is than another, relative to the other (to 1e-12 at least): negative where it is better."""
    worse = against - objective if problem.maximised else objective - against
    return worse / max(abs(against), 1e-12)


def alternatives(problem: SitingProblem, *, count: int, max_loss: float = 0.01, differ_by: int = 1, time_limit_s: float = 60.0,
                 gap: float = 0.0, seed: int = 1, best: SitingResult | None = None, progress: Progress | None = None,
                 cancel: Cancel | None = None) -> Alternatives:
    """At most `count` plans besides the best, each within `max_loss` of it and unlike all others by `differ_by` new sites at least.

    best : the plan to compare with, where it is known already (of the same problem).   The rest as for `solve`; time_limit_s is for all.
    Raises SitingError where count, max_loss or differ_by cannot be.
    """
    for name, value, least in (("count", count, 0), ("max_loss", max_loss, 0), ("differ_by", differ_by, 1)):
        if not (np.isfinite(value) and value >= least):
            raise SitingError("siting_limit_invalid", name=name, value=value)
    compile_loops(problem, cancel)
    clock = Clock(time_limit_s, progress, cancel)
    if best is None:
        part = Clock(FIRST_PART * clock.left_s, progress, cancel)
        best = result(problem, answered(problem, part, gap, seed), seconds=part.spent_s, seed=seed)
    if best.objective is None:
        return Alternatives(best, (), best.stopped if best.status == "no_solution" else "none")
    plans: list[Alternative] = []
    cut = problem
    last, ended = best, "count"
    while len(plans) < count:
        if clock.over:
            ended = clock.word
            break
        cut = _unlike(cut, last, differ_by)
        part = Clock(clock.left_s / (count - len(plans)), progress, cancel)
        without = Plan(best.sites, best.bound, best.method, assignment=best.assignment)
        last = result(cut, answered(cut, part, gap, seed, without), seconds=part.spent_s, seed=seed)
        stop = _stops(problem, best, last, max_loss)
        if stop is not None:
            ended = stop
            break
        plans.append(_alternative(problem, best, last))
    return Alternatives(best, tuple(plans), ended)


def _unlike(problem: SitingProblem, plan: SitingResult, differ_by: int) -> SitingProblem:
    """The problem with the plan cut off."""
    rule = differ(np.setdiff1d(plan.sites, problem.existing), differ_by)
    return replace(problem, rules=rule if problem.rules is None else problem.rules.joined(rule))


def _stops(problem: SitingProblem, best: SitingResult, last: SitingResult, max_loss: float) -> str | None:
    """Why no further plan is taken: None where the last one is within the loss."""
    assert best.objective is not None
    allowed = max_loss + EQUAL_REL
    if last.objective is None:
        return "none" if last.status == "infeasible" else last.stopped
    if relative_loss(problem, last.objective, best.objective) <= allowed:
        return None
    proven = last.bound is not None and relative_loss(problem, last.bound, best.objective) > allowed
    return "loss" if proven else last.stopped


def _alternative(problem: SitingProblem, best: SitingResult, last: SitingResult) -> Alternative:
    """A plan beside the best."""
    assert best.objective is not None
    assert last.objective is not None
    at_most = None if best.bound is None else max(0.0, relative_loss(problem, last.objective, best.bound))
    return Alternative(last, relative_loss(problem, last.objective, best.objective), at_most,
                       np.setdiff1d(last.sites, best.sites).astype(np.int32), np.setdiff1d(best.sites, last.sites).astype(np.int32))
