"""`solve`: a siting problem in, an answer with its proof out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planner.network.jit import Loop
from planner.siting import capacities, median, vast, vast_filling
from planner.siting.centre import p_center
from planner.siting.covering import lscp, mclp
from planner.siting.fair import max_min_share
from planner.siting.median import p_median
from planner.siting.problem import CAPACITATED, SitingProblem
from planner.siting.results import Plan, SitingResult, result
from planner.siting.ruled import ruled
from planner.siting.solver import Cancel, Clock, Progress

METHODS: dict[str, Callable[[SitingProblem, Clock, float, int], Plan]] = {
    "lscp": lscp, "mclp": mclp, "p_median": p_median, "p_center": p_center, "capacitated_mclp": vast_filling.capacitated_mclp,
    "capacitated_p_median": capacities.capacitated, "max_min_share": max_min_share,
}

LOOPS: dict[str, Callable[[SitingProblem], tuple[Loop, ...]]] = {
    "lscp": vast.needed_loops, "mclp": vast.needed_loops, "max_min_share": vast.needed_loops, "p_median": median.needed_loops,
    "capacitated_mclp": vast_filling.needed_loops, "capacitated_p_median": capacities.needed_loops,
}
"""The compiled loops that a model may call on a problem. Small problems call none: loading the first takes about two seconds."""


def compile_loops(problem: SitingProblem, cancel: Cancel | None = None) -> None:
    """Compiles, or loads from the cache, whatever loops the problem may call, so that no time limit pays for it.

    Where something has to be compiled, a person is told once (`planner.network.jit.before_compiling`). cancel : True stops between two.
    """
    if problem.rules is not None and problem.model not in CAPACITATED:
        problem = replace(problem, rules=None)  # it is solved without them first
    needed = LOOPS[problem.model](problem) if problem.model in LOOPS else ()
    for loop in needed:
        if cancel is not None and cancel():
            return
        loop.compile()


def answered(problem: SitingProblem, clock: Clock, gap: float, seed: int, without: Plan | None = None) -> Plan:
    """The plan of a problem, with or without rules. without : a plan and a bound of the problem with fewer rules, where they are known."""
    if problem.room < 0:
        return Plan(None, None, "more sites exist than p allows", infeasible=True)
    method = METHODS[problem.model]
    return method(problem, clock, gap, seed) if problem.rules is None else ruled(problem, method, clock, gap, seed, without)


def solve(problem: SitingProblem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
          cancel: Cancel | None = None) -> SitingResult:
    """Solves a siting problem.

    time_limit_s : by the clock, which starts when the loops the problem needs are compiled (once on a machine: `seconds` leaves it out);
    the best plan so far is handed back with the best bound so far.   gap : stop at this relative gap.
    progress : called with (objective, bound) now and then.   cancel : asked now and then; True ends the run like the clock does.
    The same problem and seed give the same answer unless the clock or `cancel` ended the run (`stopped` says so).
    """
    compile_loops(problem, cancel)
    clock = Clock(time_limit_s, progress, cancel)
    plan = answered(problem, clock, gap, seed)
    return result(problem, plan, seconds=clock.spent_s, seed=seed)
