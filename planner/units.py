"""Service radii and travel profiles: metres, minutes, and the stated speed that joins them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from planner.errors import UnitError

MODES = ("walk", "cycle", "drive")
DEFAULT_MAX_SNAP_M = 300.0
"""How far a point may lie from the nearest street and still be attached to it (contract, section 1)."""


@dataclass(frozen=True, slots=True)
class TravelProfile:
    """A way of travelling: a mode, which decides the streets open to it, and one stated speed.

    Cost is metres; minutes = metres / metres_per_minute. There is no default speed.
    """

    name: str
    mode: str
    metres_per_minute: float
    max_snap_m: float = DEFAULT_MAX_SNAP_M

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise UnitError("travel_mode_unknown", travel=self.name, mode=self.mode, modes=", ".join(MODES))
        if not (math.isfinite(self.metres_per_minute) and self.metres_per_minute > 0):
            raise UnitError("travel_speed_invalid", travel=self.name, value=self.metres_per_minute)
        if not (math.isfinite(self.max_snap_m) and self.max_snap_m >= 0):
            raise UnitError("travel_snap_invalid", travel=self.name, value=self.max_snap_m)


@dataclass(frozen=True, slots=True)
class ServiceRadius:
    """How far a facility serves: `ServiceRadius(metres=1000)`, or minutes with a stated speed.

    `ServiceRadius(minutes=15, metres_per_minute=54)` is 810 m. Exactly one of metres and minutes is given.
    """

    metres: float | None = None
    minutes: float | None = None
    metres_per_minute: float | None = None

    def __post_init__(self) -> None:
        if (self.metres is None) == (self.minutes is None):
            raise UnitError("radius_one_of_metres_minutes")
        if self.minutes is not None and self.metres_per_minute is None:
            raise UnitError("radius_speed_missing", minutes=self.minutes)
        if not (math.isfinite(self.limit_m) and self.limit_m >= 0):
            raise UnitError("radius_invalid", value=self.limit_m)

    @property
    def limit_m(self) -> float:
        """The radius in metres."""
        if self.metres is not None:
            return self.metres
        assert self.minutes is not None
        assert self.metres_per_minute is not None
        return self.minutes * self.metres_per_minute
