"""A siting answer in the project's own terms: the new sites one by one, people before and after, what could not be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.coordinates import WGS84, convert, parse_system
from planner.inputs.layers import BoolArray, FloatArray, IntArray
from planner.measure.attaching import attach_demand, attach_facilities
from planner.measure.coverage import unit_of_points
from planner.plan.comparison import compare
from planner.plan.siting_question import NewSite, SitingRun, UnitServed
from planner.siting.candidates import existing_stock, unit_of
from planner.siting.problem import CAPACITATED

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.siting_ground import Asked, Ground
    from planner.siting.results import SitingResult

SMALL = 5.0
"""People fewer than this are not told of a site where the project hides small counts."""


def told(city: City, asked: Asked, ground: Ground, answer: SitingResult) -> SitingRun:
    """The answer in the project's own terms."""
    question, people, found = asked.question, ground.people, ground.screened.candidates
    opened = answer.sites[answer.sites >= ground.existing].astype(np.int64) - ground.existing
    before, after = _covered(ground, opened[:0]), _covered(ground, opened)
    attached = attach_demand(city, asked.travel).attached
    reach = np.diff(ground.old.start) + np.diff(ground.new.start) > 0
    level, hide = question.by or default_level(city), city.demand.hide_small
    served = float(people[after].sum()) if question.model not in CAPACITATED else answer.covered_weight
    off = ~attach_facilities(city, ground.chosen, asked.travel).attached
    ids = city.layer(question.layer).frame["id"].to_numpy(dtype=object)[ground.chosen.row[off]]
    stock = stock_of(ground, asked)
    return SitingRun(
        question, asked.day, asked.limit_m, asked.travel.metres_per_minute, ground.screened, ground.open_,
        tuple(str(one) for one in found.id[np.flatnonzero(ground.unattached)]), answer,
        _new_sites(city, ground, opened, before, stock, level), ground.existing, ground.nowhere, tuple(map(str, ids)),
        float(people.sum()), float(people[~attached].sum()), float(people[attached & ~reach].sum()), float(people[before].sum()), served,
        level, () if hide else _units(city, level, people, before, after),
        {} if hide else compare(city, ground.screened, ground.open_, ground.new, people, before, ground.cost_cny, stock), stock,
        hidden=hide, crs=city.crs, blank_capacity=_blank_capacities(city, asked, ground))


def _blank_capacities(city: City, asked: Asked, ground: Ground) -> int:
    """Existing facilities with a place whose capacity is blank, where capacities count."""
    question = asked.question
    if question.model not in CAPACITATED or question.capacity is None:
        return 0
    return int(np.isnan(city.layer(question.layer).frame[question.capacity].to_numpy(float)[ground.chosen.row]).sum())


def stock_of(ground: Ground, asked: Asked) -> BoolArray:
    """(J,) which candidates are existing premises, by the project's rules."""
    return existing_stock(ground.screened.candidates, asked.rules.existing)


def default_level(city: City) -> str:
    """The level that units are told by: townships, else districts, else communities, else the first there is."""
    levels = city.boundaries.levels
    return next((level for level in ("township", "district", "community") if level in levels), next(iter(levels)))


def _covered(ground: Ground, opened: IntArray) -> BoolArray:
    """(I,) who is within the radius of an existing facility or of one of the opened candidates (numbers among the open ones)."""
    mask = np.zeros(ground.new.shape[1], dtype=bool)
    mask[opened] = True
    rows = np.repeat(np.arange(len(ground.people)), np.diff(ground.new.start))
    covered: BoolArray = np.diff(ground.old.start) > 0
    covered[rows[mask[ground.new.column]]] = True
    return covered


def _new_sites(city: City, ground: Ground, opened: IntArray, before: BoolArray, stock: BoolArray, level: str) -> tuple[NewSite, ...]:
    """The new sites, the one that adds most people first. opened : numbers among the open candidates; before : (I,) covered already."""
    found, rows = ground.screened.candidates, ground.open_[opened]
    reached = _reached(ground, opened)
    frame = city.boundaries.frame(level)
    unit = unit_of(city, level, found.x[rows], found.y[rows])
    lon, lat = convert(parse_system(city.crs), parse_system(WGS84), found.x[rows], found.y[rows])
    covered, listed = before.copy(), []
    left = set(range(len(opened)))
    while left:
        gains = {k: float(ground.people[reached[k][~covered[reached[k]]]].sum()) for k in left}
        best = min(left, key=lambda k: (-gains[k], k))
        left.discard(best)
        covered[reached[best]] = True
        people = (float(ground.people[reached[best]].sum()), gains[best])
        within, added = (0.0 if city.demand.hide_small and count < SMALL else count for count in people)
        row = int(rows[best])
        code, name = ("", "") if unit[best] < 0 else (str(frame[key].iloc[unit[best]]) for key in ("code", "name"))
        cost = float(ground.cost_cny[row])
        listed.append(NewSite(str(found.id[row]), str(found.name[row]), float(lon[best]), float(lat[best]), code, name, within, added,
                              None if np.isnan(cost) else cost, bool(stock[row]), row))
    return tuple(listed)


def _reached(ground: Ground, opened: IntArray) -> list[IntArray]:
    """The demand points within the radius of each opened candidate."""
    rows = np.repeat(np.arange(len(ground.people)), np.diff(ground.new.start))
    live = np.isin(ground.new.column, opened)
    order = np.argsort(ground.new.column[live], kind="stable")
    column, row = ground.new.column[live][order], rows[live][order]
    return [row[slice(*np.searchsorted(column, (j, j + 1)))] for j in opened.tolist()]


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
