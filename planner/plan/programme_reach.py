"""People within reach as lines over the options of a programme: measured cost columns of candidates, merged where people are alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.inputs.layers import FloatArray, IntArray
from planner.measure.attaching import Chosen, choose
from planner.measure.city import City
from planner.measure.coverage import LIMIT_SLACK_M, nearest_facility, straight_line, within
from planner.measure.matrices import Wanted, cost_matrices
from planner.plan.programme_lines import Line, NotLinearError
from planner.targets.access import limits_of, unit_and_scope
from planner.targets.figures import Bound
from planner.targets.inquiry import Inquiry, UnitSet
from planner.targets.pack import Limit
from planner.targets.selection import Pool, pool_of
from planner.units import TravelProfile

if TYPE_CHECKING:
    from planner.plan.programme_forms import Beside

BoolArray = npt.NDArray[np.bool_]
Carrier = tuple[int, int]
"""An option with what it does to a person's reach: 1 brings a facility near, -1 takes one away."""


@dataclass(slots=True)
class Columns:
    """The columns of a programme's model: options first (0 or 1), then whatever lines need beside them, with the rows that hold those.

    rows : (columns, values, least, most).
    """

    options: int
    upper: list[float] = field(default_factory=list)
    rows: list[tuple[list[int], list[float], float, float]] = field(default_factory=list)
    carried: dict[int, tuple[tuple[int, tuple[Carrier, ...]], ...]] = field(default_factory=dict)

    def covered(self, ways: tuple[tuple[int, tuple[Carrier, ...]], ...]) -> int:
        """A new column of 0..1 that may be as great as each of `ways` allows: a constant and what options add to it."""
        column = self.options + len(self.upper)
        self.upper.append(1.0)
        self.carried[column] = ways
        for const, carriers in ways:
            self.rows.append(([column, *(option for option, _ in carriers)], [1.0, *(-float(sign) for _, sign in carriers)],
                              -np.inf, float(const)))
        return column

    def filled(self, chosen: Iterable[int]) -> dict[int, Fraction]:
        """Every column that is above 0 when some options are chosen."""
        found = dict.fromkeys(chosen, Fraction(1))
        for column, ways in self.carried.items():
            most = min(const + sum(sign for option, sign in carriers if option in found) for const, carriers in ways)
            if most > 0:
                found[column] = Fraction(min(1, most))
        return found


def covered_people(now: Inquiry, plus: Inquiry, beside: Beside, columns: Columns, units: UnitSet, bound: Bound | None,
                   ) -> tuple[list[Line], list[Fraction], Line, Fraction]:
    """Covered people of each unit as lines, their number, and both for the scope.

    Of `minutes`, homes with somebody in them count instead, and the bound is the limit. Raises NotLinearError: blanks among the people, no
    limit; DataMissingError as in evaluating.
    """
    group = now.people(now.group)
    if np.isnan(group).any():
        raise NotLinearError("blanks")
    check = now.check
    unit, scope = unit_and_scope(now, units)
    weight = (group > 0).astype(np.float64) if check.metric == "minutes" else group
    limits, own = _limits(now, bound)
    slugs: Sequence[Sequence[str] | None] = [(slug,) for slug in check.basket] if check.basket else [None]
    ways = [_way(plus, beside, pool_of(plus, slug), limits, own) for slug in slugs]
    classes = _merged(unit, scope & (weight > 0), weight, ways)
    lines = [dict[int, Fraction]() for _ in range(len(units))]
    consts, whole_terms, whole_const = [Fraction(0)] * len(units), dict[int, Fraction](), Fraction(0)
    for (k, in_scope, carriers), heads in classes.items():
        column = columns.covered(carriers) if carriers else None
        if column is None:
            consts[k] += heads if k >= 0 else 0
            whole_const += heads if in_scope else 0
            continue
        if k >= 0:
            lines[k][column] = heads
        if in_scope:
            whole_terms[column] = heads
    people = [Fraction(float(weight[unit == k].sum())) for k in range(len(units))]
    found = [Line(consts[k], lines[k]) for k in range(len(units))]
    return found, people, Line(whole_const, whole_terms), Fraction(float(weight[scope].sum()))


def _limits(now: Inquiry, bound: Bound | None) -> tuple[tuple[Limit, ...], IntArray]:
    """The limits in use and whose they are; of the longest way, its ceiling."""
    check = now.check
    if check.metric != "minutes":
        return limits_of(now)
    if bound is None or bound.comparator not in ("<=", "<") or check.thresholds:
        raise NotLinearError("no_figure")
    return (Limit(check.scope, float(bound.value), None, check.travel, True),), np.zeros(len(now.city.demand), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Way:
    """One layer's reach. always : (I,) within reach of a facility that stands whatever is done. near : (I,) lists of (row of a facility
    that comes or goes). moves : for each such facility what brings and what takes it, and whether it stands today."""

    always: BoolArray
    near: list[list[int]]
    moves: list[tuple[bool, list[Carrier]]]


def _way(plus: Inquiry, beside: Beside, pool: Pool, limits: Sequence[Limit], own: IntArray) -> _Way:
    """Who is within reach of what stands, and of what comes or goes."""
    signs, stands = beside.signs(pool)
    firm = np.array([stay and not moves for stay, moves in zip(stands, signs, strict=True)], dtype=bool) & pool.sure
    loose = ~firm & pool.sure
    always = np.zeros(len(own), dtype=bool)
    near: list[list[int]] = [[] for _ in range(len(own))]
    fixed, moving = choose(plus.city, pool.masks(firm)), choose(plus.city, pool.masks(loose))
    number = {(slug, row): k for k, (slug, row) in enumerate(zip(pool.slugs, pool.rows.tolist(), strict=True))}
    pools = [number[slug, row] for slug, row in zip(moving.layer, moving.row.tolist(), strict=True)]
    for k, limit in enumerate(limits):
        mine = own == k
        if not mine.any():
            continue
        travel, limit_m = _travel(plus, limit)
        always |= mine & _within(plus.city, fixed, travel, limit_m)
        for i, facility in _pairs(plus.city, moving, travel, limit_m):
            if mine[i]:
                near[i].append(facility)
    return _Way(always, near, [(stands[k], signs[k]) for k in pools])


def _travel(plus: Inquiry, limit: Limit) -> tuple[TravelProfile | None, float]:
    """How a limit is measured (None: as the crow flies), and its metres."""
    if plus.check.path == "straight":
        if limit.metres is None:
            raise NotLinearError("no_figure")
        return None, limit.metres
    if limit.minutes is not None:
        travel = plus.travel(limit.travel)
        return travel, limit.minutes * travel.metres_per_minute
    assert limit.metres is not None
    return plus.travel(limit.travel) if limit.travel else plus.on_foot(), limit.metres


def _within(city: City, chosen: Chosen, travel: TravelProfile | None, limit_m: float) -> BoolArray:
    """Who is within reach of any of some facilities."""
    metres: FloatArray = straight_line(city, chosen) if travel is None else nearest_facility(city, chosen, travel).cost_m
    return within(metres, limit_m)


def _pairs(city: City, chosen: Chosen, travel: TravelProfile | None, limit_m: float) -> Iterable[tuple[int, int]]:
    """(demand point, number of the facility) for every pair within reach."""
    if not len(chosen.row):
        return
    if travel is not None:
        matrix = cost_matrices(city, {"candidates": Wanted(chosen, limit_m + LIMIT_SLACK_M)}, travel, keep=False)["candidates"]
        who = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.start))
        yield from zip(who.tolist(), matrix.column.tolist(), strict=True)
        return
    for number in range(len(chosen.row)):
        rows: IntArray = np.array([number], dtype=np.int64)
        one = Chosen(chosen.layer[rows], chosen.row[rows], chosen.x[rows], chosen.y[rows], chosen.extents.take(rows))
        for i in np.flatnonzero(within(straight_line(city, one), limit_m)).tolist():
            yield i, number


Merged = tuple[int, bool, tuple[tuple[int, tuple[Carrier, ...]], ...]]


def _merged(unit: IntArray, scope: BoolArray, weight: FloatArray, ways: Sequence[_Way]) -> dict[Merged, Fraction]:
    """People of one unit who depend on the same options, added up; those whom nothing reaches are left out."""
    found: dict[Merged, Fraction] = {}
    for i in np.flatnonzero((weight > 0) & (scope | (unit >= 0))).tolist():
        needs: list[tuple[int, tuple[Carrier, ...]]] = []
        lost = False
        for way in ways:
            if way.always[i]:
                continue
            const, carriers = 0, dict[int, int]()
            for facility in way.near[i]:
                stands, moves = way.moves[facility]
                const += stands
                for option, sign in moves:
                    carriers[option] = carriers.get(option, 0) + sign
            kept = tuple(sorted((option, sign) for option, sign in carriers.items() if sign))
            if const and not any(sign < 0 for _, sign in kept):
                continue
            if not const and not kept:
                lost = True
                break
            needs.append((const, kept))
        if not lost:
            key = (int(unit[i]), bool(scope[i]), tuple(sorted(set(needs))))
            found[key] = found.get(key, Fraction(0)) + Fraction(float(weight[i]))
    return found
