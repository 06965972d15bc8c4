"""Units chosen of a project: the townships or villages that get a service, so that most people are near one that has it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from planner.errors import InputError
from planner.inputs.layers import TOTAL, BoolArray, IntArray
from planner.measure.attaching import counting_facilities, places_as_chosen
from planner.measure.city import City
from planner.measure.coverage import LIMIT_SLACK_M, nearest_facility, unit_of_points
from planner.measure.small_counts import small
from planner.plan.gaplist import Sentence
from planner.plan.proof_words import proof_sentence
from planner.plan.siting_ways import between, limit_of, people_to
from planner.plan.unit_seats import Seats, seats, units_of_class
from planner.siting.choices import choices
from planner.siting.problem import sums
from planner.siting.proof import Proof, Reason
from planner.siting.solver import Cancel, Progress
from planner.siting.unit_choice import UnitsResult, solve_units, unit_rules, units_problem


@dataclass(frozen=True, slots=True)
class UnitsQuestion:
    """Which units of a level to choose.

    count : how many, new ones.   share : instead, the fewest that bring this share of all people of `group` within reach.
    travel, minutes or metres : reach of a chosen unit, from the people to its seat; with `seats_of`, a finer level, from the seats of its
    units.   objective : `reach` or `distance` (planner.siting.unit_choice); with a share it is `fewest`.
    layer : facilities of it serve already, and a unit that has one is not chosen again.   per, least, most : chosen units in each unit of
    the coarser level `per`.   unit_class : only units of this class.   seat_layer : its facilities are the seats.   leave_out : codes that
    may not be chosen.
    """

    level: str
    travel: str
    count: int | None = None
    share: float | None = None
    minutes: float | None = None
    metres: float | None = None
    seats_of: str | None = None
    objective: str = "reach"
    group: str = TOTAL
    layer: str | None = None
    per: str | None = None
    least: int = 0
    most: int | None = None
    unit_class: str | None = None
    seat_layer: str | None = None
    leave_out: tuple[str, ...] = ()
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ChosenUnit:
    """A unit that was chosen. people_within : of the group, in reach of its seat; people_nearest : of these, those who have no chosen unit
    nearer; both None where they are too few to tell. seat : `facility`, `people` or `shape` (planner.plan.unit_seats)."""

    code: str
    name: str
    per: str
    lon: float
    lat: float
    seat: str
    people_within: float | None
    people_nearest: float | None


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """The answer. served_before : people whom the layer serves already. have_one : names of units that have a facility of the layer.
    unreachable : people whom no choice can serve."""

    question: UnitsQuestion
    as_of: dt.date
    limit_m: float
    metres_per_minute: float
    seats: Seats
    result: UnitsResult
    units: tuple[ChosenUnit, ...]
    candidates: int
    served_before: float
    have_one: tuple[str, ...]
    unreachable: float
    why: tuple[Sentence, ...]

    @property
    def proof(self) -> Proof:
        """How far the answer can be trusted."""
        return self.result.proof

    @property
    def sentence(self) -> Sentence:
        """The answer in a planner's words."""
        if self.proof.objective is None:
            return Sentence("layout.none_because", {"reasons": self.why}) if self.why else proof_sentence(self.proof, "units_reach")
        total = self.result.total_weight
        kind = "fewest" if self.question.share is not None else self.question.objective
        scale = 100 / total if kind == "reach" and total else 1 / total / self.metres_per_minute if kind == "distance" and total else 1.0
        served = self.served_before / total * 100 if total else 0.0
        return Sentence("layout.units.plan", {
            "units": len(self.units), "candidates": self.candidates, "share": self.result.covered_weight / total * 100 if total else 0.0,
            "minutes": self.limit_m / self.metres_per_minute, "people": round(self.result.covered_weight),
            "before": Sentence("layout.units.before", {"before": served}) if self.question.layer else "",
            "names": tuple(unit.name for unit in self.units[:12]), "more": Sentence("layout.units.more") if len(self.units) > 12 else "",
            "proof": proof_sentence(self.proof, f"units_{kind}", scale=scale)})


def choose_units(city: City, question: UnitsQuestion, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1,
                 progress: Progress | None = None, cancel: Cancel | None = None) -> UnitChoice:
    """The units of a level to choose.

    Raises InputError for what the project has not (level, travel, group, layer, codes), UnitError for limits, SitingError for rules that
    cannot be.
    """
    travel, day = city.travel(question.travel), question.as_of or dt.date.today()
    limit_m = limit_of(travel, question.minutes, question.metres)
    places = seats(city, question.level, layer=question.seat_layer, as_of=day)
    closed, have = _closed(city, question, places, day)
    people = city.demand.group(question.group)
    targets = places_as_chosen(question.level, places.x, places.y)
    served = np.zeros(len(people), dtype=np.bool_)
    if question.layer is not None:
        near = nearest_facility(city, counting_facilities(city, question.layer, day), travel)
        served = near.cost_m <= limit_m + LIMIT_SLACK_M
    if question.seats_of is None:
        reach, weight, done = people_to(city, targets, travel, limit_m), people, served
    else:
        finer = seats(city, question.seats_of, layer=None)
        unit = unit_of_points(city, question.seats_of, finer.code)
        reach = between(city, (finer.x, finer.y), (places.x, places.y), travel, limit_m)
        weight, done = sums(unit[unit >= 0], people[unit >= 0], len(finer)), np.zeros(len(finer), dtype=np.bool_)
        if question.layer is not None:
            there = counting_facilities(city, question.layer, day)
            done = between(city, (finer.x, finer.y), (there.x, there.y), travel, limit_m).degree > 0
    group, groups = _groups(city, question)
    units = choices(group, len(groups), fixed=np.where(closed, -1, 0))
    objective = "fewest" if question.share is not None else question.objective
    rules = unit_rules(objective, len(groups), least=question.least if question.per else None,
                       most=question.most if question.per else None, count=question.count, share=question.share)
    answer = solve_units(units_problem(units, rules, weight=weight, reach=reach, served=done), time_limit_s=time_limit_s, gap=gap,
                         seed=seed, progress=progress, cancel=cancel)
    return UnitChoice(question, day, limit_m, travel.metres_per_minute, places, answer,
                      _told(city, places, answer, weight, reach.row_of, reach.column, [groups[k] for k in group]), int((~closed).sum()),
                      float(weight[done].sum()), have, float(weight[answer.unreachable].sum()), _why(answer.proof.reasons, groups))


def _closed(city: City, question: UnitsQuestion, places: Seats, day: dt.date) -> tuple[BoolArray, tuple[str, ...]]:
    """(A,) units that may not be chosen, and the names of those that have a facility already. Raises InputError for unknown codes and for a
    class that no unit has."""
    codes = np.array(places.code, dtype=object)
    unknown = [code for code in question.leave_out if code not in places.code]
    if unknown:
        raise InputError("units_code_unknown", level=question.level, codes=", ".join(unknown))
    closed = np.isin(codes, question.leave_out) | ~units_of_class(city, question.level, question.unit_class)
    if question.layer is None:
        return closed, ()
    ledger, counts = city.layer(question.layer).frame, city.counting(question.layer, day).counts
    have = np.isin(codes, ledger[f"unit_{question.level}"].to_numpy(dtype=object)[counts])
    return closed | have, tuple(places.name[k] for k in np.flatnonzero(have))


def _groups(city: City, question: UnitsQuestion) -> tuple[IntArray, tuple[str, ...]]:
    """(A,) the number of each unit's group, and the names of the groups: the units of the level `per` that hold their seats' shapes."""
    from planner.siting.candidates import unit_of

    own = city.boundaries.frame(question.level)
    if question.per is None:
        return np.zeros(len(own), dtype=np.int64), ("",)
    above = city.boundaries.frame(question.per)
    names = tuple(str(name) for name in above["name"])
    place = {str(code): k for k, code in enumerate(above["code"])}
    group = np.array([place.get(str(code), -1) for code in own["parent"]], dtype=np.int64)
    if (group < 0).any():
        inner = own.geometry.representative_point()
        group = np.where(group < 0, unit_of(city, question.per, inner.x.to_numpy(), inner.y.to_numpy()), group)
    if (group < 0).any():
        raise InputError("units_outside", level=question.level, per=question.per, name=str(own["name"].iloc[int(np.argmin(group))]))
    return group, names


def _told(city: City, places: Seats, answer: UnitsResult, weight: np.typing.NDArray[np.float64], row: np.typing.NDArray[np.int32],
          column: np.typing.NDArray[np.int32], per: list[str]) -> tuple[ChosenUnit, ...]:
    """The units chosen, the one with most people nearest to it first."""
    from planner.inputs.coordinates import WGS84, convert, parse_system

    lon, lat = convert(parse_system(city.crs), parse_system(WGS84), places.x, places.y)
    within = sums(column, weight[row], len(places))
    mine = answer.nearest >= 0
    nearest = sums(answer.nearest[mine], weight[mine], len(places))
    order = sorted(answer.units.tolist(), key=lambda k: (-nearest[k], places.code[k]))
    hidden = (small(within) | small(nearest)) & city.demand.hide_small
    return tuple(ChosenUnit(places.code[k], places.name[k], per[k], float(lon[k]), float(lat[k]), places.how[k],
                            None if hidden[k] else float(within[k]), None if hidden[k] else float(nearest[k])) for k in order)


def _why(reasons: tuple[Reason, ...], groups: tuple[str, ...]) -> tuple[Sentence, ...]:
    """What stands in the way, with the names of the groups."""
    return tuple(Sentence(f"layout.units.why.{reason.code}", {
        "groups": tuple(groups[k] for k in reason.about), "amount": (reason.amount or 0.0) * (100 if reason.code == "share" else 1)})
        for reason in reasons)
