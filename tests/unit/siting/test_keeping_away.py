"""Sites that keep away from people and still serve them, against enumeration."""

import itertools

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.choices import checked_pairs, choices
from planner.siting.keeping_away import AwayRules, away_problem, solve_away


def posed(people, places, rules, *, longest, least, weight=None, **sites):
    """People and sites along a road; both distances are differences of their places."""
    metres = np.abs(np.array(people, dtype=float)[:, None] - np.array(places, dtype=float)[None, :])
    row, column = np.nonzero(metres >= 0)
    pairs = checked_pairs(row, column, metres[row, column], rows=len(people), columns=len(places))
    heads = np.ones(len(people)) if weight is None else weight
    return away_problem(choices(np.zeros(len(places), dtype=int), 1, **sites), rules, weight=heads, drive=pairs, longest=longest,
                        apart=pairs, least=least)


def best(problem):
    """The optimum over all sets of sites; None where none keeps the rules."""
    rules, n = problem.rules, len(problem.sites)
    reach, near = np.zeros((2, len(problem.weight), n), dtype=bool)
    reach[problem.reach.row_of, problem.reach.column] = True
    near[problem.near.row_of, problem.near.column] = True
    values = []
    for bits in itertools.product((False, True), repeat=n):
        opened = np.array(bits)
        if opened[problem.sites.fixed == -1].any() or not opened[problem.sites.fixed == 1].all():
            continue
        got, hurt = (problem.weight[table[:, opened].any(axis=1)].sum() for table in (reach, near))
        price = problem.sites.price[opened].sum()
        if (rules.near_most is not None and hurt > rules.near_most) or (rules.count is not None and opened.sum() > rules.count):
            continue
        short = rules.share is not None and got < rules.share * problem.weight.sum() - 1e-9
        if short or (rules.budget is not None and price > rules.budget):
            continue
        values.append(got - rules.near_price * hurt if rules.share is None else price + rules.near_price * hurt)
    return (max if rules.share is None else min)(values, default=None)


@pytest.mark.parametrize("seed", range(24))
def test_as_enumeration(seed):
    draw = np.random.default_rng(seed)
    n, m = int(draw.integers(3, 9)), int(draw.integers(2, 7))
    limit = {"share": float(draw.choice([0.3, 0.7]))} if seed % 2 else {"count": int(draw.integers(0, m + 1))}
    rules = AwayRules(near_most=[0.0, 3.0, None][seed % 3], near_price=float(draw.choice([0.0, 0.5, 2.0])),
                      budget=[None, 8.0][seed % 5 == 0], **limit)
    weight = draw.integers(0, 6, n).astype(float)
    problem = posed(draw.integers(0, 40, n), draw.integers(0, 40, m), rules, longest=15, least=4, weight=weight,
                    price=draw.integers(1, 6, m), fixed=draw.choice([0, 0, 0, 0, 1, -1], m))
    wanted, answer = best(problem), solve_away(problem, time_limit_s=20)
    assert answer.proof.status == ("infeasible" if wanted is None else "optimal")
    assert bool(answer.proof.reasons) == (wanted is None)
    if wanted is not None:
        assert answer.proof.objective == pytest.approx(wanted, rel=1e-9)


def test_the_least_distance_is_far_enough_and_the_longest_drive_near_enough():
    """One village at 0; sites at 4 and 10; at least 5 away, at most 10."""
    shown = {"people": [0], "longest": 10, "places": [4, 10]}
    answer = solve_away(posed(rules=AwayRules(count=1), least=5, **shown))
    assert answer.sites.tolist() == [1] and answer.covered_weight == 1.0 and answer.too_near.tolist() == [0] and answer.near_people == 0.0
    at_the_limit = solve_away(posed(rules=AwayRules(count=2), least=4, **shown))
    assert at_the_limit.too_near.tolist() == []
    nowhere = solve_away(posed(rules=AwayRules(share=1.0), least=10.5, **shown))
    assert [(r.code, r.amount) for r in nowhere.proof.reasons] == [("share_apart", 0.0)]


def test_near_people_may_count_as_a_price():
    """The near site serves 9, but 2 live next to it; the far one serves 7: a person nearby decides where it counts as more than one."""
    shown = {"people": [0, 1, 8], "places": [0, 20], "weight": [1, 1, 7], "longest": 12, "least": 3}
    cheap, dear = (solve_away(posed(rules=AwayRules(near_most=None, near_price=price, count=1), **shown)) for price in (0.5, 1.5))
    assert cheap.sites.tolist() == [0] and (cheap.near_people, cheap.covered_weight, cheap.proof.objective) == (2.0, 9.0, 8.0)
    assert dear.sites.tolist() == [1] and (dear.near_people, dear.proof.objective) == (0.0, 7.0)


def test_reasons():
    far = solve_away(posed([0, 50], [10], AwayRules(share=1.0), longest=12, least=2))
    assert [(r.code, r.amount) for r in far.proof.reasons] == [("share", 0.5)]
    there = solve_away(posed([0], [5, 6], AwayRules(count=1), longest=12, least=2, fixed=[1, 1]))
    assert [(r.code, r.amount) for r in there.proof.reasons] == [("count", 2.0)]


def test_rules_that_cannot_be():
    for wrong in ({}, {"count": 1, "near_most": -1.0}, {"share": 3.0}, {"count": 1, "near_price": float("nan")}):
        with pytest.raises(SitingError):
            AwayRules(**wrong)
