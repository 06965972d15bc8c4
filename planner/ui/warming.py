"""What a project's opening does: reading, and the work that makes the first page quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.measure.city import City
from planner.plan.project import read_city
from planner.quality import QualityReport

if TYPE_CHECKING:
    from planner.ui.opening import Opening


def read(project: str) -> tuple[City, QualityReport]:
    """A project's city and the report of its files."""
    return read_city(project)


def first_view(known: Opening) -> None:
    """Distances and figures of the view that a visit without an address opens with."""


def other_views(known: Opening) -> None:
    """Distances of the other layers."""
