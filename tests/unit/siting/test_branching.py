"""Branching on the relaxation: as enumeration to the end, and a bound that holds wherever it is stopped."""

import itertools

import numpy as np
import pytest

from planner.siting import branching, models, reduce
from planner.siting.branching import branched
from planner.siting.solver import Clock
from tests.unit.siting.drawn import best, problem


def _posed(seed):
    """Twelve rows and ten columns that the relaxation seldom solves: every row has two or three columns."""
    draw = np.random.default_rng(seed)
    table = np.full((14, 10), -1)
    for row in table:
        row[draw.choice(10, int(draw.integers(2, 4)), replace=False)] = 0
    return problem("mclp", table, weight=draw.integers(1, 9, 14).astype(float), p=3)


def _model(posed):
    return models.mclp(posed, reduce.cover(posed, all_rows=False, reduce=False))


@pytest.mark.parametrize("seed", range(20))
def test_to_the_end_it_is_enumeration(seed):
    posed = _posed(seed)
    wanted = best(posed)
    model = _model(posed)
    found = branched(model, 0.0, Clock(20.0))
    assert found.stopped == "proof"
    assert found.objective == found.bound == pytest.approx(wanted)
    assert found.x is not None and float(found.x[model.whole].sum()) <= 3 + 1e-9


@pytest.mark.parametrize("seed", range(20))
def test_with_the_best_plan_at_hand_it_proves_it(seed):
    posed = _posed(seed)
    found = branched(_model(posed), best(posed), Clock(20.0))
    assert (found.stopped, found.bound, found.x) == ("proof", pytest.approx(best(posed)), None)


@pytest.mark.parametrize("most_nodes", [0, 1, 2, 5])
def test_stopped_anywhere_the_bound_holds_and_only_falls(most_nodes):
    for seed in range(20):
        posed = _posed(seed)
        told = []
        found = branched(_model(posed), 0.0, Clock(20.0, lambda plan, bound, told=told: told.append((plan, bound))), most_nodes=most_nodes)
        assert found.bound >= best(posed) - 1e-9
        assert all(earlier[1] >= later[1] and earlier[0] <= later[0] for earlier, later in itertools.pairwise(told))


def test_trees_are_needed_here():
    """The relaxation alone solves few of these, or the tests above would test nothing."""
    fractional = sum(branched(_model(_posed(seed)), 0.0, Clock(20.0)).nodes > 0 for seed in range(20))
    assert fractional >= 8


def test_without_time_it_claims_nothing():
    found = branched(_model(_posed(1)), 0.0, Clock(0.0))
    assert found.x is None
    assert found.bound >= best(_posed(1)) and found.stopped == "time"


def test_ends_at_the_gap_asked_for():
    posed = _posed(2)
    found = branched(_model(posed), 0.8 * best(posed), Clock(20.0), gap=0.5)
    assert found.stopped in ("gap", "proof") and found.bound <= 1.5 * max(0.8 * best(posed), found.objective or 0.0)


def test_every_trial_is_of_few_iterations(monkeypatch):
    monkeypatch.setattr(branching, "TRIAL_ITERATIONS", 1)
    posed = _posed(3)
    assert branched(_model(posed), 0.0, Clock(20.0)).bound == pytest.approx(best(posed))


@pytest.mark.parametrize("part_nodes", [0, 400])
@pytest.mark.parametrize("seed", range(6))
def test_branch_and_cut_ends_what_the_tree_leaves(seed, part_nodes, monkeypatch):
    monkeypatch.setattr(branching, "MOST_NODES", part_nodes)
    posed = _posed(seed)
    found = branching.proven(_model(posed), 0.0, None, Clock(20.0))
    assert (found.stopped, found.objective, found.bound) == ("proof", pytest.approx(best(posed)), pytest.approx(best(posed)))


@pytest.mark.parametrize("part_nodes", [0, 400])
def test_a_plan_that_cannot_be_bettered_is_handed_back_proven(part_nodes, monkeypatch):
    monkeypatch.setattr(branching, "MOST_NODES", part_nodes)
    posed = _posed(4)
    at_hand = branching.proven(_model(posed), 0.0, None, Clock(20.0))
    again = branching.proven(_model(posed), at_hand.objective, at_hand.x, Clock(20.0))
    assert again.stopped == "proof" and again.objective == pytest.approx(best(posed)) and again.bound == pytest.approx(best(posed))
