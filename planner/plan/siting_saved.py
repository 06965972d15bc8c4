"""The answer of `planner site` kept as a scenario: one `add` for each new site."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from planner.plan.scenario import Action, Saved, Scenario, Value, save_scenario
from planner.plan.siting_question import SitingRun


def as_scenario(run: SitingRun, name: str, *, taken: Iterable[str], base: str | None = None, note: str = "") -> Scenario:
    """A scenario that builds the new sites. base : the scenario that they were found under, None for the baseline; taken : ids of the
    layer's facilities; a site whose id is one of them gets `-new` behind it."""
    return Scenario(name, base, actions=tuple(_action(run, k, set(taken)) for k in range(len(run.new))), note=note)


def _action(run: SitingRun, number: int, taken: set[str]) -> Action:
    """One new site as an action: its place, its cost, and of the ledger its floor area and capacity."""
    site, found = run.new[number], run.candidates
    values: dict[str, Value] = {"name": site.name} if site.name else {}
    for column in dict.fromkeys(("area_m2", run.question.capacity)):
        amount = np.nan if column is None else float(found.number(column)[site.candidate])
        if column is not None and not np.isnan(amount):
            values[column] = amount
        elif column is not None and column == run.question.capacity and run.question.site_capacity is not None:
            values[column] = run.question.site_capacity
    details: dict[str, Any] = {} if site.cost_cny is None else {"cost_cny": site.cost_cny}
    ident = site.id
    while ident in taken:
        ident += "-new"
    return Action("add", run.question.layer, ident, values, round(site.lon, 7), round(site.lat, 7), details=details)


def save(folder: Path, run: SitingRun, name: str, *, taken: Iterable[str], base: str | None = None, note: str = "") -> Saved:
    """Keeps the plan as a new scenario of the project in `folder`; nothing is overwritten. Raises InputError as `save_scenario` does."""
    return save_scenario(folder, as_scenario(run, name, taken=taken, base=base, note=note))
