"""Better plans for shares by area (planner.siting.area_share): neighbouring areas decided anew together, the rest left as it is.

Each step frees the columns that reach a few areas beside each other and gives HiGHS what these areas still need then: a problem small
enough to end in a second. A plan is taken up when it is cheaper, and now and then when it costs the same, so that the search moves on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.siting.linear import Rows, whole_unit
from planner.siting.problem import Floats, Mask, Picks, sums
from planner.siting.reduce import Cover
from planner.siting.solver import Clock, run

STEP_S = 4.0
"""A step that takes longer than this is given up."""
FIRST_AREAS = 3
"""Areas of the first steps; more when a sweep finds nothing."""
MOST_ENTRIES = 12_000
"""Entries of a step's problem; larger ones do not end in a second, so fewer areas are taken (one at least)."""


def improved(cover: Cover, needed: Floats, chosen: Picks, clock: Clock, *, seed: int, until_s: float,
             enough: Callable[[float], bool]) -> Picks:
    """The plan made cheaper until the clock shows `until_s`, or `enough(price)` says so. needed : (A,) weight that each area must have."""
    random = np.random.default_rng(seed)
    beside = _beside(cover, len(needed))
    live = np.flatnonzero(needed > 0)
    best, price, size = np.sort(chosen), float(cover.price[chosen].sum()), FIRST_AREAS
    while len(live) and size <= max(FIRST_AREAS, len(live)) * 2:
        found = False
        for middle in random.permutation(live).tolist():
            if clock.over or clock.spent_s > until_s or enough(price):
                return best
            areas = _around(beside, middle, size)
            plan = _decided_anew(cover, needed, best, areas, clock, seed=int(random.integers(2**31)))
            if plan is None:
                continue
            cost = float(cover.price[plan].sum())
            found = found or cost < price - 1e-9
            best, price = plan, min(cost, price)
        size += 0 if found else 3
    return best


def _beside(cover: Cover, areas: int) -> list[dict[int, int]]:
    """For each area, the areas that share columns with it, and how many."""
    pair = np.unique(cover.column.astype(np.int64) * areas + cover.area[cover.row_of])
    column, area = pair // areas, pair % areas
    first = np.searchsorted(column, np.arange(len(cover.site) + 1))
    beside: list[dict[int, int]] = [{} for _ in range(areas)]
    for k in range(len(cover.site)):
        mine = area[first[k]:first[k + 1]].tolist()
        for a in mine:
            for b in mine:
                if a != b:
                    beside[a][b] = beside[a].get(b, 0) + 1
    return beside


def _around(beside: list[dict[int, int]], middle: int, size: int) -> list[int]:
    """An area and those most tied to it and to each other, `size` in all."""
    taken, ties = [middle], dict(beside[middle])
    while len(taken) < size and ties:
        one = min(ties, key=lambda area: (-ties[area], area))
        taken.append(one)
        del ties[one]
        for other, count in beside[one].items():
            if other not in taken:
                ties[other] = ties.get(other, 0) + count
    return taken


@dataclass(frozen=True, slots=True)
class _Part:
    """What is decided anew. stay : (C,) open columns that are left as they are; entry : pairs that matter; left : (A,) what each area needs
    besides what those cover."""

    stay: Mask
    entry: Mask
    left: Floats


def _part(cover: Cover, needed: Floats, opened: Mask, areas: list[int]) -> _Part:
    """The part of the problem that hangs on some areas."""
    row_of = cover.row_of
    free = np.zeros(len(cover.site), dtype=bool)
    free[cover.column[np.isin(cover.area, areas)[row_of]]] = True
    stay = opened & ~free
    held = np.bincount(row_of, stay[cover.column], minlength=cover.rows) > 0
    left = np.maximum(0.0, needed - sums(cover.area[held], cover.weight[held], len(needed)))
    return _Part(stay, free[cover.column] & ~held[row_of] & (left[cover.area[row_of]] > 0), left)


def _decided_anew(cover: Cover, needed: Floats, chosen: Picks, areas: list[int], clock: Clock, *, seed: int) -> Picks | None:
    """The plan with the columns that reach the areas decided anew, of as many of the areas as HiGHS can take at once; None where nothing as
    cheap was found."""
    opened = np.zeros(len(cover.site), dtype=bool)
    opened[chosen] = True
    part = _part(cover, needed, opened, areas)
    while len(areas) > 1 and int(part.entry.sum()) > MOST_ENTRIES:
        areas = areas[:-1]
        part = _part(cover, needed, opened, areas)
    if not part.entry.any():
        return None
    row_of, entry, left = cover.row_of, part.entry, part.left
    columns, column = np.unique(cover.column[entry], return_inverse=True)
    used, row = np.unique(row_of[entry], return_inverse=True)
    asking, area = np.unique(cover.area[used], return_inverse=True)
    m, r = len(columns), len(used)
    rows = Rows()
    rows.add(np.r_[row, np.arange(r)], np.r_[column, m + np.arange(r)], np.r_[np.ones(len(row)), -np.ones(r)], 0.0, np.inf, r)
    rows.add(area, m + np.arange(r), cover.weight[used] / left[asking][area], 1.0, np.inf, len(asking))
    price, mine = cover.price[columns], opened[columns]
    made = rows.model(maximise=False, cost=np.r_[price, np.zeros(r)], col_upper=np.ones(m + r),
                      whole=np.r_[np.ones(m, dtype=bool), np.zeros(r, dtype=bool)], unit=whole_unit(price))
    covered = np.bincount(row, mine[column], minlength=r) > 0
    found = run(made, clock.quiet(), seed=seed, start=np.r_[mine, covered].astype(np.float64), limit_s=STEP_S)
    if found.x is None:
        return None
    plan = np.union1d(np.flatnonzero(part.stay), columns[np.flatnonzero(found.x[:m] > 0.5)])
    if float(cover.price[plan].sum()) > float(cover.price[chosen].sum()) + 1e-9:
        return None
    opened[:] = False
    opened[plan] = True
    got = np.bincount(row_of, opened[cover.column], minlength=cover.rows) > 0
    return plan if bool((sums(cover.area[got], cover.weight[got], len(needed)) >= needed).all()) else None
