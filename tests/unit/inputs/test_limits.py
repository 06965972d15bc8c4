"""What is too large, too deep or not what it says is refused with a sentence, before it fills the memory."""

import json
import zipfile

import openpyxl
import pytest

from planner.inputs import files, tables
from planner.inputs.files import UnusableFileError, safe
from planner.inputs.tables import read_workbook
from planner.inputs.vector import read_features


def refusal(act, *args):
    with pytest.raises(UnusableFileError) as error:
        act(*args)
    return error.value


@pytest.mark.parametrize("name", ["a.csv", "a.geojson", "a.dxf"])
def test_files_that_are_read_as_a_whole_have_a_limit(tmp_path, monkeypatch, name):
    monkeypatch.setattr(files, "FILE_LIMIT", 1000)
    (tmp_path / name).write_bytes(b"x" * 1000)
    safe(tmp_path / name)
    (tmp_path / name).write_bytes(b"x" * 1001)
    assert refusal(safe, tmp_path / name).code == "file_too_large"


def test_a_geopackage_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "FILE_LIMIT", 1000)
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0" + b"x" * 2000)
    safe(tmp_path / "a.gpkg")


def test_a_sheet_has_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SHEET_LIMIT", 5000)
    book = openpyxl.Workbook()
    for k in range(500):
        book.active.append([k])
    book.save(tmp_path / "a.xlsx")
    assert refusal(safe, tmp_path / "a.xlsx").sentence == "sheet_too_large"


def test_a_text_has_a_limit_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 100)
    for name, sign in (("a.csv", ","), ("a.txt", "\t")):
        lines = [f"id{sign}name", *(f"{k}{sign}n" for k in range(99))]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert len(read_workbook(tmp_path / name).sheets[0].rows) == 100
        (tmp_path / name).write_text("\n".join([*lines, "x"]) + "\n", encoding="utf-8")
        found = refusal(read_workbook, tmp_path / name)
        assert (found.code, found.sentence) == ("file_too_large", "table_too_long")
        assert found.params == {"limit": "100", "lines": "101"}


def test_declared_sizes_are_read_first(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("a.shp", b"\0" * 70_000_000)
    found = refusal(safe, tmp_path / "a.zip")
    assert (found.code, found.value) == ("file_unsafe", "70000000")


def test_a_declared_size_that_lies_gives_no_more(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as box:
        for suffix in ("shp", "shx", "dbf"):
            box.writestr(f"a.{suffix}", b"\0" * 1_000_000)
    raw = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(raw.replace((1_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert refusal(read_features, tmp_path / "a.zip").code == "file_unreadable"


def test_deep_json_is_refused(tmp_path):
    (tmp_path / "a.geojson").write_text("[" * 200_000 + "]" * 200_000)
    assert refusal(read_features, tmp_path / "a.geojson").code == "file_unreadable"
    deep = {"type": "GeometryCollection", "geometries": []}
    for _ in range(300):
        deep = {"type": "GeometryCollection", "geometries": [deep]}
    (tmp_path / "b.geojson").write_text(json.dumps({"type": "Feature", "properties": {"a": [[[1]]]}, "geometry": deep}))
    assert len(read_features(tmp_path / "b.geojson")) == 1


def test_a_line_without_end_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("名称\n" + "甲" * 21_000_000)
    assert refusal(read_workbook, tmp_path / "a.csv").code == "file_unreadable"


def test_nul_bytes_are_refused_with_their_row(tmp_path):
    (tmp_path / "a.csv").write_bytes("名称\n甲\n乙\0\n".encode())
    found = refusal(read_workbook, tmp_path / "a.csv")
    assert (found.sentence, found.row) == ("file_damaged_text", 3)


def test_links_of_a_workbook_are_not_followed(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["名称", "床位"])
    book.active.append(["甲", "='[http://example.invalid/b.xlsx]Sheet1'!A1"])
    book.active.append(['=HYPERLINK("http://example.invalid")', "=cmd|'/c calc'!A1"])
    book.save(tmp_path / "a.xlsx")
    rows = read_workbook(tmp_path / "a.xlsx").sheets[0].rows
    assert rows == [(1, ["名称", "床位"]), (2, ["甲", None]), (3, [None, None])]  # no stored value: blank cells, their rows kept


def test_entities_in_a_workbook_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as box:
        box.writestr("xl/workbook.xml", '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>')
    assert refusal(safe, tmp_path / "a.xlsx").sentence == "file_unsafe_entities"
