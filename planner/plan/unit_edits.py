"""What actions do to units."""

from __future__ import annotations

from collections.abc import Sequence

from planner.measure.city import City
from planner.plan.facility_edits import Where
from planner.plan.scenario import Action


def edit_units(city: City, actions: Sequence[tuple[Action, Where]]) -> City:
    """placeholder."""
    raise NotImplementedError


def on_boundaries(a, b, units_of):
    """placeholder"""
    return lambda city: city
