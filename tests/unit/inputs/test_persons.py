"""Ledgers of persons: summed on import, and nothing of a row left."""

import pickle

import numpy as np
import pytest
import shapely

from planner.inputs.readers import read_population, survey
from planner.inputs.specs import PopulationSpec
from planner.inputs.spread import StreetLines

EAST, NORTH = 500_000.0, 4_400_000.0
COLUMNS = {"id_number": "身份证号", "birth": "出生日期", "age": "年龄", "sex": "性别", "community": "社区"}
HEAD = "姓名,身份证号,出生日期,年龄,性别,社区,电话\n"


def identity(day, order="888"):
    digits = f"110101{day}{order}"
    return digits + "10X98765432"[sum(int(sign) * pow(2, 17 - k, 11) for k, sign in enumerate(digits)) % 11]


OLD, FEMALE = identity("19451231"), identity("19660101", "125")
ROWS = (f"张一,{OLD},,,,甲一社区,13800138000\n"                  # 80 on 2025-12-31, an odd digit: a man
        f"张二,{FEMALE},,,,甲一社区居委会,\n"                     # 59 on that day: 60 on the next
        "张三,,1960-12-31,,女,甲一社区,\n"                       # 65 on that day
        "张四,,,70岁不详,男,乙一社区,\n"                          # no age
        "张五,,,17,,乙一社区,\n"
        f"张六,{OLD},,,,甲一社区,\n"                             # stands twice
        "张七,,,66,女,不知道社区,\n")


def street(_):
    return StreetLines(np.array([shapely.LineString([(EAST, NORTH + 500), (EAST + 4000, NORTH + 500)])], dtype=object), np.array([True]))


def spec_of(town, rows=ROWS, head=HEAD, columns=COLUMNS, **options):
    return PopulationSpec(town.text("persons.csv", head + rows), columns, persons_on="2025-12-31", hide_small=True, **options)


def sums(found, group="total", level="community"):
    return {code: float(found.people[group][found.units[level] == code].sum()) for code in sorted(set(found.units[level]))}


def test_persons_are_summed_to_the_units_that_they_state(town):
    found = read_population(spec_of(town), town.levels, lines=street, report=town.report)
    assert sums(found) == {"101": 3, "201": 2} and sums(found, level="township") == {"A": 3, "B": 2}
    assert {group: float(values.sum()) for group, values in found.people.items()} == {
        "total": 5, "age_60_plus": 2, "age_65_plus": 2, "age_80_plus": 1, "under_18": 1, "male": 2, "female": 2}
    assert found.hide_small and found.spread == "streets"
    record = town.report.record("persons.csv")
    assert (record.rows_in, record.rows_kept) == (7, 5)
    assert town.report.totals["population"]["age_60_plus"] == 2


def test_what_is_said_names_nobody(town):
    read_population(spec_of(town), town.levels, lines=street, report=town.report)
    assert town.said("code", "row", "column", "name", "value") == [
        ("person_duplicate", 7, "身份证号", None, None), ("value_missing", None, None, None, None),
        ("value_missing", None, None, None, None), ("population_without_unit", None, "社区", None, "不知道社区"),
        ("unit_without_population", 2, None, "甲二社区", "102"), ("unit_without_population", 4, None, "乙二社区", "202"),
        ("persons_summed", None, None, None, None)]
    assert [issue.params.get("count") for issue in town.report.issues if issue.code == "value_missing"] == [1, 1]


@pytest.mark.parametrize("place", [{"community": "社区"}, {"lon": "经度", "lat": "纬度"}])
def test_no_row_is_kept(town, place):
    lon, lat = town.degrees(512, 540)
    rows = "\n".join(f"{line},{lon},{lat}" for line in ROWS.splitlines())
    spec = spec_of(town, rows + "\n无名,,,,,甲一社区,,x,y\n", HEAD.strip() + ",经度,纬度\n", {**COLUMNS, **place})
    found = survey(town.levels, (), spec, crs=None, lines=street, report=town.report)
    left = pickle.dumps((found.reading._files, found.reading._columns, found.people, town.report.to_dict("zh")))
    for secret in (OLD, FEMALE, "张三", "13800138000", "1960-12-31", f"{lon}"):
        assert secret.encode() not in left


def test_persons_with_coordinates_stand_in_cells(town):
    places = [(510, 510), (590, 590), (610, 510), (990, 10), (1010, 10), (9000, 9000)]
    rows = "".join("{},{},{}\n".format(80, *town.degrees(*place)) for place in places) + "70,,\n"
    found = read_population(spec_of(town, rows, "年龄,经度,纬度\n", {"age": "年龄", "lon": "经度", "lat": "纬度"}), town.levels,
                            report=town.report)
    at = sorted(zip((found.x - EAST).tolist(), (found.y - NORTH).tolist(), found.people["total"].tolist(), strict=True))
    assert at == [(550, 550, 2), (650, 550, 1), (950, 50, 1), (1050, 50, 1)]
    assert sums(found, "age_80_plus") == {"101": 4, "102": 1}
    assert [(issue.code, issue.params.get("count"), issue.value) for issue in town.report.issues if issue.severity == "warning"
            and issue.code != "unit_without_population"] == [("coordinates_missing", 1, None), ("outside_boundary", 1, "1")]


def test_cells_that_units_share_are_kept_apart(town):
    town.communities[0]["geometry"]["coordinates"] = town.square(0, 0, 950)
    town.communities[1]["geometry"]["coordinates"] = town.square(950, 0, 1050)
    rows = "".join("{},{}\n".format(*town.degrees(*place)) for place in [(940, 10), (960, 10)])
    found = read_population(spec_of(town, rows, "经度,纬度\n", {"lon": "经度", "lat": "纬度"}), town.levels, report=town.report)
    assert sums(found) == {"101": 1, "102": 1} and len(found) == 2


def test_codes_and_repeated_names(town):
    town.communities[2]["properties"]["name"] = "甲一社区"
    rows = "甲一社区,乙镇\n甲一社区,甲街道\n甲一社区,\n"
    found = read_population(spec_of(town, rows, "社区,街道\n", {"community": "社区", "township": "街道"}), town.levels, lines=street,
                            report=town.report)
    assert sums(found) == {"101": 1, "201": 1}
    assert ("population_without_unit", "甲一社区") in town.said("code", "value")
    town.communities[2]["properties"]["name"] = "乙一社区"
    found = read_population(spec_of(town, "101\n202\n202\n", "代码\n", {"code": "代码"}), town.levels, lines=street, report=town.report)
    assert sums(found) == {"101": 1, "202": 2}


def test_units_that_match_nothing_block(town):
    assert read_population(spec_of(town, "a\nb\n", "社区\n", {"community": "社区"}), town.levels, lines=street, report=town.report) is None
    assert [issue.code for issue in town.report.blocking] == ["population_without_unit"]


def test_old_identity_numbers_of_fifteen_places(town):
    rows = "110101450101001,甲一社区\n"
    spec = spec_of(town, rows, "身份证号,社区\n", {"id_number": "身份证号", "community": "社区"})
    found = read_population(spec, town.levels, lines=street, report=town.report)
    assert found.people["age_80_plus"].sum() == 1 and found.people["male"].sum() == 1
