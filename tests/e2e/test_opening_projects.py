"""From nothing to a coverage map in a browser: an empty project, a broken file, four files, a zip archive; others see none of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.small_project import degrees, feature, layer, rectangle


def put(view: Any, step: str, name: str, text: str) -> None:
    """Give a step its file and put it in."""
    view.page.locator(f".st-key-first_file_{step} input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode("utf-8-sig" if name.endswith(".csv") else "utf-8")})
    view.page.locator(".st-key-first_put button").click()


def test_an_empty_project_is_filled_step_by_step(view: Any, browser: Any, tmp_path: Path) -> None:
    lon, lat = degrees(500, 500)
    townships = layer(feature("Polygon", rectangle(0, 0, 1000, 1000), 单元代码="110101001", 单元名称="甲街道"),
                      feature("Polygon", rectangle(1000, 0, 1000, 1000), 单元代码="110101002", 单元名称="乙街道"))
    streets = layer(feature("LineString", [degrees(100, 500), degrees(900, 500)]),
                    feature("LineString", [degrees(900, 500), degrees(1900, 500)]))
    page = view.open(page="method", lang="zh").page
    page.locator(".st-key-open button").first.click()
    page.locator(".st-key-open_new button").click()
    page.wait_for_selector(".st-key-first_steps")
    put(view, "boundaries", "坏.geojson", townships[:150])
    page.get_by_text("boundaries/township.geojson").first.wait_for()
    put(view, "boundaries", "街道.geojson", townships)
    page.locator(".st-key-first_drop_community button").click()
    put(view, "streets", "路.geojson", streets)
    put(view, "people", "人口.csv", "单元代码,单元名称,常住人口\n110101001,甲街道,1000\n110101002,乙街道,2000\n")
    put(view, "facilities", "机构.csv", f"编号,名称,经度,纬度\n1,一号院,{lon},{lat}\n")
    page.locator(".st-key-first_finish button").click()
    page.locator(".st-key-pages button").first.click()
    page.wait_for_function("window.__planner?.mapVersion > 0")
    view.settle()
    assert view.text("headline_people") == "3,000"
    assert view.text("headline_share") != "0.0%"
    own = re.search(r"project=(own-[\w-]+)", page.url)
    assert own
    page.reload()
    page.wait_for_function("window.__planner?.mapVersion > 0")
    assert view.settle().text("headline_people") == "3,000"
    page.locator(".st-key-open button").first.click()
    packed = view.download("open_download", tmp_path)
    context = browser.new_context()
    other = context.new_page()
    other.goto(f"{view.url}/?page=method&project=own-somebody-else")
    other.wait_for_selector(".st-key-page_method")
    assert "own-" not in other.url.replace("own-somebody-else", "")
    other.locator(".st-key-open button").first.click()
    other.locator(".st-key-open_zip input[type=file]").set_input_files(packed)
    other.wait_for_function("own => location.search.includes('project=own-') && !location.search.includes(own)", arg=own[1])
    context.close()
