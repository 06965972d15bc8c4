"""What is asked of `planner site`, and what it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.inputs.coordinates import WGS84, convert, parse_system
from planner.inputs.layers import TOTAL, BoolArray, FloatArray, IntArray
from planner.plan.screening import Screened
from planner.siting.candidates import Candidates
from planner.siting.results import SitingResult


@dataclass(frozen=True, slots=True)
class SitingQuestion:
    """Where to build facilities of a layer.

    model : one of planner.siting.problem.MODELS. minutes or metres : the service radius; p_median: people farther off count as so far.
    p : at most so many sites in all, those that exist included; new : so many new ones instead. budget : yuan for new sites. share : lscp,
    of all people (or with `by` of every unit's). by : level of the units for max_min_share and for a share of each. where_possible : with
    `by`, units that cannot reach the share are brought as far as they can go. cheapest : lscp by cost instead of by number.
    candidates : planner.siting.candidates; None: the project's only ledger, else streets:250. at_least : level -> sites in each unit,
    existing ones counted. spacing_m : least straight metres between a new site and any other. people_m, people_path : least metres from
    people, in place of the project's own rule. existing : whether facilities that exist stay and serve. as_of : the day whose
    facilities count. site_cost_cny : for candidates without a cost. capacity : column of beds, places or people; per_capacity : people that
    one of them serves; site_capacity : for candidates without one. loss : what may be given up for existing stock first, 0..1.
    """

    layer: str
    model: str
    travel: str
    minutes: float | None = None
    metres: float | None = None
    p: int | None = None
    new: int | None = None
    budget: float | None = None
    share: float | None = None
    by: str | None = None
    where_possible: bool = False
    cheapest: bool = False
    group: str = TOTAL
    candidates: str | None = None
    at_least: Mapping[str, int] = field(default_factory=dict)
    spacing_m: float | None = None
    people_m: float | None = None
    people_path: str | None = None
    existing: bool = True
    as_of: dt.date | None = None
    site_cost_cny: float | None = None
    capacity: str | None = None
    per_capacity: float = 1.0
    site_capacity: float | None = None
    split: bool = False
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site of the plan. candidate : its row among the candidates. lon, lat : WGS84. unit, unit_name : the finest unit of townships or
    above that it lies in. people_within : of the group, within the radius; people_added : beyond what exists and the new sites listed
    before it, so that these add up. cost_cny : None where it is not known. existing_stock : premises that stand already."""

    id: str
    name: str
    lon: float
    lat: float
    unit: str
    unit_name: str
    people_within: float
    people_added: float
    cost_cny: float | None
    existing_stock: bool
    candidate: int


@dataclass(frozen=True, slots=True)
class UnitServed:
    """People of a unit, and how many of them are within the radius before and after."""

    code: str
    name: str
    people: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class SitingRun:
    """The answer. `screened` holds every candidate; usable : (J,) those that the model could choose; used : their rows.

    result : of planner.siting; its sites number first the existing facilities that have a place, then those without one, then `used`.
    covered_before, covered_after : people of the group within the radius (after under capacities: served). unattached_candidates : ids
    on no street. short : code -> the share that a unit can reach at most, where
    that is less than was asked of it. lacking : level, code and sites that can be had at most, of units that cannot have `at_least` of
    them. exchanged : sites exchanged for existing stock. hidden : whether the project hides small counts; then units and comparison are
    empty. crs : of the candidates. blank_capacity : existing facilities with a place whose capacity is blank; they serve nobody.
    """

    question: SitingQuestion
    as_of: dt.date
    limit_m: float
    metres_per_minute: float
    screened: Screened
    used: IntArray
    unattached_candidates: tuple[str, ...]
    result: SitingResult
    new: tuple[NewSite, ...]
    existing: int
    existing_without_place: int
    existing_off_streets: tuple[str, ...]
    people: float
    people_unattached: float
    people_unreachable: float
    covered_before: float
    covered_after: float
    units_level: str
    units: tuple[UnitServed, ...]
    comparison: Mapping[str, FloatArray]
    stock: BoolArray
    short: Mapping[str, float] = field(default_factory=dict)
    lacking: tuple[tuple[str, str, int], ...] = ()
    exchanged: int = 0
    hidden: bool = False
    blank_capacity: int = 0
    crs: str = ""

    @property
    def candidates(self) -> Candidates:
        """All candidates, screened out or not."""
        return self.screened.candidates

    @property
    def lon_lat(self) -> tuple[FloatArray, FloatArray]:
        """(J,) WGS84 degrees of all candidates."""
        return convert(parse_system(self.crs), parse_system(WGS84), self.candidates.x, self.candidates.y)
