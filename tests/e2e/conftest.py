"""The pages served as a planner serves them, and a browser without a network."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = re.compile(r"(http|ws)://127\.0\.0\.1[:/]|data:|blob:|about:|file:")
CALM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]
SETTLED = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
             && !document.querySelector('[data-testid=stSkeleton]')"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(host: str, port: int) -> bool:
    """Whether a server of ours answers there."""
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(f"http://{host}:{port}/_stcore/health", timeout=2).status == 200)
    return False


@dataclass
class Server:
    """A server that runs: its address, the seconds until it answered."""

    url: str
    port: int
    boot_s: float

    def answers_at(self, host: str) -> bool:
        """Whether it can be reached under another address of this machine."""
        return answers(host, self.port)


@contextlib.contextmanager
def serving(command: list[str], port: int, folder: Path) -> Iterator[Server]:
    """Run a server until it answers; end it by its own handle."""
    log = folder / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUTF8": "1"})
    started = time.monotonic()
    try:
        while not answers("127.0.0.1", port):
            assert process.poll() is None, log.read_text(encoding="utf-8")[-800:]
            assert time.monotonic() - started < 30, "the server does not answer"
            time.sleep(0.05)
        yield Server(f"http://127.0.0.1:{port}", port, time.monotonic() - started)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run app.py` on the demonstration city."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    with serving(command, port, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """Headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api") if os.environ.get("PLANNER_REQUIRE_ALL") != "1" else __import__(
        "playwright.sync_api", fromlist=["sync_playwright"])
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, headless=True, args=CALM)
        yield running
        running.close()


@dataclass
class View:
    """A tab on the pages, driven by the names of docs/ui.md."""

    page: Any
    url: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, **address: object) -> View:
        """Open an address and wait for the page, and for its map where it has one."""
        self.page.goto(f"{self.url}/?" + "&".join(f"{key}={value}" for key, value in address.items()))
        self.page.wait_for_selector(f".st-key-page_{address.get('page', 'coverage')}")
        if address.get("page", "coverage") == "coverage":
            self.page.wait_for_function("window.__planner?.mapVersion > 0", timeout=60_000)
        return self.settle()

    def settle(self) -> View:
        """Wait until Streamlit has run and drawn."""
        self.page.wait_for_function(SETTLED)
        return self

    def state(self) -> dict[str, Any]:
        """What the map says of itself."""
        return dict(self.page.evaluate("JSON.parse(JSON.stringify(window.__planner))"))

    def until(self, condition: str, arg: object = None) -> dict[str, Any]:
        """Wait for a condition on the map's state `p`, then for the page."""
        self.page.wait_for_function(f"arg => {{ const p = window.__planner; return p && ({condition}) }}", arg=arg)
        self.settle()
        return self.state()

    def text(self, key: str) -> str:
        """The text of a read-out."""
        value = self.page.locator(f".st-key-{key} [data-testid=stMetricValue]")
        return str((value if value.count() else self.page.locator(f".st-key-{key}")).first.inner_text())

    def download(self, key: str, folder: Path) -> Path:
        """Click a download and keep its file."""
        with self.page.expect_download() as coming:
            self.page.locator(f".st-key-{key} button").first.click()
        path = folder / str(coming.value.suggested_filename)
        coming.value.save_as(path)
        return path


@pytest.fixture
def view(browser: Any, server: Server) -> Iterator[View]:
    """A fresh browser profile on a small screen. No page may ask beyond this machine or complain: checked when the test is over."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.set_default_timeout(20_000)
    seen = View(context.new_page(), server.url)
    context.on("request", lambda request: None if HERE.match(request.url) else seen.outside.append(request.url))
    context.on("response", lambda response: seen.errors.append(f"{response.status} {response.url}") if response.status >= 400 else None)
    context.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    yield seen
    context.close()
    assert not seen.outside
    assert not seen.errors
