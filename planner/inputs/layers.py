"""The layers that everything else stands on: frozen values, all in one metric CRS.

Demand points i in I, facilities j in J, units a in A. Codes and ids are text. A number that is missing is NaN, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]
ObjectArray = npt.NDArray[np.object_]
BoolArray = npt.NDArray[np.bool_]

STATUSES = ("operating", "completed", "suspended", "planned", "under_construction", "closed")
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a layer came from: path as planner.toml writes it, sha256 of the file, rows used, the day it speaks for ("" if not said)."""

    path: str
    sha256: str = ""
    rows: int = 0
    date: str = ""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The units of each level.

    `levels[level]` is a GeoDataFrame with the columns code, name, class, parent (text, "" where absent), row (feature from 1), every
    other column of the file under its own name, and polygons in `crs`; rows in code order, codes unique.
    """

    crs: str
    levels: Mapping[str, gpd.GeoDataFrame]
    sources: Mapping[str, Source] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str] | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for level, frame in self.levels.items():
            if not frame["code"].is_unique:
                raise InputError("unit_codes_repeated", level=level)

    def frame(self, level: str) -> gpd.GeoDataFrame:
        """The units of a level, or an InputError that names the levels there are."""
        if level not in self.levels:
            raise InputError("level_unknown", level=level, levels=", ".join(self.levels))
        return self.levels[level]


@dataclass(frozen=True, slots=True)
class Extents:
    """Where facilities j in J are entered, for those that are more than a point.

    area : (J,) polygon in the project's CRS, or None. door_start : (J + 1,), the entrances of facility j are
    door_start[j]:door_start[j + 1] of door_x, door_y : metres. A facility with entrances is entered there only; else its area is
    entered along its edge; else it is a point.
    """

    area: ObjectArray
    door_start: IntArray
    door_x: FloatArray
    door_y: FloatArray

    def __post_init__(self) -> None:
        if len(self.door_start) != len(self.area) + 1 or not int(self.door_start[-1]) == len(self.door_x) == len(self.door_y):
            raise InputError("extents_differ")

    def __len__(self) -> int:
        return len(self.area)

    @property
    def has_area(self) -> BoolArray:
        """(J,) whether the facility has an area."""
        return np.array([shape is not None for shape in self.area], dtype=bool)

    @property
    def has_doors(self) -> BoolArray:
        """(J,) whether the facility has entrances of its own."""
        return np.diff(self.door_start) > 0

    def take(self, rows: IntArray) -> Extents:
        """The extents of some facilities, in the order of `rows`."""
        count = np.diff(self.door_start)[rows]
        start = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(count, out=start[1:])
        door = np.repeat(self.door_start[rows] - start[:-1], count) + np.arange(int(start[-1]))
        return Extents(self.area[rows], start, self.door_x[door], self.door_y[door])


def points_only(count: int) -> Extents:
    """The extents of facilities that are points."""
    return Extents(np.full(count, None, dtype=object), np.zeros(count + 1, dtype=np.int64), np.empty(0), np.empty(0))


def joined(parts: Sequence[Extents]) -> Extents:
    """The extents of several layers one after the other."""
    if not parts:
        return points_only(0)
    doors = np.concatenate([np.diff(part.door_start) for part in parts])
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(doors)]).astype(np.int64)
    area, x, y = (np.concatenate([getattr(part, name) for part in parts]) for name in ("area", "door_x", "door_y"))
    return Extents(area, start, x, y)


@dataclass(frozen=True, slots=True)
class FacilityLayer:
    """The facilities of one layer.

    `frame` has one row a facility and the columns id, name (text); x, y (metres in the project's CRS, NaN where the place is unknown);
    status (one of STATUSES, or "" for blank); opened, closed, started, approved (ISO dates as text, "" where blank); every configured key
    and every other column of the file under its own name (numbers as float64 with NaN, else text); `in_<level>` (code of the unit
    it lies in, "" outside), `unit_<level>` (code of the unit it counts in, as count_by says); row and sheet as a person sees them;
    placed_by_name (bool: known by its stated unit only). Of an area x, y are a point on it, for drawing and for the unit it lies in;
    `extents` says where it is entered (None: all are points).
    """

    slug: str
    frame: gpd.GeoDataFrame
    source: Source
    count_by: str = "stated"
    extents: Extents | None = None

    def __post_init__(self) -> None:
        if self.extents is not None and len(self.extents) != len(self.frame):
            raise InputError("extents_differ")

    def __len__(self) -> int:
        return len(self.frame)


@dataclass(frozen=True, slots=True)
class DemandPoints:
    """Where the people are.

    x, y : (I,) metres. people : group -> (I,) persons (total, age_60_plus, households, ...). units : level -> (I,) codes, "" outside.
    Sums over the points of a unit equal the unit's stated totals exactly. hide_small : whether counts of 1 to 4 people are kept out of
    what is published (planner.measure.small_counts): so it is where the people come from a ledger of persons. kinds : group -> which
    population it is (planner.inputs.columns.KINDS), "" where neither planner.toml nor the header says so.
    """

    x: FloatArray
    y: FloatArray
    people: Mapping[str, FloatArray]
    units: Mapping[str, TextArray]
    source: Source
    spread: str = "points"
    hide_small: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for values in (self.y, *self.people.values(), *self.units.values()):
            if values.shape != self.x.shape:
                raise InputError("demand_shapes_differ")

    def __len__(self) -> int:
        return len(self.x)

    def group(self, name: str) -> FloatArray:
        """Persons of one group at each point, or an InputError that names the groups there are."""
        if name not in self.people:
            raise InputError("group_unknown", group=name, groups=", ".join(self.people))
        return self.people[name]
