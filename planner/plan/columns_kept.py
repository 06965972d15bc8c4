"""Confirmed columns: which header says what in files of one shape, kept in `.planner/columns/columns.toml` for the next file like it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from planner.plan.store import state_folder
from planner.plan.toml_edit import as_toml, replace_file

KIND, FILE = "columns", "columns.toml"
_SCHEMA = "planner.columns/1"


def remembered_columns(folder: Path) -> dict[str, dict[str, str]]:
    """Shape of a file (planner.inputs.mapping) -> key -> header, as confirmed; empty where nothing was, or the file is damaged."""
    try:
        tree = tomllib.loads((state_folder(folder, KIND) / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    shapes = tree.get("shapes", {})
    if not isinstance(shapes, dict):
        return {}
    return {shape: {key: header for key, header in columns.items() if isinstance(header, str)}
            for shape, columns in shapes.items() if isinstance(columns, dict)}


def remember_columns(folder: Path, entries: Iterable[Mapping[str, Any]]) -> int:
    """Keeps the mappings of a report's `columns` as confirmed, beside those kept before; returns how many files they are of.

    Sections that share a file add their keys together; what is confirmed later wins. Keys under an entry's `dropped` are forgotten first.
    """
    kept = remembered_columns(folder)
    shapes = set()
    listed = list(entries)
    for entry in listed:
        for key in entry.get("dropped", ()):
            kept.get(entry["shape"], {}).pop(key, None)
    for entry in listed:
        found = {column["key"]: column["header"] for column in entry["columns"]}
        if found:
            shapes.add(entry["shape"])
            kept[entry["shape"]] = kept.get(entry["shape"], {}) | found
    lines = ["# 已确认的列对应，由 planner check --write-columns 写入；删去一行即不再沿用。",
             "# Confirmed columns, written by planner check --write-columns; delete a line and it is no longer used.",
             f'schema = "{_SCHEMA}"', "[shapes]", *(f"{as_toml(shape)} = {as_toml(columns)}" for shape, columns in sorted(kept.items()))]
    path = state_folder(folder, KIND) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, ("\n".join(lines) + "\n").encode())
    return len(shapes)
