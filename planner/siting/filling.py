"""Capacitated covering with demand that may be split, at a large scale: the most weight that p sites can serve, and no plan serves more.

For given sites the most weight served is a largest flow from demand to sites (row i gives w_i, open site j takes q_j), kept up to date
while sites are swapped. The bound: with a price u_i, 0 <= u_i <= 1, of a unit of demand i,

    L(u) = sum_i w_i u_i + the p largest of V_j(u),    V_j(u) = max sum_i (1 - u_i) f_i    so that    0 <= f_i <= w_i, sum_i f_i <= q_j

(open sites first) is at least what any plan serves: Lagrangian relaxation of "no demand is served twice". V_j takes the cheapest demand
first; the least L is the bound of the linear relaxation with f_ij <= w_i x_j.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.siting import filling_loops as loops
from planner.siting.heuristics import OutOfTime, never
from planner.siting.links import Floats, Ints, Longs, Mask, plain

EPSILON = float(np.finfo(np.float64).eps)
LEAST_REL = 1e-12
"""Share of all weight below which an amount is taken for rounding."""
TRIED = 12
"""Swaps that are carried out to see what they gain, once none is sure to gain."""
PATIENCE = 30
"""Rounds without a better bound after which the step is cut."""
FIRST_STEP, LEAST_STEP = 1.5, 1e-4
"""The first step, as a share of the way to the target, and the share of it at which the bound no longer falls (measured)."""
RESTART = 400
"""Steps of the tabu search without gain after which it goes on from the best plan."""
PIECE = 25
"""Rounds between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Demand rows with weight > 0 and the sites that reach them: pairs in the rows of demand, and the numbers of the pairs by site.

    start : (R + 1,), site : (E,), site_start : (J + 1,), entry : (E,), row : (E,), weight : (R,), room : (J,) capacities.
    """

    start: Longs
    site: Ints
    site_start: Longs
    entry: Longs
    row: Ints
    weight: Floats
    room: Floats

    @property
    def sites(self) -> int:
        """J, the number of sites."""
        return len(self.room)

    @property
    def least(self) -> float:
        """An amount this small is none."""
        return LEAST_REL * float(self.weight.sum())


def reach(start: Longs, site: Ints, weight: Floats, room: Floats) -> Reach:
    """Reach from the rows of a sparse matrix (R, J) in compressed form, every weight above 0."""
    column = plain(site, np.int32)
    site_start = np.zeros(len(room) + 1, dtype=np.int64)
    np.cumsum(np.bincount(column, minlength=len(room)), out=site_start[1:])
    row = np.repeat(np.arange(len(weight), dtype=np.int32), np.diff(start))
    return Reach(plain(start, np.int64), column, site_start, np.argsort(column, kind="stable"), row, plain(weight, np.float64),
                 plain(room, np.float64))


class Flow:
    """Who is served where: opened (J,), flow (E,) weight on each pair, left (R,) weight not served, spare (J,) room left in open sites."""

    def __init__(self, table: Reach, opened: Mask) -> None:
        self.table, self.opened = table, np.zeros(table.sites, dtype=np.bool_)
        self.flow, self.left, self.spare = np.zeros(len(table.site)), table.weight.copy(), np.zeros(table.sites)
        self._scratch = (np.empty(table.sites, dtype=np.int32), np.empty(table.sites, dtype=np.int64),
                         np.empty(table.sites, dtype=np.int64), np.empty(table.sites, dtype=np.int32))
        for site in np.flatnonzero(opened).tolist():
            self.swap(-1, site)

    @property
    def _arrays(self) -> tuple[object, ...]:
        table = self.table
        return (table.start, table.site, table.site_start, table.entry, table.row, table.room, self.opened, self.flow, self.left,
                self.spare, table.least, *self._scratch)

    @property
    def served(self) -> float:
        """The weight served."""
        return float(self.flow.sum())

    def swap(self, going: int, coming: int) -> float:
        """Closes one site and opens another (-1: none); returns the weight gained, which may be less than 0."""
        return float(loops.swap(*self._arrays, going, coming))

    def kept(self) -> tuple[Mask, Floats, Floats, Floats]:
        """The flow as it is, for `restore`."""
        return self.opened.copy(), self.flow.copy(), self.left.copy(), self.spare.copy()

    def restore(self, kept: tuple[Mask, Floats, Floats, Floats]) -> None:
        """Goes back to a flow kept."""
        for own, was in zip((self.opened, self.flow, self.left, self.spare), kept, strict=True):
            own[:] = was

    def estimates(self, going: Ints) -> tuple[Floats, Floats]:
        """(S, J) what each swap of a site in `going` for another gains at least, and (J,) what opening each alone does."""
        table = self.table
        beside, loss, both = np.empty(table.sites), np.empty(len(going)), np.empty((len(going), table.sites))
        loops.weigh(*self._arrays[:10], going, beside, loss, both)
        gain: Floats = np.minimum(table.room, beside + both) - loss[:, None]
        return gain, np.minimum(table.room, beside)

    def cut(self) -> Floats:
        """(R,) prices of demand of a least cut: 0 where weight that is left over could go if there were room, else 1."""
        table = self.table
        short, full = self.left > table.least, np.zeros(table.sites, dtype=np.bool_)
        while True:
            full[table.site[short[table.row] & self.opened[table.site]]] = True
            more = short.copy()
            more[table.row[full[table.site] & (self.flow > table.least)]] = True
            if (more == short).all():
                return np.where(short, 0.0, 1.0)
            short = more


def grown(table: Reach, p: int, stays: Mask, may: Mask) -> Flow:
    """A plan made site by site: always the one that can take most of what is left over; where none can directly, the largest."""
    flow = Flow(table, stays)
    for _ in range(min(p - int(stays.sum()), int(may.sum()))):
        gain = flow.estimates(np.empty(0, dtype=np.int32))[1]
        open_next = np.flatnonzero(may & ~flow.opened)
        by = gain if gain[open_next].max() > table.least else table.room
        flow.swap(-1, int(open_next[np.argmax(by[open_next])]))
    return flow


def improve(flow: Flow, may: Mask, out_of_time: OutOfTime = never) -> None:
    """Best swaps until none is found that gains: those sure to gain first, then the likeliest of the others, carried out to see."""
    while not out_of_time():
        opened = np.flatnonzero(flow.opened & may).astype(np.int32)
        closed = np.flatnonzero(may & ~flow.opened)
        if not len(opened) or not len(closed):
            return
        gain = flow.estimates(opened)[0][:, closed]
        for at in np.argsort(-gain, axis=None, kind="stable")[:TRIED].tolist():
            kept, out, into = flow.kept(), int(opened[at // len(closed)]), int(closed[at % len(closed)])
            if flow.swap(out, into) > flow.table.least:
                break
            flow.restore(kept)
        else:
            return


def search(flow: Flow, may: Mask, *, steps: int, seed: int, target: float = np.inf, out_of_time: OutOfTime = never,
           found: Callable[[Mask, float], None] | None = None) -> None:
    """Tabu search: in every step the best swap, though it may lose, of sites not swapped lately; the best flow is what is left.

    may : (J,) sites that may be opened or closed. steps : at most. target : weight served at which to stop. After RESTART steps without
    gain it goes on from the best. The same seed gives the same plan unless time ended it (Glover, ORSA J. on Computing 1, 1989).
    """
    random, table = np.random.default_rng(seed), flow.table
    best, kept, last = flow.served, flow.kept(), 0
    until = np.zeros(table.sites, dtype=np.int64)
    for step in range(1, steps + 1):
        opened, closed = np.flatnonzero(flow.opened & may).astype(np.int32), np.flatnonzero(may & ~flow.opened)
        if out_of_time() or best >= target or not len(opened) or not len(closed):
            break
        gain = flow.estimates(opened)[0][:, closed]
        gain[(flow.served + gain <= best + table.least) & ((until[opened] > step)[:, None] | (until[closed] > step)[None, :])] = -np.inf
        at = int(np.argmax(gain))
        out, into = int(opened[at // len(closed)]), int(closed[at % len(closed)])
        flow.swap(out, into)
        until[[out, into]] = step + 1 + random.integers(1 + np.array([len(closed), len(opened)]) // 8) + np.array([8, 4])
        if flow.served > best + table.least:
            best, kept, last = flow.served, flow.kept(), step
            if found is not None:
                found(flow.opened.copy(), best)
        elif step - last >= RESTART:
            flow.restore(kept)
            last = step
    flow.restore(kept)


@dataclass(frozen=True, slots=True)
class FillBound:
    """No plan serves more than value. state : (J,) 1 opened, -1 closed in every plan that serves more than the target, else 0.

    picks : sets of sites met on the way, the latest last. complete : time did not end it.
    """

    value: float
    state: Ints
    picks: list[Mask]
    rounds: int
    complete: bool


def most_filled(table: Reach, p: int, state: Ints, price: Floats, *, target: float, rounds: int = 5000, out_of_time: OutOfTime = never,
                tell: Callable[[float], None] | None = None) -> FillBound:
    """A bound on the weight that p sites can serve; state : (J,) 1 open, 0 free, -1 closed; price : (R,) to begin with.

    target : the weight that a plan serves; the bound stops there. tell(bound) : called now and then.
    """
    sites = table.sites
    own, best, reduced = np.clip(plain(price.copy(), np.float64), 0.0, 1.0), price.copy(), np.zeros(sites)
    pick, best_pick, taken = np.zeros(sites, dtype=np.bool_), np.zeros(sites, dtype=np.bool_), np.empty(len(table.site))
    numbers, complete = np.array([1e300, FIRST_STEP, 0.0, 0.0]), True
    picks: list[Mask] = []
    while numbers[3] < rounds:
        done, part = numbers[3], min(PIECE, rounds - int(numbers[3]))
        loops.prices(table.start, table.site, table.weight, table.room, state, p, target, own, best, reduced, taken, pick, best_pick,
                     numbers, PATIENCE, part)
        if not picks or (picks[-1] != best_pick).any():
            picks.append(best_pick.copy())
        if tell is not None:
            tell(float(numbers[0]))
        if numbers[0] <= target or numbers[3] - done < part or numbers[1] < LEAST_STEP * FIRST_STEP:
            break
        if out_of_time():
            complete = False
            break
    longest = int(np.diff(table.site_start).max(initial=1))
    slack = EPSILON * (len(best) + sites + 4 * longest) * float(table.weight @ best + np.abs(reduced).sum())
    value = float(numbers[0]) + slack
    return FillBound(value, _settled(state, p, value, reduced, target), picks, int(numbers[3]), complete)


def _settled(state: Ints, p: int, value: float, reduced: Floats, target: float) -> Ints:
    """State with the free sites settled whose opening, or closing, would bring the bound down to the target."""
    settled, free, need = state.copy(), np.flatnonzero(state == 0), p - int((state == 1).sum())
    if len(free) == 0 or need <= 0:
        return settled
    ranked = np.sort(reduced[free], kind="stable")
    last = float(ranked[min(need, len(ranked)) - 1]) if need <= len(ranked) else 0.0
    following = float(ranked[need]) if need < len(ranked) else 0.0
    own = reduced[free]
    settled[free[(value - own + last <= target) & (own > last)]] = -1
    settled[free[(value + own - following <= target) & (own < following)]] = 1
    return settled
