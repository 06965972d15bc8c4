"""Answers and what they are worth: every figure of an answer is recomputed here from its sites, whoever found them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.siting.problem import ASSIGNED, CAPACITATED, Columns, Floats, Mask, Pairs, Picks, SitingProblem

PROOF_REL = 1e-9
"""Sums of the same doubles in another order differ by about 1e-12; a bound nearer than this to the objective is the objective."""


WITHIN_SHARE = 1e-9
"""A share reached to this is reached: shares are quotients of sums of doubles."""
LOAD_REL = 1e-6
"""Split demand is divided by a solver that keeps rows to about this; whole demand is added up exactly."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is served where: parallel arrays, one entry at most for each demand unless it is split.

    share : part of the demand's weight."""

    demand: Columns
    site: Columns
    share: Floats


@dataclass(frozen=True, slots=True)
class SitingResult:
    """An answer. Arrays hold indices into the problem's demand and sites.

    status : `optimal` (proven, and the objective recomputed from the sites agrees), `feasible` (a plan; the bound says how good),
    `infeasible` (proven that no plan satisfies the rules), `no_solution` (none found in time).
    bound : no plan is better; gap : |bound - objective| relative to the objective. Both None where there is no plan.
    stopped : `proof`, `gap`, `time` or `cancel`.   reductions : what was taken out before solving, by name.
    """

    status: str
    sites: Columns
    assignment: Assignment | None
    objective: float | None
    bound: float | None
    gap: float | None
    covered_weight: float
    total_weight: float
    unreachable: Columns
    seconds: float
    method: str
    seed: int
    stopped: str
    reductions: Mapping[str, int] = field(default_factory=dict)

    @property
    def unserved_weight(self) -> float:
        """What of all weight no open site serves, unreachable demand included."""
        return max(0.0, self.total_weight - self.covered_weight)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a method hands back: sites (None: no plan), the best bound it can vouch for, and how it ended.

    assignment is given for capacitated models only; for the others it follows from the sites. bound None: nothing is known.
    infeasible : proven that there is no plan.
    """

    sites: Picks | None
    bound: float | None
    method: str
    stopped: str = "proof"
    infeasible: bool = False
    assignment: Assignment | None = None
    reductions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worth:
    """What sites are worth. objective is inf where demand that must be served is not."""

    objective: float
    covered_weight: float
    assignment: Assignment | None
    lawful: bool


def nearest(pairs: Pairs, open_site: Mask) -> tuple[Columns, Floats]:
    """(I,) the nearest open site (-1: none; of equals the first) and its cost (inf: none). `pairs` by demand."""
    best = np.full(pairs.rows, np.inf)
    site = np.full(pairs.rows, -1, dtype=np.int32)
    live = open_site[pairs.column]
    row, column, cost = pairs.row_of[live], pairs.column[live], pairs.cost[live]
    if len(row):
        begin = np.flatnonzero(np.r_[True, np.diff(row) > 0])  # rows stand together, columns ascend within them
        best[row[begin]] = np.minimum.reduceat(cost, begin)
        equal = np.flatnonzero(cost == best[row])[::-1]
        site[row[equal]] = column[equal]  # backwards: the first of equals is written last
    return site, best


def worth(problem: SitingProblem, sites: npt.ArrayLike, assignment: Assignment | None = None) -> Worth:
    """Objective, covered weight and assignment of a set of sites, and whether every rule is kept.

    Capacitated models are worth what `assignment` is worth; for the others demand goes to its nearest site.
    """
    chosen = np.asarray(sites, dtype=np.int32)
    open_site = np.zeros(problem.sites, dtype=np.bool_)
    open_site[chosen] = True
    lawful = (problem.p is None or len(chosen) <= problem.p) and not (problem.fixed[chosen] == -1).any()
    lawful = bool(lawful and open_site[problem.existing].all())
    lawful = lawful and (problem.rules is None or problem.rules.keeps(open_site))
    lawful = lawful and (problem.budget is None or float(problem.price[chosen].sum()) <= problem.budget * (1 + 1e-12) + 1e-12)
    if problem.model in CAPACITATED:
        return _worth_assigned(problem, open_site, assignment, lawful)
    site, cost = nearest(problem.by_demand, open_site)
    covered = site >= 0
    got = float(problem.weight[covered].sum())
    served = bool(covered[problem.reachable].all())
    given = None
    if problem.model in ASSIGNED:
        who = np.flatnonzero(covered).astype(np.int32)
        given = Assignment(who, site[who], np.ones(len(who)))
    if problem.model == "mclp":
        value = got
    elif problem.model == "max_min_share":
        value = worst_share(problem, covered)
    elif problem.model == "lscp":
        value = float(problem.price[chosen].sum())
        enough = served if problem.share is None else got >= (problem.share - WITHIN_SHARE) * float(problem.weight.sum())
        lawful = lawful and bool(enough)
    else:
        lawful, value = lawful and (served or problem.cutoff is not None), np.inf
        near, weight = cost[problem.reachable], problem.weight[problem.reachable]
        if problem.cutoff is not None:
            value = float((problem.weight * np.minimum(cost, problem.cutoff)).sum())
        elif served:
            value = float(near.max(initial=0.0)) if problem.model == "p_center" else float((weight * near).sum())
    return Worth(value, got, given, lawful)


def worst_share(problem: SitingProblem, covered: Mask) -> float:
    """The least covered share over areas that have weight; 0 where none has."""
    assert problem.area is not None
    count = int(problem.area.max(initial=-1)) + 1
    all_weight = np.bincount(problem.area, problem.weight, minlength=count)
    got = np.bincount(problem.area, problem.weight * covered, minlength=count)
    peopled = all_weight > 0
    return float((got[peopled] / all_weight[peopled]).min(initial=1.0)) if peopled.any() else 0.0


def _worth_assigned(problem: SitingProblem, open_site: Mask, assignment: Assignment | None, lawful: bool) -> Worth:
    """Worth of an assignment under capacities."""
    assert problem.capacity is not None
    if assignment is None:
        return Worth(np.inf, 0.0, None, False)
    who, where, part = assignment.demand, assignment.site, assignment.share
    load = problem.weight[who] * part
    at = np.bincount(where, load, minlength=problem.sites)
    slack = LOAD_REL if problem.split else PROOF_REL
    lawful = lawful and bool(open_site[where].all() and (at <= problem.capacity * (1 + slack) + slack).all())
    served = np.bincount(who, part, minlength=problem.demands)
    lawful = lawful and bool((served <= 1 + slack).all())
    got = float(load.sum())
    if problem.model == "capacitated_mclp":
        return Worth(got, got, assignment, lawful)
    lawful = lawful and bool((served[problem.reachable] >= 1 - slack).all())
    return Worth(float((load * pair_cost(problem.by_demand, who, where)).sum()), got, assignment, lawful)


def pair_cost(pairs: Pairs, row: Columns, column: Columns) -> Floats:
    """Costs of pairs that exist. A pair that does not raises KeyError: whoever asks for it is at fault."""
    width = np.int64(max(int(pairs.column.max(initial=0)), int(column.max(initial=0))) + 1)
    key = pairs.row_of.astype(np.int64) * width + pairs.column
    wanted = row.astype(np.int64) * width + column
    at = np.searchsorted(key, wanted)
    if (at >= len(key)).any() or (key[at] != wanted).any():
        raise KeyError("a pair beyond reach")
    found: Floats = pairs.cost[at]
    return found


def relative_gap(objective: float, bound: float) -> float:
    """|bound - objective| relative to the objective; to the bound where the objective is 0."""
    apart = abs(bound - objective)
    return 0.0 if apart == 0 else apart / (abs(objective) or abs(bound))


def result(problem: SitingProblem, plan: Plan, *, seconds: float, seed: int) -> SitingResult:
    """The answer that a plan amounts to: objective recomputed from the sites, and `optimal` only where the bound proves it."""
    unreachable = np.flatnonzero(~problem.reachable).astype(np.int32)
    total = float(problem.weight.sum())
    none = np.empty(0, dtype=np.int32)
    if plan.sites is None:
        status = "infeasible" if plan.infeasible else "no_solution"
        return SitingResult(status, none, None, None, None, None, 0.0, total, unreachable, seconds, plan.method, seed, plan.stopped,
                            plan.reductions)
    sites = np.sort(plan.sites).astype(np.int32)
    value = worth(problem, sites, plan.assignment)
    assert value.lawful, "a method handed back a plan that breaks the rules"
    bound, proven = plan.bound, False
    if bound is not None:
        scale = max(abs(value.objective), 1e-12)
        ahead = (value.objective - bound) if problem.maximised else (bound - value.objective)
        if ahead >= -PROOF_REL * scale:
            bound, proven = value.objective, True
    gap = None if bound is None else relative_gap(value.objective, bound)
    stopped = "proof" if proven else plan.stopped
    return SitingResult("optimal" if proven else "feasible", sites, value.assignment, value.objective, bound, gap, value.covered_weight,
                        total, unreachable, seconds, plan.method, seed, stopped, plan.reductions)
