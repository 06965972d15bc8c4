"""One value of planner.toml changed as a careful person would: every other line, remark and order stays as it is.

The new text is parsed again and compared with the old: nothing but that value may differ, or nothing is written. The file is replaced in
one step.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.plan.config import CONFIG_FILE, split

Scalar = str | bool | int | float
Value = Scalar | Mapping[str, Scalar]
_HEADER = re.compile(r"\s*\[(?!\[)\s*(.+?)\s*\]\s*(?:#.*)?$")
_ANY_HEADER = re.compile(r"\s*\[")


def set_value(text: str, section: Sequence[str], key: str, value: Value) -> str:
    """The text of a TOML file with `key = value` in the table of that name, which must be there under a header of its own.

    Raises InputError (edit_not_safe) where that cannot be done without touching anything else: the table is written inline or with dotted
    keys, the key is spread over a table of its own, or the text is no TOML.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    before = _parsed("\n".join(lines))
    start = next((k for k, line in enumerate(lines) if (found := _HEADER.match(line)) and split(found[1]) == list(section)), None)
    if start is None:
        raise InputError("edit_not_safe", what=".".join([*section, key]))
    end = next((k for k in range(start + 1, len(lines)) if _ANY_HEADER.match(lines[k])), len(lines))
    at, past = _place(lines, start, end, key)
    tail = _remark(lines[past - 1]) if past > at else ""
    lines[at:past] = [f"{toml_key(key)} = {as_toml(value)}{tail}"]
    edited = "\n".join(lines)
    wanted = copy.deepcopy(before)
    table: Any = wanted
    for part in section:
        table = table.get(part)
        if not isinstance(table, dict):  # what looked like its header was something else
            raise InputError("edit_not_safe", what=".".join([*section, key]))
    table[key] = dict(value) if isinstance(value, Mapping) else value
    if _parsed(edited) != wanted:
        raise InputError("edit_not_safe", what=".".join([*section, key]))
    return edited.replace("\n", newline)


def set_section(text: str, section: Sequence[str], values: Mapping[str, Value] | None) -> str:
    """The text of a TOML file with that table holding these values and nothing else; without values the table is taken out.

    A table that is not there is put at the end; remarks before the next header stay. Raises InputError (edit_not_safe) as `set_value`.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    wanted = _parsed("\n".join(lines))
    dotted = ".".join(map(toml_key, section))
    body = [] if values is None else [f"[{dotted}]", *(f"{toml_key(key)} = {as_toml(value)}" for key, value in values.items())]
    start = next((k for k, line in enumerate(lines) if (found := _HEADER.match(line)) and split(found[1]) == list(section)), None)
    if start is None:
        lines = [*_stripped(lines), "", *body, ""] if body else lines
    else:
        end = next((k for k in range(start + 1, len(lines)) if _ANY_HEADER.match(lines[k])), len(lines))
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        lines[start:end] = body
    table: Any = wanted
    for part in section[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise InputError("edit_not_safe", what=dotted)
    table.pop(section[-1], None)
    if values is not None:
        table[section[-1]] = {key: dict(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    edited = "\n".join(lines)
    if _without_empty(_parsed(edited)) != _without_empty(wanted):
        raise InputError("edit_not_safe", what=dotted)
    return edited.replace("\n", newline)


def _stripped(lines: Sequence[str]) -> list[str]:
    """Lines without the blank ones at the end."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _without_empty(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A tree without the tables that hold nothing: taking out the last of several tables leaves none of the one around it."""
    inner = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in tree.items()}
    return {key: value for key, value in inner.items() if value != {}}


def edit_project(folder: Path, section: Sequence[str], key: str, value: Value) -> None:
    """The same in the planner.toml of a project, in one step. Raises InputError: edit_not_safe, edit_not_written (a read-only folder)."""
    path = folder / CONFIG_FILE
    _rewrite(path, ".".join([*section, key]), lambda text: set_value(text, section, key, value))


def edit_section(folder: Path, section: Sequence[str], values: Mapping[str, Value] | None) -> None:
    """A whole table of a project's planner.toml (see `set_section`), in one step. Raises InputError as `edit_project`."""
    _rewrite(folder / CONFIG_FILE, ".".join(section), lambda text: set_section(text, section, values))


def _rewrite(path: Path, what: str, change: Callable[[str], str]) -> None:
    """A file's text changed in one step."""
    try:
        data = path.read_bytes()
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        text = data[len(mark):].decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("edit_not_safe", what=what) from error
    edited = mark + change(text).encode("utf-8")
    if edited == data:
        return
    try:
        replace_file(path, edited)
    except OSError as error:
        raise InputError("edit_not_written", file=CONFIG_FILE) from error


def replace_file(path: Path, data: bytes) -> None:
    """A file's new content in one step: it is whole or as before; its permissions stay. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def as_toml(value: Value) -> str:
    """A value as TOML: a text, true or false, a number, or a table on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return toml_text(value)
    return "{ " + ", ".join(f"{toml_key(key)} = {as_toml(inner)}" for key, inner in value.items()) + " }" if value else "{}"


def toml_text(value: str) -> str:
    """A text as a basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def toml_key(key: str) -> str:
    """A key, quoted where it must be."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_text(key)


def _parsed(text: str) -> dict[str, Any]:
    """The tree of a text. Raises InputError (edit_not_safe) where it is no TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError("edit_not_safe", what=CONFIG_FILE) from error


def _place(lines: Sequence[str], start: int, end: int, key: str) -> tuple[int, int]:
    """The lines of a key in the body of a table, or an empty place after the body's last value."""
    last = start + 1
    k = start + 1
    while k < end:
        line = lines[k]
        if not line.strip() or line.lstrip().startswith("#"):
            k += 1
            continue
        past = next((p for p in range(k + 1, end + 1) if _whole("\n".join(lines[k:p]))), k + 1)
        if "=" in line and split(line.split("=", 1)[0]) == [key]:
            return k, past
        last = k = past
    return last, last


def _whole(text: str) -> bool:
    """Whether lines are whole values."""
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return False
    return True


def _remark(line: str) -> str:
    """The remark at the end of a line, with the blanks before it; "" where there is none or where one cannot be sure."""
    for found in re.finditer(r"\s+#", line):
        if _whole(line[:found.start()]) and "=" in line[:found.start()]:
            return line[found.start():]
    return ""
