"""Candidate sites: from a ledger of idle premises and land, along the streets, or on a grid. Where they may not be is screened elsewhere.

| spec | candidates |
| --- | --- |
| `NAME` | the rows of `[candidates.NAME]` that have a place |
| `streets:D` | junctions, street ends and places every D metres along the streets, thinned: no two nearer than D metres straight |
| `grid:D` | the corners of a square grid D metres wide in the project's metric CRS, on whole multiples of D |

Candidates of streets and grid lie inside the project's boundary. They are the same for the same city and spec, on every machine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import InputError
from planner.inputs.layers import BoolArray, FloatArray, IntArray, TextArray
from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.network.graph import StreetNetwork, measures
from planner.units import TravelProfile

LEDGER, STREETS, GRID = "ledger", "streets", "grid"
_SPACED = re.compile(r"(streets|grid):(.*)", re.DOTALL)
LEAST_SPACING_M = 10.0
"""Candidates nearer to each other than this are the same building."""
SLACK_M = 0.01
"""Places so little nearer than the spacing are at it: the metres along a street and those between its places differ by rounding."""
MOST = 200_000
"""More candidates than this are a slip of the spacing, not a question."""
EXISTING_WORDS = ("闲置", "腾退", "校舍", "厂房", "用房", "办公", "premises", "building", "idle")
"""A kind of candidate with one of these words is existing stock (存量), unless `[screening] existing` names the kinds."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate sites j in J. origin : ledger, streets or grid; spec : as it was asked for.

    id, name : (J,) text, ids unique. x, y : (J,) metres. columns : the ledger's own columns, (J,) each; empty for the others.
    without_place : ids of the ledger's rows that have no position, which cannot be candidates.
    """

    origin: str
    spec: str
    id: TextArray
    name: TextArray
    x: FloatArray
    y: FloatArray
    columns: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    without_place: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.id)

    def text(self, column: str) -> TextArray:
        """(J,) a text column, "" where there is none."""
        values = self.columns.get(column)
        if values is None or values.dtype != object:
            return np.full(len(self), "", dtype=object)
        return values

    def number(self, column: str) -> FloatArray:
        """(J,) a column of numbers, NaN where there is none."""
        values = self.columns.get(column)
        if values is None or values.dtype == object:
            return np.full(len(self), np.nan)
        return np.asarray(values, dtype=np.float64)

    def take(self, rows: IntArray) -> Candidates:
        """Some of the candidates, in the order of `rows`."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Candidates(self.origin, self.spec, self.id[rows], self.name[rows], self.x[rows], self.y[rows], columns, self.without_place)


def candidates(city: City, spec: str, travel: TravelProfile) -> Candidates:
    """The candidates of a spec (module's table); streets are those of the travel's mode.

    Raises InputError where no ledger has the name, the spacing is no number of metres or makes too many candidates, or a spec gives none.
    """
    spaced = _SPACED.fullmatch(spec.strip())
    if spaced is None:
        found = _of_ledger(city, spec)
    else:
        spacing_m = _spacing(spec, spaced[2])
        made = _along_streets if spaced[1] == STREETS else _on_grid
        x, y = made(city, travel, spacing_m, spec)
        inside = within_boundary(city, x, y)
        x, y = x[inside], y[inside]
        ids = np.array([f"{spaced[1][0].upper()}{k + 1:0{len(str(max(len(x), 1)))}d}" for k in range(len(x))], dtype=object)
        found = Candidates(spaced[1], spec.strip(), ids, np.full(len(x), "", dtype=object), x, y)
    if not len(found):
        raise InputError("candidates_none", spec=spec)
    return found


def _spacing(spec: str, typed: str) -> float:
    """The metres of a spec."""
    try:
        metres = float(typed)
    except ValueError:
        metres = math.nan
    if not (math.isfinite(metres) and metres >= LEAST_SPACING_M):
        raise InputError("candidates_spacing", spec=spec, least=f"{LEAST_SPACING_M:g}")
    return metres


def _of_ledger(city: City, name: str) -> Candidates:
    """The rows of a ledger that have a place; a repeated id gets its row behind it, so that every candidate can be named."""
    if name not in city.candidates:
        raise InputError("candidates_unknown", name=name, names=", ".join(city.candidates) or "—")
    frame = city.candidates[name].frame
    x, y = frame["x"].to_numpy(float), frame["y"].to_numpy(float)
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    ids = frame["id"].to_numpy(dtype=object)
    counts: dict[str, int] = {}
    for one in ids:
        counts[one] = counts.get(one, 0) + 1
    unique = np.array([one if counts[one] == 1 else f"{one}#{row}" for one, row in zip(ids, frame["row"], strict=True)], dtype=object)
    columns = {str(key): frame[key].to_numpy()[placed] for key in frame.columns if key not in ("geometry", "id", "name", "x", "y")}
    lost = tuple(str(one) for one in np.delete(unique, placed))
    return Candidates(LEDGER, name, unique[placed], frame["name"].to_numpy(dtype=object)[placed], x[placed], y[placed], columns, lost)


def _along_streets(city: City, travel: TravelProfile, spacing_m: float, spec: str) -> tuple[FloatArray, FloatArray]:
    """Junctions first, the busiest before the others, then street ends and places along the streets; those too near one taken are left."""
    network = city.streets.network(travel.mode)
    steps = np.maximum(np.floor((network.length_m + SLACK_M) / spacing_m).astype(np.int64) - 1, 0)  # pieces of D metres or a little more
    if network.nodes + int(steps.sum()) > 20 * MOST:
        raise InputError("candidates_many", spec=spec, most=MOST)
    degree = np.bincount(network.tail, minlength=network.nodes) + np.bincount(network.head, minlength=network.nodes)
    order = np.argsort(-degree, kind="stable")
    along_x, along_y = points_along(network, steps)
    x, y = np.r_[network.node_x[order], along_x], np.r_[network.node_y[order], along_y]
    kept = thinned(x, y, spacing_m)
    if len(kept) > MOST:
        raise InputError("candidates_many", spec=spec, most=MOST)
    return x[kept], y[kept]


def points_along(network: StreetNetwork, steps: IntArray) -> tuple[FloatArray, FloatArray]:
    """Places inside the edges: steps[e] of them on edge e, at equal metres from its ends and from each other, edge after edge."""
    edge = np.repeat(np.arange(network.edges), steps)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(steps) - steps, steps) + 1
    at = measures(network.shape_start, network.shape_xy)
    whole = at[network.shape_start[edge + 1] - 1]
    wanted = whole * number / (steps[edge] + 1)
    # vertices in one ascending line, edge after edge, so that one search finds every piece
    longest = float(at.max(initial=0.0)) + 1.0
    vertex_edge = np.repeat(np.arange(network.edges), np.diff(network.shape_start))
    vertex = np.searchsorted(vertex_edge * longest + at, edge * longest + wanted, side="right") - 1
    vertex = np.clip(vertex, network.shape_start[edge], network.shape_start[edge + 1] - 2)
    piece = at[vertex + 1] - at[vertex]
    share = np.clip((wanted - at[vertex]) / np.where(piece > 0, piece, 1.0), 0.0, 1.0)
    place = network.shape_xy[vertex] + share[:, None] * (network.shape_xy[vertex + 1] - network.shape_xy[vertex])
    return place[:, 0], place[:, 1]


def thinned(x: FloatArray, y: FloatArray, spacing_m: float) -> IntArray:
    """Indices of places no two of which are nearer than `spacing_m`, taken in order: what is left out is nearer than that to one taken."""
    from scipy.spatial import cKDTree

    if not len(x):
        return np.empty(0, dtype=np.int64)
    points = np.column_stack([x, y])
    tree = cKDTree(points)
    free = np.ones(len(x), dtype=bool)
    taken = []
    nearer = max(spacing_m - SLACK_M, 0.0)
    for place in range(len(x)):
        if free[place]:
            taken.append(place)
            free[tree.query_ball_point(points[place], nearer)] = False
    return np.array(taken, dtype=np.int64)


def _on_grid(city: City, travel: TravelProfile, spacing_m: float, spec: str) -> tuple[FloatArray, FloatArray]:
    """Corners of the grid within the box around the boundary, from west to east, then from south to north."""
    west, south, east, north = outline(city).bounds
    columns = np.arange(math.ceil(west / spacing_m), math.floor(east / spacing_m) + 1)
    rows = np.arange(math.ceil(south / spacing_m), math.floor(north / spacing_m) + 1)
    if len(columns) * len(rows) > MOST:
        raise InputError("candidates_many", spec=spec, most=MOST)
    x, y = np.meshgrid(columns * spacing_m, rows * spacing_m)
    return x.ravel(), y.ravel()


def outline(city: City) -> Any:
    """The project's boundary: the units of its coarsest administrative level as one shape, made once for a city."""
    import shapely

    if "outline" not in city.cache:
        levels = [level for level in LEVELS if level in city.boundaries.levels] or list(city.boundaries.levels)
        shape = shapely.union_all(city.boundaries.levels[levels[0]].geometry.to_numpy())
        shapely.prepare(shape)
        city.cache["outline"] = shape
    return city.cache["outline"]


def within_boundary(city: City, x: FloatArray, y: FloatArray) -> BoolArray:
    """(n,) which places lie inside the project's boundary, its edge included."""
    import shapely

    found: BoolArray = shapely.intersects_xy(outline(city), x, y)
    return found


def existing_stock(found: Candidates, kinds: tuple[str, ...] = ()) -> BoolArray:
    """(J,) which candidates are existing premises (存量): their `kind` is one of `kinds` or, without any, has one of EXISTING_WORDS, or
    their `do` is convert. Places of streets and grid are none."""
    kind, do = found.text("kind"), found.text("do")
    words = [str(one).strip().lower() for one in kind]
    if kinds:
        asked = {one.strip().lower() for one in kinds}
        return np.array([word in asked for word in words], dtype=bool)
    known = [any(part in word for part in EXISTING_WORDS) for word in words]
    convert = [str(act).strip().lower() == "convert" for act in do]
    found_known: BoolArray = np.array(known, dtype=bool) | np.array(convert, dtype=bool)
    return found_known


def unit_of(city: City, level: str, x: FloatArray, y: FloatArray) -> IntArray:
    """(n,) the number of the unit of a level that holds each place, the first of those that do, in the order of codes; -1 for none."""
    import shapely

    shapes = city.boundaries.frame(level).geometry.to_numpy()
    found = np.full(len(x), -1, dtype=np.int64)
    point, unit = shapely.STRtree(shapes).query(shapely.points(x, y), predicate="intersects")
    order = np.lexsort((-unit, point))  # the lowest number is written last, and stays
    found[point[order]] = unit[order]
    return found
