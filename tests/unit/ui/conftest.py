"""A project of four square townships on two streets, written to a folder: small enough to be read in a moment.

    north 2 km    A02 | A04      one street runs east along y = 500 m, one north along x = 500 m;
                  A01 | A03      one clinic at their crossing, people at the middle of each township
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from planner.ui import opening

APP = Path(__file__).resolve().parents[3] / "app.py"

LON, LAT, STEP = 114.0, 30.0, 0.01
NAMES = ("甲街道", "乙镇", '<img src=x onerror="bad()">', "**b** `c` $x^2$ :red[d]")
PEOPLE = (1000, 3000, 2000, 20500)


def write_project(folder: Path, *, name: str = "小城", population_date: str = "2020-11-01", ledger_date: str = "2025-12-31") -> Path:
    """Write the project and give its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    corners = [(LON + i * STEP, LAT + j * STEP) for i in range(2) for j in range(2)]
    squares = [[[(x, y), (x + STEP, y), (x + STEP, y + STEP), (x, y + STEP), (x, y)]] for x, y in corners]
    middles = [(x + STEP / 2, y + STEP / 2) for x, y in corners]
    grid = [LON + STEP / 2, LON + 3 * STEP / 2], [LAT + STEP / 2, LAT + 3 * STEP / 2]
    streets = [[(grid[0][0], grid[1][0]), (grid[0][1], grid[1][0])], [(grid[0][0], grid[1][0]), (grid[0][0], grid[1][1])],
               [(grid[0][0], grid[1][1]), (grid[0][1], grid[1][1])]]
    _layer(folder / "township.geojson", "Polygon", squares, [{"code": f"A0{k}", "name": n} for k, n in enumerate(NAMES, 1)])
    _layer(folder / "streets.geojson", "LineString", streets, [{"id": k} for k in range(len(streets))])
    rows = [f"{x},{y},{count},{count // 5}" for (x, y), count in zip(middles, PEOPLE, strict=True)]
    (folder / "people.csv").write_text("\n".join(["lon,lat,total,old", *rows]) + "\n", encoding="utf-8")
    (folder / "clinics.csv").write_text(f"id,name,lon,lat\nc1,一号诊所,{middles[0][0]},{middles[0][1]}\n", encoding="utf-8")
    (folder / "planner.toml").write_text(f"""[project]
id = "tiny"
name = {{ zh = "{name}", en = "Tiny" }}
crs = "EPSG:4547"
[boundaries.township]
path = "township.geojson"
code = "code"
name = "name"
[streets]
path = "streets.geojson"
[population]
path = "people.csv"
columns = {{ lon = "lon", lat = "lat", total = "total", age_60_plus = "old" }}
spread = "points"
date = {population_date}
[facilities.clinic]
path = "clinics.csv"
columns = {{ id = "id", name = "name", lon = "lon", lat = "lat" }}
crs = "EPSG:4490"
date = {ledger_date}
[facilities.public-cemetery]
path = "clinics.csv"
columns = {{ id = "id", name = "name", lon = "lon", lat = "lat" }}
crs = "EPSG:4490"
date = {ledger_date}
[travel.walk]
mode = "walk"
metres_per_minute = 72
[travel.drive]
mode = "drive"
metres_per_minute = 400
""", encoding="utf-8")
    return folder


def _layer(path: Path, kind: str, shapes: list, rows: list[dict]) -> None:
    """A GeoJSON layer."""
    features = [{"type": "Feature", "properties": row, "geometry": {"type": kind, "coordinates": shape}}
                for shape, row in zip(shapes, rows, strict=True)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


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
