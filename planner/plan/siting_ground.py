"""The ground of a siting question: a project's people, facilities and candidates, and the siting problem that they make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.errors import InputError
from planner.inputs.layers import BoolArray, FloatArray, IntArray, TextArray
from planner.measure import matrices
from planner.measure.attaching import Chosen, attach_facilities, counting_facilities, places_as_chosen
from planner.measure.costs import CostMatrix
from planner.measure.coverage import unit_of_points
from planner.plan import screening
from planner.plan.screening import Reason, Screened
from planner.plan.siting_answer import default_level
from planner.plan.siting_question import SitingQuestion
from planner.plan.siting_sections import SitingRules
from planner.siting.candidates import Candidates, candidates, unit_of
from planner.siting.problem import CAPACITATED, SitingProblem, siting_problem
from planner.siting.rules import Rules, apart, at_least, too_near

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.gaplist import UnitCost
    from planner.units import TravelProfile

DEFAULT_SPACED = "streets:250"
"""Candidates of a project without a ledger of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question with all that it refers to. rules : what a site must be; costs : the project's unit costs."""

    question: SitingQuestion
    travel: TravelProfile
    limit_m: float
    day: dt.date
    rules: SitingRules
    costs: tuple[UnitCost, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything before the model: existing facilities, candidates, who reaches what.

    chosen, nowhere : existing facilities with a place, and how many have none; existing_units : level -> their units. open_ : rows of the
    candidates that may be chosen; unattached : (J,) those that passed but are on no street. old, new : pairs of demand and facilities, and
    of demand and open candidates. people : (I,) of the group. cost_cny : (J,) of every candidate, NaN where not known."""

    chosen: Chosen
    nowhere: int
    existing_units: Mapping[str, TextArray]
    screened: Screened
    open_: IntArray
    unattached: BoolArray
    old: CostMatrix
    new: CostMatrix
    people: FloatArray
    cost_cny: FloatArray

    @property
    def existing(self) -> int:
        """Existing facilities, with a place or without."""
        return len(self.chosen.row) + self.nowhere


# ---- before the model ------------------------------------------------------------------------------------------------
def ground_of(city: City, asked: Asked) -> Ground:
    """Existing facilities, candidates that passed, and the pairs within the radius."""
    question, travel, day = asked.question, asked.travel, asked.day
    people = city.demand.group(question.group)
    layer = city.layer(question.layer)
    counts = city.counting(question.layer, day).counts if question.existing else np.zeros(len(layer), dtype=bool)
    nothing = places_as_chosen(question.layer, np.empty(0), np.empty(0))
    chosen = counting_facilities(city, question.layer, day) if question.existing else nothing
    rows = np.r_[chosen.row, np.setdiff1d(np.flatnonzero(counts), chosen.row)].astype(np.int64)
    units = {level: layer.frame[f"unit_{level}"].to_numpy(dtype=object)[rows] for level in city.boundaries.levels}
    spec = question.candidates or (next(iter(city.candidates)) if len(city.candidates) == 1 else DEFAULT_SPACED)
    found = candidates(city, spec, travel)
    screened = screening.screen(city, found, question.layer, asked.rules, travel, as_of=day)
    screened = _more_rules(asked, screened, chosen)
    places = places_as_chosen(question.layer, found.x, found.y)
    attached = attach_facilities(city, places, travel).attached
    open_ = np.flatnonzero(screened.passes & attached).astype(np.int64)
    wanted = {"existing": matrices.Wanted(chosen, asked.limit_m),
              "candidates": matrices.Wanted(places_as_chosen(question.layer, found.x[open_], found.y[open_]), asked.limit_m)}
    made = matrices.cost_matrices(city, wanted, travel)
    return Ground(chosen, len(rows) - len(chosen.row), units, screened, open_, screened.passes & ~attached, made["existing"],
                  made["candidates"], people, cost_of(asked.question, found, asked.costs))


def _more_rules(asked: Asked, screened: Screened, chosen: Chosen) -> Screened:
    """The screening with the rules of the question itself: a cost where money counts, a capacity where it does, spacing from facilities."""
    question, found, out = asked.question, screened.candidates, [list(reasons) for reasons in screened.reasons]

    def put_out(where: BoolArray, reason: Reason) -> None:
        for j in np.flatnonzero(where).tolist():
            out[j].append(reason)

    if _money_counts(question):
        put_out(np.isnan(cost_of(asked.question, found, asked.costs)), Reason("no_cost"))
    if question.model in CAPACITATED:
        if question.capacity is None:
            raise InputError("site_capacity_column", model=question.model)
        if question.site_capacity is None:
            put_out(np.isnan(found.number(question.capacity)), Reason("no_capacity", {"column": question.capacity}))
    if question.spacing_m and len(chosen.x):
        from scipy.spatial import cKDTree

        away = cKDTree(np.column_stack([chosen.x, chosen.y])).query(np.column_stack([found.x, found.y]))[0]
        put_out(away < question.spacing_m, Reason("too_near_existing", {"metres": f"{question.spacing_m:,.0f}"}))
    passes = np.array([not reasons for reasons in out], dtype=bool)
    return replace(screened, passes=passes, reasons=tuple(map(tuple, out)))


def _money_counts(question: SitingQuestion) -> bool:
    """Whether the question is about yuan."""
    return question.budget is not None or question.cheapest


def cost_of(question: SitingQuestion, found: Candidates, costs: Sequence[UnitCost]) -> FloatArray:
    """(J,) yuan of a new facility at each candidate: the ledger's, else the question's, else by the project's unit costs (a site, or floor
    area where the ledger states it); NaN where none of them says."""
    price = found.number("cost_cny").copy()
    if question.site_cost_cny is not None:
        price[np.isnan(price)] = question.site_cost_cny
        return price
    area = found.number("area_m2")
    convert = np.array([str(do).strip().lower() in ("convert", "改造", "改建") for do in found.text("do")], dtype=bool)
    for cost in costs:
        if cost.layer == question.layer and cost.action in ("new", "convert"):
            mine = np.isnan(price) & (convert == (cost.action == "convert"))
            if cost.unit in ("site", "facility"):
                price[mine] = cost.cny
            elif cost.unit == "m2":
                price[mine] = area[mine] * cost.cny
    return price


# ---- the model -------------------------------------------------------------------------------------------------------
def problem_of(city: City, asked: Asked, ground: Ground) -> tuple[SitingProblem, tuple[tuple[str, str, int], ...]]:
    """The siting problem, and units that cannot have as many sites as they must."""
    question = asked.question
    found = ground.screened.candidates.take(ground.open_)
    count = ground.existing + len(found)
    fixed = np.r_[np.ones(ground.existing, dtype=np.int8), np.zeros(len(found), dtype=np.int8)]
    own = np.concatenate([np.repeat(np.arange(len(ground.people)), np.diff(matrix.start)) for matrix in (ground.old, ground.new)])
    other = np.r_[ground.old.column.astype(np.int64), ground.new.column.astype(np.int64) + ground.existing]
    metres = np.r_[ground.old.cost_m, ground.new.cost_m]
    price = None
    if _money_counts(question):
        price = np.r_[np.zeros(ground.existing), cost_of(asked.question, found, asked.costs)]
    capacity = None
    if question.model in CAPACITATED:
        capacity = np.r_[_capacity_there(city, question, ground), np.nan_to_num(found.number(question.capacity or ""),
                                                                               nan=question.site_capacity or 0.0)] * question.per_capacity
    area = _areas(city, question) if question.by is not None or question.model == "max_min_share" else None
    rules, lacking = _rules(city, question, ground, found, fixed)
    p = question.p if question.new is None else ground.existing + question.new
    share = question.share if question.by is None else 0.0 if question.share is not None else None
    weight = ground.people
    if area is not None and question.model == "max_min_share":
        outside = area == len(city.boundaries.frame(question.by or default_level(city)))
        weight = np.where(outside, 0.0, weight)
    made = siting_problem(question.model, own, other, metres, weight=weight, sites=count, site_cost=price, fixed=fixed, capacity=capacity,
                          area=area, p=p, budget=question.budget, share=share, split=question.split,
                          cutoff=asked.limit_m if question.model == "p_median" else None, rules=rules)
    return made, lacking


def _areas(city: City, question: SitingQuestion) -> IntArray:
    """(I,) number of each demand point's unit; people outside all units have the number after the last."""
    level = question.by or default_level(city)
    codes = city.boundaries.frame(level)["code"].tolist()
    unit = unit_of_points(city, level, codes)
    found: IntArray = np.where(unit >= 0, unit, len(codes)).astype(np.int64)
    return found


def _capacity_there(city: City, question: SitingQuestion, ground: Ground) -> FloatArray:
    """Capacity of the existing facilities; a blank serves nobody, and those without a place reach nobody anyway."""
    frame = city.layer(question.layer).frame
    if question.capacity not in frame or frame[question.capacity].dtype == object:
        raise InputError("site_capacity_missing", layer=question.layer, column=question.capacity)
    own = frame[question.capacity].to_numpy(float)[ground.chosen.row]
    room: FloatArray = np.r_[np.nan_to_num(own, nan=0.0), np.zeros(ground.nowhere)]
    return room


def _rules(city: City, question: SitingQuestion, ground: Ground, found: Candidates,
           fixed: npt.NDArray[np.int8]) -> tuple[Rules | None, tuple[tuple[str, str, int], ...]]:
    """At least n sites in each unit of a level, and the least spacing; units that cannot have so many."""
    made: list[Rules] = []
    lacking = []
    for level, number in question.at_least.items():
        codes = city.boundaries.frame(level)["code"].tolist()
        place = {code: k for k, code in enumerate(codes)}
        there = np.array([place.get(code, -1) for code in ground.existing_units[level]], dtype=np.int64)
        where = np.r_[there, unit_of(city, level, found.x, found.y)]
        unit = unit_of_points(city, level, codes)
        peopled = np.bincount(unit[(unit >= 0) & (ground.people > 0)], minlength=len(codes)) > 0
        have = np.bincount(where[where >= 0], minlength=len(codes))
        lacking += [(level, code, int(have[k])) for k, code in enumerate(codes) if peopled[k] and have[k] < number]
        made.append(at_least(where, {k: number for k in range(len(codes)) if peopled[k]}))
    if question.spacing_m:
        placed = len(ground.chosen.row)
        site = np.r_[np.arange(placed), ground.existing + np.arange(len(found))]
        pairs = too_near(np.r_[ground.chosen.x, found.x], np.r_[ground.chosen.y, found.y], question.spacing_m)
        made.append(apart(site[pairs], fixed=fixed))
    return (made[0].joined(*made[1:]) if made else None), tuple(lacking)
