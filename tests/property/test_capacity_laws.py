"""Laws of the best assignment, on random small cases: against brute force and a linear programme, and what more places may do."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from planner.measure.capacity import PARTS, Rows, served

CLOSE = 12 / PARTS
"""Shares are exact to one part for each of at most six groups, and points of a group to one more."""


@st.composite
def cases(draw):
    """(reach (S, T) of yes and no, people, capacities)."""
    sources, sinks = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    reach = np.array(draw(st.lists(st.lists(st.booleans(), min_size=sinks, max_size=sinks), min_size=sources, max_size=sources)))
    people = np.array(draw(st.lists(st.integers(0, 40), min_size=sources, max_size=sources)), dtype=float)
    capacity = np.array(draw(st.lists(st.integers(0, 40), min_size=sinks, max_size=sinks)), dtype=float)
    return reach, people, capacity


def ask(reach, people, capacity):
    rows = Rows(np.concatenate([[0], np.cumsum(reach.sum(axis=1))]).astype(np.int64), np.nonzero(reach)[1].astype(np.int32), reach.shape[1])
    return served(rows, people, capacity)


def fairest(reach, people, capacity):
    """The blocks by trying all sets of points: those served of each, exact."""
    told, left = [Fraction(0)] * len(people), [i for i in range(len(people)) if people[i] > 0 and reach[i].any()]
    open_ = set(range(len(capacity)))
    while left:
        options = []
        for count in range(1, len(left) + 1):
            for chosen in itertools.combinations(left, count):
                near = {j for j in open_ if reach[list(chosen), j].any()}
                ratio = Fraction(int(sum(capacity[j] for j in near)), int(people[list(chosen)].sum()))
                options.append((ratio, -count, chosen, near))
        ratio, _, chosen, near = min(options, key=lambda option: option[:2])
        for i in chosen:
            told[i] = min(Fraction(1), ratio) * int(people[i])
        left, open_ = [i for i in left if i not in chosen], open_ - near
    return np.array([float(value) for value in told])


@given(cases())
@settings(max_examples=120, deadline=None)
def test_it_is_the_fairest_and_the_most(case):
    reach, people, capacity = case
    found = ask(*case)
    assert np.allclose(found.people, fairest(*case), rtol=0, atol=CLOSE)
    pairs = np.argwhere(reach)
    if len(pairs):
        limits = np.vstack([pairs[:, 0] == np.arange(len(people))[:, None], pairs[:, 1] == np.arange(len(capacity))[:, None]]).astype(float)
        best = linprog(-np.ones(len(pairs)), A_ub=limits, b_ub=np.concatenate([people, capacity]))
        assert abs(found.people.sum() + best.fun) < 1e-6


@given(cases())
@settings(max_examples=120, deadline=None)
def test_nobody_is_served_twice_and_no_place_taken_twice(case):
    reach, people, capacity = case
    found = ask(*case)
    assert (found.people >= 0).all() and (found.people <= people).all() and (found.used >= 0).all() and (found.used <= capacity).all()
    assert found.people.sum() == found.used.sum()
    assert (found.people[~reach.any(axis=1)] == 0).all()


@given(cases(), st.data())
@settings(max_examples=120, deadline=None)
def test_more_places_lower_nobodys_share(case, data):
    reach, people, capacity = case
    before = ask(*case).people
    one = data.draw(st.integers(0, len(capacity) - 1))
    more = capacity.copy()
    more[one] += data.draw(st.integers(1, 30))
    assert (ask(reach, people, more).people >= before - CLOSE).all() and ask(reach, people, more).people.sum() >= before.sum()
    new = np.array(data.draw(st.lists(st.booleans(), min_size=len(people), max_size=len(people))))
    built = ask(np.column_stack([reach, new]), people, np.append(capacity, data.draw(st.integers(0, 30)))).people
    assert (built >= before - CLOSE).all() and built.sum() >= before.sum()


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_rows_has_no_say(case, random):
    reach, people, capacity = case
    rows, columns = list(range(len(people))), list(range(len(capacity)))
    random.shuffle(rows)
    random.shuffle(columns)
    here, there = ask(*case), ask(reach[rows][:, columns], people[rows], capacity[columns])
    assert np.allclose(here.people[rows], there.people, rtol=0, atol=CLOSE)
    assert np.allclose(here.used[columns], there.used, rtol=0, atol=CLOSE)
    assert here.people.sum() == there.people.sum()


@given(cases())
@settings(max_examples=60, deadline=None)
def test_with_places_for_all_everybody_in_reach_is_served(case):
    reach, people, capacity = case
    assert ask(reach, people, capacity + people.sum()).people.tolist() == np.where(reach.any(axis=1), people, 0).tolist()


@given(cases(), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_splitting_a_point_changes_nothing(case, parts):
    reach, people, capacity = case
    whole, split = ask(*case), ask(np.repeat(reach, parts, axis=0), np.repeat(people / parts, parts), capacity)
    assert np.allclose(split.people.reshape(-1, parts).sum(axis=1), whole.people, rtol=0, atol=parts * CLOSE)
