"""`planner programme`, `planner allocate` and `planner balance` on a project of two townships along one street."""

import csv
import importlib.util
import io
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from planner.cli import main

_spec = importlib.util.spec_from_file_location("two_townships", Path(__file__).with_name("test_evaluate.py"))
_two = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_two)
project = _two.project
LON, LAT, STEP = _two.LON, _two.LAT, _two.STEP
OFFERS = ("id,do,layer,facility,lon,lat,cost,beds\n"
          f"n1,add,home,,{LON + 2 * STEP},{LAT},2000000,30\n"
          "e1,expand,home,h2,,,1500000,50\n")
YEARS = ("--years", "2026:2030")


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def answer(*words):
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def offers(project):
    path = project / "offers.csv"
    path.write_text(OFFERS, encoding="utf-8")
    return path


def test_the_cheapest_programme_as_json_and_as_a_scenario(project, offers):
    found = answer("programme", project, "--candidates", offers, *YEARS, "--save", "方案")
    assert (found["schema"], found["status"], found["cost"], found["bound"], found["gap"]) == (
        "planner.programme/1", "optimal", 2_000_000, 2_000_000, 0)
    assert (found["targets_closed"], found["targets_open"]) == (["beds", "near"], [])
    (one,) = found["actions"]
    assert [one[key] for key in ("id", "do", "layer", "year", "cost", "closes")] == ["n1", "add", "home", 2028, 2_000_000, ["beds", "near"]]
    assert one["spend"] == {"2026": 1_000_000, "2027": 1_000_000}
    assert [(line["year"], line["spent"], line["targets_closed"]) for line in found["years"]][:3] == [
        (2026, 1_000_000, []), (2027, 1_000_000, []), (2028, 0, ["beds", "near"])]
    states = {one["id"]: one["state"] for one in answer("evaluate", project, "--scenario", "方案", "--as-of", "2030-12-31")["targets"]}
    assert (states["beds"], states["near"]) == ("met", "met")
    taken = run("programme", project, "--candidates", offers, *YEARS, "--save", "方案")
    assert (taken.exit_code, len(taken.stderr.strip().splitlines())) == (1, 1)


def test_it_starts_from_a_scenario_and_stands_on_it(project, offers):
    assert answer("programme", project, "--candidates", offers, *YEARS, "--targets", "beds", "--save", "beds")["cost"] == 1_500_000
    more = answer("programme", project, "--candidates", offers, *YEARS, "--scenario", "beds", "--save", "both")
    assert (more["targets_closed"], [one["id"] for one in more["actions"]]) == (["near"], ["n1"])
    states = {one["id"]: one["state"] for one in answer("evaluate", project, "--scenario", "both", "--as-of", "2030-12-31")["targets"]}
    assert (states["beds"], states["near"]) == ("met", "met")


def test_one_target_and_a_budget(project, offers):
    found = answer("programme", project, "--candidates", offers, *YEARS, "--targets", "beds", "--budget", "1.6e6")
    assert (found["cost"], found["bound"], [(one["id"], one["facility"]) for one in found["actions"]]) == (1_500_000, 1, [("e1", "h2")])
    less = answer("programme", project, "--candidates", offers, *YEARS, "--targets", "beds", "--budget", "2026=1e6,2027=4e5")
    assert (less["status"], less["actions"], less["targets_open"], less["open"][0]["needs_cny"]) == ("optimal", [], ["beds"], 1_500_000)


def test_tables_for_people_in_both_languages(project, offers):
    chinese = run("programme", project, "--candidates", offers, *YEARS).stdout
    assert "造价 200 万元，2 项指标中 2 项达标" in chinese
    assert "已证明没有更省的方案。" in chinese
    english = run("programme", project, "--candidates", offers, *YEARS, "--budget", "1.6e6", "--lang", "en").stdout
    assert "Cost 150 x 10,000 yuan, 1 of 2 targets closed." in english
    assert "the budget: closing it alone costs 2,000,000 yuan at least, the budget is 1,600,000" in english
    none = run("programme", project, "--candidates", offers, *YEARS, "--targets", "talk").stdout
    assert "recorded" not in none


def test_csv_neutralises_what_would_be_a_formula(project):
    path = project / "offers.csv"
    path.write_text(OFFERS.replace("n1,", "=1+1,"), encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(run("programme", project, "--candidates", path, *YEARS, "--format", "csv").stdout)))
    assert [(row["id"], row["year"], row["cost"], row["closes"]) for row in rows] == [("'=1+1", "2028", "2000000.0", "beds near")]


def test_a_programme_goes_out_as_the_project_list(project, offers):
    path = project / "list.xlsx"
    done = run("programme", project, "--candidates", offers, *YEARS, "--out", path, "--lang", "zh")
    assert done.exit_code == 0 and done.stdout == "" and "list.xlsx" in done.stderr
    (page,) = openpyxl.load_workbook(path, data_only=True).worksheets
    row = {head.value: cell.value for head, cell in zip(page[4], page[5], strict=True)}
    assert [row[key] for key in ("建设性质", "计划年份", "计划开工年", "建成年")] == ["新建", 2028, 2026, 2027]
    assert [row[key] for key in ("2026年投资（万元）", "2027年投资（万元）", "投资估算（万元）")] == [100, 100, 200]


def test_candidates_from_the_gaps_are_estimates(project):
    (project / "costs.csv").write_text("layer,action,unit,cny,price_year,source,certainty\nhome,add,bed,150000,2025,本市,assumed\n"
                                       "home,expand,bed,90000,2025,本市,assumed\n", encoding="utf-8")
    toml = project / "planner.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + '[costs]\npath = "costs.csv"\n', encoding="utf-8")
    found = answer("programme", project, *YEARS, "--targets", "beds")
    (one,) = found["actions"]
    assert (one["do"], one["facility"], one["cost"], one["estimate"], one["price_year"], one["source"]) == (
        "expand", "h2", 30 * 90_000, True, "2025", "本市")
    both = answer("programme", project, *YEARS)
    assert both["targets_closed"] == ["beds", "near"]
    assert "估算" in run("programme", project, *YEARS).stdout


@pytest.mark.parametrize(("words", "part"), [
    (("--years", "2030:2026"), "2030"), (("--budget", "much"), "much"), (("--lead", "rent=1"), "rent"), (("--targets", "beads"), "beads"),
    (("--budget", "2031=5", *YEARS), "2031"), (("--save", "baseline"), "baseline")])
def test_what_cannot_be_asked_is_said_in_one_line(project, offers, words, part):
    done = run("programme", project, "--candidates", offers, *words, "--quiet")
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert part in done.stderr


def test_without_candidates_and_costs_it_says_so(project):
    done = run("programme", project, *YEARS)
    assert done.exit_code == 1
    assert "[costs]" in done.stderr


# ---- allocate --------------------------------------------------------------------------------------------------------
def test_a_quota_by_people(project):
    found = answer("allocate", project, "--quota", "10", "--by", "township", "--factors", "total")
    assert [(unit["code"], unit["exact"], unit["amount"]) for unit in found["units"]] == [("T1", 2.5, 2), ("T2", 7.5, 8)]


def test_a_quota_by_gap_and_waiting_list_within_bounds(project):
    table = project / "waiting.csv"
    table.write_text("name,waiting,most\n=一镇,30,\n二镇,10,5\n", encoding="utf-8")
    gap = answer("allocate", project, "--quota", "9", "--by", "township", "--factors", "gap", "--target", "beds", "--as-of", "2026-01-01")
    assert [unit["amount"] for unit in gap["units"]] == [0, 9]
    waiting = answer("allocate", project, "--quota", "40", "--by", "township", "--factors", "waiting", "--table", table)
    assert [(unit["amount"], unit["most"]) for unit in waiting["units"]] == [(35, None), (5, 5)]
    text = run("allocate", project, "--quota", "40", "--by", "township", "--factors", "waiting", "--table", table).stdout
    assert "合计" in text


@pytest.mark.parametrize(("words", "part"), [
    (("--factors", "age_60_plus"), "age_60_plus"), (("--factors", "gap"), "--target"), (("--factors", "total=-1"), "total=-1"),
    (("--factors", "total", "--least", "9"), "18"), (("--factors", "total", "--most", "2"), "4")])
def test_splits_that_cannot_be(project, words, part):
    done = run("allocate", project, "--quota", "10", "--by", "township", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert part in done.stderr


# ---- balance ---------------------------------------------------------------------------------------------------------
DRIVE = '[travel.drive]\nmode = "drive"\nmetres_per_minute = 600\n'


def test_beds_go_where_they_are_short(project):
    toml = project / "planner.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + DRIVE, encoding="utf-8")
    words = ("balance", project, "--by", "township", "--layers", "home", "--per-1000", "150", "--group", "total", "--as-of", "2026-01-01")
    found = answer(*words)
    assert [(flow["unit"], flow["supplier"], flow["beds"], flow["outside"]) for flow in found["flows"]] == [("T2", "T1", 25, False)]
    assert found["flows"][0]["minutes"] == pytest.approx(2 * 853.9 / 600, abs=0.01)
    assert (found["units"][0]["unmet"], found["units"][0]["left"], found["suppliers"][0]["left"]) == (25, 0, 20)
    assert "25 张床位得到平衡" in run(*words).stdout


def test_suppliers_outside_take_what_the_city_cannot(project):
    toml = project / "planner.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + DRIVE, encoding="utf-8")
    table, outside = project / "lists.csv", project / "outside.csv"
    table.write_text("code,unmet,free\nT2,50,0\nT1,0,20\n", encoding="utf-8")
    outside.write_text(f"id,name,lon,lat,free,more_min\nS1,邻市院,{LON - 0.004},{LAT},100,30\n", encoding="utf-8")
    words = ("balance", project, "--by", "township", "--table", table, "--group", "total", "--suppliers", outside)
    found = answer(*words)
    assert [(flow["supplier"], flow["beds"], flow["outside"]) for flow in found["flows"]] == [("T1", 20, False), ("S1", 30, True)]
    near = answer(*words, "--within-minutes", "20")
    assert [(flow["supplier"], flow["beds"]) for flow in near["flows"]] == [("T1", 20)]
    assert near["units"][0]["left"] == 30
    assert run("balance", project, "--by", "township").exit_code == 2
