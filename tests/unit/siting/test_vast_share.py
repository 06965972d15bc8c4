"""A share of all weight for the least price: the bound holds and the plan is enough, on problems that enumeration decides."""

import numpy as np
import pytest

from planner.siting import reduce, vast, vast_share
from planner.siting.problem import sums
from planner.siting.solving import solve
from tests.unit.siting.drawn import best, drawn, problem


@pytest.mark.parametrize("seed", range(20))
def test_plan_and_bound_bracket_the_least_price(seed, monkeypatch):
    monkeypatch.setattr(vast, "SMALL", 0)
    posed = drawn("lscp", seed, share=float(np.random.default_rng(seed).choice([0.3, 0.5, 0.8])))
    answer, wanted = solve(posed, time_limit_s=5), best(posed)
    if wanted is None:
        assert answer.status == "infeasible"
        return
    assert answer.bound <= wanted * (1 + 1e-9) <= answer.objective * (1 + 1e-9) + 1e-9
    assert answer.status == "feasible" or answer.objective == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(20))
def test_no_plan_covers_enough_for_less_than_any_multipliers_say(seed):
    draw = np.random.default_rng(seed)
    posed = drawn("lscp", seed, share=0.6, fixed=None, site_cost=draw.integers(0, 6, 6).astype(float)[: drawn("lscp", seed).sites])
    cover = reduce.cover(posed, all_rows=False)
    needed, wanted = 0.6 * float(posed.weight.sum()) * (1 - 1e-9), best(posed)
    if wanted is not None:
        assert vast_share.least_money(cover, cover.weight * draw.random(cover.rows), needed) <= wanted


def test_money_by_hand():
    """Rows of 4, 2 and 2 with a site of price 1 each; the multipliers are the weights: 6 need the first and one more."""
    posed = problem("lscp", [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], weight=[4, 2, 2], share=0.75)
    cover = reduce.cover(posed, all_rows=False)
    assert sums(cover.area, cover.weight, 1).tolist() == [8.0]
    assert vast_share.least_money(cover, cover.weight, 6.0) == pytest.approx(2.0)
    assert vast_share.least_money(cover, cover.weight, 5.0) == pytest.approx(1.5)
    assert vast_share.least_money(cover, cover.weight, 9.0) == np.inf
    assert vast_share.least_money(cover, np.zeros(3), 6.0) == 0.0  # multipliers of nothing prove nothing
