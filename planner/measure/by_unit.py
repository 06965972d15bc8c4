"""Sums and weighted quantiles of many units at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

QUANTUM = 2.0**-20
"""People are shared out in multiples of this (planner.inputs.spread), so that their sums are exact in any order."""

EXACT_BELOW = 2.0**27
"""Below this many people float64 tells shares of QUANTUM by twentieths, also in sums that run on over all units."""


def weighted_quantile(values: FloatArray, weights: FloatArray, share: float) -> float | None:
    """The smallest value that at least `share` of the weight does not exceed; None without weight."""
    heavy = weights > 0
    values, weights = values[heavy], weights[heavy]
    if len(values) == 0:
        return None
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    k = int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)))
    return float(values[order[min(k, len(order) - 1)]])


def sums(unit: IntArray, values: FloatArray, where: Mask, units: int) -> FloatArray:
    """(A,) sum of the values of each unit's points that are wanted, in the points' order. unit : (I,) 0..units - 1, -1 for no unit."""
    chosen = np.flatnonzero(where & (unit >= 0))
    return np.bincount(unit[chosen], weights=values[chosen], minlength=units).astype(np.float64)


def weighted_quantiles(unit: IntArray, values: FloatArray, weights: FloatArray, shares: tuple[float, ...], units: int,
                       order: IntArray | None = None) -> list[FloatArray]:
    """`weighted_quantile` of each unit's points for each share, NaN for None: (A,) arrays, by one sort. unit : as in `sums`.

    order : the points by value, if the caller has sorted them already.
    """
    exact = float(weights.sum()) < EXACT_BELOW and bool((np.floor(weights / QUANTUM) * QUANTUM == weights).all())
    if order is None:
        order = by_value(values)
    order = order[(weights[order] > 0) & (unit[order] >= 0)]
    kind = np.int16 if units < 2**15 else np.int64  # numpy sorts 16 bits in linear time
    order = order[np.argsort(unit[order].astype(kind), kind="stable")]
    ordered, weight = values[order], weights[order]
    start = np.searchsorted(unit[order], np.arange(units + 1))
    filled = np.flatnonzero(np.diff(start))
    found = [np.full(units, np.nan) for _ in shares]
    first, last = start[filled], start[filled + 1] - 1
    if exact:
        reached = np.cumsum(weight)
        before = reached[first] - weight[first]
        whole = reached[last] - before
        for quantile, share in zip(found, shares, strict=True):
            at = np.searchsorted(reached, before + share * whole * (1 - 1e-12))
            quantile[filled] = ordered[np.clip(at, first, last)]
        return found
    for k, a, z in zip(filled.tolist(), first.tolist(), last.tolist(), strict=True):  # sums that run on would round from unit to unit
        own = np.cumsum(weight[a:z + 1])
        for quantile, share in zip(found, shares, strict=True):
            quantile[k] = ordered[a + min(int(np.searchsorted(own, share * own[-1] * (1 - 1e-12))), z - a)]
    return found


def by_value(values: FloatArray) -> IntArray:
    """Points by value, equal ones in their order."""
    return np.argsort(values, kind="stable")
