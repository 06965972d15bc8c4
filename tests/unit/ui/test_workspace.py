"""The projects that a server shows, and who may open what."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.plan.project import bundled_folder, read_project
from planner.ui import workspace

CONFIG = '[project]\nid = "from-afar"\n'


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that has just begun."""
    monkeypatch.setattr(workspace, "_opened", {})
    monkeypatch.delenv(workspace.ROOT, raising=False)
    workspace.clear()
    yield
    workspace.clear()


def archive(**files: str) -> bytes:
    """A zip archive of a project."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as box:
        for name, text in {"planner.toml": CONFIG, **files}.items():
            box.writestr(f"city/{name}", text)
    return stream.getvalue()


def project(folder: Path) -> Path:
    """A project that can be opened."""
    folder.mkdir()
    (folder / "planner.toml").write_text(CONFIG, encoding="utf-8")
    return folder


def test_the_demo_opens_by_default_and_a_named_project_before_it(tmp_path: Path) -> None:
    demo = str(bundled_folder())
    assert workspace.listed([]) == [demo]
    named = str(tmp_path / "city")
    assert workspace.listed(["--server.port", named + "/planner.toml"][1:]) == [named, demo]


def test_a_folder_is_opened_by_path_where_that_is_allowed(tmp_path: Path) -> None:
    place = project(tmp_path / "city")
    with pytest.raises(InputError, match="open_not_here"):
        workspace.open_folder(str(place), anywhere=False)
    assert workspace.open_folder(f' "{place / "planner.toml"}" ', anywhere=True) == str(place)
    assert workspace.listed([])[-1] == str(place)
    for typed, code in (("  ", "open_no_folder"), (str(tmp_path / "nothing"), "project_missing")):
        with pytest.raises(InputError, match=code):
            workspace.open_folder(typed, anywhere=True)


def test_a_servers_folder_is_all_that_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "root").mkdir()
    inside, outside = project(tmp_path / "root" / "a"), project(tmp_path / "b")
    monkeypatch.setenv(workspace.ROOT, str(tmp_path / "root"))
    assert workspace.listed([])[0] == str(inside)
    assert workspace.open_folder(str(inside), anywhere=True) == str(inside)
    for typed in (outside, tmp_path / "root" / ".." / "b"):
        with pytest.raises(InputError, match="open_not_here"):
            workspace.open_folder(str(typed), anywhere=True)


def test_an_uploaded_project_is_found_by_its_name_alone_and_goes_with_the_server() -> None:
    place = workspace.take_in(archive())
    name = Path(place).name
    assert name.startswith(workspace.OWN) and len(name) >= len(workspace.OWN) + 16
    assert workspace.own(name) == place and workspace.is_own(place) and place not in workspace.listed([])
    assert workspace.own(workspace.OWN + "guessed") is None and workspace.own("../x") is None
    assert workspace.plain_name(place) == "from-afar"
    workspace.clear()
    assert not Path(place).exists() and workspace.own(name) is None


def test_what_nobody_uses_makes_room_and_what_is_used_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "OWN_MOST", 2)
    now = [0.0]
    monkeypatch.setattr(workspace.time, "monotonic", lambda: now[0])
    first, second = workspace.take_in(archive()), workspace.take_in(archive())
    with pytest.raises(InputError, match="own_full"):
        workspace.take_in(archive())
    now[0] = workspace.BUSY_S + 1
    assert workspace.own(Path(first).name) == first  # somebody is at the first
    third = workspace.take_in(archive())
    assert [Path(place).exists() for place in (first, second, third)] == [True, False, True]
    now[0] += workspace.OWN_HOURS * 3600 + 1
    workspace.take_in(archive())
    assert not Path(first).exists() and not Path(third).exists()


def test_a_new_project_and_a_copy_of_the_demo_are_ones_own() -> None:
    new = workspace.begin("新项目", "zh")
    assert read_project(Path(new)).name == {"zh": "新项目", "en": "新项目"}
    copy = workspace.copy_demo()
    assert workspace.is_own(copy) and not workspace.is_demo(copy) and workspace.is_demo(str(bundled_folder()))
