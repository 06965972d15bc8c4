import importlib.util
import sys
from pathlib import Path

import pytest

from planner.plan.project import read_city, read_project
from planner.quality import QualityReport

_spec = importlib.util.spec_from_file_location("site_project_inputs", Path(__file__).parents[1] / "plan" / "site_project.py")
drawn = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = drawn
_spec.loader.exec_module(drawn)


def read(folder, **more):
    """The ledger of candidates of the one-street project, and the report."""
    report = QualityReport()
    city = read_city(read_project(drawn.draw_street(folder, **more), report=report), report=report)
    return city, report


def test_a_ledger_of_candidates_is_read_as_facilities_are_and_is_no_layer(tmp_path):
    city, report = read(tmp_path)
    frame = city.candidates["idle"].frame
    assert frame["id"].tolist() == ["c1", "c2", "c3", "c4", "c5", "c6"] and "idle" not in city.facilities
    assert frame["available"].tolist()[0] == "2026-01-01" and frame["area_m2"].isna().tolist() == [False] * 3 + [True] + [False] * 2
    assert frame["in_township"].tolist() == ["W", "W", "E", "E", "E", "E"]
    record = report.record("candidates.csv")
    assert (record.role, record.rows_in, record.rows_kept) == ("candidates.idle", 7, 6)
    lost, = (issue for issue in report.issues if issue.file == "candidates.csv" and issue.code == "coordinates_missing")
    assert lost.row == 8 and lost.name == "Nowhere"
    assert "idle" not in str(report.totals["facilities"])


def test_codes_in_candidates_stay_text(tmp_path):
    table = drawn.CANDIDATES
    for word, digits in (("A33", "0033"), ("A61", "0061"), ("R22", "0022"), ("A6,", "0006,")):
        table = table.replace(word, digits)
    city, _ = read(tmp_path, candidates=table)
    assert city.candidates["idle"].frame["land_use"].tolist()[:3] == ["0033", "0061", "0022"]


def test_headers_are_recognised_where_no_columns_are_stated(tmp_path):
    toml = drawn.TOML[:drawn.TOML.index("[candidates.idle.columns]")]
    rest = drawn.TOML[drawn.TOML.index("[travel.walk]"):]
    folder = drawn.draw_street(tmp_path)
    (folder / "planner.toml").write_text(toml + rest, encoding="utf-8")
    table = (folder / "candidates.csv").read_text(encoding="utf-8")
    table = table.replace("id,name,lon,lat,kind,area", "编号,名称,经度,纬度,类型,建筑面积", 1)
    (folder / "candidates.csv").write_text(table, encoding="utf-8")
    frame = read_city(read_project(folder)).candidates["idle"].frame
    assert frame["id"].tolist()[0] == "c1" and frame["area_m2"].tolist()[0] == 300.0


@pytest.mark.parametrize("columns", ['{ id = "id", lon = "lon" }', '{ id = "id" }'])
def test_a_ledger_that_does_not_say_where_is_refused(tmp_path, columns):
    toml = drawn.TOML[:drawn.TOML.index("[candidates.idle.columns]")] + f"columns = {columns}\n"
    folder = drawn.draw_street(tmp_path)
    (folder / "planner.toml").write_text(toml, encoding="utf-8")
    report = QualityReport()
    read_project(folder, report=report)
    assert [issue.code for issue in report.blocking] == ["config_invalid"]
