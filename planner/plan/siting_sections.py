"""`[exclusion.NAME]` and `[screening]` of planner.toml: where nothing may be built, and what a site must be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from planner.inputs.exclusions import KINDS
from planner.inputs.specs import ExclusionSpec
from planner.plan.config import Config, Table, join
from planner.plan.sections import named_tables

WEIGHTS = ("people", "new_people", "area", "cost", "existing", "people_away")
"""What candidates that pass are compared on (planner.plan.comparison), each with a weight of its own."""
DEFAULT_WEIGHTS: Mapping[str, float] = {"people": 0.0, "new_people": 0.5, "area": 0.1, "cost": 0.2, "existing": 0.2, "people_away": 0.0}
PATHS = ("straight", "network")
ANY = ""
"""The rules of `[screening]` itself: for every layer that has none of its own."""
_WORDS = ("land_use", "tenure", "kind", "existing")
_KEYS = (*_WORDS, "area_m2", "sizes", "available_by", "away_from", "people_m", "people_path", "plot_required", "weights")


@dataclass(frozen=True, slots=True)
class SitingRules:
    """What a site of a layer must be; what is None or empty is not asked.

    land_use, tenure, kind : words that pass (of a land-use code its beginning is enough).   area_m2 : least and greatest floor area.
    sizes : class or zone -> the same, in place of `area_m2`.   available_by : ISO day.   away_from : facility layer -> least straight
    metres.   people_m : least metres from people, by `people_path` (straight or network).   existing : kinds that are existing stock.
    weights : what those that pass are compared on.
    """

    land_use: tuple[str, ...] = ()
    tenure: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    area_m2: tuple[float, float] | None = None
    sizes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    available_by: str = ""
    away_from: Mapping[str, float] = field(default_factory=dict)
    people_m: float | None = None
    people_path: str = "straight"
    plot_required: bool = False
    existing: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))


def rules_for(screening: Mapping[str, SitingRules], layer: str) -> SitingRules:
    """The rules of a layer: its own, else those for all."""
    return screening.get(layer, screening.get(ANY, SitingRules()))


def exclusions(config: Config) -> tuple[ExclusionSpec, ...]:
    """[exclusion.NAME]."""
    specs = []
    for name, prefix, table in named_tables(config, "exclusion"):
        config.unknown(table, ("path", "kind", "buffer_m", "layers"), prefix)
        file, kind = config.file(table, prefix), config.choice(table, "kind", prefix, KINDS, KINDS[0])
        buffer_m, layers = config.number(table, "buffer_m", prefix, 0.0), _words(config, table, "layers", prefix)
        if file is not None:
            specs.append(ExclusionSpec(name, file, kind, buffer_m or 0.0, layers))
    return tuple(specs)


def screening(config: Config) -> dict[str, SitingRules]:
    """[screening] and [screening.LAYER]: tables of its own are layers, whose rules start from those for all."""
    table = config.table(config.tree, "screening")
    inner = {key: value for key, value in table.items() if isinstance(value, dict) and key not in ("sizes", "away_from", "weights")}
    plain = {key: value for key, value in table.items() if key not in inner}
    config.unknown(plain, _KEYS, "screening")
    shared = _rules(config, plain, "screening", SitingRules())
    found = {ANY: shared} if plain else {}
    for layer, own in inner.items():
        prefix = join("screening", layer)
        config.unknown(own, _KEYS, prefix)
        found[layer] = _rules(config, own, prefix, shared)
    return found


def _rules(config: Config, table: Table, prefix: str, base: SitingRules) -> SitingRules:
    """One table of rules; what it does not say is as in `base`."""
    given: dict[str, Any] = {key: _words(config, table, key, prefix) for key in _WORDS if key in table}
    if "area_m2" in table:
        given["area_m2"] = _range(config, table["area_m2"], join(prefix, "area_m2"))
    if "sizes" in table:
        named = config.table(table, "sizes", prefix)
        ranges = {zone: _range(config, value, join(join(prefix, "sizes"), zone)) for zone, value in named.items()}
        given["sizes"] = {zone: span for zone, span in ranges.items() if span is not None}
    if "available_by" in table:
        given["available_by"] = _last_day(config, table, prefix)
    for key in ("away_from", "weights"):
        if key in table:
            given[key] = _numbers(config, table, key, prefix)
    if "people_m" in table:
        given["people_m"] = config.number(table, "people_m", prefix, 0.0)
    if "people_path" in table:
        given["people_path"] = config.choice(table, "people_path", prefix, PATHS, PATHS[0])
    if "plot_required" in table:
        if not isinstance(table["plot_required"], bool):
            config.wrong(join(prefix, "plot_required"), "config_type", table["plot_required"], expected="true, false")
        given["plot_required"] = table["plot_required"] is True
    if "weights" in given:
        config.unknown(config.table(table, "weights", prefix), WEIGHTS, join(prefix, "weights"))
        given["weights"] = {name: given["weights"].get(name, 0.0) for name in WEIGHTS}
    return replace(base, **given)


def _words(config: Config, table: Table, key: str, prefix: str) -> tuple[str, ...]:
    """One word or a list of words."""
    given = table.get(key, [])
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(word, str) and word.strip() for word in listed):
        config.wrong(join(prefix, key), "config_type", given, expected="list of text")
        return ()
    return tuple(listed)


def _range(config: Config, given: object, dotted: str) -> tuple[float, float] | None:
    """A least number, or a least and a greatest."""
    ends: list[Any] = given if isinstance(given, list) else [given, math.inf]
    good = len(ends) == 2 and all(isinstance(end, int | float) and not isinstance(end, bool) and end >= 0 for end in ends)
    if not good or ends[0] > ends[1]:
        config.wrong(dotted, "config_type", given, expected="number, [least, greatest]")
        return None
    return float(ends[0]), float(ends[1])


def _numbers(config: Config, table: Table, key: str, prefix: str) -> dict[str, float]:
    """A table of numbers of 0 or more."""
    inner, dotted = config.table(table, key, prefix), join(prefix, key)
    found = {name: config.number(inner, name, dotted, 0.0) for name in inner}
    return {name: value for name, value in found.items() if value is not None}


def _last_day(config: Config, table: Table, prefix: str) -> str:
    """A day, or a year as its last day."""
    given = table["available_by"]
    if isinstance(given, int) and not isinstance(given, bool) and 1900 <= given <= 2200:
        return f"{given}-12-31"
    return config.day(table, "available_by", prefix)
