"""Facilities to be placed: found only where one place in the stated unit bears the address; everything else is asked."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from planner.errors import InputError
from planner.inputs.readers import survey
from planner.inputs.specs import PlacesSpec
from planner.plan.unplaced import plain_address, unplaced

_spec = importlib.util.spec_from_file_location("drawn_town", Path(__file__).parents[1] / "inputs" / "conftest.py")
_drawn = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _drawn
_spec.loader.exec_module(_drawn)
HEAD = "编号,名称,街道,社区,经度,纬度,床位,地址"
COLUMNS = {"id": "编号", "name": "名称", "township": "街道", "community": "社区", "lon": "经度", "lat": "纬度", "address": "地址"}


@pytest.fixture
def town(tmp_path):
    return _drawn.Town(tmp_path)


def listed(town, rows, places=None, **columns):
    spec = None
    if places is not None:
        lines = [",".join([name, *(f"{part:.9f}" for part in town.degrees(x, y))]) for name, x, y in places]
        spec = PlacesSpec(town.text("places.csv", "\n".join(["名称,经度,纬度", *lines]) + "\n"),
                          {"name": "名称", "lon": "经度", "lat": "纬度"} | columns)
    found = survey(town.levels, [town.ledger(rows, head=HEAD, columns=COLUMNS)], None, crs=town.crs, lines=lambda crs: None,
                   report=town.report)
    return unplaced(found, spec)


def test_the_list_says_where_each_counts(town):
    one, other = listed(town, [["1", "福安", "甲街道", "甲二社区", "", "", 5, "中山路8号"], ["2", "康宁", "", "", "x", "y", 5, ""],
                               ["3", "有址", "甲街道", "", (100, 500), 5, ""]])
    assert (one.layer, one.id, one.level, one.code, one.unit, one.row, one.reason, one.state) == (
        "elderly-care-institution", "1", "community", "102", "甲二社区", 2, "coordinates_missing", "none")
    assert (other.id, other.unit, other.level, other.reason, other.state) == ("2", "", "", "coordinates_invalid", "none")


@pytest.mark.parametrize(("address", "places", "state", "x"), [
    ("中山路8号", [("甲街道中山路８号", 1500, 500)], "found", 1500),
    ("甲街道 甲二社区 中山路 8", [("中山路8号", 1500, 500)], "found", 1500),
    ("中山路8号", [("中山路8号", 1500, 500), ("中山路8号", 1530, 500)], "found", 1500),  # 30 m apart: one place
    ("中山路8号", [("中山路8号", 1500, 500), ("中山路8号", 1600, 500)], "ask", 1500),  # 100 m apart: which?
    ("中山路8号", [("中山路8号", 2030, 500)], "found", 2030),  # 30 m across the border
    ("中山路8号", [("中山路8号", 3500, 500)], "ask", 3500),  # in another unit
    ("中山路8号", [("中山路8号", 3500, 500), ("中山路8号", 1500, 500)], "found", 1500),  # only one of them in the stated unit
    ("中山路8号", [("中山路88号", 1500, 500)], "none", None),
    ("中山路8号", [("福安", 1500, 500)], "found", 1500),  # by its name
    ("", [("", 1500, 500)], "none", None)])
def test_what_the_table_knows(town, address, places, state, x):
    (one,) = listed(town, [["1", "福安", "甲街道", "甲二社区", "", "", 5, address]], places)
    assert one.state == state
    if x is not None:
        assert (one.places[0].lon, one.places[0].lat) == pytest.approx(town.degrees(x, 500), abs=1e-8)
        assert one.places[0].source.startswith("places.csv:")
    if state == "found":
        assert one.position.id == "1" and one.position.precision == ("place" if places[0][0] == "福安" else "address")


def test_without_a_stated_unit_it_is_asked(town):
    (one,) = listed(town, [["1", "福安", "", "", "", "", 5, "中山路8号"]], [("中山路8号", 1500, 500)])
    assert one.state == "ask" and len(one.places) == 1


def test_another_ledger_with_the_address_knows_the_place(town):
    (one,) = listed(town, [["1", "福安", "甲街道", "", "", "", 5, "中山路8号"], ["2", "康宁", "甲街道", "", (700, 500), 5, "中山路 8 号"],
                           ["3", "远", "乙镇", "", (2700, 500), 5, "中山路8号"]])
    assert one.state == "found" and one.places[0].source == "elderly.csv:3 中山路 8 号"
    assert np.isclose(one.places[0].lon, town.degrees(700, 500)[0], atol=1e-8)


def test_a_table_that_cannot_be_read_is_said(town):
    with pytest.raises(InputError) as caught:
        listed(town, [["1", "福安", "甲街道", "", "", "", 5, "中山路8号"]], [("中山路8号", 1500, 500)], address="没有的列")
    assert caught.value.code == "places_unusable" and caught.value.params["issue"].code == "column_missing"


@pytest.mark.parametrize(("typed", "text"), [
    ("甲街道甲一社区中山路 8 号", "中山路8"), ("中山路8号院", "中山路8号院"), ("甲街道", "甲街道"), ("", "")])
def test_addresses_are_compared_without_their_units(town, typed, text):
    found = survey(town.levels, [], None, crs=town.crs, lines=lambda crs: None, report=town.report)
    assert plain_address(typed, found.ground) == text
