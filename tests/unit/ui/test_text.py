"""Numbers, names and states as pages write them."""

from __future__ import annotations

import pytest

from planner.ui import text
from planner.units import TravelProfile


@pytest.mark.parametrize(("value", "zh", "en"), [
    (2_184_312.4, "218.43 万", "2,184,312"), (10_000, "1.00 万", "10,000"), (9_999.4, "9,999", "9,999"), (0, "0", "0"), (12.6, "13", "13")])
def test_people_stand_in_wan_or_whole(value: float, zh: str, en: str) -> None:
    assert text.people(value, "zh") == zh
    assert text.people(value, "en") == en


def test_shares_are_per_cent_and_nobody_is_a_dash() -> None:
    assert text.percent(0.8125, "zh") == "81.2%"  # banker's half: 81.25 is exact in binary and goes to the even digit
    assert text.percent(1.0, "en") == "100.0%"
    assert text.percent(None, "en") == "–"


def test_points_bear_their_sign() -> None:
    assert text.points(0.123, "en") == "+12.3 pp"
    assert text.points(-0.02, "zh") == "−2.0 个百分点"
    assert text.points(0, "en") == "0.0 pp"


@pytest.mark.parametrize(("value", "said"), [(809.6, "810 m"), (9_999.4, "9,999 m"), (12_345.0, "12.3 km"), (None, "–")])
def test_metres(value: float | None, said: str) -> None:
    assert text.metres(value, "en") == said


def test_minutes_are_metres_by_the_stated_speed() -> None:
    assert text.minutes_of(810, TravelProfile("old", "walk", 54), "en") == "15 min"


def test_state_meets_at_the_target_itself() -> None:
    assert text.state_of(0.8, 0.8, "en") == "✓ Met"
    assert text.state_of(0.7999, 0.8, "zh") == "✗ 未达标"
    assert text.state_of(None, 0.8, "zh") == "无人口"


def test_names_reach_html_as_text_and_chinese_says_so_on_an_english_page() -> None:
    assert text.escaped('<img src=x onerror="a">') == "&lt;img src=x onerror=&quot;a&quot;&gt;"
    assert text.escaped("Clinic 一号", "en") == 'Clinic <span lang="zh">一号</span>'
    assert text.escaped("一号", "zh") == "一号"


def test_markdown_stays_plain() -> None:
    assert text.plain_markdown("**b** :red[d]") == r"\*\*b\*\* \:red\[d\]"


def test_words_of_the_project_stand_where_ours_are_missing() -> None:
    assert text.level_name("block", "zh", {"block": {"zh": "网格", "en": "Grid"}}) == "网格"
    assert text.level_name("block", "zh") == "block"
    assert text.level_name("township", "en") == "Township"
    assert text.group_name("single_parents", "zh") == "single_parents"
    assert text.travel_name(TravelProfile("walk_elderly", "walk", 54), "zh") == "老年人步行（54 米/分）"
    assert text.travel_name(TravelProfile("bus-stop walk", "walk", 60), "en") == "bus-stop walk (60 m/min)"


@pytest.mark.parametrize(("lang", "said"), [("zh", "60 岁及以上，户籍"), ("en", "Aged 60+, household register")])
def test_which_population_a_group_is_of(lang: str, said: str) -> None:
    assert text.population_name("age_60_plus", "registered", lang) == said
    assert text.population_name("age_60_plus", "", lang) == text.group_name("age_60_plus", lang)
