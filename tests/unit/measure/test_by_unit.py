import numpy as np
import pytest

from planner.measure import by_unit
from planner.measure.by_unit import sums, weighted_quantile, weighted_quantiles

UNIT = np.array([1, 0, 1, -1, 1, 3])
EVERYWHERE = np.ones(6, dtype=bool)


def test_sums_of_units_leave_out_who_lives_in_none():
    values = np.array([1.0, 2, 4, 8, 16, 32])
    assert sums(UNIT, values, EVERYWHERE, 4).tolist() == [2, 21, 0, 32]
    assert sums(UNIT, values, values < 10, 4).tolist() == [2, 5, 0, 0]
    assert sums(UNIT, values, values > 99, 4).dtype == np.float64


def test_quantiles_of_units_by_hand():
    values, weights = np.array([30.0, 5, 10, 1, 20, 7]), np.array([1.0, 2, 1, 9, 2, 0])
    half, most = weighted_quantiles(UNIT, values, weights, (0.5, 0.95), 4)
    assert half[:2].tolist() == [5, 20] and most[:2].tolist() == [5, 30]  # unit 1: 10 (1 of 4), 20 (3 of 4), 30 (all)
    assert np.isnan(half[2:]).all() and np.isnan(most[2:]).all()  # nobody there; no weight there


def test_nobody_anywhere():
    none = np.empty(0)
    assert np.isnan(weighted_quantiles(np.empty(0, dtype=np.int64), none, none, (0.5,), 3)[0]).all()


@pytest.mark.parametrize("units", [1, 40, 40_000])
@pytest.mark.parametrize("quantum", [by_unit.QUANTUM, 0.25, None])
@pytest.mark.parametrize("scale", [1.0, 1e9])
def test_quantiles_of_all_units_at_once_are_those_of_each(units, quantum, scale):
    """Shares of people, whole people with ties of the halves, and any weights; more people than sums run on exactly with."""
    rng = np.random.default_rng(units)
    unit = rng.integers(-1, min(units, 60), 2000)
    weights = rng.exponential(3, 2000) * (rng.random(2000) < 0.9)
    if quantum is not None:
        weights = np.floor(weights / quantum) * quantum
    weights = weights * scale
    values = np.round(rng.exponential(500, 2000), rng.integers(0, 3))
    shares = (0.05, 0.5, 0.95, 1.0)
    found = weighted_quantiles(unit, values, weights, shares, units)
    for k in range(min(units, 60)):
        for share, quantile in zip(shares, found, strict=True):
            own = weighted_quantile(values[unit == k], weights[unit == k], share)
            assert own == quantile[k] if own is not None else np.isnan(quantile[k])


def test_exact_halves_of_equal_people():
    """200 units of four equal people each: the half is reached by the second of them, also where sums have run on over all units."""
    unit, values = np.repeat(np.arange(200), 4), np.tile([1.0, 2, 3, 4], 200)
    for people in (0.1, 1.0, 12345.0, 3 * by_unit.QUANTUM):
        assert weighted_quantiles(unit, values, np.full(800, people), (0.5,), 200)[0].tolist() == [2.0] * 200
