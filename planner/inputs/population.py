"""Population: rows keyed by unit, points or polygons, as demand points whose sums are the stated totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs import spread
from planner.inputs.boundaries import layer_system, repaired, transformed
from planner.inputs.cells import Cell, blank, parse_number, text
from planner.inputs.codes import read_codes
from planner.inputs.coordinates import WGS84, System, to_plane
from planner.inputs.layers import TOTAL, FloatArray, IntArray, TextArray
from planner.inputs.placing import Ground, number
from planner.inputs.positions import read_positions
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import LEVELS, PopulationSpec
from planner.inputs.spread import Carriers, StreetLines
from planner.inputs.status import BoolArray
from planner.inputs.units import Units
from planner.quality import Issue

PLACE_HEADERS = (("lon", "lat"), ("lng", "lat"), ("longitude", "latitude"), ("经度", "纬度"), ("x", "y"))
"""Headers that say a place by themselves."""
KEYS_WITHOUT_PEOPLE = ("code", "name", "lon", "lat", "x", "y", "id")
MOST_PEOPLE = 50_000_000.0
"""People of one row beyond which no figure is believed: the most populous municipality has 32 million."""
ROUNDED_SHARE = 0.1
"""More rows than this with rounded codes, and the table is refused; fewer are left out, each told."""
_WEIGHT = re.compile(r"weight|people|total|population|人口|权重", re.IGNORECASE)
Lines = Callable[[], "StreetLines | None"]


@dataclass(frozen=True, slots=True)
class People:
    """Demand points as arrays (planner.inputs.layers.DemandPoints), before they are handed on."""

    x: FloatArray
    y: FloatArray
    people: Mapping[str, FloatArray]
    units: Mapping[str, TextArray]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the file whose total can be used. index : their places in the table; people : group -> (n,) persons, 0 where missing."""

    spec: PopulationSpec
    table: Table
    index: IntArray
    names: TextArray
    people: dict[str, FloatArray]


def read(spec: PopulationSpec, ground: Ground, lines: Lines, reading: Reading) -> People | None:
    """The demand points; None (with blocking issues) where the population cannot serve. `lines` gives the streets, asked only if needed."""
    wanted = list(spec.columns.values())
    keys = [spec.columns[key] for key in ("code", "name") if key in spec.columns]
    table = reading.table(spec.file, wanted, role="population", date=spec.date, sheet=spec.sheet, keys=keys, empty="blocking")
    if table is None or not len(table) or reading.missing_columns(table, wanted):
        return None
    spec = _with_place(spec, table)
    if table.shapes is None and not _has_place(spec):
        reading.add(Issue("column_missing", "blocking", table.shown, table.sheet, value="lon, lat", sentence="population_place_missing",
                          params={"there": ", ".join(table.columns)[:300]}))
        return None
    rows = _rows(spec, table, reading)
    if rows is None:
        return None
    if "code" in spec.columns:
        found, kept = _keyed(rows, ground, lines, reading)
    elif table.shapes is not None and not {"lon", "x"} & set(spec.columns):
        found, kept = _shaped(rows, ground, lines, reading)
    else:
        found, kept = _points(rows, ground, reading)
    mask = np.zeros(len(table), dtype=bool)
    mask[rows.index[kept]] = True
    reading.keep(table, mask)
    if found is not None:
        reading.report.totals["population"] = {group: number(float(values[kept].sum())) for group, values in rows.people.items()}
    return found


def _has_place(spec: PopulationSpec) -> bool:
    """Whether the columns say where the people are."""
    known = set(spec.columns)
    return "code" in known or {"lon", "lat"} <= known or {"x", "y"} <= known


def _with_place(spec: PopulationSpec, table: Table) -> PopulationSpec:
    """Columns that are named by their very meaning need no mention in planner.toml: lon and lat (or lng), else x and y."""
    if _has_place(spec) or table.shapes is not None:
        return spec
    for pair in PLACE_HEADERS:
        if all(header in table.columns for header in pair):
            east, north = ("x", "y") if pair == ("x", "y") else ("lon", "lat")
            return replace(spec, columns={**spec.columns, east: pair[0], north: pair[1]})
    return spec


def _rows(spec: PopulationSpec, table: Table, reading: Reading) -> _Rows | None:
    """The rows whose total is a number; what is none is told. None where no row has one."""
    names = np.array([text(cell) for cell in table.columns[spec.columns["name"]]] if "name" in spec.columns else [""] * len(table),
                     dtype=object)
    people, usable = {}, np.ones(len(table), dtype=bool)
    for group, header in spec.columns.items():
        if group in KEYS_WITHOUT_PEOPLE:
            continue
        values, known = _group(table, group, header, names, reading)
        people[group] = np.where(known, values, 0.0)
        if group == TOTAL:
            usable &= known
    if not usable.any():
        reading.add(Issue("file_empty", "blocking", table.shown, table.sheet, column=spec.columns.get(TOTAL),
                          sentence="population_without_totals"))
        return None
    index = np.flatnonzero(usable).astype(np.int64)
    return _Rows(spec, table, index, names[index], {group: values[index] for group, values in people.items()})


def _group(table: Table, group: str, header: str, names: TextArray, reading: Reading) -> tuple[FloatArray, BoolArray]:
    """One group's column: values, and which of them are known."""
    cells: Sequence[Cell] = table.columns[header]
    values = np.full(len(cells), np.nan)
    for k, cell in enumerate(cells):
        found = parse_number(cell)
        how = found.how
        if how != "value_invalid" and (found.value < 0 or found.value > MOST_PEOPLE):
            how = "value_invalid"
        if how in ("", "number_parsed"):
            values[k] = found.value
        if blank(cell) and group == TOTAL:
            how = "value_missing"
        if how:
            sentence = {"value_invalid": "people_invalid", "value_missing": "people_missing"}.get(how) if group == TOTAL else None
            sentence = "number_estimated" if how == "number_parsed" and found.estimate else sentence
            reading.add(Issue(how, "warning" if how == "value_invalid" else "info", table.shown, table.sheet, table.rows[k], header,
                              str(names[k]), text(cell)[:200], sentence, {"number": f"{values[k]:.15g}"}))
    unknown = int(sum(blank(cell) for cell in cells))
    if unknown and group != TOTAL:
        reading.add(Issue("value_missing", "info", table.shown, table.sheet, column=header, sentence="people_group_blank",
                          params={"count": unknown, "group": group}))
    return values, np.isfinite(values)


# ---- rows keyed by unit ----------------------------------------------------------------------------------------------
def _keyed(rows: _Rows, ground: Ground, lines: Lines, reading: Reading) -> tuple[People | None, BoolArray]:
    """People of units, spread over points; and which rows were used."""
    nothing = np.zeros(len(rows.index), dtype=bool)
    header = rows.spec.columns["code"]
    codes = _codes(rows, header, reading)
    if codes is None:
        return None, nothing
    level = rows.spec.level or _finest_match(codes, ground)
    if level is None or level not in ground.units:
        if ground.units and level is None:
            reading.add(Issue("population_without_unit", "blocking", rows.table.shown, rows.table.sheet, column=header,
                              value=str(codes[0])[:200],
                              sentence="population_joins_nothing", params={"levels": ", ".join(ground.units)}))
        return None, nothing
    units = ground.units[level]
    place, kept = _join(rows, codes, header, units, reading)
    if not kept.any():
        reading.add(Issue("population_without_unit", "blocking", rows.table.shown, rows.table.sheet, column=header,
                          value=str(codes[0])[:200],
                          sentence="population_joins_nothing", params={"levels": level}))
        return None, nothing
    _tell_empty_units(units, place[kept], reading)
    totals = {}
    for group, values in rows.people.items():
        totals[group] = np.zeros(len(units))
        np.add.at(totals[group], place[kept], values[kept])
    served = np.zeros(len(units), dtype=bool)
    served[place[kept]] = True
    carriers = _carriers(rows.spec, units, served, ground, lines, reading)
    if carriers is None:
        return None, kept
    return _spread(totals, carriers, level, ground), kept


def _codes(rows: _Rows, header: str, reading: Reading) -> TextArray | None:
    """Codes of the rows, "" where one is rounded; None where too many are."""
    table = rows.table
    found = read_codes([table.columns[header][k] for k in rows.index])
    typed = [text(table.columns[header][k]) for k in rows.index]
    if found.rounded.sum() > ROUNDED_SHARE * len(rows.index):
        reading.add(Issue("code_rounded", "blocking", table.shown, table.sheet, column=header, value=typed[int(np.argmax(found.rounded))],
                          sentence="code_rounded_all", params={"count": int(found.rounded.sum())}))
        return None
    for k in np.flatnonzero(found.rounded):
        reading.add(Issue("code_rounded", "warning", table.shown, table.sheet, table.rows[rows.index[k]], header, str(rows.names[k]),
                          typed[k],
                          "code_rounded_dropped"))
        found.codes[k] = ""
    hits = np.flatnonzero(found.repaired)
    if len(hits):
        one = int(hits[0])
        reading.add(Issue("code_repaired", "info", table.shown, table.sheet, table.rows[rows.index[one]] if len(hits) == 1 else None,
                          header,
                          str(rows.names[one]) if len(hits) == 1 else None, typed[one],
                          params={"count": len(hits), "code": str(found.codes[one])}))
    return np.where(found.rounded, "\0", found.codes).astype(object)


def _finest_match(codes: TextArray, ground: Ground) -> str | None:
    """The finest level whose codes match any row."""
    ordered = [level for level in reversed(LEVELS) if level in ground.units] + [level for level in ground.units if level not in LEVELS]
    counts = {level: sum(code in ground.units[level].by_code for code in codes) for level in ordered}
    best = max(counts.values(), default=0)
    return next((level for level in ordered if counts[level] >= 0.5 * best and counts[level]), None)


def _join(rows: _Rows, codes: TextArray, header: str, units: Units, reading: Reading) -> tuple[IntArray, BoolArray]:
    """The unit of each row, and which rows are used; rows without a unit and second rows of a unit are told and left out."""
    table = rows.table
    place = np.full(len(codes), -1, dtype=np.int64)
    kept = np.zeros(len(codes), dtype=bool)
    first: dict[int, int] = {}
    for k, code in enumerate(codes):
        if code == "\0":
            continue
        about = (table.shown, table.sheet, table.rows[rows.index[k]], header, str(rows.names[k]), str(code)[:200])
        place[k] = units.by_code.get(code, -1)
        if place[k] < 0:
            reading.add(Issue("population_without_unit", "warning", *about, params={"level": units.level}))
        elif place[k] in first:
            reading.add(Issue("code_duplicate", "warning", *about, sentence="code_duplicate_people",
                              params={"first": first[int(place[k])]}))
        else:
            first[int(place[k])] = table.rows[rows.index[k]]
            kept[k] = True
    return place, kept


def _tell_empty_units(units: Units, used: IntArray, reading: Reading) -> None:
    """Units that have no people."""
    for k in np.setdiff1d(np.arange(len(units)), used):
        reading.add(Issue("unit_without_population", "warning", units.shown, row=int(units.rows[k]), name=str(units.names[k]),
                          value=str(units.codes[k]), params={"level": units.level}))


def _carriers(spec: PopulationSpec, units: Units, served: BoolArray, ground: Ground, lines: Lines, reading: Reading) -> Carriers | None:
    """The points that carry the people of the units that have some."""
    if spec.spread == "raster":
        reading.add(Issue("config_invalid", "blocking", "planner.toml", column="population.spread", value="raster",
                          sentence="raster_not_yet"))
        return None
    parts = []
    left = served.copy()
    if spec.spread in ("residential", "points") and spec.spread_file is not None:
        carried = _from_file(spec, units, ground, reading)
        if carried is None:
            return None
        parts.append(spread.only(carried, left))
        left[parts[-1].unit] = False
        _tell_fallback(spec, units, left, "spread_streets", reading)
    elif spec.spread == "points":
        return spread.in_units(units, np.flatnonzero(left).astype(np.int64))
    if left.any():
        streets = lines()
        if streets is not None:
            parts.append(spread.only(spread.along_streets(streets, units), left))
            left[parts[-1].unit] = False
        if streets is not None or parts:
            _tell_fallback(spec, units, left, "spread_inner_point", reading)
        parts.append(spread.in_units(units, np.flatnonzero(left).astype(np.int64)))
    return spread.joined(parts)


def _tell_fallback(spec: PopulationSpec, units: Units, left: BoolArray, sentence: str, reading: Reading) -> None:
    """Units for which the way of spreading that was asked for has nothing."""
    for k in np.flatnonzero(left):
        reading.add(Issue("spread_fallback", "warning", units.shown, row=int(units.rows[k]), name=str(units.names[k]),
                          value=str(units.codes[k]),
                          sentence=sentence, params={"spread": spec.spread, "level": units.level}))


def _from_file(spec: PopulationSpec, units: Units, ground: Ground, reading: Reading) -> Carriers | None:
    """Carriers of a file of residential polygons or points; None (with a blocking issue) where it cannot serve."""
    assert spec.spread_file is not None
    table = reading.table(spec.spread_file, (), role="population.spread", empty="blocking")
    if table is None or not len(table):
        return None
    reading.keep(table, np.ones(len(table), dtype=bool))
    weight = _weights(table)
    if table.shapes is None:
        columns = {key: header for header in table.columns for key in [header.strip().lower()] if key in ("lon", "lat", "x", "y")}
        if not ({"lon", "lat"} <= set(columns) or {"x", "y"} <= set(columns)):
            reading.add(Issue("column_missing", "blocking", table.shown, table.sheet, value="lon, lat",
                              params={"there": ", ".join(list(table.columns)[:30])}))
            return None
        system = System(WGS84, True) if "lon" in columns else ground.crs
        names = np.full(len(table), "", dtype=object)
        at = read_positions(_Columns(columns), table, np.arange(len(table)), names, system, reading)
        x, y = to_plane(system, at.a, at.b, ground.crs)
        return spread.on_points(x, y, np.where(np.isfinite(x), weight, 0.0), units)
    declared = layer_system(table, None, reading)
    if declared is None:
        if not table.crs:
            reading.add(Issue("crs_missing", "blocking", table.shown, sentence="crs_missing_blocking"))
        return None
    shapes = transformed(table.shapes, declared, ground.crs)
    if spec.spread == "residential":
        polygons = [shape if shape.is_valid else repaired(shape) for shape in shapes
                    if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")]
        return spread.over_polygons(np.array(polygons, dtype=object), units)
    points = shapely.point_on_surface(shapes)
    x, y = shapely.get_x(points), shapely.get_y(points)
    return spread.on_points(x, y, np.where(np.isfinite(x), weight, 0.0), units)


@dataclass(frozen=True, slots=True)
class _Columns:
    """A section that is known by its headers alone."""

    columns: Mapping[str, str]


def _weights(table: Table) -> FloatArray:
    """Weights of a file of points: its column of people or weights, else 1 each."""
    header = next((header for header in table.columns if _WEIGHT.fullmatch(header.strip())), None)
    if header is None:
        return np.ones(len(table))
    values = np.array([parse_number(cell).value for cell in table.columns[header]], dtype=np.float64)
    return np.where(np.isfinite(values) & (values > 0), values, 0.0)


def _spread(totals: Mapping[str, FloatArray], carriers: Carriers, level: str, ground: Ground) -> People:
    """People of units on their points; the units of the points are those the people are counted in."""
    people = spread.share_out(totals, carriers)
    units = ground.units[level]
    codes: dict[str, TextArray] = {}
    for name, other in ground.units.items():
        if name == level:
            codes[name] = units.codes[carriers.unit]
        elif name in ground.above[level]:
            codes[name] = ground.above[level][name][carriers.unit]
        else:
            codes[name] = _located(other, carriers.x, carriers.y)
    return People(carriers.x, carriers.y, people, codes)


def _located(units: Units, x: FloatArray, y: FloatArray) -> TextArray:
    """Codes of the units that hold some points, "" outside."""
    found = units.locate(x, y)
    codes: TextArray = np.full(len(x), "", dtype=object)
    codes[found >= 0] = units.codes[found[found >= 0]]
    return codes


# ---- points and polygons ---------------------------------------------------------------------------------------------
def _points(rows: _Rows, ground: Ground, reading: Reading) -> tuple[People | None, BoolArray]:
    """People at points: as they lie. Points without a place or far outside are left out, and told."""
    system = ground.crs if "x" in rows.spec.columns else System(WGS84, True)
    if rows.spec.crs:
        declared = layer_system(rows.table, rows.spec.crs, reading)
        if declared is None:
            return None, np.zeros(len(rows.index), dtype=bool)
        system = declared
    at = read_positions(rows.spec, rows.table, rows.index, rows.names, system, reading)
    for k in np.flatnonzero(at.fault != ""):
        reading.add(Issue(str(at.fault[k]), "warning", rows.table.shown, rows.table.sheet, rows.table.rows[rows.index[k]], at.column,
                          str(rows.names[k]) or None, str(at.typed[k])[:200], f"{at.fault[k]}_people"))
    x, y = to_plane(system, at.a, at.b, ground.crs)
    return _as_they_lie(rows, x, y, ground, reading)


def _as_they_lie(rows: _Rows, x: FloatArray, y: FloatArray, ground: Ground, reading: Reading) -> tuple[People | None, BoolArray]:
    """People at places, those far outside left out."""
    levels = [level for level in ground.units if level in LEVELS] or list(ground.units)
    away = np.full(len(x), np.inf)
    finite = np.flatnonzero(np.isfinite(x))
    for level in levels:
        away[finite] = np.minimum(away[finite], ground.units[level].distance(x[finite], y[finite]))
    kept = np.isfinite(x) & (away <= ground.buffer_m)
    total = rows.people.get(TOTAL, np.zeros(len(x)))
    far = np.isfinite(x) & ~kept
    near = kept & (away > 1.0)
    for mask, sentence in ((far, "people_outside_dropped"), (near, "people_outside_near")):
        if mask.any():
            one = rows.table.rows[rows.index[int(np.argmax(mask))]] if mask.sum() == 1 else None
            reading.add(Issue("outside_boundary", "warning", rows.table.shown, rows.table.sheet, row=one, value=str(int(mask.sum())),
                              sentence=sentence, params={"count": int(mask.sum()), "people": round(float(total[mask].sum()), 1)}))
    if not kept.any():
        reading.add(Issue("file_empty", "blocking", rows.table.shown, rows.table.sheet, sentence="population_all_outside"))
        return None, kept
    x, y = x[kept], y[kept]
    codes = {level: _located(units, x, y) for level, units in ground.units.items()}
    finest = next((level for level in reversed(LEVELS) if level in ground.units), None)
    if finest is not None:
        units = ground.units[finest]
        _tell_empty_units(units, np.array([units.by_code[code] for code in np.unique(codes[finest][codes[finest] != ""].astype(str))],
                                          dtype=np.int64), reading)
    return People(x, y, {group: values[kept] for group, values in rows.people.items()}, codes), kept


def _shaped(rows: _Rows, ground: Ground, lines: Lines, reading: Reading) -> tuple[People | None, BoolArray]:
    """People of a layer's shapes: points as they lie, polygons along their streets (spread = "streets") or at a point inside."""
    table, nothing = rows.table, np.zeros(len(rows.index), dtype=bool)
    system = layer_system(table, rows.spec.crs, reading)
    if system is None:
        if not (rows.spec.crs or table.crs):
            reading.add(Issue("crs_missing", "blocking", table.shown, sentence="crs_missing_blocking"))
        return None, nothing
    assert table.shapes is not None
    shapes = transformed(table.shapes[rows.index], system, ground.crs)
    for k, shape in enumerate(shapes):
        if shape is None:
            reading.add(Issue("geometry_missing", "warning", table.shown, row=table.rows[rows.index[k]], name=str(rows.names[k]) or None,
                              sentence="geometry_missing_people"))
    points = shapely.point_on_surface(shapes)
    x, y = shapely.get_x(points), shapely.get_y(points)
    found, kept = _as_they_lie(rows, x, y, ground, reading)
    areal = [shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") for shape in shapes]
    if found is None or rows.spec.spread == "points" or not all(areal[k] for k in np.flatnonzero(kept)):
        return found, kept
    return _along_polygons(rows, shapes, kept, ground, lines, reading), kept


def _along_polygons(rows: _Rows, shapes: npt.NDArray[np.object_], kept: BoolArray, ground: Ground, lines: Lines,
                    reading: Reading) -> People | None:
    """People of polygons spread as those of units are."""
    index = np.flatnonzero(kept)
    count = len(index)
    numbers = np.array([rows.table.rows[rows.index[k]] for k in index], dtype=np.int64)
    codes = np.array([str(row) for row in numbers], dtype=object)
    blank_text = np.full(count, "", dtype=object)
    parcels = Units("", rows.table.shown, codes, rows.names[index], blank_text, blank_text, shapes[index], numbers)
    carriers = _carriers(rows.spec, parcels, np.ones(count, dtype=bool), ground, lines, reading)
    if carriers is None:
        return None
    people = spread.share_out({group: values[kept] for group, values in rows.people.items()}, carriers)
    return People(carriers.x, carriers.y, people, {level: _located(units, carriers.x, carriers.y) for level, units in ground.units.items()})
