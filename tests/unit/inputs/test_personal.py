"""Personal columns are dropped where they come in, and no number of a person is quoted."""

import json

import openpyxl
import pytest

from planner.inputs.personal import HIDDEN, inspected, is_identity, is_personal, scrubbed
from planner.inputs.readers import read_facilities
from planner.inputs.specs import FacilitySpec
from planner.quality import Issue, QualityReport


def identity(region, day, order):
    """An identity number with its check digit, worked by GB 11643: weights 2**(17 - k) mod 11."""
    digits = f"{region}{day}{order}"
    total = sum(int(sign) * pow(2, 17 - k, 11) for k, sign in enumerate(digits))
    return digits + "10X98765432"[total % 11]


ONE, TWO = identity("110101", "19490307", "888"), identity("320102", "19820228", "123")


def test_identity_numbers_are_known_by_day_and_check_digit():
    assert is_identity("11010519491231002X")  # the standard's own example
    assert not is_identity("110105194912310021") and not is_identity("110105194913310021")
    assert not is_identity("91110105123456789X") and not is_identity("130102001000")


@pytest.mark.parametrize("header", ["联系电话", "手机", "身份证号", "身份证号码", "负责人_联系方式", "联系人", "家庭住址", "phone",
                                    "contact:phone", "Tel", "E-mail", "ＰＨＯＮＥ", "残疾证号", "ID_number"])
def test_headers_that_say_so(header):
    assert is_personal(header)


@pytest.mark.parametrize("header", ["名称", "地址", "电梯", "hotel", "编号", "机构代码", "telescope", "cells", "idle", "统一社会信用代码"])
def test_headers_that_do_not(header):
    assert not is_personal(header)


@pytest.mark.parametrize(("cells", "personal"), [
    ([ONE, TWO, ""], True), (["13800138000", "139 0013 9000", "13700137000", "15912345678"], True),
    ([13800138000, 13900139000.0, 13700137000], True),
    ([13800138000.5, 1e12, 3], False), (["13010200101", "23010200102", "33010200103"], False), (["13800138000", "甲", "乙"], False),
    (["甲", "乙", "130102001000", "52110105MJ0123456X"], False)])
def test_what_cells_hold_says_it_too(cells, personal):
    assert inspected(cells).personal == personal


def test_identity_numbers_are_taken_out_of_cells():
    found = inspected(["甲", f"负责人{ONE}", TWO, None, 5])
    assert found.clean == ["甲", f"负责人{HIDDEN}", None, None, 5] and found.removed == 2 and not found.personal


def test_texts_are_scrubbed():
    assert scrubbed(f"填表人张三 {ONE}，13800138000") == f"填表人张三 {HIDDEN}，{HIDDEN}"
    assert scrubbed("130102001000 116.38001380001") == "130102001000 116.38001380001"


def test_a_ledger_without_its_personal_columns(town):
    spec = town.ledger([["1", "甲院", "甲街道", "甲一社区", (500, 500), 20, "13800138000", ONE],
                        ["2", "乙院", "乙镇", "乙一社区", (2500, 500), 30, "", TWO]],
                       head="编号,名称,街道,社区,经度,纬度,床位,电话,身份证号")
    found = read_facilities(spec, town.levels, report=town.report)
    assert not {"电话", "身份证号"} & set(found.frame.columns)
    assert town.said("code", "severity", "column") == [("personal_column_dropped", "info", "电话"),
                                                       ("personal_column_dropped", "info", "身份证号")]
    assert [issue.params["count"] for issue in town.report.issues] == [1, 2]
    assert (town.report.record("elderly.csv").rows_in, town.report.record("elderly.csv").rows_kept) == (2, 2)


def test_a_named_telephone_is_kept_an_identity_number_never(town):
    columns = {"id": "编号", "name": "名称", "lon": "经度", "lat": "纬度", "phone": "电话", "contact": "负责人"}
    spec = town.ledger([["1", "甲院", "甲街道", "甲一社区", (500, 500), 20, "010-65550000", ONE]],
                       head="编号,名称,街道,社区,经度,纬度,床位,电话,负责人", columns=columns)
    found = read_facilities(spec, town.levels, report=town.report)
    assert found.frame["phone"].tolist() == ["010-65550000"] and found.frame["contact"].tolist() == [""]
    assert town.said("code", "severity", "column") == [("personal_values_removed", "warning", "负责人")]


def test_no_issue_quotes_a_number(town):
    spec = town.ledger([[ONE, f"甲{TWO}院", "甲街道", "13800138000", (500, 500), f"约{ONE}张"], [ONE, "乙", "", "", "x", "y", 1]])
    read_facilities(FacilitySpec(spec.slug, spec.file, spec.columns), town.levels, report=town.report)
    said = json.dumps(town.report.to_dict("zh"), ensure_ascii=False) + json.dumps(town.report.to_dict("en"))
    assert town.report.issues and not any(number in said for number in (ONE, TWO, "13800138000"))


def test_workbooks_and_layers_too(town):
    book = openpyxl.Workbook()
    for row in (["编号", "名称", "经度", "纬度", "手机"], ["1", "甲", *town.degrees(500, 500), 13800138000]):
        book.active.append(row)
    book.save(town.folder / "a.xlsx")
    columns = {"id": "编号", "name": "名称", "lon": "经度", "lat": "纬度"}
    found = read_facilities(FacilitySpec("x", town.ref("a.xlsx"), columns), town.levels, report=town.report)
    assert "手机" not in found.frame.columns
    town.communities[0]["properties"]["联系电话"] = "13800138000"
    town.report = QualityReport()
    read_facilities(FacilitySpec("x", town.ref("a.xlsx"), columns), town.levels, report=town.report)
    assert ("personal_column_dropped", "communities.geojson") in town.said("code", "file")
    assert all(isinstance(issue, Issue) for issue in town.report.issues)
