import pytest

from planner.errors import CrsError, InputError
from planner.inputs.conversion import convert_table

GOOD = "104.0657,30.6574"


def write(tmp_path, text, name="in.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_ids_order_and_further_columns_stay(tmp_path):
    path = write(tmp_path, f'id,备注,lon,lat\n=1+1,"a,""b""",{GOOD}\n 007 ,,{GOOD}\n')
    found = convert_table(path, "wgs84", "gcj02")
    assert found.header == ("id", "备注", "lon", "lat") and [row[:2] for row in found.rows] == [["=1+1", 'a,"b"'], [" 007 ", ""]]
    assert float(found.rows[0][2]) == pytest.approx(104.068207304, abs=1e-9) and len(found.rows[0][2].split(".")[1]) >= 9


def test_plane_systems_have_x_and_y(tmp_path):
    found = convert_table(write(tmp_path, "id,lon,lat\n1,116.3912757,39.9062170\n"), "wgs84", "EPSG:4548")
    assert found.header == ("id", "x", "y")
    assert [float(part) for part in found.rows[0][1:]] == pytest.approx([447947.466, 4419293.347], abs=0.0015)
    back = convert_table(write(tmp_path, "id,x,y\n1,447947.466,4419293.347\n", "b.csv"), "EPSG:4548", "cgcs2000")
    assert [float(part) for part in back.rows[0][1:]] == pytest.approx([116.3912757, 39.9062170], abs=2e-8)


def test_bad_rows_are_named_and_good_ones_converted(tmp_path):
    rows = [GOOD, "abc,30", GOOD, ",", "104,95", "nan,30", "104.1,inf"]
    found = convert_table(write(tmp_path, "id,lon,lat\n" + "".join(f"{k},{row}\n" for k, row in enumerate(rows))), "wgs84", "bd09")
    assert [row for row, _ in found.bad] == [3, 5, 6, 7, 8] and [row[0] for row in found.rows] == ["0", "2"]


def test_places_abroad_are_left_and_named(tmp_path):
    found = convert_table(write(tmp_path, f"id,lon,lat\na,126.978,37.5665\nb,{GOOD}\n"), "wgs84", "gcj02")
    assert found.abroad == [2] and found.rows[0][1:] == ["126.9780000000", "37.5665000000"]


@pytest.mark.parametrize(("text", "systems", "code"), [
    ("id,a,b\n1,2,3\n", ("wgs84", "gcj02"), "convert_column_missing"), (f"id,lon,lat\n1,{GOOD}\n", ("EPSG:4548", "wgs84"),
                                                                        "convert_column_missing"),
    (f"lon,lat\n{GOOD}\n", ("wgs84", "gcj02"), "convert_column_missing"), ("", ("wgs84", "gcj02"), "convert_unreadable")])
def test_tables_that_cannot_serve(tmp_path, text, systems, code):
    with pytest.raises(InputError) as caught:
        convert_table(write(tmp_path, text), *systems)
    assert caught.value.code == code


def test_refusals(tmp_path):
    with pytest.raises(InputError) as caught:
        convert_table(tmp_path / "none.csv", "wgs84", "gcj02")
    assert caught.value.code == "convert_missing"
    with pytest.raises(CrsError):
        convert_table(write(tmp_path, f"id,lon,lat\n1,{GOOD}\n"), "EPSG:4610", "wgs84")
