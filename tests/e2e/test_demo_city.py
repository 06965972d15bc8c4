"""The demonstration city: it comes out of its generator byte for byte, and it is as large, as clean and as nested as promised."""

from __future__ import annotations

import csv
import filecmp
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
LEVELS = ("city", "district", "township", "community")
METRIC = "EPSG:4547"
DEMO_FOLDERS = ("basemap", "boundaries", "facilities", "messy", "population", "streets")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((DATA / "planner.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def units() -> dict[str, geopandas.GeoDataFrame]:
    return {level: geopandas.read_file(DATA / f"boundaries/{level}.geojson") for level in LEVELS}


@pytest.fixture(scope="module")
def streets() -> geopandas.GeoDataFrame:
    return geopandas.read_file(DATA / "streets/streets.gpkg")


@pytest.fixture(scope="module")
def ledgers(project: dict) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for slug, section in project["facilities"].items():
        with (DATA / section["path"]).open(encoding="utf-8", newline="") as source:
            rows[slug] = [row for row in csv.DictReader(source) if section["where"] == f"layer == '{row['layer']}'"]
    return rows


def test_it_says_that_it_is_invented(project: dict) -> None:
    assert "虚构" in project["project"]["name"]["zh"]
    assert "invented" in project["project"]["name"]["en"]
    assert str(project["project"]["reference_date"]) == "2025-12-31"


def test_counts_are_as_promised(units: dict, streets: geopandas.GeoDataFrame, ledgers: dict) -> None:
    assert [len(units[level]) for level in LEVELS[:3]] == [1, 4, 24]
    assert 250 <= len(units["community"]) <= 280
    assert 15_000 <= len(streets) <= 25_000
    assert len(ledgers) >= 24
    assert all(ledgers.values()), "every layer has facilities"


def test_it_is_small() -> None:
    files = [f for f in DATA.rglob("*") if f.is_file() and ".planner" not in f.parts]
    assert sum(f.stat().st_size for f in files) < 15e6


def test_units_tile_and_nest(units: dict) -> None:
    for level in LEVELS:
        layer = units[level]
        assert layer["code"].is_unique
        assert layer["name"].is_unique
        assert shapely.coverage_is_valid(layer.geometry.to_numpy()), level
        assert (layer.geometry.geom_type == "Polygon").all(), f"{level}: no unit in pieces"
        assert not any(len(shape.interiors) for shape in layer.geometry), f"{level}: no enclave"
    for lower, upper in zip(LEVELS[1:], LEVELS[:-1], strict=True):
        for parent in units[upper].itertuples():
            own = units[lower][units[lower]["parent"] == parent.code]
            assert shapely.coverage_union_all(own.geometry.to_numpy()).symmetric_difference(parent.geometry).area == 0, parent.name


def test_codes_have_the_usual_lengths(units: dict) -> None:
    assert [set(units[level]["code"].str.len()) for level in LEVELS] == [{6}, {6}, {12}, {12}]
    assert all(code.startswith("1399") for level in LEVELS for code in units[level]["code"])
    assert {"urban", "rural"} == set(units["community"]["class"])


def test_people_fit(project: dict, units: dict) -> None:
    columns = project["population"]["columns"]
    with (DATA / project["population"]["path"]).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert {row[columns["code"]] for row in rows} == set(units["community"]["code"])
    figure = {key: np.array([int(row[columns[key]]) for row in rows]) for key in columns if key not in ("code", "name")}
    assert 590_000 < figure["total"].sum() < 610_000
    assert (figure["age_80_plus"] <= figure["age_65_plus"]).all()
    assert (figure["age_65_plus"] <= figure["age_60_plus"]).all()
    assert (figure["age_60_plus"] + figure["under_18"] <= figure["total"]).all()
    housing = geopandas.read_file(DATA / project["population"]["spread_path"])
    assert set(housing["code"]) == set(units["community"]["code"])


def test_walkers_reach_everything(streets: geopandas.GeoDataFrame) -> None:
    """Lines meet only at equal end points; walkable ones hang together in one piece."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    walk = streets[~streets["highway"].str.startswith("motorway")]
    lines = walk.geometry.to_numpy()
    both = np.vstack([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    _, number = np.unique(np.rint(both * 1e7).astype(np.int64), axis=0, return_inverse=True)
    start, end = number.ravel()[: len(lines)], number.ravel()[len(lines) :]
    length = shapely.length(geopandas.GeoSeries(walk.geometry).to_crs(METRIC).to_numpy())
    count = int(number.max()) + 1
    _, part = connected_components(coo_matrix((length, (start, end)), shape=(count, count)), directed=False)
    assert np.bincount(part[start], weights=length).max() >= 0.98 * length.sum()
    assert (streets["bridge"] == "yes").sum() >= 10
    assert (streets["oneway"] == "yes").sum() >= 20


def test_facilities_stand_where_they_say(units: dict, streets: geopandas.GeoDataFrame, ledgers: dict) -> None:
    """Each is in its stated unit, within 60 m of a walkable street and 30 m from any other of its layer."""
    walk = shapely.STRtree(streets[~streets["highway"].str.startswith("motorway")].to_crs(METRIC).geometry.to_numpy())
    town_name = dict(zip(units["township"]["code"], units["township"]["name"], strict=True))
    communities = units["community"].set_index("name")
    for slug, rows in ledgers.items():
        points = geopandas.GeoSeries.from_xy([float(r["lon"]) for r in rows], [float(r["lat"]) for r in rows], crs=4326)
        for row, point in zip(rows, points, strict=True):
            unit = communities.loc[row["community"]]
            assert unit.geometry.contains(point), (slug, row["id"])
            assert town_name[unit["parent"]] == row["township"], (slug, row["id"])
        plane = points.to_crs(METRIC).to_numpy()
        assert walk.query_nearest(plane, return_distance=True)[1].max() < 60, slug
        near = shapely.STRtree(plane).query(plane, predicate="dwithin", distance=30)
        assert near.shape[1] == len(rows), f"{slug}: two within 30 m"
        assert len({row["id"] for row in rows}) == len(rows), slug


def test_every_configured_column_is_there(project: dict, ledgers: dict) -> None:
    for slug, section in project["facilities"].items():
        assert set(section["columns"].values()) <= set(ledgers[slug][0]), slug


def test_generator_writes_the_same_bytes(tmp_path: Path) -> None:
    """The committed files are what the generator writes; other versions of GEOS, GDAL or NumPy may differ in last digits."""
    run = subprocess.run([sys.executable, "-m", "tools.demo_city", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    made = sorted(f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file())
    kept = sorted(
        f.relative_to(DATA).as_posix()
        for f in DATA.rglob("*")
        if f.is_file() and (f.parent == DATA or f.relative_to(DATA).parts[0] in DEMO_FOLDERS) and "template" not in f.name
    )
    assert set(made) <= set(kept)
    written = (DATA / "versions.txt").read_text(encoding="utf-8")
    if (tmp_path / "versions.txt").read_text(encoding="utf-8") != written:
        pytest.skip(f"made with other libraries than the committed data ({written.strip()})")
    different = [name for name in made if not filecmp.cmp(tmp_path / name, DATA / name, shallow=False)]
    assert different == []
