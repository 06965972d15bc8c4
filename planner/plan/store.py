"""Where a project keeps what people save: `.planner` in its folder, or for a folder that cannot be written to the user's data folder."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from planner.folders import data_folder

STATE_FOLDER = ".planner"
NAME_LENGTH = 80
"""Characters of a name that a person may give."""
SLUG_LENGTH = 40
WRITING = ".writing-"
"""How files are called while they are written; the number of the process follows."""


def state_folder(project: Path, kind: str) -> Path:
    """Where things of a kind (`snapshots`) are kept: `PROJECT/.planner/KIND`, or where the folder is read-only in the user's data folder
    (PLANNER_DATA moves it).

    The folder is not made.
    """
    own = project / STATE_FOLDER
    if os.access(own if own.is_dir() else project, os.W_OK):
        return own / kind
    mark = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:16]
    return data_folder() / mark / kind


def name_is_sound(name: str) -> bool:
    """Whether a person may call something so: 1 to 80 characters that can be printed, not blank at either end."""
    return 0 < len(name) <= NAME_LENGTH and name == name.strip() and all(char.isprintable() for char in name)


def file_name(name: str, suffix: str) -> str:
    """A file name for a name, which is data and never a path: what is plain of it for people, and its hash, which makes it the only one."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name)[:SLUG_LENGTH].strip("-").lower()
    mark = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{plain}-{mark}{suffix}" if plain else f"{mark}{suffix}"


def write_once(path: Path, data: bytes) -> bool:
    """Writes a new file in one step, read-only and safe on the disk; False (and nothing done) where there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{WRITING}{os.getpid()}-")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        Path(temporary).chmod(0o444)
        try:
            os.link(temporary, path)  # fails where the name is taken, so that nothing is ever overwritten
        except FileExistsError:
            return False
        except OSError:  # a file system without links: reserve the name first
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            except FileExistsError:
                return False
            Path(temporary).replace(path)
            return True
    finally:
        Path(temporary).unlink(missing_ok=True)
        sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Makes sure that a folder's entries are on the disk, and that of the folder itself, where the system can do that."""
    for each in (folder, folder.parent):
        try:
            handle = os.open(each, os.O_RDONLY)
        except OSError:  # systems that do not open folders keep their entries safe by themselves
            return
        try:
            os.fsync(handle)
        except OSError:
            return
        finally:
            os.close(handle)
