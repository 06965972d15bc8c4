"""Dated snapshots of an evaluation: written once, hashed, and read back only unaltered, so that later code or data cannot rewrite them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.inputs.layers import Source
from planner.plan.store import file_name, name_is_sound, state_folder, write_once

SCHEMA = "planner.snapshot/1"
SINCE_SCHEMA = "planner.since/1"
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot. sha256 : of its content. evaluation : schema planner.evaluation/1 as it was written.

    sources : every file of the project then, with its sha256.
    """

    name: str
    file: Path
    sha256: str
    created: str
    evaluation: Mapping[str, Any]
    sources: tuple[Mapping[str, Any], ...]


def _content(body: Mapping[str, Any]) -> bytes:
    """A body as the bytes that are hashed."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def check_free(project: Path, name: str) -> None:
    """Raises InputError where a snapshot cannot be called so, or one is already."""
    if not name_is_sound(name):
        raise InputError("snapshot_name", name=name)
    if (state_folder(project, "snapshots") / file_name(name, _SUFFIX)).exists():
        raise InputError("snapshot_exists", name=name)


def save_snapshot(project: Path, name: str, evaluation: Mapping[str, Any], sources: Sequence[Source], *, now: dt.datetime) -> Snapshot:
    """Writes the snapshot `name` of an evaluation (as `to_dict` gives it) into the project's snapshots.

    Raises InputError: snapshot_name, or snapshot_exists (nothing is ever overwritten).
    """
    check_free(project, name)
    files = [{"path": source.path, "sha256": source.sha256, "rows": source.rows, "date": source.date} for source in sources]
    created = now.isoformat(timespec="seconds")
    body = {"name": name, "created": created, "evaluation": evaluation, "sources": files}
    content = _content(body)
    digest = hashlib.sha256(content).hexdigest()
    path = state_folder(project, "snapshots") / file_name(name, _SUFFIX)
    text = json.dumps({"schema": SCHEMA, "sha256": digest, "body": body}, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    if not write_once(path, (text + "\n").encode()):
        raise InputError("snapshot_exists", name=name)
    return Snapshot(name, path, digest, created, json.loads(content)["evaluation"], tuple(files))


def read_snapshot(project: Path, name: str) -> Snapshot:
    """A snapshot by its name.

    Raises InputError: snapshot_missing, snapshot_broken (not ours), snapshot_altered (its hash does not agree).
    """
    path = state_folder(project, "snapshots") / file_name(name, _SUFFIX)
    if not path.is_file():
        names = ", ".join(_name_in(other) for other in _files(project))
        raise InputError("snapshot_missing", name=name, names=names or "-")
    return _read(path, name)


def _read(path: Path, name: str) -> Snapshot:
    """The snapshot in a file, held against its hash."""
    try:
        written = json.loads(path.read_bytes())
        body, digest = written["body"], written["sha256"]
        found = Snapshot(body["name"], path, digest, body["created"], body["evaluation"], tuple(body["sources"]))
        agrees = hashlib.sha256(_content(body)).hexdigest() == digest
        if not _whole(found):
            raise ValueError("not the shape of a snapshot")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("snapshot_broken", name=name, file=path.name) from error
    if not agrees or path.name != file_name(str(found.name), _SUFFIX):
        raise InputError("snapshot_altered", name=name, file=path.name)
    return found


def _whole(snapshot: Snapshot) -> bool:
    """Whether a snapshot has what is compared: a file whose hash agrees may still be another's."""
    evaluation, keys = snapshot.evaluation, {"id", "plan", "title", "state", "value", "threshold", "shortfall", "units"}
    targets = evaluation["targets"]
    return (all(key in evaluation for key in ("project", "date", "version")) and all(keys <= one.keys() for one in targets)
            and all({"code", "value", "state"} <= unit.keys() for one in targets for unit in one["units"])
            and all({"id", "sha256"} <= one.keys() for one in evaluation["packs"])
            and all({"path", "sha256"} <= one.keys() for one in snapshot.sources))


def _files(project: Path) -> list[Path]:
    """The files of all snapshots, by name."""
    folder = state_folder(project, "snapshots")
    return sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []


def _name_in(path: Path) -> str:
    """The name that a file states, whether it is sound or not; else the file's."""
    try:
        return str(json.loads(path.read_bytes())["body"]["name"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return path.name


def list_snapshots(project: Path) -> list[dict[str, Any]]:
    """All snapshots of a project, oldest first: name, date, created, version, targets, file, and whether they are `altered`."""
    rows: list[dict[str, Any]] = []
    for path in _files(project):
        row: dict[str, Any] = {"name": _name_in(path), "date": None, "created": None, "version": None, "targets": None, "file": path.name,
                               "sha256": None, "altered": True}
        try:
            found = _read(path, row["name"])
            row |= {"date": found.evaluation["date"], "created": found.created, "version": found.evaluation["version"],
                    "targets": len(found.evaluation["targets"]), "sha256": found.sha256, "altered": False}
        except (InputError, KeyError, TypeError):
            pass  # the row says that it is altered
        rows.append(row)
    return sorted(rows, key=lambda row: (row["created"] or "", row["name"]))


def since(snapshot: Snapshot, evaluation: Mapping[str, Any], sources: Sequence[Source]) -> dict[str, Any]:
    """What changed by target between a snapshot and an evaluation (as `to_dict` gives it), schema planner.since/1.

    A difference is now - then, None where either is unknown.
    """
    then = {(one["plan"], one["id"]): one for one in snapshot.evaluation["targets"]}
    now = {(one["plan"], one["id"]): one for one in evaluation["targets"]}
    hashes = {one["path"]: one["sha256"] for one in snapshot.sources}
    own = {source.path: source.sha256 for source in sources}
    packs = {one["id"]: one["sha256"] for one in snapshot.evaluation["packs"]}
    return {
        "schema": SINCE_SCHEMA, "snapshot": snapshot.name, "sha256": snapshot.sha256, "created": snapshot.created,
        "project": evaluation["project"], "date_then": snapshot.evaluation["date"], "date_now": evaluation["date"],
        "version_then": snapshot.evaluation["version"], "version_now": evaluation["version"],
        "inputs_changed": sorted(path for path in hashes.keys() | own.keys() if hashes.get(path) != own.get(path)),
        "packs_changed": sorted(one["id"] for one in evaluation["packs"] if packs.get(one["id"], one["sha256"]) != one["sha256"]),
        "only_then": [key[1] for key in then if key not in now], "only_now": [key[1] for key in now if key not in then],
        "targets": [_pair(then[key], one) for key, one in now.items() if key in then]}


def _pair(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """One target then and now, unit by unit where either has changed."""
    before = {unit["code"]: unit for unit in then["units"]}
    after = {unit["code"]: unit for unit in now["units"]}
    units = []
    for code in [*after, *(code for code in before if code not in after)]:
        old, new = before.get(code, {}), after.get(code, {})
        if (old.get("value"), old.get("state")) != (new.get("value"), new.get("state")):
            units.append({"code": code, "then": old.get("value"), "now": new.get("value"),
                          "difference": _less(new.get("value"), old.get("value"))})
    keys = ("state", "value", "threshold", "shortfall")
    return {"id": now["id"], "plan": now["plan"], "title": now["title"], "then": {key: then[key] for key in keys},
            "now": {key: now[key] for key in keys}, "difference": _less(now["value"], then["value"]), "units": units}


def _less(now: float | None, then: float | None) -> float | None:
    """A difference; None where either is unknown."""
    return None if now is None or then is None else now - then
