"""Laws of what goes with an evaluation: progress, firmness, inequality, snapshots."""

import datetime as dt
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.measure.inequality import gini, inequality
from planner.plan.snapshots import read_snapshot, save_snapshot, since
from planner.targets.figures import Bound
from planner.targets.pack import exact
from planner.targets.pack_rules import build_pack
from planner.targets.progress import progress_of

TITLE = {"zh": "指标", "en": "target"}
FIGURES = st.integers(0, 1000)
DAYS = st.dates(dt.date(2020, 12, 31), dt.date(2026, 12, 31))


def pack_of(base, goal):
    rows = [{"id": "t", "title": TITLE, "clause": "1", "kind": "target", "layer": "home", "comparator": ">=" if goal > base else "<=",
             "value": goal, "unit": "beds", "deadline": 2025, "baseline_id": "b", "check": {"metric": "sum", "of": "beds"}},
            {"id": "b", "title": TITLE, "clause": "1", "kind": "baseline", "layer": "home", "comparator": "=", "value": base,
             "unit": "beds", "deadline": 2020}]  # fmt: skip
    return build_pack({"schema": "planner.pack/1", "id": "p", "title": TITLE, "source": {"document": "d"}, "target": rows}, "p.toml")


def progress(base, goal, value, day):
    pack = pack_of(base, goal)
    target = pack.targets[0]
    bound = Bound(target.comparator, exact(goal))
    met = value >= goal if goal > base else value <= goal
    return progress_of(pack, target, target.check, bound, state="met" if met else "not_met", value=float(value), scale=exact(1), as_of=day)


@given(base=FIGURES, goal=FIGURES, value=FIGURES, day=DAYS)
def test_the_way_is_0_at_the_baseline_and_1_at_the_target(base, goal, value, day):
    if base == goal:
        return
    assert progress(base, goal, base, day).done == 0
    assert progress(base, goal, goal, day).done == 1
    found = progress(base, goal, value, day)
    assert 0 <= found.expected <= 1
    assert found.done * (goal - base) + base == pytest.approx(value)
    assert found.due == pytest.approx(base + found.expected * (goal - base))


@given(base=FIGURES, goal=FIGURES, value=FIGURES, more=st.integers(0, 200), day=DAYS)
def test_further_on_the_way_is_never_a_worse_verdict(base, goal, value, more, day):
    if base == goal:
        return
    order = ("behind", "on_time", "ahead")
    further = value + more if goal > base else value - more
    assert order.index(progress(base, goal, further, day).verdict) >= order.index(progress(base, goal, value, day).verdict)


SHARES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 100)), min_size=1, max_size=8)


@given(rows=SHARES)
def test_gini_is_half_the_relative_mean_difference(rows):
    w, x = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = gini(x, w)
    if w.sum() == 0:
        assert found is None
        return
    mean = (w @ x) / w.sum()
    by_hand = 0 if mean == 0 else float((np.outer(w, w) * np.abs(x[:, None] - x)).sum() / (2 * w.sum() ** 2 * mean))
    assert found == pytest.approx(by_hand, abs=1e-12)
    assert gini(x * 3, w * 2) == pytest.approx(found, abs=1e-12)
    order = np.arange(len(x))[::-1]
    assert gini(x[order], w[order]) == pytest.approx(found, abs=1e-12)


@given(rows=SHARES)
def test_the_worst_tenth_is_not_better_than_the_whole(rows):
    people = np.array([row[0] for row in rows], dtype=float)
    covered = np.array([row[0] * row[1] / 100 for row in rows], dtype=float)
    found = inequality(people, covered)
    if found.units:
        assert found.worst_share <= covered.sum() / people.sum() + 1e-12
        assert found.worst_share <= found.worst_below + 1e-12


VALUES = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=30)
@given(name=st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=20), values=st.lists(VALUES, max_size=4))
def test_a_snapshot_read_back_equals(name, values):
    plain = {"plan": "p", "title": TITLE, "state": "met", "threshold": None, "shortfall": None, "units": []}
    targets = [{"id": str(k), "value": value} | plain for k, value in enumerate(values)]
    evaluation = {"project": "x", "date": "2025-12-31", "version": "0", "packs": [], "targets": targets}
    with tempfile.TemporaryDirectory() as folder:
        saved = save_snapshot(Path(folder), name, evaluation, (), now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        found = read_snapshot(Path(folder), name)
        assert found == saved and json.dumps(found.evaluation) == json.dumps(evaluation, sort_keys=True)
        again = since(found, evaluation, ())
        assert all(not one["difference"] and one["units"] == [] for one in again["targets"])
        saved.file.chmod(0o600)
