import csv
import io
import json

import pytest
from click.testing import CliRunner

from planner.cli import main
from tests.small_project import STREETS, TOWNSHIPS, WALK, as_written, feature, layer, rectangle, same, write_project

SECTIONS = TOWNSHIPS | STREETS | WALK | {
    "population": {"path": "people.csv", "columns": same("code", "total")},
    "facilities.home": {"path": "homes.csv", "columns": same("id", "name", "lon", "lat", "beds")}}


@pytest.fixture
def folder(tmp_path):
    """One township, one street, one home."""
    return write_project(tmp_path, SECTIONS, {
        "townships.geojson": layer(feature("Polygon", rectangle(117.0, 39.74, 0.02, 0.01, as_written), code="A", name="甲街道")),
        "streets.geojson": layer(feature("LineString", [[117.0, 39.745], [117.02, 39.745]])),
        "people.csv": "code,total\nA,100\n",
        "homes.csv": "id,name,lon,lat,beds\n1,=cmd|'/C calc'!A0,117.01,39.745,约50\n"})


def run(*args):
    return CliRunner().invoke(main, ["check", *map(str, args)])


def test_json_is_alone_on_stdout_and_has_its_shape(folder):
    done = run(folder, "--format", "json")
    found = json.loads(done.stdout)
    assert done.exit_code == 0 and done.stderr == "" and found["schema"] == "planner.quality/1"
    assert [(entry["path"], entry["rows_in"], entry["rows_kept"], entry["rows_dropped"]) for entry in found["files"]] == [
        ("townships.geojson", 1, 1, 0), ("streets.geojson", 1, 1, 0), ("people.csv", 1, 1, 0), ("homes.csv", 1, 1, 0)]
    (issue,) = found["issues"]
    assert (issue["code"], issue["severity"], issue["row"], issue["column"], issue["value"]) == ("number_parsed", "info", 2, "beds", "约50")
    assert issue["done"] == "按 50 计，标为估计值。" and found["totals"]["facilities"]["home"]["beds"] == 50
    assert found["crs"] == "EPSG:4548"


def test_the_languages_differ_in_what_was_done_only(folder):
    zh, en = (json.loads(run(folder, "--format", "json", "--lang", lang).stdout)["issues"] for lang in ("zh", "en"))
    assert en[0]["done"] == "Read as 50, an estimate."
    assert [{**issue, "done": ""} for issue in zh] == [{**issue, "done": ""} for issue in en]


def test_the_table_names_file_and_row(folder):
    done = run(folder)
    assert done.exit_code == 0 and "homes.csv" in done.stdout and "约50" in done.stdout


def test_csv_cannot_start_a_formula(folder):
    assert run(folder, "--format", "csv", "--out", folder / "issues.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((folder / "issues.csv").read_text(encoding="utf-8-sig"))))
    assert [row["name"] for row in rows] == ["'=cmd|'/C calc'!A0"]


def test_a_blocking_issue_is_one_line_and_exit_1(folder):
    (folder / "people.csv").write_bytes(b"")
    done = run(folder, "--format", "json")
    issues = json.loads(done.stdout)["issues"]
    assert done.exit_code == 1 and [issue["code"] for issue in issues if issue["severity"] == "blocking"] == ["file_empty"]
    assert len(done.stderr.strip().splitlines()) == 1 and "people.csv" in done.stderr


def test_toml_that_cannot_be_read_still_gives_a_report(folder):
    (folder / "planner.toml").write_text("[project\n")
    done = run(folder, "--format", "json")
    assert done.exit_code == 1 and json.loads(done.stdout)["issues"][0]["row"] == 1 and "planner.toml" in done.stderr


def test_a_folder_without_planner_toml_is_a_message_only(tmp_path):
    done = run(tmp_path, "--format", "json")
    assert done.exit_code == 1 and done.stdout == "" and tmp_path.name in done.stderr


def test_a_clean_folder_says_so(folder):
    (folder / "homes.csv").write_text("id,name,lon,lat,beds\n1,甲,117.01,39.745,50\n")
    assert "没有发现问题" in run(folder).stdout


def test_network_is_examined_when_asked(folder):
    (folder / "homes.csv").write_text("id,name,lon,lat,beds\n1,甲,117.01,39.745,50\n")
    plain, asked = (run(folder, "--format", "json", *more) for more in ((), ("--network",)))
    assert "network" not in json.loads(plain.stdout) and asked.exit_code == 0 and asked.stderr == ""
    found = json.loads(asked.stdout)
    assert {**found, "network": None} == {**json.loads(plain.stdout), "network": None, "issues": found["issues"]}
    network = found["network"]
    # one street in one part, 1.7 km long; all people were put on it
    assert network["parts_found"] == 1 and 1690 < network["length_m"] < 1730 and network["people"] == 100
    assert network["completeness"]["along_streets"] is True and network["completeness"]["units"][0]["share"] == 1
    assert [(issue["code"], issue["severity"]) for issue in found["issues"]] == [("roads_untested", "info")]


def test_the_table_says_how_to_test_the_streets_and_shows_what_was_found(folder):
    assert "--network" in run(folder).stdout and "--network" in run(folder, "--lang", "en").stdout
    line = {"type": "LineString", "coordinates": [[117.0, 39.7452], [117.005, 39.7452]]}
    island = {"type": "Feature", "properties": {}, "geometry": line}
    streets = json.loads((folder / "streets.geojson").read_text())
    (folder / "streets.geojson").write_text(json.dumps({**streets, "features": [*streets["features"], island]}))
    (folder / "homes.csv").write_text("id,name,lon,lat,beds\n1,甲,117.002,39.7452,50\n")
    text = run(folder, "--network", "--lang", "en").stdout
    assert "2 parts" in text and "dead end" in text and "not connected" in text and "facilities: 1" in text
    assert "断头路" in run(folder, "--network").stdout


def test_streets_are_not_tested_while_a_fault_blocks(folder):
    (folder / "people.csv").write_bytes(b"")
    done, asked = run(folder, "--network"), run(folder, "--network", "--format", "json")
    assert done.exit_code == 1 and "未检验路网" in done.stdout and "network" not in json.loads(asked.stdout)


def test_the_issue_list_is_a_workbook_by_its_suffix(folder, tmp_path_factory):
    import openpyxl

    out = tmp_path_factory.mktemp("out") / "issues.XLSX"
    done = run(folder, "--out", out, "--lang", "en")
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert done.exit_code == 0 and done.stdout == ""
    assert [cell.value for cell in sheet[5]][2:8] == ["homes.csv", None, 2, "beds", "'=cmd|'/C calc'!A0", "约50"]


def test_columns_are_shown_written_and_remembered(folder):
    config = folder / "planner.toml"
    text = config.read_text().replace('columns = { id = "id", name = "name", lon = "lon", lat = "lat", beds = "beds" }\n', "# 我的说明\n")
    config.write_text(text)
    (folder / "homes.csv").write_text("机构名称,经度,纬度,床位数,核定床位\n甲院,117.01,39.745,5,6\n")
    shown = CliRunner().invoke(main, ["check", str(folder), "--columns"])
    assert "按表头认出" in shown.stdout and "# beds = \"床位数\" | \"核定床位\" ?" in shown.stdout
    refused = CliRunner().invoke(main, ["check", str(folder), "--write-columns", "--lang", "en"])
    assert config.read_text() == text and "facilities.home was not written: choose beds" in refused.stderr
    answered = text.replace("# 我的说明\n", 'columns = { beds = "核定床位" } # 我的说明\nrecognise = true\n')
    config.write_text(answered)
    done = CliRunner().invoke(main, ["check", str(folder), "--write-columns"])
    assert done.exit_code == 0 and "facilities.home" in done.stderr
    written = 'columns = { beds = "核定床位", name = "机构名称", lon = "经度", lat = "纬度" } # 我的说明\nrecognise = true\n'
    assert config.read_text() == text.replace("# 我的说明\n", written)
    config.write_text(text.replace("homes.csv", "homes-2026.csv"))
    (folder / "homes-2026.csv").write_text("核定床位,床位数,机构名称,经度,纬度\n7,8,乙院,117.01,39.745\n")
    found = json.loads(CliRunner().invoke(main, ["check", str(folder), "--format", "json"]).stdout)
    assert [issue["code"] for issue in found["issues"]] == ["columns_remembered"]
    assert found["totals"]["facilities"]["home"]["beds"] == 7


def test_the_kind_of_population_is_shown(folder):
    config = folder / "planner.toml"
    config.write_text(config.read_text().replace("[population]", '[population]\nkind = "registered"'))
    assert "人口口径：户籍（planner.toml 写明）\n" in CliRunner().invoke(main, ["check", str(folder)]).stdout
    config.write_text(config.read_text().replace('"registered"', '"some"'))
    assert CliRunner().invoke(main, ["check", str(folder)]).exit_code == 1
