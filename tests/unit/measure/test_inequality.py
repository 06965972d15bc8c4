"""How unevenly units are served, worked by hand."""

import numpy as np
import pytest

from planner.measure.inequality import gini, inequality


def test_gini_of_two_people():
    # |0 - 1| twice over 2 * 4 * 0.5
    assert gini(np.array([0.0, 1.0]), np.array([1.0, 1.0])) == 0.5
    # three of four people have nothing: 6 * 1 / (2 * 16 * 0.25)
    assert gini(np.array([0.0, 1.0]), np.array([3.0, 1.0])) == 0.75


def test_all_alike_is_no_inequality():
    assert gini(np.array([0.4, 0.4, 0.4]), np.array([1.0, 5.0, 2.0])) == pytest.approx(0, abs=1e-15)
    assert gini(np.zeros(3), np.ones(3)) == 0
    assert gini(np.array([1.0]), np.array([0.0])) is None


def test_the_worst_tenth():
    people = np.array([100.0] * 18 + [50.0, 150.0, 0.0])
    covered = np.array([90.0] * 18 + [5.0, 30.0, 0.0])  # shares 0.9, 0.1, 0.2; nobody lives in the last
    found = inequality(people, covered)
    assert (found.units, found.worst_units, found.worst_people) == (20, 2, 200)
    assert (found.worst_share, found.worst_below) == (0.175, 0.2)
    assert found.mean_share == pytest.approx((18 * 0.9 + 0.3) / 20)


def test_a_few_units_have_one_worst():
    found = inequality(np.array([10.0, 10.0]), np.array([10.0, 0.0]))
    assert (found.worst_units, found.worst_share, found.gini, found.mean_share) == (1, 0, 0.5, 0.5)


def test_nobody_anywhere():
    found = inequality(np.zeros(2), np.zeros(2))
    assert (found.units, found.mean_share, found.gini, found.worst_share) == (0, None, None, None)
