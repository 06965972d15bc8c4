"""One centre with its stations in a project: where the centre of each street and its stations go, station near centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import TOTAL, BoolArray, FloatArray, IntArray
from planner.measure.attaching import Chosen, chosen_together, counting_facilities, places_as_chosen
from planner.measure.city import City
from planner.measure.coverage import unit_of_points
from planner.plan import screening
from planner.plan.gaplist import Sentence, UnitCost
from planner.plan.proof_words import proof_sentence
from planner.plan.siting_ground import cost_of
from planner.plan.siting_question import SitingQuestion
from planner.plan.siting_sections import SitingRules
from planner.plan.siting_ways import LeftOut, between, left_out, limit_of, names_without_place, people_to
from planner.plan.unit_seats import units_of_class
from planner.siting.candidates import candidates, unit_of
from planner.siting.choices import Choices, choices
from planner.siting.problem import Pairs
from planner.siting.proof import Proof, Reason
from planner.siting.solver import Cancel, Progress
from planner.siting.stations import StationRules, StationsResult, solve_stations, stations_problem
from planner.units import TravelProfile


@dataclass(frozen=True, slots=True)
class StationsQuestion:
    """Centres and stations to site.

    centres, stations : layers; facilities that exist stay.   level : units whose centre is theirs (township), of `unit_class` only.
    travel, minutes or metres : how far people go to a station (or to a centre, if `centre_serves`).
    link_travel, link_minutes or link_metres : how far a station may be from its own unit's centre.
    candidates, centre_candidates : as in `planner site`; the same for both if left out.   new : at most so many new stations.
    share, budget, least, most, bind_existing, where_possible : rules of planner.siting.stations.
    """

    centres: str
    stations: str
    travel: str
    minutes: float | None = None
    metres: float | None = None
    link_travel: str | None = None
    link_minutes: float | None = None
    link_metres: float | None = None
    level: str = "township"
    unit_class: str | None = None
    group: str = TOTAL
    candidates: str | None = None
    centre_candidates: str | None = None
    centre_serves: bool = True
    new: int | None = None
    share: float | None = None
    budget: float | None = None
    least: int = 1
    most: int = 1
    bind_existing: bool = False
    where_possible: bool = True
    as_of: dt.date | None = None

    def rules(self, existing: int) -> StationRules:
        """The rules, given how many stations exist."""
        return StationRules(self.least, self.most, self.share, self.budget, None if self.new is None else existing + self.new,
                            self.bind_existing, self.where_possible)


@dataclass(frozen=True, slots=True)
class SitedPlace:
    """A centre or station of the plan. exists : it is there today. centre : id of the centre that a station belongs to, "" where none is
    near enough. link_minutes : to it. cost_cny : of what is new, None where nobody says."""

    kind: str
    id: str
    name: str
    unit: str
    lon: float
    lat: float
    exists: bool
    cost_cny: float | None
    centre: str = ""
    link_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class CentreStations:
    """The answer. lacking : names of units that have no centre and no candidate for one. unlinked : existing stations with no centre near
    enough. covered_before : people whom existing stations (and centres) serve. left_out : candidates for centres, and for stations, that
    take no part."""

    question: StationsQuestion
    as_of: dt.date
    limit_m: float
    link_m: float
    result: StationsResult
    places: tuple[SitedPlace, ...]
    lacking: tuple[str, ...]
    covered_before: float
    left_out: tuple[LeftOut, LeftOut]
    priced: bool
    why: tuple[Sentence, ...]
    metres_per_minute: float

    @property
    def proof(self) -> Proof:
        """How far the answer can be trusted."""
        return self.result.proof

    @property
    def unlinked(self) -> tuple[SitedPlace, ...]:
        """Stations that no centre of their own unit is near enough to."""
        return tuple(place for place in self.places if place.kind == "station" and not place.centre)

    @property
    def sentence(self) -> Sentence:
        """The answer in a planner's words."""
        if self.proof.objective is None:
            return Sentence("layout.none_because", {"reasons": self.why}) if self.why else proof_sentence(self.proof, "stations_most")
        total, got = self.result.total_weight, self.result.covered_weight
        new = {kind: sum(not place.exists and place.kind == kind for place in self.places) for kind in ("centre", "station")}
        most = self.question.share is None
        cost = Sentence("layout.stations.cost", {"cost": self.result.cost / 1e4}) if self.priced else ""
        kind = "most" if most else "cost" if self.priced else "number"
        scale = 100 / total if most and total else 1e-4 if self.priced and not most else 1.0
        return Sentence("layout.stations.plan", {
            "centres": new["centre"], "stations": new["station"], "people": round(got), "share": got / total * 100 if total else 0.0,
            "before": self.covered_before / total * 100 if total else 0.0, "minutes": self.limit_m / self.metres_per_minute, "cost": cost,
            "proof": proof_sentence(self.proof, f"stations_{kind}", scale=scale)})


@dataclass(frozen=True, slots=True)
class _Side:
    """Centres or stations: those that exist, then the candidates. unit : number of each one's unit."""

    layer: str
    chosen: Chosen
    existing: int
    id: tuple[str, ...]
    name: tuple[str, ...]
    unit: IntArray
    cost: FloatArray
    out: LeftOut

    def choices(self, units: int, priced: bool) -> Choices:
        """As choices: what exists stays; a cost counts as 1 each where money does not."""
        fixed = np.r_[np.ones(self.existing, dtype=np.int8), np.zeros(len(self.unit) - self.existing, dtype=np.int8)]
        return choices(self.unit, units, price=np.nan_to_num(self.cost) if priced else None, fixed=fixed)


def centre_stations(city: City, question: StationsQuestion, *, rules: Sequence[SitingRules] = (), costs: Sequence[UnitCost] = (),
                    time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
                    cancel: Cancel | None = None) -> CentreStations:
    """Where the centres and stations go. rules : what a site of a centre, and of a station, must be (planner.plan.siting_sections).

    With a budget only candidates whose cost is known take part; with a share money counts where all costs are known. Raises InputError for
    what the project has not, UnitError for limits, SitingError for rules that cannot be.
    """
    travel, day = city.travel(question.travel), question.as_of or dt.date.today()
    link_travel = city.travel(question.link_travel or question.travel)
    limit_m = limit_of(travel, question.minutes, question.metres)
    link_m = limit_of(link_travel, question.link_minutes, question.link_metres)
    frame, mine = city.boundaries.frame(question.level), units_of_class(city, question.level, question.unit_class)
    wanted = rules or (SitingRules(), SitingRules())
    spec = question.candidates or (next(iter(city.candidates)) if len(city.candidates) == 1 else "streets:250")
    asked = ((question.centres, question.centre_candidates or spec, wanted[0]), (question.stations, spec, wanted[1]))
    sides = [_side(city, question, *one, travel, day, mine, costs) for one in asked]
    known = not any(np.isnan(side.cost).any() for side in sides)
    priced = question.budget is not None or (question.share is not None and known)
    centres, stations = sides
    people = np.where(_inside(city, question.level, frame["code"].tolist(), mine), city.demand.group(question.group), 0.0)
    reach = people_to(city, chosen_together(centres.chosen, stations.chosen), travel, limit_m)
    if not question.centre_serves:
        from planner.siting.choices import only

        reach = only(reach, reach.column >= len(centres.unit))
    links = between(city, (stations.chosen.x, stations.chosen.y), (centres.chosen.x, centres.chosen.y), link_travel, link_m)
    problem = stations_problem(centres.choices(int(mine.sum()), priced), stations.choices(int(mine.sum()), priced),
                               question.rules(stations.existing), weight=people, reach=reach, links=links, within=np.inf)
    answer = solve_stations(problem, time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    names = frame["name"].to_numpy(dtype=object)[mine]
    may = np.bincount(centres.unit, minlength=len(names))
    exists = np.r_[np.arange(len(centres.unit)) < centres.existing, np.arange(len(stations.unit)) < stations.existing]
    before = np.bincount(reach.row_of, exists[reach.column], minlength=len(people)) > 0
    lacking = tuple(str(name) for name in names[may < question.least])
    return CentreStations(question, day, limit_m, link_m, answer, _told(city, centres, stations, answer, names, links, link_travel, priced),
                          lacking, float(people[before].sum()), (centres.out, stations.out), priced,
                          _why(answer.proof.reasons, names, stations), travel.metres_per_minute)


def _inside(city: City, level: str, codes: list[str], mine: BoolArray) -> BoolArray:
    """(I,) people of the units asked about."""
    unit = unit_of_points(city, level, codes)
    found: BoolArray = (unit >= 0) & mine[unit]
    return found


def _side(city: City, question: StationsQuestion, layer: str, spec: str, asked: SitingRules, travel: TravelProfile, day: dt.date,
          mine: BoolArray, costs: Sequence[UnitCost]) -> _Side:
    """Facilities of a layer and candidates for it in the units asked about; with a budget, only those whose cost is known."""
    there = counting_facilities(city, layer, day)
    frame = city.layer(layer).frame
    place = {code: k for k, code in enumerate(city.boundaries.frame(question.level)["code"])}
    stated = frame[f"unit_{question.level}"].to_numpy(dtype=object)[there.row]
    unit_there = np.array([place.get(code, -1) for code in stated], dtype=np.int64)
    found = candidates(city, spec, travel)
    price = cost_of(SitingQuestion(layer=layer, model="mclp", travel=question.travel), found, costs)
    unit_new = unit_of(city, question.level, found.x, found.y)
    may, out = left_out(city, found, travel, inside=(unit_new >= 0) & mine[unit_new],
                        passes=screening.screen(city, found, layer, asked, travel, as_of=day).passes,
                        priced=~np.isnan(price) if question.budget is not None else np.ones(len(found), dtype=np.bool_),
                        without_place=names_without_place(city, layer, there, day))
    kept, stay = np.flatnonzero(may), np.flatnonzero((unit_there >= 0) & mine[unit_there])
    number = np.cumsum(mine) - 1
    old = Chosen(there.layer[stay], there.row[stay], there.x[stay], there.y[stay], there.extents.take(stay))
    ids, names = (frame[key].to_numpy(dtype=object)[there.row[stay]] for key in ("id", "name"))
    return _Side(
        layer, chosen_together(old, places_as_chosen(layer, found.x[kept], found.y[kept])), len(stay),
        tuple(str(one) for one in (*ids, *found.id[kept])), tuple(str(one) for one in (*names, *found.name[kept])),
        number[np.r_[unit_there[stay], unit_new[kept]]].astype(np.int64), np.r_[np.zeros(len(stay)), price[kept]], out)


def _told(city: City, centres: _Side, stations: _Side, answer: StationsResult, names: np.typing.NDArray[np.object_], links: Pairs,
          link_travel: TravelProfile, priced: bool) -> tuple[SitedPlace, ...]:
    """Centres, then stations, of the plan, unit by unit."""
    from planner.inputs.coordinates import WGS84, convert, parse_system
    from planner.siting.results import pair_cost

    told = []
    linked = answer.centre_of >= 0
    metres = np.full(len(answer.stations), np.nan)
    if linked.any():
        metres[linked] = pair_cost(links, answer.stations[linked], answer.centre_of[linked])
    for side, kind, rows in ((centres, "centre", answer.centres), (stations, "station", answer.stations)):
        lon, lat = convert(parse_system(city.crs), parse_system(WGS84), side.chosen.x[rows], side.chosen.y[rows])
        for k, row in enumerate(rows.tolist()):
            exists = row < side.existing
            centre = centres.id[answer.centre_of[k]] if kind == "station" and linked[k] else ""
            minutes = float(metres[k]) / link_travel.metres_per_minute if centre else None
            cost = None if exists or np.isnan(side.cost[row]) or not priced else float(side.cost[row])
            told.append((int(side.unit[row]), SitedPlace(kind, side.id[row], side.name[row], str(names[side.unit[row]]), float(lon[k]),
                                                         float(lat[k]), exists, cost, centre, minutes)))
    return tuple(place for _, place in sorted(told, key=lambda pair: (pair[0], pair[1].kind, not pair[1].exists, pair[1].id)))


def _why(reasons: tuple[Reason, ...], names: np.typing.NDArray[np.object_], stations: _Side) -> tuple[Sentence, ...]:
    """What stands in the way, with the names of units and stations."""
    said = []
    for reason in reasons:
        about = stations.name if reason.code == "station_unlinked" else names
        said.append(Sentence(f"layout.stations.why.{reason.code}", {"names": tuple(str(about[k]) for k in reason.about),
                                                                    "amount": (reason.amount or 0.0) * 100}))
    return tuple(said)
