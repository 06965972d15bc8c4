"""The pages in a real browser: what is painted, shown and saved is what the engine says, in both languages and without a network."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

CONTROLS = {"lang", "pages", "project", "layer", "travel", "minutes", "by", "group", "target", "unit", "unit_table", "map",
            "download_csv", "download_xlsx", "download_gpkg", "download_html"}
FOCUSED = """() => { const e = document.activeElement, keys = []; if (!e) return keys;
  if (e.closest('[data-testid=map]')) keys.push('map');
  for (let n = e; n; n = n.parentElement) for (const c of n.classList || []) if (c.startsWith('st-key-')) keys.push(c.slice(7));
  return keys }"""
ROW_PX = 32
WIDER = """[...document.querySelectorAll('html, body, [data-testid=stMain]')].filter(e => e.scrollWidth > e.clientWidth + 1).length"""


@cache
def engine(layer: str, travel: str, minutes: int, by: str) -> dict[str, Any]:
    """The command line's own figures for the same settings."""
    words = ["coverage", "--layer", layer, "--travel", travel, "--minutes", str(minutes), "--by", by, "--format", "json"]
    done = subprocess.run([sys.executable, "-m", "planner", *words], capture_output=True, text=True, encoding="utf-8", check=True,
                          timeout=120)
    return dict(json.loads(done.stdout))


def figures(state: dict[str, Any]) -> dict[str, Any]:
    """The engine's figures for what the map says it shows."""
    shown = state["settings"]
    return engine(shown["layer"], shown["travel"], shown["minutes"], shown["by"])


def number(text: str) -> tuple[float, float]:
    """The first number of a text, and half a unit of its last place."""
    found = re.search(r"([-−]?)(\d[\d,]*)(\.\d+)?\s*(%|万)?", text)
    assert found, text
    scale = {"%": 0.01, "万": 1e4, None: 1.0}[found[4]]
    return float(found[2].replace(",", "") + (found[3] or "")) * scale, 0.5 * scale * 10 ** -len((found[3] or ".")[1:])


def agrees(text: str, truth: float) -> None:
    """A shown number is the engine's, rounded to its last place."""
    shown, half = number(text)
    assert abs(shown - truth) <= half * 1.001 + 1e-12, (text, truth)


def headline_agrees(view: Any) -> dict[str, Any]:
    """The four headline numbers are the engine's; gives its totals."""
    total = figures(view.state())["total"]
    for key, name in (("people", "people"), ("covered", "people_covered"), ("share", "share"), ("beyond", "people_beyond")):
        agrees(view.text(f"headline_{key}"), total[name])
    return dict(total)


def broad_colours(png: bytes) -> int:
    """Colours that each fill at least 0.3 % of a picture."""
    bins = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), int) // 16 @ [256, 16, 1]
    return int((np.unique(bins, return_counts=True)[1] >= 0.003 * bins.size).sum())


def test_server_is_up_soon_and_heard_on_this_machine_alone(server: Any) -> None:
    assert server.boot_s <= 20
    assert not server.answers_at("127.0.0.2")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_map_and_numbers_are_the_engines(view: Any, lang: str) -> None:
    view.open(lang=lang, by="community")
    state, units = view.state(), figures(view.state())["units"]
    assert state["settings"]["lang"] == lang
    assert state["paintedUnits"] >= 0.95 * len(units) > 0
    assert broad_colours(view.page.locator("[data-testid=map]").screenshot()) >= 3
    ranked = [entry for entry in state["palette"] if entry["class"] is not None]
    for unit in units:
        share, shown = unit["share"], state["classes"][unit["code"]]
        if share is None:
            assert shown is None
        elif all(abs(share - entry["from"]) > 1e-9 for entry in ranked):
            assert ranked[shown]["from"] <= share <= ranked[shown]["to"]
    headline_agrees(view)
    controls = [text for text in view.page.locator("[data-testid=stWidgetLabel]:visible").all_inner_texts() if text.strip()]
    chinese = [bool(re.search(r"[\u4e00-\u9fff]", text)) for text in controls]
    assert controls
    assert all(chinese) if lang == "zh" else not any(chinese)


def test_more_minutes_cover_more_and_repaint(view: Any) -> None:
    view.open(lang="en", by="township")
    before = view.state()
    slider = view.page.locator(".st-key-minutes input[type=range], .st-key-minutes [role=slider]").first
    slider.focus()
    view.page.keyboard.press("ArrowRight")
    after = view.until("p.mapVersion > arg[0] && p.settings.minutes != arg[1]", [before["mapVersion"], before["settings"]["minutes"]])
    assert after["settings"]["minutes"] == before["settings"]["minutes"] + 1
    assert headline_agrees(view)["share"] >= figures(before)["total"]["share"]
    assert f"minutes={after['settings']['minutes']}" in view.page.url


def test_one_selection_however_it_is_made(view: Any) -> None:
    view.open(lang="zh", by="community")
    state = view.state()
    units = {unit["code"]: unit for unit in figures(state)["units"]}
    visible = [code for code in sorted(units)
               if units[code]["share"] is not None and view.page.evaluate("c => window.__planner.pointOf(c)", code)]
    by_map, by_box = visible[0], visible[-1]
    view.page.mouse.click(*view.page.evaluate("c => window.__planner.pointOf(c)", by_map))
    view.until("p.selectedUnit === arg", by_map)
    details = view.text("unit_details")
    assert by_map in details and units[by_map]["name"] in details
    agrees(details.replace(by_map, "").replace(units[by_map]["name"], ""), units[by_map]["share"])
    view.page.locator(".st-key-unit input").first.click()
    view.page.keyboard.type(by_box)
    view.page.keyboard.press("Enter")
    view.until("p.selectedUnit === arg", by_box)
    assert by_box in view.text("unit_details") and f"unit={by_box}" in view.page.url
    grid = view.page.locator(".st-key-unit_table [data-testid=data-grid-canvas]")
    row = grid.locator("[role=row]").nth(2)  # row 0 is the heading; row 1 is the unit that the box has selected
    row.wait_for(state="attached")
    by_row = next(text for text in row.locator("[role=gridcell]").all_text_contents() if text in units)
    assert by_row != by_box
    box = grid.bounding_box()
    view.page.mouse.click(box["x"] + 15, box["y"] + ROW_PX * 2.5)
    view.until("p.selectedUnit === arg", by_row)
    assert by_row in view.text("unit_details")


def test_language_changes_words_and_no_number(view: Any) -> None:
    view.open(lang="zh")
    before = number(view.text("headline_share"))
    view.page.locator(".st-key-lang").get_by_text("English").click()
    view.until("p.settings.lang === 'en'")
    assert number(view.text("headline_share")) == before
    assert "lang=en" in view.page.url


def test_layer_opens_with_its_own_default(view: Any) -> None:
    view.open(lang="en", layer="public-cemetery")
    shown = view.state()["settings"]
    assert shown["layer"] == "public-cemetery"
    assert not (shown["travel"].startswith("walk") and shown["minutes"] == 15)


def test_downloads_hold_what_is_painted(view: Any, tmp_path: Path, browser: Any) -> None:
    view.open(lang="en", by="community")
    state, units = view.state(), {unit["code"]: unit for unit in figures(view.state())["units"]}
    rows = list(csv.DictReader(io.StringIO(view.download("download_csv", tmp_path).read_text(encoding="utf-8-sig"))))
    assert {row["code"] for row in rows} == set(units)
    for row in rows:
        share = units[row["code"]]["share"]
        assert row["share"] == "" if share is None else abs(float(row["share"]) - share) < 1e-9
        assert row["class"] == ("" if share is None else str(state["classes"][row["code"]]))
    saved = view.download("download_html", tmp_path)
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    page, asked = context.new_page(), []
    context.on("request", lambda request: None if request.url.startswith(("file:", "data:", "blob:")) else asked.append(request.url))
    page.goto(saved.as_uri())
    page.wait_for_function("window.__planner?.mapVersion > 0")
    assert broad_colours(page.screenshot()) >= 3
    assert not asked
    context.close()


def test_small_screen_holds_numbers_and_map(view: Any) -> None:
    view.open(lang="zh")
    assert view.page.evaluate(WIDER) == 0
    map_box = view.page.locator("[data-testid=map]").bounding_box()
    headline = view.page.locator(".st-key-headline_share").bounding_box()
    assert map_box["width"] >= 0.45 * 1366
    assert headline["y"] + headline["height"] <= map_box["y"] <= 768 / 2
    assert map_box["y"] + map_box["height"] <= 768


def test_keyboard_reaches_every_control_and_moves_the_map(view: Any) -> None:
    view.open(lang="en")
    reached: set[str] = set()
    for _ in range(90):
        view.page.keyboard.press("Tab")
        reached.update(view.page.evaluate(FOCUSED))
        if reached >= CONTROLS:
            break
    assert reached >= CONTROLS, CONTROLS - reached
    view.page.locator("[data-testid=map]").focus()
    for key, part in (("ArrowRight", "lon"), ("ArrowUp", "lat"), ("+", "zoom")):
        old = view.state()["view"][part]
        view.page.keyboard.press(key)
        view.until("p.view[arg[0]] > arg[1]", [part, old])


@pytest.mark.parametrize("page", ["targets", "gaps", "quality", "method"])
def test_other_pages_show_tables_and_no_fault_in_both_languages(view: Any, page: str) -> None:
    for lang in ("zh", "en"):
        view.open(lang=lang, page=page)
        view.page.locator(f".st-key-page_{page} [data-testid=stDataFrame]").first.wait_for()
        assert view.page.locator(".fault").count() == 0
        assert view.page.evaluate(WIDER) == 0
