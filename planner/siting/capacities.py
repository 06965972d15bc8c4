"""How the capacitated models are solved: a plan filled by regret, then the program on arcs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.network.jit import Loop
from planner.siting import assigning
from planner.siting.knapsack_loops import knapsacks
from planner.siting.knapsacks import Loads, least_loaded, loads
from planner.siting.lawful import nearest_lawful
from planner.siting.linear import to_unit, whole_unit
from planner.siting.load_loops import exchange_loads
from planner.siting.loading import loaded
from planner.siting.median import greedy
from planner.siting.problem import Floats, Mask, Picks, SitingProblem, compressed, only_sites, sums
from planner.siting.results import Assignment, Plan, worth
from planner.siting.solver import Clock, Found, run

WHOLE = 0.5
"""A whole variable above this is 1."""
PART = 1e-9
"""A part of demand smaller than this is none."""
LOADS = "capacitated p-median, bounds by knapsacks, pairs left out, branch and cut (HiGHS)"
SMALL = 500
"""Pairs up to which branch and cut takes a problem as it is."""
PARTS = (0.3, 1.0)
"""Parts of the time left that the program without needless pairs is given, one after the other."""
FROM_PICKS, THROWS = 5, 60
"""Sets of sites met by the bound, the last of them, that plans are made from, and restarts of the search from each."""
LOCATE_PART, LOCATE_S = 0.2, 10.0
"""The part of the time, and the seconds, that moving sites may take before the program as a whole is solved."""


def capacitated(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The most weight served, or the least weighted cost of serving all, under capacities."""
    method = "capacitated assignment, branch and cut (HiGHS)"
    form = assigning.capacitated(problem)
    start = filled(problem)
    if start is not None and not problem.maximised and not problem.split:
        start = relocated(problem, start, clock, seed)
    if problem.rules is not None:
        start = _ruled(problem, start, clock, seed)
    table = loads(problem) if needed_loops(problem) else None
    if table is not None and problem.p is not None:
        return _by_loads(problem, table, problem.p, start, clock, gap, seed)
    begin = None if start is None else solution(form, start)
    found = run(form.model, clock, gap=gap, seed=seed, start=begin)
    plans = [plan for plan in (read(problem, form, found), start) if plan is not None and worth(problem, *plan).lawful]
    if not plans:
        return Plan(None, None, method, found.stopped, infeasible=found.infeasible)
    sign = -1 if problem.maximised else 1
    sites, assignment = min(plans, key=lambda plan: sign * worth(problem, *plan).objective)
    bound = found.bound
    if problem.maximised:
        bound = min(bound, float(problem.weight[problem.reachable].sum()))
    else:
        least = np.full(problem.demands, np.inf)
        np.minimum.at(least, problem.by_demand.row_of, problem.by_demand.cost)
        bound = max(bound, float((problem.weight * np.where(problem.reachable, least, 0.0)).sum()))
    if found.stopped == "proof":
        value = worth(problem, sites, assignment).objective
        if sign * (value - bound) <= 1e-7 * max(abs(value), 1e-6):
            bound = value
    return Plan(sites, bound, method, found.stopped, assignment=assignment)


def needed_loops(problem: SitingProblem) -> tuple[Loop, ...]:
    """The compiled loops that a capacitated p-median problem calls: none where it is small, or of a kind that branch and cut takes."""
    whole = problem.model == "capacitated_p_median" and not problem.split
    if not whole or problem.p is None or problem.budget is not None or problem.rules is not None:
        return ()
    return (knapsacks, exchange_loads) if len(problem.by_demand.column) > SMALL else ()


def _by_loads(problem: SitingProblem, table: Loads, p: int, start: tuple[Picks, Assignment] | None, clock: Clock, gap: float,
              seed: int) -> Plan:
    """The least cost of serving all: bounded by knapsacks, then the program without the pairs that no better plan uses.

    Where a better plan comes out of the first part of the time, the program is made anew, with fewer pairs.
    """
    def value() -> float:
        return np.inf if start is None else worth(problem, *start).objective

    unit = whole_unit(problem.weight[problem.by_demand.row_of] * problem.by_demand.cost)

    def cutoff() -> float:
        return value() - max(unit * (1.0 - 1e-6), 1e-9 * value(), gap * value()) if start is not None else np.inf

    state = np.where(problem.fixed == 1, 1, np.where(problem.fixed == 0, 0, -1)).astype(np.int32)
    guess = value() if start is not None else 2.0 * float(table.cost.sum()) / max(1, p)
    proof = least_loaded(table, min(p, problem.sites), state, target=guess, stop=cutoff(), out_of_time=lambda: clock.over)
    start = _from_picks(problem, table, start, proof.picks, clock, seed)
    bound, stopped, pairs_left = to_unit(proof.value, unit, maximise=False), clock.word, len(problem.by_demand.column)
    for part in PARTS:
        short = _only_pairs(problem, proof.value + proof.apart < cutoff())
        pairs_left = len(short.by_demand.column)
        if not short.reachable[problem.reachable].all():  # some demand is served in no better plan: there is none
            bound, stopped = value(), "proof"
            break
        before = value()
        found = _program(short, start, clock, gap, seed, part * clock.left_s)
        better = read(short, *found)
        if better is not None and worth(problem, *better).lawful and worth(problem, *better).objective < before:
            start = better
        bound = max(bound, min(value(), before if found[1].infeasible else found[1].bound))
        stopped = "proof" if found[1].infeasible else found[1].stopped
        if stopped in ("proof", "gap", "cancel") or clock.over:
            break
    if start is None:
        return Plan(None, None, LOADS, stopped, infeasible=stopped == "proof")
    if stopped == "proof" and value() - bound <= 1e-7 * max(abs(value()), 1e-6):
        bound = value()
    counts = {"pairs_left_out": len(problem.by_demand.column) - pairs_left}
    return Plan(start[0], min(bound, value()), LOADS, stopped, assignment=start[1], reductions=counts)


def _program(problem: SitingProblem, start: tuple[Picks, Assignment] | None, clock: Clock, gap: float, seed: int,
             limit_s: float) -> tuple[assigning.ArcModel, Found]:
    """The program on arcs and what HiGHS makes of it, from a plan where that uses none but the problem's pairs."""
    form, begin = assigning.capacitated(problem), None
    if start is not None:
        begin = solution(form, start)
        begin = begin if begin[len(form.site):].sum() > len(start[1].demand) - WHOLE else None
    return form, run(form.model, clock, gap=gap, seed=seed, start=begin, limit_s=limit_s)


def _from_picks(problem: SitingProblem, table: Loads, start: tuple[Picks, Assignment] | None, picks: list[Mask], clock: Clock,
                seed: int) -> tuple[Picks, Assignment] | None:
    """The best of a plan and of those that sites met by the bound make: exchanged, then assigned as well as can be and moved by turns."""
    until, who = clock.spent_s + min(LOCATE_S, LOCATE_PART * clock.left_s), np.flatnonzero(problem.reachable).astype(np.int32)
    for pick in reversed(picks[-FROM_PICKS:]):
        if clock.spent_s > until or clock.cancelled:
            break
        made = loaded(table, pick | (problem.fixed == 1), problem.fixed == 0, throws=THROWS, seed=seed,
                      out_of_time=lambda: clock.spent_s > until or clock.cancelled)
        if made is None:
            continue
        other: tuple[Picks, Assignment] = made[0], Assignment(who, made[1].astype(np.int32), np.ones(len(who)))
        if worth(problem, *other).lawful:
            other = relocated(problem, other, clock, seed)
            if start is None or worth(problem, *other).objective < worth(problem, *start).objective:
                start = other
    return start


def _only_pairs(problem: SitingProblem, live: Mask) -> SitingProblem:
    """The problem with none but the pairs of the mask, which stand in the rows of sites."""
    pairs = problem.by_site
    row, column, cost = pairs.column[live], pairs.row_of[live], pairs.cost[live]
    return replace(problem, by_demand=compressed(row, column, cost, problem.demands), by_site=compressed(column, row, cost, problem.sites))


def _ruled(problem: SitingProblem, start: tuple[Picks, Assignment] | None, clock: Clock, seed: int) -> tuple[Picks, Assignment] | None:
    """The start where it keeps the rules, else demand assigned to the lawful sites nearest to it; None where that breaks a rule too."""
    if start is not None and worth(problem, *start).lawful:
        return start
    wished = np.zeros(problem.sites)
    wished[np.empty(0, dtype=np.int32) if start is None else start[0]] = 1.0
    wish = nearest_lawful(problem, wished, clock, seed)
    other = None if wish.sites is None else _assigned(problem, wish.sites)
    return other if other is not None and worth(problem, *other).lawful else None


def solution(form: assigning.ArcModel, plan: tuple[Picks, Assignment]) -> Floats:
    """The program's solution that a plan stands for; demand without weight has no arcs where the most is to be served."""
    sites, assignment = plan
    width = np.int64(form.site.max(initial=0)) + 1
    key = form.demand.astype(np.int64) * width + form.site[form.at]
    order = np.argsort(key)
    wanted = assignment.demand.astype(np.int64) * width + assignment.site
    at = np.searchsorted(key[order], wanted)
    there = np.isin(wanted, key)
    z = np.zeros(len(key))
    z[order[at[there]]] = assignment.share[there]
    return np.concatenate([np.isin(form.site, sites).astype(np.float64), z])


def read(problem: SitingProblem, form: assigning.ArcModel, found: Found) -> tuple[Picks, Assignment] | None:
    """Sites and assignment of a solution."""
    if found.x is None:
        return None
    m = len(form.site)
    opened = found.x[:m] > WHOLE
    sites = form.site[opened]
    z = found.x[m:]
    used = (z > WHOLE if not problem.split else z > PART) & opened[form.at]
    part = np.ones(int(used.sum())) if not problem.split else np.minimum(z[used], 1.0)
    demand, at = form.demand[used], form.at[used]
    if problem.split and not problem.maximised:  # parts add up to 1 within the solver's tolerance: make it exact
        part = part / np.bincount(demand, part, minlength=problem.demands)[demand]
    return sites, Assignment(demand, form.site[at], part)


def filled(problem: SitingProblem) -> tuple[Picks, Assignment] | None:
    """A plan filled by regret: sites by a greedy p-median that prefers room, demand by what it would lose with its second choice.

    None where demand that must be served finds no room.
    """
    assert problem.capacity is not None
    sites = _roomy(problem) if problem.maximised else greedy(problem)
    if not problem.maximised:
        need = float(problem.weight[problem.reachable].sum())
        if float(problem.capacity[sites].sum()) < need:
            sites = _roomy(problem)
    return _assigned(problem, sites)


def relocated(problem: SitingProblem, plan: tuple[Picks, Assignment], clock: Clock, seed: int) -> tuple[Picks, Assignment]:
    """A plan improved by turns until neither gains (Cooper 1963, with capacities).

    Demand is assigned as well as can be to the open sites; then each new site moves to where its own demand is served for least.
    """
    until = clock.spent_s + min(LOCATE_S, LOCATE_PART * clock.left_s)
    value = worth(problem, *plan).objective
    while clock.spent_s < until and not clock.cancelled:
        part = only_sites(problem, np.isin(np.arange(problem.sites), plan[0]))
        form = assigning.capacitated(part)
        found = run(form.model, clock.quiet(), gap=1e-4, seed=seed, start=solution(form, plan), limit_s=until - clock.spent_s)
        tried = read(part, form, found)
        if tried is not None and worth(problem, *tried).lawful and worth(problem, *tried).objective < value:
            plan, value = tried, worth(problem, *tried).objective
        moved = _moved(problem, *plan)
        after = worth(problem, *moved)
        if not after.lawful or after.objective >= value:
            break
        plan, value = moved, after.objective
    return plan


def _moved(problem: SitingProblem, sites: Picks, assignment: Assignment) -> tuple[Picks, Assignment]:
    """Each new site, with all its demand, moved to the closed site that serves that for least, has the room and costs no more to build."""
    assert problem.capacity is not None
    pairs, row = problem.by_demand, problem.by_demand.row_of
    opened = np.zeros(problem.sites, dtype=np.bool_)
    opened[sites] = True
    where = np.full(problem.demands, -1, dtype=np.int32)
    where[assignment.demand] = assignment.site
    for site in sites[problem.fixed[sites] == 0]:
        mine = where == site
        entry = mine[row]
        load = float(problem.weight[mine].sum())
        cost = sums(pairs.column[entry], problem.weight[row[entry]] * pairs.cost[entry], problem.sites)
        reach = np.bincount(pairs.column[entry], minlength=problem.sites) == int(mine.sum())
        may = reach & (problem.fixed == 0) & (problem.capacity >= load) & (problem.price <= problem.price[site])
        may &= ~opened | (np.arange(problem.sites) == site)
        if not may.any():
            continue
        better = int(np.argmin(np.where(may, cost, np.inf)))
        if cost[better] < cost[site]:
            opened[site], opened[better] = False, True
            where[mine] = better
    return np.flatnonzero(opened).astype(np.int32), Assignment(assignment.demand, where[assignment.demand], assignment.share)


def _roomy(problem: SitingProblem) -> Picks:
    """Existing sites, then those that can fill most of their capacity, as far as p and the budget go."""
    assert problem.capacity is not None
    pairs = problem.by_demand
    opened = problem.fixed == 1
    unserved = problem.weight.copy()
    left = np.inf if problem.budget is None else problem.budget
    for held in np.flatnonzero(opened).tolist():
        _pour(problem, unserved, held)
    for _ in range(problem.room):
        reach = np.bincount(pairs.column, unserved[pairs.row_of], minlength=problem.sites)
        gain = np.where((problem.fixed == 0) & ~opened & (problem.price <= left), np.minimum(reach, problem.capacity), 0.0)
        score = gain / np.maximum(problem.price, 1e-9) if problem.budget is not None else gain
        if not len(score) or score.max() <= 0:
            break
        site = int(np.argmax(score))
        opened[site] = True
        left -= float(problem.price[site])
        _pour(problem, unserved, site)
    return np.flatnonzero(opened).astype(np.int32)


def _pour(problem: SitingProblem, unserved: Floats, site: int) -> None:
    """Takes from the unserved weight what a site can hold, the nearest first."""
    assert problem.capacity is not None
    mine = slice(int(problem.by_site.start[site]), int(problem.by_site.start[site + 1]))
    who = problem.by_site.column[mine][np.argsort(problem.by_site.cost[mine], kind="stable")]
    room = float(problem.capacity[site])
    before = np.cumsum(unserved[who]) - unserved[who]
    unserved[who] = np.maximum(unserved[who] - np.maximum(room - before, 0.0), 0.0)


def _assigned(problem: SitingProblem, sites: Picks) -> tuple[Picks, Assignment] | None:
    """Demand assigned whole to open sites: heavy demand first where room is what counts, else by the loss of its second choice."""
    assert problem.capacity is not None
    opened = np.zeros(problem.sites, dtype=np.bool_)
    opened[sites] = True
    room = np.where(opened, problem.capacity, 0.0)
    who: list[int] = []
    where: list[int] = []
    start, column, cost = problem.by_demand.start, problem.by_demand.column, problem.by_demand.cost
    order = np.argsort(-problem.weight, kind="stable")
    for i in order:
        mine = slice(int(start[i]), int(start[i + 1]))
        at, price = column[mine], cost[mine]
        fits = opened[at] & (room[at] >= problem.weight[i] * (1 - 1e-12))
        if not fits.any():
            if problem.maximised or not len(at):
                continue
            return None
        best = at[fits][np.argmin(price[fits])]
        room[best] -= problem.weight[i]
        who.append(int(i))
        where.append(int(best))
    return sites, Assignment(np.array(who, dtype=np.int32), np.array(where, dtype=np.int32), np.ones(len(who)))
