"""The one-street city of the targets' tests, and gap lists made from it."""

import datetime as dt
import importlib.util
import sys
from pathlib import Path

import pytest

from planner.plan.gaps import gap_list
from planner.targets.evaluate import evaluate
from planner.targets.pack_rules import build_pack

_spec = importlib.util.spec_from_file_location("drawn_city", Path(__file__).parents[1] / "targets" / "conftest.py")
_drawn = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _drawn
_spec.loader.exec_module(_drawn)
_drawn.OneStreet.attribution = ""
draw = _drawn.draw
DAY = dt.date(2025, 12, 31)


@pytest.fixture
def listed():
    """The gap list of some targets on a city; each is (comparator, value[, value_max]), check, and further keys."""

    def make(city, *targets, costs=(), day=DAY):
        entries = []
        for k, (figure, check, more) in enumerate(targets, start=1):
            figures = dict(zip(("comparator", "value", "value_max"), figure, strict=False))
            plain = {
                "id": f"t{k}",
                "title": {"zh": "指标", "en": "target"},
                "clause": f"c{k}",
                "kind": "target",
                "layer": "home",
                "unit": "things",
            }
            entries.append(plain | figures | {"check": check} | more)
        top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d", "year": 2021}}
        pack = build_pack(top | {"period": [2023, 2025], "target": entries}, "p.toml")
        return gap_list(city, evaluate(city, [pack], as_of=day), [pack], costs=costs)

    return make
