"""A project whose people come from a ledger of persons: what is printed and written tells no count of 1 to 4, nor lets it be worked out."""

import csv
import datetime as dt
import io
import json
import re

import openpyxl
import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.plan.project import read_project
from planner.quality import QualityReport
from tests.small_project import EAST, NORTH, STREETS, TOWNSHIPS, WALK, feature, layer, metres, rectangle, same, toml, write_project

TOML = toml(TOWNSHIPS | STREETS | WALK | {
    "project": {"id": "persons", "crs": "EPSG:32650", "reference_date": dt.date(2025, 12, 31)},
    "boundaries.community": {"path": "communities.geojson", "code": "code", "name": "name", "parent": "parent"},
    "population": {"path": "persons.csv", "persons": True, "columns": {"age": "年龄", "community": "社区"}},
    "facilities.home": {"path": "homes.csv", "crs": "EPSG:32650", "columns": same("id", "name", "x", "y")}})
WORDS = ("--layer", "home", "--travel", "walk", "--metres", "900", "--as-of", "2025-12-31")
PERSONS = {"一": 40, "二": 3, "三": 12, "四": 30, "五": 50}
"""A1, A2 and A3 of township A, B1 and B2 of B: communities of 1 km in a row; one home at the middle of A1."""


def strip(low, high, **about):
    """A unit from low to high metres along the street."""
    return feature("Polygon", rectangle(low, -500, high - low, 1000, metres), **about)


@pytest.fixture
def project(tmp_path):
    communities = [strip(1000 * at, 1000 * at + 1000, code=f"{town}{k}", name=name, parent=town) for at, (town, k, name)
                   in enumerate([("A", 1, "一"), ("A", 2, "二"), ("A", 3, "三"), ("B", 1, "四"), ("B", 2, "五")])]
    rows = "".join(f"{60 + k % 30},{name}\n" for name, count in PERSONS.items() for k in range(count))
    return write_project(tmp_path, TOML, {
        "townships.geojson": layer(strip(0, 3000, code="A", name="东镇"), strip(3000, 5000, code="B", name="西镇"), crs="EPSG:32650"),
        "communities.geojson": layer(*communities, crs="EPSG:32650"),
        "streets.geojson": layer(feature("LineString", [metres(10, 0), metres(4990, 0)]), crs="EPSG:32650"),
        "homes.csv": f"id,name,x,y\n1,院,{EAST + 500},{NORTH}\n", "persons.csv": "年龄,社区\n" + rows})


def run(command, project, *words):
    found = CliRunner().invoke(main, [command, str(project), *words], env={"PLANNER_LANG": "zh"})
    assert found.exception is None or isinstance(found.exception, SystemExit), found.output
    return found


def test_coverage_tells_no_small_count_and_none_that_leads_to_it(project):
    found = run("coverage", project, *WORDS, "--by", "community", "--format", "json")
    tree = json.loads(found.stdout)
    units = {unit["code"]: unit for unit in tree["units"]}
    assert tree["total"]["people"] == 135 and {code for code, unit in units.items() if unit["people"] is None} == {"A2", "A3"}
    assert units["A2"]["people_covered"] is units["A3"]["share"] is units["A2"]["nearest_p50_m"] is None
    assert (units["A1"]["people"], units["B1"]["people"], units["B2"]["people_covered"]) == (40, 30, 0)
    assert "个单元有 1 至 4 人的数" in found.stderr and "NaN" not in found.stdout


def test_csv_and_table_tell_none_either(project):
    rows = list(csv.DictReader(io.StringIO(run("coverage", project, *WORDS, "--by", "community", "--format", "csv").stdout)))
    assert [row["people"] for row in rows] == ["40.0", "", "", "30.0", "50.0"] and rows[1]["straight_people_covered"] == ""
    assert "nan" not in run("coverage", project, *WORDS, "--by", "community").stdout.lower()


def test_townships_have_nothing_to_hide(project):
    tree = json.loads(run("coverage", project, *WORDS, "--by", "township", "--format", "json").stdout)
    assert [unit["people"] for unit in tree["units"]] == [55, 80]


def test_what_is_not_protected_yet_is_refused(project):
    found = run("coverage", project, *WORDS, "--by", "community", "--capacity", "x")
    assert found.exit_code == 1 and "--capacity" in found.stderr and not found.stdout


def test_totals_of_units_are_shown_unless_the_project_says_otherwise(project):
    (project / "totals.csv").write_text("code,n\n" + "".join(f"{code},{n}\n" for code, n in zip(("A1", "A2", "A3", "B1", "B2"),
                                                                                             PERSONS.values(), strict=True)))
    toml = TOML.replace('"persons.csv"\npersons = true\ncolumns = { age = "年龄", community = "社区" }',
                        '"totals.csv"\ncolumns = { code = "code", total = "n" }')
    for more, hidden in (("", 0), ('\nsmall_counts = "hide"', 2)):
        (project / "planner.toml").write_text(toml.replace('total = "n" }', 'total = "n" }' + more), encoding="utf-8")
        tree = json.loads(run("coverage", project, *WORDS, "--by", "community", "--format", "json").stdout)
        assert sum(unit["people"] is None for unit in tree["units"]) == hidden


def test_a_ledger_of_persons_needs_a_day_and_a_place(project):
    for old, new, key in (("reference_date = 2025-12-31\n", "", "population.date"), (', community = "社区"', "", "population.columns")):
        (project / "planner.toml").write_text(TOML.replace(old, new), encoding="utf-8")
        report = QualityReport()
        read_project(project, report=report)
        assert [issue.column for issue in report.blocking] == [key]


PACK = """schema = "planner.pack/1"
id = "own"
title = { zh = "自拟", en = "own" }
[source]
document = "d"
year = 2021
[[target]]
id = "T1"
title = { zh = "覆盖", en = "reach" }
clause = "1"
kind = "target"
layer = "home"
comparator = ">="
value = 60
unit = "% of people"
check = { metric = "population_within", travel = "walk", metres = 900, by = "community" }
"""


def test_an_evaluation_tells_no_small_count(project):
    (project / "own.toml").write_text(PACK, encoding="utf-8")
    words = ("--pack", str(project / "own.toml"), "--as-of", "2025-12-31")
    found = run("evaluate", project, *words, "--format", "json")
    (target,) = json.loads(found.stdout)["targets"]
    # of A2's 3 people some are within 900 m and some are not: A3 completes those beyond, A1 those within
    assert {unit["code"] for unit in target["units"] if unit["value"] is None} == {"A1", "A2", "A3"} and "1 至 4 人" in found.stderr
    assert all("people_affected" not in unit for unit in target["units"] if unit["value"] is None)
    assert 40 / 135 <= target["value"] <= 43 / 135 and "3 个单元的数未公布" in target["note"]
    rows = list(csv.DictReader(io.StringIO(run("evaluate", project, *words, "--format", "csv").stdout)))
    assert [row["value"] for row in rows if row["unit_code"] in ("A1", "A2", "A3")] == ["", "", ""]
    assert run("evaluate", project, *words, "--explain", "T1").exit_code == 0
    assert run("evaluate", project, *words, "--midterm").exit_code == 0


def test_the_gap_workbook_tells_no_small_count_either(project):
    (project / "own.toml").write_text(PACK, encoding="utf-8")
    run("gaps", project, "--pack", str(project / "own.toml"), "--as-of", "2025-12-31", "--out", str(project / "gaps.xlsx"))
    sheet = openpyxl.load_workbook(project / "gaps.xlsx")["指标达标"]
    heads, *rows = [row for row in sheet.iter_rows(values_only=True) if row[3] is not None]
    value, people = heads.index("现状值"), heads.index("未覆盖（受影响）人口")
    told = {row[heads.index("行政单元代码")]: (row[value], row[people]) for row in rows}
    assert [told[code] for code in ("A1", "A2", "A3")] == [(None, None)] * 3 and told["B1"][0] is not None


def test_a_report_tells_no_small_count_and_says_so(project):
    (project / "own.toml").write_text(PACK, encoding="utf-8")
    done = run("report", project, "--pack", str(project / "own.toml"), "--as-of", "2025-12-31", "--out", str(project / "r.html"))
    page = (project / "r.html").read_text(encoding="utf-8")
    assert done.exit_code == 0 and "1 至 4 人的数" in page
    of_people = {"涉及人口（人次）", "未覆盖（受影响）人口", "受益人口", "缺口量", "现状值", "人口（人）"}
    told = []
    for table in re.findall(r"<table>(.*?)</table>", page, flags=re.DOTALL):
        heads = re.findall(r"<th[^>]*>(.*?)</th>", table)
        rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)]
        told += [cell for row in rows if {"A2", "二"} & set(row) for head, cell in zip(heads, row, strict=True) if head in of_people]
    assert len(told) >= 4 and set(told) == {"–"}
