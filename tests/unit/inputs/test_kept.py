"""Positions kept beside the ledgers: they fill what is blank or unusable, and never go before the ledger's own."""

import pytest

from planner.inputs.readers import as_facilities, survey

HEAD = "layer,id,name,lon,lat,source,precision,date\n"
LAYER = "elderly-care-institution"


def read(town, rows, kept, **options):
    file = town.text("positions.csv", HEAD + kept)
    found = survey(town.levels, [town.ledger(rows, **options)], None, crs=town.crs, lines=lambda crs: None, report=town.report, kept=[file])
    return as_facilities(found, LAYER).frame


def at(town, x, y):
    return "{:.9f},{:.9f}".format(*town.degrees(x, y))


@pytest.mark.parametrize(("lon", "lat"), [("", ""), ("不详", "x"), (0, 0)])
def test_a_blank_place_is_filled_and_told(town, lon, lat):
    frame = read(town, [["7", "福安", "甲街道", "", lon, lat, 50]], f"{LAYER},7,福安,{at(town, 300, 400)},实地,exact,2026-01-02\n")
    assert frame["x"].iloc[0] == pytest.approx(500_300, abs=1e-3) and frame["y"].iloc[0] == pytest.approx(4_400_400, abs=1e-3)
    assert frame["in_community"].tolist() == ["101"] and not frame["placed_by_name"].any()
    (issue,) = town.report.issues
    assert (issue.code, issue.severity, issue.file, issue.row) == ("position_kept", "info", "elderly.csv", 2)
    assert "实地" in issue.done("zh") and "2026-01-02" in issue.done("en")
    record = town.report.record("positions.csv")
    assert (record.role, record.rows_in, record.rows_kept) == ("positions", 1, 1)


def test_the_ledgers_own_coordinates_count(town):
    frame = read(town, [["7", "福安", "甲街道", "", ("at", 100, 500)[1:], 50]], f"{LAYER},7,福安,{at(town, 300, 500)},实地,exact,\n")
    assert frame["x"].iloc[0] == pytest.approx(500_100, abs=1e-3)
    (issue,) = town.report.issues
    assert issue.code == "position_unused" and issue.params["metres"] == 200
    assert town.report.record("positions.csv").rows_kept == 0


def test_close_by_they_agree_and_nothing_is_said(town):
    read(town, [["7", "福安", "甲街道", "", (100, 500), 50]], f"{LAYER},7,福安,{at(town, 120, 500)},实地,exact,\n")
    assert town.report.issues == []


def test_of_two_rows_the_later_counts(town):
    frame = read(town, [["7", "福安", "甲街道", "", "", "", 50]],
                 f"{LAYER},7,福安,{at(town, 300, 400)},a,exact,\n{LAYER},7,福安,{at(town, 700, 400)},b,exact,\n")
    assert frame["x"].iloc[0] == pytest.approx(500_700, abs=1e-3)


def test_what_matches_nothing_or_is_unusable_is_told(town):
    read(town, [["7", "福安", "甲街道", "", (100, 500), 50]],
         f"{LAYER},8,康宁,{at(town, 300, 400)},a,exact,\nother,7,福安,{at(town, 300, 400)},a,exact,\n{LAYER},7,福安,200,95,a,exact,\n")
    assert town.said("code", "severity", "file", "row") == [
        ("coordinates_invalid", "warning", "positions.csv", 4), ("position_unmatched", "info", "positions.csv", 2),
        ("position_unmatched", "info", "positions.csv", 3)]


def test_a_row_called_by_its_number_must_bear_the_name_too(town):
    """Without an id column the id is the row's number, which next year's ledger gives to another."""
    columns = {"name": "名称", "township": "街道", "lon": "经度", "lat": "纬度"}
    rows = [["1", "福安", "甲街道", "", "", "", 5], ["2", "康宁", "甲街道", "", "", "", 5]]
    kept = f"{LAYER},2,福 安,{at(town, 300, 400)},a,place,\n{LAYER},3,别家,{at(town, 300, 400)},a,place,\n"
    frame = read(town, rows, kept, columns=columns)
    assert frame["placed_by_name"].tolist() == [False, True]
    assert [issue.row for issue in town.report.issues if issue.code == "position_unmatched"] == [3]
