"""One unit in the table and in detail."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from planner.measure.coverage import Coverage, UnitCoverage
from planner.ui import unit_panel
from planner.units import TravelProfile


def unit(code: str, name: str, people: float, covered: float, **more: float) -> UnitCoverage:
    """A unit with whole figures."""
    share = covered / people if people else None
    return UnitCoverage(code, name, people, covered, people - covered, share, more.get("unattached", 0.0), more.get("unreached", 0.0),
                        500.0 if people else None, 450.0 if people else None, 900.0 if people else None, covered, share)


def found(*units: UnitCoverage) -> Coverage:
    """A coverage of these units."""
    return Coverage("clinic", "walk", "walk", 72.0, 1080.0, 15, "total", "township", dt.date(2026, 1, 1), 3, 0, (), units[0], units)


CITY = SimpleNamespace(travels={"walk": TravelProfile("walk", "walk", 72)})


def test_units_with_most_people_beyond_come_first_and_ties_by_code() -> None:
    units = [unit("B", "b", 100, 50), unit("A", "a", 100, 50), unit("C", "c", 1000, 100), unit("D", "d", 0, 0)]
    assert [u.code for u in unit_panel.ranked(units)] == ["C", "A", "B", "D"]
    assert [u.code for u in unit_panel.ranked(units, "D")] == ["D", "C", "A", "B"]


def test_table_has_code_first_state_second_and_no_share_where_nobody_lives() -> None:
    frame = unit_panel.table_frame([unit("01", "甲", 100, 80), unit("02", "乙", 100, 79), unit("03", "丙", 0, 0)], 0.8, "zh", "街道乡镇")
    assert frame.columns.tolist() == ["代码", "状态", "街道乡镇", "覆盖率", "未覆盖", "人口"]
    assert frame["代码"].tolist() == ["01", "02", "03"]
    assert frame["状态"].tolist() == ["✓ 达标", "✗ 未达标", "无人口"]
    assert frame["覆盖率"].tolist()[:2] == [80.0, 79.0] and frame["覆盖率"].isna().tolist() == [False, False, True]


def test_details_say_the_share_first_after_code_and_name_and_escape_names() -> None:
    shown = unit("110101001", '<b>"x"', 2000, 1500, unattached=30.0, unreached=12.0)
    html = unit_panel.details_html(shown, CITY, found(shown), 0.8, "en")
    assert "<b>&lt;b&gt;&quot;x&quot;</b>" in html and "110101001" in html
    after = html.split("110101001", 1)[1]
    assert after.index("75.0%") < after.index("500")
    assert '<span class="not-met">✗ Not met</span>' in html
    assert "500 m · 7 min" in html and "900 m · 12 min" in html and ">42<" in html


def test_details_of_a_unit_without_people_have_dashes() -> None:
    html = unit_panel.details_html(unit("1", "n", 0, 0), CITY, found(unit("1", "n", 0, 0)), 0.8, "en")
    assert '<span class="nobody">No people</span>' in html
    assert html.count("–") >= 3


def test_what_is_typed_finds_a_unit_by_code_name_or_part() -> None:
    names = {"1101": "东街", "1102": "西街", "11021": "1101 路"}
    assert [unit_panel.looked_up(typed, names) for typed in ("1102", "西街", "11", " 东 ", "路", "无", "", None)] == [
        "1102", "1102", "1101", "1101", "11021", None, None, None]
