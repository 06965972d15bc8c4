import json

import numpy as np
import pytest
import shapely

from planner.inputs.readers import read_population
from planner.inputs.specs import PopulationSpec
from planner.inputs.spread import StreetLines

ROWS = "101,甲一社区,1000,300\n102,甲二社区,2000,500\n201,乙一社区,3000,700\n202,乙二社区,4000,900\n"
EAST, NORTH = 500_000.0, 4_400_000.0


def street(*points):
    return shapely.LineString([(EAST + x, NORTH + y) for x, y in points])


def middle_street(crs):
    """One street from west to east through all four communities."""
    return StreetLines(np.array([street((0, 500), (4000, 500))], dtype=object), np.array([True]))


def read(town, rows=ROWS, lines=middle_street, **options):
    return read_population(town.people(rows, **options), town.levels, lines=lines, report=town.report)


def sums(found, level="community", group="total"):
    return {code: float(found.people[group][found.units[level] == code].sum()) for code in sorted(set(found.units[level]))}


def test_units_spread_along_their_streets(town):
    found = read(town)
    assert not town.report.issues and len(found) == 40  # ten pieces of 100 m in each
    assert sums(found) == {"101": 1000, "102": 2000, "201": 3000, "202": 4000}
    assert sums(found, "township", "age_60_plus") == {"A": 800, "B": 1600}
    assert found.y - NORTH == pytest.approx(500)
    assert town.report.totals["population"] == {"total": 10000, "age_60_plus": 2400}


@pytest.mark.parametrize(("typed", "code"), [("NaN", "value_invalid"), ("", "value_missing"), ("-4", "value_invalid"),
                                             ("待统计", "value_invalid"),
                                             ("inf", "value_invalid"), ("暂无", "value_missing")])
def test_a_total_that_is_none_leaves_its_row_out(town, typed, code):
    found = read(town, ROWS.replace("2000", typed))
    assert sums(found) == {"101": 1000, "201": 3000, "202": 4000}
    assert town.said("code", "file", "row", "value") == [(code, "people.csv", 3, typed),
                                                         ("unit_without_population", "communities.geojson", 2, "102")]
    record = town.report.record("people.csv")
    assert (record.rows_in, record.rows_kept) == (4, 3)


def test_blanks_of_other_groups_are_missing_not_zero_people(town):
    found = read(town, ROWS.replace(",500\n", ",\n"))
    assert town.report.totals["population"] == {"total": 10000, "age_60_plus": 1900} and sums(found)["102"] == 2000
    assert town.said("code", "severity", "column", "row") == [("value_missing", "info", "老人", None)]


def test_rows_without_a_unit_and_units_without_rows(town):
    found = read(town, ROWS.replace("201", "999"))
    assert sums(found) == {"101": 1000, "102": 2000, "202": 4000}
    assert town.said() == [("population_without_unit", 4, "999"), ("unit_without_population", 3, "201")]


def test_a_unit_that_stands_twice(town):
    assert sums(read(town, ROWS + "101,又,9,9\n"))["101"] == 1000
    assert town.said() == [("code_duplicate", 6, "101")]


def test_codes_that_join_nothing_block(town):
    assert read(town, "x1,a,1,1\nx2,b,2,1\n") is None
    assert town.said("code", "severity", "column") == [("population_without_unit", "blocking", "代码")]


def test_the_finest_level_that_matches_is_taken(town):
    found = read(town, "A,甲街道,10,1\nB,乙镇,20,2\n")
    assert sums(found, "township") == {"A": 10, "B": 20} and sums(found, "community").keys() == {"101", "102", "201", "202"}


def test_totals_rows_do_not_count(town):
    assert sum(sums(read(town, ROWS + ",合  计,10000,2400\n")).values()) == 10000
    assert town.said("code", "row") == [("total_row_dropped", 6)]


def codes_of(town, change):
    """ROWS with twelve-digit codes, the boundary too."""
    codes = {old: f"1101010010{k:02d}" for k, old in enumerate(("101", "102", "201", "202"), start=1)}
    for item in town.communities:
        item["properties"]["code"] = codes[item["properties"]["code"]]
    rows = ROWS
    for k, (old, new) in enumerate(codes.items()):
        rows = rows.replace(f"{old},", f"{change(new, k)},", 1)
    return rows


def test_codes_with_point_zero_are_mended(town):
    assert sum(sums(read(town, codes_of(town, lambda code, k: code + ".0"))).values()) == 10000
    assert town.said("code", "row") == [("code_repaired", None)]


def test_a_quarter_of_rounded_codes_blocks(town):
    assert read(town, codes_of(town, lambda code, k: "1.10101E+11" if k == 1 else code)) is None
    assert town.said("code", "severity", "row") == [("code_rounded", "blocking", None)]


def test_one_rounded_code_of_many_is_left_out(town):
    rows = codes_of(town, lambda code, k: code) + "".join(f"1101010019{k:02d},外{k},1,1\n" for k in range(10)) + "1.10101E+11,丢,5,1\n"
    assert sum(sums(read(town, rows)).values()) == 10000
    assert ("code_rounded", 16, "1.10101E+11") in town.said() and town.said().count(("code_rounded", 16, "1.10101E+11")) == 1


def test_units_without_a_street_are_told(town):
    def short(crs):
        return StreetLines(np.array([street((0, 500), (1500, 500))], dtype=object), np.array([True]))

    found = read(town, lines=short)
    assert sum(sums(found).values()) == 10000 and (found.units["community"] == "201").sum() == 1
    assert town.said("code", "severity", "value", "sentence") == [("spread_fallback", "warning", code,
                                                                   "spread_inner_point") for code in ("201", "202")]


def layer(town, name, *shapes):
    features = [{"type": "Feature", "properties": {"people": people}, "geometry": geometry} for people, geometry in shapes]
    (town.folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return town.ref(name)


def test_residential_land_carries_people_by_its_area(town):
    land = [(1, {"type": "Polygon", "coordinates": town.square(1000 * k + x, 100, w, 100)}) for k in range(3) for x,
            w in ((100, 100), (500, 300))]
    found = read(town, spread="residential", spread_file=layer(town, "land.geojson", *land))
    assert sums(found) == {"101": 1000, "102": 2000, "201": 3000, "202": 4000}
    here = found.units["community"] == "101"
    assert found.people["total"][here & (found.x < EAST + 300)].sum() == pytest.approx(250, abs=0.01)  # 1 of 4 hectares
    # the fourth community has none: its streets carry its people, and that is said
    assert town.said("code", "value", "sentence") == [("spread_fallback", "202", "spread_streets")]
    assert (found.units["community"] == "202").sum() == 10


def test_points_carry_people_by_their_weight(town):
    file = town.text("carrier.csv", "lon,lat,weight\n" + "".join(f"{lon:.9f},{lat:.9f},{weight}\n" for (lon, lat), weight in [
        (town.degrees(100, 100), 1), (town.degrees(200, 100), 3), (town.degrees(1500, 5), 1), (town.degrees(2500, 5),
                                                                                               1), (town.degrees(3500, 5), 1)]))
    found = read(town, spread="points", spread_file=file)
    assert not town.report.issues and len(found) == 5
    assert found.people["total"].tolist() == pytest.approx([250, 750, 2000, 3000, 4000], abs=1e-5)


def points(town, rows, **options):
    head = "id,lon,lat,n\n"
    text = "".join(f"{k},{town.degrees(x, y)[0]:.9f},{town.degrees(x, y)[1]:.9f},{n}\n" for k, (x, y, n) in enumerate(rows))
    return PopulationSpec(town.text("grid.csv", head + text), {"lon": "lon", "lat": "lat", "total": "n"}, "points", **options)


def test_points_lie_where_they_lie(town):
    spec = points(town, [(500, 500, 10), (1500, 500, 20.5), (2500, 1, 30), (3500, 1, 40)])
    found = read_population(spec, town.levels, report=town.report)
    assert not town.report.issues and sums(found) == {"101": 10, "102": 20.5, "201": 30, "202": 40}
    assert found.x - EAST == pytest.approx([500, 1500, 2500, 3500], abs=1e-3)


@pytest.mark.parametrize(("head", "place"), [("lon,lat", True), ("lng,lat", True), ("经度,纬度", True), ("a,b", False)])
def test_columns_that_name_a_place_need_no_mention(town, head, place):
    lines = [head + ",n"] + [",".join(f"{part:.9f}" for part in town.degrees(1000 * k + 500, 500)) + ",10" for k in range(4)]
    spec = PopulationSpec(town.text("grid.csv", "\n".join(lines) + "\n"), {"total": "n"}, "points")
    found = read_population(spec, town.levels, report=town.report)
    assert (found is not None) == place
    assert town.said("code", "severity", "value") == ([] if place else [("column_missing", "blocking", "lon, lat")])


def test_points_outside(town):
    spec = points(town, [(500, 500, 10), (1500, 500, 20), (2500, 1, 30), (3500, 1, 40), (500, -100, 5), (500, -5000, 7)])
    found = read_population(spec, town.levels, report=town.report)
    assert sums(found) == {"": 5, "101": 10, "102": 20, "201": 30, "202": 40}
    assert town.said("code", "row", "sentence") == [("outside_boundary", 7, "people_outside_dropped"),
                                                    ("outside_boundary", 6, "people_outside_near")]
    assert town.report.record("grid.csv").rows_kept == 5 and town.report.totals["population"]["total"] == 105


def test_units_that_no_point_reaches_are_told(town):
    read_population(points(town, [(500, 500, 10)]), town.levels, report=town.report)
    assert [value for code, _, value in town.said() if code == "unit_without_population"] == ["102", "201", "202"]


def test_polygons_spread_along_the_streets_in_them(town):
    cells = [(10 * (k + 1), {"type": "Polygon", "coordinates": town.square(1000 * k, 400, 1000, 200)}) for k in range(4)]
    spec = PopulationSpec(layer(town, "cells.geojson", *cells), {"total": "people"}, "streets")
    found = read_population(spec, town.levels, lines=middle_street, report=town.report)
    assert not town.report.issues and len(found) == 40 and sums(found) == {"101": 10, "102": 20, "201": 30, "202": 40}


def test_an_empty_table_blocks(town):
    assert read(town, "") is None
    assert town.said("code", "severity") == [("file_empty", "blocking")]
