"""Capacitated models against enumeration of every assignment, and the moves of their start."""

import itertools

import numpy as np
import pytest

from planner.siting.capacities import filled, relocated
from planner.siting.results import worth
from planner.siting.solver import Clock
from planner.siting.solving import solve
from tests.unit.siting.drawn import problem


def town(model, seed):
    """A random problem of 5 demands and 4 sites with capacities, whole weights and p."""
    draw = np.random.default_rng(seed)
    table = np.where(draw.random((5, 4)) < 0.8, draw.integers(0, 15, (5, 4)), -1)
    return table, problem(model, table, weight=draw.integers(1, 9, 5), capacity=draw.integers(4, 20, 4).astype(float),
                          fixed=draw.choice([0, 0, 1, -1], 4), p=int(draw.integers(1, 4)))


def enumerated(table, posed):
    """The optimum over every way to send each demand to one site or nowhere (-1); None where no way is lawful."""
    values = []
    for ways in itertools.product(range(-1, 4), repeat=5):
        used = {j for j in ways if j >= 0} | set(posed.existing.tolist())
        pairs = [(i, j) for i, j in enumerate(ways) if j >= 0]
        if len(used) > posed.p or any(table[i, j] < 0 or posed.fixed[j] == -1 for i, j in pairs):
            continue
        load = np.bincount([j for _, j in pairs], [posed.weight[i] for i, _ in pairs], minlength=4) if pairs else np.zeros(4)
        if (load > posed.capacity).any():
            continue
        if posed.maximised:
            values.append(sum(posed.weight[i] for i, _ in pairs))
        elif all(ways[i] >= 0 for i in np.flatnonzero(posed.reachable)):
            values.append(sum(posed.weight[i] * table[i, j] for i, j in pairs))
    return (max if posed.maximised else min)(values, default=None)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("model", ["capacitated_mclp", "capacitated_p_median"])
def test_as_enumeration(model, seed):
    table, posed = town(model, seed)
    wanted, answer = enumerated(table, posed), solve(posed, time_limit_s=20)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    assert wanted is None or answer.objective == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_parts_are_never_worse_than_wholes(seed):
    table, whole = town("capacitated_mclp", seed)
    parts = problem("capacitated_mclp", table, weight=whole.weight, capacity=whole.capacity, fixed=whole.fixed, p=whole.p, split=True)
    answers = [solve(posed, time_limit_s=20) for posed in (whole, parts)]
    if answers[0].status == "infeasible":
        assert answers[1].status == "infeasible"
        return
    assert answers[1].objective >= answers[0].objective - 1e-6


def test_a_site_moves_to_its_own_demand():
    """Two villages; the start opens the far site for the second, and moving it to the near one is what is left to gain."""
    posed = problem("capacitated_p_median", [[0, 9, 9], [9, 0, 4], [9, 1, 5]], weight=[1, 1, 1], capacity=[2.0, 2.0, 2.0], p=2)
    start = filled(posed)
    assert start is not None
    far = (np.array([0, 2], dtype=np.int32), type(start[1])(np.arange(3, dtype=np.int32), np.array([0, 2, 2], dtype=np.int32), np.ones(3)))
    assert worth(posed, *far).objective == 9.0
    sites, assignment = relocated(posed, far, Clock(10.0), 1)
    assert (sites.tolist(), worth(posed, sites, assignment).objective) == ([0, 1], 1.0)
