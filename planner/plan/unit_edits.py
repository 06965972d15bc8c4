"""What actions do to the administrative map: units divided, joined, or of another class.

People stay where they are: of a unit that is divided each demand point goes to the part that holds it, so that the parts' sums are the
unit's, exactly. Facilities go by their place too; those known by name only go to the first part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.inputs.coordinates import WGS84, System, parse_system, to_plane
from planner.inputs.layers import FacilityLayer, FloatArray, IntArray, TextArray
from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.plan.facility_edits import Where
from planner.plan.scenario import Action
from planner.plan.street_edits import BY_MODE
from planner.targets.selection import SEPARATORS

KEPT = (*BY_MODE, "demand digest", "straight")
"""What a city keeps that no boundary touches."""
SERVES = "serves"
_OWN = ("code", "name", "class", "parent", "row", "geometry")


def edit_units(city: City, actions: Sequence[tuple[Action, Where]]) -> City:
    """The city with other units. Raises InputError: scenario_unit_* with the scenario and the number of the action."""
    zones = _Zones(city)
    for action, where in actions:
        level = str(action.details["level"])
        if level not in zones.frames:
            raise where.fault("unit_level", action, level=level, levels=", ".join(zones.frames))
        {"split_unit": zones.split, "merge_units": zones.merge, "reclassify_unit": zones.reclassify}[action.do](level, action, where)
    return zones.city_now()


class _Zones:
    """A city's units while actions change them."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.frames: dict[str, Any] = dict(city.boundaries.levels)
        self.people: dict[str, TextArray] = dict(city.demand.units)
        self.columns: dict[tuple[str, str], TextArray] = {}

    def row(self, level: str, code: str, action: Action, where: Where) -> int:
        """The row of a unit."""
        rows = np.flatnonzero(self.frames[level]["code"].to_numpy(dtype=object) == code)
        if not len(rows):
            raise where.fault("unit_missing", action, unit=code, level=level)
        return int(rows[0])

    def free(self, level: str, codes: Sequence[str], but: Sequence[str], action: Action, where: Where) -> None:
        """That no unit bears one of these codes, but for those that are given up."""
        taken = set(self.frames[level]["code"]) - set(but)
        for code in codes:
            if code in taken:
                raise where.fault("unit_code_taken", action, unit=code, level=level)

    # ---- verbs -------------------------------------------------------------------------------------------------------
    def split(self, level: str, action: Action, where: Where) -> None:
        """A unit divided along a line, each part known by a place inside it."""
        row, parts = self.row(level, action.id, action, where), action.details["parts"]
        self.free(level, [part["code"] for part in parts], [action.id], action, where)
        frame = self.frames[level]
        crs = parse_system(self.city.crs)
        line = np.column_stack(_metres([at[0] for at in action.details["line"]], [at[1] for at in action.details["line"]], crs))
        at = np.column_stack(_metres([part["lon"] for part in parts], [part["lat"] for part in parts], crs))
        shapes = _divided(frame.geometry.iloc[row], line, at, action, where)
        records = []
        for part, shape in zip(parts, shapes, strict=True):
            record = _copied(frame, row)
            record |= {"code": part["code"], "name": part["name"], "geometry": shape}
            _reclass(record, frame, part.get("class", record["class"]))
            records.append(record)
        self._replace(level, [row], records)
        codes = np.array([part["code"] for part in parts], dtype=object)
        self._recode(level, {action.id}, lambda x, y: codes[_part_of(shapes, x, y)])
        self._serve({action.id}, codes.tolist())

    def merge(self, level: str, action: Action, where: Where) -> None:
        """Units joined into one."""
        ids = list(action.details["ids"])
        rows = [self.row(level, code, action, where) for code in ids]
        if len(rows) < 2:
            raise where.fault("unit_merge_one", action, level=level)
        self.free(level, [action.id], ids, action, where)
        frame = self.frames[level]
        first = rows[ids.index(action.id)] if action.id in ids else rows[0]
        record = _copied(frame, first)
        classes = {str(frame["class"].iloc[row]) for row in rows}
        if "class" not in action.details and len(classes) > 1:
            raise where.fault("unit_classes", action, level=level, classes=", ".join(sorted(classes)))
        record |= {"code": action.id, "name": action.details.get("name", record["name"]), "geometry": frame.geometry.iloc[rows].union_all()}
        _reclass(record, frame, action.details.get("class", record["class"]))
        self._replace(level, rows, [record])
        self._recode(level, set(ids), lambda x, _: np.full(len(x), action.id, dtype=object))
        self._serve(set(ids), [action.id])

    def reclassify(self, level: str, action: Action, where: Where) -> None:
        """A unit of another class, and of another name where one is given; its code stays."""
        row = self.row(level, action.id, action, where)
        frame = self.frames[level]
        record = {column: frame[column].iloc[row] for column in frame.columns}
        record["name"] = action.details.get("name", record["name"])
        _reclass(record, frame, action.details["class"])
        self._replace(level, [row], [record])

    # ---- what follows ------------------------------------------------------------------------------------------------
    def _replace(self, level: str, rows: Sequence[int], records: Sequence[Mapping[str, Any]]) -> None:
        """Rows of a level replaced by others, in code order."""
        import geopandas as gpd
        import pandas as pd

        frame = self.frames[level]
        stay = frame.drop(index=frame.index[list(rows)])
        columns: dict[str, Any] = {}
        for column in frame.columns:
            if column == "geometry":
                continue
            values = [*stay[column].tolist(), *(record[column] for record in records)]
            kind = frame[column].dtype
            blank = kind.kind in "iu" and any(value != value for value in values)
            columns[column] = pd.Series(values, dtype=np.float64 if blank else kind)
        shapes = np.array([*stay.geometry, *(record["geometry"] for record in records), None], dtype=object)[:-1]
        made = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=frame.crs)
        self.frames[level] = made.sort_values("code", kind="stable", ignore_index=True)

    def _recode(self, level: str, codes: set[str], of: Callable[[FloatArray, FloatArray], TextArray]) -> None:
        """New codes of whoever stood in some units: people, facilities, and the units below. of : places -> codes."""
        if level in self.people:
            own = self.people[level].copy()
            mine = np.isin(own.astype(str), list(codes))
            own[mine] = of(self.city.demand.x[mine], self.city.demand.y[mine])
            self.people[level] = own
        for slug, layer in self.city.facilities.items():
            x, y = layer.frame["x"].to_numpy(float), layer.frame["y"].to_numpy(float)
            for column in (f"in_{level}", f"unit_{level}"):
                if column in layer.frame:
                    cells = self.columns.get((slug, column), layer.frame[column].to_numpy(dtype=object)).copy()
                    mine = np.isin(cells.astype(str), list(codes))
                    cells[mine] = of(x[mine], y[mine])
                    self.columns[(slug, column)] = cells
        for finer in LEVELS[LEVELS.index(level) + 1:] if level in LEVELS else ():
            if finer in self.frames:
                frame = self.frames[finer].copy()
                parents = frame["parent"].to_numpy(dtype=object).copy()
                mine = np.isin(parents.astype(str), list(codes))
                inner = frame.geometry[mine].representative_point()
                parents[mine] = of(inner.x.to_numpy(), inner.y.to_numpy())
                frame["parent"] = parents
                self.frames[finer] = frame

    def _serve(self, codes: set[str], now: Sequence[str]) -> None:
        """Facilities whose ledger says that they serve some units serve what became of them."""
        for slug, layer in self.city.facilities.items():
            cells = self.columns.get((slug, SERVES), layer.frame[SERVES].to_numpy(dtype=object) if SERVES in layer.frame else None)
            if cells is None:
                continue
            cells = cells.copy()
            for row, cell in enumerate(cells):
                listed = SEPARATORS.split(str(cell))
                if codes & set(listed):
                    after = [code for one in listed for code in (now if one in codes else [one])]
                    cells[row] = ";".join(dict.fromkeys(after))
                    self.columns[(slug, SERVES)] = cells

    def city_now(self) -> City:
        """The city with these units; what was found out about its streets holds on."""
        layers: dict[str, FacilityLayer] = {}
        for slug, layer in self.city.facilities.items():
            changed = {column: cells for (of, column), cells in self.columns.items() if of == slug}
            layers[slug] = replace(layer, frame=layer.frame.assign(**changed)) if changed else layer
        return with_units(self.city, replace(self.city.boundaries, levels=self.frames), self.people, layers)


def with_units(city: City, boundaries: Any, people: Mapping[str, TextArray], layers: Mapping[str, FacilityLayer]) -> City:
    """A city on other units."""
    kept = {key: value for key, value in city.cache.items() if (key[0] if isinstance(key, tuple) else key) in KEPT}
    return replace(city, boundaries=boundaries, demand=replace(city.demand, units=people), facilities=layers, cache=kept)


def _metres(lon: Sequence[float], lat: Sequence[float], crs: System) -> tuple[FloatArray, FloatArray]:
    """WGS84 degrees in the project's metres."""
    return to_plane(System(WGS84, True), np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64), crs)


def _copied(frame: Any, row: int) -> dict[str, Any]:
    """A unit's columns for units that come of it: text is theirs too, numbers (of households, say) are not and become blank."""
    found: dict[str, Any] = {}
    for column in frame.columns:
        number = column not in _OWN and frame[column].dtype.kind in "fiu"
        found[column] = np.nan if number else frame[column].iloc[row]
    return found


def _reclass(record: dict[str, Any], frame: Any, class_: str) -> None:
    """Gives a record a class, also in the column of the file that it was read from."""
    for column in frame.columns:
        if column == "class" or (column not in _OWN and frame[column].dtype.kind == "O" and (frame[column] == frame["class"]).all()):
            record[column] = class_


def _divided(shape: Any, line: FloatArray, at: FloatArray, action: Action, where: Where) -> npt.NDArray[np.object_]:
    """The shape of each part: the pieces that the line cuts, each to the part whose place it holds or, holding none, is nearest."""
    import shapely
    from shapely.ops import split

    knife = shapely.LineString(line)
    pieces = [piece for polygon in shapely.get_parts(shape) for piece in shapely.get_parts(split(polygon, knife))
              if shapely.get_type_id(piece) == shapely.GeometryType.POLYGON]
    places = shapely.points(at)
    mine: list[list[Any]] = [[] for _ in places]
    for piece in pieces:
        away = shapely.distance(piece, places)
        inside = np.flatnonzero(away == 0)
        if len(inside) > 1:
            raise where.fault("unit_not_divided", action, first=action.details["parts"][inside[0]]["code"],
                              second=action.details["parts"][inside[1]]["code"])
        mine[int(inside[0]) if len(inside) else int(np.argmin(away))].append(piece)
    for part, own, place in zip(action.details["parts"], mine, places, strict=True):
        if not own or not any(shapely.distance(piece, place) == 0 for piece in own):
            raise where.fault("unit_part_outside", action, part=part["code"])
    found = np.empty(len(mine), dtype=object)
    found[:] = [shapely.union_all(own) for own in mine]
    return found


def _part_of(shapes: npt.NDArray[np.object_], x: FloatArray, y: FloatArray) -> IntArray:
    """(n,) which part holds each place, or is nearest; the first for those without a place."""
    import shapely

    found = np.zeros(len(x), dtype=np.int64)
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(placed):
        points = shapely.points(x[placed], y[placed])
        away = np.stack([shapely.distance(shape, points) for shape in shapes])
        found[placed] = np.argmin(away, axis=0)
    return found
