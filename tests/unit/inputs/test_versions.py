"""Versions of units by day, and codes that changed, in the drawn town (conftest)."""

from dataclasses import replace

import pytest

from planner.inputs.readers import read_boundaries, survey


def dated(town, day, *rows):
    """The communities with validity; rows are (feature, from, to), a feature number of the town's four or a tuple with a width."""
    features = []
    for k, first, last in rows:
        item = {**town.communities[k], "properties": {**town.communities[k]["properties"], "起": first, "止": last}}
        features.append(item)
    town.communities = features
    township, community = town.levels
    return (township, replace(community, valid_from="起", valid_to="止", as_of=day))


@pytest.mark.parametrize(("day", "rows"), [("2019-12-31", [1, 2, 4, 5]), ("2020-01-01", [1, 3, 4, 5]), ("2030-01-01", [1, 3, 4, 5])])
def test_the_day_picks_the_version(town, day, rows):
    """The second community was drawn anew on the first day of 2020: the old version ends the day before."""
    town.communities.insert(2, {**town.communities[1], "properties": {**town.communities[1]["properties"], "name": "甲二新社区"}})
    levels = dated(town, day, (0, "", ""), (1, "", "2019-12-31"), (2, "2020年1月", ""), (3, "2001", ""), (4, None, ""))
    frame = read_boundaries(levels, report=town.report).frame("community")
    assert sorted(frame["row"]) == rows and frame["code"].tolist() == ["101", "102", "201", "202"]
    assert town.said("code", "severity", "value") == [("unit_not_in_force", "info", "1")]
    record = town.report.files["communities.geojson"]
    assert (record.rows_in, record.rows_kept, record.rows_not_selected) == (5, 4, 1)


def test_of_two_in_force_the_later_counts(town):
    town.communities.insert(2, town.communities[1])
    levels = dated(town, "2026-01-01", (0, "", ""), (1, "2015-01-01", ""), (2, "2020-01-01", ""), (3, "", ""), (4, "", ""))
    assert sorted(read_boundaries(levels, report=town.report).frame("community")["row"]) == [1, 3, 4, 5]


def test_two_of_one_day_are_a_fault(town):
    town.communities.insert(2, town.communities[1])
    levels = dated(town, "2026-01-01", (0, "", ""), (1, "2020-01-01", ""), (2, "2020-01-01", ""), (3, "", ""), (4, "", ""))
    assert read_boundaries(levels, report=town.report) is None
    assert ("code_duplicate", 3, "102") in town.said()


def test_none_in_force_blocks(town):
    levels = dated(town, "1990-01-01", *((k, "2001-01-01", "") for k in range(4)))
    assert read_boundaries(levels, report=town.report) is None
    assert town.said("code", "severity", "sentence") == [("file_empty", "blocking", "units_none_in_force")]


def test_a_day_that_is_none_is_told(town):
    levels = dated(town, "2026-01-01", (0, "昨天", ""), *((k, "", "") for k in (1, 2, 3)))
    assert read_boundaries(levels, report=town.report) is not None
    assert town.said() == [("value_invalid", 1, "昨天")]


# ---- codes that changed ----------------------------------------------------------------------------------------------
def changed(town, table, people, rows=(), day="2026-01-01"):
    township, community = town.levels
    community = replace(community, changes=town.text("changes.csv", table), as_of=day)
    spec = town.ledger(list(rows), columns={"id": "编号", "name": "名称", "community": "社区", "lon": "经度", "lat": "纬度"})
    found = survey((township, community), [spec] if rows else [], town.people(people, spread="points"), crs=town.crs,
                   lines=lambda crs: None, report=town.report)
    sums = {}
    if found.people is not None:
        for code, count in zip(found.people.units["community"], found.people.people["total"], strict=True):
            sums[code] = sums.get(code, 0) + count
    return sums


REST = "102,甲二社区,20,2\n201,乙一社区,30,3\n202,乙二社区,40,4\n"


def test_merged_units_are_added_up(town):
    """98 and 99 became 101, the one by way of 97."""
    table = "old,new,from,note\n98,97,2012-01-01,\n97,101,2015-01-01,并入\n99,101,,\n"
    sums = changed(town, table, "98,老,5,1\n99,旧,6,1\n101,甲一社区,7,1\n" + REST)
    assert sums == {"101": 18, "102": 20, "201": 30, "202": 40}
    assert town.said("code", "severity", "file", "value") == [("code_changed", "info", "people.csv", "98")]
    assert town.report.issues[0].params == {"count": 2, "code": "101"}
    assert town.report.files["people.csv"].rows_kept == 6 and town.report.files["changes.csv"].rows_kept == 3


def test_a_change_to_come_is_none_yet(town):
    assert changed(town, "原代码,现代码,生效日期\n99,101,2027年1月\n", "99,旧,6,1\n" + REST) == {"102": 20, "201": 30, "202": 40}
    assert ("population_without_unit", 2, "99") in town.said()


def test_a_code_that_was_split_is_not_guessed(town):
    assert changed(town, "old,new\n99,101\n99,102\n", "99,旧,6,1\n" + REST) == {"102": 20, "201": 30, "202": 40}
    assert town.said()[0] == ("code_changed", 3, "99") and town.report.issues[0].sentence == "code_split"


def test_a_code_given_anew_means_the_unit_of_today(town):
    assert changed(town, "old,new\n102,101\n", "101,甲一社区,7,1\n" + REST)["102"] == 20
    assert not town.report.issues


def test_without_a_table_old_codes_stay_unknown(town):
    assert changed(town, "old,new\n", "99,旧,6,1\n" + REST) == {"102": 20, "201": 30, "202": 40}
    assert ("population_without_unit", 2, "99") in town.said()


def test_a_table_without_its_columns(town):
    changed(town, "甲,乙\n1,2\n", "101,甲一社区,7,1\n" + REST)
    assert town.said("code", "severity", "file", "value") == [("column_missing", "blocking", "changes.csv", "old, new")]


def test_a_ledger_that_states_an_old_code(town):
    changed(town, "old,new\n99,101\n", "101,甲一社区,7,1\n" + REST, [["1", "一院", "", "99", (500, 500), 1]])
    assert town.said("code", "file", "row", "value") == [("code_changed", "elderly.csv", 2, "99")]
