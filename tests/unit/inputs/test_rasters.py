"""Rasters of people over the drawn town (see conftest): 40 x 10 cells of 100 m lie in its units."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from planner.inputs import rasters
from planner.inputs.readers import read_population
from planner.inputs.specs import PopulationSpec

EAST, NORTH = 500_000.0, 4_400_000.0
PEOPLE = "101,甲一社区,1000,300\n102,甲二社区,2000,500\n201,乙一社区,3000,700\n202,乙二社区,4000,900\n"
ONES = np.ones((30, 60), dtype="float32")


def write(town, values, name="p.tif", *, west=-1000.0, north=2000.0, step=100.0, crs="EPSG:4548", **options):
    """A raster of the town: its upper left corner 1 km west and 1 km north of the townships."""
    values = values if values.ndim == 3 else values[None]
    described = options.pop("described", None)
    transform = options.pop("transform", Affine(step, 0, EAST + west, 0, -step, NORTH + north))
    with rasterio.open(town.folder / name, "w", driver="GTiff", height=values.shape[1], width=values.shape[2], count=values.shape[0],
                       dtype=values.dtype, crs=crs, transform=transform, **options) as box:
        box.write(values)
        if described:
            box.descriptions = described
    return town.ref(name)


def read(town, file, columns=None, **options):
    return read_population(PopulationSpec(file, columns or {}, "raster", **options), town.levels, report=town.report)


def sums(found, level="community"):
    return {code: float(found.people["total"][found.units[level] == code].sum()) for code in sorted(set(found.units[level]))}


@pytest.mark.parametrize("options", [{}, {"compress": "lzw", "predictor": 3}, {"compress": "deflate", "tiled": True, "blockxsize": 16,
                                                                                "blockysize": 16}, {"BIGTIFF": "YES"}])
def test_cells_stand_in_their_middles_and_count_there(town, options):
    found = read(town, write(town, ONES, nodata=-9999, **options))
    assert town.said() == [] and len(found) == 400
    assert sums(found) == {"101": 100, "102": 100, "201": 100, "202": 100} and sums(found, "township") == {"A": 200, "B": 200}
    assert found.x[0] - EAST == pytest.approx(50) and found.y[0] - NORTH == pytest.approx(950)
    record = town.report.record("p.tif")
    assert (record.format, record.crs, record.rows_kept) == ("geotiff", "EPSG:4548", 400) and 42 * 12 <= record.rows_in <= 44 * 14
    assert town.report.totals["population"] == {"total": 400}


def test_no_data_nothing_and_nonsense_are_left_out(town):
    values = ONES.copy()
    values[10, 10:16] = [-9999, 0, np.nan, -200, 3e38, 5]  # six cells of 101
    found = read(town, write(town, values, nodata=-9999))
    assert sums(found)["101"] == 99 - 5 + 5
    assert town.said("code", "severity", "value") == [("value_invalid", "warning", "-200")]


def test_bands_by_number_and_by_description(town):
    both = np.stack([ONES, ONES / 4])
    file = write(town, both, described=("all", "老人"))
    found = read(town, file, {"total": "1", "age_60_plus": "老人"})
    assert found.people["age_60_plus"].sum() == 100 and town.report.totals["population"] == {"total": 400, "age_60_plus": 100}
    assert read(town, file, {"total": "3"}) is None
    assert town.said("code", "value") == [("column_missing", "3")]


def test_degrees_are_read_in_their_window(town):
    lon, lat = town.degrees(0, 0)
    values = np.zeros((200, 200), dtype="int16")
    values[:] = 1
    found = read(town, write(town, values, crs="EPSG:4326", transform=Affine(0.001, 0, lon - 0.1, 0, -0.001, lat + 0.1)))
    # a cell of 0.001 degrees is 85.6 m x 111.0 m there: 4 km x 1 km hold 46.7 x 9 of them
    assert sum(sums(found).values()) == pytest.approx(421, abs=25)
    assert town.report.record("p.tif").rows_in < 1000


@pytest.mark.parametrize(("options", "code", "sentence"), [
    ({"crs": None}, "crs_missing", "crs_missing_blocking"),
    ({"crs": "EPSG:2414"}, "crs_unsupported", "crs_without_shift"),
    ({"west": 900_000.0}, "file_empty", "raster_elsewhere"),
    ({"transform": Affine(100, 5, EAST, 5, -100, NORTH)}, "file_unreadable", "raster_rotated"),
    ({"transform": Affine(100, 0, EAST, 0, 100, NORTH)}, "file_unreadable", "raster_rotated")])
def test_what_cannot_serve_is_refused(town, options, code, sentence):
    assert read(town, write(town, ONES, **options)) is None
    assert town.said("code", "severity", "sentence") == [(code, "blocking", sentence)]


def test_a_declared_system_goes_before_the_files(town):
    assert sums(read(town, write(town, ONES, crs=None), crs="EPSG:4548"))["101"] == 100


@pytest.mark.parametrize("content", [b"junk", b"II*\0" + b"\xff" * 400, b"II*\0\x08\0\0\0"])
def test_junk_is_refused(town, content):
    (town.folder / "p.tif").write_bytes(content)
    assert read(town, town.ref("p.tif")) is None
    assert town.said("code", "severity") == [("file_unreadable", "blocking")]


def test_a_cut_off_raster_is_refused(town):
    write(town, np.random.default_rng(1).random((300, 600)).astype("float32"), step=20.0, west=-100.0, north=1100.0)
    whole = (town.folder / "p.tif").read_bytes()
    (town.folder / "p.tif").write_bytes(whole[:len(whole) // 20])
    assert read(town, town.ref("p.tif")) is None
    assert town.said("code", "severity") == [("file_unreadable", "blocking")]


def test_the_window_has_a_limit_and_the_raster_has_none(town, monkeypatch):
    monkeypatch.setattr(rasters, "MOST_CELLS", 44 * 14)
    assert len(read(town, write(town, ONES))) == 400  # of 1,800 cells in all, at most 44 x 14 are looked at
    monkeypatch.setattr(rasters, "MOST_CELLS", 400)
    assert read(town, town.ref("p.tif")) is None
    assert town.said("code", "sentence") == [("file_unsafe", "raster_large")]


def test_blocks_that_unpack_to_too_much_are_refused(town, monkeypatch):
    monkeypatch.setattr(rasters, "MOST_BLOCK_BYTES", 1000)
    assert read(town, write(town, ONES)) is None
    assert town.said("code", "sentence") == [("file_unsafe", "raster_block")]


def test_a_raster_without_people_is_refused(town):
    assert read(town, write(town, ONES * 0)) is None
    assert town.said("code", "sentence") == [("file_empty", "raster_without_people")]


def test_totals_of_units_over_a_raster(town):
    values = ONES.copy()
    values[:, 10:15] = 3  # the western half of 101
    values[:, 40:] = 0  # 202 has nobody there
    file = write(town, values)
    spec = town.people(PEOPLE, spread="raster", spread_file=file)
    found = read_population(spec, town.levels, report=town.report)
    assert sums(found) == {"101": 1000, "102": 2000, "201": 3000, "202": 4000}
    west = (found.units["community"] == "101") & (found.x < EAST + 500)
    assert found.people["total"][west].sum() == pytest.approx(750, abs=1e-3)  # 50 cells of 3 against 50 of 1
    assert town.said("code", "value", "sentence") == [("spread_fallback", "202", "spread_streets"),
                                                      ("spread_fallback", "202", "spread_inner_point")]


def test_values_are_taken_so_that_sums_are_exact():
    values = np.random.default_rng(2).random(5000).astype("float32").astype(float) * 7
    found = rasters.exact(values)
    assert (found / rasters.QUANTUM == np.rint(found / rasters.QUANTUM)).all()
    assert found.sum() == found[::-1].sum() == pytest.approx(values.sum(), abs=2.0**-20)
    assert len(rasters.exact(np.empty(0))) == 0
