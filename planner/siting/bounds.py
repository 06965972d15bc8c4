"""How good a plan can be at most: bounds of covering problems from their linear relaxation, by a first-order method of our own.

The problem, with x_j = 1 where site j in J is open and s_i the share of demand i in I that stays uncovered:

    min  sum_j objective_j x_j + sum_i cap_i s_i    so that    sum_{j reaches i} x_j + s_i >= 1,    s >= 0,
         low <= x <= high (fixed and forbidden sites),    sum_j price_j x_j <= budget

mclp: objective 0, cap = weight, price 1 and budget p (or prices and money): the least weight uncovered. lscp: objective = price, cap
infinite, no budget. For any multipliers 0 <= u <= cap of the rows,

    L(u) = sum_i u_i + min_x sum_j (objective_j - sum_{i reached by j} u_i) x_j

is a lower bound, however far from the best u is: the method looks for a good u, and L(u) is then computed by itself, with the rounding of
its sums taken off. Where the method is stopped makes bounds weaker or stronger, never wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.siting import loops
from planner.siting.heuristics import OutOfTime, never
from planner.siting.links import Floats, Links, Mask, plain

EPSILON = float(np.finfo(np.float64).eps)
CHECK_EVERY = 40
"""Rounds between two looks at how far the relaxation is; each look costs about three rounds."""


@dataclass(frozen=True, slots=True)
class CoverBound:
    """A proven bound. value : no plan is better: at most so much weight covered (mclp), at least such a price (lscp).

    relaxation : the best value of the linear relaxation reached (a plan in shares), between which and `value` the method could still gain.
    shares : (J,) the relaxation's x. reduced : (J,) objective - sum of u over the site's demand. dual : (I,) u. rounds : done.
    complete : the tolerance or target was reached, or the rounds are done; False where time ended it.
    """

    value: float
    relaxation: float
    shares: Floats
    reduced: Floats
    dual: Floats
    rounds: int
    complete: bool


@dataclass(frozen=True, slots=True)
class _Relaxation:
    """The problem of the module's docstring."""

    links: Links
    objective: Floats
    cap: Floats
    price: Floats
    budget: float
    low: Floats
    high: Floats

    def least(self, reduced: Floats) -> float:
        """min over x of reduced x, within bounds and budget (a knapsack in shares), rounded down."""
        forced = float(reduced @ self.low)
        gain = np.maximum(0.0, -reduced) * (self.high - self.low)
        size = float(np.abs(reduced) @ self.high)
        if not np.isfinite(self.budget):
            return forced - float(gain.sum()) - 4 * EPSILON * len(reduced) * size
        money = self.budget - float(self.price @ self.low)
        cost = self.price * (self.high - self.low)
        free = cost <= 0.0
        total = float(gain[free].sum())
        rest = np.flatnonzero(~free & (gain > 0.0))
        rest = rest[np.argsort(-(gain[rest] / cost[rest]), kind="stable")]
        spent = np.cumsum(cost[rest])
        whole = int(np.searchsorted(spent, money, side="right"))
        total += float(gain[rest[:whole]].sum())
        if whole < len(rest):
            before = float(spent[whole - 1]) if whole else 0.0
            total += max(0.0, min(1.0, (money - before) / cost[rest[whole]] + 4 * EPSILON * len(rest))) * float(gain[rest[whole]])
        return forced - total - 4 * EPSILON * len(reduced) * size

    def bound(self, dual: Floats) -> tuple[float, Floats]:
        """L(u) for u brought within 0 and cap, rounded down, and the reduced objective."""
        pulls = np.empty(self.links.sites)
        loops.gather(self.links.site_start, self.links.demand, dual, pulls)
        reduced = self.objective - pulls
        total = float(dual.sum())
        # a sum of n terms of one sign is off by n eps of it at most; every dual stands in one pull a pair
        longest = int(np.diff(self.links.site_start).max(initial=1))
        spread = float(pulls @ self.high)
        return total + self.least(reduced) - EPSILON * (len(dual) * total + longest * spread), reduced

    def worth(self, x: Floats) -> float:
        """The relaxation's value of x, which keeps to bounds and budget; inf where a row that must be covered is not.

        Rows that fall short by a little are made up for by scaling, as far as the bounds allow.
        """
        reach = np.empty(self.links.demands)
        loops.gather(self.links.demand_start, self.links.site, x, reach)
        must = ~np.isfinite(self.cap)
        short = np.maximum(0.0, 1.0 - reach)
        value = float(self.objective @ x) + float(self.cap[~must] @ short[~must])
        if must.any():
            least = float(reach[must].min())
            value = value / least if least > 0.0 else np.inf
        return value


def _solve(problem: _Relaxation, row_scale: Floats, start: Floats | None, *, rounds: int, tolerance: float, target: float,
           out_of_time: OutOfTime, tell: Callable[[float], None] | None) -> tuple[float, float, Floats, Floats, Floats, int, bool]:
    """Restarted primal-dual rounds: best bound, best value, shares, reduced objective, dual, rounds done, whether time did not end it."""
    links = problem.links
    by_row = np.maximum(1, np.diff(links.demand_start))
    by_site = links.weight_by_site(row_scale)
    row_step, site_step = row_scale / by_row, 1.0 / np.where(by_site > 0.0, by_site, 1.0)
    x = np.clip(problem.low, 0.0, 1.0)
    if np.isfinite(problem.budget):
        spare = problem.budget - float(problem.price @ x)
        most = float(problem.price @ (problem.high - problem.low))
        x = x + (problem.high - problem.low) * (min(1.0, spare / most) if most > 0.0 else 1.0)
    dual = np.clip(row_scale / by_row, 0.0, problem.cap) if start is None else np.clip(plain(start, np.float64), 0.0, problem.cap)
    best, reduced = problem.bound(dual)
    best_dual, value, shares = dual.copy(), problem.worth(x), x.copy()
    x0, dual0 = x.copy(), dual.copy()
    x_sum, dual_sum = np.zeros_like(x), np.zeros_like(dual)
    done, since, weight, gap_then, gap_before = 0, 0, 1.0, np.inf, np.inf
    arrays = (links.demand_start, links.site, links.site_start, links.demand)
    ended = False
    at_once = max(1, min(CHECK_EVERY, 40_000_000 // max(1, len(links.site))))
    while done < rounds:
        step = min(CHECK_EVERY, rounds - done)
        for first in range(0, step, at_once):
            if out_of_time():
                ended = True
                break
            part = min(at_once, step - first)
            loops.primal_dual(*arrays, problem.objective, problem.price, problem.budget, problem.low, problem.high, problem.cap,
                              site_step / weight, row_step * weight, x, dual, x_sum, dual_sum, part)
            done += part
            since += part
        if since == 0:
            break
        candidates = []
        for xs, us in ((x_sum / since, dual_sum / since), (x.copy(), dual.copy())):
            bound, less = problem.bound(us)
            worth = problem.worth(xs)
            if bound > best:
                best, reduced, best_dual = bound, less, us.copy()
            if worth < value:
                value, shares = worth, xs.copy()
            candidates.append((worth - bound, xs, us))
        if tell is not None:
            tell(best)
        scale = max(1.0, abs(value), abs(best)) if np.isfinite(value) else max(1.0, abs(best))
        if best >= target or value - best <= tolerance * scale or ended:
            break
        gap, xs, us = min(candidates, key=lambda c: c[0])
        if gap <= 0.2 * gap_then or (gap <= 0.8 * gap_then and gap > gap_before) or since >= max(CHECK_EVERY, 0.36 * done):
            moved_x = float(np.sqrt(((xs - x0) ** 2 / site_step).sum()))
            moved_dual = float(np.sqrt(((us - dual0) ** 2 / row_step).sum()))
            if moved_x > 1e-12 and moved_dual > 1e-12:
                weight = float(np.exp(0.5 * np.log(moved_dual / moved_x) + 0.5 * np.log(weight)))
            x, dual = xs.copy(), us.copy()
            x0, dual0 = xs.copy(), us.copy()
            x_sum[:], dual_sum[:] = 0.0, 0.0
            since, gap_then, gap_before = 0, gap, np.inf
        else:
            gap_before = gap
    return best, value, shares, reduced, best_dual, done, not ended


def _ends(links: Links, allowed: Mask | None, fixed: Mask | None) -> tuple[Floats, Floats]:
    """Lower and upper bounds of x."""
    low = np.zeros(links.sites) if fixed is None else plain(fixed, np.float64)
    high = np.ones(links.sites) if allowed is None else plain(allowed, np.float64)
    return low, np.maximum(low, high)


def most_covered(links: Links, weight: Floats, *, most: int | None = None, budget: float | None = None, price: Floats | None = None,
                 allowed: Mask | None = None, fixed: Mask | None = None, start: Floats | None = None, rounds: int = 20_000,
                 tolerance: float = 1e-4, target: float = -np.inf, out_of_time: OutOfTime = never,
                 tell: Callable[[float], None] | None = None) -> CoverBound:
    """No plan covers more weight than this: `most` sites or `budget` for the sites that are not fixed (one of the two must be given).

    weight : (I,), of demand that some site reaches or not. price : (J,), 1 each where None. start : (I,) multipliers to go on from.
    tolerance : of the relaxation, as a share of its uncovered weight. target : a bound at which to stop (a plan's weight, say).
    tell(bound) : called now and then. Where both are given, the bound is with the budget, and `most` is left out (still valid).
    """
    if most is None and budget is None:
        raise ValueError("neither a count nor a budget")
    heavy = plain(weight, np.float64)
    low, high = _ends(links, allowed, fixed)
    cost = np.ones(links.sites) if budget is None or price is None else plain(price, np.float64)
    cost = np.where(low > 0.0, 0.0, cost)
    total = float(heavy.sum())
    up = total * (1.0 + len(heavy) * EPSILON)
    money = float(budget) if budget is not None else float(most if most is not None else 0)
    problem = _Relaxation(links, np.zeros(links.sites), heavy, cost, money, low, high)
    enough = total - target if np.isfinite(target) else np.inf
    best, value, shares, reduced, dual, done, complete = _solve(
        problem, np.maximum(heavy, 1e-12), start, rounds=rounds, tolerance=tolerance, target=enough, out_of_time=out_of_time,
        tell=None if tell is None else lambda bound: tell(up - bound))
    return CoverBound(min(up, up - best), total - value, shares, reduced, dual, done, complete)


def least_price(links: Links, *, price: Floats | None = None, allowed: Mask | None = None, fixed: Mask | None = None,
                start: Floats | None = None, rounds: int = 20_000, tolerance: float = 1e-4, target: float = np.inf,
                out_of_time: OutOfTime = never, tell: Callable[[float], None] | None = None) -> CoverBound:
    """No cover of all demand costs less than this; the price (J,), 1 each where None, of the fixed sites is not counted.

    Every row must have a site that is allowed or fixed. target : a bound at which to stop. The rest as in `most_covered`.
    """
    low, high = _ends(links, allowed, fixed)
    cost = np.ones(links.sites) if price is None else plain(price, np.float64)
    cost = np.where(low > 0.0, 0.0, cost)
    usual = float(np.median(cost[cost > 0.0])) if (cost > 0.0).any() else 1.0
    problem = _Relaxation(links, cost, np.full(links.demands, np.inf), np.zeros(links.sites), np.inf, low, high)
    best, value, shares, reduced, dual, done, complete = _solve(
        problem, np.full(links.demands, usual), start, rounds=rounds, tolerance=tolerance, target=target, out_of_time=out_of_time,
        tell=tell)
    return CoverBound(max(0.0, best), value, shares, reduced, dual, done, complete)
