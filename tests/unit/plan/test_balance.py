"""The transport of unmet demand to free beds, worked by hand; and tables of units."""

import datetime as dt

import numpy as np
import pytest

from planner.errors import InputError
from planner.i18n import error_text
from planner.plan.balance import Place, balance, drive_minutes, unit_places
from planner.plan.balance_places import by_ratio
from planner.plan.unit_tables import read_unit_table

INF = float("inf")


def place(code, beds, x=0.0, more=0.0):
    return Place(code, code, float(beds), x, 0.0, more)


def test_the_most_demand_then_the_least_driving():
    """A and B are 10 short each, S has 10 free, T 5 that only A reaches: A takes those, S is shared so that all 15 are used."""
    found = balance([place("A", 10), place("B", 10)], [place("S", 10), place("T", 5)], np.array([[5.0, 60.0], [6.0, INF]]))
    assert {(one.unit, one.supplier, one.beds) for one in found.flows} == {("A", "T", 5), ("A", "S", 5), ("B", "S", 5)}
    assert found.minutes_mean == pytest.approx((5 * 60 + 5 * 5 + 5 * 6) / 15)
    assert sum(found.unmet.values()) == 5
    assert found.free == {"S": 0, "T": 0}


def test_nothing_to_bring_together():
    for units, suppliers, minutes in (([], [place("S", 5)], np.empty((0, 1))), ([place("A", 5)], [place("S", 5)], np.array([[INF]]))):
        found = balance(units, suppliers, minutes)
        assert (found.flows, found.minutes_mean) == ((), None)


def test_minutes_are_of_the_streets_and_those_beyond_them(draw):
    city = draw({})
    units, suppliers = [place("A", 1, 500)], [place("S", 1, 3500), place("T", 1, 3500, 20.0), Place("far", "far", 1.0, 9000.0, 9000.0)]
    minutes, lost = drive_minutes(city, units, suppliers, city.travels["drive"], 60.0)
    assert minutes[0].tolist() == pytest.approx([6.0, 26.0, INF])
    assert lost == ("far",)
    assert drive_minutes(city, units, suppliers, city.travels["drive"], 5.0)[0][0].tolist() == [INF] * 3


def test_units_short_of_beds_and_units_with_more(draw):
    """30 beds for 1,000 people: A (300 people) needs 9 and has 12, B (700) needs 21 and has 10."""
    city = draw({"home": [{"x": 500, "beds": 12.0}, {"x": 2500, "beds": 10.0}, {"x": 3500, "beds": 99.0, "status": "closed"}]})
    unmet, free = by_ratio(city, "township", ["home"], 30.0, "total", dt.date(2026, 1, 1))
    assert [(one.code, one.beds) for one in unmet] == [("B", 11)]
    assert [(one.code, one.beds) for one in free] == [("A", 3)]
    assert unit_places(city, "township", "total")["B"] == ("乙镇", 3500.0, 0.0)


@pytest.mark.parametrize(("text", "code", "part"), [
    ("code,n\nA,5\nZ,6\n", "unit_table_no_unit", "Z"), ("code,n\nA,5\n甲街道,6\n", "unit_table_repeated", "3"),
    ("code,n\nA,few\n", "unit_table_wants_number", "few"), ("x,n\nA,5\n", "unit_table_column", "code"),
    ("code,n\n", "unit_table_none", "t.csv")])
def test_tables_of_units_name_their_faults(draw, tmp_path, text, code, part):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_unit_table(path, draw({}), "township")
    assert refused.value.code == code
    assert all(part in error_text(refused.value, lang) for lang in ("zh", "en"))


def test_units_by_code_or_name(draw, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("单元,waiting,note\n甲街道,5,\nB,1234,\n", encoding="utf-8")
    assert read_unit_table(path, draw({}), "township") == {"waiting": {"A": 5.0, "B": 1234.0}, "note": {}}
