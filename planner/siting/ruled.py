"""How a problem with rules (planner.siting.rules) is solved: first without them, then with them.

Without the rules the problem is a relaxation: its bound holds, and where its plan happens to keep the rules it is the answer. Otherwise a
lawful plan near it is found and improved, and HiGHS gets the program with the rules as rows. Of the reductions, rows are merged as ever
(rules are about sites alone), and no site is left out for another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.siting import assigning, models, reduce
from planner.siting.lawful import improved, nearest_lawful
from planner.siting.linear import LinearModel
from planner.siting.problem import CAPACITATED, Columns, Floats, Picks, SitingProblem
from planner.siting.reduce import Cover
from planner.siting.results import WITHIN_SHARE, Plan, nearest, worth
from planner.siting.solver import Clock, run

Method = Callable[[SitingProblem, Clock, float, int], Plan]
FIRST_PART = 0.35
"""The part of the time that the problem without its rules may take."""
SEARCH_PART, SEARCH_ROUNDS = 0.3, 12
"""The part of what is left then, and the restarts, that the search for a lawful plan may take."""
ENTRIES = 600_000
"""Entries of a program above which HiGHS is not begun: its root relaxation would not end in a minute; the search goes on instead."""
SAID = ", with rules on sites (HiGHS)"


@dataclass(frozen=True, slots=True)
class Form:
    """A program, the problem's site of each of its first columns, and the solution that a plan stands for.

    value : the objective of a plan, recomputed from its sites; None where it breaks a rule.   counts : what was taken out.
    """

    model: LinearModel
    site: Columns
    begin: Callable[[Picks], Floats]
    value: Callable[[Picks], float | None]
    counts: dict[str, int]


def ruled(problem: SitingProblem, method: Method, clock: Clock, gap: float, seed: int, start: Picks | None = None) -> Plan:
    """The plan of a problem with rules. method : solves the problem without them.   start : a plan to begin from."""
    if problem.model == "p_center" or problem.model in CAPACITATED:
        return method(problem, clock, gap, seed)  # these hold the rules in every program they solve
    known = start if start is not None and worth(problem, start).lawful else None
    first = _without(problem, method, clock, gap, seed)
    if first.infeasible:
        return first
    if first.sites is not None and worth(problem, first.sites).lawful:
        known = first.sites if known is None else _better(problem, first.sites, known)
    if known is not None and _close(problem, known, first.bound, gap):
        return replace(first, sites=known)
    plan, impossible = _begin(problem, first.sites if known is None else known, known is not None, clock, seed)
    if impossible:
        return Plan(None, None, first.method + SAID, infeasible=True, reductions=first.reductions)
    return _program(problem, plan, first, clock, gap, seed)


def _without(problem: SitingProblem, method: Method, clock: Clock, gap: float, seed: int) -> Plan:
    """The answer without the rules, in a part of the time; its bounds are told, its plans are not: they may be unlawful."""
    def tell(_objective: float | None, bound: float | None) -> None:
        if clock.progress is not None:
            clock.progress(None, bound)

    part = Clock(FIRST_PART * clock.left_s, tell, clock.cancel)
    return method(replace(problem, rules=None), part, gap, seed)


def _better(problem: SitingProblem, one: Picks, other: Picks) -> Picks:
    """The better of two lawful plans."""
    here, there = (worth(problem, sites).objective for sites in (one, other))
    return one if (here > there if problem.maximised else here < there) else other


def _gains(model: LinearModel, value: float, other: float) -> bool:
    """Whether a value is better than another."""
    return value > other if model.maximise else value < other


def _close(problem: SitingProblem, sites: Picks, bound: float | None, gap: float) -> bool:
    """Whether a plan is within the gap of the bound."""
    if bound is None:
        return False
    value = worth(problem, sites).objective
    behind = bound - value if problem.maximised else value - bound
    return behind <= max(gap, 1e-9) * max(abs(value), 1e-12)


def _begin(problem: SitingProblem, wished: Picks | None, lawful: bool, clock: Clock, seed: int) -> tuple[Picks | None, bool]:
    """A lawful plan to begin with, or None; and whether it is proven that there is none."""
    sites = wished
    if not lawful:
        wish = nearest_lawful(problem, np.empty(0, dtype=np.int32) if wished is None else wished, clock, seed)
        if wish.impossible:
            return None, True
        sites = wish.sites
    if sites is None or not worth(problem, sites).lawful:
        return None, False
    if problem.model in ("mclp", "p_median"):
        sites = improved(problem, sites, clock, clock.spent_s + SEARCH_PART * clock.left_s, seed=seed, rounds=SEARCH_ROUNDS)
    return sites, False


def _program(problem: SitingProblem, start: Picks | None, first: Plan, clock: Clock, gap: float, seed: int) -> Plan:
    """The program with its rules, from a plan if there is one; where it is too large, the search goes on."""
    form = form_of(problem)
    method = first.method.removesuffix(" (HiGHS)") + SAID
    if start is not None and _close(problem, start, first.bound, gap):
        return Plan(start, first.bound, method, "gap", reductions=form.counts)
    if len(form.model.index) > ENTRIES and start is not None:
        if problem.model in ("mclp", "p_median"):
            start = improved(problem, start, clock, clock.spent_s + clock.left_s, seed=seed + 1, rounds=10**6)
        return Plan(start, first.bound, method, clock.word, reductions=form.counts)
    return programmed(problem, form, start, first.bound, method, clock, gap, seed)


def programmed(problem: SitingProblem, form: Form, start: Picks | None, bound: float | None, method: str, clock: Clock, gap: float,
               seed: int) -> Plan:
    """The plan of a program, from a plan and a bound if there are any: the better of start and solution, the tighter of the bounds."""
    found = run(form.model, clock, gap=gap, seed=seed, start=None if start is None else form.begin(start))
    best, value = start, None if start is None else form.value(start)
    if found.x is not None:
        other = np.union1d(problem.existing, form.site[np.flatnonzero(found.x[: len(form.site)] > 0.5)]).astype(np.int32)
        got = form.value(other)
        if got is not None and (value is None or not _gains(form.model, value, got)):
            best, value = other, got
    if best is None and found.infeasible:
        return Plan(None, None, method, infeasible=True, reductions=form.counts)
    if np.isfinite(found.bound):
        tighter = min if form.model.maximise else max
        bound = found.bound if bound is None else tighter(bound, found.bound)
    if value is not None and bound is not None and found.stopped == "proof":
        behind = bound - value if form.model.maximise else value - bound
        if behind <= 1e-7 * max(abs(value), 1e-6):  # HiGHS is exact to about this
            bound = value
    return Plan(best, bound, method, found.stopped, reductions=form.counts)


def lawful_value(problem: SitingProblem, sites: Picks) -> float | None:
    """The objective of sites; None where they break a rule."""
    value = worth(problem, sites)
    return value.objective if value.lawful else None


def form_of(problem: SitingProblem) -> Form:
    """The program of a model with its rules."""
    def value(sites: Picks) -> float | None:
        return lawful_value(problem, sites)

    if problem.model == "p_median":
        radius = assigning.p_median(problem)

        def begin(sites: Picks) -> Floats:
            opened = np.zeros(problem.sites, dtype=np.bool_)
            opened[sites] = True
            paid = nearest(problem.by_demand, opened)[1]
            return radius.start(sites, np.where(problem.reachable, paid, 0.0))

        return Form(radius.model, radius.site, begin, value, {})
    cover = ruled_cover(problem, all_rows=problem.model == "lscp" and problem.share is None, by_area=problem.model == "max_min_share")

    def chosen(sites: Picks) -> Picks:
        return np.flatnonzero(np.isin(cover.site, sites))

    if problem.model == "mclp":
        return Form(models.mclp(problem, cover), cover.site, lambda sites: models.mclp_start(cover, chosen(sites)), value, cover.counts)
    if problem.model == "max_min_share":
        return Form(models.max_min_share(problem, cover), cover.site,
                    lambda sites: np.r_[models.cover_start(cover, chosen(sites)), worth(problem, sites).objective], value, cover.counts)
    if problem.share is None:
        return Form(models.lscp(problem, cover), cover.site, lambda sites: np.isin(cover.site, sites).astype(np.float64), value,
                    cover.counts)
    needed = (problem.share - WITHIN_SHARE) * float(problem.weight.sum()) - float(cover.base.sum())
    return Form(models.lscp_share(problem, cover, needed), cover.site, lambda sites: models.cover_start(cover, chosen(sites)), value,
                cover.counts)


def ruled_cover(problem: SitingProblem, *, all_rows: bool, within: float | None = None, by_area: bool = False) -> Cover:
    """`reduce.cover` for problems that may have rules: then no site is left out but those that cover nothing and that no rule asks for."""
    if problem.rules is None:
        return reduce.cover(problem, all_rows=all_rows, within=within, by_area=by_area)
    rules = problem.rules
    made = reduce.cover(problem, all_rows=all_rows, within=within, by_area=by_area, reduce=False)
    asked = np.unique(rules.site[np.isfinite(rules.lower)[rules.row_of] | (rules.value < 0)])
    more = np.setdiff1d(asked[problem.fixed[asked] == 0], made.site).astype(np.int32)
    return reduce.merged(replace(made, site=np.r_[made.site, more].astype(np.int32), price=np.r_[made.price, problem.price[more]]))
