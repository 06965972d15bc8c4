"""In which units a place counts, for places that come after the ledgers were read: new and moved sites."""

from __future__ import annotations

import numpy as np

from planner.inputs.facilities import UNIT_KEYS
from planner.inputs.layers import Boundaries
from planner.inputs.specs import LEVELS
from planner.inputs.units import EDGE_M, Units, ancestors


class UnitLookup:
    """The units of a project as places are looked up in them, by the rules by which ledgers are placed (planner.inputs.placing)."""

    def __init__(self, boundaries: Boundaries) -> None:
        self.units: dict[str, Units] = {}
        for level, frame in boundaries.levels.items():
            code, name, class_, parent = (frame[column].to_numpy(dtype=object) for column in ("code", "name", "class", "parent"))
            self.units[level] = Units(level, level, code, name, class_, parent, frame.geometry.to_numpy(), np.arange(len(frame)))
        self.above = {level: ancestors(self.units, level) for level in self.units}

    def codes_at(self, x: float, y: float) -> dict[str, str]:
        """Code of the unit of each level that holds a place, "" outside."""
        at = np.array([x]), np.array([y])
        found = {level: units.locate(*at)[0] for level, units in self.units.items()}
        return {level: str(self.units[level].codes[k]) if k >= 0 else "" for level, k in found.items()}

    def stated(self, level: str, name: str, lies: str) -> dict[str, str] | None:
        """Codes by level of the unit that a stated name or code means, with those above it; None where it means none, or several of which
        the place (`lies`) is in none."""
        units = self.units[level]
        places = units.named(name)
        if len(places) > 1:
            places = tuple(k for k in places if units.codes[k] == lies)
        if not places:
            return None
        above = {upper: str(codes[places[0]]) for upper, codes in self.above[level].items()}
        return above | {level: str(units.codes[places[0]])}

    def metres_outside(self, x: float, y: float) -> float:
        """Metres from a place to the nearest unit of any administrative level, 0 inside (and within EDGE_M of it)."""
        levels = [level for level in self.units if level in LEVELS] or list(self.units)
        away = min((float(self.units[level].distance(np.array([x]), np.array([y]))[0]) for level in levels), default=0.0)
        return 0.0 if away <= EDGE_M else away

    def counts_in(self, lies_in: dict[str, str], stated: dict[str, str]) -> dict[str, str] | str:
        """Codes by level that a facility counts in: where it lies, but what it states goes before (community, then township). The stated
        text instead, where it means no unit."""
        found = dict(lies_in)
        for level in reversed(UNIT_KEYS):
            name = stated.get(level, "").strip()
            if not name or level not in self.units:
                continue
            codes = self.stated(level, name, lies_in[level])
            if codes is None:
                return name
            found |= codes
        return found

