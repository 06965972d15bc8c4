"""The fairest of the best assignments, on cases small enough for paper."""

import numpy as np
import pytest

from planner.errors import PlannerError
from planner.measure.capacity import Rows, served, served_between


def rows(reach, width):
    """reach : for each point the facilities it reaches."""
    return Rows(np.cumsum([0, *map(len, reach)]).astype(np.int64), np.array([j for row in reach for j in row], dtype=np.int32), width)


def ask(reach, people, capacity):
    found = served(rows(reach, len(capacity)), np.array(people, dtype=float), np.array(capacity, dtype=float))
    return found.people.tolist(), found.used.tolist()


def test_the_worked_example_of_the_documents():
    """A (60) reaches X only, B (40) both, C (30) Y only, D (20) none; X has 40 places, Y 50. Without B's move to Y only 70 are served."""
    people, used = ask([[0], [0, 1], [1], []], [60, 40, 30, 20], [40, 50])
    assert used == [40, 50]
    assert people == [40, pytest.approx(50 * 4 / 7, abs=1e-6), pytest.approx(50 * 3 / 7, abs=1e-6), 0]
    assert sum(people) == 90


def test_those_who_share_are_served_in_the_same_share():
    assert ask([[0], [0]], [30, 10], [20]) == ([15, 5], [20])


def test_a_full_facility_that_all_need_goes_to_those_without_another():
    """30 places at 0 for the 30 who reach nothing else; the others go to 1, where there is room."""
    assert ask([[0], [0, 1]], [30, 50], [30, 50]) == ([30, 50], [30, 50])


def test_spare_places_are_used_in_the_same_share():
    assert ask([[0, 1]], [30], [40, 20]) == ([30], [20, 10])


def test_each_block_has_its_own_share():
    """0 alone: 10 of 40; then 1 with 2: 30 of 60; 3 has all it needs."""
    people, used = ask([[0], [0, 1], [1], [1, 2]], [40, 20, 40, 10], [10, 30, 20])
    assert people == [10, 10, 20, 10] and used == [10, 30, 10]


def test_nobody_and_nothing():
    assert ask([], [], []) == ([], [])
    assert ask([[], [0]], [5, 0], [3]) == ([0, 0], [0])
    assert ask([[0], [0, 1]], [5, 5], [0, 0]) == ([0, 0], [0, 0])


def test_people_who_are_no_multiples_are_served_to_the_last_part():
    people = [0.1, 1 / 3, 1e-9]
    assert ask([[0], [0], [0]], people, [1])[0] == people


def test_a_blank_capacity_is_neither_nothing_nor_without_end():
    found = served_between(rows([[0], [0, 1]], 2), np.array([10.0, 20.0]), np.array([6.0, np.nan]))
    assert found.least.people.tolist() == [2, 4] and found.least.used.tolist() == [6, 0]
    assert found.most.people.tolist() == [6, 20] and found.most.used.tolist() == [6, 20]
    known = served_between(rows([[0]], 1), np.array([10.0]), np.array([6.0]))
    assert known.most is known.least


@pytest.mark.parametrize(("people", "capacity"), [([-1], [1]), ([np.nan], [1]), ([1], [-1]), ([1], [np.inf]), ([1e13], [1]), ([1, 1], [1])])
def test_what_cannot_be_counted_is_refused(people, capacity):
    with pytest.raises(PlannerError):
        ask([[0]], people, capacity)


def test_numbers_far_apart_stay_exact():
    """Capacities of a country beside a handful of people: more than 64 bits in between."""
    people, used = ask([[0], [0, 1], [1, 2]], [3, 2**30, 2**31], [1, 2**30 + 7, 2**40])
    assert people == [1, 2**30, 2**31] and sum(used) == sum(people)
