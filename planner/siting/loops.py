"""Compiled inner loops of the covering heuristics and bounds: arrays in, arrays changed in place. No error paths, no clock.

What is open is held in counts, so that a site opens or closes in the time of its own demand. For every site j, open or not:
gain[j] is the weight of its demand that no open site covers, sole[j] the weight of its demand that exactly one open site covers;
for an open site, sole[j] is what its closing would lose.
"""

from __future__ import annotations

from typing import Any

from planner.network.jit import inline, loop
from planner.siting.links import Floats, Ints, Longs, Mask

Int = Any  # Python's own where interpreted, of 64 bits where compiled
LINKS = "int64[::1], int32[::1], int64[::1], int32[::1]"
STATE = "int32[::1], int64[::1], float64[::1], float64[::1]"

RANDOM_STEP, RANDOM_MODULUS = 48271, 2147483647
"""Park and Miller's generator (Comm. ACM 36, 1993): whole numbers below 2**31, the same on every machine."""


@inline
def _draw(random: Longs, below: Int) -> Int:
    """A number from 0 to below - 1; random : (1,) the generator's state."""
    random[0] = random[0] * RANDOM_STEP % RANDOM_MODULUS
    return random[0] * below // RANDOM_MODULUS


@inline
def _open(j: Int, demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, count: Ints, owner: Longs,
          gain: Floats, sole: Floats, queue: Ints, waiting: Longs, marked: Mask) -> None:
    """Opens site j: counts and sums follow; sites whose sums change are marked and queued. waiting : (1,) the queue's length."""
    for e in range(site_start[j], site_start[j + 1]):
        i = demand[e]
        count[i] += 1
        owner[i] += j
        if count[i] <= 2:
            change = weight[i]
            for f in range(demand_start[i], demand_start[i + 1]):
                k = site[f]
                if count[i] == 1:
                    gain[k] -= change
                    sole[k] += change
                else:
                    sole[k] -= change
                if not marked[k]:
                    marked[k] = True
                    queue[waiting[0]] = k
                    waiting[0] += 1


@inline
def _close(j: Int, demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, count: Ints, owner: Longs,
           gain: Floats, sole: Floats, queue: Ints, waiting: Longs, marked: Mask) -> None:
    """Closes site j: the other way round."""
    for e in range(site_start[j], site_start[j + 1]):
        i = demand[e]
        count[i] -= 1
        owner[i] -= j
        if count[i] <= 1:
            change = weight[i]
            for f in range(demand_start[i], demand_start[i + 1]):
                k = site[f]
                if count[i] == 0:
                    gain[k] += change
                    sole[k] -= change
                else:
                    sole[k] += change
                if not marked[k]:
                    marked[k] = True
                    queue[waiting[0]] = k
                    waiting[0] += 1


@loop(f"int64({LINKS}, float64[::1], float64[::1], bool_[::1], bool_[::1], int64, float64, {STATE}, int32[::1], int64[::1], bool_[::1])")
def grow(demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, price: Floats, allowed: Mask, chosen: Mask,
         most: Int, budget: Any, count: Ints, owner: Longs, gain: Floats, sole: Floats, queue: Ints, waiting: Longs, marked: Mask) -> Int:
    """Opens the affordable site with the most gain for its price, until `most` were opened or none gains; returns how many.

    Free sites come first, the greatest gain first. Ties go to the earlier site. budget : what may be spent here.
    """
    opened: Int = 0
    left = budget
    while opened < most:
        best: Int = -1
        for j in range(allowed.size):
            if not allowed[j] or chosen[j] or gain[j] <= 0.0 or price[j] > left:
                continue
            a = gain[j] * price[best]
            b = gain[best] * price[j]
            if best < 0 or a > b or (a == b and gain[j] > gain[best]):
                best = j
        if best < 0:
            break
        chosen[best] = True
        left -= price[best]
        opened += 1
        _open(best, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
    return opened


@loop(f"void({LINKS}, float64[::1], bool_[::1], {STATE}, int32[::1], int64[::1], bool_[::1])")
def set_up(demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, chosen: Mask, count: Ints, owner: Longs,
           gain: Floats, sole: Floats, queue: Ints, waiting: Longs, marked: Mask) -> None:
    """Counts and sums of the chosen sites from nothing, without the rounding that many openings leave; every site is marked and queued."""
    count[:] = 0
    owner[:] = 0
    gain[:] = 0.0
    sole[:] = 0.0
    for j in range(chosen.size):
        queue[j] = j
        marked[j] = True
        if chosen[j]:
            for e in range(site_start[j], site_start[j + 1]):
                count[demand[e]] += 1
                owner[demand[e]] += j
    waiting[0] = chosen.size
    for i in range(weight.size):
        if count[i] <= 1:
            for f in range(demand_start[i], demand_start[i + 1]):
                if count[i] == 0:
                    gain[site[f]] += weight[i]
                else:
                    sole[site[f]] += weight[i]


@inline
def _improve(demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, price: Floats, movable: Mask, chosen: Mask,
             room: Int, left: Any, least: Any, count: Ints, owner: Longs, gain: Floats, sole: Floats, queue: Ints, waiting: Longs,
             marked: Mask, shared: Floats, swaps: Int) -> tuple[Any, Any, Any, Any]:
    """Takes marked sites from the queue and lets each in, alone or for the open site whose place it takes best, while that gains more than
    `least`; at most `swaps` times. Returns what was gained, room and money left, and swaps left."""
    total = 0.0
    while waiting[0] > 0 and swaps > 0:
        waiting[0] -= 1
        j = queue[waiting[0]]
        marked[j] = False
        if chosen[j] or not movable[j] or gain[j] <= least:
            continue
        if room > 0 and price[j] <= left:
            total += gain[j]
            chosen[j] = True
            room -= 1
            left -= price[j]
            swaps -= 1
            _open(j, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
            continue
        for e in range(site_start[j], site_start[j + 1]):
            i = demand[e]
            if count[i] == 1:
                shared[owner[i]] += weight[i]
        best: Int = -1
        most = least
        for s in range(chosen.size):
            if chosen[s] and movable[s] and price[j] - price[s] <= left:
                change = gain[j] + shared[s] - sole[s]
                if change > most:
                    most = change
                    best = s
        for e in range(site_start[j], site_start[j + 1]):
            if count[demand[e]] == 1:
                shared[owner[demand[e]]] = 0.0
        if best >= 0:
            total += most
            chosen[best] = False
            chosen[j] = True
            left += price[best] - price[j]
            swaps -= 1
            _close(best, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
            _open(j, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
    return total, room, left, swaps


@loop(f"float64({LINKS}, float64[::1], float64[::1], bool_[::1], bool_[::1], int64, float64, float64, {STATE}, int32[::1], int64[::1],"
      " bool_[::1], float64[::1], int64)")
def interchange(demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, price: Floats, movable: Mask,
                chosen: Mask, room: Int, left: Any, least: Any, count: Ints, owner: Longs, gain: Floats, sole: Floats, queue: Ints,
                waiting: Longs, marked: Mask, shared: Floats, swaps: Int) -> Any:
    """Improves the chosen sites by single swaps, until the queue is empty or `swaps` are done; returns the weight gained."""
    gained, room, left, swaps = _improve(demand_start, site, site_start, demand, weight, price, movable, chosen, room, left, least, count,
                                         owner, gain, sole, queue, waiting, marked, shared, swaps)
    return gained


@loop(f"int64({LINKS}, float64[::1], float64[::1], bool_[::1], bool_[::1], bool_[::1], int64, float64, float64, float64, {STATE},"
      " int32[::1], int64[::1], bool_[::1], float64[::1], int64[::1], float64[::1], float64, int64)")
def shake(demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, price: Floats, movable: Mask, chosen: Mask,
          best_chosen: Mask, room: Int, left: Any, least: Any, slack: Any, count: Ints, owner: Longs, gain: Floats, sole: Floats,
          queue: Ints, waiting: Longs, marked: Mask, shared: Floats, random: Longs, value: Floats, noise: Any, rounds: Int) -> Int:
    """Iterated interchange near by: closes a few neighbouring open sites, opens others greedily with noise, improves, and keeps the
    result where it loses no more than `slack`. value : (2,) weight covered now, and by the best found, which best_chosen holds.

    Returns how often the best was beaten.
    """
    was = chosen.copy()
    found: Int = 0
    n_open: Int = 0
    open_list = queue.copy()
    s: Int = 0
    k: Int = 0
    i: Int = 0
    barred: Int = -1
    for _ in range(rounds):
        n_open = 0
        for j in range(chosen.size):
            was[j] = chosen[j]
            if chosen[j] and movable[j]:
                open_list[n_open] = j
                n_open += 1
        if n_open == 0:
            break
        room_was, left_was, value_was = room, left, value[0]
        seed = open_list[_draw(random, n_open)]
        barred = seed
        want = 2 + _draw(random, 5)
        closed: Int = 0
        for attempt in range(6 * want):
            s = seed
            if attempt > 0:
                if site_start[seed] == site_start[seed + 1]:
                    break
                i = demand[site_start[seed] + _draw(random, site_start[seed + 1] - site_start[seed])]
                k = site[demand_start[i] + _draw(random, demand_start[i + 1] - demand_start[i])]
                i = demand[site_start[k] + _draw(random, site_start[k + 1] - site_start[k])]
                turn = _draw(random, demand_start[i + 1] - demand_start[i])
                s = -1
                for f in range(demand_start[i + 1] - demand_start[i]):
                    k = site[demand_start[i] + (f + turn) % (demand_start[i + 1] - demand_start[i])]
                    if chosen[k] and movable[k]:
                        s = k
                        break
                if s < 0:
                    continue
            value[0] -= sole[s]
            chosen[s] = False
            room += 1
            left += price[s]
            closed += 1
            _close(s, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
            if closed == want:
                break
        while room > 0:
            top: Int = -1
            high = 0.0
            for j in range(chosen.size):
                if movable[j] and not chosen[j] and j != barred and gain[j] > 0.0 and price[j] <= left:
                    worth = gain[j] / price[j] if price[j] > 0.0 else gain[j] * 1e6
                    if worth * (1.0 + noise) > high:
                        worth *= 1.0 + noise * _draw(random, 1024) / 1024.0
                        if worth > high:
                            high = worth
                            top = j
            if top < 0:
                break
            value[0] += gain[top]
            chosen[top] = True
            room -= 1
            left -= price[top]
            _open(top, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
        gained, room, left, _rest = _improve(demand_start, site, site_start, demand, weight, price, movable, chosen, room, left, least,
                                             count, owner, gain, sole, queue, waiting, marked, shared, 10000)
        value[0] += gained
        if value[0] > value[1] + least:
            value[1] = value[0]
            best_chosen[:] = chosen
            found += 1
        elif value[0] < value_was - least and value[0] < value[1] - slack:
            for j in range(chosen.size):
                if chosen[j] and not was[j]:
                    chosen[j] = False
                    _close(j, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
            for j in range(chosen.size):
                if was[j] and not chosen[j]:
                    chosen[j] = True
                    _open(j, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
            while waiting[0] > 0:
                waiting[0] -= 1
                marked[queue[waiting[0]]] = False
            room, left, value[0] = room_was, left_was, value_was
    return found


@loop(f"int64({LINKS}, float64[::1], float64[::1], bool_[::1], bool_[::1], bool_[::1], int64[::1], int32[::1], int32[::1], {STATE},"
      " int32[::1], int64[::1], bool_[::1], int64[::1], float64[::1], int64)")
def weigh_rows(demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, weight: Floats, price: Floats, movable: Mask,
               chosen: Mask, best_chosen: Mask, moved: Longs, open_demand: Ints, place: Ints, count: Ints, owner: Longs, gain: Floats,
               sole: Floats, queue: Ints, waiting: Longs, marked: Mask, random: Longs, value: Floats, rounds: Int) -> Int:
    """Cheapest cover by weighting rows (Gao, Weise and Li, Applied Intelligence 43, 2015): a cover gives up its least needed sites until
    it is cheaper than the best; then one site goes and one that covers some uncovered demand comes, whose weight grows while it waits.

    value : (4,) price of the chosen sites, of the best cover, number of uncovered rows, and the rounds done before. moved : (J,) the
    round in which a site last moved. open_demand, place : (I,) the uncovered rows and each row's place among them, -1 where covered.
    Returns how often the best was beaten. weight, changed here, is of the search only.
    """
    found: Int = 0
    barred: Int = -1
    uncovered: Int = int(value[2])
    for _ in range(rounds):
        value[3] += 1.0
        turn = int(value[3])
        if uncovered == 0 and value[0] < value[1] - 1e-9:
            value[1] = value[0]
            best_chosen[:] = chosen
            found += 1
        least: Int = -1
        closing = True
        while closing:
            closing = uncovered == 0  # a full cover gives up sites until it is none, then one more
            least = -1
            for s in range(chosen.size):
                if chosen[s] and movable[s] and s != barred:
                    a = sole[s] * price[least]
                    b = sole[least] * price[s]
                    if least < 0 or a < b or (a == b and moved[s] < moved[least]):
                        least = s
            if least < 0:
                break
            chosen[least] = False
            value[0] -= price[least]
            moved[least] = turn
            for e in range(site_start[least], site_start[least + 1]):
                i = demand[e]
                if count[i] == 1:
                    place[i] = uncovered
                    open_demand[uncovered] = i
                    uncovered += 1
            _close(least, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
            if closing and uncovered == 0 and value[0] < value[1] - 1e-9:
                value[1] = value[0]
                best_chosen[:] = chosen
                found += 1
        barred = -1
        while uncovered > 0:
            i = open_demand[_draw(random, uncovered)]
            top: Int = -1
            for f in range(demand_start[i], demand_start[i + 1]):
                k = site[f]
                if movable[k] and not chosen[k] and k != least:
                    a = gain[k] * price[top]
                    b = gain[top] * price[k]
                    if top < 0 or a > b or (a == b and moved[k] < moved[top]):
                        top = k
            if top < 0 and least >= 0 and not chosen[least]:
                top = least
            if top < 0 or value[0] + price[top] >= value[1] - 1e-9:
                break
            chosen[top] = True
            value[0] += price[top]
            moved[top] = turn
            barred = top
            for e in range(site_start[top], site_start[top + 1]):
                i = demand[e]
                if count[i] == 0:
                    uncovered -= 1
                    last = open_demand[uncovered]
                    open_demand[place[i]] = last
                    place[last] = place[i]
                    place[i] = -1
            _open(top, demand_start, site, site_start, demand, weight, count, owner, gain, sole, queue, waiting, marked)
        while waiting[0] > 0:
            waiting[0] -= 1
            marked[queue[waiting[0]]] = False
        for q in range(uncovered):
            i = open_demand[q]
            weight[i] += 1.0
            for f in range(demand_start[i], demand_start[i + 1]):
                gain[site[f]] += 1.0
        if least < 0:  # nothing may go: the cover is of fixed sites alone, or barred from both sides
            break
    value[2] = float(uncovered)
    return found


@loop("void(int64[::1], int32[::1], float64[::1], float64[::1])")
def gather(start: Longs, index: Ints, values: Floats, out: Floats) -> None:
    """out[r] = the sum of values over the pairs of row r."""
    for r in range(out.size):
        total = 0.0
        for e in range(start[r], start[r + 1]):
            total += values[index[e]]
        out[r] = total


@inline
def _spend(x: Floats, step: Floats, price: Floats, low: Floats, high: Floats, budget: Any) -> None:
    """Moves x to the nearest point, measured in steps, that keeps to its bounds and spends no more than the budget."""
    spent = 0.0
    most = 0.0
    for j in range(x.size):
        spent += price[j] * min(high[j], max(low[j], x[j]))
        if price[j] > 0.0:
            most = max(most, (x[j] - low[j]) / (step[j] * price[j]))
    mu = 0.0
    if spent > budget:
        under = 0.0
        for _ in range(60):
            mu = 0.5 * (under + most)
            spent = 0.0
            for j in range(x.size):
                spent += price[j] * min(high[j], max(low[j], x[j] - mu * step[j] * price[j]))
            if spent > budget:
                under = mu
            else:
                most = mu
            if abs(spent - budget) <= 1e-12 * budget:
                break
        mu = most
    for j in range(x.size):
        x[j] = min(high[j], max(low[j], x[j] - mu * step[j] * price[j]))


@loop(f"void({LINKS}, float64[::1], float64[::1], float64, float64[::1], float64[::1], float64[::1], float64[::1], float64[::1],"
      " float64[::1], float64[::1], float64[::1], float64[::1], int64)")
def primal_dual(demand_start: Longs, site: Ints, site_start: Longs, demand: Ints, objective: Floats, price: Floats, budget: Any,
                low: Floats, high: Floats, cap: Floats, site_step: Floats, row_step: Floats, x: Floats, dual: Floats, x_sum: Floats,
                dual_sum: Floats, rounds: Int) -> None:
    """Rounds of the primal-dual hybrid gradient method (Chambolle and Pock, J. Math. Imaging Vis. 40, 2011) on
    min over x, max over 0 <= dual <= cap of objective x + dual (1 - A x), with low <= x <= high and price x <= budget."""
    ahead = x.copy()
    for _ in range(rounds):
        for j in range(x.size):
            pull = -objective[j]
            for e in range(site_start[j], site_start[j + 1]):
                pull += dual[demand[e]]
            ahead[j] = x[j]
            x[j] += site_step[j] * pull
        _spend(x, site_step, price, low, high, budget)
        for j in range(x.size):
            ahead[j] = 2.0 * x[j] - ahead[j]
            x_sum[j] += x[j]
        for i in range(dual.size):
            short = 1.0
            for f in range(demand_start[i], demand_start[i + 1]):
                short -= ahead[site[f]]
            dual[i] = min(cap[i], max(0.0, dual[i] + row_step[i] * short))
            dual_sum[i] += dual[i]
