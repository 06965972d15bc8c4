"""`planner coverage --reach --capacity`: two townships along one street; the people and facilities of docs/coverage.md."""

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
columns = { id = "id", name = "name", x = "x", y = "y", beds = "beds", serves = "serves" }
[travel.walk]
mode = "walk"
metres_per_minute = 60
"""
X0, Y0 = 500_000, 4_400_000
WORDS = ("coverage", "--layer", "home", "--travel", "walk", "--metres", "300", "--by", "township", "--as-of", "2025-12-31")


def features(geometries):
    crs = {"type": "name", "properties": {"name": "EPSG:32650"}}
    parts = [{"type": "Feature", "properties": words, "geometry": {"type": kind, "coordinates": at}} for words, kind, at in geometries]
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": parts})


def box(low, high):
    corners = [(low, -500), (high, -500), (high, 500), (low, 500), (low, -500)]
    return [[[X0 + x, Y0 + y] for x, y in corners]]


@pytest.fixture
def project(tmp_path):
    """A (60) at 0 and B (40) at 400 in T1, C (30) at 900 and D (20) at 1,500 in T2; X at 100 with 40 beds, Y at 600 with 50."""
    towns = [({"code": "T1", "name": "东镇"}, "Polygon", box(-100, 500)), ({"code": "T2", "name": "西镇"}, "Polygon", box(500, 2000))]
    (tmp_path / "planner.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "towns.geojson").write_text(features(towns), encoding="utf-8")
    street = [({}, "LineString", [[X0 - 50, Y0], [X0 + 1600, Y0]])]
    (tmp_path / "streets.geojson").write_text(features(street), encoding="utf-8")
    people = "".join(f"{X0 + x},{Y0},{heads}\n" for x, heads in ((0, 60), (400, 40), (900, 30), (1500, 20)))
    (tmp_path / "people.csv").write_text("x,y,total\n" + people, encoding="utf-8")
    homes = f"X,甲,{X0 + 100},{Y0},40,\nY,乙,{X0 + 600},{Y0},50,T1;T7\n"
    (tmp_path / "homes.csv").write_text("id,name,x,y,beds,serves\n" + homes, encoding="utf-8")
    return tmp_path


def run(project, *words):
    return CliRunner().invoke(main, [WORDS[0], str(project), *WORDS[1:], *map(str, words)])


def answer(project, *words):
    done = run(project, *words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_three_parts_that_add_up(project):
    found = answer(project, "--capacity", "beds")
    for unit in (*found["units"], found["total"]):
        assert unit["people_served"] + unit["people_full"] + unit["people_beyond"] == unit["people"]
    assert (found["total"]["people_served"], found["total"]["people_full"], found["total"]["people_beyond"]) == (90, 40, 20)
    assert found["units"][1]["people_served"] == pytest.approx(150 / 7, abs=1e-5)
    room = found["capacity"]
    assert (room["column"], room["per_capacity"], room["capacity"], room["used"], room["free"], room["blank"]) == ("beds", 1, 90, 90, 0, 0)
    assert room["facilities"][0] == {"id": "X", "name": "甲", "capacity": 40, "used": 40, "free": 0}


def test_every_figure_says_whose_facilities_count(project):
    assert [answer(project)["reach"], answer(project)["settings"]["reach"], "capacity" in answer(project)] == ["shared", "shared", False]
    own, assigned = answer(project, "--reach", "own", "--capacity", "beds"), answer(project, "--reach", "assigned")
    assert (own["reach"], own["total"]["people_served"], own["total"]["people_full"]) == ("own", 70, 60)
    assert own["total"]["groups"] == {"total": 130 / 150} and own["total"]["people_served_from_other_units"] == 0
    assert assigned["reach"] == "assigned" and assigned["total"]["people_served_from_other_units"] == 40
    said = {"zh": ("仅本单元", "服务到", "可达但已满", "不可达"), "en": ("own facilities only", "served", "in reach but full")}
    for lang, words in said.items():
        shown = run(project, "--reach", "own", "--capacity", "beds", "--lang", lang).stdout
        assert all(word in shown for word in words)
    assert "划定服务范围" in run(project, "--reach", "assigned").stdout and "T7" in run(project, "--reach", "assigned").stderr
    assert "口径" not in run(project).stdout


def test_rows_of_whole_people_add_up(project):
    rows = [line.split() for line in run(project, "--capacity", "beds").stdout.splitlines() if line.startswith(("T", "合计"))]
    assert rows == [["T1", "东镇", "100", "69", "31", "0"], ["T2", "西镇", "50", "21", "9", "20"], ["合计", "150", "90", "40", "20"]]


def test_as_csv(project):
    rows = list(csv.DictReader(io.StringIO(run(project, "--capacity", "beds", "--per-capacity", 9, "--format", "csv").stdout)))
    assert [(row["people_served"], row["people_full"], row["people_served_most"]) for row in rows] == [("100.0", "0.0", "100.0"),
                                                                                                       ("30.0", "0.0", "30.0")]
    assert "people_served" not in run(project, "--format", "csv").stdout.splitlines()[0].split(",")


def test_a_blank_capacity_is_said(project):
    (project / "homes.csv").write_text((project / "homes.csv").read_text(encoding="utf-8").replace(",50,", ",,"), encoding="utf-8")
    done = run(project, "--capacity", "beds", "--lang", "en")
    assert "blank for 1 facilities" in done.stderr and "110 would be served" in done.stderr
    blank = answer(project, "--capacity", "beds")["capacity"]["facilities"][1]
    assert blank == {"id": "Y", "name": "乙", "capacity": None, "used": 0, "free": None}


@pytest.mark.parametrize(("words", "code", "said"), [
    (["--capacity", "name"], 1, "beds"), (["--capacity", "beds", "--per-capacity", "0"], 1, "--per-capacity"),
    (["--reach", "all"], 2, "own"),
    (["--reach", "own", "--layer", "hut"], 2, "--reach"), (["--capacity", "beds", "--layer", "hut"], 2, "--capacity"),
])
def test_what_cannot_be_asked(project, words, code, said):
    done = run(project, *words)
    assert done.exit_code == code and said in done.stderr and "Traceback" not in done.stderr


def test_assigned_needs_a_column_that_says_something(project):
    (project / "homes.csv").write_text((project / "homes.csv").read_text(encoding="utf-8").replace("T1;T7", ""), encoding="utf-8")
    done = run(project, "--reach", "assigned", "--lang", "en")
    assert done.exit_code == 1 and "serves" in done.stderr and len(done.stderr.strip().splitlines()) == 1
