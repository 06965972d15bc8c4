"""Capacitated covering with split demand, too large to hand to branch and cut as it is: rows merged, search, bound, search again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.network.jit import Loop
from planner.siting import assigning, filling_loops
from planner.siting.capacities import capacitated, read, solution
from planner.siting.filling import Flow, grown, improve, most_filled, reach, search
from planner.siting.heuristics import OutOfTime
from planner.siting.linear import to_unit, whole_unit
from planner.siting.problem import Mask, Picks, SitingProblem, compressed, only_sites, sums
from planner.siting.results import PROOF_REL, Assignment, Plan, worth
from planner.siting.solver import Clock
from planner.siting.solver import run as highs

METHOD = "capacitated covering, flows with sites swapped, Lagrangian bound"
SMALL = 3_000
"""Pairs up to which branch and cut takes the problem as it is (measured)."""
SEARCH_PART, SEARCH_S = 0.15, 5.0
"""The part of the time, and the seconds, of the search before the bound."""
BOUND_PART = 0.4
"""The part of the time that is left then for the bound."""
PROGRAM_PAIRS = 12_000
"""Pairs left up to which HiGHS gets further in the time that is left than the search (measured)."""
ALL_STEPS = 1_000_000
FROM_PICKS, FROM_PICKS_S = 6, 2.0
"""Sets of sites met by the bound, the last and best of them, that a search starts from, and the seconds of each."""


def needed_loops(problem: SitingProblem) -> tuple[Loop, ...]:
    """The compiled loops that a capacitated problem calls: none where branch and cut takes it."""
    if not fits(replace(problem, rules=None)):
        return ()
    return filling_loops.swap, filling_loops.weigh, filling_loops.prices


def fits(problem: SitingProblem) -> bool:
    """Whether a problem is of the kind solved here, and large enough."""
    return (problem.model == "capacitated_mclp" and problem.split and problem.p is not None and problem.budget is None
            and problem.rules is None and len(problem.by_demand.column) > SMALL)


@dataclass(frozen=True, slots=True)
class Merged:
    """A problem with demand of identical sites as one row. group : (I,) the row of each demand, -1 for demand without weight or site."""

    problem: SitingProblem
    group: Picks

    def unfolded(self, assignment: Assignment) -> Assignment:
        """The assignment of the merged rows, shared by their demand alike: each is served in the same parts."""
        who = np.flatnonzero(self.group >= 0)
        who = who[np.argsort(self.group[who], kind="stable")]
        count = np.bincount(self.group[who], minlength=self.problem.demands)
        first = np.cumsum(count) - count
        often = count[assignment.demand]
        at = np.repeat(first[assignment.demand] - np.r_[0, np.cumsum(often)[:-1]], often) + np.arange(int(often.sum()))
        return Assignment(who[at].astype(np.int32), np.repeat(assignment.site, often), np.repeat(assignment.share, often))


def merged(problem: SitingProblem) -> Merged:
    """Demand that the same sites reach as one row with the weight of all: exact where demand may be split and costs do not count."""
    pairs, group = problem.by_demand, np.full(problem.demands, -1, dtype=np.int64)
    seen: dict[bytes, int] = {}
    first: list[int] = []
    start, column = pairs.start.tolist(), pairs.column
    for i in np.flatnonzero((problem.weight > 0) & problem.reachable).tolist():
        key = column[start[i]:start[i + 1]].tobytes()
        group[i] = seen.setdefault(key, len(first))
        if group[i] == len(first):
            first.append(i)
    rows = np.array(first, dtype=np.int64)
    held = group >= 0
    weight = sums(group[held], problem.weight[held], len(rows))
    renumber = np.full(problem.demands, -1, dtype=np.int64)
    renumber[rows] = np.arange(len(rows))
    live = renumber[pairs.row_of] >= 0
    row, at, cost = renumber[pairs.row_of[live]], column[live], pairs.cost[live]
    return Merged(replace(problem, weight=weight, by_demand=compressed(row, at, cost, len(rows)),
                          by_site=compressed(at, row, cost, problem.sites), area=None), group)


@dataclass(slots=True)
class _Run:
    """The best flow so far and what no plan passes."""

    flow: Flow
    bound: float
    clock: Clock
    gap: float

    @property
    def enough(self) -> bool:
        """Whether nothing is left to look for."""
        return self.bound - self.flow.served <= max(self.gap, PROOF_REL) * self.flow.served

    def ends_in(self, seconds: float) -> OutOfTime:
        """Whether so many seconds have passed from now, or the run is over or has what it wants."""
        until = self.clock.spent_s + seconds
        return lambda: self.clock.over or self.clock.spent_s > until or self.enough

    def search(self, may: Mask, seed: int, seconds: float) -> None:
        """Searches for so many seconds."""
        target = self.bound / (1.0 + max(self.gap, PROOF_REL))
        search(self.flow, may, steps=ALL_STEPS, seed=seed, target=target, out_of_time=self.ends_in(seconds),
               found=lambda _, served: self.tell(served))
        self.tell()

    @property
    def plan(self) -> tuple[Picks, Assignment]:
        """Its sites and who is served where."""
        table, flow = self.flow.table, self.flow.flow
        used = np.flatnonzero(flow > table.least)
        return (np.flatnonzero(self.flow.opened).astype(np.int32),
                Assignment(table.row[used], table.site[used], flow[used] / table.weight[table.row[used]]))

    def take(self, other: Flow) -> None:
        """Takes another flow if it serves more."""
        if other.served > self.flow.served:
            self.flow = other

    def tell(self, served: float | None = None) -> None:
        """Tells who asked for it how far it is."""
        if self.clock.progress is not None:
            self.clock.progress(self.flow.served if served is None else served, self.bound)


def capacitated_mclp(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The most weight served under capacities: as it is by branch and cut, or by flows where the problem is large and of that kind."""
    return (fill_most if fits(problem) else capacitated)(problem, clock, gap, seed)


def fill_most(problem: SitingProblem, clock: Clock, gap: float, seed: int) -> Plan:
    """The most weight served by p sites within their capacities, demand split: a plan and a bound; what they leave, if little, by HiGHS.

    No plan that serves more than the one found opens a site settled as closed, so the program may do without it.
    """
    short = merged(problem)
    small = short.problem
    assert small.capacity is not None
    assert small.p is not None
    table = reach(small.by_demand.start, small.by_demand.column, small.weight, small.capacity)
    p, stays, may = min(small.p, small.sites), small.fixed == 1, small.fixed == 0
    state = np.where(stays, 1, np.where(may, 0, -1)).astype(np.int32)
    unit = whole_unit(np.r_[small.weight, small.capacity])  # whole weights and capacities: a largest flow is whole
    first = most_filled(table, p, state, np.zeros(small.demands), target=0.0, rounds=1)
    run = _Run(grown(table, p, stays, may), to_unit(first.value, unit, maximise=True), clock, gap)
    run.search(may, seed, min(SEARCH_S, SEARCH_PART * clock.left_s))
    proof = most_filled(table, p, state, run.flow.cut(), target=run.flow.served, out_of_time=run.ends_in(BOUND_PART * clock.left_s))
    run.bound = min(run.bound, to_unit(proof.value, unit, maximise=True))
    if not (proof.state == 0).any():  # one set of sites is left that may serve more than the target, or none
        run.take(Flow(table, proof.state > 0) if int((proof.state > 0).sum()) <= p else run.flow)
        run.bound = min(run.bound, run.flow.served)
    run.tell()
    for pick in reversed(proof.picks[-FROM_PICKS:]):
        other = Flow(table, pick | stays)
        improve(other, may, run.ends_in(FROM_PICKS_S))
        run.take(other)
    settled = {"merged_rows": int((short.group >= 0).sum()) - small.demands, "sites_settled": int((proof.state != state).sum())}
    sites, assignment = run.plan
    left = only_sites(small, (proof.state >= 0) | run.flow.opened)
    if len(left.by_demand.column) <= PROGRAM_PAIRS and not run.enough and not clock.over:
        form = assigning.capacitated(left)
        found = highs(form.model, clock, gap=gap, seed=seed, start=solution(form, (sites, assignment)))
        better = read(left, form, found)
        if better is not None and (value := worth(small, *better)).lawful and value.objective >= run.flow.served:
            sites, assignment = better
        run.bound = min(run.bound, max(found.bound, worth(small, sites, assignment).objective))
        stopped = found.stopped
    else:
        run.search(proof.state == 0, seed, np.inf)
        sites, assignment = run.plan
        stopped = "gap" if run.enough else clock.word
    return Plan(sites, run.bound, METHOD, stopped, assignment=short.unfolded(assignment), reductions=settled)
