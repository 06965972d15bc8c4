"""Units of one level as arrays: who lies where, who is called what, who stands under whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.cells import narrow
from planner.inputs.codes import CODE_LENGTHS, is_within, padded
from planner.inputs.layers import FloatArray, IntArray, TextArray
from planner.inputs.specs import LEVELS

EDGE_M = 1.0
"""A place so near a unit lies in it: coordinates and borders are rounded to about a metre."""
_SUFFIXES = (("社区居民委员会", ""), ("社区居委会", ""), ("居民委员会", ""), ("居委会", ""), ("社区", ""), ("村民委员会", "村"),
             ("村委会", "村"),
             ("街道办事处", ""), ("街道办", ""), ("地区办事处", "地区"), ("街道", ""), ("办事处", ""), ("镇人民政府", "镇"),
             ("乡人民政府", "乡"))


def stem(name: str) -> str:
    """A unit's name for comparison: without the words that offices add to it. 和平街道办事处, 和平街道 and 和平 are one, 和平镇 is not."""
    short = re.sub(r"\s+", "", narrow(name))
    for suffix, left in _SUFFIXES:
        if short.endswith(suffix) and len(short) > len(suffix):
            return short[:len(short) - len(suffix)] + left
    return short


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a level, in code order.

    codes, names, classes, parents : (A,) text. shapes : (A,) polygons in the metric CRS. rows : feature numbers. shown : the file.
    extra : every other column of the file. parents are codes of `parent_level`, where the project has a coarser level. former : codes that
    units bore before (padded) -> the code of the unit today (planner.inputs.versions).
    """

    level: str
    shown: str
    codes: TextArray
    names: TextArray
    classes: TextArray
    parents: TextArray
    shapes: npt.NDArray[np.object_]
    rows: IntArray
    extra: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def tree(self) -> shapely.STRtree:
        """The search tree over the shapes."""
        if "tree" not in self.cache:
            shapely.prepare(self.shapes)
            self.cache["tree"] = shapely.STRtree(self.shapes)
        return self.cache["tree"]

    @property
    def by_code(self) -> Mapping[str, int]:
        """Place of each code, also of the padded one, and of codes borne before."""
        if "by_code" not in self.cache:
            plain = {code: k for k, code in enumerate(self.codes)}
            known = {padded(code): k for code, k in plain.items()}
            former = {old: plain[code] for old, code in self.former.items() if code in plain}
            short = {old[:length]: k for old, k in former.items() for length in CODE_LENGTHS
                     if len(old) == 12 and not old[length:].strip("0")}
            self.cache["by_code"] = {**short, **former, **known, **plain}
            self.cache["plain"] = plain.keys() | known.keys()
        found: Mapping[str, int] = self.cache["by_code"]
        return found

    def is_former(self, code: str) -> bool:
        """Whether a code is one that a unit bore before and none bears today."""
        typed = code.strip()
        return typed in self.by_code and typed not in self.cache["plain"]

    @property
    def by_name(self) -> Mapping[str, tuple[int, ...]]:
        """Places of each name, in full and without its office's words."""
        if "by_name" not in self.cache:
            found: dict[str, list[int]] = {}
            for k, name in enumerate(self.names):
                for key in {narrow(name), "~" + stem(name)}:
                    found.setdefault(key, []).append(k)
            self.cache["by_name"] = {key: tuple(places) for key, places in found.items()}
        places: Mapping[str, tuple[int, ...]] = self.cache["by_name"]
        return places

    def named(self, stated: str) -> tuple[int, ...]:
        """The units that a stated code or name may mean; a full name goes before one without its office's words."""
        known: dict[str, tuple[int, ...]] = self.cache.setdefault("named", {})
        if stated not in known:
            known[stated] = self._named(stated.strip())
        return known[stated]

    def _named(self, typed: str) -> tuple[int, ...]:
        """The same for a text without blanks about it, not looked up before."""
        if not typed:
            return ()
        code = self.by_code.get(typed, self.by_code.get(padded(narrow(typed))))
        if code is not None:
            return (code,)
        return self.by_name.get(narrow(typed)) or self.by_name.get("~" + stem(typed)) or self._of_one_territory(stem(typed))

    def _of_one_territory(self, short: str) -> tuple[int, ...]:
        """An area office (地区办事处) has the territory of the town or township of its name, 南磨房地区 that of 南磨房乡; it is no 街道."""
        if short.endswith("地区") and len(short) > 2:
            return tuple(k for ending in ("乡", "镇") for k in self.by_name.get("~" + short[:-2] + ending, ()))
        return self.by_name.get("~" + short[:-1] + "地区", ()) if short[-1:] in ("乡", "镇") and len(short) > 1 else ()

    def holding(self, x: FloatArray, y: FloatArray) -> tuple[IntArray, IntArray]:
        """All pairs (point, unit) where the unit holds the point, points ascending, then units."""
        pairs = self.tree.query(shapely.points(x, y))  # by their boxes; then by the units' borders, each prepared once for all its points
        shapely.prepare(self.shapes)
        pairs = pairs[:, shapely.intersects_xy(self.shapes[pairs[1]], x[pairs[0]], y[pairs[0]])]
        order = np.lexsort((pairs[1], pairs[0]))
        return pairs[0][order].astype(np.int64), pairs[1][order].astype(np.int64)

    def locate(self, x: FloatArray, y: FloatArray) -> IntArray:
        """(n,) the first unit that holds each point, or the nearest one within EDGE_M; -1 outside."""
        found = np.full(len(x), -1, dtype=np.int64)
        point, unit = self.holding(x, y)
        found[point[::-1]] = unit[::-1]
        loose = np.flatnonzero((found < 0) & np.isfinite(x) & np.isfinite(y))
        if len(loose):
            near = self.tree.query_nearest(shapely.points(x[loose], y[loose]), max_distance=EDGE_M, all_matches=False)
            found[loose[near[0]]] = near[1]
        return found

    def distance(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """(n,) metres to the nearest unit, 0 inside."""
        distance = np.full(len(x), np.inf)
        if len(self) and len(x):
            pairs, metres = self.tree.query_nearest(shapely.points(x, y), return_distance=True, all_matches=False)
            distance[pairs[0]] = metres
        return distance

    def inner_points(self) -> tuple[FloatArray, FloatArray]:
        """(A,) a point inside each unit."""
        if "inner" not in self.cache:
            points = shapely.point_on_surface(self.shapes)
            self.cache["inner"] = (shapely.get_x(points), shapely.get_y(points))
        inner: tuple[FloatArray, FloatArray] = self.cache["inner"]
        return inner


def coarser(levels: Sequence[str], level: str) -> list[str]:
    """The project's levels that are coarser than one, nearest first. Named levels (grids, circles) nest in none."""
    if level not in LEVELS:
        return []
    return [name for name in reversed(LEVELS[:LEVELS.index(level)]) if name in levels]


def ancestors(units: Mapping[str, Units], level: str) -> dict[str, TextArray]:
    """For each coarser level the code that each unit of a level stands in: by its parent, else by its digits, else by position.

    Beyond the next level it is what the unit above stands in, so that sums over levels nest.
    """
    upper_levels = coarser(list(units), level)
    if not upper_levels:
        return {}
    nearest, own = units[upper_levels[0]], units[level]
    chain = np.array([nearest.by_code.get(parent, -1) if parent else -1 for parent in own.parents], dtype=np.int64)
    chain = _or_by_position(np.where(chain >= 0, chain, _by_digits(own.codes, nearest)), own, nearest)
    found = {upper_levels[0]: _codes_at(nearest, chain)}
    above = ancestors(units, upper_levels[0])
    for name in upper_levels[1:]:
        codes = np.array([above[name][k] if k >= 0 else "" for k in chain], dtype=object)
        loose = codes == ""
        if loose.any():
            direct = _or_by_position(_by_digits(own.codes, units[name]), own, units[name])
            codes[loose] = _codes_at(units[name], direct)[loose]
        found[name] = codes
    return found


def _or_by_position(chain: IntArray, own: Units, upper: Units) -> IntArray:
    """Places in the upper level, unknown ones (-1) by the unit that holds a point inside."""
    loose = np.flatnonzero(chain < 0)
    if len(loose):
        x, y = own.inner_points()
        chain = chain.copy()
        chain[loose] = upper.locate(x[loose], y[loose])
    return chain


def _codes_at(units: Units, places: IntArray) -> TextArray:
    """Codes of places, "" for -1."""
    codes: TextArray = np.full(len(places), "", dtype=object)
    codes[places >= 0] = units.codes[places[places >= 0]]
    return codes


def _by_digits(codes: TextArray, upper: Units) -> IntArray:
    """(n,) the unit of a coarser level whose code begins a code; -1 where there is none or the upper codes say nothing."""
    found = np.full(len(codes), -1, dtype=np.int64)
    for k, code in enumerate(codes):
        full = padded(code)
        for length in (9, 6, 4, 2):
            place = upper.by_code.get(full[:length].ljust(12, "0")) if len(full) == 12 else None
            if place is not None and is_within(code, upper.codes[place]):
                found[k] = place
                break
    return found

