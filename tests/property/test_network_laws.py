"""Laws of the street network, on random ones: against networkx on a graph cut at every point, and against itself when changed."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from planner.measure.costs import cost_matrix, nearest
from planner.network.graph import StreetNetwork, from_lines
from planner.network.snap import attach

CRS = "EPSG:32650"
CLOSE_M = 1e-6
"""Sums in another order differ by rounding alone: well under a micrometre at these sizes."""

Places = tuple[np.ndarray, np.ndarray]
Table = dict[tuple[int, int], float]
seeds = st.integers(0, 2**32 - 1)
modes = st.sampled_from(["walk", "drive"])


def streets(rng: np.random.Generator) -> tuple[list[shapely.LineString], list[str]]:
    """A few blocks with bends, parallel streets, loops, an island, and one-way streets for cars."""
    spots = np.array([(x, y) for x in range(4) for y in range(4)]) * 100 + rng.uniform(-20, 20, (16, 2))
    lines = []
    for i, j in itertools.combinations(range(16), 2):
        if np.hypot(*(spots[i] - spots[j])) < 135 and rng.random() < 0.7:
            for _ in range(rng.choice([1, 2], p=[0.9, 0.1])):
                bend = (spots[i] + spots[j]) / 2 + rng.uniform(-25, 25, 2)
                lines.append(shapely.LineString([spots[i], bend, spots[j]][:: rng.choice([-1, 1])]))
    lines.append(shapely.LineString([spots[5], spots[5] + (15, 0), spots[5] + (15, 15), spots[5]]))
    lines.append(shapely.LineString([(600, 600), (700, 640)]))
    return lines, rng.choice(["", "yes", "-1"], len(lines), p=[0.6, 0.3, 0.1]).tolist()


def network_of(lines: list[shapely.LineString], oneway: list[str], mode: str) -> StreetNetwork:
    return from_lines(lines, crs=CRS, mode=mode, columns={"oneway": oneway})


def places(rng: np.random.Generator, count: int) -> Places:
    xy = rng.uniform(-60, 720, (count, 2))
    return xy[:, 0], xy[:, 1]


def table(network: StreetNetwork, a: Places, b: Places, limit: float) -> Table:
    matrix = cost_matrix(network, attach(network, *a, max_snap_m=150), attach(network, *b, max_snap_m=150), limit_m=limit)
    return {(i, int(j)): float(d) for i in range(matrix.shape[0]) for j, d in zip(*matrix.row(i), strict=True)}


def slow_table(network: StreetNetwork, a: Places, b: Places, limit: float) -> Table:
    """The same through networkx: every edge cut at every point that stands on it."""
    graph, ends = nx.DiGraph(), {"a": attach(network, *a, max_snap_m=150), "b": attach(network, *b, max_snap_m=150)}
    on_edge: dict[int, list[tuple[float, object]]] = {e: [] for e in range(network.edges)}

    def link(u: object, v: object, metres: float) -> None:
        if metres < graph.get_edge_data(u, v, {"weight": math.inf})["weight"]:
            graph.add_edge(u, v, weight=metres)

    for side, end in ends.items():
        for k in np.flatnonzero(end.attached):
            stop = ("stop", side, int(k))
            at = end.start[k]
            on_edge[int(end.edge[at])].append((float(end.along_m[at]), stop))
            link(*((side, int(k)), stop)[:: 1 if side == "a" else -1], metres=float(end.leg_m[at]))
    for edge, stops in on_edge.items():
        ends_at = (0.0, int(network.tail[edge])), (float(network.length_m[edge]), int(network.head[edge]))
        chain = [ends_at[0], *sorted(stops, key=lambda stop: stop[0]), ends_at[1]]
        for (s, u), (t, v) in itertools.pairwise(chain):
            if network.direction[edge] >= 0 or t - s <= CLOSE_M:
                link(u, v, t - s)
            if network.direction[edge] <= 0 or t - s <= CLOSE_M:
                link(v, u, t - s)
    found = {}
    for k in np.flatnonzero(ends["a"].attached):
        reached = nx.single_source_dijkstra_path_length(graph, ("a", int(k)), cutoff=limit + CLOSE_M)
        found |= {(int(k), node[1]): metres for node, metres in reached.items() if isinstance(node, tuple) and node[0] == "b"}
    return found


def same(got: Table, want: Table, limit: float) -> None:
    for pair in got.keys() | want.keys():
        if pair in got and pair in want:
            assert got[pair] == pytest.approx(want[pair], abs=CLOSE_M)
        else:
            assert abs({**got, **want}[pair] - limit) <= 3 * CLOSE_M, pair


@settings(max_examples=40, deadline=None)
@given(seeds, modes, st.sampled_from([120.0, 400.0, 3000.0]))
def test_all_pairs_as_networkx_finds_them(seed: int, mode: str, limit: float) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*streets(rng), mode)
    a, b = places(rng, int(rng.integers(1, 15))), places(rng, int(rng.integers(1, 15)))
    same(table(network, a, b, limit), slow_table(network, a, b, limit), limit)


@settings(max_examples=30, deadline=None)
@given(seeds, modes)
def test_the_nearest_is_the_least_of_the_matrix(seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*streets(rng), mode)
    a, b = (attach(network, *places(rng, 12), max_snap_m=150) for _ in range(2))
    near, matrix = nearest(network, a, b), cost_matrix(network, a, b, limit_m=1e6)
    for i in range(12):
        columns, metres = matrix.row(i)
        if len(columns):
            assert near.cost_m[i] == pytest.approx(metres.min(), abs=CLOSE_M)
            assert metres[columns == near.facility[i]] == pytest.approx(metres.min(), abs=CLOSE_M)
        else:
            assert (near.cost_m[i], near.facility[i]) == (math.inf, -1)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_splitting_turning_and_shuffling_edges_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines, _ = streets(rng)
    a, b = places(rng, 10), places(rng, 10)
    parts = []
    for line in lines:
        cuts = [0.0, *np.sort(rng.uniform(1, line.length - 1, rng.integers(0, 3))), line.length]
        if min(np.diff(cuts)) < 0.1:  # two cuts closer together than ends join would be no split
            cuts = [0.0, line.length]
        parts += [substring(line, *pair[:: rng.choice([-1, 1])]) for pair in itertools.pairwise(cuts)]
    parts = [parts[k] for k in rng.permutation(len(parts))]
    want = table(from_lines(lines, crs=CRS), a, b, 800.0)
    same(table(from_lines(parts, crs=CRS), a, b, 800.0), want, 800.0)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_on_foot_there_and_back_are_as_long(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*streets(rng), "walk")
    a, b = places(rng, 8), places(rng, 11)
    same(table(network, a, b, 500.0), {(i, j): d for (j, i), d in table(network, b, a, 500.0).items()}, 500.0)


@settings(max_examples=20, deadline=None)
@given(seeds, modes)
def test_a_smaller_limit_takes_rows_away_and_changes_none(seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*streets(rng), mode)
    a, b = places(rng, 10), places(rng, 10)
    wide, narrow = table(network, a, b, 900.0), table(network, a, b, 300.0)
    assert narrow == {pair: metres for pair, metres in wide.items() if metres <= 300.0 + 1e-6}


@settings(max_examples=20, deadline=None)
@given(seeds, modes)
def test_another_facility_makes_nobody_farther(seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*streets(rng), mode)
    people = attach(network, *places(rng, 15), max_snap_m=150)
    x, y = places(rng, 6)
    few, more = (nearest(network, people, attach(network, x[:k], y[:k], max_snap_m=150)).cost_m for k in (5, 6))
    assert (more <= few).all()


@settings(max_examples=20, deadline=None)
@given(seeds, modes)
def test_permuting_points_permutes_the_answer(seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*streets(rng), mode)
    (ax, ay), (bx, by) = places(rng, 9), places(rng, 7)
    p, q = rng.permutation(9), rng.permutation(7)
    want = table(network, (ax, ay), (bx, by), 700.0)
    got = table(network, (ax[p], ay[p]), (bx[q], by[q]), 700.0)
    assert {(int(p[i]), int(q[j])): d for (i, j), d in got.items()} == want


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_network_is_never_shorter_than_the_straight_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(*streets(rng), "walk")
    (ax, ay), (bx, by) = places(rng, 10), places(rng, 10)
    for (i, j), metres in table(network, (ax, ay), (bx, by), 2000.0).items():
        assert metres >= np.hypot(ax[i] - bx[j], ay[i] - by[j]) - CLOSE_M
