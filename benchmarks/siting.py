"""Siting's own searches and bounds on generated cities, in CPU seconds: how good the plan and how tight the bound after so many.

python siting.py [--seconds 20] [--only mclp-500 ...]

Cities are clustered, 40 km wide, 50,000 demand points; the radius gives every point 12 (500 sites) or 40 (5,000 sites) sites on average.
Rows that the same sites reach are merged first. Search and bound run one after the other; the two CPU seconds add up to one plan.
median-* and split-* are whole solves: --seconds is their limit by the clock, "plan" the objective.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

from planner.siting.bounds import least_price, most_covered
from planner.siting.heuristics import cheapest_cover, greedy_cover, improve_cover
from planner.siting.links import Links, links
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


def merged(tree: cKDTree, people: np.ndarray, weight: np.ndarray, radius: float) -> tuple[Links, np.ndarray]:
    """Rows that some site reaches, those with the same sites as one."""
    rows: dict[tuple[int, ...], float] = {}
    for row, heavy in zip(tree.query_ball_point(people, radius, return_sorted=True), weight, strict=True):
        if row:
            rows[tuple(row)] = rows.get(tuple(row), 0.0) + heavy
    return links(np.cumsum([0, *map(len, rows)]), np.concatenate([np.array(r) for r in rows]), tree.n), np.array(list(rows.values()))


class Watch:
    """CPU seconds of one piece of work."""

    def __init__(self, seconds: float) -> None:
        self.began, self.seconds = time.process_time(), seconds

    @property
    def spent(self) -> float:
        return time.process_time() - self.began

    def over(self) -> bool:
        return self.spent > self.seconds


def told(name: str, plan: float, plan_s: float, bound: float, bound_s: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:48} plan {plan:14,.1f} ({plan_s:5.1f} s)  bound {bound:14,.1f} ({bound_s:5.1f} s)  gap {abs(bound - plan) / plan:8.3%}"
          f"  peak {peak:5.0f} MB  load {os.getloadavg()[0]:.1f}", flush=True)


def mclp(sites: int, each: float, p: int, seconds: float) -> None:
    table, weight = merged(*city(sites, 50_000, each))
    watch = Watch(seconds)
    plan = improve_cover(table, weight, greedy_cover(table, weight, most=p).chosen, most=p, rounds=10**9, out_of_time=watch.over)
    plan_s, watch = watch.spent, Watch(seconds)
    bound = most_covered(table, weight, most=p, target=plan.covered, out_of_time=watch.over)
    told(f"mclp {sites} x 50,000 p {p}", plan.covered, plan_s, bound.value, watch.spent)


def lscp(seconds: float) -> None:
    table, _ = merged(*city(5000, 50_000, 40.0))
    watch = Watch(seconds)
    plan = cheapest_cover(table, rounds=10**9, out_of_time=watch.over)
    plan_s, watch = watch.spent, Watch(seconds)
    bound = least_price(table, target=plan.price, out_of_time=watch.over)
    told("lscp 5,000 x 50,000", plan.price, plan_s, float(np.ceil(bound.value - 1e-6)), watch.spent)


def answered(name: str, problem: SitingProblem, seconds: float) -> None:
    """A whole solve: `seconds` is its limit by the clock, what is told is CPU seconds and the peak of memory."""
    watch = Watch(seconds)
    answer = solve(problem, time_limit_s=seconds)
    told(f"{name}: {answer.status}", answer.objective or 0.0, watch.spent, answer.bound or 0.0, 0.0)


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
    "mclp-500": lambda seconds: mclp(500, 12.0, 50, min(seconds, 5.0)),
    "mclp-5000": lambda seconds: mclp(5000, 40.0, 100, seconds),
    "lscp-5000": lscp,
    "median-5000x500": lambda seconds: median(500, 5000, seconds),
    "median-500x5000": lambda seconds: median(5000, 500, seconds),
    "split-50000x500": lambda seconds: filling(500, 50_000, seconds),
    "split-100000x1000": lambda seconds: filling(1000, 100_000, seconds),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="CPU seconds of each search, and of each bound")
    parser.add_argument("--only", nargs="*", choices=list(WORK), default=list(WORK))
    options = parser.parse_args()
    tiny = links([0, 1], [0], 1)  # compiled, or loaded, before the clock runs
    improve_cover(tiny, np.ones(1), np.ones(1, dtype=np.bool_), most=1, rounds=1)
    greedy_cover(tiny, np.ones(1), most=1)
    cheapest_cover(tiny, rounds=1)
    most_covered(tiny, np.ones(1), most=1, rounds=1)
    far = np.full(6000, 1)
    for model in ("p_median", "capacitated_mclp"):
        compile_loops(siting_problem(model, np.arange(6000), 0 * far, far, weight=far, sites=1, capacity=[1.0], p=1, split=True))
    for name in options.only:
        WORK[name](options.seconds)


if __name__ == "__main__":
    main()
