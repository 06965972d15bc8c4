"""`planner serve`: which file it runs, with which settings, and what it refuses."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import serve
from planner.passwords import fits, hashed


def test_entry_is_the_checkouts_app_with_its_settings() -> None:
    app, settings = serve.entry()
    assert app.name == "app.py" and app.is_file()
    assert tomllib.loads(settings.read_text(encoding="utf-8"))["browser"]["gatherUsageStats"] is False


def test_settings_keep_to_this_machine_and_tell_nobody() -> None:
    words = serve.flags(tomllib.loads(serve.entry()[1].read_text(encoding="utf-8")), host="127.0.0.1", port=8600)
    options = dict(zip(words[::2], words[1::2], strict=True))
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.port"] == "8600"
    assert options["--browser.gatherUsageStats"] == "false"
    assert options["--client.showErrorDetails"] == "none"
    assert options["--server.fileWatcherType"] == "none"
    assert options["--server.headless"] == "true"


def test_host_given_wins_over_the_settings_file() -> None:
    words = serve.flags({"server": {"address": "127.0.0.1"}}, host="10.1.2.3", port=1)
    assert words.count("--server.address") == 1
    assert words[words.index("--server.address") + 1] == "10.1.2.3"


def test_streamlit_gets_app_settings_and_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run: list[list[str]] = []
    monkeypatch.setattr("runpy.run_module", lambda name, **_: run.append([*sys.argv, name]))
    monkeypatch.setattr("planner.plan.project.read_project", lambda place: None)
    monkeypatch.setattr(sys, "argv", ["planner"])
    done = CliRunner().invoke(serve.command, [str(tmp_path), "--port", "8700", "--no-browser", "--lang", "en"])
    assert done.exit_code == 0, done.output
    (words,) = run
    assert words[:2] == ["streamlit", "run"] and Path(words[2]).name == "app.py"
    assert words[-3:] == ["--", str(tmp_path.resolve()), "streamlit"]
    assert "http://127.0.0.1:8700" in done.stderr


def test_no_project_there_is_one_line_and_exit_1(tmp_path: Path) -> None:
    done = CliRunner().invoke(serve.command, [str(tmp_path / "nowhere"), "--no-browser"])
    assert done.exit_code == 1
    assert "nowhere" in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_ports_that_are_none_are_wrong_usage(port: str) -> None:
    assert CliRunner().invoke(serve.command, ["--port", port]).exit_code == 2


def test_a_password_is_asked_for_and_only_its_hash_is_told() -> None:
    done = CliRunner().invoke(serve.command, ["--hash-password", "--quiet"], input="长口令一二三\n长口令一二三\n")
    assert done.exit_code == 0
    line = next(line for line in done.stdout.splitlines() if line.startswith("PLANNER_PASSWORD_HASH="))
    assert fits("长口令一二三", line.partition("=")[2]) and "长口令" not in done.stdout


def test_listening_to_all_without_a_password_is_remarked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve.runpy, "run_module", lambda *_, **__: None)
    monkeypatch.setattr(sys, "argv", ["planner"])
    monkeypatch.delenv("PLANNER_PASSWORD_HASH", raising=False)
    words = ["--no-browser", "--lang", "en"]
    assert "no password" not in CliRunner().invoke(serve.command, words).stderr
    assert "no password" in CliRunner().invoke(serve.command, [*words, "--host", "0.0.0.0"]).stderr
    monkeypatch.setenv("PLANNER_PASSWORD_HASH", hashed("x"))
    assert "no password" not in CliRunner().invoke(serve.command, [*words, "--host", "0.0.0.0"]).stderr
    monkeypatch.setenv("PLANNER_PASSWORD_HASH", "plain")
    wrong = CliRunner().invoke(serve.command, words)
    assert wrong.exit_code == 1 and "PLANNER_PASSWORD_HASH" in wrong.stderr
