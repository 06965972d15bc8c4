"""`planner coverage --service-areas`: a street of 2 km on disk, files out, read back and measured."""

import datetime as dt
import json

import geopandas as gpd
import pyogrio
import pytest
from click.testing import CliRunner

from planner.cli import main
from tests.small_project import EAST, TOWNSHIPS, degrees, feature, layer, rectangle, same, write_project

CRS = "EPSG:32650"
CONFIG = TOWNSHIPS | {
    "project": {"id": "street", "name": {"zh": "一条街", "en": "One street"}, "crs": CRS, "reference_date": dt.date(2025, 12, 31)},
    "streets": {"path": "streets.geojson", "attribution": {"zh": "© 测绘院", "en": "© Survey"}},
    "population": {"path": "people.csv", "columns": same("lon", "lat", "total"), "spread": "points"},
    "facilities.home": {"path": "homes.csv", "crs": "EPSG:4326", "columns": same("id", "name", "lon", "lat")},
    "travel.walk": {"mode": "walk", "metres_per_minute": 50}}
COLUMNS = ["kind", "scope", "layer", "id", "name", "travel", "minutes", "metres", "street_m", "width_m", "note", "attribution"]


@pytest.fixture
def project(tmp_path):
    lon, lat = degrees(300, 0)
    homes = zip(("h1", "h2", "h3"), ("=甲院", "乙院", "远院"), ((100, 0), (600, 0), (600, -8000)), strict=True)
    rows = ["{},{},{},{}\n".format(key, name, *degrees(*at)) for key, name, at in homes]
    return write_project(tmp_path / "street", CONFIG, {
        "townships.geojson": layer(feature("Polygon", rectangle(-500, -9000, 3000, 9500), code="T1", name="一镇")),
        "streets.geojson": layer(feature("LineString", [degrees(0, 0), degrees(2000, 0)])),
        "people.csv": f"lon,lat,total\n{lon},{lat},7\n", "homes.csv": "id,name,lon,lat\n" + "".join(rows)})


def run(project, path, *words, limit=("--minutes", 6)):
    ask = ["coverage", project, "--layer", "home", "--travel", "walk", *limit, "--by", "township", "--as-of", "2025-12-31"]
    return CliRunner().invoke(main, [str(word) for word in [*ask, "--service-areas", path, *words]])


def test_a_geopackage_of_streets_and_areas(project, tmp_path):
    path = tmp_path / "areas.gpkg"
    done = run(project, path, "--lang", "en", "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["total"]["people_covered"] == 7  # what is printed stays what it was
    assert "h3" in done.stderr and "areas.gpkg" in done.stderr and "drawing only" in done.stderr
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["streets", "areas"]
    streets, areas = (gpd.read_file(path, layer=layer) for layer in ("streets", "areas"))
    for table, kind in ((streets, "streets"), (areas, "areas")):
        assert table.columns.tolist() == [*COLUMNS, "geometry"]
        assert table.crs.to_epsg() == 4326
        assert table["scope"].tolist() == ["all", *["facility"] * 3]
        assert table["id"].fillna("").tolist() == ["", "h1", "h2", "h3"]
        assert table["name"].tolist() == ["all facilities together", "=甲院", "乙院", "远院"]
        assert table["street_m"].tolist() == pytest.approx([900, 400, 600, 0], abs=0.01)
        assert set(table["kind"]) == {kind} and set(table["minutes"]) == {6} and set(table["metres"]) == {300}
        assert all("counted on the network" in note for note in table["note"]) and set(table["attribution"]) == {"© Survey"}
        assert table.geometry.isna().tolist() == [False, False, False, True]
        told = pyogrio.read_info(path, layer=kind)["layer_metadata"]
        assert "counted on the network" in told["note"] and told["attribution"] == "© Survey"
    metric = streets.to_crs(CRS).geometry
    assert metric[1].bounds[2] - EAST == pytest.approx(400, abs=0.01)  # cut 300 m from the home at 100 m
    assert metric[2].bounds[0] - EAST == pytest.approx(300, abs=0.01)
    drawn = areas.to_crs(CRS).geometry
    assert drawn[0].is_valid
    assert drawn[0].area == pytest.approx(900 * 120 + 3.1416 * 60**2, rel=0.02)
    assert drawn[2].covers(metric[2])


def test_geojson_holds_both_and_says_so_in_chinese(project, tmp_path):
    path = tmp_path / "areas.geojson"
    assert run(project, path, "--quiet").exit_code == 0
    made = json.loads(path.read_text(encoding="utf-8"))
    assert [feature["properties"]["kind"] for feature in made["features"]] == ["streets"] * 4 + ["areas"] * 4
    first = made["features"][0]
    assert list(first["properties"]) == COLUMNS
    assert first["properties"]["note"].startswith("仅供制图") and first["properties"]["attribution"] == "© 测绘院"
    assert first["geometry"]["type"] == "MultiLineString"
    assert made["features"][4]["geometry"]["type"] == "MultiPolygon"
    assert made["features"][3]["geometry"] is None


@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_the_same_question_gives_the_same_bytes_over_an_older_file(project, tmp_path, suffix):
    one, two = tmp_path / f"a.{suffix}", tmp_path / "again" / f"a.{suffix}"
    two.parent.mkdir()
    two.write_text("older", encoding="utf-8")
    assert run(project, one).exit_code == run(project, two).exit_code == 0
    assert one.read_bytes() == two.read_bytes()


def test_a_limit_in_metres_is_told_in_minutes_too(project, tmp_path):
    path = tmp_path / "areas.gpkg"
    assert run(project, path, limit=("--metres", 150)).exit_code == 0
    streets = gpd.read_file(path, layer="streets")
    assert (streets["minutes"][0], streets["metres"][0]) == (3, 150)
    assert streets["street_m"].tolist() == pytest.approx([550, 250, 300, 0], abs=0.01)


def test_limit_0_keeps_the_rows_without_shapes(project, tmp_path):
    path = tmp_path / "areas.gpkg"
    assert run(project, path, limit=("--minutes", 0)).exit_code == 0
    areas = gpd.read_file(path, layer="areas")
    assert areas["street_m"].tolist() == [0, 0, 0, 0]
    assert areas.geometry.isna().all()


def test_files_that_cannot_be_written(project, tmp_path):
    wrong = run(tmp_path / "nowhere", tmp_path / "areas.shp", "--lang", "en")
    assert wrong.exit_code == 1 and wrong.stdout == ""
    assert ".gpkg .geojson" in wrong.stderr and len(wrong.stderr.splitlines()) == 1  # before the project is read
    gone = run(project, tmp_path / "nowhere" / "areas.gpkg", "--quiet")
    assert gone.exit_code == 1 and "areas.gpkg" in gone.stderr
