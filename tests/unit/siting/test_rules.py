"""Rules on sites: their rows by hand, and every model that keeps them against enumeration."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.problem import MODELS, siting_problem
from planner.siting.results import worth
from planner.siting.rules import apart, at_least, at_most, differ, one_of, too_near, weighed
from planner.siting.solving import solve
from tests.unit.siting.drawn import best, drawn, problem


def opened(sites, count):
    return np.isin(np.arange(count), sites)


def test_at_least_counts_only_areas_that_ask():
    rules = at_least([0, 0, 1, -1], {0: 2, 1: 0, 7: 1})
    assert rules.kind == ("at_least", "at_least")
    assert rules.keeps(opened([0, 1], 4)) is False  # area 7 has no site at all
    assert at_least([0, 0, 1, -1], {0: 2}).keeps(opened([0, 1], 4))
    assert not at_least([0, 0, 1, -1], {0: 2}).keeps(opened([0, 2, 3], 4))


def test_at_most_one_of_and_weighed():
    assert at_most([0, 0, 0, 1], {0: 2}).keeps(opened([0, 1, 3], 4))
    assert not at_most([0, 0, 0, 1], {0: 2}).keeps(opened([0, 1, 2], 4))
    assert one_of([[0, 1], [2, 3]]).keeps(opened([1], 4))
    assert not one_of([[0, 1], [2, 3]], exactly=True).keeps(opened([1], 4))
    beds = weighed([30.0, 0.0, 45.5], lower=75.5)
    assert (beds.site.tolist(), beds.keeps(opened([0, 2], 3)), beds.keeps(opened([0, 1], 3))) == ([0, 2], True, False)


def test_a_plan_with_more_of_the_same_does_not_differ():
    rules = differ([1, 3], 1)
    assert not rules.keeps(opened([0, 1, 3], 4))
    assert rules.keeps(opened([0, 1], 4))


def test_spacing_is_strict_and_in_metres():
    pairs = too_near([0.0, 300.0, 600.0, 600.0], [0.0, 400.0, 0.0, 10.0], 500.0)
    assert pairs.tolist() == [[1, 3], [2, 3]]  # 0-1 and 1-2 are just 500 m apart, which is allowed
    assert too_near([0.0, 1.0], [0.0, 0.0], 0.0).size == 0


@pytest.mark.parametrize("seed", range(30))
def test_cliques_rule_out_the_pairs_and_nothing_else(seed):
    draw = np.random.default_rng(seed)
    count = int(draw.integers(2, 8))
    pairs, fixed = draw.integers(0, count, (int(draw.integers(0, 12)), 2)), draw.choice([0, 0, 0, 1, -1], count)
    rules = apart(pairs, fixed=fixed)
    for size in range(count + 1):
        for new in itertools.combinations(np.flatnonzero(fixed == 0).tolist(), size):
            chosen = opened([*new, *np.flatnonzero(fixed == 1)], count)
            wrong = any(a != b and chosen[a] and chosen[b] and not (fixed[a] == 1 and fixed[b] == 1) for a, b in pairs.tolist())
            assert rules.keeps(chosen) != wrong


def test_cliques_are_fewer_rows_than_pairs():
    pairs = np.array(list(itertools.combinations(range(10), 2)))
    assert apart(pairs, fixed=np.zeros(10)).count == 1


def test_rows_on_part_of_the_sites_count_what_is_open_outside():
    rules = at_least([0, 0, 0, 0], {0: 3}).on(np.array([2, 3]), opened([0, 2], 4))
    assert (rules.site.tolist(), rules.lower.tolist()) == ([0, 1], [2.0])  # site 0 stands outside; site 2 is a column


def test_rules_that_name_no_site_of_the_problem_are_refused():
    with pytest.raises(SitingError, match="siting_rules_differ"):
        siting_problem("mclp", [0], [0], [1], weight=[1], sites=1, p=1, rules=one_of([[0, 1]]))


def ruled(posed, seed):
    """The problem with rules drawn for it."""
    draw, count = np.random.default_rng(seed + 1000), posed.sites
    rules = at_least(draw.integers(-1, 2, count), {0: int(draw.integers(0, 3)), 1: int(draw.integers(0, 2))})
    rules = rules.joined(apart(draw.integers(0, count, (int(draw.integers(0, 4)), 2)), fixed=posed.fixed), None)
    if draw.random() < 0.3:
        rules = rules.joined(differ(draw.choice(count, 2, replace=False), 1))
    if draw.random() < 0.3:
        rules = rules.joined(weighed(draw.integers(-2, 4, count), upper=3.0))
    return replace(posed, rules=rules)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("model", [m for m in MODELS if not m.startswith("capacitated")])
def test_every_model_keeps_them_as_enumeration_does(model, seed):
    posed = ruled(drawn(model, seed), seed)
    if model == "p_median" and seed % 2:
        posed = replace(posed, cutoff=9.0)
    answer, wanted = solve(posed, time_limit_s=20), best(posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    if wanted is not None:
        assert answer.objective == pytest.approx(wanted, rel=1e-9, abs=1e-9)
        assert worth(posed, answer.sites).lawful


@pytest.mark.parametrize("seed", range(25))
def test_shares_keep_them(seed):
    posed = ruled(drawn("lscp", seed, share=0.6), seed)
    answer, wanted = solve(posed, time_limit_s=20), best(posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    assert wanted is None or answer.objective == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def assigned(table, posed):
    """The optimum of a capacitated model over sites that keep the rules and every way to send demand to them; None where none is lawful."""
    values = []
    for size in range(posed.sites + 1):
        for sites in itertools.combinations(range(posed.sites), size):
            chosen = opened(sites, posed.sites)
            if size > posed.p or not chosen[posed.existing].all() or chosen[posed.fixed == -1].any() or not posed.rules.keeps(chosen):
                continue
            choices = [[-1, *(j for j in sites if table[i, j] >= 0)] for i in range(posed.demands)]
            for ways in itertools.product(*choices):
                pairs = [(i, j) for i, j in enumerate(ways) if j >= 0]
                load = np.zeros(posed.sites)
                for i, j in pairs:
                    load[j] += posed.weight[i]
                if (load > posed.capacity).any() or (not posed.maximised and any(ways[i] < 0 for i in np.flatnonzero(posed.reachable))):
                    continue
                values.append(sum(posed.weight[i] * (1 if posed.maximised else table[i, j]) for i, j in pairs))
    return (max if posed.maximised else min)(values, default=None)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("model", ["capacitated_mclp", "capacitated_p_median"])
def test_capacitated_models_keep_them(model, seed):
    draw = np.random.default_rng(seed)
    table = np.where(draw.random((4, 4)) < 0.8, draw.integers(0, 15, (4, 4)), -1)
    posed = ruled(problem(model, table, weight=draw.integers(0, 9, 4), capacity=draw.integers(4, 20, 4).astype(float),
                          fixed=draw.choice([0, 0, 1, -1], 4), p=int(draw.integers(1, 5))), seed)
    answer, wanted = solve(posed, time_limit_s=20), assigned(table, posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    assert wanted is None or answer.objective == pytest.approx(wanted, rel=1e-9)


def test_no_time_still_gives_lawful_plans_and_true_bounds():
    for seed in range(20):
        posed = ruled(drawn("mclp", seed), seed)
        answer, wanted = solve(posed, time_limit_s=0.0), best(posed)
        assert answer.status != "optimal" or answer.objective == wanted
        if answer.objective is not None:
            assert worth(posed, answer.sites).lawful
            assert answer.bound >= wanted >= answer.objective
