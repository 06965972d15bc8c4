"""Good plans quickly: greedy starts, interchange and restarts for covering problems. Arrays in, arrays out; every answer recomputed.

A site's mask may be told: `fixed` sites are open already, stay, and cost nothing here; `allowed` sites may be opened. Time ends by the
caller's word: `out_of_time()` is asked between pieces of work of some milliseconds, never within.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.siting import loops
from planner.siting.links import Floats, Links, Longs, Mask, plain

OutOfTime = Callable[[], bool]
SLACK = 5e-4
"""Share of the best plan's weight that the search may stand below it and go on from there; measured on generated cities."""
NOISE = 0.5
"""The most that luck adds to a site's gain where sites are opened anew, as a share of it."""
LOSS = 1e-9
"""Share of all weight below which a gain is taken for rounding."""
PAIRS_AT_ONCE = 20_000_000
"""Pairs that one piece of work touches, about: the clock is asked between."""


def never() -> bool:
    """Time without end."""
    return False


@dataclass(frozen=True, slots=True)
class Cover:
    """Which sites are open and what that covers. chosen : (J,) mask. covered : weight covered. complete : nothing ended it early."""

    chosen: Mask
    covered: float
    complete: bool


class _State:
    """What is open, with the counts and sums that compiled loops hold for it."""

    def __init__(self, links: Links, weight: Floats, chosen: Mask) -> None:
        self.links, self.weight = links, weight
        self.chosen = np.array(chosen, dtype=np.bool_)
        rows, sites = links.demands, links.sites
        self.count, self.owner = np.zeros(rows, dtype=np.int32), np.zeros(rows, dtype=np.int64)
        self.gain, self.sole = np.zeros(sites), np.zeros(sites)
        self.queue, self.waiting = np.zeros(sites, dtype=np.int32), np.zeros(1, dtype=np.int64)
        self.marked = np.zeros(sites, dtype=np.bool_)
        self.shared = np.zeros(sites)
        self.renew()

    @property
    def arrays(self) -> tuple[Longs, ...]:
        """The links as loops take them."""
        return self.links.demand_start, self.links.site, self.links.site_start, self.links.demand  # type: ignore[return-value]

    @property
    def sums(self) -> tuple[object, ...]:
        """Counts, sums and queue as loops take them."""
        return self.count, self.owner, self.gain, self.sole, self.queue, self.waiting, self.marked

    def renew(self) -> None:
        """Counts and sums anew, free of the rounding of many moves."""
        loops.set_up(*self.arrays, self.weight, self.chosen, *self.sums)


def covered_weight(links: Links, weight: Floats, chosen: Mask) -> float:
    """The weight (I,) of the demand that the chosen sites (J,) cover: the objective, from nothing but the sites."""
    reached = np.zeros(links.demands, dtype=np.bool_)
    reached[np.repeat(np.arange(links.demands), np.diff(links.demand_start))[chosen[links.site]]] = True
    return float(weight[reached].sum())


def _masks(links: Links, allowed: Mask | None, fixed: Mask | None) -> tuple[Mask, Mask]:
    """The sites that may be opened, without the fixed ones, and the fixed ones."""
    stays = np.zeros(links.sites, dtype=np.bool_) if fixed is None else plain(fixed, np.bool_)
    may = np.ones(links.sites, dtype=np.bool_) if allowed is None else plain(allowed, np.bool_)
    return may & ~stays, stays


def _prices(links: Links, price: Floats | None, budget: float | None) -> tuple[Floats, float]:
    """Prices and budget; without a budget nothing has a price."""
    if budget is None:
        return np.zeros(links.sites), np.inf
    return (np.ones(links.sites) if price is None else plain(price, np.float64)), float(budget)


def greedy_cover(links: Links, weight: Floats, *, most: int | None = None, budget: float | None = None, price: Floats | None = None,
                 allowed: Mask | None = None, fixed: Mask | None = None) -> Cover:
    """Opens the site with the greatest uncovered weight (for its price, where there is a budget) until nothing gains or fits.

    most : sites opened besides the fixed ones, at most. budget : the sum of price (J,) (1 each where None) of the sites opened, at most.
    With a count alone its plan covers at least 1 - 1/e of the optimum (Nemhauser, Wolsey and Fisher, Math. Programming 14, 1978). Ties
    go to the earlier site.
    """
    may, stays = _masks(links, allowed, fixed)
    cost, money = _prices(links, price, budget)
    heavy = plain(weight, np.float64)
    state = _State(links, heavy, stays)
    loops.grow(*state.arrays, heavy, cost, may, state.chosen, links.sites if most is None else most, money, *state.sums)
    return Cover(state.chosen, covered_weight(links, heavy, state.chosen), True)


def improve_cover(links: Links, weight: Floats, start: Mask, *, most: int | None = None, budget: float | None = None,
                  price: Floats | None = None, allowed: Mask | None = None, fixed: Mask | None = None, rounds: int = 1000, seed: int = 1,
                  target: float = np.inf, out_of_time: OutOfTime = never, found: Callable[[Mask, float], None] | None = None) -> Cover:
    """The plan `start` (J,) improved by interchange, then by closing and opening anew near by and interchange again, `rounds` times.

    most, budget, price, allowed, fixed : as for `greedy_cover`; `start` has to keep to them. target : weight covered at which to stop (a
    bound's, say). found(chosen, covered) : called with every better plan. The same seed gives the same plan unless time ended it
    (complete is False then). rounds = 0: interchange alone (Teitz and Bart, Operations Research 16, 1968).
    """
    may, stays = _masks(links, allowed, fixed)
    cost, money = _prices(links, price, budget)
    heavy = plain(weight, np.float64)
    state = _State(links, heavy, plain(start, np.bool_) | stays)
    least = LOSS * float(heavy.sum())
    if (state.chosen & ~may & ~stays).any():
        raise ValueError("the start opens a site that may not be opened")
    room = (links.sites if most is None else most) - int((state.chosen & may).sum())
    left = money - float(cost[state.chosen & may].sum()) if np.isfinite(money) else money
    best, value = state.chosen.copy(), covered_weight(links, heavy, state.chosen)
    if room < 0 or left < -1e-9 * max(1.0, money):
        raise ValueError("the start has more sites than it may, or costs more")

    def tell(chosen: Mask, covered: float) -> None:
        if found is not None:
            found(chosen.copy(), covered)

    while not out_of_time():
        gained = loops.interchange(*state.arrays, heavy, cost, may, state.chosen, room, left, least, *state.sums, state.shared, 50)
        room = (links.sites if most is None else most) - int((state.chosen & may).sum())
        left = money - float(cost[state.chosen & may].sum()) if np.isfinite(money) else money
        if gained > 0.0:
            best, value = state.chosen.copy(), covered_weight(links, heavy, state.chosen)
            tell(best, value)
        if state.waiting[0] == 0:
            break
    values, random = np.array([value, value]), np.array([1 + seed % (loops.RANDOM_MODULUS - 1)], dtype=np.int64)
    by_move = len(links.site) / max(1, links.sites) * len(links.site) / max(1, links.demands)  # pairs that opening a site touches
    at_once = max(1, min(50, int(PAIRS_AT_ONCE / max(1.0, 100.0 * by_move))))
    done = 0
    while done < rounds and value < target and not out_of_time():
        step = min(at_once, rounds - done)
        room = (links.sites if most is None else most) - int((state.chosen & may).sum())
        left = money - float(cost[state.chosen & may].sum()) if np.isfinite(money) else money
        if loops.shake(*state.arrays, heavy, cost, may, state.chosen, best, room, left, least, SLACK * value, *state.sums, state.shared,
                       random, values, NOISE, step):
            value = covered_weight(links, heavy, best)
            tell(best, value)
        done += step
        state.renew()
        state.waiting[0] = 0
        state.marked[:] = False
        values[:] = covered_weight(links, heavy, state.chosen), value
    return Cover(best, value, done >= rounds or value >= target)


@dataclass(frozen=True, slots=True)
class FullCover:
    """A cover of all demand. chosen : (J,) mask. price : of the sites that are not fixed. complete : nothing ended it early."""

    chosen: Mask
    price: float
    complete: bool


def cheapest_cover(links: Links, *, price: Floats | None = None, allowed: Mask | None = None, fixed: Mask | None = None,
                   rounds: int = 100_000, seed: int = 1, target: float = -np.inf, out_of_time: OutOfTime = never,
                   found: Callable[[Mask, float], None] | None = None) -> FullCover:
    """Covers all demand for as little as it finds: greedy, what is not needed dropped, then rows weighted by how long they wait.

    Every demand row must have a site that is allowed or fixed (ValueError otherwise). price : (J,), 1 each where None. target : a price
    at which to stop (a bound's). rounds : moves of the search at most. Sources: Chvatal (Math. Oper. Res. 4, 1979) for the start, Gao,
    Weise and Li (Applied Intelligence 43, 2015) for the search.
    """
    may, stays = _masks(links, allowed, fixed)
    cost = np.ones(links.sites) if price is None else plain(price, np.float64)
    free = may & (cost == 0.0)
    stays, may = stays | free, may & ~free
    weight = np.ones(links.demands)
    state = _State(links, weight, stays)
    loops.grow(*state.arrays, weight, cost, may, state.chosen, links.sites, np.inf, *state.sums)
    if (state.count == 0).any():
        raise ValueError("some demand has no site that may be opened")
    for j in sorted(np.flatnonzero(state.chosen & may), key=lambda k: (-cost[k], k)):
        own = links.demand[links.site_start[j]:links.site_start[j + 1]]
        if (state.count[own] > 1).all():
            state.count[own] -= 1
            state.chosen[j] = False
    best, value = state.chosen.copy(), float(cost[state.chosen & may].sum())
    if found is not None:
        found(best.copy(), value)
    state.renew()
    values, random = np.array([value, value, 0.0, 0.0]), np.array([1 + seed % (loops.RANDOM_MODULUS - 1)], dtype=np.int64)
    moved, uncovered = np.zeros(links.sites, dtype=np.int64), np.zeros(links.demands, dtype=np.int32)
    place = np.full(links.demands, -1, dtype=np.int32)
    state.waiting[0] = 0
    state.marked[:] = False
    done = 0
    while done < rounds and value > target + 1e-9 and not out_of_time():
        step = min(200, rounds - done)
        if loops.weigh_rows(*state.arrays, weight, cost, may, state.chosen, best, moved, uncovered, place, *state.sums, random, values,
                            step):
            value = float(cost[best & may].sum())
            if found is not None:
                found(best.copy(), value)
        done += step
    return FullCover(best, float(cost[best & may].sum()), done >= rounds or value <= target + 1e-9)
