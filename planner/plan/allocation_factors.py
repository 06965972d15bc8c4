"""What a quota is split by: people of a group, the shortfall of a target, columns of a table."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.errors import InputError
from planner.measure.city import City
from planner.measure.coverage import unit_of_points
from planner.plan.allocation import GAP, Factor
from planner.targets.evaluate import evaluate_target
from planner.targets.pack import TargetPack


def parse_factors(written: str) -> list[tuple[str, float]]:
    """Factors as a person writes them: `age_60_plus=0.6,gap=0.4`; without a weight 1. Raises InputError (allocation_factors)."""
    found = []
    for part in filter(None, (piece.strip() for piece in written.split(","))):
        name, _, weight = (piece.strip() for piece in part.partition("="))
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            value = math.nan
        if not (name and 0 < value < math.inf):
            raise InputError("allocation_factors", value=part)
        found.append((name, value))
    if not found:
        raise InputError("allocation_factors", value=written)
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """Where factors come from. table : column -> unit code -> number. target : id of the target whose shortfall is the factor `gap`."""

    city: City
    level: str
    table: Mapping[str, Mapping[str, float]]
    packs: Sequence[TargetPack]
    target: str | None
    day: dt.date

    @property
    def codes(self) -> list[str]:
        """The units, in code order."""
        found: list[str] = self.city.boundaries.frame(self.level)["code"].tolist()
        return found

    def factor(self, name: str, weight: float) -> Factor:
        """A factor by its name: a column of the table, `gap`, or a group of people. Raises InputError: allocation_factor_unknown,
        allocation_target, allocation_target_level, target_unknown."""
        if name in self.table:
            return Factor(name, tuple(self.table[name].get(code, 0.0) for code in self.codes), weight)
        if name == GAP:
            return Factor(name, self.shortfalls(), weight)
        people = self.city.demand.people
        if name not in people:
            raise InputError("allocation_factor_unknown", factor=name, groups=", ".join(people), columns=", ".join(self.table) or "-")
        unit = unit_of_points(self.city, self.level, self.codes)
        inside = unit >= 0
        sums = np.bincount(unit[inside], weights=np.nan_to_num(people[name])[inside], minlength=len(self.codes))
        return Factor(name, tuple(np.round(sums, 6).tolist()), weight)

    def shortfalls(self) -> tuple[float, ...]:
        """The shortfall of each unit under the target."""
        if self.target is None:
            raise InputError("allocation_target")
        own = next(((pack, target) for pack in self.packs for target in pack.targets if target.id == self.target), None)
        if own is None:
            raise InputError("target_unknown", target=self.target, packs=", ".join(pack.id for pack in self.packs))
        result = evaluate_target(self.city, *own, self.day)
        short = {unit.code: float(unit.shortfall or 0.0) for unit in result.units if unit.level == self.level}
        if not short:
            raise InputError("allocation_target_level", target=self.target, level=self.level)
        return tuple(short.get(code, 0.0) for code in self.codes)

    def bounds(self, column: str, default: int | None) -> dict[str, int]:
        """Unit code -> its least or most: by the table, else the one for all."""
        own = self.table.get(column, {})
        found = {code: default if (value := own.get(code)) is None else int(value) for code in self.codes}
        return {code: value for code, value in found.items() if value is not None}
