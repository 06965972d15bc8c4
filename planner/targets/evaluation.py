"""Evaluation: what a pack's targets come to on a city (contract, section 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATES = ("met", "not_met", "not_applicable", "data_missing", "threshold_undefined", "recorded")
Threshold = float | tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit under one target. Under `total` the state is None: the figure is asked of the whole."""

    code: str
    name: str
    level: str
    value: float | None
    state: str | None
    shortfall: float | None
    threshold: Threshold = None
    fill: tuple[Mapping[str, Any], ...] = ()
    people_affected: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetResult:
    """One target: value against threshold, state, what is short and what would close it, unit by unit, and from which files.

    `target` is the pack's entry. Shares are 0..1. `action` is (amount, of) or None. `note` holds (sentence key, params) pairs for i18n.
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


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All targets of the packs asked for, on one day."""

    project: str
    packs: tuple[str, ...]
    date: dt.date
    targets: tuple[TargetResult, ...]
    scenario: str = "baseline"
