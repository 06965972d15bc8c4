"""Capacitated models against enumeration of every assignment, and the moves of their start."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

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


def in_parts(table, posed):
    """The optimum over all sets of sites where demand may be split: for each the transport problem; None where none serves all."""
    need, values = np.flatnonzero(posed.reachable), []
    for size in range(posed.p + 1):
        for sites in itertools.combinations(range(4), size):
            if not set(posed.existing.tolist()) <= set(sites) or (posed.fixed[list(sites)] == -1).any():
                continue
            pairs = [(i, j) for i in range(5) for j in sites if table[i, j] >= 0]
            if not pairs and len(need) == 0:
                values.append(0.0)
                continue
            if not pairs:
                continue
            row, column = np.array(pairs).T
            served = (row[None, :] == np.arange(5)[:, None]).astype(float)
            load = (column[None, :] == np.arange(4)[:, None]) * posed.weight[row]
            cost = posed.weight[row] * (1.0 if not posed.maximised else -1.0) * (table[row, column] if not posed.maximised else 1.0)
            whole = {} if posed.maximised else {"A_eq": served[need], "b_eq": np.ones(len(need))}
            found = linprog(cost, A_ub=np.vstack([load, served]), b_ub=np.r_[posed.capacity, np.ones(5)], bounds=(0, 1), **whole)
            if found.status == 0:
                values.append(abs(found.fun))
    return (max if posed.maximised else min)(values, default=None)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("model", ["capacitated_mclp", "capacitated_p_median"])
def test_split_demand_as_enumeration_with_a_transport_problem(model, seed):
    table, whole = town(model, seed)
    posed = replace(whole, split=True)
    wanted, answer = in_parts(table, posed), solve(posed, time_limit_s=20)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    if wanted is not None:
        assert answer.objective == pytest.approx(wanted, rel=1e-6, abs=1e-6)
        load = np.bincount(answer.assignment.site, posed.weight[answer.assignment.demand] * answer.assignment.share, minlength=4)
        assert (load <= posed.capacity * (1 + 1e-6)).all()


def test_a_site_moves_to_its_own_demand():
    """Two villages; the start opens the far site for the second, and moving it to the near one is what is left to gain."""
    posed = problem("capacitated_p_median", [[0, 9, 9], [9, 0, 4], [9, 1, 5]], weight=[1, 1, 1], capacity=[2.0, 2.0, 2.0], p=2)
    start = filled(posed)
    assert start is not None
    far = (np.array([0, 2], dtype=np.int32), type(start[1])(np.arange(3, dtype=np.int32), np.array([0, 2, 2], dtype=np.int32), np.ones(3)))
    assert worth(posed, *far).objective == 9.0
    sites, assignment = relocated(posed, far, Clock(10.0), 1)
    assert (sites.tolist(), worth(posed, sites, assignment).objective) == ([0, 1], 1.0)
