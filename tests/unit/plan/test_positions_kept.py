"""Keeping positions: one row a facility, the file whole or as before, the ledger untouched."""

import csv
import datetime as dt

import pytest

from planner.errors import InputError
from planner.plan import positions_kept
from planner.plan.positions_kept import forget_position, keep_position, position_files, positions_file

DAY = dt.date(2026, 1, 2)


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def test_it_is_kept_once_and_replaced(tmp_path):
    path = keep_position(tmp_path, "home", "=7", 117.0, 39.7, source="地图点选", precision="exact", name="甲", today=DAY)
    assert path == tmp_path / "positions.csv" and [ref.path for ref in position_files(tmp_path)] == [path]
    keep_position(tmp_path, "home", "8", 117.1, 39.7, source="s", precision="place", today=DAY)
    keep_position(tmp_path, "home", "=7", 117.2, 39.7, source="again", precision="address", name="甲", today=DAY)
    assert [(row["id"], row["lon"], row["source"], row["date"]) for row in rows(path)] == [
        ("=7", "117.200000000", "again", "2026-01-02"), ("8", "117.100000000", "s", "2026-01-02")]
    assert forget_position(tmp_path, "home", "8") and not forget_position(tmp_path, "home", "8")
    assert [row["id"] for row in rows(path)] == ["=7"]


def test_further_columns_and_rows_of_people_stay(tmp_path):
    (tmp_path / "positions.csv").write_bytes("layer,id,lon,lat,备注\nhome,1,117,39,谁填的\n".encode("gbk"))
    keep_position(tmp_path, "home", "2", 117.0, 39.7, source="s", precision="exact", today=DAY)
    found = rows(tmp_path / "positions.csv")
    assert [(row["id"], row["备注"], row["precision"]) for row in found] == [("1", "谁填的", ""), ("2", "", "exact")]


@pytest.mark.parametrize(("more", "code"), [
    ({"lon": 181.0}, "position_invalid"), ({"lon": float("nan")}, "position_invalid"), ({"lon": 0.0, "lat": 0.0}, "position_invalid"),
    ({"precision": "sure"}, "position_precision"), ({"id": " "}, "position_key")])
def test_what_cannot_be_kept_is_refused_and_nothing_written(tmp_path, more, code):
    given = {"layer": "home", "id": "1", "lon": 117.0, "lat": 39.7, "source": "s", "precision": "exact"} | more
    with pytest.raises(InputError) as caught:
        keep_position(tmp_path, **given)
    assert caught.value.code == code and not list(tmp_path.iterdir())


def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path):
    (tmp_path / "positions.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError) as caught:
        keep_position(tmp_path, "home", "1", 117.0, 39.7, source="s", precision="exact")
    assert caught.value.code == "positions_unreadable" and (tmp_path / "positions.csv").read_text() == "a,b\n1,2\n"


def test_of_a_read_only_folder_they_are_kept_for_the_user(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    monkeypatch.setattr(positions_kept.os, "access", lambda *_: False)
    monkeypatch.setattr(positions_kept, "state_folder", lambda folder, kind: tmp_path / "own" / kind)
    path = keep_position(tmp_path / "project", "home", "1", 117.0, 39.7, source="s", precision="exact")
    assert path == tmp_path / "own" / "positions" / "positions.csv" == positions_file(tmp_path / "project")
    assert [ref.path for ref in position_files(tmp_path / "project")] == [path]
