"""Assumptions changed by a person: written where they belong, kept as they were, never over another person's change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.plan import settings
from planner.plan.new import new_project
from planner.plan.project import read_project
from planner.plan.store import state_folder
from planner.plan.unit_costs import read_unit_costs
from planner.quality import QualityReport

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project with parameters and costs."""
    place = tmp_path / "city"
    new_project(place, lang="en", today=NOW.date())
    config = place / "planner.toml"
    text = config.read_text(encoding="utf-8")
    text += '\n[plan.parameters]\n"a-1" = { share = 0.8, travel = "walk" }\n[plan.parameters."b.2"]\nminutes = 15 # asked\n'
    config.write_text(text + '[costs]\npath = "money.csv"\n', encoding="utf-8")
    (place / "money.csv").write_text("layer,action,unit,cny,price_year,source\nclinic,add,site,3000000,2025,a bill\n", encoding="utf-8")
    return place


def test_speeds_are_written_and_the_former_file_is_kept(folder: Path) -> None:
    before = (folder / "planner.toml").read_bytes()
    settings.change_speeds(folder, {"walk": 60.0, "drive": 412.5}, seen=settings.seen_now(folder), now=NOW)
    travels = read_project(folder, report=QualityReport()).travels
    assert [travels[name].metres_per_minute for name in ("walk", "drive", "walk_elderly")] == [60, 412.5, 54]
    assert (state_folder(folder, "settings") / "20260102-030405-planner.toml").read_bytes() == before
    assert b"metres_per_minute = 60\n" in (folder / "planner.toml").read_bytes()


def test_parameters_are_written_in_line_and_in_tables(folder: Path) -> None:
    settings.change_parameters(folder, {"a-1": {"share": 0.75}, "b.2": {"minutes": 10.0}}, seen=settings.seen_now(folder), now=NOW)
    assert read_project(folder, report=QualityReport()).parameters == {"a-1": {"share": 0.75, "travel": "walk"}, "b.2": {"minutes": 10}}
    assert "minutes = 10 # asked" in (folder / "planner.toml").read_text(encoding="utf-8")


def test_costs_are_written_whole(folder: Path) -> None:
    project = read_project(folder, report=QualityReport())
    assert project.costs is not None
    costs = read_unit_costs(project.costs, QualityReport())
    changed = [replace(costs[0], cny=3_500_000.0, source="=a newer bill")]
    settings.change_costs(folder, changed, seen=settings.seen_now(folder), now=NOW)
    report = QualityReport()
    assert read_unit_costs(project.costs, report) == tuple(changed) and not report.issues
    assert (state_folder(folder, "settings") / "20260102-030405-money.csv").exists()


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), 9e9])
def test_a_figure_that_cannot_be_is_refused(folder: Path, speed: float) -> None:
    before = (folder / "planner.toml").read_bytes()
    with pytest.raises(InputError, match="settings_number"):
        settings.change_speeds(folder, {"walk": speed}, seen=settings.seen_now(folder), now=NOW)
    with pytest.raises(InputError, match="settings_number"):
        settings.change_parameters(folder, {"a-1": {"share": 1.5}}, seen=settings.seen_now(folder), now=NOW)
    assert (folder / "planner.toml").read_bytes() == before


def test_whoever_saw_an_older_file_is_told(folder: Path) -> None:
    seen = settings.seen_now(folder)
    settings.change_speeds(folder, {"walk": 60.0}, seen=seen, now=NOW)
    with pytest.raises(InputError, match="settings_changed"):
        settings.change_speeds(folder, {"walk": 80.0}, seen=seen, now=NOW)
    assert read_project(folder, report=QualityReport()).travels["walk"].metres_per_minute == 60


def test_what_cannot_be_written_leaves_the_file_as_it_was(folder: Path) -> None:
    before = (folder / "planner.toml").read_bytes()
    with pytest.raises(InputError, match="edit_not_safe"):
        settings.change_speeds(folder, {"walk": 60.0, "not-there": 60.0}, seen=settings.seen_now(folder), now=NOW)
    assert (folder / "planner.toml").read_bytes() == before
