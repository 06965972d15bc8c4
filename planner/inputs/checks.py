"""Faults that show only when layers are looked at as a whole: units that overlap, facilities that stand twice."""

from __future__ import annotations

import difflib
import re
import unicodedata

import numpy as np
import shapely

from planner.inputs.placing import Ground, Placed
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.inputs.units import Units
from planner.quality import Issue

SLIVER_M = 2.0
"""An overlap narrower than this is a matter of digitising, not of territory (docs/quality.md)."""
NOISE_M = 0.1
"""An overlap narrower than this comes from rounding coordinates to six decimals of a degree."""
TWIN_M = 30.0
TWIN_LIKENESS = 0.6


def units(ground: Ground, reading: Reading, doubtful: set[str]) -> None:
    """Overlaps between units of one administrative level."""
    for level, found in ground.units.items():
        if level in LEVELS and level not in doubtful:
            _overlaps(found, reading)


def _overlaps(found: Units, reading: Reading) -> None:
    """Pairs of units that share ground, the width of it deciding what it is called."""
    first, second = found.tree.query(found.shapes, predicate="overlaps")
    contained = found.tree.query(found.shapes, predicate="contains")
    first, second = np.r_[first, contained[0]], np.r_[second, contained[1]]
    pairs = sorted({(min(a, b), max(a, b)) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a != b})
    for a, b in pairs:
        shared = shapely.intersection(found.shapes[a], found.shapes[b])
        area, length = shapely.area(shared), shapely.length(shared)
        width = 2 * area / length if length > 0 else 0.0
        if width <= NOISE_M:
            continue
        code = "geometry_sliver" if width < SLIVER_M else "geometry_overlap"
        late = max(a, b, key=lambda k: found.rows[k])
        other = a if late == b else b
        reading.add(Issue(code, "info" if code == "geometry_sliver" else "warning", found.shown, row=int(found.rows[late]),
                          name=str(found.names[late]), value=str(found.names[other]),
                          params={"other": str(found.names[other]), "hectares": f"{area / 1e4:.2f}", "width": f"{width:.1f}"}))


def _plain(typed: str) -> str:
    """A name or address for comparison."""
    return re.sub(r"[\s\W_]+", "", unicodedata.normalize("NFKC", typed)).lower()


def alike(first: str, second: str) -> bool:
    """Whether two names may mean one facility: nearly the same letters, and no different numbers."""
    a, b = _plain(first), _plain(second)
    if not a or not b:
        return False
    if re.findall(r"\d+|[一二三四五六七八九十甲乙丙丁]+", a) != re.findall(r"\d+|[一二三四五六七八九十甲乙丙丁]+", b):
        return False
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= TWIN_LIKENESS


def duplicates(placed: Placed, reading: Reading) -> None:
    """Facilities of one layer with the same name and address, or less than TWIN_M apart and of a similar name: told on the later row."""
    raw = placed.raw
    kept = np.flatnonzero(placed.keep)
    names = [str(name) for name in raw.columns["name"]]
    addresses = [str(address) for address in raw.columns["address"]] if "address" in raw.columns else [""] * len(raw)
    told: dict[int, tuple[int, str]] = {}
    first: dict[tuple[str, str], int] = {}
    for j in kept:
        key = (_plain(names[j]), _plain(addresses[j]))
        if not all(key):
            continue
        if key in first:
            told[int(j)] = (first[key], "duplicate_same_address")
        else:
            first[key] = int(j)
    here = kept[np.isfinite(placed.x[kept])]
    points = shapely.points(placed.x[here], placed.y[here])
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=TWIN_M)
    for p, q in sorted(zip(*pairs.tolist(), strict=True)):
        early, late = int(here[p]), int(here[q])
        if early < late and late not in told and alike(names[early], names[late]):
            told[late] = (early, "duplicate_close_by")
    for late, (early, sentence) in sorted(told.items()):
        reading.add(raw.issue("duplicate_facility", "warning", late, column=raw.spec.columns.get("name"), value=names[late],
                              sentence=sentence,
                              params={"other": raw.row(early), "other_name": names[early]}))
