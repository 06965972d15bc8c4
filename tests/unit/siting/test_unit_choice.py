"""Units chosen against enumeration, with limits by group; what makes a problem infeasible is named."""

import itertools

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.choices import checked_pairs, choices
from planner.siting.unit_choice import solve_units, unit_rules, units_problem


def posed(table, rules, *, group=None, weight=None, **more):
    """A problem from a table demand x unit of distances (-1: no way)."""
    table = np.array(table, dtype=float)
    row, unit = np.nonzero(table >= 0)
    group = np.zeros(table.shape[1], dtype=int) if group is None else group
    chosen = choices(group, len(rules.least), price=more.pop("price", None), fixed=more.pop("fixed", None))
    return units_problem(chosen, rules, weight=np.ones(len(table)) if weight is None else weight,
                         reach=checked_pairs(row, unit, table[row, unit], rows=len(table), columns=table.shape[1]), **more)


def best(problem):
    """The optimum over all sets of units; None where none keeps the rules."""
    n, rules = len(problem.units), problem.rules
    table = np.full((len(problem.weight), n), np.inf)
    table[problem.reach.row_of, problem.reach.column] = problem.reach.cost
    must = np.isfinite(table).any(axis=1) & ~problem.served
    values = []
    for bits in itertools.product((False, True), repeat=n):
        opened = np.array(bits)
        per = np.bincount(problem.units.group[opened], minlength=problem.units.groups)
        lawful = not opened[problem.units.fixed == -1].any() and opened[problem.units.fixed == 1].all()
        lawful = lawful and (per >= rules.least).all() and (per <= rules.most).all()
        lawful = lawful and (rules.count is None or opened.sum() <= rules.count)
        price = problem.units.price[opened].sum()
        if not lawful or (rules.budget is not None and price > rules.budget):
            continue
        metres = table[:, opened].min(axis=1, initial=np.inf)
        got = problem.weight[problem.served | np.isfinite(metres)].sum()
        if rules.objective == "reach":
            values.append(got)
        elif rules.objective == "fewest":
            values += [price] if got >= rules.share * problem.weight.sum() - 1e-9 else []
        elif np.isfinite(metres[must]).all():
            values.append((problem.weight[must] * metres[must]).sum())
    return (max if rules.objective == "reach" else min)(values, default=None)


@pytest.mark.parametrize("seed", range(30))
def test_as_enumeration(seed):
    draw = np.random.default_rng(seed)
    n, u, groups = int(draw.integers(3, 9)), int(draw.integers(3, 8)), 2
    least, most = draw.integers(0, 2, groups), draw.choice([1.0, 2.0, np.inf], groups)
    kind = ("reach", "distance", "fewest")[seed % 3]
    limit = {"share": float(draw.choice([0.4, 0.8]))} if kind == "fewest" else {"count": int(draw.integers(1, u))}
    if draw.random() < 0.3:
        limit["budget"] = float(draw.integers(1, 12))
    table = np.where(draw.random((n, u)) < 0.6, draw.integers(0, 20, (n, u)), -1)
    problem = posed(table, unit_rules(kind, groups, least=least, most=most, **limit),
                    group=draw.integers(0, groups, u), weight=draw.integers(0, 9, n).astype(float), price=draw.integers(0, 5, u),
                    fixed=draw.choice([0, 0, 0, 0, 1, -1], u), served=draw.random(n) < 0.2, within=float(draw.choice([8, 20])))
    wanted, answer = best(problem), solve_units(problem, time_limit_s=20)
    assert answer.proof.status == ("infeasible" if wanted is None else "optimal")
    assert bool(answer.proof.reasons) == (wanted is None)
    if wanted is not None:
        assert answer.proof.objective == pytest.approx(wanted, rel=1e-9)
        assert solve_units(problem, time_limit_s=20).units.tolist() == answer.units.tolist()


def test_districts_share_the_choice():
    """The two best villages lie in one district; one from each at least gives the second place to the other district."""
    table = [[0, -1, -1], [-1, 0, -1], [-1, -1, 0]]
    free = solve_units(posed(table, unit_rules("reach", 2, count=2), group=[0, 0, 1], weight=[5, 4, 1]))
    fair = solve_units(posed(table, unit_rules("reach", 2, count=2, least=1), group=[0, 0, 1], weight=[5, 4, 1]))
    capped = solve_units(posed(table, unit_rules("reach", 2, count=3, most=1), group=[0, 0, 1], weight=[5, 4, 1]))
    assert (free.units.tolist(), fair.units.tolist(), capped.units.tolist()) == ([0, 1], [0, 2], [0, 2])
    assert free.covered_weight == 9 and fair.nearest.tolist() == [0, -1, 2]


def test_people_who_are_served_already_do_not_decide():
    problem = posed([[0, -1], [-1, 0]], unit_rules("reach", 1, count=1), weight=[9, 1], served=[True, False])
    answer = solve_units(problem)
    assert answer.units.tolist() == [1] and answer.covered_weight == 10.0


def test_reasons():
    table = [[0, 0, -1], [-1, -1, -1]]
    thin = solve_units(posed(table, unit_rules("reach", 2, count=3, least=2), group=[0, 0, 1]))
    assert [(r.code, r.about) for r in thin.proof.reasons if r.code == "group_least"] == [("group_least", (1,))]
    many = solve_units(posed(table, unit_rules("reach", 2, count=1, least=1), group=[0, 0, 1]))
    assert [(r.code, r.amount) for r in many.proof.reasons] == [("count", 2.0)]
    there = solve_units(posed(table, unit_rules("reach", 2, count=3, most=1), group=[0, 0, 1], fixed=[1, 1, 0]))
    assert [(r.code, r.about) for r in there.proof.reasons] == [("group_most", (0,))]
    far = solve_units(posed(table, unit_rules("fewest", 1, share=0.9)))
    assert [(r.code, r.amount) for r in far.proof.reasons] == [("share", 0.5)] and far.unreachable.tolist() == [1]


@pytest.mark.parametrize(("kind", "wrong"), [("reach", {}), ("fewest", {}), ("best", {"count": 1}), ("fewest", {"share": -0.1}),
                                             ("reach", {"count": 1, "least": 2, "most": 1})])
def test_rules_that_cannot_be(kind, wrong):
    with pytest.raises(SitingError):
        unit_rules(kind, 2, **wrong)
