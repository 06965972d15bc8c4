"""Candidate actions worked out from the gaps, with costs from the project's unit costs: estimates, and labelled as such.

New facilities are offered on the project's premises and land (`[candidates]`) that lie in the unit and suit the layer, and at homes of the
unit: the one nearest to the centre of its people first, then those farthest from what is offered already. Existing facilities are offered
enlarged or converted where that would satisfy the conditions. What has no unit cost is not offered, and told.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.i18n import pick
from planner.inputs.coordinates import WGS84, convert, parse_system
from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.plan.actions import AREA_COLUMNS, BED_COLUMNS
from planner.plan.gaplist import Sentence, UnitCost
from planner.plan.programme import Wanted
from planner.plan.programme_needs import WHOLE, Need, Raise, needs_of, usual_size
from planner.plan.programme_options import Candidate
from planner.plan.programme_reasons import Lacking
from planner.plan.scenario import Action, Value
from planner.plan.unit_costs import estimate, norm_size, running_subsidy
from planner.siting.candidates import LEDGER, Candidates, candidates, existing_stock, unit_of
from planner.targets.access import points_beyond
from planner.targets.catalogue import layer_info
from planner.targets.inquiry import Inquiry, Ledger, city_name
from planner.units import TravelProfile

MOST_PLACES = 300
"""So many new places are offered for one target of the whole area; of people beyond reach they are the farthest apart."""
SPARE = 3
"""So many places more than facilities are offered in a unit, so that there is something to choose from."""
LEAST_AREA_SHARE = 0.5
"""Premises without a stated layer are offered where they have at least this share of the floor area that the layer usually has."""


@dataclass(frozen=True, slots=True)
class Generated:
    """Candidate actions, and what could not be offered."""

    candidates: tuple[Candidate, ...]
    lacking: tuple[Lacking, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something new could be. premises : id in the ledger, "" for land at somebody's home. cost_cny : stated there, NaN unknown.
    spaced : whether it is a place of streets or a grid, offered only to people beyond reach."""

    lon: float
    lat: float
    name: str
    premises: str = ""
    existing: bool = False
    layer: str = ""
    area_m2: float = math.nan
    cost_cny: float = math.nan
    spaced: bool = False


def generate(city: City, wanted: Wanted, costs: Sequence[UnitCost], *, day: dt.date, premises: str | None = None) -> Generated:
    """Candidates for every target that is not met. premises : the one ledger of `[candidates]` to use, or places as `planner site` has them
    (`streets:250`, `grid:500`); None uses all ledgers. Raises InputError: candidates_* for places that cannot be made."""
    return _Maker(city, costs, premises).make(wanted, day)


@dataclass(slots=True)
class _Maker:
    """Gathers candidates, each offered once whatever targets ask for it."""

    city: City
    costs: Sequence[UnitCost]
    ledger: str | None
    found: dict[tuple[Any, ...], Candidate] = field(default_factory=dict)
    lacking: dict[Lacking, None] = field(default_factory=dict)
    premises: list[tuple[_Place, float, float]] = field(default_factory=list)

    def make(self, wanted: Wanted, day: dt.date) -> Generated:
        """Candidates for the failing targets, in their order."""
        self.premises = list(_premises(self.city, self.ledger))
        for ident in wanted.failing:
            pack, result = wanted.packs[ident], wanted.results[ident]
            for need in needs_of(self.city, pack, result, day):
                if isinstance(need, Raise):
                    self.raised(need)
                    continue
                beyond = None
                if need.near and result.check is not None and result.check.metric == "population_within":
                    beyond = points_beyond(Inquiry(self.city, pack, result.check, day, Ledger()))
                self.new(need, beyond)
        found = tuple(_numbered(one, k + 1) for k, one in enumerate(self.found.values()))
        return Generated(found, tuple(self.lacking))

    # ---- new facilities ----------------------------------------------------------------------------------------------
    def new(self, need: Need, beyond: Any) -> None:
        """A need for new facilities."""
        values = self.sized(need)
        count = need.count
        if need.amount:
            each = _amount(values, need.of)
            count = math.ceil(need.amount / each) if each else 1
        for place in self.places(need, count, beyond):
            self.offer(need, place, values)

    def sized(self, need: Need) -> dict[str, Value]:
        """The columns of a new facility: what conditions ask, sizes, and 0 in bed columns nobody asks for, so that no blank decides."""
        values = dict(need.values)
        frame = self.city.facilities[need.layer].frame
        if need.amount:
            usual = self.usual(need.layer, need.of)
            size = need.amount if need.unit or math.isnan(usual) else min(need.amount, usual)
            values[need.of] = float(max(_amount(values, need.of), size))
        for column in ("beds", "area_m2"):
            usual = self.usual(need.layer, column)
            if column in frame and column not in values and not math.isnan(usual):
                values[column] = usual
        parts = [float(value) for column in BED_COLUMNS if column != "beds" and isinstance(value := values.get(column), float)]
        if isinstance(beds := values.get("beds"), float) and parts:
            values["beds"] = max(beds, *parts)
        for column in BED_COLUMNS:
            if column in frame and column not in values and frame[column].dtype.kind in "fiu":
                values[column] = 0.0
        return values

    def offer(self, need: Need, place: _Place, values: dict[str, Value]) -> None:
        """One new facility at one place."""
        do = "convert" if place.existing else "new"
        beds, area = (next((float(value) for column in columns if isinstance(value := values.get(column), float) and value > 0), None)
                      for columns in (BED_COLUMNS, AREA_COLUMNS))
        priced: tuple[float, UnitCost | None] | Sentence
        if place.layer == need.layer and not math.isnan(place.cost_cny):
            priced = place.cost_cny, None
        else:
            priced = self.price(need.layer, (do, "new") if place.existing else (do,), beds, area)
        if isinstance(priced, Sentence):
            self.lacking[Lacking(need.target_id, "cost", need.layer, do)] = None
            return
        cny, row = priced
        key = ("new", need.layer, place.premises or (place.lon, place.lat), tuple(sorted(values.items(), key=str)))
        if key in self.found:
            return
        action = Action("add", need.layer, "", values, place.lon, place.lat)
        self.found[key] = Candidate("", do, need.layer, cny, (action,), self.name(place, need.layer), "", place.premises,
                                    place.existing, running_subsidy(self.costs, need.layer, beds, area), row is not None,
                                    *_told(row), need.unit, place.lon, place.lat)

    def usual(self, layer: str, column: str) -> float:
        """The usual size of a facility: by the table of unit costs, else the median of the layer's own ledger; NaN unknown."""
        stated = norm_size(self.costs, layer, {"beds": "bed", "area_m2": "m2"}.get(column, ""))
        return usual_size(self.city, layer, column) if stated is None else stated

    def name(self, place: _Place, layer: str) -> str:
        """What a new facility is called until it has a name."""
        return f"{place.name}·{pick(layer_info(layer).name, 'zh')}"

    def places(self, need: Need, count: int, beyond: Any) -> Iterator[_Place]:
        """Premises that suit, then homes."""
        usual = self.usual(need.layer, "area_m2")
        for place, x, y in self.premises:
            if place.layer not in ("", need.layer) or not self.inside(need, x, y):
                continue
            if place.spaced and not need.near:
                continue
            if not (place.spaced or place.layer) and not math.isnan(usual) and not place.area_m2 >= LEAST_AREA_SHARE * usual:
                continue
            yield place
        most = MOST_PLACES if need.near and not need.unit else count if need.near or not need.unit else count + SPARE
        yield from self.homes(need, min(most, MOST_PLACES), beyond)

    def inside(self, need: Need, x: float, y: float) -> bool:
        """Whether a place lies in the unit of a need."""
        if not need.unit or need.level not in self.city.boundaries.levels:
            return True
        codes = self.city.boundaries.frame(need.level)["code"].tolist()
        at = int(unit_of(self.city, need.level, np.array([x]), np.array([y]))[0])
        return at >= 0 and codes[at] == need.unit

    def homes(self, need: Need, count: int, beyond: Any) -> Iterator[_Place]:
        """Homes of the unit: the one nearest to the centre of the people, then those farthest from all before."""
        demand = self.city.demand
        people = np.nan_to_num(demand.people.get("total", next(iter(demand.people.values()))))
        here = people > 0
        if need.unit and need.level in demand.units:
            here &= np.asarray(demand.units[need.level] == need.unit, dtype=bool)
        if beyond is not None:
            here &= beyond
        rows = np.flatnonzero(here)
        if not len(rows):
            return
        x, y, weight = demand.x[rows], demand.y[rows], people[rows]
        centre = np.average(x, weights=weight), np.average(y, weights=weight)
        away = np.hypot(x - centre[0], y - centre[1])
        picked = [int(np.argmin(away))]
        apart = np.hypot(x - x[picked[0]], y - y[picked[0]])
        while len(picked) < min(count, len(rows)):
            most = int(np.argmax(apart))
            if apart[most] <= 0:
                break
            picked.append(most)
            apart = np.minimum(apart, np.hypot(x - x[most], y - y[most]))
        lon, lat = convert(parse_system(self.city.crs), parse_system(WGS84), x[picked], y[picked])
        names = self.unit_names(rows[picked])
        for k in range(len(picked)):
            yield _Place(round(float(lon[k]), 7), round(float(lat[k]), 7), names[k])

    def unit_names(self, rows: Any) -> list[str]:
        """The name of the finest unit that holds each of some homes, else the city's."""
        found = [city_name(self.city)] * len(rows)
        for level in LEVELS:
            if level in self.city.demand.units and level in self.city.boundaries.levels:
                frame = self.city.boundaries.frame(level)
                names = dict(zip(frame["code"], frame["name"], strict=True))
                found = [str(names.get(code) or name) for code, name in zip(self.city.demand.units[level][rows], found, strict=True)]
        return found

    # ---- existing facilities -----------------------------------------------------------------------------------------
    def raised(self, one: Raise) -> None:
        """An existing facility with new values."""
        frame = self.city.facilities[one.layer].frame
        priced = self.price(one.layer, (one.kind, "convert") if one.kind == "expand" else (one.kind,), one.beds, one.area_m2)
        if isinstance(priced, Sentence):
            if one.kind != "open":  # few tables price what is built already
                self.lacking[Lacking(one.target_id, "cost", one.layer, one.kind)] = None
            return
        cny, row = priced
        ident, name = str(frame["id"].iloc[one.row]), str(frame["name"].iloc[one.row])
        key = ("raise", one.kind, one.layer, ident, tuple(sorted(one.values.items(), key=str)))
        if key not in self.found:
            numbers = all(isinstance(value, float) and column in frame for column, value in one.values.items())
            action = Action("expand" if numbers else "set", one.layer, ident, dict(one.values))
            self.found[key] = Candidate("", one.kind, one.layer, cny, (action,), name, ident, "", True,
                                        running_subsidy(self.costs, one.layer, one.beds, one.area_m2), row is not None, *_told(row))

    def price(self, layer: str, ways: Sequence[str], beds: float | None, area: float | None) -> tuple[float, UnitCost | None] | Sentence:
        """Yuan by the first way that the unit costs know, or why there is none."""
        priced: tuple[float, UnitCost] | Sentence = Sentence("gaps.cost.no_table")
        for do in ways:
            priced = estimate(self.costs, layer, do, 1, beds, area)
            if not isinstance(priced, Sentence):
                break
        return priced


def _amount(values: dict[str, Value], column: str) -> float:
    """A number among values, 0 where there is none."""
    value = values.get(column, 0.0)
    return value if isinstance(value, float) else 0.0


def _told(row: UnitCost | None) -> tuple[str, str, str]:
    """Price year, source and certainty of a cost."""
    return (row.price_year, row.source, row.certainty) if row is not None else ("", "", "")


def _numbered(one: Candidate, number: int) -> Candidate:
    """A candidate with its id, which what it adds bears too."""
    ident = f"G{number:04d}"
    return replace(one, id=ident, actions=tuple(replace(action, id=ident) if action.do == "add" else action for action in one.actions))


def _premises(city: City, ledger: str | None) -> Iterator[tuple[_Place, float, float]]:
    """The rows of the project's ledgers of premises and land, with their metres."""
    travel = next(iter(city.travels.values()), TravelProfile("walk", "walk", metres_per_minute=1.0))
    for name in city.candidates if ledger is None else (ledger,):
        if name in city.candidates and not len(city.candidates[name]):
            continue
        found: Candidates = candidates(city, name, travel)
        lon, lat = convert(parse_system(city.crs), parse_system(WGS84), found.x, found.y)
        stock, layer, area, cost = existing_stock(found), found.text("layer"), found.number("area_m2"), found.number("cost_cny")
        for k in range(len(found)):
            place = _Place(round(float(lon[k]), 7), round(float(lat[k]), 7), str(found.name[k] or found.id[k]), f"{name}:{found.id[k]}",
                           bool(stock[k]), str(layer[k]).strip(), float(area[k]), float(cost[k]), found.origin != LEDGER)
            yield place, float(found.x[k]), float(found.y[k])


__all__ = ["WHOLE", "Generated", "generate"]
