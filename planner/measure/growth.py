"""People of a later year: today's people at their places, grown as the project states it, and those of planned housing at theirs.

Each demand point i keeps its place; its people of a group g become so many that the sum over a unit is what is stated for the unit. Of
several statements the finest unit's goes first, and a unit's own row (`[growth]`) before its ages (`[growth.ages]`); what nobody states
stays as it is today, and is told. Between today and a stated year, and between two stated years, people change evenly; after the last
one they stay. People that are stated of a unit include those of planned housing in it; a factor and ages do not. Ages move up by whole
bands (cohort-component method, as in United Nations, Manual III, 1956):

    n_b(t + w) = n_{b-1}(t) s_{b-1} + w m_b,   n_0(t + w) = w (births + m_0),   the last band: + n_last(t) s_last

with w the width of a band, s the stated share that lives w years on, m the stated net migration a year; within a step they change evenly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.inputs.growth import WHOLE, Ages, Growth, Stated
from planner.inputs.layers import TOTAL, BoolArray, DemandPoints, FacilityLayer, FloatArray, IntArray
from planner.inputs.specs import LEVELS
from planner.inputs.spread import Carriers, share_out
from planner.measure.by_unit import QUANTUM
from planner.measure.city import City, PeopleOf

HOUSEHOLDS = "households"
_PLUS, _UNDER, _SPAN = re.compile(r"age_(\d+)_plus"), re.compile(r"under_(\d+)"), re.compile(r"age_(\d+)_(\d+)")
MANY = 8
"""So many units are named in a note; of more, the number is told."""


@dataclass(slots=True)
class _Grown:
    """The people of a later year while they are worked out. today, people : group -> (I,). how : group -> the statements it rests on."""

    city: City
    year: int
    base: int
    people: dict[str, FloatArray]
    how: dict[str, set[str]] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    numbers: dict[str, tuple[dict[str, int], IntArray]] = field(default_factory=dict)

    def note(self, key: str, **params: object) -> None:
        """Something to know, once."""
        entry = (f"growth.{key}", dict(params))
        if entry not in self.notes:
            self.notes.append(entry)

    @property
    def demand(self) -> DemandPoints:
        """Today's people."""
        return self.city.demand

    def points_in(self, level: str, code: str) -> BoolArray:
        """(I,) the demand points of a unit."""
        if level == WHOLE:
            return np.ones(len(self.demand), dtype=np.bool_)
        if level not in self.numbers:
            codes, number = np.unique(self.demand.units[level].astype(str), return_inverse=True)
            self.numbers[level] = {str(one): k for k, one in enumerate(codes)}, number.astype(np.int64)
        place, number = self.numbers[level]
        found: BoolArray = number == place.get(code, -1)
        return found


@dataclass(frozen=True, slots=True)
class _Plots:
    """Planned housing that is handed over after today and by the year asked about. people : group -> (H,)."""

    layer: FacilityLayer
    row: IntArray
    people: Mapping[str, FloatArray]


def people_of_year(city: City, year: int) -> City:
    """The city with the people of a later year; everything else stays. Its `people_of` says what they rest on.

    Raises InputError: growth_missing (nothing is stated), growth_base_unknown (no day of today's people), growth_year_past,
    growth_housing_people (planned households without people per household).
    """
    if city.growth is None:
        raise InputError("growth_missing", year=year)
    base = city.population.year
    if base is None:
        raise InputError("growth_base_unknown")
    if year == base:
        return city
    if year < base:
        raise InputError("growth_year_past", year=year, base=base)
    grown = _Grown(city, year, base, {group: values.copy() for group, values in city.demand.people.items()})
    plots = _plots(grown, city.growth)
    for group in city.demand.people:
        _grow(grown, city.growth, group, plots)
    demand, housed = _with_plots(grown, plots)
    _check_parts(grown, demand)
    how = {group: "+".join(sorted(grown.how.get(group, {"as_today"}))) for group in city.demand.people}
    told = PeopleOf(year, True, how, housed, tuple(grown.notes))
    return replace(city, demand=demand, people_of=told, cache={})


# ---- people where they live today ------------------------------------------------------------------------------------
def _grow(grown: _Grown, growth: Growth, group: str, plots: _Plots) -> None:
    """People of a group, unit by unit, the finest first; points that a finer unit has settled stay settled."""
    rows: dict[tuple[str, str], list[Stated]] = {}
    for row in growth.stated:
        if row.group == group:
            rows.setdefault((row.level, row.code), []).append(row)
    ages = {(one.level, one.code): one for one in growth.ages}
    settled = np.zeros(len(grown.demand), dtype=np.bool_)
    ladder = [level for level in grown.demand.units if level not in LEVELS] + [level for level in reversed(LEVELS)
                                                                              if level in grown.demand.units] + [WHOLE]
    for level in ladder:
        for unit in sorted(key for key in rows.keys() | ages.keys() if key[0] == level):
            mine = grown.points_in(*unit)
            if not mine.any() and not any(row.people for row in rows.get(unit, ())):
                grown.note("unit_empty", unit=_name(grown.city, *unit))
                continue
            total = _stated_total(grown, rows[unit], mine, settled, plots, group) if unit in rows else _aged_total(grown, ages[unit], group,
                                                                                                                  mine & ~settled)
            if total is None:
                continue
            _share(grown, group, mine & ~settled, total, unit)
            settled |= mine
            grown.how.setdefault(group, set()).add("stated" if unit in rows else "ages")


def _stated_total(grown: _Grown, rows: Sequence[Stated], mine: BoolArray, settled: BoolArray, plots: _Plots, group: str) -> float:
    """People of a unit's points that no finer unit has settled, as its rows state them for the year."""
    now, today = grown.demand.people[group], float(grown.demand.people[group][mine].sum())
    left = mine & ~settled
    ordered = sorted(rows, key=lambda row: row.year)
    later = next((row for row in ordered if row.year >= grown.year), None)
    if later is None:
        grown.note("held", year=ordered[-1].year, group=group)
    before = [row for row in ordered if row.year < grown.year]

    def factor(row: Stated) -> float:
        assert row.factor is not None or row.people is not None
        return row.factor if row.factor is not None else math.inf if today == 0 else float(row.people or 0.0) / today

    first = (grown.base, 1.0) if not before else (before[-1].year, factor(before[-1]))
    last = first if later is None else (later.year, factor(later))
    part = 0.0 if last[0] == first[0] else (grown.year - first[0]) / (last[0] - first[0])
    whole = (later or ordered[-1]).people is not None
    if today == 0:  # nobody to multiply: people are stated, or there are none
        stated = (later or ordered[-1]).people
        total = 0.0 if stated is None else stated * (part if later is not None and not before else 1.0)
    else:
        total = today * ((1 - part) * first[1] + part * last[1]) if part else today * first[1]
    if not whole:
        return total * (float(now[left].sum()) / today if today else 0.0)
    housed = float(plots.people[group][_in_unit(grown, plots, rows[0])].sum()) if group in plots.people else 0.0
    rest = total - housed - float(grown.people[group][mine & settled].sum())
    if rest < 0:
        grown.note("contradiction", group=group, unit=_name(grown.city, rows[0].level, rows[0].code), people=round(-rest))
    return max(rest, 0.0)


def _aged_total(grown: _Grown, ages: Ages, group: str, left: BoolArray) -> float | None:
    """People of a unit's points after its ages have moved up; None where the ages do not tell of the group."""
    before, after = in_ages(ages, group, 0.0), in_ages(ages, group, float(grown.year - grown.base))
    if before is None or not before or after is None:
        if ages_of(group) is not None and after is None:
            grown.note("births", group=group)
        return None
    return float(grown.demand.people[group][left].sum()) * after / before


def _share(grown: _Grown, group: str, left: BoolArray, total: float, unit: tuple[str, str]) -> None:
    """A total over points as their people of today are; evenly where there are none of them."""
    row = np.flatnonzero(left)
    if not len(row):
        if total > 0.5:
            grown.note("no_place", group=group, unit=_name(grown.city, *unit), people=round(total))
        return
    weight = grown.demand.people[group][row]
    if not weight.sum() and total:
        weight = np.ones(len(row))
        grown.note("spread_evenly", group=group, unit=_name(grown.city, *unit), people=round(total))
    if not weight.sum():
        grown.people[group][row] = 0.0
        return
    carriers = Carriers(grown.demand.x[row], grown.demand.y[row], np.zeros(len(row), dtype=np.int64), weight)
    grown.people[group][row] = share_out({group: np.array([total])}, carriers)[group]


# ---- ages ------------------------------------------------------------------------------------------------------------
def ages_of(group: str) -> tuple[float, float] | None:
    """The ages of a group, from and below: (60, inf) of age_60_plus; None where its name says none."""
    if group == TOTAL:
        return 0.0, math.inf
    if found := _PLUS.fullmatch(group):
        return float(found[1]), math.inf
    if found := _UNDER.fullmatch(group):
        return 0.0, float(found[1])
    if found := _SPAN.fullmatch(group):
        return float(found[1]), float(found[2]) + 1
    return None


def in_ages(ages: Ages, group: str, years: float) -> float | None:
    """Persons of a group in the bands, so many years from today; None where they depend on births that nobody states, or on the inside of
    the open last band. A band that a group takes in part is taken evenly."""
    span = ages_of(group)
    if span is None:
        return None
    bands = moved_up(ages, years)
    total = 0.0
    for k, age in enumerate(ages.age):
        last = k == len(ages.age) - 1
        upper = math.inf if last else ages.age[k + 1]
        low, high = max(age, span[0]), min(upper, span[1])
        if low >= high:
            continue
        if last:
            if span[0] > age or span[1] < math.inf:
                return None
            part = 1.0
        else:
            part = (high - low) / (upper - age)
        total += part * float(bands[k])
    return total if total == total else None


def moved_up(ages: Ages, years: float) -> FloatArray:
    """(B,) persons of the bands so many years from today; NaN where they depend on births that nobody states."""
    now = np.array(ages.people, dtype=np.float64)
    steps, rest = divmod(years, ages.width)
    for _ in range(int(steps)):
        now = _step(ages, now)
    return now if rest == 0 else now + (rest / ages.width) * (_step(ages, now) - now)


def _step(ages: Ages, now: FloatArray) -> FloatArray:
    """The bands one band width later; never less than nobody."""
    survival, migration = np.array(ages.survival), np.array(ages.migration) * ages.width
    after = np.empty(len(now))
    after[0] = math.nan if ages.births is None else ages.births * ages.width
    after[1:] = now[:-1] * survival[:-1]
    after[-1] += now[-1] * survival[-1]
    return np.maximum(after + migration, 0.0)


# ---- planned housing -------------------------------------------------------------------------------------------------
def _plots(grown: _Grown, growth: Growth) -> _Plots:
    """The planned plots of the years up to the one asked about, and their people."""
    layer = growth.housing
    if layer is None:
        return _Plots(FacilityLayer("", _no_frame(), grown.demand.source), np.empty(0, dtype=np.int64), {})
    frame = layer.frame
    opened, placed = frame["opened"].astype(str).to_numpy(), np.isfinite(frame["x"].to_numpy(float))
    year = np.array([int(day[:4]) if day[:4].isdigit() else 0 for day in opened])
    for key, mask in (("housing_undated", year == 0), ("housing_without_place", (year > 0) & ~placed),
                      ("housing_handed_over", (year > 0) & (year <= grown.base))):
        if mask.any():
            grown.note(key, count=int(mask.sum()), ids=tuple(str(one) for one in frame["id"].to_numpy()[mask][:MANY]), base=grown.base)
    row = np.flatnonzero((year > grown.base) & (year <= grown.year) & placed)
    numbers = {key: frame[key].to_numpy(float)[row] for key in frame.columns if key in (*grown.demand.people, HOUSEHOLDS, "people")
               and frame[key].dtype != object}
    heads = numbers.get("people", numbers.get(TOTAL, np.full(len(row), np.nan))).copy()
    unknown = np.isnan(heads)
    if unknown.any():
        households = numbers.get(HOUSEHOLDS, np.full(len(row), np.nan))[unknown]
        if growth.people_per_household is None and not np.isnan(households).all():
            raise InputError("growth_housing_people")
        heads[unknown] = households * (growth.people_per_household or 0.0)
    blank = np.isnan(heads)
    if blank.any():
        grown.note("housing_blank", count=int(blank.sum()), ids=tuple(str(one) for one in frame["id"].to_numpy()[row[blank]][:MANY]))
    row, heads = row[~blank], heads[~blank]
    own = {key: values[~blank] for key, values in numbers.items() if key not in ("people", TOTAL)} | {TOTAL: heads}
    return _Plots(layer, row, _all_groups(grown, layer, row, own))


def _all_groups(grown: _Grown, layer: FacilityLayer, row: IntArray, own: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """People of every group in the plots: as the ledger has them, else by their share among the people of today around each plot."""
    found, shared = {}, []
    for group in grown.demand.people:
        heads = own.get(group, np.full(len(row), np.nan))
        if np.isnan(heads).any():
            heads = np.where(np.isnan(heads), own[TOTAL] * _shares(grown, layer, row, group), heads)
            shared.append(group)
        found[group] = np.floor(heads / QUANTUM) * QUANTUM
    if shared and len(row):
        grown.note("housing_like_neighbours", groups=tuple(shared))
    return found


def _shares(grown: _Grown, layer: FacilityLayer, row: IntArray, group: str) -> FloatArray:
    """(H,) the share of a group among today's people around each plot: of its finest unit that has people, else of all."""
    values = grown.demand.people[group]
    total = grown.demand.people.get(TOTAL, values)
    found = np.full(len(row), float(values.sum()) / max(float(total.sum()), 1e-300))
    for level in [level for level in LEVELS if level in grown.demand.units]:  # coarse to fine: the finest is written last, and stays
        codes = layer.frame[f"in_{level}"].to_numpy(dtype=object)[row]
        for code in {str(code) for code in codes if code}:
            inside = grown.points_in(level, code)
            if total[inside].sum() > 0:
                found[codes == code] = float(values[inside].sum() / total[inside].sum())
    return found


def _no_frame() -> Any:
    """A ledger without rows."""
    import geopandas as gpd

    return gpd.GeoDataFrame({"id": []})


def _in_unit(grown: _Grown, plots: _Plots, row: Stated) -> BoolArray:
    """(H,) the plots in the unit of a statement."""
    if row.level == WHOLE or not len(plots.row):
        return np.ones(len(plots.row), dtype=np.bool_)
    found: BoolArray = plots.layer.frame[f"in_{row.level}"].to_numpy(dtype=object)[plots.row] == row.code
    return found


def _with_plots(grown: _Grown, plots: _Plots) -> tuple[DemandPoints, float]:
    """The people of the year with those of planned housing as demand points of their own, and how many these are."""
    demand = grown.demand
    if not len(plots.row):
        return replace(demand, people=grown.people), 0.0
    frame = plots.layer.frame.iloc[plots.row]
    people = {group: np.r_[values, plots.people[group]] for group, values in grown.people.items()}
    units = {level: np.r_[codes, frame[f"in_{level}"].to_numpy(dtype=object)] for level, codes in demand.units.items()}
    x, y = np.r_[demand.x, frame["x"].to_numpy(float)], np.r_[demand.y, frame["y"].to_numpy(float)]
    housed = float(plots.people[TOTAL].sum()) if TOTAL in plots.people else 0.0
    return replace(demand, x=x, y=y, people=people, units=units), housed


# ---- what to know ----------------------------------------------------------------------------------------------------
def _check_parts(grown: _Grown, demand: DemandPoints) -> None:
    """Groups of ages that are more than all people of a unit: stated apart, they need not agree."""
    if TOTAL not in demand.people:
        return
    level = next((level for level in ("township", "district", *LEVELS) if level in demand.units), None)
    if level is None:
        return
    codes, number = np.unique(demand.units[level].astype(str), return_inverse=True)
    whole = np.bincount(number, demand.people[TOTAL])
    for group, values in demand.people.items():
        over = np.bincount(number, values) > whole * (1 + 1e-9) + 0.5
        if ages_of(group) is not None and over.any():
            names = tuple(_name(grown.city, level, str(code)) for code in codes[over][:MANY])
            grown.note("more_than_all", group=group, units=names, count=int(over.sum()))


def _name(city: City, level: str, code: str) -> str:
    """A unit's name."""
    if level == WHOLE:
        return ""
    if level not in city.boundaries.levels:
        return code
    frame = city.boundaries.frame(level)
    found = frame["name"].to_numpy(dtype=object)[frame["code"].to_numpy(dtype=object) == code]
    return str(found[0]) if len(found) else code
