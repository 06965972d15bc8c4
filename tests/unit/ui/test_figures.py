"""Figures of targets and gaps as the pages write them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from planner.targets.evaluation import Beside, Progress, TargetResult, UnitResult
from planner.targets.pack import Target
from planner.ui.downloads import safe_name
from planner.ui.figures import figure, is_share, money, shortfall
from planner.ui.target_list import told_html


@pytest.mark.parametrize(("value", "share", "said"), [
    (None, False, ""), (0.8, True, "80.0%"), (1200.0, False, "1,200"), (34.25, False, "34.25"),
    ((0.35, 0.4), True, "35.0%–40.0%"), (0.0, False, "0")])
def test_figures(value: object, share: bool, said: str) -> None:
    assert figure(value, share=share) == said  # type: ignore[arg-type]


def short(amount: float | None) -> UnitResult:
    """A unit that falls short by so much."""
    return UnitResult("1", "n", "township", 0.0, "not_met", amount)


def test_shortfalls_say_what_they_count() -> None:
    assert shortfall(short(3.0), "facilities", "en", share=False).startswith("3 ")
    assert shortfall(short(0.125), "share", "zh", share=False) == "12.5%"
    assert shortfall(short(5.0), "sofas", "en", share=False) == "5 sofas"
    assert shortfall(short(None), "people", "en", share=True) == ""


def test_figures_of_people_within_reach_are_shares_whatever_the_plan_prints() -> None:
    assert is_share(SimpleNamespace(target=SimpleNamespace(is_percent=False, metric="population_within")))  # type: ignore[arg-type]
    assert not is_share(SimpleNamespace(target=SimpleNamespace(is_percent=False, metric="count")))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_goes_with_a_target_is_told_and_nothing_in_it_is_markup(lang: str) -> None:
    target = Target("p", "t", {"zh": "指标", "en": "target"}, "1", "d", "target", "home", unit="beds")
    reported = Beside(5.0, 3.0, 2.0, by="<b>局</b>", reason="a & b")
    result = TargetResult(target, "met", 3.0, 3.0, 0.0, reported=reported, progress=Progress("on_time", done=0.5, expected=0.5))
    text = told_html(result, lang)
    assert text.count("<p ") == 2 and "50.0%" in text and "&lt;b&gt;" in text and "a &amp; b" in text
    assert told_html(TargetResult(target, "met", 3.0, 3.0, 0.0), lang) == ""


def test_money_is_wan_in_chinese_and_millions_in_english() -> None:
    assert money(677_620_000, "zh") == "67,762 万元"
    assert money(677_620_000, "en") == "CNY 677.6 M"


@pytest.mark.parametrize(("words", "name"), [
    (["yunhe", "day care", "15min"], "yunhe-day_care-15min.csv"), (["../../etc", "<b>"], "etc-_b.csv"),
    (["云河", "诊所"], "云河-诊所.csv"), (["..."], "planner.csv")])
def test_file_names_hold_no_path_and_no_markup(words: list[str], name: str) -> None:
    made = safe_name(words, "csv")
    assert "/" not in made and "<" not in made and not made.startswith(".")
    assert made == name
