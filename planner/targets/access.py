"""Metrics of distance: people within a limit, the longest way to the nearest facility, and the least distance to another layer.

Every distance comes from `planner.measure.coverage`; none is made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from planner.inputs.layers import FloatArray, IntArray
from planner.measure.attaching import Chosen, choose
from planner.measure.coverage import nearest_facility, straight_line, within
from planner.targets.figures import INF, Cell, Exact, Figure, stock
from planner.targets.inquiry import DataMissingError, Inquiry, Measured, UnitSet
from planner.targets.pack import Limit
from planner.targets.selection import Pool, facility_units, memberships, pool_of
from planner.targets.unit_sets import demand_unit, entry_of_units, unit_set
from planner.targets.vocabulary import FACILITY

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reach:
    """Which demand points are within the limit: sure, (I,) by facilities that certainly count; most, (I,) if doubtful ones count too."""

    sure: BoolArray
    most: BoolArray
    cells: tuple[Cell, ...]


def limits_of(inquiry: Inquiry) -> tuple[tuple[Limit, ...], IntArray]:
    """The limits in use, and for each demand point the number of its own. Raises DataMissingError where there is none."""
    check = inquiry.check
    if check.limits:
        entry = entry_of_units(inquiry, check.by, check.limits)
        frame = inquiry.city.boundaries.levels.get(check.by)
        unit = demand_unit(inquiry.city, check.by, frame["code"].tolist() if frame is not None else [inquiry.city.id])
        own = np.where(unit >= 0, entry[np.where(unit >= 0, unit, 0)], len(check.limits) - 1)
        return check.limits, own.astype(np.int64)
    if check.minutes is None and check.metres is None:
        raise DataMissingError("no_limit")
    only = Limit(check.scope, check.minutes, check.metres, check.travel, True)
    return (only,), np.zeros(len(inquiry.city.demand), dtype=np.int64)


def _cost_and_limit(inquiry: Inquiry, chosen: Chosen, limit: Limit) -> tuple[FloatArray, float]:
    """Metres from each demand point to the nearest chosen facility, and the limit in metres."""
    if inquiry.check.path == "straight":
        if limit.metres is None:
            raise DataMissingError("straight_in_metres")
        return straight_line(inquiry.city, chosen), limit.metres
    if limit.minutes is not None:
        travel = inquiry.travel(limit.travel)
        limit_m = limit.minutes * travel.metres_per_minute
    else:
        assert limit.metres is not None
        travel, limit_m = inquiry.travel(limit.travel) if limit.travel else inquiry.on_foot(), limit.metres
    inquiry.use_streets(travel)
    return nearest_facility(inquiry.city, chosen, travel).cost_m, limit_m


def _reach(inquiry: Inquiry, pool: Pool, limits: Sequence[Limit], own: IntArray) -> Reach:
    """Who is within the limit of one of the facilities."""
    _note_without_place(inquiry, pool)

    def inside(chosen: Chosen) -> BoolArray:
        found = np.zeros(len(own), dtype=bool)
        for k, limit in enumerate(limits):
            mine = own == k
            if mine.any():
                cost_m, limit_m = _cost_and_limit(inquiry, chosen, limit)
                found |= mine & within(cost_m, limit_m)
        return found

    sure = inside(choose(inquiry.city, pool.masks(pool.sure)))
    if pool.sure.all():
        return Reach(sure, sure, ())
    most = inside(choose(inquiry.city, pool.masks(np.ones(len(pool), dtype=bool))))
    return Reach(sure, most, tuple(dict.fromkeys(cell for cells in pool.cells.values() for cell in cells)))


def _note_without_place(inquiry: Inquiry, pool: Pool) -> None:
    """Says how many facilities that count have no place, and so reach nobody."""
    lost = int((~np.isfinite(pool.number("x"))).sum())
    if lost:
        inquiry.ledger.note("without_place", count=lost)


def population_within(inquiry: Inquiry) -> tuple[Measured, FloatArray, float]:
    """The share of a group within the limits; also the people beyond, (A,) of each unit and of the scope. Raises DataMissingError.

    With a basket, a person counts who reaches every layer of it.
    """
    check = inquiry.check
    people = inquiry.people(inquiry.group)
    blank, known = np.isnan(people), np.nan_to_num(people)
    units = unit_set(inquiry)
    reaches = _reaches(inquiry)
    sure, most = np.logical_and.reduce([reach.sure for reach in reaches]), np.logical_and.reduce([reach.most for reach in reaches])
    doubt = tuple(dict.fromkeys(cell for reach in reaches for cell in reach.cells))
    unit, scope = unit_and_scope(inquiry, units)
    if check.weights:
        _note_score(inquiry, reaches, known * scope)
    inside = unit >= 0

    def sums(values: FloatArray) -> FloatArray:
        return np.bincount(unit[inside], weights=values[inside], minlength=len(units)).astype(np.float64)

    whole, covered, hoped = sums(known), sums(known * sure), sums(known * most)
    blanks = sums(blank.astype(float)) > 0
    figures = tuple(_share(float(covered[k]), float(hoped[k]), float(whole[k]), doubt if hoped[k] != covered[k] else (),
                           (Cell("population", code, inquiry.group),) if blanks[k] else ()) for k, code in enumerate(units.codes))
    total_people, total_covered = float(known[scope].sum()), float((known * sure)[scope].sum())
    total_hoped = float((known * most)[scope].sum())
    missing = tuple(cell for k in np.flatnonzero(blanks) for cell in figures[k].cells if cell.layer == "population")
    total = _share(total_covered, total_hoped, total_people, doubt, missing)
    return Measured(units, figures, total), whole - covered, total_people - total_covered


def points_beyond(inquiry: Inquiry) -> BoolArray:
    """(I,) demand points of the scope beyond the limits, whose people `population_within` counts as beyond. Raises DataMissingError."""
    scope = unit_and_scope(inquiry, unit_set(inquiry))[1]
    inside: BoolArray = np.logical_and.reduce([reach.sure for reach in _reaches(inquiry)])
    return scope & ~inside


def _reaches(inquiry: Inquiry) -> list[Reach]:
    """Who is within the limits of the layers together, or with a basket of each layer of it."""
    limits, own = limits_of(inquiry)
    basket = inquiry.check.basket
    pools = [pool_of(inquiry, (slug,)) for slug in basket] if basket else [pool_of(inquiry)]
    return [_reach(inquiry, pool, limits, own) for pool in pools]


def unit_and_scope(inquiry: Inquiry, units: UnitSet) -> tuple[IntArray, BoolArray]:
    """For each demand point the number of its unit (-1: none), and whether the scope holds it."""
    unit = demand_unit(inquiry.city, units.level, units.codes)
    if units.everywhere:
        return unit, np.ones(len(unit), dtype=bool)
    return unit, (unit >= 0) & ~units.exempt[np.where(unit >= 0, unit, 0)]


def _share(covered: float, hoped: float, people: float, doubt: tuple[Cell, ...], blanks: tuple[Cell, ...]) -> Figure:
    """One share of people; a blank population leaves all of 0..1 open."""
    cells = (*doubt, *blanks)
    if not people and not blanks:
        return stock(0, 0)
    if blanks:
        return stock(covered, people, low=Fraction(0), high=Fraction(1), whole=False, absent="data_missing", cells=cells)
    return stock(covered, people, high=Fraction(hoped) / Fraction(people), whole=False, cells=cells)


def _note_score(inquiry: Inquiry, reaches: Sequence[Reach], people: FloatArray) -> None:
    """Says the weighted score of a basket: the mean over people of the weights of the layers that they reach."""
    weights, heads = inquiry.check.weights, float(people.sum())
    if heads:
        reached = sum(weight * float((people * reach.sure).sum()) for weight, reach in zip(weights, reaches, strict=True))
        inquiry.ledger.note("weighted_score", score=f"{reached / sum(weights) / heads:.4f}")


def measure_minutes(inquiry: Inquiry) -> Measured:
    """The longest time from anyone of the group to the nearest facility, in minutes. Raises DataMissingError.

    Where somebody reaches none, or lives on no street, the time has no figure and no ceiling is met.
    """
    units, travel = unit_set(inquiry), inquiry.travel(inquiry.check.travel)
    people = np.nan_to_num(inquiry.people(inquiry.group))
    pool = pool_of(inquiry)
    _note_without_place(inquiry, pool)
    inquiry.use_streets(travel)

    def minutes_to(counted: BoolArray) -> FloatArray:
        chosen = choose(inquiry.city, pool.masks(counted))
        return nearest_facility(inquiry.city, chosen, travel).cost_m / travel.metres_per_minute

    sure = minutes_to(pool.sure)
    best = sure if pool.sure.all() else minutes_to(np.ones(len(pool), dtype=bool))
    cells = tuple(dict.fromkeys(cell for found in pool.cells.values() for cell in found))
    unit = demand_unit(inquiry.city, units.level, units.codes)
    somebody = people > 0
    scope = somebody if units.everywhere else somebody & (unit >= 0) & ~units.exempt[np.where(unit >= 0, unit, 0)]
    lost = float(people[scope & ~np.isfinite(sure)].sum())
    if lost:
        inquiry.ledger.note("people_without_way", people=round(lost))
    inside = somebody & (unit >= 0)
    longest = [_most_by_unit(minutes[inside], unit[inside], len(units)) for minutes in (best, sure)]
    figures = tuple(_longest(low, high, cells) for low, high in zip(*longest, strict=True))
    whole = [float(minutes[scope].max()) if scope.any() else -INF for minutes in (best, sure)]
    return Measured(units, figures, _longest(whole[0], whole[1], cells))


def _most_by_unit(values: FloatArray, unit: IntArray, count: int) -> list[float]:
    """The greatest value of each unit, -inf where it has none."""
    most = np.full(count, -INF)
    np.maximum.at(most, unit, values)
    return [float(value) for value in most]


def _longest(low: float, high: float, cells: tuple[Cell, ...]) -> Figure:
    """The longest time of somebody; -inf stands for nobody, inf for no way."""
    if high == -INF:
        return Figure(None, INF, INF)
    known: Exact | None = None if high == INF else Fraction(high)
    return Figure(known, INF if low == INF else Fraction(low), INF if high == INF else Fraction(high), absent="not_met",
                  cells=cells if low != high else ())


def measure_separation(inquiry: Inquiry) -> Measured | None:
    """The least straight line from a facility to another layer, in metres; None where nothing stands there. Raises DataMissingError.

    To and from areas it is measured from their edge (0 where they meet), else from the nearest entrance, else from the point.
    """
    check = inquiry.check
    there = pool_of(inquiry.ask(replace(check, stage="opened", opened_in=None)), (check.from_,), ())
    pool = pool_of(inquiry)
    if check.by == FACILITY:
        units, pool = facility_units(inquiry, pool)
        pair = np.arange(len(pool)), np.arange(len(pool))
    else:
        units = unit_set(inquiry)
        pair = memberships(inquiry, pool, units)
    itself = check.from_ in pool.layers
    if int(np.isfinite(_places(there)).all(axis=1).sum()) <= int(itself):
        return None
    placed: BoolArray = np.asarray(np.isfinite(_places(pool)).all(axis=1), dtype=bool)
    metres = _separations(pool, there)
    _note_without_place(inquiry, pool)
    cells = {k: (*pool.cells.get(k, ()), *(() if placed[k] else (pool.cell(k, "lon"),))) for k in range(len(pool))}
    sure = np.ones(len(pool), dtype=bool) if check.by == FACILITY else pool.sure
    row, unit = pair
    figures = tuple(_least(metres, row[unit == k], sure, cells) for k in range(len(units)))
    counted = np.unique(row[~units.exempt[unit]])
    return Measured(units, figures, _least(metres, counted, sure, cells))


def _separations(pool: Pool, there: Pool) -> FloatArray:
    """(J,) metres from each facility to the nearest of others, NaN without a place; no facility is its own neighbour."""
    import shapely

    xy, metres = _places(pool), np.full(len(pool), np.nan)
    placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if all(layer.extents is None for layer in (*pool.layers.values(), *there.layers.values())):
        there_xy = _places(there)
        tree = cKDTree(there_xy[np.isfinite(there_xy).all(axis=1)])
        for k in placed:
            rank = 2 if pool.slugs[k] in there.layers else 1
            metres[k] = np.atleast_1d(tree.query(xy[k], k=rank)[0])[-1]
        return metres
    here, others = _shapes(pool), _shapes(there)
    for k in placed:
        away = shapely.distance(here[k], others)  # NaN for those without a place
        away[(there.slugs == pool.slugs[k]) & (there.rows == pool.rows[k])] = np.nan
        metres[k] = np.nanmin(away)
    return metres


def _shapes(pool: Pool) -> npt.NDArray[np.object_]:
    """(J,) what the facilities are as the crow flies: an area, else their entrances, else a point; None without a place."""
    import shapely

    xy, found = _places(pool), np.full(len(pool), None, dtype=object)
    placed = np.isfinite(xy).all(axis=1)
    found[placed] = shapely.points(xy[placed])
    for j in np.flatnonzero(placed).tolist():
        extents, row = pool.layers[str(pool.slugs[j])].extents, int(pool.rows[j])
        if extents is None:
            continue
        doors = slice(int(extents.door_start[row]), int(extents.door_start[row + 1]))
        if extents.area[row] is not None:
            found[j] = extents.area[row]
        elif doors.stop > doors.start:
            found[j] = shapely.multipoints(np.column_stack([extents.door_x[doors], extents.door_y[doors]]))
    return found


def _places(pool: Pool) -> FloatArray:
    """(J, 2) where the facilities stand."""
    return np.column_stack([pool.number("x"), pool.number("y")])


def _least(metres: FloatArray, rows: IntArray, sure: BoolArray, cells: dict[int, tuple[Cell, ...]]) -> Figure:
    """The least of some distances; a facility whose place is unknown may be anywhere."""
    if len(rows) == 0:
        return Figure(None, INF, INF)
    lost: BoolArray = np.isnan(metres[rows])
    certain = metres[rows][sure[rows] & ~lost]
    value = Fraction(float(certain.min())) if len(certain) else None
    low: Exact = Fraction(0) if lost.any() else Fraction(float(metres[rows][~lost].min()))
    open_rows = rows[lost | ~sure[rows]]
    blanks = tuple(dict.fromkeys(cell for k in open_rows for cell in cells[int(k)]))
    return Figure(value, low, INF if value is None else value, absent="data_missing" if blanks else "not_applicable", cells=blanks)


