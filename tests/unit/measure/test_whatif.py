"""A layer kept ready while facilities come, go and move: whatever is asked then is what a whole measurement gives, to the last bit.

A bent grid of streets, some of them one-way, 120 homes, and facilities that are points, one with an area and one with two entrances.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.inputs.layers import Boundaries, DemandPoints, Extents, FacilityLayer, Source
from planner.measure import whatif
from planner.measure.attaching import counting_facilities
from planner.measure.city import City
from planner.measure.coverage import coverage, keep_ready, nearest_facility
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS, DAY, SIDE, STEP = "EPSG:32650", dt.date(2025, 12, 31), 6, 200.0


@dataclass
class Drawn:
    """Streets that are there already."""

    made: object
    shown: str = "grid"

    def network(self, mode: str) -> object:
        return self.made


def grid(rng: np.random.Generator) -> object:
    """Six by six corners, a tenth of the streets missing, a tenth one-way."""
    at = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"), axis=-1) * STEP + rng.normal(0, 12, (SIDE, SIDE, 2))
    ends = [((i, j), (i + a, j + b)) for i in range(SIDE) for j in range(SIDE) for a, b in ((1, 0), (0, 1)) if max(i + a, j + b) < SIDE]
    made = from_lines([shapely.LineString([at[a], at[b]]) for a, b in ends if rng.random() > 0.1], crs=CRS)
    return replace(made, direction=(rng.random(made.edges) < 0.1).astype(np.int8))


def layer(places: list[tuple[float, float]], status: dict[int, str], area: object, doors: list[tuple[float, float]]) -> FacilityLayer:
    """Facilities at places; the second has an area, the third two entrances."""
    count = len(places)
    x, y = np.array(places, dtype=float).reshape(-1, 2).T
    text = np.full(count, "", dtype=object)
    state = np.array([status.get(k, "operating") for k in range(count)], dtype=object)
    areas, start = np.full(count, None, dtype=object), np.zeros(count + 1, dtype=np.int64)
    areas[1] = area
    start[3:] = len(doors)
    door = np.array(doors, dtype=float).reshape(-1, 2).T
    columns = {"id": [f"f{k}" for k in range(count)], "name": text, "x": x, "y": y, "status": state, "opened": text, "closed": text,
               "row": np.arange(count)}
    frame = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=gpd.points_from_xy(x, y), crs=CRS)
    return FacilityLayer("home", frame, Source("homes.csv"), extents=Extents(areas, start, door[0].copy(), door[1].copy()))


class Town:
    """The drawn city and ways to change its facilities."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        wide = (SIDE - 1) * STEP
        self.places = [tuple(at) for at in self.rng.uniform(0, wide, (9, 2)).tolist()]
        self.area = shapely.box(500, 300, 640, 380)
        self.doors = [(100.0, 120.0), (180.0, 900.0)]
        x, y = self.rng.uniform(-60, wide + 60, (2, 120))
        halves = gpd.GeoDataFrame({"code": ["W", "E"], "name": ["西", "东"], "class": "", "parent": "", "row": [1, 2]},
                                  geometry=[shapely.box(-500, -500, 500, 1500), shapely.box(500, -500, 1500, 1500)], crs=CRS)
        people = {"total": self.rng.integers(1, 50, 120).astype(float)}
        demand = DemandPoints(x, y, people, {"township": np.where(x < 500, "W", "E").astype(object)}, Source("people.csv"))
        travels = {"walk": TravelProfile("walk", "walk", 60.0, 60.0)}
        units, streets = Boundaries(CRS, {"township": halves}), Drawn(grid(self.rng))
        self.city = City("t", "t", CRS, units, demand, {"home": self.layer()}, streets, travels)

    def layer(self, status: dict[int, str] | None = None) -> FacilityLayer:
        return layer(self.places, status or {}, self.area, self.doors)

    def whole(self, changed: FacilityLayer):
        """Coverage of other facilities, measured whole."""
        return coverage(replace(self.city, facilities={"home": changed}, cache={}), "home", "walk", minutes=6, by="township", as_of=DAY)

    def beside(self, changed: FacilityLayer):
        """The same from what is kept ready; the second value says whether it was."""
        other = replace(self.city, facilities={"home": changed}, cache=dict(self.city.cache))
        return coverage(other, "home", "walk", minutes=6, by="township", as_of=DAY)


@pytest.fixture(params=[1, 2, 3])
def town(request: pytest.FixtureRequest) -> Town:
    made = Town(request.param)
    keep_ready(made.city, "home", "walk", as_of=DAY)
    return made


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whole searches that are made: none, where an answer came from what is kept ready."""
    made: list[object] = []
    own = whatif.paths.nearest
    monkeypatch.setattr(whatif.paths, "nearest", lambda *args: made.append(args) or own(*args))
    return made


def test_facilities_that_come_go_and_move_are_measured_as_a_whole(town: Town, searched: list[object]) -> None:
    for _ in range(12):
        status = {int(k): "closed" for k in town.rng.choice(9, size=town.rng.integers(0, 4), replace=False)}
        before = list(town.places)
        for k in town.rng.choice([0, *range(3, 9)], size=town.rng.integers(0, 3), replace=False):
            town.places[k] = tuple(town.rng.uniform(0, 1000, 2).tolist())
        town.places += [tuple(at) for at in town.rng.uniform(-100, 1100, (int(town.rng.integers(0, 3)), 2)).tolist()]
        changed = town.layer(status)
        searched.clear()
        found = town.beside(changed)
        assert not searched
        assert found == town.whole(changed)
        assert searched  # the whole was measured, so the two are independent
        town.places = before


def test_who_moves_to_another_ones_place_keeps_its_turn_among_equals(town: Town, searched: list[object]) -> None:
    town.places[0] = town.places[5]
    changed = town.layer()
    other = replace(town.city, facilities={"home": changed}, cache=dict(town.city.cache))
    chosen, travel = counting_facilities(other, "home", DAY), other.travels["walk"]
    found = nearest_facility(other, chosen, travel)
    assert not searched
    whole = nearest_facility(replace(other, cache={}), chosen, travel)
    assert found.facility.tolist() == whole.facility.tolist() and (found.facility == 0).any() and not (found.facility == 5).any()
    assert found.cost_m.tolist() == whole.cost_m.tolist() and found.attached.tolist() == whole.attached.tolist()


def test_an_area_or_entrances_that_change_are_seen(town: Town) -> None:
    for change in ("area", "doors"):
        kept = getattr(town, change)
        setattr(town, change, shapely.box(100, 700, 220, 800) if change == "area" else [(900.0, 100.0)])
        changed = town.layer()
        assert town.beside(changed) == town.whole(changed) != town.whole(replace_back(town, change, kept))


def replace_back(town: Town, change: str, value: object) -> FacilityLayer:
    """The layer as it was before a change."""
    setattr(town, change, value)
    return town.layer()


def test_too_much_that_changed_is_measured_whole(town: Town, searched: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatif, "MOST_CHANGED", 2)
    town.places += [(50.0, 50.0), (60.0, 60.0)]
    town.beside(town.layer())
    assert not searched
    town.places += [(70.0, 70.0)]
    assert town.beside(town.layer()) == town.whole(town.layer())
    assert len(searched) == 2


def test_nothing_is_kept_ready_unasked_and_little_is_kept(town: Town, searched: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = replace(town.city, cache={})
    coverage(fresh, "home", "walk", minutes=6, by="township", as_of=DAY)
    assert whatif.KEY not in fresh.cache and len(searched) == 1
    monkeypatch.setattr(whatif, "MOST_READY", 1)
    slow = TravelProfile("slow", "walk", 30.0, 20.0)
    fresh = replace(fresh, travels={**fresh.travels, "slow": slow})
    keep_ready(fresh, "home", "walk", as_of=DAY)
    kept = dict(fresh.cache[whatif.KEY])
    keep_ready(fresh, "home", "walk", as_of=DAY)
    assert {key: id(one) for key, one in fresh.cache[whatif.KEY].items()} == {key: id(one) for key, one in kept.items()}
    keep_ready(fresh, "home", "slow", as_of=DAY)
    assert [key[2] for key in fresh.cache[whatif.KEY]] == [20.0]
