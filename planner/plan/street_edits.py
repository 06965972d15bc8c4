"""What actions do to the streets: gates opened, paths and bridges added, streets closed. People and facilities stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planner.errors import NetworkError
from planner.inputs.coordinates import WGS84, System, parse_system, to_plane
from planner.measure.city import City
from planner.network.editing import Edit, EditedStreets
from planner.plan.facility_edits import Where
from planner.plan.scenario import Action
from planner.units import MODES

KINDS = {"open_gate": "gate", "add_path": "path", "bridge": "path", "close_path": "close"}
ON_FOOT = ("walk", "cycle")
"""Who may use a new gate or path, and whom a closed one stops, unless the action says so; a bridge carries everybody."""
BY_MODE = ("attach", "attach facilities", "nearest", "off streets", "nearest in reach")
"""What a city keeps of a mode's network: (what, mode, ...)."""
KEPT = ("demand digest", "unit lookup", "ancestors", "demand_unit", "unit of points", "unit numbers", "straight")
"""What a city keeps that no street touches."""


def edit_streets(city: City, actions: Sequence[tuple[Action, Where]]) -> City:
    """The city with other streets. Raises InputError: scenario_edit_* with the scenario and the number of the action."""
    crs, modes = parse_system(city.crs), {travel.mode for travel in city.travels.values()} or {"walk"}
    edits: list[Edit] = []
    for action, where in actions:
        line = action.details.get("line") or [[action.lon, action.lat]]
        lon, lat = (np.array([at[k] for at in line], dtype=np.float64) for k in (0, 1))
        x, y = to_plane(System(WGS84, True), lon, lat, crs)
        usual = MODES if action.do == "bridge" else ON_FOOT
        one = Edit(KINDS[action.do], tuple(zip(x.tolist(), y.tolist(), strict=True)), tuple(action.details.get("modes", usual)))
        concerned = modes & set(one.modes)
        if not concerned:
            raise where.fault("edit_no_mode", action, modes=", ".join(one.modes), travels=", ".join(sorted(modes)))
        try:
            for mode in sorted(concerned):
                EditedStreets(city.streets, (*edits, one)).network(mode)
        except NetworkError as error:
            if not error.code.startswith("edit_"):
                raise
            raise where.fault(error.code, action, **error.params) from error
        edits.append(one)
    changed = {mode for edit in edits for mode in edit.modes}
    return replace(city, streets=EditedStreets(city.streets, edits), cache=_still_known(city.cache, changed))


def _still_known(cache: dict[Any, Any], modes: set[str]) -> dict[Any, Any]:
    """What holds of a city with other streets too: what no street touches, and what is of modes without edits."""
    found = {}
    for key, value in cache.items():
        what = key[0] if isinstance(key, tuple) else key
        if what in KEPT or (what in BY_MODE and key[1] not in modes):
            found[key] = value
    return found
