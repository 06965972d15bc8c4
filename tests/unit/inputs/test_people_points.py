"""Where a project's people are, for the examination of coordinate systems: points, cells, and the points that totals are spread on."""

import dataclasses

import numpy as np
import pytest
from affine import Affine

from planner.inputs.coordinates import WGS84, parse_system
from planner.inputs.people_points import people_points
from planner.inputs.placing import Ground
from planner.inputs.readers import read_population, survey
from planner.inputs.reading import Reading
from planner.quality import QualityReport
from tests.unit.inputs.test_rasters import ONES, PEOPLE, write


@pytest.fixture
def ground(town) -> Ground:
    return survey(town.levels, (), None, crs=town.crs, lines=lambda _: None, report=QualityReport()).ground


def look(spec, ground):
    return people_points(spec, ground, Reading(QualityReport()))


def test_cells_in_degrees_may_be_doubted_and_are_a_grid(town, ground):
    west, north = town.degrees(-1000, 2000)
    step = 0.001
    file = write(town, ONES, transform=Affine(step, 0, west, 0, -step, north), crs="EPSG:4326")
    found = look(dataclasses.replace(town.people(""), file=file, columns={}, spread="raster"), ground)
    assert (found.shown, found.section, found.declared, found.open, found.grid) == ("p.tif", "population", WGS84, True, True)
    assert found.lon.min() >= west and found.lat.max() <= north and len(found.lon) > 100


def test_cells_in_metres_are_told_in_degrees_and_not_doubted(town, ground):
    found = look(dataclasses.replace(town.people(""), file=write(town, ONES), columns={}, spread="raster"), ground)
    assert (found.declared, found.open, found.grid) == (WGS84, False, True)
    assert found.lon.min() == pytest.approx(town.degrees(-50, 0)[0], abs=2e-3)


@pytest.mark.parametrize(("name", "text", "grid"), [
    ("homes.csv", "lon,lat,weight\n117.0,39.74,2\n117.01,39.74,3\n", False), ("p.tif", "", True)])
def test_unit_totals_are_told_by_what_they_are_spread_on(town, ground, name, text, grid):
    file = town.text(name, text) if text else write(town, ONES)
    spec = dataclasses.replace(town.people(PEOPLE), spread="points", spread_file=file)
    found = look(spec, ground)
    assert (found.shown, found.section, found.grid) == (name, "population.spread", grid)
    assert look(dataclasses.replace(spec, spread_file=None), ground) is None
    if text:
        assert found.lon.tolist() == [117.0, 117.01] and found.open
        stated = look(dataclasses.replace(spec, spread_crs="gcj02"), ground)
        assert (stated.declared, stated.open) == ("gcj02", True)


def test_spread_crs_moves_what_the_totals_are_spread_on(town):
    """Homes 500 m inside their communities as GCJ-02 states them: read so, people stand where the homes are."""
    from planner.inputs.coordinates import from_wgs84, to_wgs84

    at = [town.degrees(1000 * k + 500, 500) for k in range(4)]
    lon, lat = np.array(at).T
    moved = np.column_stack(from_wgs84(parse_system("gcj02"), lon, lat))
    file = town.text("homes.csv", "lon,lat\n" + "".join(f"{a:.9f},{b:.9f}\n" for a, b in moved))
    spec = dataclasses.replace(town.people(PEOPLE), spread="points", spread_file=file, spread_crs="gcj02")
    found = read_population(spec, town.levels, report=town.report)
    back = np.column_stack(to_wgs84(parse_system(town.crs), found.x, found.y))
    assert back == pytest.approx(np.array(at), abs=1e-6)
