"""Good plans of capacitated p-median problems, quickly: sites exchanged, whole demand loaded anew for each set of sites."""

from __future__ import annotations

import numpy as np

from planner.siting.heuristics import OutOfTime, never
from planner.siting.knapsacks import Loads
from planner.siting.links import Longs, Mask
from planner.siting.load_loops import exchange_loads

MOST_CELLS = 1_000_000
"""Demand times sites up to which costs are held as a table."""
THROWS = 20
"""Restarts between two looks at the clock."""


def loaded(table: Loads, opened: Mask, movable: Mask, *, throws: int, seed: int, target: float = -np.inf,
           out_of_time: OutOfTime = never) -> tuple[Longs, Longs] | None:
    """The sites and (I,) the site of each demand of the best plan met; None where none fits, or the problem is too large for a table.

    opened : (J,) sites to begin with, as many as a plan has. movable : (J,) sites that may be opened or closed. throws : restarts with
    sites moved at random. target : a cost at which to stop. The same seed gives the same plan unless time ended it.
    """
    demands, sites = len(table.size), len(table.room)
    if demands * sites > MOST_CELLS or not opened.any() or demands == 0:
        return None
    cost = np.full((demands, sites), np.inf)
    cost[table.demand, np.repeat(np.arange(sites), np.diff(table.start))] = table.cost
    penalty = 2.0 * float(table.cost.max(initial=0.0)) + 1.0
    order = np.argsort(-table.size, kind="stable")
    now, random, numbers = np.flatnonzero(opened), np.random.default_rng(seed), np.array([np.inf])
    best_open, best_where = now.copy(), np.zeros(demands, dtype=np.int64)
    done = 0
    while done <= throws:
        part = min(THROWS, throws - done)
        exchange_loads(cost, table.size, table.room, order, movable.copy(), penalty, target, random.integers(0, 2**31, (part, 4)), now,
                       best_open, best_where, numbers)
        done += part + 1
        now = best_open.copy()
        if numbers[0] <= target or out_of_time():
            break
    if not np.isfinite(numbers[0]) or (np.bincount(best_where, table.size, minlength=sites) > table.room).any():
        return None
    return best_open, best_where
