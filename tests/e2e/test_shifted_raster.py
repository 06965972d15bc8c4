"""People beside the demonstration city's streets, as cells of 100 m in GCJ-02: told from the cells alone, and confirmed in one line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from planner.inputs.coordinates import convert, parse_system
from planner.plan.project import bundled_folder, read_project, survey_project
from planner.plan.systems_confirmed import confirm
from planner.quality import QualityReport

STEP = 0.00083
"""Degrees: about 100 m."""


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's boundaries, streets and unit totals, spread over a raster that somebody shifted; no facilities, one travel."""
    folder, city = tmp_path_factory.mktemp("raster") / "city", bundled_folder()
    folder.mkdir()
    for part in ("boundaries", "streets", "population"):
        shutil.copytree(city / part, folder / part)
    text = (city / "planner.toml").read_text(encoding="utf-8")
    spread = 'spread = "residential"\nspread_path = "population/residential.gpkg"'
    assert spread in text
    text = text.replace(spread, 'spread = "raster"\nspread_path = "p.tif"')
    kept = [part for part in re.split(r"(?m)^(?=\[)", text) if part.startswith(("[project", "[boundaries", "[streets", "[population"))]
    (folder / "planner.toml").write_text("".join(kept) + '[travel.walk]\nmode = "walk"\nmetres_per_minute = 60\n', encoding="utf-8")
    corners = shapely.get_coordinates(gpd.read_file(city / "streets/streets.gpkg").to_crs(4326).geometry.to_numpy())
    lon, lat = convert(parse_system("wgs84"), parse_system("gcj02"), corners[:, 0], corners[:, 1])
    west, north = lon.min() - 5 * STEP, lat.max() + 5 * STEP
    column, line = ((lon - west) / STEP).astype(int), ((north - lat) / STEP).astype(int)
    cells = np.zeros((line.max() + 6, column.max() + 6), dtype="float32")
    np.add.at(cells, (line, column), 1)
    with rasterio.open(folder / "p.tif", "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1, dtype="float32",
                       crs="EPSG:4326", transform=Affine(STEP, 0, west, 0, -STEP, north)) as box:
        box.write(cells, 1)
    return folder


def test_a_shifted_raster_is_told_and_confirmed(shifted: Path) -> None:
    report = QualityReport()
    survey_project(read_project(shifted, report=report), report=report)
    assert [(issue.code, issue.file, issue.value) for issue in report.blocking] == [("crs_suspect", "p.tif", "gcj02")]
    (said,) = [one for one in report.systems if one.file == "p.tif"]
    assert (said.sections, said.likely, said.confidence) == (("population.spread",), "gcj02", "high")
    assert confirm(read_project(shifted), "population.spread", "gcj02") == ("population.spread",)
    assert 'spread_crs = "gcj02"' in (shifted / "planner.toml").read_text(encoding="utf-8")
    people = read_project(shifted).population
    assert people is not None and (people.crs, people.spread_crs) == (None, "gcj02")
