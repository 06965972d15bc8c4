"""A programme as `planner programme --format json` wrote it, read back for the report: what, where, when, for how much.

A file is data: whatever does not have the shape of schema planner.programme/1 is refused with what is wrong, never half used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.errors import InputError

SCHEMA = "planner.programme/1"
KINDS = ("new", "expand", "convert", "share", "open")
"""Kinds of action that have a word (`programme.kind.<kind>`)."""
MOST_BYTES = 50_000_000
"""A programme of ten thousand actions has about 5 MB; a file ten times as large is none of ours."""


@dataclass(frozen=True, slots=True)
class ToldAction:
    """One action. place : its name, the facility it changes, else the code of its unit. year : in service from 1 January of it."""

    id: str
    kind: str
    layer: str
    place: str
    year: int
    cost_cny: float
    estimate: bool
    price_year: str
    closes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldYear:
    """One year: yuan spent, its budget and the running subsidy (None where there is none), what opens, and the targets met at its end."""

    year: int
    spent_cny: float
    budget_cny: float | None
    running_cny: float | None
    opened: int
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldOpen:
    """A target that stays open, and why, in both languages."""

    target_id: str
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ToldProgramme:
    """A programme as the report tells it. `sentence` : the headline in both languages; `file` : the name of the file it was read from."""

    file: str
    project: str
    packs: tuple[str, ...]
    day: str
    status: str
    cost_cny: float
    budget_cny: float | None
    closed: tuple[str, ...]
    left_open: tuple[ToldOpen, ...]
    actions: tuple[ToldAction, ...]
    years: tuple[ToldYear, ...]
    broken: tuple[str, ...] = ()
    sentence: Mapping[str, str] = field(default_factory=dict)


def read_programme(path: Path, project: str) -> ToldProgramme:
    """The programme in a file, of the project of that id.

    Raises InputError: report_programme_file (not a file of ours, with what is wrong), report_programme_project (of another project).
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"> {MOST_BYTES // 1_000_000} MB")
        tree = json.loads(path.read_bytes())
        if not isinstance(tree, dict) or tree.get("schema") != SCHEMA:
            raise ValueError(f"schema ≠ {SCHEMA}")
        found = _programme(tree, path.name)
    except OSError as error:
        raise InputError("report_programme_file", path=path.name, reason=error.strerror or str(error)) from error
    except KeyError as error:
        raise InputError("report_programme_file", path=path.name, reason=f"{error.args[0]}?") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("report_programme_file", path=path.name, reason=" ".join(str(error).split())[:120]) from error
    if found.project != project:
        raise InputError("report_programme_project", path=path.name, project=found.project, own=project)
    return found


def _programme(tree: Mapping[str, Any], name: str) -> ToldProgramme:
    """The whole, key by key."""
    pack = tree["pack"]
    return ToldProgramme(
        name,
        str(tree["project"]),
        (pack,) if isinstance(pack, str) else _texts(pack),
        str(tree["date"]),
        str(tree["status"]),
        _number(tree["cost"]),
        _maybe(tree["budget"]),
        _texts(tree["targets_closed"]),
        tuple(ToldOpen(str(one["id"]), _words(one["why"])) for one in tree["open"]),
        tuple(_action(one) for one in tree["actions"]),
        tuple(
            ToldYear(
                int(one["year"]),
                _number(one["spent"]),
                _maybe(one["budget"]),
                _maybe(one["running"]),
                int(one["opened"]),
                _texts(one["targets_closed"]),
            )
            for one in tree["years"]
        ),
        _texts(tree["broken"]),
        _words(tree["sentence"]),
    )


def _action(one: Mapping[str, Any]) -> ToldAction:
    """One action."""
    kind = str(one["kind"])
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}")
    place = next((str(one[key]) for key in ("name", "facility", "unit") if one[key]), "")
    return ToldAction(
        str(one["id"]),
        kind,
        str(one["layer"]),
        place,
        int(one["year"]),
        _number(one["cost"]),
        bool(one["estimate"]),
        str(one["price_year"] or ""),
        _texts(one["closes"]),
    )


def _texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r}"[:40])
    return tuple(map(str, value))


def _words(value: Mapping[str, Any]) -> dict[str, str]:
    """A sentence in both languages."""
    return {lang: str(value[lang]) for lang in ("zh", "en")}


def _number(value: Any) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError(f"{value!r}"[:40])
    return float(value)


def _maybe(value: Any) -> float | None:
    """A number, or none."""
    return None if value is None else _number(value)
