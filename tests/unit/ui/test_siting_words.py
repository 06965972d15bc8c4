"""How the figures of a siting run are said: each model's in its own unit."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from planner.plan.siting_question import SitingQuestion
from planner.siting.results import SitingResult
from planner.ui.jobs import Job
from planner.ui.siting_words import Scale, gap_said, relative, side, status_said

ASKED = SitingQuestion("clinic", "mclp", "walk", minutes=15, new=3)
NONE = np.empty(0, dtype=np.int32)
RESULT = SitingResult("feasible", NONE, None, 90.0, 100.0, 0.111, 90.0, 120.0, NONE, 1.0, "m", 1, "time")


@pytest.mark.parametrize(("model", "more", "value", "zh", "en"), [
    ("mclp", {}, 269_854.0, "26.99 万", "269,854"), ("capacitated_mclp", {}, 90.0, "90", "90"),
    ("max_min_share", {}, 0.4567, "45.7%", "45.7%"),
    ("lscp", {}, 12.0, "12 处", "12 sites"), ("lscp", {"cheapest": True}, 3_460_000.0, "346.0 万元", "3.46 million yuan"),
    ("p_median", {}, 60_000.0, "500 m", "500 m"), ("p_center", {}, 12_345.0, "12.3 km", "12.3 km")])
def test_a_figure_is_said_in_its_models_unit(model: str, more: dict, value: float, zh: str, en: str) -> None:
    scale = Scale(replace(ASKED, model=model, **more), 120.0)
    assert (scale.said(value, "zh"), scale.said(value, "en"), scale.said(None, "en")) == (zh, en, "–")


def test_the_bound_is_a_most_or_a_least() -> None:
    assert side(ASKED) == "most" and side(replace(ASKED, model="p_median")) == "least"


@pytest.mark.parametrize(("change", "said"), [
    ({}, "Not proven (gap 11.1%)"), ({"gap": 0.0001}, "Not proven (gap below 0.1%)"), ({"gap": None}, "Not proven (gap –)"),
    ({"status": "optimal", "gap": 0.0, "stopped": "proof"}, "Proven best"), ({"status": "infeasible"}, "No plan (proven)"),
    ({"stopped": "cancel"}, "Not proven (gap 11.1%), stopped"), ({"status": "no_solution", "stopped": "cancel"}, "No plan found, stopped")])
def test_the_status_says_whether_it_is_proven(change: dict, said: str) -> None:
    assert status_said(SimpleNamespace(result=replace(RESULT, **change)), "en") == said


def test_the_gap_of_a_run_under_way() -> None:
    job = Job("k")
    assert relative(job) is None and gap_said(relative(job), "en") == "–"
    job.told(80.0, 100.0)
    assert relative(job) == 0.25
    job.told(0.0, 0.0)
    assert relative(job) == 0.0 and gap_said(0.0, "en") == "0.0%"
