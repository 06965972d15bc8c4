"""The searches on drawn graphs, with answers worked by hand."""

import numpy as np
import pytest

from planner.network import fronts, kernel, reaching
from planner.network.csr import graph
from planner.network.places import Seeds, places, seeds

pytestmark = pytest.mark.usefixtures("loops_as")

#      0 --10-- 1 --10-- 2 --10-- 3        4 (alone)        edges 0, 1, 2
CHAIN = graph(5, [0, 1, 2], [1, 2, 3], [10.0, 10.0, 10.0])

#      0 --4-- 1 --4-- 2        node 3 hangs from 1 by 1, a street round from 0 to 2 by 20; nodes in a square, so that they are
#              |1      |        numbered anew inside
#              3       +--20-- 0
STAR = graph(4, [0, 1, 1, 0], [1, 2, 3, 2], [4.0, 4.0, 1.0, 20.0], x=[0.0, 5.0, 9.0, 5.0], y=[0.0, 0.0, 0.0, -1.0])


def entry(*rows, count=None):
    """Seeds (source, node, cost)."""
    source, node, cost = zip(*rows, strict=True)
    return seeds(count or max(source) + 1, source, node, cost)


def on_edges(*points):
    """Points of one place (edge, along, leg) each."""
    edge, along, leg = zip(*points, strict=True)
    return places(len(points), range(len(points)), edge, along, leg)


def cells(rows):
    """Rows as {(row, column): cost}."""
    row = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    assert len({*zip(row.tolist(), rows.column.tolist(), strict=True)}) == len(row)
    return dict(zip(zip(row.tolist(), rows.column.tolist(), strict=True), rows.cost.tolist(), strict=True))


def test_nearest_source_and_owner():
    cost, owner = kernel.nearest(CHAIN, entry((0, 0, 0), (1, 3, 2)))
    assert cost.tolist() == [0, 10, 12, 2, np.inf]
    assert owner.tolist() == [0, 0, 1, 1, -1]


def test_nearest_on_nodes_that_are_numbered_anew_inside():
    cost, owner = kernel.nearest(STAR, entry((0, 3, 0), (1, 2, 3)))
    assert cost.tolist() == [5, 1, 3, 0] and owner.tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_equal_sources_the_lowest(order):
    a, b = order
    cost, owner = kernel.nearest(CHAIN, entry((a, 0, 5), (b, 2, 5)))
    assert cost.tolist()[:4] == [5, 15, 5, 15] and owner.tolist()[:4] == [a, 0, b, b]


def test_the_lowest_owner_is_handed_on_far():
    chain = graph(50, range(49), range(1, 50), np.ones(49))
    _, owner = kernel.nearest(chain, entry((1, 0, 3), (0, 0, 3)))
    assert set(owner.tolist()) == {0}


def test_arcs_without_cost_are_ways_and_loops_are_none():
    free = graph(3, [0, 1, 1], [1, 2, 1], [0.0, 0.0, 0.0])
    cost, owner = kernel.nearest(free, entry((0, 0, 0)))
    assert cost.tolist() == [0, 0, 0] and owner.tolist() == [0, 0, 0]


def test_of_parallel_edges_the_shorter():
    two = graph(2, [0, 1], [1, 0], [7.0, 5.0])
    assert kernel.nearest(two, entry((0, 0, 0)))[0].tolist() == [0, 5]


def test_a_limit_of_nearest_is_inclusive():
    cost, owner = kernel.nearest(CHAIN, entry((0, 0, 0)), limit=10.0)
    assert cost.tolist() == [0, 10, np.inf, np.inf, np.inf] and owner.tolist() == [0, 0, -1, -1, -1]


def test_no_sources_and_no_nodes():
    cost, owner = kernel.nearest(CHAIN, Seeds(np.array([0]), np.empty(0, dtype=np.int32), np.empty(0)))
    assert np.isinf(cost).all() and (owner == -1).all()
    nothing = graph(0, [], [], [])
    assert len(kernel.nearest(nothing, seeds(0, [], [], []))[0]) == 0
    assert len(kernel.within(nothing, seeds(0, [], [], []), 5.0)) == 0


def test_layers_are_searched_each_for_itself():
    first, second = kernel.nearest_layers(CHAIN, [entry((0, 0, 0)), entry((0, 3, 1))], threads=2)
    assert first[0].tolist() == [0, 10, 20, 30, np.inf] and second[0].tolist() == [31, 21, 11, 1, np.inf]


def test_the_two_nearest_of_three():
    cost, owner = kernel.k_nearest(CHAIN, entry((0, 0, 0), (1, 1, 1), (2, 3, 0)), 2)
    #      node 1: source 1 stands there with 1, source 0 is 10 away (source 2: 20); node 2: source 2 is 10 away, source 1 is 11 away
    assert cost.tolist() == [[0, 11], [1, 10], [10, 11], [0, 21], [np.inf, np.inf]]
    assert owner.tolist() == [[0, 1], [1, 0], [2, 1], [2, 1], [-1, -1]]


def test_the_nearest_of_equals_are_the_lowest_numbers():
    cost, owner = kernel.k_nearest(STAR, entry((0, 1, 2), (1, 1, 2), (2, 1, 2)), 2)
    assert cost.tolist() == [[6, 6], [2, 2], [6, 6], [3, 3]] and owner.tolist() == [[0, 1]] * 4


@pytest.mark.parametrize("k", [0, 32])
def test_k_has_bounds(k):
    with pytest.raises(ValueError, match="31"):
        kernel.k_nearest(CHAIN, entry((0, 0, 0)), k)


def test_within_is_inclusive_and_sparse():
    rows = kernel.within(CHAIN, entry((0, 0, 0), (1, 3, 1)), 20.0)
    assert cells(rows) == {(0, 0): 0, (0, 1): 10, (0, 2): 20, (1, 2): 11, (1, 3): 1}


def test_a_source_without_seeds_reaches_nothing():
    assert cells(kernel.within(CHAIN, entry((1, 0, 0), count=3), 5.0)) == {(1, 0): 0}


@pytest.mark.parametrize("reverse", [False, True])
def test_direction_counts(reverse):
    one_way = graph(3, [0, 2], [1, 1], [10.0, 10.0], direction=[1, -1])  # 0 -> 1 -> 2
    want = {(0, 1): 0, (0, 0): 10} if reverse else {(0, 1): 0, (0, 2): 10}
    assert cells(kernel.within(one_way, entry((0, 1, 0)), 100.0, reverse=reverse)) == want


def test_little_room_and_narrow_tiles_change_nothing(monkeypatch):
    sources = entry(*((k, k % 4, k) for k in range(9)))
    whole, near, two = kernel.within(STAR, sources, 6.0), kernel.nearest(STAR, sources), kernel.k_nearest(STAR, sources, 2)
    monkeypatch.setattr(kernel, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(kernel, "TILE_SHIFT", 0)
    monkeypatch.setattr(kernel, "CHUNK_SOURCES", 2)
    assert cells(kernel.within(STAR, sources, 6.0, threads=2)) == cells(whole)
    for got, want in ((kernel.nearest(STAR, sources), near), (kernel.k_nearest(STAR, sources, 2), two)):
        assert [part.tolist() for part in got] == [part.tolist() for part in want]


def test_a_pool_that_fills_up_is_cleared_and_changes_nothing(monkeypatch, loops_as):
    """One bucket, in which the entry that came last goes first: labels are corrected so often that the least pools fill up."""
    size = 8
    tail, head = np.triu_indices(size, 1)
    cost = np.random.default_rng(5).integers(1, 2 ** (head - tail) + 1).astype(float)
    dense = graph(size, tail, head, cost)
    sources = entry((0, 0, 0), (1, 5, 3), (2, 7, 1))
    want = kernel.nearest(dense, sources), kernel.k_nearest(dense, sources, 2), cells(kernel.within(dense, sources, np.inf))
    cleared = []
    if loops_as == "interpreted":
        for module, name in ((reaching, "_compact"), (fronts, "_compact"), (fronts, "_compact_k")):
            counting(monkeypatch, module, name, cleared)

    def pool(labels):
        room = (2 * size if labels > 8 else size) + 1
        return np.empty(room, dtype=np.uint32), np.empty(room), np.empty(room, dtype=np.int32)

    monkeypatch.setattr(kernel, "BUCKETS", 1)
    monkeypatch.setattr(kernel, "TILE_SHIFT", 3)
    monkeypatch.setattr(kernel, "_pool", pool)
    got = kernel.nearest(dense, sources), kernel.k_nearest(dense, sources, 2), cells(kernel.within(dense, sources, np.inf))
    for now, before in zip(got[:2], want[:2], strict=True):
        assert [part.tolist() for part in now] == [part.tolist() for part in before]
    assert got[2] == want[2]
    if loops_as == "interpreted":
        assert {"planner.network.reaching._compact", "planner.network.fronts._compact", "planner.network.fronts._compact_k"} == set(cleared)


def crowd(ring=False):
    """A street of nodes 0..19, 10 m apart, twice as far between 9 and 10, or a ring; 0 is far away. Sources at 1..12, each with a cost
    of its number."""
    tail = [*range(1, 19), 19] if ring else range(1, 19)
    head = [*range(2, 20), 1] if ring else range(2, 20)
    lengths = [20.0 if a == 9 else 10.0 for a in tail]
    return graph(20, tail, head, lengths), entry(*((s, s + 1, float(s)) for s in range(12)))


@pytest.mark.parametrize("ring", [False, True])
@pytest.mark.parametrize("patience", [16, 0])
def test_sources_that_search_together_reach_what_each_reaches_alone(monkeypatch, loops_as, ring, patience):
    street, sources = crowd(ring)
    monkeypatch.setattr(kernel, "TOGETHER", 1)
    alone = kernel.within(street, sources, 45.0, threads=1)
    assert cells(alone)[8, 11] == 8 + 10 * 2 + 10  # from node 9 over the long stretch to node 11
    spreads = []
    if loops_as == "interpreted":
        monkeypatch.setattr(reaching, "PATIENCE", patience)
        counting(monkeypatch, reaching, "_spread", spreads)
    monkeypatch.setattr(kernel, "TOGETHER", 16)
    monkeypatch.setattr(kernel, "APART", 100.0)
    monkeypatch.setattr(kernel, "CHUNK_SOURCES", 99)
    monkeypatch.setattr(kernel, "in_chunks", lambda seeds, inside: [np.arange(len(seeds))])
    assert cells(kernel.within(street, sources, 45.0, threads=1)) == cells(alone)
    assert len(spreads) == (loops_as == "interpreted")  # the first alone, the eleven others together


def test_where_labels_have_no_room_sources_search_one_by_one(monkeypatch, loops_as):
    street, sources = crowd()
    sources = Seeds(sources.start, np.array([0, *range(2, 13)], dtype=np.int32), sources.cost)  # the first stands alone: a row of 1 node
    monkeypatch.setattr(kernel, "TOGETHER", 1)
    alone = cells(kernel.within(street, sources, 500.0, threads=1))
    spreads = []
    if loops_as == "interpreted":
        counting(monkeypatch, reaching, "_spread", spreads)
    monkeypatch.setattr(kernel, "TOGETHER", 16)
    monkeypatch.setattr(kernel, "APART", 100.0)
    monkeypatch.setattr(kernel, "LABELS", 33)  # eleven rows of one node each would fit, which is what they are taken for
    monkeypatch.setattr(kernel, "in_chunks", lambda seeds, inside: [np.arange(len(seeds))])
    assert cells(kernel.within(street, sources, 500.0, threads=1)) == alone
    assert spreads == []


def counting(monkeypatch, module, name, calls):
    """Notes the calls of a step."""
    step = getattr(module, name)

    def noted(*arguments):
        calls.append(f"{module.__name__}.{name}")
        return step(*arguments)

    monkeypatch.setattr(module, name, noted)


#      on the CHAIN: A stands 3 along the first edge with a leg of 1, B 8 along it, C 5 along the last edge with a leg of 2
A, B, C = (0, 3.0, 1.0), (0, 8.0, 0.0), (2, 5.0, 2.0)


def test_points_on_edges_reach_each_other_straight_or_by_the_nodes():
    rows = kernel.reach(CHAIN, on_edges(A), on_edges(A, B, C), 30.0)
    assert cells(rows) == {(0, 0): 2, (0, 1): 6, (0, 2): 1 + 7 + 10 + 5 + 2}
    assert cells(kernel.reach(CHAIN, on_edges(A), on_edges(A, B, C), 24.9)) == {(0, 0): 2, (0, 1): 6}


def test_points_reach_each_other_round_a_loop_where_that_is_shorter():
    ring = graph(1, [0], [0], [40.0])
    assert cells(kernel.reach(ring, on_edges((0, 5.0, 0.0)), on_edges((0, 35.0, 0.0), (0, 20.0, 0.0)), 99.0)) == {(0, 0): 10, (0, 1): 15}


def test_a_point_with_two_doors_is_reached_by_the_nearer():
    two_doors = places(1, [0, 0], [0, 2], [0.0, 10.0], [4.0, 1.0])  # at node 0 with a leg of 4, at node 3 with a leg of 1
    assert cells(kernel.reach(CHAIN, on_edges(C), two_doors, 50.0)) == {(0, 0): 2 + 5 + 1}


@pytest.mark.parametrize(("direction", "reverse", "want"), [
    (1, False, {(0, 1): 6}), (1, True, {(0, 0): 2}), (-1, False, {(0, 0): 2}), (-1, True, {(0, 1): 6}),
])
def test_nobody_goes_against_a_one_way_street(direction, reverse, want):
    street = graph(2, [0], [1], [10.0], direction=[direction])
    # from 4 along it, another point 2 back and one 6 on; a point may stay where it is
    rows = kernel.reach(street, on_edges((0, 4.0, 0.0)), on_edges((0, 2.0, 0.0), (0, 10.0, 0.0)), 50.0, reverse=reverse)
    assert cells(rows) == want


def test_rows_by_point_ascend():
    rows = kernel.reach(CHAIN, on_edges(C, A, B), on_edges(B, C), 100.0, by_point=True)
    assert rows.start.tolist() == [0, 3, 6]
    assert rows.column.tolist() == [0, 1, 2, 0, 1, 2]
    assert rows.cost.tolist() == [2 + 5 + 10 + 2, 6, 0, 4, 25, 19]


def test_the_nearest_of_points_on_edges():
    cost, who = kernel.nearest_at(CHAIN, on_edges(C, A), on_edges(B, C), 2)
    assert cost.tolist() == [[6, 19], [4, 25]] and who.tolist() == [[1, 0], [0, 1]]


def test_turned_twice_rows_ascend():
    rows = kernel.Rows(np.array([0, 2, 2, 3]), np.array([3, 1, 0], dtype=np.int32), np.array([30.0, 10.0, 0.0]))
    columns = kernel.turned(rows, 4)
    assert columns.start.tolist() == [0, 1, 2, 2, 3]
    assert columns.column.tolist() == [2, 0, 0] and columns.cost.tolist() == [0, 10, 30]
    again = kernel.turned(columns, 3)
    assert again.start.tolist() == [0, 2, 2, 3] and again.column.tolist() == [1, 3, 0]
