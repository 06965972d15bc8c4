"""planner.toml: its syntax, its keys, its values. What is wrong becomes an issue with the line and the dotted key; the rest is used."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

from planner.inputs.encodings import UTF8, decode
from planner.inputs.files import UnusableFileError
from planner.inputs.specs import FileRef
from planner.quality import Issue, QualityReport

CONFIG_FILE = "planner.toml"
Table = Mapping[str, Any]
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*'|[^\s=\[\]"'.#]+)(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""")


@dataclass(slots=True)
class Config:
    """planner.toml while it is read. Getters give the value, or None after writing down what is wrong with it."""

    folder: Path
    report: QualityReport
    text: str = ""
    tree: Table = field(default_factory=dict)
    sound: bool = True

    # ---- reading -----------------------------------------------------------------------------------------------------
    def load(self, path: Path) -> None:
        """Reads the file. Afterwards `sound` is False where it is no TOML."""
        try:
            self.text, encoding = decode(path.read_bytes())
        except UnusableFileError as error:
            self.sound = False
            self.report.issues.append(Issue("config_invalid", "blocking", CONFIG_FILE, row=error.row, sentence="config_not_text"))
            return
        if encoding != UTF8:
            self.report.issues.append(Issue("encoding_guessed", "info", CONFIG_FILE, value=encoding))
        try:
            self.tree = tomllib.loads(self.text.replace("\r\n", "\n"))
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            self.sound = False
            line = re.search(r"at line (\d+)", str(error))
            row = int(line[1]) if line else max(self.text.rstrip("\n").count("\n") + 1, 1)
            reason = re.sub(r"\s*\(at .*\)$", "", str(error)) if line else "unexpected end"
            self.report.issues.append(Issue("config_invalid", "blocking", CONFIG_FILE, row=row, value=_one_line(self.text, row),
                                            sentence="config_syntax", params={"reason": reason[:120]}))

    def wrong(self, key: str, sentence: str, value: object = None, **params: object) -> None:
        """Writes down a value that cannot be used."""
        self.sound = False
        typed = None if value is None else _typed(value)
        self.report.issues.append(Issue("config_invalid", "blocking", CONFIG_FILE, row=self.line(key), column=key, value=typed,
                                        sentence=sentence, params=params))

    def unknown(self, table: Table, known: Iterable[str], prefix: str) -> None:
        """Writes down keys that the program does not know; they are ignored."""
        names = list(known)
        for key in table:
            if key not in names:
                dotted = join(prefix, key)
                close = (difflib.get_close_matches(key, names, n=1) or [""])[0]
                sentence = "config_key_close" if close else None
                self.report.issues.append(Issue("config_key_unknown", "warning", CONFIG_FILE, row=self.line(dotted), column=dotted[:300],
                                                sentence=sentence, params={"close": close}))

    def line(self, dotted: str) -> int | None:
        """The line on which a dotted key stands, where it can be found."""
        parts = split(dotted)
        current: list[str] = []
        best: int | None = None
        for number, line in enumerate(self.text.splitlines(), start=1):
            header = re.match(r"\s*\[+\s*(.+?)\s*\]+\s*(?:#.*)?$", line)
            if header:
                current = split(header[1])
                if current == parts[:len(current)]:
                    best = number
                continue
            key = _KEY.match(line)
            if key:
                here = current + split(key[1])
                if here == parts:
                    return number
                if here == parts[:len(here)]:
                    best = number
        return best

    # ---- values ------------------------------------------------------------------------------------------------------
    def table(self, parent: Table, key: str, prefix: str = "") -> Table:
        """A table; empty where it is absent or no table."""
        value = parent.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong(join(prefix, key), "config_type", value, expected="table")
        return {}

    def words(self, parent: Table, key: str, prefix: str, *, required: bool = False) -> str | None:
        """A text that is not blank."""
        value = parent.get(key)
        if value is None:
            if required:
                self.wrong(join(prefix, key), "config_required")
            return None
        if not isinstance(value, str):
            self.wrong(join(prefix, key), "config_type", value, expected="text")
            return None
        if not value.strip() or "\0" in value:
            self.wrong(join(prefix, key), "config_blank", value)
            return None
        return value

    def choice(self, parent: Table, key: str, prefix: str, options: tuple[str, ...], default: str) -> str:
        """One of some words."""
        value = parent.get(key, default)
        if isinstance(value, str) and value in options:
            return value
        self.wrong(join(prefix, key), "config_choice", value, options=", ".join(options))
        return default

    def number(self, parent: Table, key: str, prefix: str, default: float | None = None, *, positive: bool = False) -> float | None:
        """A finite number of 0 or more (above 0 with `positive`)."""
        value = parent.get(key)
        if value is None:
            if default is None:
                self.wrong(join(prefix, key), "config_required")
            return default
        if isinstance(value, bool) or not isinstance(value,
                                                     int | float) or not math.isfinite(value) or value < 0 or (positive and value == 0):
            self.wrong(join(prefix, key), "config_type", value, expected="number")
            return default
        return float(value)

    def day(self, parent: Table, key: str, prefix: str) -> str:
        """A date, as a TOML date or an ISO text; "" where absent."""
        value = parent.get(key)
        if value is None:
            return ""
        if isinstance(value, dt.datetime):
            return value.date().isoformat()
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, str):
            try:
                return dt.date.fromisoformat(value).isoformat()
            except ValueError:
                pass
        self.wrong(join(prefix, key), "config_type", value, expected="date")
        return ""

    def names(self, parent: Table, key: str, prefix: str) -> Mapping[str, str] | str:
        """A name, or names by language; "" where absent."""
        value = parent.get(key, "")
        if isinstance(value, str):
            return value
        if isinstance(value, dict) and all(isinstance(name, str) for name in value.values()):
            return dict(value)
        self.wrong(join(prefix, key), "config_type", value, expected="names")
        return ""

    def columns(self, parent: Table, prefix: str, *, required: bool = True) -> dict[str, str] | None:
        """`columns`: our keys to headers of the file. None where it cannot be used."""
        value = parent.get("columns")
        if value is None:
            if required:
                self.wrong(join(prefix, "columns"), "config_required")
                return None
            return {}
        if not isinstance(value, dict):
            self.wrong(join(prefix, "columns"), "config_type", value, expected="columns")
            return None
        for key, header in value.items():
            if not isinstance(header, str) or not header.strip():
                self.wrong(join(join(prefix, "columns"), key), "config_type", header, expected="header")
                return None
        return dict(value)

    # ---- paths -------------------------------------------------------------------------------------------------------
    def file(self, parent: Table, prefix: str, key: str = "path", *, required: bool = True) -> FileRef | None:
        """A file of the project. One outside the folder is refused: it is neither read nor shown."""
        if "source" in parent and key == "path":
            self.wrong(join(prefix, "source"), "config_source")
            return None
        given = self.words(parent, key, prefix, required=required)
        if given is None:
            return None
        shown = given.replace("\\", "/")
        self.report.record(shown).role = prefix
        path = self.inside(given)
        if path is None:
            self.sound = False
            self.report.issues.append(Issue("path_outside_project", "blocking", shown, column=join(prefix, key),
                                            params={"line": self.line(join(prefix, key)) or 0}))
            return None
        return FileRef(path, shown, prefix)

    def inside(self, given: str) -> Path | None:
        """A path of planner.toml under the folder, links followed; None where it leaves it."""
        slashed = given.replace("\\", "/")
        windows = PureWindowsPath(given)
        if slashed.startswith(("/", "~")) or windows.drive or windows.root:
            return None
        literal = self.folder / given
        path = literal if "\\" in given and os.path.lexists(literal) else self.folder / slashed
        depth = 0
        for part in Path(slashed).parts:
            depth += -1 if part == ".." else 1
            if depth < 0:
                return None
        try:
            resolved = path.resolve()
        except (OSError, ValueError, RuntimeError):
            return path
        return path if resolved.is_relative_to(self.folder.resolve()) else None


def _one_line(text: str, row: int) -> str | None:
    """A line of a text, shortened."""
    lines = text.splitlines()
    return lines[row - 1].strip()[:120] if 0 < row <= len(lines) else None


def _typed(value: object) -> str:
    """A value as one reads it, shortened."""
    if isinstance(value, str):
        return value[:200]
    if isinstance(value, float | int) or value is None:
        return str(value).lower() if isinstance(value, bool) else str(value)[:200]
    return json.dumps(value, ensure_ascii=False, default=str)[:200]


def join(prefix: str, key: str) -> str:
    """A dotted key."""
    return f"{prefix}.{key}" if prefix else key


def split(dotted: str) -> list[str]:
    """The parts of a dotted key, quotes taken off."""
    parts = re.findall(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^.\"'\s]+)", dotted)
    return [quoted or single or bare for quoted, single, bare in parts]
