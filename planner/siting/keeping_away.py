"""Facilities that keep a least distance from people and still lie within a longest drive: funeral homes, cemeteries, psychiatric homes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting.choices import Choices, in_range, limits, not_negative, only, share_stated
from planner.siting.linear import LinearModel, Rows, whole_unit
from planner.siting.problem import Columns, Floats, Mask, Pairs, sums
from planner.siting.proof import WHOLE, Proof, Reason, concluded, cover_rows, covered, covering, impossible
from planner.siting.reduce import Cover
from planner.siting.results import WITHIN_SHARE
from planner.siting.solver import Cancel, Clock, Progress, run

METHOD = "sites apart from people, branch and cut (HiGHS)"


@dataclass(frozen=True, slots=True)
class AwayRules:
    """What is asked.

    near_most : people near new sites, all together, at most; None: no limit.   near_price : what each of them counts as, in the objective
    (people covered, or cost); 0: nothing.   share : the least cost that has this share of all people within the longest drive; None: the
    most people within it.   count, budget : at most so many sites, existing ones included, so much for new ones (None: no limit).
    """

    near_most: float | None = 0.0
    near_price: float = 0.0
    share: float | None = None
    count: int | None = None
    budget: float | None = None

    def __post_init__(self) -> None:
        limits(near_most=self.near_most, near_price=self.near_price, count=self.count, budget=self.budget)
        share_stated(self.share)
        if self.share is None and self.count is None and self.budget is None:
            raise SitingError("siting_limit_missing", model="keep_away")


@dataclass(frozen=True, slots=True)
class AwayProblem:
    """Sites j in J, people i in I. Made by `away_problem`.

    reach : (I rows) sites within the longest drive.   near : (I rows) sites that may be built nearer to them than the least distance.
    """

    weight: Floats
    reach: Pairs
    near: Pairs
    sites: Choices
    rules: AwayRules

    @property
    def maximised(self) -> bool:
        """Whether more is better."""
        return self.rules.share is None

    @property
    def near_weight(self) -> Floats:
        """(J,) people near each site that may be built."""
        return sums(self.near.column, self.weight[self.near.row_of], len(self.sites))


@dataclass(frozen=True, slots=True)
class AwayResult:
    """sites : in the end, existing ones included.   near_people : near new sites, each person once.   too_near : sites left out from the
    start because more people are near them than all together may be, with `near_weight`."""

    proof: Proof
    sites: Columns
    covered_weight: float
    total_weight: float
    near_people: float
    cost: float
    too_near: Columns
    near_weight: Floats


def away_problem(sites: Choices, rules: AwayRules, *, weight: npt.ArrayLike, drive: Pairs, longest: float, apart: Pairs,
                 least: float) -> AwayProblem:
    """A checked problem.

    drive : (I rows) network distances; those of more than `longest` do not count.   apart : (I rows) distances as the least distance is
    measured (as the crow flies, or along the network); a pair at `least` or more is far enough. People near sites that exist are
    theirs already and do not count. Raises SitingError where shapes or values cannot be.
    """
    heads = np.asarray(weight, dtype=np.float64)
    not_negative("weight", heads)
    if not (drive.rows == apart.rows == len(heads) and in_range(drive.column, len(sites)) and in_range(apart.column, len(sites))):
        raise SitingError("siting_shapes_differ")
    reach = only(drive, (drive.cost <= longest) & (sites.fixed[drive.column] != -1))
    near = only(apart, (apart.cost < least) & (sites.fixed[apart.column] == 0) & (heads[apart.row_of] > 0))
    return AwayProblem(heads, reach, near, sites, rules)


def away_model(problem: AwayProblem, cover: Cover, hurt: Cover) -> LinearModel:
    """Covering with an obnoxious side (after Church and Garfinkel 1978, as a rule or a price): x_j site, y_i covered, e_i near; columns
    in this order.

    max  sum_i w_i y_i - c sum_i w_i e_i    or    min  sum_j f_j x_j + c sum_i w_i e_i   s.t.  sum_i w_i y_i >= S sum_i w_i
    s.t. y_i <= sum_{j reaches i} x_j
         e_i >= x_j                                   for all new j near i: a person near two sites counts once
         sum_i w_i e_i <= H
         sum_j x_j <= n,  sum_j f_j x_j <= B          where given
    """
    rows, n, r, q, rules = Rows(), len(problem.sites), cover.rows, hurt.rows, problem.rules
    cover_rows(rows, cover, n)
    each = np.arange(len(hurt.column))
    rows.add(np.r_[each, each], np.r_[n + r + hurt.row_of, hurt.column], np.r_[np.ones(len(each)), -np.ones(len(each))], 0.0, np.inf,
             len(each))
    scale = 1.0 / max(float(problem.weight.max(initial=0.0)), 1e-300)
    if rules.near_most is not None:
        rows.one(n + r + np.arange(q), hurt.weight * scale, -np.inf, rules.near_most * scale)
    if rules.share is not None:
        needed = (rules.share - WITHIN_SHARE) * float(problem.weight.sum()) - float(cover.base.sum())
        rows.one(n + np.arange(r), cover.weight * scale, needed * scale, np.inf)
    if rules.count is not None:
        rows.one(np.arange(n), 1.0, -np.inf, float(rules.count))
    if rules.budget is not None:
        rows.one(np.arange(n), problem.sites.price, -np.inf, rules.budget)
    sign = -1.0 if problem.maximised else 1.0
    price = sign * rules.near_price * hurt.weight
    cost = np.r_[np.zeros(n), cover.weight, price] if problem.maximised else np.r_[problem.sites.price, np.zeros(r), price]
    return rows.model(
        maximise=problem.maximised, cost=cost, col_lower=np.r_[(problem.sites.fixed == 1).astype(np.float64), np.zeros(r + q)],
        col_upper=np.r_[(problem.sites.fixed != -1).astype(np.float64), np.ones(r + q)],
        whole=np.r_[np.ones(n, dtype=bool), np.zeros(r + q, dtype=bool)], offset=float(cover.base.sum()) if problem.maximised else 0.0,
        unit=whole_unit(cost))


def solve_away(problem: AwayProblem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
               cancel: Cancel | None = None) -> AwayResult:
    """Solves the problem; the same problem and seed give the same answer unless the clock or `cancel` ended the run.

    A site near more people than all together may be is left out from the start. Reasons of an infeasible problem: `count` (amount: sites
    that exist), `share` (amount: the share that can be reached), `share_apart` (amount: the share that can be reached from the sites
    that keep away), `together`.
    """
    clock, rules, sites = Clock(time_limit_s, progress, cancel), problem.rules, problem.sites
    near = problem.near_weight
    too_near = np.zeros(len(sites), dtype=np.bool_) if rules.near_most is None else (near > rules.near_most) & (sites.fixed == 0)
    fewer = replace(problem, sites=replace(sites, fixed=np.where(too_near, -1, sites.fixed).astype(np.int8)),
                    near=only(problem.near, ~too_near[problem.near.column]), reach=only(problem.reach, ~too_near[problem.reach.column]))
    total, left = float(problem.weight.sum()), np.flatnonzero(too_near).astype(np.int32)
    reasons = _reasons(problem, fewer)
    if reasons:
        proof = impossible(reasons, clock=clock, seed=seed, method=METHOD)
        return AwayResult(proof, np.empty(0, dtype=np.int32), 0.0, total, 0.0, 0.0, left, near)
    people, n = len(problem.weight), len(sites)
    held = covered(fewer.reach.row_of, fewer.reach.column, sites.fixed == 1, people)
    cover = covering(fewer.reach.row_of, fewer.reach.column, problem.weight, columns=n, held=held, all_rows=False)
    hurt = covering(fewer.near.row_of, fewer.near.column, problem.weight, columns=n, held=np.zeros(people, dtype=np.bool_), all_rows=False)
    found = run(away_model(fewer, cover, hurt), clock, gap=gap, seed=seed)
    if found.x is None:
        proof = concluded(found, None, maximise=problem.maximised, clock=clock, seed=seed, method=METHOD)
        return AwayResult(proof, np.empty(0, dtype=np.int32), 0.0, total, 0.0, 0.0, left, near)
    opened: Mask = found.x[:n] > WHOLE
    got = float(problem.weight[covered(fewer.reach.row_of, fewer.reach.column, opened, people)].sum())
    close = float(problem.weight[covered(fewer.near.row_of, fewer.near.column, opened, people)].sum())
    cost = float(sites.price[opened].sum())
    objective = got - rules.near_price * close if problem.maximised else cost + rules.near_price * close
    proof = concluded(found, objective, maximise=problem.maximised, clock=clock, seed=seed, method=METHOD)
    return AwayResult(proof, np.flatnonzero(opened).astype(np.int32), got, total, close, cost, left, near)


def _reasons(problem: AwayProblem, fewer: AwayProblem) -> tuple[Reason, ...]:
    """What makes the problem infeasible by itself, before anything is solved."""
    rules, there = problem.rules, int((problem.sites.fixed == 1).sum())
    if rules.count is not None and there > rules.count:
        return (Reason("count", (), float(there)),)
    total = float(problem.weight.sum())
    if rules.share is None or total <= 0:
        return ()
    for code, posed in (("share", problem), ("share_apart", fewer)):
        got = float(problem.weight[posed.reach.degree > 0].sum())
        if got < (rules.share - WITHIN_SHARE) * total:
            return (Reason(code, (), got / total),)
    return ()
