"""What is drawn under the units of any map for orientation: the project's own water, green, railways and streets."""

from __future__ import annotations

from planner.export.geometry import Backdrop, street_backdrop
from planner.measure.city import City

STREETS_MODE = "walk"


def backdrop(city: City) -> list[Backdrop]:
    """Water, green and railways where the project has them, and the streets, in the project's metric CRS."""
    modes = [profile.mode for profile in city.travels.values()]
    mode = STREETS_MODE if STREETS_MODE in modes else modes[0]
    return [*(Backdrop(kind, shapes) for kind, shapes in city.basemap.items()), *street_backdrop(city.streets.network(mode))]
