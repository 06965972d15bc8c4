"""The data-quality page in a real browser: a facility is placed with a click on the map, and the page reads the project anew."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import HERE, Server, View, free_port, serving
from tests.unit.ui.conftest import write_project


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project with a home that has no coordinates."""
    folder = write_project(tmp_path_factory.mktemp("served") / "homes")
    (folder / "homes.csv").write_text("机构编号,机构名称,街道,经度,纬度\n1,福安,甲街道,114.004,30.004\n2,康宁,甲街道,,\n", encoding="utf-8")
    with (folder / "planner.toml").open("a", encoding="utf-8") as config:
        config.write('[facilities.elderly-care-institution]\npath = "homes.csv"\n')
    return folder


@pytest.fixture(scope="module")
def served(homes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`planner serve` on it."""
    port = free_port()
    command = [sys.executable, "-m", "planner", "serve", str(homes), "--port", str(port), "--no-browser"]
    with serving(command, port, tmp_path_factory.mktemp("log")) as running:
        yield running


def test_a_click_places_a_facility_beside_its_ledger(browser: Any, served: Server, homes: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 1600}, locale="zh-CN")
    context.set_default_timeout(30_000)
    view = View(context.new_page(), served.url)
    context.on("request", lambda request: None if HERE.match(request.url) else view.outside.append(request.url))
    context.on("console", lambda message: view.errors.append(message.text) if message.type == "error" else None)
    view.open(page="quality", lang="zh")
    state = view.until("p.settings.mode === 'add' && p.mapVersion > 0")
    assert state["selectedUnit"] == "A01" and state["sites"] == []  # the stated unit is outlined
    view.page.mouse.click(*view.page.evaluate("window.__planner.pointOf('A01')"))
    (site,) = view.until("p.sites.length === 1")["sites"]
    assert 114.0 < site["lon"] < 114.01 and 30.0 < site["lat"] < 30.01  # within the first square
    view.page.locator(".st-key-placing_save button").click()
    view.page.get_by_role("status").get_by_text("positions.csv").wait_for()
    with (homes / "positions.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["layer"], row["id"], row["source"], row["precision"]) == ("elderly-care-institution", "2", "click", "exact")
    assert (float(row["lon"]), float(row["lat"])) == pytest.approx((site["lon"], site["lat"]), abs=1e-8)
    context.close()
    assert not view.outside and not view.errors
