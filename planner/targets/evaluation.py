"""Evaluation: what a pack's targets come to on a city (contract, section 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.measure.city import PeopleOf

STATES = ("met", "not_met", "not_applicable", "data_missing", "threshold_undefined", "recorded")
Threshold = float | tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit under one target. Under `total` the state is None: the figure is asked of the whole.

    amount : what stands, counted as the shortfall is (facilities, beds, people reached); None where the figure is no such count.
    """

    code: str
    name: str
    level: str
    value: float | None
    state: str | None
    shortfall: float | None
    threshold: Threshold = None
    fill: tuple[Mapping[str, Any], ...] = ()
    people_affected: Mapping[str, float] = field(default_factory=dict)
    amount: float | None = None


Sentence = tuple[str, Mapping[str, Any]]
"""A sentence for i18n: its key, and its params. A param that is itself a Sentence is said in the same language."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a person reported of a target, beside what we computed. Shares are 0..1.

    difference = value - computed; None where either is unknown. units : (code, reported, computed, difference). unknown : codes reported
    for units that the check does not ask.
    """

    value: float | None
    computed: float | None
    difference: float | None
    date: str = ""
    by: str = ""
    source: str = ""
    reason: str = ""
    units: tuple[tuple[str, float, float | None, float | None], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a target has come on its way from the baseline (`planner.targets.progress`). Shares are 0..1; None where not known.

    done = (actual - base) / (goal - base); expected : the same share that is due on the day; due : the figure that is due. verdict :
    "ahead", "on_time", "behind" or None; why : sentence key of what stands against saying more, "" where nothing does.
    """

    verdict: str | None = None
    why: str = ""
    base: float | None = None
    base_date: dt.date | None = None
    base_of: str = ""
    goal: float | None = None
    goal_date: dt.date | None = None
    actual: float | None = None
    done: float | None = None
    due: float | None = None
    expected: float | None = None
    by_steps: bool = False


@dataclass(frozen=True, slots=True)
class Variation:
    """One stated assumption moved alone: what (`speed`, `distance` or a parameter), to what, and what the target comes to then."""

    of: str
    to: Any
    state: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How firm a verdict stands (`planner.targets.sensitivity`). low, high : the band of the value over all variations.

    verdict : "met", "met_fragile", "near" (not met, but nearly) or "not_met". unvaried : assumptions for which no range is stated.
    """

    verdict: str
    low: float | None
    high: float | None
    variations: tuple[Variation, ...] = ()
    unvaried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetResult:
    """One target: value against threshold, state, what is short and what would close it, unit by unit, and from which files.

    `target` is the pack's entry. Shares are 0..1. `action` is (amount, of) or None. `note` holds (sentence key, params) pairs for i18n,
    `formula` likewise how the value came about, from `basis` (amount, base and per of the whole or of the worst unit). `check` is the one
    in effect. `sensitivity` stands only where it was asked for. `people_of` : the population it rests on, None where it rests on none.
    """

    target: Any
    state: str
    value: float | None
    threshold: Threshold
    shortfall: float | None
    action: Mapping[str, Any] | None = None
    units: tuple[UnitResult, ...] = ()
    at_least: bool = False
    blanks: int = 0
    fill: tuple[Mapping[str, Any], ...] = ()
    inputs: tuple[Mapping[str, Any], ...] = ()
    note: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    units_total: int | None = None
    units_met: int | None = None
    units_required: int | None = None
    people_affected: Mapping[str, float] = field(default_factory=dict)
    check: Any = None
    basis: Mapping[str, Any] = field(default_factory=dict)
    formula: tuple[Sentence, ...] = ()
    reported: Beside | None = None
    progress: Progress | None = None
    sensitivity: Sensitivity | None = None
    people_of: PeopleOf | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All targets of the packs asked for, on one day. `hashes` : pack id -> sha256 of its file."""

    project: str
    packs: tuple[str, ...]
    date: dt.date
    targets: tuple[TargetResult, ...]
    scenario: str = "baseline"
    hashes: Mapping[str, str] = field(default_factory=dict)
