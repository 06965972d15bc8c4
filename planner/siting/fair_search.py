"""Plans in which the worst area is as well off as can be, then the second worst, and so on: greedy, interchange and restarts.

Two plans are compared by the shares of their areas in ascending order, the first that differ deciding (leximin): the worst area comes
first, and what is left over goes to whoever is next.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planner.siting.problem import Floats, Mask, Picks, SitingProblem
from planner.siting.reduce import Cover
from planner.siting.starts import area_shares

DECIMALS = 12
"""Shares that agree to so many decimals are equal: sums of the same doubles in another order differ by less."""
CLOSED = (1, 2, 2, 3, 4)
"""How many sites a restart closes, by turns."""


class FairPlan:
    """Open columns with what each row's count says about the areas; columns come and go one at a time."""

    def __init__(self, problem: SitingProblem, cover: Cover, total: Floats, chosen: Picks) -> None:
        self.cover, self.total, self.areas = cover, total, len(total)
        self.room, self.budget = problem.room, np.inf if problem.budget is None else problem.budget
        self.column_start, self.rows = cover.by_column()
        self.column_of, self.row_of = cover.column, cover.row_of
        self.share_of_row = cover.weight / np.where(total > 0, total, 1.0)[cover.area]
        self.count = np.zeros(cover.rows, dtype=np.int64)
        self.opened: Mask = np.zeros(len(cover.site), dtype=np.bool_)
        for column in chosen.tolist():
            self.turn(column)

    def turn(self, column: int) -> None:
        """Opens a closed column, or closes an open one."""
        mine = self.rows[self.column_start[column]: self.column_start[column + 1]]
        self.count[mine] += -1 if self.opened[column] else 1
        self.opened[column] = not self.opened[column]

    @property
    def columns(self) -> Picks:
        """The open columns."""
        return np.flatnonzero(self.opened)

    @property
    def shares(self) -> Floats:
        """(A,) share of each area."""
        return area_shares(self.cover, self.total, self.count > 0)

    @property
    def key(self) -> Floats:
        """The shares in ascending order, by which plans are compared."""
        return np.sort(np.round(self.shares, DECIMALS))

    def best_with(self, allowed: Mask) -> tuple[int, Floats] | None:
        """The allowed column whose opening makes the best plan, and that plan's key; of equals the first. None where none is allowed."""
        fresh = self.count[self.row_of] == 0
        row, column = self.row_of[fresh], self.column_of[fresh]
        cell = column.astype(np.int64) * self.areas + self.cover.area[row]
        gain = np.bincount(cell, self.share_of_row[row], minlength=len(self.opened) * self.areas).reshape(-1, self.areas)
        may = np.flatnonzero(allowed & ~self.opened)
        if not len(may):
            return None
        after = np.round(self.shares + gain[may], DECIMALS)
        worst = after.min(axis=1)
        tied = np.flatnonzero(worst == worst.max())
        keys = np.sort(after[tied], axis=1)
        first = int(np.lexsort((-tied, *keys.T[::-1]))[-1])
        return int(may[tied[first]]), keys[first]

    def fill(self) -> None:
        """Opens column after column while there is room, money and something to gain."""
        while int(self.opened.sum()) < self.room:
            found = self.best_with(self.cover.price <= self._left)
            if found is None or not ahead(found[1], self.key):
                return
            self.turn(found[0])

    def exchange(self, out_of_time: Callable[[], bool]) -> None:
        """Exchanges one open column for one other as long as that makes a better plan."""
        better = True
        while better:
            better = False
            for column in self.columns.tolist():
                if out_of_time():
                    return
                key = self.key
                self.turn(column)
                found = self.best_with(self.cover.price <= self._left)
                if found is not None and ahead(found[1], key):
                    self.turn(found[0])
                    better = True
                else:
                    self.turn(column)

    @property
    def _left(self) -> float:
        """Money left."""
        return float(self.budget - self.cover.price[self.opened].sum()) * (1 + 1e-12) if np.isfinite(self.budget) else np.inf


def ahead(one: Floats, other: Floats) -> bool:
    """Whether a key is better than another."""
    differ = np.flatnonzero(one != other)
    return bool(len(differ) and one[differ[0]] > other[differ[0]])


def fairer(problem: SitingProblem, cover: Cover, total: Floats, start: Picks, *, rounds: int, seed: int,
           out_of_time: Callable[[], bool]) -> Picks:
    """The columns `start` made better by interchange, then by closing a few and filling and exchanging anew, `rounds` times.

    Never worse than `start`; the same seed gives the same columns unless time ended it.
    """
    plan = FairPlan(problem, cover, total, start)
    plan.fill()
    plan.exchange(out_of_time)
    best, key = plan.columns, plan.key
    random = np.random.default_rng(seed)
    for turn in range(rounds):
        if out_of_time() or not len(best):
            break
        plan = FairPlan(problem, cover, total, best)
        for column in random.choice(best, min(len(best), CLOSED[turn % len(CLOSED)]), replace=False).tolist():
            plan.turn(column)
        some = random.choice(len(plan.opened), 1)  # one of them anywhere, so that a restart does not lead back
        if plan.opened.sum() < plan.room and not plan.opened[some[0]] and cover.price[some[0]] <= plan._left:
            plan.turn(int(some[0]))
        plan.fill()
        plan.exchange(out_of_time)
        if ahead(plan.key, key):
            best, key = plan.columns, plan.key
    return best
