"""Graphs from edges, and what is none."""

import numpy as np
import pytest

from planner.network.csr import graph
from planner.network.places import Places, places, seeds, seeds_at

pytestmark = pytest.mark.usefixtures("loops_as")


def test_arcs_of_both_senses():
    #  0 -> 1 one-way, 1 - 2 both ways, 2 - 2 a loop
    made = graph(3, [0, 2, 2], [1, 1, 2], [5.0, 7.0, 9.0], direction=[1, 0, 0])
    assert (made.nodes, made.edges) == (3, 3)
    assert made.ahead.start.tolist() == [0, 1, 2, 3] and made.ahead.head.tolist() == [1, 2, 1] and made.ahead.cost.tolist() == [5, 7, 7]
    assert made.against.start.tolist() == [0, 0, 2, 3] and made.against.head.tolist() == [0, 2, 1]
    assert made.arcs(True) is made.against


def test_where_all_streets_go_both_ways_the_senses_are_one():
    made = graph(2, [0], [1], [5.0])
    assert made.against is made.ahead


def test_the_curve_puts_neighbours_side_by_side():
    side = 8
    x, y = (part.ravel().astype(float) for part in np.meshgrid(np.arange(side), np.arange(side)))
    order = np.random.default_rng(1).permutation(side * side)
    built = graph(side * side, [0], [1], [1.0], x=x[order], y=y[order])
    step = np.hypot(np.diff(x[order][built.order]), np.diff(y[order][built.order]))
    assert step.max() == 1.0  # a Hilbert curve through all places of a square grid never jumps
    assert built.rank[built.order].tolist() == list(range(side * side))


@pytest.mark.parametrize("arguments", [
    (2, [0], [2], [1.0]), (2, [-1], [1], [1.0]), (2, [0], [1], [-1.0]), (2, [0], [1], [np.nan]), (2, [0], [1], [np.inf]),
    (2, [0, 1], [1], [1.0]),
])
def test_arrays_that_are_no_graph_are_refused(arguments):
    with pytest.raises(ValueError):
        graph(*arguments)


@pytest.mark.parametrize("x", [[0.0], [0.0, np.nan]])
def test_places_of_nodes_must_be_whole(x):
    with pytest.raises(ValueError, match="finite"):
        graph(2, [0], [1], [1.0], x=x, y=[0.0, 0.0])


def test_seeds_and_places_that_are_none_are_refused():
    made = graph(2, [0], [1], [1.0])
    with pytest.raises(ValueError, match="nobody"):
        seeds(1, [1], [0], [0.0])
    with pytest.raises(ValueError, match="cost"):
        seeds(1, [0], [0], [np.nan])
    with pytest.raises(ValueError, match="along"):
        places(1, [0], [0], [-1.0], [0.0])
    with pytest.raises(ValueError, match="edge"):
        seeds_at(made, places(1, [0], [1], [0.0], [0.0]))


def test_a_point_on_an_edge_meets_both_its_ends():
    made = graph(2, [0], [1], [10.0])
    found = seeds_at(made, Places(np.array([0, 1]), np.array([0], dtype=np.int32), np.array([3.0]), np.array([1.0])))
    assert found.node.tolist() == [0, 1] and found.cost.tolist() == [4, 8]
