"""Metrics that count and add up what stands in units: count, sum, rate, ratio, facility_share, load, and the units' own values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from planner.inputs.layers import FloatArray, IntArray
from planner.inputs.sites import AREA
from planner.targets.conditions import ColumnMissingError, numbers
from planner.targets.figures import INF, Cell, Exact, Figure, stock
from planner.targets.inquiry import DataMissingError, Inquiry, Measured, UnitSet
from planner.targets.pack import exact
from planner.targets.selection import Pool, facility_units, in_any_unit, memberships, pool_of
from planner.targets.site_areas import areas_once
from planner.targets.unit_sets import unit_people, unit_set
from planner.targets.vocabulary import FACILITY

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What each facility of a pool adds: `top` to the amount, and of a ratio `under` to what it is divided by.

    low and high : what a blank may hold; equal where nothing is blank. cells : the blank cells of each facility.
    """

    top_low: FloatArray
    top_high: FloatArray
    under_low: FloatArray
    under_high: FloatArray
    sure: BoolArray
    cells: dict[int, tuple[Cell, ...]]


def _column(pool: Pool, column: str, cells: dict[int, tuple[Cell, ...]]) -> tuple[FloatArray, FloatArray]:
    """A column as what it holds at least and at most; its blank cells are added to `cells`."""
    values = pool.number(column)
    blank = np.isnan(values)
    for k in np.flatnonzero(blank):
        cells[int(k)] = (*cells.get(int(k), ()), pool.cell(int(k), column))
    return np.where(blank, 0.0, values), np.where(blank, INF, values)


def _area_once(inquiry: Inquiry, pool: Pool, column: str, pair: tuple[FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """A column as `_column` gives it; of floor areas over several layers each site's once, which is noted."""
    if column != AREA or inquiry.check.by == FACILITY:  # a facility's own area is asked of it alone
        return pair
    once, changed = areas_once(pool, pair[0])
    if not changed:
        return pair
    inquiry.ledger.note("sites_once", count=changed, area=f"{float(pair[0].sum() - once.sum()):,.0f}")
    return once, np.where(np.isinf(pair[1]), pair[1], once)


def contributions(inquiry: Inquiry, pool: Pool) -> Amounts:
    """What each facility of a pool adds under the check's metric. Raises DataMissingError."""
    check = inquiry.check
    cells = dict(pool.cells)
    one = np.ones(len(pool))
    if check.metric == "facility_share":
        yes, maybe, blank = pool.answer(check.having)
        cells |= {k: (*cells.get(k, ()), *found) for k, found in blank.items()}
        return Amounts(yes.astype(float), (yes | maybe).astype(float), one, one, pool.sure, cells)
    if check.of and check.metric != "load":
        top_low, top_high = _area_once(inquiry, pool, check.of, _column(pool, check.of, cells))
    else:
        top_low = top_high = one
    if check.metric == "ratio":
        under_low, under_high = _area_once(inquiry, pool, check.in_, _column(pool, check.in_, cells))
    else:
        under_low = under_high = np.zeros(len(pool))
    return Amounts(top_low, top_high, under_low, under_high, pool.sure, cells)


def _cells(amounts: Amounts, rows: Sequence[int] | IntArray) -> tuple[Cell, ...]:
    """The blank cells of some facilities, each once."""
    return tuple(dict.fromkeys(cell for k in rows for cell in amounts.cells.get(int(k), ())))


def _stock(amounts: Amounts, rows: IntArray, base: float, base_open: bool, per: Fraction, extra: tuple[Cell, ...]) -> Figure:
    """The figure of some facilities over a base that they do not change (1, people)."""
    sure = rows[amounts.sure[rows]]
    amount = float(amounts.top_low[sure].sum())
    most = float(amounts.top_high[rows].sum())
    cells = (*_cells(amounts, rows), *extra)
    if not base and not base_open:
        return stock(amount, 0, per, cells=())
    if most == amount and not base_open:  # nothing is open: the value is certain
        return stock(amount, base, per, absent="data_missing", cells=cells)
    low: Exact = Fraction(0) if base_open else Fraction(amount) * per / Fraction(base)
    high: Exact = INF if most == INF or not base else Fraction(most) * per / Fraction(base)
    return stock(amount, base, per, low=low, high=high, absent="data_missing", cells=cells)


def _ratio(amounts: Amounts, rows: IntArray, per: Fraction) -> Figure:
    """The figure of some facilities over a column of the same facilities, or their number."""
    sure = rows[amounts.sure[rows]]
    top, under = float(amounts.top_low[sure].sum()), float(amounts.under_low[sure].sum())
    cells = _cells(amounts, rows)
    if not cells:
        return stock(top, under, per)
    low, high = ratio_bounds(amounts, rows)
    low, high = (end if end == INF else end * per for end in (low, high))
    return stock(top, under, per, low=low, high=high, absent="data_missing", cells=cells)


def ratio_bounds(amounts: Amounts, rows: IntArray) -> tuple[Exact, Exact]:
    """The least and the greatest quotient of sums, over what blanks may hold and over which of the uncertain facilities count.

    The uncertain ones are taken in the order of their own quotient while they help: the optimum of a ratio of sums.
    """
    sure, unsure = rows[amounts.sure[rows]], rows[~amounts.sure[rows]]

    def extreme(top: FloatArray, under: FloatArray, sign: int) -> Exact:
        above, below = float(top[sure].sum()), float(under[sure].sum())
        own = [(float(top[k]), float(under[k])) for k in unsure]
        own.sort(key=lambda pair: sign * (pair[0] / pair[1] if pair[1] else (INF if pair[0] else 0.0)), reverse=True)
        for more_top, more_under in own:
            joined = _quotient(above + more_top, below + more_under)
            now = _quotient(above, below)
            if joined is not None and (now is None or sign * joined > sign * now):
                above, below = above + more_top, below + more_under
        answer = _quotient(above, below)
        return (INF if sign > 0 else Fraction(0)) if answer is None else answer

    return extreme(amounts.top_low, amounts.under_high, -1), extreme(amounts.top_high, amounts.under_low, 1)


def _quotient(top: float, under: float) -> Exact | None:
    """top / under, with their infinities; None for 0 / 0."""
    if under == INF:
        return Fraction(0)
    if under == 0:
        return INF if top else None
    return INF if top == INF else Fraction(top) / Fraction(under)


def _by_unit(pair: tuple[IntArray, IntArray], count: int) -> list[IntArray]:
    """For each unit the facilities that count in it."""
    row, unit = pair
    order = np.argsort(unit, kind="stable")
    start = np.searchsorted(unit[order], np.arange(count + 1))
    return [row[order[start[k]:start[k + 1]]] for k in range(count)]


def _widened(figure: Figure, units: UnitSet) -> Figure:
    """A total over units of which some may not be asked at all: anything may come of it."""
    cells = tuple(cell for k in units.cells for cell in units.cells[k])
    if not cells:
        return figure
    return replace(figure, low=Fraction(0), high=INF, absent="data_missing", cells=(*figure.cells, *cells))


def measure_counted(inquiry: Inquiry) -> Measured:
    """count, sum, rate, ratio and facility_share: of each unit, and of the scope. Raises DataMissingError."""
    check = inquiry.check
    pool = pool_of(inquiry)
    if check.by == FACILITY:
        units, pool = facility_units(inquiry, pool)
        pair = np.arange(len(pool)), np.arange(len(pool))
        pool = Pool(pool.layers, pool.slugs, pool.rows, np.ones(len(pool), dtype=bool))
    else:
        units = unit_set(inquiry)
        pair = memberships(inquiry, pool, units)
    amounts = contributions(inquiry, pool)
    groups = _by_unit(pair, len(units))
    counted = np.unique(pair[0][~units.exempt[pair[1]]])
    if units.everywhere and check.by != FACILITY:
        counted = np.flatnonzero(in_any_unit(pool))
    per = exact(check.per)
    if check.metric in ("ratio", "facility_share"):
        figures = [_ratio(amounts, rows, per) for rows in groups]
        return Measured(units, tuple(figures), _widened(_ratio(amounts, counted, per), units))
    if check.metric == "rate":
        people, open_, whole, whole_open = unit_people(inquiry, units, inquiry.group)
        extra = [_people_cells(units, k, inquiry.group) if open_[k] else () for k in range(len(units))]
        figures = [_stock(amounts, rows, float(people[k]), bool(open_[k]), per, extra[k]) for k, rows in enumerate(groups)]
        everyone = tuple(cell for cells in extra for cell in cells) or ((Cell("population", "", inquiry.group),) if whole_open else ())
        return Measured(units, tuple(figures), _widened(_stock(amounts, counted, whole, whole_open, per, everyone), units))
    figures = [_stock(amounts, rows, 1.0, False, per, ()) for rows in groups]
    return Measured(units, tuple(figures), _widened(_stock(amounts, counted, 1.0, False, per, ()), units))


def _people_cells(units: UnitSet, k: int, group: str) -> tuple[Cell, ...]:
    """The blank of a unit's population."""
    return (Cell("population", units.codes[k], group),)


def measure_load(inquiry: Inquiry) -> Measured:
    """People, or km2, for each facility of a unit. Raises DataMissingError."""
    check = inquiry.check
    pool, units = pool_of(inquiry), unit_set(inquiry)
    pair = memberships(inquiry, pool, units)
    groups = _by_unit(pair, len(units))
    open_ = np.zeros(len(units), dtype=bool)
    if check.of == "km2":
        frame = inquiry.city.boundaries.levels.get(check.by)
        if frame is None:
            raise DataMissingError("no_level", level=check.by)
        amount = frame.geometry.area.to_numpy()[units.rows] / 1e6
        whole = float(amount[~units.exempt].sum())
    else:
        amount, open_, whole, _ = unit_people(inquiry, units, inquiry.group)
    cells = dict(pool.cells)
    blank = [_people_cells(units, k, inquiry.group) if open_[k] else () for k in range(len(units))]
    figures = [_load(float(amount[k]), rows, pool.sure, cells, blank[k]) for k, rows in enumerate(groups)]
    counted = np.unique(pair[0][~units.exempt[pair[1]]])
    extra = tuple(cell for found in blank for cell in found)
    return Measured(units, tuple(figures), _widened(_load(whole, counted, pool.sure, cells, extra), units))


def _load(amount: float, rows: IntArray, sure: BoolArray, cells: dict[int, tuple[Cell, ...]], extra: tuple[Cell, ...]) -> Figure:
    """One load: undefined and not met where people or land have no facility, 0 where there is nobody to serve."""
    few, many = int(sure[rows].sum()), len(rows)
    found = (*tuple(dict.fromkeys(cell for k in rows for cell in cells.get(int(k), ()))), *extra)
    top = Fraction(amount)
    if not amount and not extra:
        return Figure(Fraction(0), Fraction(0), Fraction(0), "load", top, Fraction(few), whole=True)
    value = top / few if few else None
    low: Exact = top / many if many else INF
    high: Exact = INF if extra or not few else top / few
    return Figure(value, low, high, "load", top, Fraction(few), whole=True, absent="not_met", cells=found)


def measure_unit_value(inquiry: Inquiry) -> Measured:
    """A population column of each unit, or a column of its boundary. Raises DataMissingError."""
    check, units = inquiry.check, unit_set(inquiry)
    if check.of in inquiry.city.demand.people:
        people, open_, whole, _ = unit_people(inquiry, units, check.of)
        cells = [_people_cells(units, k, check.of) if open_[k] else () for k in range(len(units))]
        return _own_values(units, people, cells, whole)
    frame = inquiry.city.boundaries.levels.get(check.by)
    try:
        values = numbers(frame, check.of) if frame is not None else np.empty(0)
    except ColumnMissingError as missing:
        raise DataMissingError("no_unit_column", column=missing.column, level=check.by) from missing
    if frame is None:
        raise DataMissingError("no_unit_column", column=check.of, level=check.by)
    own = values[units.rows]
    blank = [(Cell(check.by, units.codes[k], check.of),) if np.isnan(own[k]) else () for k in range(len(units))]
    known = np.nan_to_num(own)
    return _own_values(units, known, blank, float(known[~units.exempt].sum()))


def _own_values(units: UnitSet, values: FloatArray, cells: Sequence[tuple[Cell, ...]], whole: float) -> Measured:
    """Plain values of units; a blank may hold anything from what is known upwards."""
    figures = tuple(_plain(float(value), cell) for value, cell in zip(values, cells, strict=True))
    everyone = tuple(cell for found in cells for cell in found)
    return Measured(units, figures, _widened(_plain(whole, everyone), units))


def _plain(value: float, cells: tuple[Cell, ...]) -> Figure:
    """One plain value."""
    known = Fraction(value)
    return Figure(known, known, INF if cells else known, cells=cells)
