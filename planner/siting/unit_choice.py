"""Choosing units rather than points: which townships or villages get a service, so that most people are near one that has it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting.choices import Choices, in_range, limits, not_negative, only, share_stated
from planner.siting.linear import LinearModel, Rows, whole_unit
from planner.siting.problem import Columns, Floats, Mask, Pairs
from planner.siting.proof import WHOLE, Proof, Reason, concluded, cover_rows, covered, covering, group_rows, impossible
from planner.siting.reduce import Cover
from planner.siting.results import WITHIN_SHARE, nearest
from planner.siting.solver import Cancel, Clock, Progress, run

METHODS = {"reach": "units by people in reach, branch and cut (HiGHS)", "distance": "units by distance, branch and cut (HiGHS)",
           "fewest": "fewest units for a share, branch and cut (HiGHS)"}


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
        if self.objective not in METHODS:
            raise SitingError("siting_model_unknown", model=self.objective, models=", ".join(METHODS))
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


def _limits(rows: Rows, problem: UnitsProblem) -> None:
    """least <= units chosen of each group <= most, their number and their price."""
    units, rules = np.arange(len(problem.units)), problem.rules
    group_rows(rows, problem.units.group, rules.least, rules.most)
    if rules.count is not None:
        rows.one(units, 1.0, -np.inf, float(rules.count))
    if rules.budget is not None:
        rows.one(units, problem.units.price, -np.inf, rules.budget)


def reach_model(problem: UnitsProblem, cover: Cover) -> LinearModel:
    """Maximal covering, or the least price for a share, with limits by group: x_u chosen, y_i covered; columns in this order.

    max  sum_i w_i y_i      or   min  sum_u f_u x_u   s.t.  sum_i w_i y_i >= S sum_i w_i
    s.t. y_i <= sum_{u serves i} x_u,  0 <= y_i <= 1
         least_g <= sum_{u in g} x_u <= most_g        for all groups g
         sum_u x_u <= n,  sum_u f_u x_u <= B          where given
    """
    rows, n, r = Rows(), len(problem.units), cover.rows
    _limits(rows, problem)
    cover_rows(rows, cover, n)
    base = float(cover.base.sum())
    if problem.rules.share is not None and not problem.maximised:
        scale = 1.0 / max(float(problem.weight.max(initial=0.0)), 1e-300)
        needed = (problem.rules.share - WITHIN_SHARE) * float(problem.weight.sum()) - base
        rows.one(n + np.arange(r), cover.weight * scale, needed * scale, np.inf)
    price = problem.units.price
    return rows.model(
        maximise=problem.maximised, cost=np.r_[np.zeros(n), cover.weight] if problem.maximised else np.r_[price, np.zeros(r)],
        col_lower=np.r_[(problem.units.fixed == 1).astype(np.float64), np.zeros(r)],
        col_upper=np.r_[(problem.units.fixed != -1).astype(np.float64), np.ones(r)],
        whole=np.r_[np.ones(n, dtype=bool), np.zeros(r, dtype=bool)], offset=base if problem.maximised else 0.0,
        unit=whole_unit(cover.weight if problem.maximised else price))


def distance_model(problem: UnitsProblem) -> LinearModel:
    """The p-median of units, with limits by group: x_u chosen, z_iu demand i goes to unit u; columns in this order.

    min  sum_iu w_i d_iu z_iu
    s.t. sum_u z_iu = 1                               for all i that can be served and are not served anyway
         z_iu <= x_u                                  for all pairs
         limits of groups, number and price as in `reach_model`
    z is whole by itself where x is.
    """
    rows, n = Rows(), len(problem.units)
    _limits(rows, problem)
    row, live = problem.reach.row_of, ~problem.served[problem.reach.row_of] & (problem.weight[problem.reach.row_of] > 0)
    own, unit, metres = row[live], problem.reach.column[live], problem.reach.cost[live]
    who = np.unique(own)
    place, arcs = np.searchsorted(who, own), np.arange(len(own))
    rows.add(place, n + arcs, 1.0, 1.0, 1.0, len(who))
    rows.add(np.r_[arcs, arcs], np.r_[n + arcs, unit], np.r_[np.ones(len(arcs)), -np.ones(len(arcs))], -np.inf, 0.0, len(arcs))
    cost = problem.weight[own] * metres
    return rows.model(
        maximise=False, cost=np.r_[np.zeros(n), cost], col_lower=np.r_[(problem.units.fixed == 1).astype(np.float64), np.zeros(len(arcs))],
        col_upper=np.r_[(problem.units.fixed != -1).astype(np.float64), np.ones(len(arcs))],
        whole=np.r_[np.ones(n, dtype=bool), np.zeros(len(arcs), dtype=bool)], unit=whole_unit(cost))


def solve_units(problem: UnitsProblem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
                cancel: Cancel | None = None) -> UnitsResult:
    """Solves the problem; the same problem and seed give the same answer unless the clock or `cancel` ended the run.

    Reasons of an infeasible problem: `group_least` (about groups with fewer candidates than asked), `group_most` (about groups in which
    more exist than allowed), `count` (amount: units that the groups ask for at least), `share` (amount: the share that can be reached),
    `together` (rules that each could be kept alone contradict each other).
    """
    clock, method = Clock(time_limit_s, progress, cancel), METHODS[problem.rules.objective]
    reasons = _reasons(problem)
    if reasons:
        return _result(problem, None, None, impossible(reasons, clock=clock, seed=seed, method=method))
    if problem.rules.objective == "distance":
        model = distance_model(problem)
    else:
        held = problem.served | covered(problem.reach.row_of, problem.reach.column, problem.units.fixed == 1, len(problem.weight))
        model = reach_model(problem, covering(problem.reach.row_of, problem.reach.column, problem.weight, columns=len(problem.units),
                                              held=held, all_rows=False))
    found = run(model, clock, gap=gap, seed=seed)
    opened = None if found.x is None else found.x[: len(problem.units)] > WHOLE
    near = None if opened is None else nearest(problem.reach, opened)
    objective = None if opened is None or near is None else _objective(problem, opened, *near)
    proof = concluded(found, objective, maximise=problem.maximised, clock=clock, seed=seed, method=method)
    return _result(problem, opened, near, proof)


def _objective(problem: UnitsProblem, opened: Mask, unit: Columns, metres: Floats) -> float:
    """What the choice is worth, from the units alone."""
    if problem.rules.objective == "fewest":
        return float(problem.units.price[opened].sum())
    if problem.maximised:
        return float(problem.weight[problem.served | (unit >= 0)].sum())
    afoot = ~problem.served & (unit >= 0)
    return float((problem.weight[afoot] * metres[afoot]).sum())


def _result(problem: UnitsProblem, opened: Mask | None, near: tuple[Columns, Floats] | None, proof: Proof) -> UnitsResult:
    """Everything that follows from the units chosen; nobody is near a unit where there is no plan."""
    total, demands = float(problem.weight.sum()), len(problem.weight)
    unreachable = np.flatnonzero((problem.reach.degree == 0) & ~problem.served).astype(np.int32)
    if opened is None or near is None:
        none = np.full(demands, -1, dtype=np.int32)
        return UnitsResult(proof, np.empty(0, dtype=np.int32), none, np.full(demands, np.inf), 0.0, total, 0.0, unreachable)
    unit, metres = near
    got, cost = float(problem.weight[problem.served | (unit >= 0)].sum()), float(problem.units.price[opened].sum())
    return UnitsResult(proof, np.flatnonzero(opened).astype(np.int32), unit, metres, got, total, cost, unreachable)


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
