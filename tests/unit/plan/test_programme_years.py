"""Actions moved to earlier years where nothing else changes."""

from fractions import Fraction

from planner.plan.programme_lines import Asked, Form, Gap, Hurdle, Line
from planner.plan.programme_model import Option, Task
from planner.plan.programme_reach import Columns
from planner.plan.programme_years import earlier

YEARS = (2026, 2027, 2028)
OPTIONS = tuple(Option(k, year, 6.0, {year: 6.0}, False, late) for k in range(2) for late, year in enumerate(YEARS))
"""Two works of 6, each in one of three years."""


def task(budgets, worth=range(6)):
    """Both works are needed; only the options of `worth` count."""
    gap = Gap(Line(Fraction(2), dict.fromkeys(worth, Fraction(-1))))
    form = Form("t", (Asked("", (Hurdle((gap,), gap),)),))
    return Task(OPTIONS, (form,), (False,), Columns(6), ((0, 1, 2), (3, 4, 5)), (), None, budgets)


def test_as_early_as_money_allows():
    assert earlier(task({}), (2, 5)) == (0, 3)
    assert earlier(task(dict.fromkeys(YEARS, 6.0)), (2, 5)) == (0, 4)
    assert earlier(task(dict.fromkeys(YEARS, 6.0)), (0, 4)) == (0, 4)


def test_a_year_that_means_something_stays():
    """Opened in 2026 the first work counts for nothing, from 2027 on it counts."""
    assert earlier(task({}, range(1, 6)), (2, 5)) == (1, 3)
