"""Large problems with rules: the ways that large ones take, taken by small ones, against enumeration; and the pieces by hand."""

from dataclasses import replace

import numpy as np
import pytest

from planner.siting import lawful, models, ruled
from planner.siting.lawful_cover import cheaper
from planner.siting.median_ruled import ruled_median
from planner.siting.problem import siting_problem
from planner.siting.results import worth
from planner.siting.rules import apart, at_least
from planner.siting.solver import Clock, relaxed
from planner.siting.solving import solve
from tests.unit.siting.drawn import best, drawn, problem
from tests.unit.siting.test_rules import ruled as with_rules


def bracketed(posed, answer):
    """The answer is lawful, and the optimum stands between objective and bound."""
    wanted = best(posed)
    if wanted is None:
        assert answer.objective is None
        return
    assert answer.objective is not None
    assert worth(posed, answer.sites).lawful
    low, high = (answer.objective, answer.bound) if posed.maximised else (answer.bound, answer.objective)
    assert low - 1e-6 <= wanted <= high + 1e-6
    if answer.status == "optimal":
        assert answer.objective == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("model", ["lscp", "mclp", "p_median", "max_min_share"])
def test_relaxed_and_settled_first_gives_the_same_optimum(model, seed, monkeypatch):
    monkeypatch.setattr(ruled, "SMALL", 0)
    posed = with_rules(drawn(model, seed), seed)
    answer = solve(posed, time_limit_s=20)
    bracketed(posed, answer)
    assert answer.status in ("optimal", "infeasible")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("cutoff", [None, 9.0])
def test_the_lagrangian_brackets_the_optimum(seed, cutoff, monkeypatch):
    monkeypatch.setattr(ruled, "LAGRANGIAN", 0)
    monkeypatch.setattr(ruled, "SEARCH_LONG", 3)
    posed = with_rules(replace(drawn("p_median", seed), cutoff=cutoff), seed)
    bracketed(posed, solve(posed, time_limit_s=5))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("model", "more"), [("mclp", {}), ("lscp", {}), ("lscp", {"share": 0.6})])
def test_too_large_for_branch_and_cut(model, more, seed, monkeypatch):
    monkeypatch.setattr(ruled, "SMALL", 0)
    monkeypatch.setattr(ruled, "ENTRIES", -1)
    monkeypatch.setattr(ruled, "SEARCH_LONG", 3)
    monkeypatch.setattr(lawful, "SERVING", -1)
    posed = with_rules(drawn(model, seed, **more), seed)
    bracketed(posed, solve(posed, time_limit_s=5))


def test_a_cover_is_completed_and_then_made_cheaper():
    """Site 3 reaches all, 0 to 2 one each; 3 may not stand beside 0. From nothing the way is 3; from 0 it is 0, 1, 2, then 3 alone."""
    table = [[1, -1, -1, 1], [-1, 1, -1, 1], [-1, -1, 1, 1]]
    posed = problem("lscp", table, rules=apart([[0, 3]], fixed=np.zeros(4)))
    for start in ([], [0], [0, 1, 2]):
        found = cheaper(posed, np.array(start, dtype=int), Clock(5.0), 5.0, seed=1, rounds=20)
        assert found.tolist() == [3]


def test_the_lagrangian_is_tight_where_the_relaxation_is():
    """Sites 0 and 2 would cost 0 + 1 + 0 but may not both be open; 0 and 1 cost 0 + 2 + 3, 1 and 2 cost 2 + 1 + 0."""
    table = [[0.0, 2.0, 9.0], [2.0, 2.0, 1.0], [9.0, 3.0, 0.0]]
    posed = problem("p_median", table, p=2, rules=apart([[0, 2]], fixed=np.zeros(3)))
    proof = ruled_median(posed, np.array([0, 1]), Clock(5.0), 5.0, 1)
    wanted = best(posed)
    assert wanted == 3.0
    assert 2.9 <= proof.bound <= wanted
    assert proof.sites.tolist() == [1, 2]


def test_the_relaxations_bound_holds_whatever_ended_it():
    draw = np.random.default_rng(4)
    posed = problem("mclp", np.where(draw.random((60, 30)) < 0.2, 1, -1), weight=draw.integers(1, 50, 60), p=4)
    cover = ruled.ruled_cover(posed, all_rows=False)
    model, wanted = models.mclp(posed, cover), solve(posed).objective
    for tolerance in (1e-1, 1e-2, 1e-4):
        assert relaxed(model, Clock(5.0), tolerance=tolerance).bound >= wanted
    least = models.lscp(replace(posed, model="lscp", p=None), ruled.ruled_cover(replace(posed, model="lscp", p=None), all_rows=True))
    assert relaxed(least, Clock(5.0)).bound <= solve(replace(posed, model="lscp", p=None)).objective
    assert relaxed(model, Clock(0.0)) is None


def test_settling_keeps_every_better_plan():
    draw = np.random.default_rng(5)
    posed = problem("mclp", np.where(draw.random((40, 25)) < 0.2, 1, -1), weight=draw.integers(1, 50, 40), p=3,
                    rules=at_least(draw.integers(0, 3, 25), {0: 1}))
    form, wanted = ruled.form_of(posed), solve(posed)
    relaxation = relaxed(form.model, Clock(5.0))
    model = ruled.settled(form.model, relaxation, wanted.objective - 1)
    fixed = model.col_lower == model.col_upper
    assert fixed.any()
    optimum = form.begin(wanted.sites)
    assert ((optimum >= model.col_lower) & (optimum <= model.col_upper))[: len(form.site)].all()


def test_a_city_with_rules_is_proven_within_a_few_per_cent():
    draw = np.random.default_rng(6)
    demand, site = draw.random((1500, 2)) * 10_000, draw.random((150, 2)) * 10_000
    far = np.abs(demand[:, None] - site[None]).sum(2)
    i, j = np.nonzero(far <= 1500)
    rules = at_least((site[:, 0] // 2500).astype(int), dict.fromkeys(range(4), 2))
    posed = siting_problem("mclp", i, j, far[i, j], weight=draw.integers(1, 90, 1500), sites=150, p=10, rules=rules)
    form, clock = ruled.form_of(posed), Clock(60.0)
    bound = relaxed(form.model, clock, tolerance=1e-3).bound
    wish = lawful.nearest_lawful(posed, np.zeros(150), clock, 1)
    plan = worth(posed, lawful.improved(posed, wish.sites, clock, 60.0, seed=1, rounds=0))
    assert plan.lawful
    assert plan.objective <= bound <= 1.05 * plan.objective
