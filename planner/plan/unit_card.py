"""All that one unit has, lacks and is to get: its people, facilities, targets, gaps and projects, from the values that the lists show."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.errors import InputError
from planner.inputs.specs import LEVELS
from planner.measure.blind_spots import BlindSpot, listed
from planner.measure.city import City
from planner.measure.small_counts import hidden, ladder_of, unit_sums
from planner.plan.gaplist import CapitalProject, Gap, GapList, TargetSpots
from planner.targets.evaluation import Evaluation, TargetResult
from planner.targets.matrix import Cell, layers_of, matrix, owner
from planner.targets.unit_sets import ancestors

MOST_SPOTS = 30
"""So many blind spots stand on a card."""
SIZES = ("beds", "capacity", "area_m2")
"""Columns of a ledger that say how large a facility is."""


@dataclass(frozen=True, slots=True)
class FacilityHere:
    """A facility of the unit, as its ledger has it. sizes : column of SIZES -> figure. counts : whether it counts on the day. placed :
    whether its place is known."""

    id: str
    name: str
    status: str
    counts: bool
    sizes: Mapping[str, float]
    placed: bool


@dataclass(frozen=True, slots=True)
class LayerHere:
    """A layer in the unit: facilities in the order of the ledger, and the sums of those that count by column of SIZES."""

    layer: str
    facilities: tuple[FacilityHere, ...]
    sums: Mapping[str, float]

    @property
    def counting(self) -> int:
        """How many count on the day."""
        return sum(one.counts for one in self.facilities)


@dataclass(frozen=True, slots=True)
class SpotHere:
    """A blind spot of a question that lies in the unit. people : of the spot in the unit, None where it is hidden."""

    question: TargetSpots
    spot: BlindSpot
    people: float | None


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit. above : the units it lies in, coarse to fine, as (level, code, name). people : group -> persons, NaN where hidden.

    layers : all layers of the project, those without a facility here too. targets : those that say something of it, each with its cell.
    gaps, projects : of the unit, of units in it and of facilities in it, in their order. spots : blind spots in it, question by
    question, the most populous first; spots_left : how many more there are.
    """

    level: str
    code: str
    name: str
    unit_class: str
    above: tuple[tuple[str, str, str], ...]
    people: Mapping[str, float]
    layers: tuple[LayerHere, ...]
    targets: tuple[tuple[TargetResult, Cell], ...]
    gaps: tuple[Gap, ...]
    projects: tuple[CapitalProject, ...]
    spots: tuple[SpotHere, ...] = ()
    spots_left: int = 0

    @property
    def empty_layers(self) -> tuple[str, ...]:
        """Layers of which nothing counts here."""
        return tuple(one.layer for one in self.layers if not one.counting)


def level_of(city: City, code: str, first: str = "") -> str:
    """The level of the unit with a code, `first` before the others. Raises InputError (card_unit_unknown)."""
    levels = [level for level in (first, *city.boundaries.levels) if level in city.boundaries.levels]
    for level in levels:
        if bool((city.boundaries.frame(level)["code"] == code).any()):
            return level
    raise InputError("card_unit_unknown", unit=code)


def unit_card(city: City, evaluation: Evaluation, gap_list: GapList, level: str, code: str) -> UnitCard:
    """The card of a unit.

    evaluation, gap_list : as they may be published; the list with its blind spots, if they are to stand on the card. Raises InputError:
    unknown level, card_unit_unknown.
    """
    frame = city.boundaries.frame(level)
    rows = np.flatnonzero(frame["code"].to_numpy(object) == code)
    if not len(rows):
        raise InputError("card_unit_unknown", unit=code)
    row = int(rows[0])
    table = matrix(city, evaluation, level)
    cells = [(result, table.cell(code, k)) for k, result in enumerate(table.targets)]
    return UnitCard(
        level, code, str(frame["name"].iloc[row]), str(frame["class"].iloc[row]), _above(city, level, row), _people(city, level, row),
        tuple(_layer(city, slug, level, code, evaluation.date) for slug in city.facilities),
        tuple((result, cell) for result, cell in cells if cell is not None), *_work(city, evaluation, gap_list, level, code),
        *_spots(gap_list, level, code))


def _above(city: City, level: str, row: int) -> tuple[tuple[str, str, str], ...]:
    """The coarser units that a unit lies in."""
    if level not in LEVELS:
        return ()
    known = ancestors(city, level)
    found = []
    for other in LEVELS:
        code = str(known[other][row]) if other in known else ""
        if code:
            frame = city.boundaries.frame(other)
            found.append((other, code, str(frame["name"].iloc[int(np.flatnonzero(frame["code"].to_numpy(object) == code)[0])])))
    return tuple(found)


def _people(city: City, level: str, row: int) -> dict[str, float]:
    """The unit's people by group, NaN where they are hidden."""
    found = {}
    for group, people in city.demand.people.items():
        sums = unit_sums(city, level, np.nan_to_num(people))
        gone = city.demand.hide_small and bool(hidden(sums[:, None], ladder_of(city, level))[0][row])
        found[group] = math.nan if gone else float(sums[row])
    return found


def _layer(city: City, slug: str, level: str, code: str, day: dt.date) -> LayerHere:
    """A layer's facilities that count in the unit."""
    frame = city.layer(slug).frame
    column = f"unit_{level}"
    if column not in frame:
        return LayerHere(slug, (), {})
    here, counts = np.flatnonzero(frame[column].to_numpy(object) == code), city.counting(slug, day).counts
    sizes = {size: frame[size].to_numpy(float) for size in SIZES if size in frame and frame[size].dtype.kind in "fi"}
    status = frame["status"].to_numpy(object) if "status" in frame else np.full(len(frame), "", object)
    placed = np.isfinite(frame["x"].to_numpy(float))
    found = tuple(FacilityHere(str(frame["id"].iloc[k]), str(frame["name"].iloc[k]), str(status[k]), bool(counts[k]),
                               {size: float(values[k]) for size, values in sizes.items() if np.isfinite(values[k])}, bool(placed[k]))
                  for k in here.tolist())
    sums = {size: math.fsum(one.sizes[size] for one in found if one.counts and size in one.sizes) for size in sizes}
    return LayerHere(slug, found, {size: value for size, value in sums.items() if any(size in one.sizes for one in found if one.counts)})


def _work(city: City, evaluation: Evaluation, gap_list: GapList, level: str,
          code: str) -> tuple[tuple[Gap, ...], tuple[CapitalProject, ...]]:
    """The gaps and projects of a unit, of the units and of the facilities in it."""
    home = owner(city, level)
    layers: dict[tuple[str, str], Sequence[str]] = {(one.target.plan, one.target.id): layers_of(one) for one in evaluation.targets}
    gaps = tuple(gap for gap in gap_list.gaps if not gap.whole
                 and home(gap.level, gap.unit_code, gap.unit_name, layers.get((gap.plan, gap.target_id), ())) == code)
    projects = tuple(one for one in gap_list.projects
                     if not one.whole and home(one.level, one.unit_code, one.unit_name, (one.layer,)) == code)
    return gaps, projects


def _spots(gap_list: GapList, level: str, code: str) -> tuple[tuple[SpotHere, ...], int]:
    """The blind spots in a unit that a list shows, and how many more there are."""
    found = [SpotHere(question, spot, unit.people) for question in gap_list.blind_spots or () for spot in listed(question.spots)[0]
             for unit in spot.units.get(level, ()) if unit.code == code]
    return tuple(found[:MOST_SPOTS]), max(0, len(found) - MOST_SPOTS)
