"""The planner's siting beside spopt (PuLP with CBC, and with HiGHS) on what both finish, in one run.

python siting_spopt.py --data FOLDER --spopt APART/bin/python [--limit-s 120] [--only pmed sjc sf made] [--largest 300]

FOLDER holds published instances as their libraries hand them out: pmed/pmed*.txt, sjc/SJC*.txt with demand-SJC*.dat, spopt_sf/*.csv; `made`
are generated here. Every engine works on each instance in a process of its own, one after the other: told are CPU seconds of building and
solving (children, such as CBC, included; imports and compiled loops loaded before), the peak memory of the process, the objective
and whether it is proven. The ratio is spopt's CPU seconds over ours; instances that an engine did not prove within the limit are listed
and left out of its mean.

spopt is no part of this project: install it into an environment of its own (`python -m venv apart`, `apart/bin/pip install spopt pulp
highspy`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Instance = dict[str, Any]
"""name, model, cost (demand x site, inf: none), weight, p, within."""


def pmed(folder: Path, largest: int) -> Iterator[Instance]:
    """OR-Library's p-median graphs; of an edge given twice the last counts."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import shortest_path

    for path in sorted(folder.glob("pmed*.txt"), key=lambda file: int(file.stem[4:])):
        flat = np.array(path.read_text().split(), dtype=float)
        n, edges, p = flat[:3].astype(int)
        if n > largest:
            continue
        length = np.zeros((n, n))
        for a, b, metres in flat[3 : 3 + 3 * edges].reshape(-1, 3):
            length[int(a) - 1, int(b) - 1] = length[int(b) - 1, int(a) - 1] = metres
        yield {"name": path.stem, "model": "p_median", "cost": shortest_path(csr_matrix(length), directed=False), "p": int(p),
               "weight": np.ones(n), "within": None}


def sjc(folder: Path) -> Iterator[Instance]:
    """Sao Jose dos Campos: most people within 200 m of 20 sites."""
    for path in sorted(folder.glob("SJC*.txt")):
        xy = np.array(path.read_text().split(), dtype=float)[1:].reshape(-1, 2)
        weight = np.array((folder / f"demand-{path.stem}.dat").read_text().split(), dtype=float)
        cost = np.hypot(*(xy[:, None] - xy[None]).T).T
        yield {"name": path.stem, "model": "mclp", "cost": cost, "p": 20, "weight": weight, "within": 200.0}


def sf(folder: Path) -> Iterator[Instance]:
    """spopt's own example: 205 tracts, 16 stores of San Francisco."""
    import pandas as pd

    people = pd.read_csv(next(folder.glob("SF_demand*.csv")), dtype={"NAME": str})
    table = pd.read_csv(next(folder.glob("SF_network*.csv")), dtype={"DestinationName": str})
    cost = table.pivot_table(index="DestinationName", columns="name", values="distance").reindex(people["NAME"]).to_numpy()
    cost, weight = np.where(np.isnan(cost), np.inf, cost), people["POP2000"].to_numpy(float)
    for model, p, within in (("lscp", None, 5000.0), ("mclp", 4, 5000.0), ("p_median", 4, None), ("p_center", 4, None)):
        yield {"name": f"sf-{model}", "model": model, "cost": cost, "p": p, "weight": weight, "within": within}


def made() -> Iterator[Instance]:
    """A clustered city: demand x sites, each point in reach of forty sites."""
    from siting import city

    tree, people, weight, radius = city(500, 5000, 40.0)
    cost = np.hypot(*(people[:, None, :2] - tree.data[None]).T).T
    cost[cost > radius] = np.inf
    yield {"name": "made-mclp-500x5000", "model": "mclp", "cost": cost, "p": 30, "weight": weight, "within": radius}
    some = np.isfinite(cost).any(axis=1)
    yield {"name": "made-lscp-500x5000", "model": "lscp", "cost": cost[some], "p": None, "weight": weight[some], "within": radius}


def cpu_s() -> float:
    """CPU seconds of this process and of its children that ended."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def peak_mb() -> float:
    """The largest memory of this process. What rusage tells begins with what the process that started it held; CBC's own is left out."""
    told = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return float(told.split()[1]) / 1024


def ours(task: Instance, limit_s: float) -> dict[str, Any]:
    """The planner, in process."""
    from planner.siting.problem import SitingProblem, siting_problem
    from planner.siting.solving import compile_loops, solve

    def built() -> SitingProblem:
        demand, site = np.nonzero(np.isfinite(task["cost"]))
        return siting_problem(task["model"], demand, site, task["cost"][demand, site], weight=task["weight"], sites=task["cost"].shape[1],
                              p=task["p"], within=task["within"])

    compile_loops(built())
    solve(siting_problem(task["model"], np.array([0, 1]), np.array([0, 1]), np.ones(2), weight=np.ones(2), sites=2,
                         p=None if task["p"] is None else 2, within=None))  # imports
    began = cpu_s()
    answer = solve(built(), time_limit_s=limit_s)
    return {"objective": answer.objective, "proven": answer.status == "optimal", "cpu_s": cpu_s() - began}


def spopt(task: Instance, limit_s: float, solver_name: str) -> dict[str, Any]:
    """spopt, building by PuLP included."""
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    cbc = solver_name == "cbc"
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=limit_s, threads=1) if cbc else pulp.HiGHS(msg=False, timeLimit=limit_s)
    cost = np.where(np.isfinite(task["cost"]), task["cost"], 1e9)
    weight, p, within = task["weight"], task["p"], task["within"]
    began = cpu_s()
    if task["model"] == "lscp":
        model = LSCP.from_cost_matrix(cost, service_radius=within)
    elif task["model"] == "mclp":
        model = MCLP.from_cost_matrix(cost, weight, service_radius=within, p_facilities=p)
    elif task["model"] == "p_median":
        model = PMedian.from_cost_matrix(cost, weight, p_facilities=p)
    else:
        model = PCenter.from_cost_matrix(cost, p_facilities=p)
    built = cpu_s() - began
    model = model.solve(solver, results=False)
    value = pulp.value(model.problem.objective)
    return {"objective": value, "proven": model.problem.sol_status == pulp.LpSolutionOptimal, "cpu_s": cpu_s() - began, "build_s": built}


def worker(file: Path, engine: str, limit_s: float) -> None:
    """One instance by one engine; the answer goes to stdout as JSON."""
    with np.load(file, allow_pickle=False) as kept:
        task: Instance = {"cost": kept["cost"], "weight": kept["weight"], **json.loads(str(kept["rest"]))}
    began = time.perf_counter()
    answer = ours(task, limit_s) if engine == "ours" else spopt(task, limit_s, engine.split("-")[1])
    print(json.dumps({**answer, "clock_s": time.perf_counter() - began, "peak_mb": peak_mb()}))


def run(python: str, file: Path, engine: str, limit_s: float) -> dict[str, Any] | None:
    """The answer of an engine in a process of its own; None where it was stopped or failed, and why on stderr."""
    command = [python, __file__, "--worker", str(file), "--engine", engine, "--limit-s", str(limit_s)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3 * limit_s, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        print(done.stderr[-800:], file=sys.stderr)
        return None
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def same(a: float, b: float) -> bool:
    """Equal optima: spopt's solvers keep to about 1e-4 of the objective in their reports."""
    return abs(a - b) <= 1e-4 * max(1.0, abs(a))


def compared(task: Instance, spopt_python: str, limit_s: float, ratios: dict[str, list[float]]) -> None:
    """One line an engine for one instance."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.npz"
        rest = json.dumps({key: task[key] for key in ("name", "model", "p", "within")})
        np.savez(file, cost=task["cost"], weight=task["weight"], rest=rest)
        mine = run(sys.executable, file, "ours", limit_s)
        if mine is None:
            raise SystemExit(f"{task['name']}: the planner failed")
        told(task, "planner", mine, "")
        for engine in ("spopt-cbc", "spopt-highs"):
            other = run(spopt_python, file, engine, limit_s)
            if other is None or not other["proven"] or not mine["proven"]:
                told(task, engine, other, "not proven within the limit" if other else "stopped or failed")
                continue
            if not same(other["objective"], mine["objective"]):
                raise SystemExit(f"{task['name']}: {engine} {other['objective']} against {mine['objective']}")
            ratio = other["cpu_s"] / mine["cpu_s"]
            ratios[engine].append(ratio)
            told(task, engine, other, f"{ratio:8.1f}x, memory {other['peak_mb'] / mine['peak_mb']:.1f}x")


def told(task: Instance, engine: str, answer: dict[str, Any] | None, more: str) -> None:
    """One line."""
    size = "x".join(str(n) for n in task["cost"].shape)
    figures = "" if answer is None else f"{answer['objective'] or 0:16,.2f}  {answer['cpu_s']:8.3f} CPU s  {answer['peak_mb']:6.0f} MB"
    print(f"{task['name']:20} {size:>9}  {engine:12} {figures}  {more}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--spopt", default=sys.executable, help="the python of an environment that has spopt, pulp and highspy")
    parser.add_argument("--limit-s", type=float, default=120.0)
    parser.add_argument("--largest", type=int, default=300, help="nodes of the largest pmed instance")
    parser.add_argument("--only", nargs="*", choices=["pmed", "sjc", "sf", "made"], default=["sf", "sjc", "made", "pmed"])
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(options.worker, options.engine, options.limit_s)
        return
    sources = {"pmed": lambda: pmed(options.data / "pmed", options.largest), "sjc": lambda: sjc(options.data / "sjc"),
               "sf": lambda: sf(options.data / "spopt_sf"), "made": made}
    ratios: dict[str, list[float]] = {"spopt-cbc": [], "spopt-highs": []}
    for name in options.only:
        for task in sources[name]():
            compared(task, options.spopt, options.limit_s, ratios)
    for engine, found in ratios.items():
        if found:
            print(f"{engine}: {len(found)} instances that both proved, same optimum; geometric mean {np.exp(np.mean(np.log(found))):.0f}x, "
                  f"{min(found):.1f}x to {max(found):.1f}x; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
