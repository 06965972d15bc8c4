"""The planner's day in a browser, timed: find the worst township, read why, add two sites, run siting for three more, compare, export.

    python planners_day.py [--lang zh] [--chromium chromium] [--record FOLDER]

On a copy of the demonstration city, in headless Chromium at 1366 x 768, as a person would: by clicks and keys, no address typed after the
first. Told are the seconds of each step and of all, how often the page was loaded (once), errors of the console, answers that failed and
requests to other hosts (none), and what was found. --record keeps Playwright's trace (`playwright show-trace day_zh.zip`), a picture of
each step and the workbook.
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

from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CALM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update"]
SETTLED = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
             && !document.querySelector('[data-testid=stSkeleton]')"""
PAGES = ("coverage", "targets", "siting", "scenarios", "gaps", "quality", "method")
FIRST_ROW_PX = (15, 48)
"""Into the first row of a table under its heading."""


class Desk:
    """A tab, driven by the keys of docs/ui.md."""

    def __init__(self, page: Page) -> None:
        self.page, self.loads, self.faults = page, 0, []
        page.on("framenavigated", lambda frame: self._loaded(frame.parent_frame is None))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("response", lambda response: self.faults.append(f"{response.status} {response.url}") if response.status >= 400 else None)
        page.on("request", lambda request: None if "//127.0.0.1" in request.url or request.url[:5] in ("data:", "blob:")
                else self.faults.append(f"asked of {request.url}"))

    def _loaded(self, whole: bool) -> None:
        """Counts documents, not the addresses that a page writes of itself."""
        if whole and self.page.evaluate("!window.__dayCounted && (window.__dayCounted = true)"):
            self.loads += 1

    def key(self, name: str) -> Locator:
        return self.page.locator(f".st-key-{name}").first

    def settle(self) -> None:
        self.page.wait_for_function(SETTLED)

    def until(self, condition: str, arg: object = None) -> None:
        """A condition on the map's own state `p`, then the page at rest."""
        self.page.wait_for_function(f"arg => {{ const p = window.__planner; return p && ({condition}) }}", arg=arg)
        self.settle()

    def go(self, page: str) -> None:
        """By the navigation, as a person goes."""
        self.key("pages").locator("button").nth(PAGES.index(page)).click()
        self.key(f"page_{page}").wait_for()
        self.settle()

    def write(self, name: str, text: str) -> None:
        box = self.key(name).locator("input").first
        box.fill(text)
        box.press("Enter")
        self.settle()

    def choose(self, name: str, option: str) -> None:
        self.key(name).locator("input, [role=combobox]").first.click()
        self.page.keyboard.type(option)
        self.page.keyboard.press("Enter")
        self.settle()

    def press(self, name: str) -> None:
        self.key(name).locator("button").first.click()
        self.settle()

    def text(self, name: str) -> str:
        return " ".join(self.key(name).inner_text().split())


def day(desk: Desk, url: str, folder: Path, lang: str, step: Callable[[str, Callable[[], str]], None]) -> None:
    """The steps, each timed by `step`, which gets a sentence back."""
    page = desk.page

    def open_it() -> str:
        page.goto(f"{url}/?lang={lang}")
        desk.until("p.mapVersion > 0 && p.paintedUnits > 0")
        return desk.text("headline_share")

    def worst() -> str:
        box = desk.key("unit_table").locator("canvas").first.bounding_box()
        page.mouse.click(box["x"] + FIRST_ROW_PX[0], box["y"] + FIRST_ROW_PX[1])
        desk.until("p.selectedUnit")
        return str(page.evaluate("window.__planner.selectedUnit"))

    def why() -> str:
        return desk.text("unit_details")

    def two_sites() -> str:
        desk.go("scenarios")
        desk.until("p.settings.page === 'scenarios'")
        desk.key("add_site").locator("label").first.click()
        desk.until("p.settings.mode === 'add'")
        free = """() => Object.keys(window.__planner.classes).map(code => [window.__planner.classes[code], window.__planner.pointOf(code)])
            .filter(([, at]) => at && document.elementFromPoint(at[0], at[1])?.closest('[data-testid=map]')
                               && !document.elementFromPoint(at[0], at[1]).closest('[data-testid^=map-], button, a'))
            .sort((a, b) => (a[0] ?? 9) - (b[0] ?? 9)).map(([, at]) => at)"""
        for count in (1, 2):
            at = page.evaluate(free)[3 * count]
            page.mouse.click(*at)
            desk.until("p.sites.length === arg", count)
        desk.write("scenario_name", "two-sites")
        desk.press("save_scenario")
        return f"{desk.text('gained_people')}; {desk.text('scenario_list')}"

    def three_more() -> str:
        desk.go("siting")
        desk.choose("scenario", "two-sites")
        desk.write("p", "3")
        desk.press("run_siting")
        desk.until("p.sites.length === 3")
        desk.write("plan_name", "five-sites")
        desk.press("save_plan")
        return desk.text("siting_sentence")

    def compare() -> str:
        desk.go("scenarios")
        desk.choose("compare_a", "baseline")
        desk.choose("compare_b", "five-sites")
        return desk.text("difference_share")

    def export() -> str:
        desk.go("gaps")
        with page.expect_download() as coming:
            desk.key("download_gaps_xlsx").locator("button").first.click()
        path = folder / str(coming.value.suggested_filename)
        coming.value.save_as(path)
        return f"{path.name}, {path.stat().st_size:,} bytes"

    for name, act in (("open", open_it), ("find the worst township", worst), ("read why", why), ("add two sites, save", two_sites),
                      ("siting for three more, save", three_more), ("compare", compare), ("export the workbook", export)):
        step(name, act)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lang", default="zh", choices=["zh", "en"])
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        project = Path(kept) / "city"
        shutil.copytree(ROOT / "data", project, ignore=shutil.ignore_patterns(".planner", "messy"))
        server = subprocess.Popen([sys.executable, "-m", "planner", "serve", str(project), "--no-browser", "--port", str(port)])
        try:
            walked(f"http://127.0.0.1:{port}", options, Path(kept))
        finally:
            server.terminate()
            server.wait(20)


def walked(url: str, options: argparse.Namespace, kept: Path) -> None:
    """Wait for the server, walk through the day, tell it."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    folder = options.record or kept
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=options.chromium, headless=True, args=CALM)
        size = {"width": 1366, "height": 768}
        context = browser.new_context(viewport=size, locale="zh-CN" if options.lang == "zh" else "en-GB")
        if options.record:
            context.tracing.start(screenshots=True, snapshots=True)
        context.set_default_timeout(60_000)
        desk = Desk(context.new_page())
        spent: list[float] = []

        def step(name: str, act: Callable[[], str]) -> None:
            began = time.perf_counter()
            said = act()
            spent.append(time.perf_counter() - began)
            print(f"{name:30} {spent[-1]:6.2f} s  {said[:150]}", flush=True)
            if options.record:
                desk.page.screenshot(path=str(folder / f"day_{len(spent)}_{options.lang}.png"))

        day(desk, url, folder, options.lang, step)
        print(f"{'the day':30} {sum(spent):6.2f} s  {desk.loads} page loaded, {len(desk.faults)} faults {desk.faults[:3]}")
        if options.record:
            context.tracing.stop(path=str(folder / f"day_{options.lang}.zip"))
        context.close()
        browser.close()
    if desk.loads != 1 or desk.faults:
        sys.exit(1)


if __name__ == "__main__":
    main()
