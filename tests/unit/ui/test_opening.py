"""Projects in memory: opened once, again when a file changes, and never by the page's own thread."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.ui import opening, warming


@pytest.fixture(autouse=True)
def _no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test opens its projects anew."""
    monkeypatch.setattr(opening, "_openings", OrderedDict())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder, and reading that gives its name."""
    (tmp_path / "planner.toml").write_text("[project]\nid = 'x'\n", encoding="utf-8")
    monkeypatch.setattr(warming, "read", lambda known: f"city of {known.project}")
    monkeypatch.setattr(warming, "first_view", lambda known: None)
    monkeypatch.setattr(warming, "other_views", lambda known: None)
    yield tmp_path
    for thread in threading.enumerate():  # what is warmed after the page is ready is warmed before the patches go
        if thread.name == "opening":
            thread.join(10)


def test_a_project_is_opened_once(project: Path) -> None:
    first = opening.opening(str(project))
    assert first.ready.wait(10)
    assert first.city == f"city of {project}" and first.error is None
    assert opening.opening(str(project)) is first


def test_a_changed_file_opens_it_again(project: Path) -> None:
    first = opening.opening(str(project))
    assert first.ready.wait(10)
    (project / "planner.toml").write_text("[project]\nid = 'other'\n", encoding="utf-8")
    assert opening.opening(str(project)) is not first


def test_a_kept_position_opens_it_again(project: Path) -> None:
    first = opening.opening(str(project))
    assert first.ready.wait(10)
    (project / "positions.csv").write_text("layer,id,lon,lat\n", encoding="utf-8")
    assert opening.opening(str(project)) is not first


def test_an_error_is_kept_for_the_page(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_known: object) -> None:
        raise InputError("level_unknown", level="x", levels="y")

    monkeypatch.setattr(warming, "read", fail)
    known = opening.opening(str(project))
    assert known.ready.wait(10)
    assert isinstance(known.error, InputError) and known.city is None


def test_values_are_made_once_and_the_least_used_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "KEPT_COVERAGES", 2)
    known, made = opening.Opening("p", ()), []

    def value(name: str) -> str:
        return known.keep(name, lambda: made.append(name) or name)

    for name in ("a", "b", "a", "c", "a", "b"):
        assert value(name) == name
    assert made == ["a", "b", "c", "b"]
