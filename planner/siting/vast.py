"""Covering problems too large to hand to branch and cut as they are: search, a first-order bound, sites settled by it, then the rest.

Settling: L(u) is the bound for multipliers u and r_j what opening column j changes in it. With at most n columns the n least r are open in
L's own solution. A column outside them whose opening would lift L to no better than the plan at hand can be in no better plan, and one
inside them whose closing would do so is in every better plan (reduced-cost fixing). What is proven of the rest is then proven of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.network.jit import Loop
from planner.siting import loops, models, reduce
from planner.siting.bounds import least_price, most_covered
from planner.siting.branching import branched, proven
from planner.siting.heuristics import cheapest_cover, improve_cover
from planner.siting.linear import LinearModel, to_unit, whole_unit
from planner.siting.links import links
from planner.siting.problem import Floats, Mask, Picks, SitingProblem
from planner.siting.reduce import Cover
from planner.siting.solver import Clock, Found

SMALL = 15_000
"""Entries of a reduced cover below which branch and cut takes the problem as it is."""
MIP_ENTRIES = 300_000
"""Entries above which HiGHS's root relaxation does not end in a minute."""
SEARCH_PART, BOUND_PART, AGAIN_PART, MIP_PART = 0.1, 0.3, 0.25, 0.9
"""Parts of the time (of what is left of it) for the first search, for the bound, for each search after it, and for branch and cut, which
looks at its clock only between rounds of cuts."""
FIRST_ROUNDS, AGAIN_ROUNDS, WIDE_ROUNDS = 2000, 20_000, 5000
"""Rounds of the searches at the most - the first, among the sites that the relaxation uses, among all again - so that what ends by rounds
is the same again."""
LSCP_ROUNDS = 100_000
"""Moves of a search for a cheap cover that is not the last."""
USED = 0.01
"""Shares above this are sites that the relaxation uses: on a city of 5,000 sites 1,477, and the search three times as quick."""
NEAR = 0.02
"""Relative distance between plan and bound up to which branching closes more than search does, seen on New York (2,713 places)."""
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
    search = (loops.weigh_rows,) if problem.model == "lscp" and problem.share is None else (loops.interchange, loops.shake)
    return loops.grow, loops.set_up, *bound, *search


def _mask(cover: Cover, columns: Picks) -> Mask:
    """(C,) the columns as a mask."""
    made = np.zeros(len(cover.site), dtype=np.bool_)
    made[columns] = True
    return made


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a plan may cost. most : columns, where that is the limit.   price, money : of the columns, and in all (1 each, most)."""

    most: int | None
    budget: float | None
    price: Floats

    @property
    def money(self) -> float:
        """The limit as money."""
        return float(self.budget) if self.budget is not None else float(self.most or 0)

    def words(self, columns: Mask | None = None) -> dict[str, Any]:
        """The limits as the searches and bounds take them, for some of the columns."""
        return {"most": self.most, "budget": self.budget, "price": self.price if columns is None else self.price[columns]}


def _covered(cover: Cover, columns: Picks) -> float:
    """The weight that the columns cover, existing sites not counted."""
    return float(cover.weight[models.covered_rows(cover, columns)].sum())


def _searched(cover: Cover, limits: _Limits, start: Picks, among: Mask, clock: Clock, part_s: float, seed: int, rounds: int,
              target: float = np.inf) -> Picks:
    """A plan at least as good as `start`, looked for among some columns (start's own included) for so many rounds or seconds."""
    until = clock.spent_s + part_s
    narrow, own = reduce.only(cover, among), np.flatnonzero(among)
    plan = improve_cover(links(narrow.start, narrow.column, len(own)), cover.weight, np.isin(own, start), rounds=rounds, seed=seed,
                         target=target, out_of_time=lambda: clock.over or clock.spent_s > until, **limits.words(among))
    return own[plan.chosen]


def mclp(problem: SitingProblem, cover: Cover, start: Picks, clock: Clock, gap: float, seed: int) -> Answer:
    """The most weight covered by columns of a large cover: searched, bounded, searched where the relaxation has its sites, proven."""
    limits = _Limits(None if problem.p is None else problem.room, problem.budget, cover.price)
    base, unit, everywhere = float(cover.base.sum()), whole_unit(cover.weight), np.ones(len(cover.site), dtype=np.bool_)

    def told(columns: Picks, bound: float) -> bool:
        """Tells the figures; whether to stop there."""
        value = _covered(cover, columns)
        if clock.progress is not None:
            clock.progress(value + base, max(value, bound) + base)
        return bound - value <= gap * (value + base) or clock.over

    def ended(columns: Picks, bound: float, fixed: int, word: str | None = None) -> Answer:
        near = bound - _covered(cover, columns) <= gap * (_covered(cover, columns) + base)
        return Answer(columns, bound + base, word or ("gap" if near else clock.word), fixed)

    best = _searched(cover, limits, start, everywhere, clock, min(SEARCH_S, SEARCH_PART * clock.left_s), seed, FIRST_ROUNDS)
    until = clock.spent_s + min(BOUND_S, BOUND_PART * clock.left_s)
    proof = most_covered(links(cover.start, cover.column, len(cover.site)), cover.weight, target=_covered(cover, best),
                         out_of_time=lambda: clock.over or clock.spent_s > until, **limits.words())
    bound = to_unit(proof.value, unit, maximise=True)
    if told(best, bound):
        return ended(best, bound, 0)
    used = proof.shares > USED
    for among, rounds in ((used, AGAIN_ROUNDS), (everywhere, WIDE_ROUNDS)):
        best = _searched(cover, limits, best, among | _mask(cover, best), clock, AGAIN_PART * clock.left_s, seed + 1, rounds,
                         bound / (1 + gap))
    if told(best, bound):
        return ended(best, bound, 0)
    whole, value = float(cover.weight.sum()), _covered(cover, best)
    lower, upper = settled(proof.reduced, np.ones(len(cover.site)) if limits.budget is None else cover.price, limits.money,
                           whole - proof.value, whole - value, unit)
    fixed, entries = int((upper == 0).sum() + (lower == 1).sum()), int((upper[cover.column] > 0).sum())
    if entries <= SMALL or (entries <= MIP_ENTRIES and bound - value <= NEAR * (value + base)):
        model, mine = _within(models.mclp(problem, cover), lower, upper), _mask(cover, best)
        if entries <= SMALL:
            fits = bool((mine >= lower).all() and (mine <= upper).all())
            found = proven(model, value + base, models.mclp_start(cover, best) if fits else None, clock, gap=gap, seed=seed, part=MIP_PART)
        else:
            found = branched(model, value + base, clock, gap=gap)
        best, bound, word = _taken(cover, found, best, value, bound, base)
        return ended(best, bound, fixed, word)
    best = _searched(cover, limits, best, used | _mask(cover, best), clock, clock.left_s, seed + 1, 10**9, bound / (1 + gap))
    told(best, bound)
    return ended(best, bound, fixed)


def settled(reduced: Floats, price: Floats, money: float, bound: float, plan: float, unit: float) -> tuple[Floats, Floats]:
    """Lower and upper ends of the columns: 0 and 0 where closed for good, 1 and 1 where opened for good.

    reduced : (C,) what opening a column changes in L(u) before its price.   money : what all columns may cost.   bound : L(u), weight
    uncovered at least.   plan : weight the plan at hand leaves uncovered. With m the price of money in L's own knapsack, a column in
    shares costs reduced + m price: that is what opening it (closing it, where it is negative) adds to L at the least. A plan counts as
    better when it is so by the unit of weights (or, without one, by a billionth).
    """
    worth = np.divide(-np.minimum(reduced, 0.0), price, out=np.zeros(len(reduced)), where=price > 0)
    order = np.argsort(-worth, kind="stable")
    spent = np.cumsum(price[order])
    inside = int(np.searchsorted(spent, money * (1 + 1e-12), side="right"))
    most = worth[order[inside - 1]] if 0 < inside <= len(order) and spent[inside - 1] >= money * (1 - 1e-12) else None
    least = worth[order[inside]] if inside < len(order) else 0.0
    lower, upper = np.zeros(len(reduced)), np.ones(len(reduced))
    better = plan - (unit * (1 - 1e-6) if unit else 1e-9 * max(plan, 1.0))
    upper[bound + reduced + (least if most is None else most) * price > better] = 0.0
    lower[bound - reduced - least * price > better] = 1.0
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
    return best, max(value, min(bound, found.bound - base)), found.stopped


def lscp(problem: SitingProblem, cover: Cover, start: Picks, clock: Clock, gap: float, seed: int) -> Answer:
    """A cheap cover of all rows: searched, bounded, searched where the relaxation has its sites, proven. p and budget are not looked at."""
    unit, everywhere = whole_unit(cover.price), np.ones(len(cover.site), dtype=np.bool_)

    def price(columns: Picks) -> float:
        return float(cover.price[columns].sum())

    def ended(columns: Picks, bound: float, fixed: int = 0, word: str | None = None) -> Answer:
        return Answer(columns, bound, word or ("gap" if price(columns) - bound <= gap * price(columns) else clock.word), fixed)

    first = _covered_by(cover, everywhere, clock, min(SEARCH_S, SEARCH_PART * clock.left_s), seed, LSCP_ROUNDS)
    best = first if price(first) < price(start) else start
    until = clock.spent_s + min(BOUND_S, BOUND_PART * clock.left_s)
    proof = least_price(links(cover.start, cover.column, len(cover.site)), price=cover.price, target=price(best),
                        out_of_time=lambda: clock.over or clock.spent_s > until)
    bound = to_unit(proof.value, unit, maximise=False)
    if clock.progress is not None:
        clock.progress(price(best), bound)
    if price(best) - bound <= gap * price(best) or clock.over:
        return ended(best, bound)
    closed = proof.value + np.maximum(proof.reduced, 0.0) > price(best) - (unit * (1 - 1e-6) if unit else 1e-9 * price(best))
    used = (_mask(cover, best) | (proof.shares > USED)) & ~(closed & ~_mask(cover, best))
    proving = int((~closed)[cover.column].sum()) <= MIP_ENTRIES
    part_s, rounds = (AGAIN_PART * clock.left_s, LSCP_ROUNDS) if proving else (clock.left_s, 10**9)
    other = _covered_by(cover, used, clock, part_s, seed + 1, rounds, bound)
    best = other if price(other) < price(best) else best
    if clock.progress is not None:
        clock.progress(price(best), bound)
    if not proving or price(best) - bound <= gap * price(best) or clock.over:
        return ended(best, bound, int(closed.sum()))
    begin = _mask(cover, best)
    free = replace(problem, p=None, budget=None)
    found = proven(_within(models.lscp(free, cover), np.zeros(len(cover.site)), (~closed).astype(np.float64)), price(best),
                   None if (begin & closed).any() else begin.astype(np.float64), clock, gap=gap, seed=seed, part=MIP_PART)
    value = price(best)
    if found.x is not None and price(np.flatnonzero(found.x > 0.5)) < value:
        best = np.flatnonzero(found.x > 0.5)
    return ended(best, min(price(best), max(bound, min(found.bound, value))), int(closed.sum()), found.stopped)


def _covered_by(cover: Cover, among: Mask, clock: Clock, part_s: float, seed: int, rounds: int, target: float = -np.inf) -> Picks:
    """A cheap cover by some of the columns, which must be able to cover all rows; idle rows and columns among them are left out."""
    until = clock.spent_s + part_s
    narrow = replace(cover, site=np.arange(len(cover.site), dtype=np.int32))
    if not among.all():
        narrow = reduce.reduced(reduce.only(narrow, among), all_rows=True)
    own = narrow.site
    plan = cheapest_cover(links(narrow.start, narrow.column, len(own)), price=narrow.price, seed=seed, rounds=rounds, target=target,
                          out_of_time=lambda: clock.over or clock.spent_s > until)
    return np.asarray(own[np.flatnonzero(plan.chosen)], dtype=np.int64)
