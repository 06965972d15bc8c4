"""How quick the pages are in a browser on a project at the size of a big city (big_project.py).

    python ui.py PROJECT [--rounds 5] [--people 10] [--only NAME] [--url URL]

Serves the project, waits until it is warm, and drives headless Chromium by the names of docs/ui.md. Told are medians of the rounds in
seconds, from the person's act to the state that she waits for, with the server's CPU seconds beside them, which other work on the machine
disturbs less. Bytes are those over the page's socket.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CALM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SETTLED = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
             && !document.querySelector('[data-testid=stSkeleton]')"""
WAIT_MS = 300_000
RERUNS = 20
EVERY_S = 10.0
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Server:
    """The server that is measured; pid 0 where it was started elsewhere."""

    url: str
    pid: int = 0

    def cpu_s(self) -> float:
        """CPU seconds that it has used."""
        if not self.pid:
            return float("nan")
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Tab:
    """A page with the bytes that come and go over its socket."""

    page: Page
    bytes_seen: list[int] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> Tab:
        """Count the socket's frames from now on."""
        session = context.new_cdp_session(self.page)
        session.send("Network.enable")
        for event in ("Network.webSocketFrameReceived", "Network.webSocketFrameSent"):
            session.on(event, lambda frame: self.bytes_seen.append(size_of(frame["response"])))
        return self


def size_of(frame: dict[str, Any]) -> int:
    """Bytes of a frame: Chromium gives binary ones in base64."""
    return len(base64.b64decode(frame["payloadData"])) if frame["opcode"] == 2 else len(frame["payloadData"].encode())


@contextlib.contextmanager
def served(project: Path) -> Iterator[Server]:
    """The pages of a project, warm: the first painting has been seen."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen([*command, "--", str(project)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                break
            time.sleep(0.2)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(20)


def opened(page: Page, server: Server, name: str = "coverage", **address: object) -> float:
    """Seconds from asking for a page to its painted map."""
    query = "&".join(f"{key}={value}" for key, value in {"page": name, "lang": "zh", "by": "community", **address}.items())
    started = time.monotonic()
    page.goto(f"{server.url}/?{query}")
    page.wait_for_function("window.__planner?.paintedUnits > 0", timeout=WAIT_MS)
    return time.monotonic() - started


def settled(page: Page) -> None:
    """Wait until Streamlit has run and drawn."""
    page.wait_for_function(SETTLED, timeout=WAIT_MS)


def minutes_moved(page: Page, arrow: str) -> float:
    """Seconds from the slider let go to the map and the headline of the new minutes."""
    settled(page)
    before = page.evaluate("[window.__planner.mapVersion, window.__planner.settings.minutes]")
    share = page.locator(".st-key-headline_share [data-testid=stMetricValue]").inner_text()
    page.locator(".st-key-minutes input[type=range], .st-key-minutes [role=slider]").first.focus()
    started = time.monotonic()
    page.keyboard.press(arrow)
    page.wait_for_function("a => window.__planner.mapVersion > a[0] && window.__planner.settings.minutes !== a[1]", arg=before,
                           timeout=WAIT_MS)
    page.wait_for_function("s => document.querySelector('.st-key-headline_share [data-testid=stMetricValue]').innerText !== s", arg=share,
                           timeout=WAIT_MS)
    return time.monotonic() - started


def unit_clicked(page: Page, seed: int) -> float:
    """Seconds from a click on a unit to its details beside the map."""
    settled(page)
    code, at = page.evaluate("""seed => { const p = window.__planner, codes = Object.keys(p.classes);
      for (let k = 0; k < codes.length; k += 1) { const code = codes[(seed * 7919 + k * 131) % codes.length], at = p.pointOf(code);
        const hit = at && document.elementFromPoint(at[0], at[1]);
        if (hit?.closest('[data-testid=map]') && !hit.closest('[data-testid^=map-], button') && code !== p.selectedUnit)
          return [code, at]; }
      return [null, [0, 0]] }""", seed)
    started = time.monotonic()
    page.mouse.click(*at)
    page.wait_for_function("c => document.querySelector('.st-key-unit_details')?.innerText.includes(c)", arg=code, timeout=WAIT_MS)
    return time.monotonic() - started


def site_added(page: Page, seed: int) -> float:
    """Seconds from a click that adds a site to the map and the numbers with it; the page must be in the mode `add`."""
    settled(page)
    count, gained = page.evaluate("[window.__planner.sites.length, document.querySelector('.st-key-gained_people').innerText]")
    box = page.locator("[data-testid=map]").bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
    spot = box["x"] + box["width"] * (0.3 + 0.05 * seed), box["y"] + box["height"] * (0.35 + 0.04 * seed)
    started = time.monotonic()
    page.mouse.click(*spot)
    page.wait_for_function("n => window.__planner.sites.length === n", arg=count + 1, timeout=WAIT_MS)
    page.wait_for_function("g => document.querySelector('.st-key-gained_people').innerText !== g", arg=gained, timeout=WAIT_MS)
    return time.monotonic() - started


def rounds(server: Server, name: str, count: int, act: Callable[[int], float], limit_s: float,
           sizes: list[int] | None = None) -> None:
    """Tell the median of some rounds, the server's CPU and the socket's bytes of each."""
    seconds, cpu, sent = [], [], []
    for k in range(count):
        spent, heard = server.cpu_s(), len(sizes or [])
        seconds.append(act(k))
        time.sleep(0.4)
        cpu.append(server.cpu_s() - spent)
        sent.append(sum((sizes or [])[heard:]))
    median = statistics.median(seconds)
    socket_kb = f", {statistics.median(sent) / 1024:.1f} KB over the socket" if sizes is not None else ""
    told = f"{name:42} {median:6.2f} s (limit {limit_s:g}; {min(seconds):.2f} to {max(seconds):.2f})"
    print(f"{told}, server CPU {statistics.median(cpu):.2f} s"
          f"{socket_kb}", flush=True)


def crowd(browser: Browser, server: Server, people: int) -> None:
    """So many people, one interaction each in every ten seconds, three times: the 95th percentile of what they wait for."""
    tabs = []
    for _ in range(people):
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        page = context.new_page()
        opened(page, server)
        settled(page)
        tabs.append(page)
    waits, cpu, begun = [], server.cpu_s(), time.monotonic()
    for turn in range(3):
        for k, page in enumerate(tabs):
            due = begun + (turn + k / people) * EVERY_S
            time.sleep(max(0.0, due - time.monotonic()))
            late = max(0.0, time.monotonic() - due)  # who waits for the one before waits too
            act = unit_clicked(page, 100 * turn + k) if (turn + k) % 2 else minutes_moved(page, "ArrowRight" if turn % 2 else "ArrowLeft")
            waits.append(late + act)
    p95 = statistics.quantiles(waits, n=20)[-1]
    print(f"{people} people, one act each per {EVERY_S:g} s: p95 {p95:.2f} s (limit 2), median {statistics.median(waits):.2f} s, "
          f"server CPU {(server.cpu_s() - cpu) / len(waits):.2f} s an act", flush=True)
    for page in tabs:
        page.context.close()


def measure(browser: Browser, server: Server, count: int, people: int, only: str) -> None:
    """All figures."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    tab = Tab(context.new_page()).listen(context)
    page = tab.page
    print(f"first page of a server that just began: {opened(page, server):.1f} s; load {os.getloadavg()[0]:.1f}", flush=True)
    settled(page)
    wanted: dict[str, Callable[[], None]] = {
        "warm": lambda: rounds(server, "warm first paint", count, lambda _: opened(page, server), 2.0),
        "cold": lambda: rounds(server, "cold browser, warm server", count, lambda _: _fresh(browser, server), 4.0),
        "minutes": lambda: rounds(server, "minutes let go to map and numbers", count,
                                  lambda k: minutes_moved(page, "ArrowRight" if k % 2 else "ArrowLeft"), 0.6, tab.bytes_seen),
        "click": lambda: rounds(server, "click to details", count, lambda k: unit_clicked(page, k), 0.5, tab.bytes_seen),
        "reruns": lambda: _reruns(page),
        "sites": lambda: _sites(page, server, count, tab),
        "people": lambda: crowd(browser, server, people)}
    for name, act in wanted.items():
        if re.search(only, name):
            if name in ("minutes", "click", "reruns"):
                opened(page, server)
                settled(page)
            act()
    print(f"load at the end {os.getloadavg()[0]:.1f}")


def _fresh(browser: Browser, server: Server) -> float:
    """The first painting in a browser that remembers nothing."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    seconds = opened(context.new_page(), server)
    context.close()
    return seconds


def _reruns(page: Page) -> None:
    """Twenty reruns: the map must be the same element with the same view."""
    page.evaluate("document.querySelector('[data-testid=map]').__mark = 1")
    view = page.evaluate("window.__planner.view")
    for k in range(RERUNS):
        minutes_moved(page, "ArrowRight" if k % 2 else "ArrowLeft")
    same = page.evaluate("document.querySelector('[data-testid=map]').__mark === 1") and page.evaluate("window.__planner.view") == view
    print(f"{RERUNS} reruns: {'the same map, the same view' if same else 'THE MAP WAS MADE ANEW'}", flush=True)


def _sites(page: Page, server: Server, count: int, tab: Tab) -> None:
    """Sites added on the scenarios page, where there is one."""
    opened(page, server, "scenarios")
    settled(page)
    page.locator(".st-key-add_site label").first.click()
    page.wait_for_function("window.__planner.settings.mode === 'add'", timeout=WAIT_MS)
    rounds(server, "a site added to map and numbers", count, lambda k: site_added(page, k), 1.0, tab.bytes_seen)


def main() -> None:
    """Serve, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--only", default="", help="a pattern of warm, cold, minutes, click, reruns, sites, people")
    parser.add_argument("--url", default="", help="a server that runs already")
    parser.add_argument("--pid", type=int, default=0, help="its process, for CPU seconds")
    said = parser.parse_args()
    place = contextlib.nullcontext(Server(said.url, said.pid)) if said.url else served(said.project)
    with place as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=CALM)
        measure(browser, server, said.rounds, said.people, said.only)
        browser.close()


if __name__ == "__main__":
    main()
