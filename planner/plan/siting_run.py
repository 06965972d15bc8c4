"""`planner site`: a project's people, facilities and candidates as a siting problem, solved and told in the project's own terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError
from planner.inputs.layers import BoolArray, FloatArray, IntArray, TextArray
from planner.measure import matrices
from planner.measure.attaching import Chosen, attach_demand, attach_facilities, counting_facilities, places_as_chosen
from planner.measure.costs import CostMatrix
from planner.measure.coverage import unit_of_points
from planner.plan import screening
from planner.plan.comparison import compare
from planner.plan.screening import Reason, Screened
from planner.plan.siting_question import NewSite, SitingQuestion, SitingRun, UnitServed
from planner.plan.siting_sections import SitingRules
from planner.siting.candidates import Candidates, candidates, existing_stock, unit_of
from planner.siting.existing_first import existing_first
from planner.siting.problem import CAPACITATED, SitingProblem, siting_problem
from planner.siting.results import Plan, SitingResult, result
from planner.siting.rules import Rules, apart, at_least, too_near
from planner.siting.solving import solve
from planner.units import ServiceRadius

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.gaplist import UnitCost
    from planner.siting.solver import Cancel, Progress
    from planner.units import TravelProfile

DEFAULT_SPACED = "streets:250"
"""Candidates of a project without a ledger of them."""
SMALL = 5.0
"""People fewer than this are not told of a site where the project hides small counts."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """Everything before the model: existing facilities, candidates, who reaches what. open_ : rows of the candidates that may be chosen."""

    chosen: Chosen
    nowhere: int
    existing_units: Mapping[str, TextArray]
    screened: Screened
    open_: IntArray
    unattached: BoolArray
    old: CostMatrix
    new: CostMatrix
    people: FloatArray

    @property
    def existing(self) -> int:
        """Existing facilities, with a place or without."""
        return len(self.chosen.row) + self.nowhere


def run_siting(city: City, question: SitingQuestion, *, rules: SitingRules | None = None, costs: Sequence[UnitCost] = (),
               time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
               cancel: Cancel | None = None) -> SitingRun:
    """Where to build. rules : what a site must be (planner.plan.siting_sections); costs : the project's unit costs, for candidates without
    a cost of their own. The rest as in `planner.siting.solving.solve`.

    Raises InputError for what the project has not (layer, travel, group, level, candidates), SitingError for limits that cannot be.
    """
    travel = city.travel(question.travel)
    speed = travel.metres_per_minute if question.minutes is not None else None
    radius = ServiceRadius(metres=question.metres, minutes=question.minutes, metres_per_minute=speed)
    day = question.as_of or dt.date.today()
    asked = rules or SitingRules()
    if question.people_m is not None:
        asked = replace(asked, people_m=question.people_m)
    if question.people_path is not None:
        asked = replace(asked, people_path=question.people_path)
    ground = _ground(city, question, travel, radius.limit_m, asked, costs, day)
    problem, lacking = _problem(city, question, ground, costs, radius.limit_m)
    short: dict[str, float] = {}
    if question.model == "lscp" and question.share is not None and question.by is not None:
        from planner.siting.area_share import area_shares, reachable_shares, solve_area_shares

        units = city.boundaries.frame(question.by)["code"].tolist()
        reach = reachable_shares(problem)[:len(units)]
        short = {code: float(most) for code, most in zip(units, reach, strict=True) if most < question.share - 1e-9}
        wanted = area_shares(problem, question.share, len(units), where_possible=question.where_possible)
        answer = solve_area_shares(problem, wanted, time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    else:
        answer = solve(problem, time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    found = ground.screened.candidates
    stock = existing_stock(found, asked.existing)
    exchanged = 0
    if answer.objective is not None and not question.by:
        preferred = np.r_[np.zeros(ground.existing, dtype=bool), stock[ground.open_]]
        answer, exchanged = _with_stock_first(problem, answer, preferred, question.loss)
    return _told(city, question, ground, problem, answer, travel, radius.limit_m, day, asked, costs, stock, exchanged, short, lacking)


def _with_stock_first(problem: SitingProblem, answer: SitingResult, stock: BoolArray, loss: float) -> tuple[SitingResult, int]:
    """The answer with existing stock in place of new ground where nothing (but `loss`) is lost, and how many sites were exchanged."""
    sites, exchanged = existing_first(problem, answer.sites, stock, loss=loss)
    if not exchanged:
        return answer, 0
    stopped = answer.stopped if answer.stopped != "proof" else "gap"
    plan = Plan(sites, answer.bound, answer.method + ", existing stock first", stopped, reductions=answer.reductions)
    return result(problem, plan, seconds=answer.seconds, seed=answer.seed), exchanged


# ---- before the model ------------------------------------------------------------------------------------------------
def _ground(city: City, question: SitingQuestion, travel: TravelProfile, limit_m: float, asked: SitingRules, costs: Sequence[UnitCost],
            day: dt.date) -> _Ground:
    """Existing facilities, candidates that passed, and the pairs within the radius."""
    people = city.demand.group(question.group)
    layer = city.layer(question.layer)
    counts = city.counting(question.layer, day).counts if question.existing else np.zeros(len(layer), dtype=bool)
    nothing = places_as_chosen(question.layer, np.empty(0), np.empty(0))
    chosen = counting_facilities(city, question.layer, day) if question.existing else nothing
    rows = np.r_[chosen.row, np.setdiff1d(np.flatnonzero(counts), chosen.row)].astype(np.int64)
    units = {level: layer.frame[f"unit_{level}"].to_numpy(dtype=object)[rows] for level in city.boundaries.levels}
    spec = question.candidates or (next(iter(city.candidates)) if len(city.candidates) == 1 else DEFAULT_SPACED)
    found = candidates(city, spec, travel)
    screened = screening.screen(city, found, question.layer, asked, travel, as_of=day)
    screened = _more_rules(question, screened, chosen, costs)
    places = places_as_chosen(question.layer, found.x, found.y)
    attached = attach_facilities(city, places, travel).attached
    open_ = np.flatnonzero(screened.passes & attached).astype(np.int64)
    wanted = {"existing": matrices.Wanted(chosen, limit_m),
              "candidates": matrices.Wanted(places_as_chosen(question.layer, found.x[open_], found.y[open_]), limit_m)}
    made = matrices.cost_matrices(city, wanted, travel)
    return _Ground(chosen, len(rows) - len(chosen.row), units, screened, open_, screened.passes & ~attached, made["existing"],
                   made["candidates"], people)


def _more_rules(question: SitingQuestion, screened: Screened, chosen: Chosen, costs: Sequence[UnitCost]) -> Screened:
    """The screening with the rules of the question itself: a cost where money counts, a capacity where it does, spacing from facilities."""
    found, out = screened.candidates, [list(reasons) for reasons in screened.reasons]

    def put_out(where: BoolArray, reason: Reason) -> None:
        for j in np.flatnonzero(where).tolist():
            out[j].append(reason)

    if _money_counts(question):
        put_out(np.isnan(cost_of(question, found, costs)), Reason("no_cost"))
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
def _problem(city: City, question: SitingQuestion, ground: _Ground, costs: Sequence[UnitCost],
             limit_m: float) -> tuple[SitingProblem, tuple[tuple[str, str, int], ...]]:
    """The siting problem, and units that cannot have as many sites as they must."""
    found = ground.screened.candidates.take(ground.open_)
    count = ground.existing + len(found)
    fixed = np.r_[np.ones(ground.existing, dtype=np.int8), np.zeros(len(found), dtype=np.int8)]
    own = np.concatenate([np.repeat(np.arange(len(ground.people)), np.diff(matrix.start)) for matrix in (ground.old, ground.new)])
    other = np.r_[ground.old.column.astype(np.int64), ground.new.column.astype(np.int64) + ground.existing]
    metres = np.r_[ground.old.cost_m, ground.new.cost_m]
    price = None
    if _money_counts(question):
        price = np.r_[np.zeros(ground.existing), cost_of(question, found, costs)]
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
        weight = np.where(area == area.max(), 0.0, weight) if (area == _unit_count(city, question)).any() else weight
    made = siting_problem(question.model, own, other, metres, weight=weight, sites=count, site_cost=price, fixed=fixed, capacity=capacity,
                          area=area, p=p, budget=question.budget, share=share, split=question.split,
                          cutoff=limit_m if question.model == "p_median" else None, rules=rules)
    return made, lacking


def _unit_count(city: City, question: SitingQuestion) -> int:
    """How many units the level of areas has; the number after the last stands for people outside all of them."""
    return len(city.boundaries.frame(question.by or default_level(city)))


def default_level(city: City) -> str:
    """The level that units are told by: townships, else the coarsest there is below the city, else the city."""
    levels = city.boundaries.levels
    for level in ("township", "district", "community"):
        if level in levels:
            return level
    return next(iter(levels))


def _areas(city: City, question: SitingQuestion) -> IntArray:
    """(I,) number of each demand point's unit; people outside all units have the number after the last."""
    level = question.by or default_level(city)
    codes = city.boundaries.frame(level)["code"].tolist()
    unit = unit_of_points(city, level, codes)
    found: IntArray = np.where(unit >= 0, unit, len(codes)).astype(np.int64)
    return found


def _capacity_there(city: City, question: SitingQuestion, ground: _Ground) -> FloatArray:
    """Capacity of the existing facilities; a blank serves nobody, and those without a place reach nobody anyway."""
    frame = city.layer(question.layer).frame
    if question.capacity not in frame or frame[question.capacity].dtype == object:
        raise InputError("site_capacity_missing", layer=question.layer, column=question.capacity)
    own = frame[question.capacity].to_numpy(float)[ground.chosen.row]
    room: FloatArray = np.r_[np.nan_to_num(own, nan=0.0), np.zeros(ground.nowhere)]
    return room


def _rules(city: City, question: SitingQuestion, ground: _Ground, found: Candidates,
           fixed: np.typing.NDArray[np.int8]) -> tuple[Rules | None, tuple[tuple[str, str, int], ...]]:
    """At least n sites in each unit of a level, and the least spacing; units that cannot have so many."""
    made: list[Rules] = []
    lacking = []
    for level, number in question.at_least.items():
        codes = city.boundaries.frame(level)["code"].tolist()
        place = {code: k for k, code in enumerate(codes)}
        there = np.array([place.get(code, -1) for code in ground.existing_units[level]], dtype=np.int64)
        where = np.r_[there, unit_of(city, level, found.x, found.y)]
        peopled = np.bincount(np.maximum(unit_of_points(city, level, codes), 0), ground.people > 0, minlength=len(codes)) > 0
        have = np.bincount(where[where >= 0], minlength=len(codes))
        lacking += [(level, code, int(have[k])) for k, code in enumerate(codes) if peopled[k] and have[k] < number]
        made.append(at_least(where, {k: number for k in range(len(codes)) if peopled[k]}))
    if question.spacing_m:
        placed = len(ground.chosen.row)
        number = np.r_[np.arange(placed), ground.existing + np.arange(len(found))]
        pairs = too_near(np.r_[ground.chosen.x, found.x], np.r_[ground.chosen.y, found.y], question.spacing_m)
        made.append(apart(number[pairs], fixed=fixed))
    return (made[0].joined(*made[1:]) if made else None), tuple(lacking)


# ---- the answer ------------------------------------------------------------------------------------------------------
def _told(city: City, question: SitingQuestion, ground: _Ground, problem: SitingProblem, answer: SitingResult, travel: TravelProfile,
          limit_m: float, day: dt.date, asked: SitingRules, costs: Sequence[UnitCost], stock: BoolArray, exchanged: int,
          short: Mapping[str, float], lacking: tuple[tuple[str, str, int], ...]) -> SitingRun:
    """The answer in the project's own terms."""
    people, existing = ground.people, ground.existing
    opened = np.zeros(problem.sites, dtype=bool)
    opened[answer.sites] = True
    before, after = _covered(ground, np.zeros(0, dtype=np.int64)), _covered(ground, np.flatnonzero(opened[existing:]))
    attached = attach_demand(city, travel).attached
    reach = np.diff(ground.old.start) + np.diff(ground.new.start) > 0
    level = question.by or default_level(city)
    hide = city.demand.hide_small
    served = float(people[after].sum()) if question.model not in CAPACITATED else answer.covered_weight
    off = ~attach_facilities(city, ground.chosen, travel).attached
    ids = city.layer(question.layer).frame["id"].to_numpy(dtype=object)[ground.chosen.row[off]]
    found = ground.screened.candidates
    return SitingRun(
        question, day, limit_m, travel.metres_per_minute, ground.screened, ground.open_,
        tuple(str(one) for one in found.id[np.flatnonzero(ground.unattached)]), answer,
        _new_sites(city, question, ground, opened, before, costs, stock, level, hide), existing, ground.nowhere, tuple(map(str, ids)),
        float(people.sum()), float(people[~attached].sum()), float(people[attached & ~reach].sum()), float(people[before].sum()), served,
        level, () if hide else _units(city, level, people, before, after),
        {} if hide else compare(city, ground.screened, ground.open_, ground.new, people, before, cost_of(question, found, costs), stock),
        stock, dict(short), lacking, exchanged, hide, city.crs)


def _covered(ground: _Ground, opened: IntArray) -> BoolArray:
    """(I,) who is within the radius of an existing facility or of one of the opened candidates (numbers among the open ones)."""
    mask = np.zeros(ground.new.shape[1], dtype=bool)
    mask[opened] = True
    rows = np.repeat(np.arange(len(ground.people)), np.diff(ground.new.start))
    covered: BoolArray = np.diff(ground.old.start) > 0
    covered[rows[mask[ground.new.column]]] = True
    return covered


def _new_sites(city: City, question: SitingQuestion, ground: _Ground, opened: BoolArray, before: BoolArray, costs: Sequence[UnitCost],
               stock: BoolArray, level: str, hide: bool) -> tuple[NewSite, ...]:
    """The new sites, the one that adds most people first."""
    from planner.inputs.coordinates import WGS84, convert, parse_system

    picked = np.flatnonzero(opened[ground.existing:])
    found, price = ground.screened.candidates, cost_of(question, ground.screened.candidates, costs)
    rows = np.repeat(np.arange(len(ground.people)), np.diff(ground.new.start))
    live = np.isin(ground.new.column, picked)
    order = np.argsort(ground.new.column[live], kind="stable")
    column, row = ground.new.column[live][order], rows[live][order]
    mine = {int(j): row[slice(*np.searchsorted(column, (j, j + 1)))] for j in picked}
    frame = city.boundaries.frame(level)
    unit = unit_of(city, level, found.x[ground.open_[picked]], found.y[ground.open_[picked]])
    lon, lat = convert(parse_system(city.crs), parse_system(WGS84), found.x[ground.open_[picked]], found.y[ground.open_[picked]])
    at = {int(j): k for k, j in enumerate(picked)}
    reached, left, listed = before.copy(), set(at), []
    while left:
        gains = {j: float(ground.people[mine[j][~reached[mine[j]]]].sum()) for j in left}
        best = min(left, key=lambda j: (-gains[j], j))
        left.discard(best)
        reached[mine[best]] = True
        k, candidate = at[best], int(ground.open_[best])
        within = float(ground.people[mine[best]].sum())
        added = gains[best]
        if hide:
            within, added = (0.0 if count < SMALL else count for count in (within, added))
        code, name = ("", "") if unit[k] < 0 else (str(frame["code"].iloc[unit[k]]), str(frame["name"].iloc[unit[k]]))
        listed.append(NewSite(str(found.id[candidate]), str(found.name[candidate]), float(lon[k]), float(lat[k]), code, name, within, added,
                              None if np.isnan(price[candidate]) else float(price[candidate]), bool(stock[candidate]), candidate))
    return tuple(listed)


def _units(city: City, level: str, people: FloatArray, before: BoolArray, after: BoolArray) -> tuple[UnitServed, ...]:
    """People of each unit within the radius, before and after."""
    frame = city.boundaries.frame(level)
    codes = frame["code"].tolist()
    unit = unit_of_points(city, level, codes)
    inside = unit >= 0

    def heads(where: BoolArray) -> FloatArray:
        return np.bincount(unit[inside & where], people[inside & where], minlength=len(codes)).astype(np.float64)

    whole, old, new = heads(inside), heads(before), heads(after)
    return tuple(UnitServed(code, name, *(float(part[k]) for part in (whole, old, new)))
                 for k, (code, name) in enumerate(zip(codes, frame["name"], strict=True)))
