import pytest

from planner.inputs.codes import is_within, padded, prefix_length, read_codes, without_county


def test_codes_that_are_right_stay():
    found = read_codes(["110101001001", 110101001002, "V01", "A-1", ""])
    assert found.codes.tolist() == ["110101001001", "110101001002", "V01", "A-1", ""]
    assert not found.repaired.any() and not found.rounded.any()


@pytest.mark.parametrize(("typed", "code"), [("110101001001.0", "110101001001"), (110101001001.0, "110101001001"),
                                             ("１１０１０１", "110101"), ("'110101001001", "110101001001"),
                                             ("1.10101001001E+11", "110101001001")])
def test_mended(typed, code):
    found = read_codes([typed, "x"])
    assert found.codes[0] == code
    assert bool(found.repaired[0]) == (not isinstance(typed, float))


@pytest.mark.parametrize("typed", ["1.10101E+11", "1.10101e11", "1E+11"])
def test_lost_digits_are_lost(typed):
    assert read_codes([typed]).rounded.tolist() == [True]


def test_the_country_is_taken_away_where_all_have_it():
    assert read_codes(["156110101001001", "156110101001002"]).codes.tolist() == ["110101001001", "110101001002"]
    assert read_codes(["156110000", "156120000"]).codes.tolist() == ["110000", "120000"]


def test_the_country_stays_where_one_has_it_not():
    assert read_codes(["156110101001001", "110101001002"]).codes.tolist() == ["156110101001001", "110101001002"]


@pytest.mark.parametrize(("code", "length"), [("110000000000", 2), ("441900000000", 4), ("110101", 6), ("110101001", 9),
                                              ("110101001001", 12), ("V01", 0), ("", 0)])
def test_prefix_length(code, length):
    assert prefix_length(code) == length


def test_padding_is_for_comparison():
    assert padded("110101") == "110101000000" and padded("V1") == "V1" and padded("1234567") == "1234567"


def test_who_stands_under_whom():
    assert is_within("110101001001", "110101001000") and is_within("110101001001", "110101")
    assert is_within("441900001001", "441900000000")  # a city without counties
    assert not is_within("110101001001", "110102") and not is_within("110101", "110101000000") and not is_within("V01", "V")


@pytest.mark.parametrize(("code", "without"), [("441900001", True), ("442000001000", True), ("460400100", True), ("620200001", True),
                                               ("460300001000", True), ("110101001", False), ("441900", False), ("110100000000", False),
                                               ("V01", False), ("", False)])
def test_towns_without_a_county(code, without):
    assert without_county(code) == without
