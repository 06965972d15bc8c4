"""The scenarios page in a real browser: sites by click, drag and key, kept, compared, and the command line's own numbers."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAME = "browser walk"
FREE = """code => { const at = window.__planner.pointOf(code); if (!at) return null;
  const hit = document.elementFromPoint(at[0], at[1]);
  return hit?.closest('[data-testid=map]') && !hit.closest('[data-testid^=map-], button') ? at : null }"""


def command(*words: str) -> str:
    """What the command line says."""
    done = subprocess.run([sys.executable, "-m", "planner", *words], capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tidy() -> Iterator[None]:
    """Leaves no scenario behind."""
    yield
    subprocess.run([sys.executable, "-m", "planner", "scenario", "delete", NAME], capture_output=True, timeout=120, check=False)


def opened(view: Any, **address: object) -> Any:
    """The page with its map."""
    view.open(page="scenarios", **address)
    view.page.wait_for_function("window.__planner?.mapVersion > 0", timeout=60_000)
    return view.settle()


@pytest.mark.usefixtures("tidy")
def test_sites_are_tried_kept_and_compared(view: Any, tmp_path: Path) -> None:
    opened(view, lang="en", by="community")
    before = view.state()
    assert before["sites"] == [] and before["settings"]["mode"] == "pick"
    view.page.locator(".st-key-add_site label").first.click()
    view.until("p.settings.mode === 'add'")
    red = [code for code, number in before["classes"].items() if number == 0]
    at = next(place for code in red if (place := view.page.evaluate(FREE, code)))
    view.page.mouse.click(*at)
    one = view.until("p.sites.length === 1")
    view.page.locator("[data-testid=map]").focus()
    view.page.keyboard.press("Enter")
    assert [site["id"] for site in view.until("p.sites.length === 2")["sites"]] == ["S1", "S2"]
    view.page.locator(".st-key-scenario_undo button").click()
    assert view.until("p.sites.length === 1")["sites"] == one["sites"]
    name = view.page.locator(".st-key-scenario_name input")
    name.fill(NAME)
    name.press("Enter")
    view.settle().page.locator(".st-key-save_scenario button").click()
    view.page.locator(".st-key-scenario_list").get_by_text(NAME).wait_for()
    shown = view.settle().state()["settings"]
    words = [word for key in ("layer", "travel", "minutes", "by") for word in (f"--{key}", str(shown[key]))]
    said = json.loads(command("compare", "baseline", NAME, *words, "--format", "json"))
    gained = int(re.sub(r"[^\d]", "", view.text("gained_people")))
    assert gained == round(said["total"]["people_gained"]) > 0
    assert f"{said['total']['share_b'] * 100:.1f}%" == view.text("after_share")
    rows = list(csv.DictReader(view.download("download_compare", tmp_path).read_text(encoding="utf-8-sig").splitlines()))
    wanted = [["" if unit[key] is None else repr(unit[key]) for key in ("code", "share_a", "share_b", "share_difference")]
              for unit in said["units"]]
    assert [[row[key] for key in row] for row in rows] == [[line[0].strip("'"), *line[1:]] for line in wanted]
    assert not view.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    opened(view, lang="zh", by="community", scenario=NAME.replace(" ", "%20"))
    assert view.state()["sites"] == one["sites"]  # what was kept opens by its address
