"""Existing stock first (存量优先): of plans that are as good, the one with more existing premises in place of new ground.

It changes a plan only site for site, and only where the plan is then worth no less than allowed; the bound is the problem's own and stays.
"""

from __future__ import annotations

import numpy as np

from planner.siting.problem import Columns, Mask, SitingProblem
from planner.siting.results import worth

COVERING = ("lscp", "mclp")
"""Models whose plans are changed: what a site serves there does not hang on the others."""
TRIED = 20
"""For each site so many of the likeliest stand-ins are tried."""


def existing_first(problem: SitingProblem, sites: Columns, preferred: Mask, *, loss: float = 0.0) -> tuple[Columns, int]:
    """The sites with as many new ones as possible exchanged for preferred ones, and how many were.

    sites : of a lawful plan.   preferred : (J,) existing stock.   loss : the share of the objective that all exchanges together may give
    up (mclp: of the weight covered; lscp: of the price).   Plans of other models are handed back as they are.
    """
    if problem.model not in COVERING or not preferred.any():
        return sites, 0
    begun = worth(problem, sites).objective
    allowed = (1 - loss) * begun if problem.maximised else (1 + loss) * begun
    chosen, exchanged = set(sites.tolist()), 0
    for site in [int(j) for j in sites if problem.fixed[j] == 0 and not preferred[j]]:
        for other in _stand_ins(problem, chosen, site, preferred):
            plan = np.array(sorted(chosen - {site} | {other}), dtype=np.int32)
            this = worth(problem, plan)
            good = this.objective >= allowed * (1 - 1e-12) if problem.maximised else this.objective <= allowed * (1 + 1e-12)
            if this.lawful and good:
                chosen, exchanged = set(plan.tolist()), exchanged + 1
                break
    return np.array(sorted(chosen), dtype=np.int32), exchanged


def _stand_ins(problem: SitingProblem, chosen: set[int], site: int, preferred: Mask) -> list[int]:
    """Preferred sites that are not in the plan, by the weight they would cover of what only `site` does, most first."""
    opened = np.zeros(problem.sites, dtype=bool)
    opened[list(chosen)] = True
    pairs = problem.by_demand
    times = np.bincount(pairs.row_of, opened[pairs.column], minlength=problem.demands)
    own = problem.by_site.column[problem.by_site.start[site]:problem.by_site.start[site + 1]]
    alone = np.zeros(problem.demands, dtype=bool)
    alone[own[times[own] == 1]] = True
    rows = alone[pairs.row_of] & preferred[pairs.column] & ~opened[pairs.column] & (problem.fixed[pairs.column] == 0)
    gain = np.bincount(pairs.column[rows], problem.weight[pairs.row_of[rows]], minlength=problem.sites)
    count = np.bincount(pairs.column[rows], minlength=problem.sites)
    likely = np.flatnonzero(count)
    if not alone.any():
        likely = np.flatnonzero(preferred & ~opened & (problem.fixed == 0))
    order = np.lexsort((likely, -count[likely], -gain[likely]))
    return [int(j) for j in likely[order][:TRIED]]
