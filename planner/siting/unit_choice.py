"""Choosing units rather than points: which townships or villages get a service, so that most people are near one that has it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting.choices import Choices, in_range, limits, not_negative, only, share_stated
from planner.siting.problem import Columns, Floats, Mask, Pairs, SitingProblem, siting_problem
from planner.siting.proof import Proof, Reason, impossible
from planner.siting.results import WITHIN_SHARE, nearest
from planner.siting.rules import at_least, at_most
from planner.siting.solver import Cancel, Clock, Progress
from planner.siting.solving import solve

MODELS = {"reach": "mclp", "distance": "p_median", "fewest": "lscp"}
"""What is asked of units, and the model that answers it."""


@dataclass(frozen=True, slots=True)
class UnitRules:
    """What is asked of the choice.

    objective : `reach` (the most people in reach of a chosen unit), `distance` (the least sum of people x distance to the nearest chosen
    unit, everybody served who can be), `fewest` (the least price that brings a share of all people into reach).
    count : at most so many units, those that exist included.   budget : at most so much price.   least, most : (G,) chosen units of each
    group (district).   share : of `fewest`.
    """

    objective: str
    least: Columns
    most: Floats
    count: int | None = None
    budget: float | None = None
    share: float | None = None

    def __post_init__(self) -> None:
        if self.objective not in MODELS:
            raise SitingError("siting_model_unknown", model=self.objective, models=", ".join(MODELS))
        limits(count=self.count, budget=self.budget)
        share_stated(self.share)
        if len(self.least) != len(self.most) or (self.least < 0).any() or not (self.least <= self.most).all():
            raise SitingError("siting_group_limits_invalid")
        if self.objective == "fewest" and self.share is None:
            raise SitingError("siting_share_missing", model="choose_units")
        if self.objective != "fewest" and self.count is None and self.budget is None:
            raise SitingError("siting_limit_missing", model="choose_units")


@dataclass(frozen=True, slots=True)
class UnitsProblem:
    """Units u in U that may be chosen, demand i in I. Made by `units_problem`.

    reach : (I rows) the units that serve demand, and how far they are.   served : (I,) demand that is served whatever is chosen (by
    another facility); it counts as covered, at no distance.
    """

    weight: Floats
    reach: Pairs
    units: Choices
    served: Mask
    rules: UnitRules

    @property
    def maximised(self) -> bool:
        """Whether more is better."""
        return self.rules.objective == "reach"


@dataclass(frozen=True, slots=True)
class UnitsResult:
    """units : chosen, existing ones included.   nearest : (I,) the nearest chosen unit in reach, -1 where none; of demand that is served
    anyway too.   covered_weight : people in reach of a chosen unit or served anyway.   unreachable : demand that no choice can serve."""

    proof: Proof
    units: Columns
    nearest: Columns
    distance: Floats
    covered_weight: float
    total_weight: float
    cost: float
    unreachable: Columns


def unit_rules(objective: str, groups: int, *, least: npt.ArrayLike | None = None, most: npt.ArrayLike | None = None,
               count: int | None = None, budget: float | None = None, share: float | None = None) -> UnitRules:
    """Rules with limits of each group: one number for all, or (G,); none where left out."""
    low = np.broadcast_to(np.asarray(0 if least is None else least, dtype=np.int32), (groups,))
    high = np.broadcast_to(np.asarray(np.inf if most is None else most, dtype=np.float64), (groups,))
    return UnitRules(objective, low, high, count, budget, share)


def units_problem(units: Choices, rules: UnitRules, *, weight: npt.ArrayLike, reach: Pairs, within: float | None = None,
                  served: npt.ArrayLike | None = None) -> UnitsProblem:
    """A checked problem; pairs beyond `within` (inclusive) and of forbidden units do not count. Raises SitingError where shapes or values
    cannot be."""
    heads = np.asarray(weight, dtype=np.float64)
    not_negative("weight", heads)
    done = np.zeros(len(heads), dtype=np.bool_) if served is None else np.asarray(served, dtype=np.bool_)
    if not (reach.rows == len(heads) == len(done) and in_range(reach.column, len(units)) and len(rules.least) == units.groups):
        raise SitingError("siting_shapes_differ")
    live = units.fixed[reach.column] != -1
    if within is not None:
        live &= reach.cost <= within
    return UnitsProblem(heads, only(reach, live), units, done, rules)


def _posed(problem: UnitsProblem) -> SitingProblem:
    """The choice as a siting problem with rules: units are sites; who is served anyway is served by one more, which exists."""
    rules, units, n = problem.rules, problem.units, len(problem.units)
    anyway = np.flatnonzero(problem.served)
    more = 1 if len(anyway) else 0
    row, unit = np.r_[problem.reach.row_of, anyway], np.r_[problem.reach.column, np.full(len(anyway), n)]
    most = {int(group): int(rules.most[group]) for group in np.flatnonzero(np.isfinite(rules.most))}
    groups = np.r_[units.group, np.full(more, -1)]
    kept = at_least(groups, dict(enumerate(rules.least.tolist()))).joined(at_most(groups, most))
    return siting_problem(
        MODELS[rules.objective], row, unit, np.r_[problem.reach.cost, np.zeros(len(anyway))], weight=problem.weight, sites=n + more,
        site_cost=np.r_[units.price, np.zeros(more)], fixed=np.r_[units.fixed, np.ones(more, dtype=np.int8)],
        p=None if rules.count is None else rules.count + more, budget=rules.budget, share=rules.share if not problem.maximised else None,
        rules=kept if kept.count else None)


def solve_units(problem: UnitsProblem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
                cancel: Cancel | None = None) -> UnitsResult:
    """Solves the problem as a covering or p-median problem with rules on sites (`planner.siting.solving.solve`, whose remarks hold).

    Reasons of an infeasible problem: `group_least` (about groups with fewer candidates than asked), `group_most` (about groups in which
    more exist than allowed), `count` (amount: units that the groups ask for at least), `share` (amount: the share that can be reached),
    `together` (rules that each could be kept alone contradict each other).
    """
    reasons = _reasons(problem)
    if reasons:
        clock = Clock(time_limit_s, progress, cancel)
        return _result(problem, None, impossible(reasons, clock=clock, seed=seed, method="limits of the groups"))
    answer = solve(_posed(problem), time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    named = (Reason("together"),) if answer.status == "infeasible" else ()
    proof = Proof(answer.status, answer.objective, answer.bound, answer.gap, answer.stopped, answer.seconds, seed, answer.method, named)
    return _result(problem, None if answer.objective is None else answer.sites[answer.sites < len(problem.units)], proof)


def _result(problem: UnitsProblem, units: Columns | None, proof: Proof) -> UnitsResult:
    """Everything that follows from the units chosen; nobody is near a unit where there is no plan (None)."""
    opened = np.zeros(len(problem.units), dtype=np.bool_)
    if units is not None:
        opened[units] = True
    unit, metres = nearest(problem.reach, opened)
    got = 0.0 if units is None else float(problem.weight[problem.served | (unit >= 0)].sum())
    unreachable = np.flatnonzero((problem.reach.degree == 0) & ~problem.served).astype(np.int32)
    return UnitsResult(proof, np.flatnonzero(opened).astype(np.int32), unit, metres, got, float(problem.weight.sum()),
                       float(problem.units.price[opened].sum()), unreachable)


def _reasons(problem: UnitsProblem) -> tuple[Reason, ...]:
    """What makes the problem infeasible by itself, before anything is solved."""
    rules, units = problem.rules, problem.units
    may = np.bincount(units.group[units.fixed != -1], minlength=units.groups)
    there = np.bincount(units.group[units.fixed == 1], minlength=units.groups)
    found = [Reason(code, tuple(np.flatnonzero(wrong).tolist()))
             for code, wrong in (("group_least", may < rules.least), ("group_most", there > rules.most)) if wrong.any()]
    asked = int(np.maximum(rules.least, there).sum())
    if rules.count is not None and asked > rules.count:
        found.append(Reason("count", (), float(asked)))
    if rules.share is not None and not problem.maximised:
        total = float(problem.weight.sum())
        got = float(problem.weight[problem.served | (problem.reach.degree > 0)].sum())
        if total > 0 and got < (rules.share - WITHIN_SHARE) * total:
            found.append(Reason("share", (), got / total))
    return tuple(found)
