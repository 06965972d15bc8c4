"""Former ledgers kept as they were: dated copies among the project's snapshots, each with its hash, never overwritten."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.inputs.files import sha256
from planner.inputs.specs import FacilitySpec
from planner.plan.store import state_folder, write_once

SCHEMA = "planner.ledger_snapshot/1"


@dataclass(frozen=True, slots=True)
class KeptLedger:
    """A copy of a former ledger. new : whether it was made now; else the same content had been kept before."""

    original: str
    file: Path
    sha256: str
    new: bool


@dataclass(frozen=True, slots=True)
class FormerLedger:
    """A former ledger among the snapshots: its original name, the copy, the day it was kept, the day its data speak for ("" unknown), and
    its layers."""

    original: str
    file: Path
    kept: str
    date: str
    layers: tuple[str, ...]


def former_ledgers(folder: Path) -> tuple[FormerLedger, ...]:
    """The former ledgers of the project in `folder`, the latest first; what is damaged is left out."""
    place = state_folder(folder, "snapshots") / "ledgers"
    found = []
    for about in sorted(place.glob("*.json"), reverse=True) if place.is_dir() else ():
        try:
            said = json.loads(about.read_text(encoding="utf-8"))
            one = FormerLedger(str(said["file"]), about.with_suffix(""), str(said["kept"]), str(said["date"] or ""),
                               tuple(map(str, said["layers"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if one.file.is_file():
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.kept, reverse=True))


def keep_ledgers(folder: Path, specs: Sequence[FacilitySpec], *, now: dt.datetime) -> tuple[KeptLedger, ...]:
    """Copies the files of some sections into `snapshots/ledgers` of the project in `folder`.

    A copy is called DAY-HASH-NAME; beside it stands DAY-HASH-NAME.json with its original name, sha256, stated day and layers. The same
    content is kept once.
    """
    place = state_folder(folder, "snapshots") / "ledgers"
    files: dict[Path, list[FacilitySpec]] = {}
    for spec in specs:
        files.setdefault(spec.file.path, []).append(spec)
    kept = []
    for path, used in files.items():
        digest = sha256(path)
        known = next(iter(sorted(place.glob(f"*-{digest[:12]}-*.json"))), None) if place.is_dir() else None
        if known is not None:
            kept.append(KeptLedger(used[0].file.shown, known.with_suffix(""), digest, False))
            continue
        plain = re.sub(r"[^\w.-]+", "_", path.name)
        name = f"{now.date().isoformat()}-{digest[:12]}-{plain[-80:]}"
        for part in _parts(path):
            write_once(place / (name[:-len(path.suffix)] + part.suffix if path.suffix else name), part.read_bytes())
        about = {"schema": SCHEMA, "file": used[0].file.shown, "sha256": digest, "kept": now.isoformat(timespec="seconds"),
                 "date": used[0].date or None, "layers": [spec.slug for spec in used]}
        write_once(place / f"{name}.json", (json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
        kept.append(KeptLedger(used[0].file.shown, place / name, digest, True))
    return tuple(kept)


def _parts(path: Path) -> list[Path]:
    """The file, and of a shapefile its other parts."""
    if path.suffix.lower() != ".shp":
        return [path]
    return [other for other in sorted(path.parent.iterdir())
            if other.stem == path.stem and other.suffix.lower() in (".shp", ".shx", ".dbf", ".prj", ".cpg")]
