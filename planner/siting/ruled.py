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
from planner.siting.lawful_cover import cheaper
from planner.siting.linear import LinearModel
from planner.siting.median_ruled import ruled_median
from planner.siting.problem import CAPACITATED, Columns, Floats, Picks, SitingProblem
from planner.siting.reduce import Cover
from planner.siting.results import WITHIN_SHARE, Plan, nearest, worth
from planner.siting.solver import Clock, Found, Relaxed, relaxed, run

Method = Callable[[SitingProblem, Clock, float, int], Plan]
SMALL = 15_000
"""Entries of a program up to which HiGHS takes it as it is."""
ENTRIES = 300_000
"""Entries of a program above which branch and cut is not begun: its root would not end in a minute; the search goes on instead."""
FIRST_PART, FIRST_S = 0.3, 60.0
"""The part of the time, and the seconds, that the problem without its rules may take."""
RELAX_PART, RELAX_S = 0.3, 60.0
"""The same for the relaxation of a program."""
RELAX_ENTRY_S = 5e-6
"""Seconds for each entry of a program below which the relaxation is not begun: HiGHS looks at its clock late while it prepares one."""
TOLERANCES = (1e-3, 1e-4)
"""How near the relaxation is brought, one after the other: where time ends the second, the first is there. Measured: 1e-3 costs 0.1 %."""
SEARCH_PART, SEARCH_ROUNDS, SEARCH_LONG = 0.3, 12, 200
"""The part of what is left then, and the restarts, that the search for a lawful plan may take; restarts where it has the last word."""
LAGRANGIAN, LAGRANGIAN_PART = 60_000, 0.6
"""Pairs above which p_median is bounded by its Lagrangian (planner.siting.median_ruled) instead of a program; the part of what is left."""
SAID = ", with rules on sites (HiGHS)"


@dataclass(frozen=True, slots=True)
class Form:
    """A program, the problem's site of each of its first columns, and the solution that a plan stands for.

    value : the objective of a plan, recomputed from its sites; None where it breaks a rule.   counts : what was taken out.
    searchable : the problem's own rules are all there is to keep, so that interchange may go on from a plan.
    """

    model: LinearModel
    site: Columns
    begin: Callable[[Picks], Floats]
    value: Callable[[Picks], float | None]
    counts: dict[str, int]
    searchable: bool = True


def ruled(problem: SitingProblem, method: Method, clock: Clock, gap: float, seed: int, without: Plan | None = None) -> Plan:
    """The plan of a problem with rules. method : solves the problem without them.   without : what that gave, where it is known.

    (Any plan and any bound of a problem with fewer rules will do for `without`.)
    """
    if problem.model == "p_center" or problem.model in CAPACITATED:
        return method(problem, clock, gap, seed)  # these hold the rules in every program they solve
    first = _without(problem, method, clock, gap, seed) if without is None else without
    if first.infeasible:
        return first
    known = first.sites if first.sites is not None and worth(problem, first.sites).lawful else None
    ended = without is None and first.stopped in ("proof", "gap")  # as near as its method goes: nothing is gained by going on
    if known is not None and (ended or _close(problem, known, first.bound, gap)):
        return first
    return _with(problem, first, known, clock, gap, seed)


def _with(problem: SitingProblem, first: Plan, known: Picks | None, clock: Clock, gap: float, seed: int) -> Plan:
    """The plan with the rules. first : the plan without them.   known : a lawful plan, if there is one."""
    method, bound = first.method.removesuffix(" (HiGHS)") + SAID, first.bound
    large = problem.model == "p_median" and len(problem.by_demand.column) > LAGRANGIAN
    form = None if large else form_of(problem)
    relaxation = None if form is None else _relaxed(form, bound, clock)
    wished = None if form is None or relaxation is None else _wished(form, relaxation, problem.sites)
    plan, impossible = _begin(problem, known, first.sites, wished, clock, seed)
    if impossible:
        return Plan(None, None, method, infeasible=True, reductions=first.reductions)
    if form is not None:
        return _finished(problem, form, plan, bound, relaxation, method, clock, gap, seed)
    start = plan if plan is not None else problem.existing
    proof = ruled_median(problem, start, clock, clock.spent_s + LAGRANGIAN_PART * clock.left_s, seed)
    bound = proof.bound if bound is None else max(bound, proof.bound)
    best = _last_searched(problem, [found for found in (plan, proof.sites) if found is not None], bound, gap, clock, seed)
    stopped = "gap" if best is not None and _close(problem, best, bound, gap) else clock.word
    return Plan(best, bound if np.isfinite(bound) else None, method, stopped, reductions=first.reductions)


def _last_searched(problem: SitingProblem, plans: list[Picks], bound: float, gap: float, clock: Clock, seed: int) -> Picks | None:
    """The best of some lawful plans, improved until time ends or the bound is near."""
    best: Picks | None = None
    for at, plan in enumerate(plans):
        if best is not None and _close(problem, best, bound, gap):
            break
        found = _searched(problem, plan, clock, clock.spent_s + clock.left_s / (len(plans) - at), seed + at, SEARCH_LONG)
        best = found if best is None else _better(problem, best, found)
    return best


def _searched(problem: SitingProblem, plan: Picks, clock: Clock, until_s: float, seed: int, rounds: int) -> Picks:
    """A lawful plan improved by the search that its model has; as it is where it has none."""
    if problem.model == "lscp":
        return cheaper(problem, plan, clock, until_s, seed=seed, rounds=rounds)
    if problem.model in ("mclp", "p_median"):
        return improved(problem, plan, clock, until_s, seed=seed, rounds=rounds)
    return plan


def _without(problem: SitingProblem, method: Method, clock: Clock, gap: float, seed: int) -> Plan:
    """The answer without the rules, in a part of the time; its bounds are told, its plans are not: they may be unlawful."""
    def tell(_objective: float | None, bound: float | None) -> None:
        if clock.progress is not None:
            clock.progress(None, bound)

    part = Clock(min(FIRST_S, FIRST_PART * clock.left_s), tell, clock.cancel)
    return method(replace(problem, rules=None), part, gap, seed)


def _better(problem: SitingProblem, one: Picks, other: Picks) -> Picks:
    """The better of two lawful plans."""
    here, there = (worth(problem, sites).objective for sites in (one, other))
    return one if (here > there if problem.maximised else here < there) else other


def _gains(model: LinearModel, value: float, other: float) -> bool:
    """Whether a value is better than another."""
    return value > other if model.maximise else value < other


def _close(problem: SitingProblem, sites: Picks, bound: float | None, gap: float) -> bool:
    """Whether a lawful plan is within the gap of the bound."""
    value = worth(problem, sites).objective
    return bound is not None and (bound - value if problem.maximised else value - bound) <= max(gap, 1e-9) * max(abs(value), 1e-12)


def _near(model: LinearModel, value: float, bound: float, gap: float) -> bool:
    """Whether a value is within the gap of the bound."""
    return (bound - value if model.maximise else value - bound) <= max(gap, 1e-9) * max(abs(value), 1e-6)


def _begin(problem: SitingProblem, known: Picks | None, sites: Picks | None, wished: Floats | None, clock: Clock,
           seed: int) -> tuple[Picks | None, bool]:
    """A lawful plan to begin with, or None; and whether it is proven that there is none.

    known : a lawful plan.   sites : a plan without the rules.   wished : (J,) shares of the relaxation.
    """
    wishes = [] if wished is None else [wished]
    if known is None:
        wishes.append(np.isin(np.arange(problem.sites), [] if sites is None else sites).astype(np.float64))
    plans = [] if known is None else [known]
    for wish in wishes:
        found = nearest_lawful(problem, wish, clock, seed)
        if found.impossible:
            return None, True
        plans += [] if found.sites is None else [found.sites]
    best: Picks | None = None
    until = clock.spent_s + SEARCH_PART * clock.left_s
    for at, plan in enumerate(plans):
        part = clock.spent_s + max(0.0, until - clock.spent_s) / (len(plans) - at)
        plan = _searched(problem, plan, clock, part, seed, SEARCH_ROUNDS)
        if worth(problem, plan).lawful:
            best = plan if best is None else _better(problem, best, plan)
    return best, False


def _relaxed(form: Form, bound: float | None, clock: Clock) -> Relaxed | None:
    """The relaxation of a program that is not small, its bound no worse than the one known."""
    if len(form.model.index) <= SMALL:
        return None
    until, best = clock.spent_s + min(RELAX_S, RELAX_PART * clock.left_s), None
    for tolerance in TOLERANCES:
        if until - clock.spent_s < RELAX_ENTRY_S * len(form.model.index):
            break
        found = relaxed(form.model, clock, tolerance=tolerance, limit_s=until - clock.spent_s)
        if found is not None and (best is None or _gains(form.model, best.bound, found.bound)):
            best = found
            if clock.progress is not None:
                clock.progress(None, _tighter(form.model, found.bound, bound))
    return best


def _tighter(model: LinearModel, one: float, other: float | None) -> float:
    """The tighter of two bounds."""
    return one if other is None else min(one, other) if model.maximise else max(one, other)


def _wished(form: Form, relaxation: Relaxed, sites: int) -> Floats:
    """(J,) how much of each site the relaxation opens."""
    wished = np.zeros(sites)
    wished[form.site] = np.clip(relaxation.x[: len(form.site)], 0.0, 1.0)
    return wished


def programmed(problem: SitingProblem, form: Form, start: Picks | None, bound: float | None, method: str, clock: Clock, gap: float,
               seed: int) -> Plan:
    """The plan of a program, from a plan and a bound if there are any: the better of start and solution, the tighter of the bounds."""
    return _finished(problem, form, start, bound, _relaxed(form, bound, clock), method, clock, gap, seed)


def _finished(problem: SitingProblem, form: Form, start: Picks | None, bound: float | None, relaxation: Relaxed | None, method: str,
              clock: Clock, gap: float, seed: int) -> Plan:
    """What is left once relaxation and start are known: sites settled, then branch and cut, or more search where that is too large."""
    model, value = form.model, None if start is None else form.value(start)
    if relaxation is not None:
        bound = _tighter(model, relaxation.bound, bound)
    if start is not None and value is not None and bound is not None and _near(model, value, bound, gap):
        return Plan(start, bound, method, "gap", reductions=form.counts)
    counts = dict(form.counts)
    if relaxation is not None and value is not None:
        model = settled(model, relaxation, value)
        counts["sites_settled"] = int((model.col_lower == model.col_upper)[: len(form.site)].sum())
    live = model.col_lower < model.col_upper
    if start is not None and int(live[model.index].sum()) > ENTRIES:
        if form.searchable:
            start = _searched(problem, start, clock, clock.spent_s + clock.left_s, seed + 1, SEARCH_LONG)
        return Plan(start, bound, method, clock.word, reductions=counts)
    begin = None if start is None else np.clip(form.begin(start), model.col_lower, model.col_upper)
    found = run(model, clock, gap=gap, seed=seed, start=begin)
    return _taken(problem, form, found, start, value, bound, method, counts)


def _taken(problem: SitingProblem, form: Form, found: Found, start: Picks | None, value: float | None, bound: float | None, method: str,
           counts: dict[str, int]) -> Plan:
    """The better of start and solution, and the bound of all plans: those that settling left out are no better than the start."""
    best, stopped = start, found.stopped
    if found.x is not None:
        other = np.union1d(problem.existing, form.site[np.flatnonzero(found.x[: len(form.site)] > 0.5)]).astype(np.int32)
        got = form.value(other)
        if got is not None and (value is None or not _gains(form.model, value, got)):
            best, value = other, got
    if found.infeasible and best is None:
        return Plan(None, None, method, infeasible=True, reductions=counts)
    if found.infeasible:
        bound = value
    elif np.isfinite(found.bound):
        bound = _tighter(form.model, found.bound, bound)
    if value is not None and bound is not None and (_gains(form.model, value, bound)
                                                    or (stopped == "proof" and _near(form.model, value, bound, 1e-7))):
        bound = value  # HiGHS is exact to about 1e-7
    return Plan(best, bound, method, stopped, reductions=counts)


def settled(model: LinearModel, relaxation: Relaxed, value: float) -> LinearModel:
    """The model with whole variables fixed whose other end is in no plan better than one of this value (reduced-cost fixing).

    Better is by the model's unit, or without one by a billionth.
    """
    least = model.unit * (1 - 1e-6) if model.unit else 1e-9 * max(abs(value), 1.0)
    apart = relaxation.bound - value if model.maximise else value - relaxation.bound
    fixed = model.whole & (np.abs(relaxation.reduced) * (model.col_upper - model.col_lower) > max(apart - least, 0.0))
    up = (relaxation.reduced > 0) == model.maximise
    return replace(model, col_lower=np.where(fixed & up, model.col_upper, model.col_lower),
                   col_upper=np.where(fixed & ~up, model.col_lower, model.col_upper))


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
