"""`--people-year`: a town of 100 people where 60 beds are asked of every 1,000 old people, today and in 2030."""

import csv
import io
import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.plan.project import read_project
from planner.quality import QualityReport

TOML = """
[project]
id = "one"
name = "一镇"
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
columns = { x = "x", y = "y", total = "total", age_60_plus = "old" }
crs = "EPSG:32650"
spread = "points"
date = 2025-12-31
[facilities.home]
path = "homes.csv"
crs = "EPSG:32650"
columns = { id = "id", x = "x", y = "y", beds = "beds" }
[travel.walk]
mode = "walk"
metres_per_minute = 60
[plan]
packs = ["own.toml"]
[growth]
path = "growth.csv"
"""
PACK = """
schema = "planner.pack/1"
id = "own"
title = { zh = "本地规划", en = "Own plan" }
source = { document = "plan.txt" }
[[target]]
id = "beds"
title = { zh = "千名老人床位", en = "Beds for 1,000" }
clause = "第一条"
kind = "target"
layer = "home"
comparator = ">="
value = 60
unit = "beds per 1,000"
check = { metric = "rate", of = "beds", per = 1000, group = "age_60_plus", by = "township", rollup = "every" }
[[target]]
id = "pledge"
title = { zh = "承诺", en = "Pledge" }
clause = "第二条"
kind = "project"
layer = "home"
"""
X0, Y0 = 500_000, 4_400_000


@pytest.fixture
def project(tmp_path):
    """20 old people and 1.5 beds to the nearest whole: 2 beds are 100 per 1,000; with twice as many old people 50."""
    crs = {"type": "name", "properties": {"name": "EPSG:32650"}}
    corners = [[X0 + x, Y0 + y] for x, y in ((-100, -500), (900, -500), (900, 500), (-100, 500), (-100, -500))]
    town = {"type": "Feature", "properties": {"code": "110101001", "name": "东镇"},
            "geometry": {"type": "Polygon", "coordinates": [corners]}}
    street = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[X0 - 50, Y0], [X0 + 800, Y0]]}}
    for name, feature in (("towns", town), ("streets", street)):
        text = json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})
        (tmp_path / f"{name}.geojson").write_text(text, encoding="utf-8")
    (tmp_path / "planner.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "own.toml").write_text(PACK, encoding="utf-8")
    (tmp_path / "people.csv").write_text(f"x,y,total,old\n{X0},{Y0},100,20\n", encoding="utf-8")
    (tmp_path / "homes.csv").write_text(f"id,x,y,beds\nh,{X0 + 10},{Y0},2\n", encoding="utf-8")
    (tmp_path / "growth.csv").write_text("code,group,year,factor\n,age_60_plus,2030,2\n", encoding="utf-8")
    return tmp_path


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_two_years_side_by_side(project):
    record = json.loads(run("evaluate", project, "--people-year", 2030, "--format", "json").stdout)
    now, then = record["targets"][0], record["people_year"]["targets"][0]
    assert (now["state"], now["value"], now["people_of"]) == ("met", 100.0, {"year": 2025, "projected": False})
    assert (then["state"], then["value"], then["people_of"]) == ("not_met", 50.0, {"year": 2030, "projected": True})
    assert "growth.csv" in {one["path"] for one in then["inputs"]} and "growth.csv" not in {one["path"] for one in now["inputs"]}
    assert record["targets"][1]["people_of"] is None
    assert record["people_year"]["how"] == {"total": "as_today", "age_60_plus": "stated"}
    table = run("evaluate", project, "--people-year", 2030)
    assert "1 项由达标变为不达标" in table.stdout and "2030 年，与 2025 年现状人口分开保存" in table.stdout
    assert "1 targets that are met are no longer" in run("evaluate", project, "--people-year", 2030, "--lang", "en").stdout
    rows = list(csv.DictReader(io.StringIO(run("evaluate", project, "--people-year", 2030, "--format", "csv").stdout)))
    assert (rows[0]["value"], rows[0]["value_then"], rows[0]["state_then"], rows[0]["people_year"]) == ("100.0", "50.0", "not_met", "2030")


def test_gaps_that_come(project):
    record = json.loads(run("gaps", project, "--people-year", 2030, "--format", "json").stdout)
    assert record["counts"] == {"stays": 0, "comes": 1, "goes": 0} and record["gaps"][0]["what"] == "comes"
    assert record["gaps"][0]["shortfall"] is None and record["gaps"][0]["value_then"] == 50.0
    table = run("gaps", project, "--people-year", 2030)
    assert "新增" in table.stdout and "新增 1 条" in table.stdout
    assert run("gaps", project, "--people-year", 2030, "--out", project / "g.xlsx").exit_code == 2


def test_half_way_it_is_not_yet_short(project):
    """In 2027 there are 1.4 times as many: 71 beds per 1,000."""
    record = json.loads(run("evaluate", project, "--people-year", 2027, "--format", "json").stdout)
    then = record["people_year"]["targets"][0]
    assert then["value"] == pytest.approx(2 / 28 * 1000) and then["state"] == "met"


@pytest.mark.parametrize(("words", "code", "said"), [
    (("--people-year", 2010), 1, "2010"), (("--people-year", 2030, "--midterm"), 2, "--people-year")])
def test_wrong_words_end_with_a_line(project, words, code, said):
    done = run("evaluate", project, *words)
    assert done.exit_code == code and said in done.stderr and "Traceback" not in done.output


def test_a_project_without_growth_says_so(project):
    (project / "planner.toml").write_text(TOML.replace('[growth]\npath = "growth.csv"\n', ""), encoding="utf-8")
    done = run("evaluate", project, "--people-year", 2030)
    assert done.exit_code == 1 and "[growth]" in done.stderr


def test_the_section_in_the_documents_is_read(project):
    """What docs/evaluation.md shows of [growth] is read without a remark (its files apart)."""
    text = (Path(__file__).resolve().parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (block,) = [block for block in re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL) if "[growth]" in block]
    assert set(tomllib.loads(block)["growth"]) == {"path", "ages", "housing"}
    (project / "planner.toml").write_text(TOML.replace('[growth]\npath = "growth.csv"\n', block), encoding="utf-8")
    report = QualityReport()
    found = read_project(project, report=report)
    assert not report.issues and found.growth.people_per_household == 2.6 and found.growth.ages.shown == "population/ages.csv"


def test_hidden_counts_are_not_told_by_their_growth(project):
    text = TOML.replace('spread = "points"\n', 'spread = "points"\nsmall_counts = "hide"\n')
    (project / "planner.toml").write_text(text, encoding="utf-8")
    for words in (("evaluate", project), ("gaps", project)):
        done = run(*words, "--people-year", 2030)
        assert done.exit_code == 1 and "small_counts" in done.stderr
