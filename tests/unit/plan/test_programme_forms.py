"""Every linear kind of target as lines over options: what the lines say is what evaluating the chosen options says."""

import datetime as dt
import itertools

import numpy as np
import pytest

from planner.plan.programme_forms import Beside, form_of
from planner.plan.programme_lines import NotLinearError
from planner.plan.programme_reach import Columns
from planner.targets.evaluate import evaluate
from planner.targets.pack_rules import build_pack

DAY = dt.date(2025, 12, 31)
HOMES = [{"x": 500, "beds": 40, "nursing": 10, "has": "yes"}, {"x": 2500, "beds": 60, "nursing": 40, "has": "no"}]
BROUGHT = [
    {"x": 600, "beds": 50, "nursing": 30, "has": "yes", "id": "n1"},
    {"x": 1500, "beds": 20, "nursing": 0, "has": "no", "id": "n2"},
    {"x": 3500, "beds": 90, "nursing": 60, "has": "yes", "id": "n3"},
    {"x": 2500, "beds": 100, "nursing": 70, "has": "yes", "id": "h2"},
]
TAKES = {3: 1, 4: 0}
"""Option 3 takes the second home and brings it back larger; option 4 closes the first."""
OPTIONS = 5


def pack_of(figure, check, **more):
    figures = dict(zip(("comparator", "value", "value_max"), figure, strict=False))
    entry = {"id": "t", "title": {"zh": "指标", "en": "target"}, "clause": "c", "kind": "target", "layer": "home", "unit": "things"}
    top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d", "year": 2021}}
    return build_pack(top | {"period": [2023, 2025], "target": [entry | figures | {"check": check} | more]}, "p.toml")


def beside(draw, homes=HOMES, brought=BROUGHT, takes=TAKES, **more):
    """The city with the rows of the options beside its two homes."""
    others = more.pop("others", {})
    city = draw({"home": [*homes, *brought], **others}, **more)
    brings = np.array([-1] * len(homes) + list(range(len(brought))), dtype=np.int64)
    rows = {}
    for option, row in takes.items():
        rows.setdefault(row, []).append(option)
    return Beside(city, {"home": brings}, {"home": {row: tuple(options) for row, options in rows.items()}})


def chosen_city(draw, options, homes=HOMES, brought=BROUGHT, takes=TAKES, **more):
    """The city with some options done."""
    gone = {takes[option] for option in options if option in takes}
    others = more.pop("others", {})
    kept = [dict(home, id=home.get("id", f"h{k + 1}")) for k, home in enumerate(homes) if k not in gone]
    return draw({"home": [*kept, *(brought[option] for option in options if option < len(brought))], **others}, **more)


CHECKS = {
    "count": ((">=", 4), {"metric": "count"}, {}),
    "count-strict": ((">", 3), {"metric": "count"}, {}),
    "count-where": ((">=", 3), {"metric": "count", "where": {"beds": ">= 50"}}, {}),
    "quotient": ((">=", 2), {"metric": "count", "where": {"nursing / beds": ">= 0.6"}}, {}),
    "every-township": ((">=", 2), {"metric": "count", "by": "township", "rollup": "every"}, {}),
    "every-where": ((">=", 1), {"metric": "count", "where": {"beds": ">= 55"}, "by": "township", "rollup": "every"}, {}),
    "share-community": ((">=", 75), {"metric": "count", "by": "community", "rollup": "share"}, {"unit": "% of communities"}),
    "share-all": (("=", 100), {"metric": "count", "by": "community", "rollup": "share"}, {"unit": "% of communities"}),
    "share-sum": ((">=", 80), {"metric": "sum", "of": "beds", "by": "township", "rollup": "share",
                               "each": {"comparator": ">=", "value": 90}}, {"unit": "% of townships"}),
    "sum": ((">=", 230), {"metric": "sum", "of": "beds"}, {}),
    "sum-ceiling": (("<=", 90), {"metric": "sum", "of": "beds"}, {}),
    "rate": (("range", 2000, 2500), {"metric": "rate", "of": "beds", "per": 1000, "group": "age_60_plus"}, {}),
    "rate-every": ((">=", 1.2), {"metric": "rate", "of": "beds", "group": "age_60_plus", "by": "township", "rollup": "every"}, {}),
    "ratio": ((">=", 55), {"metric": "ratio", "of": "nursing", "in": "beds"}, {"unit": "% of beds"}),
    "ratio-facility": ((">=", 60), {"metric": "ratio", "of": "nursing", "in": "beds", "by": "facility", "rollup": "every"},
                       {"unit": "% of beds"}),
    "sum-facility": ((">=", 50), {"metric": "sum", "of": "beds", "by": "facility", "rollup": "every"}, {}),
    "share-facility": ((">=", 70), {"metric": "sum", "of": "beds", "by": "facility", "rollup": "share",
                                    "each": {"comparator": ">=", "value": 50}}, {"unit": "% of homes"}),
    "facility-share": ((">=", 65), {"metric": "facility_share", "having": {"has": True}}, {"unit": "% of homes"}),
    "load": (("<=", 260), {"metric": "load", "group": "total", "by": "township", "rollup": "every"}, {}),
    "load-whole": (("<", 250), {"metric": "load", "group": "total"}, {}),
    "within": ((">=", 95), {"metric": "population_within", "metres": 600, "group": "total", "by": "community"}, {"unit": "% of people"}),
    "within-straight": ((">=", 65), {"metric": "population_within", "metres": 600, "path": "straight", "group": "age_60_plus"},
                        {"unit": "% of people"}),
    "within-share": ((">=", 100), {"metric": "population_within", "minutes": 12, "travel": "walk", "group": "total", "by": "township",
                                   "rollup": "share", "each": {"comparator": ">=", "value": 0.6}}, {"unit": "% of townships"}),
    "minutes": (("<=", 12), {"metric": "minutes", "travel": "walk"}, {"unit": "minutes"}),
    "of-which": ((">=", 4), {"metric": "count", "of_which": {"layer": "home", "where": {"has": True}, "value": 3}}, {}),
    "thresholds": ((">=", 1), {"metric": "sum", "of": "beds", "by": "township", "rollup": "every",
                               "thresholds": [{"class": "urban", "value": 60}, {"rest": True, "value": 100}]}, {}),
    "scope": ((">=", 2), {"metric": "count", "by": "community", "scope": {"class": "rural"}}, {}),
    "all-of": ((">=", 100), {"metric": "count", "all_of": [{"layer": "home", "where": {"beds": ">= 50"}}, {"layer": "club"}],
                             "by": "township", "rollup": "share"}, {"unit": "% of townships"}),
    "any-of": ((">=", 100), {"metric": "count", "any_of": [{"layer": "home"}, {"layer": "club"}], "by": "community", "rollup": "share"},
               {"unit": "% of communities"}),
    "basket": ((">=", 60), {"metric": "population_within", "metres": 600, "basket": ["home", "club"]}, {"unit": "% of people"}),
    "opened-in": ((">=", 2), {"metric": "count", "opened_in": [2024, 2026]}, {}),
}
CLUBS = {"others": {"club": [{"x": 1500}, {"x": 2600}]}}
OPENED = [{**row, "opened": "2025-01-01"} for row in BROUGHT]


CHOICES = [options for size in range(OPTIONS + 1) for options in itertools.combinations(range(OPTIONS), size)]
DRAWN = {"homes": [{**home, "opened": "2015-01-01"} for home in HOMES], "brought": OPENED, **CLUBS}
CITIES = {}
"""The city under every choice, drawn once."""


@pytest.mark.parametrize("name", CHECKS)
def test_lines_say_what_evaluating_says_for_every_choice(draw, name):
    figure, check, more = CHECKS[name]
    pack = pack_of(figure, check, **more)
    if not CITIES:
        CITIES.update({options: chosen_city(draw, options, **DRAWN) for options in CHOICES} | {"beside": beside(draw, **DRAWN)})
    columns = Columns(OPTIONS)
    today = evaluate(CITIES[()], [pack], as_of=DAY).targets[0]
    form = form_of(CITIES[()], CITIES["beside"], pack, today, DAY, columns)
    states = set()
    for options in CHOICES:
        right = evaluate(CITIES[options], [pack], as_of=DAY).targets[0]
        filled = columns.filled(options)
        assert form.closed(filled) == (right.state == "met"), (options, right.value)
        if form.partial:
            assert float(form.short(filled)) == pytest.approx(right.shortfall, abs=1e-9), (options, right.value)
        states.add(right.state)
    assert "not_met" in states  # "met" too, but in targets that no choice closes


@pytest.mark.parametrize(("figure", "check", "more", "key"), [
    ((">=", 1), {"metric": "unit_value", "of": "households", "by": "community", "rollup": "every"}, {}, "unit_value"),
    ((">=", 30), {"metric": "pace", "by": "community"}, {"unit": "% a year"}, "pace"),
    ((">=", 3), {"metric": "reported"}, {}, "reported"),
    (("<=", 80), {"metric": "count", "by": "community", "rollup": "share"}, {"unit": "% of communities"}, "share_ceiling"),
    ((">=", 1), {"metric": "count", "by": "township", "scope": {"has": "home"}, "rollup": "every"}, {}, "scope"),
])
def test_targets_that_are_no_lines_are_told_apart(draw, figure, check, more, key):
    pack = pack_of(figure, check, **more)
    city = chosen_city(draw, ())
    with pytest.raises(NotLinearError) as refused:
        form_of(city, beside(draw), pack, evaluate(city, [pack], as_of=DAY).targets[0], DAY, Columns(OPTIONS))
    assert refused.value.key == key
