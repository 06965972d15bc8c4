"""Points that hang together along drawn streets, by hand and beside all distances worked out one by one."""

import itertools

import networkx as nx
import numpy as np
import pytest
import shapely

from planner.network.graph import Attachment, from_lines, to_networkx
from planner.network.linking import linked
from planner.network.snap import attach

CRS = "EPSG:32650"


def on(network, *places):
    return attach(network, np.array([float(x) for x, _ in places]), np.array([float(y) for _, y in places]), max_snap_m=50)


def test_neighbours_along_one_street():
    street = from_lines([shapely.LineString([(0, 0), (2000, 0)])], crs=CRS)
    points = on(street, (0, 0), (300, 0), (601, 0), (900, 0), (5000, 0))
    assert linked(street, points, join_m=300).tolist() == [0, 0, 1, 1, -1]
    assert linked(street, points, join_m=299).tolist() == [0, 1, 2, 2, -1]  # 601 to 900 is 299: the limit is inclusive


def test_two_banks_are_two_groups():
    """
    a-----b      100 m apart as the crow flies, joined by a bridge 1 km away
    c-----d
    """
    banks = from_lines([shapely.LineString([(0, 0), (1000, 0)]), shapely.LineString([(0, 100), (1000, 100)]),
                        shapely.LineString([(1000, 0), (1000, 100)])], crs=CRS)
    points = on(banks, (0, 0), (0, 100), (950, 0), (950, 100))
    assert linked(banks, points, join_m=200).tolist() == [0, 1, 2, 2]


def test_one_way_streets_join_both_ways():
    street = from_lines([shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (400, 0)])], crs=CRS, mode="drive",
                        columns={"highway": ["residential"] * 2, "oneway": ["yes", "-1"]})
    assert street.direction.tolist() == [1, -1]
    assert linked(street, on(street, (50, 0), (350, 0)), join_m=300).tolist() == [0, 0]


def test_nobody_is_in_no_group():
    street = from_lines([shapely.LineString([(0, 0), (2000, 0)])], crs=CRS)
    assert len(linked(street, on(street), join_m=300)) == 0
    assert linked(street, on(street, (0, 900)), join_m=300).tolist() == [-1]


def test_a_point_with_two_entrances_joins_both_sides():
    street = from_lines([shapely.LineString([(0, 0), (2000, 0)])], crs=CRS)
    points = Attachment(np.array([0, 2, 3, 4]), np.zeros(4, dtype=np.int64), np.array([0.0, 1500, 100, 1600]), np.zeros(4))
    assert linked(street, points, join_m=100).tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(8))
def test_the_same_as_all_distances(seed):
    """Single linkage over all pairs of shortest ways, by networkx on the streets cut at the points."""
    random = np.random.default_rng(seed)
    nodes = random.integers(0, 600, (14, 2))
    pairs = {tuple(sorted(pair)) for pair in random.integers(0, 14, (22, 2)).tolist() if pair[0] != pair[1]}
    lines = [shapely.LineString([nodes[a], nodes[b]]) for a, b in sorted(pairs) if tuple(nodes[a]) != tuple(nodes[b])]
    network = from_lines(lines, crs=CRS)
    edge = random.integers(0, network.edges, 9)
    along = np.array([random.uniform(0, network.length_m[e]) for e in edge])
    points = Attachment(np.arange(10), edge, along, np.zeros(9))
    graph = nx.Graph(to_networkx(network).to_undirected())
    for e in set(edge.tolist()):
        tail, head = int(network.tail[e]), int(network.head[e])
        stops = sorted((float(along[k]), f"p{k}") for k in np.flatnonzero(edge == e))
        chain = [(0.0, tail), *stops, (float(network.length_m[e]), head)]
        for (a, first), (b, second) in itertools.pairwise(chain):
            graph.add_edge(first, second, length_m=b - a)
    ways = {k: nx.single_source_dijkstra_path_length(graph, f"p{k}", weight="length_m") for k in range(9)}
    for join_m in (60.0, 150.0, 400.0):
        near = nx.Graph()
        near.add_nodes_from(range(9))
        near.add_edges_from((a, b) for a in range(9) for b in range(a) if ways[a].get(f"p{b}", np.inf) <= join_m)
        groups = {frozenset(part) for part in nx.connected_components(near)}
        found = linked(network, points, join_m=join_m)
        assert {frozenset(np.flatnonzero(found == k).tolist()) for k in set(found.tolist())} == groups
