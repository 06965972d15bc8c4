"""What if one site more: the time from an action to every target of all bundled packs judged anew, warm and in one process.

First on the demonstration city, then at Beijing's size: the streets, townships and 200,000 generated places of `beijing.py`, with 20 layers
of 500 facilities that the packs ask for. Beside the bundled packs stands one that asks of every layer how many people have it within 15
minutes on foot, so that every site more needs a search. Answers of the first rounds are checked against a whole evaluation.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

DAY, SEED, CHECKED = dt.date(2025, 12, 31), 5, 3
PACKS = ("beijing-2021-2025", "changchun-2016-2020", "guangzhou-2013", "jiangsu-2014", "jixi-2021-2025")


def site_more(city, slug: str, number: int, rng: np.random.Generator):
    """A scenario that adds one site to a layer, at a place where people are."""
    from planner.inputs.coordinates import parse_system, to_wgs84
    from planner.plan.scenario import Action, Scenario

    k = int(rng.integers(len(city.demand)))
    lon, lat = to_wgs84(parse_system(city.crs), city.demand.x[k:k + 1], city.demand.y[k:k + 1])
    return Scenario("more", None, (Action("add", slug, f"more-{number}", {"beds": 50.0, "area_m2": 800.0}, float(lon[0]), float(lat[0])),))


def whatif(city, packs, slugs: list[str], rounds: int) -> dict[str, object]:
    """Seconds from the action to all targets, and how many of them had to be worked out."""
    from planner.plan.applying import apply
    from planner.targets.evaluate import evaluate
    from planner.targets.reuse import Known, evaluate_again

    known, rng, told = Known(), np.random.default_rng(SEED), {}
    started = time.process_time()
    evaluate_again(city, packs, as_of=DAY, known=known)
    told["first evaluation, CPU s"] = round(time.process_time() - started, 2)
    evaluate_again(apply(city, [site_more(city, slugs[0], 0, rng)]), packs, as_of=DAY, known=known)
    wall, cpu, anew, layers = [], [], [], Counter()
    for number in range(1, rounds + 1):
        slug = slugs[number % len(slugs)]
        scenario = site_more(city, slug, number, rng)
        before = time.perf_counter(), time.process_time()
        other = apply(city, [scenario])
        found = evaluate_again(other, packs, as_of=DAY, known=known)
        wall.append(time.perf_counter() - before[0])
        cpu.append(time.process_time() - before[1])
        anew.append(known.worked_out)
        layers[slug] += 1
        if number <= CHECKED:
            assert found.targets == evaluate(other, packs, as_of=DAY).targets, f"round {number} is not what a whole evaluation gives"
    for name, values in (("wall", wall), ("CPU", cpu)):
        p95 = float(np.quantile(values, 0.95))
        figures = {"median": statistics.median(values), "p95": p95, "most": max(values)}
        told[f"one site more, {name} s"] = {key: round(value, 3) for key, value in figures.items()}
    return told | {"rounds": rounds, "layers": len(layers), "targets": len(found.targets), "worked out anew": [min(anew), max(anew)],
                   "checked against a whole evaluation": min(CHECKED, rounds)}


def demonstration() -> tuple[object, list[object], list[str]]:
    """The demonstration city, the packs, and the layers that they ask for."""
    from planner.plan.project import read_city, read_project
    from planner.targets.pack import read_pack

    city, packs = read_city(read_project(None)), [read_pack(pack) for pack in PACKS]
    return city, packs, [slug for slug in city.facilities if slug in asked_for(packs)]


def circles(slugs: list[str], aside: Path):
    """A pack with a target for each layer: older people within 15 minutes on foot, by township."""
    from planner.targets.pack import read_pack

    head = ('schema = "planner.pack/1"\nid = "circles"\ntitle = { zh = "圈", en = "circles" }\nsource = { document = "none" }\n'
            "period = [2021, 2025]\n")
    one = ('[[target]]\nid = "circle-{0}"\ntitle = {{ zh = "圈", en = "circle" }}\nclause = "-"\nkind = "target"\nlayer = "{0}"\n'
           'comparator = ">="\nvalue = 80\nunit = "% of people"\nbinding = "unspecified"\ncheck = {{ metric = "population_within", '
           'minutes = 15, travel = "walk_elderly", group = "age_60_plus", by = "township" }}\n')
    file = aside / "circles.toml"
    file.write_text(head + "".join(one.format(slug) for slug in slugs), encoding="utf-8")
    return read_pack(str(file))


def asked_for(packs) -> Counter[str]:
    """How many computed targets ask for each layer."""
    return Counter(slug for pack in packs for target in pack.targets if target.check for slug in (target.check.layers or (target.layer,)))


def beijing(aside: Path) -> tuple[object, list[object], list[str]]:
    """A city of Beijing's size, the packs, and its layers."""
    import geopandas as gpd
    import pandas as pd
    from beijing import CRS

    from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
    from planner.inputs.unit_lookup import UnitLookup
    from planner.measure.city import City
    from planner.network.graph import load
    from planner.network.streets import Streets
    from planner.targets.pack import read_pack
    from planner.units import TravelProfile

    class Drawn(Streets):
        """The two networks that were drawn."""

        def __init__(self) -> None:
            self.networks = {mode: load(aside / f"{mode}.npz")[0] for mode in ("walk", "drive")}
            self.shown, self._sha256 = "drawn", "0" * 64

        def key(self, mode: str) -> str:
            """The benchmark's networks have names of their own."""
            return f"benchmark {mode} {self.networks[mode].length_m.sum()}"

        def network(self, mode: str):
            """A drawn network."""
            return self.networks[mode]

    packs = [read_pack(pack) for pack in PACKS]
    points = np.load(aside / "points.npz")
    towns = gpd.read_file(aside / "towns.gpkg")
    none = np.full(len(towns), "", dtype=object)
    number = np.arange(len(towns))
    columns = {"code": [f"T{k:03d}" for k in number], "name": [f"T{k}" for k in number],
               "class": np.where(number % 3 == 0, "rural", "urban").astype(object), "parent": none, "row": number}
    frame = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=towns.geometry, crs=CRS)
    boundaries = Boundaries(CRS, {"township": frame})
    x, y = points["demand"].T.copy()
    township = UnitLookup(boundaries).units["township"]
    codes = np.append(township.codes, "")
    people = {"total": points["people"], "age_60_plus": points["people"] * 0.25, "households": points["people"] / 2.5}
    demand = DemandPoints(x, y, people, {"township": codes[township.locate(x, y)]}, Source("people"))
    layers = {}
    slugs = [slug for slug, _ in asked_for(packs).most_common(len(points["facilities"]))]
    for slug, at in zip(slugs, points["facilities"], strict=True):
        count, where = len(at), codes[township.locate(*at.T.copy())]
        text = np.full(count, "", dtype=object)
        ledger = {"id": [f"{slug}-{k}" for k in range(count)], "name": text, "x": at[:, 0], "y": at[:, 1],
                  "status": np.full(count, "operating", dtype=object), "opened": text, "closed": text, "beds": np.full(count, 60.0),
                  "area_m2": np.full(count, 900.0), "in_township": where, "unit_township": where, "row": np.arange(count), "sheet": text,
                  "placed_by_name": np.zeros(count, dtype=bool)}
        shape = gpd.points_from_xy(at[:, 0], at[:, 1])
        layers[slug] = FacilityLayer(slug, gpd.GeoDataFrame(pd.DataFrame(ledger), geometry=shape, crs=CRS), Source(slug))
    travels = {"walk": TravelProfile("walk", "walk", 72.0), "walk_elderly": TravelProfile("walk_elderly", "walk", 54.0),
               "drive": TravelProfile("drive", "drive", 400.0)}
    return City("beijing", "beijing", CRS, boundaries, demand, layers, Drawn(), travels), packs, slugs


def main() -> None:
    """Measures each city in a process of its own, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, help="folder with beijing_2013_roads.osm.pbf and beijing_townships_pop.gpkg; without it only "
                                                  "the demonstration city")
    parser.add_argument("--rounds", type=int, default=60, help="sites tried on each city")
    parser.add_argument("--part", choices=("demonstration", "beijing", "draw"), help=argparse.SUPPRESS)
    parser.add_argument("--aside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part == "draw":
        import geopandas as gpd
        import shapely
        from beijing import CRS, draw

        from planner.network.graph import load

        print(json.dumps(draw(options.real, options.aside)))
        drive = load(options.aside / "drive.npz")[0]
        towns = gpd.read_file(options.real / "beijing_townships_pop.gpkg").to_crs(CRS)
        box = shapely.box(drive.node_x.min(), drive.node_y.min(), drive.node_x.max(), drive.node_y.max())
        towns[towns.geometry.within(box)][["geometry"]].to_file(options.aside / "towns.gpkg")
        return
    if options.part:
        city, packs, slugs = demonstration() if options.part == "demonstration" else beijing(options.aside)
        packs = [*packs, circles(slugs, options.aside)]
        print(json.dumps({"places": len(city.demand), "facilities": sum(len(layer) for layer in city.facilities.values()),
                          "nodes": city.streets.network("walk").nodes} | whatif(city, packs, slugs, options.rounds)))
        return
    with tempfile.TemporaryDirectory() as folder:
        own = [sys.executable, __file__, "--aside", folder, "--rounds", str(options.rounds)]
        own += ["--real", str(options.real)] if options.real else []
        for part in ("demonstration", *(("draw", "beijing") if options.real else ())):
            print(f"{part}: load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
            environment = os.environ | {"PLANNER_CACHE": str(Path(folder) / "cache")}
            found = subprocess.run([*own, "--part", part], env=environment, check=True, capture_output=True, text=True).stdout
            for name, value in json.loads(found).items():
                print(f"  {name}: {value}", flush=True)


if __name__ == "__main__":
    main()
