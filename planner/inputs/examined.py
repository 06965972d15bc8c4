"""What the examination of coordinate systems found, kept on disk by what it was made from: the same files need not be compared again.

The name of an answer is the sha256 of every file's content, of what planner.toml says of the layers, of the day and of the code of this
room. Only examinations that doubted nothing are kept: a doubt is worked out anew each time. A file that is damaged or foreign counts as
none; a cache that cannot be written or read costs time only.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

from planner.folders import cache_folder
from planner.inputs import files
from planner.inputs.specs import FileRef
from planner.quality import FileRecord, Issue, SystemEvidence

KIND = "examined"
KEPT_FILES = 200
"""So many answers are kept; the ones unused for longest go."""


@functools.cache
def _code() -> str:
    """A digest of this room's modules: answers of older ones are not found."""
    about = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        about.update(source.name.encode() + b"\0" + source.read_bytes())
    return about.hexdigest()


def name_of(streets: FileRecord | None, asked: Sequence[object]) -> str | None:
    """The name of the answer about some layers.

    streets : the record of the street file; asked : what planner.toml says of the layers, with the files it names. None where one of them
    cannot be read, or the streets' content is not known.
    """
    if streets is None or not streets.sha256:
        return None
    try:
        content = [(part.name, files.sha256(part)) for section in asked for ref in _files_of(section) for part in _parts(ref.path)]
    except OSError:
        return None
    told = [_code(), dt.date.today().isoformat(), streets.sha256, content, [repr(section) for section in asked]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _parts(path: Path) -> list[Path]:
    """A file; of a shapefile all its parts, as its .prj says its system."""
    return sorted(part for part in path.parent.iterdir() if part.stem == path.stem) if path.suffix.lower() == ".shp" else [path]


def _files_of(part: object) -> Iterator[FileRef]:
    """The files that a section of planner.toml names, wherever in it."""
    if isinstance(part, FileRef):
        yield part
    elif is_dataclass(part):
        for each in fields(part):
            yield from _files_of(getattr(part, each.name))
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _files_of(one)


def keep(name: str | None, systems: Sequence[SystemEvidence], issues: Sequence[Issue]) -> None:
    """Keeps an answer: whole or not at all."""
    if name is None:
        return
    told = json.dumps({"systems": [asdict(found) for found in systems], "issues": [asdict(issue) for issue in issues]}, default=str)
    folder = cache_folder(KIND)
    aside = folder / f"{name}.{os.getpid()}.{secrets.token_hex(4)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            aside.write_text(json.dumps({"sha256": hashlib.sha256(told.encode()).hexdigest(), "told": told}), encoding="utf-8")
            aside.replace(folder / f"{name}.json")
        finally:
            aside.unlink(missing_ok=True)
        by_use = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
        for old in by_use[:-KEPT_FILES]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def recall(name: str | None) -> tuple[list[SystemEvidence], list[Issue]] | None:
    """An answer by its name; None where it is not kept or its file is not to be believed."""
    if name is None:
        return None
    path = cache_folder(KIND) / f"{name}.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if hashlib.sha256(kept["told"].encode()).hexdigest() != kept["sha256"]:
            return None
        told = json.loads(kept["told"])
        found = [_evidence(one) for one in told["systems"]], [Issue(**issue) for issue in told["issues"]]
        os.utime(path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found


def _evidence(told: dict[str, Any]) -> SystemEvidence:
    """Evidence as it was kept; JSON knows no tuples."""
    vectors = {key: tuple(told[key]) if told[key] is not None else None for key in ("measured_m", "expected_m")}
    kinds = {kind: (count, hits) for kind, (count, hits) in told["kinds"].items()}
    return SystemEvidence(**{**told, **vectors, "sections": tuple(told["sections"]), "kinds": kinds})
