"""Laws of target figures: the least addition that passes, bounds that hold whatever blanks hold, shares counted in whole units."""

import itertools
import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.targets.counts import Amounts, ratio_bounds
from planner.targets.figures import INF, Bound, Figure, combined, holds, judge, shortfall, stock
from planner.targets.inquiry import Measured, UnitSet
from planner.targets.rollup import Question, share

small = st.integers(0, 40)
floors = st.sampled_from([">", ">="])


@given(amount=small, base=st.integers(1, 30), per=st.sampled_from([1, 100]), tenths=st.integers(0, 500), comparator=floors)
def test_the_shortfall_is_the_least_whole_addition_that_passes(amount, base, per, tenths, comparator):
    bound = Bound(comparator, Fraction(tenths, 10))
    figure = stock(amount, base, Fraction(per))
    lack = shortfall(figure, bound)
    assert lack == int(lack) >= 0 and (lack == 0) == (judge(figure, bound) == "met")
    assert judge(stock(amount + int(lack), base, Fraction(per)), bound) == "met"
    if lack:
        assert judge(stock(amount + int(lack) - 1, base, Fraction(per)), bound) == "not_met"


@given(people=st.integers(1, 10_000), facilities=st.integers(0, 20), ceiling=st.integers(1, 5000), comparator=st.sampled_from(["<", "<="]))
def test_a_load_lacks_the_least_number_of_facilities(people, facilities, ceiling, comparator):
    def load(count):
        value = Fraction(people, count) if count else None
        return Figure(
            value,
            INF if value is None else value,
            INF if value is None else value,
            "load",
            Fraction(people),
            Fraction(count),
            whole=True,
            absent="not_met",
        )

    bound = Bound(comparator, Fraction(ceiling))
    lack = int(shortfall(load(facilities), bound))
    assert judge(load(facilities + lack), bound) == "met"
    if lack:
        assert judge(load(facilities + lack - 1), bound) == "not_met"


@given(low=small, more=small, point=small, comparator=st.sampled_from([">", ">=", "=", "<=", "<"]), value=small)
def test_a_state_that_is_given_holds_for_every_value_a_blank_may_take(low, more, point, comparator, value):
    bound = Bound(comparator, Fraction(value))
    state = judge(stock(low, 1, low=Fraction(low), high=Fraction(low + more)), bound)
    inside = Fraction(low + point * more, 1) if more == 0 else low + Fraction(point % (more + 1))
    if state != "data_missing":
        assert holds(inside, bound) == (state == "met")
    else:
        assert any(holds(Fraction(x), bound) for x in range(low, low + more + 1)) or comparator == "="
        assert not all(holds(Fraction(x), bound) for x in range(low, low + more + 1))


rows = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 9), st.integers(0, 3), st.booleans()), min_size=1, max_size=5
)


@given(rows=rows)
def test_bounds_of_a_ratio_are_those_of_brute_force(rows):
    columns = np.array([[a, a + more, b, b + extra] for a, more, b, extra, _ in rows], dtype=float).T
    sure = np.array([row[4] for row in rows])
    low, high = ratio_bounds(Amounts(*columns, sure, {}), np.arange(len(rows)))
    found, undefined = [], False
    for chosen in itertools.product([False, True], repeat=int((~sure).sum())):
        kept = sure.copy()
        kept[~sure] = chosen
        for top, under in ((columns[0], columns[3]), (columns[1], columns[2])):
            above, below = Fraction(float(top[kept].sum())), Fraction(float(under[kept].sum()))
            if below:
                found.append(above / below)
            elif above:
                found.append(INF)
            else:
                undefined = True
    assert all(low <= quotient <= high for quotient in found)
    if found and not undefined:
        assert (low, high) == (min(found), max(found))


@given(values=st.lists(st.integers(0, 3), min_size=1, max_size=12), per_cent=st.integers(0, 100), test=st.integers(1, 3))
def test_a_share_of_units_is_met_by_the_units_it_lacks_and_by_no_fewer(values, per_cent, test):
    count = len(values)
    units = UnitSet(
        "township",
        tuple(f"U{k:02d}" for k in range(count)),
        ("",) * count,
        np.zeros(count, bool),
        np.zeros(count, bool),
        True,
        np.arange(count),
    )

    def answer(numbers):
        figures = tuple(stock(number, 1) for number in numbers)
        each = Bound(">=", Fraction(test))
        return share(Question(Measured(units, figures, stock(sum(numbers), 1)), Bound(">=", Fraction(per_cent, 100)), [each] * count))

    now = answer(values)
    lack = int(now.shortfall)
    assert now.units_required == math.ceil(Fraction(per_cent, 100) * count) and (lack == 0) == (now.state == "met")
    nearest = sorted((k for k in range(count) if values[k] < test), key=lambda k: test - values[k])

    def raised(number):
        return [test if k in nearest[:number] else value for k, value in enumerate(values)]

    assert answer(raised(lack)).state == "met"
    if lack:
        assert answer(raised(lack - 1)).state == "not_met"
        assert now.action == sum(test - values[k] for k in nearest[:lack])


@given(values=st.lists(small, min_size=1, max_size=4), value=st.integers(1, 40), comparator=floors)
def test_any_and_all(values, value, comparator):
    bound, parts = Bound(comparator, Fraction(value)), [stock(number, 1) for number in values]
    passing = [holds(Fraction(number), bound) for number in values]
    assert (judge(combined("any", parts), bound) == "met") == any(passing) and (judge(combined("all", parts), bound) == "met") == all(
        passing
    )
    assert combined("any", parts).value == max(values) and combined("all", parts).value == min(values)
