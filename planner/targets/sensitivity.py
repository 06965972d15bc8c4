"""How firm a verdict stands: the same target with each stated assumption moved alone, and the band that its value then covers.

A verdict that rests on distance is worked out again at a speed 10 % lower and higher (a limit in metres: at distances 10 % longer and
shorter); each parameter that the plan leaves open moves to the ends of its stated range, else by 10 %. Distances themselves are not
searched again: a speed is only another limit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from planner.measure.city import City
from planner.targets.evaluate import effective_check, evaluate_target, stated_parameters, stated_ranges
from planner.targets.evaluation import Evaluation, Sensitivity, TargetResult, Variation
from planner.targets.pack import Check, Target, TargetPack

BAND = 0.10
"""How far a speed, a distance, or a figure without a stated range is moved, up and down: a convention of ours, shown with the result."""
VERDICTS = ("met", "met_fragile", "near", "not_met")
NUMBERS = ("share", "minutes", "metres")


def with_sensitivity(city: City, packs: Sequence[TargetPack], evaluation: Evaluation) -> Evaluation:
    """An evaluation whose results say how firm they stand (`sensitivity_of`)."""
    own = {id(target): pack for pack in packs for target in pack.targets}  # two packs may bear one id
    results = tuple(replace(result, sensitivity=sensitivity_of(city, own[id(result.target)], result, evaluation.date))
                    for result in evaluation.targets)
    return replace(evaluation, targets=results)


def sensitivity_of(city: City, pack: TargetPack, result: TargetResult, as_of: dt.date) -> Sensitivity | None:
    """How firm one verdict stands; None where there is none, or where it rests on neither distance nor a stated assumption.

    Each assumption moves alone, so that one sees which of them decides. The verdict is `met` or `not_met` where all agree, `met_fragile`
    where one of them is not met, and `near` where it is not met but one of them would be.
    """
    if result.state not in ("met", "not_met") or result.target.check is None:
        return None
    moves, unvaried = _moves(city, result.target)
    if not moves and not unvaried:
        return None
    found: list[Variation] = []
    for of, to, other_city, other_target, factor in moves:
        again = evaluate_target(other_city, pack, other_target, as_of)
        value = None if again.value is None else again.value * factor
        found.append(Variation(of, to, again.state, value))
    values = [one.value for one in found if one.value is not None] + ([] if result.value is None else [result.value])
    states = {one.state for one in found}
    verdict = result.state
    if result.state == "met" and states - {"met"}:
        verdict = "met_fragile"
    elif result.state == "not_met" and "met" in states:
        verdict = "near"
    return Sensitivity(verdict, min(values, default=None), max(values, default=None), tuple(found), unvaried)


Move = tuple[str, Any, City, Target, float]
"""An assumption moved: what, to what, the city and the target with it, and what the value is multiplied by."""


def _moves(city: City, target: Target) -> tuple[list[Move], tuple[str, ...]]:
    """Every assumption moved alone, and the names of those for which no other value is known."""
    check = effective_check(city, target)
    assert check is not None
    parameters, ranges = stated_parameters(city, target), stated_ranges(city, target)
    moves = list(_by_distance(city, target, check, parameters))
    unvaried: list[str] = []
    for key, value in parameters.items():
        ends: tuple[Any, ...] = ranges.get(key, ())
        if key in NUMBERS and not ends:
            ends = tuple(float(f"{value * (1 + sign * BAND):.12g}") for sign in (-1, 1))
            ends = tuple(min(end, 1.0) for end in ends) if key == "share" else ends
        ends = tuple(end for end in ends if end != value)
        if not ends:
            unvaried.append(key)
        for end in ends:
            settings = {name: one for name, one in city.parameters.get(target.id, {}).items() if not (key == "metres" and name == "minutes")
                        and not (key == "minutes" and name == "metres")}
            moves.append((key, end, replace(city, parameters={**city.parameters, target.id: {**settings, key: end}}), target, 1.0))
    return moves, tuple(unvaried)


def _by_distance(city: City, target: Target, check: Check, parameters: Mapping[str, Any]) -> Iterator[Move]:
    """The moves of a check that rests on distance: speeds where a limit is a time, distances where it is a length."""
    timed = check.metric == "minutes" or (check.metric == "population_within"
                                          and (check.minutes is not None or any(limit.minutes is not None for limit in check.limits)))
    lengths = check.metric == "population_within" and (any(limit.metres is not None for limit in check.limits)
                                                       or (check.metres is not None and "metres" not in parameters))
    for factor in (1 - BAND, 1 + BAND):
        if timed:
            travels = {name: replace(travel, metres_per_minute=travel.metres_per_minute * factor) for name, travel in city.travels.items()}
            yield "speed", factor, replace(city, travels=travels), target, 1.0
        if lengths:
            yield "distance", factor, city, _longer(target, check, factor), 1.0
        if check.metric == "separation":
            yield "distance", factor, city, _nearer(target, factor), 1.0 if check.rollup == "share" else factor


def _longer(target: Target, check: Check, factor: float) -> Target:
    """A target whose distances all measure `factor` times as much: its limits in metres divided by it."""
    assert target.check is not None
    limits = tuple(limit if limit.metres is None else replace(limit, metres=limit.metres / factor) for limit in check.limits)
    metres = None if check.metres is None else check.metres / factor
    return replace(target, check=replace(target.check, metres=metres, limits=limits))


def _nearer(target: Target, factor: float) -> Target:
    """A separation whose distances all measure `factor` times as much: the figures that it is held against divided by it."""
    assert target.check is not None
    check = target.check

    def less(value: int | float | None) -> float | None:
        return None if value is None else value / factor

    each = replace(check.each, value=check.each.value / factor, value_max=less(check.each.value_max))
    entries = tuple(replace(entry, value=entry.value / factor, value_max=less(entry.value_max)) for entry in check.thresholds)
    inner = replace(check, thresholds=entries, each=each if check.rollup == "share" else check.each)
    if check.rollup == "share":
        return replace(target, check=inner)
    return replace(target, check=inner, value=less(target.value), value_max=less(target.value_max))
