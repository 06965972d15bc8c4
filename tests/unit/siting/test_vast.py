"""The way of large problems, taken by small ones: as enumeration."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.siting import median, vast
from planner.siting.solving import solve
from tests.unit.siting.drawn import best, drawn, problem


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    monkeypatch.setattr(vast, "SMALL", 0)
    monkeypatch.setattr(median, "TINY", 0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("model", ["lscp", "mclp", "p_median"])
def test_as_enumeration(model, seed):
    posed = drawn(model, seed)
    answer = solve(posed, time_limit_s=20)
    wanted = best(posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    if wanted is not None:
        assert answer.objective == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("model", ["lscp", "mclp"])
def test_too_large_for_branch_and_cut_still_brackets_the_optimum(model, seed, monkeypatch):
    monkeypatch.setattr(vast, "MIP_ENTRIES", 0)
    posed = drawn(model, seed)
    answer = solve(posed, time_limit_s=0.3)
    wanted = best(posed)
    if wanted is None:
        assert answer.status == "infeasible"
        return
    low, high = sorted((answer.objective, answer.bound))
    assert low - 1e-9 <= wanted <= high + 1e-9
    assert answer.status == "feasible" or answer.objective == pytest.approx(wanted)


@pytest.mark.parametrize("budget", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_settled_columns_are_so_in_every_better_plan(seed, budget):
    """Rows, columns and multipliers at random; every plan better than the one at hand keeps what was settled."""
    draw = np.random.default_rng(seed)
    rows, columns, money = 8, 6, int(draw.integers(1, 6))
    reach, weight = draw.random((rows, columns)) < 0.4, draw.integers(1, 9, rows).astype(float)
    price = draw.integers(0, 4, columns).astype(float) if budget else np.ones(columns)
    dual = weight * draw.random(rows)
    reduced = -(reach * dual[:, None]).sum(0)
    bound = dual.sum() + linprog(reduced, A_ub=[price], b_ub=[money], bounds=(0, 1)).fun
    uncovered = {plan: weight[~reach[:, list(plan)].any(1)].sum() for size in range(columns + 1)
                 for plan in itertools.combinations(range(columns), size) if price[list(plan)].sum() <= money}
    at_hand = float(np.quantile(list(uncovered.values()), draw.random()))
    lower, upper = vast.settled(reduced, price, money, float(bound), at_hand, 1.0)
    for plan, left in uncovered.items():
        if left <= at_hand - 1:
            opened = np.isin(np.arange(columns), plan)
            assert (opened >= lower).all() and (opened <= upper).all()


def test_settling_does_settle():
    lower, upper = vast.settled(np.array([-10.0, -9.0, -1.0, 0.0]), np.ones(4), 2, 5.0, 7.0, 1.0)
    assert (lower.tolist(), upper.tolist()) == ([1, 1, 0, 0], [1, 1, 0, 0])


@pytest.mark.parametrize("limit", [{"p": 2}, {"budget": 2.0}])
@pytest.mark.parametrize("share", [None, 1.0])
def test_a_bound_above_the_limit_proves_that_there_is_no_plan(limit, share):
    """Three demands, each with a site of its own: two sites are too few, three are enough."""
    table = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
    assert solve(problem("lscp", table, share=share, **limit)).status == "infeasible"
    enough = solve(problem("lscp", table, share=share, **{name: value + 1 for name, value in limit.items()}))
    assert (enough.objective, enough.sites.tolist()) == (3.0, [0, 1, 2])
