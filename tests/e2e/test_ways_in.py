"""Ways in beside the map, in a real browser: why, the unit's card, the matrix, a place, the blind spots."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

HEAD_PX, ROW_PX = 33, 31
"""Heights in a grid, as the theme's text makes them."""
PATIENCE_MS = 90_000
"""The first visitor waits for the evaluation, the gap list and its blind spots."""


def click_row(view: Any, key: str, row: int, x: float = 15.0) -> None:
    """Click in a grid's row, at its marker or so far from the left."""
    box = view.page.locator(f".st-key-{key} [data-testid=data-grid-canvas]").bounding_box()
    view.page.mouse.click(box["x"] + x, box["y"] + HEAD_PX + ROW_PX * (row + 0.5))
    view.page.wait_for_timeout(300)
    view.settle()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_worst_unit_to_its_card(view: Any, lang: str) -> None:
    view.open(lang=lang, by="township")
    worst = next(code for code, number in view.state()["classes"].items() if number == 0)
    view.open(lang=lang, by="township", unit=worst)
    why = view.page.locator(".st-key-unit_details .why").inner_text()
    assert {"zh": "最近的是", "en": "Nearest:"}[lang] in why
    view.page.locator(".st-key-open_card button").click()
    view.page.wait_for_selector(".st-key-unit_card table", timeout=PATIENCE_MS)
    assert worst in view.settle().text("unit_card") and f"unit={worst}" in view.page.url and "view=card" in view.page.url
    view.until("p.selectedUnit === arg && p.settings.page === 'targets'", worst)  # the small map
    assert not view.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def matrix(view: Any) -> None:
    """Opens the matrix of the townships."""
    view.open(page="targets", lang="zh", view="matrix", by="township")
    view.page.wait_for_selector(".st-key-target_matrix canvas", timeout=PATIENCE_MS)
    view.settle()


def test_a_cell_of_the_matrix_is_explained_and_a_row_opens_the_card(view: Any, tmp_path: Path) -> None:
    matrix(view)
    click_row(view, "target_matrix", 1, 420.0)
    view.page.wait_for_function("location.search.includes('unit=')")
    said = view.settle().text("explanation")
    rows = list(csv.DictReader(view.download("download_matrix", tmp_path).read_text(encoding="utf-8-sig").splitlines()))
    assert f"unit={rows[1]['code']}" in view.page.url and rows[1]["name"] in said and "依据的数据" in said
    matrix(view)
    click_row(view, "target_matrix", 2)
    view.page.wait_for_selector(".st-key-unit_card table", timeout=PATIENCE_MS)
    assert rows[2]["code"] in view.settle().text("unit_card")


def test_a_place_is_asked_about_by_a_click(view: Any, tmp_path: Path) -> None:
    view.open(lang="zh", panel="place")
    x, y = view.page.evaluate("p => window.__planner.pointOf(Object.keys(window.__planner.classes)[0])")
    view.page.mouse.click(x, y)
    state = view.until("p.sites.length === 1")
    assert "够" in view.text("place_card") and f"place={state['sites'][0]['lon']:.6f}" in view.page.url.replace("%2C", ",")
    rows = list(csv.DictReader(view.download("download_place", tmp_path).read_text(encoding="utf-8-sig").splitlines()))
    assert {row["in_reach"] for row in rows} <= {"0", "1", ""} and len(rows) > 40


def test_blind_spots_hold_everybody_beyond(view: Any, tmp_path: Path) -> None:
    view.open(lang="en", panel="spots")
    beyond = float(view.text("headline_beyond").replace(",", ""))
    path = view.download("download_spots", tmp_path)
    spots = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert sum(float(row["people"]) for row in spots) == pytest.approx(beyond, abs=0.5)
    click_row(view, "spot_table", 1)
    state = view.until("p.sites.length === 1")
    assert state["sites"][0]["id"] == spots[1]["id"] and spots[1]["id"] in view.text("spot_details")
