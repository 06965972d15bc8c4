"""The projects a server shows: the one it was started with, the demonstration city, those of its folder of projects, and temporary ones.

A temporary project (uploaded, new, or a copy) lies in a folder of its own under a name that cannot be guessed. That name stands in the
address, so that a reload or a colleague with the link finds it and nobody else does. It goes when nobody has used it for a while, and with
the server.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from planner.errors import InputError
from planner.plan.config import CONFIG_FILE
from planner.plan.project import bundled_folder, read_project
from planner.plan.project_archive import unpack_project
from planner.quality import QualityReport

OWN = "own-"
"""What the names of temporary projects begin with."""
OWN_HOURS = 12
"""A temporary project that nobody has used for so long is deleted."""
OWN_MOST = 40
"""Temporary projects that a server keeps at once."""
BUSY_S = 3600.0
"""A project used within this time is never deleted to make room for another."""
LISTED_MOST = 200
ROOT = "PLANNER_PROJECTS"
"""The environment variable that names the folder whose projects a department server shows; no other folder is then opened."""

_guard = threading.Lock()
_place: list[Path] = []
"""The folder that this server's temporary projects lie in, once there is one."""
_used: dict[str, float] = {}
"""Name of a temporary project -> when it was last used (time.monotonic)."""
_opened: dict[str, None] = {}
"""Folders that were opened by their path, in order."""


def folder_of(project: str) -> Path:
    """The folder of a project that may be named by its planner.toml."""
    place = Path(project).absolute()
    return place.parent if place.suffix == ".toml" else place


def listed(arguments: Sequence[str]) -> list[str]:
    """The projects that every visitor sees: the one named at the start, those of the server's folder, the demo, those opened by path."""
    named = [str(folder_of(word)) for word in arguments if not word.startswith("-")][:1]
    return list(dict.fromkeys([*named, *_of_root(), str(bundled_folder()), *_opened]))


def is_demo(project: str) -> bool:
    """Whether a project is the bundled demonstration city, which nobody changes."""
    return Path(project).resolve() == bundled_folder().resolve()


def root() -> Path | None:
    """The server's folder of projects."""
    given = os.environ.get(ROOT, "").strip()
    return Path(given) if given else None


def _of_root() -> list[str]:
    """The projects in the server's folder, by name."""
    place = root()
    try:
        inside = [] if place is None else sorted(place.iterdir())
    except OSError:
        return []
    return [str(folder.absolute()) for folder in inside if (folder / CONFIG_FILE).is_file()][:LISTED_MOST]


def open_folder(typed: str, *, anywhere: bool) -> str:
    """A project opened by the path of its folder; from then on it is among those listed.

    anywhere : whether any folder of this machine may be opened, which a server for others does not allow. Raises InputError:
    open_no_folder, open_not_here, project_missing, project_blocked.
    """
    words = typed.strip().strip('"')
    if not words:
        raise InputError("open_no_folder")
    folder, place = folder_of(words).resolve(), root()
    inside = place is not None and folder.parent == place.resolve()
    if not inside and (place is not None or not anywhere):
        raise InputError("open_not_here")
    read_project(folder, report=QualityReport())
    if not is_demo(str(folder)):
        _opened[str(folder)] = None
    return str(folder)


# ---- temporary projects ----------------------------------------------------------------------------------------------
def take_in(archive: bytes) -> str:
    """A project out of an uploaded zip archive; its folder. Raises InputError as `unpack_project`, own_full."""
    folder = _room()
    with tempfile.TemporaryDirectory(prefix="planner-") as place:
        file = Path(place) / "project.zip"
        file.write_bytes(archive)
        unpack_project(file, folder)
    return _keep(folder)


def begin(name: str, lang: str) -> str:
    """An empty project of that name; its folder. Raises InputError (own_full)."""
    import datetime as dt

    from planner.plan.new import new_project

    folder = _room()
    new_project(folder, lang=lang, today=dt.date.today(), name=name)
    return _keep(folder)


def copy_demo() -> str:
    """A copy of the demonstration city; its folder. Raises InputError (own_full)."""
    from planner.plan import new

    folder = _room()
    new.copy_demo(folder, bundled_folder())
    return _keep(folder)


def own(name: str) -> str | None:
    """The folder of a temporary project by its name; None where there is none any more. Asking for it counts as using it."""
    with _guard:
        if name not in _used:
            return None
        _used[name] = time.monotonic()
        return str(_place[0] / name)


def is_own(project: str) -> bool:
    """Whether a folder is that of a temporary project."""
    return bool(_place) and Path(project).parent == _place[0]


def plain_name(project: str) -> str:
    """A name for a project's folder that tells no address: its folder's, or of a temporary project its id."""
    if not is_own(project):
        return Path(project).name
    try:
        return read_project(Path(project), report=QualityReport()).id
    except InputError:
        return "project"


def clear() -> None:
    """Delete all temporary projects: the server ends."""
    with _guard:
        for place in _place:
            shutil.rmtree(place, ignore_errors=True)
        _place.clear()
        _used.clear()


def _room() -> Path:
    """A folder that is still to be made for one more temporary project. Raises InputError (own_full)."""
    with _guard:
        if not _place:
            _place.append(Path(tempfile.mkdtemp(prefix="planner-projects-")).resolve())
        now = time.monotonic()
        oldest_first = sorted(_used, key=_used.__getitem__)
        gone = [name for name in oldest_first if now - _used[name] > OWN_HOURS * 3600]
        if len(_used) - len(gone) >= OWN_MOST:
            idle = [name for name in oldest_first if name not in gone and now - _used[name] > BUSY_S][:1]
            if not idle:
                raise InputError("own_full", limit=OWN_MOST)
            gone += idle
        for name in gone:
            del _used[name]
            shutil.rmtree(_place[0] / name, ignore_errors=True)
        return _place[0] / f"{OWN}{secrets.token_urlsafe(12)}"


def _keep(folder: Path) -> str:
    """Takes a temporary project that was made into the books."""
    with _guard:
        _used[folder.name] = time.monotonic()
    return str(folder)
