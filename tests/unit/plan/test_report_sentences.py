"""Headline sentences in plan language."""

import datetime as dt
from types import SimpleNamespace

import pytest

from planner.plan.report import Earlier
from planner.plan.report_sentences import amount_text, target_sentence, unit_text
from planner.targets.evaluation import Progress, TargetResult
from planner.targets.pack import list_packs, read_pack

DAY = dt.date(2025, 6, 30)
AS_OF = "截至2025年6月30日，“养老服务”"


def result(value, threshold, *, state="not_met", unit="% of people", comparator=">=", title="养老服务", metric="population_within",
           rollup="total", base=None, met=None, total=None, at_least=False):
    target = SimpleNamespace(plan="p", id="t", title={"zh": title, "en": "Care"}, unit=unit, comparator=comparator,
                             is_percent=unit.startswith("%"))
    progress = None if base is None else Progress(base=base, base_date=dt.date(2020, 12, 31))
    return TargetResult(target, state, value, threshold, None, units_met=met, units_total=total, at_least=at_least, progress=progress,
                        check=SimpleNamespace(metric=metric, rollup=rollup))


@pytest.mark.parametrize(("made", "said"), [
    (result(0.783, 0.9), f"{AS_OF}覆盖率为78.3%，距目标值（90.0%）差11.7个百分点。"),
    (result(0.783, 0.9, title="服务覆盖率"), "截至2025年6月30日，“服务覆盖率”为78.3%，距目标值（90.0%）差11.7个百分点。"),
    (result(0.95, 0.9, state="met", base=0.712),
     f"{AS_OF}覆盖率为95.0%，较2020年基期（71.2%）提高23.8个百分点，已达到目标值（90.0%）。"),
    (result(0.7, 0.9, base=0.712),
     f"{AS_OF}覆盖率为70.0%，较2020年基期（71.2%）下降1.2个百分点，距目标值（90.0%）差20.0个百分点。"),
    (result(0.7, 0.9, base=0.7), f"{AS_OF}覆盖率为70.0%，较2020年基期（70.0%）持平，距目标值（90.0%）差20.0个百分点。"),
    (result(16.0, 40.0, unit="beds per 1000 elderly", metric="rate"),
     f"{AS_OF}为16张/千名老年人，距目标值（40张/千名老年人）差24张/千名老年人。"),
    (result(1200.0, 500.0, unit="people", comparator="<=", metric="load"),
     f"{AS_OF}为1,200人，超出目标值（≤ 500人）700人。"),
    (result(10.0, (18.0, 44.0), unit="m2 per bed", metric="ratio"),
     f"{AS_OF}为10平方米/床，不在目标区间（18–44平方米/床）之内。"),
    (result(0.5, 1.0, unit="% of units", metric="count", rollup="share", met=3, total=6),
     f"{AS_OF}达到要求的占50.0%（6个单元中3个），距目标值（100.0%）差50.0个百分点。"),
    (result(0.0, 1.0, unit="homes", metric="count", rollup="every", met=1, total=2),
     f"{AS_OF}应逐个单元达到，2个单元中1个达到，最差为0所，距目标值（1所）差1所。"),
    (result(7.0, None, state="threshold_undefined", unit="我的单位", metric="count"),
     f"{AS_OF}为7我的单位，规划未定数值。"),
    (result(0.6, 0.8, at_least=True), f"{AS_OF}覆盖率为≥ 60.0%，距目标值（80.0%）差20.0个百分点。"),
    (result(None, 0.8, state="data_missing"), ""),
    (result(float("nan"), 0.8), "")])
def test_one_target_in_a_sentence(made, said):
    assert target_sentence(made, DAY, "zh") == said


def test_a_snapshot_goes_before_the_plans_baseline():
    earlier = Earlier("年初", dt.date(2025, 1, 1), {("p", "t"): 0.75}, {})
    said = target_sentence(result(0.783, 0.9, base=0.2), DAY, "zh", earlier)
    assert "较2025年1月1日快照“年初”（75.0%）提高3.3个百分点" in said and "基期" not in said
    other = Earlier("年初", dt.date(2025, 1, 1), {("p", "x"): 0.75}, {})
    assert "较" not in target_sentence(result(0.783, 0.9, base=0.2), DAY, "zh", other)


def test_the_same_in_english():
    said = target_sentence(result(0.783, 0.9, base=0.712), DAY, "en")
    assert said == ('As of 2025-06-30, the coverage of "Care" is 78.3%, up by 7.1 percentage points since 2020 (71.2%), '
                    "11.7 percentage points short of the target (90.0%).")


def test_every_unit_of_the_bundled_packs_has_words_in_both_languages():
    units = {target.unit for pack in list_packs() for target in read_pack(pack.id).targets if target.unit and not target.is_percent}
    assert [unit for unit in units if unit_text(unit, "zh").isascii() or not unit_text(unit, "en").isascii()] == []
    assert amount_text(None, result(None, None, unit="beds", metric="sum"), "zh") == "-"
