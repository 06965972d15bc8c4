"""`planner coverage --reach --capacity`: two townships along one street; the people and facilities of docs/coverage.md."""

import csv
import datetime as dt
import io
import json

import pytest
from click.testing import CliRunner

from planner.cli import main
from tests.small_project import (
    EAST,
    NORTH,
    STREETS,
    TOWNSHIPS,
    WALK,
    feature,
    layer,
    metres,
    rectangle,
    same,
    write_project,
)

DAY = dt.date(2025, 12, 31)
SECTIONS = TOWNSHIPS | STREETS | WALK | {
    "project": {"id": "two", "name": "两镇", "crs": "EPSG:32650", "reference_date": DAY},
    "population": {"path": "people.csv", "columns": same("x", "y", "total"), "crs": "EPSG:32650", "spread": "points"},
    "facilities.home": {"path": "homes.csv", "crs": "EPSG:32650", "columns": same("id", "name", "x", "y", "beds", "serves")}}
WORDS = ("coverage", "--layer", "home", "--travel", "walk", "--metres", "300", "--by", "township", "--as-of", "2025-12-31")


@pytest.fixture
def project(tmp_path):
    """A (60) at 0 and B (40) at 400 in T1, C (30) at 900 and D (20) at 1,500 in T2; X at 100 with 40 beds, Y at 600 with 50."""
    people = "".join(f"{EAST + x},{NORTH},{heads}\n" for x, heads in ((0, 60), (400, 40), (900, 30), (1500, 20)))
    return write_project(tmp_path, SECTIONS, {
        "townships.geojson": layer(feature("Polygon", rectangle(-100, -500, 600, 1000, metres), code="T1", name="东镇"),
                                   feature("Polygon", rectangle(500, -500, 1500, 1000, metres), code="T2", name="西镇"), crs="EPSG:32650"),
        "streets.geojson": layer(feature("LineString", [metres(-50, 0), metres(1600, 0)]), crs="EPSG:32650"),
        "people.csv": "x,y,total\n" + people,
        "homes.csv": f"id,name,x,y,beds,serves\nX,甲,{EAST + 100},{NORTH},40,\nY,乙,{EAST + 600},{NORTH},50,T1;T7\n"})


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
