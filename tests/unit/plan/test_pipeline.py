"""The easy door gives what the single steps give."""

import datetime as dt
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.plan.pipeline import run_plan
from planner.targets.evaluate import evaluate
from planner.targets.pack import read_pack

ROOT = Path(__file__).resolve().parents[3]
DAY = dt.date(2025, 12, 31)


def test_one_call_is_the_single_steps() -> None:
    plan = run_plan(ROOT / "data", pack="starter", as_of=DAY)
    again = evaluate(plan.city, [read_pack("starter")], as_of=DAY)
    assert plan.evaluation == again
    assert [issue.code for issue in plan.report.issues] == []
    failing = {result.target.id for result in again.targets if result.state == "not_met"}
    assert {gap.target_id for gap in plan.gaps.gaps} == failing


def test_a_folder_without_a_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run_plan(tmp_path)
    assert str(tmp_path) in str(caught.value)
