"""Good plans for p-median problems, quickly: greedy start, best interchange, restarts near by. Arrays in, arrays out.

    min sum_i min(unserved_i, min_{j open} cost_ij)    with at most p sites open, the fixed ones among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.siting import median_loops as loops
from planner.siting.heuristics import OutOfTime, never
from planner.siting.links import Costs, Floats, Ints, Mask, plain

LEAST = 1e-11
"""Share of a plan's cost below which a saving is taken for rounding."""
MOST_EXTRA = 50_000_000
"""Sites times open sites up to which interchange is done: 400 MB of sums; beyond, the greedy plan stands."""


@dataclass(frozen=True, slots=True)
class Median:
    """A plan. chosen : (J,) mask. cost : its objective, inf where demand that must be served is not. server : (I,) the cheapest open
    site of each demand, -1 where unserved. complete : nothing ended it early."""

    chosen: Mask
    cost: float
    server: Ints
    complete: bool


def finite(costs: Costs) -> Costs:
    """The same with a finite price on demand that must be served: more than all demand costs at its dearest."""
    must = ~np.isfinite(costs.unserved)
    if not must.any():
        return costs
    filled = np.diff(costs.start) > 0
    dearest = float(costs.cost[costs.start[1:][filled] - 1].sum()) + float(costs.unserved[~must].sum())
    return replace(costs, unserved=np.where(must, 1.0 + 2.0 * dearest, costs.unserved))


def served(costs: Costs, chosen: Mask, *, complete: bool = True) -> Median:
    """What the chosen sites (J,) cost and whom each serves: the objective, from nothing but the sites."""
    server, paid = np.empty(costs.demands, dtype=np.int32), np.empty(costs.demands)
    bounded = finite(costs)
    loops.serve(bounded.start, bounded.site, bounded.cost, bounded.unserved, chosen, server, paid)
    lost = (server < 0) & ~np.isfinite(costs.unserved)
    return Median(chosen.copy(), float("inf") if lost.any() else float(paid.sum()), server, complete)


def greedy_median(costs: Costs, p: int, *, allowed: Mask | None = None, fixed: Mask | None = None) -> Median:
    """Opens the site that saves most until p are open or none saves; ties go to the earlier site (Kuehn and Hamburger, 1963)."""
    bounded = finite(costs)
    chosen = np.zeros(costs.sites, dtype=np.bool_) if fixed is None else np.array(fixed, dtype=np.bool_)
    may = np.ones(costs.sites, dtype=np.bool_) if allowed is None else plain(allowed, np.bool_)
    server, paid, saving = np.empty(costs.demands, dtype=np.int32), np.empty(costs.demands), np.empty(costs.sites)
    rows = (bounded.start, bounded.site, bounded.cost, bounded.unserved)
    for _ in range(p - int(chosen.sum())):
        loops.serve(*rows, chosen, server, paid)
        loops.savings(*rows, paid, saving)
        saving[chosen | ~may] = 0.0
        best = int(np.argmax(saving)) if len(saving) else 0
        if len(saving) == 0 or saving[best] <= 0.0:
            break
        chosen[best] = True
    return served(costs, chosen)


class Exchange:
    """Room for interchange on one problem, used again for every start."""

    def __init__(self, costs: Costs, slots: int) -> None:
        self.costs, self.bounded, self.slots = costs, finite(costs), slots
        self.first = np.empty(costs.demands, dtype=np.int32)
        self.near, self.second = np.empty(costs.demands), np.empty(costs.demands)
        self.gain, self.loss, self.extra = np.empty(costs.sites), np.empty(slots), np.empty((costs.sites, slots))

    def improve(self, chosen: Mask, movable: Mask, swaps: int, out_of_time: OutOfTime) -> tuple[Mask, bool]:
        """The plan after the best swaps, and whether time did not end them; chosen has as many sites as there are slots."""
        open_site = np.flatnonzero(chosen).astype(np.int32)
        slot = np.full(len(chosen), -1, dtype=np.int32)
        slot[open_site] = np.arange(len(open_site))
        bounded, anew, ended = self.bounded, True, False
        pay = float(bounded.cost.sum() / max(1, len(bounded.cost)) * bounded.demands)
        while swaps > 0:
            step = min(swaps, 20)
            done = loops.exchange(bounded.start, bounded.site, bounded.cost, bounded.unserved, open_site, slot, movable, self.first,
                                  self.near, self.second, self.gain, self.loss, self.extra, LEAST * pay, step, anew)
            anew = False
            swaps -= step
            if done < step:
                break
            if out_of_time():
                ended = True
                break
        return slot >= 0, not ended


def improve_median(costs: Costs, p: int, start: Mask, *, allowed: Mask | None = None, fixed: Mask | None = None, rounds: int = 20,
                   seed: int = 1, target: float = -np.inf, out_of_time: OutOfTime = never,
                   found: Callable[[Mask, float], None] | None = None) -> Median:
    """The plan `start` (J,) improved by best interchange, then `rounds` times by moving some sites at random and interchange again.

    target : a cost at which to stop (a bound's, say). found(chosen, cost) : called with every better plan. The same seed gives the same
    plan unless time ended it. Sources: Teitz and Bart (Operations Research 16, 1968); Resende and Werneck (EJOR 174, 2007).
    """
    stays = np.zeros(costs.sites, dtype=np.bool_) if fixed is None else plain(fixed, np.bool_)
    movable = (np.ones(costs.sites, dtype=np.bool_) if allowed is None else plain(allowed, np.bool_)) & ~stays
    chosen = np.array(start, dtype=np.bool_) | stays
    spare = np.flatnonzero(movable & ~chosen)[:max(0, p - int(chosen.sum()))]
    chosen[spare] = True  # interchange has no use for empty places: they may as well be taken
    best = served(costs, chosen)
    slots = int(chosen.sum())
    if slots == 0 or costs.sites * slots > MOST_EXTRA or not (chosen & movable).any() or not (movable & ~chosen).any():
        return best
    room, random, complete = Exchange(costs, slots), np.random.default_rng(seed), True
    for done in range(rounds + 1):
        if out_of_time() or best.cost <= target:
            complete = best.cost <= target
            break
        trial = best.chosen.copy()
        if done > 0:
            opened = np.flatnonzero(trial & movable)
            going = random.choice(opened, min(len(opened), 2 + int(random.integers(max(1, slots // 8)))), replace=False)
            closed = np.flatnonzero(movable & ~trial)
            coming = random.choice(closed, min(len(closed), len(going)), replace=False)
            trial[going[:len(coming)]] = False
            trial[coming] = True
        trial, complete = room.improve(trial, movable, 10_000, out_of_time)
        plan = served(costs, trial)
        if plan.cost < best.cost:
            best = plan
            if found is not None:
                found(best.chosen.copy(), best.cost)
        if not complete:
            break
    return replace(best, complete=complete)


def far_apart(costs: Costs, sites: Ints) -> Floats:
    """(I,) the cost at which each demand is served by the sites given: what a plan's p-center objective is the greatest of."""
    chosen = np.zeros(costs.sites, dtype=np.bool_)
    chosen[sites] = True
    bounded = finite(costs)
    server, paid = np.empty(costs.demands, dtype=np.int32), np.empty(costs.demands)
    loops.serve(bounded.start, bounded.site, bounded.cost, bounded.unserved, chosen, server, paid)
    return np.where(server < 0, costs.unserved, paid)
