"""Drawn networks with one thing wrong; answers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from planner.network import breaks
from planner.network.breaks import close_places, dead_ends, far_apart, junctions, parts, ways

#   y=620 ──┬───────────────────────────┐ 1000
#       600 ╵                           │
#           ~~~~~~~~ the river ~~~~~~~~ │ the one bridge there is
#       580 ╷                           │
#       560 ─┴──────────────────────────┘
RIVER = "0 620, 1000 620 | 0 620, 0 600 | 1000 620, 1000 560 | 0 560, 1000 560 | 0 580, 0 560"
BRIDGE = "0 600, 0 580"


def doubts(network, **options):
    """The pairs that matter, all in one go."""
    return far_apart(network, close_places(network, **options))


def places(pairs):
    """Kind and both places of each pair, to a decimetre."""
    columns = (pairs.x, pairs.y, pairs.to_x, pairs.to_y)
    return [(kind, *(round(float(v), 1) for v in place)) for kind, *place in zip(pairs.kind, *columns, strict=True)]


def test_a_bridge_is_missing(draw):
    found = doubts(draw(RIVER))
    assert places(found) == [("end", 0, 600, 0, 580)] and found.gap_m[0] == pytest.approx(20)
    # 20 down to the bank road, 1000 along it, 60 over the bridge, 1000 back, 20 up
    assert ways(draw(RIVER), found, 5000)[0] == pytest.approx(2100)
    assert np.isinf(ways(draw(RIVER), found, 2099)[0])


def test_joining_the_place_removes_the_finding(draw):
    assert len(doubts(draw(f"{RIVER} | {BRIDGE}"))) == 0


def test_a_wider_river_or_a_nearer_bridge_is_no_doubt(draw):
    assert len(doubts(draw(RIVER), gap_m=19.9)) == 0 and len(doubts(draw(RIVER), gap_m=20.1)) == 1
    near = draw(RIVER.replace("1000", "440"))  # the way round is 980 m
    assert len(doubts(near)) == 0
    pairs = close_places(near)
    # each end with the street across, and with the street of its own bank 20 m behind it
    assert sorted(pairs.way_m.tolist()) == [pytest.approx(way) for way in (20, 20, 980, 980)]
    assert len(far_apart(near, pairs, far_m=900)) == 1 and len(far_apart(near, pairs, far_m=900, detour=49.1)) == 0


def test_the_end_of_a_side_street_is_no_doubt(draw):
    network = draw("0 0, 100 0 | 100 0, 200 0 | 100 0, 100 25")
    assert dead_ends(network).tolist() and doubts(network).way_m.tolist() == []
    assert np.isfinite(close_places(network).way_m).all()


def test_a_gated_block_that_is_not_joined(draw):
    # a ring of streets without any end, 12 m beside the main street
    block = "0 -12, 200 -12 | 200 -12, 200 -200 | 200 -200, 0 -200 | 0 -200, 0 -12"
    network = draw(f"-500 0, 500 0 | 500 0, 500 900 | -500 0, -500 900 | {block}")
    found = doubts(network)
    assert found.kind.tolist() == ["part"] and found.gap_m.tolist() == [pytest.approx(12)] and np.isinf(found.way_m).all()
    streets = "-500 0, 100 0 | 100 0, 500 0 | 500 0, 500 900 | -500 0, -500 900"
    gate = f"100 0, 100 -12 | 100 -12, 0 -12 | 100 -12, 200 -12 | {block[18:]}"
    assert len(doubts(draw(f"{streets} | {gate}"))) == 0


def test_many_ends_of_one_wall_are_one_doubt_and_far_ones_another(draw):
    # two parts, ends facing each other at x = 0, 300 and 2000: a join at 0 brings 300 within 1,000 m, not 2000
    north = "0 100, 300 100 | 300 100, 2000 100 | 0 100, 0 5 | 300 100, 300 6 | 2000 100, 2000 7"
    south = "0 -100, 300 -100 | 300 -100, 2000 -100 | 0 -100, 0 -5 | 300 -100, 300 -6 | 2000 -100, 2000 -7"
    found = doubts(draw(f"{north} | {south}"))
    assert sorted(found.x.tolist()) == [0, 2000] and sorted(found.gap_m.tolist()) == [pytest.approx(10), pytest.approx(14)]


def test_crossings_without_a_junction(draw):
    network = draw("0 0, 1000 0 | 500 -500, 500 500 | 1000 0, 1000 500 | 1000 500, 500 500")
    pairs = close_places(network)
    assert places(pairs) == [("crossing", 500, 0, 500, 0)] and pairs.gap_m[0] == 0
    assert np.isinf(pairs.way_m[0]) and ways(network, pairs, 3000)[0] == pytest.approx(2000)  # 500 + 500 + 500 + 500
    assert len(far_apart(network, pairs)) == 1 and junctions(network) == 0
    joined = "0 0, 500 0 | 500 0, 1000 0 | 500 -500, 500 0 | 500 0, 500 500 | 1000 0, 1000 500 | 1000 500, 500 500"
    assert len(close_places(draw(joined))) == 0 and junctions(draw(joined)) == 1


def test_a_junction_on_the_middle_of_a_street_touches_it(draw):
    # two streets meet on the middle of a third that was not cut there
    network = draw("0 0, 1000 0 | 500 0, 500 300 | 500 0, 500 -300")
    pairs = close_places(network)
    assert sorted(pairs.kind) == ["part", "touch"]  # two signs of one fault, told once
    assert doubts(network).kind.tolist() == ["touch"] and np.isinf(doubts(network).way_m).all()


def test_lines_that_end_on_the_middle_of_another_do_not_touch_it_but_end_there(draw):
    assert doubts(draw("0 0, 1000 0 | 500 0, 500 300")).kind.tolist() == ["end"]


def test_one_way_streets_join_what_they_touch(draw):
    network = draw(f"{RIVER} | {BRIDGE}", mode="drive", highway=["residential"] * 6, oneway=[""] * 5 + ["yes"])
    assert network.direction.any() and len(doubts(network)) == 0


def test_parts_longest_first_with_a_place(draw):
    found = parts(draw("0 0, 10 0 | 500 0, 600 0 | 600 0, 900 0"))
    assert [(part.number, part.length_m, part.x, part.y) for part in found] == [(0, 400, 600, 0), (1, 10, 0, 0)]


def test_a_network_without_streets_has_no_doubts(draw):
    whole = draw("0 0, 1000 0")
    none = type(whole)(whole.crs, "walk", *(np.empty(0) for _ in range(2)), *(np.empty(0, dtype=np.int64) for _ in range(2)), np.empty(0),
                       np.empty(0, dtype=np.int8), np.zeros(1, dtype=np.int64), np.empty((0, 2)), np.empty(0, dtype=np.int64))
    assert len(close_places(none)) == 0 and parts(none) == ()


def test_many_pairs_are_searched_in_pieces(draw, monkeypatch):
    combs = " | ".join(f"{x} 0, {x + 10} 0 | {x} 0, {x} 30 | {x} 40, {x} 60 | {x} 60, {x + 10} 60" for x in range(0, 200, 10))
    network = draw(f"{combs} | 200 0, 1500 0 | 1500 0, 1500 60 | 1500 60, 200 60")
    whole = close_places(network, reach_m=4000)
    monkeypatch.setattr(breaks, "AT_ONCE", 3)
    pieces = close_places(network, reach_m=4000)
    assert len(whole) > 20 and whole.way_m.tobytes() == pieces.way_m.tobytes() and np.isfinite(whole.way_m).all()
