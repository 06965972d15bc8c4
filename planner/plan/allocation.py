"""A quota split over units in whole numbers that add up to it exactly, by stated factors, with least and greatest amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from planner.errors import InputError

GAP = "gap"
"""The factor that is the shortfall of a target (planner.plan.allocation_factors)."""
METHODS = ("largest_remainder", "webster")
"""largest_remainder : each unit's exact share rounded down, what is left goes to the largest remainders (Hamilton). webster : the divisor
method with standard rounding (Sainte-Laguë), under which a larger quota never takes anything from a unit."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What a quota is split by: a figure for each unit, and its weight beside other factors."""

    name: str
    values: tuple[float, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """One unit's part. share : of the weights, 0..1. exact : before rounding, with least and most honoured. amount : whole."""

    code: str
    share: float
    exact: float
    amount: int
    least: int
    most: int | None


def weights_of(factors: Sequence[Factor]) -> tuple[Fraction, ...]:
    """(A,) the weights of units: of each factor a unit's share of the sum, times the factor's weight, added up; they sum to 1.

    Raises InputError: allocation_factor (a value or weight that is negative or no number, or a factor that is 0 everywhere).
    """
    total = sum((Fraction(factor.weight) for factor in factors if factor.weight >= 0), Fraction(0))
    found = [Fraction(0)] * (len(factors[0].values) if factors else 0)
    for factor in factors:
        if not factor.weight > 0 or any(not 0 <= value < float("inf") for value in factor.values):
            raise InputError("allocation_factor", factor=factor.name)
        whole = sum(map(Fraction, factor.values), Fraction(0))
        if not whole:
            raise InputError("allocation_factor_zero", factor=factor.name)
        for k, value in enumerate(factor.values):
            found[k] += Fraction(value) / whole * Fraction(factor.weight) / total
    return tuple(found)


def allocate(quota: int, codes: Sequence[str], factors: Sequence[Factor], *, least: Mapping[str, int] | None = None,
             most: Mapping[str, int] | None = None, method: str = METHODS[0]) -> tuple[Share, ...]:
    """A quota over units: whole numbers whose sum is the quota, none below its least or above its most.

    A unit of more weight never gets less than one of less weight with the same least and most. Ties go to the greater weight, then to the
    earlier unit. Raises InputError: allocation_* where the bounds leave no such split, or a factor cannot be used.
    """
    if quota < 0 or method not in METHODS:
        raise InputError("allocation_quota", quota=quota)
    weight = weights_of(factors)
    low = [int((least or {}).get(code, 0)) for code in codes]
    high = [(most or {}).get(code) for code in codes]
    _check_bounds(quota, codes, weight, low, high)
    exact = _filled(quota, weight, low, high)
    amounts = _largest_remainder(quota, weight, exact, high) if method == METHODS[0] else _webster(quota, weight, low, high)
    return tuple(Share(code, float(weight[k]), float(exact[k]), amounts[k], low[k], high[k]) for k, code in enumerate(codes))


def _check_bounds(quota: int, codes: Sequence[str], weight: Sequence[Fraction], low: Sequence[int], high: Sequence[int | None]) -> None:
    """Refuses bounds that leave no split."""
    for k, code in enumerate(codes):
        most = high[k]
        if low[k] < 0 or (most is not None and most < low[k]):
            raise InputError("allocation_bounds", unit=code, least=low[k], most=most)
    if sum(low) > quota:
        raise InputError("allocation_least", least=sum(low), quota=quota)
    room = [low[k] if not weight[k] else high[k] for k in range(len(codes))]
    known = [part for part in room if part is not None]
    if len(known) == len(room) and sum(known) < quota:
        raise InputError("allocation_most", most=sum(known), quota=quota)


def _filled(quota: int, weight: Sequence[Fraction], low: Sequence[int], high: Sequence[int | None]) -> list[Fraction]:
    """Each unit's exact part: weight times one level, but at least `low` and at most `high`; the level is where the parts add up."""

    def parts(level: Fraction) -> list[Fraction]:
        found = []
        for k, share in enumerate(weight):
            most = high[k]
            part = max(Fraction(low[k]), level * share)
            found.append(part if most is None else min(part, Fraction(most)))
        return found

    bends = {Fraction(0)}
    for k, share in enumerate(weight):
        if share:
            most = high[k]
            bends |= {Fraction(low[k]) / share} | ({Fraction(most) / share} if most is not None else set())
    ordered = sorted(bends)
    below = max((level for level in ordered if sum(parts(level)) <= quota), default=Fraction(0))
    at = parts(below)
    rising = sum((share for k, share in enumerate(weight) if share and _rises(below, share, low[k], high[k])), Fraction(0))
    left = quota - sum(at)
    return parts(below + left / rising) if left and rising else at


def _rises(level: Fraction, share: Fraction, low: int, high: int | None) -> bool:
    """Whether a unit's part grows just above a level."""
    return level * share >= low and (high is None or level * share < high)


def _largest_remainder(quota: int, weight: Sequence[Fraction], exact: Sequence[Fraction], high: Sequence[int | None]) -> list[int]:
    """Rounded down, and what is left to the largest remainders."""
    amounts = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda k: (-(exact[k] - amounts[k]), -weight[k], k))
    for k in order[: quota - sum(amounts)]:
        amounts[k] += 1
    return amounts


def _webster(quota: int, weight: Sequence[Fraction], low: Sequence[int], high: Sequence[int | None]) -> list[int]:
    """One after the other to the unit with the greatest weight / (amount + 1/2), as long as it may have more."""
    import heapq

    amounts = list(low)
    queue = [(-weight[k] / (amounts[k] + Fraction(1, 2)), -weight[k], k) for k in range(len(weight)) if weight[k] and amounts[k] != high[k]]
    heapq.heapify(queue)
    for _ in range(quota - sum(amounts)):
        _, minus, k = heapq.heappop(queue)
        amounts[k] += 1
        if amounts[k] != high[k]:
            heapq.heappush(queue, (minus / (amounts[k] + Fraction(1, 2)), minus, k))
    return amounts
