"""The siting page in a real browser: a plan is asked for, painted, kept, and is the command's own."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def engine(shown: dict[str, Any], sites: int) -> dict[str, Any]:
    """The command line's own answer for the settings that the map says it shows."""
    words = [word for key in ("layer", "travel", "minutes") for word in (f"--{key}", str(shown[key]))]
    done = subprocess.run([sys.executable, "-m", "planner", "site", *words, "--model", "mclp", "--new", str(sites), "--format", "json"],
                          capture_output=True, text=True, encoding="utf-8", check=True, timeout=300)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(("lang", "minutes"), [("zh", 13), ("en", 14)])
def test_a_plan_is_run_painted_and_taken_along(view: Any, tmp_path: Path, lang: str, minutes: int) -> None:
    """(Other minutes each: the server finds an answer again for whoever asks the same.)"""
    view.open(page="siting", lang=lang, minutes=minutes)
    view.page.wait_for_function("window.__planner?.mapVersion > 0", timeout=60_000)
    before = view.settle().state()
    assert before["sites"] == [] and not view.page.locator(".st-key-site_table").count()
    number = view.page.locator(".st-key-p input")
    number.fill("3")
    view.page.keyboard.press("Enter")
    view.settle()
    view.page.locator(".st-key-run_siting button").click()
    view.page.wait_for_function("window.__planner.sites.length === 3", timeout=120_000)
    state, said = view.settle().state(), engine(before["settings"], 3)
    assert [site["id"] for site in state["sites"]] == [site["id"] for site in said["new_sites"]]
    assert state["classes"] != before["classes"]  # the coverage with the sites built
    assert view.text("siting_status") == {"zh": "已证明最优", "en": "Proven best"}[lang]
    assert said["sentence"][lang] in view.text("siting_sentence")
    assert re.sub(r"\D", "", view.text("siting_sites")) == "3"
    path = view.download("download_sites_csv", tmp_path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == [site["id"] for site in said["new_sites"]]
    assert not view.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_answer_stays_in_the_address(view: Any) -> None:
    view.open(page="siting", lang="en", p=2, minutes=10)
    view.page.wait_for_function("window.__planner?.mapVersion > 0", timeout=60_000)
    view.settle().page.locator(".st-key-run_siting button").click()
    view.page.wait_for_function("window.__planner.sites.length === 2", timeout=120_000)
    assert "p=2" in view.settle().page.url and "model=mclp" in view.page.url
    view.page.reload()
    view.page.wait_for_function("window.__planner?.sites.length === 2", timeout=60_000)  # found again, not run again
    view.settle()
    view.page.locator(".st-key-p input").fill("4")
    view.page.keyboard.press("Enter")
    view.until("p.sites.length === 0")
    assert view.text("siting_status") == "Not run yet"
