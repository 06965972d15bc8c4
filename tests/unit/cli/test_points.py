import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.cli.points import in_plane, read_points
from planner.errors import InputError
from planner.i18n import error_text

CRS = "EPSG:32650"


def table(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "p.csv"
    path.write_bytes(content.encode(encoding))
    return path


def test_degrees_of_a_table(tmp_path):
    points = read_points(table(tmp_path, "name,lat,id,lon\nx,31.98,A,118.7\n"), None)
    assert (points.ids, points.x.tolist(), points.y.tolist(), points.crs) == (["A"], [118.7], [31.98], "EPSG:4326")
    x, y = in_plane(points, CRS, "p")
    assert (x[0], y[0]) == pytest.approx((660600, 3539400), abs=1000)


def test_metres_of_a_table(tmp_path):
    points = read_points(table(tmp_path, "id,x,y\nA,660000.5,3540000\n"), CRS)
    assert points.x.tolist() == [660000.5]
    assert in_plane(points, CRS, "p")[0] is points.x


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_ids_are_text_letter_by_letter(tmp_path, encoding):
    content = 'id,lon,lat\n007,1,2\n7,1,2\n1.0,1,2\n=1+1,1,2\nNaN,1,2\n\n" 养老,""甲""",1,2\n'
    points = read_points(table(tmp_path, content, encoding), None)
    assert points.ids == ["007", "7", "1.0", "=1+1", "NaN", ' 养老,"甲"']
    assert points.encoding == ("gb18030" if encoding == "gb18030" else "")


@pytest.mark.parametrize(("content", "code", "clues"), [
    ("", "points_empty", {}), ("id,lon,lat\n", "points_empty", {}), ("id,lon,lat\n\n , ,\n", "points_empty", {}),
    ("name,lon,lat\nA,1,2\n", "points_column_missing", {"column": "id"}),
    ("id,lon\nA,1\n", "points_column_missing", {"column": "lon, lat / x, y"}),
    ("id,x,y\nA,1,2\n", "points_xy_without_crs", {}), ("id,lon,lat,lon\nA,1,2,3\n", "points_column_repeated", {"column": "lon"}),
    ("id,lon,lat\nA,1,2\n\nA,3,4\n", "points_id_repeated", {"row": 4, "first": 2, "value": "A"}),
    ("id,lon,lat\nA,1,2\n ,3,4\n", "points_id_blank", {"row": 3}),
    ("id,lon,lat\nA,1,\n", "points_coordinate_blank", {"row": 2, "column": "lat"}),
    ("id,lon,lat\nA,1\n", "points_coordinate_blank", {"column": "lat"}),
    *((f"id,lon,lat\nA,{bad},2\n", "points_coordinate_invalid", {"row": 2, "column": "lon", "value": bad})
      for bad in ("nan", "inf", "here", "1_0", "１２", "1e", "0x10")),
    ("id,lon,lat\nA,31.9,118.7\n", "points_coordinate_out_of_range", {"column": "lat", "bound": "90"}),
    ("id,lon,lat\nA,180.01,1\n", "points_coordinate_out_of_range", {"column": "lon"}),
    ("id,lon,lat\nA,1,2,3\n", "points_row_too_long", {"row": 2}), ('id,lon,lat\nA,"1,2\n', "points_unreadable", {})])
def test_what_is_not_plainly_right_is_refused(tmp_path, content, code, clues):
    with pytest.raises(InputError) as caught:
        read_points(table(tmp_path, content), None)
    assert caught.value.code == code
    assert {key: caught.value.params[key] for key in clues} == clues
    for lang in ("zh", "en"):
        assert "p.csv" in error_text(caught.value, lang)


def test_rows_count_as_a_person_counts_them(tmp_path):
    with pytest.raises(InputError) as caught:
        read_points(table(tmp_path, 'id,lon,lat\r\n"a\r\nb",1,2\r\n\r\nC,bad,2\r\n'), None)
    assert caught.value.params["row"] == 4


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="points_missing"):
        read_points(tmp_path / "p.csv", None)


def layer(tmp_path, shapes, crs=CRS, **columns):
    path = tmp_path / "p.gpkg"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return path


def test_points_of_a_layer(tmp_path):
    path = layer(tmp_path, [shapely.Point(660000, 3540000), shapely.MultiPoint([(660010, 3540000)])], id=[7, 8])
    points = read_points(path, None)
    assert points.ids == ["7", "8"]
    assert in_plane(points, CRS, "p")[0] == pytest.approx([660000, 660010])


def test_text_ids_of_a_layer(tmp_path):
    assert read_points(layer(tmp_path, [shapely.Point(1, 1)], id=["007"]), None).ids == ["007"]


@pytest.mark.parametrize(("shapes", "columns", "code"), [
    ([shapely.Point(1, 1)], {"name": ["A"]}, "points_column_missing"),
    ([shapely.Point(1, 1), shapely.Point(2, 2)], {"id": ["A", "A"]}, "points_id_repeated"),
    ([shapely.Point(1, 1), shapely.Point(2, 2)], {"id": [1.0, np.nan]}, "points_id_blank"),
    ([shapely.Point(1, 1), None], {"id": ["A", "B"]}, "points_coordinate_blank"),
    ([shapely.Point(1, 1), shapely.Point()], {"id": ["A", "B"]}, "points_coordinate_blank"),
    ([shapely.LineString([(0, 0), (1, 1)])], {"id": ["A"]}, "points_coordinate_invalid"),
    ([shapely.MultiPoint([(0, 0), (1, 1)])], {"id": ["A"]}, "points_coordinate_invalid")])
def test_bad_layers_are_refused(tmp_path, shapes, columns, code):
    with pytest.raises(InputError) as caught:
        read_points(layer(tmp_path, shapes, **columns), None)
    assert caught.value.code == code


def test_a_layer_without_a_system_and_junk(tmp_path):
    bare = tmp_path / "bare.shp"
    gpd.GeoDataFrame({"id": ["A"]}, geometry=[shapely.Point(1, 1)], crs=CRS).to_file(bare)
    (tmp_path / "bare.prj").unlink()
    with pytest.raises(InputError, match="points_without_crs"):
        read_points(bare, None)
    junk = tmp_path / "j.gpkg"
    junk.write_text("junk")
    with pytest.raises(InputError, match="points_unreadable"):
        read_points(junk, None)


def test_a_point_that_a_projection_cannot_place(tmp_path):
    points = read_points(table(tmp_path, "id,lon,lat\nA,118,31\nB,27,0\n"), None)
    with pytest.raises(InputError) as caught:
        in_plane(points, CRS, "p.csv")
    assert caught.value.code == "points_off_plane" and caught.value.params["id"] == "B"
