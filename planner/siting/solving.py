"""`solve`: a siting problem in, an answer with its proof out."""

from __future__ import annotations

from collections.abc import Callable

from planner.siting.capacities import capacitated
from planner.siting.centre import p_center
from planner.siting.covering import lscp, max_min_share, mclp
from planner.siting.median import p_median
from planner.siting.problem import SitingProblem
from planner.siting.results import Plan, SitingResult, result
from planner.siting.solver import Cancel, Clock, Progress

METHODS: dict[str, Callable[[SitingProblem, Clock, float, int], Plan]] = {
    "lscp": lscp, "mclp": mclp, "p_median": p_median, "p_center": p_center, "capacitated_mclp": capacitated,
    "capacitated_p_median": capacitated, "max_min_share": max_min_share,
}


def solve(problem: SitingProblem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
          cancel: Cancel | None = None) -> SitingResult:
    """Solves a siting problem.

    time_limit_s : by the clock; the best plan so far is handed back with the best bound so far.   gap : stop at this relative gap.
    progress : called with (objective, bound) now and then.   cancel : asked now and then; True ends the run like the clock does.
    The same problem and seed give the same answer unless the clock or `cancel` ended the run (`stopped` says so).
    """
    clock = Clock(time_limit_s, progress, cancel)
    if problem.room < 0:
        plan = Plan(None, None, "more sites exist than p allows", infeasible=True)
    else:
        plan = METHODS[problem.model](problem, clock, gap, seed)
    return result(problem, plan, seconds=clock.spent_s, seed=seed)
