"""Our searches beside scipy's (and pandana's, where it is installed) on one network, interleaved in one run.

python engines.py [--nodes 1000000 | --npz FILE] [--rounds 5] [--limit 1080] [--facilities 1500] [--layers 8] [--sites 10000] [--pandana]
"""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from city import city
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from planner.network import csr, kernel, places, whatif

SAMPLE = 12
"""Sources of scipy's dense rows, which are scaled up: all of them would take minutes and gigabytes."""

GOALS = (("nearest / scipy min_only", "scipy_nearest", "ours_nearest"), ("within / scipy", "scipy_within", "ours_within"),
         ("within / scipy clipped", "clipped_within", "ours_within"), ("what-if / scipy", "scipy_what_if", "ours_what_if"),
         ("build: times scipy's", "ours_build", "scipy_build"), ("within / pandana", "pandana_within", "ours_within"),
         ("within / pandana raw", "pandana_raw_within", "ours_within"), ("k nearest / pandana", "pandana_k", "ours_k"))
"""What is told as a ratio: the slower one's time over the faster one's, round by round."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=float, default=1e6)
    parser.add_argument("--npz", help="a network as arrays x y u v w instead of a generated one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=1080.0)
    parser.add_argument("--facilities", type=int, default=1500)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--pandana", action="store_true")
    return parser.parse_args()


class Bench:
    """The workloads of one network; each method does one of them with one engine and returns what is compared and a factor to scale by."""

    def __init__(self, options: argparse.Namespace) -> None:
        if options.npz:
            stored = np.load(options.npz)
            self.x, self.y, self.u, self.v, self.w = (stored[k] for k in "xyuvw")
        else:
            made = city(int(options.nodes))
            self.x, self.y, self.u, self.v, self.w = made.x, made.y, made.tail, made.head, made.length_m
        # scipy adds parallel edges up: every engine gets the shortest of them, and no loops
        low, high = np.minimum(self.u, self.v).astype(np.int64), np.maximum(self.u, self.v)
        order = np.lexsort((self.w, high, low))
        order = order[low[order] != high[order]]
        first = order[np.diff(low[order] * len(self.x) + high[order], prepend=-1) != 0]
        first.sort()
        self.u, self.v, self.w = self.u[first], self.v[first], self.w[first]
        self.n, self.limit = len(self.x), options.limit
        rng = np.random.default_rng(7)
        some = min(options.facilities, self.n // 8)
        self.layers = [np.sort(rng.choice(self.n, some, replace=False)) for _ in range(options.layers)]
        self.sites = rng.choice(self.n, min(options.sites, self.n), replace=False)
        self.more = rng.choice(self.n, 20, replace=False)
        self.graph, self.matrix = self.ours_build()[0], self.scipy_build()[0]
        self.what = whatif.WhatIf(self.graph, self.at(self.layers[0]))
        self.base = dijkstra(self.matrix, directed=True, indices=self.layers[0], min_only=True)
        self.farthest = float(self.base[np.isfinite(self.base)].max())
        self.net: Any = None
        if options.pandana:
            import pandana
            import pandas as pd

            self.pd = pd
            ends = pd.Series(self.u.astype(np.int64)), pd.Series(self.v.astype(np.int64))
            self.net = pandana.Network(pd.Series(self.x), pd.Series(self.y), *ends, pd.DataFrame({"w": self.w}), twoway=True)

    @staticmethod
    def at(nodes: np.ndarray) -> places.Seeds:
        return places.seeds(len(nodes), np.arange(len(nodes)), nodes, np.zeros(len(nodes)))

    def ours_build(self) -> tuple[Any, float]:
        return csr.graph(self.n, self.u, self.v, self.w, x=self.x, y=self.y), 1

    def scipy_build(self) -> tuple[Any, float]:
        both = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        return coo_matrix((np.concatenate([self.w, self.w]), both), shape=(self.n, self.n)).tocsr(), 1

    def ours_nearest(self) -> tuple[Any, float]:
        return kernel.nearest_layers(self.graph, [self.at(layer) for layer in self.layers], threads=1), 1

    def scipy_nearest(self) -> tuple[Any, float]:
        return [dijkstra(self.matrix, directed=True, indices=layer, min_only=True) for layer in self.layers], 1

    def ours_within(self) -> tuple[Any, float]:
        return kernel.within(self.graph, self.at(self.sites), self.limit, threads=1), 1

    def scipy_within(self) -> tuple[Any, float]:
        full = dijkstra(self.matrix, directed=True, indices=self.sites[:SAMPLE], limit=self.limit)
        near = np.isfinite(full)
        return [(np.flatnonzero(near[i]), full[i][near[i]]) for i in range(SAMPLE)], len(self.sites) / SAMPLE

    def clipped_within(self) -> tuple[Any, float]:
        """scipy with care: squares as wide as the limit, the matrix cut to each with a margin, one call for the sites of a square."""
        if not hasattr(self, "by_x"):
            self.by_x = np.argsort(self.x)
        square = np.floor(np.column_stack([self.x, self.y])[self.sites] / self.limit)
        _, group = np.unique(square, axis=0, return_inverse=True)
        done, rows, most = 0, {}, min(len(self.sites), 1500)
        xs = self.x[self.by_x]
        for number in range(group.max() + 1):
            mine = np.flatnonzero(group.reshape(-1) == number)
            x0, y0 = square[mine[0]] * self.limit
            box = self.by_x[np.searchsorted(xs, x0 - self.limit):np.searchsorted(xs, x0 + 2 * self.limit)]
            box = np.sort(box[(self.y[box] >= y0 - self.limit) & (self.y[box] <= y0 + 2 * self.limit)])
            full = dijkstra(self.matrix[box][:, box], directed=True, indices=np.searchsorted(box, self.sites[mine]), limit=self.limit)
            row, column = np.nonzero(np.isfinite(full))
            cost, ends = full[row, column], np.searchsorted(row, np.arange(len(mine) + 1))
            for k, site in enumerate(mine):
                rows[int(site)] = box[column[ends[k]:ends[k + 1]]], cost[ends[k]:ends[k + 1]]
            done += len(mine)
            if done >= most:
                break
        return rows, len(self.sites) / done

    def ours_k(self) -> tuple[Any, float]:
        return kernel.k_nearest(self.graph, self.at(self.layers[0]), 3), 1

    def ours_what_if(self) -> tuple[Any, float]:
        change = self.what.add(self.at(self.more))
        return change, 1

    def ours_remove(self) -> tuple[Any, float]:
        return self.what.remove(np.arange(20)), 1

    def scipy_what_if(self) -> tuple[Any, float]:
        return np.minimum(self.base, dijkstra(self.matrix, directed=True, indices=self.more, min_only=True, limit=self.farthest)), 1

    def pandana_within(self) -> tuple[Any, float]:
        return self.net.nodes_in_range(self.sites.astype(np.int64), self.limit), 1

    def pandana_raw_within(self) -> tuple[Any, float]:
        return self.net.net.nodes_in_range(self.sites.astype(np.int64), self.limit, 0, np.arange(self.n, dtype=np.int64)), 1

    def pandana_k(self) -> tuple[Any, float]:
        layer = self.layers[0]
        self.net.set_pois("a", 50_000, 3, self.pd.Series(self.x[layer]), self.pd.Series(self.y[layer]))
        return self.net.nearest_pois(50_000, "a", num_pois=3).to_numpy(), 1


def check(bench: Bench, results: dict[str, Any]) -> None:
    """The engines' answers of one round agree: ours with scipy's bit for bit, pandana's to 5 cm (it works in whole millimetres)."""
    for (cost, owner), theirs, layer in zip(results["ours_nearest"], results["scipy_nearest"], bench.layers, strict=True):
        assert np.array_equal(cost, theirs)
        assert (owner[layer] == np.arange(len(layer))).all()
    rows = results["ours_within"]
    for theirs in (dict(enumerate(results["scipy_within"])), results["clipped_within"]):
        for site, (node, cost) in theirs.items():
            part = slice(rows.start[site], rows.start[site + 1])
            order = np.argsort(rows.column[part])
            assert np.array_equal(rows.column[part][order], node)
            # a square's matrix has its arcs in another order, its sums have not
            assert np.array_equal(rows.cost[part][order], cost)
    cost, owner = results["ours_k"]
    some = np.random.default_rng(3).choice(bench.n, SAMPLE, replace=False)
    full = dijkstra(bench.matrix, directed=True, indices=some)[:, bench.layers[0]]
    np.testing.assert_allclose(cost[some], np.sort(full, axis=1)[:, :3], rtol=0, atol=1e-6)  # summed from the other end
    np.testing.assert_allclose(np.take_along_axis(full, owner[some].astype(np.int64), axis=1), cost[some], rtol=0, atol=1e-6)
    after = bench.base.copy()
    after[results["ours_what_if"].node] = results["ours_what_if"].cost
    assert np.array_equal(after, results["scipy_what_if"])
    left = dijkstra(bench.matrix, directed=True, indices=bench.layers[0][20:], min_only=True)
    after = bench.base.copy()
    after[results["ours_remove"].node] = results["ours_remove"].cost
    assert np.array_equal(after, left)
    if "pandana_k" in results:
        theirs = results["pandana_k"]
        both = (theirs < 50_000) & np.isfinite(cost)
        np.testing.assert_allclose(theirs[both], cost[both], rtol=0, atol=0.05)


def main() -> None:
    options = arguments()
    bench = Bench(options)
    work = ["ours_build", "scipy_build", "ours_nearest", "scipy_nearest", "ours_within", "scipy_within", "clipped_within", "ours_k",
            "ours_what_if", "scipy_what_if", "ours_remove"]
    if options.pandana:
        work += ["pandana_within", "pandana_raw_within", "pandana_k"]
    cpu: dict[str, list[float]] = {name: [] for name in work}
    for number in range(options.rounds + 1):  # the first round warms up and is checked
        results: dict[str, Any] = {}
        for name in work:
            run: Callable[[], tuple[Any, float]] = getattr(bench, name)
            gc.collect()
            begin = time.process_time()
            result, factor = run()
            cpu[name].append((time.process_time() - begin) * factor)
            if number == 0:
                results[name] = result
            del result
            if name in ("ours_what_if", "ours_remove"):
                bench.what.undo()
        if number == 0:
            check(bench, results)
            rows = len(results["ours_within"].column)
            changed = len(results["ours_what_if"].node)
    median = {name: float(np.median(times[1:])) for name, times in cpu.items()}
    print(f"nodes {bench.n:,}  edges {len(bench.u):,}  rows {rows:,}  nodes changed by 20 sites {changed:,}  rounds {options.rounds}"
          f"  load {os.getloadavg()[0]:.1f}  answers agree")
    for name in work:
        print(f"  {name:20s} {median[name] * 1e3:12.2f} ms CPU")
    print(f"  ns per node and layer {median['ours_nearest'] / bench.n / len(bench.layers) * 1e9:.1f}"
          f"   ns per row {median['ours_within'] / rows * 1e9:.1f}")
    for goal, slow, fast in GOALS:
        if slow in cpu and fast in cpu:
            paired = np.array(cpu[slow][1:]) / np.array(cpu[fast][1:])
            print(f"  {goal:26s} {np.median(paired):8.1f} x   (lowest {paired.min():.1f}, highest {paired.max():.1f})")


if __name__ == "__main__":
    main()
