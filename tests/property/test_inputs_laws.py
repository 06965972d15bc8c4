"""Laws of reading that hold for every input."""

import math
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.inputs.cells import parse_angle, parse_date, parse_number, parse_pair, text
from planner.inputs.codes import read_codes
from planner.inputs.coordinates import System, convert
from planner.inputs.encodings import decode
from planner.inputs.files import UnusableFileError
from planner.inputs.ledger import understand
from planner.inputs.outline import in_china
from planner.inputs.spread import Carriers, share_out
from planner.inputs.tables import Sheet, text_rows
from planner.inputs.where import parse_where

LAW = settings(deadline=None)
CELLS = st.one_of(st.none(), st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes())


@LAW
@given(CELLS)
def test_no_cell_breaks_a_parser(cell):
    number, day, angle = parse_number(cell), parse_date(cell), parse_angle(cell)
    assert math.isnan(number.value) == (number.how in ("value_missing", "value_invalid") or text(cell).strip() == "")
    assert math.isfinite(number.value) or math.isnan(number.value)
    assert bool(day.iso) == (day.how in ("", "date_parsed") and text(cell).strip() != "")
    assert math.isfinite(angle.value) == (angle.how in ("", "coordinates_parsed"))
    parse_pair(cell)


@LAW
@given(st.floats(min_value=0, max_value=1e12, allow_nan=False))
def test_a_number_reads_back(value):
    assert parse_number(repr(value)).value == value == parse_number(value).value


@LAW
@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_and_full_width_change_nothing(value):
    assert parse_number(f"{value:,}").value == value
    assert parse_number("".join(chr(ord(digit) + 0xFEE0) for digit in str(value))).value == value


@LAW
@given(st.lists(st.tuples(st.floats(80, 130), st.floats(25, 48)), min_size=1, max_size=20), st.sampled_from(["gcj02", "bd09"]))
def test_forward_and_back_is_where_it_was(places, name):
    lon, lat = (np.array(part) for part in zip(*places, strict=True))
    wgs, other = System("wgs84", True), System(name, True)
    moved = convert(wgs, other, lon, lat)
    back = convert(other, wgs, *moved)
    inside = in_china(lon, lat)
    stays = ~inside
    assert np.abs(moved[0][stays] - lon[stays]).max(initial=0) == 0
    deep = inside & in_china(lon + 0.05, lat) & in_china(lon - 0.05, lat) & in_china(lon, lat + 0.05) & in_china(lon, lat - 0.05)
    assert np.abs(back[0][deep] - lon[deep]).max(initial=0) < 1e-8 and np.abs(back[1][deep] - lat[deep]).max(initial=0) < 1e-8


@LAW
@given(st.lists(st.tuples(st.integers(0, 4), st.floats(1e-3, 1e6)), min_size=1, max_size=60),
       st.lists(st.integers(0, 10**7), min_size=5, max_size=5),
       st.randoms(use_true_random=False))
def test_people_of_a_unit_sum_to_its_total_in_any_order(points, totals, random):
    points = sorted(points)
    unit, weight = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    carriers = Carriers(np.zeros(len(points)), np.zeros(len(points)), unit, weight)
    shared = share_out({"total": np.array(totals, dtype=float)}, carriers)["total"]
    assert (shared >= 0).all()
    for k in set(unit.tolist()):
        own = shared[unit == k].tolist()
        random.shuffle(own)
        assert sum(own) == totals[k] == float(np.array(own).sum())


@LAW
@given(st.lists(st.lists(st.text(alphabet=string.ascii_letters + "合计小注：养老院0123456789 ", max_size=6), min_size=1, max_size=5),
                max_size=20))
def test_every_row_is_data_total_or_note(rows):
    sheet = Sheet(None, [(k + 2, list(cells)) for k, cells in enumerate(rows) if any(cell.strip() for cell in cells)])
    found = understand(Sheet(None, [(1, ["编号", "名称"]), *sheet.rows]), ["编号", "名称"], ["名称"])
    told = [*found.rows, *(row for row, _ in found.totals), *(row for row, _ in found.notes)]
    assert sorted(told) == [number for number, _ in sheet.rows] and found.rows_in == len(sheet.rows)
    assert all(len(cells) == len(found.rows) for cells in found.columns.values())


@LAW
@given(st.binary(max_size=300))
def test_bytes_are_text_or_refused(data):
    refusal = "file_unreadable"
    try:
        found, _ = decode(data)
        text_rows(found)
    except UnusableFileError as error:
        refusal = error.code
    assert refusal == "file_unreadable"


@LAW
@given(st.text(max_size=60))
def test_a_where_is_read_or_refused(expression):
    refusal = "where_invalid"
    try:
        assert parse_where(expression)
    except InputError as error:
        refusal = error.code
    assert refusal == "where_invalid"


@LAW
@given(st.lists(CELLS, max_size=10))
def test_codes_never_break(cells):
    found = read_codes(cells)
    assert len(found.codes) == len(cells) and all(isinstance(code, str) for code in found.codes)
    assert not (found.repaired & found.rounded).any()


@pytest.mark.parametrize("digits", ["110101001001", "441900001001"])
@LAW
@given(st.integers(0, 3))
def test_a_code_survives_excel_when_its_digits_do(digits, zeros):
    assert read_codes([digits + "." + "0" * (zeros + 1)]).codes[0] == digits == read_codes([float(digits)]).codes[0]
