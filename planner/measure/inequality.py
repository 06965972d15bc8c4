"""How unevenly units are served: what a mean does not tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import FloatArray

WORST_SHARE = 0.1
"""The worst decile: a tenth of the units, at least one."""


@dataclass(frozen=True, slots=True)
class Inequality:
    """How unevenly people of units are served. Shares are 0..1; None where no unit has people.

    units : with people. mean_share : of the units, each counted once. gini : of their shares, weighted by people (0: all alike; the largest
    possible is near 1). worst_units : how many are the worst tenth; worst_share : the share of their people who are served, worst_people :
    those people; worst_below : the highest share among them.
    """

    units: int
    mean_share: float | None
    gini: float | None
    worst_units: int
    worst_people: float
    worst_share: float | None
    worst_below: float | None


def gini(values: FloatArray, weights: FloatArray) -> float | None:
    """The Gini coefficient of values of 0 or more, each held by so many people: mean difference between two people / twice the mean.

    sum_i sum_j w_i w_j |x_i - x_j| / (2 W^2 mean), after C. Gini, Variabilità e mutabilità (1912). 0 where all values are 0, as all are
    alike; None without weight.
    """
    heavy = weights > 0
    values, weights = values[heavy], weights[heavy]
    whole = float(weights.sum())
    if whole <= 0:
        return None
    order = np.argsort(values, kind="stable")
    x, w = values[order], weights[order]
    mass = float(w @ x)
    if mass <= 0:
        return 0.0
    below = np.cumsum(w) - w
    # sum over pairs of the larger minus the smaller: each value counts for the weight below it and against the weight above
    spread = float((w * x) @ (2 * below + w - whole))
    return min(1.0, max(0.0, spread / (whole * mass)))


def inequality(people: FloatArray, covered: FloatArray) -> Inequality:
    """How unevenly units are served: (A,) people and (A,) those of them within reach. Units without people take no part."""
    lived = people > 0
    heads, served = people[lived], covered[lived]
    count = len(heads)
    if count == 0:
        return Inequality(0, None, None, 0, 0.0, None, None)
    shares = served / heads
    worst = np.lexsort((np.arange(count), shares))[:max(1, math.ceil(count * WORST_SHARE - 1e-9))]
    return Inequality(count, float(shares.mean()), gini(shares, heads), len(worst), float(heads[worst].sum()),
                      float(served[worst].sum() / heads[worst].sum()), float(shares[worst].max()))
