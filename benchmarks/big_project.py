"""A project at the size of a big city, written to a folder: 300 townships, 7,000 communities, 10,000 facilities, 200,000 places of people.

    python big_project.py FOLDER [--seed 1]

Streets are those of city.py; communities are cells of a bent lattice whose borders are jagged and shared; townships are unions of them.
Every figure is made up.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from city import city

CRS = "EPSG:4547"
ORIGIN_M = (500_000.0, 3_380_000.0)
ACROSS, UP = 100, 70
"""Communities from west to east and from south to north."""
TOWNSHIPS, DISTRICTS = 300, 12
NODES = 250_000
POINTS, FACILITIES = 200_000, 10_000
BENDS = 12
"""Corners on each shared border of two communities."""
LAYERS = {"community-elderly-station": 0.34, "community-service-facility": 0.3, "elderly-care-institution": 0.08,
          "township-care-centre": 0.08, "child-protection-station": 0.07, "emergency-shelter": 0.1, "public-cemetery": 0.03}
"""Layers and their parts of all facilities."""
TRAVELS = {"walk": ("walk", 72), "walk_elderly": ("walk", 54), "drive": ("drive", 400)}


def communities(side_m: float, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """(ACROSS * UP,) polygons that share their borders corner by corner."""
    step = np.array([side_m / ACROSS, side_m / UP])
    corner = np.stack(np.meshgrid(np.arange(ACROSS + 1), np.arange(UP + 1), indexing="ij"), axis=-1).astype(float)
    corner[1:-1, 1:-1] += rng.uniform(-0.28, 0.28, (ACROSS - 1, UP - 1, 2))
    share = (np.arange(1, BENDS + 1) / (BENDS + 1))[None, None, :, None]

    def border(start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], across: int) -> npt.NDArray[np.float64]:
        """Borders from corner to corner with their bends; `across` is the axis that they bend along."""
        line = start[:, :, None] * (1 - share) + end[:, :, None] * share
        line[..., across] += np.cumsum(rng.normal(0, 0.012, line.shape[:3]), axis=2) * np.sin(np.pi * share[..., 0])
        return np.concatenate([start[:, :, None], line], axis=2)

    flat, steep = border(corner[:-1], corner[1:], 1), border(corner[:, :-1], corner[:, 1:], 0)
    shapes = []
    for i in range(ACROSS):
        for j in range(UP):
            ring = np.concatenate([flat[i, j], steep[i + 1, j], corner[i + 1, j + 1][None], flat[i, j + 1][:0:-1], corner[i, j + 1][None],
                                   steep[i, j][:0:-1], corner[i, j][None]])
            shapes.append(shapely.Polygon(ring * step + ORIGIN_M))
    return np.array(shapes, dtype=object)


def seeds(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(ACROSS * UP,) the nearest of so many seeds to each cell."""
    cell = np.stack(np.meshgrid(np.arange(ACROSS), np.arange(UP), indexing="ij"), axis=-1).reshape(-1, 2) + 0.5
    seed = cell[rng.choice(len(cell), count, replace=False)]
    return np.linalg.norm(cell[:, None] - seed[None], axis=2).argmin(axis=1)


def write_project(folder: Path, seed: int = 1) -> None:
    """Write the project."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    streets = city(NODES, seed)
    xy = np.column_stack([streets.x, streets.y]) - [streets.x.min(), streets.y.min()]
    side = float(xy.max())
    xy += ORIGIN_M
    _units(folder, communities(side, rng), rng)
    ends = np.stack([xy[streets.tail], xy[streets.head]], axis=1)
    kind = np.where(rng.random(len(ends)) < 0.12, "secondary", "residential")
    gpd.GeoDataFrame({"highway": kind}, geometry=shapely.linestrings(ends), crs=CRS).to_file(folder / "streets.gpkg", layer="streets")
    _people(folder, xy, rng)
    _facilities(folder, xy, rng)
    (folder / "planner.toml").write_text(_config(), encoding="utf-8")


def _units(folder: Path, shapes: npt.NDArray[np.object_], rng: np.random.Generator) -> None:
    """Three levels of units as GeoPackages."""
    township = seeds(TOWNSHIPS, rng)
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    middles = np.array([centre[township == k].mean(axis=0) for k in range(TOWNSHIPS)])
    bands = np.argsort(np.argsort(middles[:, 0] + 1e-3 * middles[:, 1])) * DISTRICTS // TOWNSHIPS
    codes = {"district": [f"1399{k + 1:02d}" for k in range(DISTRICTS)]}
    codes["township"] = [f"{codes['district'][bands[k]]}{k:03d}" for k in range(TOWNSHIPS)]
    codes["community"] = [f"{codes['township'][township[k]]}{k:05d}"[:14] for k in range(len(shapes))]
    parents = {"district": [""] * DISTRICTS, "township": [codes["district"][band] for band in bands],
               "community": [codes["township"][k] for k in township]}
    unions = {"community": shapes, "township": np.array([shapely.coverage_union_all(shapes[township == k]) for k in range(TOWNSHIPS)])}
    unions["district"] = np.array([shapely.coverage_union_all(shapes[bands[township] == k]) for k in range(DISTRICTS)])
    names = {"district": "区{}", "township": "街道{}", "community": "社区{}"}
    for level, name in names.items():
        frame = gpd.GeoDataFrame({"code": codes[level], "name": [name.format(k + 1) for k in range(len(codes[level]))],
                                  "parent": parents[level]}, geometry=unions[level], crs=CRS)
        frame.to_file(folder / f"{level}.gpkg", layer=level)


def _people(folder: Path, xy: npt.NDArray[np.float64], rng: np.random.Generator) -> None:
    """Places of people near the streets."""
    place = xy[rng.choice(len(xy), POINTS)] + rng.normal(0, 18, (POINTS, 2))
    place = np.clip(place, np.array(ORIGIN_M) + 30, xy.max(axis=0) - 30)
    total = rng.gamma(2.0, 27.0, POINTS).round()
    old = (total * rng.uniform(0.12, 0.3, POINTS)).round()
    made = pd.DataFrame({"x": place[:, 0].round(1), "y": place[:, 1].round(1), "total": total, "old": old})
    made.to_csv(folder / "people.csv", index=False)


def _facilities(folder: Path, xy: npt.NDArray[np.float64], rng: np.random.Generator) -> None:
    """Ledgers of all layers in one file."""
    layer = rng.choice(list(LAYERS), FACILITIES, p=list(LAYERS.values()))
    place = xy[rng.choice(len(xy), FACILITIES, replace=False)] + rng.normal(0, 12, (FACILITIES, 2))
    place = np.clip(place, np.array(ORIGIN_M) + 30, xy.max(axis=0) - 30)
    frame = pd.DataFrame({"id": [f"f{k:05d}" for k in range(FACILITIES)], "name": [f"设施{k}" for k in range(FACILITIES)], "layer": layer,
                          "x": place[:, 0].round(1), "y": place[:, 1].round(1), "beds": rng.integers(10, 200, FACILITIES)})
    frame.to_csv(folder / "facilities.csv", index=False)


def _config() -> str:
    """planner.toml."""
    lines = ["[project]", 'id = "big"', 'name = { zh = "大城市（虚构）", en = "Big city (invented)" }', f'crs = "{CRS}"']
    for level in ("district", "township", "community"):
        lines += [f"[boundaries.{level}]", f'path = "{level}.gpkg"', 'code = "code"', 'name = "name"']
        lines += [] if level == "district" else ['parent = "parent"']
    lines += ["[streets]", 'path = "streets.gpkg"', "[population]", 'path = "people.csv"', f'crs = "{CRS}"', 'spread = "points"',
              'columns = { x = "x", y = "y", total = "total", age_60_plus = "old" }']
    for slug in LAYERS:
        lines += [f"[facilities.{slug}]", 'path = "facilities.csv"', f"where = \"layer == '{slug}'\"", f'crs = "{CRS}"',
                  'columns = { id = "id", name = "name", x = "x", y = "y", beds = "beds" }']
    for name, (mode, speed) in TRAVELS.items():
        lines += [f"[travel.{name}]", f'mode = "{mode}"', f"metres_per_minute = {speed}"]
    return "\n".join([*lines, "[plan]", 'packs = ["starter"]', ""])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    write_project(said.folder, said.seed)
