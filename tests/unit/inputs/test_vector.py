import json
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.inputs.files import UnusableFileError
from planner.inputs.geojson import json_shape
from planner.inputs.vector import read_features

SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]


def layer(tmp_path, *features, **more):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}, ensure_ascii=False), encoding="utf-8")
    return path


def test_geojson_keeps_every_feature_and_guesses_no_types(tmp_path):
    path = layer(tmp_path, {"properties": {"code": "007", "day": "2020-01-01", "n": 1, "list": [1]},
                            "geometry": {"type": "Point", "coordinates": [1, 2, 3]}},
                 {"properties": None, "geometry": None}, None, {"geometry": {"type": "Polygon",
                                                                             "coordinates": [[[0, 0], ["x", 1], [1, 1], [0, 0]]]}})
    found = read_features(path)
    assert len(found) == 4 and found.crs == "EPSG:4326"
    assert found.columns == {"code": ["007", None, None, None], "day": ["2020-01-01", None, None, None], "n": [1, None, None, None],
                             "list": ["[1]", None, None, None]}
    assert found.shapes[0] == shapely.Point(1, 2) and found.broken == {3} and found.shapes[1] is None


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::4548", "EPSG:4548"])
def test_the_old_crs_member_is_read(tmp_path, name):
    assert read_features(layer(tmp_path, crs={"type": "name", "properties": {"name": name}})).crs == "EPSG:4548"


@pytest.mark.parametrize("geometry", [
    {"type": "Polygon", "coordinates": [[[0, 0], [1, None], [1, 1], [0, 0]]]}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "Point", "coordinates": []}, {"type": "Point", "coordinates": ["1", "2"]}, {"type": "LineString",
                                                                                         "coordinates": [[0, 0], [1]]},
    {"type": "Point", "coordinates": [float("nan"), 1]}, {"type": "Curve", "coordinates": [[0, 0]]}, {"type": "MultiPolygon",
                                                                                                      "coordinates": [[[]]]},
    {"coordinates": [1, 2]}, {"type": "Polygon", "coordinates": {}}])
def test_coordinates_that_are_none(tmp_path, geometry):
    found = read_features(layer(tmp_path, {"properties": {}, "geometry": geometry}))
    assert found.broken == {0} and found.shapes[0] is None


@pytest.mark.parametrize(("geometry", "kind"), [
    ({"type": "MultiPolygon", "coordinates": [SQUARE]}, "MultiPolygon"), ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
                                                                          "LineString"),
    ({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}, "GeometryCollection"),
    ({"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]]]}, "MultiLineString"), ({"type": "MultiPoint", "coordinates": [[0, 0]]},
                                                                                          "MultiPoint")])
def test_all_kinds_of_shapes(geometry, kind):
    assert json_shape(geometry).geom_type == kind


@pytest.mark.parametrize(("data", "sentence"), [(b'{"type": "FeatureCollection", "features": [{', "file_json_damaged"),
                                                (b'{"a": 1}', "file_not_geojson"),
                                                (b"[1, 2]", "file_not_geojson"), (b"[" * 100_000, None), (b"\xff\xfe\xff",
                                                                                                          "file_not_text")])
def test_documents_that_are_no_geojson(tmp_path, data, sentence):
    (tmp_path / "a.geojson").write_bytes(data)
    with pytest.raises(UnusableFileError) as caught:
        read_features(tmp_path / "a.geojson")
    assert (caught.value.code, caught.value.sentence) == ("file_unreadable", sentence)


FRAME = gpd.GeoDataFrame({"code": ["101", "102"], "n": [1, 2], "v": [1.5, np.nan]}, geometry=[shapely.box(0, 0, 1, 1), None],
                         crs="EPSG:4490")


def test_gpkg_parquet_and_shapefile_give_the_same(tmp_path):
    FRAME.to_file(tmp_path / "a.gpkg", layer="a")
    FRAME.to_parquet(tmp_path / "a.parquet")
    whole = FRAME.iloc[:1]
    whole.to_file(tmp_path / "a.shp", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.shp.zip", "w") as box:
        for part in tmp_path.glob("a.*"):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                box.write(part, part.name)
    for name in ("a.gpkg", "a.parquet"):
        found = read_features(tmp_path / name)
        assert found.columns == {"code": ["101", "102"], "n": [1, 2], "v": [1.5, None]}, name
        assert found.shapes[0].equals(shapely.box(0, 0, 1, 1)) and found.shapes[1] is None and found.crs == "EPSG:4490"
    for name in ("a.shp", "a.shp.zip"):
        found = read_features(tmp_path / name)
        assert found.columns == {"code": ["101"], "n": ["1"], "v": [1.5]} and found.crs == "EPSG:4490" and found.numbers == (1,), name


def test_a_shapefile_without_prj_says_nothing(tmp_path):
    FRAME.iloc[:1].to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    assert read_features(tmp_path / "a.shp").crs == ""


def test_of_several_layers_the_one_with_the_columns(tmp_path):
    FRAME.rename(columns={"code": "other"}).to_file(tmp_path / "a.gpkg", layer="first")
    FRAME.to_file(tmp_path / "a.gpkg", layer="second")
    assert "code" in read_features(tmp_path / "a.gpkg", ["code"]).columns


@pytest.mark.parametrize("name", ["a.gpkg", "a.parquet", "a.shp.zip"])
def test_damaged_files(tmp_path, name):
    FRAME.to_file(tmp_path / "good.gpkg", layer="a")
    FRAME.to_parquet(tmp_path / "good.parquet")
    good = (tmp_path / f"good.{name.split('.')[1]}").read_bytes() if name != "a.shp.zip" else b""
    (tmp_path / name).write_bytes(good[: len(good) // 3])
    if name == "a.shp.zip":
        with zipfile.ZipFile(tmp_path / name, "w") as box:
            box.writestr("readme.txt", "no layer")
    with pytest.raises(UnusableFileError):
        read_features(tmp_path / name)
