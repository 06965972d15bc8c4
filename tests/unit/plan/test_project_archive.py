"""Archives of projects: taken apart without harm, and put together so that they can be taken apart again."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.plan import project_archive
from planner.plan.project_archive import pack_project, unpack_project

CONFIG = b'[project]\nid = "x"\n'


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Path]:
    """A zip archive of these members."""

    def write(*members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
        path = tmp_path / "project.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
            for name, data in members:
                box.writestr(name, data)
        return path

    return write


def test_what_lies_beside_and_below_planner_toml_is_unpacked(archive: Callable[..., Path], tmp_path: Path) -> None:
    no_part = (("readme.txt", b"x"), ("__MACOSX/._x", b"x"))
    file = archive(("city/planner.toml", CONFIG), ("city/facilities/a.csv", b"id\n"), *no_part)
    unpack_project(file, tmp_path / "out")
    assert sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")) == [
        "facilities/a.csv", "planner.toml"]
    assert (tmp_path / "out" / "planner.toml").read_bytes() == CONFIG


@pytest.mark.parametrize("name", ["../planner.toml", "/planner.toml", "a/../../b.csv", "C:/x.csv", "..\\x.csv", "n" * 300])
def test_names_that_leave_the_folder_are_refused_and_nothing_is_written(archive: Callable[..., Path], tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as refused:
        unpack_project(archive(("planner.toml", CONFIG), (name, b"x")), tmp_path / "out")
    assert refused.value.code == "archive_unsafe_name"
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project.zip"]


def test_links_are_refused(archive: Callable[..., Path], tmp_path: Path) -> None:
    link = zipfile.ZipInfo("data.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(InputError, match="archive_unsafe_name"):
        unpack_project(archive(("planner.toml", CONFIG), (link, b"/etc/passwd")), tmp_path / "out")


def test_chinese_windows_names_are_read_as_they_were_meant(archive: Callable[..., Path], tmp_path: Path) -> None:
    file = archive(("planner.toml", CONFIG), ("abcdefgh.csv", b"id\n"))
    file.write_bytes(file.read_bytes().replace(b"abcdefgh", "设施台账".encode("gb18030")))  # as Windows packs: no word of the encoding
    unpack_project(file, tmp_path / "out")
    assert (tmp_path / "out" / "设施台账.csv").exists()


def test_no_project_several_projects_and_no_zip_are_said(archive: Callable[..., Path], tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    def code(file: Path) -> str:
        with pytest.raises(InputError) as refused:
            unpack_project(file, tmp_path / "out")
        assert not (tmp_path / "out").exists()
        return refused.value.code

    assert code(archive(("a.csv", b"x"))) == "archive_no_project"
    assert code(archive(("a/planner.toml", CONFIG), ("b/planner.toml", CONFIG))) == "archive_several_projects"
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 not an archive")
    assert code(broken) == "archive_refused"
    text = tmp_path / "text.zip"
    text.write_bytes(b"hello")
    assert code(text) == "archive_refused"
    monkeypatch.setattr(project_archive, "MEMBERS_LIMIT", 1)
    assert code(archive(("planner.toml", CONFIG), ("a.csv", b"x"))) == "archive_too_many"


def test_a_bomb_is_refused_by_its_declared_size(archive: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        unpack_project(archive(("planner.toml", CONFIG), ("zeros.csv", b"\0" * 61_000_000)), tmp_path / "out")
    assert refused.value.code == "archive_refused"
    assert refused.value.params["issue"].code == "file_unsafe"  # type: ignore[union-attr, attr-defined]


def test_encrypted_members_are_said(archive: Callable[..., Path], tmp_path: Path) -> None:
    file = archive(("planner.toml", CONFIG), ("a.csv", b"x"))
    data = bytearray(file.read_bytes())
    place = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)  # the second entry of the directory
    data[place + 8] |= 1
    file.write_bytes(bytes(data))
    with pytest.raises(InputError, match="archive_encrypted"):
        unpack_project(file, tmp_path / "out")


def test_packing_and_unpacking_is_the_same_folder(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    for name, text in (("planner.toml", "[project]\n"), ("facilities/台账.csv", "id\n1\n"), (".planner/scenarios/a.json", "{}")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".planner" / "lock").write_text("held", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "elsewhere")
    packed = pack_project(folder, "our-city")
    assert {name.split("/")[0] for name in zipfile.ZipFile(io.BytesIO(packed)).namelist()} == {"our-city"}
    (tmp_path / "packed.zip").write_bytes(packed)
    unpack_project(tmp_path / "packed.zip", tmp_path / "again")
    files = {path.relative_to(tmp_path / "again").as_posix(): path.read_text(encoding="utf-8")
             for path in (tmp_path / "again").rglob("*") if path.is_file()}
    assert files == {"planner.toml": "[project]\n", "facilities/台账.csv": "id\n1\n", ".planner/scenarios/a.json": "{}"}
