"""How p_median is solved: Lagrangian bound and branch-and-bound on sites; under a budget, or to settle what is left, the radius program.

With a cut-off, demand that no open site serves for less counts at the cut-off: nothing need be served, so every set of sites is a plan.
"""

from __future__ import annotations

import numpy as np

from planner.network.jit import Loop
from planner.siting import assigning, median_loops
from planner.siting.centre import decide
from planner.siting.links import costs
from planner.siting.median_bounds import MedianProof, prove_median
from planner.siting.problem import Floats, Mask, Picks, SitingProblem
from planner.siting.results import Plan, nearest, worth
from planner.siting.solver import Clock, run

METHOD = "p-median in radius form, branch and cut (HiGHS)"
LAGRANGIAN = "p-median, Lagrangian bound with sites fixed, interchange, branch-and-bound on sites"
TINY = 200
"""Pairs below which the radius program is quicker than loading compiled loops."""
FIRST_NODES, ALL_NODES = 60, 1_000_000
"""Parts of the branch-and-bound before the radius program of what is left is looked at; and where that is too large."""
MOST_LEFT = 200_000
"""Coefficients up to which HiGHS settles what is left sooner than the branch-and-bound (measured)."""


def needed_loops(problem: SitingProblem) -> tuple[Loop, ...]:
    """The compiled loops that a p-median problem calls: none where the radius program is solved instead."""
    if problem.budget is not None or problem.p is None or problem.rules is not None or len(problem.by_demand.column) <= TINY:
        return ()
    return median_loops.serve, median_loops.exchange, median_loops.subgradient


def p_median(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The least weighted cost of serving all reachable demand, or all up to the cut-off, from its nearest open site."""
    far = 0.0 if problem.cutoff is None else problem.cutoff
    least = np.where(problem.reachable, np.inf, far)
    np.minimum.at(least, problem.by_demand.row_of, problem.by_demand.cost)
    trivial = float((problem.weight * least).sum())
    first = greedy(problem)
    sites: Picks | None = first
    if not worth(problem, first).lawful:
        possible, sites = decide(problem, None, clock, seed)
        if possible is False:
            return Plan(None, None, METHOD, infeasible=True)
    if sites is not None and problem.p is not None and needed_loops(problem):
        return _lagrangian(problem, problem.p, sites, trivial, clock, gap, seed)
    return _radius(problem, sites, trivial, clock, gap, seed)


def _lagrangian(problem: SitingProblem, p: int, sites: Picks, trivial: float, clock: Clock, gap: float, seed: int) -> Plan:
    """Proof by a Lagrangian bound and branch-and-bound, from a plan that serves all (or, with a cut-off, from any).

    Where a short search leaves it open and few pairs are left, the radius program settles these; else the search goes on.
    """
    pairs, served = problem.by_demand, np.flatnonzero(problem.reachable)
    apart = 0.0 if problem.cutoff is None else problem.cutoff * float(problem.weight[~problem.reachable].sum())
    start = np.r_[pairs.start[served], pairs.start[-1]]  # rows left out are empty, so the others touch
    table = costs(start, pairs.column, pairs.cost, problem.sites, weight=problem.weight[served], unserved=problem.cutoff)

    def tell(bound: float, cost: float) -> None:
        if clock.progress is not None:
            clock.progress(cost + apart, bound + apart)

    def proven(begin: Picks, nodes: int) -> MedianProof:
        return prove_median(table, min(p, problem.sites), start=_mask(problem, begin), allowed=problem.fixed == 0,
                            fixed=problem.fixed == 1, gap=gap, nodes=nodes, out_of_time=lambda: clock.over, tell=tell)

    proof = proven(sites, FIRST_NODES)
    best = _better(problem, sites, np.flatnonzero(proof.plan.chosen))
    bound, complete, left = proof.bound, proof.complete, 0
    if not complete and not clock.over:
        form = _left(problem, proof, served)
        if len(form.model.index) <= MOST_LEFT:
            left = len(form.site)
            best, bound, complete = _settled(problem, form, proof, best, clock, gap, seed, apart)
        else:
            proof = proven(best, ALL_NODES)
            best = _better(problem, best, np.flatnonzero(proof.plan.chosen))
            bound, complete = max(bound, proof.bound), proof.complete
    settled = {"sites_closed": proof.closed, "sites_opened": proof.opened} | ({"sites_left_to_program": left} if left else {})
    return Plan(best, max(bound + apart, trivial), LAGRANGIAN, "gap" if complete else clock.word, reductions=settled)


def _better(problem: SitingProblem, sites: Picks, other: Picks) -> Picks:
    """The better of two sets of sites, of which the first is a plan."""
    value, first = worth(problem, other), worth(problem, sites)
    return other if value.lawful and value.objective <= first.objective else sites


def _left(problem: SitingProblem, proof: MedianProof, served: Picks) -> assigning.RadiusModel:
    """The radius program of what a proof has left open."""
    most = np.full(problem.demands, np.inf)
    peopled = problem.weight[served] > 0
    most[served[peopled]] = proof.most[peopled] / problem.weight[served[peopled]]
    return assigning.p_median(problem, out=np.flatnonzero(proof.state < 0), kept=np.flatnonzero(proof.state > 0), most=most)


def _settled(problem: SitingProblem, form: assigning.RadiusModel, proof: MedianProof, sites: Picks, clock: Clock, gap: float, seed: int,
             apart: float) -> tuple[Picks, float, bool]:
    """The best plan, the bound (less what is `apart`) and whether nothing ended it early, after the program of what was left."""
    found = run(form.model, clock.quiet(), gap=gap, seed=seed)
    best = sites
    if found.x is not None:
        best = _better(problem, sites, form.site[np.flatnonzero(found.x[: len(form.site)] > 0.5)])
    value = worth(problem, best).objective - apart
    done = value * (1.0 - gap)
    if found.infeasible or (found.stopped == "proof" and found.bound - apart >= value - 1e-7 * abs(value)):
        return best, done, True  # no plan is better than the one the program was made to beat, or than the one it found
    return best, max(proof.bound, min(found.bound - apart, done)), found.stopped in ("proof", "gap")


def _radius(problem: SitingProblem, sites: Picks | None, trivial: float, clock: Clock, gap: float, seed: int) -> Plan:
    """The radius program, from a plan where there is one."""
    form = assigning.p_median(problem)
    begin = None
    if sites is not None:
        opened = _mask(problem, sites)
        begin = form.start(sites, np.where(problem.reachable, nearest(problem.by_demand, opened)[1], 0.0))
    found = run(form.model, clock, gap=gap, seed=seed, start=begin)
    if found.infeasible and sites is None:
        return Plan(None, None, METHOD, infeasible=True)
    best: Picks | None = sites
    if found.x is not None:
        other = form.site[np.flatnonzero(found.x[: len(form.site)] > 0.5)]
        value = worth(problem, other)
        if value.lawful and (sites is None or value.objective <= worth(problem, sites).objective):
            best = other
    bound = max(found.bound, trivial)
    if best is not None and found.stopped == "proof":
        value = worth(problem, best)
        if value.objective - bound <= 1e-7 * max(abs(value.objective), 1e-6):
            bound = value.objective
    return Plan(best, bound if np.isfinite(bound) else None, METHOD, found.stopped)


def _mask(problem: SitingProblem, sites: Picks) -> Mask:
    """(J,) whether a site is among the sites."""
    opened = np.zeros(problem.sites, dtype=np.bool_)
    opened[sites] = True
    return opened


def greedy(problem: SitingProblem) -> Picks:
    """Sites opened one after another for the greatest saving; demand not yet served counts at the cut-off, or as dearer than any."""
    pairs = problem.by_demand
    row, column, cost = pairs.row_of, pairs.column, pairs.cost
    weight = problem.weight.copy()
    if problem.cutoff is None:
        dear = 10.0 * (float(cost.max(initial=0.0)) + 1.0)
        weight[weight == 0] = max(float(weight.max(initial=0.0)), 1.0) * 1e-6  # it must be served all the same
    else:
        dear = problem.cutoff
    now: Floats = np.full(problem.demands, dear)
    opened = problem.fixed == 1
    held = opened[column]
    np.minimum.at(now, row[held], cost[held])
    left = np.inf if problem.budget is None else problem.budget
    for _ in range(problem.room):
        saving = np.bincount(column, weight[row] * np.maximum(now[row] - cost, 0.0), minlength=problem.sites)
        saving = np.where((problem.fixed == 0) & ~opened & (problem.price <= left), saving, 0.0)
        score = saving / np.maximum(problem.price, 1e-9) if problem.budget is not None else saving
        if not len(score) or score.max() <= 0:
            break
        site = int(np.argmax(score))
        opened[site] = True
        left -= float(problem.price[site])
        mine = slice(int(problem.by_site.start[site]), int(problem.by_site.start[site + 1]))
        served = problem.by_site.column[mine]
        now[served] = np.minimum(now[served], problem.by_site.cost[mine])
    return np.flatnonzero(opened).astype(np.int32)
