"""Laws that every siting answer keeps, whatever the input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.siting.problem import siting_problem
from planner.siting.results import worth
from planner.siting.solving import solve

FEW = settings(max_examples=25, deadline=None)


@st.composite
def towns(draw):
    """Costs (demand x site) with absent pairs, and whole weights."""
    n, m = draw(st.integers(2, 6)), draw(st.integers(2, 5))
    cell = st.one_of(st.none(), st.integers(0, 20))
    table = np.array([[np.nan if c is None else c for c in draw(st.lists(cell, min_size=m, max_size=m))] for _ in range(n)], dtype=float)
    return table, np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)


def posed(model, town, rows=None, columns=None, **more):
    """The problem of a town, its rows and columns in another order if asked."""
    table, weight = town
    rows = np.arange(table.shape[0]) if rows is None else rows
    columns = np.arange(table.shape[1]) if columns is None else columns
    table, weight = table[np.ix_(rows, columns)], weight[rows]
    demand, site = np.nonzero(np.isfinite(table))
    return siting_problem(model, demand, site, table[demand, site], weight=weight, sites=table.shape[1], **more)


@FEW
@given(towns())
def test_more_sites_never_cover_less_nor_cost_more(town):
    covered = [solve(posed("mclp", town, p=p, within=10)).objective for p in range(town[0].shape[1] + 1)]
    assert covered == sorted(covered)
    farthest = [solve(posed("p_center", town, p=p)).objective for p in range(town[0].shape[1] + 1)]
    known = [value for value in farthest if value is not None]
    assert known == sorted(known, reverse=True)
    assert farthest == [None] * (len(farthest) - len(known)) + known


@FEW
@given(towns())
def test_lscp_needs_k_sites_where_mclp_with_k_covers_all_that_is_reachable(town):
    ones = (town[0], np.ones(len(town[1])))
    fewest = int(solve(posed("lscp", ones, within=10)).objective)
    reachable = posed("lscp", ones, within=10).reachable.sum()
    assert solve(posed("mclp", ones, p=fewest, within=10)).objective == reachable
    if fewest:
        assert solve(posed("mclp", ones, p=fewest - 1, within=10)).objective < reachable


@FEW
@given(towns(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_does_not_change_what_is_proven(town, random):
    rows, columns = (list(range(size)) for size in town[0].shape)
    random.shuffle(rows)
    random.shuffle(columns)
    for model in ("mclp", "p_median", "p_center"):
        one, other = solve(posed(model, town, p=2)), solve(posed(model, town, rows, columns, p=2))
        assert one.status == other.status
        assert one.objective is None or one.objective == pytest.approx(other.objective, rel=1e-12)


@FEW
@given(towns(), st.integers(1, 3), st.floats(0, 0.01))
def test_bound_and_objective_bracket_whatever_ended_the_run(town, p, seconds):
    for model in ("mclp", "p_median", "lscp"):
        problem = posed(model, town, p=p if model != "lscp" else None)
        proven, hasty = solve(problem), solve(problem, time_limit_s=seconds)
        if proven.objective is None or hasty.objective is None:
            continue
        low, high = (hasty.objective, hasty.bound) if problem.maximised else (hasty.bound, hasty.objective)
        assert low - 1e-9 <= proven.objective <= high + 1e-9
        assert hasty.objective == worth(problem, hasty.sites).objective


@FEW
@given(towns(), st.integers(2, 1000))
def test_weights_in_another_unit_change_nothing_but_the_unit(town, factor):
    plain, scaled = solve(posed("mclp", town, p=2)), solve(posed("mclp", (town[0], town[1] * factor), p=2))
    assert scaled.objective == factor * plain.objective
