import numpy as np
import pytest

from planner.network import paths
from planner.network.snap import attach

pytestmark = pytest.mark.usefixtures("loops_as")


def at(network, *points):
    x, y = np.array(points, dtype=float).T
    return attach(network, x, y, max_snap_m=300)


def pairs(network, origins, destinations, limit=1080.0):
    rows = paths.within(network, origins, destinations, limit_m=limit)
    assert len(rows) == len(origins)
    origin = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    return {(i, j): pytest.approx(d) for i, j, d in zip(origin.tolist(), rows.column.tolist(), rows.cost.tolist(), strict=True)}


#  ASCII: (0,200)----(300,200)
#            |            |        and the straight edge (0,0)-(300,0) below: one way round, one across
U = "0 0, 0 200, 300 200, 300 0 | 0 0, 300 0"


def test_along_a_shared_edge_or_round_it(draw):
    network = draw(U)
    here, there = at(network, (-3, 50)), at(network, (300, 40), (0, 150), (-4, 50))
    #                            3 + 50 + 300 + 40 round       3 + 100 along       3 + 4 at one place
    assert pairs(network, here, there) == {(0, 0): 393, (0, 1): 103, (0, 2): 7}


def test_round_a_loop_the_short_way(draw):
    network = draw("0 0, 100 0, 100 100, 0 100, 0 0")
    assert pairs(network, at(network, (10, 0)), at(network, (0, 10), (90, 0))) == {(0, 0): 20, (0, 1): 80}


def test_one_way_on_a_shared_edge(draw):
    # a square, drawn east, north, west, south, each one-way; the first side only matters
    square = draw("0 0, 100 0 | 100 0, 100 100 | 100 100, 0 100 | 0 100, 0 0", "drive", oneway=["yes"] * 4)
    west, east = at(square, (20, -1)), at(square, (70, -2))
    assert pairs(square, west, east) == {(0, 0): 53}
    assert pairs(square, east, west) == {(0, 0): 1 + 2 + 400 - 50}
    assert paths.nearest(square, east, west)[0].tolist() == pytest.approx([353])


def test_against_a_one_way_street_there_is_no_way(draw):
    street = draw("0 0, 100 0 | 100 0, 200 0", "drive", oneway=["yes", ""])
    west, east = at(street, (50, 0)), at(street, (150, 0))
    assert pairs(street, west, east) == {(0, 0): 100}
    assert pairs(street, east, west) == {}
    assert paths.nearest(street, west, east)[0].tolist() == [100]
    assert paths.nearest(street, east, west)[0].tolist() == [np.inf]
    assert paths.nearest(street, east, west)[1].tolist() == [-1]


def test_backward_one_way(draw):
    street = draw("0 0, 100 0", "drive", oneway=["-1"])
    assert pairs(street, at(street, (80, 0)), at(street, (30, 0))) == {(0, 0): 50}
    assert pairs(street, at(street, (30, 0)), at(street, (80, 0))) == {}


def test_a_one_way_loop(draw):
    ring = draw("0 0, 100 0, 100 100, 0 100, 0 0", "drive", junction=["roundabout"])
    assert pairs(ring, at(ring, (10, 0)), at(ring, (90, 0))) == {(0, 0): 80}
    assert pairs(ring, at(ring, (90, 0)), at(ring, (10, 0))) == {(0, 0): 320}


@pytest.mark.parametrize("turn", [1, -1])
def test_which_side_is_searched_from_does_not_matter(draw, turn):
    network = draw("0 0, 100 0 | 100 0, 200 0 | 100 0, 100 60", "drive", oneway=["yes", "", "-1"])
    few, many = at(network, (40, 1)), at(network, (60, 0), (20, 0), (150, 2), (100, 30))
    if turn == 1:
        assert pairs(network, few, many) == {(0, 0): 21, (0, 2): 1 + 60 + 50 + 2}
    else:
        assert pairs(network, many, few) == {(1, 0): 21}
        assert pairs(network, at(network, (100, 30)), at(network, (150, 0), (60, 0))) == {(0, 0): 80}


def test_the_limit_is_inclusive_on_paper(draw):
    street = draw("0 0, 1000 0")
    here = at(street, (0, 40))
    assert list(pairs(street, here, at(street, (999.9, 40.1), (999.91, 40.1)))) == [(0, 0)]


def test_stored_zeros_stay(draw):
    street = draw("0 0, 100 0 | 100 0, 200 0")
    assert pairs(street, at(street, (100, 0), (50, 0)), at(street, (100, 0), (50, 0)), limit=0.0) == {(0, 0): 0, (1, 1): 0}


def test_of_equal_destinations_the_lowest(draw):
    street = draw("0 0, 100 0 | 100 0, 200 0")
    cost, who = paths.nearest(street, at(street, (100, 0), (50, 0)), at(street, (150, 0), (50, 0), (50, 0)))
    assert cost.tolist() == [50, 0] and who.tolist() == [0, 1]


def test_the_unattached_reach_nobody(draw):
    street = draw("0 0, 100 0")
    here, there = at(street, (50, 0), (50, 5000)), at(street, (5000, 0), (90, 0))
    assert pairs(street, here, there) == {(0, 1): 40}
    cost, who = paths.nearest(street, here, there)
    assert cost.tolist() == [40, np.inf] and who.tolist() == [1, -1]
    cost, who = paths.nearest(street, here, at(street, (5000, 0)))
    assert np.isinf(cost).all() and (who == -1).all()


def test_an_island_is_out_of_reach(draw):
    two = draw("0 0, 100 0 | 0 50, 100 50")
    assert pairs(two, at(two, (50, 0)), at(two, (50, 50), (60, 0))) == {(0, 1): 10}


def test_an_edge_without_length(draw):
    street = draw("0 0, 100 0 | 100 0, 200 0", length_m=[0, 100])
    assert pairs(street, at(street, (10, 0)), at(street, (90, 0), (150, 0))) == {(0, 0): 0, (0, 1): 50}


def test_the_three_nearest(draw):
    street = draw("0 0, 100 0 | 100 0, 200 0")
    cost, who = paths.k_nearest(street, at(street, (90, 0), (90, 5000)), at(street, (150, 0), (50, 0), (110, 5), (0, 0)), 3)
    #                                         20 + 5 by the corner, 40 back along the street, 60 by the corner
    assert cost.tolist() == [[25, 40, 60], [np.inf] * 3]
    assert who.tolist() == [[2, 1, 0], [-1] * 3]
    fewer, who = paths.k_nearest(street, at(street, (90, 0)), at(street, (50, 0)), 2)
    assert fewer.tolist() == [[40, np.inf]] and who.tolist() == [[0, -1]]


def test_progress_is_told_and_can_end_the_work(draw):
    street = draw("0 0, 100 0")
    here, seen = at(street, (50, 0)), []
    paths.within(street, here, here, limit_m=10, progress=seen.append)
    assert seen == [1.0]

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paths.within(street, here, here, limit_m=10, progress=stop)


def test_a_point_at_the_end_of_a_one_way_street_stands_on_the_node(draw):
    # 0 -> 100 one-way only, 100 - 200 both ways: both points attach to the first street's end
    street = draw("0 0, 100 0 | 100 0, 200 0", "drive", oneway=["yes", ""])
    corner, east = at(street, (100, 5)), at(street, (150, 0))
    assert corner.edge.tolist() == [0]
    assert pairs(street, corner, east) == {(0, 0): 55}
    assert pairs(street, east, corner) == {(0, 0): 55}
    start = at(street, (0, 0))
    assert pairs(street, start, start) == {(0, 0): 0}
