"""Linear programs that assign demand to sites: p_median in its radius form, and the capacitated models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.siting.linear import LinearModel, Rows, whole_unit
from planner.siting.models import rule_rows
from planner.siting.problem import Columns, Floats, Mask, Picks, SitingProblem

UNSERVED = -1
"""What stands for a site where demand is left unserved at the cut-off."""


@dataclass(frozen=True, slots=True)
class RadiusModel:
    """p_median's program with what is needed to give it a start: columns are the sites `site`, then one z for each step in `step_*`."""

    model: LinearModel
    site: Columns
    step_demand: Columns
    step_cost: Floats

    def start(self, chosen: Picks, nearest_cost: Floats) -> Floats:
        """The solution that opens the sites chosen; nearest_cost (I,) is what each demand then pays for one unit of weight."""
        opened = np.isin(self.site, chosen).astype(np.float64)
        return np.concatenate([opened, (nearest_cost[self.step_demand] > self.step_cost).astype(np.float64)])


def p_median(problem: SitingProblem, *, out: Picks | None = None, kept: Picks | None = None, most: Floats | None = None) -> RadiusModel:
    """The p-median problem (Hakimi 1964) in its radius form (Cornuejols, Nemhauser and Wolsey 1980; Elloumi 2010).

    With the distinct costs D_i1 < D_i2 < ... of demand i and z_ik = 1 where no open site serves i at D_ik or less:
    min  sum_i w_i (D_i1 + sum_k (D_i,k+1 - D_ik) z_ik)
    s.t. z_i1 + sum_{j: c_ij = D_i1} x_j >= 1
         z_ik + sum_{j: c_ij = D_ik} x_j >= z_i,k-1       for k > 1   (z of the last cost is 0: all reachable demand is served)
         sum_j x_j <= p, sum_j f_j x_j <= B   where given
         x_j in {0, 1}, z >= 0
    With a cut-off C, every demand has a last cost C at which no site is needed: z of the cost before it is free to be 1.
    It has as many coefficients as there are pairs, and its relaxation is as tight as that of x_ij <= y_j.

    out : sites known to be in no better plan.   kept : sites known to be in every better plan.   most : (I,) what a unit of weight is
    known to cost at most in any better plan. Costs beyond that, or beyond that of the nearest site kept (an existing one counts),
    cannot be paid and are left out, as are those beyond the (m - p + 1)-th nearest site.
    """
    open_site = problem.fixed == 1
    if kept is not None:
        open_site[kept] = True
    gone = problem.fixed == -1
    if out is not None:
        gone[out] = True
    site = np.flatnonzero(~gone).astype(np.int32)
    place = np.full(problem.sites, -1, dtype=np.int64)
    place[site] = np.arange(len(site))
    pairs = problem.by_demand
    row, cost, where = pairs.row_of.astype(np.int64), pairs.cost, place[pairs.column]
    cap = np.full(problem.demands, np.inf)
    opened = open_site[pairs.column]
    np.minimum.at(cap, row[opened], cost[opened])
    if most is not None:
        cap = np.minimum(cap, most)
    live = (where >= 0) & (cost <= cap[row])
    row, cost, where = row[live], cost[live], where[live]
    if problem.cutoff is not None:
        far = np.flatnonzero(cap >= problem.cutoff)
        row, where = np.r_[row, far], np.r_[where, np.full(len(far), UNSERVED)]
        cost = np.r_[cost, np.full(len(far), problem.cutoff)]
    order = np.lexsort((where, cost, row))
    row, cost, where = row[order], cost[order], where[order]
    if problem.p is not None and problem.rules is None and len(row):  # rules may allow fewer sites than p
        first = np.searchsorted(row, row)
        beyond = np.arange(len(row)) - first >= max(len(site) - problem.p + 1, 1)
        last = np.full(problem.demands, np.inf)
        np.minimum.at(last, row[beyond], cost[beyond])
        near = cost <= last[row]
        row, cost, where = row[near], cost[near], where[near]
    return _radius(problem, site, open_site, row, cost, where)


def _radius(problem: SitingProblem, site: Columns, open_site: Mask, row: Picks, cost: Floats, where: Picks) -> RadiusModel:
    """The program from pairs sorted by demand, then cost."""
    fresh = np.r_[True, (np.diff(row) > 0) | (np.diff(cost) > 0)] if len(row) else np.empty(0, dtype=bool)
    level = np.cumsum(fresh) - 1  # one level for each distinct cost of each demand
    level_row, level_cost = row[fresh], cost[fresh]
    count, m = len(level_row), len(site)
    last = np.r_[level_row[1:] != level_row[:-1], True] if count else np.empty(0, dtype=bool)
    first = np.r_[True, last[:-1]] if count else last
    z = np.full(count, -1)
    steps = np.flatnonzero(~last)
    z[steps] = m + np.arange(len(steps))
    rows = Rows()
    before, entry = np.flatnonzero(~first), where != UNSERVED
    least = first.astype(np.float64)
    least[level[~entry]] = -np.inf  # the last cost of demand that may be left unserved asks for nothing
    rows.add(np.r_[level[entry], steps, before], np.r_[where[entry], z[steps], z[before - 1]], np.r_[np.ones(int(entry.sum())),
             np.ones(len(steps)), -np.ones(len(before))], least, np.inf, count)
    if problem.p is not None and problem.p < m:
        rows.one(np.arange(m), 1.0, -np.inf, float(problem.p))
    if problem.budget is not None:
        rows.one(np.arange(m), problem.price[site], -np.inf, problem.budget)
    rule_rows(rows, problem, site, np.zeros(problem.sites, dtype=np.bool_))
    weight = problem.weight[level_row]
    price = weight[steps] * (level_cost[steps + 1] - level_cost[steps]) if len(steps) else np.empty(0)
    offset = float((weight[first] * level_cost[first]).sum())
    unit = whole_unit(np.r_[price, offset]) if whole_unit(weight * level_cost) else 0.0
    lower = np.r_[open_site[site].astype(np.float64), np.zeros(len(steps))]
    model = rows.model(maximise=False, cost=np.r_[np.zeros(m), price], col_lower=lower, col_upper=np.ones(m + len(steps)),
                       whole=np.r_[np.ones(m, dtype=bool), np.zeros(len(steps), dtype=bool)], offset=offset, unit=unit)
    return RadiusModel(model, site, level_row[steps].astype(np.int32), level_cost[steps])


@dataclass(frozen=True, slots=True)
class ArcModel:
    """A capacitated program: columns are the sites `site`, then one z for each arc (demand, site_at: position in `site`)."""

    model: LinearModel
    site: Columns
    demand: Columns
    at: Columns


def capacitated(problem: SitingProblem) -> ArcModel:
    """Capacitated covering and capacitated p-median on the arcs that exist; single source, or split.

    z_ij is the part of demand i that site j serves.
    capacitated_mclp (Current and Storbeck 1988):   max  sum_ij w_i z_ij   s.t.  sum_j z_ij <= 1
    capacitated_p_median (Mulvey and Beck 1984):    min  sum_ij w_i c_ij z_ij   s.t.  sum_j z_ij = 1 for all reachable i
    both:  sum_i w_i z_ij <= q_j x_j  for all j
           z_ij <= x_j                for all arcs (with the row above: the relaxation is much tighter with both)
           sum_j x_j <= p, sum_j f_j x_j <= B   where given
           x_j in {0, 1};  z_ij in {0, 1}, or 0 <= z_ij <= 1 with split
    Single source: arcs whose demand alone exceeds the capacity do not exist.
    """
    assert problem.capacity is not None
    filling = problem.model == "capacitated_mclp"
    site = np.flatnonzero(problem.fixed != -1).astype(np.int32)
    place = np.full(problem.sites, -1, dtype=np.int32)
    place[site] = np.arange(len(site))
    pairs = problem.by_demand
    demand, at, cost = pairs.row_of, place[pairs.column], pairs.cost
    weight, capacity = problem.weight[demand], problem.capacity[pairs.column]
    live = np.ones(len(demand), dtype=bool) if problem.split else weight <= capacity * (1 + 1e-12)
    if filling:
        live &= weight > 0
    demand, at, cost, weight = demand[live], at[live], cost[live], weight[live]
    m, k = len(site), len(demand)
    arc = m + np.arange(k)
    rows = Rows()
    who = np.flatnonzero(problem.reachable)
    renumber = np.full(problem.demands, -1)
    renumber[who] = np.arange(len(who))
    rows.add(renumber[demand], arc, 1.0, -np.inf if filling else 1.0, 1.0, len(who))
    scale = 1.0 / max(float(problem.weight.max(initial=0.0)), 1e-300)
    room = problem.capacity[site]
    if not problem.split:
        room = np.minimum(room, np.bincount(at, weight, minlength=m))
    rows.add(np.r_[at, np.arange(m)], np.r_[arc, np.arange(m)], np.r_[weight, -room] * scale, -np.inf, 0.0, m)
    rows.add(np.r_[np.arange(k), np.arange(k)], np.r_[arc, at], np.r_[np.ones(k), -np.ones(k)], -np.inf, 0.0, k)
    if problem.p is not None and problem.p < m:
        rows.one(np.arange(m), 1.0, -np.inf, float(problem.p))
    if problem.budget is not None:
        rows.one(np.arange(m), problem.price[site], -np.inf, problem.budget)
    rule_rows(rows, problem, site, np.zeros(problem.sites, dtype=np.bool_))
    worth = weight if filling else weight * cost
    unit = 0.0 if problem.split else whole_unit(worth)
    lower = np.r_[(problem.fixed[site] == 1).astype(np.float64), np.zeros(k)]
    whole = np.r_[np.ones(m, dtype=bool), np.full(k, not problem.split)]
    model = rows.model(maximise=filling, cost=np.r_[np.zeros(m), worth], col_lower=lower, col_upper=np.ones(m + k), whole=whole, unit=unit)
    return ArcModel(model, site, demand, at)
