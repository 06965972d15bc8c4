"""Who may use a street, and which way: OpenStreetMap's tags read for one mode of travel.

Sources: the wiki of OpenStreetMap, pages Key:access, Key:oneway, Key:foot, Key:motorroad and Key:junction. A blank tag closes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError
from planner.units import MODES

KEYS = ("highway", "area", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "motorroad", "junction", "oneway",
        "oneway:foot", "oneway:bicycle", "cycleway")
"""The tags that decide; others, like bridge or name, change nothing."""

NOT_A_STREET = frozenset({"raceway", "construction", "proposed", "planned", "abandoned", "disused", "razed", "demolished", "removed",
                          "bus_guideway", "busway", "platform", "services", "rest_area", "emergency_bay", "escape", "no"})
"""Values of highway that no mode may use: not built, no longer there, or no thoroughfare."""

MOTORWAY = frozenset({"motorway", "motorway_link"})
ON_FOOT_ONLY = frozenset({"footway", "pedestrian", "steps", "corridor", "elevator", "bridleway"})
"""Cycles may use these only where `bicycle` says so, cars never."""

DRIVABLE = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
                      "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road"})
SHUT = frozenset({"no", "private"})
SHUT_TO_CARS = SHUT | {"agricultural", "forestry", "emergency", "military", "bus", "psv"}
INVITED = frozenset({"yes", "designated", "permissive", "destination"})
FORWARD, BACKWARD = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})
"""`reversible` and `alternating` change by the hour: read as two-way, since a plan has no hour."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What a mode may do on each way.

    open : (W,) whether it may use the way. direction : (W,) 0 both ways, 1 as drawn, -1 against it. some_mode : (W,) whether any mode
    may use the way.
    """

    open: npt.NDArray[np.bool_]
    direction: npt.NDArray[np.int8]
    some_mode: npt.NDArray[np.bool_]


def clean(value: Any) -> str:
    """A cell as the text of a tag: blank for what is missing, `1` for 1.0, lower case; a list as its values joined by `;`."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, (list, tuple, set)):
        return ";".join(clean(part) for part in value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isnan(number):
            return ""
        return str(int(number)) if number.is_integer() else repr(number)
    text = str(value).strip().lower()
    return "" if text in ("<na>", "nat") else text


def _any(text: str, values: frozenset[str]) -> bool:
    """Whether a tag, which may hold several values, has one of these."""
    return text in values or (";" in text and any(part.strip() in values for part in text.split(";")))


def _all(text: str, values: frozenset[str]) -> bool:
    """Whether every value of a tag is one of these."""
    return text in values or (";" in text and all(part.strip() in values for part in text.split(";")))


def _walk(tag: Mapping[str, str]) -> bool:
    """On foot: everything but motorways and what is shut to people; a private road is open where `foot` says so."""
    foot = tag["foot"]
    invited = _any(foot, INVITED)
    if _all(foot, SHUT):
        return False
    if (_all(tag["access"], SHUT) or tag["motorroad"] == "yes") and not invited:
        return False
    return not _all(tag["highway"], MOTORWAY)


def _cycle(tag: Mapping[str, str]) -> bool:
    """By cycle: no motorways; footways and steps only where `bicycle` says so."""
    bicycle = tag["bicycle"]
    invited = _any(bicycle, INVITED)
    if _all(bicycle or tag["vehicle"] or tag["access"], SHUT):
        return False
    if (_all(tag["highway"], ON_FOOT_ONLY) or tag["motorroad"] == "yes") and not invited:
        return False
    return not _all(tag["highway"], MOTORWAY)


def _drive(tag: Mapping[str, str]) -> bool:
    """By car: roads of the drivable classes, with the most particular of the access tags deciding."""
    if tag["highway"] and not _any(tag["highway"], DRIVABLE):
        return False
    return not _all(tag["motorcar"] or tag["motor_vehicle"] or tag["vehicle"] or tag["access"], SHUT_TO_CARS)


_OPEN = {"walk": _walk, "cycle": _cycle, "drive": _drive}


def _one_way(tag: Mapping[str, str], mode: str) -> int:
    """Direction of travel by one tag set: 0 both ways, 1 as drawn, -1 against it."""
    particular = tag["oneway:foot"] if mode == "walk" else tag["oneway:bicycle"] if mode == "cycle" else ""
    said = particular or ("" if mode == "walk" else tag["oneway"])
    if mode == "cycle" and not particular and tag["cycleway"].startswith("opposite"):
        return 0
    if said in FORWARD:
        return 1
    if said in BACKWARD:
        return -1
    implied = tag["junction"] in ("roundabout", "circular") or tag["highway"] == "motorway"
    return 1 if mode != "walk" and not said and implied else 0


def ways(tags: Mapping[str, Sequence[Any] | npt.NDArray[Any]], mode: str, count: int) -> Ways:
    """Reads the tags of `count` ways for a mode. tags : key -> (W,) values as they are; a key that is absent is blank everywhere.

    Raises NetworkError for an unknown mode.
    """
    if mode not in MODES:
        raise NetworkError("mode_unknown", mode=mode, modes=", ".join(MODES))
    table = [[clean(value) for value in tags[key]] if key in tags else [""] * count for key in KEYS]
    known: dict[tuple[str, ...], tuple[bool, int, bool]] = {}
    found = np.zeros((count, 3), dtype=np.int8)
    for k, row in enumerate(zip(*table, strict=True)):
        if row not in known:
            tag = dict(zip(KEYS, row, strict=True))
            street = not _all(tag["highway"], NOT_A_STREET) and tag["area"] not in ("yes", "true", "1")
            allowed = {other: street and rule(tag) for other, rule in _OPEN.items()}
            known[row] = allowed[mode], _one_way(tag, mode), any(allowed.values())
        found[k] = known[row]
    return Ways(found[:, 0].astype(bool), found[:, 1].copy(), found[:, 2].astype(bool))
