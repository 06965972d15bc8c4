"""The pictures of the user guide and of the README: the pages as a planner sees them, in both languages.

    python tools/guide_pictures.py [--out docs/img] [--chromium chromium] [--only siting]

Serves a copy of the demonstration city and walks through it in headless Chromium (1366 x 768). Nothing is drawn by hand.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CALM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SETTLED = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
             && !document.querySelector('[data-testid=stSkeleton]')"""
UNIT = "139903001000"


def settle(page: Page, *, mapped: bool = False) -> None:
    """Wait for the page, and for its map where it has one."""
    if mapped:
        page.wait_for_function("window.__planner?.mapVersion > 0")
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(600)


def siting(page: Page) -> None:
    """Three sites asked for and found."""
    page.locator(".st-key-run_siting button").click()
    page.wait_for_function("window.__planner?.sites.length === 3")
    settle(page)


def scenarios(page: Page) -> None:
    """Two sites added by clicks."""
    page.locator(".st-key-add_site label").first.click()
    page.wait_for_function("window.__planner?.settings.mode === 'add'")
    for count, code in enumerate((UNIT, "139903101000"), start=1):
        page.mouse.click(*page.evaluate("code => window.__planner.pointOf(code)", code))
        page.wait_for_function("n => window.__planner.sites.length === n", arg=count)
        settle(page)


def nothing(page: Page) -> None:
    """The page as it opens."""


PICTURES: dict[str, tuple[str, bool, Callable[[Page], None]]] = {
    "coverage": ("page=coverage", True, nothing), "unit": (f"page=coverage&unit={UNIT}", True, nothing),
    "targets": ("page=targets&pack=starter", False, nothing), "siting": ("page=siting", True, siting),
    "scenarios": ("page=scenarios", True, scenarios), "gaps": ("page=gaps&pack=starter", False, nothing),
    "quality": ("page=quality", False, nothing), "method": ("page=method", False, nothing)}
"""Name of the picture: its address, whether the page has a map, and what is done there."""


def pictures(url: str, out: Path, chromium: str, only: list[str]) -> None:
    """All pictures; a fault of a page ends the run."""
    faults: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, headless=True, args=CALM)
        for lang in ("zh", "en"):
            for name in only:
                context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN" if lang == "zh" else "en-GB")
                context.set_default_timeout(60_000)
                page = context.new_page()
                page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
                address, mapped, act = PICTURES[name]
                page.goto(f"{url}/?{address}&lang={lang}")
                settle(page, mapped=mapped)
                act(page)
                page.screenshot(path=str(out / "guide" / f"{name}_{lang}.png"))
                if name == "coverage":
                    page.screenshot(path=str(out / f"coverage_{lang}.png"))
                context.close()
                print(f"{name}_{lang}", flush=True)
        browser.close()
    if faults:
        sys.exit("\n".join(faults))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    parser.add_argument("--only", nargs="*", choices=list(PICTURES), default=list(PICTURES))
    options = parser.parse_args()
    (options.out / "guide").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as kept, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        shutil.copytree(ROOT / "data", Path(kept) / "city", ignore=shutil.ignore_patterns(".planner", "messy"))
        command = [sys.executable, "-m", "planner", "serve", f"{kept}/city", "--no-browser", "--port", str(port)]
        server = subprocess.Popen(command)  # noqa: S603 - this program itself
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                    break
                except OSError:
                    time.sleep(0.1)
            pictures(f"http://127.0.0.1:{port}", options.out, options.chromium, options.only)
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
