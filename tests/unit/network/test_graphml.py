import networkx as nx
import pytest

from planner.errors import NetworkError
from planner.network import graphml
from planner.quality import QualityReport

CRS = "EPSG:32650"


def write(tmp_path, graph, **attributes):
    graph.graph.update(attributes)
    path = tmp_path / "g.graphml"
    nx.write_graphml(graph, path)
    return path


def read(path, mode="walk"):
    report = QualityReport()
    return graphml.read_graphml(path, path.name, CRS, mode, report=report), report


@pytest.fixture
def streets():
    """As OSMnx saves one: places and shapes as text, a two-way street as two arcs, a one-way street as one."""
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node, lon, lat in (("1", 118.700, 31.98), ("2", 118.701, 31.98), ("3", 118.702, 31.98)):
        graph.add_node(node, x=str(lon), y=str(lat))
    bend = "LINESTRING (118.7 31.98, 118.7005 31.981, 118.701 31.98)"
    back = "LINESTRING (118.701 31.98, 118.7005 31.981, 118.7 31.98)"
    graph.add_edge("1", "2", geometry=bend, highway="residential", oneway="False", length="999")
    graph.add_edge("2", "1", geometry=back, highway="residential", oneway="False", length="999")
    graph.add_edge("2", "3", highway="['primary', 'secondary']", oneway="True")
    return graph


def test_two_arcs_of_one_shape_are_one_street(tmp_path, streets):
    network, report = read(write(tmp_path, streets), "drive")
    assert network.edges == 2 and network.nodes == 3
    assert sorted(network.direction.tolist()) == [0, 1]
    assert sorted(network.length_m.tolist()) == pytest.approx([94.5, 2 * (47.25**2 + 110.9**2) ** 0.5], abs=0.2)
    assert report.files["g.graphml"].rows_in == report.files["g.graphml"].rows_kept == 3


def test_on_foot_both_ways(tmp_path, streets):
    assert read(write(tmp_path, streets))[0].direction.tolist() == [0, 0]


def test_streets_beside_each_other_stay_two(tmp_path, streets):
    streets.add_edge("1", "2", highway="residential")
    streets.add_edge("2", "1", highway="residential")
    assert read(write(tmp_path, streets), "drive")[0].edges == 3


def test_lists_of_values_are_taken_apart(tmp_path, streets):
    streets.add_edge("3", "1", highway="['steps', \"footway\"]")
    assert read(write(tmp_path, streets), "drive")[0].edges == 2
    assert read(write(tmp_path, streets), "walk")[0].edges == 3


def test_an_undirected_graph_is_two_way(tmp_path):
    graph = nx.Graph(crs="EPSG:32650")
    graph.add_node("a", x=660000.0, y=3540000.0)
    graph.add_node("b", x=660030.0, y=3540040.0)
    graph.add_edge("a", "b")
    path = write(tmp_path, graph)
    network, _ = read(path, "drive")
    assert network.direction.tolist() == [0] and network.length_m.tolist() == pytest.approx([50])
    west, south, east, north = graphml.extent(path, "g")
    assert 118 < west < east < 119 and 31 < south < north < 33


def test_the_extent(tmp_path, streets):
    assert graphml.extent(write(tmp_path, streets), "g") == pytest.approx((118.7, 31.98, 118.702, 31.98))


def test_entities_are_refused_before_they_expand(tmp_path):
    path = tmp_path / "g.graphml"
    bomb = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 11))
    path.write_text(f'<!--{" " * 100_000}--><!DOCTYPE g [<!ENTITY a0 "lol">{bomb}]><graphml>&a10;</graphml>')
    with pytest.raises(NetworkError, match="streets_unsafe"):
        read(path)


@pytest.mark.parametrize(("text", "code"), [
    ("junk", "streets_unreadable"), ("<graphml>", "streets_unreadable"), ("", "streets_unreadable"),
    ('<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed"/></graphml>', "streets_empty"),
    ('<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed"><node id="a"/><node id="b"/>'
     '<edge source="a" target="b"/></graph></graphml>', "streets_nodes_without_place")])
def test_what_is_no_street_graph_is_an_error(tmp_path, text, code):
    path = tmp_path / "g.graphml"
    path.write_text(text)
    with pytest.raises(NetworkError) as caught:
        read(path)
    assert caught.value.code == code


def test_nothing_open_is_an_error(tmp_path, streets):
    for *_, data in streets.edges(data=True):
        data["access"] = "private"
    with pytest.raises(NetworkError, match="streets_none_open"):
        read(write(tmp_path, streets))


def test_an_unknown_system_is_an_error(tmp_path, streets):
    with pytest.raises(NetworkError, match="streets_without_crs"):
        read(write(tmp_path, streets, crs="EPSG:999999"))
