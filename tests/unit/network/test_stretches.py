"""Stretches of drawn streets within a limit, their lengths worked by hand."""

import itertools

import numpy as np
import pytest
import shapely

from planner.errors import NetworkError
from planner.network import stretches
from planner.network.graph import Attachment
from planner.network.snap import attach


def at(network, *points):
    x, y = np.array(points, dtype=float).T
    return attach(network, x, y, max_snap_m=300)


def listed(found, point=0):
    part = slice(found.start[point], found.start[point + 1])
    return list(zip(found.edge[part].tolist(), found.from_m[part].tolist(), found.to_m[part].tolist(), strict=True))


def each(network, points, limit, **settings):
    found = stretches.each_within(network, points, limit_m=limit, **settings)
    assert len(found) == len(points)
    return [[(e, pytest.approx(a), pytest.approx(b)) for e, a, b in listed(found, p)] for p in range(len(found))]


RING = "0 0, 100 0 | 100 0, 100 100 | 100 100, 0 100 | 0 100, 0 0"


def test_in_the_middle_of_an_edge_with_too_little_to_reach_its_ends(draw):
    street = draw("0 0, 1000 0")
    assert each(street, at(street, (400, 10)), 110) == [[(0, 300, 500)]]  # 10 of the 110 m are the way to the street
    assert each(street, at(street, (50, 0)), 70) == [[(0, 0, 120)]]


def test_round_a_ring_until_both_ways_meet(draw):
    ring = draw(RING)
    middle = at(ring, (50, 0))
    assert each(ring, middle, 180) == [[(0, 0, 100), (1, 0, 100), (2, 0, 30), (2, 70, 100), (3, 0, 100)]]
    assert each(ring, middle, 200) == [[(0, 0, 100), (1, 0, 100), (2, 0, 100), (3, 0, 100)]]
    assert each(ring, middle, 60) == [[(0, 0, 100), (1, 0, 10), (3, 90, 100)]]


def test_beyond_a_crossing_the_rest_of_the_limit_goes_into_every_street(draw):
    cross = draw("0 0, 100 0 | 100 0, 100 80 | 300 0, 100 0")
    assert each(cross, at(cross, (70, 0)), 60) == [[(0, 10, 100), (1, 0, 30), (2, 170, 200)]]


def test_people_come_down_a_one_way_street_and_goods_leave_by_it(draw):
    street = draw("0 0, 100 0 | 100 0, 200 0", "drive", oneway=["yes", "yes"])
    home = at(street, (150, 0))
    assert each(street, home, 90) == [[(0, 60, 100), (1, 0, 50)]]
    assert each(street, home, 40, reverse=False) == [[(1, 50, 90)]]
    against = draw("0 0, 100 0 | 100 0, 200 0", "drive", oneway=["-1", "-1"])
    assert each(against, at(against, (50, 0)), 90) == [[(0, 50, 100), (1, 0, 40)]]


def test_a_one_way_street_that_leads_away_is_not_reached_against_it(draw):
    away = draw("0 0, 100 0 | 100 0, 200 0", "drive", oneway=["", "yes"])
    assert each(away, at(away, (90, 0)), 50) == [[(0, 40, 100)]]


def test_a_loop_both_ways_round(draw):
    loop = draw("0 0, 100 0, 100 100, 0 100, 0 0")
    assert each(loop, at(loop, (10, 0)), 30) == [[(0, 0, 40), (0, 380, 400)]]
    assert each(loop, at(loop, (10, 0)), 199) == [[(0, 0, 209), (0, 211, 400)]]
    assert each(loop, at(loop, (10, 0)), 200) == [[(0, 0, 400)]]


def test_parallel_streets_are_two(draw):
    pair = draw("0 0, 100 0 | 0 0, 0 40, 100 40, 100 0 | 100 0, 200 0")
    assert each(pair, at(pair, (150, 0)), 80) == [[(0, 70, 100), (1, 150, 180), (2, 0, 100)]]


def test_limit_0_and_a_facility_too_far_from_its_street_have_nothing_to_draw(draw):
    street = draw("0 0, 100 0")
    assert each(street, at(street, (50, 0)), 0) == [[]]
    assert each(street, at(street, (50, 20), (50, 19)), 19.5) == [[], [(0, 49.5, 50.5)]]
    assert stretches.each_within(street, at(street, (50, 20)), limit_m=5).length_m().tolist() == [0]


def test_points_that_are_not_attached_or_not_there(draw):
    street = draw("0 0, 100 0")
    points = attach(street, np.array([50.0, np.nan]), np.array([0.0, 0.0]), max_snap_m=10)
    assert each(street, points, 10) == [[(0, 40, 60)], []]
    none = attach(street, np.empty(0), np.empty(0), max_snap_m=10)
    assert len(stretches.each_within(street, none, limit_m=10).edge) == 0
    assert stretches.any_within(street, none, limit_m=10).length_m().tolist() == [0]
    assert len(stretches.lines(street, stretches.any_within(street, none, limit_m=10))) == 0


def test_a_stated_length_is_the_measure_and_the_shape_is_cut_in_proportion(draw):
    slow = draw("0 0, 40 0, 100 0", length_m=[200])
    found = stretches.each_within(slow, at(slow, (50, 0)), limit_m=60)  # at 100 of 200
    assert listed(found) == [(0, 40, 160)]
    (line,) = stretches.lines(slow, found)
    assert shapely.get_coordinates(line).tolist() == [[20, 0], [40, 0], [80, 0]]


def test_a_street_of_stated_length_0_is_whole_or_not_there(draw):
    stairs = draw("0 0, 100 0 | 100 0, 150 0 | 150 0, 250 0", length_m=["", "0", ""])
    found = stretches.each_within(stairs, at(stairs, (90, 0)), limit_m=30)
    assert listed(found) == [(0, 60, 100), (1, 0, 0), (2, 0, 20)]
    assert shapely.length(stretches.lines(stairs, found)).tolist() == [40, 50, 20]
    assert listed(stretches.each_within(stairs, at(stairs, (90, 0)), limit_m=9)) == [(0, 81, 99)]


def test_several_entrances_of_one_facility(draw):
    street = draw("0 0, 1000 0")
    park = Attachment(np.array([0, 3]), np.array([0, 0, 0]), np.array([100.0, 700, 300]), np.array([0.0, 50, 10]))
    assert each(street, park, 100) == [[(0, 0, 200), (0, 210, 390), (0, 650, 750)]]
    assert each(street, park, 106) == [[(0, 0, 396), (0, 644, 756)]]  # 206 and 204: joined


def test_together_is_the_union_of_each(draw):
    ring = draw(RING)
    points = at(ring, (50, 0), (100, 40), (0, 90), (30, 100))
    for limit in (0, 15, 45, 90, 200):
        alone = stretches.each_within(ring, points, limit_m=limit)
        whole = stretches.any_within(ring, points, limit_m=limit)
        union = shapely.union_all(stretches.lines(ring, alone))
        together = shapely.union_all(stretches.lines(ring, whole))
        assert shapely.length(union) == pytest.approx(shapely.length(together))
        assert whole.length_m()[0] == pytest.approx(shapely.length(together))
        assert together.equals(union) or together.hausdorff_distance(union) < 1e-9


def test_in_blocks_it_is_the_same_and_says_how_far_it_is(draw):
    ring = draw(RING)
    points, told = at(ring, (50, 0), (100, 40), (0, 90)), []
    whole = stretches.each_within(ring, points, limit_m=70, progress=told.append)
    blocks = list(stretches.blocks_within(ring, points, limit_m=70, at_once=2, progress=told.append))
    assert told == [1, pytest.approx(2 / 3), 1]
    assert [listed(whole, p) for p in range(3)] == [listed(block, p) for block in blocks for p in range(len(block))]
    assert whole.length_m().tolist() == [140, 140, 140]


def test_lines_follow_the_bends_between_the_cuts(draw):
    bend = draw("0 0, 0 100, 50 100, 50 100, 50 0")
    found = stretches.each_within(bend, at(bend, (0, 80)), limit_m=60)
    (line,) = stretches.lines(bend, found)
    assert shapely.get_coordinates(line).tolist() == [[0, 20], [0, 100], [40, 100]]
    whole = stretches.lines(bend, stretches.each_within(bend, at(bend, (0, 80)), limit_m=1000))
    assert shapely.length(whole).tolist() == [250]


@pytest.mark.parametrize(("limit", "count"), [(120, 3), (150, 3), (180, 5), (199.99, 5), (199.9999995, 4), (200, 4), (201, 4)])
def test_stretches_that_meet_are_one_and_a_gap_within_the_slack_is_none(draw, limit, count):
    ring = draw(RING)
    found = listed(stretches.each_within(ring, at(ring, (50, 0)), limit_m=limit))
    assert all(a[0] < b[0] or a[2] < b[1] for a, b in itertools.pairwise(found))
    assert len(found) == count


@pytest.mark.parametrize("limit", [-1.0, np.inf, np.nan])
def test_a_limit_is_a_finite_number_of_0_or_more(draw, limit):
    street = draw("0 0, 100 0")
    for ask in (stretches.each_within, stretches.any_within):
        with pytest.raises(NetworkError) as error:
            ask(street, at(street, (50, 0)), limit_m=limit)
        assert error.value.code == "limit_invalid"


def test_parts_that_do_not_fit_together_are_refused():
    with pytest.raises(NetworkError):
        stretches.Stretches(np.array([0, 2]), np.array([0]), np.array([0.0]), np.array([1.0]))
