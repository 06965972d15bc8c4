import pytest

from planner.inputs.checks import alike
from planner.inputs.readers import read_facilities

HEAD = "编号,名称,地址,经度,纬度"
COLUMNS = {"id": "编号", "name": "名称", "address": "地址", "lon": "经度", "lat": "纬度"}


def read(town, rows):
    return read_facilities(town.ledger(rows, head=HEAD, columns=COLUMNS), town.levels, report=town.report)


@pytest.mark.parametrize(("first", "second", "same"), [
    ("百花福安养老院", "百花福安养老院（分院）", True), ("福安养老院", "福安 养老院", True), ("1号避难场所", "2号避难场所", False),
    ("甲部儿童之家", "乙部儿童之家", False), ("福安养老院", "第一小学", False), ("", "", False), ("S1", "S10", False)])
def test_alike(first, second, same):
    assert alike(first, second) == same == alike(second, first)


@pytest.mark.parametrize(("name", "address", "place", "sentence"), [
    ("福安养老院", "和平路 1号", (3500, 500), "duplicate_same_address"), ("福安养老院（分院）", "别处", (520, 500), "duplicate_close_by"),
    ("福安养老院（分院）", "别处", (540, 500), None), ("福安养老院", "", (3500, 500), None), ("向阳小学", "别处", (505, 500), None)])
def test_twins_are_told_on_the_later_row(town, name, address, place, sentence):
    found = read(town, [["1", "福安养老院", "和平路1号", (500, 500)], ["2", name, address, place]])
    assert len(found) == 2  # both are kept
    told = [("duplicate_facility", "warning", 3, sentence)] if sentence else []
    assert town.said("code", "severity", "row", "sentence") == told
