"""Chosen actions moved to earlier years, where time ran out before the model's last stage could."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.plan.programme_model import Option, Task

MONEY_REL = 1e-9
"""Sums of yuan that differ by less are one sum."""
Meaning = tuple[tuple[int, int, Fraction], ...]


def earlier(task: Task, chosen: tuple[int, ...]) -> tuple[int, ...]:
    """The same actions, each as early as the yearly budgets allow where the year changes nothing else."""
    meaning = _meanings(task)
    years: dict[int, list[int]] = {}
    for number, option in enumerate(task.options):
        years.setdefault(option.candidate, []).append(number)
    spent: dict[int, float] = {}
    for number in chosen:
        _add(spent, task.options[number], 1)
    found = []
    for number in sorted(chosen, key=lambda one: task.options[one].late):
        picked = number
        for other in sorted(years[task.options[number].candidate], key=lambda one: task.options[one].late):
            if task.options[other].late >= task.options[number].late:
                break
            after = dict(spent)
            _add(after, task.options[number], -1)
            _add(after, task.options[other], 1)
            if meaning.get(other) == meaning.get(number) and _fits(after, task.budgets):
                picked, spent = other, after
                break
        found.append(picked)
    return tuple(sorted(found))


def _add(spent: dict[int, float], option: Option, sign: int) -> None:
    """Adds an option's money, or takes it away."""
    for year, cny in option.spend.items():
        spent[year] = spent.get(year, 0.0) + sign * cny


def _fits(spent: Mapping[int, float], budgets: Mapping[int, float]) -> bool:
    """Whether no year has more than its budget."""
    return all(spent.get(year, 0.0) <= most * (1 + MONEY_REL) for year, most in budgets.items())


def _meanings(task: Task) -> dict[int, Meaning]:
    """What each option does to every line: options of equal meaning can take each other's place."""
    found: dict[int, list[tuple[int, int, Fraction]]] = {}
    gaps = [gap for form in (*task.forms, *task.guards) for asked in form.asked for test in asked.tests for gap in test.gaps]
    for number, gap in enumerate(gaps):
        for column, value in gap.line.terms.items():
            found.setdefault(column, []).append((-1, number, value))
    for column, ways in task.columns.carried.items():
        for number, (_, carriers) in enumerate(ways):
            for option, sign in carriers:
                found.setdefault(option, []).append((column, number, Fraction(sign)))
    return {option: tuple(sorted(entries)) for option, entries in found.items()}
