"""The city that a scenario leads to. The city that was read, and its files, are never changed.

What actions do not touch stays the very same value: a layer that no action names is the same object, so that its distances, its columns
and the targets that rest on it alone are known already (planner.targets.reuse).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from planner.measure.city import City
from planner.plan.facility_edits import Ledgers, Where
from planner.plan.project import Project, read_city
from planner.plan.scenario import BASELINE, Action, Scenario, chain, load_scenario
from planner.plan.scenario_actions import STREET_VERBS, UNIT_VERBS
from planner.quality import QualityReport


def apply(city: City, scenarios: Sequence[Scenario]) -> City:
    """A city after the actions of scenarios, the first scenario first (`planner.plan.scenario.chain` gives their order).

    Raises InputError: scenario_* with the scenario, the number of the action in it, and what stands against it.
    """
    return apply_actions(city, [(action, Where(one.name, k + 1)) for one in scenarios for k, action in enumerate(one.actions)])


def apply_actions(city: City, actions: Sequence[tuple[Action, Where]]) -> City:
    """A city after some actions, each with the place that an error names. Actions of a kind are done together, kinds in their order."""
    from planner.plan.street_edits import edit_streets
    from planner.plan.unit_edits import edit_units

    first = 0
    while first < len(actions):
        kind, last = _kind(actions[first][0]), first
        while last < len(actions) and _kind(actions[last][0]) == kind:
            last += 1
        some = actions[first:last]
        if kind == "streets":
            city = edit_streets(city, some)
        elif kind == "units":
            city = edit_units(city, some)
        else:
            city = _edit_facilities(city, some)
        first = last
    return city


def scenario_city(city: City, folder: Path, name: str) -> City:
    """A project's city under a scenario by its name; the city itself for the baseline. Raises InputError: scenario_missing and others."""
    if name == BASELINE:
        return city
    return apply(city, chain(folder, load_scenario(folder, name).scenario))


def under(project: Project, name: str | None, *, report: QualityReport) -> tuple[City, str]:
    """A project's city under a scenario (None: the baseline), and the scenario's name. The name is held against those there are before
    anything is read. Raises InputError: scenario_missing, project_blocked and others."""
    wanted = BASELINE if name is None else name
    if wanted != BASELINE:
        load_scenario(project.folder, wanted)
    return scenario_city(read_city(project, report=report), project.folder, wanted), wanted


def _kind(action: Action) -> str:
    """What an action changes."""
    return "streets" if action.do in STREET_VERBS else "units" if action.do in UNIT_VERBS else "facilities"


def _edit_facilities(city: City, actions: Sequence[tuple[Action, Where]]) -> City:
    """The city with other facilities; what is kept of distances is named by what it was made from, and so serves both."""
    ledgers = Ledgers(city)
    for action, where in actions:
        ledgers.act(action, where)
    return replace(city, facilities=ledgers.layers())
