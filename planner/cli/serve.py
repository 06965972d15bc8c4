"""`planner serve`: the map pages in a browser, the same as `streamlit run app.py`."""

from __future__ import annotations

import os
import runpy
import sys
import threading
import time
import tomllib
import urllib.request
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from planner.cli.common import command_options, note
from planner.errors import InputError
from planner.folders import faults_file
from planner.i18n import t
from planner.passwords import VARIABLE, fits, hashed

HOST, PORT = "127.0.0.1", 8501
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANSWER_S = 60.0
"""How long the browser waits for the server's first answer before it is left to the person."""


def entry() -> tuple[Path, Path]:
    """app.py and the settings beside it: of the checkout, or those that a wheel carries."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_bundled", package.parent):
        if (folder / "app.py").is_file():
            return folder / "app.py", folder / ".streamlit" / "config.toml"
    raise InputError("serve_app_missing", folder=package)


def flags(settings: Mapping[str, Any], *, host: str, port: int) -> list[str]:
    """Streamlit's options as words of its command line: our settings file, then host and port; the browser is opened by us."""
    words = {f"{table}.{key}": value for table, values in settings.items() for key, value in values.items()}
    words |= {"server.address": host, "server.port": port, "server.headless": True, "logger.hideWelcomeMessage": True}
    return [word for name, value in words.items() for word in (f"--{name}", str(value).lower() if isinstance(value, bool) else str(value))]


def _open_browser(url: str) -> None:
    """Open the page once the server answers."""
    end = time.monotonic() + ANSWER_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310 - our own server, http by construction
                webbrowser.open(url)
                return
        except OSError:
            time.sleep(0.2)


def _print_hash(lang: str, quiet: bool) -> None:
    """Ask for a password twice and print the line that an administrator sets."""
    password = click.prompt(t("entrance.ask", lang), hide_input=True, confirmation_prompt=t("entrance.again", lang), err=True)
    note(t("entrance.hash", lang), quiet)
    click.echo(f"{VARIABLE}={hashed(password)}")


@click.command("serve")
@click.argument("project", required=False)
@click.option("--host", default=HOST, show_default=True, help="address to listen on / 监听地址")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="port / 端口")
@click.option("--no-browser", is_flag=True, help="do not open a browser / 不自动打开浏览器")
@click.option("--hash-password", is_flag=True, help="ask for a password and print its hash for PLANNER_PASSWORD_HASH / 生成口令散列")
@command_options
def command(project: str | None, host: str, port: int, no_browser: bool, hash_password: bool, lang: str, quiet: bool) -> None:
    """Serve the map pages / 启动地图页面. PROJECT: a project folder or its planner.toml; left out, the demonstration city."""
    from planner.plan.project import read_project

    if hash_password:
        _print_hash(lang, quiet)
        return
    kept = os.environ.get(VARIABLE, "").strip()
    if kept:
        fits("", kept)  # a hash that cannot be used is said at once, in the console
    if project is not None:
        read_project(Path(project))  # a project that is not there is said at once, in the console
    app, settings = entry()
    words = flags(tomllib.loads(settings.read_text(encoding="utf-8")) if settings.is_file() else {}, host=host, port=port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - a person asked to listen everywhere
    url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    note(t("ui.serving", lang, url=url), quiet)
    note(t("entrance.faults", lang, path=faults_file()), quiet)
    if host not in LOOPBACK and not kept:
        note(t("entrance.open_to_all", lang, host=host), quiet)
    if not no_browser:
        threading.Thread(target=_open_browser, args=(url,), daemon=True).start()
    sys.argv = ["streamlit", "run", str(app), *words, "--", *([str(Path(project).resolve())] if project else [])]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)  # as `python -m streamlit run app.py` does
