"""A city to work out by hand: one street of 4 km from west to east, four communities of 1 km, two townships.

  A1 (urban)    A2 (urban)    B1 (rural)    B2 (rural)        communities
|------ A (urban) ------|------ B (rural) ------|             townships, both in district D
0          1000         2000         3000        4000 m
     500          1500         2500        3500               where the people live, on the street
     100           200          300         400               people
      10            20           30          40               aged 60 and over
      50           100          150         200               households
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.city import City, Reported
from planner.network.graph import from_lines
from planner.targets.evaluate import evaluate
from planner.targets.pack_rules import build_pack
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)
UNITS = {
    "district": [("D", "大区", "", "", 0, 4000)],
    "township": [("A", "甲街道", "urban", "D", 0, 2000), ("B", "乙镇", "rural", "D", 2000, 4000)],
    "community": [
        ("A1", "甲一", "urban", "A", 0, 1000),
        ("A2", "甲二", "urban", "A", 1000, 2000),
        ("B1", "乙一", "rural", "B", 2000, 3000),
        ("B2", "乙二", "rural", "B", 3000, 4000),
    ],
}
HOMES_AT = (500, 1500, 2500, 3500)
PEOPLE = {"total": [100, 200, 300, 400], "age_60_plus": [10, 20, 30, 40], "households": [50, 100, 150, 200]}


@dataclass
class OneStreet:
    """Stands in for the streets of a project: the same line for every mode."""

    shown: str = "streets.geojson"
    sha256: str = "feed"

    def network(self, mode):
        return from_lines([shapely.LineString([(0, 0), (4000, 0)])], crs=CRS)


def _units_at(x, units=UNITS):
    found = {}
    for level, rows in units.items():
        found[level] = np.array([next((row[0] for row in rows if row[4] <= at < row[5]), "") for at in x], dtype=object)
    return found


def _layer(slug, rows, date, units=UNITS):
    x = np.array([row.get("x", np.nan) for row in rows], dtype=float)
    data = {"id": [row.get("id", f"{slug[0]}{k}") for k, row in enumerate(rows, start=1)], "name": [row.get("name", "") for row in rows]}
    for key in ("status", "opened", "closed", "started", "approved"):
        data[key] = np.array([row.get(key, "") for row in rows], dtype=object)
    keys = {key for row in rows for key in row} - {*data, "x", "unit"}
    for key in sorted(keys):
        values = [row.get(key) for row in rows]
        numeric = all(value is None or isinstance(value, (int, float)) for value in values)
        data[key] = (
            np.array([np.nan if value is None else value for value in values], dtype=float)
            if numeric
            else np.array(["" if value is None else str(value) for value in values], dtype=object)
        )
    data["x"], data["y"] = x, np.zeros(len(rows))
    data["y"][np.isnan(x)] = np.nan
    for level, codes in _units_at(x, units).items():
        data[f"unit_{level}"] = np.array(
            [row.get("unit", {}).get(level, code) for row, code in zip(rows, codes, strict=True)], dtype=object
        )
    data["row"] = np.arange(2, len(rows) + 2)
    frame = gpd.GeoDataFrame({key: list(value) for key, value in data.items()}, geometry=gpd.points_from_xy(x, data["y"]), crs=CRS)
    return FacilityLayer(slug, frame, Source("facilities.csv", "cafe", len(rows), date))


@pytest.fixture
def draw():
    """Draws the city: facilities by layer (each a dictionary with x and columns), further columns of units, blanks among the people."""

    def city(
        facilities=None,
        *,
        columns=None,
        people=None,
        reported=None,
        parameters=None,
        dates=None,
        travels=None,
        without=(),
        units=UNITS,
    ):
        levels = {}
        for level, rows in units.items():
            if level in without:
                continue
            frame = gpd.GeoDataFrame(
                {
                    "code": [r[0] for r in rows],
                    "name": [r[1] for r in rows],
                    "class": [r[2] for r in rows],
                    "parent": [r[3] for r in rows],
                    "row": range(1, len(rows) + 1),
                },
                geometry=[shapely.box(r[4], -500, r[5], 500) for r in rows],
                crs=CRS,
            )
            for column, values in (columns or {}).get(level, {}).items():
                frame[column] = values
            levels[level] = frame
        x = np.array(HOMES_AT, dtype=float)
        groups = {key: np.array(values, dtype=float) for key, values in (PEOPLE | (people or {})).items()}
        demand = DemandPoints(x, np.zeros(4), groups, _units_at(x, units), Source("population.csv", "beef", 4, "2020-11-01"))
        layers = {slug: _layer(slug, rows, (dates or {}).get(slug, ""), units) for slug, rows in (facilities or {}).items()}
        profiles = {
            name: TravelProfile(name, mode, speed)
            for name, (mode, speed) in (travels or {"walk": ("walk", 50.0), "drive": ("drive", 500.0)}).items()
        }
        return City(
            "street",
            {"zh": "一条街", "en": "One street"},
            CRS,
            Boundaries(CRS, levels, {"township": Source("townships.geojson", "dead", 2)}),
            demand,
            layers,
            OneStreet(),
            profiles,
            DAY,
            {key: Reported(*value) for key, value in (reported or {}).items()},
            parameters or {},
        )

    return city


@pytest.fixture
def make_pack():
    """A pack of one target, "t"; keys of the target and of its check as given, the rest as plain as can be."""

    def pack(check=None, *, regions=None, period=(2023, 2025), **target):
        entry = {"id": "t", "title": {"zh": "指标", "en": "target"}, "clause": "1", "kind": "target", "layer": "home"} | target
        if check is not None:
            entry["check"] = check
        top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d"}, "target": [entry]}
        if period:
            top["period"] = list(period)
        return build_pack(top | ({"regions": regions} if regions else {}), "p.toml")

    return pack


@pytest.fixture
def ask(make_pack):
    """Evaluates one target on a city; a figure is written as (comparator, value) or (comparator, value, value_max)."""

    def result(city, figure, check, *, unit="things", day=DAY, regions=None, **target):
        figures = {} if figure is None else dict(zip(("comparator", "value", "value_max"), figure, strict=False))
        return evaluate(city, [make_pack(check, regions=regions, unit=unit, **figures, **target)], as_of=day).targets[0]

    return result
