"""What should stand and what stands: their difference is the gap, in its own unit."""

from types import SimpleNamespace

import pytest

from planner.plan.due import what_is_due
from planner.targets.evaluation import UnitResult


def due(comparator, metric, rollup, figures, *, unit_amount=None, whole=None, people=None, of_unit=True):
    result = SimpleNamespace(target=SimpleNamespace(comparator=comparator), basis=whole or {}, units_met=3)
    check = SimpleNamespace(metric=metric, rollup=rollup)
    unit = UnitResult("A", "a", "township", figures[0], "not_met", figures[2], figures[1], amount=unit_amount) if of_unit else None
    return what_is_due(result, check, unit, figures, people)


@pytest.mark.parametrize(("given", "wanted"), [
    # 30 m2 for each 100 households of 250: 75 m2 should stand, 20 do
    (due(">=", "sum", "every", (8.0, 30.0, 55.0), unit_amount=20.0), (75.0, 20.0)),
    # a fifth of 400 older people is reached, 80 % should be: 240 more
    (due(">=", "population_within", "every", (0.2, 0.8, 240.0), people=400.0), (320.0, 80.0)),
    # the same where the plan says "at most 15 minutes": the sign is of the minutes; of a share of the whole, everybody beyond is short
    (due("<=", "population_within", "total", (0.9, 0.8, 40.0), people=400.0), (400.0, 360.0)),
    # of a whole: 10 of 40 beds
    (due(">=", "sum", "total", (10.0, 40.0, 30.0), whole={"amount": 10.0}, of_unit=False), (40.0, 10.0)),
    # 3 units pass and 2 more should
    (due(">=", "count", "share", (0.3, 0.5, 2.0), of_unit=False), (5.0, 3.0)),
    # a figure in the shortfall's own unit
    (due(">=", "pace", "total", (0.25, 0.75, 0.5), of_unit=False), (0.75, 0.25)),
    # minutes, ceilings, figures above a range, and rates whose count is not known: no "so much more"
    (due("<=", "minutes", "every", (25.0, 15.0, 10.0)), (None, None)),
    (due("<=", "sum", "every", (25.0, 15.0, 10.0), unit_amount=25.0), (None, None)),
    (due("range", "sum", "every", (50.0, (30.0, 40.0), 10.0), unit_amount=50.0), (None, None)),
    (due(">=", "sum", "every", (8.0, 30.0, 55.0)), (None, None)),
    (due(">=", "sum", "every", (8.0, 30.0, None), unit_amount=20.0), (None, None)),
])
def test_what_is_due(given, wanted):
    assert given == pytest.approx(wanted) if wanted[0] is not None else given == wanted
