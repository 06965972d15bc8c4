"""What changes in a layer's coverage from one state of a city to another: per unit and in all, always the second less the first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from planner.measure.coverage import Coverage, UnitCoverage
from planner.measure.small_counts import SMALL

SCHEMA = "planner.compare_coverage/1"


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit in two states. Shares 0..1 of the group's people within the radius, None where there are none, the unit is not there, or they
    are hidden; people_gained : how many come within it, less those who no longer are; None where it is hidden."""

    code: str
    name: str
    people: float | None
    share_before: float | None
    share_after: float | None
    people_gained: float | None

    @property
    def share_difference(self) -> float | None:
        """After minus before."""
        return None if self.share_before is None or self.share_after is None else self.share_after - self.share_before


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """Two coverages with the same settings, and what changes from the first to the second: the whole, and each unit that either has."""

    before: Coverage
    after: Coverage
    total: UnitChange
    units: tuple[UnitChange, ...]


def coverage_change(before: Coverage, after: Coverage, *, hide_small: bool = False) -> CoverageChange:
    """What changes between two coverages as they may be shown. hide_small : changes of 1 to 4 people are not told of any unit."""
    units = unit_changes(before, after)
    if hide_small:
        units = [_hushed(unit) for unit in units]
    return CoverageChange(before, after, _change(before.total, after.total), tuple(units))


def unit_changes(before: Coverage, after: Coverage) -> list[UnitChange]:
    """The units of two coverages of one level: those of the first in their order, then those that only the second has."""
    now = {unit.code: unit for unit in after.units}
    known = {unit.code for unit in before.units}
    return [*(_change(unit, now.get(unit.code)) for unit in before.units),
            *(_change(None, unit) for unit in after.units if unit.code not in known)]


def _change(old: UnitCoverage | None, new: UnitCoverage | None) -> UnitChange:
    """One unit; one of both may not be there."""
    there = new or old
    assert there is not None
    gained = None if old is None or new is None else _finite(new.people_covered - old.people_covered)
    return UnitChange(there.code, there.name, _finite(there.people), None if old is None else old.share, None if new is None else new.share,
                      gained)


def _finite(value: float) -> float | None:
    """A figure; None for one that is not told."""
    return value if math.isfinite(value) else None


def _hushed(unit: UnitChange) -> UnitChange:
    """A unit whose change would tell of 1 to 4 people, without its figures."""
    if unit.people_gained is None or not 0 < abs(unit.people_gained) < SMALL:
        return unit
    return replace(unit, share_before=None, share_after=None, people_gained=None)


def ranked(units: Sequence[UnitChange]) -> list[UnitChange]:
    """Units that changed, those with most people gained or lost first."""
    changed = [unit for unit in units if unit.people_gained or unit.share_before != unit.share_after]
    return sorted(changed, key=lambda unit: (-abs(unit.people_gained or 0.0), unit.code))


def rows(units: Sequence[UnitChange]) -> list[dict[str, Any]]:
    """Units as tables and files have them."""
    return [{"code": unit.code, "share_a": unit.share_before, "share_b": unit.share_after, "share_difference": unit.share_difference}
            for unit in units]


def to_dict(found: CoverageChange, a: str, b: str) -> dict[str, Any]:
    """A comparison as JSON, schema planner.compare_coverage/1 (docs/scenarios.md). a, b : the scenarios' names."""
    before, total = found.before, found.total
    settings = {"layer": before.layer, "travel": before.travel, "minutes": before.minutes, "limit_m": before.limit_m, "group": before.group,
                "by": before.by, "as_of": before.as_of.isoformat()}
    return {"schema": SCHEMA, "a": a, "b": b, "settings": settings,
            "total": {"people_a": before.total.people, "people_b": found.after.total.people,
                      "people_covered_a": before.total.people_covered, "people_covered_b": found.after.total.people_covered,
                      "people_gained": total.people_gained, "share_a": total.share_before, "share_b": total.share_after,
                      "share_difference": total.share_difference},
            "units": [{"code": unit.code, "name": unit.name, "people_gained": unit.people_gained}
                      | {key: value for key, value in row.items() if key != "code"}
                      for unit, row in zip(found.units, rows(found.units), strict=True)]}
