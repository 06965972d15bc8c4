"""The capacitated p-median's bound: prices of demand, and for each site the load that pays most (a knapsack).

With a price u_i >= 0 of every demand i and rho_j the least sum of (cost_ij - u_i) over demand that fits together into site j,

    L(u) = sum_i u_i + the sum of the p least rho_j    (open sites first)

is at most what any plan with p sites costs (Pirkul, Computers & Operations Research 14, 1987). Since loads are whole, it is tighter than
the linear relaxation. A site, or a pair, whose use would lift L above the best plan known is left out for good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.siting import knapsack_loops as loops
from planner.siting.heuristics import OutOfTime, never
from planner.siting.linear import whole_unit
from planner.siting.links import Floats, Ints, Longs, Mask, plain
from planner.siting.problem import SitingProblem

EPSILON = float(np.finfo(np.float64).eps)
MOST_UNITS = 5_000
"""Units of room up to which a knapsack is filled unit by unit."""
PATIENCE, FIRST_STEP, LEAST_STEP = 40, 1.5, 1e-4
"""Rounds without a better bound after which the step is cut; the first step, and its share at which the bound no longer grows."""
PIECE = 25
"""Rounds between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Loads:
    """The pairs of a problem in the rows of sites: start (J + 1,), demand (E,) numbers of the demand served, cost (E,) of all its weight;
    size (I,) and room (J,) in whole units."""

    start: Longs
    demand: Ints
    cost: Floats
    size: Longs
    room: Longs


def loads(problem: SitingProblem) -> Loads | None:
    """The loads of a problem that must serve all reachable demand; None where weights and capacities have no common unit, or too small a
    one."""
    assert problem.capacity is not None
    served = problem.reachable
    unit = whole_unit(problem.weight[served])
    if unit <= 0.0:
        return None
    size = np.round(problem.weight / unit).astype(np.int64)
    room = np.floor(np.minimum(problem.capacity, problem.weight.sum()) / unit * (1 + 1e-12)).astype(np.int64)
    if int(room.max(initial=0)) > MOST_UNITS:
        return None
    number = np.cumsum(served) - 1
    pairs = problem.by_site
    return Loads(plain(pairs.start, np.int64), plain(number[pairs.column], np.int32),
                 plain(problem.weight[pairs.column] * pairs.cost, np.float64), size[served], room)


@dataclass(frozen=True, slots=True)
class LoadBound:
    """No plan costs less than value. apart : (E,) what using each pair, in the rows of sites, lifts the bound by at least, 0 at least.

    picks : sets of sites met on the way, the latest last. complete : time did not end it.
    """

    value: float
    apart: Floats
    picks: list[Mask]
    rounds: int
    complete: bool


def least_loaded(table: Loads, p: int, state: Ints, *, target: float, stop: float = np.inf, rounds: int = 3000,
                 out_of_time: OutOfTime = never, tell: Callable[[float], None] | None = None) -> LoadBound:
    """A bound on the cost of serving all demand from p sites within their room; state : (J,) 1 open, 0 free, -1 closed.

    target : the cost of a plan, or a guess of it. stop : a bound at which to stop. tell(bound) : called now and then.
    """
    sites, demands = len(table.room), len(table.size)
    near = np.full(demands, np.inf)
    np.minimum.at(near, table.demand, table.cost)
    price, best = near * 1.2 + 1e-9, near.copy()
    reduced, taken = np.zeros(sites), np.zeros(len(table.demand), dtype=np.bool_)
    pick, best_pick = np.zeros(sites, dtype=np.bool_), np.zeros(sites, dtype=np.bool_)
    width, most = int(table.room.max(initial=0)) + 1, int(np.diff(table.start).max(initial=0))
    value, kept, items = np.empty(width), np.empty((max(most, 1), width), dtype=np.bool_), np.empty(max(most, 1), dtype=np.int64)
    numbers, complete = np.array([-1e300, FIRST_STEP, 0.0, 0.0]), True
    picks: list[Mask] = []
    while numbers[3] < rounds:
        done, part = numbers[3], min(PIECE, rounds - int(numbers[3]))
        loops.knapsacks(table.start, table.demand, table.cost, table.size, table.room, state, p, target, stop, price, best, reduced, taken,
                        pick, best_pick, value, kept, items, numbers, PATIENCE, part)
        if not picks or (picks[-1] != best_pick).any():
            picks.append(best_pick.copy())
        if tell is not None:
            tell(float(numbers[0]))
        if numbers[0] >= stop or numbers[3] - done < part or numbers[1] < LEAST_STEP * FIRST_STEP:
            break
        if out_of_time():
            complete = False
            break
    bound = float(numbers[0]) - EPSILON * (demands + sites + 2 * most) * float(best.sum() + np.abs(reduced).sum())
    return LoadBound(bound, _apart(table, p, state, best, reduced), picks, int(numbers[3]), complete)


def _apart(table: Loads, p: int, state: Ints, price: Floats, reduced: Floats) -> Floats:
    """(E,) what using a pair lifts the bound by: its site taking the place of the dearest picked, and its demand at a loss."""
    free, need = np.flatnonzero(state == 0), p - int((state == 1).sum())
    ranked = np.sort(reduced[free], kind="stable")
    last = min(0.0, float(ranked[need - 1])) if 0 < need <= len(ranked) else 0.0
    open_it = np.where(state == 0, np.maximum(0.0, reduced - last), np.where(state == 1, 0.0, np.inf))
    if need <= 0:
        open_it[free] = np.inf
    site = np.repeat(np.arange(len(table.room)), np.diff(table.start))
    lifted: Floats = open_it[site] + np.maximum(0.0, table.cost - price[table.demand])
    return lifted
