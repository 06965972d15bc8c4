import csv
import importlib.util
import io
import json
import sys
from pathlib import Path

import pyogrio
import pytest
from click.testing import CliRunner

from planner.cli.site import command
from planner.plan.scenario import load_scenario

_spec = importlib.util.spec_from_file_location("site_project_cli", Path(__file__).parents[1] / "plan" / "site_project.py")
drawn = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = drawn
_spec.loader.exec_module(drawn)


@pytest.fixture
def site(tmp_path):
    """Runs `planner site` on the one-street project."""
    folder = drawn.draw_street(tmp_path / "p")

    def run(*more, model="mclp", limit=("--minutes", "4")):
        given = [str(folder), "--layer", "station", "--model", model, "--travel", "walk", *limit, *map(str, more)]
        return CliRunner().invoke(command, given)

    run.folder = folder
    return run


def test_json_has_what_solve_has_and_what_the_project_adds(site):
    run = site("--new", 2, "--format", "json")
    answer = json.loads(run.stdout)
    assert run.exit_code == 0
    said = {"schema": "planner.site/1", "status": "optimal", "objective": 90.0, "bound": 90.0, "gap": 0.0, "stopped": "proof",
            "total_weight": 120.0, "covered_weight": 90.0, "people_covered_before": 20.0, "people_covered": 90.0, "scenario": "baseline"}
    assert {name: answer[name] for name in said} == said
    assert answer["sites"] == ["S1", "S2", "c3", "c4"] and [one["id"] for one in answer["new_sites"]] == ["c4", "c3"]
    assert set(answer["sentence"]) == {"zh", "en"} and "No plan".lower() in answer["sentence"]["en"]
    assert answer["unreachable"] == ["3", "4"]  # the people at 1900 and 2100
    assert answer["existing"] == {"count": 2, "without_place": 1, "off_streets": []}
    found = answer["candidates"]
    assert (found["spec"], found["count"], found["used"], found["screened_out"]) == ("idle", 6, 5, {"other_layer": 1})
    rows = {row["id"]: row for row in found["rows"]}
    assert rows["c4"]["verdict"] == "chosen" and rows["c5"]["verdict"] == "out" and "another layer" in rows["c5"]["reasons"]
    assert (rows["c5"]["lon"], rows["c5"]["lat"]) == pytest.approx(drawn.degrees(3900), abs=1e-6)
    assert answer["units"]["rows"][0] == {"code": "E", "name": "east", "people": 75.0, "people_covered_before": 0.0, "people_covered": 70.0,
                                          "share": pytest.approx(70 / 75)}


def test_assignment_goes_with_the_models_that_have_one(site):
    answer = json.loads(site("--new", 1, "--format", "json", model="p_median").stdout)
    assert answer["assignment"] == {"0": "S1", "1": "S1", "6": "c4"}


def test_table_begins_with_the_sentence(site):
    lines = site("--new", 1, "--lang", "en").stdout.splitlines()
    assert lines[0].startswith("station: existing kept: 2; with 1 new site, 50.0 % of all people are within 4 minutes")
    assert any(line.startswith("1 rows of the ledger of candidates") for line in lines)
    assert lines[-1].split()[0] == "c4"


def test_csv_holds_the_new_sites_and_says_the_rest_aside(site):
    run = site("--new", 1, "--format", "csv")
    row, = csv.DictReader(io.StringIO(run.stdout))
    assert (row["id"], row["people_added"], row["cost_cny"]) == ("c4", "40.0", "1200000.0")
    assert "已证明" in run.stderr


def test_metres_serve_as_well_as_minutes(site):
    assert json.loads(site("--new", 1, "--format", "json", limit=("--metres", "60")).stdout)["objective"] == 40.0


def test_the_comparison_lists_every_candidate_with_its_weights(site, tmp_path):
    path = tmp_path / "table.csv"
    run = site("--new", 1, "--lang", "en", "--comparison", path, "--weight", "cost=0", "--weight", "new_people=1", "--weight", "existing=0",
               "--weight", "area=0")
    assert run.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert [row["candidate"] for row in rows] == ["c4", "c6", "c3", "c1", "c2", "c5"]
    assert "weights of the comparison: of them newly covered 1" in rows[0]
    assert [row["score"] for row in rows[:4]] == ["1.0", "1.0", "0.5", "0.0"]  # 40, 40, 30 and 20 people newly covered
    assert rows[-1]["verdict"] == "screened out" and rows[0]["verdict"] == "chosen"


def test_the_plan_is_saved_and_not_overwritten(site):
    assert site("--new", 1, "--save", "stations").exit_code == 0
    kept = load_scenario(site.folder, "stations").scenario
    assert [(action.do, action.id) for action in kept.actions] == [("add", "c4")]
    again = site("--new", 2, "--save", "stations")
    assert again.exit_code == 1 and "stations" in again.stderr
    on_top = json.loads(site("--new", 1, "--scenario", "stations", "--save", "more", "--format", "json").stdout)
    assert [one["id"] for one in on_top["new_sites"]] == ["c3"] and on_top["existing"]["count"] == 3
    assert load_scenario(site.folder, "more").scenario.base == "stations"


def test_wrong_usage_is_said(site):
    for given, model in ((("--new", 1, "--p", 3), "mclp"), ((), "mclp"), (("--new", 1, "--share", 0.5), "mclp"),
                         (("--new", 1, "--metres", 5), "mclp")):
        assert site(*given, model=model).exit_code == 2
    for given in (("--new", 1, "--by", "township"), ("--new", 1, "--at-least-per", "township"), ("--new", 1, "--weight", "beauty=1"),
                  ("--new", 1, "--candidates", "none"), ("--new", 1, "--save", "baseline"), ("--new", 1, "--group", "elves")):
        run = site(*given)
        assert run.exit_code == 1 and run.stdout == "" and len(run.stderr.strip().splitlines()) == 1


def test_a_plan_that_cannot_be_is_a_result(site):
    run = site("--share", 1, "--by", "township", "--lang", "en", model="lscp")
    assert run.exit_code == 0 and "no plan can meet the conditions (proven)" in run.stdout and "west 88.8 %" in run.stdout
    nothing = site("--share", 1, "--by", "township", "--save", "x", model="lscp")
    assert nothing.exit_code == 1


def test_sites_and_facilities_are_written_as_points(site, tmp_path):
    path = tmp_path / "sites.geojson"
    assert site("--new", 1, "--sites-out", path).exit_code == 0
    found = {feature["properties"]["id"]: feature for feature in json.loads(path.read_text(encoding="utf-8"))["features"]}
    assert {one: feature["properties"]["role"] for one, feature in found.items()} == {"c4": "new", "S1": "existing"}
    assert found["S1"]["geometry"]["coordinates"] == pytest.approx(drawn.degrees(200), abs=1e-6)


@pytest.mark.parametrize(("name", "crs", "epsg"), [("sites.gpkg", None, 4326), ("sites.gpkg", "EPSG:4490", 4490),
                                                   ("sites.shp", "EPSG:4548", 4548)])
def test_sites_as_layers_in_the_system_asked_for(site, tmp_path, name, crs, epsg):
    assert site("--new", 1, "--sites-out", tmp_path / name, *(("--crs", crs) if crs else ())).exit_code == 0
    table = pyogrio.read_dataframe(tmp_path / name)
    assert table.crs.to_epsg() == epsg and sorted(table["role"]) == ["existing", "new"]
    place = table[table["role"] == "existing"].to_crs(4326).geometry.iloc[0]
    assert (place.x, place.y) == pytest.approx(drawn.degrees(200), abs=1e-6)


@pytest.mark.parametrize("words", [("--sites-out", "x.geojson", "--crs", "EPSG:4490"), ("--crs", "EPSG:4490"), ("--sites-out", "x.xlsx"),
                                   ("--sites-out", "x.gpkg", "--crs", "EPSG:0")])
def test_a_system_that_a_form_cannot_hold_is_refused_before_the_work(site, words):
    run = site("--new", 1, *words)
    assert run.exit_code == 1 and run.stdout == "" and len(run.stderr.strip().splitlines()) == 1
