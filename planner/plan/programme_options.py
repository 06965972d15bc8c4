"""What a programme may choose from: candidate actions, the years in which each may open, and the city with the rows of all of them.

A candidate does one thing: a new facility, an existing one enlarged, premises or a facility converted, a host that gives up stated beds or
floor area to a facility under its roof, or spare beds opened. What it does to the city is a list of scenario actions
(planner.plan.scenario), so that a programme is a scenario and nothing is done twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.inputs.layers import FacilityLayer, joined, points_only
from planner.measure.city import City
from planner.plan.programme_forms import Beside
from planner.plan.programme_model import Option
from planner.plan.scenario import Action, Value

KINDS = ("new", "expand", "convert", "share", "open")
LEAD_YEARS: Mapping[str, int] = {"new": 2, "expand": 1, "convert": 1, "share": 1, "open": 0}
"""Years from the first money to the first service, by kind: ours, to be replaced by those of the place (`--lead`). Without any, money
and service fall into one year."""
PREMISES = ("expand", "convert", "share", "open")
"""Kinds that use what is there already."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that may be done.

    actions : what it does to the city, without the year. layer, host : the layer it serves, and the facility it changes ("" for none).
    premises : what can be used once (a plot, a building); candidates of the same premises exclude each other. existing : whether it uses
    premises that stand. running_cny : running subsidy a year, None unknown. estimate : whether the cost is worked out from unit costs;
    price_year, source, certainty : whence. unit : code of the unit it is meant for. lon, lat : WGS84, None where it has no new place.
    """

    id: str
    kind: str
    layer: str
    cost_cny: float
    actions: tuple[Action, ...]
    name: str = ""
    host: str = ""
    premises: str = ""
    existing: bool = False
    running_cny: float | None = None
    estimate: bool = False
    price_year: str = ""
    source: str = ""
    certainty: str = ""
    unit: str = ""
    lon: float | None = None
    lat: float | None = None

    def in_year(self, year: int) -> tuple[Action, ...]:
        """What it does when it opens in a year: what it adds is in service from 1 January."""
        found = []
        for action in self.actions:
            values: dict[str, Value] = dict(action.values)
            if action.do in ("add", "convert"):
                named = {"name": self.name or self.id} if action.do == "add" else {}
                values = {**named, "status": "operating", "opened": f"{year:04d}-01-01", **values}
            found.append(replace(action, values=values, details={**action.details, "year": year}))
        found[0] = replace(found[0], details={**found[0].details, "cost_cny": self.cost_cny})
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Horizon:
    """The years of a programme, ends included, and what may be spent: in all, or in each year. lead : kind -> years before service.

    Where some years have a budget the others have none to spend.
    """

    first: int
    last: int
    budget_cny: float | None = None
    budgets: Mapping[int, float] = field(default_factory=dict)
    lead: Mapping[str, int] = field(default_factory=lambda: dict(LEAD_YEARS))

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError("programme_years", first=self.first, last=self.last)
        outside = sorted(year for year in self.budgets if not self.first <= year <= self.last)
        if outside:
            raise InputError("programme_budget_year", year=outside[0], first=self.first, last=self.last)
        if self.budgets:
            whole = {year: self.budgets.get(year, 0.0) for year in range(self.first, self.last + 1)}
            object.__setattr__(self, "budgets", whole)

    def opens(self, kind: str) -> range:
        """The years in which something of a kind may open."""
        return range(self.first + self.lead.get(kind, 0), self.last + 1)

    def spend(self, kind: str, year: int, cost_cny: float) -> dict[int, float]:
        """Yuan by year of something that opens in a year: spread evenly over its lead time."""
        lead = self.lead.get(kind, 0)
        years = range(year - lead, year) if lead else range(year, year + 1)
        return {one: cost_cny / len(years) for one in years}


def options_of(candidates: Sequence[Candidate], horizon: Horizon, dated: AbstractSet[str] = frozenset()) -> tuple[Option, ...]:
    """The options of candidates: the earliest year in which each may open, and every later one too where there are yearly budgets or the
    year decides what it counts for (`dated` : layers of which that is so). Those that cannot open within the years are left out."""
    found: list[Option] = []
    for number, one in enumerate(candidates):
        years = horizon.opens(one.kind)
        every = bool(horizon.budgets) or any({action.layer, action.to_layer} & dated for action in one.actions)
        for year in years if every else years[:1]:
            new_land = not (one.existing or one.kind in PREMISES)
            found.append(Option(number, year, one.cost_cny, horizon.spend(one.kind, year, one.cost_cny), new_land, year - years[0]))
    return tuple(found)


def exclusive_groups(candidates: Sequence[Candidate], options: Sequence[Option]) -> tuple[tuple[int, ...], ...]:
    """Options of which one at most may be chosen: the years of one candidate, candidates of one premises, changes to one facility."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for o, option in enumerate(options):
        one = candidates[option.candidate]
        groups.setdefault(("candidate", str(option.candidate)), []).append(o)
        if one.premises:
            groups.setdefault(("premises", one.premises), []).append(o)
        for action in one.actions:
            if action.do != "add":
                groups.setdefault(("facility", action.layer, action.id), []).append(o)
    found = dict.fromkeys(tuple(group) for group in groups.values() if len(group) > 1)
    return tuple(group for group in found if not any(set(group) < set(other) for other in found))


def beside_of(city: City, candidates: Sequence[Candidate], options: Sequence[Option]) -> Beside:
    """The city with the rows of every option beside its own. Raises InputError where an action cannot be done to the city."""
    from planner.plan.applying import apply_actions
    from planner.plan.facility_edits import Where

    batches: list[list[tuple[Action, int, str, str]]] = [[]]
    edits: dict[tuple[str, str], int] = {}
    for o, option in enumerate(options):
        one = candidates[option.candidate]
        for action in one.in_year(option.year):
            if action.do == "add":
                batches[0].append((replace(action, id=f"{action.id}\u2009{o}"), o, action.layer, f"{action.id}\u2009{o}"))
                continue
            batch = edits.get((action.layer, action.id), 0)
            edits[action.layer, action.id] = batch + 1
            while len(batches) <= batch:
                batches.append([])
            batches[batch].append((action, o, action.to_layer or action.layer, action.id))
    rows: dict[str, list[tuple[FacilityLayer, int, int]]] = {}
    takes: dict[str, dict[int, list[int]]] = {}
    own = {slug: {ident: row for row, ident in enumerate(layer.frame["id"])} for slug, layer in city.facilities.items()}
    for batch_actions in batches:
        names = [(action, Where(candidates[options[o].candidate].id, 1)) for action, o, _, _ in batch_actions]
        after = apply_actions(city, names)
        at = {slug: {ident: row for row, ident in enumerate(after.facilities[slug].frame["id"])} for _, _, slug, _ in batch_actions}
        for action, o, slug, ident in batch_actions:
            if action.do != "add":
                takes.setdefault(action.layer, {}).setdefault(own[action.layer][action.id], []).append(o)
            if action.do != "close":
                rows.setdefault(slug, []).append((after.facilities[slug], at[slug][ident], o))
    layers, brings = dict(city.facilities), {}
    for slug, some in rows.items():
        layers[slug], brings[slug] = _longer(city.facilities[slug], some)
    return Beside(replace(city, facilities=layers), brings,
                  {slug: {row: tuple(taken) for row, taken in own_rows.items()} for slug, own_rows in takes.items()})


def _longer(layer: FacilityLayer, rows: Sequence[tuple[FacilityLayer, int, int]]) -> tuple[FacilityLayer, Any]:
    """A layer with the rows of options after its own, and (J,) the option of each row, -1 for its own."""
    import geopandas as gpd
    import pandas as pd

    by_layer: dict[int, tuple[FacilityLayer, list[int], list[int]]] = {}
    for changed, row, option in rows:
        entry = by_layer.setdefault(id(changed), (changed, [], []))
        entry[1].append(row)
        entry[2].append(option)
    parts = [layer.frame, *(changed.frame.iloc[numbers] for changed, numbers, _ in by_layer.values())]
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=layer.frame.crs)
    for column in frame.columns:
        if frame[column].dtype == object and column != "geometry":
            frame[column] = ["" if value is None or value != value else value for value in frame[column]]
    extents = None
    if any(one.extents is not None for one in (layer, *(changed for changed, _, _ in by_layer.values()))):
        taken = [layer.extents or points_only(len(layer))]
        for changed, numbers, _ in by_layer.values():
            whole = changed.extents or points_only(len(changed))
            taken.append(whole.take(np.array(numbers, dtype=np.int64)))
        extents = joined(taken)
    options = [-1] * len(layer) + [option for _, _, numbers in by_layer.values() for option in numbers]
    return replace(layer, frame=frame, extents=extents), np.array(options, dtype=np.int64)


def parse_lead(written: str) -> dict[str, int]:
    """Lead times as a person writes them (`new=3,expand=1`), over the defaults. Raises InputError."""
    found = dict(LEAD_YEARS)
    for part in filter(None, (piece.strip() for piece in written.split(","))):
        kind, _, years = (piece.strip() for piece in part.partition("="))
        if kind not in KINDS or not years.isdigit() or int(years) > 20:
            raise InputError("programme_lead", value=part, kinds=", ".join(KINDS))
        found[kind] = int(years)
    return found


def parse_budget(written: str) -> tuple[float | None, dict[int, float]]:
    """A budget as a person writes it: yuan in all (`9e6`), or by year (`2026=3e6,2027=4e6`). Raises InputError."""
    def yuan(text: str) -> float:
        try:
            value = float(text.replace("_", ""))
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            raise InputError("programme_budget", value=text)
        return value

    if "=" not in written:
        return yuan(written), {}
    found: dict[int, float] = {}
    for part in filter(None, (piece.strip() for piece in written.split(","))):
        year, _, money = (piece.strip() for piece in part.partition("="))
        if not (year.isdigit() and len(year) == 4) or int(year) in found:
            raise InputError("programme_budget", value=part)
        found[int(year)] = yuan(money)
    return None, found


def parse_years(written: str) -> tuple[int, int]:
    """First and last year as a person writes them (`2026:2030`, or one year). Raises InputError."""
    ends = [part.strip() for part in written.split(":")]
    if not 1 <= len(ends) <= 2 or not all(part.isdigit() and 1900 <= int(part) <= 2200 for part in ends):
        raise InputError("programme_years_form", value=written)
    first, last = int(ends[0]), int(ends[-1])
    if last < first:
        raise InputError("programme_years", first=first, last=last)
    return first, last
