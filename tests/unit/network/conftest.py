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


@pytest.fixture(params=["compiled", "interpreted"])
def loops_as(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The searches' loops as they are compiled, and the same loops run line by line by Python, where their lines can be counted."""
    from planner.network import fronts, loops, reaching
    from planner.network.jit import Loop

    if request.param == "interpreted":
        for module in (loops, reaching, fronts):
            for name, value in list(vars(module).items()):
                if isinstance(value, Loop):
                    monkeypatch.setattr(value, "compiled", value.function)
                elif hasattr(value, "py_func"):
                    monkeypatch.setattr(module, name, value.py_func)
    kind: str = request.param
    return kind
