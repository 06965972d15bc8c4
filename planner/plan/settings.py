"""The assumptions of a project changed by a person: speeds, parameters of targets, unit costs.

One person at a time (the lock of the project's settings), and nobody's change is lost: whoever has seen an older planner.toml is told. The
former files are kept in the project's state; a planner.toml that could not be read with a change stays as it was.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from planner.errors import InputError
from planner.plan.config import CONFIG_FILE
from planner.plan.gaplist import UnitCost
from planner.plan.locks import Lock
from planner.plan.project import read_project
from planner.plan.store import state_folder
from planner.plan.toml_edit import edit_project, edit_section, replace_file
from planner.quality import QualityReport

SETTINGS = "settings"
WAIT_S = 3.0
FASTEST_M_PER_MIN = 2_000.0
"""No travel is faster: 120 km/h."""
NUMBERS = ("share", "minutes", "metres")
"""Parameters of a target that are numbers."""
COSTS_FILE = "costs.csv"


def settings_lock(folder: Path) -> Lock:
    """The lock of a project's settings; entering it raises InputError (store_locked) where another person is at them."""
    return Lock(state_folder(folder, SETTINGS), CONFIG_FILE, wait_s=WAIT_S)


def seen_now(folder: Path) -> str:
    """What a person sees of the settings: a checksum of planner.toml, to be given back with a change."""
    return hashlib.sha256((folder / CONFIG_FILE).read_bytes()).hexdigest()


def still_sound(folder: Path, before: bytes) -> None:
    """That planner.toml can still be read; else it is put back as it was. Raises InputError (first_not_sound)."""
    report = QualityReport()
    try:
        read_project(folder, report=report)
        wrong = next((issue for issue in report.blocking if issue.file == CONFIG_FILE), None)
    except InputError as error:
        replace_file(folder / CONFIG_FILE, before)
        raise InputError("first_not_sound", issue=error.params.get("issue", "")) from error
    if wrong is not None:
        replace_file(folder / CONFIG_FILE, before)
        raise InputError("first_not_sound", issue=wrong)


def change_speeds(folder: Path, speeds: Mapping[str, float], *, seen: str, now: dt.datetime) -> None:
    """Metres a minute of some travels. Raises InputError as `_changed`, settings_number."""
    for name, speed in speeds.items():
        _in_range(name, speed, FASTEST_M_PER_MIN)

    def write() -> None:
        for name, speed in speeds.items():
            edit_project(folder, ("travel", name), "metres_per_minute", _plain(speed))

    _changed(folder, write, seen, now)


def change_parameters(folder: Path, parameters: Mapping[str, Mapping[str, float]], *, seen: str, now: dt.datetime) -> None:
    """Numbers (share 0..1, minutes, metres) of some targets, by target id. Raises InputError as `_changed`, settings_number."""
    for target, numbers in parameters.items():
        for key, value in numbers.items():
            _in_range(f"{target} {key}", value, 1.0 if key == "share" else math.inf)

    def write() -> None:
        known = read_project(folder, report=QualityReport()).parameters
        for target, numbers in parameters.items():
            whole = {**known.get(target, {}), **{key: _plain(value) for key, value in numbers.items()}}
            try:
                edit_project(folder, ("plan", "parameters"), target, whole)
            except InputError:  # the target has a table of its own
                for key, value in numbers.items():
                    edit_project(folder, ("plan", "parameters", target), key, _plain(value))

    _changed(folder, write, seen, now)


def change_costs(folder: Path, costs: Sequence[UnitCost], *, seen: str, now: dt.datetime) -> None:
    """The whole table of unit costs, as CSV; the file that planner.toml names is replaced where it is one, and else a new one is named.

    Raises InputError as `_changed`, settings_number.
    """
    for cost in costs:
        _in_range(f"{cost.layer} {cost.action}", cost.cny, math.inf)
    project = read_project(folder, report=QualityReport())
    named = project.costs
    path = named.path if named is not None and named.path.suffix.lower() == ".csv" else folder / COSTS_FILE
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([field.name for field in fields(UnitCost)])
    writer.writerows(["" if value is None else _plain(value) if isinstance(value, float) else value for value in astuple(cost)]
                     for cost in costs)

    def write() -> None:
        if path.exists():
            _keep(folder, path, now)
        replace_file(path, stream.getvalue().encode("utf-8-sig"))
        if named is None or named.path != path:
            edit_section(folder, ("costs",), {"path": path.relative_to(folder).as_posix()})

    _changed(folder, write, seen, now)


def _in_range(name: str, value: float, most: float) -> None:
    """That a number can be one. Raises InputError (settings_number)."""
    if not (math.isfinite(value) and 0 < value <= most):
        raise InputError("settings_number", name=name, value=f"{value:g}", most=f"{most:,.0f}" if math.isfinite(most) else "∞")


def _plain(value: float) -> float | int:
    """A number as people write it: whole where it is whole."""
    return int(value) if float(value).is_integer() else float(value)


def _changed(folder: Path, write: Callable[[], None], seen: str, now: dt.datetime) -> None:
    """One change under the lock, with the former planner.toml kept.

    Raises InputError: store_locked, settings_changed (somebody was quicker), edit_not_safe, edit_not_written, first_not_sound.
    """
    config = folder / CONFIG_FILE
    with settings_lock(folder):
        if seen_now(folder) != seen:
            raise InputError("settings_changed")
        before = config.read_bytes()
        try:
            _keep(folder, config, now)
            write()
        except OSError as error:
            raise InputError("edit_not_written", file=CONFIG_FILE) from error
        except InputError:
            replace_file(config, before)
            raise
        still_sound(folder, before)


def _keep(folder: Path, file: Path, now: dt.datetime) -> None:
    """A copy of a file as it was, in the project's state."""
    place = state_folder(folder, SETTINGS)
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{now:%Y%m%d-%H%M%S}-{file.name}").write_bytes(file.read_bytes())
