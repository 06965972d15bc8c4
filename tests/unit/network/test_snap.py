import numpy as np
import pytest

from planner.network.snap import attach


def at(network, *points, snap=300.0):
    x, y = np.array(points, dtype=float).T
    return attach(network, x, y, max_snap_m=snap)


def test_the_nearest_place_of_the_nearest_edge(draw):
    #  edge 0: bent, edge 1: straight above
    network = draw("0 0, 30 40, 60 0 | 0 100, 60 100")
    found = at(network, (30, 50), (60, -10), (20, 75), (15, 20), (70, 100))
    assert found.edge.tolist() == [0, 0, 1, 0, 1]
    assert found.along_m.tolist() == pytest.approx([50, 100, 20, 25, 60])
    assert found.leg_m.tolist() == pytest.approx([10, 10, 25, 0, 10])


@pytest.mark.parametrize(("y", "there"), [(300.0, True), (300 + 5e-7, True), (300.01, False)])
def test_the_limit_is_inclusive(draw, y, there):
    found = at(draw("0 0, 100 0"), (50, y))
    assert found.attached.tolist() == [there]
    assert len(found.leg_m) == len(found.along_m) == there


def test_a_limit_of_nothing_takes_points_on_streets(draw):
    assert at(draw("0 0, 100 0"), (50, 0), (50, 0.1), snap=0.0).attached.tolist() == [True, False]


def test_points_without_a_place_are_not_attached(draw):
    assert at(draw("0 0, 100 0"), (np.nan, 0), (np.inf, 0), (5, 0)).attached.tolist() == [False, False, True]


def test_no_points(draw):
    assert len(attach(draw("0 0, 100 0"), np.empty(0), np.empty(0), max_snap_m=300)) == 0


def test_of_equally_near_edges_the_first_is_taken(draw):
    assert at(draw("0 0, 100 0 | 0 20, 100 20 | 0 20, 100 20"), (50, 10), (50, 12)).edge.tolist() == [0, 1]
    assert at(draw("0 20, 100 20 | 0 0, 100 0"), (50, 10)).edge.tolist() == [0]


def test_along_is_in_the_stated_measure(draw):
    found = at(draw("0 0, 100 0, 100 100", length_m=[500]), (50, 1), (101, 100), (0, 0))
    assert found.along_m.tolist() == pytest.approx([125, 500, 0])
    assert found.leg_m.tolist() == pytest.approx([1, 1, 0])


def test_repeated_vertices_do_no_harm(draw):
    assert at(draw("0 0, 0 0, 50 0, 50 0, 100 0"), (70, 3)).along_m.tolist() == [70]


def test_blocks_of_points_change_nothing(draw, monkeypatch):
    network = draw("0 0, 30 40, 60 0 | 0 100, 60 100")
    points = np.random.default_rng(1).uniform(-200, 200, (50, 2))
    x, y = points.T
    whole = attach(network, x, y, max_snap_m=300)
    monkeypatch.setattr("planner.network.snap.AT_ONCE", 7)
    for threads in (1, 3):
        parts = attach(network, x, y, max_snap_m=300, threads=threads)
        assert whole.edge.tolist() == parts.edge.tolist() and whole.along_m.tolist() == parts.along_m.tolist()
