"""Over-supply: which existing facilities could close, or become something else, with no target lost; proven.

    posed = siting_problem("lscp", demand, site, cost, weight=people, sites=J, within=1000, site_cost=running_cost_cny, fixed=must_stay)
    found = oversupply(posed)                          # every demand that is covered today stays covered
    found = oversupply(replace(posed, area=township), keep="area_share")          # the covered share of each area stays
    conversions(other_layer_problem, found.closable)   # what they could do for another layer

The sites of the problem are facilities that exist: fixed 1 must stay, 0 may close, -1 is left out altogether. Its price is what a facility
costs a year (1 each: as many as can be close).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting import models
from planner.siting.floors import REACHED_REL, floor_form
from planner.siting.problem import Columns, Floats, Picks, SitingProblem, only_sites, sums
from planner.siting.results import SitingResult, result
from planner.siting.ruled import programmed
from planner.siting.solver import Cancel, Clock, Progress
from planner.siting.solving import solve

METHOD = "least facilities kept: set covering, branch and cut (HiGHS)"
KEEP = ("every", "area_share")
DROPS = 5000
"""Facilities tried one after another for the start of the area model; each try is one look at all pairs."""


@dataclass(frozen=True, slots=True)
class Oversupply:
    """kept, closable : facilities by index; the closable ones can close together.   alone : each of these could close by itself.

    saved : price of the closable ones (their number where each costs 1).   saved_at_most : no choice saves more (proven); None: not known.
    sole_weight : (J,) weight that only this facility covers today: what its closing would lose.   result : of the sites kept.
    """

    kept: Columns
    closable: Columns
    alone: Columns
    saved: float
    saved_at_most: float | None
    sole_weight: Floats
    result: SitingResult


def oversupply(problem: SitingProblem, *, keep: str = "every", floor: npt.ArrayLike | None = None, time_limit_s: float = 60.0,
               gap: float = 0.0, seed: int = 1, progress: Progress | None = None, cancel: Cancel | None = None) -> Oversupply:
    """The most facilities, or the largest running cost, that can close together with no target lost.

    keep : `every`: all demand covered today stays covered; `area_share`: each area keeps its covered share of today, or as much of it
    as `floor` (A,) asks (a target's share): a floor above today's share asks for today's, since nothing is built here.
    The problem's rules (spacing, at least n in an area, a sum of beds by `rules.weighed`) are kept too. Raises SitingError where the
    problem is not an lscp, keep is unknown or areas are missing.
    """
    if problem.model != "lscp" or keep not in KEEP:
        raise SitingError("siting_oversupply_invalid", keep=keep, model=problem.model)
    if keep == "every":
        answer = solve(replace(problem, share=None), time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
        spare = None
    else:
        needed, spare = floors(problem, floor)
        answer = _by_area(problem, needed, Clock(time_limit_s, progress, cancel), gap, seed)
    return _told(problem, answer, spare)


def floors(problem: SitingProblem, floor: npt.ArrayLike | None = None) -> tuple[Floats, Floats]:
    """(A,) the weight that each area must keep covered, and what it has beyond that today."""
    if problem.area is None:
        raise SitingError("siting_areas_needed")
    total = models.area_weights(problem)
    today = sums(problem.area, problem.weight * problem.reachable, len(total))
    asked = today if floor is None else np.minimum(today, np.asarray(floor, dtype=np.float64) * total)
    return asked, today - asked


def _by_area(problem: SitingProblem, needed: Floats, clock: Clock, gap: float, seed: int) -> SitingResult:
    """The least price with which every area keeps what it needs; begun from all facilities less those that are idle."""
    posed = replace(problem, share=0.0)
    form = floor_form(posed, needed)
    plan = programmed(posed, form, _without_idle(problem, form.value), None, METHOD, clock, gap, seed)
    return result(posed, plan, seconds=clock.spent_s, seed=seed)


def _without_idle(problem: SitingProblem, value: Callable[[Picks], float | None]) -> Picks | None:
    """All facilities less those that can close one after another, the dearest first; None where all together break a rule."""
    kept = np.flatnonzero(problem.fixed != -1).astype(np.int32)
    if value(kept) is None:
        return None
    order = problem.candidates[np.lexsort((problem.candidates, problem.by_site.degree[problem.candidates],
                                           -problem.price[problem.candidates]))]
    for site in order[:DROPS]:
        fewer = kept[kept != site]
        if value(fewer) is not None:
            kept = fewer
    return kept


def _told(problem: SitingProblem, answer: SitingResult, spare: Floats | None) -> Oversupply:
    """The answer as what can close."""
    movable = problem.candidates
    none = np.empty(0, dtype=np.int32)
    sole_at = _sole(problem)
    held = sole_at >= 0
    sole = sums(sole_at[held], problem.weight[held], problem.sites)
    if answer.objective is None:
        return Oversupply(answer.sites, none, none, 0.0, None, sole, answer)
    total = float(problem.price[movable].sum())
    most = None if answer.bound is None else total - answer.bound
    closable = np.setdiff1d(movable, answer.sites).astype(np.int32)
    return Oversupply(answer.sites, closable, _alone(problem, sole_at, spare), total - answer.objective, most, sole, answer)


def _sole(problem: SitingProblem) -> Columns:
    """(I,) the only facility that reaches each demand; -1 where none or several do."""
    alone = problem.by_demand.degree == 1
    site = np.full(problem.demands, -1, dtype=np.int32)
    site[alone] = problem.by_demand.column[problem.by_demand.start[:-1][alone]]
    return site


def _alone(problem: SitingProblem, sole_at: Columns, spare: Floats | None) -> Columns:
    """Facilities that could close by themselves: nobody depends on them alone, or no area more than it can spare."""
    opened = problem.fixed != -1
    able = problem.fixed == 0
    held = np.flatnonzero(sole_at >= 0)
    if spare is None:
        able &= np.bincount(sole_at[held], minlength=problem.sites) == 0
    else:
        assert problem.area is not None
        pair = sole_at[held].astype(np.int64) * len(spare) + problem.area[held]
        which, place = np.unique(pair, return_inverse=True)
        lost = sums(place, problem.weight[held], len(which))
        allowed = spare + REACHED_REL * np.maximum(models.area_weights(problem), 1e-12)
        able[np.unique(which[lost > allowed[which % len(spare)]] // len(spare))] = False
    if problem.rules is not None:
        for site in np.flatnonzero(able):
            opened[site] = False
            able[site] = problem.rules.keeps(opened)
            opened[site] = True
    return np.flatnonzero(able).astype(np.int32)


def conversions(other: SitingProblem, closable: npt.ArrayLike, *, time_limit_s: float = 60.0, seed: int = 1,
                progress: Progress | None = None, cancel: Cancel | None = None) -> SitingResult:
    """Which of the closable facilities to convert for another layer: the plan of `other` with no other new sites than these.

    other : the other layer's problem over the same sites (same indices; its own existing facilities are fixed 1), usually mclp.
    """
    may = np.zeros(other.sites, dtype=np.bool_)
    may[np.asarray(closable, dtype=np.int64)] = True
    return solve(only_sites(other, may | (other.fixed == 1)), time_limit_s=time_limit_s, seed=seed, progress=progress, cancel=cancel)
