"""What each failing target asks to be built or changed: new facilities of a layer in a unit, or existing ones raised to a standard."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.measure.city import City
from planner.plan.actions import AREA_COLUMNS, BED_COLUMNS
from planner.plan.scenario import Value
from planner.targets.conditions import DATE_COLUMNS, Condition
from planner.targets.evaluate import bound_of
from planner.targets.evaluation import TargetResult, UnitResult
from planner.targets.indicators import member_check
from planner.targets.inquiry import DataMissingError, Inquiry, Ledger
from planner.targets.pack import Check, TargetPack
from planner.targets.selection import Pool, pool_of
from planner.targets.vocabulary import FACILITY

WHOLE = ""
"""The unit of a need that is not bound to any."""
COUNTS = ("count", "load", "facility_share")
ADDS = ("sum", "rate")
PLACES_EACH = 24
"""So many new places are offered to the people beyond reach of each unit that fails."""


@dataclass(frozen=True, slots=True)
class Need:
    """New facilities of a layer in a unit (WHOLE: anywhere): how many, with which columns, and how much of `of` they are to add in all.

    near : whether they are wanted where people are beyond reach, not where a unit has none.
    """

    target_id: str
    layer: str
    level: str
    unit: str
    count: int
    values: Mapping[str, Value]
    of: str = ""
    amount: float = 0.0
    near: bool = False


@dataclass(frozen=True, slots=True)
class Raise:
    """An existing facility whose columns get new values. beds, area_m2 : how much of it is built or converted (all of it where only words
    change), None unknown."""

    target_id: str
    layer: str
    row: int
    values: Mapping[str, Value]
    kind: str
    beds: float | None = None
    area_m2: float | None = None


def needs_of(city: City, pack: TargetPack, result: TargetResult, day: dt.date) -> Iterator[Need | Raise]:
    """What would close a target that is not met, unit by unit; nothing for targets that building does not close."""
    check = result.check
    if check is None or result.state != "not_met":
        return
    bound = bound_of(result.target, check)
    comparator = check.each.comparator if check.rollup == "share" else bound.comparator if bound is not None else ""
    if check.metric not in ("load", "minutes", "population_within") and comparator in ("<", "<="):
        return
    checks = [member_check(check, member) for member in check.any_of or check.all_of if member.layer] or [check]
    if check.of_which is not None:
        checks.append(replace(check, of_which=None, layers=(check.of_which.layer,), where=(*check.where, *check.of_which.where)))
    for one in checks:
        try:
            pool = pool_of(Inquiry(city, pack, replace(one, where=()), day, Ledger()))
            passing = pool_of(Inquiry(city, pack, one, day, Ledger()))
        except DataMissingError:
            continue
        yield from _of_check(city, one, result, pool, passing)


def _of_check(city: City, check: Check, result: TargetResult, pool: Pool, passing: Pool) -> Iterator[Need | Raise]:
    """What one check (or one member of several) asks."""
    ident, layer = result.target.id, check.layers[0] if check.layers else ""
    conditions = (*check.where, *(check.having if check.metric == "facility_share" else ()))
    if check.metric in ("population_within", "minutes"):
        for slug in check.basket or check.layers:
            values = columns_of(city, slug, conditions)
            if values is not None and slug in city.facilities:
                yield from (Need(ident, slug, check.by if unit else "", unit.code if unit else WHOLE, PLACES_EACH, values, near=True)
                            for unit in _units(check, result))
        return
    if not layer:
        return
    values = columns_of(city, layer, conditions)
    if check.by == FACILITY:
        yield from _facilities(check, result, pool)
        return
    for unit in _units(check, result):
        code = WHOLE if unit is None else unit.code
        level = check.by if unit is not None else "" if check.by == "city" else check.by
        lack = float((result.shortfall if unit is None else unit.shortfall) or 0.0)
        if lack <= 0:
            continue
        here = _rows_in(pool, level, code)
        if check.metric in COUNTS and values is not None:
            yield Need(ident, layer, level, code, max(1, math.ceil(lack)), values)
        if check.metric in COUNTS and conditions:
            yield from _raised(city, ident, pool, here, passing, conditions)
        if check.metric in ADDS and values is not None:
            yield from _added(city, ident, check, layer, level, code, lack, values, pool, here)
        if check.metric == "ratio":
            yield from _shifted(ident, check, pool, here, lack)


def _units(check: Check, result: TargetResult) -> Sequence[UnitResult | None]:
    """The units that fail; None for the whole."""
    if check.rollup == "total":
        return (None,)
    return tuple(unit for unit in result.units if unit.state == "not_met" and unit.shortfall)


def _rows_in(pool: Pool, level: str, code: str) -> list[int]:
    """The facilities of a pool in a unit."""
    if not code or not level:
        return list(range(len(pool)))
    return np.flatnonzero(pool.text(f"unit_{level}") == code).tolist()


def _facilities(check: Check, result: TargetResult, pool: Pool) -> Iterator[Raise]:
    """Each facility that fails, with more of what it is short of."""
    place = {ident: k for k, ident in enumerate(pool.text("id"))}
    for unit in result.units:
        if unit.state != "not_met" or not unit.shortfall or unit.code not in place or not check.of:
            continue
        k = place[unit.code]
        yield _more(result.target.id, check, pool, k, float(unit.shortfall))


def _more(ident: str, check: Check, pool: Pool, k: int, lack: float) -> Raise:
    """A facility with so much more of a column."""
    now = float(np.nan_to_num(pool.number(check.of)[k]))
    quotient = check.metric == "ratio"
    beds = lack if check.of in BED_COLUMNS else None
    area = lack if check.of in AREA_COLUMNS else None
    kind = "convert" if quotient or (beds is None and area is None) else "expand"
    return Raise(ident, str(pool.slugs[k]), int(pool.rows[k]), {check.of: now + lack}, kind, beds, area)


def _added(city: City, ident: str, check: Check, layer: str, level: str, code: str, lack: float, values: Mapping[str, Value], pool: Pool,
           here: Sequence[int]) -> Iterator[Need | Raise]:
    """More of a column: a new facility that holds it, or existing ones enlarged. What is neither beds nor floor area is not built."""
    if check.of and check.of not in (*BED_COLUMNS, *AREA_COLUMNS):
        return
    if not check.of:
        yield Need(ident, layer, level, code, max(1, math.ceil(lack)), values)
        return
    yield Need(ident, layer, level, code, 1, values, check.of, math.ceil(round(lack, 6)))
    for k in here if code else ():
        yield _more(ident, check, pool, k, math.ceil(round(lack, 6)))
    if check.of == "beds":
        yield from _opened(city, ident, pool, here, lack)


def _opened(city: City, ident: str, pool: Pool, here: Sequence[int], lack: float) -> Iterator[Raise]:
    """Spare beds opened: what a facility is approved for (`approved_beds`) beyond the beds it runs."""
    for k in here:
        slug, row = str(pool.slugs[k]), int(pool.rows[k])
        frame = city.facilities[slug].frame
        if not (_is_number(city, slug, "approved_beds") and _is_number(city, slug, "beds")):
            continue
        beds, approved = float(frame["beds"].iloc[row]), float(frame["approved_beds"].iloc[row])
        if approved > beds:
            more = min(approved - beds, math.ceil(round(lack, 6)))
            yield Raise(ident, slug, row, {"beds": beds + more}, "open", more)


def _shifted(ident: str, check: Check, pool: Pool, here: Sequence[int], lack: float) -> Iterator[Raise]:
    """A quotient raised within existing facilities: each by what is short, up to what it holds of the whole."""
    if not check.of:
        return
    top, under = np.nan_to_num(pool.number(check.of)), np.nan_to_num(pool.number(check.in_))
    for k in here:
        room = under[k] - top[k] if check.in_ in BED_COLUMNS or check.in_ in AREA_COLUMNS else lack
        if room > 0:
            yield _more(ident, check, pool, k, float(min(lack, room)))


def _raised(city: City, ident: str, pool: Pool, here: Sequence[int], passing: Pool, conditions: Sequence[Condition]) -> Iterator[Raise]:
    """Existing facilities that do not satisfy conditions, made to."""
    fine = set(zip(passing.slugs, passing.rows.tolist(), strict=True))
    having = pool.answer(tuple(one for one in conditions if one.column != "status"))[0]
    for k in here:
        slug, row = str(pool.slugs[k]), int(pool.rows[k])
        if (slug, row) in fine and having[k]:
            continue
        frame = city.facilities[slug].frame
        numbers = {column: float(frame[column].iloc[row]) for column in frame if frame[column].dtype.kind in "fiu"}
        values = columns_of(city, slug, conditions, numbers)
        if not values:
            continue
        grown = {column: value - float(np.nan_to_num(numbers.get(column, 0.0))) for column, value in values.items()
                 if isinstance(value, float)}
        beds = next((grown[column] for column in ("beds",) if grown.get(column, 0.0) > 0), None)
        area = next((grown[column] for column in AREA_COLUMNS if grown.get(column, 0.0) > 0), None)
        if beds is None and area is None:
            beds = next((grown[column] for column in BED_COLUMNS if grown.get(column, 0.0) > 0), None)
            own = {column: numbers[column] for column in ("beds", "area_m2") if numbers.get(column, 0.0) > 0}
            yield Raise(ident, slug, row, values, "convert", own.get("beds") if beds is None else beds, own.get("area_m2"))
        else:
            yield Raise(ident, slug, row, values, "expand", beds, area)


def columns_of(city: City, slug: str, conditions: Sequence[Condition], known: Mapping[str, float] | None = None) -> dict[str, Value] | None:
    """The columns that a facility needs to satisfy conditions, beside what it has; None where nothing that is built can (a date, a status
    other than operating)."""
    found: dict[str, Value] = {}
    have = dict(known or {})
    for condition in sorted(conditions, key=lambda one: bool(one.over)):
        if condition.column in DATE_COLUMNS:
            continue
        if condition.column == "status":
            if "operating" not in condition.values:
                return None
            continue
        wanted = _wanted(city, slug, condition, have)
        if wanted is None:
            return None
        if wanted != have.get(condition.column):
            found[condition.column] = wanted
        if isinstance(wanted, float):
            have[condition.column] = wanted
    return found


def _wanted(city: City, slug: str, condition: Condition, have: Mapping[str, float]) -> Value | None:
    """What one column must hold at least."""
    numeric = _is_number(city, slug, condition.column)
    now = have.get(condition.column, math.nan)
    if condition.over:
        base = have.get(condition.over, math.nan)
        base = usual_size(city, slug, condition.over) if math.isnan(base) else base
        if math.isnan(base) or isinstance(condition.operand, str):
            return None
        need = condition.operand * base
        up = condition.operator in (">=", ">", "=")
        need = math.ceil(round(need, 9)) + (condition.operator == ">") if up else math.floor(round(need, 9)) - (condition.operator == "<")
        return float(need) if math.isnan(now) or (now < need if up else now > need) else now
    if condition.operator:
        if isinstance(condition.operand, str):
            return None
        step = {">": 1.0, "<": -1.0}.get(condition.operator, 0.0)
        need = condition.operand + step
        fine = {">=": now >= need, ">": now >= need, "<=": now <= need, "<": now <= need, "=": now == need}[condition.operator]
        if fine:  # a blank is never
            return now
        return need if numeric else f"{need:g}"
    first = condition.values[0]
    if isinstance(first, bool):
        return (1.0 if first else 0.0) if numeric else "yes" if first else "no"
    return first if not numeric or isinstance(first, float) else None


def _is_number(city: City, slug: str, column: str) -> bool:
    """Whether a ledger holds a column as numbers."""
    layer = city.facilities.get(slug)
    return layer is not None and column in layer.frame and layer.frame[column].dtype.kind in "fiu"


def usual_size(city: City, slug: str, column: str) -> float:
    """The median of a column over a layer's facilities, whole; NaN where none is known."""
    if not _is_number(city, slug, column):
        return math.nan
    values = city.facilities[slug].frame[column].to_numpy(dtype=np.float64)
    known = values[np.isfinite(values) & (values > 0)]
    return float(round(float(np.median(known)))) if len(known) else math.nan

