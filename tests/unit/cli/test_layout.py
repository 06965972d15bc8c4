"""`planner layout` on one street: sentence, table, JSON and CSV; what is wrong ends with one line."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from planner.cli import main

TOML = """
[project]
id = "two"
name = "两镇"
crs = "EPSG:32650"
reference_date = 2025-12-31
[boundaries.township]
path = "towns.geojson"
code = "code"
name = "name"
[streets]
path = "streets.geojson"
[population]
path = "people.csv"
columns = { x = "x", y = "y", total = "total" }
crs = "EPSG:32650"
spread = "points"
[facilities.home]
path = "homes.csv"
crs = "EPSG:32650"
columns = { id = "id", name = "name", x = "x", y = "y", beds = "beds", residents = "residents" }
[travel.walk]
mode = "walk"
metres_per_minute = 60
"""
X0, Y0 = 500_000, 4_400_000


def features(geometries):
    crs = {"type": "name", "properties": {"name": "EPSG:32650"}}
    parts = [{"type": "Feature", "properties": words, "geometry": {"type": kind, "coordinates": at}} for words, kind, at in geometries]
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": parts})


@pytest.fixture
def project(tmp_path):
    """A (60) at 0 and B (40) at 400 in T1, C (30) at 900 and D (20) at 1,500 in T2; homes X at 100 (2 of 4 beds) and Y at 700 (3 of 9)."""
    def box(low, high):
        corners = [(low, -500), (high, -500), (high, 500), (low, 500), (low, -500)]
        return [[[X0 + x, Y0 + y] for x, y in corners]]

    towns = [({"code": "T1", "name": "东镇"}, "Polygon", box(-100, 500)), ({"code": "T2", "name": "西镇"}, "Polygon", box(500, 2000))]
    (tmp_path / "planner.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "towns.geojson").write_text(features(towns), encoding="utf-8")
    (tmp_path / "streets.geojson").write_text(features([({}, "LineString", [[X0 - 50, Y0], [X0 + 1600, Y0]])]), encoding="utf-8")
    people = "".join(f"{X0 + x},{Y0},{heads}\n" for x, heads in ((0, 60), (400, 40), (900, 30), (1500, 20)))
    (tmp_path / "people.csv").write_text("x,y,total\n" + people, encoding="utf-8")
    rows = f"X,=东院,{X0 + 100},{Y0},4,2\nY,西院,{X0 + 700},{Y0},9,3\n"
    (tmp_path / "homes.csv").write_text("id,name,x,y,beds,residents\n" + rows, encoding="utf-8")
    return tmp_path


def run(*words):
    return CliRunner().invoke(main, ["layout", *map(str, words)])


HOMES = ("--layer", "home", "--travel", "walk", "--as-of", "2025-12-31")


def test_homes_in_three_forms(project):
    """Y could send its three to X's two free beds only in part: the most that closes is X, whose two walk ten minutes."""
    shown = run("homes", project, *HOMES, "--minutes", "20")
    assert shown.exit_code == 0, shown.output
    assert "撤并 1 家；2 人转住，单程最远 10 分钟" in shown.stderr and "西院 2 人（10.0 分钟）" in shown.stdout
    record = json.loads(run("homes", project, *HOMES, "--minutes", "20", "--format", "json").stdout)
    assert (record["schema"], record["kind"], record["status"], record["objective"], record["bound"], record["gap"]) == (
        "planner.layout/1", "homes", "optimal", 1.0, 1.0, 0.0)
    assert [row["action"] for row in record["rows"]] == ["close", "keep"] and record["rows"][0]["moves"][0]["residents"] == 2.0
    assert record["people_in_reach_before"] == record["people_in_reach_after"] == 150.0 and set(record["sentence"]) == {"zh", "en"}
    rows = list(csv.DictReader(io.StringIO(run("homes", project, *HOMES, "--minutes", "20", "--format", "csv").stdout)))
    assert rows[0]["moved_to"] == "Y: 2" and rows[0]["name"].startswith("'=") and rows[1]["residents_after"] == "5.0"


def test_why_homes_cannot_close(project):
    record = json.loads(run("homes", project, *HOMES, "--minutes", "20", "--close", "Y", "--format", "json").stdout)
    assert record["status"] == "infeasible" and record["objective"] is None and record["bound"] is None
    # X has two beds for Y's three, and the 20 of D have Y only: 130 of 150 keep a home in reach
    why = [reason["zh"] for reason in record["reasons"]]
    assert why == ["西院至少有 1 人无处安置", "现在够得着机构的人，撤并后最多只有 86.67% 仍够得着"]
    assert "at least 1 residents" in record["reasons"][0]["en"]


def test_units_stations_and_apart(project):
    units = json.loads(run("units", project, "--level", "township", "--count", "1", "--travel", "walk", "--minutes", "10", "--format",
                           "json").stdout)
    assert units["rows"][0]["name"] == "东镇" and units["people_in_reach"] == 100.0
    stations = run("stations", project, "--centres", "home", "--stations", "home", "--travel", "walk", "--minutes", "5",
                   "--link-minutes", "20", "--new", "1", "--candidates", "streets:100", "--as-of", "2025-12-31", "--lang", "en")
    assert stations.exit_code == 0 and "new stations" in stations.stderr and "station" in stations.stdout
    apart = json.loads(run("apart", project, "--layer", "home", "--least-m", "150", "--travel", "walk", "--minutes", "20", "--new", "1",
                           "--candidates", "streets:100", "--as-of", "2025-12-31", "--format", "json").stdout)
    assert apart["status"] == "optimal" and apart["people_near"] == 0.0 and apart["too_near"] > 0


@pytest.mark.parametrize(("words", "code", "said"), [
    (("homes", *HOMES), 2, "--minutes"), (("homes", *HOMES, "--minutes", "5", "--metres", "5"), 2, "--minutes"),
    (("homes", *HOMES, "--minutes", "5", "--objective", "cost"), 1, "running_cny"),
    (("units", "--level", "parish", "--count", "1", "--travel", "walk", "--minutes", "5"), 1, "parish"),
    (("units", "--level", "township", "--travel", "walk", "--minutes", "5"), 1, "p"),
])
def test_wrong_words_end_with_a_line(project, words, code, said):
    done = run(words[0], project, *words[1:])
    assert done.exit_code == code and said in done.stderr and "Traceback" not in done.output
