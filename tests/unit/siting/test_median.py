"""p_median through the whole chain: cut-off, unserved weight, which loops it needs."""

import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting import median
from planner.siting.median_bounds import prove_median
from planner.siting.problem import siting_problem
from planner.siting.solving import solve
from tests.unit.siting.drawn import best, drawn, problem

LINE = [[0, 2, 5], [2, 0, 3], [5, 3, 0], [6, 4, 1]]  # demands at 0, 2, 5, 6 on a street; sites at 0, 2, 5


@pytest.mark.parametrize("lagrangian", [False, True])
def test_beyond_the_cut_off_demand_pays_the_cut_off(monkeypatch, lagrangian):
    """One site, cut-off 2.5: site 0 serves 0 + 2 and leaves 2.5 + 10 x 2.5; site 2 serves 0 + 10 x 1 and leaves 2 x 2.5."""
    monkeypatch.setattr(median, "TINY", -1 if lagrangian else 200)
    answer = solve(problem("p_median", LINE, p=1, weight=[1, 1, 1, 10], cutoff=2.5))
    assert (answer.status, answer.sites.tolist(), answer.objective) == ("optimal", [2], 15.0)
    assert (answer.covered_weight, answer.unserved_weight, answer.total_weight) == (11.0, 2.0, 13.0)
    assert answer.assignment.demand.tolist() == [2, 3]


def test_unreachable_demand_and_no_site_at_all_count_at_the_cut_off():
    table = [[1, 7], [-1, -1], [9, 2]]
    for p, cost, unserved in ((0, 5.0 * 6, 6.0), (1, 2.0 * 3 + 5.0 * 3, 3.0), (2, 1.0 + 2.0 * 3 + 5.0 * 2, 2.0)):
        answer = solve(problem("p_median", table, p=p, weight=[1, 2, 3], cutoff=5.0))
        assert (answer.status, answer.objective, answer.unserved_weight) == ("optimal", cost, unserved)
        assert answer.unreachable.tolist() == [1]


def test_demand_at_the_cut_off_itself_is_served():
    answer = solve(problem("p_median", [[5], [1]], p=1, cutoff=5.0))
    assert (answer.objective, answer.unserved_weight) == (6.0, 0.0)


@pytest.mark.parametrize("lagrangian", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_as_enumeration_with_a_cut_off(monkeypatch, seed, lagrangian):
    monkeypatch.setattr(median, "TINY", -1 if lagrangian else 200)
    posed = drawn("p_median", seed, cutoff=1.0 + seed % 13)
    answer, wanted = solve(posed, time_limit_s=20), best(posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    assert wanted is None or answer.objective == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("first", "most_left"), [(1, 10**9), (1, 0)])
@pytest.mark.parametrize("seed", range(20))
def test_what_a_short_search_leaves_open_is_settled_after_it(monkeypatch, seed, first, most_left):
    """By the radius program of what is left, or by going on; rounds are so few that the root settles next to nothing by itself."""
    monkeypatch.setattr(median, "TINY", -1)
    monkeypatch.setattr(median, "FIRST_NODES", first)
    monkeypatch.setattr(median, "MOST_LEFT", most_left)
    monkeypatch.setattr(median, "prove_median",
                        lambda *given, **more: prove_median(*given, **more, rounds=5 if more["nodes"] == first else 200))
    draw = np.random.default_rng(seed)
    table, cut = draw.integers(1, 60, (14, 9)) + 0.5 * (seed % 2), {"cutoff": 25.0} if seed % 3 == 0 else {}
    posed = problem("p_median", table, p=3, weight=draw.integers(1, 5, 14), fixed=draw.choice([0, 0, 0, 0, 1, -1], 9), **cut)
    answer, wanted = solve(posed, time_limit_s=20), best(posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    assert wanted is None or answer.objective == pytest.approx(wanted, rel=1e-9)
    rough = solve(posed, time_limit_s=20, gap=0.05)
    assert wanted is None or (rough.bound <= wanted * (1 + 1e-9) and wanted <= rough.objective <= wanted / 0.95 + 1e-9)


def test_a_cut_off_that_cannot_be_is_refused():
    for model, cutoff in (("mclp", 5.0), ("p_median", 0.0), ("p_median", np.inf), ("p_median", np.nan)):
        with pytest.raises(SitingError) as refused:
            problem(model, LINE, p=1, cutoff=cutoff)
        assert refused.value.code == "siting_cutoff_invalid"


def test_progress_counts_what_is_out_of_reach(monkeypatch):
    monkeypatch.setattr(median, "TINY", -1)
    told = []
    table = np.vstack([np.array(LINE * 4), np.full((1, 3), -1)])
    answer = solve(problem("p_median", table, p=1, cutoff=4.0), progress=lambda cost, bound: told.append((cost, bound)))
    assert answer.objective == min(4 * sum(min(4, row[j]) for row in LINE) for j in range(3)) + 4.0
    assert told and all(bound <= answer.objective <= cost for cost, bound in told)


def test_loops_are_needed_where_they_are_called_only():
    many = np.tile(LINE, (30, 1))
    assert median.needed_loops(problem("p_median", LINE, p=1)) == ()
    assert median.needed_loops(problem("p_median", many, budget=1.0)) == ()
    assert len(median.needed_loops(problem("p_median", many, p=1))) == 3


def test_a_limit_nearer_than_the_cut_off_leaves_demand_unserved():
    posed = siting_problem("p_median", [0, 1], [0, 0], [1.0, 3.0], weight=[1, 1], sites=1, p=1, within=2.0, cutoff=10.0)
    assert solve(posed).objective == 11.0
