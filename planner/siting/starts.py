"""Plain greedy plans: what a solver begins from, and the answer when it gets nowhere."""

from __future__ import annotations

import numpy as np

from planner.siting.problem import Floats, Mask, Picks, SitingProblem, sums
from planner.siting.reduce import Cover


class Growing:
    """A set of columns that grows by the one that gains most; gains are kept up to date, not recomputed.

    worth : (R,) what covering a row gains.
    """

    def __init__(self, cover: Cover, worth: Floats) -> None:
        self.cover, self.worth = cover, worth
        self.column_start, self.rows = cover.by_column()
        self.covered: Mask = np.zeros(cover.rows, dtype=np.bool_)
        self.gain: Floats = np.bincount(cover.column, worth[cover.row_of], minlength=len(cover.site)).astype(np.float64)
        self.chosen: list[int] = []

    def add(self, column: int) -> None:
        """Opens a column."""
        self.chosen.append(column)
        mine = self.rows[self.column_start[column]: self.column_start[column + 1]]
        fresh = mine[~self.covered[mine]]
        self.covered[fresh] = True
        start = self.cover.start
        degree = start[fresh + 1] - start[fresh]
        entry = np.repeat(start[fresh] - np.r_[0, np.cumsum(degree)[:-1]], degree) + np.arange(int(degree.sum()))
        self.gain -= np.bincount(self.cover.column[entry], np.repeat(self.worth[fresh], degree), minlength=len(self.gain))

    def best(self, allowed: Mask, *, by_price: bool) -> int | None:
        """The allowed column that gains most (by_price: for its price); of equals the first; None where none gains."""
        price = np.maximum(self.cover.price, 1e-9) if by_price else 1.0
        score = np.where(allowed & (self.gain > 1e-12 * max(1.0, float(self.worth.max(initial=0.0)))), self.gain / price, -1.0)
        if not len(score) or float(score.max()) <= 0:
            return None
        return int(np.argmax(score))


def greedy_weight(problem: SitingProblem, cover: Cover, worth: Floats | None = None) -> Picks:
    """Columns opened one after another for the most new weight (for its price under a budget), as far as p and the budget go."""
    growing = Growing(cover, cover.weight if worth is None else worth)
    left = np.inf if problem.budget is None else problem.budget
    allowed = np.ones(len(cover.site), dtype=np.bool_)
    while len(growing.chosen) < problem.room:
        allowed &= cover.price <= left
        column = growing.best(allowed, by_price=problem.budget is not None)
        if column is None:
            break
        growing.add(column)
        allowed[column] = False
        left -= float(cover.price[column])
    return np.array(growing.chosen, dtype=np.int64)


def greedy_all(cover: Cover, *, by_price: bool = True, needed: float | None = None) -> Picks:
    """Columns that cover all rows (or, with `needed`, so much of their weight), cheap for what they newly cover; idle ones go again.

    The last step takes the cheapest column that is enough, where there is one.
    """
    growing = Growing(cover, np.ones(cover.rows) if needed is None else cover.weight)
    allowed = np.ones(len(cover.site), dtype=np.bool_)
    got = 0.0
    while needed is None or got < needed:
        column = growing.best(allowed, by_price=by_price)
        if column is None:
            break
        if needed is not None and (enough := np.flatnonzero(allowed & (growing.gain >= needed - got))).size:
            column = int(enough[np.argmin(cover.price[enough])])
        got += float(growing.gain[column])
        growing.add(column)
        allowed[column] = False
    return without_idle(cover, np.array(growing.chosen, dtype=np.int64), needed)


def without_idle(cover: Cover, chosen: Picks, needed: float | None = None) -> Picks:
    """The columns chosen less those that are not needed, the dearest tried first."""
    start, rows = cover.by_column()
    count = np.zeros(cover.rows, dtype=np.int64)
    for column in chosen:
        count[rows[start[column]: start[column + 1]]] += 1
    got = float(cover.weight[count > 0].sum())
    kept = set(chosen.tolist())
    for column in sorted(kept, key=lambda c: (-cover.price[c], start[c + 1] - start[c], c)):
        mine = rows[start[column]: start[column + 1]]
        alone = mine[count[mine] == 1]
        loss = float(cover.weight[alone].sum())
        if (needed is None and not len(alone)) or (needed is not None and got - loss >= needed):
            kept.discard(column)
            count[mine] -= 1
            got -= loss
    return np.array(sorted(kept), dtype=np.int64)


def greedy_fair(problem: SitingProblem, cover: Cover, total: Floats) -> Picks:
    """Columns opened one after another for the area that is worst off: most of its share gained, then most share in all."""
    growing = Growing(cover, cover.weight / total[cover.area])
    left = np.inf if problem.budget is None else problem.budget
    allowed = np.ones(len(cover.site), dtype=np.bool_)
    share = area_shares(cover, total, np.zeros(cover.rows, dtype=np.bool_))
    closed = total <= 0  # areas in which nothing more can be gained
    column_of, row_of = cover.column, cover.row_of
    while len(growing.chosen) < problem.room and not closed.all():
        allowed &= cover.price <= left
        worst = int(np.argmin(np.where(closed, np.inf, share)))
        open_entry = ~growing.covered[row_of] & (cover.area[row_of] == worst)
        gain = np.bincount(column_of[open_entry], growing.worth[row_of[open_entry]], minlength=len(cover.site)) * allowed
        if not len(gain) or gain.max() <= 0:
            closed[worst] = True
            continue
        column = int(np.argmax(gain + 1e-6 * growing.gain))
        growing.add(column)
        allowed[column] = False
        left -= float(cover.price[column])
        share = area_shares(cover, total, growing.covered)
    return np.array(growing.chosen, dtype=np.int64)


def area_shares(cover: Cover, total: Floats, covered: Mask) -> Floats:
    """(A,) covered share of each area; inf for areas without weight. total : (A,) weight. covered : (R,)."""
    got = sums(cover.area[covered], cover.weight[covered], len(total))
    got[: len(cover.base)] += cover.base
    return np.where(total > 0, got / np.where(total > 0, total, 1.0), np.inf)
