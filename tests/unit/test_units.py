"""Radii and profiles: no silent speed, no half-given radius."""

import math

import pytest

from planner.errors import UnitError
from planner.units import ServiceRadius, TravelProfile


def test_minutes_become_metres_by_the_stated_speed() -> None:
    assert ServiceRadius(minutes=15, metres_per_minute=54).limit_m == 810
    assert ServiceRadius(metres=1000).limit_m == 1000


@pytest.mark.parametrize(
    "given", [{}, {"metres": 5, "minutes": 5, "metres_per_minute": 5}, {"minutes": 15}, {"metres": -1}, {"metres": math.inf}]
)
def test_a_radius_is_wholly_given_or_refused(given: dict[str, float]) -> None:
    with pytest.raises(UnitError):
        ServiceRadius(**given)


@pytest.mark.parametrize(("mode", "speed", "snap"), [("fly", 72, 300), ("walk", 0, 300), ("walk", math.nan, 300), ("walk", 72, -1)])
def test_a_profile_is_checked(mode: str, speed: float, snap: float) -> None:
    with pytest.raises(UnitError):
        TravelProfile("x", mode, speed, snap)
