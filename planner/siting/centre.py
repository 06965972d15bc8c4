"""p_center: the distinct costs are halved again and again by the question whether all demand can be covered within a cost."""

from __future__ import annotations

import numpy as np

from planner.siting import models
from planner.siting.problem import Picks, SitingProblem
from planner.siting.results import Plan, worth
from planner.siting.ruled import ruled_cover
from planner.siting.solver import Clock, run
from planner.siting.starts import greedy_all

METHOD = "bisection over the distinct costs with covering decisions (HiGHS)"


def decide(problem: SitingProblem, within: float | None, clock: Clock, seed: int) -> tuple[bool | None, Picks | None]:
    """Whether all reachable demand can be covered at this cost or less under p and the budget, and sites that do; None: not known.

    A greedy plan answers many of these at once; else the fewest sites are looked for, and the search ends with the first plan that is few
    enough or with the proof that there is none.
    """
    cover = ruled_cover(problem, all_rows=True, within=within)
    if (np.diff(cover.start) == 0).any():
        return False, None
    if not cover.rows and _keeps(problem, problem.existing):
        return True, problem.existing
    for by_price in (False, True) if problem.budget is not None else (False,):
        sites = np.union1d(problem.existing, cover.site[greedy_all(cover, by_price=by_price)]).astype(np.int32)
        if _keeps(problem, sites):
            return True, sites
    if problem.room <= 0:  # the existing sites are the only plan, and it was seen not to do
        return False, None
    found = run(models.fewest(problem, cover), clock.quiet(), seed=seed, target=float(problem.room))
    if found.x is not None:
        sites = np.union1d(problem.existing, cover.site[np.flatnonzero(found.x > 0.5)]).astype(np.int32)
        if _keeps(problem, sites):
            return True, sites
    return (False, None) if found.infeasible else (None, None)


def _keeps(problem: SitingProblem, sites: Picks) -> bool:
    """Whether sites keep p, the budget and the rules."""
    few = problem.p is None or len(sites) <= problem.p
    if few and problem.rules is not None:
        opened = np.zeros(problem.sites, dtype=np.bool_)
        opened[sites] = True
        few = problem.rules.keeps(opened)
    return bool(few and (problem.budget is None or float(problem.price[sites].sum()) <= problem.budget * (1 + 1e-12)))


def p_center(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The least greatest cost (Minieka 1970): min max_i min_{j open} c_ij with at most p sites, by bisection."""
    reachable = problem.reachable
    possible, sites = decide(problem, None, clock, seed)
    if possible is False:
        return Plan(None, None, METHOD, infeasible=True)
    if not reachable.any():
        return Plan(sites, 0.0, "nothing is reachable", clock.word)
    least = np.full(problem.demands, np.inf)
    np.minimum.at(least, problem.by_demand.row_of, problem.by_demand.cost)
    costs = np.unique(problem.by_demand.cost)
    low = int(np.searchsorted(costs, least[reachable].max()))  # the answer is costs[low] or more
    if sites is None:
        return Plan(None, float(costs[low]), METHOD, clock.word)
    high = int(np.searchsorted(costs, worth(problem, sites).objective))
    while low < high and not clock.over:
        if clock.progress is not None:
            clock.progress(float(costs[high]), float(costs[low]))
        middle = (low + high) // 2
        possible, better = decide(problem, float(costs[middle]), clock, seed)
        if possible is None:
            break
        if better is None:
            low = middle + 1
            continue
        sites = better
        high = int(np.searchsorted(costs, worth(problem, better).objective))
        if costs[high] - costs[low] <= gap * costs[high]:
            break
    stopped = "proof" if low >= high else "gap" if costs[high] - costs[low] <= gap * costs[high] else clock.word
    return Plan(sites, float(costs[min(low, high)]), METHOD, stopped)
