"""Named scenarios: what would be done to a city, action by action, over a baseline that is never touched.

A scenario may stand on another one (`base`): its actions come after that one's. Nothing of a project's own files is ever written; what is
kept stands in PROJECT/.planner (planner.plan.versions), and `planner.plan.applying` makes the city that a scenario leads to.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.plan import versions
from planner.plan.locks import Lock
from planner.plan.store import name_is_sound
from planner.plan.versions import Version

BASELINE = "baseline"
"""The name of the project as its files have it."""
KIND = "scenarios"
SCHEMA = "planner.scenario/1"
Value = str | float | bool


@dataclass(frozen=True, slots=True)
class Action:
    """One thing done. Which of these a verb has is told in planner.plan.scenario_actions.

    do : the verb. layer, id : the facility, or of an action on units the unit's code. values : columns and what they become (numbers,
    text, true or false; days as ISO text). lon, lat : WGS84. to_layer : of `convert`. details : what only some verbs have, as JSON has it
    (`ids`, `to`, `amount`, `column`, `line`, `modes`, `level`, `parts`, `class`), and `cost_cny`, `year` of any action.
    """

    do: str
    layer: str = ""
    id: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    lon: float | None = None
    lat: float | None = None
    to_layer: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of actions. base : the scenario that it stands on; None for the baseline. created : ISO time, "" until it is saved."""

    name: str
    base: str | None = None
    actions: tuple[Action, ...] = ()
    note: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A scenario as it is kept: its version counts from 1 and grows with every change; saved, by : when and by whom."""

    scenario: Scenario
    version: int
    saved: str
    by: str


def save_scenario(folder: Path, scenario: Scenario, *, over: int = 0, now: dt.datetime | None = None) -> Saved:
    """Keeps a scenario of the project in `folder`.

    over : the version that it takes the place of, 0 for a new scenario. Raises InputError: scenario_name; scenario_exists (a new one with a
    taken name); scenario_changed (somebody saved another version meanwhile; nothing is overwritten); scenario_base_missing,
    scenario_cycle; store_locked (another person is editing it: who, since when).
    """
    check_name(scenario.name)
    when = now or dt.datetime.now().astimezone()
    if scenario.base is not None:
        chain(folder, scenario)
    if not scenario.created:
        scenario = replace(scenario, created=when.isoformat(timespec="seconds"))
    with _told(scenario.name, "scenario_exists" if over == 0 else "scenario_changed"):
        return _saved(versions.save(folder, KIND, scenario.name, as_dict(scenario), over=over, now=when))


@contextlib.contextmanager
def _told(name: str, code: str) -> Iterator[None]:
    """Tells, as an InputError, that another version stands there than the one that was to be replaced."""
    try:
        yield
    except versions.ChangedError as changed:
        raise InputError(code, name=name, version=changed.version, by=changed.by, saved=changed.saved) from changed


def load_scenario(folder: Path, name: str) -> Saved:
    """A scenario by its name. Raises InputError: scenario_missing (which there are), store_broken (its file is damaged)."""
    found = versions.load(folder, KIND, name)
    if found is None or found.body is None:
        raise _missing(folder, name)
    return _saved(found)


def list_scenarios(folder: Path) -> list[Saved]:
    """All scenarios of a project, by name. Raises InputError (store_broken) where one of them is damaged."""
    return sorted((_saved(one) for one in versions.load_all(folder, KIND) if one.body is not None), key=lambda one: one.scenario.name)


def scenario_history(folder: Path, name: str) -> list[Version]:
    """Every version of a scenario, the oldest first, those that deleted it too. Raises InputError: scenario_missing, store_broken."""
    found = versions.history(folder, KIND, name)
    if not found:
        raise _missing(folder, name)
    return found


def _missing(folder: Path, name: str) -> InputError:
    """The error of a scenario that there is not: it names those there are."""
    return InputError("scenario_missing", name=name, names=", ".join(one.scenario.name for one in list_scenarios(folder)) or "-")


def delete_scenario(folder: Path, name: str, *, now: dt.datetime | None = None) -> None:
    """Deletes a scenario; `undo_scenario` brings it back. Raises InputError: scenario_missing, scenario_needed (others stand on it)."""
    found = load_scenario(folder, name)
    above = [one.scenario.name for one in list_scenarios(folder) if one.scenario.base == name]
    if above:
        raise InputError("scenario_needed", name=name, names=", ".join(above))
    with _told(name, "scenario_changed"):
        versions.save(folder, KIND, name, None, over=found.version, now=now or dt.datetime.now().astimezone())


def undo_scenario(folder: Path, name: str, *, now: dt.datetime | None = None) -> Saved | None:
    """Takes the last change of a scenario back - also a deletion, and step by step what came before; None where that leaves none.

    Raises InputError: scenario_missing, scenario_nothing_to_undo (there is no change before its first version).
    """
    found = versions.load(folder, KIND, name)
    if found is None:
        raise _missing(folder, name)
    with _told(name, "scenario_changed"):
        back = versions.undo(folder, KIND, name, now=now or dt.datetime.now().astimezone())
    if back is None:
        raise InputError("scenario_nothing_to_undo", name=name)
    return None if back.body is None else _saved(back)


def edit_lock(folder: Path, name: str) -> Lock:
    """A lock to hold while a person edits a scenario: `with edit_lock(...)`. Raises InputError (store_locked) when it is entered."""
    return versions.lock(folder, KIND, name)


def chain(folder: Path, scenario: Scenario) -> tuple[Scenario, ...]:
    """A scenario with all that it stands on, the lowest first. Raises InputError: scenario_base_missing, scenario_cycle."""
    found, names = [scenario], [scenario.name]
    while (base := found[-1].base) is not None:
        if base in names:
            raise InputError("scenario_cycle", name=scenario.name, names=" → ".join([*names, base]))
        below = versions.load(folder, KIND, base)
        if below is None or below.body is None:
            raise InputError("scenario_base_missing", name=found[-1].name, base=base)
        found.append(_saved(below).scenario)
        names.append(base)
    return tuple(reversed(found))


def check_name(name: str) -> None:
    """Raises InputError (scenario_name) where a scenario cannot be called so: too long, not printable, or the baseline's own name."""
    if not name_is_sound(name) or name.casefold() == BASELINE:
        raise InputError("scenario_name", name=name)


def check_free(folder: Path, name: str) -> None:
    """Raises InputError where no new scenario can be kept under a name, before any work is done: scenario_name, scenario_exists."""
    check_name(name)
    found = versions.load(folder, KIND, name)
    if found is not None and found.body is not None:
        raise InputError("scenario_exists", name=name, version=found.number, by=found.by, saved=found.saved)


def as_dict(scenario: Scenario) -> dict[str, Any]:
    """A scenario as JSON has it."""
    return {"name": scenario.name, "base": scenario.base, "note": scenario.note, "created": scenario.created,
            "actions": [action_dict(action) for action in scenario.actions]}


def action_dict(action: Action) -> dict[str, Any]:
    """An action as JSON and action files have it: one flat table."""
    found: dict[str, Any] = {"do": action.do}
    found |= {key: value for key, value in (("layer", action.layer), ("id", action.id), ("to_layer", action.to_layer)) if value}
    found |= {key: value for key, value in (("lon", action.lon), ("lat", action.lat)) if value is not None}
    return found | dict(action.values) | dict(action.details)


def from_dict(body: Mapping[str, Any]) -> Scenario:
    """What `as_dict` gave. Raises InputError where it is no such table."""
    from planner.plan.scenario_actions import parse_actions

    return Scenario(body["name"], body["base"], parse_actions(body["actions"], body["name"]), body["note"], body["created"])


def _saved(version: Version) -> Saved:
    """A kept version as a scenario. Raises InputError (store_broken) where its content is none."""
    assert version.body is not None
    try:
        return Saved(from_dict(version.body), version.number, version.saved, version.by)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError("store_broken", name=version.name, file=version.file) from error


def total_cost_cny(actions: Sequence[Action]) -> tuple[float, int]:
    """Yuan that the actions state, and how many of them state nothing."""
    stated = [float(action.details["cost_cny"]) for action in actions if "cost_cny" in action.details]
    return sum(stated), len(actions) - len(stated)
