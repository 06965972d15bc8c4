"""Covering problems too large to hand to branch and cut as they are: search, a first-order bound, sites settled by it, then the rest.

Settling: L(u) is the bound for multipliers u and r_j what opening column j changes in it. With at most n columns the n least r are open in
L's own solution. A column outside them whose opening would lift L to no better than the plan at hand can be in no better plan, and one
inside them whose closing would do so is in every better plan (reduced-cost fixing). What is proven of the rest is then proven of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.network.jit import Loop
from planner.siting import loops, models
from planner.siting.bounds import least_price, most_covered
from planner.siting.heuristics import cheapest_cover, improve_cover
from planner.siting.linear import LinearModel, to_unit, whole_unit
from planner.siting.links import Links, links
from planner.siting.problem import Floats, Mask, Picks, SitingProblem
from planner.siting.reduce import Cover
from planner.siting.solver import Clock, Found, run

SMALL = 15_000
"""Entries of a reduced cover below which branch and cut takes the problem as it is."""
MIP_ENTRIES = 300_000
"""Entries above which HiGHS's root relaxation does not end in a minute."""
SEARCH_PART, BOUND_PART = 0.15, 0.25
"""Parts of the time for the first search and for the bound."""
SEARCH_S, BOUND_S = 4.0, 30.0
"""And the most they take, in seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """columns : the best found.   bound : of the objective, base included.   stopped : proof, gap, time or cancel."""

    columns: Picks
    bound: float
    stopped: str
    settled: int


def needed_loops(problem: SitingProblem) -> tuple[Loop, ...]:
    """The compiled loops that a covering problem may call: none where it is small even before it is reduced."""
    if len(problem.by_demand.column) <= SMALL:
        return ()
    bound = (loops.gather, loops.primal_dual)
    if problem.model == "max_min_share":
        return bound
    search = (loops.weigh_rows,) if problem.model == "lscp" else (loops.interchange, loops.shake)
    return loops.grow, loops.set_up, *bound, *search


def _mask(cover: Cover, columns: Picks) -> Mask:
    """(C,) the columns as a mask."""
    made = np.zeros(len(cover.site), dtype=np.bool_)
    made[columns] = True
    return made


def mclp(problem: SitingProblem, cover: Cover, start: Picks, clock: Clock, gap: float, seed: int) -> Answer:
    """The most weight covered by columns of a large cover."""
    table, base = links(cover.start, cover.column, len(cover.site)), float(cover.base.sum())
    unit, most = whole_unit(cover.weight), None if problem.p is None else problem.room
    limits = {"most": most, "budget": problem.budget, "price": cover.price}

    def search(columns: Picks, until: float, rounds: int, target: float) -> Picks:
        plan = improve_cover(table, cover.weight, _mask(cover, columns), rounds=rounds, seed=seed, target=target,
                             out_of_time=lambda: clock.over or clock.spent_s > until, **limits)  # type: ignore[arg-type]
        return np.flatnonzero(plan.chosen)

    best = search(start, clock.spent_s + min(SEARCH_S, SEARCH_PART * clock.left_s), 2000, np.inf)
    value = float(cover.weight[models.covered_rows(cover, best)].sum())
    until = clock.spent_s + min(BOUND_S, BOUND_PART * clock.left_s)
    proof = most_covered(table, cover.weight, target=value, out_of_time=lambda: clock.over or clock.spent_s > until, **limits)  # type: ignore[arg-type]
    bound = to_unit(proof.value, unit, maximise=True)
    if bound - value <= gap * (value + base) or clock.over:
        return Answer(best, bound + base, "gap" if bound - value <= gap * (value + base) else clock.word, 0)
    lower, upper = np.zeros(len(cover.site)), np.ones(len(cover.site))
    if problem.budget is None and most is not None:
        lower, upper = settled(proof.reduced, most, float(cover.weight.sum()) - proof.value, float(cover.weight.sum()) - value, unit)
    model = models.mclp(problem, cover)
    if int((upper[cover.column] > 0).sum()) <= MIP_ENTRIES:
        mine = _mask(cover, best)
        fits = bool((mine >= lower).all() and (mine <= upper).all())
        found = run(_within(model, lower, upper), clock, gap=gap, seed=seed, start=models.mclp_start(cover, best) if fits else None)
        best, bound, stopped = _taken(cover, found, best, value, bound, base)
    else:
        best = search(best, np.inf, 10**9, bound / (1 + gap))
        value = float(cover.weight[models.covered_rows(cover, best)].sum())
        stopped = "gap" if bound - value <= gap * (value + base) else clock.word
    return Answer(best, bound + base, stopped, int((upper == 0).sum() + (lower == 1).sum()))


def settled(reduced: Floats, most: int, bound: float, plan: float, unit: float) -> tuple[Floats, Floats]:
    """Lower and upper ends of the columns: 0 and 0 where closed for good, 1 and 1 where opened for good.

    bound : L(u), weight uncovered at least.   plan : weight the plan at hand leaves uncovered. A plan counts as better when it is so by
    the unit of weights (or, without one, by a billionth).
    """
    lower, upper = np.zeros(len(reduced)), np.ones(len(reduced))
    if not 0 < most < len(reduced):
        return lower, upper
    order = np.argsort(reduced, kind="stable")
    last_in, first_out = reduced[order[most - 1]], reduced[order[most]]
    better = plan - (unit * (1 - 1e-6) if unit else 1e-9 * max(plan, 1.0))
    inside = np.zeros(len(reduced), dtype=np.bool_)
    inside[order[:most]] = True
    upper[~inside & (bound + np.minimum(reduced, 0.0) - min(last_in, 0.0) > better)] = 0.0
    lower[inside & (bound + min(first_out, 0.0) - np.minimum(reduced, 0.0) > better)] = 1.0
    return lower, upper


def _within(model: LinearModel, lower: Floats, upper: Floats) -> LinearModel:
    """The model with the ends of its first columns changed."""
    low, high = model.col_lower.copy(), model.col_upper.copy()
    low[: len(lower)], high[: len(upper)] = lower, upper
    return replace(model, col_lower=low, col_upper=high)


def _taken(cover: Cover, found: Found, best: Picks, value: float, bound: float, base: float) -> tuple[Picks, float, str]:
    """The better of plan and solution, and the bound of all plans: those that settling left out are no better than the plan at hand."""
    if found.x is not None:
        other = np.flatnonzero(found.x[: len(cover.site)] > 0.5)
        got = float(cover.weight[models.covered_rows(cover, other)].sum())
        if got > value:
            best, value = other, got
    if found.infeasible:
        return best, value, "proof"
    return best, max(value, min(bound, found.bound - base)), found.stopped


def lscp(cover: Cover, clock: Clock, gap: float, seed: int) -> tuple[Picks, float]:
    """A cheap cover of all rows and a bound of the price of any; for problems without p and budget."""
    table: Links = links(cover.start, cover.column, len(cover.site))
    until = clock.spent_s + min(SEARCH_S, SEARCH_PART * clock.left_s)
    plan = cheapest_cover(table, price=cover.price, seed=seed, out_of_time=lambda: clock.over or clock.spent_s > until)
    later = clock.spent_s + min(BOUND_S, BOUND_PART * clock.left_s)
    proof = least_price(table, price=cover.price, target=plan.price, out_of_time=lambda: clock.over or clock.spent_s > later)
    bound = to_unit(proof.value, whole_unit(cover.price), maximise=False)
    best = plan.chosen
    if len(cover.column) > MIP_ENTRIES and plan.price - bound > gap * plan.price:
        again = cheapest_cover(table, price=cover.price, seed=seed + 1, rounds=10**9, target=bound, out_of_time=lambda: clock.over)
        best = again.chosen if again.price < plan.price else best
    return np.flatnonzero(best), bound
