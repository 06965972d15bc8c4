"""One question put to a city: the effective check of a target on a day, and what its answer leans on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.i18n import pick
from planner.inputs.layers import TOTAL, FacilityLayer, FloatArray, Source
from planner.measure.city import City
from planner.targets.figures import Cell, Figure
from planner.targets.pack import Check, TargetPack
from planner.units import TravelProfile

WHOLE = "city"
NAMES_IN_NOTE = 8
"""How many names a note spells out before it says how many more there are."""


class DataMissingError(Exception):
    """What the project lacks: the key of the sentence that says so, and its parameters."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params


@dataclass(slots=True)
class Ledger:
    """What an answer leans on and has to say, gathered while it is worked out: sources by (path, layer), sentences, late openings."""

    sources: dict[tuple[str, str], Source] = field(default_factory=dict)
    notes: dict[tuple[str, str], tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    slipped: dict[str, str] = field(default_factory=dict)

    def note(self, key: str, **params: object) -> None:
        """Add the sentence `note.<key>`, once."""
        self.notes.setdefault((key, repr(sorted(params.items()))), (f"note.{key}", params))

    def use(self, source: Source | None, layer: str = "") -> None:
        """Add a source, once for each layer."""
        if source is not None and source.path:
            self.sources.setdefault((source.path, layer), source)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A check, the city, the pack (for its regions and period) and the day."""

    city: City
    pack: TargetPack
    check: Check
    day: dt.date
    ledger: Ledger

    def on(self, day: dt.date) -> Inquiry:
        """The same question on another day."""
        return replace(self, day=day)

    def ask(self, check: Check) -> Inquiry:
        """Another check of the same city and day."""
        return replace(self, check=check)

    def layer(self, slug: str) -> FacilityLayer:
        """A facility layer; raises DataMissingError."""
        if slug not in self.city.facilities:
            raise DataMissingError("no_layer", layer=slug)
        layer = self.city.facilities[slug]
        self.ledger.use(layer.source, slug)
        return layer

    def travel(self, name: str) -> TravelProfile:
        """A travel; raises DataMissingError."""
        if not name:
            raise DataMissingError("no_travel_named")
        if name not in self.city.travels:
            raise DataMissingError("no_travel", travel=name)
        return self.city.travels[name]

    def on_foot(self) -> TravelProfile:
        """The way of walking for a limit in metres, which no speed touches: the project's `walk`, else any walk, else any street."""
        walks = [travel for travel in self.city.travels.values() if travel.mode == "walk"]
        walks.sort(key=lambda travel: (travel.name != "walk", travel.name))
        return walks[0] if walks else TravelProfile("walk", "walk", metres_per_minute=1.0)

    def use_streets(self, travel: TravelProfile) -> None:
        """Note that the streets are used."""
        streets = self.city.streets
        self.ledger.use(Source(streets.shown, streets.sha256, streets.network(travel.mode).edges), "streets")

    @property
    def group(self) -> str:
        """The population group that the check is about."""
        return self.check.group or TOTAL

    def people(self, group: str) -> FloatArray:
        """Persons of a group at each demand point, NaN where blank; raises DataMissingError."""
        if group not in self.city.demand.people:
            raise DataMissingError("no_group", group=group)
        self.ledger.use(self.city.demand.source, "population")
        if self.city.population.projected and self.city.growth is not None:
            for source in self.city.growth.sources:
                self.ledger.use(source, "growth")
        return self.city.demand.people[group]


@dataclass(frozen=True, slots=True)
class UnitSet:
    """The units that a check is asked of, in code order.

    maybe : (A,) whether a blank leaves open that the unit is asked at all, with its cells in `cells`. exempt : (A,). everywhere : no
    scope narrows the level, so that a total counts all of the city. rows : (A,) row in the level's frame, or -1.
    """

    level: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    maybe: npt.NDArray[np.bool_]
    exempt: npt.NDArray[np.bool_]
    everywhere: bool
    rows: npt.NDArray[np.int64]
    cells: Mapping[int, tuple[Cell, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a metric came to: a figure for each unit, and one over the scope (exempt units left out)."""

    units: UnitSet
    figures: tuple[Figure, ...]
    total: Figure


def city_name(city: City, lang: str = "zh") -> str:
    """The city's name."""
    return pick(city.name, lang) or city.id
