import struct

import pytest

from planner.inputs.dbf import read_dbf
from planner.inputs.files import UnusableFileError


def write(path, fields, rows, encoding):
    """A dBase III table; fields are (raw name, kind, width)."""
    size = 1 + sum(width for _, _, width in fields)
    data = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(rows), 33 + 32 * len(fields), size)
    for name, kind, width in fields:
        data += name[:10].ljust(11, b"\0") + kind.encode() + b"\0" * 4 + bytes([width, 0]) + b"\0" * 14
    data += b"\r"
    for row in rows:
        data += b" " + b"".join(str(cell).encode(encoding).ljust(width) for cell, (_, _, width) in zip(row, fields, strict=True))
    path.write_bytes(data + b"\x1a")
    return path


FIELDS = [(b"code", "C", 12), (b"name", "C", 20), (b"beds", "N", 6), (b"built", "D", 8)]


@pytest.mark.parametrize(("encoding", "found", "guessed"), [("utf-8", "utf-8", False), ("gbk", "gb18030", True)])
def test_without_a_cpg_the_bytes_decide(tmp_path, encoding, found, guessed):
    table = read_dbf(write(tmp_path / "a.dbf", FIELDS, [["1", "福安养老院", "50", "20230501"], ["2", "", "", ""]], encoding), None)
    assert (table.encoding, table.guessed, table.rows) == (found, guessed, 2)
    assert [list(column) for column in table.columns] == [["1", "2"], ["福安养老院", None], ["50", None], ["2023-05-01", None]]


def test_a_cpg_that_lies_is_not_believed(tmp_path):
    (tmp_path / "a.cpg").write_text("UTF-8")
    path = write(tmp_path / "a.dbf", FIELDS, [["1", "福安养老院", "1", ""]], "gbk")
    assert read_dbf(path, tmp_path / "a.cpg").columns[1] == ["福安养老院"]


def test_a_cpg_that_names_gbk_is_no_guess(tmp_path):
    (tmp_path / "a.cpg").write_text("936")
    assert not read_dbf(write(tmp_path / "a.dbf", FIELDS, [["1", "福安", "1", ""]], "gbk"), tmp_path / "a.cpg").guessed


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_cut_to_ten_bytes_are_found(tmp_path, encoding):
    name = "行政区划代码".encode(encoding)
    table = read_dbf(write(tmp_path / "a.dbf", [(name, "C", 12), ("名称".encode(encoding), "C", 12)], [["1", "甲"]], encoding), None)
    assert table.find("行政区划代码") == (0, True)
    assert table.find("名称") == (1, False) and table.find("没有") is None


@pytest.mark.parametrize("cut", [8, 40, 120])
def test_a_table_that_is_cut_off(tmp_path, cut):
    path = write(tmp_path / "a.dbf", FIELDS, [["1", "a", "1", ""]] * 3, "utf-8")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UnusableFileError):
        read_dbf(path, None)
