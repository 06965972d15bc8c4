"""A project of four square townships on two streets, written to a folder: small enough to be read in a moment.

    north 2 km    A02 | A04      one street runs east along y = 500 m, one north along x = 500 m;
                  A01 | A03      one clinic at their crossing, people at the middle of each township
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner.ui import opening
from tests import small_project
from tests.small_project import STREETS, TOWNSHIPS, as_written, feature, layer, rectangle, same

APP = Path(__file__).resolve().parents[3] / "app.py"

LON, LAT, STEP = 114.0, 30.0, 0.01
NAMES = ("甲街道", "乙镇", '<img src=x onerror="bad()">', "**b** `c` $x^2$ :red[d]")
PEOPLE = (1000, 3000, 2000, 20500)


def write_project(folder: Path, *, name: str = "小城", population_date: str = "2020-11-01", ledger_date: str = "2025-12-31") -> Path:
    """Write the project and give its folder."""
    corners = [(LON + i * STEP, LAT + j * STEP) for i in range(2) for j in range(2)]
    middles = [(x + STEP / 2, y + STEP / 2) for x, y in corners]
    west, east, south, north = LON + STEP / 2, LON + 3 * STEP / 2, LAT + STEP / 2, LAT + 3 * STEP / 2
    streets = [[(west, south), (east, south)], [(west, south), (west, north)], [(west, north), (east, north)]]
    rows = [f"{x},{y},{count},{count // 5}" for (x, y), count in zip(middles, PEOPLE, strict=True)]
    clinics = {"path": "clinics.csv", "columns": same("id", "name", "lon", "lat"), "crs": "EPSG:4490", "date": ledger_date}
    sections = TOWNSHIPS | STREETS | {
        "project": {"id": "tiny", "name": {"zh": name, "en": "Tiny"}, "crs": "EPSG:4547"},
        "population": {"path": "people.csv", "columns": same("lon", "lat", "total", age_60_plus="old"), "spread": "points",
                       "date": population_date},
        "facilities.clinic": clinics, "facilities.public-cemetery": clinics,
        "travel.walk": {"mode": "walk", "metres_per_minute": 72}, "travel.drive": {"mode": "drive", "metres_per_minute": 400}}
    return small_project.write_project(folder, sections, {
        "townships.geojson": layer(*(feature("Polygon", rectangle(x, y, STEP, STEP, as_written), code=f"A0{k}", name=unit)
                                     for k, ((x, y), unit) in enumerate(zip(corners, NAMES, strict=True), 1))),
        "streets.geojson": layer(*(feature("LineString", line, id=k) for k, line in enumerate(streets))),
        "people.csv": "\n".join(["lon,lat,total,old", *rows]) + "\n",
        "clinics.csv": f"id,name,lon,lat\nc1,一号诊所,{middles[0][0]},{middles[0][1]}\n"})


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder."""
    return write_project(tmp_path_factory.mktemp("projects") / "tiny")


@pytest.fixture
def visit(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens an address on the tiny project, or on another, and waits until the project is read."""

    def run(project: Path = tiny, **address: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["app.py", str(project)])
        assert opening.opening(str(project)).ready.wait(60)
        page = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in address.items():
            page.query_params[key] = value
        return page.run()

    return run


def control(page: AppTest, kind: str, key: str) -> Any:
    """A widget by its key."""
    return next(widget for widget in page.get(kind) if widget.key == key)


def html(page: AppTest) -> str:
    """All that was put on the page as HTML, less the style."""
    return "".join(part.proto.body for part in page.get("html") if "<style>" not in part.proto.body)


def press(page: AppTest, key: str) -> AppTest:
    """Presses a button and draws the page."""
    control(page, "button", key).click()
    return page.run()
