import os
import threading

import geopandas as gpd
import pytest
import shapely

from planner.errors import CrsError, NetworkError
from planner.network import streets as street_files
from planner.network.streets import Streets, suggest_crs
from planner.quality import QualityReport

CRS = "EPSG:32650"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "streets"


@pytest.fixture
def file(tmp_path, cache):
    path = tmp_path / "s.gpkg"
    shapes = [shapely.LineString([(660000, 3540000), (660100, 3540000)]), shapely.LineString([(660100, 3540000), (660100, 3540050)]), None]
    gpd.GeoDataFrame({"highway": ["residential", "steps", None]}, geometry=shapes, crs=CRS).to_file(path)
    return path


def refuse_to_read(*_, **__):
    raise AssertionError("the file was read again")


def test_a_network_for_each_mode_kept_in_memory(file):
    streets = Streets(file, "s.gpkg", CRS)
    assert streets.network("walk").edges == 2 and streets.network("drive").edges == 1
    assert streets.network("walk") is streets.network("walk")


def test_kept_on_disk_with_its_record_and_issues(file, cache, monkeypatch):
    first, second = QualityReport(), QualityReport()
    network = Streets(file, "s.gpkg", CRS, report=first).network("walk")
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(street_files, "_read", refuse_to_read)
    again = Streets(file, "moved/s.gpkg", CRS, report=second).network("walk")
    assert again.shape_xy.tolist() == network.shape_xy.tolist()
    assert first.to_dict("en") == {**second.to_dict("en"), "files": first.to_dict("en")["files"], "issues": first.to_dict("en")["issues"]}
    assert [issue.file for issue in second.issues] == ["moved/s.gpkg"] and [issue.row for issue in second.issues] == [3]
    record = second.files["moved/s.gpkg"]
    assert (record.rows_in, record.rows_kept, record.role, record.format, record.crs) == (3, 2, "streets", "gpkg", CRS)
    assert len(record.sha256) == 64


def test_what_is_kept_depends_on_content_mode_and_system(file, cache):
    Streets(file, "s", CRS).network("walk")
    Streets(file, "s", CRS).network("drive")
    Streets(file, "s", "EPSG:32651").network("walk")
    gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (9, 0)])], crs=CRS).to_file(file)
    assert Streets(file, "s", CRS).network("walk").edges == 1
    assert len(list(cache.iterdir())) == 4


@pytest.mark.parametrize("spoil", [lambda whole: b"", lambda whole: b"junk", lambda whole: whole[: len(whole) // 2]])
def test_a_spoiled_copy_is_made_anew(file, cache, spoil):
    Streets(file, "s", CRS).network("walk")
    (kept,) = cache.iterdir()
    kept.write_bytes(spoil(kept.read_bytes()))
    report = QualityReport()
    assert Streets(file, "s", CRS, report=report).network("walk").edges == 2
    assert report.files["s"].rows_in == 3
    assert kept.stat().st_size > 1000


def test_a_cache_that_cannot_be_written_does_no_harm(file, cache, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE", str(file))  # a file where a folder should be
    assert Streets(file, "s", CRS).network("walk").edges == 2


def test_the_copies_unused_for_longest_go(file, cache, monkeypatch):
    monkeypatch.setattr(street_files, "CACHE_FILES", 2)
    cache.mkdir(parents=True)
    for k in range(3):
        (cache / f"old{k}.npz").write_bytes(b"x")
        os.utime(cache / f"old{k}.npz", (k, k))
    Streets(file, "s", CRS).network("walk")
    assert sorted(kept.name for kept in cache.iterdir() if kept.name.startswith("old")) == ["old2.npz"]


def test_issues_are_told_once_for_all_modes(file):
    report = QualityReport()
    streets = Streets(file, "s", CRS, report=report)
    streets.network("walk")
    streets.network("drive")
    assert [issue.code for issue in report.issues] == ["geometry_missing"]


@pytest.mark.parametrize(("name", "content", "code", "issue"), [
    ("s.gpkg", None, "streets_missing", "file_missing"), ("s.gpkg", b"", "streets_empty", "file_empty"),
    ("s.gpkg", b"x", "streets_unreadable", "file_unreadable"),
    ("s.dwg", b"x", "streets_format_unknown", "file_unreadable"), ("s.shp", b"x", "streets_part_missing", "layer_part_missing"),
    ("s.osm", b"<osm version='0.6'></osm>", "streets_empty", "file_empty")])
def test_a_bad_file_is_an_error_and_a_blocking_issue(tmp_path, cache, name, content, code, issue):
    path, report = tmp_path / name, QualityReport()
    if content is not None:
        path.write_bytes(content)
    streets = Streets(path, name, CRS, report=report)
    for _ in range(2):
        with pytest.raises(NetworkError) as caught:
            streets.network("walk")
    assert caught.value.code == code
    assert [(i.code, i.severity, i.file) for i in report.issues] == [(issue, "blocking", name)]
    assert all(report.issues[0].done(lang) for lang in ("zh", "en"))
    assert (report.files[name].rows_in, report.files[name].rows_kept) == (0, 0)
    with pytest.raises(NetworkError) as caught:
        suggest_crs(path, name)
    assert caught.value.code == code


def test_missing_parts_are_named(tmp_path, cache):
    (tmp_path / "s.shp").write_bytes(b"x")
    report = QualityReport()
    with pytest.raises(NetworkError):
        Streets(tmp_path / "s.shp", "s.shp", CRS, report=report).network("walk")
    assert report.issues[0].value == ".shx, .dbf"


def test_systems_are_checked_at_once(file):
    with pytest.raises(CrsError, match="crs_not_plane"):
        Streets(file, "s", "EPSG:4326")


def test_a_stated_system_that_is_none_is_a_blocking_issue(file):
    report = QualityReport()
    with pytest.raises(NetworkError, match="streets_crs_unknown"):
        Streets(file, "s", CRS, "banana", report).network("walk")
    assert [(i.code, i.severity, i.column, i.value) for i in report.issues] == [("config_invalid", "blocking", "streets.crs", "banana")]
    assert all("banana" in report.issues[0].done(lang) for lang in ("zh", "en"))


def test_openstreetmap_is_named_before_anything_is_read(tmp_path):
    assert Streets(tmp_path / "s.osm.pbf", "s", CRS).attribution == "© OpenStreetMap contributors"
    assert Streets(tmp_path / "s.gpkg", "s", CRS).attribution == ""


def test_threads_read_once(file, monkeypatch):
    calls = []
    read = street_files._read
    monkeypatch.setattr(street_files, "_read", lambda *args: calls.append(1) or read(*args))
    streets = Streets(file, "s", CRS)
    threads = [threading.Thread(target=streets.network, args=("walk",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]


def test_a_system_for_a_file(file, tmp_path):
    assert suggest_crs(file, "s") == CRS  # its own
    degrees = tmp_path / "d.geojson"
    gpd.read_file(file).dropna(subset="geometry").to_crs("EPSG:4326").to_file(degrees)
    assert suggest_crs(degrees, "d") == "EPSG:4549"
    mercator = tmp_path / "m.gpkg"
    gpd.read_file(file).to_crs("EPSG:3857").to_file(mercator)
    assert suggest_crs(mercator, "m") == "EPSG:4549"
