import math

import numpy as np
import pytest
import shapely

from planner.errors import PlannerError
from planner.measure import costs
from planner.measure.costs import (
    IN_TRANSIT,
    PAIR_BYTES,
    POINT_BYTES,
    SAMPLE,
    Asked,
    CostMatrix,
    cost_blocks,
    cost_matrices,
    cost_matrix,
    estimate,
    nearest,
)
from planner.network.graph import from_lines
from planner.network.snap import attach

STREET = from_lines([shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (300, 0)])], crs="EPSG:32650")


def at(*points):
    x, y = np.array(points, dtype=float).T
    return attach(STREET, x, y, max_snap_m=300)


def test_rows_by_demand_and_columns_in_order():
    matrix = cost_matrix(STREET, at((0, 0), (9999, 0), (100, 0)), at((250, 0), (100, 5), (40, 0)), limit_m=110)
    assert matrix.shape == (3, 3) and matrix.limit_m == 110
    assert matrix.start.tolist() == [0, 2, 2, 4]
    assert [part.tolist() for part in matrix.row(0)] == [[1, 2], [105, 40]]
    assert [part.tolist() for part in matrix.row(1)] == [[], []]
    assert [part.tolist() for part in matrix.row(2)] == [[1, 2], [5, 60]]


def test_a_facility_at_the_door_is_a_stored_zero():
    matrix = cost_matrix(STREET, at((60, 0)), at((60, 0)), limit_m=0)
    assert matrix.column.tolist() == [0] and matrix.cost_m.tolist() == [0]


def test_nothing_within_the_limit():
    matrix = cost_matrix(STREET, at((0, 0)), at((300, 0)), limit_m=10)
    assert matrix.start.tolist() == [0, 0] and len(matrix.column) == 0


@pytest.mark.parametrize("limit", [-1.0, math.nan, math.inf])
def test_a_limit_must_be_a_number_of_metres(limit):
    with pytest.raises(PlannerError, match="limit_invalid"):
        cost_matrix(STREET, at((0, 0)), at((0, 0)), limit_m=limit)


def test_the_nearest_without_a_limit():
    found = nearest(STREET, at((0, 7), (9999, 0), (290, 0)), at((250, 0), (300, -10)))
    assert found.cost_m.tolist() == [257, math.inf, 20]
    assert found.facility.tolist() == [0, -1, 1]
    assert found.attached.tolist() == [True, False, True]


def test_no_facility_is_no_distance():
    found = nearest(STREET, at((0, 0)), at((9999, 9999)))
    assert found.cost_m.tolist() == [math.inf] and found.facility.tolist() == [-1]


def test_parts_that_do_not_fit_are_refused():
    with pytest.raises(PlannerError, match="cost_matrix_shape"):
        CostMatrix((2, 1), np.array([0, 1]), np.array([0]), np.array([1.0]), 10)


# ---- many layers -----------------------------------------------------------------------------------------------------
def grid(side=14, step=100.0, one_way=False):
    """A square grid of streets, bent a little so that no two ways are as long as each other by chance."""
    rng = np.random.default_rng(3)
    node = (np.indices((side, side)).reshape(2, -1).T * step + rng.normal(0, 8, (side * side, 2))).reshape(side, side, 2)
    lines = [shapely.LineString([a, b]) for a, b in zip(node[:-1].reshape(-1, 2), node[1:].reshape(-1, 2), strict=True)]
    lines += [shapely.LineString([a, b]) for a, b in zip(node[:, :-1].reshape(-1, 2), node[:, 1:].reshape(-1, 2), strict=True)]
    columns = {"oneway": np.array(["yes" if one_way and k % 5 == 0 else "" for k in range(len(lines))], dtype=object)}
    return from_lines(lines, crs="EPSG:32650", mode="drive" if one_way else "walk", columns=columns)


def scattered(network, count, seed, away=0.0):
    x, y = np.random.default_rng(seed).uniform(-200, 1400, (2, count)) + away
    return attach(network, x, y, max_snap_m=100)


def same(one, other):
    return one.shape == other.shape and one.limit_m == other.limit_m and all(
        np.array_equal(getattr(one, part), getattr(other, part)) for part in ("start", "column", "cost_m"))


NETS = {"both ways": grid(), "one way": grid(one_way=True)}
DEMAND = {name: scattered(network, 60, 1) for name, network in NETS.items()}


def layers(network):
    """Few, many, none and unattached facilities, within different limits; `crowd` has more places than the demand."""
    return {"few": Asked(scattered(network, 3, 2), 500.0), "some": Asked(scattered(network, 40, 4), 350.0),
            "none": Asked(scattered(network, 0, 5), 400.0), "crowd": Asked(scattered(network, 200, 6), 300.0),
            "away": Asked(scattered(network, 4, 7, away=9000.0), 900.0), "door": Asked(scattered(network, 30, 8), 0.0)}


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("threads", [1, 3])
def test_one_pass_is_layer_by_layer_bit_for_bit(name, threads):
    network, demand = NETS[name], DEMAND[name]
    found = cost_matrices(network, demand, layers(network), threads=threads)
    assert list(found) == list(layers(network))
    for layer, asked in layers(network).items():
        assert same(found[layer], cost_matrix(network, demand, asked.facilities, limit_m=asked.limit_m)), layer
        assert found[layer].column.dtype == np.int32
    assert len(found["some"].column) > 50 and len(found["crowd"].column) > 50 and len(found["away"].column) == 0


def smallest_budget(demand):
    return (8 + POINT_BYTES) * (len(demand) + 1) + (1 + IN_TRANSIT) * PAIR_BYTES * len(demand)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("spare", [0, 300, 10**9])
def test_blocks_side_by_side_are_the_whole(name, spare):
    network, demand = NETS[name], DEMAND[name]
    budget, whole = smallest_budget(demand) + spare, cost_matrices(network, demand, layers(network))
    parts = {}
    for block in cost_blocks(network, demand, layers(network), budget_bytes=budget):
        assert block.matrix.nbytes + IN_TRANSIT * PAIR_BYTES * len(block.matrix.column) <= budget
        parts.setdefault(block.layer, []).append(block)
    assert list(parts) == list(whole)
    for layer, blocks in parts.items():
        firsts = np.cumsum([0, *(block.matrix.shape[1] for block in blocks)])
        assert [block.first for block in blocks] == firsts[:-1].tolist() and firsts[-1] == whole[layer].shape[1]
        for i in range(len(demand)):
            column, cost = (np.concatenate(part) for part in zip(*(block.matrix.row(i) for block in blocks), strict=True))
            shift = np.concatenate([np.full(len(block.matrix.row(i)[0]), block.first) for block in blocks])
            assert np.array_equal(column + shift, whole[layer].row(i)[0]) and np.array_equal(cost, whole[layer].row(i)[1])
    most = max(len(blocks) for blocks in parts.values())
    assert (most == 1) if spare == 10**9 else (most > 3)


def test_a_block_with_more_pairs_than_foreseen_is_halved(monkeypatch):
    network, demand = NETS["both ways"], DEMAND["both ways"]
    monkeypatch.setattr(costs, "_pairs", lambda targets, asked: 1)
    found = list(cost_blocks(network, demand, {"some": layers(network)["some"]}, budget_bytes=smallest_budget(demand)))
    assert len(found) > 3 and sum(block.matrix.shape[1] for block in found) == 40
    monkeypatch.undo()
    assert sum(len(block.matrix.column) for block in found) == len(cost_matrices(network, demand, layers(network))["some"].column)


def test_what_does_not_fit_is_refused_before_and_while_it_is_made(monkeypatch):
    network, demand = NETS["both ways"], DEMAND["both ways"]
    with pytest.raises(PlannerError, match="cost_matrices_memory"):
        cost_matrices(network, demand, layers(network), budget_bytes=20_000)
    with pytest.raises(PlannerError, match="cost_matrices_memory"):
        next(cost_blocks(network, demand, layers(network), budget_bytes=smallest_budget(demand) - 1))
    monkeypatch.setattr(costs, "_pairs", lambda targets, asked: 1)
    for layer in ("some", "crowd"):
        with pytest.raises(PlannerError, match="cost_matrices_memory"):
            cost_matrices(network, demand, {layer: layers(network)[layer]}, budget_bytes=smallest_budget(demand) // 2)


def test_the_default_budget_is_a_share_of_what_is_free(monkeypatch):
    network, demand = NETS["both ways"], DEMAND["both ways"]
    monkeypatch.setattr("planner.measure.memory.free_bytes", lambda: 20_000)
    with pytest.raises(PlannerError, match="cost_matrices_memory"):
        cost_matrices(network, demand, layers(network))


@pytest.mark.parametrize("facilities", [20, 400])
def test_memory_is_estimated_before_it_is_taken(facilities):
    network = NETS["both ways"]
    demand = scattered(network, 3000, 1)
    asked = {name: Asked(scattered(network, facilities, seed), 600.0) for seed, name in enumerate("abc")}
    said = estimate(network, demand, asked, threads=1)
    assert said == estimate(network, demand, asked, threads=1)
    found = cost_matrices(network, demand, asked, threads=1)
    pairs, held = {name: len(matrix.column) for name, matrix in found.items()}, sum(matrix.nbytes for matrix in found.values())
    for name in asked:
        assert (said.pairs[name] == pairs[name]) if facilities <= SAMPLE else (pairs[name] < said.pairs[name] < 1.7 * pairs[name])
    assert held <= said.held_bytes < 1.7 * held
    turning = IN_TRANSIT * PAIR_BYTES * max(said.pairs.values())
    assert said.peak_bytes == said.held_bytes + POINT_BYTES * len(demand) + turning
    assert estimate(network, demand, asked, threads=3).peak_bytes == said.peak_bytes + 2 * turning


@pytest.mark.parametrize("make", [cost_matrices, lambda *asked, **settings: list(cost_blocks(*asked, **settings))])
def test_progress_climbs_to_one_and_may_end_the_work(make):
    network, demand, told = NETS["one way"], DEMAND["one way"], []
    make(network, demand, layers(network), progress=told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0) and min(told) >= 0
    told.clear()
    make(network, demand, layers(network), progress=told.append, threads=1)
    assert told == sorted(told) and len(told) > 5

    class EndedError(Exception):
        pass

    def end(share):
        raise EndedError

    with pytest.raises(EndedError):
        make(network, demand, layers(network), progress=end)


def test_each_layer_has_a_limit_that_is_a_number():
    with pytest.raises(PlannerError, match="limit_invalid"):
        Asked(at((0, 0)), math.inf)
