"""The log of conversions, so that none is done twice: a file is known by the sha256 of its bytes, whatever its name and wherever it lies.

`planner convert` writes down what it wrote; a confirmed system is written down for the file as it then was. The log lies in the user's
data folder (PLANNER_DATA moves it) and, for a file inside a project, in the project's `.planner` too, so that it travels with the project.
A file that was saved anew by another program has other bytes and is not known: then the evidence speaks (planner.inputs.systems).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from planner.folders import data_folder
from planner.inputs.coordinates import SHIFTED, System

LOG_FILE = "conversions.jsonl"
STATE_FOLDER = ".planner"
CONFIG_FILE = "planner.toml"
MOST_ENTRIES = 5_000
"""So many lines of a log are looked at, the latest."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """One conversion. sha256 : of the file as it is now; source, target : the systems it was converted from and is in; name : the file's
    name; day : ISO date; kind : `convert` (a file written), or `confirmed` (declared in planner.toml, the file itself unchanged)."""

    sha256: str
    source: str
    target: str
    name: str
    day: str
    kind: str = "convert"


def today() -> str:
    """The day of a conversion."""
    return dt.date.today().isoformat()


def user_log() -> Path:
    """The log of this user."""
    return data_folder() / LOG_FILE


def project_log(path: Path) -> Path | None:
    """The log of the project that a file or folder lies in, found upwards by its planner.toml; None outside any."""
    here = path.resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder / STATE_FOLDER / LOG_FILE
    return None


def remember(entry: Conversion, near: Path) -> bool:
    """Writes a conversion into the user's log and that of the project that `near` lies in; False where neither can be written."""
    line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
    written = False
    for log in (user_log(), project_log(near)):
        if log is None:
            continue
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as target:
                target.write(line)
            written = True
        except OSError:  # a read-only folder: the other log may do
            continue
    return written


def known(near: Path) -> dict[str, Conversion]:
    """The files that were written by a conversion, by sha256: of the user's log and the project's."""
    found: dict[str, Conversion] = {}
    for log in (user_log(), project_log(near)):
        if log is not None:
            found |= {entry.sha256: entry for entry in _entries(log) if entry.kind == "convert"}
    return found


def _entries(log: Path) -> Iterable[Conversion]:
    """The entries of a log; lines that are none are passed over, as a person may have been at it."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()[-MOST_ENTRIES:]
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        try:
            record = json.loads(line)
            entry = Conversion(**record)
        except (ValueError, TypeError, RecursionError):
            continue
        if all(isinstance(part, str) for part in asdict(entry).values()):
            yield entry


def twice(entry: Conversion, declared: System) -> bool:
    """Whether a file that was converted is declared to be in a shifted system that it is not in any more."""
    return declared.name in SHIFTED and entry.target != declared.name
