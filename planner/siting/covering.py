"""How the covering models are solved: reduced, begun from a greedy plan, proven by HiGHS."""

from __future__ import annotations

import numpy as np

from planner.siting import models, reduce, vast, vast_share
from planner.siting.branching import proven
from planner.siting.linear import LinearModel
from planner.siting.problem import Floats, Picks, SitingProblem
from planner.siting.reduce import Cover
from planner.siting.results import WITHIN_SHARE, Plan, worth
from planner.siting.solver import Clock, Found, run
from planner.siting.starts import greedy_all, greedy_weight

WHOLE = 0.5
"""A whole variable above this is 1."""


def _sites(problem: SitingProblem, cover: Cover, chosen: Picks) -> Picks:
    """The sites of a plan: those that exist and the columns chosen."""
    return np.union1d(problem.existing, cover.site[chosen]).astype(np.int32)


def _opened(found: Found, cover: Cover) -> Picks | None:
    """The columns a solution opens."""
    return None if found.x is None else np.flatnonzero(found.x[: len(cover.site)] > WHOLE)


def _better(problem: SitingProblem, cover: Cover, *plans: Picks | None) -> Picks | None:
    """The sites of the best of some choices of columns that keep every rule; None where none does."""
    best, value = None, np.nan
    for chosen in plans:
        if chosen is None:
            continue
        sites = _sites(problem, cover, chosen)
        this = worth(problem, sites)
        if this.lawful and (best is None or (this.objective > value if problem.maximised else this.objective < value)):
            best, value = sites, this.objective
    return best


def _proven(problem: SitingProblem, cover: Cover, model: LinearModel, start: Picks | None, begin: Floats | None, clock: Clock, gap: float,
            seed: int, method: str, trivial: float) -> Plan:
    """Runs the model and takes the better of the start and what was found; `trivial` is a bound that holds in any case."""
    if begin is None:
        found = run(model, clock, gap=gap, seed=seed)
    else:
        found = proven(model, float(model.cost @ begin) + model.offset, begin, clock, gap=gap, seed=seed)
    if found.infeasible and start is None:
        return Plan(None, None, method, infeasible=True, reductions=cover.counts)
    sites = _better(problem, cover, _opened(found, cover), start)
    bound = min(found.bound, trivial) if model.maximise else max(found.bound, trivial)
    if sites is not None and found.stopped == "proof" and found.objective is not None:
        bound = _settled(worth(problem, sites).objective, bound, maximise=model.maximise)
    return Plan(sites, bound if np.isfinite(bound) else None, method, found.stopped, reductions=cover.counts)


def _settled(objective: float, bound: float, *, maximise: bool) -> float:
    """The bound of a run that ended by proof, taken as the objective where the two differ by no more than the solver's own tolerance."""
    behind = bound - objective if maximise else objective - bound
    return objective if behind <= 1e-7 * max(abs(objective), 1e-6) else bound


def _too_dear(problem: SitingProblem, cover: Cover, least: float) -> bool:
    """Whether a bound of the price says that no plan keeps p or the budget: so many columns cost no more than the dearest so many times."""
    most = np.inf if problem.budget is None else float(problem.budget)
    if problem.p is not None:
        most = min(most, problem.room * float(cover.price.max(initial=0.0)))
    return least > most * (1 + 1e-9)


def lscp(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The least cost that covers all reachable demand, or the share asked for."""
    if problem.share is not None:
        return _lscp_share(problem, problem.share, clock, gap, seed)
    cover = reduce.cover(problem, all_rows=True)
    if not cover.rows:
        return Plan(problem.existing, 0.0, "existing sites cover all reachable demand", reductions=cover.counts)
    chosen, least = greedy_all(cover), 0.0
    if len(cover.column) > vast.SMALL:
        answer = vast.lscp(problem, cover, chosen, clock, gap, seed)
        chosen, least = answer.columns, answer.bound
        if worth(problem, _sites(problem, cover, chosen)).lawful:
            bound = _settled(float(cover.price[chosen].sum()), least, maximise=False) if answer.stopped == "proof" else least
            return Plan(_sites(problem, cover, chosen), bound, "set covering: weighted rows, first-order bound, branching (HiGHS)",
                        answer.stopped, reductions=cover.counts | {"sites_settled": answer.settled})
        if _too_dear(problem, cover, least):
            return Plan(None, None, "set covering: no cover is so cheap", infeasible=True, reductions=cover.counts)
    start = chosen if worth(problem, _sites(problem, cover, chosen)).lawful else None
    begin = None if start is None else np.isin(np.arange(len(cover.site)), start).astype(np.float64)
    dearest = np.full(cover.rows, np.inf)
    np.minimum.at(dearest, cover.row_of, cover.price[cover.column])
    return _proven(problem, cover, models.lscp(problem, cover), start, begin, clock, gap, seed, "set covering, branching (HiGHS)",
                   max(float(dearest.max()), least))


def _lscp_share(problem: SitingProblem, share: float, clock: Clock, gap: float, seed: int) -> Plan:
    """The least cost that covers a share of all weight."""
    method = "partial set covering, branching, branch and cut (HiGHS)"
    cover = reduce.cover(problem, all_rows=False)
    asked = (share - WITHIN_SHARE) * float(problem.weight.sum())
    needed = asked - float(cover.base.sum())
    if needed <= 0:
        return Plan(problem.existing, 0.0, "existing sites cover the share", reductions=cover.counts)
    if float(cover.weight.sum()) < needed:
        return Plan(None, None, "not enough demand is reachable", infeasible=True, reductions=cover.counts)
    chosen = greedy_all(cover, needed=needed)
    start = chosen if worth(problem, _sites(problem, cover, chosen)).lawful else None
    least = 0.0
    if len(cover.column) > vast.SMALL:
        chosen, least = vast_share.lscp_share(cover, needed, chosen, clock, gap, seed)
        start = chosen if worth(problem, _sites(problem, cover, chosen)).lawful else None
        if start is not None:
            near = cover.price[chosen].sum() - least <= gap * cover.price[chosen].sum()
            return Plan(_sites(problem, cover, chosen), least, "partial set covering: interchange with ever less money, first-order bound",
                        "time" if clock.over and not near else "gap", reductions=cover.counts)
        if _too_dear(problem, cover, least):
            return Plan(None, None, "partial set covering: no plan is so cheap", infeasible=True, reductions=cover.counts)
    begin = None if start is None else models.cover_start(cover, start)
    return _proven(problem, cover, models.lscp_share(problem, cover, needed), start, begin, clock, gap, seed, method, least)


def mclp(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The most weight covered."""
    cover = reduce.cover(problem, all_rows=False)
    start = greedy_weight(problem, cover)
    trivial = float(cover.base.sum() + cover.weight.sum())
    if not cover.rows or not problem.room:
        return Plan(problem.existing, float(cover.base.sum()), "nothing is left to choose", reductions=cover.counts)
    if len(cover.column) > vast.SMALL:
        answer = vast.mclp(problem, cover, start, clock, gap, seed)
        sites = _better(problem, cover, answer.columns, start)
        bound = answer.bound
        if sites is not None and answer.stopped == "proof":
            bound = _settled(worth(problem, sites).objective, bound, maximise=True)
        return Plan(sites, min(bound, trivial), "maximal covering: interchange, first-order bound, sites settled, branching (HiGHS)",
                    answer.stopped, reductions=cover.counts | {"sites_settled": answer.settled})
    return _proven(problem, cover, models.mclp(problem, cover), start, models.mclp_start(cover, start), clock, gap, seed,
                   "maximal covering, branching, branch and cut (HiGHS)", trivial)
