"""Counts of 1 to 4 people kept out of what is published, so that no subtraction brings them back.

Units u in A of a level stand in parents, these in coarser ones, up to the whole; the sums of all of them may be published. Let v[u, k] be a
count of unit u. A unit with 0 < v[u, k] < SMALL for any k is hidden, and with it, in each parent whose own sums are shown,
further units (the least populous first) until at least two are hidden and the hidden ones hold at least SMALL in every column k that is
small somewhere: then v[u, k] may be anything from 0 to SMALL at the least, whatever is added or subtracted. A parent that is hidden
itself - it is small, or completes another - has at least one hidden unit under it, or the units would tell its sum. So the levels are
gone through from the whole down, and tables of several levels agree. This is complementary cell suppression for nested tables
(Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 4), by the plain rule instead of the least loss.

It protects one table and the tables of the coarser levels. Two tables of different minutes, days or groups may still be
subtracted from each other: docs/quality.md, section 6.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.layers import BoolArray, FloatArray, IntArray
from planner.inputs.specs import LEVELS

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.measure.coverage import Coverage, UnitCoverage

SMALL = 5.0
"""Counts above 0 and below this are hidden: 1 to 4 people, and parts of a person of people who were spread."""
PARTS = ("people_covered", "people_beyond", "share")
"""A unit's counts beside its people, and what follows from them; hidden all together, as they add up to the people."""
FINER = ("people_unattached", "people_unreached", "straight_people_covered", "straight_share")
"""Told of the whole only where small counts are hidden: parts of parts would need rules of their own."""
_DUST = 2.0**-21


def small(values: FloatArray) -> BoolArray:
    """Which counts are too small to be shown."""
    found: BoolArray = (values > _DUST) & (values < SMALL)
    return found


def hidden(values: FloatArray, ladder: Sequence[IntArray], forced: Sequence[BoolArray] = ()) -> list[BoolArray]:
    """Which units are hidden at each level, finest first, the whole last.

    values : (A, K) counts of the finest level. ladder : for each level the number of each unit's parent in the next coarser, the last
    one all 0 for the whole. forced : per level, units that are hidden anyway.
    """
    own = np.asarray(small(values).any(axis=1), dtype=bool)
    if forced:
        own = own | forced[0]
    if not ladder:
        return [own]
    parent = ladder[0]
    count = len(ladder[1]) if len(ladder) > 1 else 1
    sums = np.column_stack([np.bincount(parent, weights=column, minlength=count) for column in values.T]).astype(np.float64)
    above = hidden(sums, ladder[1:], forced[1:])
    for number in range(count):
        inside = np.flatnonzero(parent == number)
        own[inside] = _completed(values[inside], own[inside], bool(above[0][number]))
    return [own, *above]


def _completed(values: FloatArray, mask: BoolArray, parent_hidden: bool) -> BoolArray:
    """The hidden units of one parent with those that complete them: the least populous that help."""
    mask = mask.copy()
    if not (mask.any() or parent_hidden):
        return mask
    people = values.max(axis=1)
    whole = values.sum(axis=0)
    while True:
        held = values[mask].sum(axis=0)
        if parent_hidden:
            short = held < np.minimum(SMALL, whole) - _DUST
            enough = mask.any() or not (whole > _DUST).any()
        else:
            short = small(values[mask]).any(axis=0) & (held < SMALL)
            enough = int(mask.sum()) >= 2
        if enough and not short.any():
            return mask
        helps = ~mask & (values[:, short].sum(axis=1) > _DUST if short.any() else people > _DUST)
        if not helps.any():
            helps = ~mask & (people > _DUST) if not enough else helps
        if not helps.any():
            return mask  # nothing is left to hide: then the parent's sum is small, and hidden itself
        full = helps & (values[:, short] >= SMALL).all(axis=1) if short.any() else helps & (people >= SMALL)
        chosen = np.flatnonzero(full if full.any() else helps)
        mask[chosen[int(np.argmin(people[chosen]))]] = True


def ladder_of(city: City, by: str) -> list[IntArray]:
    """For a level and each coarser one of the project, the number of each unit's parent; the last leads to the whole."""
    levels = [by]
    if by in LEVELS:
        levels += [level for level in reversed(LEVELS[:LEVELS.index(by)]) if level in city.boundaries.levels]
    found: list[IntArray] = []
    for level, upper in itertools.pairwise(levels):
        place = {code: k for k, code in enumerate(city.boundaries.frame(upper)["code"])}
        parents = [place.get(code, -1) for code in city.boundaries.frame(level)["parent"]]
        if min(parents, default=0) < 0:
            break  # units without a parent: from here on only the whole is their sum
        found.append(np.array(parents, dtype=np.int64))
    size = len(city.boundaries.frame(levels[len(found)]))
    return [*found, np.zeros(size, dtype=np.int64)]


def unit_sums(city: City, level: str, people: FloatArray) -> FloatArray:
    """(A,) the people of each unit of a level. people : (I,) at the demand points."""
    codes = city.boundaries.frame(level)["code"].tolist()
    place = {code: k for k, code in enumerate(codes)}
    unit = np.array([place.get(code, -1) for code in city.demand.units[level]], dtype=np.int64)
    return np.bincount(unit[unit >= 0], weights=people[unit >= 0], minlength=len(codes)).astype(np.float64)


def masks(city: City, by: str, people: FloatArray, inside: FloatArray) -> tuple[list[BoolArray], list[BoolArray]]:
    """Per level, finest first: units whose people are hidden, and units whose people inside and outside are. people, inside : (A,)."""
    ladder = ladder_of(city, by)
    whole = hidden(people[:, None], ladder)
    return whole, hidden(np.column_stack([people, inside, people - inside]), ladder, whole)


def published(city: City, coverage: Coverage) -> Coverage:
    """A coverage as it may be shown: hidden counts are NaN, what follows from them None. The same where nothing is to be hidden."""
    if not city.demand.hide_small or not coverage.units:
        return coverage
    people, covered = (np.array([getattr(unit, key) for unit in coverage.units]) for key in ("people", "people_covered"))
    whole, parts = masks(city, coverage.by, people, covered)
    units = tuple(_shown(unit, FINER, people_too=bool(all_hidden), parts=bool(part_hidden))
                  for unit, all_hidden, part_hidden in zip(coverage.units, whole[0], parts[0], strict=True))
    total = coverage.total
    lost = [key for key in FINER[:3] if 0 < min(getattr(total, key), total.people - getattr(total, key)) < SMALL]
    total = _shown(total, lost, people_too=bool(whole[-1][0]), parts=bool(parts[-1][0]))
    return replace(coverage, units=units, total=total if FINER[2] not in lost else replace(total, straight_share=None))


def _shown(unit: UnitCoverage, gone: Sequence[str], *, people_too: bool, parts: bool) -> UnitCoverage:
    """One unit as it may be shown. gone : what is not told of it anyway."""
    names = [*gone, *(PARTS if parts or people_too else ())]
    values: dict[str, float | None] = {name: None if name.endswith("share") else math.nan for name in names}
    if people_too:
        values |= {"people": math.nan, "nearest_mean_m": None, "nearest_p50_m": None, "nearest_p95_m": None}
    return replace(unit, **values) if values else unit  # type: ignore[arg-type]


def is_hidden(unit: UnitCoverage) -> bool:
    """Whether any count of a unit is hidden."""
    return math.isnan(unit.people) or math.isnan(unit.people_covered)


def told_shares(shares: Mapping[str, float | None], people: Mapping[str, float]) -> dict[str, float | None]:
    """Shares by group, None where those inside or outside are 1 to 4. people : group -> how many there are."""

    def few(group: str, share: float) -> bool:
        inside = people.get(group, 0.0) * share
        return bool(small(np.array([inside, people.get(group, 0.0) - inside])).any())

    return {group: None if share is None or few(group, share) else share for group, share in shares.items()}
