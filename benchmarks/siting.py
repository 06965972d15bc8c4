"""Siting on generated cities: how good the plan and how tight the bound after so many seconds.

python siting.py [--seconds 20] [--only mclp-500 ...]

Cities are clustered, 40 km wide, 50,000 demand points; the radius gives every point 12 (500 sites) or 40 (5,000 sites) sites on average.
Each is a whole solve: --seconds is its limit by the clock, and CPU seconds are told beside it, for machines with other work to do.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from planner.siting.problem import SitingProblem, siting_problem
from planner.siting.solving import compile_loops, solve


def city(sites: int, demands: int, each: float, seed: int = 7) -> tuple[cKDTree, np.ndarray, np.ndarray, float]:
    """Sites as a tree, demand points, their weights, and the radius in km within which a point has `each` sites on average."""
    random = np.random.default_rng(seed)
    centre, spread, share = random.uniform(4, 36, (60, 2)), random.uniform(0.6, 3.0, 60), random.dirichlet(np.full(60, 0.7))
    label = random.choice(60, demands, p=share)
    people = centre[label] + random.normal(size=(demands, 2)) * spread[label, None]
    apart = random.random(demands) < 0.25
    people[apart] = random.uniform(0, 40, (int(apart.sum()), 2))
    weight = np.maximum(1.0, np.round(random.lognormal(3.2, 0.9, demands)))
    near = people[random.integers(0, demands, sites)] + random.normal(size=(sites, 2)) * 0.2
    tree = cKDTree(np.where(random.random((sites, 1)) < 0.5, near, random.uniform(0, 40, (sites, 2))))
    low, high, some = 0.05, 20.0, people[random.choice(demands, min(demands, 4000), replace=False)]
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if tree.query_ball_point(some, middle, return_length=True).mean() < each else (low, middle)
    return tree, people, weight, high


def covering(model: str, sites: int, each: float, seconds: float, name: str, **more: Any) -> None:
    """A covering problem of 50,000 demand points."""
    tree, people, weight, radius = city(sites, 50_000, each)
    near = tree.query_ball_point(people, radius, return_sorted=True)
    row, column = np.repeat(np.arange(len(people)), list(map(len, near))), np.concatenate([np.array(r, dtype=np.int64) for r in near])
    problem = siting_problem(model, row, column, np.ones(len(row)), weight=weight, sites=sites, **more)
    answered(f"{name} 50,000 x {sites:,}", problem, seconds)


def prices(sites: int) -> np.ndarray:
    """What sites cost: 50 to 150."""
    return np.random.default_rng(5).integers(50, 151, sites).astype(float)


def told(name: str, plan: float, bound: float, cpu_s: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:48} plan {plan:14,.1f}  bound {bound:14,.1f}  gap {abs(bound - plan) / plan:8.3%}  {cpu_s:5.1f} CPU s"
          f"  peak {peak:5.0f} MB  load {os.getloadavg()[0]:.1f}", flush=True)


def answered(name: str, problem: SitingProblem, seconds: float) -> None:
    """A whole solve: `seconds` is its limit by the clock, what is told is CPU seconds and the peak of memory."""
    compile_loops(problem)
    began = time.process_time()
    answer = solve(problem, time_limit_s=seconds)
    told(f"{name}: {answer.status}", answer.objective or 0.0, answer.bound or 0.0, time.process_time() - began)


def median(sites: int, demands: int, seconds: float) -> None:
    """p = 50 in metres times people; beyond 10 km demand is left unserved and counts at 10 km."""
    tree, people, weight, _ = city(sites, demands, 40.0)
    near = [np.array(row, dtype=np.int64) for row in tree.query_ball_point(people, 10.0)]
    metres = np.concatenate([np.round(1000 * np.hypot(*(tree.data[row] - person).T)) for row, person in zip(near, people, strict=True)])
    row, column = np.repeat(np.arange(demands), list(map(len, near))), np.concatenate(near)
    problem = siting_problem("p_median", row, column, metres, weight=weight, sites=sites, p=50, cutoff=10_000.0)
    answered(f"p_median {demands} x {sites} p 50", problem, seconds)


def filling(sites: int, demands: int, seconds: float) -> None:
    """Capacities that add up to 80 % of all weight over p sites (each full, the covering is whole), over all sites (all open, then p of
    them), and to 120 % over p sites; demand split. p is a tenth of the sites."""
    tree, people, weight, radius = city(sites, demands, 12.0)
    near = tree.query_ball_point(people, radius, return_sorted=True)
    row, column = np.repeat(np.arange(demands), list(map(len, near))), np.concatenate([np.array(r, dtype=np.int64) for r in near])
    few = sites // 10
    for p, share, over in ((sites, 0.8, sites), (few, 0.8, sites), (few, 0.8, few), (few, 1.2, few)):
        room = np.full(sites, np.round(share * weight.sum() / over))
        problem = siting_problem("capacitated_mclp", row, column, np.ones(len(row)), weight=weight, sites=sites, capacity=room, p=p,
                                 split=True)
        answered(f"split {demands} x {sites} p {p}, {share:.0%} over {over}", problem, seconds)


WORK: dict[str, Callable[[float], None]] = {
    "mclp-500": lambda seconds: covering("mclp", 500, 12.0, seconds, "mclp, p 50", p=50),
    "mclp-5000": lambda seconds: covering("mclp", 5000, 40.0, seconds, "mclp, p 100", p=100),
    "budget-500": lambda seconds: covering("mclp", 500, 12.0, seconds, "mclp, 4,000 of money", budget=4000.0, site_cost=prices(500)),
    "budget-5000": lambda seconds: covering("mclp", 5000, 40.0, seconds, "mclp, 8,000 of money", budget=8000.0, site_cost=prices(5000)),
    "lscp-5000": lambda seconds: covering("lscp", 5000, 40.0, seconds, "lscp"),
    "share-500": lambda seconds: covering("lscp", 500, 12.0, seconds, "lscp, 80 %", share=0.8),
    "share-5000": lambda seconds: covering("lscp", 5000, 40.0, seconds, "lscp, 80 %", share=0.8),
    "median-5000x500": lambda seconds: median(500, 5000, seconds),
    "median-500x5000": lambda seconds: median(5000, 500, seconds),
    "split-50000x500": lambda seconds: filling(500, 50_000, seconds),
    "split-100000x1000": lambda seconds: filling(1000, 100_000, seconds),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="time limit of each solve, by the clock")
    parser.add_argument("--only", nargs="*", choices=list(WORK), default=list(WORK))
    options = parser.parse_args()
    for name in options.only:
        WORK[name](options.seconds)


if __name__ == "__main__":
    main()
