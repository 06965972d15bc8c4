import json

import networkx as nx
import numpy as np
import pytest
import shapely

from planner.errors import NetworkError
from planner.network.graph import (
    StreetNetwork,
    components_summary,
    from_lines,
    load,
    save,
    to_geodataframe,
    to_networkx,
)
from planner.quality import QualityReport

CRS = "EPSG:32650"


def ends(network):
    return sorted(tuple(sorted(pair)) for pair in zip(network.tail.tolist(), network.head.tolist(), strict=True))


def test_lines_meet_at_their_ends_only(draw):
    #   an end on an inner vertex and a crossing join nothing
    network = draw("0 0, 100 0 | 100 0, 100 50 | 50 -50, 50 50 | 0 50, 50 0, 100 70")
    assert network.nodes == 7
    assert network.edges == 4
    assert network.length_m.tolist() == pytest.approx([100, 50, 100, 50 * 2**0.5 + (50**2 + 70**2) ** 0.5])
    assert len(set(network.component.tolist())) == 3


@pytest.mark.parametrize(("gap", "nodes"), [(0.0099, 3), (0.01, 3), (0.011, 4)])
def test_ends_join_to_one_centimetre_inclusive(draw, gap, nodes):
    assert draw(f"0 0, 100 0 | {100 + gap} 0, 200 0").nodes == nodes


def test_chains_of_near_ends_are_one_node(draw):
    network = draw("0 0, 100 0 | 100.008 0, 100 90 | 100.016 0, 200 0 | 100.024 0, 200 50")
    assert network.nodes == 5
    assert np.bincount(np.concatenate([network.tail, network.head])).max() == 4


def test_many_equal_ends_are_one_node_quickly():
    star = [shapely.LineString([(0, 0), (np.cos(k) * k, np.sin(k) * k)]) for k in range(1, 20_001)]
    assert from_lines(star, crs=CRS).nodes == 20_001


def test_loops_and_parallel_edges_stay(draw):
    network = draw("0 0, 100 0, 100 100, 0 0 | 0 0, 50 80 | 50 80, 0 0 | 0 0, 20 60, 50 80")
    assert network.nodes == 2
    assert network.edges == 4
    assert (network.tail[0] == network.head[0]) and network.length_m[0] == pytest.approx(200 + 100 * 2**0.5)


def test_heights_are_ignored_and_parts_taken_apart():
    shape = shapely.MultiLineString([[(0, 0, 0), (30, 40, 500)], [(30, 40, 9), (60, 0, 0)]])
    network = from_lines([shape], crs=CRS)
    assert network.length_m.tolist() == [50, 50]
    assert network.nodes == 3
    nested = from_lines([shapely.GeometryCollection([shape, shapely.Point(0, 0)])], crs=CRS)
    assert nested.length_m.tolist() == [50, 50]


def test_the_arrays_fit_together(draw):
    network = draw("0 0, 30 40, 60 0 | 60 0, 100 0")
    assert network.shape_start.tolist() == [0, 3, 5]
    assert network.shape_xy.tolist() == [[0, 0], [30, 40], [60, 0], [60, 0], [100, 0]]
    assert np.column_stack([network.node_x, network.node_y])[network.tail].tolist() == [[0, 0], [60, 0]]
    with pytest.raises(NetworkError, match="network_shapes_differ"):
        StreetNetwork(CRS, "walk", network.node_x, network.node_y, network.tail, network.head[:1], network.length_m, network.direction,
                      network.shape_start, network.shape_xy, network.component)


def test_unusable_rows_are_told_and_dropped():
    report = QualityReport()
    rows = [shapely.LineString([(0, 0), (10, 0)]), None, shapely.LineString(), shapely.LineString([(5, 5), (5, 5)]), shapely.Point(1, 1),
            shapely.LineString([(0, 0), (0, np.inf)])]
    network = from_lines(rows, crs=CRS, report=report, file="s.gpkg")
    assert network.edges == 1
    assert [(i.code, i.row, i.sentence) for i in report.issues] == [
        ("geometry_missing", 2, "street_without_shape"), ("geometry_missing", 3, "street_without_shape"),
        ("geometry_invalid", 5, "street_not_a_line"),
        ("geometry_invalid", 4, "street_zero_length"), ("geometry_invalid", 6, "street_zero_length")]
    record = report.files["s.gpkg"]
    assert (record.rows_in, record.rows_kept, record.rows_not_selected) == (6, 1, 0)
    assert all(issue.done(lang) for issue in report.issues for lang in ("zh", "en"))


def test_very_many_unusable_rows_are_told_in_one():
    report = QualityReport()
    from_lines([shapely.LineString([(0, 0), (10, 0)]), *[None] * 101], crs=CRS, report=report, file="s.gpkg")
    (issue,) = report.issues
    assert issue.row is None and "101" in issue.done("en")


def test_stated_lengths(draw):
    report = QualityReport()
    lines = [shapely.LineString([(0, k), (100, k)]) for k in range(7)]
    column = [250.0, "80", None, "", "long", -5, float("inf")]
    network = from_lines(lines, crs=CRS, columns={"length_m": column}, report=report, file="s")
    assert network.length_m.tolist() == [250, 80, 100, 100, 100, 100, 100]
    assert {i.code for i in report.issues} == {"value_invalid"}
    assert [(i.row, i.value) for i in report.issues] == [(5, "long"), (6, "-5"), (7, "inf")]
    assert draw("0 0, 10 0", length_m=[0]).length_m.tolist() == [0]


def test_the_stated_length_of_a_multi_part_line_is_shared_out_by_shape():
    shape = shapely.MultiLineString([[(0, 0), (30, 0)], [(30, 0), (40, 0)]])
    assert from_lines([shape], crs=CRS, columns={"length_m": [80]}).length_m.tolist() == [60, 20]


def test_openstreetmap_columns_are_read(draw):
    text = "0 0, 10 0 | 10 0, 20 0 | 20 0, 30 0"
    assert draw(text, highway=["motorway", None, "footway"]).edges == 2
    assert draw(text, foot=["no", "", "yes"]).edges == 2
    assert draw(text, "drive", oneway=["yes", None, "-1"]).direction.tolist() == [1, 0, -1]
    assert draw(text, bridge=["yes", "no", None], name=["no", "x", "y"]).edges == 3


def test_rows_closed_to_every_mode_are_not_selected():
    report = QualityReport()
    lines = [shapely.LineString([(0, k), (100, k)]) for k in range(3)]
    from_lines(lines, crs=CRS, columns={"highway": ["motorway", "construction", "path"]}, report=report, file="s")
    assert report.issues == []
    assert (report.files["s"].rows_kept, report.files["s"].rows_not_selected) == (2, 1)


@pytest.mark.parametrize(("rows", "columns", "code"), [
    ([], {}, "streets_without_lines"), ([shapely.Point(0, 0)], {}, "streets_without_lines"),
    ([shapely.LineString([(0, 0), (1, 0)])], {"foot": ["no"]}, "streets_none_open")])
def test_nothing_left_is_an_error(rows, columns, code):
    with pytest.raises(NetworkError) as caught:
        from_lines(rows, crs=CRS, columns=columns, file="s")
    assert caught.value.code == code and caught.value.params["file"] == "s"


def test_components_are_numbered_by_length(draw):
    #                short part with many nodes | long part with two
    network = draw("0 0, 1 0 | 1 0, 2 0 | 2 0, 3 0 | 0 50, 90 50")
    parts = {tuple(xy): int(c) for *xy, c in zip(network.node_x, network.node_y, network.component, strict=True)}
    assert parts[0, 50] == parts[90, 50] == 0
    assert parts[0, 0] == parts[3, 0] == 1
    summary = components_summary(network)
    assert (summary.parts, summary.length_m, summary.largest_share) == (2, 93, pytest.approx(90 / 93))


def test_as_a_table_and_back(draw):
    network = draw("0 0, 30 40, 60 0 | 60 0, 100 0", length_m=[120, None])
    frame = to_geodataframe(network)
    assert frame.crs == CRS and frame["length_m"].tolist() == [120, 40]
    again = from_lines(frame.geometry.to_numpy(), crs=CRS, columns={"length_m": frame["length_m"]})
    assert again.length_m.tolist() == network.length_m.tolist() and again.tail.tolist() == network.tail.tolist()


def test_as_a_graph(draw):
    graph = to_networkx(draw("0 0, 30 0 | 30 0, 70 0 | 70 0, 100 0", "drive", oneway=["yes", "", "-1"]))
    nodes = {data["x"]: n for n, data in graph.nodes(data=True)}
    assert nx.shortest_path_length(graph, nodes[0], nodes[70], weight="length_m") == 70
    assert not nx.has_path(graph, nodes[70], nodes[0])
    assert sorted((graph.nodes[u]["x"], graph.nodes[v]["x"]) for u, v in graph.edges()) == [(0, 30), (30, 70), (70, 30), (100, 70)]


def test_saved_and_loaded_unchanged(draw, tmp_path):
    network = draw("0 0, 30 40, 60 0 | 60 0, 100 0", "drive", oneway=["yes", ""])
    path = tmp_path / "n.npz"
    save(network, path, notes=json.dumps({"名": 1}))
    again, notes = load(path)
    assert json.loads(notes) == {"名": 1}
    assert (again.crs, again.mode, again.direction.tolist()) == (CRS, "drive", [1, 0])
    assert again.shape_xy.tolist() == network.shape_xy.tolist() and again.direction.dtype == np.int8
    assert [file.name for file in tmp_path.iterdir()] == ["n.npz"]


def test_a_spoiled_file_is_refused(draw, tmp_path):
    path = tmp_path / "n.npz"
    save(draw("0 0, 30 40"), path)
    whole = path.read_bytes()
    for spoiled in (b"", b"junk", whole[:-30], whole[:200] + b"\0" * 50 + whole[250:]):
        path.write_bytes(spoiled)
        with pytest.raises(NetworkError, match="network_file_unreadable"):
            load(path)


def test_objects_in_a_file_are_never_unpickled(draw, tmp_path):
    path = tmp_path / "n.npz"
    save(draw("0 0, 30 40"), path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **(arrays | {"tail": np.array([{"a": 1}], dtype=object)}))
    with pytest.raises(NetworkError, match="network_file_unreadable"):
        load(path)


def test_ends_out_of_range_are_refused(draw, tmp_path):
    path = tmp_path / "n.npz"
    save(draw("0 0, 30 40"), path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **(arrays | {"head": np.array([7])}))
    with pytest.raises(NetworkError, match="network_file_unreadable"):
        load(path)
