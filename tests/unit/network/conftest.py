"""Small drawn networks, in metres."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import shapely

from planner.network.graph import StreetNetwork, from_lines

CRS = "EPSG:32650"


def lines_of(text: str) -> list[shapely.LineString]:
    """`0 0, 100 0 | 100 0, 100 50` as lines."""
    return [shapely.LineString([[float(number) for number in vertex.split()] for vertex in line.split(",")]) for line in text.split("|")]


@pytest.fixture
def draw() -> Callable[..., StreetNetwork]:
    """Makes a network of drawn lines; keyword arguments are columns."""

    def make(text: str, mode: str = "walk", **columns: object) -> StreetNetwork:
        return from_lines(lines_of(text), crs=CRS, mode=mode, columns=columns)

    return make
