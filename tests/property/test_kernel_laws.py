"""Laws of the searches on random graphs: they agree with scipy and networkx bit for bit, and with themselves however the work is cut."""

from __future__ import annotations

import dataclasses
import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.network import kernel, places, tiles, whatif
from planner.network.csr import graph
from planner.network.standing import SPACE, Standing

TRIES = settings(max_examples=60, deadline=None)
"""No deadline: the first example of a process compiles."""


@st.composite
def cities(draw, directed=None):
    """Small street graphs: grids of the plane with zero-length, parallel and looping edges; costs are multiples of 1/8 m or any float."""
    nodes = draw(st.integers(1, 14))
    edges = draw(st.integers(0, 30))
    end = st.integers(0, nodes - 1)
    tail = draw(st.lists(end, min_size=edges, max_size=edges))
    head = draw(st.lists(end, min_size=edges, max_size=edges))
    exact = draw(st.booleans())
    cost = st.integers(0, 40).map(lambda k: k / 8) if exact else st.floats(0.01, 50.0)
    costs = draw(st.lists(cost, min_size=edges, max_size=edges))
    way = st.sampled_from([0, 0, 1, -1]) if directed is not False else st.just(0)
    direction = draw(st.lists(way, min_size=edges, max_size=edges))
    place = st.integers(0, 3).map(float)
    x, y = (draw(st.lists(place, min_size=nodes, max_size=nodes)) for _ in "xy")
    given_xy = draw(st.booleans())
    built = graph(nodes, tail, head, costs, direction=direction, x=x if given_xy else None, y=y if given_xy else None)
    return built, np.array(tail, dtype=int), np.array(head, dtype=int), np.array(costs, dtype=float), np.array(direction, dtype=int), exact


@st.composite
def seeds_on(draw, nodes, most=6):
    """Sources with none to three seeds each."""
    count = draw(st.integers(0, most))
    rows = draw(st.lists(st.tuples(st.integers(0, max(count - 1, 0)), st.integers(0, nodes - 1), st.integers(0, 80).map(lambda k: k / 8)),
                         max_size=3 * count)) if count else []
    source, node, cost = zip(*rows, strict=True) if rows else ((), (), ())
    return places.seeds(count, source, node, cost)


@st.composite
def places_on(draw, costs, most=6):
    """Points with none to three places on edges each."""
    count = draw(st.integers(0, most))
    rows = draw(st.lists(st.tuples(st.integers(0, max(count - 1, 0)), st.integers(0, len(costs) - 1), st.sampled_from([0.0, 0.25, 0.5,
                                                                                                                       1.0]),
                                   st.integers(0, 16).map(lambda k: k / 8)), max_size=2 * count)) if count and len(costs) else []
    point, edge, share, leg = zip(*rows, strict=True) if rows else ((), (), (), ())
    return places.places(count, point, edge, [s * costs[e] for s, e in zip(share, edge, strict=True)], leg)


limits = st.one_of(st.just(np.inf), st.integers(0, 100).map(lambda k: k / 8))


def arcs_of(tail, head, cost, direction, reverse=False):
    """All arcs as (from, to, cost)."""
    found = [(a, b, c) for a, b, c, w in zip(tail, head, cost, direction, strict=True) if w >= 0]
    found += [(b, a, c) for a, b, c, w in zip(tail, head, cost, direction, strict=True) if w <= 0]
    return [(b, a, c) for a, b, c in found] if reverse else found


def by_scipy(nodes, arcs, entry):
    """(S, N) cost from each source, by scipy: the sources are further nodes with arcs to their seeds."""
    best: dict[tuple[int, int], float] = {}
    source = places.owners(entry)
    for a, b, c in itertools.chain(arcs, zip(nodes + source, entry.node, entry.cost, strict=True)):
        if a != b:
            best[a, b] = min(best.get((a, b), np.inf), c)
    size = nodes + len(entry)
    rows = sorted(best)  # a stored 0 is an arc of length 0 in csr_array built from its parts
    start = np.searchsorted([a for a, _ in rows], np.arange(size + 1))
    matrix = csr_array((np.array([best[r] for r in rows], dtype=float), np.array([b for _, b in rows], dtype=np.int32),
                        start.astype(np.int32)),
                       shape=(size, size))
    return dijkstra(matrix, indices=np.arange(nodes, size))[:, :nodes] if len(entry) else np.empty((0, nodes))


def by_networkx(nodes, arcs, entry):
    """(S, N) cost from each source, by networkx."""
    made = nx.MultiDiGraph()
    made.add_nodes_from(range(nodes + len(entry)))
    made.add_weighted_edges_from(arcs)
    made.add_weighted_edges_from(zip((nodes + places.owners(entry)).tolist(), entry.node.tolist(), entry.cost.tolist(), strict=True))
    full = np.full((len(entry), nodes), np.inf)
    for s in range(len(entry)):
        for node, cost in nx.single_source_dijkstra_path_length(made, nodes + s).items():
            if node < nodes:
                full[s, node] = cost
    return full


def dense(rows, columns):
    """Rows as a matrix, inf where absent; no column may stand twice in a row."""
    full = np.full((len(rows), columns), np.inf)
    for r in range(len(rows)):
        part = slice(rows.start[r], rows.start[r + 1])
        assert len(set(rows.column[part].tolist())) == len(rows.column[part])
        full[r, rows.column[part]] = rows.cost[part]
    return full


def sorted_rows(rows, columns):
    """Rows with their columns ascending."""
    return kernel.turned(kernel.turned(rows, columns), len(rows))


def ranked(full, k, limit):
    """The k cheapest of each column, of equals the lowest row: cost and row, inf and -1 where there are fewer."""
    full = np.where(full <= limit, full, np.inf)
    order = np.argsort(full, axis=0, kind="stable")[:k]
    cost = np.take_along_axis(full, order, axis=0)
    cost = np.vstack([cost, np.full((k - len(cost), full.shape[1]), np.inf)])
    owner = np.vstack([order, np.full((k - len(order), full.shape[1]), -1)])
    return cost.T, np.where(np.isfinite(cost), owner, -1).T


def same(a, b):
    """Equal bit for bit."""
    assert len(a) == len(b)
    for left, right in zip(a, b, strict=True):
        np.testing.assert_array_equal(left, right)


@TRIES
@given(st.data(), cities(), limits, st.booleans())
def test_kernel_equals_scipy_equals_networkx(data, city, limit, reverse):
    built, tail, head, cost, direction, exact = city
    entry = data.draw(seeds_on(built.nodes))
    arcs = arcs_of(tail, head, cost, direction, reverse)
    full = by_scipy(built.nodes, arcs, entry)
    np.testing.assert_array_equal(full, by_networkx(built.nodes, arcs, entry))
    within = kernel.within(built, entry, limit, reverse=reverse, threads=1)
    np.testing.assert_array_equal(dense(within, built.nodes), np.where(full <= limit, full, np.inf))
    for k in (1, 2, 3):
        want_cost, want_owner = ranked(full, k, limit)
        got_cost, got_owner = kernel.k_nearest(built, entry, k, limit=limit, reverse=reverse)
        np.testing.assert_array_equal(got_cost, want_cost)
        if exact:  # other sums may round to equals that were none on the way: then another of them may own the node
            np.testing.assert_array_equal(got_owner, want_owner)
    one_cost, one_owner = kernel.nearest(built, entry, limit=limit, reverse=reverse)
    np.testing.assert_array_equal(one_cost, ranked(full, 1, limit)[0][:, 0])
    assert (np.isfinite(one_cost) == (one_owner >= 0)).all()
    there = np.flatnonzero(one_owner >= 0)
    np.testing.assert_array_equal(full[one_owner[there], there], one_cost[there])


def split_network(tail, head, cost, direction, nodes, points):
    """The network with a node at each place of each point, and a node for each point joined to its places by its legs; points : list of
    Places.

    Sums run in another order there, so costs must be multiples of 1/8 to be equal bit for bit. Returns nodes, arcs, first node of each
    Places.
    """
    arcs, extra = [], nodes
    stops: dict[int, list[tuple[float, int]]] = {e: [] for e in range(len(tail))}
    joined = []
    first = []
    for group in points:
        base = extra
        first.append(base)
        extra += len(group)
        for p, e, along, leg in zip(np.repeat(np.arange(len(group)), np.diff(group.start)), group.edge, group.along, group.leg,
                                    strict=True):
            stops[int(e)].append((float(along), extra))
            joined += [(base + int(p), extra, float(leg)), (extra, base + int(p), float(leg))]
            extra += 1
    for e in range(len(tail)):
        chain = [(0.0, int(tail[e])), *sorted(stops[e]), (float(cost[e]), int(head[e]))]
        for (d0, a), (d1, b) in itertools.pairwise(chain):
            between = d0 == d1 and max(a, b) >= nodes  # two names of one place, whatever the direction of travel
            if direction[e] >= 0 or between:
                arcs.append((a, b, d1 - d0))
            if direction[e] <= 0 or between:
                arcs.append((b, a, d1 - d0))
    return extra, arcs, joined, first


@TRIES
@given(st.data(), cities(), limits, st.booleans())
def test_splitting_edges_changes_nothing(data, city, limit, reverse):
    built, tail, head, cost, direction, _ = city
    cost = np.round(cost * 8) * 4 / 8  # multiples of 1/2: quarters of them are exact
    cost[direction != 0] += 0.5  # in one way of no length places would open the way back
    built = graph(built.nodes, tail, head, cost, direction=direction)
    sources, points = data.draw(places_on(cost)), data.draw(places_on(cost))
    nodes, arcs, joined, (first_source, first_point) = split_network(tail, head, cost, direction, built.nodes, [sources, points])
    if reverse:
        arcs = [(b, a, c) for a, b, c in arcs]
    want = np.full((len(sources), len(points)), np.inf)
    for s in range(len(sources)):
        for p in range(len(points)):  # a leg is walked by its own point only
            legs = [j for j in joined if {first_source + s, first_point + p} & {j[0], j[1]}]
            made = nx.MultiDiGraph()
            made.add_nodes_from(range(nodes))
            made.add_weighted_edges_from(arcs + legs)
            want[s, p] = nx.single_source_dijkstra_path_length(made, first_source + s).get(first_point + p, np.inf)
    rows = kernel.reach(built, sources, points, limit, reverse=reverse, threads=1)
    np.testing.assert_array_equal(dense(rows, len(points)), np.where(want <= limit, want, np.inf))
    turned = kernel.reach(built, sources, points, limit, reverse=reverse, by_point=True, threads=1)
    np.testing.assert_array_equal(dense(turned, len(sources)).T, np.where(want <= limit, want, np.inf))
    for p in range(len(points)):
        assert (np.diff(turned.column[turned.start[p]:turned.start[p + 1]]) > 0).all()
    for k in (1, 3):
        same(kernel.nearest_at(built, sources, points, k, limit=limit, reverse=reverse), ranked(want, k, limit))


@TRIES
@given(st.data(), cities(), limits, st.integers(2, 5))
def test_number_of_threads_changes_nothing(data, city, limit, threads):
    built, _, _, cost, _, _ = city
    entry = data.draw(seeds_on(built.nodes, most=20))
    one, many = (kernel.within(built, entry, limit, threads=t) for t in (1, threads))
    same((one.start, one.column, one.cost), (many.start, many.column, many.cost))
    sources, points = data.draw(places_on(cost, most=20)), data.draw(places_on(cost))
    one, many = (kernel.reach(built, sources, points, limit, threads=t) for t in (1, threads))
    same((one.start, one.column, one.cost), (many.start, many.column, many.cost))
    layers = [entry, data.draw(seeds_on(built.nodes))]
    for one_layer, many_layer in zip(*(kernel.nearest_layers(built, layers, threads=t) for t in (1, threads)), strict=True):
        same(one_layer, many_layer)


@TRIES
@given(st.data(), cities(), limits, st.booleans(), st.integers(0, 3))
def test_searching_together_changes_nothing(data, city, limit, reverse, labels):
    """Eight sources and more, wherever they stand, in lanes beside each other; with little room for labels some search alone after all."""
    built, _, _, cost, _, _ = city
    entry = data.draw(seeds_on(built.nodes, most=30))
    sources, points = data.draw(places_on(cost, most=20)), data.draw(places_on(cost))
    got = []
    for together in (1, 16):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernel, "TOGETHER", together)
            patch.setattr(kernel, "APART", 1e9)
            patch.setattr(kernel, "LABELS", 8**labels)
            patch.setattr(kernel, "in_chunks", lambda seeds, inside: [np.arange(len(seeds))])
            rows = kernel.within(built, entry, limit, reverse=reverse, threads=1)
            pairs = kernel.reach(built, sources, points, limit, reverse=reverse, threads=1)
            got.append((dense(rows, built.nodes), dense(pairs, len(points))))
    same(*got)


@TRIES
@given(st.data(), cities(), limits, st.booleans())
def test_incremental_equals_full(data, city, limit, reverse):
    built, _, _, _, _, exact = city
    entry = data.draw(seeds_on(built.nodes))
    now = whatif.WhatIf(built, entry, limit=limit, reverse=reverse)
    start = now.labels()
    same(start, kernel.nearest(built, entry, limit=limit, reverse=reverse))
    parts, gone = [entry], set()
    for _ in range(data.draw(st.integers(1, 4))):
        kept = now.labels()
        if data.draw(st.booleans()) and now.sources:
            leave = data.draw(st.lists(st.integers(0, now.sources - 1), max_size=3))
            gone |= set(leave)
            change = now.remove(np.array(leave, dtype=np.int64))
        else:
            parts.append(data.draw(seeds_on(built.nodes)))
            change = now.add(parts[-1])
        base = np.cumsum([0] + [len(p) for p in parts])
        source = np.concatenate([places.owners(p) + b for p, b in zip(parts, base, strict=False)])
        stay = ~np.isin(source, list(gone))
        everything = places.seeds(now.sources, source[stay], np.concatenate([p.node for p in parts])[stay],
                                  np.concatenate([p.cost for p in parts])[stay])
        cost, owner = now.labels()
        want_cost, want_owner = kernel.nearest(built, everything, limit=limit, reverse=reverse)
        np.testing.assert_array_equal(cost, want_cost)
        if exact:
            np.testing.assert_array_equal(owner, want_owner)
        assert not np.isin(owner, list(gone)).any()
        told = np.zeros(built.nodes, dtype=bool)
        told[change.node] = True
        same((cost[change.node], owner[change.node]), (change.cost, change.owner))
        same((start[0][change.node], start[1][change.node]), (change.cost_before, change.owner_before))
        same((cost[~told], owner[~told]), (start[0][~told], start[1][~told]))
        del kept
    now.undo()
    same(now.labels(), start)
    assert now.sources == len(entry)
    same((now.add(entry).node,), (now.undo() or whatif.WhatIf(built, entry, limit=limit, reverse=reverse).add(entry).node,))


def some_places(at, rows):
    """Some of the points on edges."""
    part = [slice(at.start[row], at.start[row + 1]) for row in rows]
    point = np.repeat(np.arange(len(rows)), [cut.stop - cut.start for cut in part])
    columns = [np.concatenate([np.zeros(0), *(values[cut] for cut in part)]) for values in (at.edge, at.along, at.leg)]
    return places.places(len(rows), point, *columns)


@TRIES
@given(st.data(), cities())
def test_standing_destinations_that_come_and_go_equal_a_whole_search(data, city):
    built, _, _, cost, _, exact = city
    points, every = data.draw(places_on(cost)), data.draw(places_on(cost, most=8))
    first = data.draw(st.lists(st.booleans(), min_size=len(every), max_size=len(every)))
    standing = np.flatnonzero(first)
    kept = Standing(built, points, some_places(every, standing))
    for _ in range(data.draw(st.integers(1, 3))):
        now = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=len(every), max_size=len(every))))
        stands = np.full(len(now), -1)
        stays = np.isin(now, standing)
        stands[stays] = np.searchsorted(standing, now[stays])
        if len(now) and data.draw(st.booleans()):
            stands[data.draw(st.integers(0, len(now) - 1))] = -1  # put where it was: new all the same
        there = some_places(every, now)
        found = kept.nearest(there, stands)
        want_cost, want_who = kernel.nearest_at(built, there, points, reverse=True)
        np.testing.assert_array_equal(found[0], want_cost[:, 0])
        if exact:
            np.testing.assert_array_equal(found[1], want_who[:, 0])


def test_too_many_between_two_that_stand_are_not_told_apart():
    street = graph(2, [0], [1], [100.0])
    two = places.places(2, [0, 1], [0, 0], [0.0, 100.0], [0.0, 0.0])
    kept = Standing(street, two, two)
    count = SPACE + 1
    many = places.places(count, np.arange(count), np.zeros(count), np.linspace(0, 100, count), np.zeros(count))
    between = np.full(count, -1)
    between[[0, -1]] = 0, 1
    assert [part.tolist() for part in kept.nearest(many, between)] == [[0, 0], [0, SPACE]]
    count += 1
    more = places.places(count, np.arange(count), np.zeros(count), np.linspace(0, 100, count), np.zeros(count))
    assert kept.nearest(more, np.insert(between, 1, -1)) is None


@TRIES
@given(st.data(), cities(), st.integers(0, 100).map(lambda k: k / 8), st.booleans(), st.sampled_from([0.7, 1.0, 2.5]))
def test_tiled_equals_whole(data, city, limit, reverse, size_m):
    built, tail, head, cost, direction, exact = city
    x, y = (np.array(data.draw(st.lists(st.integers(0, 60).map(float), min_size=built.nodes, max_size=built.nodes))) for _ in "xy")
    sources, points = data.draw(places_on(cost)), data.draw(places_on(cost))
    streets = tiles.Streets(x, y, tail.astype(np.int32), head.astype(np.int32), cost, direction.astype(np.int8))
    whole = sorted_rows(kernel.reach(built, sources, points, limit, reverse=reverse, threads=1), len(points))
    cut = tiles.reach_tiled(streets, sources, points, limit, size_m=size_m * 10, reverse=reverse, threads=1)
    same((whole.start, whole.column, whole.cost), (cut.start, cut.column, cut.cost))
    for k, far in ((1, limit), (3, limit), (2, np.inf)):
        want_cost, want_source = kernel.nearest_at(built, sources, points, k, limit=far, reverse=reverse)
        near = tiles.nearest_tiled(streets, sources, points, k, limit=far, size_m=size_m * 10, reverse=reverse)
        assert near.whole == (far == np.inf)
        np.testing.assert_array_equal(near.cost, want_cost)
        if exact:
            np.testing.assert_array_equal(near.source, want_source)


@pytest.mark.parametrize("shift", [0, 1, 3])
@TRIES
@given(st.data(), cities(), limits)
def test_tiles_and_full_pools_change_nothing(shift, data, city, limit):
    """Tiles of 1, 2 and 8 nodes, four buckets, and pools of the least size that is enough: so small that they fill up."""
    built, _, _, _, _, exact = city
    entry = data.draw(seeds_on(built.nodes, most=10))
    want = kernel.nearest(built, entry, limit=limit), kernel.k_nearest(built, entry, 2, limit=limit), kernel.within(built, entry, limit,
                                                                                                                    threads=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "TILE_SHIFT", shift)
        patch.setattr(kernel, "BUCKETS", 4)
        patch.setattr(kernel, "POOL_SPARE", 2)
        patch.setattr(kernel, "ROWS_AT_ONCE", 1)
        got = kernel.nearest(built, entry, limit=limit), kernel.k_nearest(built, entry, 2, limit=limit), kernel.within(built, entry, limit,
                                                                                                                       threads=1)
    np.testing.assert_array_equal(got[0][0], want[0][0])
    np.testing.assert_array_equal(got[1][0], want[1][0])
    if exact:
        np.testing.assert_array_equal(got[0][1], want[0][1])
        np.testing.assert_array_equal(got[1][1], want[1][1])
    np.testing.assert_array_equal(dense(got[2], built.nodes), dense(want[2], built.nodes))


def test_the_curve_puts_neighbours_side_by_side():
    side = 32
    x, y = (a.ravel().astype(float) for a in np.meshgrid(np.arange(side), np.arange(side)))
    order = np.random.default_rng(1).permutation(side * side)
    built = graph(side * side, [0], [1], [1.0], x=x[order], y=y[order])
    step = np.hypot(np.diff(x[order][built.order]), np.diff(y[order][built.order]))
    assert step.max() == 1.0  # a Hilbert curve through all places of a square grid never jumps
    assert sorted(built.order) == list(range(side * side))
    np.testing.assert_array_equal(built.rank[built.order], np.arange(side * side))


@pytest.mark.parametrize("threads", [1, 2])
def test_what_progress_raises_ends_the_work(threads):
    built = graph(2, [0], [1], [1.0])
    entry = places.seeds(5000, np.arange(5000), np.zeros(5000), np.zeros(5000))
    told = []

    def stop(share):
        told.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kernel.within(built, entry, 5.0, threads=threads, progress=stop)
    assert len(told) == 1
    told.clear()
    kernel.within(built, entry, 5.0, threads=threads, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("arguments", [
    (2, [0], [2], [1.0]), (2, [-1], [1], [1.0]), (2, [0], [1], [-1.0]), (2, [0], [1], [np.nan]), (2, [0], [1], [np.inf]), (2, [0, 1], [1],
                                                                                                                           [1.0]),
])
def test_arrays_that_are_no_graph_are_refused(arguments):
    with pytest.raises(ValueError):
        graph(*arguments)


def _small_pool(labels):
    """A pool with room for one entry more than can be live."""
    return np.empty(labels + 1, dtype=np.uint32), np.empty(labels + 1), np.empty(labels + 1, dtype=np.int32)


@settings(TRIES, max_examples=25)
@given(st.integers(0, 10**6), st.integers(6, 12))
def test_full_pools_change_nothing(seed, nodes):
    """All waiting nodes in one bucket, the last first: the worst order there is. Labels are corrected so often that the pools fill up."""
    rng = np.random.default_rng(seed)
    tail, head = np.triu_indices(nodes, 1)
    cost = rng.integers(1, 2**np.abs(tail - head).astype(np.int64) + 1).astype(float)
    built = graph(nodes, tail, head, cost)
    entry = places.seeds(3, [0, 1, 2], rng.integers(0, nodes, 3), rng.integers(0, 5, 3))
    lazy = dataclasses.replace(built, per_cost=1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "BUCKETS", 1)
        patch.setattr(kernel, "POOL_SPARE", 1)
        patch.setattr(kernel, "TILE_SHIFT", 4)
        patch.setattr(kernel, "_pool", lambda labels: _small_pool(3 * nodes if labels > 16 else nodes))
        got = kernel.nearest(lazy, entry), kernel.k_nearest(lazy, entry, 3), kernel.within(lazy, entry, np.inf, threads=1)
    same(got[0], kernel.nearest(built, entry))
    same(got[1], kernel.k_nearest(built, entry, 3))
    np.testing.assert_array_equal(dense(got[2], nodes), dense(kernel.within(built, entry, np.inf, threads=1), nodes))
