"""Facilities placed: where they lie, which unit they count in, what is known by name only, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.inputs import gates as gate_files
from planner.inputs.coordinates import SHIFTED, System, to_plane
from planner.inputs.facilities import UNIT_KEYS, RawFacilities
from planner.inputs.gates import Gates
from planner.inputs.kept import Kept, put_kept
from planner.inputs.layers import Extents, FloatArray, IntArray, ObjectArray, TextArray
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.inputs.status import BoolArray
from planner.inputs.units import EDGE_M, Units

FAR_M = 2000.0
"""An entrance so far from its facility is told: a campus or a park is hardly wider, a slip of one digit is."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A ledger on the map. keep : (J,) rows that the analysis uses; x, y : (J,) metres, NaN without a place; by_name : (J,) known by their
    stated unit only; lies_in, counts_in : level -> (J,) codes, "" for none; extents : areas and entrances in metres."""

    raw: RawFacilities
    keep: BoolArray
    x: FloatArray
    y: FloatArray
    by_name: BoolArray
    lies_in: Mapping[str, TextArray]
    counts_in: Mapping[str, TextArray]
    extents: Extents


@dataclass(frozen=True, slots=True)
class Ground:
    """What facilities are placed on: the units by level, their ancestors, the metric CRS, and how far outside is still near."""

    units: Mapping[str, Units]
    above: Mapping[str, Mapping[str, TextArray]]
    crs: System
    buffer_m: float


def plane(raw: RawFacilities, crs: System) -> tuple[FloatArray, FloatArray]:
    """Metres of the facilities in the project's CRS; NaN where there are no usable coordinates."""
    return to_plane(raw.system, raw.positions.a, raw.positions.b, crs)


def place(raw: RawFacilities, ground: Ground, reading: Reading, *, suspect: bool, gates: Gates | None = None,
          kept: Kept | None = None) -> Placed:
    """Places a ledger and tells what was found on the way; of a `suspect` one, whose system is in doubt, the location is not judged.

    gates : the entrances from a file of their own. kept : positions kept beside the ledgers.
    """
    x, y = plane(raw, ground.crs)
    extents, usable = gate_files.in_metres(raw, gates, ground.crs, reading)
    _at_entrances(raw, x, y, extents, reading)
    put = np.zeros(len(raw), dtype=bool) if kept is None else put_kept(raw, kept, x, y, ground.crs, reading)
    placed = np.isfinite(x)
    stated = {level: _stated(raw, level, ground) for level in raw.stated if level in ground.units}
    if not suspect and raw.system.name in SHIFTED and raw.spec.crs != "auto" and len(raw):
        reading.add(raw.issue("crs_converted", "info", None, value=raw.system.name))
    if not suspect and gates is not None and gates.raw.system.name in SHIFTED and len(gates.raw):
        reading.add(gates.raw.issue("crs_converted", "info", None, value=gates.raw.system.name))
    lies_in, holding = _lies_in(ground, x, y, stated)
    away = _distance(ground, x, y)
    outside = placed & (away > EDGE_M)
    far = outside & (away > ground.buffer_m)
    keep = np.ones(len(raw), dtype=bool)
    if raw.spec.outside == "drop":
        keep &= ~far
    if not suspect:
        for j in np.flatnonzero(outside):
            sentence = "outside_near" if not far[j] else "outside_kept" if keep[j] else "outside_dropped"
            reading.add(raw.issue("outside_boundary", "warning", int(j), column=raw.positions.column,
                                  value=str(raw.positions.typed[j]) or None,
                                  sentence=sentence, params={"metres": round(float(away[j]))}))
        _tell_mismatch(raw, ground, stated, holding, placed & keep & ~outside, x, y, extents.area, reading)
        _tell_far_entrances(raw, x, y, extents, reading)
    by_name = _without_place(raw, ground, stated, keep, (raw.positions.usable | put) if suspect else placed, reading)
    counts_in = _counts_in(raw, ground, stated, lies_in, by_name)
    found = Placed(raw, keep, x, y, by_name, lies_in, counts_in, extents)
    reading.keep(raw.table, _in_table(raw, keep))
    if gates is not None and usable is not None:
        used = usable & (gates.owner >= 0)
        used[used] = keep[gates.owner[used]]
        mask = np.zeros(len(gates.table), dtype=bool)
        mask[gates.row[used]] = True
        reading.keep(gates.table, mask)
    return found


def _at_entrances(raw: RawFacilities, x: FloatArray, y: FloatArray, extents: Extents, reading: Reading) -> None:
    """Puts facilities without coordinates at the first of their entrances. Changes x and y."""
    for j in np.flatnonzero(np.isnan(x) & extents.has_doors & (raw.positions.fault == "coordinates_missing")).tolist():
        first = int(extents.door_start[j])
        x[j], y[j] = extents.door_x[first], extents.door_y[first]
        if raw.positions.column is not None or raw.table.shapes is not None:  # else the section asks for no more
            reading.add(raw.issue("placed_at_entrance", "info", j, column=raw.positions.column))


def _tell_far_entrances(raw: RawFacilities, x: FloatArray, y: FloatArray, extents: Extents, reading: Reading) -> None:
    """Facilities with an entrance far from their area or, without one, from their point: one issue each."""
    import shapely

    for j in np.flatnonzero(np.isfinite(x) & extents.has_doors).tolist():
        mine = slice(int(extents.door_start[j]), int(extents.door_start[j + 1]))
        whole = shapely.Point(x[j], y[j]) if extents.area[j] is None else extents.area[j]
        away = shapely.distance(whole, shapely.points(extents.door_x[mine], extents.door_y[mine]))
        if away.max() > FAR_M:
            reading.add(raw.issue("entrance_far", "warning", j, column=raw.spec.columns.get("entrances"),
                                  params={"count": int((away > FAR_M).sum()), "metres": round(float(away.max()))}))


def _in_table(raw: RawFacilities, keep: BoolArray) -> BoolArray:
    """A mask over the section's rows as one over the whole table."""
    mask = np.zeros(len(raw.table), dtype=bool)
    mask[raw.index[keep]] = True
    return mask


def _stated(raw: RawFacilities, level: str, ground: Ground) -> list[tuple[int, ...]]:
    """For each facility the units of a level that its stated name or code may mean, narrowed by the stated township where names repeat."""
    units = ground.units[level]
    upper = "township" if level == "community" and "township" in raw.stated and "township" in ground.units else None
    found = []
    known: dict[tuple[str, str], tuple[int, ...]] = {}
    for j, stated in enumerate(raw.stated[level]):
        over = str(raw.stated[upper][j]) if upper else ""
        key = (str(stated), over)
        if key not in known:
            places = units.named(str(stated))
            if len(places) > 1 and upper and over:
                townships = {ground.units[upper].codes[k] for k in ground.units[upper].named(over)}
                places = tuple(k for k in places if ground.above[level][upper][k] in townships) or places
            known[key] = places
        found.append(known[key])
    return found


def _lies_in(ground: Ground, x: FloatArray, y: FloatArray,
             stated: Mapping[str, list[tuple[int, ...]]]) -> tuple[dict[str, TextArray], dict[str, list[set[int]]]]:
    """Code of the unit of each level that a facility lies in - of several that overlap, the stated one -, and all units that hold it."""
    codes, holding = {}, {}
    for level, units in ground.units.items():
        first = units.locate(x, y)
        holds: list[set[int]] = [set() for _ in range(len(x))]
        finite = np.flatnonzero(np.isfinite(x))
        for point, unit in zip(*(pairs.tolist() for pairs in units.holding(x[finite], y[finite])), strict=True):
            holds[finite[point]].add(unit)
        for j in np.flatnonzero(first >= 0).tolist():
            holds[j].add(int(first[j]))
        if level in stated:
            for j, places in enumerate(stated[level]):
                shared = holds[j] & set(places)
                if shared:
                    first[j] = min(shared)
        codes[level] = _codes(units, first)
        holding[level] = holds
    return codes, holding


def _codes(units: Units, places: IntArray) -> TextArray:
    """Codes of units, "" for -1."""
    found: TextArray = np.full(len(places), "", dtype=object)
    known = places >= 0
    found[known] = units.codes[places[known]]
    return found


def _distance(ground: Ground, x: FloatArray, y: FloatArray) -> FloatArray:
    """Metres to the nearest unit of any administrative level, 0 inside."""
    levels = [level for level in ground.units if level in LEVELS] or list(ground.units)
    distance = np.full(len(x), np.inf)
    away = np.flatnonzero(np.isfinite(x))
    for level in levels:
        distance[away] = np.minimum(distance[away], ground.units[level].distance(x[away], y[away]))
        away = away[distance[away] > 0]  # nothing is nearer than inside
    return distance


def _tell_mismatch(raw: RawFacilities, ground: Ground, stated: Mapping[str, list[tuple[int, ...]]],
                   holding: Mapping[str, list[set[int]]], asked: BoolArray, x: FloatArray, y: FloatArray, area: ObjectArray,
                   reading: Reading) -> None:
    """Facilities whose stated unit is not the one they lie in, nor one that their area reaches; one issue each, about the finest level."""
    import shapely

    for j in np.flatnonzero(asked):
        for level in UNIT_KEYS:
            if level not in stated or not str(raw.stated[level][j]).strip():
                continue
            places, units = stated[level][j], ground.units[level]
            if holding[level][j] & set(places):
                continue
            here = shapely.Point(x[j], y[j]) if area[j] is None else area[j]
            if places and shapely.distance(units.shapes[list(places)], here).min() <= EDGE_M:
                continue
            lies = ", ".join(str(units.names[k]) for k in sorted(holding[level][j])) or "—"
            sentence = None if places else "unit_unknown"
            reading.add(raw.issue("unit_mismatch", "warning", int(j), column=raw.spec.columns[level], value=str(raw.stated[level][j]),
                                  sentence=sentence, params={"lies": lies, "level": level, "count_by": raw.spec.count_by}))
            break


def _without_place(raw: RawFacilities, ground: Ground, stated: Mapping[str, list[tuple[int, ...]]], keep: BoolArray, placed: BoolArray,
                   reading: Reading) -> BoolArray:
    """Rows without usable coordinates: known by the finest stated unit that exists, else left out. Each is told. Changes `keep`."""
    by_name = np.zeros(len(raw), dtype=bool)
    for j in np.flatnonzero(~placed):
        unit = finest_stated(stated, int(j))
        code = str(raw.positions.fault[j]) or "coordinates_invalid"
        value = str(raw.positions.typed[j]).strip(" ,") or None
        by_name[j] = unit is not None
        keep[j] = unit is not None
        params: dict[str, object] = {}
        if unit is not None:
            units = ground.units[unit[0]]
            params = {"unit": units.names[unit[1]], "unit_code": units.codes[unit[1]], "level": unit[0]}
        reading.add(raw.issue(code, "warning", int(j), column=raw.positions.column, value=value, params=params,
                              sentence=f"{code}_{'placed' if unit else 'dropped'}"))
    return by_name


def finest_stated(stated: Mapping[str, list[tuple[int, ...]]], j: int) -> tuple[str, int] | None:
    """Level and place of the finest stated unit that exists and is not in doubt."""
    for level in UNIT_KEYS:
        if level in stated and len(stated[level][j]) == 1:
            return level, stated[level][j][0]
    return None


def _counts_in(raw: RawFacilities, ground: Ground, stated: Mapping[str, list[tuple[int, ...]]], lies_in: Mapping[str, TextArray],
               by_name: BoolArray) -> dict[str, TextArray]:
    """Code of the unit of each level that a facility counts in.

    With count_by = "stated": the stated unit of that level, else the one above the stated community, else where it lies. What is
    placed by name has its stated unit and those above it only.
    """
    counts: dict[str, TextArray] = {level: codes.copy() for level, codes in lies_in.items()}
    for j in range(len(raw)):
        if raw.spec.count_by != "stated" and not by_name[j]:
            continue
        if by_name[j]:
            for level in counts:
                counts[level][j] = ""
        for level in reversed(UNIT_KEYS):
            if level in stated and len(stated[level][j]) >= 1:
                k = stated[level][j][0]
                if len(stated[level][j]) > 1:
                    same = [place for place in stated[level][j] if ground.units[level].codes[place] == lies_in[level][j]]
                    if not same:
                        continue
                    k = same[0]
                for upper, codes in ground.above[level].items():
                    if by_name[j] or not (upper in stated and len(stated[upper][j]) == 1):
                        counts[upper][j] = codes[k]
                counts[level][j] = ground.units[level].codes[k]
    return counts


def totals(found: Placed) -> dict[str, Any]:
    """Sums of what is kept: count, placed_by_name, each number of the ledger, and how many facilities lack it."""
    keep, columns = found.keep, found.raw.columns
    sums: dict[str, Any] = {"count": int(keep.sum()), "placed_by_name": int((keep & found.by_name).sum())}
    missing = {}
    for key in found.raw.numeric:
        values = columns[key][keep]
        sums[key] = number(float(np.nansum(values)))
        missing[key] = int(np.isnan(values).sum())
    return {**sums, "missing": missing}


def number(value: float) -> float | int:
    """A sum as a whole number where it is one."""
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def frame_columns(found: Placed) -> dict[str, npt.NDArray[Any]]:
    """The columns of the layer's frame (planner.inputs.layers.FacilityLayer), rows that are kept."""
    raw, keep = found.raw, found.keep
    columns: dict[str, npt.NDArray[Any]] = {"id": raw.columns["id"][keep], "name": raw.columns["name"][keep], "x": found.x[keep],
                                            "y": found.y[keep]}
    columns |= {key: values[keep] for key, values in raw.columns.items() if key not in columns}
    columns |= {f"in_{level}": codes[keep] for level, codes in found.lies_in.items()}
    columns |= {f"unit_{level}": codes[keep] for level, codes in found.counts_in.items()}
    columns["row"] = np.array([raw.row(j) for j in np.flatnonzero(keep).tolist()], dtype=np.int64)
    columns["sheet"] = np.full(int(keep.sum()), raw.table.sheet or "", dtype=object)
    columns["placed_by_name"] = found.by_name[keep]
    return columns
