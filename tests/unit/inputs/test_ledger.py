import pytest

from planner.inputs.ledger import choose_sheet, understand
from planner.inputs.tables import Sheet, text_rows


def sheet(text, **more):
    return Sheet("台账", text_rows(text), **more)


def test_a_plain_table():
    found = understand(sheet("编号,名称\n1,甲\n2,乙\n"), ["名称"])
    assert found.columns == {"编号": ["1", "2"], "名称": ["甲", "乙"]} and found.rows == (2, 3)
    assert (found.titles, found.levels, found.header_row) == (False, 1, 1)


def test_titles_and_merged_headers():
    text = "台账\n填报单位：民政局\n编号,位置,,规模\n,经度,纬度,床位\n1,116,39,50\n"
    merges = ((1, 0, 1, 3), (3, 0, 4, 0), (3, 1, 3, 2))
    found = understand(sheet(text, merges=merges), ["编号", "位置_经度", "位置_纬度", "规模_床位"])
    assert list(found.columns) == ["编号", "位置_经度", "位置_纬度", "规模_床位"]
    assert (found.titles, found.levels, found.header_row, found.rows) == (True, 2, 3, (5,))


def test_merged_headers_of_a_text_file_run_to_the_right():
    found = understand(sheet("编号,位置,\n,经度,纬度\n1,116,39\n"), ["编号", "位置_经度", "位置_纬度"])
    assert found.columns["位置_纬度"] == ["39"]


def test_totals_and_notes_are_no_data_but_are_counted():
    text = "编号,名称,床位\n1,甲,10\n小计,,10\n2,乙,20\n,合 计,30\n注：以备案为准\n填表人：张三,,审核人：李四\n3,注重养老院,5\n"
    found = understand(sheet(text), ["编号", "名称"], ["编号", "名称"])
    assert found.rows == (2, 4, 8) and found.rows_in == 7
    assert found.totals == ((3, "小计"), (5, "合 计")) and [row for row, _ in found.notes] == [6, 7]


def test_a_header_printed_again_is_no_data():
    assert understand(sheet("编号,名称\n1,甲\n编号,名称\n2,乙\n"), ["编号"]).rows == (2, 4)


def test_hidden_and_long_rows():
    found = understand(sheet("编号,名称\n1,甲\n2,乙,多出\n", hidden=frozenset({2, 9})), ["编号"])
    assert found.hidden == 1 and found.long == (3,)


def test_headers_that_stand_twice_or_differ_in_width():
    found = understand(sheet("编号,名 称,建筑面积(㎡),编号\n1,甲,5,9\n"), ["编号", "名称", "建筑面积（㎡）"])
    assert found.repeated == ("编号",) and found.columns["编号"] == ["1"]
    assert found.columns["建筑面积（㎡）"] == ["5"] and found.renamed == {"名称": "名 称", "建筑面积（㎡）": "建筑面积(㎡)"}


def test_short_rows_are_filled_with_nothing():
    assert understand(sheet("a,b,c\n1\n"), ["a"]).columns == {"a": ["1"], "b": [None], "c": [None]}


def test_the_sheet_that_holds_the_columns():
    first, second = Sheet("说明", text_rows("这是说明\n")), Sheet("数据", text_rows("编号,名称\n1,甲\n"))
    assert choose_sheet([first, second], ["编号", "名称"]) is second
    assert choose_sheet([first, second], ["编号"], "说明") is first
    assert choose_sheet([second, Sheet("另", second.rows)], ["编号"]) is second
    assert choose_sheet([first, second], [], "没有") is None and choose_sheet([Sheet("空", [])], ["编号"]) is None


TOTALS = ["合计", "小 计：", "本页总计", "全市共计", "总合计", "合计数", "累计(万人)", "Total", "sub total", "GRAND TOTAL", "Sum"]


@pytest.mark.parametrize("word", TOTALS)
def test_every_word_for_a_total_is_seen(word):
    found = understand(Sheet(None, [(1, ["名称", "人数"]), (2, ["甲", 3]), (3, [word, 3])]), ["名称"])
    assert found.rows == (2,) and [number for number, _ in found.totals] == [3]
