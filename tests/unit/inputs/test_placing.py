import pytest

from planner.inputs.readers import read_facilities


def read(town, rows, **options):
    return read_facilities(town.ledger(rows, **options), town.levels, report=town.report)


def only(town):
    (issue,) = town.report.issues
    return issue


@pytest.mark.parametrize(("lon", "lat", "code"), [("", "", "coordinates_missing"), (0, 0, "coordinates_invalid"),
                                                  ("不祥", "x", "coordinates_invalid"),
                                                  (200, 95, "coordinates_invalid"), ("117.01", "", "coordinates_missing")])
@pytest.mark.parametrize(("township", "community", "unit", "codes"), [
    ("甲街道", "甲二社区", "甲二社区", ("A", "102")), ("乙镇", "", "乙镇", ("B", "")), ("", "202", "乙二社区", ("B", "202")),
    ("乙镇", "无此社区", "乙镇", ("B", ""))])
def test_placed_by_its_finest_stated_unit(town, lon, lat, code, township, community, unit, codes):
    found = read(town, [["1", "福安", township, community, lon, lat, 50]])
    frame = found.frame
    assert frame["placed_by_name"].tolist() == [True] and frame["x"].isna().all() and frame["in_township"].tolist() == [""]
    assert (frame["unit_township"].iloc[0], frame["unit_community"].iloc[0]) == codes
    issue = only(town)
    assert (issue.code, issue.severity, issue.row) == (code, "warning", 2) and unit in issue.done("zh")
    totals = town.report.totals["facilities"]["elderly-care-institution"]
    assert totals["placed_by_name"] == 1 and totals["count"] == 1 and totals["beds"] == 50


@pytest.mark.parametrize(("township", "community"), [("", ""), ("邻县某镇", "无此社区")])
def test_without_a_place_and_a_unit_it_is_left_out(town, township, community):
    found = read(town, [["1", "福安", township, community, "", "", 50], ["2", "康宁", "甲街道", "", (100, 100), 5]])
    assert found.frame["id"].tolist() == ["2"]
    issue = only(town)
    assert (issue.code, issue.row, issue.sentence) == ("coordinates_missing", 2, "coordinates_missing_dropped")
    record = town.report.record("elderly.csv")
    assert (record.rows_in, record.rows_kept) == (2, 1)


@pytest.mark.parametrize(("south", "outside", "kept"), [(1000, "drop", True), (1990, "drop", True), (2010, "drop", False),
                                                        (9000, "drop", False),
                                                       (9000, "keep", True)])
def test_outside_the_boundary(town, south, outside, kept):
    found = read(town, [["1", "福安", "甲街道", "甲一社区", (500, -south), 50]], outside=outside)
    assert len(found) == kept
    issue = only(town)
    assert (issue.code, issue.severity) == ("outside_boundary", "warning") and issue.params["metres"] == pytest.approx(south, abs=2)
    if kept:
        assert found.frame["in_community"].tolist() == [""] and found.frame["unit_community"].tolist() == ["101"]


def test_on_the_edge_is_inside(town):
    found = read(town, [["1", "福安", "甲街道", "甲一社区", (500, -0.4), 50]])
    assert found.frame["in_community"].tolist() == ["101"] and not town.report.issues


@pytest.mark.parametrize(("count_by", "unit"), [("stated", ("B", "201")), ("located", ("A", "101"))])
def test_the_stated_unit_is_another(town, count_by, unit):
    found = read(town, [["1", "福安", "乙镇", "乙一社区", (500, 500), 50]], count_by=count_by)
    frame = found.frame
    assert (frame["unit_township"].iloc[0], frame["unit_community"].iloc[0]) == unit and frame["in_community"].tolist() == ["101"]
    issue = only(town)
    assert (issue.code, issue.column, issue.value) == ("unit_mismatch", "社区", "乙一社区")


def test_a_unit_that_does_not_exist_counts_where_it_lies(town):
    found = read(town, [["1", "福安", "甲街道", "无此社区", (500, 500), 50]])
    assert found.frame["unit_community"].tolist() == ["101"]
    assert (only(town).code, only(town).sentence) == ("unit_mismatch", "unit_unknown")


def test_a_stated_community_carries_its_township(town):
    columns = {"id": "编号", "name": "名称", "community": "社区", "lon": "经度", "lat": "纬度"}
    found = read(town, [["1", "福安", "", "乙一社区", (500, 500), 50]], columns=columns)
    assert found.frame["unit_township"].tolist() == ["B"]


def test_names_that_repeat_are_told_apart_by_their_township(town):
    town.communities[2]["properties"]["name"] = "甲一社区"
    rows = [["1", "福安", "乙镇", "甲一社区", "", "", 50], ["2", "康宁", "", "甲一社区", "", "", 50],
            ["3", "望江", "", "甲一社区", (2500, 9), 5]]
    found = read(town, rows)
    assert found.frame["id"].tolist() == ["1", "3"] and found.frame["unit_community"].tolist() == ["201", "201"]
    assert town.said("row", "sentence") == [(2, "coordinates_missing_placed"), (3, "coordinates_missing_dropped")]


def test_of_units_that_overlap_the_stated_one(town):
    town.communities[1]["geometry"]["coordinates"] = town.square(900, 0, 1100)
    found = read(town, [["1", "福安", "甲街道", "甲二社区", (950, 500), 50], ["2", "康宁", "甲街道", "甲一社区", (950, 400), 50]])
    assert found.frame["in_community"].tolist() == ["102", "101"]
    assert [issue.code for issue in town.report.issues] == ["geometry_overlap"]


def test_swapped_dressed_and_paired_coordinates(town):
    lon, lat = town.degrees(500, 500)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in f"{lon:.6f}")
    rows = [["1", "甲", "", "", lat, lon, 5], ["2", "乙", "", "", wide, lat, 5], ["3", "丙", "", "", (1500, 500), 5],
            ["4", "丁", "", "", (2500, 500), 5]]
    found = read(town, rows)
    assert found.frame["in_community"].tolist() == ["101", "101", "102", "201"]
    assert town.said("code", "row") == [("coordinates_parsed", 3), ("lonlat_swapped", 2)]
    pair = read(town, [["1", "甲", "", "", f'"{lon},{lat}"', 5]], head="编号,名称,街道,社区,坐标,床位", file="pair.csv",
                columns={"id": "编号", "name": "名称", "lon": "坐标", "lat": "坐标"})
    assert pair.frame["in_community"].tolist() == ["101"]
