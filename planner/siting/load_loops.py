"""Compiled inner loop of the capacitated p-median's search: whole demand loaded on open sites, and sites exchanged. No clock."""

from __future__ import annotations

from typing import Any

from planner.network.jit import inline, loop
from planner.siting.links import Floats, Longs, Mask

Int = Any  # Python's own where interpreted, of 64 bits where compiled


@inline
def _over(load: Int, room: Int) -> Int:
    """What of a load finds no room."""
    return max(0, load - room)


@inline
def _loaded(cost: Any, size: Longs, room: Longs, order: Longs, opened: Longs, penalty: Any, where: Longs, load: Longs) -> Any:
    """Loads all demand on the open sites, the largest first, then moves and exchanges demand while that gains; returns what it costs.

    Each unit without room costs the penalty. where (I,) : the site of each demand. load (J,). inf where some demand has no pair.
    """
    load[:] = 0
    for n in range(order.size):
        i = order[n]
        best: Int = -1
        spare: Int = -1
        for s in range(opened.size):
            j = opened[s]
            if cost[i, j] == float("inf"):
                continue
            if load[j] + size[i] <= room[j] and (best < 0 or cost[i, j] < cost[i, best]):
                best = j
            if spare < 0 or room[j] - load[j] > room[spare] - load[spare]:
                spare = j
        if best < 0:
            best = spare
        if best < 0:
            return float("inf")
        where[i] = best
        load[best] += size[i]
    moved = True
    while moved:
        moved = False
        for i in range(where.size):
            for s in range(opened.size):
                a = where[i]
                b = opened[s]
                gain = cost[i, a] - cost[i, b] + penalty * (_over(load[a], room[a]) + _over(load[b], room[b])
                                                           - _over(load[a] - size[i], room[a]) - _over(load[b] + size[i], room[b]))
                if a != b and gain > 1e-9 * penalty:
                    where[i] = b
                    load[a] -= size[i]
                    load[b] += size[i]
                    moved = True
            for k in range(i):
                a = where[i]
                b = where[k]
                more = size[k] - size[i]
                gain = cost[i, a] + cost[k, b] - cost[i, b] - cost[k, a] + penalty * (
                    _over(load[a], room[a]) + _over(load[b], room[b]) - _over(load[a] + more, room[a]) - _over(load[b] - more, room[b]))
                if a != b and gain > 1e-9 * penalty:
                    where[i] = b
                    where[k] = a
                    load[a] += more
                    load[b] -= more
                    moved = True
    total = 0.0
    for i in range(where.size):
        total += cost[i, where[i]]
    for s in range(opened.size):
        total += penalty * _over(load[opened[s]], room[opened[s]])
    return total


@inline
def _near(cost: Any, opened: Longs, slot: Longs, near: Floats, second: Floats) -> None:
    """The slot and the cost of each demand's nearest open site, and the cost of the next, room left aside."""
    for i in range(near.size):
        near[i] = float("inf")
        second[i] = float("inf")
        slot[i] = -1
        for s in range(opened.size):
            if cost[i, opened[s]] < near[i]:
                second[i] = near[i]
                near[i] = cost[i, opened[s]]
                slot[i] = s
            elif cost[i, opened[s]] < second[i]:
                second[i] = cost[i, opened[s]]


@loop("void(float64[:,::1], int64[::1], int64[::1], int64[::1], bool_[::1], float64, float64, int64[:,::1], int64[::1], int64[::1],"
      " int64[::1], float64[::1])")
def exchange_loads(cost: Any, size: Longs, room: Longs, order: Longs, movable: Mask, penalty: Any, target: Any, dice: Any, opened: Longs,
                   best_open: Longs, best_where: Longs, numbers: Floats) -> None:
    """Sites exchanged while that gains, from `opened` and then, for each throw of the dice, from the best with sites moved at random.

    cost (I, J) of all of a demand, inf without a pair. order (I,) : demand, the largest first. dice (N, 4) : whole numbers of 0 or more.
    numbers : (1,) what the best costs. An exchange is not tried where even without regard to room it would cost no less.
    """
    where, near, second = best_where.copy(), cost[:, 0].copy(), cost[:, 0].copy()
    trial, load, slot = best_where.copy(), room.copy(), best_where.copy()
    is_open = movable.copy()
    for throw in range(dice.shape[0] + 1):
        if numbers[0] <= target:
            break
        if throw > 0:
            opened[:] = best_open
        is_open[:] = False
        for s in range(opened.size):
            is_open[opened[s]] = True
        if throw > 0:
            for n in range(1 + dice[throw - 1, 0] % 2):
                s = dice[throw - 1, 1 + n] % opened.size
                j = (dice[throw - 1, 3] + n * 7919) % room.size
                if movable[opened[s]] and movable[j] and not is_open[j]:
                    is_open[opened[s]] = False
                    is_open[j] = True
                    opened[s] = j
        now = _loaded(cost, size, room, order, opened, penalty, where, load)
        gained = True
        while gained:
            gained = False
            if now < numbers[0]:
                numbers[0] = now
                best_open[:] = opened
                best_where[:] = where
            _near(cost, opened, slot, near, second)
            for s in range(opened.size):
                gone = opened[s]
                if not movable[gone]:
                    continue
                for j in range(room.size):
                    if is_open[j] or not movable[j]:
                        continue
                    least = 0.0
                    for i in range(near.size):
                        least += min(cost[i, j], second[i] if slot[i] == s else near[i])
                    if least >= now:
                        continue
                    opened[s] = j
                    other = _loaded(cost, size, room, order, opened, penalty, trial, load)
                    if other < now - 1e-9 * penalty:
                        now = other
                        where[:] = trial
                        is_open[gone] = False
                        is_open[j] = True
                        gained = True
                        break
                    opened[s] = gone
                if gained:
                    break
