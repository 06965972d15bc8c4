"""City: everything that was read of one project, handed down the line as one value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError
from planner.inputs.exclusions import Exclusion
from planner.inputs.growth import Growth
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.inputs.status import Counting, counting
from planner.network.streets import Streets
from planner.units import TravelProfile


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure that a person entered in `[reported."TARGET-ID"]`, those of units by code, and the baseline where the plan prints none.

    value and baseline are None where they are not given. Figures are in the plan's unit (80 for 80 %).
    """

    value: float | None
    date: str = ""
    source: str = ""
    by: str = ""
    reason: str = ""
    units: Mapping[str, float] = field(default_factory=dict)
    baseline: float | None = None
    baseline_date: str = ""


@dataclass(frozen=True, slots=True)
class PeopleOf:
    """Which population a city's people are. year : None where nobody says. projected : not counted, but worked out for a later year
    (planner.measure.growth); how : group -> `stated`, `ages` or `as_today`. housing : people of planned housing among them. notes :
    (sentence key, params) pairs, what to know of them; a tuple among the params is a list of names."""

    year: int | None
    projected: bool = False
    how: Mapping[str, str] = field(default_factory=dict)
    housing: float = 0.0
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class City:
    """A project in memory. `streets.network(mode)` gives the network of a mode, read on first use.

    `cache` keeps distances that were worked out once; it is no part of the city's value. Nor is `basemap`: kind ("water", "rail", "green")
    -> shapes in `crs`, for drawing only. `candidates` : ledger name -> places where a facility could be; `exclusions` : areas in which
    nothing may be built, by name. `growth` : what is stated of later years; `people_of` : which population `demand` is, None: as the
    population file has it (`population`).
    """

    id: str
    name: Mapping[str, str] | str
    crs: str
    boundaries: Boundaries
    demand: DemandPoints
    facilities: Mapping[str, FacilityLayer]
    streets: Streets
    travels: Mapping[str, TravelProfile]
    reference_date: dt.date | None = None
    reported: Mapping[str, Reported] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    packs: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    cache: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    basemap: Mapping[str, npt.NDArray[np.object_]] = field(default_factory=dict, compare=False, repr=False)
    candidates: Mapping[str, FacilityLayer] = field(default_factory=dict)
    exclusions: Mapping[str, Exclusion] = field(default_factory=dict)
    growth: Growth | None = None
    people_of: PeopleOf | None = None

    @property
    def population(self) -> PeopleOf:
        """Which population the people are: of a later year, else of the day that the population file, or the project, speaks for."""
        if self.people_of is not None:
            return self.people_of
        day = self.demand.source.date or (self.reference_date.isoformat() if self.reference_date else "")
        return PeopleOf(int(day[:4]) if day else None)

    def layer(self, slug: str) -> FacilityLayer:
        """A facility layer, or an InputError that names the layers there are."""
        if slug not in self.facilities:
            raise InputError("layer_unknown", layer=slug, layers=", ".join(self.facilities))
        return self.facilities[slug]

    def travel(self, name: str) -> TravelProfile:
        """A travel profile, or an InputError that names those there are."""
        if name not in self.travels:
            raise InputError("travel_unknown", travel=name, travels=", ".join(self.travels))
        return self.travels[name]

    def counting(self, slug: str, as_of: dt.date) -> Counting:
        """Which facilities of a layer count on a day; a ledger without a date bears the project's, else today's."""
        layer = self.layer(slug)
        stated = layer.source.date
        drawn_up = dt.date.fromisoformat(stated) if stated else (self.reference_date or dt.date.today())
        return counting(layer, as_of, drawn_up)
