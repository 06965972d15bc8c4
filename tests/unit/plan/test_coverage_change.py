"""What changes between two coverages, worked by hand."""

from __future__ import annotations

import datetime as dt
import math

from planner.export.change_table import change_csv
from planner.measure.coverage import Coverage, UnitCoverage
from planner.plan.coverage_change import coverage_change, ranked, to_dict


def unit(code: str, people: float, covered: float) -> UnitCoverage:
    share = covered / people if people > 0 else None
    beyond = people - covered
    return UnitCoverage(code, f"单元{code}", people, covered, beyond, share, 0, 0, None, None, None, covered, share)


def told(*units: UnitCoverage) -> Coverage:
    total = unit("", sum(one.people for one in units), sum(one.people_covered for one in units))
    return Coverage("clinic", "walk", "walk", 72.0, 1080.0, 15.0, "total", "township", dt.date(2025, 12, 31), 3, 0, (), total, units)


BEFORE = told(unit("A", 100, 40), unit("B", 200, 100), unit("C", 0, 0), unit("D", 50, 50))
AFTER = told(unit("A", 100, 90), unit("B", 200, 60), unit("C", 0, 0), unit("D", 50, 50))


def test_the_difference_is_the_second_less_the_first() -> None:
    found = coverage_change(BEFORE, AFTER)
    assert [(one.code, one.share_difference, one.people_gained) for one in found.units] == [
        ("A", 0.9 - 0.4, 50), ("B", 0.3 - 0.5, -40), ("C", None, 0), ("D", 0, 0)]
    assert (found.total.people_gained, found.total.share_difference) == (10, 200 / 350 - 190 / 350)
    assert [one.code for one in ranked(found.units)] == ["A", "B"]  # by people gained or lost; what stays is not listed
    said = to_dict(found, "baseline", "x")
    assert said["total"]["share_b"] == 200 / 350 and said["units"][2]["share_a"] is None and said["b"] == "x"
    assert change_csv(found.units).splitlines()[:2] == ["code,share_a,share_b,share_difference", f"A,0.4,0.9,{0.9 - 0.4!r}"]
    assert change_csv(found.units).splitlines()[3] == "C,,,"


def test_units_that_only_one_side_has_have_no_difference() -> None:
    found = coverage_change(BEFORE, told(unit("A", 100, 40), unit("B1", 200, 60)))
    rows = {one.code: (one.share_before, one.share_after, one.share_difference, one.people_gained) for one in found.units}
    assert rows["B"] == (0.5, None, None, None) and rows["B1"] == (None, 0.3, None, None) and list(rows)[-1] == "B1"


def test_small_changes_are_not_told_where_small_counts_are_hidden() -> None:
    after = told(unit("A", 100, 43), unit("B", 200, 105), unit("C", 0, 0), unit("D", 50, 50))
    shown = {one.code: (one.share_before, one.people_gained) for one in coverage_change(BEFORE, after, hide_small=True).units}
    assert shown == {"A": (None, None), "B": (0.5, 5), "C": (None, 0), "D": (1.0, 0)}
    hidden = told(unit("A", math.nan, math.nan), unit("B", 200, 105))
    assert coverage_change(hidden, hidden).units[0].people_gained is None


def test_names_that_would_calculate_stay_text() -> None:
    found = coverage_change(told(unit("=1+1", 10, 5)), told(unit("=1+1", 10, 6)))
    assert change_csv(found.units).splitlines()[1].startswith("'=1+1,0.5,0.6,")
