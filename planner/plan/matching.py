"""Which row of last year's ledger is which row of this year's: by credit code, by id, by name and place."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from planner.inputs.checks import alike
from planner.inputs.kept import plain

SAME_SPOT_M = 30.0
"""Two rows so near each other with similar names are one facility under a new name."""
AGREE = 0.5
FEW = 5
"""Ids are believed where at least half of the pairs that they make agree in name or place; of fewer than FEW pairs they are believed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a ledger. code : its credit code; id : "" where the ledger states none; x, y : metres, NaN unknown; unit : as stated.

    cells : every configured key -> the value as text.
    """

    id: str
    code: str
    name: str
    address: str
    unit: str
    x: float
    y: float
    status: str
    row: int
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def placed(self) -> bool:
        """Whether it has a place."""
        return not (math.isnan(self.x) or math.isnan(self.y))


@dataclass(frozen=True, slots=True)
class Match:
    """A pair of rows by their places in the two ledgers. how : code, id, name_place, place or name."""

    old: int
    new: int
    how: str


def away_m(a: Row, b: Row) -> float:
    """Metres between two rows, NaN where either has no place."""
    return math.hypot(a.x - b.x, a.y - b.y) if a.placed and b.placed else math.nan


def match(old: Sequence[Row], new: Sequence[Row], within_m: float) -> tuple[list[Match], bool]:
    """The pairs, in the order of the old rows, and whether the ids could be believed (serial numbers start anew each year).

    In this order, each for what is left: one and the same credit code; the same id; the same name within `within_m`, or at the same
    address, or in the same stated unit where either has no place; a similar name at the same spot or address; a name that stands
    once in either ledger.
    """
    found: list[Match] = []
    left = [set(range(len(old))), set(range(len(new)))]

    def take(pairs: Iterable[tuple[int, int]], how: str) -> None:
        for i, j in pairs:
            if i in left[0] and j in left[1]:
                left[0].discard(i)
                left[1].discard(j)
                found.append(Match(i, j, how))

    take(_by_key(old, new, left, lambda row: plain(row.code)), "code")
    by_id = list(_by_key(old, new, left, lambda row: row.id.strip()))
    agree = sum(plain(old[i].name) == plain(new[j].name) or alike(old[i].name, new[j].name) or away_m(old[i], new[j]) <= within_m
                for i, j in by_id)
    believed = len(by_id) < FEW or agree >= AGREE * len(by_id)
    if believed:
        take(by_id, "id")
    take(_same_name(old, new, left, within_m), "name_place")
    take(_same_spot(old, new, left), "place")
    take(_by_key(old, new, left, lambda row: plain(row.name)), "name")
    return sorted(found, key=lambda pair: pair.old), believed


def _by_key(old: Sequence[Row], new: Sequence[Row], left: Sequence[set[int]], key: Callable[[Row], str]) -> list[tuple[int, int]]:
    """Pairs whose key stands once on either side among all rows that are left."""
    sides = []
    for rows, open_rows in zip((old, new), left, strict=True):
        keys = {k: key(rows[k]) for k in sorted(open_rows)}
        counts = Counter(keys.values())
        sides.append({value: k for k, value in keys.items() if value and counts[value] == 1})
    return [(i, sides[1][value]) for value, i in sides[0].items() if value in sides[1]]


def _same_name(old: Sequence[Row], new: Sequence[Row], left: Sequence[set[int]], within_m: float) -> list[tuple[int, int]]:
    """Pairs of one name near each other, the nearest first."""
    named: dict[str, list[int]] = {}
    for j in sorted(left[1]):
        if plain(new[j].name):
            named.setdefault(plain(new[j].name), []).append(j)
    pairs = []
    for i in sorted(left[0]):
        for j in named.get(plain(old[i].name), ()):
            metres = away_m(old[i], new[j])
            if metres <= within_m:
                pairs.append((metres, i, j))
            elif plain(old[i].address) and plain(old[i].address) == plain(new[j].address):
                pairs.append((within_m + 1.0, i, j))
            elif math.isnan(metres) and plain(old[i].unit) == plain(new[j].unit):
                pairs.append((within_m + 2.0, i, j))
    return [(i, j) for _, i, j in sorted(pairs)]


def _same_spot(old: Sequence[Row], new: Sequence[Row], left: Sequence[set[int]]) -> list[tuple[int, int]]:
    """Pairs of similar names at one spot, or at one address in one unit; the nearest first."""
    import numpy as np
    import shapely

    pairs: list[tuple[float, int, int]] = []
    here, there = ([k for k in sorted(open_rows) if rows[k].placed] for rows, open_rows in zip((old, new), left, strict=True))
    if here and there:
        tree = shapely.STRtree(shapely.points([new[j].x for j in there], [new[j].y for j in there]))
        points = shapely.points(np.array([old[i].x for i in here]), np.array([old[i].y for i in here]))
        for p, q in zip(*tree.query(points, predicate="dwithin", distance=SAME_SPOT_M).tolist(), strict=True):
            i, j = here[p], there[q]
            if alike(old[i].name, new[j].name):
                pairs.append((away_m(old[i], new[j]), i, j))
    at: dict[tuple[str, str], list[int]] = {}
    for j in sorted(left[1]):
        if plain(new[j].address):
            at.setdefault((plain(new[j].address), plain(new[j].unit)), []).append(j)
    for i in sorted(left[0]):
        for j in at.get((plain(old[i].address), plain(old[i].unit)), ()):
            if alike(old[i].name, new[j].name):
                pairs.append((SAME_SPOT_M + 1.0, i, j))
    return [(i, j) for _, i, j in sorted(pairs)]
