"""Covering a share of all weight for the least price, where that is too large for branch and cut: two views of maximal covering.

For multipliers u of maximal covering (planner.siting.bounds), money B covers no more than

    G(B) = sum_i (w_i - u_i) + max {sum_j pull_j x_j : sum_j f_j x_j <= B, 0 <= x <= 1},     pull_j = the sum of u over the rows of j,

so that no plan covers what is needed for less than the least B with G(B) >= needed, read off the knapsack. Plans come from maximal
covering with ever less money, as long as the search still covers enough with it.
"""

from __future__ import annotations

import numpy as np

from planner.siting.bounds import EPSILON, most_covered
from planner.siting.heuristics import improve_cover
from planner.siting.linear import to_unit, whole_unit
from planner.siting.links import Links, links
from planner.siting.problem import Floats, Picks
from planner.siting.reduce import Cover
from planner.siting.solver import Clock
from planner.siting.starts import without_idle

TURNS = 8
"""How often the bound is taken again at the money that it asked for last."""
BOUND_ROUNDS = 3000
"""Rounds of the first-order method in each turn."""
BOUND_PART, SEARCH_ROUNDS = 0.4, 3000
"""Part of the time for the bound; rounds of the search with one sum of money."""
STEP = 2e-3
"""Where prices have no common unit, the part of a plan's price that the next must save."""


def least_money(cover: Cover, dual: Floats, needed: float) -> float:
    """The least B with G(B) >= needed for the multipliers, rounded down; inf where no money is enough."""
    u = np.clip(dual, 0.0, cover.weight)
    pull = np.bincount(cover.column, u[cover.row_of], minlength=len(cover.site))
    got = float((cover.weight - u).sum()) + float(pull[cover.price <= 0].sum())
    got += EPSILON * len(cover.column) * (float(cover.weight.sum()) + float(pull.sum()))
    paid = np.flatnonzero((cover.price > 0) & (pull > 0))
    paid = paid[np.argsort(-(pull[paid] / cover.price[paid]), kind="stable")]
    covered, money = got + np.cumsum(pull[paid]), np.cumsum(cover.price[paid])
    if got >= needed:
        return 0.0
    at = int(np.searchsorted(covered, needed))
    if at == len(paid):
        return np.inf
    before, spent = (float(covered[at - 1]), float(money[at - 1])) if at else (got, 0.0)
    return (spent + float(cover.price[paid[at]]) * (needed - before) / float(pull[paid[at]])) * (1 - 1e-9)


def lscp_share(cover: Cover, needed: float, start: Picks, clock: Clock, gap: float, seed: int) -> tuple[Picks, float]:
    """Columns that cover the weight needed, and a bound of the price of any that do. start : such columns. p and budget are not kept."""
    table, unit = links(cover.start, cover.column, len(cover.site)), whole_unit(cover.price)
    bound, dual = 0.0, None
    until = clock.spent_s + BOUND_PART * clock.left_s
    best, money = start, float(cover.price[start].sum())
    for _ in range(TURNS):
        if clock.over or clock.spent_s > until or money <= 0:
            break
        proof = most_covered(table, cover.weight, budget=money, price=cover.price, start=dual, rounds=BOUND_ROUNDS,
                             out_of_time=lambda: clock.over or clock.spent_s > until)
        found, dual = least_money(cover, proof.dual, needed), proof.dual
        if found <= bound * (1 + 1e-6):
            break
        bound = found
        money = min(money, bound)
    bound = to_unit(bound, unit, maximise=False)
    while not clock.over and float(cover.price[best].sum()) - bound > gap * float(cover.price[best].sum()):
        if clock.progress is not None:
            clock.progress(float(cover.price[best].sum()), bound)
        other = _cheaper(cover, table, needed, best, unit, clock, seed)
        if other is None:
            break
        best = other
    return best, min(bound, float(cover.price[best].sum()))


def _cheaper(cover: Cover, table: Links, needed: float, best: Picks, unit: float, clock: Clock, seed: int) -> Picks | None:
    """Columns that cover enough for less, or None where the search finds none."""
    price = float(cover.price[best].sum())
    money = price - unit if unit else price * (1 - STEP)
    start, rows = cover.by_column()
    kept = best[cover.price[best] > 0]
    count = np.bincount(cover.row_of, np.isin(np.arange(len(cover.site)), best)[cover.column], minlength=cover.rows)
    loss = np.array([float(cover.weight[mine[count[mine] == 1]].sum()) for j in kept for mine in (rows[start[j]: start[j + 1]],)])
    order = kept[np.argsort(loss / cover.price[kept], kind="stable")]
    gone = int(np.searchsorted(np.cumsum(cover.price[order]), (price - money) * (1 - 1e-12))) + 1
    chosen = np.isin(np.arange(len(cover.site)), np.setdiff1d(best, order[:gone]))
    plan = improve_cover(table, cover.weight, chosen, budget=money, price=cover.price, rounds=SEARCH_ROUNDS, seed=seed, target=needed,
                         out_of_time=lambda: clock.over)
    if plan.covered < needed:
        return None
    return without_idle(cover, np.flatnonzero(plan.chosen), needed)
