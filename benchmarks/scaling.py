"""Time per settled node and memory as the city grows, and two threads beside one. python scaling.py [nodes ...]

Memory is what a search asks the system for at most, its answer included (tracemalloc), whether it then touches it or not.
"""

from __future__ import annotations

import gc
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from city import city

from planner.network import csr, kernel, places

ROUNDS = 5


def timed(run: Callable[[], Any]) -> tuple[float, float, Any]:
    """CPU and clock seconds, medians of ROUNDS after one to warm up, and the result."""
    times = []
    for _ in range(ROUNDS + 1):
        gc.collect()
        begin = time.process_time(), time.perf_counter()
        result = run()
        times.append((time.process_time() - begin[0], time.perf_counter() - begin[1]))
    cpu, clock = np.median(times[1:], axis=0)
    return cpu, clock, result


def asked_for(run: Callable[[], Any]) -> int:
    """Bytes that a call asks for at most, beyond what is held already."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def measure(wanted: int) -> None:
    """Prints the figures of one size."""
    streets = city(wanted)
    nodes = len(streets.x)
    graph = csr.graph(nodes, streets.tail, streets.head, streets.length_m, x=streets.x, y=streets.y)
    arrays = [getattr(part, name) for part in (graph, graph.ahead) for name in part.__slots__]
    taken = sum(a.nbytes for a in arrays if isinstance(a, np.ndarray)) / 1e6
    rng = np.random.default_rng(7)
    layers = []
    for _ in range(4):  # one facility for 667 nodes, whatever the size
        where = rng.choice(nodes, nodes // 667, replace=False)
        layers.append(places.seeds(len(where), np.arange(len(where)), where, np.zeros(len(where))))
    where = rng.choice(nodes, 10_000, replace=False)
    sites = places.seeds(len(where), np.arange(len(where)), where, np.zeros(len(where)))
    print(f"{nodes:,} nodes, {len(streets.tail):,} edges; graph {taken:.0f} MB ({taken * 1e6 / nodes:.0f} bytes a node);"
          f" load {os.getloadavg()[0]:.1f}")
    cpu, one, first = timed(lambda: kernel.nearest_layers(graph, layers, threads=1))
    _, two, second = timed(lambda: kernel.nearest_layers(graph, layers, threads=2))
    assert all(np.array_equal(a, b) for p, q in zip(first, second, strict=True) for a, b in zip(p, q, strict=True))
    most = asked_for(lambda: kernel.nearest(graph, layers[0]))
    print(f"  nearest  {cpu / nodes / len(layers) * 1e9:6.1f} ns CPU a node and layer   two threads {one / two:.2f} x on the clock;"
          f" {most / nodes:.0f} bytes a node")
    cpu, one, rows = timed(lambda: kernel.within(graph, sites, 1080.0, threads=1))
    _, two, other = timed(lambda: kernel.within(graph, sites, 1080.0, threads=2))
    assert np.array_equal(rows.column, other.column)
    assert np.array_equal(rows.cost, other.cost)
    most = asked_for(lambda: kernel.within(graph, sites, 1080.0, threads=1))
    alone = asked_for(lambda: kernel.within(graph, sites, 0.0, threads=1))
    print(f"  within   {cpu / len(rows.column) * 1e9:6.1f} ns CPU a row   two threads {one / two:.2f} x on the clock;"
          f" {alone / nodes:.0f} bytes a node, {(most - alone) / len(rows.column):.0f} a row", flush=True)


for size in [int(float(text)) for text in sys.argv[1:]] or [100_000, 1_000_000, 5_000_000]:
    measure(size)
