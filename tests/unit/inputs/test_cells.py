import datetime as dt
import math

import pytest

from planner.inputs.cells import parse_angle, parse_date, parse_number, parse_pair, text


@pytest.mark.parametrize(("typed", "value"), [("12", 12), (" 12.5 ", 12.5), ("-3", -3), ("1e3", 1000), (7, 7), (2.5, 2.5), ("007", 7)])
def test_plain_numbers_need_no_word(typed, value):
    found = parse_number(typed)
    assert (found.value, found.how) == (value, "")


@pytest.mark.parametrize(("typed", "value", "estimate"), [
    ("约50", 50, True), ("50余", 50, True), ("≥50", 50, True), ("50以上", 50, True), ("50-60", 50, True), ("近1.2万", 12000, True),
    ("1,234", 1234, False), ("1，234", 1234, False), ("５６", 56, False), ("50张", 50, False), ("1 234", 1234, False), ("1.2万", 12000,
                                                                                                                        False),
    ("1,234.5㎡", 1234.5, False), ("100 平方米", 100, False)])
def test_dressed_numbers_are_parsed_and_say_so(typed, value, estimate):
    found = parse_number(typed)
    assert (found.value, found.how, found.estimate) == (pytest.approx(value), "number_parsed", estimate)


@pytest.mark.parametrize("typed", ["暂无", "/", "-", "—", " － ", "N/A", "不详"])
def test_words_for_nothing_are_missing_never_zero(typed):
    found = parse_number(typed)
    assert math.isnan(found.value) and found.how == "value_missing"


@pytest.mark.parametrize("typed", ["", None, "   ", "\u3000"])
def test_a_blank_cell_is_missing_without_a_word(typed):
    found = parse_number(typed)
    assert math.isnan(found.value) and found.how == ""


@pytest.mark.parametrize("typed", ["见附件", "inf", "NaN", "1e999", "0x10", "=1+1", "٣", "1,23", "12a", "#REF!", "x" * 100_000, True,
                                   float("inf"), dt.date(2020, 1, 1), "116.3,39.9", "1.2.3"])
def test_what_is_no_number_is_invalid(typed):
    found = parse_number(typed)
    assert math.isnan(found.value) and found.how == "value_invalid"


@pytest.mark.parametrize(("typed", "iso", "how"), [
    ("2023-05-01", "2023-05-01", ""), ("2023/5/1", "2023-05-01", ""), (dt.datetime.fromisoformat("2023-05-01T12:30"), "2023-05-01", ""),
    ("2023-05-01 08:00:00", "2023-05-01", ""), ("2023年5月", "2023-05-01", "date_parsed"), ("2023.5", "2023-05-01", "date_parsed"),
    ("2023年5月17日", "2023-05-17", "date_parsed"), ("２０２３年", "2023-01-01", "date_parsed"), (2023, "2023-01-01", "date_parsed"),
    ("202305", "2023-05-01", "date_parsed"), ("20230517", "2023-05-17", "date_parsed"), (45047, "2023-05-01", "date_parsed"),
    ("2023-02-30", "", "value_invalid"), ("十四五末", "", "value_invalid"), ("2023-13", "", "value_invalid"), ("99999", "",
                                                                                                               "value_invalid"),
    ("", "", ""), ("暂无", "", "value_missing"), (True, "", "value_invalid")])
def test_dates(typed, iso, how):
    found = parse_date(typed)
    assert (found.iso, found.how) == (iso, how)


@pytest.mark.parametrize(("typed", "value"), [
    ("116°23′45″", 116.395833333), ("116度23分45秒", 116.395833333), ("116°23'45.0\"E", 116.395833333), ("116.23.45", 116.395833333),
    ("东经116.5", 116.5), ("１１６．５", 116.5), ("15°30′W", -15.5), ("116度30分", 116.5)])
def test_angles_are_parsed(typed, value):
    found = parse_angle(typed)
    assert found.value == pytest.approx(value, abs=1e-8) and found.how == "coordinates_parsed"


def test_a_decimal_degree_is_plain():
    assert (parse_angle("116.39").value, parse_angle("116.39").how) == (116.39, "")


@pytest.mark.parametrize(("typed", "how"), [("", "coordinates_missing"), ("不详", "coordinates_missing"), ("abc", "coordinates_invalid"),
                                            ("116°70′00″", "coordinates_invalid"), ("inf", "coordinates_invalid"),
                                            (True, "coordinates_invalid"), ("116.3,39.9", "coordinates_invalid")])
def test_angles_that_are_none(typed, how):
    found = parse_angle(typed)
    assert math.isnan(found.value) and found.how == how


@pytest.mark.parametrize("typed", ["116.3,39.9", "116.3， 39.9", "(116.3;39.9)", "116.3 39.9", "116°18′00″,39°54′00″"])
def test_a_pair_in_one_cell(typed):
    first, second = parse_pair(typed)
    assert (first.value, second.value) == (pytest.approx(116.3), pytest.approx(39.9))


@pytest.mark.parametrize("typed", ["116.3", "116.3,39.9,5", "a,b", "", None, 116.3])
def test_no_pair(typed):
    assert parse_pair(typed) is None


@pytest.mark.parametrize(("cell", "shown"), [(None, ""), (3.0, "3"), (2.5, "2.5"), (110101001001.0, "110101001001"), (" 前后 ", " 前后 "),
                                             (True, "true"), (dt.datetime.fromisoformat("2023-05-01"), "2023-05-01"), ("nan", "nan")])
def test_cells_as_text(cell, shown):
    assert text(cell) == shown
