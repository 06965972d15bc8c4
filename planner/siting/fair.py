"""max_min_share: the largest share that every area reaches, by the question "do so many sites give every area this share?".

The question has the bound that the model with the share as a variable lacks: with the share given, an area alone says how many sites it
needs (a small program for each area), and these whole numbers, told to the solver as

    sum_{j in R_a} x_j >= n_a        R_a the sites that reach area a, n_a the fewest of them that give it the share

add up to more sites than there are long before the linear relaxation says so. The answers halve the distance between the best plan and
the bound. Under a budget, prices stand for numbers. Small problems go to HiGHS as one program (planner.siting.models.max_min_share).

Once the worst share is settled, or its part of the time is over, the second worst is raised without lowering the worst, and so on
(planner.siting.fair_search); that part is a search, and nothing is claimed of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.siting import models, reduce
from planner.siting.fair_bound import largest_share
from planner.siting.fair_search import fairer
from planner.siting.linear import WHOLE_REL, to_unit, whole_unit
from planner.siting.problem import Floats, Picks, SitingProblem, sums
from planner.siting.reduce import Cover
from planner.siting.results import Plan, worth
from planner.siting.solver import Clock, run
from planner.siting.starts import greedy_fair

DIRECT = 300
"""Entries of a reduced cover up to which HiGHS proves the program with the share as a variable at once."""
LARGE = 15_000
"""Entries above which a first-order bound comes first: branch and cut may not end."""
HANDED = 300_000
"""Entries above which branch and cut does not begin."""
ROUNDS, SEARCH_PART = 150, 0.15
"""Restarts of the first search, and the part of the time they may take."""
TAIL_ROUNDS, TAIL_PART = 40, 0.05
"""Restarts for the areas after the worst, and the part of the time kept for them."""
BOUND_PART = 0.3
"""Part of the time for the first-order bound."""
AGAIN = 10
"""Restarts of the search from a plan that a decision found."""
NARROW = 1e-3
"""A bracket narrower than this share of the plan's value is not halved again: the next question is for any better plan."""
NEAR = 1e-6
"""Weights that are not whole: a plan that is better by less than this share of its worst area's is not looked for."""
METHOD = "largest least share: interchange, bisection on the share with the fewest sites of each area (HiGHS)"


@dataclass(frozen=True, slots=True)
class _Task:
    """A problem, its cover by area, and what each area weighs.

    total : (A,) weight, unreachable demand included.   base : (A,) covered by existing sites.   unit : (A,) what every covered weight of
    the area is a multiple of; 0 where no such unit is known.   own : for each area the columns that reach it and the cover of its rows
    (none where branch and cut does not begin).
    """

    problem: SitingProblem
    cover: Cover
    total: Floats
    base: Floats
    unit: Floats
    own: tuple[tuple[Picks, Cover], ...]

    @property
    def limit(self) -> float:
        """What a plan may cost: a number of sites, or money."""
        return float(self.problem.room) if self.problem.budget is None else float(self.problem.budget)

    def value(self, columns: Picks) -> float:
        """The worst area's share, by the problem's own account."""
        return worth(self.problem, self.sites(columns)).objective

    def sites(self, columns: Picks) -> Picks:
        """The plan that the columns stand for."""
        return np.union1d(self.problem.existing, self.cover.site[columns]).astype(np.int32)

    def covered_at(self, share: float, *, more: bool = False) -> Floats:
        """(A,) the least weight covered with which each area reaches the share (more: passes it), as its unit allows."""
        asked = share * self.total
        unit = np.where(self.unit > 0, self.unit, 1.0)
        steps = asked / unit
        near = np.round(steps)
        steps = np.where(np.abs(steps - near) <= WHOLE_REL * np.maximum(1.0, near), near, steps)
        whole = unit * (np.floor(steps) + 1 if more else np.ceil(steps))
        return np.where(self.total > 0, np.where(self.unit > 0, whole, asked * (1 + NEAR * more)), 0.0)

    def most_below(self, covered: Floats) -> float:
        """The largest worst share of plans in which some area has less than this weight (A,) covered."""
        peopled = self.total > 0
        return float(((covered - self.unit)[peopled] / self.total[peopled]).max())


def max_min_share(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The largest share that every area reaches."""
    cover = reduce.cover(problem, all_rows=False, by_area=True)
    total = models.area_weights(problem)
    peopled = total > 0
    if not peopled.any():
        return Plan(problem.existing, 0.0, "no area has weight", reductions=cover.counts)
    base = np.zeros(len(total))
    base[: len(cover.base)] = cover.base
    reach = base + sums(cover.area, cover.weight, len(total))
    trivial = float((reach[peopled] / total[peopled]).min())
    start = greedy_fair(problem, cover, total)
    if not cover.rows or not problem.room:
        value = worth(problem, problem.existing).objective
        return Plan(problem.existing, value, "nothing is left to choose", reductions=cover.counts)
    if len(cover.column) <= DIRECT:
        return _direct(problem, cover, total, start, trivial, clock, gap, seed)
    task = _task(problem, cover, total, base)
    kept = TAIL_PART * clock.left_s
    first = Clock(clock.left_s - kept, clock.progress, clock.cancel)
    until = first.spent_s + SEARCH_PART * first.left_s
    best = fairer(problem, cover, total, start, rounds=ROUNDS, seed=seed, out_of_time=lambda: first.over or first.spent_s > until)
    best, bound, stopped = _bisected(task, best, trivial, first, gap, seed)
    tail = fairer(problem, cover, total, best, rounds=TAIL_ROUNDS, seed=seed + 1, out_of_time=lambda: clock.over)
    best = tail if task.value(tail) >= task.value(best) else best
    return Plan(task.sites(best), bound, METHOD, stopped, reductions=cover.counts)


def _direct(problem: SitingProblem, cover: Cover, total: Floats, start: Picks, trivial: float, clock: Clock, gap: float, seed: int) -> Plan:
    """A small problem as one program; then the search for the areas after the worst."""
    def found(columns: Picks) -> Picks:
        return np.union1d(problem.existing, cover.site[columns]).astype(np.int32)

    value = worth(problem, found(start)).objective
    run_out = run(models.max_min_share(problem, cover), clock, gap=gap, seed=seed, start=np.r_[models.cover_start(cover, start), value])
    best = start
    if run_out.x is not None:
        other = np.flatnonzero(run_out.x[: len(cover.site)] > 0.5)
        here = worth(problem, found(other))
        best = other if here.lawful and here.objective > value else start
    best = fairer(problem, cover, total, best, rounds=TAIL_ROUNDS // 4, seed=seed, out_of_time=lambda: clock.over)
    value, bound = worth(problem, found(best)).objective, min(run_out.bound, trivial)
    if run_out.stopped == "proof" and bound - value <= 1e-7 * max(value, 1e-6):
        bound = value
    return Plan(found(best), bound, "largest least share, branch and cut (HiGHS)", run_out.stopped, reductions=cover.counts)


def _task(problem: SitingProblem, cover: Cover, total: Floats, base: Floats) -> _Task:
    """The task, with the cover of every area by itself; prices are numbers of sites where there is no budget."""
    if problem.budget is None:
        cover = replace(cover, price=np.ones(len(cover.site)))
    assert problem.area is not None
    own, unit = [], np.zeros(len(total))
    for area in range(len(total)):
        unit[area] = whole_unit(problem.weight[problem.area == area])
        if len(cover.column) <= HANDED:
            rows = cover.area == area
            columns = np.unique(cover.column[np.repeat(rows, np.diff(cover.start))])
            own.append((columns, reduce.part(cover, rows)))
    return _Task(problem, cover, total, base, unit, tuple(own))


def _bisected(task: _Task, best: Picks, bound: float, clock: Clock, gap: float, seed: int) -> tuple[Picks, float, str]:
    """The best plan, the bound and how it ended: the distance halved by decisions until one cannot be made in time."""
    value, cover = task.value(best), task.cover
    if len(cover.column) > LARGE and bound - value > gap * value:
        until, money = clock.spent_s + BOUND_PART * clock.left_s, task.problem.budget
        bound = min(bound, largest_share(cover, task.total, task.base, most=task.problem.room if money is None else None, budget=money,
                                         target=value, out_of_time=lambda: clock.over or clock.spent_s > until))
    while True:
        bound = max(bound, value)
        if clock.progress is not None:
            clock.progress(value, bound)
        if bound - value <= gap * value:
            return best, bound, "gap"
        if clock.over or len(cover.column) > HANDED:
            return best, bound, clock.word
        better = task.covered_at(value, more=True)
        asked = np.maximum(task.covered_at(0.5 * (value + bound)), better)
        last = bool((asked <= better).all()) or bound - value <= NARROW * max(value, NARROW)
        asked = better if last else asked
        plan, impossible = decide(task, asked, clock, seed)
        if impossible:
            bound = min(bound, task.most_below(asked))
            if last:
                return best, max(value, bound), "gap"
        elif plan is None or task.value(plan) <= value:
            return best, bound, clock.word if plan is None else "gap"
        else:
            best = fairer(task.problem, cover, task.total, plan, rounds=AGAIN, seed=seed, out_of_time=lambda: clock.over)
            value = task.value(best)


def decide(task: _Task, asked: Floats, clock: Clock, seed: int) -> tuple[Picks | None, bool]:
    """Columns with which every area has the weight asked (A,) covered, and whether it is proven that there are none."""
    needed = np.maximum(0.0, asked - task.base - 1e-3 * task.unit)
    quiet = clock.quiet()
    least: list[tuple[Picks, float]] = []
    for area, (columns, rows) in enumerate(task.own):
        if needed[area] <= 0:
            continue
        if float(rows.weight.sum()) < needed[area]:
            return None, True
        alone = np.zeros(len(needed))
        alone[area] = needed[area]
        free = replace(task.problem, p=None, budget=None)
        price = to_unit(run(models.lscp_areas(free, rows, alone), quiet, seed=seed).bound, whole_unit(rows.price), maximise=False)
        if price > task.limit * (1 + 1e-9) + 1e-9:
            return None, True
        if price > task.cover.price[columns].min():
            least.append((columns, price))
    model = models.lscp_areas(task.problem, task.cover, needed, least)
    found = run(model, quiet, seed=seed, target=task.limit)
    return (None if found.x is None else np.flatnonzero(found.x[: len(task.cover.site)] > 0.5)), found.infeasible
