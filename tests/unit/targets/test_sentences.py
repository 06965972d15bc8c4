"""What goes with a result, said in both languages."""

import pytest

from planner.i18n import LANGUAGES
from planner.targets.evaluation import Beside, Progress, Sensitivity, TargetResult, Variation
from planner.targets.pack import Target
from planner.targets.sentences import progress_text, reported_text, sensitivity_text, verdict_text

TARGET = Target("p", "t", {"zh": "指标", "en": "target"}, "1", "d", "target", "home", ">=", 80, unit="% of people")


def result(state="met", **keys):
    return TargetResult(TARGET, state, 0.8, 0.8, 0.0, **keys)


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (None, ""),
        (Progress(why="not_judged"), ""),
        (Progress(why="no_baseline"), "cannot be said (the plan prints no baseline; one may be entered under [reported])"),
        (Progress("ahead", done=0.75, expected=0.5), "↑ ahead: 75.0% of the way done, 50.0% due (tolerance 5% of the way)"),
        (Progress("behind", done=0.1, expected=0.5, by_steps=True), "by the plan's yearly steps"),
        (Progress("behind", "no_baseline", due=0.6, actual=0.5), "↓ behind: 60.0% due, 50.0% today (tolerance 5% of the target's figure)"),
        (Progress("on_time", "nothing_to_gain"), "= on time (the baseline satisfies the figure already; it is to be held)"),
    ],
)
def test_progress(progress, said):
    assert said in progress_text(result(progress=progress), "en")
    assert bool(progress_text(result(progress=progress), "zh")) == bool(said)


def test_a_firm_verdict_is_its_state_and_another_is_told():
    firm, fragile = Sensitivity("met", 0.8, 0.9), Sensitivity("met_fragile", 0.7, 0.9)
    assert [verdict_text(result(sensitivity=one), "en") for one in (None, firm, fragile)] == ["✓ met", "✓ met", "✓! met but fragile"]
    assert verdict_text(result("not_met", sensitivity=Sensitivity("near", 0.7, 0.8)), "zh") == "✗~ 未达标但接近"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_assumption_is_told(lang):
    moved = tuple(Variation(of, to, "met", 0.8) for of, to in
                  (("speed", 0.9), ("distance", 1.1), ("share", 0.72), ("minutes", 10.0), ("travel", "drive")))  # fmt: skip
    text = sensitivity_text(result(sensitivity=Sensitivity("met", 0.7, 0.9, moved, ("layers",))), lang)
    assert all(word in text for word in ("-10%", "+10%", "0.72", "10:" if lang == "en" else "10：", "drive", "70.0%", "90.0%"))
    assert sensitivity_text(result(), lang) == ""
    assert sensitivity_text(result(sensitivity=Sensitivity("met", None, None, (), ("layers",))), lang)


def test_a_difference_without_a_reason_is_told():
    said = reported_text(result(reported=Beside(0.9, 0.8, 0.1, date="2025-06-30", source="s", unknown=("Z",))), "en")
    assert said == ("90.0% reported, 80.0% computed here, difference 10.0%; date 2025-06-30; source s; "
                    "no reason for the difference is given; reported for units that are not asked: Z")  # fmt: skip
    assert reported_text(result(reported=Beside(0.9, None, None)), "en") == "90.0% reported"
    assert reported_text(result(reported=Beside(None, 0.8, None, by="b")), "en") == "by b"
    assert reported_text(result(), "zh") == ""
