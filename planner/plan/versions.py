"""Named things of a project with every version they have had: written once, hashed, never overwritten, so that any change can be undone.

Each thing is a folder, each version of it a file with its number. A version is made whole beside its place and then linked there in one
step, which fails where the number is taken: whoever comes second is told, and no kill at any moment leaves half a version. A deletion is
a version without a body; an undo is a new version with the content of an earlier one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.plan.locks import ASIDE, Lock, is_alive, person
from planner.plan.store import WRITING, file_name, state_folder, write_once

SCHEMA = "planner.version/1"
WAIT_S = 5.0
"""A save waits so long for another one that is under way."""
_SUFFIX = ".json"
_DIGITS = 6


class ChangedError(Exception):
    """Another version stands there than the one that was to be replaced: its number (0: none), by whom and when it was saved."""

    def __init__(self, version: int, by: str, saved: str) -> None:
        super().__init__(version, by, saved)
        self.version, self.by, self.saved = version, by, saved


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a thing. body : its content, None where it was deleted. state : the version whose content this is (its own number,
    or of an undo the earlier one); parent : the state before that, 0 for none."""

    name: str
    number: int
    state: int
    parent: int
    body: Mapping[str, Any] | None
    saved: str
    by: str
    file: str


def lock(project: Path, kind: str, name: str, *, wait_s: float = 0.0) -> Lock:
    """The lock of a thing; see planner.plan.locks."""
    return Lock(_folder(project, kind, name), name, wait_s=wait_s)


def load(project: Path, kind: str, name: str) -> Version | None:
    """The newest version of a thing; None where there never was one. Raises InputError (store_broken) where its file is damaged."""
    numbers = _numbers(_folder(project, kind, name))
    return _read(_folder(project, kind, name), numbers[-1], name) if numbers else None


def history(project: Path, kind: str, name: str) -> list[Version]:
    """All versions of a thing, the oldest first. Raises InputError (store_broken)."""
    folder = _folder(project, kind, name)
    return [_read(folder, number, name) for number in _numbers(folder)]


def load_all(project: Path, kind: str) -> list[Version]:
    """The newest version of each thing of a kind. Raises InputError (store_broken)."""
    root = state_folder(project, kind)
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return [_read(folder, numbers[-1], _name_in(folder, numbers)) for folder in folders
            if folder.is_dir() and (numbers := _numbers(folder))]


def _name_in(folder: Path, numbers: list[int]) -> str | None:
    """What a thing is called, by its first version that says so soundly: what is damaged can then be told by its name."""
    for number in numbers:
        try:
            return _read(folder, number, None).name
        except InputError:
            continue
    return None


def save(project: Path, kind: str, name: str, body: Mapping[str, Any] | None, *, over: int, now: dt.datetime) -> Version:
    """Keeps a new version of a thing.

    over : the number of the version that it replaces, 0 where there is none (or a deleted one). Raises ChangedError where another stands
    there, and InputError: store_locked, store_broken.
    """
    with lock(project, kind, name, wait_s=WAIT_S):
        newest = load(project, kind, name)
        standing = 0 if newest is None or newest.body is None else newest.number
        if newest is not None and standing != over:
            raise ChangedError(standing, newest.by, newest.saved)
        if newest is None and over:
            raise ChangedError(0, "", "")
        number = 1 if newest is None else newest.number + 1
        return _write(project, kind, Version(name, number, number, 0 if newest is None else newest.state, body,
                                             now.isoformat(timespec="seconds"), person(), _file(number)))


def undo(project: Path, kind: str, name: str, *, now: dt.datetime) -> Version | None:
    """Goes back to the state before the present one, as a new version; None where there is none before.

    A newest version whose file is damaged is left behind for the last one that is whole. Raises ChangedError, InputError (store_locked).
    """
    folder = _folder(project, kind, name)
    with lock(project, kind, name, wait_s=WAIT_S):
        numbers = _numbers(folder)
        whole = [number for number in numbers if _is_whole(folder, number, name)]
        if not whole:
            return None
        newest = _read(folder, whole[-1], name)
        if whole[-1] != numbers[-1]:
            target = newest
        elif newest.parent == 0 or newest.parent not in whole:
            return None
        else:
            target = _read(folder, newest.parent, name)
        number = numbers[-1] + 1
        return _write(project, kind, Version(name, number, target.state, target.parent, target.body, now.isoformat(timespec="seconds"),
                                             person(), _file(number)))


def _folder(project: Path, kind: str, name: str) -> Path:
    """Where the versions of a thing stand."""
    return state_folder(project, kind) / file_name(name, "")


def _file(number: int) -> str:
    """The file of a version."""
    return f"{number:0{_DIGITS}d}{_SUFFIX}"


def _numbers(folder: Path) -> list[int]:
    """The numbers of a thing's versions, ascending. An empty file is a name that a killed process had reserved: no version."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.suffix == _SUFFIX and path.stem.isdigit()]
    return sorted(int(path.stem) for path in found if path.stat().st_size)


def _content(fields: Mapping[str, Any]) -> bytes:
    """A version's fields as the bytes that are hashed."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _write(project: Path, kind: str, version: Version) -> Version:
    """Writes a version, after the rests of killed processes are cleared away."""
    folder = _folder(project, kind, version.name)
    _clear(folder)
    fields = {key: getattr(version, key) for key in ("name", "number", "state", "parent", "body", "saved", "by")}
    digest = hashlib.sha256(_content(fields)).hexdigest()
    text = json.dumps({"schema": SCHEMA, "sha256": digest, "version": fields}, ensure_ascii=False, indent=1, allow_nan=False)
    reserved = folder / version.file
    if reserved.is_file() and reserved.stat().st_size == 0:
        reserved.unlink()
    if not write_once(reserved, (text + "\n").encode()):
        standing = _read(folder, version.number, version.name)
        raise ChangedError(standing.number, standing.by, standing.saved)
    return version


def _clear(folder: Path) -> None:
    """Removes files that processes which are gone had begun to write."""
    if not folder.is_dir():
        return
    for path in folder.glob(f"{WRITING}*"):
        pid = path.name[len(WRITING):].partition("-")[0]
        if pid.isdigit() and int(pid) != os.getpid() and not is_alive(int(pid)):
            path.unlink(missing_ok=True)
    for path in folder.glob(f"{ASIDE}*"):
        path.unlink(missing_ok=True)


def _read(folder: Path, number: int, name: str | None) -> Version:
    """A version, held against its hash and its place. Raises InputError (store_broken)."""
    path = folder / _file(number)
    try:
        written = json.loads(path.read_bytes())
        fields = written["version"]
        found = Version(**fields, file=path.name)
        agrees = hashlib.sha256(_content(fields)).hexdigest() == written["sha256"]
        sound = agrees and found.number == number and file_name(found.name, "") == folder.name and name in (None, found.name)
        if not sound or not (found.body is None or isinstance(found.body, dict)):
            raise ValueError("altered, or another's")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("store_broken", name=name or folder.name, file=f"{folder.name}/{path.name}") from error
    return found


def _is_whole(folder: Path, number: int, name: str) -> bool:
    """Whether a version can be read."""
    try:
        _read(folder, number, name)
    except InputError:
        return False
    return True
