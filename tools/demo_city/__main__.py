"""Write the demonstration city: `python -m tools.demo_city [FOLDER]` (default: the `data` folder of the repository)."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import pyarrow
import pyogrio
import scipy
import shapely
import xlsxwriter

from . import messy
from .catalogue import COLUMNS, FILES, LAYERS
from .config import project_text
from .extras import candidate_rows, cost_rows, green_land, water_and_rail
from .facilities import build_facilities, columns_of
from .geometry import to_degrees
from .later import estate_rows, growth_rows
from .people import HEADERS, count_people, housing_land
from .places import Places
from .streets import Network, build_streets
from .units import Units, build_units
from .write import write_csv, write_geojson, write_gpkg


def generate(folder: Path) -> dict[str, int]:
    """Make the city and write it into a folder; returns the main figures."""
    net = build_streets()
    units = build_units(net)
    people = count_people(units)
    housing = housing_land(units)
    places = Places(net, units, housing)
    facilities = build_facilities(units, places, housing, late=False)
    candidates = candidate_rows(units, places)
    for name, rows in build_facilities(units, places, housing, late=True).items():
        facilities.setdefault(name, []).extend(rows)
    _write_units(folder, units)
    _write_streets(folder, net)
    write_csv(folder / "population/population.csv", people, list(HEADERS), HEADERS)
    write_gpkg(
        folder / "population/residential.gpkg",
        "residential",
        {"code": [h.code for h in housing], "kind": [h.kind for h in housing], "people": [h.people for h in housing]},
        np.array([shapely.orient_polygons(h.polygon) for h in housing], dtype=object),
    )
    used: dict[str, list[str]] = {}
    for name in FILES:
        rows = facilities[name]
        write_csv(folder / f"facilities/{name}.csv", rows, columns_of(rows))
        for layer in (x for x in LAYERS if x.file == name):
            own = columns_of([r for r in rows if r["layer"] == layer.slug])
            used[layer.slug] = [c for c in COLUMNS if c in own and c != "layer"]
    write_csv(folder / "facilities/candidates.csv", candidates, list(candidates[0]))
    costs = cost_rows()
    write_csv(folder / "costs.csv", costs, list(costs[0]))
    growth, estates = growth_rows(units), estate_rows(units)
    write_csv(folder / "population/growth.csv", growth, list(growth[0]))
    write_csv(folder / "population/housing.csv", estates, list(estates[0]))
    water, rail = water_and_rail(net, units)
    write_geojson(folder / "basemap/river.geojson", [({"name": "云河"}, w) for w in water])
    write_geojson(folder / "basemap/rail.geojson", [({"name": "云安铁路"}, rail)])
    write_geojson(folder / "basemap/green.geojson", [({"kind": kind}, shape) for kind, shape in green_land(net, units)])
    (folder / "planner.toml").write_text(project_text(used), encoding="utf-8", newline="\n")
    (folder / "versions.txt").write_text(versions(), encoding="utf-8", newline="\n")
    messy.generate(folder)
    return {
        "communities": len(units.community),
        "townships": len(units.township),
        "edges": len(net.lines),
        "people": sum(int(r["total"]) for r in people),
        "layers": len(LAYERS),
        "facilities": sum(len(r) for r in facilities.values()),
        "candidates": len(candidates),
        "residential": len(housing),
    }


def versions() -> str:
    """The libraries that decide the last digits: with the same ones a rerun gives the same bytes."""
    gdal = ".".join(str(n) for n in pyogrio.__gdal_version__)
    python = f"numpy {np.__version__}, scipy {scipy.__version__}, shapely {shapely.__version__}"
    tables = f"geopandas {geopandas.__version__}, pyarrow {pyarrow.__version__}, xlsxwriter {xlsxwriter.__version__}"
    return f"geos {shapely.geos_version_string}, gdal {gdal}, {python}, {tables}\n"


def _write_units(folder: Path, units: Units) -> None:
    """All four levels; common borders get the same rounded vertices because each vertex is rounded alone."""
    for level in ("city", "district", "township", "community"):
        write_geojson(
            folder / f"boundaries/{level}.geojson",
            [
                (
                    {"code": u.code, "name": u.name, "class": u.cls, "type": u.type, "parent": u.parent} | _officers(level, number),
                    shapely.orient_polygons(to_degrees(u.polygon)),
                )
                for number, u in enumerate(getattr(units, level))
            ],
            degrees=True,
        )


def _officers(level: str, number: int) -> dict[str, int]:
    """People who answer for a matter in a unit (all invented): child-protection workers of each street or township, in every fourth two;
    in each community a director for children (one in twelve has none yet) and an assistance worker (one in nine has none yet)."""
    if level == "township":
        return {"child_workers": 2 if number % 4 == 1 else 1}
    if level == "community":
        director = int(number % 12 != 5)
        return {"child_directors": director, "child_workers": director, "assistants": int(number % 9 != 4)}
    return {}


def _write_streets(folder: Path, net: Network) -> None:
    """Streets with OpenStreetMap columns."""
    columns = {
        "edge_id": list(range(1, len(net.lines) + 1)),
        "highway": [s.highway for s in net.streets],
        "name": [s.name or None for s in net.streets],
        "foot": [s.foot or None for s in net.streets],
        "access": [s.access or None for s in net.streets],
        "oneway": [s.oneway or None for s in net.streets],
        "bridge": ["yes" if b else None for b in net.bridge],
    }
    write_gpkg(folder / "streets/streets.gpkg", "streets", columns, net.lines)


def main() -> None:
    """Command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "data"
    start = time.perf_counter()
    figures = generate(folder)
    print(", ".join(f"{key} {value}" for key, value in figures.items()), f"seconds {time.perf_counter() - start:.1f}", sep=", ")


if __name__ == "__main__":
    main()
