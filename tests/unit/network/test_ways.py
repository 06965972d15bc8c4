import numpy as np
import pytest

from planner.errors import NetworkError
from planner.network import rules
from planner.network.ways import ATTRIBUTION, Ways, to_network
from planner.quality import QualityReport

CRS = "EPSG:32650"
LON, LAT, STEP = 118.7, 31.98, 0.001


def make(spots, *ways, **tags):
    """Nodes at grid places (degrees x 1000 from an origin; None: not in the file) and ways as node numbers."""
    lon = [np.nan if spot is None else LON + STEP * spot[0] for spot in spots]
    lat = [np.nan if spot is None else LAT + STEP * spot[1] for spot in spots]
    start = np.cumsum([0, *(len(way) for way in ways)])
    return Ways(start, np.concatenate([np.array(way, dtype=np.int64) for way in ways]), np.array(lon), np.array(lat),
                {key: list(tags.get(key, [""] * len(ways))) for key in rules.KEYS})


def build(ways, mode="walk"):
    report = QualityReport()
    return to_network(ways, crs=CRS, mode=mode, report=report, file="s.osm"), report


def degrees(network):
    return sorted(np.bincount(np.concatenate([network.tail, network.head])).tolist())


#  2        0 - 1 - 2 is one way, 3 - 1 - 4 crosses it at node 1, 5 is a bend
CROSS = [(0, 0), (1, 0), (2, 0), (1, -1), (1, 1), (1.5, 0.2)]


def test_ways_are_cut_where_they_share_a_node():
    network, report = build(make(CROSS, [0, 1, 5, 2], [3, 1, 4]))
    assert (network.nodes, network.edges) == (5, 4)
    assert degrees(network) == [1, 1, 1, 1, 4]
    assert sorted(np.diff(network.shape_start).tolist()) == [2, 2, 2, 3]
    assert network.attribution == ATTRIBUTION
    assert report.issues == []
    record = report.files["s.osm"]
    assert (record.rows_in, record.rows_kept, record.rows_not_selected) == (2, 2, 0)


def test_ways_that_cross_without_a_shared_node_do_not_meet():
    network, _ = build(make([*CROSS, (1, 0)], [0, 1, 2], [3, 6, 4]))
    assert (network.nodes, network.edges) == (4, 2)


def test_a_way_closed_to_the_mode_cuts_nothing():
    ways = make(CROSS, [0, 1, 2], [3, 1, 4], highway=["residential", "steps"])
    assert build(ways, "drive")[0].edges == 1
    assert build(ways, "walk")[0].edges == 4


def test_a_way_that_crosses_itself_is_cut_there():
    #  a lollipop: 0 - 1 - 2 - 4 - 1
    network, _ = build(make(CROSS, [0, 1, 2, 4, 1]))
    assert (network.nodes, network.edges) == (2, 2)
    assert sorted((network.tail == network.head).tolist()) == [False, True]


def test_a_closed_way_is_a_loop():
    network, _ = build(make(CROSS, [0, 2, 4, 0]))
    assert (network.nodes, network.edges) == (1, 1)


def test_one_node_after_itself_is_one_vertex():
    network, _ = build(make(CROSS, [0, 0, 1, 1, 2]))
    assert network.edges == 1 or network.length_m.min() > 0
    assert network.length_m.sum() == pytest.approx(build(make(CROSS, [0, 1, 2]))[0].length_m.sum())


def test_a_street_is_interrupted_where_a_node_is_missing():
    network, report = build(make([(0, 0), (1, 0), None, (3, 0), (4, 0)], [0, 1, 2, 3, 4], [2, 0]))
    assert (network.nodes, network.edges) == (4, 2)
    assert sorted((i.code, i.severity, i.value) for i in report.issues if i.value) == [("osm_nodes_missing", "info", "1")]
    assert report.files["s.osm"].rows_in == 2 and report.files["s.osm"].rows_kept == 1
    assert all(issue.done(lang) for issue in report.issues for lang in ("zh", "en"))


def test_directions_follow_the_way():
    network, _ = build(make(CROSS, [2, 1, 0], [3, 1, 4], oneway=["yes", "-1"]), "drive")
    east = network.node_x[network.tail] > network.node_x[network.head]
    level = np.isclose(network.node_y[network.tail], network.node_y[network.head], atol=20)
    assert network.direction[level & east].tolist() == [1, 1]
    assert network.direction[~level].tolist() == [-1, -1]


def test_lengths_are_plane_lengths():
    network, _ = build(make([(0, 0), (0, 1)], [0, 1]))
    assert network.length_m[0] == pytest.approx(110.9, abs=0.2)  # a thousandth of a degree of latitude


@pytest.mark.parametrize(("ways", "code"), [
    (make(CROSS, [0, 1], highway=["construction"]), "streets_none_open"), (make([None, None], [0, 1]), "streets_without_lines"),
    (make(CROSS, [0]), "streets_without_lines")])
def test_no_streets_is_an_error(ways, code):
    with pytest.raises(NetworkError) as caught:
        build(ways)
    assert caught.value.code == code
