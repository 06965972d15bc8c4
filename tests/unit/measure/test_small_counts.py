"""Counts of 1 to 4 stay hidden, also from whoever solves the whole system of published sums."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from planner.measure.small_counts import SMALL, hidden, small, told_shares


def masks(values, *ladder):
    values = np.array(values, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    return hidden(values, [np.array(step) for step in ladder])


def test_one_small_count_hides_a_second_of_its_parent():
    # parents 0 (units 0-2) and 1 (units 3-4); unit 1 has 3 people, unit 0 is the least of its sisters
    own, above, whole = masks([20, 3, 30, 6, 40], [0, 0, 0, 1, 1], [0, 0])
    assert own.tolist() == [True, True, False, False, False] and above.tolist() == [False, False] and whole.tolist() == [False]


def test_nothing_small_hides_nothing():
    assert not masks([5, 0, 9], [0, 0, 0])[0].any()


def test_two_small_counts_that_hold_five_hide_no_more():
    assert masks([3, 4, 30], [0, 0, 0])[0].tolist() == [True, True, False]
    assert masks([1, 1, 30], [0, 0, 0])[0].tolist() == [True, True, True]  # 2 in all would tell that both are 1


def test_a_parent_that_is_small_itself_is_hidden_and_completed():
    # parent 0 has one unit of 2 people: it is hidden, parent 1 completes it, and so a unit of parent 1 is hidden
    own, above, whole = masks([2, 8, 50, 60], [0, 1, 1, 2], [0, 0, 0])
    assert above.tolist() == [True, True, False] and own.tolist() == [True, True, False, False] and not whole[0]


def test_empty_units_complete_nothing():
    assert masks([3, 0, 0, 9], [0, 0, 0, 0])[0].tolist() == [True, False, False, True]


def test_covered_and_beyond_hide_each_other():
    # people 20, 30, 40; covered 17, 30, 20: 3 beyond in the first, none in the second: the third holds what hides it
    people, covered = np.array([20.0, 30, 40]), np.array([17.0, 30, 20])
    own = masks(np.column_stack([people, covered, people - covered]), [0, 0, 0])[0]
    assert own.tolist() == [True, False, True]


def test_a_whole_that_is_small_is_hidden_too():
    own, whole = masks([3, 0], [0, 0])
    assert own.tolist() == [True, False] and whole.tolist() == [True]


def ranges(people, covered, ladder, shown_people, shown_parts):
    """The least and the most that each unit's covered and beyond may be, by all that is published at every level."""
    count = len(people)
    # unknowns: covered of each unit, then beyond of each unit
    rows, known = [], []

    def told(weights_covered, weights_beyond):
        row = np.concatenate([weights_covered, weights_beyond])
        rows.append(row)
        known.append(row @ np.concatenate([covered, people - covered]))

    group = np.arange(count)
    for level in range(len(ladder) + 1):
        for number in range(group.max() + 1):
            inside = (group == number).astype(float)
            if not shown_people[level][number]:
                told(inside, inside)
            if not shown_parts[level][number]:
                told(inside, inside * 0)
                told(inside * 0, inside)
        if level < len(ladder):
            group = ladder[level][group]
    found = []
    for k in range(2 * count):
        goal = np.zeros(2 * count)
        goal[k] = 1
        ends = [linprog(sign * goal, A_eq=np.array(rows) if rows else None, b_eq=known or None, bounds=(0, None), method="highs") for sign
                in (1, -1)]
        found.append([ends[0].fun, -ends[1].fun if ends[1].status == 0 else np.inf])
    return np.array(found)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=9))
def test_the_attack_fails(units):
    covered = np.array([unit[0] for unit in units], dtype=float)
    people = covered + [unit[1] for unit in units]
    parent = np.unique([unit[2] for unit in units], return_inverse=True)[1]
    ladder = [parent, np.zeros(parent.max() + 1, dtype=np.int64)]
    first = hidden(people[:, None], ladder)
    second = hidden(np.column_stack([people, covered, people - covered]), ladder, first)
    found = ranges(people, covered, ladder, first, second)
    for k, value in enumerate([*covered, *(people - covered)]):
        if 0 < value < SMALL:
            low, high = found[k]
            assert second[0][k % len(people)] and high - low >= 1 - 1e-6, (k, value, low, high)
    low_people = small(people)
    assert (first[0] | ~low_people).all()


def test_the_attack_would_succeed_without_a_second_unit():
    people, covered = np.array([20.0, 30, 40]), np.array([17.0, 20, 30])
    only = [np.array([True, False, False]), np.array([False])]
    nobody = [np.zeros(3, dtype=bool), np.array([False])]
    found = ranges(people, covered, [np.zeros(3, dtype=np.int64)], nobody, only)
    assert found[3] == pytest.approx([3, 3])


def test_shares_of_groups_that_would_tell_a_few():
    told = told_shares({"a": 0.5, "b": 0.9, "c": 1.0, "d": None}, {"a": 100, "b": 20, "c": 4, "d": 0})
    assert told == {"a": 0.5, "b": None, "c": None, "d": None}
