"""No reduction changes the optimum: every one against enumeration, and drawn so that it has something to do."""

from dataclasses import replace

import numpy as np
import pytest

from planner.siting import reduce
from planner.siting.reduce import Cover
from planner.siting.results import worth
from tests.unit.siting.drawn import best, drawn, problem


def short(posed, made: Cover):
    """The optimum over plans of existing sites and columns that the reduction left."""
    keep = np.union1d(posed.existing, made.site)
    fixed = np.where(np.isin(np.arange(posed.sites), keep), posed.fixed, -1)
    lost = posed.by_demand  # the demand stays as it was: only the choice is smaller
    return best(replace(posed, fixed=fixed.astype(np.int8), by_demand=lost))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("model", ["lscp", "mclp", "max_min_share"])
def test_the_optimum_stays(model, seed):
    posed = drawn(model, seed)
    made = reduce.cover(posed, all_rows=model == "lscp", by_area=model == "max_min_share")
    assert short(posed, made) == best(posed)


@pytest.mark.parametrize("seed", range(40))
def test_rows_left_decide_what_all_rows_decide(seed):
    """lscp: columns that cover the rows left cover every reachable demand, with the existing sites."""
    posed = drawn("lscp", seed)
    made = reduce.cover(posed, all_rows=True)
    draw = np.random.default_rng(seed)
    for _ in range(10):
        columns = np.flatnonzero(draw.random(len(made.site)) < 0.7)
        opened = np.isin(np.arange(len(made.site)), columns)
        rows_covered = np.bincount(made.row_of, opened[made.column], minlength=made.rows) > 0
        assert bool(rows_covered.all()) == worth(posed, np.union1d(posed.existing, made.site[columns])).lawful


@pytest.mark.parametrize("seed", range(40))
def test_weight_of_rows_left_is_weight_covered(seed):
    """mclp: base and rows covered add up to what the plan covers."""
    posed = replace(drawn("mclp", seed), p=None, budget=1e9)
    made = reduce.cover(posed, all_rows=False)
    columns = np.flatnonzero(np.random.default_rng(seed).random(len(made.site)) < 0.5)
    opened = np.isin(np.arange(len(made.site)), columns)
    covered = np.bincount(made.row_of, opened[made.column], minlength=made.rows) > 0
    value = worth(posed, np.union1d(posed.existing, made.site[columns])).objective
    assert made.base.sum() + made.weight[covered].sum() == pytest.approx(value, abs=1e-12)


def test_identical_rows_are_merged_with_their_weight():
    made = reduce.cover(problem("mclp", [[1, -1], [2, -1], [-1, 1], [9, -1]], weight=[3, 4, 5, 6], p=1), all_rows=False)
    assert made.counts["merged_rows"] == 2
    assert sorted(made.weight.tolist()) == [5, 13]


def test_rows_of_two_areas_are_not_merged():
    posed = problem("max_min_share", [[1, 1], [1, 1]], weight=[3, 4], p=1, area=[0, 1])
    assert reduce.cover(posed, all_rows=False, by_area=True).rows == 2


def test_a_dominated_site_goes_unless_it_is_cheaper():
    table = [[1, 1], [1, -1]]
    assert reduce.cover(problem("mclp", table, p=1), all_rows=False).site.tolist() == [0]
    cheap = problem("mclp", table, budget=4.0, site_cost=[5.0, 3.0])
    assert reduce.cover(cheap, all_rows=False).site.tolist() == [0, 1]


def test_of_equal_sites_the_cheaper_stays_else_the_first():
    table = [[1, 1], [1, 1]]
    assert reduce.cover(problem("lscp", table, site_cost=[2.0, 1.0]), all_rows=True).site.tolist() == [1]
    assert reduce.cover(problem("lscp", table), all_rows=True).site.tolist() == [0]


def test_a_dominated_row_goes_only_where_all_must_be_covered():
    table = [[1, 1, -1], [1, 1, 1], [-1, 1, 1]]  # whoever covers the first covers the second
    assert reduce.cover(problem("mclp", table, p=1), all_rows=False, reduce=False).rows == 3
    made = reduce.cover(problem("lscp", table), all_rows=True, reduce=False)
    assert reduce.dominated_rows(made).tolist() == [False, True, False]


def test_unreachable_and_held_demand_is_set_aside_and_counted():
    posed = problem("mclp", [[1, -1], [-1, -1], [-1, 2]], weight=[5, 7, 1], fixed=[1, 0], p=2)
    made = reduce.cover(posed, all_rows=False)
    assert (made.counts["unreachable"], made.counts["held_by_existing"]) == (1, 1)
    assert (made.base.tolist(), made.site.tolist(), made.weight.tolist()) == ([5.0], [1], [1.0])


def test_the_guard_leaves_large_problems_alone(monkeypatch):
    monkeypatch.setattr(reduce, "PAIRS", 0.0)
    assert reduce.cover(problem("mclp", [[1, 1], [1, -1]], p=1), all_rows=False).site.tolist() == [0, 1]


@pytest.mark.parametrize("at_once", [1, 7, 10**6])
@pytest.mark.parametrize("seed", range(8))
def test_sets_within_another_are_as_by_looking_at_all_pairs(seed, at_once, monkeypatch):
    """Many sets of many elements, so that the bits that stand for elements are shared; in whatever pieces they are looked at."""
    monkeypatch.setattr(reduce, "AT_ONCE", at_once)
    draw = np.random.default_rng(seed)
    table = draw.random((40, 300)) < draw.choice([0.01, 0.3, 0.9])
    for k in range(0, 40, 3):
        table[k] &= table[draw.integers(0, 40)]  # some are within others
    own, other = np.nonzero(table)
    size = table.sum(1)
    within = np.array([[a != b and size[a] > 0 and bool((table[a] <= table[b]).all()) for b in range(40)] for a in range(40)])
    allowed = draw.random((40, 40)) < 0.7
    shuffled = draw.permutation(len(own))
    for larger in (False, True):
        out = reduce._within_another(own[shuffled], other[shuffled], 40, 300, lambda a, b: allowed[a, b], larger=larger)
        assert out.tolist() == (within & allowed).any(axis=0 if larger else 1).tolist()
