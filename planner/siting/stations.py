"""One centre with its stations: where the centre of each street and its stations go, a station never far from its own street's centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.errors import SitingError
from planner.siting.choices import Choices, in_range, limits, not_negative, only, share_stated
from planner.siting.linear import LinearModel, Rows, whole_unit
from planner.siting.problem import Columns, Floats, Pairs, Picks
from planner.siting.proof import WHOLE, Proof, Reason, concluded, cover_rows, covered, covering, group_rows, impossible
from planner.siting.reduce import Cover
from planner.siting.results import PROOF_REL, WITHIN_SHARE, nearest
from planner.siting.solver import Cancel, Clock, Progress, run

METHOD = "centres and stations, branch and cut (HiGHS)"


@dataclass(frozen=True, slots=True)
class StationRules:
    """least, most : centres of each unit.   share : the least cost that covers this share of all weight is sought; None: the most weight.

    budget, stations : at most so much for what is new, so many stations in all, existing ones included (None: no limit).
    bind_existing : whether stations that exist need a centre within the limit too; else they serve in any case and are told apart.
    where_possible : units with fewer candidates for a centre than `least` get what they can, and units with more centres than `most` today
    keep them; else they make the problem infeasible.
    """

    least: int = 1
    most: int = 1
    share: float | None = None
    budget: float | None = None
    stations: int | None = None
    bind_existing: bool = False
    where_possible: bool = False

    def __post_init__(self) -> None:
        share_stated(self.share)
        limits(budget=self.budget, stations=self.stations, least=self.least, most=self.most)
        if self.share is None and self.budget is None and self.stations is None:
            raise SitingError("siting_limit_missing", model="centre_stations")


@dataclass(frozen=True, slots=True)
class StationsProblem:
    """Centres j in J, stations k in K and people i in I of units (streets, townships) a in A. Made by `stations_problem`.

    links : (K rows) the centres of its own unit that a station may belong to.   reach : (I rows) who serves demand: centre j as j,
    station k as J + k.
    """

    weight: Floats
    reach: Pairs
    links: Pairs
    centres: Choices
    stations: Choices
    rules: StationRules

    @property
    def maximised(self) -> bool:
        """Whether the most weight is sought, and not the least cost."""
        return self.rules.share is None


@dataclass(frozen=True, slots=True)
class StationsResult:
    """centres, stations : what stands in the end, what exists included.   centre_of : (len(stations),) the nearest open centre of its own
    unit that each station may belong to, -1 where none is in reach.   objective : of `proof`: weight covered, or cost of what is new."""

    proof: Proof
    centres: Columns
    stations: Columns
    centre_of: Columns
    covered_weight: float
    total_weight: float
    cost: float


def stations_problem(centres: Choices, stations: Choices, rules: StationRules, *, weight: npt.ArrayLike, reach: Pairs, links: Pairs,
                     within: float) -> StationsProblem:
    """A checked problem.

    reach : (I rows) columns 0..J - 1 are centres, J..J + K - 1 stations; a centre that serves nobody itself has no pairs.
    links : (K rows) distances to centres; those beyond `within` (inclusive) or of another unit do not count.
    Raises SitingError where shapes or values cannot be.
    """
    heads = np.asarray(weight, dtype=np.float64)
    not_negative("weight", heads)
    j, k = len(centres), len(stations)
    fits = reach.rows == len(heads) and links.rows == k and centres.groups == stations.groups
    if not (fits and in_range(reach.column, j + k) and in_range(links.column, j)):
        raise SitingError("siting_shapes_differ")
    own, centre = links.row_of, links.column
    live = (links.cost <= within) & (stations.group[own] == centres.group[centre])
    live &= (stations.fixed[own] != -1) & (centres.fixed[centre] != -1)
    usable = np.r_[centres.fixed, stations.fixed][reach.column] != -1
    return StationsProblem(heads, only(reach, usable), only(links, live), centres, stations, rules)


def centres_per_unit(problem: StationsProblem) -> tuple[Floats, Floats]:
    """(A,) the least and the most centres of each unit."""
    centres, rules = problem.centres, problem.rules
    least, most = np.full(centres.groups, float(rules.least)), np.full(centres.groups, float(rules.most))
    if not rules.where_possible:
        return least, most
    may = np.bincount(centres.group[centres.fixed != -1], minlength=centres.groups)
    there = np.bincount(centres.group[centres.fixed == 1], minlength=centres.groups)
    return np.minimum(least, may), np.maximum(most, there)


def stations_model(problem: StationsProblem, cover: Cover, reached: float | None = None) -> LinearModel:
    """Two-level location (Moore and ReVelle 1982, with a hierarchy by unit): x_j centre, s_k station, y_i covered, l_k an existing station
    with its centre in reach; columns in this order.

    max  sum_i w_i y_i          or   min  sum_j f_j x_j + sum_k g_k s_k   s.t.  sum_i w_i y_i >= S sum_i w_i
    s.t. y_i <= sum_{k serves i} s_k + sum_{j serves i} x_j
         s_k <= sum_{j in C_k} x_j                     C_k: centres of k's own unit within the limit (existing k: only if bound)
         least <= sum_{j in a} x_j <= most             for all units a
         sum_j f_j x_j + sum_k g_k s_k <= B,  sum_k s_k <= n   where given
         l_k <= sum_{j in C_k} x_j                     for existing k that are not bound
    What exists is fixed at 1. reached : the optimum, known; of the plans that reach it the one that links most existing stations is sought.
    """
    j, k, r, rules = len(problem.centres), len(problem.stations), cover.rows, problem.rules
    rows = Rows()
    group_rows(rows, problem.centres.group, *centres_per_unit(problem))
    bound = np.flatnonzero((problem.stations.fixed == 0) | ((problem.stations.fixed == 1) & rules.bind_existing))
    other = np.flatnonzero((problem.stations.fixed == 1) & (not rules.bind_existing))
    _linked(rows, problem, bound, j + bound)
    _linked(rows, problem, other, j + k + r + np.arange(len(other)))
    cover_rows(rows, cover, j + k)
    price = np.r_[problem.centres.price, problem.stations.price]
    if rules.budget is not None:
        rows.one(np.arange(j + k), price, -np.inf, rules.budget)
    if rules.stations is not None:
        rows.one(j + np.arange(k), 1.0, -np.inf, float(rules.stations))
    base = float(cover.base.sum())
    if rules.share is not None:
        scale = 1.0 / max(float(problem.weight.max(initial=0.0)), 1e-300)
        needed = (rules.share - WITHIN_SHARE) * float(problem.weight.sum()) - base
        rows.one(j + k + np.arange(r), cover.weight * scale, needed * scale, np.inf)
    kept = np.r_[problem.centres.fixed, problem.stations.fixed]
    most, free = problem.maximised, np.zeros(r + len(other))
    cost = np.r_[np.zeros(j + k), cover.weight, free[r:]] if most else np.r_[price, free]
    offset, unit = base if most else 0.0, whole_unit(cover.weight if most else price)
    if reached is not None:
        slack = PROOF_REL * max(abs(reached), 1.0)
        rows.one(np.arange(len(cost)), cost, reached - offset - slack if most else -np.inf, np.inf if most else reached - offset + slack)
        most, cost, offset, unit = True, np.r_[np.zeros(j + k + r), np.ones(len(other))], 0.0, 1.0
    return rows.model(
        maximise=most, cost=cost, col_lower=np.r_[(kept == 1).astype(np.float64), free], col_upper=np.r_[(kept != -1).astype(np.float64),
                                                                                                         np.ones(len(free))],
        whole=np.arange(len(cost)) < j + k, offset=offset, unit=unit)


def _linked(rows: Rows, problem: StationsProblem, station: Picks, column: Picks) -> None:
    """column of each of these stations <= its centres within the limit that are open."""
    place = np.full(len(problem.stations), -1)
    place[station] = np.arange(len(station))
    own = place[problem.links.row_of]
    entry = own >= 0
    rows.add(np.r_[own[entry], np.arange(len(station))], np.r_[problem.links.column[entry], column],
             np.r_[np.ones(int(entry.sum())), -np.ones(len(station))], 0.0, np.inf, len(station))


def solve_stations(problem: StationsProblem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1,
                   progress: Progress | None = None, cancel: Cancel | None = None) -> StationsResult:
    """Solves the problem; the same problem and seed give the same answer unless the clock or `cancel` ended the run. Of plans that are
    equally good the one is taken in which most existing stations have their centre in reach.

    Reasons of an infeasible problem: `unit_centres` (about units: too few candidates, or more centres exist than allowed),
    `station_unlinked` (about existing stations that no centre can be in reach of), `share` (amount: the share that can be reached),
    `together` (no rule alone: budget, numbers and reach contradict each other).
    """
    clock = Clock(time_limit_s, progress, cancel)
    total = float(problem.weight.sum())
    reasons = _reasons(problem)
    nothing = np.empty(0, dtype=np.int32)
    if reasons:
        return StationsResult(impossible(reasons, clock=clock, seed=seed, method=METHOD), nothing, nothing, nothing, 0.0, total, 0.0)
    j, k = len(problem.centres), len(problem.stations)
    row, column, price = problem.reach.row_of, problem.reach.column, np.r_[problem.centres.price, problem.stations.price]
    held = covered(row, column, np.r_[problem.centres.fixed, problem.stations.fixed] == 1, len(problem.weight))
    cover = covering(row, column, problem.weight, columns=j + k, held=held, all_rows=False)
    found = run(stations_model(problem, cover), clock, gap=gap, seed=seed)
    if found.x is None:
        proof = concluded(found, None, maximise=problem.maximised, clock=clock, seed=seed, method=METHOD)
        return StationsResult(proof, nothing, nothing, nothing, 0.0, total, 0.0)
    opened = found.x[:j + k] > WHOLE
    if (problem.stations.fixed == 1).any() and found.objective is not None:
        further = run(stations_model(problem, cover, found.objective), clock, seed=seed)
        opened = opened if further.x is None else further.x[:j + k] > WHOLE
    got = float(problem.weight[covered(row, column, opened, len(problem.weight))].sum())
    cost = float(price[opened].sum())
    proof = concluded(found, got if problem.maximised else cost, maximise=problem.maximised, clock=clock, seed=seed, method=METHOD)
    stations = np.flatnonzero(opened[j:]).astype(np.int32)
    centre_of, _ = nearest(problem.links, opened[:j])
    return StationsResult(proof, np.flatnonzero(opened[:j]).astype(np.int32), stations, centre_of[stations], got, total, cost)


def _reasons(problem: StationsProblem) -> tuple[Reason, ...]:
    """What makes the problem infeasible by itself, before anything is solved."""
    may = np.bincount(problem.centres.group[problem.centres.fixed != -1], minlength=problem.centres.groups)
    there = np.bincount(problem.centres.group[problem.centres.fixed == 1], minlength=problem.centres.groups)
    least, most = centres_per_unit(problem)
    wrong = np.flatnonzero((may < least) | (there > most))
    found = [Reason("unit_centres", tuple(wrong.tolist()))] if len(wrong) else []
    if problem.rules.bind_existing:
        lost = np.flatnonzero((problem.stations.fixed == 1) & (problem.links.degree == 0))
        found += [Reason("station_unlinked", tuple(lost.tolist()))] if len(lost) else []
    if problem.rules.share is not None:
        possible = np.r_[problem.centres.fixed != -1, (problem.links.degree > 0) | (problem.stations.fixed == 1)]
        got = float(problem.weight[covered(problem.reach.row_of, problem.reach.column, possible, len(problem.weight))].sum())
        total = float(problem.weight.sum())
        if total > 0 and got < (problem.rules.share - WITHIN_SHARE) * total:
            found.append(Reason("share", (), got / total))
    return tuple(found)
