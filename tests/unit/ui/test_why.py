"""The sentence that says why people are beyond."""

from __future__ import annotations

import dataclasses
import math

import pytest

from planner.measure.coverage import coverage
from planner.measure.reasons import why_beyond
from planner.measure.small_counts import published
from planner.ui.why import why_sentence
from tests.unit.measure.test_reasons import DAY, city


def told(code, lang, here=None, **settings):
    here = here or city()
    found = coverage(here, "home", "walk", by="township", as_of=DAY, **(settings or {"minutes": 1000 / 60}))
    shown = published(here, found)
    unit = next(unit for unit in shown.units if unit.code == code)
    return why_sentence(why_beyond(here, found, code), unit, shown, here, lang)


def test_a_detour_across_water():
    text = told("A", "zh", metres=1000)
    assert text.startswith("18人超出 1,000 m，多数人直线不到 1,000 m，是走不近：中间隔着水面。最近的是“院0”，居中的一户走 5,300 m")
    assert "直线 300 m" in text and text.endswith("其中：须绕行 10 人，道路不通 5 人，远离路网 3 人。")
    english = told("A", "en", metres=1000)
    assert english.startswith("18 people beyond 1,000 m; most live within 1,000 m in a straight line") and "across the water" in english


def test_a_facility_is_missing():
    text = told("B", "zh", minutes=10)
    assert text.startswith("60人超出 10 分钟") and "附近没有设施" in text and "其中" not in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_said_where_nobody_is_beyond_or_the_count_is_hidden(lang):
    assert told("B", lang, metres=9000) == ""
    few = city([(600, 300, 7.0), (2600, 300, 3.0)])
    hidden = dataclasses.replace(few, demand=dataclasses.replace(few.demand, hide_small=True))
    assert told("B", lang, few, metres=1000) != "" and told("B", lang, hidden, metres=1000) == ""


def test_numbers_of_causes_are_left_out_where_small_counts_are_hidden():
    here = city()
    hidden = dataclasses.replace(here, demand=dataclasses.replace(here.demand, hide_small=True))
    shown = coverage(here, "home", "walk", metres=1000, by="township", as_of=DAY).units[0]
    text = why_sentence(why_beyond(hidden, coverage(hidden, "home", "walk", metres=1000, by="township", as_of=DAY), "A"), shown,
                        coverage(hidden, "home", "walk", metres=1000, by="township", as_of=DAY), hidden, "zh")
    assert "隔着水面" in text and "其中" not in text
    assert not math.isnan(shown.people_beyond)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_facility_at_all(lang):
    here = city()
    here.facilities["home"].frame["status"] = "closed"
    assert ("没有计入的设施" if lang == "zh" else "no facility counts") in told("A", lang, here, metres=1000)
