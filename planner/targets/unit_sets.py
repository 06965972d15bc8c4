"""Which units a check is asked of: scope, regions, exempt units, and the entries of `thresholds` and `limits` that apply to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.inputs.layers import FloatArray, IntArray, TextArray
from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.targets.conditions import ColumnMissingError, answer_all, is_yes
from planner.targets.figures import Cell
from planner.targets.inquiry import WHOLE, DataMissingError, Inquiry, UnitSet, city_name
from planner.targets.pack import Limit, Scope, ScopedFigure
from planner.targets.vocabulary import FACILITY

BoolArray = npt.NDArray[np.bool_]
CLASS_WORDS = {"城镇": "urban", "城市": "urban", "城区": "urban", "乡村": "rural", "农村": "rural", "乡镇": "rural"}
"""Classes that boundaries write in Chinese and packs in English."""


def same_class(text: object) -> str:
    """A class as it is compared: `urban` for 城镇 and the like, lower case."""
    plain = str(text).strip()
    return CLASS_WORDS.get(plain, plain.lower())


def level_frame(inquiry: Inquiry, level: str) -> pd.DataFrame | None:
    """The units of a level; None for a city that has no polygon of its own. Raises DataMissingError."""
    boundaries = inquiry.city.boundaries
    if level not in boundaries.levels:
        if level == WHOLE:
            return None
        raise DataMissingError("no_level", level=level)
    inquiry.ledger.use(boundaries.sources.get(level), level)
    frame: pd.DataFrame = boundaries.levels[level]
    return frame


def unit_set(inquiry: Inquiry) -> UnitSet:
    """The units of the check's level within its scope. Raises DataMissingError: no such level, column or layer."""
    check = inquiry.check
    frame = level_frame(inquiry, check.by)
    if frame is None:
        if check.scope or check.exempt:
            raise DataMissingError("no_level", level=check.by)
        nothing = np.zeros(1, dtype=bool)
        return UnitSet(WHOLE, (inquiry.city.id,), (city_name(inquiry.city),), nothing, nothing, True, np.array([-1]))
    sure, maybe, blank = match(inquiry, check.by, check.scope)
    kept = np.flatnonzero(sure | maybe)
    codes, names = frame["code"].tolist(), frame["name"].tolist()
    exempt = np.zeros(len(frame), dtype=bool)
    if check.exempt:
        if check.exempt not in frame:
            raise DataMissingError("no_unit_column", column=check.exempt, level=check.by)
        exempt = np.array([is_yes(cell) for cell in frame[check.exempt]], dtype=bool)
    cells = {k: tuple(Cell(check.by, codes[r], column) for column, mask in blank.items() if mask[r])
             for k, r in enumerate(kept) if maybe[r]}
    return UnitSet(check.by, tuple(codes[r] for r in kept), tuple(names[r] for r in kept), maybe[kept], exempt[kept],
                   not check.scope and not exempt.any(), kept.astype(np.int64), cells)


def match(inquiry: Inquiry, level: str, scope: Scope) -> tuple[BoolArray, BoolArray, dict[str, BoolArray]]:
    """Units of a level within a scope: (A,) surely, (A,) perhaps, and for those the blank cells by column. Raises DataMissingError."""
    frame = inquiry.city.boundaries.levels[level]
    sure = np.ones(len(frame), dtype=bool)
    if scope.class_:
        sure &= _class_matches(frame, level, scope.class_)
    if scope.name:
        sure &= _named(frame, scope.name)
    if scope.except_:
        sure &= ~_named(frame, scope.except_)
    if scope.parent:
        sure &= _below(inquiry.city, level, scope.parent)
    if scope.region:
        sure &= _in_region(inquiry, level, scope.region)
    for slug in scope.has:
        sure &= _has(inquiry, level, slug)
    if scope.contains:
        sure &= _contains(inquiry, level, scope.contains)
    try:
        yes, maybe, blank = answer_all(scope.columns, frame)
    except ColumnMissingError as missing:
        raise DataMissingError("no_unit_column", column=missing.column, level=level) from missing
    return sure & yes, sure & maybe, {column: mask & sure for column, mask in blank.items()}


def _class_matches(frame: pd.DataFrame, level: str, wanted: Sequence[str]) -> BoolArray:
    """Units of one of these classes; a level whose units have no class at all lacks the column."""
    classes = [same_class(cell) for cell in frame["class"]]
    if len(classes) and not any(classes):
        raise DataMissingError("no_unit_column", column="class", level=level)
    words = {same_class(word) for word in wanted}
    return np.array([cell in words for cell in classes], dtype=bool)


def _named(frame: pd.DataFrame, wanted: Sequence[str]) -> BoolArray:
    """Units with one of these names or codes."""
    words = set(wanted)
    return np.array([code in words or name in words for code, name in zip(frame["code"], frame["name"], strict=True)], dtype=bool)


def ancestors(city: City, level: str) -> dict[str, TextArray]:
    """For each coarser level the code of the unit that each unit of `level` belongs to ("" for none): by its parent, else by its place."""
    key = ("ancestors", level)
    if key not in city.cache:
        levels = city.boundaries.levels
        frame = levels[level]
        coarser = [other for other in LEVELS[:LEVELS.index(level)] if other in levels] if level in LEVELS else []
        parents = frame["parent"].to_numpy(dtype=object)
        found: dict[str, TextArray] = {}
        for other in coarser:
            known = set(levels[other]["code"])
            found[other] = np.array([parent if parent in known else "" for parent in parents], dtype=object)
        for between in reversed(coarser):
            place = {code: k for k, code in enumerate(levels[between]["code"])}
            for other, above in ancestors(city, between).items():
                for k in np.flatnonzero((found[other] == "") & (found[between] != "")):
                    found[other][k] = above[place[found[between][k]]]
        for other in coarser:
            _by_place(frame, levels[other], found[other])
        city.cache[key] = found
    answer: dict[str, TextArray] = city.cache[key]
    return answer


def _by_place(frame: Any, coarser: Any, found: TextArray) -> None:
    """Fills the blanks with the coarser unit in which a point of the unit lies."""
    empty = np.flatnonzero(found == "")
    if len(empty) == 0:
        return
    import shapely

    points = frame.geometry.iloc[empty].representative_point().to_numpy()
    unit, polygon = shapely.STRtree(coarser.geometry.to_numpy()).query(points, predicate="intersects").reshape(2, -1)
    codes = coarser["code"].to_numpy(dtype=object)
    for k, row in zip(unit[::-1], polygon[::-1], strict=True):
        found[empty[k]] = codes[row]


def _below(city: City, level: str, wanted: Sequence[str]) -> BoolArray:
    """Units that belong to one of these coarser units, named or by code."""
    words, frame = set(wanted), city.boundaries.levels[level]
    inside = np.array([parent in words for parent in frame["parent"]], dtype=bool)
    for other, codes in ancestors(city, level).items():
        above = city.boundaries.levels[other]
        hits = {code for code, name in zip(above["code"], above["name"], strict=True) if code in words or name in words}
        inside |= np.array([code in hits for code in codes], dtype=bool)
    return inside


def _in_region(inquiry: Inquiry, level: str, wanted: Sequence[str]) -> BoolArray:
    """Units of a region: by the pack's list (own name or code, or that of a unit above), or by the boundary's column `region`."""
    frame = inquiry.city.boundaries.levels[level]
    listed = [name for name in wanted if name in inquiry.pack.regions]
    if not listed and "region" not in frame:
        raise DataMissingError("no_region", region=", ".join(wanted), level=level)
    inside = np.zeros(len(frame), dtype=bool)
    if listed:
        members = tuple(unit for name in listed for unit in inquiry.pack.regions[name])
        inside |= _named(frame, members) | _below(inquiry.city, level, members)
    if "region" in frame:
        words = set(wanted)
        inside |= np.array([str(cell).strip() in words for cell in frame["region"]], dtype=bool)
    return inside


def _has(inquiry: Inquiry, level: str, slug: str) -> BoolArray:
    """Units in which a facility of a layer counts on the day."""
    layer = inquiry.layer(slug)
    column = f"unit_{level}"
    if column not in layer.frame:
        raise DataMissingError("no_level", level=level)
    with_one = set(layer.frame[column].to_numpy(dtype=object)[inquiry.city.counting(slug, inquiry.day).counts])
    return np.array([code in with_one for code in inquiry.city.boundaries.levels[level]["code"]], dtype=bool)


def _contains(inquiry: Inquiry, level: str, wanted: Sequence[str]) -> BoolArray:
    """Units with a child of one of these classes, a child being a unit of the next finer level."""
    levels = inquiry.city.boundaries.levels
    finer = [other for other in LEVELS[LEVELS.index(level) + 1:] if other in levels]
    if not finer:
        raise DataMissingError("no_finer_level", level=level)
    children = level_frame(inquiry, finer[0])
    assert children is not None
    right = _class_matches(children, finer[0], wanted)
    parents = set(ancestors(inquiry.city, finer[0])[level][right])
    return np.array([code in parents for code in levels[level]["code"]], dtype=bool)


def entry_of_units(inquiry: Inquiry, level: str, entries: Sequence[Limit] | Sequence[ScopedFigure]) -> IntArray:
    """(A,) for each unit of a level the first entry whose scope it is in; the last entry is for the rest."""
    count = len(inquiry.city.boundaries.levels[level]) if level in inquiry.city.boundaries.levels else 1
    chosen = np.full(count, len(entries) - 1, dtype=np.int64)
    for k in range(len(entries) - 2, -1, -1):
        sure, _, _ = match(inquiry, level, entries[k].scope)
        chosen[sure] = k
    return chosen


def demand_unit(city: City, level: str, codes: Sequence[str]) -> IntArray:
    """(I,) which of these units each demand point lies in, -1 for none. A city without a polygon holds every point."""
    if level == WHOLE and WHOLE not in city.boundaries.levels:
        return np.zeros(len(city.demand), dtype=np.int64)
    if level not in city.demand.units:
        raise DataMissingError("no_level", level=level)
    known = city.boundaries.levels[level]["code"].tolist()
    place: Mapping[str, int] = {code: k for k, code in enumerate(known)}
    key = ("demand_unit", level)
    if key not in city.cache:
        city.cache[key] = np.fromiter((place.get(code, -1) for code in city.demand.units[level]), dtype=np.int64, count=len(city.demand))
    wanted = np.full(len(known) + 1, -1, dtype=np.int64)
    wanted[[place[code] for code in codes]] = np.arange(len(codes))
    found: IntArray = wanted[city.cache[key]]
    return found


def unit_people(inquiry: Inquiry, units: UnitSet, group: str) -> tuple[FloatArray, BoolArray, float, bool]:
    """People of a group: ((A,) in each unit, (A,) whether some are blank, in the scope, whether some of those are blank)."""
    people = inquiry.people(group)
    blank, known = np.isnan(people), np.nan_to_num(people)
    if units.level == FACILITY:
        raise DataMissingError("no_level", level=units.level)
    unit = demand_unit(inquiry.city, units.level, units.codes)
    inside = unit >= 0
    sums = np.bincount(unit[inside], weights=known[inside], minlength=len(units)).astype(np.float64)
    open_ = np.bincount(unit[inside], weights=blank[inside], minlength=len(units)) > 0
    whole = np.ones(len(people), dtype=bool) if units.everywhere else inside & ~units.exempt[np.where(inside, unit, 0)]
    return sums, open_, float(known[whole].sum()), bool(blank[whole].any())
