"""Reported figures beside computed ones, and clauses in conflict."""

import datetime as dt

import pytest

from planner.targets.answers import to_dict
from planner.targets.conflicts import conflicts_in
from planner.targets.evaluate import evaluate
from planner.targets.pack_rules import build_pack

DAY = dt.date(2025, 12, 31)
TITLE = {"zh": "指标", "en": "target"}


def test_a_reported_figure_beside_the_computed_one(ask, draw):
    entered = {"t": (5.0, "2025-06-30", "月报", "民政局", "含试运营", {"A": 4.0, "Z": 1.0})}
    found = ask(draw({"home": [{"x": 500}, {"x": 1500}, {"x": 2500}]}, reported=entered), (">=", 3), {"metric": "count", "by": "township"})
    assert (found.state, found.value) == ("met", 3)  # what is reported decides nothing
    beside = found.reported
    assert (beside.value, beside.computed, beside.difference) == (5, 3, 2)
    assert (beside.date, beside.source, beside.by, beside.reason) == ("2025-06-30", "月报", "民政局", "含试运营")
    assert (beside.units, beside.unknown) == ((("A", 4, 2, 2),), ("Z",))


def test_per_cent_are_shares(ask, draw):
    entered = {"t": (80.0, "", "", "", "", {"A1": 1.0})}
    check = {"metric": "count", "by": "community", "rollup": "share"}
    beside = ask(draw({"home": [{"x": 500}, {"x": 1500}]}, reported=entered), (">=", 60), check, unit="% of communities").reported
    assert (beside.value, beside.computed, beside.difference) == (0.8, 0.5, pytest.approx(0.3))
    assert beside.units == (("A1", 1, 1, 0),)  # a unit's own figure is in its own measure: facilities


def test_a_share_is_reported_as_a_share_where_the_plan_prints_minutes(ask, draw):
    check = {"metric": "population_within", "minutes": 20, "travel": "walk", "share": 0.5}
    beside = ask(draw({"home": [{"x": 500}]}, reported={"t": (0.4,)}), ("<=", 15), check, unit="minutes").reported
    assert (beside.value, beside.difference) == (0.4, pytest.approx(0.1))


def test_units_alone(ask, draw):
    city = draw({"home": [{"x": 500}]}, reported={"t": (None, "", "", "", "", {"B": 2.0})})
    beside = ask(city, (">=", 3), {"metric": "count", "by": "township"}).reported
    assert (beside.value, beside.difference, beside.units) == (None, None, (("B", 2, 0, 2),))
    assert ask(city, (">=", 3), {"metric": "reported"}).state == "data_missing"


def test_where_only_the_reported_figure_counts_there_is_no_other(ask, draw):
    found = ask(draw(reported={"t": (5.0,)}), (">=", 3), {"metric": "reported"})
    assert (found.state, found.reported.value, found.reported.computed, found.reported.difference) == ("met", 5, None, None)
    assert ask(draw(), (">=", 3), {"metric": "count"}).reported is None


@pytest.fixture
def clashing(draw):
    rows = [{"id": name, "title": TITLE, "clause": name, "kind": "target", "layer": "home", "comparator": ">=", "value": value,
             "unit": "homes", "check": {"metric": "count"}} for name, value in (("few", 1), ("many", 9), ("other", 1))]  # fmt: skip
    rows[0]["conflicts_with"] = ["many"]
    rows[1]["conflicts_with"] = ["few", "many"]
    rows[2]["conflicts_with"] = ["few"]
    pack = build_pack({"schema": "planner.pack/1", "id": "p", "title": TITLE, "source": {"document": "d"}, "target": rows}, "p.toml")
    return evaluate(draw({"home": [{"x": 500}]}), [pack], as_of=DAY)


def test_each_conflict_stands_once_with_both_verdicts(clashing):
    found = conflicts_in(clashing)
    assert [(one.first.target.id, one.second.target.id, one.differs) for one in found] == [("few", "many", True), ("other", "few", False)]
    shown = to_dict(clashing, "en")["conflicts"]
    assert [[side[key] for side in shown[0]["targets"] for key in ("id", "threshold", "state")], shown[0]["differs"]] == [
        ["few", 1, "met", "many", 9, "not_met"],
        True,
    ]
