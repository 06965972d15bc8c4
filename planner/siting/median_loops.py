"""Compiled inner loops of the p-median heuristics and bounds: arrays in, arrays changed in place. No error paths, no clock.

Rows are those of `planner.siting.links.Costs`: the sites of demand i, the cheapest first. unserved is finite here: where demand must be
served, it is more than any plan costs that serves all.
"""

from __future__ import annotations

from typing import Any

from planner.network.jit import inline, loop
from planner.siting.links import Floats, Ints, Longs, Mask

Int = Any  # Python's own where interpreted, of 64 bits where compiled
ROWS = "int64[::1], int32[::1], float64[::1], float64[::1]"


@loop(f"float64({ROWS}, bool_[::1], int32[::1], float64[::1])")
def serve(start: Longs, site: Ints, cost: Floats, unserved: Floats, chosen: Mask, server: Ints, paid: Floats) -> Any:
    """Serves every demand from the cheapest chosen site, or leaves it unserved (server -1); returns the sum paid."""
    total = 0.0
    for i in range(paid.size):
        server[i] = -1
        paid[i] = unserved[i]
        for e in range(start[i], start[i + 1]):
            if chosen[site[e]]:
                server[i] = site[e]
                paid[i] = cost[e]
                break
        total += paid[i]
    return total


@loop(f"void({ROWS}, float64[::1], float64[::1])")
def savings(start: Longs, site: Ints, cost: Floats, unserved: Floats, paid: Floats, saving: Floats) -> None:
    """saving[j] = what opening site j alone would save, given what every demand pays now."""
    saving[:] = 0.0
    for i in range(paid.size):
        for e in range(start[i], start[i + 1]):
            if cost[e] >= paid[i]:
                break
            saving[site[e]] += paid[i] - cost[e]


@inline
def _two(i: Int, start: Longs, site: Ints, cost: Floats, unserved: Floats, slot: Ints, first: Ints, near: Floats, second: Floats) -> None:
    """Finds the slots of the two cheapest open sites of demand i; unserved counts as a site of its own that is always open."""
    first[i] = -1
    near[i] = unserved[i]
    second[i] = near[i]
    for e in range(start[i], start[i + 1]):
        if slot[site[e]] >= 0:
            if first[i] < 0:
                first[i] = slot[site[e]]
                near[i] = cost[e]
            else:
                second[i] = cost[e]
                return


@inline
def _count(i: Int, sign: Any, start: Longs, site: Ints, cost: Floats, first: Ints, near: Floats, second: Floats, gain: Floats, loss: Floats,
           extra: Any) -> None:
    """Adds or takes off what demand i has to say: gain of opening, loss of closing, and what doing both spares of the loss."""
    s = first[i]
    if s >= 0:
        loss[s] += sign * (second[i] - near[i])
    for e in range(start[i], start[i + 1]):
        if cost[e] >= second[i]:
            break
        if cost[e] < near[i]:
            gain[site[e]] += sign * (near[i] - cost[e])
            if s >= 0:
                extra[site[e], s] += sign * (second[i] - near[i])
        elif s >= 0:
            extra[site[e], s] += sign * (second[i] - cost[e])


@loop(f"int64({ROWS}, int32[::1], int32[::1], bool_[::1], int32[::1], float64[::1], float64[::1], float64[::1], float64[::1],"
      " float64[:,::1], float64, int64, boolean)")
def exchange(start: Longs, site: Ints, cost: Floats, unserved: Floats, open_site: Ints, slot: Ints, movable: Mask, first: Ints,
             near: Floats, second: Floats, gain: Floats, loss: Floats, extra: Any, least: Any, swaps: Int, anew: Any) -> Int:
    """Best swaps until none saves more than `least`, at most `swaps`; returns how many (Resende and Werneck, EJOR 174, 2007).

    open_site : the open sites by slot. slot : (J,) the slot of each site, -1 where closed. anew : the sums are to be made first.
    """
    if anew:
        gain[:] = 0.0
        loss[:] = 0.0
        extra[:] = 0.0
        for i in range(first.size):
            _two(i, start, site, cost, unserved, slot, first, near, second)
            _count(i, 1.0, start, site, cost, first, near, second, gain, loss, extra)
    done: Int = 0
    while done < swaps:
        best = least
        coming: Int = -1
        going: Int = -1
        for j in range(slot.size):
            if slot[j] >= 0 or not movable[j] or gain[j] <= best:  # a swap never saves more than opening alone: extra <= loss
                continue
            for s in range(open_site.size):
                saved = gain[j] - loss[s] + extra[j, s]
                if saved > best and movable[open_site[s]]:
                    best = saved
                    coming = j
                    going = s
        if coming < 0:
            break
        gone = open_site[going]
        slot[gone] = -1
        slot[coming] = going
        open_site[going] = coming
        for i in range(first.size):
            touched = first[i] == going
            if not touched:
                for e in range(start[i], start[i + 1]):
                    if cost[e] > second[i]:
                        break
                    if site[e] == coming or site[e] == gone:
                        touched = True
                        break
            if touched:
                # the row's old word is taken back with the slots as they were: `going` stands for the site that has gone
                _count(i, -1.0, start, site, cost, first, near, second, gain, loss, extra)
                _two(i, start, site, cost, unserved, slot, first, near, second)
                _count(i, 1.0, start, site, cost, first, near, second, gain, loss, extra)
        done += 1
    return done


@inline
def _pull(start: Longs, site: Ints, cost: Floats, price: Floats, reduced: Floats) -> None:
    """reduced[j] = the sum of min(0, cost - price) over the demand of site j."""
    reduced[:] = 0.0
    for i in range(price.size):
        for e in range(start[i], start[i + 1]):
            if cost[e] >= price[i]:
                break
            reduced[site[e]] += cost[e] - price[i]


@inline
def cheapest(reduced: Floats, state: Ints, most: Int, pick: Mask, order: Ints) -> Any:
    """Picks the open sites and the cheapest of the free ones, `most` in all; returns the sum of reduced over them.

    order : scratch; on return its first entries are the free sites picked. A quickselect: ties fall the same way every time.
    """
    total = 0.0
    free: Int = 0
    need: Int = most
    for j in range(state.size):
        pick[j] = False
        if state[j] == 1:
            pick[j] = True
            total += reduced[j]
            need -= 1
        elif state[j] == 0:
            order[free] = j
            free += 1
    if need <= 0:
        return total
    need = min(need, free)
    low: Int = 0
    high: Int = free - 1
    while low < high:
        pivot = reduced[order[(low + high) // 2]]
        a: Int = low
        b: Int = high
        while a <= b:
            while reduced[order[a]] < pivot:
                a += 1
            while reduced[order[b]] > pivot:
                b -= 1
            if a <= b:
                order[a], order[b] = order[b], order[a]
                a += 1
                b -= 1
        if need - 1 <= b:
            high = b
        elif need - 1 >= a:
            low = a
        else:
            break
    for q in range(need):
        j = order[q]
        if reduced[j] < 0.0:
            pick[j] = True
            total += reduced[j]
    return total


@loop(f"void({ROWS}, int32[::1], int64, float64, float64[::1], float64[::1], float64[::1], float64[::1], bool_[::1], bool_[::1],"
      " bool_[::1], float64[::1], int64, int64)")
def subgradient(start: Longs, site: Ints, cost: Floats, unserved: Floats, state: Ints, most: Int, stop: Any, price: Floats,
                best_price: Floats, best_reduced: Floats, often: Floats, pick: Mask, best_pick: Mask, plan: Mask, numbers: Floats,
                patience: Int, rounds: Int) -> None:
    """Rounds of subgradient steps on the prices of demand (Held, Wolfe and Crowder, Math. Programming 6, 1974).

    state : (J,) 1 open, 0 free, -1 closed. stop : a bound at which to stop. numbers : (7,) best bound, step, rounds without
    progress, the cost of the best plan known, that of the best plan met here (held by `plan`), rounds done, and how many the step was
    halved. often[j] counts the rounds that picked j.
    """
    reduced = best_reduced.copy()
    order = best_reduced.astype(state.dtype)
    slope = price.copy()
    direction = price.copy()
    direction[:] = 0.0
    for _ in range(rounds):
        for i in range(price.size):
            price[i] = min(price[i], unserved[i])
        _pull(start, site, cost, price, reduced)
        bound = cheapest(reduced, state, most, pick, order)
        for i in range(price.size):
            bound += price[i]
        numbers[5] += 1.0
        met = 0.0
        for i in range(price.size):
            paid = unserved[i]
            slope[i] = 1.0
            open_yet = False
            for e in range(start[i], start[i + 1]):
                if cost[e] >= price[i] and open_yet:
                    break
                if pick[site[e]]:
                    if not open_yet:
                        open_yet = True
                        paid = cost[e]
                    if cost[e] < price[i]:
                        slope[i] -= 1.0
            met += paid
            if price[i] >= unserved[i] and slope[i] > 0.0:
                slope[i] = 0.0  # the price stands at its cap, where leaving the demand unserved costs as much
        for j in range(pick.size):
            if pick[j]:
                often[j] += 1.0
        if met < numbers[4]:
            numbers[4] = met
            plan[:] = pick
            if met < numbers[3]:
                numbers[3] = met
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
            numbers[6] += 1.0
            price[:] = best_price
            direction[:] = 0.0
            continue
        if numbers[0] >= stop:
            break
        size = 0.0
        for i in range(price.size):
            direction[i] = slope[i] + 0.3 * direction[i]
            size += direction[i] * direction[i]
        if size == 0.0:
            break
        step = numbers[1] * (1.003 * numbers[3] - bound) / size
        for i in range(price.size):
            price[i] = max(0.0, price[i] + step * direction[i])
