"""Small siting problems and their optimum by enumeration."""

import itertools

import numpy as np

from planner.siting.problem import CAPACITATED, siting_problem
from planner.siting.results import worth


def problem(model, table, **more):
    """A problem from a table (demand x site) of costs; -1: no such pair."""
    table = np.array(table, dtype=float)
    demand, site = np.nonzero(table >= 0)
    more.setdefault("weight", np.ones(len(table)))
    return siting_problem(model, demand, site, table[demand, site], sites=table.shape[1], **more)


def best(posed):
    """The optimum over all sets of sites; None where no plan keeps the rules."""
    assert posed.model not in CAPACITATED
    values = []
    for size in range(posed.sites + 1):
        for sites in itertools.combinations(range(posed.sites), size):
            value = worth(posed, np.array(sites, dtype=int))
            if value.lawful:
                values.append(value.objective)
    return (max if posed.maximised else min)(values, default=None)


def drawn(model, seed, **more):
    """A random problem of 4 to 8 demands and 3 to 6 sites, with existing and forbidden sites now and then."""
    draw = np.random.default_rng(seed)
    n, m = int(draw.integers(4, 9)), int(draw.integers(3, 7))
    table = np.where(draw.random((n, m)) < 0.6, draw.integers(0, 15, (n, m)), -1)
    table[draw.integers(0, n)] = table[draw.integers(0, n)]  # identical rows happen
    given = {"weight": draw.integers(0, 9, n).astype(float), "fixed": draw.choice([0, 0, 0, 1, -1], m)}
    if draw.random() < 0.5:
        given["site_cost"] = draw.integers(0, 6, m).astype(float)
    if model == "max_min_share":
        given["area"] = draw.integers(0, 3, n)
    if model != "lscp":
        given |= {"p": int(draw.integers(0, m + 1))} if draw.random() < 0.7 else {"budget": float(draw.integers(0, 12))}
    return problem(model, table, **(given | more))
