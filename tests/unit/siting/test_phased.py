"""Stages against enumeration of the year in which every site is built."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.phased import Stage, phased
from planner.siting.problem import only_sites
from planner.siting.results import worth
from planner.siting.rules import apart, at_least
from tests.unit.siting.drawn import drawn, problem


def stages_of(posed, draw):
    made = []
    for k in range(int(draw.integers(1, 4))):
        p = int(draw.integers(0, posed.sites + 1)) if draw.random() < 0.6 else None
        budget = None if p is not None and draw.random() < 0.5 else float(draw.integers(0, 8))
        weight = None if draw.random() < 0.5 else draw.integers(0, 9, posed.demands).astype(float)
        made.append(Stage(str(k), p=p, budget=budget, weight=weight, factor=float(draw.choice([1, 0.5, 2, 0]))))
    return made


def affordable(posed, stages, built, at, carry):
    """Whether a stage's money is enough: what came in since the last stage without a budget, less what was spent since."""
    since = at
    while carry and since and stages[since - 1].budget is not None:
        since -= 1
    if stages[at].budget is None:
        return True
    spent = sum(posed.price[site] for site, year in built.items() if since <= year <= at)
    return spent <= sum(stage.budget for stage in stages[since:at + 1]) + 1e-9


def enumerated(posed, stages, carry):
    """The best over all years of building (len(stages): never); None where none is lawful."""
    best, count = None, len(stages)
    for years in itertools.product(range(count + 1), repeat=len(posed.candidates)):
        built, total = dict(zip(posed.candidates.tolist(), years, strict=True)), 0.0
        for at, stage in enumerate(stages):
            sites = sorted([*posed.existing.tolist(), *(site for site, year in built.items() if year <= at)])
            here = replace(posed, weight=posed.weight if stage.weight is None else stage.weight, p=stage.p, budget=None,
                           rules=posed.rules if at == count - 1 else None)
            value = worth(here, np.array(sites, dtype=int))
            if not value.lawful or not affordable(posed, stages, built, at, carry):
                break
            total += stage.factor * value.objective
        else:
            best = total if best is None else (max if posed.maximised else min)(best, total)
    return best


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("model", ["mclp", "p_median"])
def test_as_enumeration(model, seed):
    posed, draw = drawn(model, seed), np.random.default_rng(seed + 7)
    posed = only_sites(posed, np.arange(posed.sites) < 5)
    if model == "p_median" and seed % 2:
        posed = replace(posed, cutoff=20.0)
    if seed % 3 == 0:
        rules = at_least(draw.integers(-1, 2, posed.sites), {0: 1}).joined(apart(draw.integers(0, posed.sites, (2, 2)), fixed=posed.fixed))
        posed = replace(posed, rules=rules)
    stages, carry = stages_of(posed, draw), bool(seed % 2)
    plan, wanted = phased(posed, stages, carry=carry), enumerated(posed, stages, carry)
    if wanted is None:
        assert (plan.result.status, plan.stages) == ("infeasible", ())
        return
    assert (plan.result.status, plan.result.objective) == ("optimal", pytest.approx(wanted, abs=1e-6))
    assert sum(stage.factor * told.objective for stage, told in zip(stages, plan.stages, strict=True)) == pytest.approx(wanted, abs=1e-6)
    for before, after in itertools.pairwise(plan.stages):
        assert set(before.sites) <= set(after.sites)
        assert set(after.opened) == set(after.sites) - set(before.sites)


def test_the_best_single_site_is_not_built_where_it_spoils_the_pair():
    """Sites 0 and 2 together cover all (12); site 1 alone is best (8). Early years count much: 1 first; little: 0 and 2."""
    posed = problem("mclp", [[1, -1, -1], [1, 1, -1], [-1, 1, 1], [-1, -1, 1]], weight=[2, 4, 4, 2], p=2)
    early = phased(posed, [Stage("1", p=1, factor=10.0), Stage("2", p=2)])
    late = phased(posed, [Stage("1", p=1), Stage("2", p=2, factor=10.0)])
    assert early.stages[0].sites.tolist() == [1]
    assert late.stages[1].sites.tolist() == [0, 2]
    assert late.result.objective == 6 + 120


def test_capacitated_stages_share_the_building():
    posed = problem("capacitated_mclp", [[1, -1], [-1, 1]], weight=[5, 4], capacity=[3.0, 9.0], p=2, split=True)
    plan = phased(posed, [Stage("1", p=1, factor=0.5), Stage("2", p=2)])
    assert [year.opened.tolist() for year in plan.stages] == [[1], [0]]
    assert plan.result.objective == pytest.approx(0.5 * 4 + 7)
    assert [year.covered_weight for year in plan.stages] == pytest.approx([4.0, 7.0])


@pytest.mark.parametrize(("model", "stages", "code"), [
    ("lscp", [Stage("1", p=1)], "siting_phased_model"), ("mclp", [], "siting_limit_invalid"),
    ("mclp", [Stage("1")], "siting_stage_limit_missing"), ("mclp", [Stage("1", p=1, factor=-1.0)], "siting_stage_value_invalid"),
    ("mclp", [Stage("1", p=1, weight=np.ones(2))], "siting_stage_value_invalid")])
def test_stages_that_cannot_be(model, stages, code):
    with pytest.raises(SitingError, match=code):
        phased(problem(model, [[1]], p=1), stages)
