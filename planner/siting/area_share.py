"""The fewest sites (the least cost) with which every area reaches its share: 80 % of the people of every township, say.

    min  sum_j f_j x_j
    s.t. y_i <= sum_{j in N_i} x_j,  0 <= y_i <= 1            for all i
         sum_{i in a} w_i y_i >= S_a W_a                      for all areas a, W_a = sum of w over a, unreachable demand included
         sum_j x_j <= p, sum_j f_j x_j <= B, rules            where given
         x_j in {0, 1}

(partial set covering, Daskin and Owen 1999, with a row for each area in place of one for all). Rows that the same sites cover are merged
within their area. Small problems go to HiGHS as they are, from a greedy plan. For the others a bound comes from the Lagrangian of
y_i <= sum x: for any u >= 0

    L(u) = sum_j min(0, f_j - sum_{i in N_j} u_i) + sum_a min {sum_{i in a} u_i y_i : sum_{i in a} w_i y_i >= needed_a, 0 <= y <= 1}

is no more than the cost of any plan (its second part is a knapsack in shares, filled by u_i / w_i). u comes from a first-order method
(planner.siting.area_bound); L(u) is computed by itself, so that where the method stops makes the bound weaker, never wrong. Then every
area is solved by itself at its part of the sites' costs, which bounds better still; plans are made cheaper by deciding a few neighbouring
areas anew (planner.siting.area_search).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.errors import SitingError
from planner.siting import reduce
from planner.siting.area_bound import by_area, least_cost
from planner.siting.area_search import improved
from planner.siting.linear import LinearModel, Rows, to_unit, whole_unit
from planner.siting.models import limit_rows
from planner.siting.problem import Floats, Picks, SitingProblem, sums
from planner.siting.reduce import Cover
from planner.siting.results import WITHIN_SHARE, Plan, SitingResult, result, worth
from planner.siting.solver import Cancel, Clock, Progress, run

DIRECT_ENTRIES = 40_000
"""Entries of a reduced cover up to which HiGHS takes the whole problem: beyond, its root relaxation alone takes a minute."""
BOUND_PART, BOUND_S = 0.3, 40.0
"""Part of the time for the first-order bound, and the most seconds it takes."""
SEARCH_PART, AREA_PART = 0.5, 0.7
"""Part of what is left then for the first search, and of what is left after that for the bound by areas."""
METHOD = "shares by area: greedy, "


def reachable_shares(problem: SitingProblem) -> Floats:
    """(A,) the share of each area's weight that all sites together reach; 1 where an area has no weight."""
    assert problem.area is not None
    whole = _area_weights(problem)
    got = sums(problem.area, problem.weight * problem.reachable, len(whole))
    return np.divide(got, whole, out=np.ones(len(whole)), where=whole > 0)


def area_shares(problem: SitingProblem, share: float, areas: int, *, where_possible: bool = False) -> Floats:
    """(A,) the same share of the first `areas` areas, none of any other (people outside all units).

    where_possible : of areas that cannot reach it, all that they can.
    """
    reach = reachable_shares(problem)
    asked = np.where(np.arange(len(reach)) < areas, share, 0.0)
    return np.minimum(asked, reach) if where_possible else asked


def _area_weights(problem: SitingProblem) -> Floats:
    """(A,) weight of each area."""
    assert problem.area is not None
    return sums(problem.area, problem.weight, int(problem.area.max(initial=-1)) + 1)


def solve_area_shares(problem: SitingProblem, shares: Sequence[float] | Floats, *, time_limit_s: float = 60.0, gap: float = 0.0,
                      seed: int = 1, progress: Progress | None = None, cancel: Cancel | None = None) -> SitingResult:
    """Solves the module's problem. problem : an lscp with areas and share 0; shares : (A,) 0..1. The rest as in `solving.solve`.

    Infeasible, as a result, where an area cannot reach its share (`reachable_shares` says which), or p, budget or rules forbid it.
    """
    asked = np.asarray(shares, dtype=np.float64)
    if problem.area is None or problem.model != "lscp" or problem.share != 0.0:
        raise SitingError("siting_column_needed", model="lscp", column="area")
    if len(asked) != int(problem.area.max(initial=-1)) + 1 or not ((asked >= 0) & (asked <= 1)).all():
        raise SitingError("siting_share_invalid", value=asked.tolist() if len(asked) < 5 else "...")
    clock = Clock(time_limit_s, progress, cancel)
    plan = _plan(problem, asked, clock, gap, seed)
    assert plan.sites is None or reaches(problem, plan.sites, asked), "a plan that leaves an area short"
    return result(problem, plan, seconds=clock.spent_s, seed=seed)


def reaches(problem: SitingProblem, sites: Picks, shares: Floats) -> bool:
    """Whether every area reaches its share with the sites, recomputed from the problem itself."""
    assert problem.area is not None
    opened = np.zeros(problem.sites, dtype=bool)
    opened[sites] = True
    covered = np.bincount(problem.by_demand.row_of, opened[problem.by_demand.column], minlength=problem.demands) > 0
    whole = _area_weights(problem)
    got = sums(problem.area, problem.weight * covered, len(whole))
    return bool((got >= (shares - WITHIN_SHARE) * whole - 1e-12).all())


@dataclass(slots=True)
class _Task:
    """A reduced cover and what each area still needs of it. needed : (A,) weight, 0 where an area has enough."""

    problem: SitingProblem
    cover: Cover
    needed: Floats
    shares: Floats

    def got(self, columns: Picks) -> Floats:
        """(A,) weight that the columns cover."""
        opened = np.zeros(len(self.cover.site), dtype=bool)
        opened[columns] = True
        covered = np.bincount(self.cover.row_of, opened[self.cover.column], minlength=self.cover.rows) > 0
        return sums(self.cover.area[covered], self.cover.weight[covered], len(self.needed))

    def enough(self, columns: Picks) -> bool:
        """Whether every area has what it needs."""
        return bool((self.got(columns) >= self.needed).all())

    def sites(self, columns: Picks) -> Picks:
        """The plan that the columns stand for."""
        return np.union1d(self.problem.existing, self.cover.site[columns]).astype(np.int32)

    def price(self, columns: Picks) -> float:
        """Its cost."""
        return float(self.cover.price[columns].sum())

    def lawful(self, columns: Picks) -> bool:
        """Whether the plan keeps p, budget and rules."""
        return worth(self.problem, self.sites(columns)).lawful


def _plan(problem: SitingProblem, shares: Floats, clock: Clock, gap: float, seed: int) -> Plan:
    """The best plan found, and its bound."""
    whole = _area_weights(problem)
    cover = reduce.cover(problem, all_rows=False, by_area=True)
    base = np.zeros(len(whole))
    base[:len(cover.base)] = cover.base
    needed = np.maximum(0.0, (shares - WITHIN_SHARE) * whole - base)
    cover, needed = _without_idle_areas(cover, needed)
    if (sums(cover.area, cover.weight, len(needed)) < needed).any():
        return Plan(None, None, METHOD + "an area cannot reach its share", infeasible=True, reductions=cover.counts)
    task = _Task(problem, cover, needed, shares)
    free = problem.p is None and problem.budget is None and problem.rules is None
    if not cover.rows and (free or task.lawful(np.empty(0, dtype=np.int64))):
        return Plan(problem.existing, 0.0, METHOD + "existing sites are enough", reductions=cover.counts)
    start = spare(task, greedy(task))
    known = start if task.lawful(start) else None
    if len(cover.column) <= DIRECT_ENTRIES or not free:
        return _direct(task, known, clock, gap, seed)
    return _large(task, start, clock, gap, seed)


def _without_idle_areas(cover: Cover, needed: Floats) -> tuple[Cover, Floats]:
    """The cover without rows of areas that need nothing more."""
    keep = needed[cover.area] > 0
    degree = np.diff(cover.start)
    start = np.zeros(int(keep.sum()) + 1, dtype=np.int64)
    np.cumsum(degree[keep], out=start[1:])
    column = cover.column[np.repeat(keep, degree)]
    return replace(cover, start=start, column=column, weight=cover.weight[keep], area=cover.area[keep]), needed


# ---- plans -----------------------------------------------------------------------------------------------------------
def greedy(task: _Task, begin: Picks | None = None) -> Picks:
    """Columns opened one after another for what they bring areas of what these need, each area's need counting as 1, for their price."""
    cover, needed = task.cover, task.needed
    column_start, rows = cover.by_column()
    price = np.maximum(cover.price, 1e-9)
    covered = np.zeros(cover.rows, dtype=bool)
    got = np.zeros(len(needed))
    chosen: list[int] = []
    for column in () if begin is None else begin.tolist():
        covered[rows[column_start[column]:column_start[column + 1]]] = True
        chosen.append(column)
    got = sums(cover.area[covered], cover.weight[covered], len(needed))
    entry_row, entry_column = cover.row_of, cover.column
    # weight that each column would bring each area it touches, kept up to date: one entry for each column and area
    width = len(needed)
    key = entry_column.astype(np.int64) * width + cover.area[entry_row]
    pair, place = np.unique(key, return_inverse=True)
    own, area = pair // width, (pair % width).astype(np.int64)
    brings = np.bincount(place, cover.weight[entry_row] * ~covered[entry_row], minlength=len(pair))
    by_row = cover.start
    scale = np.where(needed > 0, 1.0 / np.where(needed > 0, needed, 1.0), 0.0)
    shut = np.zeros(len(cover.site), dtype=bool)
    shut[chosen] = True
    while (got < needed).any():
        short = np.maximum(0.0, needed - got)
        value = np.bincount(own, np.minimum(brings, short[area]) * scale[area], minlength=len(cover.site)) / price
        value[shut] = -1.0
        best = int(np.argmax(value))
        if value[best] <= 0:
            break
        chosen.append(best)
        shut[best] = True
        mine = rows[column_start[best]:column_start[best + 1]]
        fresh = mine[~covered[mine]]
        covered[fresh] = True
        got += sums(cover.area[fresh], cover.weight[fresh], width)
        degree = by_row[fresh + 1] - by_row[fresh]
        entry = np.repeat(by_row[fresh] - np.r_[0, np.cumsum(degree)[:-1]], degree) + np.arange(int(degree.sum()))
        brings -= np.bincount(place[entry], np.repeat(cover.weight[fresh], degree), minlength=len(pair))
    return np.array(chosen, dtype=np.int64)


def spare(task: _Task, chosen: Picks) -> Picks:
    """The columns less those that are not needed, the dearest and then the least used tried first."""
    cover, needed = task.cover, task.needed
    start, rows = cover.by_column()
    count = np.zeros(cover.rows, dtype=np.int64)
    for column in chosen:
        count[rows[start[column]:start[column + 1]]] += 1
    got = sums(cover.area[count > 0], cover.weight[count > 0], len(needed))
    kept = set(chosen.tolist())

    def loss_of(column: int) -> Floats:
        mine = rows[start[column]:start[column + 1]]
        alone = mine[count[mine] == 1]
        return sums(cover.area[alone], cover.weight[alone], len(needed))

    for column in sorted(kept, key=lambda c: (-cover.price[c], float(loss_of(c).sum()), c)):
        loss = loss_of(column)
        touched = loss > 0
        if (got[touched] - loss[touched] >= needed[touched]).all():
            kept.discard(column)
            count[rows[start[column]:start[column + 1]]] -= 1
            got -= loss
    return np.array(sorted(kept), dtype=np.int64)


# ---- proofs ----------------------------------------------------------------------------------------------------------
def model(task: _Task) -> LinearModel:
    """The module's linear model; columns: x, y."""
    cover, rows = task.cover, Rows()
    m, r = len(cover.site), cover.rows
    rows.add(np.r_[cover.row_of, np.arange(r)], np.r_[cover.column, m + np.arange(r)], np.r_[np.ones(len(cover.column)), -np.ones(r)], 0.0,
             np.inf, r)
    asking, area = np.unique(cover.area, return_inverse=True)
    rows.add(area, m + np.arange(r), cover.weight / task.needed[cover.area], 1.0, np.inf, len(asking))
    limit_rows(rows, task.problem, cover.site, cover.price)
    whole = np.r_[np.ones(m, dtype=bool), np.zeros(r, dtype=bool)]
    return rows.model(maximise=False, cost=np.r_[cover.price, np.zeros(r)], col_upper=np.ones(m + r), whole=whole,
                      unit=whole_unit(cover.price))


def _begin(task: _Task, chosen: Picks) -> Floats:
    """The solution of the model that a plan stands for."""
    opened = np.zeros(len(task.cover.site), dtype=bool)
    opened[chosen] = True
    covered = np.bincount(task.cover.row_of, opened[task.cover.column], minlength=task.cover.rows) > 0
    x: Floats = np.r_[opened, covered].astype(np.float64)
    return x


def _direct(task: _Task, start: Picks | None, clock: Clock, gap: float, seed: int) -> Plan:
    """The whole problem by branch and cut."""
    found = run(model(task), clock, gap=gap, seed=seed, start=None if start is None else _begin(task, start))
    method = METHOD + "branch and cut (HiGHS)"
    if found.infeasible and start is None:
        return Plan(None, None, method, infeasible=True, reductions=task.cover.counts)
    best = _best(task, start, found.x)
    if best is None:
        return Plan(None, None, method, found.stopped, reductions=task.cover.counts)
    bound = max(0.0, found.bound)
    if found.stopped == "proof" and 0 < task.price(best) - bound <= 1e-7 * max(task.price(best), 1.0):
        bound = task.price(best)
    return Plan(task.sites(best), bound, method, found.stopped, reductions=task.cover.counts)


def _best(task: _Task, start: Picks | None, x: Floats | None) -> Picks | None:
    """The cheaper of a plan and of a solution that keeps everything when recomputed."""
    best = start
    if x is not None:
        other = np.flatnonzero(x[:len(task.cover.site)] > 0.5)
        if task.enough(other) and task.lawful(other) and (best is None or task.price(other) < task.price(best)):
            best = other
    return best


def _large(task: _Task, start: Picks, clock: Clock, gap: float, seed: int) -> Plan:
    """Bound by a first-order method, a plan rounded from it, then search and a bound area by area. Without p, budget and rules."""
    unit = whole_unit(task.cover.price)
    until = clock.spent_s + min(BOUND_S, BOUND_PART * clock.left_s)
    proof = least_cost(task.cover, task.needed, target=task.price(start), out_of_time=lambda: clock.over or clock.spent_s > until)
    bound, best = to_unit(proof.value, unit, maximise=False), start
    rounded = spare(task, greedy(task, begin=np.flatnonzero(proof.shares > 0.5)))
    if task.enough(rounded) and task.price(rounded) < task.price(best):
        best = rounded

    def near(price: float) -> bool:
        return price - bound <= max(gap * price, 0.5 * unit, 1e-12)

    best = improved(task.cover, task.needed, best, clock, seed=seed, until_s=clock.spent_s + SEARCH_PART * clock.left_s, enough=near)
    if not near(task.price(best)):
        later = clock.spent_s + AREA_PART * clock.left_s
        stronger = by_area(task.cover, task.needed, proof, clock, seed=seed, until_s=later)
        bound = max(bound, to_unit(stronger, unit, maximise=False))
        best = improved(task.cover, task.needed, best, clock, seed=seed + 1, until_s=clock.limit_s, enough=near)
    price = task.price(best)
    stopped = "gap" if near(price) or not clock.over else clock.word
    return Plan(task.sites(best), min(bound, price), METHOD + "first-order bound, neighbouring areas anew (HiGHS)", stopped,
                reductions=task.cover.counts)
