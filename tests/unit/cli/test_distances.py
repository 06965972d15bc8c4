import csv

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from planner.cli.distances import command

CRS = "EPSG:32650"
X0, Y0 = 660000, 3540000


@pytest.fixture
def files(tmp_path):
    """One street of 1,000 m; A: 7 and 007, far away Z; B: p q r."""
    street = shapely.LineString([(X0, Y0), (X0 + 1000, Y0)])
    gpd.GeoDataFrame(geometry=[street], crs=CRS).to_file(tmp_path / "s.gpkg")
    (tmp_path / "a.csv").write_text(f"id,x,y\n7,{X0 + 10},{Y0}\n007,{X0},{Y0}\nZ,{X0},{Y0 + 5000}\n")
    (tmp_path / "b.csv").write_text(f"id,x,y\np,{X0 + 120},{Y0}\nq,{X0 + 10},{Y0 + 3}\nr,{X0 + 990},{Y0}\n")
    return tmp_path


def call(files, *more, crs=CRS, limit=500):
    plane = ["--crs", crs] if crs else []
    given = ["--streets", files / "s.gpkg", "--from", files / "a.csv", "--to", files / "b.csv", "--limit-m", limit, *plane, *more]
    return CliRunner().invoke(command, [str(word) for word in given])


def rows(text):
    return [tuple(row) for row in csv.reader(text.lstrip("\ufeff").splitlines())]


def test_rows_by_from_id_as_text_then_distance(files):
    run = call(files, "--quiet")
    assert run.exit_code == 0
    assert rows(run.stdout) == [("from_id", "to_id", "distance_m"), ("007", "q", "13.000000"), ("007", "p", "120.000000"),
                                ("7", "q", "3.000000"), ("7", "p", "110.000000")]


def test_points_out_of_reach_are_told_also_when_quiet(files):
    for more in ((), ("--quiet",)):
        run = call(files, "--lang", "en", *more)
        assert "1 point(s)" in run.stderr and run.stderr.strip().endswith("Z")
        assert "Z" not in run.stdout


def test_many_points_out_of_reach_are_counted(files):
    far = "".join(f"F{k},{X0},{Y0 + 5000}\n" for k in range(30))
    (files / "a.csv").write_text(f"id,x,y\n{far}")
    run = call(files, "--lang", "en")
    assert "30 point(s)" in run.stderr and "F19, ..." in run.stderr and "F20" not in run.stderr
    assert rows(run.stdout) == [("from_id", "to_id", "distance_m")]


def test_only_the_nearest(files):
    assert [row[:2] for row in rows(call(files, "--nearest", 1, "--quiet").stdout)[1:]] == [("007", "q"), ("7", "q")]


def test_of_equal_distances_the_first_id(files):
    (files / "b.csv").write_text(f"id,x,y\nn,{X0 + 20},{Y0}\nm,{X0 + 20},{Y0}\n")
    assert [row[1] for row in rows(call(files, "--nearest", 1, "--quiet").stdout)[1:]] == ["m", "m"]


def test_the_snap_limit(files):
    (files / "b.csv").write_text(f"id,x,y\nq,{X0 + 10},{Y0 + 3}\n")
    assert len(rows(call(files, "--max-snap-m", 3, "--quiet").stdout)) == 3
    assert len(rows(call(files, "--max-snap-m", 2, "--quiet").stdout)) == 1


def test_written_to_a_file(files):
    run = call(files, "--out", files / "d.csv", "--quiet")
    assert run.stdout == "" and len(rows((files / "d.csv").read_text("utf-8"))) == 5


def test_a_system_that_was_chosen_is_told(files):
    for name in ("a", "b"):
        (files / f"{name}.csv").write_text("id,lon,lat\nA,118.695,31.985\n")
    run = call(files, "--lang", "en", crs=None)
    assert run.exit_code == 0 and CRS in run.stderr
    assert call(files, "--quiet", crs=None).stderr == ""


def test_faults_of_streets_are_told(files):
    street = shapely.LineString([(X0, Y0), (X0 + 1000, Y0)])
    gpd.GeoDataFrame(geometry=[street, None], crs=CRS).to_file(files / "s.gpkg")
    run = call(files, "--lang", "en")
    assert run.exit_code == 0 and "row 2" in run.stderr
    assert "row 2" not in call(files, "--lang", "en", "--quiet").stderr


def test_tables_of_excel_in_chinese_are_told(files):
    (files / "a.csv").write_bytes(f"id,x,y\n养老站,{X0},{Y0}\n".encode("gb18030"))
    run = call(files, "--lang", "en")
    assert "gb18030" in run.stderr and "养老站" in run.stdout


def test_driving_follows_one_way_streets(files):
    lines = [shapely.LineString([(X0, Y0), (X0 + 1000, Y0)])]
    gpd.GeoDataFrame({"oneway": ["-1"]}, geometry=lines, crs=CRS).to_file(files / "s.gpkg")
    assert [row[:2] for row in rows(call(files, "--mode", "drive", "--quiet").stdout)[1:]] == [("7", "q")]


@pytest.mark.parametrize("spoil", ["a.csv", "b.csv", "s.gpkg"])
def test_a_missing_file_is_one_line(files, spoil):
    (files / spoil).unlink()
    run = call(files, "--quiet", "--lang", "en")
    assert run.exit_code == 1 and len(run.stderr.strip().splitlines()) == 1 and spoil in run.stderr


@pytest.mark.parametrize("crs", ["banana", "EPSG:4326"])
def test_a_bad_system_is_one_line(files, crs):
    run = call(files, "--lang", "en", crs=crs)
    assert run.exit_code == 1 and len(run.stderr.strip().splitlines()) == 1 and crs in run.stderr


@pytest.mark.parametrize("more", [
    ("--limit-m", "-1"), ("--limit-m", "nan"), ("--max-snap-m", "inf"), ("--nearest", "0"), ("--mode", "fly")])
def test_wrong_usage(files, more):
    assert call(files, *more).exit_code == 2
