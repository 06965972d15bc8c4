"""Laws of the programme's model: it is as good as the best of all choices, and what it holds proven is."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.plan.programme_lines import Asked, Form, Gap, Hurdle, Line, constant
from planner.plan.programme_model import Option, Task, solve
from planner.plan.programme_reach import Columns
from planner.siting.solver import Clock

OPTIONS = 6


@st.composite
def hurdles(draw):
    """A figure of whole numbers, or of halves, against a floor or a ceiling."""
    half = draw(st.sampled_from((1, 2)))
    terms = draw(st.dictionaries(st.integers(0, OPTIONS - 1), st.integers(-4, 9).filter(bool), max_size=5))
    line = Line(Fraction(draw(st.integers(-6, 14)), half), {column: Fraction(-value, half) for column, value in terms.items()})
    gap = Gap(line, draw(st.booleans()))
    more = (Gap(Line(Fraction(-3), {column: Fraction(1) for column in terms})),) if draw(st.integers(0, 4)) == 0 else ()
    return Hurdle((gap, *more), gap, whole=True)


@st.composite
def forms_of(draw, number):
    """A target: the whole, every unit, a share of units; of a unit all tests or one of them."""
    asked = []
    for unit in range(draw(st.integers(1, 3))):
        tests = tuple(draw(st.lists(hurdles(), min_size=1, max_size=2)))
        any_of = len(tests) > 1 and draw(st.booleans())
        asked.append(Asked(str(unit), tests, any_of, not any_of and draw(st.booleans())))
    required = draw(st.integers(1, len(asked))) if draw(st.booleans()) else None
    return Form(f"t{number}", tuple(asked), required)


@st.composite
def tasks(draw):
    """Targets that are not met, six options, perhaps a budget, perhaps options that exclude each other."""
    options = tuple(Option(o, 2026, float(draw(st.integers(0, 20))), {}, draw(st.booleans())) for o in range(OPTIONS))
    options = tuple(Option(o.candidate, o.year, o.cost_cny, {2026: o.cost_cny}, o.new_land) for o in options)
    forms = [draw(forms_of(k)) for k in range(draw(st.integers(1, 3)))]
    forms = tuple(form for form in forms if not form.closed({}))
    exclusive = ((0, 1),) if draw(st.booleans()) else ()
    budget = float(draw(st.integers(0, 50))) if draw(st.booleans()) else None
    yearly = {2026: float(draw(st.integers(0, 50)))} if budget is None and draw(st.booleans()) else {}
    binding = tuple(draw(st.booleans()) for _ in forms)
    return Task(options, forms, binding, Columns(OPTIONS), exclusive, (), budget, yearly)


def lawful(task):
    """Every choice within budget and exclusions."""
    for size in range(OPTIONS + 1):
        for chosen in itertools.combinations(range(OPTIONS), size):
            cost = sum(task.options[o].cost_cny for o in chosen)
            most = min([*(budget for budget in (task.budget_cny,) if budget is not None), *task.budgets.values()], default=float("inf"))
            if cost <= most and not any(len(set(group) & set(chosen)) > 1 for group in task.exclusive):
                yield chosen


def merit(task, chosen):
    """What a choice is worth, in the order of the contract."""
    filled = task.columns.filled(chosen)
    closed = [form.closed(filled) for form in task.forms]
    binding = sum(yes and binds for yes, binds in zip(closed, task.binding, strict=True))
    removed = Fraction(0)
    for form, yes in zip(task.forms, closed, strict=True):
        before = form.short({})
        if not yes and before and task.limited:
            removed += 1 - form.short(filled) / before
    cost = sum(task.options[o].cost_cny for o in chosen)
    return binding, sum(closed), removed, -cost, -sum(task.options[o].new_land for o in chosen), -len(chosen)


@settings(max_examples=60, deadline=None)
@given(tasks())
def test_as_good_as_the_best_of_all_choices(task):
    solved = solve(task, clock=Clock(60.0))
    assert solved.proven
    best = max(merit(task, chosen) for chosen in lawful(task))
    came = merit(task, solved.options)
    assert float(came[2]) == pytest.approx(float(best[2]), abs=1e-9)
    assert came[:2] + came[3:] == best[:2] + best[3:]
    assert solved.options in set(lawful(task))
    assert solved.gap == 0
    assert solved.bound == (best[1] if task.limited else -best[3])


@settings(max_examples=25, deadline=None)
@given(tasks())
def test_more_money_never_closes_less(task):
    if task.budget_cny is None:
        return
    richer = Task(task.options, task.forms, task.binding, task.columns, task.exclusive, (), task.budget_cny + 10, {})
    less, more = (solve(one, clock=Clock(60.0)).options for one in (task, richer))
    assert merit(richer, more)[:2] >= merit(task, less)[:2]


def test_what_is_met_stays_met():
    """The cheap way to the target breaks another one that is met: the dear one is taken, and without it nothing."""
    cheap, dear = (Option(k, 2026, cost, {2026: cost}, False) for k, cost in enumerate((1.0, 5.0)))
    floor = Form("floor", (Asked("", (Hurdle((Gap(Line(Fraction(1), {0: Fraction(-1), 1: Fraction(-1)})),),),)),))
    kept = Form("kept", (Asked("", (Hurdle((Gap(Line(Fraction(0), {0: Fraction(1)})),),),)),))
    both = Task((cheap, dear), (floor,), (False,), Columns(2), guards=(kept,))
    assert solve(both, clock=Clock(10.0)).options == (1,)
    alone = Task((cheap,), (Form("floor", (Asked("", (Hurdle((Gap(Line(Fraction(1), {0: Fraction(-1)})),),),)),)),), (False,), Columns(1),
                 guards=(kept,))
    assert solve(alone, clock=Clock(10.0)).options == ()


def test_years_are_filled_as_money_comes():
    """Two works of 6 each, 6 a year: one opens in the first year, the other in the second, and neither later."""
    options = tuple(Option(k, year, 6.0, {year: 6.0}, False, late) for k in range(2) for late, year in enumerate((2026, 2027, 2028)))
    gap = Gap(constant(2) + Line(Fraction(0), dict.fromkeys(range(6), Fraction(-1))))
    form = Form("both", (Asked("", (Hurdle((gap,), gap),)),))
    task = Task(options, (form,), (False,), Columns(6), ((0, 1, 2), (3, 4, 5)), (), None, {2026: 6.0, 2027: 6.0, 2028: 6.0})
    solved = solve(task, clock=Clock(10.0))
    assert sorted(options[o].year for o in solved.options) == [2026, 2027]
