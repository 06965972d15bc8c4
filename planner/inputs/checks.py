"""Faults that show only when layers are looked at as a whole: units that overlap, facilities that stand twice."""

from __future__ import annotations

import difflib
import re
import unicodedata

import numpy as np
import shapely

from planner.inputs import tiling
from planner.inputs.placing import Ground, Placed
from planner.inputs.reading import Reading

TWIN_M = 30.0
TWIN_LIKENESS = 0.6


def units(ground: Ground, reading: Reading, doubtful: set[str]) -> None:
    """Overlaps, gaps and nesting of the administrative levels (planner.inputs.tiling)."""
    tiling.check(ground.units, ground.above, ground.crs, reading, doubtful)


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
