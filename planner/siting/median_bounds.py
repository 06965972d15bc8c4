"""Proofs for p-median problems: Lagrangian bound, sites fixed by it, and branch-and-bound on sites.

With a price u_i of every demand, 0 <= u_i <= unserved_i, and rho_j = sum_i min(0, cost_ij - u_i),

    L(u) = sum_i u_i + the sum of the p least rho_j    (open sites first)

is at most what any plan with p sites costs (Cornuejols, Fisher and Nemhauser, Management Science 23, 1977). A site whose opening, or
closing, would lift L above the best plan known is closed, or opened, for good.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.siting import median_loops as loops
from planner.siting.heuristics import OutOfTime, never
from planner.siting.links import Costs, Floats, Ints, Mask, plain
from planner.siting.median_search import MOST_EXTRA, Exchange, Median, finite, greedy_median, served

EPSILON = float(np.finfo(np.float64).eps)
ROOT_PATIENCE, NODE_PATIENCE = 40, 5
"""Rounds without a better bound after which the step is cut: at the root, where the bound must be good, and below it. Cut after 15, the
root's bound of many problems stops a tenth of a percent short of what prices can prove (measured)."""
ROOT_STEP, NODE_STEP = 1.5, 0.2
"""The first step, as a share of the way to the best plan: below the root prices are nearly right already (measured)."""
NODE_ROUNDS = 40
LEAST_STEP = 1e-4
"""The step, as a share of the first, at which the root's bound no longer grows (measured)."""
MOST_HELD = 400_000_000
"""Bytes of the parts of a search that wait, about; beyond, it goes down instead of taking the part with the least bound."""
PIECE = 25
"""Rounds between two looks at the clock and, at the root, two interchanges from the sites picked."""


@dataclass(frozen=True, slots=True)
class MedianProof:
    """The best plan found and what is proven. bound : no plan costs less. nodes : of the branch-and-bound, 1 for the root alone.

    closed, opened : sites settled at the root; state : (J,) which: -1 closed, 1 opened, 0 left to choose, fixed and forbidden sites
    included. No plan that is better than this one, by more than the gap asked for, has them otherwise. most : (I,) nor does any demand
    cost more than this in such a plan: being served from j lifts the root's bound by cost_ij - u_i. proven : bound and plan agree, to
    a billionth, or to the gap that was asked for. complete : nothing ended it early.
    """

    plan: Median
    bound: float
    nodes: int
    rounds: int
    closed: int
    opened: int
    proven: bool
    complete: bool
    state: Ints
    most: Floats


@dataclass(slots=True)
class _Node:
    """A part of the search: state (J,) 1 open, 0 free, -1 closed; the bound it inherits and prices to go on from."""

    state: Ints
    price: Floats
    bound: float


def _exact(bound: float, price: Floats, reduced: Floats) -> float:
    """The bound with the rounding of its sums taken off."""
    return bound - EPSILON * (len(price) + len(reduced)) * float(np.abs(price).sum() + np.abs(reduced).sum())


class _Search:
    """Branch-and-bound of one problem: the best plan so far, and the costs with the sites that may still open."""

    def __init__(self, costs: Costs, p: int, start: Median, gap: float, whole: bool, movable: Mask, out_of_time: OutOfTime,
                 tell: Callable[[float, float], None] | None) -> None:
        self.costs, self.p, self.best, self.gap, self.whole = costs, p, start, gap, whole
        self.bounded = finite(costs)
        self.movable, self.out_of_time, self.tell = movable, out_of_time, tell
        self.rounds, self.ended = 0, False
        self.tried: set[bytes] = set()
        slots = int(start.chosen.sum())
        self.exchange = Exchange(costs, slots) if slots > 0 and costs.sites * slots <= MOST_EXTRA else None

    @property
    def cutoff(self) -> float:
        """A part of the search with this bound holds nothing that is worth finding."""
        cost = self.best.cost
        if not np.isfinite(cost):
            return np.inf
        least = 1.0 - 1e-6 if self.whole else 1e-9 * abs(cost)
        return cost - max(least, self.gap * cost)

    def keep(self, chosen: Mask) -> None:
        """Keeps a plan if it is better than the best."""
        plan = served(self.costs, chosen)
        if plan.cost < self.best.cost:
            self.best = plan

    def improve(self, pick: Mask) -> None:
        """Interchange from the sites picked, each set once."""
        key = np.packbits(pick).tobytes()
        if self.exchange is None or key in self.tried or int(pick.sum()) > self.exchange.slots:
            return
        self.tried.add(key)
        chosen = pick.copy()
        chosen[np.flatnonzero(self.movable & ~chosen)[:self.exchange.slots - int(chosen.sum())]] = True
        if int(chosen.sum()) == self.exchange.slots:
            self.keep(self.exchange.improve(chosen, self.movable, 200, self.out_of_time)[0])

    def bound(self, node: _Node, rounds: int, patience: int, step: float, often: Floats, *,
              root: bool) -> tuple[float, Floats, Floats]:
        """Subgradient rounds at a node; the bound of the best prices met (exact), these prices, and their reduced costs."""
        costs, sites = self.bounded, self.costs.sites
        upper = self.best.cost if np.isfinite(self.best.cost) else float(costs.unserved.sum())
        numbers = np.array([-np.inf, step, 0.0, upper, np.inf, 0.0, 0.0])
        price, best_price, reduced = node.price.copy(), node.price.copy(), np.zeros(sites)
        pick, best_pick, plan = np.zeros(sites, dtype=np.bool_), np.zeros(sites, dtype=np.bool_), np.zeros(sites, dtype=np.bool_)
        numbers[0] = -1e300
        while numbers[5] < rounds:
            done = numbers[5]
            part = min(PIECE, rounds - int(done))
            loops.subgradient(costs.start, costs.site, costs.cost, costs.unserved, node.state, self.p, self.cutoff, price, best_price,
                              reduced, often, pick, best_pick, plan, numbers, patience, part)
            self.rounds += int(numbers[5] - done)
            if numbers[4] < self.best.cost:
                self.keep(plan)
            if root:
                self.improve(best_pick)
                self.improve(plan)
            if np.isfinite(self.best.cost):
                numbers[3] = min(numbers[3], self.best.cost)
            exact = _exact(float(numbers[0]), best_price, reduced)
            if root and self.tell is not None:
                self.tell(exact, self.best.cost)
            if exact >= self.cutoff or numbers[5] - done < part or numbers[1] < LEAST_STEP * step:
                break
            if self.out_of_time():
                self.ended = True
                break
        return _exact(float(numbers[0]), best_price, reduced), best_price, reduced

    def fix(self, state: Ints, bound: float, reduced: Floats) -> int:
        """Settles the free sites that the bound, the one of these reduced costs, leaves no choice for; returns how many."""
        cutoff = self.cutoff
        free = np.flatnonzero(state == 0)
        need = self.p - int((state == 1).sum())
        if not np.isfinite(cutoff) or len(free) == 0 or need <= 0:
            return 0
        ranked = np.sort(reduced[free], kind="stable")
        last = min(0.0, float(ranked[min(need, len(ranked)) - 1])) if need <= len(ranked) else 0.0
        following = min(0.0, float(ranked[need])) if need < len(ranked) else 0.0
        close = free[(bound + reduced[free] - last >= cutoff) & (reduced[free] > last)]
        opens = free[(bound - reduced[free] + following >= cutoff) & (reduced[free] < following)]
        state[close] = -1
        state[opens] = 1
        return len(close) + len(opens)

    def settled(self, state: Ints) -> bool:
        """Whether only one plan is left at a node, or none; the one is kept if it is good."""
        opened, free = int((state == 1).sum()), int((state == 0).sum())
        if opened > self.p:
            return True
        if opened == self.p or free == 0:
            self.keep(state == 1)
            return True
        if opened + free <= self.p:
            self.keep(state >= 0)
            return True
        return False


def prove_median(costs: Costs, p: int, *, start: Mask | None = None, allowed: Mask | None = None, fixed: Mask | None = None,
                 gap: float = 0.0, whole: bool | None = None, rounds: int = 4000, nodes: int = 1_000_000, out_of_time: OutOfTime = never,
                 tell: Callable[[float, float], None] | None = None) -> MedianProof:
    """The cheapest plan with at most p sites, with a proof: as far as rounds, nodes and time go, and always with a valid bound.

    start : (J,) a plan to begin with (greedy where None). fixed sites are open and count among p; others open only where allowed.
    gap : what is proven within this share of the best plan is enough. whole : all costs are whole numbers, so that bounds round up
    (None: looked at). rounds : of the root's bound. tell(bound, cost) : called during the root's bound and at every node. Deterministic
    unless time ended it. Where some demand that must be served cannot be with p sites, plan.cost is inf and the bound says nothing.
    """
    stays = np.zeros(costs.sites, dtype=np.bool_) if fixed is None else plain(fixed, np.bool_)
    may = (np.ones(costs.sites, dtype=np.bool_) if allowed is None else plain(allowed, np.bool_)) | stays
    if int(stays.sum()) > p:
        raise ValueError("more fixed sites than may be open")
    if whole is None:
        capped = costs.unserved[np.isfinite(costs.unserved)]
        whole = bool((costs.cost == np.round(costs.cost)).all() and (capped == np.round(capped)).all())
    usable = costs.only(may)
    begin = served(usable, plain(start, np.bool_) | stays) if start is not None else greedy_median(usable, p, allowed=may, fixed=stays)
    search = _Search(usable, p, begin, gap, whole, may & ~stays, out_of_time, tell)
    if search.exchange is not None:
        search.improve(begin.chosen)
    server, paid = np.empty(costs.demands, dtype=np.int32), np.empty(costs.demands)
    loops.serve(search.bounded.start, search.bounded.site, search.bounded.cost, search.bounded.unserved, search.best.chosen, server, paid)
    state = np.where(stays, 1, np.where(may, 0, -1)).astype(np.int32)
    root = _Node(state, np.minimum(paid * (1.0 + 1e-9) + 1e-9, search.bounded.unserved), 0.0)
    heap, visited, floor, order = [(0.0, 0, root)], 0, np.inf, 0
    held = max(2, MOST_HELD // (4 * costs.demands + 4 * costs.sites + 1))
    closed, opened, settled, above = 0, 0, state.copy(), np.full(costs.demands, np.inf)
    while heap:
        if visited and (search.out_of_time() or visited >= nodes):
            search.ended = True
            break
        if len(heap) < held:
            node = heapq.heappop(heap)[2]
        else:  # too many parts at once: the newest first, until there is room again
            newest = max(range(len(heap)), key=lambda k: heap[k][1])
            node = heap.pop(newest)[2]
            heapq.heapify(heap)
        if node.bound >= search.cutoff or search.settled(node.state):
            continue
        visited += 1
        often = np.zeros(costs.sites)
        first = visited == 1
        own, price, reduced = search.bound(node, rounds if first else NODE_ROUNDS, ROOT_PATIENCE if first else NODE_PATIENCE,
                                           ROOT_STEP if first else NODE_STEP, often, root=first)
        bound = max(node.bound, own)
        for _ in range(6):
            before = int((node.state == 0).sum())
            if first:
                above = np.minimum(above, price - own)
            if bound >= search.cutoff or search.ended or search.fix(node.state, own, reduced) * 10 < before:
                break
            if first:
                search.bounded = search.bounded.only(node.state >= 0)
            often[:] = 0.0
            node.price, node.bound = price, bound
            own, price, reduced = search.bound(node, NODE_ROUNDS * (4 if first else 1), NODE_PATIENCE, NODE_STEP, often, root=first)
            bound = max(bound, own)
        if first:
            closed, opened = int((node.state < 0).sum() - (~may).sum()), int((node.state > 0).sum() - stays.sum())
            search.bounded = search.bounded.only(node.state >= 0)
            settled = node.state.copy()
        if bound >= search.cutoff or search.settled(node.state):
            continue
        if search.ended:
            heapq.heappush(heap, (bound, order + 1, _Node(node.state, price, bound)))
            break
        free = np.flatnonzero(node.state == 0)
        branch = int(free[np.argmax(often[free])])  # the site picked most often: without it the bound rises (measured)
        for value in (-1, 1):
            child = node.state.copy()
            child[branch] = value
            order += 1
            heapq.heappush(heap, (bound, order, _Node(child, price, bound)))
        if tell is not None:
            tell(min(heap[0][0], search.best.cost), search.best.cost)
    if heap:
        floor = min(part[0] for part in heap)
    most = np.maximum(0.0, above + search.cutoff) * (1 + 1e-9) + 1e-9
    if not np.isfinite(search.best.cost):
        return MedianProof(search.best, max(0.0, floor) if np.isfinite(floor) else 0.0, visited, search.rounds, closed, opened, False,
                           not search.ended, settled, most)
    done = search.best.cost if gap <= 0.0 else max(search.cutoff, 0.0)
    bound = min(search.best.cost, floor, done) if heap else min(search.best.cost, done)
    if whole:
        bound = min(search.best.cost, float(np.ceil(bound - 1e-6)))
    plan = replace(served(costs, search.best.chosen), complete=not search.ended)
    return MedianProof(plan, bound, visited, search.rounds, closed, opened, not heap, not search.ended, settled, most)
