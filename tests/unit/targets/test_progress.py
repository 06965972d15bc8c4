"""Mid-term progress, worked by hand: from 40 at the end of 2020 to 80 by the end of 2024, a way of 1,461 days."""

import datetime as dt

import pytest

from planner.i18n import LANGUAGES, has
from planner.targets.evaluate import evaluate
from planner.targets.pack_rules import build_pack
from planner.targets.progress import ON_TIME_TOLERANCE, due_on

MIDDLE = dt.date(2022, 12, 31)  # 730 of 1,461 days
TITLE = {"zh": "指标", "en": "target"}


def entry(name, check=None, **keys):
    return {"id": name, "title": TITLE, "clause": "1", "kind": "target", "layer": "home"} | keys | ({"check": check} if check else {})


def progress(city, day=MIDDLE, *, base=40, baseline=None, **keys):
    """The progress of a floor of beds that starts from a printed baseline row."""
    target = {"comparator": ">=", "value": 80, "unit": "beds", "deadline": 2024, "check": {"metric": "sum", "of": "beds"}} | keys
    rows = [entry("t", **target)]
    if base is not None:
        rows[0]["baseline_id"] = "b"
        row = {"kind": "baseline", "comparator": "=", "value": base, "unit": target["unit"], "deadline": 2020, "check": target["check"]}
        rows.append(entry("b", **(row | (baseline or {}))))
    pack = build_pack({"schema": "planner.pack/1", "id": "p", "title": TITLE, "source": {"document": "d"}, "target": rows}, "p.toml")
    return evaluate(city, [pack], as_of=day).targets[0].progress


@pytest.fixture
def beds(draw):
    return lambda *counts: draw({"home": [{"x": 500, "beds": count} for count in counts]})


def test_half_way_in_half_the_time_is_on_time(beds):
    found = progress(beds(60))
    assert (found.verdict, found.base, found.goal, found.actual, found.done) == ("on_time", 40, 80, 60, 0.5)
    assert found.expected == pytest.approx(730 / 1461)
    assert found.due == pytest.approx(40 + 40 * 730 / 1461)
    assert (found.base_date, found.goal_date, found.base_of, found.why) == (dt.date(2020, 12, 31), dt.date(2024, 12, 31), "b", "")


@pytest.mark.parametrize(("count", "verdict"), [(62, "ahead"), (61, "on_time"), (58, "on_time"), (57, "behind"), (30, "behind")])
def test_the_tolerance_is_a_twentieth_of_the_way(beds, count, verdict):
    assert ON_TIME_TOLERANCE == 0.05  # two beds of forty; due are 59.99
    assert progress(beds(count)).verdict == verdict


def test_at_the_deadline_only_what_is_met_is_on_time(beds):
    last, later = dt.date(2024, 12, 31), dt.date(2025, 6, 30)
    assert [progress(beds(79), day).verdict for day in (last, later)] == ["behind", "behind"]
    assert [progress(beds(80), day).verdict for day in (last, later)] == ["on_time", "on_time"]
    assert progress(beds(79), last - dt.timedelta(1)).verdict == "on_time"
    assert progress(beds(100), last).verdict == "ahead"


def test_no_way_gone_and_all_of_it(beds):
    assert [progress(beds(count)).done for count in (40, 80, 20)] == [0, 1, -0.5]


def test_figures_that_are_to_fall(beds):
    ceiling = {"comparator": "<=", "value": 40}
    assert progress(beds(60), base=80, **ceiling).done == 0.5
    assert [progress(beds(count), base=80, **ceiling).verdict for count in (50, 60, 70)] == ["ahead", "on_time", "behind"]


def test_what_the_baseline_satisfies_is_to_be_held(beds):
    up = progress(beds(85), base=90)
    assert (up.verdict, up.why, up.done) == ("on_time", "nothing_to_gain", None)
    assert progress(beds(70), base=90).verdict == "behind"
    assert progress(beds(30), base=30, comparator="<=", value=40).verdict == "on_time"


def test_no_growth_holds_its_own_value(draw):
    city = draw({"home": [{"x": 500, "beds": 40}, {"x": 500, "beds": 5, "opened": "2021-05-01"}]})
    check = {"metric": "sum", "of": "beds", "baseline": dt.date(2020, 12, 31)}
    found = progress(city, base=None, comparator="<=", value=None, check=check)
    assert (found.verdict, found.base, found.goal, found.actual, found.why) == ("behind", 40, 40, 45, "nothing_to_gain")


def test_shares_are_shares(draw):
    city = draw({"home": [{"x": 500}, {"x": 2500}]})
    check = {"metric": "count", "by": "community", "rollup": "share"}
    found = progress(city, base=25, value=75, unit="% of communities", check=check)
    assert (found.base, found.goal, found.actual, found.done) == (0.25, 0.75, 0.5, 0.5)


def test_yearly_steps_take_the_place_of_the_straight_line(beds):
    steps = {"2022": 50, "2023": 70}
    found = progress(beds(52), steps=steps)
    assert (found.due, found.verdict, found.by_steps) == (50, "on_time", True)
    assert found.expected == 0.25
    assert progress(beds(52)).verdict == "behind"  # on the straight line 60 are due
    assert progress(beds(52), dt.date(2023, 12, 31), steps=steps).due == 70
    assert progress(beds(52), dt.date(2021, 12, 31), steps=steps).due == 45  # half of the way to the first step


def test_steps_without_a_baseline(beds):
    steps = {"2022": 50, "2023": 70}
    found = progress(beds(45), base=None, steps=steps)
    assert (found.due, found.done, found.expected, found.verdict, found.why) == (50, None, None, "behind", "no_baseline")
    assert progress(beds(46), base=None, steps=steps).verdict == "on_time"  # 4 of 80 is a twentieth
    assert progress(beds(45), dt.date(2021, 1, 1), base=None, steps=steps).why == "before_first_step"
    assert progress(beds(80), dt.date(2025, 1, 1), base=None, steps=steps).verdict == "on_time"


def test_a_flow_starts_at_nothing(draw):
    city = draw({"home": [{"x": 500, "opened": "2021-03-01"}, {"x": 500, "opened": "2022-03-01"}, {"x": 500, "opened": "2019-03-01"}]})
    found = progress(city, base=None, value=4, unit="homes", check={"metric": "count", "opened_in": [2021, 2024]})
    assert (found.base, found.base_of, found.base_date, found.done) == (0, "flow", dt.date(2020, 12, 31), 0.5)


def test_a_baseline_that_a_person_enters_goes_first(make_pack, draw):
    city = draw({"home": [{"x": 500, "beds": 60}]}, reported={"t": (None, "", "", "", "", {}, 20.0, "2020-12-31")})
    pack = make_pack({"metric": "sum", "of": "beds"}, comparator=">=", value=80, unit="beds", deadline=2024)
    found = evaluate(city, [pack], as_of=MIDDLE).targets[0]
    assert (found.progress.base, found.progress.base_of, found.progress.done) == (20, "reported", pytest.approx(2 / 3))
    assert found.reported is None


@pytest.mark.parametrize(
    ("why", "keys"),
    [
        ("no_baseline", {"base": None}),
        ("baseline_differs", {"baseline": {"unit": "m2"}}),
        ("baseline_differs", {"baseline": {"check": {"metric": "count"}}}),
        ("baseline_differs", {"baseline": {"layer": "shop"}}),
        ("baseline_no_year", {"baseline": {"deadline": None}}),
        ("no_deadline", {"deadline": None}),
        ("no_figure", {"value": None}),
        ("not_judged", {"kind": "process"}),
        ("range", {"comparator": "range", "value_max": 90}),
        ("no_value", {"layer": "shop", "base": None}),
        ("not_applicable", {"check": {"metric": "sum", "of": "beds", "by": "township", "scope": {"class": "lunar"}}}),
        ("differs_by_unit", {"check": {"metric": "sum", "of": "beds", "by": "township", "rollup": "every",
                                       "thresholds": [{"name": "A", "value": 1}, {"rest": True, "value": 2}]}, "value": None}),
    ],
)  # fmt: skip
def test_why_it_cannot_be_said(beds, why, keys):
    keys = {key: value for key, value in keys.items() if value is not None or key == "base"}
    found = progress(beds(60), **keys) if why not in ("no_deadline", "no_figure", "baseline_no_year") else _without(beds, why)
    assert (found.verdict, found.why) == (None, why)
    assert all(has(f"progress.why_{why}", lang) for lang in LANGUAGES)


def _without(beds, why):
    """A target that lacks one key."""
    rows = [
        entry("t", {"metric": "sum", "of": "beds"}, comparator=">=", value=80, unit="beds", deadline=2024, baseline_id="b"),
        entry("b", {"metric": "sum", "of": "beds"}, kind="baseline", comparator="=", value=40, unit="beds", deadline=2020),
    ]
    which, key = {"no_deadline": (0, "deadline"), "no_figure": (0, "value"), "baseline_no_year": (1, "deadline")}[why]
    del rows[which][key]
    pack = build_pack({"schema": "planner.pack/1", "id": "p", "title": TITLE, "source": {"document": "d"}, "target": rows}, "p.toml")
    return evaluate(beds(60), [pack], as_of=MIDDLE).targets[0].progress


def test_before_the_baseline_there_is_no_progress(beds):
    assert progress(beds(60), dt.date(2020, 6, 30)).why == "before_baseline"


def test_due_lies_on_the_line():
    start, end = dt.date(2020, 12, 31), dt.date(2022, 12, 31)
    assert due_on(start, 10, start, {}, 20, end) == 10
    assert due_on(end, 10, start, {}, 20, end) == 20
    assert due_on(dt.date(2021, 12, 31), 10, start, {}, 20, end) == 15
    assert due_on(dt.date(2030, 1, 1), 10, start, {}, 20, end) == 20
    assert due_on(dt.date(2020, 1, 1), 10, start, {}, 20, end) is None
