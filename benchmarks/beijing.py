"""The whole measure step at Beijing's size: all cost matrices of 20 layers on foot and by car, time, memory and the way back from the disk.

Streets and townships are real, people stand at 200,000 generated places in the 114 townships that lie wholly inside the road box,
facilities are generated beside them; everything is the same on every run. Each part runs in a process of its own, so that a peak of
memory is that part's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

CRS = "EPSG:32650"
PLACES, LAYERS, FACILITIES, SEED = 200_000, 20, 500, 7
LIMITS_M = {"walk": 1080.0, "drive": 5000.0}


def draw(folder: Path, aside: Path) -> dict[str, object]:
    """Networks, demand and facilities into `aside`. The walk is every road of the file, both ways: the file has no footways."""
    import geopandas as gpd
    import shapely

    from planner.network.graph import save
    from planner.network.osm import read_osm
    from planner.quality import QualityReport

    streets = folder / "beijing_2013_roads.osm.pbf"
    drive = read_osm(streets, streets.name, CRS, "drive", report=QualityReport())  # platforms are open to no mode
    save(drive, aside / "drive.npz")
    save(replace(drive, mode="walk", direction=np.zeros_like(drive.direction), derived={}), aside / "walk.npz")
    towns = gpd.read_file(folder / "beijing_townships_pop.gpkg").to_crs(CRS)
    box = shapely.box(drive.node_x.min(), drive.node_y.min(), drive.node_x.max(), drive.node_y.max())
    towns = towns[towns.geometry.within(box)]
    people = towns["pop_worldpop"].to_numpy(float)
    count = np.maximum(np.floor(people / people.sum() * PLACES).astype(int), 1)
    count[np.argmax(count)] += PLACES - count.sum()
    rng = np.random.default_rng(SEED)
    places = []
    for shape, wanted in zip(towns.geometry, count, strict=True):
        x0, y0, x1, y1 = shape.bounds
        shapely.prepare(shape)
        while wanted > 0:
            tried = rng.uniform((x0, y0), (x1, y1), (2 * wanted, 2))
            inside = tried[shapely.contains_xy(shape, tried)][:wanted]
            places.append(inside)
            wanted -= len(inside)
    demand = np.concatenate(places)
    facilities = demand[rng.integers(0, PLACES, (LAYERS, FACILITIES))] + rng.normal(0, 60, (LAYERS, FACILITIES, 2))
    np.savez(aside / "points.npz", demand=demand, people=np.repeat(people / count, count), facilities=facilities)
    return {"townships": len(towns), "people": float(people.sum()), "nodes": drive.nodes, "edges": drive.edges,
            "km": round(float(drive.length_m.sum()) / 1e3), "one_way": int((drive.direction != 0).sum())}


class Clock:
    """Wall and CPU seconds since the last call."""

    def __init__(self) -> None:
        self.last = time.perf_counter(), time.process_time()

    def __call__(self) -> dict[str, float]:
        before, self.last = self.last, (time.perf_counter(), time.process_time())
        return {"wall_s": round(self.last[0] - before[0], 2), "cpu_s": round(self.last[1] - before[1], 2)}


def measure(aside: Path, budget: int | None, check: bool) -> dict[str, object]:
    """Cost matrices of all layers by both travels, kept on disk and read back."""
    from planner.inputs.layers import Boundaries, DemandPoints, Source, points_only
    from planner.measure import distance_cache, matrices
    from planner.measure.attaching import Chosen, attach_demand, attach_facilities
    from planner.measure.city import City
    from planner.measure.costs import cost_matrix
    from planner.network.graph import load
    from planner.network.paths import nearest
    from planner.network.streets import Streets
    from planner.units import TravelProfile

    class Drawn(Streets):
        """The two networks that were drawn."""

        def __init__(self) -> None:
            self.networks = {mode: load(aside / f"{mode}.npz")[0] for mode in LIMITS_M}

        def key(self, mode: str) -> str:
            """The benchmark's networks have names of their own."""
            return f"benchmark {mode} {self.networks[mode].length_m.sum()}"

        def network(self, mode: str):
            """A drawn network."""
            return self.networks[mode]

    clock, told = Clock(), {}
    points = np.load(aside / "points.npz")
    demand = DemandPoints(*points["demand"].T.copy(), {"total": points["people"]}, {}, Source(""))
    travels = {"walk": TravelProfile("walk", "walk", 54.0), "drive": TravelProfile("drive", "drive", 400.0)}
    city = City("beijing", "beijing", CRS, Boundaries(CRS, {}), demand, {}, Drawn(), travels)
    none = np.empty(FACILITIES, dtype=object)
    chosen = {f"layer {k}": Chosen(none, np.arange(FACILITIES), *at.T.copy(), points_only(FACILITIES)) for k, at in
              enumerate(points["facilities"])}
    told["load"] = clock()
    for travel in travels.values():
        attached = attach_demand(city, travel)
        told[f"attach {travel.name}"] = clock() | {"share": round(float(attached.attached.mean()), 4)}
    for travel in travels.values():  # the compiled loops are loaded, or compiled, before the clock is read
        nearest(city.streets.network(travel.mode), attach_demand(city, travel), attach_facilities(city, chosen["layer 0"], travel))
        cost_matrix(city.streets.network(travel.mode), attach_demand(city, travel), attach_facilities(city, chosen["layer 0"], travel),
                    limit_m=10.0)
    told["warm up"] = clock()
    made = {}
    for travel in travels.values():
        wanted = {name: matrices.Wanted(layer, LIMITS_M[travel.mode]) for name, layer in chosen.items()}
        made[travel.name] = matrices.cost_matrices(city, wanted, travel, budget_bytes=budget, keep=False)
        pairs = sum(len(matrix.column) for matrix in made[travel.name].values())
        told[f"matrices {travel.name}"] = clock() | {"million_pairs": round(pairs / 1e6, 2)}
    told["matrices GB"] = round(sum(m.nbytes for ms in made.values() for m in ms.values()) / 1e9, 3)
    told["peak GB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 3)
    if check:
        for travel in travels.values():
            for name in ("layer 0", "layer 19"):
                alone = cost_matrix(city.streets.network(travel.mode), attach_demand(city, travel),
                                    attach_facilities(city, chosen[name], travel), limit_m=LIMITS_M[travel.mode])
                one = made[travel.name][name]
                same = (alone.start == one.start).all() and (alone.column == one.column).all() and (alone.cost_m == one.cost_m).all()
                assert same, f"{name} by {travel.name} is not what it is alone"
        told["check"] = "two layers of each travel are the same bits as alone"
    clock()
    for travel in travels.values():
        for name, matrix in made[travel.name].items():
            matrices.keep_matrix(matrices.key(city, matrices.Wanted(chosen[name], LIMITS_M[travel.mode]), travel), matrix)
    told["write to disk"] = clock() | {"GB": round(sum(file.stat().st_size for file in distance_cache.cache_folder().iterdir()) / 1e9, 3)}
    city.cache.clear()
    made.clear()
    for travel in travels.values():
        wanted = {name: matrices.Wanted(layer, LIMITS_M[travel.mode]) for name, layer in chosen.items()}
        made[travel.name] = matrices.cost_matrices(city, wanted, travel, budget_bytes=budget)
    told["read from disk"] = clock()
    return told


def main() -> None:
    """Draws, then measures in a process of its own, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, required=True, help="folder with beijing_2013_roads.osm.pbf and beijing_townships_pop.gpkg")
    parser.add_argument("--rounds", type=int, default=3, help="processes that measure")
    parser.add_argument("--budget-gb", type=float, help="memory that cost matrices may take; else half of what is free")
    parser.add_argument("--no-check", action="store_true", help="do not compare layers with what they are alone")
    parser.add_argument("--part", choices=("draw", "measure"), help=argparse.SUPPRESS)
    parser.add_argument("--aside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    budget = None if options.budget_gb is None else int(options.budget_gb * 1e9)
    if options.part == "draw":
        print(json.dumps(draw(options.real, options.aside)))
        return
    if options.part == "measure":
        print(json.dumps(measure(options.aside, budget, not options.no_check)))
        return
    with tempfile.TemporaryDirectory() as folder:
        own = [sys.executable, __file__, "--real", str(options.real), "--aside", folder]
        own += ["--no-check"] * options.no_check + (["--budget-gb", str(options.budget_gb)] if budget else [])
        for number, part in enumerate(("draw", *["measure"] * options.rounds)):
            environment = os.environ | {"PLANNER_CACHE": str(Path(folder) / f"cache {number}")}  # an empty one for each
            print(f"{part}: load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
            found = subprocess.run([*own, "--part", part], env=environment, check=True, capture_output=True, text=True).stdout
            for name, value in json.loads(found).items():
                print(f"  {name}: {value}", flush=True)
            shutil.rmtree(environment["PLANNER_CACHE"], ignore_errors=True)


if __name__ == "__main__":
    main()
