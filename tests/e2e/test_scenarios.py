"""Scenarios for real: a gate opened in the demonstration city, and saving that is killed or done by several at once."""

from __future__ import annotations

import datetime as dt
import os
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from planner.cli.compare import MINUTES, table
from planner.measure.attaching import counting_facilities
from planner.measure.coverage import nearest_facility
from planner.plan.applying import apply
from planner.plan.comparing import Side, compare
from planner.plan.project import read_city, read_project
from planner.plan.scenario import Action, Scenario
from planner.plan.scenario_actions import actions_of
from planner.plan.service_changes import service_changes
from planner.targets.pack import read_pack

ROOT = Path(__file__).resolve().parents[2]
DAY = dt.date(2025, 12, 31)
GATE = Scenario("gate", None, (Action("open_gate", lon=114.9607937, lat=41.4833462),))
"""A wall of a compound: the street outside is 25 m away, and 1,112 m to walk."""
DISTANCE = ("population_within", "minutes", "pace")


@pytest.fixture(scope="module")
def city():
    return read_city(read_project(None))


def test_a_gate_changes_what_it_should_and_nothing_else(city) -> None:
    found = compare(Side("baseline", city), Side("gate", city, (GATE,)), [read_pack("beijing-2021-2025")], as_of=DAY)
    before, after = found.city_a, found.city_b
    assert before is city
    for same in ("boundaries", "demand", "travels", "sources", "parameters"):
        assert getattr(after, same) is getattr(before, same)
    assert all(after.facilities[slug] is layer for slug, layer in before.facilities.items())
    assert after.streets.network("drive") is before.streets.network("drive")
    walk = [one.streets.network("walk") for one in (before, after)]
    assert 20 < walk[1].length_m.sum() - walk[0].length_m.sum() < 40
    changed = {one.a.target.id: one for one in found.targets if one.difference or one.a.state != one.b.state}
    assert changed
    for one in changed.values():
        assert one.a.target.metric in DISTANCE
        assert one.difference > 0
        assert one.parts == {("streets", "b"): one.difference}
        assert one.people is None or (one.people.gained > 0 and one.people.lost == 0)


def test_nobody_walks_farther_and_only_neighbours_less_far(city) -> None:
    after, travel = apply(city, [GATE]), city.travel("walk")
    metres = [nearest_facility(one, counting_facilities(one, "community-elderly-station", DAY), travel).cost_m for one in (city, after)]
    nearer = metres[1] < metres[0] - 1e-6
    assert 10 <= nearer.sum() <= 50
    assert not (metres[1] > metres[0] + 1e-6).any()
    middle = np.array([city.demand.x[nearer].mean(), city.demand.y[nearer].mean()])
    assert (np.hypot(city.demand.x[nearer] - middle[0], city.demand.y[nearer] - middle[1]) < 600).all()


def test_the_worked_example_of_the_page(city) -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    file, = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    shown = re.findall(r"```text\n(.*?)```", page, flags=re.DOTALL)[1]
    one = Scenario("方案一", None, actions_of(file.encode(), "page"))
    found = compare(Side("baseline", city), Side("方案一", city, (one,)), [read_pack("beijing-2021-2025")], as_of=DAY)
    changes = service_changes(found.city_a, found.city_b, travel="walk", minutes=MINUTES, as_of=DAY)
    assert table(found, changes, "zh") == shown


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes as POSIX does")
def test_nothing_is_lost_when_saving_is_killed(tmp_path: Path) -> None:
    made = runpy.run_path(str(ROOT / "benchmarks" / "kills.py"))  # which does it 200 times
    assert made["kills"](tmp_path, 20, 3)["kills"] == 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="starts processes as POSIX does")
def test_no_update_is_lost_when_several_change_one_scenario(tmp_path: Path) -> None:
    made = runpy.run_path(str(ROOT / "benchmarks" / "kills.py"))
    assert made["race"](tmp_path, 3, 5)["changes"] == 15
