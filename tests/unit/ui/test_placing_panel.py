"""Facilities without a position are placed on the page and kept beside their ledger, never in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from planner.plan.positions_kept import Position
from planner.ui import opening, placing_panel
from planner.ui.desk import Desk
from planner.ui.map_component import MapEvents
from tests.unit.ui.conftest import control, html, press

LEDGER = """机构编号,机构名称,街道,经度,纬度,地址
1,福安,甲街道,114.004,30.004,中山路8号
2,康宁,乙镇,,,建设路12号
3,<b>长乐</b>,甲街道,,,人民路3号
"""
PLACES = "名称,标准地址,经度,纬度\n康宁,建设路12号,114.006,30.014\n东站,人民路30号,114.003,30.006\n"
SLUG = "elderly-care-institution"


@pytest.fixture
def homes(tmp_path: Path, tiny: Path) -> Path:
    """The tiny project with three homes, two of them without coordinates, and a table of place names."""
    for file in tiny.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "homes.csv").write_text(LEDGER, encoding="utf-8")
    (tmp_path / "places.csv").write_text(PLACES, encoding="utf-8")
    with (tmp_path / "planner.toml").open("a", encoding="utf-8") as config:
        config.write(f'[facilities.{SLUG}]\npath = "homes.csv"\n[places]\npath = "places.csv"\n'
                     'columns = { name = "名称", address = "标准地址", lon = "经度", lat = "纬度" }\n')
    return tmp_path


def test_placing_by_the_table_by_a_name_and_by_coordinates(visit: Any, homes: Path) -> None:
    ledger = (homes / "homes.csv").read_bytes()
    page = press(visit(homes, lang="zh", page="quality"), "placing_take_found")
    assert "已标定 1 处，尚未保存：康宁" in html(page) and not (homes / "positions.csv").exists()
    control(page, "selectbox", "placing_row").set_value(f"{SLUG}|3")
    page.run()
    control(page, "text_input", f"placing_search|{SLUG}|3").set_value("人民路").run()
    assert control(page, "selectbox", f"placing_place|{SLUG}|3|人民路").options == ["places.csv:3 人民路30号 (114.00300, 30.00600)"]
    control(page, "text_input", f"placing_pair|{SLUG}|3").set_value("114.015，30.004").run()
    control(page, "selectbox", "placing_precision").set_value("approximate")
    page = press(page, "placing_take_pair")
    assert "台账写的是甲街道，所标位置在&lt;img" in html(page)  # 114.015 lies in the third square
    page = press(page, "placing_save")
    assert "已存 2 处位置到 positions.csv" in html(page)
    kept = (homes / "positions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[1:7] for line in kept[1:]] == [
        ["2", "康宁", "114.006000000", "30.014000000", "places.csv:2 建设路12号", "address"],
        ["3", "<b>长乐</b>", "114.015000000", "30.004000000", "输入坐标（wgs84）", "approximate"]]
    assert (homes / "homes.csv").read_bytes() == ledger
    again = opening.opening(str(homes))
    assert again.ready.wait(60) and again.unplaced == ()
    page.run()
    assert not page.exception and "待落点" not in html(page)


def test_a_place_that_is_none_is_said_and_all_can_be_dropped(visit: Any, homes: Path) -> None:
    page = visit(homes, lang="en", page="quality")
    control(page, "text_input", f"placing_pair|{SLUG}|2").set_value("30.004").run()
    page = press(page, "placing_take_pair")
    assert not page.exception and "placing_save" not in [button.key for button in page.get("button")]
    page = press(press(page, "placing_take_found"), "placing_drop")
    assert "placing_save" not in [button.key for button in page.get("button")] and not (homes / "positions.csv").exists()


def test_a_click_marks_the_chosen_facility(visit: Any, homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(homes, lang="zh", page="quality")
    known = opening.opening(str(homes))
    monkeypatch.setattr(st, "session_state", {"placing_precision": "place"})
    desk = Desk("zh", known, known.read_city(), known.report)
    heard = placing_panel._clicked(desk, known.unplaced[1])
    heard(MapEvents(picked="A01"))
    assert placing_panel.marked(desk) == {}
    heard(MapEvents(added=(114.002, 30.003)))
    assert placing_panel.marked(desk) == {(SLUG, "3"): Position(SLUG, "3", "<b>长乐</b>", 114.002, 30.003, "click", "place")}
    assert placing_panel.lies_elsewhere(desk, known.unplaced[1], placing_panel.marked(desk)[SLUG, "3"]) is None
    far = Position(SLUG, "3", "", 115.0, 30.003, "click", "place")
    assert placing_panel.lies_elsewhere(desk, known.unplaced[1], far) == ""
