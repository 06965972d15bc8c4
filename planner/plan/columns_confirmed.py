"""Columns that a person confirms: written into planner.toml, and remembered for the next file of the same headers.

`planner check --write-columns` confirms what was recognised; the data-quality page lets it be changed first. Either all that is written
can be read again, or planner.toml stays as it was.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.inputs.columns import BOUNDARIES, BOUNDARY_KEYS, CANDIDATES, FACILITIES, POPULATION, words
from planner.plan.columns_kept import FILE, remember_columns
from planner.plan.config import CONFIG_FILE, split
from planner.plan.project import read_project
from planner.plan.toml_edit import edit_project, replace_file
from planner.quality import QualityReport

Entry = Mapping[str, Any]
"""One section of a report's `columns` (planner.inputs.mapping)."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """written : sections of planner.toml that were changed; remembered : files whose headers are kept; left : sections that were not
    touched, with the keys that are still to be decided."""

    written: tuple[str, ...]
    remembered: int
    left: Mapping[str, tuple[str, ...]]


def headers_of(entry: Entry) -> tuple[str, ...]:
    """All headers of a section's file, those in use first."""
    listed = [column["header"] for column in entry["columns"]]
    for headers in (*entry["ambiguous"].values(), *entry["not_used"].values(), entry["unknown"]):
        listed += headers
    return tuple(dict.fromkeys(listed))


def mapping_of(entry: Entry) -> dict[str, str]:
    """Key -> header as in use."""
    return {column["key"]: column["header"] for column in entry["columns"]}


def table_of(entry: Entry) -> str:
    """Which words a section's keys are of: facilities, candidates, population or boundaries."""
    head = split(entry["section"])[0]
    return head if head in (POPULATION, BOUNDARIES, CANDIDATES) else FACILITIES


def keys_of(entry: Entry) -> tuple[str, ...]:
    """The keys that a section may have: those in use, those in question, then all others that have words."""
    known = BOUNDARY_KEYS if table_of(entry) == BOUNDARIES else tuple(dict.fromkeys(key for key, _ in words(table_of(entry)).values()))
    return tuple(dict.fromkeys([*mapping_of(entry), *entry["ambiguous"], *entry["not_used"], *known]))


def chosen(entry: Entry, columns: Mapping[str, str]) -> dict[str, Any]:
    """A section with the columns that a person chose: nothing is in question any more, and what was taken out is not looked for again."""
    before = mapping_of(entry)
    how = {column["key"]: column["how"] for column in entry["columns"]}
    kept = [{"key": key, "header": header, "how": how[key] if before.get(key) == header else "chosen", "kind": ""}
            for key, header in columns.items()]
    return {**entry, "columns": kept, "ambiguous": {}, "dropped": [key for key in before if key not in columns]}


def confirm_columns(folder: Path, entries: Sequence[Entry]) -> Confirmed:
    """Writes the columns of some sections into the planner.toml of a project and remembers them by the headers of their files.

    Sections with an open question are left as they are; those that planner.toml states in full are only remembered. Raises InputError:
    edit_not_safe, edit_not_written; columns_not_sound where the project could not be read with them: then planner.toml is as before.
    """
    settled = [entry for entry in entries if not entry["ambiguous"]]
    fresh = [entry for entry in settled if entry.get("dropped") or any(column["how"] != "stated" for column in entry["columns"])]
    if fresh:
        _write(folder, fresh)
    try:
        count = remember_columns(folder, settled)
    except OSError as error:
        raise InputError("edit_not_written", file=FILE) from error
    return Confirmed(tuple(entry["section"] for entry in fresh), count,
                     {entry["section"]: tuple(entry["ambiguous"]) for entry in entries if entry["ambiguous"]})


def _write(folder: Path, entries: Iterable[Entry]) -> None:
    """The columns of sections into planner.toml; the file as it was where a section cannot be edited or the project not be read."""
    path = folder / CONFIG_FILE
    before = path.read_bytes()
    faults = len(_report(folder).blocking)
    try:
        for entry in entries:
            _write_one(folder, entry)
        report = _report(folder)
        if len(report.blocking) > faults:
            raise InputError("columns_not_sound", issue=report.blocking[0])
    except InputError:
        replace_file(path, before)
        raise


def _report(folder: Path) -> QualityReport:
    """What is wrong with planner.toml itself. Raises InputError where it is no TOML."""
    report = QualityReport()
    read_project(folder, report=report)
    return report


def _write_one(folder: Path, entry: Entry) -> None:
    """One section: `columns = {...}`, or for boundaries a line a key. `recognise = true` would look for what was taken out: it ends."""
    section, columns = split(entry["section"]), mapping_of(entry)
    if table_of(entry) == BOUNDARIES:
        for key, header in columns.items():
            edit_project(folder, section, key, header)
    else:
        edit_project(folder, section, "columns", columns)
    table: Any = tomllib.loads((folder / CONFIG_FILE).read_bytes().decode("utf-8-sig"))
    for part in section:
        table = table.get(part, {})
    if entry.get("dropped") and table.get("recognise") is True:
        edit_project(folder, section, "recognise", False)
    if table_of(entry) == BOUNDARIES and any(key in table for key in entry.get("dropped", ())):
        raise InputError("edit_not_safe", what=f"{entry['section']}.{entry['dropped'][0]}")
