"""Cutting a drawn street into tiles, with answers worked by hand."""

import numpy as np
import pytest

from planner.network import tiles
from planner.network.places import places

pytestmark = pytest.mark.usefixtures("loops_as")


def street(lengths=(100.0,) * 9):
    """Nodes 0..9 at x = 0, 100, ... 900; edge k from node k to node k + 1."""
    x = np.arange(10) * 100.0
    tail = np.arange(9, dtype=np.int32)
    return tiles.Streets(x, np.zeros(10), tail, tail + np.int32(1), np.array(lengths), np.zeros(9, dtype=np.int8))


def middle_of(*edges):
    """A point in the middle of each edge."""
    return places(len(edges), range(len(edges)), edges, [50.0] * len(edges), [0.0] * len(edges))


def test_each_square_with_sources_is_a_tile_with_a_halo_as_wide_as_the_limit():
    found = list(tiles.cut(street(), middle_of(0, 8, 1), 150.0, size_m=500.0))
    assert [tile.source.tolist() for tile in found] == [[0, 2], [1]]
    # nodes at most 150 m (and a hair) from the ends 0..200 of the first tile's streets: 0..3; so edges 0..3
    assert [tile.edge.tolist() for tile in found] == [[0, 1, 2, 3], [6, 7, 8]]


def test_cheap_edges_make_the_halo_wider():
    assert street().least_cost_per_m() == 1.0
    fast = street((100.0,) * 8 + (50.0,))
    assert fast.least_cost_per_m() == 0.5
    (tile,) = tiles.cut(fast, middle_of(0), 150.0, size_m=500.0)
    assert tile.edge.tolist() == [0, 1, 2, 3, 4]  # 300 m and a hair from 0..100: nodes 0..4, and their edges


def test_where_an_edge_costs_nothing_each_tile_is_the_whole():
    (tile,) = tiles.cut(street((100.0,) * 8 + (0.0,)), middle_of(0), 1.0, size_m=500.0)
    assert tile.edge.tolist() == list(range(9))


def test_streets_of_no_extent_bound_nothing():
    ring = tiles.Streets(np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int32), np.array([40.0]),
                         np.zeros(1, dtype=np.int8))
    assert ring.least_cost_per_m() == np.inf
    rows = tiles.reach_tiled(ring, places(1, [0], [0], [5.0], [0.0]), places(1, [0], [0], [35.0], [1.0]), 50.0, size_m=10.0)
    assert rows.start.tolist() == [0, 1] and rows.cost.tolist() == [11]


def test_rows_of_all_tiles_by_source():
    rows = tiles.reach_tiled(street(), middle_of(8, 0, 1), middle_of(3, 1, 8, 0), 250.0, size_m=300.0, threads=1)
    assert rows.start.tolist() == [0, 1, 3, 6]
    assert rows.column.tolist() == [2, 1, 3, 0, 1, 3]
    assert rows.cost.tolist() == [0, 100, 0, 200, 0, 100]


def test_the_nearest_of_points_tile_by_tile():
    """From the middle of edge 3: 200 m to edge 1, 500 m to edge 8; source 0 has a second door on edge 5, 200 m and a leg of 30 m away."""
    sources = places(2, [0, 1, 0], [8, 1, 5], [50.0, 50.0, 50.0], [0.0, 0.0, 30.0])
    found = tiles.nearest_tiled(street(), sources, middle_of(3, 8, 0), 2, limit=250.0, size_m=300.0)
    assert not found.whole
    assert found.cost.tolist() == [[200, 230], [0, np.inf], [100, np.inf]]
    assert found.source.tolist() == [[1, 0], [0, -1], [1, -1]]


def test_the_nearest_without_a_limit_takes_the_whole_and_says_so():
    found = tiles.nearest_tiled(street(), middle_of(8, 0), places(2, [1], [7], [50.0], [5.0]), size_m=100.0)
    assert found.whole
    assert found.cost.tolist() == [[np.inf], [105]] and found.source.tolist() == [[-1], [0]]


def test_points_without_a_source_near_have_none():
    found = tiles.nearest_tiled(street(), places(0, [], [], [], []), middle_of(0), limit=50.0, size_m=100.0)
    assert found.cost.tolist() == [[np.inf]] and found.source.tolist() == [[-1]]


def test_sources_that_stand_nowhere_have_empty_rows():
    nowhere = places(2, [], [], [], [])
    assert tiles.reach_tiled(street(), nowhere, middle_of(0), 50.0, size_m=100.0).start.tolist() == [0, 0, 0]
    assert len(tiles.reach_tiled(street(), middle_of(0), nowhere, 50.0, size_m=100.0).column) == 0
