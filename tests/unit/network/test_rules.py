import pytest

from planner.errors import NetworkError
from planner.network.rules import clean, ways


def is_open(mode, **tags):
    return bool(ways({key.replace("__", ":"): [value] for key, value in tags.items()}, mode, 1).open[0])


def direction(mode, **tags):
    return int(ways({key.replace("__", ":"): [value] for key, value in tags.items()}, mode, 1).direction[0])


@pytest.mark.parametrize("mode", ["walk", "cycle", "drive"])
def test_a_blank_way_is_open_and_two_way(mode):
    assert is_open(mode) and is_open(mode, highway="", access=None, oneway=float("nan"))
    assert direction(mode) == 0


@pytest.mark.parametrize(("tags", "walk", "cycle", "drive"), [
    ({"highway": "residential"}, True, True, True),
    ({"highway": "trunk"}, True, True, True),
    ({"highway": "motorway"}, False, False, True),
    ({"highway": "motorway_link"}, False, False, True),
    ({"highway": "trunk", "motorroad": "yes"}, False, False, True),
    ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, True, False, True),
    ({"highway": "footway"}, True, False, False),
    ({"highway": "steps"}, True, False, False),
    ({"highway": "footway", "bicycle": "designated"}, True, True, False),
    ({"highway": "cycleway"}, True, True, False),
    ({"highway": "track"}, True, True, False),
    ({"highway": "service", "access": "private"}, False, False, False),
    ({"highway": "service", "access": "private", "foot": "permissive"}, True, False, False),
    ({"highway": "service", "access": "no", "motor_vehicle": "yes"}, False, False, True),
    ({"highway": "residential", "foot": "no"}, False, True, True),
    ({"highway": "residential", "vehicle": "no"}, True, False, False),
    ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, True, True, False),
    ({"highway": "path", "foot": "private"}, False, True, False),
    ({"highway": "construction"}, False, False, False),
    ({"highway": "platform"}, False, False, False),
    ({"highway": "pedestrian", "area": "yes"}, False, False, False),
    ({"highway": "residential;footway"}, True, True, True),
    ({"highway": ["steps", "footway"]}, True, False, False)])
def test_who_may_use_what(tags, walk, cycle, drive):
    assert [is_open(mode, **tags) for mode in ("walk", "cycle", "drive")] == [walk, cycle, drive]


@pytest.mark.parametrize(("tags", "walk", "cycle", "drive"), [
    ({"oneway": "yes"}, 0, 1, 1), ({"oneway": True}, 0, 1, 1), ({"oneway": 1.0}, 0, 1, 1), ({"oneway": "-1"}, 0, -1, -1),
    ({"oneway": -1}, 0, -1, -1), ({"oneway": "reverse"}, 0, -1, -1), ({"oneway": "no"}, 0, 0, 0),
    ({"oneway": False}, 0, 0, 0), ({"oneway": "alternating"}, 0, 0, 0),
    ({"junction": "roundabout"}, 0, 1, 1), ({"junction": "roundabout", "oneway": "-1"}, 0, -1, -1), ({"junction": "circular"}, 0, 1, 1),
    ({"highway": "motorway"}, 0, 1, 1), ({"highway": "motorway", "oneway": "no"}, 0, 0, 0), ({"highway": "motorway_link"}, 0, 0, 0),
    ({"oneway": "yes", "oneway__bicycle": "no"}, 0, 0, 1), ({"oneway": "yes", "cycleway": "opposite_lane"}, 0, 0, 1),
    ({"oneway__foot": "yes"}, 1, 0, 0), ({"oneway": "yes", "oneway__foot": "-1"}, -1, 1, 1)])
def test_which_way(tags, walk, cycle, drive):
    assert [direction(mode, **tags) for mode in ("walk", "cycle", "drive")] == [walk, cycle, drive]


def test_rows_are_told_apart():
    found = ways({"highway": ["steps", "motorway", "construction"]}, "walk", 3)
    assert found.open.tolist() == [True, False, False]
    assert found.some_mode.tolist() == [True, True, False]


def test_an_unknown_mode_is_an_error():
    with pytest.raises(NetworkError, match="mode_unknown"):
        ways({}, "fly", 0)


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (float("nan"), ""), (1.0, "1"), (1.5, "1.5"), (True, "true"), (" Yes ", "yes"), (["a", "B"], "a;b")])
def test_cells_as_tags(value, text):
    assert clean(value) == text
