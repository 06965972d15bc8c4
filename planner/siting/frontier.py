"""The price of fairness: how much total coverage it costs to leave no area behind, as a frontier of plans, each with its bound.

    curve = frontier(problem, points=7, time_limit_s=120)     # problem: mclp or max_min_share, with area
    for point in curve.points: point.worst_share, point.covered_weight, point.bound, point.sites

Epsilon-constraint (Haimes, Lasdon and Wismer 1971): the most weight covered while every area reaches a share, for shares from what the
plan with the greatest total leaves the worst area up to the most that any plan can give it. The fairest plan is found first; each further
point begins from the plan before it, which keeps the looser floor too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.errors import SitingError
from planner.siting import models
from planner.siting.floors import floor_form
from planner.siting.lawful import improved
from planner.siting.problem import Columns, Mask, Picks, SitingProblem
from planner.siting.results import PROOF_REL, WITHIN_SHARE, SitingResult, nearest, relative_gap, result, worst_share, worth
from planner.siting.ruled import SMALL, programmed
from planner.siting.solver import Cancel, Clock, Progress
from planner.siting.solving import answered, compile_loops

METHOD = "most covered with a floor in every area, branch and cut (HiGHS)"
ENDS_PART, SEARCH_PART = 0.5, 0.5
"""The parts of the time for the two ends of the frontier, and of a point's time for interchange where its program is not small."""


@dataclass(frozen=True, slots=True)
class Point:
    """A plan on the frontier.

    floor : the share asked of every area.   worst_share : what the worst area gets.   covered_weight : in total.
    bound : no plan that gives every area `floor` covers more.   gap : relative, 0 where proven.   status, stopped : as of a SitingResult.
    dominated : another point is at least as good in both and better in one (it happens where a run was ended by time).
    """

    floor: float
    worst_share: float
    covered_weight: float
    bound: float
    gap: float
    status: str
    stopped: str
    sites: Columns
    dominated: bool = False


@dataclass(frozen=True, slots=True)
class Frontier:
    """points : from the greatest total to the fairest.   total_weight : of all demand.

    most_share : proven: no plan gives the worst area more.   most_weight : proven: no plan covers more in total.
    stopped : `proof` all points are proven, else `gap`, `time` or `cancel`.   infeasible : proven that no plan keeps the rules.
    """

    points: tuple[Point, ...]
    total_weight: float
    most_share: float
    most_weight: float
    stopped: str
    seconds: float
    infeasible: bool = False


def frontier(problem: SitingProblem, *, points: int = 5, time_limit_s: float = 120.0, gap: float = 0.0, seed: int = 1,
             progress: Progress | None = None, cancel: Cancel | None = None) -> Frontier:
    """The frontier between total coverage and the worst area's share in at most `points` points (2 at least).

    problem : mclp or max_min_share with p or budget, and area; its rules are kept.   time_limit_s : for all points.
    progress : called with the figures of the point at work.   Raises SitingError where the problem has no areas or points are fewer than 2.
    """
    if problem.model not in ("mclp", "max_min_share"):
        raise SitingError("siting_frontier_model", model=problem.model)
    if problem.area is None:
        raise SitingError("siting_areas_needed")
    if points < 2:
        raise SitingError("siting_limit_invalid", name="points", value=points)
    total, fair = replace(problem, model="mclp"), replace(problem, model="max_min_share")
    compile_loops(total, cancel)
    clock = Clock(time_limit_s, progress, cancel)
    ends = [_end(posed, clock, ENDS_PART / (2 - k), gap, seed) for k, posed in enumerate((fair, total))]
    if any(end.objective is None for end in ends):
        seen = next(end for end in ends if end.objective is None)
        return Frontier((), ends[0].total_weight, 1.0, ends[0].total_weight, seen.stopped, clock.spent_s, seen.status == "infeasible")
    fairest, largest = ends
    most_share = 1.0 if fairest.bound is None else float(fairest.bound)
    most_weight = largest.total_weight if largest.bound is None else float(largest.bound)
    low, high = _share(problem, largest.sites), float(fairest.objective or 0.0)
    floors = np.unique(np.linspace(low, max(high, low), points))[::-1]
    made: list[Point] = []
    start: Picks = fairest.sites if high >= low else largest.sites
    for at, floor in enumerate(floors.tolist()):
        part = Clock(clock.left_s / (len(floors) - at), progress, cancel)
        point = _point(total, floor, start, most_weight, part, gap, seed)
        made.append(point)
        start = point.sites
    told = _agreed(made, largest, low)
    words = [point.stopped for point in told if point.status != "optimal"]
    stopped = words[0] if words else "proof" if fairest.status == "optimal" else fairest.stopped
    return Frontier(told, largest.total_weight, most_share, most_weight, stopped, clock.spent_s)


def _end(problem: SitingProblem, clock: Clock, part: float, gap: float, seed: int) -> SitingResult:
    """An end of the frontier in a part of the time left."""
    own = Clock(part * clock.left_s, clock.progress, clock.cancel)
    return result(problem, answered(problem, own, gap, seed), seconds=own.spent_s, seed=seed)


def _share(problem: SitingProblem, sites: Picks) -> float:
    """What the worst area gets of a plan."""
    opened = np.isin(np.arange(problem.sites), sites)
    return worst_share(problem, nearest(problem.by_demand, opened)[0] >= 0)


def _point(problem: SitingProblem, floor: float, start: Picks, most_weight: float, clock: Clock, gap: float, seed: int) -> Point:
    """The most covered with a floor, from a plan that keeps it."""
    form = floor_form(problem, max(0.0, floor - WITHIN_SHARE) * models.area_weights(problem))
    if len(form.model.index) > SMALL:
        def keeps(opened: Mask) -> bool:
            return _share(problem, np.flatnonzero(opened)) >= floor - WITHIN_SHARE

        start = improved(problem, start, clock, clock.spent_s + SEARCH_PART * clock.left_s, seed=seed, rounds=0, also=keeps)
    plan = programmed(problem, form, start, most_weight, METHOD, clock, gap, seed)
    answer = result(problem, plan, seconds=clock.spent_s, seed=seed)
    got = worth(problem, answer.sites).objective
    bound = most_weight if answer.bound is None else answer.bound
    return Point(floor, _share(problem, answer.sites), got, bound, relative_gap(got, bound), answer.status, answer.stopped, answer.sites)


def _agreed(made: list[Point], largest: SitingResult, low: float) -> tuple[Point, ...]:
    """The points from the greatest total to the fairest, each with the best plan and bound that the others vouch for.

    A plan with a higher floor keeps a lower one; a bound with a lower floor holds for a higher one.
    """
    points = sorted(made, key=lambda point: point.floor)
    if points and largest.objective is not None and largest.objective > points[0].covered_weight:
        points[0] = replace(points[0], sites=largest.sites, covered_weight=float(largest.objective), worst_share=low)
    for at in range(len(points) - 2, -1, -1):
        above = points[at + 1]
        if above.covered_weight > points[at].covered_weight:
            points[at] = replace(points[at], sites=above.sites, covered_weight=above.covered_weight, worst_share=above.worst_share)
    for at in range(1, len(points)):
        points[at] = replace(points[at], bound=min(points[at].bound, points[at - 1].bound))
    return tuple(replace(_proven(point), dominated=any(_beats(other, point) for other in points)) for point in points)


def _proven(point: Point) -> Point:
    """The point with its status by its plan and its bound."""
    if point.bound - point.covered_weight <= PROOF_REL * max(point.covered_weight, 1e-12):
        return replace(point, bound=point.covered_weight, gap=0.0, status="optimal", stopped="proof")
    return replace(point, gap=relative_gap(point.covered_weight, point.bound), status="feasible")


def _beats(one: Point, other: Point) -> bool:
    """Whether a plan is at least as good in both and better in one."""
    more, fairer = one.covered_weight - other.covered_weight, one.worst_share - other.worst_share
    least = PROOF_REL * max(other.covered_weight, 1e-12)
    return more >= -least and fairer >= -WITHIN_SHARE and (more > least or fairer > WITHIN_SHARE)
