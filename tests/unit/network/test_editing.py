"""Edits of street networks, with lengths worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from planner.errors import NetworkError
from planner.network.editing import Edit, EditedStreets, edited
from planner.network.graph import StreetNetwork, from_lines
from planner.network.paths import nearest
from planner.network.snap import attach
from planner.network.streets import Streets

ON_FOOT = ("walk",)


def metres(network: StreetNetwork, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres from a to b, legs included."""
    ends = [attach(network, np.array([x]), np.array([y]), max_snap_m=300) for x, y in (a, b)]
    return float(nearest(network, *ends)[0][0])


def path(*xy: tuple[float, float]) -> Edit:
    return Edit("path", xy, ON_FOOT)


# Two streets of 1,000 m, 100 m apart, joined at their western ends only.
#   (0,100) ------------------- (1000,100)
#      |
#   (0,0) --------------------- (1000,0)
LADDER = "0 0, 1000 0 | 0 0, 0 100 | 0 100, 1000 100"


def test_a_path_joins_both_streets_where_its_ends_lie(draw) -> None:
    network = draw(LADDER)
    assert metres(network, (800, 0), (800, 100)) == pytest.approx(1700)
    made = edited(network, [path((600, 0), (600, 100))])
    assert metres(made, (800, 0), (800, 100)) == pytest.approx(500)
    assert (made.nodes, made.edges) == (network.nodes + 2, network.edges + 3)
    assert made.length_m.sum() == pytest.approx(network.length_m.sum() + 100)
    assert (network.nodes, network.edges) == (4, 3)


def test_ends_that_stop_short_of_the_street_are_drawn_to_it(draw) -> None:
    made = edited(draw(LADDER), [path((600, 30), (600, 60))])
    assert made.length_m[-1] == pytest.approx(100)
    assert made.length_m.sum() == pytest.approx(2200)


def test_a_path_meets_nothing_between_its_ends(draw) -> None:
    network = draw(LADDER + " | 0 50, 900 50")  # a street between the two, joined to nothing
    made = edited(network, [path((600, 0), (600, 100))])
    assert np.isinf(metres(made, (800, 50), (800, 0)))


def test_ends_at_nodes_split_nothing(draw) -> None:
    network = draw(LADDER)
    made = edited(network, [path((1000, 0), (1040, 50), (1000, 100))])
    assert (made.nodes, made.edges) == (network.nodes, network.edges + 1)
    assert made.length_m[-1] == pytest.approx(2 * np.hypot(40, 50))


def test_splitting_keeps_shapes_lengths_and_directions() -> None:
    line = shapely.LineString([(0, 0), (100, 0), (100, 100), (200, 100)])
    network = from_lines([line, shapely.LineString([(0, 50), (0, 40)])], crs="EPSG:32650",
                         columns={"length_m": [600, None], "highway": ["residential", "residential"], "oneway": ["yes", ""]}, mode="drive")
    made = edited(network, [path((100, 50), (0, 50))])
    assert made.length_m[0] == pytest.approx(300)  # half of the shape, so half of the stated 600 m
    assert made.length_m[2] == pytest.approx(300)
    assert made.direction.tolist() == [1, 0, 1, 0]
    halves = [made.shape_xy[made.shape_start[k]:made.shape_start[k + 1]].tolist() for k in (0, 2)]
    assert halves == [[[0, 0], [100, 0], [100, 50]], [[100, 50], [100, 100], [200, 100]]]


def test_a_gate_joins_the_streets_on_both_sides(draw) -> None:
    network = draw(LADDER)
    made = edited(network, [Edit("gate", ((600, 50),), ON_FOOT)])
    assert metres(made, (800, 0), (800, 100)) == pytest.approx(500)
    assert made.length_m[-1] == pytest.approx(100)


def test_a_gate_at_the_end_of_a_lane_opens_it(draw) -> None:
    network = draw("0 0, 1000 0 | 500 30, 500 400 | 500 400, 900 400")  # the lane ends 30 m from the street
    made = edited(network, [Edit("gate", ((500, 30),), ON_FOOT)])
    assert metres(made, (500, 200), (500, 0)) == pytest.approx(200)


def test_a_closed_street_is_gone(draw) -> None:
    network = draw(LADDER + " | 1000 0, 1000 100")
    assert metres(network, (900, 0), (900, 100)) == pytest.approx(300)
    made = edited(network, [Edit("close", ((1000, 48),), ON_FOOT)])
    assert metres(made, (900, 0), (900, 100)) == pytest.approx(1900)
    assert made.edges == network.edges - 1


def test_opened_and_closed_again_is_as_before(draw) -> None:
    network = draw(LADDER)
    made = edited(network, [path((1000, 0), (1040, 50), (1000, 100)), Edit("close", ((1030, 50),), ON_FOOT)])
    for name in ("node_x", "node_y", "tail", "head", "length_m", "direction", "shape_start", "shape_xy", "component"):
        assert np.array_equal(getattr(made, name), getattr(network, name)), name


@pytest.mark.parametrize(("edit", "code"), [
    (path((600, 200), (600, 0)), "edit_not_joined"), (path((600, 0), (600, 5)), "edit_joins_itself"),
    (Edit("gate", ((600, -30),), ON_FOOT), "edit_one_side"), (Edit("gate", ((600, 900),), ON_FOOT), "edit_one_side"),
    (Edit("close", ((600, 50),), ON_FOOT), "edit_nothing_near")])
def test_edits_that_are_refused(draw, edit: Edit, code: str) -> None:
    with pytest.raises(NetworkError) as raised:
        edited(draw(LADDER), [edit])
    assert raised.value.code == code


class Drawn(Streets):
    """Streets that were drawn."""

    def __init__(self, networks: dict[str, StreetNetwork]) -> None:
        self._drawn = networks
        self.path, self.shown, self.crs, self.layer_crs, self.around, self._attribution = None, "s", "EPSG:32650", None, None, "somebody"

    def key(self, mode: str) -> str:
        return f"key of {mode}"

    def network(self, mode: str) -> StreetNetwork:
        return self._drawn[mode]


def test_modes_without_edits_keep_their_network_and_name(draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Streets, "__init__", lambda self, *_, **__: None)
    base = Drawn({"walk": draw(LADDER), "drive": draw(LADDER, mode="drive")})
    streets = EditedStreets(base, [path((600, 0), (600, 100))])
    assert streets.network("drive") is base.network("drive")
    assert streets.key("drive") == base.key("drive")
    assert streets.network("walk").edges == 6
    assert streets.network("walk") is streets.network("walk")
    other = EditedStreets(base, [path((601, 0), (600, 100))])
    assert len({base.key("walk"), streets.key("walk"), other.key("walk")}) == 3
