"""A bound of large p-median problems with rules on sites, and lawful plans on the way: the Lagrangian with the rules kept inside.

With multipliers u_i (what demand i may pay to be served) of the rows "i is served once",

    L(u) = sum_i u_i + min { sum_j rho_j x_j : x keeps p, budget and rules },   rho_j = sum_i min(0, w_i c_ij - u_i)

is a lower bound for every u (0 <= u_i <= w_i times the cut-off, where there is one). The inner problem is small (sites alone) and is
solved to its end by HiGHS, so the bound is no weaker than the relaxation with all the rules; each of its plans is lawful and is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.siting.linear import Rows
from planner.siting.models import limit_rows
from planner.siting.problem import Floats, Mask, Picks, SitingProblem, sums
from planner.siting.results import nearest, worth
from planner.siting.solver import Clock, run

STEP, PATIENCE, SMALLEST = 1.0, 12, 0.005
"""The first step (times the distance to the best plan), rounds without gain after which it is halved, and the step at which to end."""
KEPT = 0.9
"""How much of the average of the inner plans stays from one round to the next."""
INNER_S = 5.0
"""The most that one inner problem may take, in seconds; measured on 500 sites and 350 rules: about 0.03."""


@dataclass(frozen=True, slots=True)
class RuledMedian:
    """bound : no lawful plan costs less.   sites : the best lawful plan seen, or None.   shares : (J,) how often each was open."""

    bound: float
    sites: Picks | None
    shares: Floats


class _Inner:
    """min rho x over the x that keep p, budget and rules."""

    def __init__(self, problem: SitingProblem, clock: Clock, seed: int) -> None:
        self.problem, self.clock, self.seed = problem, clock, seed
        self.free = problem.candidates
        rows = Rows()
        limit_rows(rows, problem, self.free, problem.price[self.free])
        self.rows = rows

    def least(self, rho: Floats) -> tuple[float, Mask]:
        """A bound of the least, and the plan found (J,); -inf where none was found in time."""
        held = self.problem.fixed == 1
        ones = np.ones(len(self.free))
        model = self.rows.model(maximise=False, cost=rho[self.free], col_upper=ones, whole=ones.astype(bool))
        found = run(model, self.clock.quiet(), gap=1e-6, seed=self.seed, limit_s=INNER_S)
        opened = held.copy()
        if found.x is not None:
            opened[self.free[found.x > 0.5]] = True
        return float(rho[held].sum()) + (found.bound if np.isfinite(found.bound) else -np.inf), opened


def ruled_median(problem: SitingProblem, start: Picks, clock: Clock, until_s: float, seed: int) -> RuledMedian:
    """Subgradient rounds (Polyak's step) until `until_s` of the clock or until the steps are small; p_median, with or without a cut-off.

    start : any plan, lawful or not: what demand pays in it is what the multipliers begin from.
    """
    pairs = problem.by_demand
    row, cost = pairs.row_of, problem.weight[pairs.row_of] * pairs.cost
    counted = problem.reachable
    most = np.full(problem.demands, np.inf) if problem.cutoff is None else problem.weight * problem.cutoff
    apart = 0.0 if problem.cutoff is None else float(most[~counted].sum())
    opened = np.isin(np.arange(problem.sites), start)
    near = nearest(pairs, opened)[1]
    dearest = np.zeros(problem.demands)
    np.maximum.at(dearest, row, cost)
    paid = np.where(np.isfinite(near), problem.weight * np.where(np.isfinite(near), near, 0.0), dearest)
    u = np.where(counted, np.minimum(paid * (1 + 1e-9), most), 0.0)
    inner, best, sites, aim, shares = _Inner(problem, clock, seed), -np.inf, None, np.inf, np.zeros(problem.sites)
    first = worth(problem, start)
    if first.lawful:
        aim, sites = first.objective, start
    top = float(dearest.sum())
    step, idle = STEP, 0
    while clock.spent_s < until_s and not clock.over and step > SMALLEST:
        gain = np.minimum(0.0, cost - u[row])
        rho = sums(pairs.column, gain, problem.sites)
        least, plan = inner.least(rho)
        value = float(u.sum()) + least - apart_error(u, rho)
        shares = KEPT * shares + (1 - KEPT) * plan
        idle = 0 if value > best + 1e-9 * abs(best) else idle + 1
        best = max(best, value)
        seen = worth(problem, np.flatnonzero(plan))
        if seen.lawful and seen.objective < aim:
            aim, sites = seen.objective, np.flatnonzero(plan).astype(np.int32)
        if idle >= PATIENCE:
            step, idle = step / 2, 0
        served = np.bincount(row, (gain < 0) & plan[pairs.column], minlength=problem.demands)
        slope = np.where(counted, 1.0 - served, 0.0)
        size = float((slope**2).sum())
        if not np.isfinite(value) or size == 0.0:
            break
        u = np.clip(u + step * max(1.02 * min(top, aim) - apart - value, 1e-6 * abs(value)) / size * slope, 0.0, most)
    return RuledMedian(best + apart, sites, shares)


def apart_error(u: Floats, rho: Floats) -> float:
    """How far the sums of L(u) may be off by rounding."""
    return 1e-13 * (float(u.sum()) + float(np.abs(rho).sum()))
