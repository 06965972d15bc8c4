"""Areas and entrances: polygons, several points, a column that lists entrances, a file of them."""

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

from planner.inputs.coordinates import System, from_wgs84
from planner.inputs.readers import read_facilities
from planner.inputs.specs import EntranceSpec, FacilitySpec

EAST, NORTH = 500_000.0, 4_400_000.0
COLUMNS = {"id": "编号", "name": "名称", "township": "街道", "community": "社区", "lon": "经度", "lat": "纬度", "entrances": "入口"}
HEAD = "编号,名称,街道,社区,经度,纬度,入口"


def cell(town, *places):
    """Places of the town as a cell lists them."""
    return ";".join("{:.9f} {:.9f}".format(*town.degrees(*place)) for place in places)  # a comma would end the cell of a CSV


def listed(town, entrances, place=("at",), **options):
    at = (500.0, 500.0) if place == ("at",) else None
    row = ["1", "人民公园", "甲街道", "甲一社区", *([at] if at else ["", ""]), entrances]
    return read_facilities(town.ledger([row], head=HEAD, columns=COLUMNS, **options), town.levels, report=town.report)


def layer(town, *features, crs="auto", **options):
    """A layer of facilities with ids 1, 2, ..."""
    numbered = [{**item, "properties": {"id": str(k), "name": f"园{k}", **item["properties"]}} for k, item in enumerate(features, start=1)]
    file = town.text("parks.geojson", json.dumps({"type": "FeatureCollection", "features": numbered}))
    spec = FacilitySpec("park", file, {"id": "id", "name": "name", **options.pop("columns", {})}, crs=crs, **options)
    return read_facilities(spec, town.levels, crs=town.crs, report=town.report)


def doors(found, j=0):
    """The entrances of a facility, in metres of the town."""
    rows = slice(int(found.extents.door_start[j]), int(found.extents.door_start[j + 1]))
    return np.column_stack([found.extents.door_x[rows] - EAST, found.extents.door_y[rows] - NORTH]).round(3).tolist()


def park(found, j=0):
    """The box of a facility's area, in metres of the town."""
    box = np.array(shapely.bounds(found.extents.area[j])) - [EAST, NORTH, EAST, NORTH]
    return box.round(3).tolist()


# ---- entrances in a column -------------------------------------------------------------------------------------------
def test_a_cell_lists_entrances(town):
    found = listed(town, cell(town, (400, 500), (600, 510)))
    assert doors(found) == [[400, 500], [600, 510]] and not town.report.issues
    assert found.frame["x"].round(3).tolist() == [EAST + 500] and found.frame["entrances"].iloc[0].count(";") == 1


@pytest.mark.parametrize("between", [";", "；", " ; ", "\n"])
def test_entrances_are_parted_by_semicolons_or_lines(town, between):
    entrances = '"' + cell(town, (400, 500), (600, 510)).replace(";", between).replace(" ", ",") + '"'
    assert len(doors(listed(town, entrances))) == 2 and not town.report.issues


@pytest.mark.parametrize("blank", ["", "无", "/", "-"])
def test_a_blank_cell_is_a_point(town, blank):
    assert listed(town, blank).extents is None and not town.report.issues


@pytest.mark.parametrize("bad", ["东门", "0 0", "200 95", "117.0"])
def test_what_is_no_place_is_told_and_the_rest_is_used(town, bad):
    found = listed(town, f"{cell(town, (400, 500))};{bad}")
    assert doors(found) == [[400, 500]]
    assert town.said("code", "severity", "row", "column", "name", "value", "sentence") == [
        ("coordinates_invalid", "warning", 2, "入口", "人民公园", bad, "entrances_invalid")]
    assert town.report.record("elderly.csv").rows_kept == 1


def test_swapped_entrances_are_put_in_order(town):
    lon, lat = town.degrees(400, 500)
    found = listed(town, f"{lat:.9f} {lon:.9f}")
    assert doors(found) == [[400, 500]] and town.said("code", "severity", "column") == [("lonlat_swapped", "info", "入口")]


def test_without_coordinates_it_is_put_at_its_first_entrance(town):
    found = listed(town, cell(town, (1400, 500), (600, 510)), place=None)
    assert found.frame[["x", "y"]].round(3).to_numpy().tolist() == [[EAST + 1400, NORTH + 500]]
    assert not found.frame["placed_by_name"].any() and found.frame["in_community"].tolist() == ["102"]
    assert [code for code, _, _ in town.said()] == ["placed_at_entrance", "unit_mismatch"]


def test_a_ledger_of_entrances_alone_is_clean(town):
    columns = {"id": "编号", "entrances": "入口"}
    spec = town.ledger([["1", cell(town, (400, 500))]], head="编号,入口", columns=columns)
    found = read_facilities(spec, town.levels, report=town.report)
    assert found.frame["x"].round(3).tolist() == [EAST + 400] and not town.report.issues


def test_an_entrance_far_away_is_told_and_used(town):
    found = listed(town, cell(town, (400, 500), (3400, 500)))
    assert doors(found)[1] == [3400, 500]
    assert town.said("code", "severity", "row", "column") == [("entrance_far", "warning", 2, "入口")]
    assert town.report.issues[0].params == {"count": 1, "metres": 2900}


def test_entrances_move_with_their_layer(town):
    places = [from_wgs84(System("gcj02", True), *(np.array([part]) for part in town.degrees(*at))) for at in ((500, 500), (400, 500))]
    (lon, lat), gate = [(float(a[0]), float(b[0])) for a, b in places]
    row = ["1", "园", "甲街道", "甲一社区", f"{lon:.10f}", f"{lat:.10f}", "{:.10f} {:.10f}".format(*gate)]
    found = read_facilities(town.ledger([row], head=HEAD, columns=COLUMNS, crs="gcj02"), town.levels, report=town.report)
    assert doors(found) == [[400, 500]] and town.said("code", "value") == [("crs_converted", "gcj02")]


# ---- shapes ----------------------------------------------------------------------------------------------------------
def test_polygons_are_areas(town):
    found = layer(town, town.feature(town.square(100, 200, 600, 400)), town.feature(list(town.degrees(5, 5)), "Point"))
    assert park(found) == [100, 200, 700, 600] and found.extents.area[1] is None and not town.report.issues
    assert found.extents.has_area.tolist() == [True, False]
    assert shapely.contains_xy(found.extents.area[0], found.frame["x"].iloc[0], found.frame["y"].iloc[0])


def test_several_points_are_entrances(town):
    found = layer(town, town.feature([town.degrees(0, 10), town.degrees(90, 10)], "MultiPoint"),
                  town.feature([town.degrees(7, 7)], "MultiPoint"))
    assert doors(found) == [[0, 10], [90, 10]] and doors(found, 1) == [] and not town.report.issues


def test_an_area_with_entrances_has_both(town):
    found = layer(town, town.feature(town.square(100, 200, 600, 400), 门=cell(town, (100, 300))), columns={"entrances": "门"})
    assert park(found) == [100, 200, 700, 600] and doors(found) == [[100, 300]]


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_areas_move_with_their_layer(town, system):
    ring = [[float(part[0]) for part in from_wgs84(System(system, True), *(np.array([part]) for part in place))]
            for place in town.square(100, 200, 600, 400)[0]]
    found = layer(town, town.feature([ring]), crs=system)
    assert park(found) == pytest.approx([100, 200, 700, 600], abs=0.01)
    assert town.said("code", "value") == [("crs_converted", system)]


def test_an_area_that_crosses_itself_is_repaired(town):
    bow = [[town.degrees(*place) for place in ((0, 0), (100, 100), (100, 0), (0, 100), (0, 0))]]
    found = layer(town, town.feature(bow))
    assert found.extents.area[0].area == pytest.approx(5000, rel=1e-3)
    assert town.said("code", "severity", "row", "name", "sentence") == [("geometry_invalid", "warning", 1, "园1", "area_repaired")]


def test_an_area_of_nothing_is_a_point(town):
    flat = [[town.degrees(*place) for place in ((0, 0), (100, 0), (0, 0), (0, 0))]]
    found = layer(town, town.feature(flat))
    assert found.extents is None and len(found) == 1
    assert town.said("code", "sentence") == [("geometry_invalid", "area_unusable")]


def test_columns_of_coordinates_go_before_shapes(town):
    lon, lat = town.degrees(5, 5)
    found = layer(town, town.feature(town.square(100, 200), x=lon, y=lat), columns={"lon": "x", "lat": "y"})
    assert found.extents is None and found.frame["x"].round(3).tolist() == [EAST + 5]


def test_an_area_that_reaches_its_stated_unit_is_no_mismatch(town):
    wide = town.feature(town.square(500, 200, 1400, 400), 社区="甲一社区")  # its middle lies in 102
    found = layer(town, wide, columns={"community": "社区"})
    assert found.frame[["in_community", "unit_community"]].to_numpy().tolist() == [["102", "101"]] and not town.report.issues
    layer(town, town.feature(town.square(1100, 200, 700, 400), 社区="甲一社区"), columns={"community": "社区"})
    assert [code for code, _, _ in town.said()] == ["unit_mismatch"]


def test_what_is_left_out_takes_its_extents_along(town):
    found = layer(town, town.feature(town.square(0, -9000)), town.feature([town.degrees(0, 10), town.degrees(90, 10)], "MultiPoint"))
    assert found.frame["id"].tolist() == ["2"] and doors(found) == [[0, 10], [90, 10]] and found.extents.area.tolist() == [None]


# ---- a file of entrances ---------------------------------------------------------------------------------------------
def gated(town, gates, head="facility,lon,lat", crs="auto", columns=None, rows=None, **options):
    """A ledger of two facilities with a file of entrances."""
    lines = [head]
    for name, at in gates:
        lines.append(f"{name},{at}" if isinstance(at, str) else "{},{:.9f},{:.9f}".format(name, *town.degrees(*at)))
    file = town.text("gates.csv", "\n".join(lines) + "\n")
    rows = rows or [["p1", "人民公园", "甲街道", "甲一社区", (500, 500), 0], ["p2", "西苑", "甲街道", "甲一社区", (700, 500), 0]]
    entrances = EntranceSpec(file, columns or {"facility": "facility", "lon": "lon", "lat": "lat"}, crs)
    spec = replace(town.ledger(rows, **options), entrances=entrances)
    return read_facilities(spec, town.levels, report=town.report)


def count(town, name="gates.csv"):
    record = town.report.record(name)
    return record.rows_in, record.rows_kept, record.rows_not_selected


def test_a_file_of_entrances(town):
    found = gated(town, [("p2", (600, 500)), ("p1", (400, 500)), ("p2", (800, 500))])
    assert doors(found) == [[400, 500]] and doors(found, 1) == [[600, 500], [800, 500]]
    assert not town.report.issues and count(town) == (3, 3, 0)
    assert town.report.record("gates.csv").role == "facilities.elderly-care-institution.entrances"


def test_a_facility_may_be_called_by_a_name_that_no_other_has(town):
    assert doors(gated(town, [("西苑", (600, 500))]), 1) == [[600, 500]] and not town.report.issues


def test_a_name_that_two_have_calls_neither(town):
    rows = [["p1", "公园", "甲街道", "甲一社区", (500, 500), 0], ["p2", "公园", "甲街道", "甲一社区", (900, 900), 0]]
    assert gated(town, [("公园", (600, 500))], rows=rows).extents is None
    assert town.said("code", "value") == [("entrance_unknown", "公园")]


def test_an_unknown_id_is_told(town):
    found = gated(town, [("p1", (400, 500)), ("p9", (400, 500)), ("", (400, 500))])
    assert doors(found) == [[400, 500]] and count(town) == (3, 1, 0)
    assert town.said("code", "severity", "file", "row", "column", "value", "sentence") == [
        ("entrance_unknown", "warning", "gates.csv", 3, "facility", "p9", None),
        ("entrance_unknown", "warning", "gates.csv", 4, "facility", "", "entrance_of_nobody")]


def test_an_entrance_without_a_place_is_told(town):
    gated(town, [("p1", ","), ("p1", "门,东"), ("p1", (400, 500))])
    assert town.said("code", "row", "value", "sentence") == [
        ("coordinates_missing", 2, None, "entrance_without_place"), ("coordinates_invalid", 3, "门, 东", "entrance_without_place")]
    assert count(town) == (3, 1, 0)


def test_entrances_of_facilities_that_are_not_picked_are_dropped_without_a_word(town):
    found = gated(town, [("p1", (400, 500)), ("p2", (600, 500))], where="id == 'p1'")
    assert len(found) == 1 and doors(found) == [[400, 500]] and not town.report.issues and count(town) == (2, 1, 1)


def test_entrances_go_with_a_facility_that_is_left_out(town):
    rows = [["p1", "园", "甲街道", "甲一社区", (500, -9000), 0], ["p2", "西苑", "甲街道", "甲一社区", (700, 500), 0]]
    found = gated(town, [("p1", (400, -9000)), ("p2", (600, 500))], rows=rows)
    assert doors(found) == [[600, 500]] and count(town) == (2, 1, 0)


def test_a_file_of_entrances_in_its_own_system(town):
    lon, lat = (float(part[0]) for part in from_wgs84(System("gcj02", True), *(np.array([part]) for part in town.degrees(400, 500))))
    found = gated(town, [("p1", f"{lon:.10f},{lat:.10f}")], crs="gcj02")
    assert doors(found) == [[400, 500]] and town.said("code", "file", "value") == [("crs_converted", "gates.csv", "gcj02")]


def test_metres_of_the_project(town):
    columns = {"facility": "facility", "x": "x", "y": "y"}
    assert doors(gated(town, [("p1", "500400,4400500")], head="facility,x,y", columns=columns)) == [[400, 500]]


def test_metres_where_degrees_were_expected(town):
    assert gated(town, [("p1", "500400,4400500")] * 3) is None
    assert ("crs_suspect", "gates.csv") in town.said("code", "file")


@pytest.mark.parametrize(("text", "code"), [("facility,经度\np1,117\n", "column_missing"), ("", "file_empty")])
def test_a_file_of_entrances_that_cannot_be_used(town, text, code):
    file = town.text("gates.csv", text)
    spec = replace(town.ledger([["p1", "园", "", "", (500, 500), 0]]),
                   entrances=EntranceSpec(file, {"facility": "facility", "lon": "lon", "lat": "lat"}))
    assert read_facilities(spec, town.levels, report=town.report) is None and code in [issue.code for issue in town.report.blocking]


def test_without_rows_the_facilities_are_points(town):
    assert gated(town, []).extents is None and town.said("code", "severity") == [("file_empty", "warning")]


def test_a_point_layer_of_entrances(town):
    points = [town.feature([town.degrees(400, 500), town.degrees(450, 500)], "MultiPoint", facility="p1"),
              town.feature(list(town.degrees(600, 500)), "Point", facility="p2"), town.feature(None, facility="p2")]
    file = town.text("gates.geojson", json.dumps({"type": "FeatureCollection", "features": points}))
    spec = replace(town.ledger([["p1", "园", "甲街道", "甲一社区", (500, 500), 0], ["p2", "西苑", "甲街道", "甲一社区", (700, 500), 0]]),
                   entrances=EntranceSpec(file, {"facility": "facility"}))
    found = read_facilities(spec, town.levels, report=town.report)
    assert doors(found) == [[400, 500], [450, 500]] and doors(found, 1) == [[600, 500]]
    assert town.said() == [("coordinates_missing", 3, None)] and count(town, "gates.geojson") == (3, 2, 0)
