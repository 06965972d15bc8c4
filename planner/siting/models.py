"""The models of the room as linear programs. Each docstring holds its mathematics.

Letters: demand i in I, sites j in J, areas a in A; w_i weight, c_ij cost, f_j price (0 for sites that exist), q_j capacity, N_i the sites
that reach i. x_j = 1 where j is open. Existing sites are open in every plan; forbidden ones are in no N_i.

Covering models are built on a reduced `Cover` (planner.siting.reduce), whose columns are the sites that may be built; p there is what
is left of p after the existing sites.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.siting.linear import LinearModel, Rows, whole_unit
from planner.siting.problem import Floats, Mask, Picks, SitingProblem, sums
from planner.siting.reduce import Cover


def limit_rows(rows: Rows, problem: SitingProblem, site: Picks, price: Floats) -> None:
    """The rows of p, of the budget and of the rules over the first len(site) columns; existing sites are not among the columns."""
    columns = np.arange(len(site))
    if problem.p is not None and problem.p - len(problem.existing) < len(site):
        rows.one(columns, 1.0, -np.inf, float(problem.p - len(problem.existing)))
    if problem.budget is not None:
        rows.one(columns, price, -np.inf, problem.budget)
    rule_rows(rows, problem, site, problem.fixed == 1)


def rule_rows(rows: Rows, problem: SitingProblem, site: Picks, opened: Mask) -> None:
    """The rows of the problem's rules over the first len(site) columns. opened : (J,) sites that are open and no columns."""
    if problem.rules is not None:
        here = problem.rules.on(site, opened)
        rows.add(here.row_of, here.site, here.value, here.lower, here.upper, here.count)


def lscp(problem: SitingProblem, cover: Cover) -> LinearModel:
    """Location set covering (Toregas, Swain, ReVelle and Bergman 1971): the least cost that covers all reachable demand.

    min  sum_j f_j x_j
    s.t. sum_{j in N_i} x_j >= 1        for all reachable i
         sum_j x_j <= p, sum_j f_j x_j <= B   where given
         x_j in {0, 1}
    """
    rows = Rows()
    rows.add(cover.row_of, cover.column, 1.0, 1.0, np.inf, cover.rows)
    limit_rows(rows, problem, cover.site, cover.price)
    ones = np.ones(len(cover.site))
    return rows.model(maximise=False, cost=cover.price.astype(np.float64), col_upper=ones, whole=ones.astype(bool),
                      unit=whole_unit(cover.price))


def lscp_share(problem: SitingProblem, cover: Cover, needed: float) -> LinearModel:
    """Partial set covering (Daskin and Owen 1999): the least cost that covers a share S of all weight, unreachable included.

    min  sum_j f_j x_j
    s.t. y_i <= sum_{j in N_i} x_j,  0 <= y_i <= 1       for all i
         sum_i w_i y_i >= S sum_i w_i
         x_j in {0, 1}
    `needed` is what existing sites leave of the right-hand side.
    """
    rows, m = Rows(), len(cover.site)
    rows.add(np.r_[cover.row_of, np.arange(cover.rows)], np.r_[cover.column, m + np.arange(cover.rows)],
             np.r_[np.ones(len(cover.column)), -np.ones(cover.rows)], 0.0, np.inf, cover.rows)
    scale = 1.0 / max(float(cover.weight.max(initial=0.0)), 1e-300)
    rows.one(m + np.arange(cover.rows), cover.weight * scale, needed * scale, np.inf)
    limit_rows(rows, problem, cover.site, cover.price)
    whole = np.r_[np.ones(m, dtype=bool), np.zeros(cover.rows, dtype=bool)]
    return rows.model(maximise=False, cost=np.r_[cover.price, np.zeros(cover.rows)], col_upper=np.ones(len(whole)), whole=whole,
                      unit=whole_unit(cover.price))


def mclp(problem: SitingProblem, cover: Cover) -> LinearModel:
    """Maximal covering (Church and ReVelle 1974), or maximal covering within a budget.

    max  sum_i w_i y_i
    s.t. y_i <= sum_{j in N_i} x_j,  0 <= y_i <= 1       for all i
         sum_j x_j <= p, sum_j f_j x_j <= B   where given
         x_j in {0, 1}
    y is whole by itself where x is. A row that only one site covers needs no y: its weight is that site's.
    """
    rows, m = Rows(), len(cover.site)
    degree = np.diff(cover.start)
    several = np.flatnonzero(degree > 1)
    alone = np.repeat(degree == 1, degree)
    own = np.bincount(cover.column[alone], cover.weight[cover.row_of[alone]], minlength=m)
    renumber = np.full(cover.rows, -1)
    renumber[several] = np.arange(len(several))
    entry = ~alone
    rows.add(np.r_[renumber[cover.row_of[entry]], np.arange(len(several))], np.r_[cover.column[entry], m + np.arange(len(several))],
             np.r_[np.ones(int(entry.sum())), -np.ones(len(several))], 0.0, np.inf, len(several))
    limit_rows(rows, problem, cover.site, cover.price)
    whole = np.r_[np.ones(m, dtype=bool), np.zeros(len(several), dtype=bool)]
    base = float(cover.base.sum())
    return rows.model(maximise=True, cost=np.r_[own, cover.weight[several]], col_upper=np.ones(len(whole)), whole=whole, offset=base,
                      unit=whole_unit(cover.weight))


def mclp_start(cover: Cover, chosen: Picks) -> Floats:
    """The solution of `mclp` that opens the columns `chosen`."""
    several = np.diff(cover.start) > 1
    return np.concatenate([_opened(cover, chosen), covered_rows(cover, chosen)[several].astype(np.float64)])


def cover_start(cover: Cover, chosen: Picks) -> Floats:
    """The solution of `lscp_share` that opens the columns `chosen`."""
    return np.concatenate([_opened(cover, chosen), covered_rows(cover, chosen).astype(np.float64)])


def _opened(cover: Cover, chosen: Picks) -> Floats:
    """x of the columns chosen."""
    x = np.zeros(len(cover.site))
    x[chosen] = 1.0
    return x


def covered_rows(cover: Cover, chosen: Picks) -> Mask:
    """(R,) whether a row is covered by the columns chosen."""
    open_column = np.zeros(len(cover.site), dtype=bool)
    open_column[chosen] = True
    return np.bincount(cover.row_of, open_column[cover.column], minlength=cover.rows) > 0


def area_weights(problem: SitingProblem) -> Floats:
    """(A,) all weight of each area, unreachable demand included."""
    assert problem.area is not None
    return sums(problem.area, problem.weight, int(problem.area.max(initial=-1)) + 1)


def max_min_share(problem: SitingProblem, cover: Cover) -> LinearModel:
    """The largest share that every area reaches (max-min fairness on coverage).

    max  t
    s.t. t <= (base_a + sum_{i in a} w_i y_i) / W_a       for all a with W_a > 0
         y_i <= sum_{j in N_i} x_j,  0 <= y_i <= 1
         sum_j x_j <= p, sum_j f_j x_j <= B   where given
         x_j in {0, 1}
    W_a holds the weight of unreachable demand too; base_a is what existing sites cover. Columns: x, y, t.
    """
    rows, m, r = Rows(), len(cover.site), cover.rows
    total = area_weights(problem)
    peopled = np.flatnonzero(total > 0)
    renumber = np.full(len(total), -1)
    renumber[peopled] = np.arange(len(peopled))
    rows.add(np.r_[cover.row_of, np.arange(r)], np.r_[cover.column, m + np.arange(r)], np.r_[np.ones(len(cover.column)), -np.ones(r)], 0.0,
             np.inf, r)
    base = np.zeros(len(total))
    base[: len(cover.base)] = cover.base
    rows.add(np.r_[renumber[cover.area], np.arange(len(peopled))], np.r_[m + np.arange(r), np.full(len(peopled), m + r)],
             np.r_[cover.weight / total[cover.area], -np.ones(len(peopled))], -base[peopled] / total[peopled], np.inf, len(peopled))
    limit_rows(rows, problem, cover.site, cover.price)
    whole = np.r_[np.ones(m, dtype=bool), np.zeros(r + 1, dtype=bool)]
    return rows.model(maximise=True, cost=np.r_[np.zeros(m + r), 1.0], col_upper=np.ones(m + r + 1), whole=whole)


def fewest(problem: SitingProblem, cover: Cover) -> LinearModel:
    """p_center's decision: can all rows be covered under p and the budget? The fewest sites that do, no more than p allows."""
    rows, m = Rows(), len(cover.site)
    rows.add(cover.row_of, cover.column, 1.0, 1.0, np.inf, cover.rows)
    limit_rows(rows, problem, cover.site, cover.price)
    ones = np.ones(m)
    return rows.model(maximise=False, cost=ones, col_upper=ones, whole=ones.astype(bool), unit=1.0)


def _area_floors(rows: Rows, cover: Cover, needed: Floats) -> None:
    """y_r <= sum_j x_j for all rows r, and sum_{r in a} w_r y_r >= needed_a where that asks for anything. Columns: x, y."""
    m, r = len(cover.site), cover.rows
    rows.add(np.r_[cover.row_of, np.arange(r)], np.r_[cover.column, m + np.arange(r)], np.r_[np.ones(len(cover.column)), -np.ones(r)], 0.0,
             np.inf, r)
    asked = np.flatnonzero(needed > 0)
    place = np.full(len(needed), -1)
    place[asked] = np.arange(len(asked))
    own = place[cover.area] >= 0
    scale = needed[cover.area[own]]
    rows.add(place[cover.area[own]], m + np.flatnonzero(own), cover.weight[own] / scale, 1.0, np.inf, len(asked))


def mclp_areas(problem: SitingProblem, cover: Cover, needed: Floats) -> LinearModel:
    """Maximal covering with a floor in every area: the total that is left when the worst area must reach a share (epsilon-constraint).

    max  sum_i w_i y_i
    s.t. sum_{i in a} w_i y_i >= needed_a                for all areas a
         y_i <= sum_{j in N_i} x_j,  0 <= y_i <= 1       for all i
         sum_j x_j <= p, sum_j f_j x_j <= B   where given;  x_j in {0, 1}
    needed : (A,) weight still to be covered beyond what existing sites cover. The cover is by area.
    """
    rows, m = Rows(), len(cover.site)
    _area_floors(rows, cover, needed)
    limit_rows(rows, problem, cover.site, cover.price)
    whole = np.r_[np.ones(m, dtype=bool), np.zeros(cover.rows, dtype=bool)]
    return rows.model(maximise=True, cost=np.r_[np.zeros(m), cover.weight], col_upper=np.ones(len(whole)), whole=whole,
                      offset=float(cover.base.sum()), unit=whole_unit(cover.weight))


def lscp_areas(problem: SitingProblem, cover: Cover, needed: Floats, least: Sequence[tuple[Picks, float]] = ()) -> LinearModel:
    """Partial set covering with a floor in every area: the least price with which each area keeps its covered weight.

    min  sum_j f_j x_j   under the rows of `mclp_areas`.
    least : columns and the price that any plan pays for them at the least, told to the solver besides.
    """
    rows, m = Rows(), len(cover.site)
    _area_floors(rows, cover, needed)
    for columns, price in least:
        rows.one(columns, cover.price[columns], price, np.inf)
    limit_rows(rows, problem, cover.site, cover.price)
    whole = np.r_[np.ones(m, dtype=bool), np.zeros(cover.rows, dtype=bool)]
    return rows.model(maximise=False, cost=np.r_[cover.price, np.zeros(cover.rows)], col_upper=np.ones(len(whole)), whole=whole,
                      unit=whole_unit(cover.price))
