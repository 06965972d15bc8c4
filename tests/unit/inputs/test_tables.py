import datetime as dt

import openpyxl
import pytest

from planner.inputs.files import UnusableFileError
from planner.inputs.tables import read_workbook, text_rows

DAY = dt.datetime.fromisoformat("2023-05-01")


def test_records_are_counted_as_people_see_them():
    rows = text_rows('h1,h2\n\n1,"a\nb"\n,\n2,c\n')
    assert [(number, cells) for number, cells in rows] == [(1, ["h1", "h2"]), (3, ["1", "a\nb"]), (5, ["2", "c"])]


@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_delimiters(sign):
    assert text_rows(f"a{sign}b\n1{sign}2\n")[1] == (2, ["1", "2"])


def test_one_column_needs_no_delimiter():
    assert text_rows("名称\n甲\n") == [(1, ["名称"]), (2, ["甲"])]


def test_a_quote_that_is_never_closed():
    with pytest.raises(UnusableFileError) as caught:
        text_rows('a,b\n1,"2\n3,4\n')
    assert caught.value.sentence == "file_open_quote"


def test_text_after_a_quote_is_kept():
    assert text_rows('a,b\n1,"x"y\n')[1] == (2, ["1", "xy"])


def test_a_workbook_with_merges_hidden_rows_and_a_stray_cell(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    page["A1"], page["A3"], page["B3"] = "标题", 110101001001, DAY
    page["XFD1048576"] = "stray"
    page.merge_cells("A1:C1")
    page.row_dimensions[3].hidden = True
    hidden = book.create_sheet("旧", 0)
    hidden["A1"], hidden.sheet_state = "x", "hidden"
    book.save(tmp_path / "a.xlsx")
    found = read_workbook(tmp_path / "a.xlsx")
    assert found.format == "xlsx" and [sheet.name for sheet in found.sheets] == ["台账", "旧"]
    sheet = found.sheets[0]
    assert sheet.rows[:2] == [(1, ["标题"]), (3, [110101001001, DAY])]
    assert sheet.rows[2][0] == 1048576 and sheet.merges == ((1, 0, 1, 2),) and sheet.hidden == {3}


def test_html_that_calls_itself_xls(tmp_path):
    (tmp_path / "a.xls").write_text("<html><table><tr><th colspan=2>甲</th></tr><tr><td>1</td><td>a &amp; b</td></tr>"
                                    "<tr><td rowspan=2>2</td><td>c</td></tr><tr><td>d</td></tr></table></html>", encoding="utf-8")
    found = read_workbook(tmp_path / "a.xls")
    assert found.format == "html"
    assert found.sheets[0].rows == [(1, ["甲", None]), (2, ["1", "a & b"]), (3, ["2", "c"]), (4, [None, "d"])]
    assert found.sheets[0].merges == ((1, 0, 1, 1), (3, 0, 4, 0))


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"\0" * 300, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
                                  b"<html><p>none</p></html>"])
def test_what_is_no_table(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(UnusableFileError):
        read_workbook(tmp_path / "a.csv")
