"""The cities behind the scenarios page: the project's own, the one that a draft leads to, and those of saved scenarios."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from planner.measure.city import City
from planner.measure.coverage import Coverage, coverage, keep_ready
from planner.measure.small_counts import published
from planner.plan.applying import apply
from planner.plan.coverage_change import CoverageChange, coverage_change
from planner.plan.draft import Draft
from planner.plan.scenario import BASELINE, Saved, Scenario, chain, list_scenarios, load_scenario
from planner.ui import state
from planner.ui.controls import Settings
from planner.ui.opening import Opening

Value = TypeVar("Value")
KEPT_CITIES, KEPT_COVERAGES = 3, 8
"""Of each visitor: cities that a draft led to, and their coverages; undo and redo find them again."""
UNNAMED = "draft"
"""What a draft is called in faults before it has a name."""


def folder(known: Opening) -> Path:
    """The project's folder."""
    return Path(known.project)


def saved(known: Opening) -> list[Saved]:
    """The scenarios of the project, by name. Raises InputError (store_broken)."""
    return list_scenarios(folder(known))


def baseline(known: Opening, settings: Settings) -> Coverage:
    """The coverage of the project as its files have it, with its layer made ready for sites that come and go."""
    found = known.coverage(settings.layer, settings.travel, settings.minutes, settings.by, settings.group)
    keep_ready(known.read_city(), settings.layer, settings.travel, as_of=dt.date.today())
    return found


def drafted(known: Opening, draft: Draft) -> City:
    """The city that a draft leads to; the project's own where it does nothing. Raises InputError: scenario_*."""
    whole = _whole(known, draft)
    if not whole:
        return known.read_city()
    return _kept("cities", KEPT_CITIES, (known.stamp, _content(whole)), lambda: standing_apart(apply(known.read_city(), whole)))


def of_draft(known: Opening, draft: Draft, settings: Settings) -> Coverage:
    """The coverage of the city that a draft leads to. Raises InputError: scenario_*."""
    whole, day = _whole(known, draft), dt.date.today()
    if not whole:
        return baseline(known, settings)
    key = (known.stamp, _content(whole), settings.layer, settings.travel, settings.minutes, settings.by, settings.group, day)
    return _kept("coverages", KEPT_COVERAGES, key, lambda: coverage_at(drafted(known, draft), settings, day))


def _whole(known: Opening, draft: Draft) -> tuple[Scenario, ...]:
    """All that is done to the project's city, the lowest scenario first; () where nothing is."""
    scenario = draft.scenario
    if not scenario.actions and scenario.base is None:
        return ()
    return chain(folder(known), scenario if scenario.name else replace(scenario, name=UNNAMED))


def of_saved(known: Opening, name: str, settings: Settings) -> Coverage:
    """The coverage under a saved scenario, or as the files are (`baseline`). Raises InputError: scenario_missing and others."""
    if name == BASELINE:
        return baseline(known, settings)
    about, day = _content(_done(known, name)), dt.date.today()
    key = ("scenario coverage", about, settings.layer, settings.travel, settings.minutes, settings.by, settings.group, day)
    return known.keep(key, lambda: coverage_at(city_of(known, name), settings, day))


def city_of(known: Opening, name: str) -> City:
    """The city under a saved scenario, or as the files are (`baseline`). Raises InputError: scenario_missing and others."""
    if name == BASELINE:
        return known.read_city()
    whole = _done(known, name)
    return known.keep(("scenario city", _content(whole)), lambda: standing_apart(apply(known.read_city(), whole)))


def _done(known: Opening, name: str) -> tuple[Scenario, ...]:
    """All that a saved scenario does, with those that it stands on, the lowest first."""
    return chain(folder(known), load_scenario(folder(known), name).scenario)


def change(known: Opening, before: Coverage, after: Coverage) -> CoverageChange:
    """What changes between two coverages, as it may be told."""
    return coverage_change(before, after, hide_small=known.read_city().demand.hide_small)


def coverage_at(city: City, settings: Settings, day: dt.date) -> Coverage:
    """The coverage at the settings of the page."""
    return published(city, coverage(city, settings.layer, settings.travel, minutes=settings.minutes, by=settings.by, group=settings.group,
                                    as_of=day))


def standing_apart(city: City) -> City:
    """A city that knows what is known of the project's, and lets go of its own answers when it goes."""
    return replace(city, cache=dict(city.cache))


def _content(whole: Sequence[Scenario]) -> str:
    """What scenarios do, as text: equal for equal actions in their order."""
    return repr([scenario.actions for scenario in whole])


def _kept(what: str, most: int, key: Hashable, make: Callable[[], Value]) -> Value:
    """A value of this visitor's session, made once as long as it is among the last `most`."""
    shelf: OrderedDict[Hashable, Value] = state.memory().setdefault(f"scenario_{what}", OrderedDict())
    if key not in shelf:
        shelf[key] = make()
    shelf.move_to_end(key)
    while len(shelf) > most:
        shelf.popitem(last=False)
    return shelf[key]
