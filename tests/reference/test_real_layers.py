"""Detection on real layers: Nanjing's points of interest against people, Beijing's townships against streets, as they are and shifted.

The data lie beside the checkout for those who have them (OpenStreetMap contributors, ODbL; GHSL and WorldPop, CC BY 4.0). Nanjing comes
without streets and units, so that its points are compared with the people's cells alone; Beijing's townships with the roads of 2013.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
import shapely

from planner.inputs.coordinates import System, from_wgs84
from planner.inputs.offsets import FITS_M
from planner.plan.project import read_project, survey_project
from planner.quality import QualityReport
from tests.small_project import STREETS, as_written, feature, layer, rectangle, same, toml, write_project

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "real"
SYSTEMS = ("wgs84", "gcj02", "bd09")
HEAD = {"project": {"id": "real"}, "travel.walk": {"mode": "walk", "metres_per_minute": 72}}
NANJING = HEAD | STREETS | {
    "boundaries.city": {"path": "city.geojson", "code": "code", "name": "name"},
    "population": {"path": "people.csv", "columns": {"total": "people"}},
    "facilities.poi": {"path": "points.csv", "columns": same("id", "name", "lon", "lat")}}
BEIJING = HEAD | {
    "boundaries.township": {"path": "townships.gpkg", "code": "code", "name": "乡"},
    "streets": {"path": "roads.osm.pbf"},
    "population": {"path": "people.csv", "columns": {"code": "code", "total": "people"}}}


def shifted(system, lon, lat):
    return from_wgs84(System(system, True), np.asarray(lon), np.asarray(lat))


def examined(folder):
    report = QualityReport()
    survey_project(read_project(folder, report=report), report=report)
    return {found.sections[0]: found for found in report.systems}, [issue for issue in report.issues if issue.code == "crs_suspect"]


def nanjing(folder, points_in, people_in):
    """The points and the people's cells in two systems; a frame of 130 km for a boundary, a street far off: neither says anything."""
    import geopandas as gpd
    import pandas as pd

    source = REAL / "nanjing_poi" / "nanjing_osm_pois_2025.gpkg"
    if not source.is_file():
        pytest.skip("the real Nanjing files are not beside this checkout")
    points = gpd.read_file(source)
    lon, lat = shifted(points_in, points.geometry.x, points.geometry.y)
    pd.DataFrame({"id": points["osm_id"], "name": points["name"], "lon": lon.round(6), "lat": lat.round(6)}).to_csv(folder / "points.csv",
                                                                                                                index=False)
    cells = pd.read_csv(REAL / "population_grids" / "nanjing.csv")
    lon, lat = shifted(people_in, cells["lng"], cells["lat"])
    pd.DataFrame({"lon": lon.round(6), "lat": lat.round(6), "people": cells["POP_2015"]}).to_csv(folder / "people.csv", index=False)
    write_project(folder, NANJING, {
        "city.geojson": layer(feature("Polygon", rectangle(118.2, 31.1, 1.2, 1.6, as_written), code="3201", name="南京")),
        "streets.geojson": layer(feature("LineString", [[118.2, 31.1], [118.21, 31.11]]))})
    return examined(folder)


def apart_m(found):
    return float(np.hypot(found.measured_m[0] - found.expected_m[0], found.measured_m[1] - found.expected_m[1]))


@pytest.mark.parametrize("system", SYSTEMS)
def test_nanjing_points(tmp_path, system):
    found, suspects = nanjing(tmp_path, system, "wgs84")
    points = found["facilities.poi"]
    assert (points.likely, points.confidence, found["population"].likely) == (system, "high", "wgs84")
    if system == "wgs84":
        assert suspects == [] and points.measured_m is None
    else:
        assert [(issue.file, issue.value) for issue in suspects] == [("points.csv", system)]
        assert apart_m(points) < FITS_M / 2  # 5 to 7 m when this was written; the shift itself is 540 m and 1,180 m


@pytest.mark.parametrize("system", SYSTEMS[1:])
def test_nanjing_people(tmp_path, system):
    """The other way round: it is the people's cells that are off, and they are named."""
    found, suspects = nanjing(tmp_path, "wgs84", system)
    assert found["population"].likely == system and found["facilities.poi"].likely == "wgs84"
    assert [(issue.file, issue.value) for issue in suspects] == [("people.csv", system)]


@pytest.mark.parametrize("system", SYSTEMS)
def test_beijing_townships(tmp_path, system):
    import geopandas as gpd

    source = REAL / "beijing" / "beijing_townships_pop.gpkg"
    if not source.is_file():
        pytest.skip("the real Beijing files are not beside this checkout")
    towns = gpd.read_file(source)
    towns["code"] = [f"{k:03d}" for k in range(len(towns))]
    towns.geometry = shapely.transform(towns.geometry.to_numpy(), lambda xy: np.column_stack(shifted(system, *xy.T)))
    towns.to_file(tmp_path / "townships.gpkg")
    towns[["code", "pop_worldpop"]].rename(columns={"pop_worldpop": "people"}).to_csv(tmp_path / "people.csv", index=False)
    shutil.copy(REAL / "beijing" / "beijing_2013_roads.osm.pbf", tmp_path / "roads.osm.pbf")
    (tmp_path / "planner.toml").write_text(toml(BEIJING), encoding="utf-8")
    found, suspects = examined(tmp_path)
    borders = found["boundaries.township"]
    assert (borders.likely, borders.confidence, borders.kinds["streets"][0]) == (system, "high", 1500)
    if system == "wgs84":
        assert suspects == []
    else:
        assert [(issue.file, issue.value) for issue in suspects] == [("townships.gpkg", system)]
        assert apart_m(borders) < FITS_M / 2  # 4 m when this was written; the shift itself is 540 m and 1,350 m
