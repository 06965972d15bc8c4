import json

import numpy as np
import openpyxl
import pytest

from planner.inputs.facilities import area_factor
from planner.inputs.readers import read_facilities
from planner.inputs.specs import FacilitySpec

GOOD = ["1", "福安", "甲街道", "甲一社区", (500, 500), 50]


def read(town, rows, **options):
    return read_facilities(town.ledger(rows, **options), town.levels, report=town.report)


def test_a_clean_ledger(town):
    found = read(town, [GOOD, ["007", "nan", "乙镇", "乙一社区", (2500, 10), ""]])
    assert not town.report.issues
    frame = found.frame
    assert frame["id"].tolist() == ["1", "007"] and frame["name"].tolist() == ["福安", "nan"]
    assert frame["x"].to_numpy() - 500_000 == pytest.approx([500, 2500], abs=1e-3)
    assert frame["beds"].iloc[0] == 50 and np.isnan(frame["beds"].iloc[1])
    assert frame["in_community"].tolist() == ["101", "201"] and frame["unit_township"].tolist() == ["A", "B"]
    assert frame["status"].tolist() == ["", ""] and frame["row"].tolist() == [2, 3] and not frame["placed_by_name"].any()
    assert town.report.totals["facilities"]["elderly-care-institution"] == {"count": 2, "placed_by_name": 0, "beds": 50,
                                                                            "missing": {"beds": 1}}
    record = town.report.record("elderly.csv")
    assert (record.rows_in, record.rows_kept) == (2, 2)


@pytest.mark.parametrize(("typed", "beds", "code"), [("约50", 50, "number_parsed"), ("—", None, "value_missing"),
                                                     ("-5", None, "value_invalid"),
                                                    ("50000", None, "value_invalid"), ("3000", 3000, "value_invalid"), ("见附件", None,
                                                                                                                        "value_invalid")])
def test_beds_as_people_type_them(town, typed, beds, code):
    found = read(town, [GOOD, ["2", "康宁", "甲街道", "甲一社区", (300, 700), typed]])
    value = found.frame["beds"].iloc[1]
    assert (None if np.isnan(value) else value) == beds
    assert town.said("code", "row", "column", "value", "name") == [(code, 3, "床位", typed, "康宁")]


HEAD = "编号,名称,社区,经度,纬度,状态,开业,占地面积（亩）"
COLUMNS = {"id": "编号", "name": "名称", "community": "社区", "lon": "经度", "lat": "纬度", "status": "状态", "opened": "开业",
           "area_m2": "占地面积（亩）"}


@pytest.mark.parametrize(("word", "status", "asked"), [
    ("运营", "operating", False), ("在营", "operating", False), ("开业", "operating", False), ("正常", "operating", False),
    ("建成未运营", "completed", False), ("停业", "suspended", False), ("整改", "suspended", False), ("规划", "planned", False),
    ("拟建", "planned", False), ("在建", "under_construction", False), ("关闭", "closed", False), ("撤销", "closed", False),
    ("注销", "closed", False), ("planned", "planned", False), ("已关闭", "closed", False), ("运营中", "operating", False), ("", "", False),
    ("传说中", "", True)])
def test_status_words(town, word, status, asked):
    found = read(town, [["1", "福安", "甲一社区", (500, 500), word, "2023年5月", "3"]], head=HEAD, columns=COLUMNS)
    assert found.frame["status"].tolist() == [status] and found.frame["opened"].tolist() == ["2023-05-01"]
    assert found.frame["area_m2"].tolist() == pytest.approx([2000.0])
    codes = [issue.code for issue in town.report.issues]
    assert ("status_unknown" in codes) == asked and "date_parsed" in codes
    assert [(i.column, i.row, i.value) for i in town.report.issues if i.code == "unit_converted"] == [("占地面积（亩）", None, "亩")]


@pytest.mark.parametrize(("header", "factor"), [("面积", None), ("建筑面积（㎡）", None), ("面积（万平方米）", 1e4), ("公顷", 1e4),
                                                ("用地_亩", 2000 / 3),
                                                ("面积(km2)", 1e6)])
def test_units_of_area_in_headers(header, factor):
    found = area_factor(header)
    assert (found and found[0]) == (pytest.approx(factor) if factor else None)


def test_an_area_with_its_unit_in_the_cell(town):
    head, columns = HEAD.replace("（亩）", ""), COLUMNS | {"area_m2": "占地面积"}
    found = read(town, [["1", "福安", "甲一社区", (500, 500), "", "", "0.5公顷"]], head=head, columns=columns)
    assert found.frame["area_m2"].tolist() == [5000.0] and town.said("code", "value") == [("number_parsed", "0.5公顷")]


def test_where_picks_rows_and_the_rest_is_told(town):
    rows = [GOOD, ["2", "医院", "甲街道", "甲一社区", (100, 100), 5], ["3", "医院", "甲街道", "甲一社区", (900, 900), 5]]
    found = read(town, rows, where="名称 == '福安'")
    record = town.report.record("elderly.csv")
    assert len(found) == 1 and (record.rows_in, record.rows_kept, record.rows_not_selected) == (3, 1, 2) and not town.report.issues


def test_a_where_that_picks_nothing_warns(town):
    assert len(read(town, [GOOD], where="名称 == '没有'")) == 0
    assert town.said("code", "severity") == [("where_selects_none", "warning")]


def test_a_where_on_a_column_that_is_not_there(town):
    assert read(town, [GOOD], where="类型 == 'x'") is None
    assert town.said("code", "severity", "value") == [("column_missing", "blocking", "类型")]


def test_an_empty_ledger_is_a_layer_without_rows(town):
    assert len(read(town, [])) == 0
    assert town.said("code", "severity") == [("file_empty", "warning")]


def test_ids_that_are_blank_or_stand_twice(town):
    found = read(town, [GOOD, ["", "甲", "甲街道", "甲一社区", (100, 100), 5], ["1", "乙", "甲街道", "甲一社区", (900, 900), 5]])
    assert found.frame["id"].tolist() == ["1", "#3", "1"]
    assert town.said("code", "row") == [("id_missing", 3), ("id_duplicate", 4)]


def test_further_columns_keep_their_names_and_kinds(town):
    head, columns = "编号,名称,社区,经度,纬度,层数,编码,星级", {"id": "编号", "name": "名称", "community": "社区", "lon": "经度",
                                                "lat": "纬度", "stars": "星级"}
    found = read(town, [["1", "甲", "甲一社区", (500, 500), 3, "007", "三星"], ["2", "乙", "甲一社区", (100, 500), "", "008", 4]],
                 head=head, columns=columns)
    assert found.frame["层数"].iloc[0] == 3 and np.isnan(found.frame["层数"].iloc[1]) and found.frame["编码"].tolist() == ["007", "008"]
    assert town.said("code", "value") == [("value_invalid", "三星")] and found.frame["stars"].iloc[1] == 4


def test_a_workbook_with_titles_totals_and_hidden_rows(town):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    lon, lat = town.degrees(500, 500)
    for row in (["养老机构台账"], ["编号", "名称", "社区", "经度", "纬度", "床位"], [1, "福安", "甲一社区", lon, lat, "50张"],
                ["合计", None, None, None, None, 50]):
        page.append(row)
    page.row_dimensions[3].hidden = True
    book.save(town.folder / "台账.xlsx")
    columns = {"id": "编号", "name": "名称", "community": "社区", "lon": "经度", "lat": "纬度", "beds": "床位"}
    found = read_facilities(FacilitySpec("home", town.ref("台账.xlsx"), columns), town.levels, report=town.report)
    assert found.frame["id"].tolist() == ["1"] and found.frame["beds"].tolist() == [50] and found.frame["sheet"].tolist() == ["台账"]
    assert sorted(town.said("code", "row", "value"), key=str) == [("header_repaired", 2, None), ("hidden_rows", None, "1"),
                                                                  ("number_parsed", 3, "50张"), ("total_row_dropped", 4, "合计")]
    assert {issue.sheet for issue in town.report.issues} == {"台账"}
    record = town.report.record("台账.xlsx")
    assert (record.rows_in, record.rows_kept, record.format) == (2, 1, "xlsx")


def test_a_layer_of_points_says_where_its_rows_are(town):
    point = town.feature(town.degrees(1500, 500), "Point", 编号="9", 名称="点")
    (town.folder / "p.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))
    found = read_facilities(FacilitySpec("home", town.ref("p.geojson"), {"id": "编号", "name": "名称"}), town.levels, report=town.report)
    assert found.frame["in_community"].tolist() == ["102"] and found.frame["id"].tolist() == ["9"] and not town.report.issues


def test_x_and_y_are_metres_of_the_project(town):
    spec = town.ledger([["1", "甲", "甲街道", "甲一社区", 500500, 4400500, 5]], head="编号,名称,街道,社区,东,北,床位",
                       columns={"id": "编号", "name": "名称", "x": "东", "y": "北"})
    found = read_facilities(spec, town.levels, crs=town.crs, report=town.report)
    assert found.frame["in_community"].tolist() == ["101"] and not town.report.issues


def test_money_in_wan_is_told_in_yuan(town):
    spec = town.ledger([["1", "a", "", "", (500, 500), 5, 12.5]], head="编号,名称,街道,社区,经度,纬度,床位,造价（万元）",
                       columns={"id": "编号", "name": "名称", "lon": "经度", "lat": "纬度", "cost_cny": "造价（万元）"})
    found = read_facilities(spec, town.levels, report=town.report)
    assert found.frame["cost_cny"].tolist() == [125_000]
    (issue,) = [issue for issue in town.report.issues if issue.code == "unit_converted"]
    assert issue.value == "万元" and "10000" in issue.done("zh") and "yuan" in issue.done("en")
