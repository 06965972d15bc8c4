"""A project as one zip archive: taken apart into a folder of its own without harm, and put together again.

An archive from outside is looked at before anything is written: how large it will be, whether every name stays inside the folder, whether
it has links or a password. Names that Windows wrote in its own Chinese encoding are read as they were meant.
"""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from planner.errors import InputError
from planner.inputs.files import UnusableFileError, safe
from planner.plan.config import CONFIG_FILE
from planner.plan.locks import FILE as LOCK_FILE
from planner.plan.store import WRITING
from planner.quality import Issue

MEMBERS_LIMIT = 5_000
"""Files in one archive; a project of a city has some dozens."""
NAME_LIMIT = 200
"""Characters of one part of a path: what file systems take."""
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_LEFT_OUT = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", "__pycache__")


def unpack_project(archive: Path, folder: Path) -> None:
    """The project in a zip archive, written to a folder that is made for it: what lies beside and below its planner.toml.

    Raises InputError: archive_refused (no sound zip, or one that unpacks to far more than its size), archive_encrypted,
    archive_unsafe_name, archive_too_many, archive_no_project, archive_several_projects. Then nothing is left behind.
    """
    try:
        safe(archive)
        with zipfile.ZipFile(archive) as box:
            wanted = _wanted(box)
            try:
                _write(box, wanted, folder)
            except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
                shutil.rmtree(folder, ignore_errors=True)
                raise _refused(UnusableFileError("file_unreadable")) from error
    except zipfile.BadZipFile as error:
        raise _refused(UnusableFileError("file_unreadable")) from error
    except UnusableFileError as error:
        raise _refused(error) from error


def _refused(error: UnusableFileError) -> InputError:
    """What the reader of files says of an archive, as an error of its own."""
    issue = Issue(error.code, "blocking", "", value=error.value, sentence=error.sentence, params=dict(error.params))
    return InputError("archive_refused", issue=issue)


def _wanted(box: zipfile.ZipFile) -> Mapping[PurePosixPath, zipfile.ZipInfo]:
    """The members of the project by their path under its folder, every one of them looked at."""
    members = [info for info in box.infolist() if not info.is_dir()]
    if len(members) > MEMBERS_LIMIT:
        raise InputError("archive_too_many", count=len(members), limit=MEMBERS_LIMIT)
    found: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for info in members:
        path = _path(info)
        if any(part in _LEFT_OUT for part in path.parts):
            continue
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise InputError("archive_encrypted", name=str(path))
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputError("archive_unsafe_name", name=str(path))
        found[path] = info
    homes = sorted((path.parent for path in found if path.name == CONFIG_FILE), key=lambda home: len(home.parts))
    if not homes:
        raise InputError("archive_no_project")
    home = homes[0]
    if sum(1 for other in homes if len(other.parts) == len(home.parts)) > 1:
        raise InputError("archive_several_projects", count=len(homes))
    return {path.relative_to(home): info for path, info in found.items() if path.is_relative_to(home)}


def _path(info: zipfile.ZipInfo) -> PurePosixPath:
    """A member's path. Raises InputError (archive_unsafe_name) for one that would leave the folder or that no file system takes."""
    name = _name(info).replace("\\", "/")
    path = PurePosixPath(name)
    parts = [part for part in name.split("/") if part not in ("", ".")]
    odd = any(part == ".." or ":" in part or "\0" in part or len(part) > NAME_LIMIT for part in parts)
    if path.is_absolute() or odd or not parts:
        raise InputError("archive_unsafe_name", name=name[:NAME_LIMIT])
    return PurePosixPath(*parts)


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name: as UTF-8 where the archive says or shows it, else as Chinese Windows writes it (GB 18030)."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _write(box: zipfile.ZipFile, wanted: Mapping[PurePosixPath, zipfile.ZipInfo], folder: Path) -> None:
    """Unpack the members."""
    folder.mkdir(parents=True)
    for path, info in wanted.items():
        target = folder.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with box.open(info) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)


def pack_project(folder: Path, name: str = "") -> bytes:
    """A project folder as a zip archive, with what people have saved in it; links and files that are being written stay out.

    name : of the folder in the archive, else its own.
    """
    top = PurePosixPath(name or folder.resolve().name)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as box:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            left_out = path.is_symlink() or any(part in _LEFT_OUT or part.startswith(WRITING) for part in inside.parts)
            if path.is_file() and not left_out and path.name != LOCK_FILE:
                box.write(path, (top / inside.as_posix()).as_posix())
    return stream.getvalue()
