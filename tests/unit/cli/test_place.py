"""planner place: the list, and keeping places beside the ledgers."""

import csv
import json

import pytest
from click.testing import CliRunner

from planner.cli import main
from tests.unit.cli.test_check import folder  # noqa: F401


def run(*args):
    return CliRunner().invoke(main, ["place", *map(str, args), "--lang", "en"])


@pytest.fixture
def town(folder):  # noqa: F811
    """The folder of the check tests, its home without coordinates, and a table that knows its address."""
    rows = "=1,甲院,,,50,A,长街5号\n2,乙院,117.01,39.745,5,A,\n"
    (folder / "homes.csv").write_text("id,name,lon,lat,beds,town,address\n" + rows, encoding="utf-8")
    (folder / "places.csv").write_text("name,lon,lat\n长街5号,117.005,39.746\n", encoding="utf-8")
    text = (folder / "planner.toml").read_text()
    text = text.replace('beds = "beds" }', 'beds = "beds", township = "town", address = "address" }')
    (folder / "planner.toml").write_text(text + '[places]\npath = "places.csv"\n')
    return folder


def kept(folder):  # noqa: F811
    with (folder / "positions.csv").open(encoding="utf-8-sig", newline="") as source:
        return [(row["layer"], row["id"], row["name"], float(row["lon"]), row["precision"]) for row in csv.DictReader(source)]


def issues(folder):  # noqa: F811
    done = CliRunner().invoke(main, ["check", str(folder), "--format", "json"])
    return [issue["code"] for issue in json.loads(done.stdout)["issues"]]


def test_the_list_in_every_form(town, tmp_path_factory):
    (row,) = json.loads(run(town, "--format", "json").stdout)["unplaced"]
    assert [row[key] for key in ("layer", "id", "unit_code", "state", "lon", "lat")] == ["home", "=1", "A", "found", 117.005, 39.746]
    assert "'=1" in run(town, "--format", "csv").stdout and "found" in run(town).stdout
    out = tmp_path_factory.mktemp("o") / "w.xlsx"
    assert run(town, "--out", out).exit_code == 0
    import openpyxl

    assert [cell.value for cell in openpyxl.load_workbook(out).active[5]][:3] == ["home", "'=1", "甲院"]
    assert json.loads(run(town, "--layer", "other", "--format", "json").stdout)["unplaced"] == []


def test_apply_keeps_what_was_found_and_the_ledger_stays(town):
    before = (town / "homes.csv").read_bytes()
    assert issues(town) == ["coordinates_missing"]
    done = run(town, "--apply")
    assert done.exit_code == 0 and "Every facility has a position" in done.stdout
    assert kept(town) == [("home", "=1", "甲院", 117.005, "address")]
    assert issues(town) == ["position_kept"] and (town / "homes.csv").read_bytes() == before
    assert run(town, "--forget", "home", "=1").exit_code == 0 and issues(town) == ["coordinates_missing"]


def test_one_place_by_hand_and_in_another_system(town):
    assert run(town, "--at", "home", "=1", "117.005", "39.746", "--crs", "gcj02", "--source", "Amap").exit_code == 0
    ((_, _, name, lon, precision),) = kept(town)
    assert name == "甲院" and precision == "exact" and 116.997 < lon < 117.0
    for bad in (("home", "7", "117", "39.7"), ("home", "=1", "x", "39.7"), ("home", "=1", "200", "39.7")):
        done = run(town, "--at", *bad)
        assert done.exit_code == 1 and len(done.stderr.splitlines()) == 1


def test_a_list_that_was_filled_in(town):
    (town / "done.csv").write_text("layer,id,lon,lat,precision\nhome,=1,117.002,39.744,place\nhome,2,,,\n", encoding="utf-8")
    assert run(town, "--filled", town / "done.csv").exit_code == 0
    assert kept(town) == [("home", "=1", "甲院", 117.002, "place")]
    (town / "done.csv").write_text("layer,id,lon\nhome,1,117\n")
    done = run(town, "--filled", town / "done.csv")
    assert done.exit_code == 1 and "lat" in done.stderr


def test_one_thing_at_a_time_and_a_broken_project(town):
    assert run(town, "--apply", "--forget", "home", "1").exit_code == 2
    (town / "townships.geojson").unlink()
    assert run(town).exit_code == 1
