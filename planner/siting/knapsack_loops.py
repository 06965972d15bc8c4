"""Compiled inner loops of the capacitated p-median's bound: each site's best load as a knapsack. Arrays in, arrays changed in place."""

from __future__ import annotations

from typing import Any

from planner.network.jit import inline, loop
from planner.siting.links import Floats, Ints, Longs, Mask
from planner.siting.median_loops import cheapest

Int = Any  # Python's own where interpreted, of 64 bits where compiled


@inline
def _packed(j: Int, start: Longs, demand: Ints, cost: Floats, size: Longs, room: Longs, price: Floats, value: Floats, kept: Any,
            items: Longs, taken: Mask) -> Any:
    """The most that site j can earn at these prices, at price - cost for each demand it serves, within its room; taken (E,) says which.

    By the room filled, demand after demand (Bellman's recursion, as in Martello and Toth, Knapsack Problems, 1990).
    """
    full = room[j]
    for c in range(full + 1):
        value[c] = 0.0
    count: Int = 0
    for e in range(start[j], start[j + 1]):
        taken[e] = False
        i = demand[e]
        profit = price[i] - cost[e]
        if profit <= 0.0 or size[i] > full:
            continue
        for c in range(full, -1, -1):
            kept[count, c] = False
            if c >= size[i] and value[c - size[i]] + profit > value[c]:
                value[c] = value[c - size[i]] + profit
                kept[count, c] = True
        items[count] = e
        count += 1
    rest = room[j]
    for n in range(count - 1, -1, -1):
        if kept[n, rest]:
            taken[items[n]] = True
            rest -= size[demand[items[n]]]
    return value[full]


@loop("void(int64[::1], int32[::1], float64[::1], int64[::1], int64[::1], int32[::1], int64, float64, float64, float64[::1], float64[::1],"
      " float64[::1], bool_[::1], bool_[::1], bool_[::1], float64[::1], bool_[:,::1], int64[::1], float64[::1], int64, int64)")
def knapsacks(start: Longs, demand: Ints, cost: Floats, size: Longs, room: Longs, state: Ints, most: Int, target: Any, stop: Any,
              price: Floats, best_price: Floats, best_reduced: Floats, taken: Mask, pick: Mask, best_pick: Mask, value: Floats, kept: Any,
              items: Longs, numbers: Floats, patience: Int, rounds: Int) -> None:
    """Rounds of subgradient steps on the prices of demand (Held, Wolfe and Crowder, Math. Programming 6, 1974).

    Rows are those of sites: start (J + 1,), demand (E,), cost (E,) of all the demand. size (I,), room (J,) in whole units. state : (J,)
    1 open, 0 free, -1 closed. target : the cost of a plan. stop : a bound at which to stop. value, kept, items : scratch. numbers : (4,)
    best bound, step, rounds without progress, rounds done.
    """
    reduced = best_reduced.copy()
    order = state.copy()
    slope = price.copy()
    direction = price.copy()
    direction[:] = 0.0
    for _ in range(rounds):
        for j in range(state.size):
            reduced[j] = 0.0
            if state[j] >= 0:
                reduced[j] = -_packed(j, start, demand, cost, size, room, price, value, kept, items, taken)
        bound = cheapest(reduced, state, most, pick, order)
        for i in range(price.size):
            bound += price[i]
            slope[i] = 1.0
        numbers[3] += 1.0
        if bound > numbers[0] + 1e-6 * abs(numbers[0]):
            numbers[2] = 0.0
        else:
            numbers[2] += 1.0
        if bound > numbers[0]:
            numbers[0] = bound
            best_price[:] = price
            best_reduced[:] = reduced
            best_pick[:] = pick
        if numbers[2] >= patience:
            numbers[1] /= 1.6
            numbers[2] = 0.0
            price[:] = best_price
            direction[:] = 0.0
            continue
        if numbers[0] >= stop:
            break
        for j in range(state.size):
            if pick[j]:
                for e in range(start[j], start[j + 1]):
                    if taken[e]:
                        slope[demand[e]] -= 1.0
        size_of_step = 0.0
        for i in range(price.size):
            direction[i] = slope[i] + 0.3 * direction[i]
            size_of_step += direction[i] * direction[i]
        if size_of_step == 0.0:
            break
        step = numbers[1] * (1.003 * target - bound) / size_of_step
        for i in range(price.size):
            price[i] = max(0.0, price[i] + step * direction[i])
