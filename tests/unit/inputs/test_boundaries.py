import json

import numpy as np
import pytest
import shapely

from planner.inputs.boundaries import free_column, repaired, zone_system
from planner.inputs.readers import read_boundaries
from planner.inputs.specs import BoundarySpec


def read(town, **more):
    return read_boundaries(town.levels, report=town.report, **more)


def test_units_in_metres_in_code_order(town):
    town.communities.reverse()
    found = read(town)
    assert found is not None and not town.report.issues
    assert found.crs == town.crs  # chosen from the extent
    frame = found.frame("community")
    assert frame["code"].tolist() == ["101", "102", "201", "202"] and frame["row"].tolist() == [4, 3, 2, 1]
    assert frame["parent"].tolist() == ["A", "A", "B", "B"] and frame["面积"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert frame.geometry.area.to_numpy() == pytest.approx(1_000_000, rel=1e-6)
    assert found.sources["community"].rows == 4 and len(found.sources["community"].sha256) == 64


def test_plane_layers_are_taken_as_they_are(town):
    shapes = {"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:4548"}},
              "features": [town.feature([[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]], code="1", name="甲")]}
    (town.folder / "plane.geojson").write_text(json.dumps(shapes))
    spec = BoundarySpec("township", town.ref("plane.geojson"), "code", "name", crs="EPSG:4548")
    found = read_boundaries([spec], crs="EPSG:4548", report=town.report)
    assert found.frame("township").geometry.area.tolist() == pytest.approx([100])


@pytest.mark.parametrize(("change", "code", "row"), [
    (lambda f: f[2]["properties"].update(code="101"), "code_duplicate", 3), (lambda f: f[1]["properties"].update(code=""), "code_missing",
                                                                             2),
    (lambda f: f[1].update(geometry=None), "geometry_missing", 2),
    (lambda f: f[1].update(geometry={"type": "Point", "coordinates": [117.0, 39.7]}), "geometry_invalid", 2),
    (lambda f: f[3]["geometry"]["coordinates"][0].__setitem__(1, [1e308, 3]), "geometry_invalid", 4),
    (lambda f: f[3]["geometry"]["coordinates"][0].__setitem__(1, [None, 3]), "geometry_invalid", 4), (lambda f: f.clear(), "file_empty",
                                                                                                      None),
    (lambda f: [x["properties"].pop("code") for x in f], "column_missing", None)])
def test_faults_that_block(town, change, code, row):
    change(town.communities)
    assert read(town) is None
    blocking = [(issue.code, issue.row, issue.file) for issue in town.report.blocking]
    assert blocking == [(code, row, "communities.geojson")]


def test_a_shape_that_crosses_itself_is_mended(town):
    a, b, c, d, _ = town.square(0, 0)[0]
    town.communities[0]["geometry"]["coordinates"] = [[a, c, b, d, a]]
    assert read(town) is not None
    told = [("geometry_invalid", "warning", 1), ("geometry_gap", "warning", None)]  # the half that its rings left out
    assert town.said("code", "severity", "row") == told


def test_repaired_keeps_polygons_only():
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert repaired(bow).area == pytest.approx(2.0) and repaired(shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])).is_empty


def test_country_prefix_is_told_once(town):
    for k, item in enumerate(town.communities):
        item["properties"].update(code=f"15611010100100{k + 1}")
    found = read(town)
    assert found.frame("community")["code"].tolist() == [f"11010100100{k}" for k in (1, 2, 3, 4)]
    assert town.said("code", "row") == [("code_repaired", None)]


@pytest.mark.parametrize("value", [None, "Z"])
def test_a_parent_that_is_missing_is_derived(town, value):
    town.communities[3]["properties"]["parent"] = value
    assert read(town).frame("community")["parent"].tolist() == ["A", "A", "B", "B"]
    assert town.said("code", "severity", "row", "value") == [("parent_missing", "info", 4, value)]


def test_parents_outside_the_project_are_no_fault(town):
    for item in town.townships:
        item["properties"]["parent"] = "110101"
    levels = (BoundarySpec("township", town.ref("townships.geojson"), "code", "name", parent="parent"), town.levels[1])
    found = read_boundaries(levels, report=town.report)
    assert found.frame("township")["parent"].tolist() == ["110101", "110101"] and not town.report.issues


@pytest.mark.parametrize(("reach", "code"), [(150, "geometry_overlap"), (0.8, "geometry_sliver"), (0.05, None)])
def test_overlaps_by_their_width(town, reach, code):
    town.communities[0]["geometry"]["coordinates"] = town.square(0, 0, 1000 + reach)
    assert read(town) is not None
    assert [issue.code for issue in town.report.issues] == ([code] if code else [])


def test_metres_without_a_word_are_not_used(town):
    for k, item in enumerate(town.communities):
        west = 39_500_000 + 1000 * k
        item["geometry"]["coordinates"] = [[[west, 4.4e6], [west + 1000, 4.4e6], [west + 1000, 4.401e6], [west, 4.4e6]]]
    assert read(town) is None
    assert town.said("code", "value") == [("crs_suspect", "EPSG:4527")]


def test_a_datum_without_a_shift_is_refused(town):
    levels = (BoundarySpec("township", town.ref("townships.geojson"), "code", "name", crs="EPSG:4610"),)
    town.write()
    assert read_boundaries(levels, report=town.report) is None
    assert town.said("code", "severity") == [("crs_unsupported", "blocking")]


def test_free_columns_are_numbers_only_where_nothing_is_lost():
    assert free_column(["1", "2.5", ""]).dtype == np.float64
    assert free_column(["007", "8"]).tolist() == ["007", "8"] and free_column(["1", "x"]).tolist() == ["1", "x"]
    assert free_column(["", None]).tolist() == ["", ""] and free_column(["0.5", 0]).tolist() == [0.5, 0.0]
    assert free_column(["nan", "1"]).tolist() == ["nan", "1"]


@pytest.mark.parametrize(("easting", "system"), [(39_500_000, "EPSG:4527"), (20_500_000, "EPSG:4498"), (500_000, None)])
def test_zone_digits(easting, system):
    assert zone_system(np.array([easting, np.nan])) == system
