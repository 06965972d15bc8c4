"""Compiled inner loops of capacitated covering with demand that may be split: flows of weight from demand to open sites, and prices.

Pairs e stand in the rows of demand (start, site); site_start, entry give the same pairs from the sites' side, row the demand of each.
A flow is flow (E,), what of each row's weight is left over, and what of each open site's capacity is spare.
"""

from __future__ import annotations

from typing import Any

from planner.network.jit import inline, loop
from planner.siting.links import Floats, Ints, Longs, Mask
from planner.siting.median_loops import cheapest

Int = Any  # Python's own where interpreted, of 64 bits where compiled
PAIRS = "int64[::1], int32[::1], int64[::1], int64[::1], int32[::1]"
FLOW = "bool_[::1], float64[::1], float64[::1], float64[::1]"
SCRATCH = "int32[::1], int64[::1], int64[::1], int32[::1]"


@inline
def _take(a: Int, k: Int, start: Longs, site: Ints, site_start: Longs, entry: Longs, row: Ints, flow: Floats, left: Floats, spare: Floats,
          least: Any, before: Longs, after: Longs, came: Ints) -> Any:
    """Weight left over beside site a moves to k: into a, and as much out of a along the way that the search came; returns how much."""
    got = 0.0
    for at in range(site_start[a], site_start[a + 1]):
        i = row[entry[at]]
        if left[i] <= least:
            continue
        amount = min(left[i], spare[k])
        b: Int = a
        while b != k:
            amount = min(amount, flow[before[b]])
            b = came[b]
        if amount <= least:
            return got  # the way, or k, is full
        left[i] -= amount
        spare[k] -= amount
        flow[entry[at]] += amount
        b = a
        while b != k:
            flow[before[b]] -= amount
            flow[after[b]] += amount
            b = came[b]
        got += amount
    return got


@inline
def _pull(k: Int, start: Longs, site: Ints, site_start: Longs, entry: Longs, row: Ints, opened: Mask, flow: Floats, left: Floats,
          spare: Floats, least: Any, queue: Ints, before: Longs, after: Longs, came: Ints) -> Any:
    """Fills open site k from weight left over, beside it or beside sites that can hand demand over to it; returns how much.

    Breadth first (Edmonds and Karp, J. ACM 19, 1972). came[b] is the site that b hands demand over to, by the pair before[b] of b and
    the pair after[b] of that site; -1 where b has not been met.
    """
    total = 0.0
    while spare[k] > least:
        for j in range(came.size):
            came[j] = -1
        came[k] = k
        queue[0] = k
        head: Int = 0
        tail: Int = 1
        got = 0.0
        while head < tail and got == 0.0:
            a = queue[head]
            head += 1
            got = _take(a, k, start, site, site_start, entry, row, flow, left, spare, least, before, after, came)
            if got > 0.0:
                break
            for at in range(site_start[a], site_start[a + 1]):
                i = row[entry[at]]
                for e in range(start[i], start[i + 1]):
                    b = site[e]
                    if opened[b] and came[b] < 0 and flow[e] > least:
                        came[b] = a
                        before[b] = e
                        after[b] = entry[at]
                        queue[tail] = b
                        tail += 1
        if got == 0.0:
            break
        total += got
    return total


@inline
def _push(j: Int, start: Longs, site: Ints, site_start: Longs, entry: Longs, row: Ints, opened: Mask, flow: Floats, left: Floats,
          spare: Floats, least: Any, queue: Ints, before: Longs, after: Longs, came: Ints) -> Any:
    """Finds other room for weight left over beside site j, just closed, directly or by handing on other demand; returns how much.

    came[b] is the site that hands demand on to b, by the pair before[b] of that site and the pair after[b] of b; b itself where b takes
    weight left over; -1 where b has not been met.
    """
    total = 0.0
    found = True
    while found:
        found = False
        head: Int = 0
        tail: Int = 0
        for n in range(came.size):
            came[n] = -1
        for at in range(site_start[j], site_start[j + 1]):
            i = row[entry[at]]
            if left[i] > least:
                for e in range(start[i], start[i + 1]):
                    b = site[e]
                    if opened[b] and came[b] < 0:
                        came[b] = b
                        after[b] = e
                        queue[tail] = b
                        tail += 1
        while head < tail and not found:
            a = queue[head]
            head += 1
            if spare[a] > least:
                amount: Any = spare[a]
                b = a
                while came[b] != b:
                    amount = min(amount, flow[before[b]])
                    b = came[b]
                amount = min(amount, left[row[after[b]]])
                left[row[after[b]]] -= amount
                spare[a] -= amount
                total += amount
                b = a
                while came[b] != b:
                    flow[before[b]] -= amount
                    flow[after[b]] += amount
                    b = came[b]
                flow[after[b]] += amount
                found = True
                break
            for at in range(site_start[a], site_start[a + 1]):
                if flow[entry[at]] > least:
                    i = row[entry[at]]
                    for e in range(start[i], start[i + 1]):
                        b = site[e]
                        if opened[b] and came[b] < 0:
                            came[b] = a
                            before[b] = entry[at]
                            after[b] = e
                            queue[tail] = b
                            tail += 1
    return total


@loop(f"float64({PAIRS}, float64[::1], {FLOW}, float64, {SCRATCH}, int64, int64)")
def swap(start: Longs, site: Ints, site_start: Longs, entry: Longs, row: Ints, room: Floats, opened: Mask, flow: Floats, left: Floats,
         spare: Floats, least: Any, queue: Ints, before: Longs, after: Longs, came: Ints, going: Int, coming: Int) -> Any:
    """Closes one site (-1: none), then opens another (-1: none); returns the weight gained. A largest flow stays one.

    Where no way leads from weight left over to room, ways that end at the new site meet none that lead to other room: so none opens.
    """
    total = 0.0
    if going >= 0:
        for at in range(site_start[going], site_start[going + 1]):
            e = entry[at]
            left[row[e]] += flow[e]
            total -= flow[e]
            flow[e] = 0.0
        opened[going] = False
        spare[going] = 0.0
        total += _push(going, start, site, site_start, entry, row, opened, flow, left, spare, least, queue, before, after, came)
    if coming >= 0:
        opened[coming] = True
        spare[coming] = room[coming]
        total += _pull(coming, start, site, site_start, entry, row, opened, flow, left, spare, least, queue, before, after, came)
    return total


@loop(f"void({PAIRS}, float64[::1], {FLOW}, int32[::1], float64[::1], float64[::1], float64[:,::1])")
def weigh(start: Longs, site: Ints, site_start: Longs, entry: Longs, row: Ints, room: Floats, opened: Mask, flow: Floats, left: Floats,
          spare: Floats, going: Ints, beside: Floats, loss: Floats, both: Any) -> None:
    """What swaps are worth, about: beside[j] the weight left over beside j, loss[s] what closing the s-th of the sites `going` loses when
    sites with room take what they can, and both[s, j] what of that stands beside j."""
    beside[:] = 0.0
    both[:] = 0.0
    for i in range(left.size):
        if left[i] > 0.0:
            for e in range(start[i], start[i + 1]):
                beside[site[e]] += left[i]
    free = spare.copy()
    for s in range(going.size):
        loss[s] = 0.0
        for at in range(site_start[going[s]], site_start[going[s] + 1]):
            i = row[entry[at]]
            lost = flow[entry[at]]
            for e in range(start[i], start[i + 1]):
                b = site[e]
                if lost > 0.0 and opened[b] and b != going[s] and free[b] > 0.0:
                    taken = min(lost, free[b])
                    free[b] -= taken
                    lost -= taken
            if lost > 0.0:
                loss[s] += lost
                for e in range(start[i], start[i + 1]):
                    both[s, site[e]] += lost
        free[:] = spare


@inline
def _worth(start: Longs, site: Ints, weight: Floats, room: Floats, price: Floats, order: Any, free: Floats, taken: Floats,
           reduced: Floats) -> None:
    """reduced[j] = minus the most that site j can earn at these prices: the cheapest of its demand first, each at weight x (1 - price)."""
    free[:] = room
    reduced[:] = 0.0
    for at in range(order.size):
        i = order[at]
        gain = 1.0 - price[i]
        for e in range(start[i], start[i + 1]):
            j = site[e]
            amount = min(weight[i], free[j])
            taken[e] = amount
            free[j] -= amount
            reduced[j] -= amount * gain


@loop("void(int64[::1], int32[::1], float64[::1], float64[::1], int32[::1], int64, float64, float64[::1], float64[::1], float64[::1],"
      " float64[::1], bool_[::1], bool_[::1], float64[::1], int64, int64)")
def prices(start: Longs, site: Ints, weight: Floats, room: Floats, state: Ints, most: Int, target: Any, price: Floats, best_price: Floats,
           best_reduced: Floats, taken: Floats, pick: Mask, best_pick: Mask, numbers: Floats, patience: Int, rounds: Int) -> None:
    """Rounds of subgradient steps on the prices of demand, 0 to 1 for a unit of weight (Held, Wolfe and Crowder, 1974).

    state : (J,) 1 open, 0 free, -1 closed. target : the weight that a plan serves. taken : (E,) scratch. numbers : (4,) best bound,
    step, rounds without progress, rounds done.
    """
    reduced = best_reduced.copy()
    free = best_reduced.copy()
    scratch = state.copy()
    direction = price.copy()
    direction[:] = 0.0
    slope = price.copy()
    for _ in range(rounds):
        _worth(start, site, weight, room, price, price.argsort(), free, taken, reduced)
        bound = -cheapest(reduced, state, most, pick, scratch)
        for i in range(price.size):
            bound += weight[i] * price[i]
        numbers[3] += 1.0
        if bound < numbers[0] - 1e-6 * abs(numbers[0]):
            numbers[2] = 0.0
        else:
            numbers[2] += 1.0
        if bound < numbers[0]:
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
        if numbers[0] <= target:
            break
        size = 0.0
        for i in range(price.size):
            served = 0.0
            for e in range(start[i], start[i + 1]):
                if pick[site[e]]:
                    served += taken[e]
            slope[i] = served / weight[i] - 1.0  # wanted by more sites than there is demand: dearer
            if (price[i] <= 0.0 and slope[i] < 0.0) or (price[i] >= 1.0 and slope[i] > 0.0):
                slope[i] = 0.0
            direction[i] = slope[i] + 0.3 * direction[i]
            size += weight[i] * direction[i] * direction[i]
        if size == 0.0:
            break
        step = numbers[1] * max(bound - 0.997 * target, 0.0) / size
        for i in range(price.size):
            price[i] = min(1.0, max(0.0, price[i] + step * direction[i]))
