"""Plans that keep rules, found quickly: the lawful plan nearest to a wish, and interchange that never leaves the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.siting.linear import Rows
from planner.siting.models import limit_rows
from planner.siting.problem import MUST_SERVE, Floats, Ints, Mask, Pairs, Picks, SitingProblem, sums
from planner.siting.rules import Rules
from planner.siting.solver import Clock, run

NEAR_PART, NEAR_S = 0.2, 20.0
"""The part of the time, and the seconds, that the nearest lawful plan may take."""
SERVING = 60_000
"""Pairs up to which the nearest lawful plan also has to serve all; more of them are not solved in the seconds it has."""
LEAST = 1e-11
"""Share of the objective below which a gain is taken for rounding."""
CHOICES, TRIES = 5, 60
"""Exchanges looked at for each open site, and in all, before a plan with floors counts as one that no exchange improves."""


@dataclass(frozen=True, slots=True)
class Wish:
    """sites : the plan found, or None.   impossible : proven that no plan keeps the rules."""

    sites: Picks | None
    impossible: bool


def nearest_lawful(problem: SitingProblem, wished: Floats, clock: Clock, seed: int) -> Wish:
    """The plan that keeps p, budget and rules, serves whom the model must serve, and has most of the sites wished for.

    Whom it must serve is left out where there are more than SERVING pairs: the plan may then miss some (a search can mend that).

    wished : (J,) how much each site is wished for, 0 to 1: a plan without the rules, or the shares of a relaxation.
    Among others, sites that reach more weight are preferred (under lscp cheaper ones). A share (lscp) is not looked at: it may be missed.
    """
    free = problem.candidates
    rows = Rows()
    limit_rows(rows, problem, free, problem.price[free])
    if problem.model in MUST_SERVE and problem.share is None and problem.cutoff is None and len(problem.by_demand.column) <= SERVING:
        _serving_rows(rows, problem, free)
    asked = wished[free]
    if problem.model == "lscp":
        dear = float(problem.price.max(initial=0.0)) or 1.0
        score = -(1.0 + problem.price[free] / dear) * (1.0 - 0.75 * asked)
    else:
        reach = np.bincount(problem.by_demand.column, problem.weight[problem.by_demand.row_of], minlength=problem.sites)[free]
        score = asked + 0.2 * reach / max(float(reach.max(initial=0.0)), 1e-300)
    ones = np.ones(len(free))
    model = rows.model(maximise=True, cost=score, col_upper=ones, whole=ones.astype(bool))
    found = run(model, clock.quiet(), gap=0.02, seed=seed, limit_s=min(NEAR_S, NEAR_PART * clock.left_s))
    if found.x is None:
        return Wish(None, found.infeasible)
    return Wish(np.union1d(problem.existing, free[found.x > 0.5]).astype(np.int32), False)


def _serving_rows(rows: Rows, problem: SitingProblem, free: Picks) -> None:
    """One row for each demand that must be served and that no existing site serves."""
    pairs = problem.by_demand
    held = np.zeros(problem.demands, dtype=np.bool_)
    held[pairs.row_of[problem.fixed[pairs.column] == 1]] = True
    needs = np.flatnonzero(problem.reachable & ~held)
    renumber, place = np.full(problem.demands, -1), np.full(problem.sites, -1)
    renumber[needs], place[free] = np.arange(len(needs)), np.arange(len(free))
    entry = renumber[pairs.row_of] >= 0
    rows.add(renumber[pairs.row_of[entry]], place[pairs.column[entry]], 1.0, 1.0, np.inf, len(needs))


@dataclass(frozen=True, slots=True)
class _Table:
    """Pairs sorted by demand and cost, and what demand costs that nobody serves."""

    pairs: Pairs
    weight: Floats
    unserved: Floats

    def two(self, opened: Mask) -> tuple[Ints, Floats, Floats]:
        """(I,) the cheapest open site (-1: none), its cost, and the cost of the second cheapest; `unserved` where there is none."""
        live = np.flatnonzero(opened[self.pairs.column])
        row = self.pairs.row_of[live]
        first = np.r_[True, row[1:] != row[:-1]] if len(row) else np.empty(0, dtype=bool)
        second = np.r_[False, first[:-1]] & ~first
        site = np.full(self.pairs.rows, -1, dtype=np.int64)
        now, then = self.unserved.copy(), self.unserved.copy()
        site[row[first]], now[row[first]] = self.pairs.column[live[first]], self.pairs.cost[live[first]]
        then[row[second]] = self.pairs.cost[live[second]]
        return site, now, then


def _table(problem: SitingProblem) -> _Table:
    """mclp: reached costs nothing and unreached its weight; p_median: unserved demand costs the cut-off, or more than any service."""
    pairs = problem.by_demand
    if problem.model == "mclp":
        return _Table(Pairs(pairs.start, pairs.column, np.zeros(len(pairs.cost))), problem.weight, np.ones(problem.demands))
    order = np.lexsort((pairs.column, pairs.cost, pairs.row_of))
    if problem.cutoff is not None:
        return _Table(Pairs(pairs.start, pairs.column[order], pairs.cost[order]), problem.weight, np.full(problem.demands, problem.cutoff))
    weight = np.where(problem.weight > 0, problem.weight, max(float(problem.weight.max(initial=0.0)), 1.0) * 1e-9)
    dearest = np.zeros(problem.demands)
    np.maximum.at(dearest, pairs.row_of, pairs.cost)
    most = 1.0 + float((weight * dearest).sum())  # whoever is not served costs more than serving everybody at the dearest
    return _Table(Pairs(pairs.start, pairs.column[order], pairs.cost[order]), weight, np.where(problem.reachable, 2 * most / weight, 0.0))


class Interchange:
    """A lawful plan and moves that keep it so. p_median and mclp.

    also : what a plan (J,) must keep besides the rules on sites (floors in areas); opening more sites must never break it.
    """

    def __init__(self, problem: SitingProblem, sites: Picks, also: Callable[[Mask], bool] | None = None) -> None:
        self.problem, self.table, self.also = problem, _table(problem), also
        self.opened = np.zeros(problem.sites, dtype=np.bool_)
        self.opened[sites] = True
        self.rules = problem.rules
        self.look()

    def look(self) -> None:
        """What the plan costs and what a further site would save."""
        table, pairs = self.table, self.table.pairs
        self.site, self.now, self.then = table.two(self.opened)
        self.cost = float((table.weight * self.now).sum())
        self.saving = np.bincount(pairs.column, table.weight[pairs.row_of] * np.maximum(self.now[pairs.row_of] - pairs.cost, 0.0),
                                  minlength=self.problem.sites)
        self.level = np.empty(0) if self.rules is None else self.rules.level(self.opened)

    def may_open(self, out: int | None) -> Mask:
        """(J,) sites that may be opened, once site `out` is closed, without breaking p, budget or rules."""
        problem = self.problem
        opened = int(self.opened.sum()) - (out is not None)
        may: Mask = (problem.fixed == 0) & ~self.opened
        if problem.p is not None and opened >= problem.p:
            return np.zeros(problem.sites, dtype=np.bool_)
        if problem.budget is not None:
            spent = float(problem.price[self.opened].sum()) - (float(problem.price[out]) if out is not None else 0.0)
            may &= problem.price <= problem.budget - spent
        return may & self._kept(self.rules, out) if self.rules is not None else may

    def _kept(self, rules: Rules, out: int | None) -> Mask:
        """(J,) sites whose opening, once `out` is closed, leaves every row kept."""
        level = self.level.copy()
        if out is not None:
            mine = rules.site == out
            np.subtract.at(level, rules.row_of[mine], rules.value[mine])
        row, slack = rules.row_of, rules.slack
        after = level[row] + rules.value
        kept = (after >= (rules.lower - slack)[row]) & (after <= (rules.upper + slack)[row])
        broken = (level < rules.lower - slack) | (level > rules.upper + slack)
        wrong = np.bincount(rules.site[~kept], minlength=self.problem.sites)
        mended = np.bincount(rules.site[kept & broken[row]], minlength=self.problem.sites)
        free: Mask = (wrong == 0) & (mended == int(broken.sum()))
        return free

    def grow(self) -> bool:
        """Opens the site that saves most as long as one may be opened and saves; whether any was."""
        any_opened = False
        while True:
            score = np.where(self.may_open(None), self.saving, 0.0)
            if self.problem.budget is not None:
                score = score / np.maximum(self.problem.price, 1e-9)
            best = int(np.argmax(score)) if len(score) else 0
            if not len(score) or score[best] <= 0.0:
                return any_opened
            self.opened[best] = any_opened = True
            self.look()

    def losses(self) -> Floats:
        """(J,) what closing an open site would cost; 0 for closed ones."""
        held = self.site >= 0
        return sums(self.site[held], (self.table.weight * (self.then - self.now))[held], self.problem.sites)

    def swap(self) -> bool:
        """The best exchange of an open site that may close for a closed one; whether one gained."""
        table, pairs, problem = self.table, self.table.pairs, self.problem
        least, moves = LEAST * max(self.cost, 1e-300), []
        loss = self.losses()
        by_site = np.argsort(self.site, kind="stable")
        ends = np.searchsorted(self.site[by_site], np.arange(problem.sites + 1))
        for out in np.flatnonzero(self.opened & (problem.fixed == 0)).tolist():
            mine = by_site[ends[out]:ends[out + 1]]
            degree = pairs.start[mine + 1] - pairs.start[mine]
            entry = np.repeat(pairs.start[mine] - np.r_[0, np.cumsum(degree)[:-1]], degree) + np.arange(int(degree.sum()))
            row, cost = np.repeat(mine, degree), pairs.cost[entry]
            more = np.maximum(self.then[row] - cost, 0.0) - np.maximum(self.now[row] - cost, 0.0)
            gain = self.saving + np.bincount(pairs.column[entry], table.weight[row] * more, minlength=problem.sites)
            gain = np.where(self.may_open(out), gain, -np.inf)
            best = [int(np.argmax(gain))] if self.also is None else np.argsort(-gain, kind="stable")[:CHOICES].tolist()
            moves += [(float(loss[out] - gain[into]), out, into) for into in best if gain[into] - loss[out] > least]
        for _, out, into in sorted(moves)[:TRIES]:
            self.opened[out], self.opened[into] = False, True
            if self.also is None or self.also(self.opened):
                self.look()
                return True
            self.opened[out], self.opened[into] = True, False
        return False

    def close_some(self, random: np.random.Generator) -> None:
        """Closes a few sites at random, as far as the rules allow."""
        movable = np.flatnonzero(self.opened & (self.problem.fixed == 0))
        for site in random.permutation(movable)[: 2 + int(random.integers(max(1, len(movable) // 6)))].tolist():
            self.opened[site] = False
            if self.rules is not None and not self.rules.keeps(self.opened):
                self.opened[site] = True
        self.look()


def improved(problem: SitingProblem, sites: Picks, clock: Clock, until_s: float, *, seed: int, rounds: int,
             also: Callable[[Mask], bool] | None = None, enough: float = -np.inf) -> Picks:
    """A lawful plan of p_median or mclp improved by growth, interchange and restarts near by; ends at the clock's `until_s`.

    also : as of `Interchange`; restarts that end without keeping it are dropped.   enough : a cost (mclp: weight left uncovered) at which
    to end.
    The same seed and rounds give the same plan unless time ended it.
    """
    game, random = Interchange(problem, sites, also), np.random.default_rng(seed)
    best, cost = game.opened.copy(), np.inf
    for turn in range(rounds + 1):
        if turn:
            game.opened = best.copy()
            game.close_some(random)
        game.grow()
        while game.cost > enough and clock.spent_s < until_s and not clock.cancelled and game.swap():
            game.grow()
        if game.cost < cost - LEAST * abs(game.cost) and (also is None or also(game.opened)):
            best, cost = game.opened.copy(), game.cost
        if cost <= enough or clock.spent_s >= until_s or clock.cancelled:
            break
    return np.flatnonzero(best).astype(np.int32)
