"""How values came about, said with their numbers."""

import pytest

from planner.i18n import LANGUAGES
from planner.targets.formula import said, units_are_shares

HOMES = {"home": [{"x": 500, "beds": 30, "grade": "A"}, {"x": 2500, "beds": 12, "grade": "B"}], "well": [{"x": 1500}]}


@pytest.fixture
def tell(ask, draw):
    def text(figure, check, lang="en", **target):
        reported = {"t": (5.0,)} if check["metric"] == "reported" else None
        return said(ask(draw(HOMES, reported=reported), figure, check, **target).formula, lang)

    return text


@pytest.mark.parametrize(
    ("figure", "check", "unit", "words"),
    [
        ((">=", 3), {"metric": "count"}, "homes", ["number of home = 2", "2, asked ≥ 3: not met", "short of 1 facilities"]),
        ((">=", 40), {"metric": "sum", "of": "beds"}, "beds", ["of home = 42", "42 ≥ 40: met"]),
        ((">=", 100), {"metric": "rate", "of": "beds", "per": 1000}, "beds", ["42 / ", "1,000 × 1000 = 42", "short of 58 beds"]),
        ((">=", 1), {"metric": "ratio", "of": "beds", "in": "beds"}, "beds", ["42 / beds 42 = 1"]),
        ((">=", 90), {"metric": "facility_share", "having": {"grade": "A"}}, "% of homes",
         ["1 of home", "all 2 = 50.0%", "90.0%: not met"]),
        ((">=", 50), {"metric": "population_within", "minutes": 20, "travel": "walk"}, "% of people",
         ["1,000 people", "Walk 20 min x 50 m/min = 1,000 m", "= 100.0%"]),
        ((">=", 50), {"metric": "population_within", "metres": 600}, "% of people",
         ["400 people", "600 m of streets", "short of 100 people"]),
        (("<=", 5), {"metric": "minutes", "travel": "drive"}, "minutes", ["2 minutes", "500 m/min"]),
        ((">=", 500), {"metric": "separation", "from": "well"}, "m", ["from home to well = 1,000 m"]),
        (("<=", 400), {"metric": "load"}, "people", ["1,000 / 2 of home = 500", "short of 1 facilities"]),
        ((">=", 3), {"metric": "reported"}, "things", ["reported figure = 5"]),
        ((">=", 80), {"metric": "count", "by": "township", "rollup": "share"}, "% of towns",
         ["number of home ≥ 1", "2 pass / 2 = 100.0%", "100.0% ≥ 80.0%: met"]),
        ((">=", 80), {"metric": "count", "by": "community", "rollup": "share"}, "% of units", ["4 must pass, 2 do, 2 more to go"]),
        ((">=", 20), {"metric": "sum", "of": "beds", "by": "township", "rollup": "every"}, "beds",
         ["1 of 2 pass, the worst is 乙镇", "= 12", "together are short of 8 beds"]),
        ((">=", 1), {"metric": "count", "any_of": [{"layer": "home"}, {"layer": "well"}]}, "things", ["any of home, well", "= 2"]),
    ],
)  # fmt: skip
def test_numbers_are_put_in(tell, figure, check, unit, words):
    text = tell(figure, check, unit=unit)
    assert [word for word in words if word not in text] == [], text
    assert "{" not in text
    assert tell(figure, check, "zh", unit=unit) != text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_class_limits_and_units_are_told(tell, lang):
    limits = [{"class": "urban", "metres": 1000}, {"rest": True, "minutes": 5, "travel": "drive"}]
    text = tell((">=", 30), {"metric": "population_within", "limits": limits, "by": "community"}, lang, unit="% of people")
    assert "2" in text and "100.0%" in text


@pytest.mark.parametrize(
    ("check", "unit", "shares"),
    [
        ({"metric": "count", "by": "township", "rollup": "share"}, "% of towns", False),
        ({"metric": "ratio", "of": "beds", "in": "beds", "by": "township", "rollup": "every"}, "% of beds", True),
        ({"metric": "population_within", "metres": 600, "by": "township", "share": 0.5}, "metres", True),
        ({"metric": "count", "by": "township", "rollup": "every"}, "homes", False),
    ],
)
def test_units_have_their_own_measure(ask, draw, check, unit, shares):
    assert units_are_shares(ask(draw(HOMES), (">=", 1), check, unit=unit)) is shares


def test_without_a_value_there_is_no_formula(tell):
    assert tell((">=", 3), {"metric": "count", "layers": ["shop"]}) == ""
