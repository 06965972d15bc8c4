"""Money by its header, and magnitudes that cannot be."""

import pytest

from planner.plan.money import implausible, running_factor, yuan_factor


@pytest.mark.parametrize(("head", "factor"), [
    ("cost", 1.0), ("cny", 1.0), ("est_cost_cny", 1.0), ("cost_wan", 10_000.0), ("造价（万元）", 10_000.0), ("单价/元", 1.0),
    ("总投资", 1.0), ("price", None), ("beds", None), ("price_year", None), ("source", None), ("running_cny", None),
    ("运营补贴（万元）", None), ("投资（亿元）", None)])
def test_headers_of_money(head, factor):
    assert yuan_factor(head) == factor


def test_headers_of_running_subsidy():
    assert [running_factor(head) for head in ("running_cny", "年运营补贴（万元）", "cost")] == [1.0, 10_000.0, None]


def test_magnitudes():
    assert [implausible(cny, "bed") for cny in (0, 20, 200_000, 2e9)] == [False, True, False, True]
    assert [implausible(cny, "m2") for cny in (0.5, 2600, 2.6e7)] == [True, False, True]
