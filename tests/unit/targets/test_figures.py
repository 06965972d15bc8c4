from fractions import Fraction

import pytest

from planner.targets.figures import INF, Bound, Cell, Figure, combined, judge, margin, plain, shortfall, stock

CELL = (Cell("home", "h1", "beds", 2),)


def bound(comparator, value, most=None):
    return Bound(comparator, Fraction(str(value)), None if most is None else Fraction(str(most)))


@pytest.mark.parametrize(
    ("comparator", "value", "state", "lack"),
    [
        (">=", 5, "met", 0),
        (">", 5, "not_met", 1),
        (">", 4.5, "met", 0),
        ("=", 5, "met", 0),
        ("=", 6, "not_met", 1),
        ("=", 4, "not_met", 0),
        ("<=", 5, "met", 0),
        ("<", 5, "not_met", 1),
        ("<=", 3, "not_met", 2),
        (">=", 7.2, "not_met", 3),
    ],
)
def test_a_count_of_five(comparator, value, state, lack):
    five = stock(5, 1)
    assert judge(five, bound(comparator, value)) == state
    assert shortfall(five, bound(comparator, value)) == lack


@pytest.mark.parametrize(("amount", "state", "lack"), [(34, "not_met", 1), (35, "met", 0), (40, "met", 0), (41, "not_met", 0)])
def test_a_range_holds_its_ends_and_lacks_nothing_above(amount, state, lack):
    figure = stock(amount, 1)
    assert judge(figure, bound("range", 35, 40)) == state and shortfall(figure, bound("range", 35, 40)) == lack


def test_twenty_eight_per_cent_of_twenty_five_is_seven():
    share = bound(">=", "0.28")
    assert judge(stock(7, 25), share) == "met" and judge(stock(6, 25), share) == "not_met"
    assert shortfall(stock(0, 25), share) == 7


def test_figures_are_compared_after_nine_decimals():
    assert judge(stock(0.1 + 0.2, 1), bound(">=", "0.3")) == "met"
    assert judge(stock(0.1 + 0.2, 1), bound("<=", "0.3")) == "met"
    assert judge(stock(0.299999998, 1), bound(">=", "0.3")) == "not_met"


def test_a_rate_lacks_whole_things_of_its_numerator():
    per_1000 = stock(30, 1001, Fraction(1000))
    assert shortfall(per_1000, bound(">=", 35)) == 6  # 35.035 beds are asked, 30 stand
    assert shortfall(per_1000, bound(">", "29.97")) == 0
    assert shortfall(stock(30, 1000, Fraction(1000)), bound(">", 30)) == 1


def test_a_share_of_people_lacks_persons_not_whole_ones():
    assert shortfall(stock(3, 10, whole=False), bound(">=", "0.35")) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("comparator", "value", "state"),
    [
        (">=", 10, "met"),
        (">=", 15, "data_missing"),
        (">=", 21, "not_met"),
        ("<=", 20, "met"),
        ("<=", 15, "data_missing"),
        ("<=", 9, "not_met"),
        ("=", 15, "data_missing"),
        ("=", 21, "not_met"),
        ("=", 9, "not_met"),
    ],
)
def test_a_state_is_given_where_blanks_cannot_change_it(comparator, value, state):
    open_figure = stock(10, 1, low=Fraction(10), high=Fraction(20), cells=CELL)
    assert judge(open_figure, bound(comparator, value)) == state


def test_a_range_with_blanks():
    open_figure = stock(10, 1, low=Fraction(10), high=INF, cells=CELL)
    assert judge(open_figure, bound("range", 5, 8)) == "not_met" and judge(open_figure, bound("range", 5, 12)) == "data_missing"
    assert open_figure.at_least and not stock(10, 1, low=Fraction(0), high=Fraction(10), cells=CELL).at_least


def test_an_undefined_figure_is_not_applicable_unless_a_blank_may_define_it():
    assert judge(stock(0, 0), bound(">=", 1)) == "not_applicable" and shortfall(stock(0, 0), bound(">=", 1)) is None
    assert judge(stock(0, 0, low=Fraction(0), high=INF, absent="data_missing", cells=CELL), bound(">=", 1)) == "data_missing"


def test_a_load_without_a_facility_is_not_met_and_lacks_what_the_ceiling_asks():
    none = Figure(None, INF, INF, "load", Fraction(25000), Fraction(0), whole=True, absent="not_met")
    assert judge(none, bound("<=", 10000)) == "not_met" and shortfall(none, bound("<=", 10000)) == 3
    one = Figure(Fraction(20000), Fraction(20000), Fraction(20000), "load", Fraction(20000), Fraction(1), whole=True)
    assert shortfall(one, bound("<=", 10000)) == 1 and shortfall(one, bound("<", 10000)) == 2


def test_any_takes_the_largest_and_the_smallest_lack_all_the_smallest_and_the_sum():
    parts = [stock(0, 1), stock(1, 1)]
    assert combined("any", parts).value == 1 and judge(combined("any", parts), bound(">=", 1)) == "met"
    either, both = combined("any", parts), combined("all", parts)
    assert both.value == 0 and judge(both, bound(">=", 2)) == "not_met"
    assert shortfall(both, bound(">=", 2)) == 3 and shortfall(either, bound(">=", 2)) == 1


def test_any_is_met_by_one_whatever_the_other_holds():
    unsure = stock(0, 1, low=Fraction(0), high=Fraction(3), cells=CELL)
    assert judge(combined("any", [stock(2, 1), unsure]), bound(">=", 1)) == "met"
    assert judge(combined("any", [stock(0, 1), unsure]), bound(">=", 1)) == "data_missing"
    assert judge(combined("all", [stock(0, 1), unsure]), bound(">=", 1)) == "not_met"
    assert judge(combined("all", [stock(2, 1), unsure]), bound(">=", 1)) == "data_missing"


def test_how_far_on_the_right_side():
    assert margin(plain(3), bound(">=", 5)) == -2 and margin(plain(3), bound("<=", 5)) == 2
    assert (
        margin(plain(3), bound("=", 5)) == -2
        and margin(plain(7), bound("range", 2, 8)) == 1
        and margin(plain(9), bound("range", 2, 8)) == -1
    )
    assert margin(plain(None), bound(">=", 5)) == -INF
