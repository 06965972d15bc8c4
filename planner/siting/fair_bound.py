"""A bound of the worst area's share for large problems: areas weighted against each other, coverage bounded for these weights.

For any weights m_a >= 0 of the areas with sum 1, the worst share is no more than the weighted mean of all shares, so that

    worst share <= max over plans of sum_a m_a share_a,

a maximal covering problem with w_i m_a / W_a for weights, whose own bound (planner.siting.bounds) therefore holds. The weights follow
the exponentiated gradient: areas that the relaxation serves worse than others weigh more next time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planner.siting.bounds import most_covered
from planner.siting.links import links
from planner.siting.problem import Floats, sums
from planner.siting.reduce import Cover

STEPS = 60
"""Weightings tried at the most."""
FIRST_ROUNDS, MORE_ROUNDS = 2000, 200
"""Rounds of the first-order method for the first weighting, and for the others, which go on from its multipliers."""
PACE = 6.0
"""How fast weights move; the steps become smaller with the root of their number."""


def largest_share(cover: Cover, total: Floats, base: Floats, *, most: int | None, budget: float | None, target: float,
                  out_of_time: Callable[[], bool]) -> float:
    """No plan gives the worst area more. total, base : (A,) weight of each area, and what existing sites cover of it.

    most, budget : of the columns, one of them given.   target : a share at which to stop (a plan's).
    """
    table = links(cover.start, cover.column, len(cover.site))
    peopled = total > 0
    scale = np.where(peopled, 1.0 / np.where(peopled, total, 1.0), 0.0)
    part = np.where(peopled, 1.0 / peopled.sum(), 0.0)
    best, dual, before = 1.0, None, None
    for step in range(STEPS):
        weight = cover.weight * (part * scale)[cover.area]
        start: Floats | None = None
        if dual is not None and before is not None:
            start = dual * np.divide(weight, before, out=np.ones_like(weight), where=before > 0)
        found = most_covered(table, weight, most=most, budget=budget, price=cover.price, start=start,
                             rounds=MORE_ROUNDS if step else FIRST_ROUNDS, tolerance=1e-3, out_of_time=out_of_time)
        best = min(best, found.value + float((part * scale) @ base))
        if best <= target or out_of_time():
            break
        served = np.minimum(1.0, np.bincount(cover.row_of, found.shares[cover.column], minlength=cover.rows))
        share = (base + sums(cover.area, cover.weight * served, len(total))) * scale
        dual, before = found.dual, weight
        part = part * np.exp(-PACE / np.sqrt(step + 1.0) * (share - share[peopled].min()))
        part /= part.sum()
    return best
