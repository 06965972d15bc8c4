"""A bound for shares by area (planner.siting.area_share): its linear relaxation by a first-order method, and the Lagrangian made exact.

Primal-dual steps with diagonal scaling (Pock and Chambolle 2011) and restarts from averages (Applegate et al. 2021, PDLP), on

    min  f x   so that   sum_{j in N_i} x_j - y_i >= 0  (u_i),   sum_{i in a} (w_i / needed_a) y_i >= 1  (v_a),   0 <= x, y <= 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.siting.linear import Rows
from planner.siting.problem import Floats, sums
from planner.siting.reduce import Cover
from planner.siting.solver import Clock, run

CHECK_EVERY = 50
"""Rounds between two looks at the bound."""
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class AreaBound:
    """value : no plan costs less. shares : (C,) the relaxation's x. dual : (R,) the u that gave the value. rounds : done."""

    value: float
    shares: Floats
    dual: Floats
    rounds: int


def lagrangian(cover: Cover, needed: Floats, u: Floats, pulls: Floats) -> float:
    """L(u) of planner.siting.area_share, rounded down. pulls : (C,) the sums of u over each column's rows."""
    low = np.minimum(0.0, cover.price - pulls)
    first = float(low.sum()) - 4 * EPSILON * len(low) * float(np.abs(pulls).sum() + cover.price.sum())
    return first + cheapest_fill(cover, needed, u)


def cheapest_fill(cover: Cover, needed: Floats, u: Floats) -> float:
    """sum_a min {sum u_i y_i : sum w_i y_i >= needed_a, 0 <= y <= 1}, rounded down: each area filled by least u_i / w_i first."""
    ratio = u / np.where(cover.weight > 0, cover.weight, 1.0)
    order = np.lexsort((ratio, cover.area))
    area, weight, rate = cover.area[order], cover.weight[order], ratio[order]
    filled = np.cumsum(weight)
    start = np.searchsorted(area, np.arange(len(needed)))
    before = np.r_[0.0, filled][start]
    done = filled - weight - before[area]  # of the area, before this row
    taken = np.clip(needed[area] - done, 0.0, weight)
    total = float((taken * rate).sum())
    return total - 8 * EPSILON * len(order) * (total + float(filled[-1] if len(filled) else 0.0) * EPSILON)


def least_cost(cover: Cover, needed: Floats, *, target: float = np.inf, rounds: int = 20_000, tolerance: float = 1e-4,
               out_of_time: Callable[[], bool] = lambda: False) -> AreaBound:
    """No plan costs less than `value`. target : a bound at which to stop (the price of a plan at hand).

    rounds, tolerance (of the relaxation) and time end the method; the bound holds whichever does.
    """
    from scipy.sparse import csr_matrix

    rows, columns, areas = cover.rows, len(cover.site), len(needed)
    links = csr_matrix((np.ones(len(cover.column)), cover.column, cover.start), shape=(rows, columns))
    turned = links.T.tocsr()
    asked = needed[cover.area] > 0
    part = np.where(asked, cover.weight / np.where(asked, needed[cover.area], 1.0), 0.0)
    usual = float(np.median(cover.price[cover.price > 0])) if (cover.price > 0).any() else 1.0
    by_row, by_column = np.maximum(1, np.diff(cover.start)), np.maximum(1, np.diff(turned.indptr))
    u_step = usual / (by_row + 1.0)
    v_step = usual / np.maximum(sums(cover.area, part, areas), 1e-9)
    x_step, y_step = 1.0 / (usual * by_column), 1.0 / (usual * (1.0 + part))
    x, y, u, v = np.full(columns, 0.0), np.zeros(rows), np.zeros(rows), np.zeros(areas)
    sum_x, sum_y, sum_u, sum_v = (np.zeros_like(part_) for part_ in (x, y, u, v))
    best, dual, shares, done, since, weight = 0.0, u.copy(), x.copy(), 0, 0, 1.0
    begun = (x.copy(), y.copy(), u.copy(), v.copy())
    gap_then = np.inf
    must = (needed > 0).astype(np.float64)
    while done < rounds and not out_of_time():
        for _ in range(CHECK_EVERY):
            new_x = np.clip(x - x_step / weight * (cover.price - turned @ u), 0.0, 1.0)
            new_y = np.clip(y - y_step / weight * (u - part * v[cover.area]), 0.0, 1.0)
            ahead_x, ahead_y = 2 * new_x - x, 2 * new_y - y
            u = np.maximum(0.0, u + u_step * weight * (ahead_y - links @ ahead_x))
            v = np.maximum(0.0, v + v_step * weight * (must - sums(cover.area, part * ahead_y, areas)))
            x, y = new_x, new_y
            for total, now in ((sum_x, x), (sum_y, y), (sum_u, u), (sum_v, v)):
                total += now
        done, since = done + CHECK_EVERY, since + CHECK_EVERY
        tried = []
        for xs, ys, us, vs in ((sum_x / since, sum_y / since, sum_u / since, sum_v / since), (x, y, u, v)):
            pulls = turned @ us
            value = lagrangian(cover, needed, us, pulls)
            if value > best:
                best, dual, shares = value, us.copy(), xs.copy()
            tried.append((_apart(cover, links, part, must, xs, ys, value), xs, ys, us, vs))
        if best >= target:
            break
        gap, xs, ys, us, vs = min(tried, key=lambda one: one[0])
        if gap <= tolerance * max(1.0, abs(best)):
            break
        if gap <= 0.3 * gap_then or since >= max(400, 0.36 * done):
            weight = _balance(weight, (xs, ys), begun[:2], (us, vs), begun[2:], x_step, y_step, u_step, v_step)
            x, y, u, v = xs.copy(), ys.copy(), us.copy(), vs.copy()
            begun = (x.copy(), y.copy(), u.copy(), v.copy())
            for total in (sum_x, sum_y, sum_u, sum_v):
                total[:] = 0.0
            since, gap_then = 0, gap
    return AreaBound(max(0.0, best), shares, dual, done)


def by_area(cover: Cover, needed: Floats, proof: AreaBound, clock: Clock, *, seed: int, until_s: float) -> float:
    """No plan costs less: sum_a of the least cost of area a alone, sites there at their part f_ja of the cost, sum_a f_ja = f_j.

    A plan pays f_j once, and each area pays at most its parts of it (Lagrangian decomposition; Guignard and Kim 1987). The parts go by the
    dual of the relaxation, so that the sum of the areas' relaxations is that of the whole; being solved with whole sites, it is more.
    An area that the clock leaves unsolved counts what has been proven of it.
    """
    pair, place = np.unique(cover.column.astype(np.int64) * len(needed) + cover.area[cover.row_of], return_inverse=True)
    own = pair // len(needed)
    pull = np.bincount(place, proof.dual[cover.row_of], minlength=len(pair))
    reach = np.bincount(place, (cover.weight / needed[cover.area])[cover.row_of], minlength=len(pair))
    wholly = np.bincount(own, pull, minlength=len(cover.site))[own]
    by_reach = reach / np.bincount(own, reach, minlength=len(cover.site))[own]
    cost = cover.price[own] * np.where(wholly > 0, pull / np.where(wholly > 0, wholly, 1.0), by_reach)
    # rounding of the parts must not let them add up to more than the whole
    cost *= 1.0 - 4 * EPSILON * len(needed)
    entry_area = cover.area[cover.row_of]
    order = np.argsort(entry_area, kind="stable")
    first = np.searchsorted(entry_area[order], np.arange(len(needed) + 1))
    total, live = 0.0, np.flatnonzero(needed > 0)
    for k, one in enumerate(live.tolist()):
        mine = order[first[one]:first[one + 1]]
        left_s = max(0.0, until_s - clock.spent_s)
        total += _alone(cover, needed[one], mine, cost[place[mine]], clock, seed=seed, limit_s=min(left_s, 3 * left_s / (len(live) - k)))
    return total * (1.0 - 1e-9)


def _alone(cover: Cover, needed: float, entries: npt.NDArray[np.int64], cost: Floats, clock: Clock, *, seed: int, limit_s: float) -> float:
    """A bound of the least cost of one area by itself. entries : its pairs; cost : (K,) the part of the column's cost, pair by pair."""
    columns, first, column = np.unique(cover.column[entries], return_index=True, return_inverse=True)
    used, row = np.unique(cover.row_of[entries], return_inverse=True)
    m, r = len(columns), len(used)
    rows = Rows()
    rows.add(np.r_[row, np.arange(r)], np.r_[column, m + np.arange(r)], np.r_[np.ones(len(row)), -np.ones(r)], 0.0, np.inf, r)
    rows.one(m + np.arange(r), cover.weight[used] / needed, 1.0, np.inf)
    made = rows.model(maximise=False, cost=np.r_[cost[first], np.zeros(r)], col_upper=np.ones(m + r),
                      whole=np.r_[np.ones(m, dtype=bool), np.zeros(r, dtype=bool)])
    found = run(made, clock.quiet(), seed=seed, limit_s=limit_s)
    return max(0.0, found.bound) if np.isfinite(found.bound) else 0.0


def _apart(cover: Cover, links: object, part: Floats, must: Floats, x: Floats, y: Floats, bound: float) -> float:
    """How far a point of the relaxation is from its bound and from keeping its rows, in money."""
    reach = links @ x  # type: ignore[operator]
    kept = np.minimum(y, reach)
    short = np.maximum(0.0, must - sums(cover.area, part * kept, len(must)))
    cost = float(cover.price @ x)
    return abs(cost - bound) + float(short.sum()) * max(1.0, cost / max(len(must), 1))


def _balance(weight: float, primal: tuple[Floats, Floats], primal_then: tuple[Floats, ...], dual: tuple[Floats, Floats],
             dual_then: tuple[Floats, ...], x_step: Floats, y_step: Floats, u_step: Floats, v_step: Floats) -> float:
    """The weight between primal and dual steps after a restart: by how far each has moved, smoothed."""
    moved = sum(float(((now - then) ** 2 / step).sum()) for now, then, step in zip(primal, primal_then, (x_step, y_step), strict=True))
    turned = sum(float(((now - then) ** 2 / step).sum()) for now, then, step in zip(dual, dual_then, (u_step, v_step), strict=True))
    if moved <= 1e-24 or turned <= 1e-24:
        return weight
    return float(np.exp(0.5 * np.log(np.sqrt(turned) / np.sqrt(moved)) + 0.5 * np.log(weight)))
