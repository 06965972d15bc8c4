"""One site more, fewer or elsewhere on the scenarios page: from the edit to the coverage of 7,000 communities, in one process.

    python site_more.py [--rounds 9] [--seed 1]

A generated city in memory: streets of city.py (250,000 nodes), 7,000 communities, 10,000 facilities, 3,400 of them in the layer that is
changed, 200,000 places of people. Each answer from the layer that is kept ready (planner.measure.whatif) is compared with a whole
measurement: they must be equal. CPU seconds beside seconds by the clock; say the load.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from big_project import ACROSS, CRS, FACILITIES, LAYERS, NODES, ORIGIN_M, POINTS, TOWNSHIPS, UP, communities, seeds
from city import city as streets_of

from planner.inputs.coordinates import parse_system, to_wgs84
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.city import City
from planner.measure.coverage import Coverage, coverage, keep_ready
from planner.network.graph import StreetNetwork
from planner.plan.applying import apply
from planner.plan.coverage_change import coverage_change, ranked
from planner.plan.scenario import Action, Scenario
from planner.units import TravelProfile

DAY, LAYER = dt.date(2025, 12, 31), next(iter(LAYERS))


class Drawn:
    """Streets that are in memory."""

    shown = "drawn"

    def __init__(self, network: StreetNetwork) -> None:
        self.made = network

    def network(self, _mode: str) -> StreetNetwork:
        """The one network."""
        return self.made


def big_city(seed: int) -> City:
    """The city."""
    rng = np.random.default_rng(seed)
    drawn = streets_of(NODES, seed)
    xy = np.column_stack([drawn.x, drawn.y]) - [drawn.x.min(), drawn.y.min()]
    side = float(xy.max())
    xy += ORIGIN_M
    edges = len(drawn.tail)
    network = StreetNetwork(CRS, "walk", xy[:, 0].copy(), xy[:, 1].copy(), drawn.tail.astype(np.int64), drawn.head.astype(np.int64),
                            drawn.length_m, np.zeros(edges, dtype=np.int8), 2 * np.arange(edges + 1),
                            np.stack([xy[drawn.tail], xy[drawn.head]], axis=1).reshape(-1, 2), np.zeros(len(xy), dtype=np.int64))
    township = seeds(TOWNSHIPS, rng)
    codes = np.array([f"T{township[k]:03d}C{k:05d}" for k in range(ACROSS * UP)], dtype=object)
    frame = gpd.GeoDataFrame({"code": codes, "name": codes, "class": "", "parent": "", "row": np.arange(len(codes))},
                             geometry=communities(side, rng), crs=CRS)

    def cells(at: np.ndarray) -> np.ndarray:
        """The community of each place, by the lattice."""
        column, row = (np.clip((at[:, k] - ORIGIN_M[k]) / side * count, 0, count - 1).astype(int) for k, count in ((0, ACROSS), (1, UP)))
        return codes[column * UP + row]

    place = xy[rng.choice(len(xy), POINTS)] + rng.normal(0, 18, (POINTS, 2))
    people = {"total": rng.gamma(2.0, 27.0, POINTS).round()}
    demand = DemandPoints(place[:, 0].copy(), place[:, 1].copy(), people, {"community": cells(place)}, Source("people"))
    layers = {}
    for slug, part in LAYERS.items():
        count = round(FACILITIES * part)
        at, text = xy[rng.choice(len(xy), count, replace=False)] + rng.normal(0, 12, (count, 2)), np.full(count, "", dtype=object)
        ledger = {"id": [f"{slug}-{k}" for k in range(count)], "name": text, "x": at[:, 0], "y": at[:, 1],
                  "status": np.full(count, "operating", dtype=object), "opened": text, "closed": text, "beds": np.full(count, 60.0),
                  "in_community": cells(at), "unit_community": cells(at), "row": np.arange(count), "sheet": text,
                  "placed_by_name": np.zeros(count, dtype=bool)}
        table = gpd.GeoDataFrame(pd.DataFrame(ledger), geometry=gpd.points_from_xy(at[:, 0], at[:, 1]), crs=CRS)
        layers[slug] = FacilityLayer(slug, table, Source(slug))
    units = Boundaries(CRS, {"community": frame})
    return City("big", "big", CRS, units, demand, layers, Drawn(network), {"walk": TravelProfile("walk", "walk", 72.0)})


class Bench:
    """The city and what is done to it."""

    def __init__(self, seed: int) -> None:
        self.rng, self.city = np.random.default_rng(seed), big_city(seed)
        self.crs = parse_system(self.city.crs)

    def place(self) -> tuple[float, float]:
        """A place where people are, in degrees."""
        k = int(self.rng.integers(len(self.city.demand)))
        lon, lat = to_wgs84(self.crs, self.city.demand.x[k:k + 1], self.city.demand.y[k:k + 1])
        return float(lon[0]), float(lat[0])

    def edit(self, do: str, number: int) -> Action:
        """An edit of the layer."""
        ident = f"{LAYER}-{int(self.rng.integers(len(self.city.facilities[LAYER])))}"
        if do == "add":
            return Action("add", LAYER, f"S{number}", {}, *self.place())
        return Action(do, LAYER, ident) if do == "close" else Action(do, LAYER, ident, {}, *self.place())

    def measured(self, city: City) -> Coverage:
        """The coverage of the page."""
        return coverage(city, LAYER, "walk", minutes=15, by="community", as_of=DAY)

    def after(self, actions: list[Action]) -> City:
        """The city after some edits, with what is known of the one before."""
        return replace(apply(self.city, [Scenario("s", None, tuple(actions))]), cache=dict(self.city.cache))

    def rounds(self, do: str, count: int) -> None:
        """Seconds from an edit to coverage and table rows; every answer is checked."""
        before, wall, cpu = self.measured(self.city), [], []
        for number in range(count):
            action = self.edit(do, number)
            started = time.perf_counter(), time.process_time()
            city = self.after([action])
            found = self.measured(city)
            ranked(coverage_change(before, found).units)
            wall.append(time.perf_counter() - started[0])
            cpu.append(time.process_time() - started[1])
            assert found == self.measured(replace(city, cache={})), f"{do} {number} is not what a whole measurement gives"
        said("one " + do, wall, cpu)


def said(name: str, wall: list[float], cpu: list[float]) -> None:
    """A line of figures."""
    print(f"{name}: CPU {statistics.median(cpu):.3f} s (most {max(cpu):.3f}), clock {statistics.median(wall):.3f} s", flush=True)


def timed(name: str, work: Callable[[], Any]) -> None:
    """Seconds of one piece of work."""
    started = time.perf_counter(), time.process_time()
    work()
    said(name, [time.perf_counter() - started[0]], [time.process_time() - started[1]])


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bench = Bench(options.seed)
    print(f"{len(bench.city.demand):,} places, {sum(map(len, bench.city.facilities.values())):,} facilities, "
          f"{bench.city.streets.made.nodes:,} nodes, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    timed("first coverage (attaching, compiling)", lambda: bench.measured(bench.city))
    timed("a whole measurement", lambda: bench.measured(replace(bench.city, cache={})))
    timed("the layer made ready", lambda: keep_ready(bench.city, LAYER, "walk", as_of=DAY))
    bench.after([bench.edit("add", 0)])  # the boundaries' search tree is made once for a city
    for do in ("add", "close", "move"):
        bench.rounds(do, options.rounds)


if __name__ == "__main__":
    main()
