"""Geometry files on disk: the same files give the same map, anything else is made anew."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.export.geometry import Backdrop, MapGeometry, map_geometry
from planner.inputs.layers import Boundaries, Source
from planner.ui.map_files import SUFFIX, geometry_of, opened
from planner.units import TravelProfile

SQUARES = [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)]
UNITS = Boundaries("EPSG:4547", {"township": gpd.GeoDataFrame({"code": ["1", "2"], "name": ["a", "b"]}, geometry=SQUARES, crs="EPSG:4547")})


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of each test's own."""
    monkeypatch.setenv("PLANNER_CACHE", str(tmp_path))
    return tmp_path / "maps"


def city(sha256: str = "one") -> Any:
    """A city as far as the map's files look at it."""
    return SimpleNamespace(crs="EPSG:4547", sources=(Source("townships.geojson", sha256),), boundaries=UNITS, basemap={},
                           travels={"walk": TravelProfile("walk", "walk", 72)})


class Maker:
    """Counts how often the map is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> MapGeometry:
        self.times += 1
        return map_geometry(UNITS, [Backdrop("street_minor", np.array([shapely.LineString([(0, 0), (900, 900)])], dtype=object))])


def test_the_same_files_make_the_map_once(cache: Path) -> None:
    make = Maker()
    first, second = geometry_of(city(), make), geometry_of(city(), make)
    assert make.times == 1
    assert second == first
    assert second.detail is not None
    assert len(list(cache.glob(f"*{SUFFIX}"))) == 1


def test_a_changed_file_makes_it_anew() -> None:
    make = Maker()
    geometry_of(city("one"), make)
    geometry_of(city("two"), make)
    assert make.times == 2


@pytest.mark.parametrize("spoil", [
    lambda raw: raw[:-1], lambda raw: b"", lambda raw: raw[:20], lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])])
def test_a_spoilt_file_is_not_believed(cache: Path, spoil: Any) -> None:
    make = Maker()
    made = geometry_of(city(), make)
    (path,) = cache.glob(f"*{SUFFIX}")
    kept, detail = opened(path.read_bytes()), made.detail
    assert kept is not None and detail is not None
    assert kept.endswith(made.payload + detail.payload)
    path.write_bytes(spoil(path.read_bytes()))
    assert opened(path.read_bytes()) is None
    assert geometry_of(city(), make) == made
    assert make.times == 2


def test_a_cache_that_cannot_be_written_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PLANNER_CACHE", str(tmp_path / "file"))
    assert geometry_of(city(), Maker()).codes == {"township": ("1", "2")}
