"""Cheaper lawful covers: from a plan that covers enough, one with less money that still does, again and again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.siting import reduce
from planner.siting.lawful import Interchange, improved
from planner.siting.linear import whole_unit
from planner.siting.problem import Floats, Pairs, Picks, SitingProblem, compressed
from planner.siting.results import WITHIN_SHARE, worth
from planner.siting.solver import Clock

STEP_SHARE = 1e-3
"""How much cheaper each plan has to be where prices have no unit in common: as a share of the price."""


def cheaper(problem: SitingProblem, sites: Picks, clock: Clock, until_s: float, *, seed: int, rounds: int) -> Picks:
    """A plan of lscp (with a share or without) that keeps the rules, made to cover enough, then cheaper, as long as time and ways last.

    Each turn takes sites out until a unit of money is saved, then exchanges sites as a maximal covering problem with that budget does, and
    ends where enough is covered again. The same seed gives the same plan unless time ended it.
    """
    posed, spare = _covering(problem)
    if not worth(problem, sites).lawful:
        sites = improved(replace(posed, budget=problem.budget), sites, clock, until_s, seed=seed, rounds=rounds, enough=spare)
        if not worth(problem, sites).lawful:
            return sites
    unit = whole_unit(problem.price[problem.candidates])
    while clock.spent_s < until_s and not clock.cancelled:
        price = float(problem.price[sites].sum())
        budget = price - (unit if unit else STEP_SHARE * price)
        if budget < 0 or price == 0.0:
            break
        fewer = _taken_out(replace(posed, budget=None), sites, budget)
        if fewer is None:
            break
        found = improved(replace(posed, budget=budget), fewer, clock, until_s, seed=seed, rounds=rounds, enough=spare)
        if not worth(problem, found).lawful or float(problem.price[found].sum()) > budget * (1 + 1e-12):
            break
        sites = found
    return sites


def _covering(problem: SitingProblem) -> tuple[SitingProblem, float]:
    """The maximal covering problem behind a set covering problem, and the weight it may leave uncovered."""
    whole = problem.share is None
    cover = reduce.merged(reduce.cover(problem, all_rows=whole, reduce=False))
    weight: Floats = np.ones(cover.rows) if whole else cover.weight
    site = cover.site[cover.column]
    pairs = Pairs(cover.start, site.astype(np.int32), np.zeros(len(site)))
    back = compressed(site, cover.row_of, pairs.cost, problem.sites)
    posed = replace(problem, model="mclp", weight=weight, by_demand=pairs, by_site=back, share=None, area=None)
    if whole or problem.share is None:
        return posed, 0.5
    needed = (problem.share - WITHIN_SHARE) * float(problem.weight.sum()) - float(cover.base.sum())
    return posed, max(0.0, float(weight.sum()) - needed)


def _taken_out(posed: SitingProblem, sites: Picks, budget: float) -> Picks | None:
    """The plan without the sites that cost most for what they alone cover, as far as rules allow, until it fits the budget."""
    game = Interchange(posed, sites)
    while float(posed.price[game.opened].sum()) > budget:
        loss = game.losses()
        free = np.flatnonzero(game.opened & (posed.fixed == 0) & (posed.price > 0))
        for site in free[np.argsort(loss[free] / posed.price[free], kind="stable")].tolist():
            game.opened[site] = False
            if posed.rules is None or posed.rules.keeps(game.opened):
                break
            game.opened[site] = True
        else:
            return None
        game.look()
    return np.flatnonzero(game.opened).astype(np.int32)
