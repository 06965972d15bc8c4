import zipfile

import geopandas as gpd
import pytest
import shapely

from planner.errors import NetworkError
from planner.network import lines
from planner.quality import QualityReport

CRS = "EPSG:32650"
HEAD = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":'
SHAPES = [shapely.LineString([(660000, 3540000), (660100, 3540000)]), shapely.LineString([(660100, 3540000), (660100, 3540050)])]


def layer(**columns):
    return gpd.GeoDataFrame(columns, geometry=SHAPES, crs=CRS)


def read(path, mode="walk", **more):
    report = QualityReport()
    return lines.read_lines(path, path.name, CRS, mode, report=report, **more), report


@pytest.mark.parametrize("name", ["s.gpkg", "s.geojson", "s.shp", "s.parquet", "s.fgb", "s.shp.zip"])
def test_the_same_network_from_every_format(tmp_path, name):
    path = tmp_path / name
    frame = layer(highway=["residential", "steps"], length_m=[250.0, None])
    if name == "s.parquet":
        frame.to_parquet(path)
    elif name == "s.shp.zip":
        frame.to_file(tmp_path / "s.shp")
        with zipfile.ZipFile(path, "w") as box:
            for part in ("shp", "shx", "dbf", "prj"):
                box.write(tmp_path / f"s.{part}", f"s.{part}")
    else:
        (frame.to_crs("EPSG:4326") if name == "s.geojson" else frame).to_file(path)
    network, report = read(path)
    assert sorted(network.length_m.tolist()) == pytest.approx([50, 250], abs=1e-4)  # FlatGeobuf keeps its own order
    assert network.nodes == 3 and network.attribution == "" and report.issues == []
    assert report.files[name].rows_in == report.files[name].rows_kept == 2
    assert read(path, "drive")[0].edges == 1
    own, extent = lines.place_of(path, name)
    assert own == ("EPSG:4326" if name == "s.geojson" else CRS)
    assert extent == pytest.approx((118.69, 31.984, 118.695, 31.985), abs=0.01)


def test_the_layer_with_lines_is_taken(tmp_path):
    path = tmp_path / "s.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.Point(660000, 3540000)], crs=CRS).to_file(path, layer="a_stops")
    layer().to_file(path, layer="b_streets")
    assert read(path)[0].edges == 2


def test_streets_made_from_openstreetmap_name_it(tmp_path):
    path = tmp_path / "s.gpkg"
    layer(osm_id=["1", "2"]).to_file(path)
    assert read(path)[0].attribution == "© OpenStreetMap contributors"


def test_a_stated_system_overrides(tmp_path):
    path = tmp_path / "s.gpkg"
    layer().set_crs("EPSG:32651", allow_override=True).to_file(path)
    network, _ = read(path, layer_crs=CRS)
    assert network.node_x.min() == pytest.approx(660000)


@pytest.fixture
def without_prj(tmp_path):
    path = tmp_path / "s.shp"
    layer().to_file(path)
    (tmp_path / "s.prj").unlink()
    return path


def test_a_layer_without_a_system_is_tried_against_the_project(without_prj):
    network, report = read(without_prj, around=(650000, 3530000, 670000, 3550000))
    assert network.edges == 2
    assert [(i.code, i.severity, i.value) for i in report.issues] == [("crs_missing", "warning", CRS)]
    assert all(report.issues[0].done(lang) for lang in ("zh", "en"))


def test_degrees_without_a_system_are_tried_too(tmp_path):
    path = tmp_path / "s.shp"
    layer().to_crs("EPSG:4326").to_file(path)
    (tmp_path / "s.prj").unlink()
    network, report = read(path, around=(650000, 3530000, 670000, 3550000))
    assert network.length_m.tolist() == pytest.approx([100, 50], abs=1e-4)
    assert report.issues[0].value == "EPSG:4326"


@pytest.mark.parametrize("around", [None, (0.0, 0.0, 1.0, 1.0)])
def test_a_system_is_never_assumed(without_prj, around):
    with pytest.raises(NetworkError, match="streets_without_crs"):
        read(without_prj, around=around)
    with pytest.raises(NetworkError, match="streets_without_crs"):
        lines.place_of(without_prj, "s.shp")


@pytest.mark.parametrize(("name", "content", "code"), [
    ("s.geojson", "nothing like a layer", "streets_unreadable"), ("s.gpkg", "junk", "streets_unreadable"),
    ("s.parquet", "junk", "streets_unreadable"), ("s.shp", "junk", "streets_part_missing"), ("s.zip", "junk", "streets_unreadable"),
    ("s.geojson", '{"type":"FeatureCollection","features":[]}', "streets_empty"),
    ("s.geojson", f'{HEAD}"Point","coordinates":[118,31]}}}}]}}', "streets_without_lines"),
    ("s.geojson", f'{HEAD}"Line', "streets_unreadable")])
def test_bad_files_are_errors(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(NetworkError) as caught:
        read(path)
    assert caught.value.code == code


def test_a_table_without_shapes_is_an_error(tmp_path):
    import pandas as pd

    path = tmp_path / "s.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(NetworkError):
        read(path)


def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("s.geojson", b"0" * 50_000_000)
    with pytest.raises(NetworkError, match="streets_unsafe"):
        read(path)
