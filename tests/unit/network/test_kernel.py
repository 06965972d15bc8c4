import numpy as np
import pytest

from planner.network import kernel
from planner.network.kernel import arcs, nearest, seeds, within


def graph(nodes, *rows, both=True):
    """Arcs (tail, head, cost), both ways unless told otherwise."""
    tail, head, cost = (np.array(part) for part in zip(*rows, strict=True))
    if both:
        tail, head, cost = np.concatenate([tail, head]), np.concatenate([head, tail]), np.concatenate([cost, cost])
    return arcs(nodes, tail, head, cost.astype(float))


def entry(*rows, count=None):
    """Seeds (source, node, cost)."""
    source, node, cost = (np.array(part) for part in zip(*rows, strict=True))
    return seeds(count or int(source.max()) + 1, source, node, cost.astype(float))


#  0 -10- 1 -10- 2 -10- 3      4 (alone)
CHAIN = graph(5, (0, 1, 10), (1, 2, 10), (2, 3, 10))


def test_arcs_keep_the_cheapest_and_no_loops():
    made = graph(3, (0, 1, 7), (0, 1, 5), (1, 1, 1), (2, 0, 3), both=False)
    assert made.start.tolist() == [0, 1, 1, 2]
    assert made.head.tolist() == [1, 0] and made.cost.tolist() == [5, 3]


def test_seeds_keep_the_cheapest_at_a_node():
    made = entry((1, 4, 9), (0, 2, 1), (1, 4, 6))
    assert made.start.tolist() == [0, 1, 2] and made.node.tolist() == [2, 4] and made.cost.tolist() == [1, 6]


def test_nearest_source_and_owner():
    cost, owner = nearest(CHAIN, entry((0, 0, 0), (1, 3, 2)))
    assert cost.tolist() == [0, 10, 12, 2, np.inf]
    assert owner.tolist() == [0, 0, 1, 1, -1]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_equal_sources_the_lowest(order):
    a, b = order
    _, owner = nearest(CHAIN, entry((a, 0, 5), (b, 2, 5)))
    assert owner.tolist()[:4] == [a, 0, b, b]


def test_the_lowest_owner_is_handed_on_far():
    chain = graph(50, *((k, k + 1, 1) for k in range(49)))
    _, owner = nearest(chain, entry((1, 0, 3), (0, 0, 3)))
    assert set(owner.tolist()) == {0}


def test_arcs_without_cost_are_ways_too():
    free = graph(3, (0, 1, 0), (1, 2, 0))
    cost, owner = nearest(free, entry((0, 0, 0)))
    assert cost.tolist() == [0, 0, 0] and owner.tolist() == [0, 0, 0]


def test_no_sources():
    cost, owner = nearest(CHAIN, kernel.Seeds(np.array([0]), np.empty(0, dtype=np.int64), np.empty(0)))
    assert np.isinf(cost).all() and (owner == -1).all()


def collect(*args):
    return [tuple(row) for _, *columns in within(*args) for row in zip(*(column.tolist() for column in columns), strict=True)]


def test_within_is_inclusive_and_sparse():
    assert collect(CHAIN, entry((0, 0, 0), (1, 3, 1)), 20.0) == [
        (0, 0, 0), (0, 1, 10), (0, 2, 20), (1, 2, 11), (1, 3, 1)]


def test_direction_counts():
    one_way = graph(3, (0, 1, 10), (1, 2, 10), both=False)
    assert collect(one_way, entry((0, 1, 0)), 100.0) == [(0, 1, 0), (0, 2, 10)]


def test_blocks_of_sources_change_nothing(monkeypatch):
    sources = entry(*((k, k % 4, k) for k in range(9)))
    whole = collect(CHAIN, sources, 25.0)
    monkeypatch.setattr(kernel, "CELLS_AT_ONCE", 10)
    assert len(list(within(CHAIN, sources, 25.0))) == 5
    assert collect(CHAIN, sources, 25.0) == whole


def test_a_source_without_seeds_reaches_nothing():
    assert collect(CHAIN, entry((1, 0, 0), count=3), 5.0) == [(1, 0, 0)]
