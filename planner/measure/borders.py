"""Streets at borders: ends that face each other across one, and streets that stop where the project's boundary does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from planner.inputs.layers import FloatArray, IntArray
from planner.inputs.specs import LEVELS
from planner.measure.city import City
from planner.network.breaks import DETOUR, ClosePlaces, dead_ends
from planner.network.graph import StreetNetwork

BORDER_FAR_M = 100.0
"""Two streets that meet at a border without being joined are told where the way between them is longer than this (and DETOUR times the
gap): a border is no obstacle by itself, so a shorter detour than elsewhere speaks for a cut in the file."""

CUT_TIMES = 3
"""A border was cut where so many times more streets end at it than go over it: real walls and rivers leave some gaps at every border, but
files that were drawn apart leave hardly a street whole (of Las Palmas' 29 school districts, drawn together, none comes near)."""

BACK_M = 20.0
"""A street that ends at a border belongs to the unit it comes from: the one so far back along it."""

AT_OUTLINE_M = 5.0
"""A street that ends so near the outline was cut by it: outlines and streets of one source differ by less."""

RING_M = 1000.0
"""Streets are compared so far inside and outside the outline, or as far as the project's buffer, if that is less."""

CUT_ENDS = 3
"""So many streets must end at the outline before the file is said to end there: one or two lanes do by themselves."""

THIN_SHARE = 0.1
"""Streets outside less dense than this share of those inside are too few: towns thin out at their edge, but not so."""


@dataclass(frozen=True, slots=True)
class BorderGap:
    """A street that ends at a border with another just across it, not joined. way_m : metres along the streets; None where
    `connected` is False or it is more than was searched."""

    level: str
    code: str
    name: str
    to_code: str
    to_name: str
    gap_m: float
    way_m: float | None
    connected: bool
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Border:
    """The border of two units: streets that end at it with another just across (gaps), and streets that go over it (joined)."""

    level: str
    code: str
    name: str
    to_code: str
    to_name: str
    gaps: int
    joined: int

    @property
    def is_cut(self) -> bool:
        """Whether far more streets end there than go over it: the streets of the two units were drawn or delivered apart."""
        return self.gaps > CUT_TIMES * self.joined


@dataclass(frozen=True, slots=True)
class Rim:
    """Streets on both sides of the project's outline, in metres per square kilometre, and how many of them end at it.

    width_m : how far inside and outside was looked; 0 where the project has no buffer, and nothing was.
    """

    width_m: float
    ends_at_outline: int
    inside_m_per_km2: float
    outside_m_per_km2: float

    @property
    def is_cut(self) -> bool:
        """Whether the streets stop at the boundary: several end there, and hardly any lie beyond."""
        return self.ends_at_outline >= CUT_ENDS and bool(self.outside_m_per_km2 < THIN_SHARE * self.inside_m_per_km2)


def _unit_of(frame: Any, x: FloatArray, y: FloatArray) -> IntArray:
    """The unit that holds each place, the first of several; -1 for none."""
    found = np.full(len(x), -1, dtype=np.int64)
    point, unit = shapely.STRtree(frame.geometry.to_numpy()).query(shapely.points(x, y), predicate="intersects")
    order = np.lexsort((-unit, point))
    found[point[order]] = unit[order]
    return found


def _back(network: StreetNetwork, edge: IntArray, along: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Places a little back along their street from where it ends; places that are no ends stay."""
    if len(edge) == 0:
        return np.empty(0), np.empty(0)
    sizes = np.diff(network.shape_start)[edge]
    begin = np.cumsum(sizes) - sizes
    vertex = np.repeat(network.shape_start[edge] - begin, sizes) + np.arange(int(sizes.sum()))
    lines = shapely.linestrings(network.shape_xy[vertex], indices=np.repeat(np.arange(len(edge)), sizes))
    lengths = np.maximum(network.length_m[edge], 1e-9)
    step = np.minimum(BACK_M / lengths, 0.5)
    share = np.where(along <= 1.0, step, np.where(along >= lengths - 1.0, 1.0 - step, along / lengths))
    points = shapely.line_interpolate_point(lines, share, normalized=True)
    return shapely.get_x(points), shapely.get_y(points)


def at_borders(city: City, network: StreetNetwork, pairs: ClosePlaces) -> tuple[ClosePlaces, list[tuple[str, int, int]], set[int]]:
    """Those of the pairs (network.breaks.close_places) whose dead end and whose street lie in two units, with level and both units.

    Districts go before townships; other levels are not looked at. The way must be longer than BORDER_FAR_M and DETOUR times the gap.
    Two ends that face each other are told once; all dead ends told of, on either side, come last.
    """
    wanted = (pairs.kind == "end") & (pairs.way_m > np.maximum(BORDER_FAR_M, DETOUR * pairs.gap_m))
    pairs = pairs.pick(wanted)
    here, there = _back(network, pairs.edge, pairs.along_m), _back(network, pairs.to_edge, pairs.to_along_m)
    where: list[tuple[str, int, int] | None] = [None] * len(pairs)
    for level in ("district", "township"):
        if level not in city.boundaries.levels:
            continue
        frame = city.boundaries.frame(level)
        a, b = _unit_of(frame, *here), _unit_of(frame, *there)
        for k in np.flatnonzero((a >= 0) & (b >= 0) & (a != b)).tolist():
            where[k] = where[k] or (level, int(a[k]), int(b[k]))
    dead = set(dead_ends(network).tolist())
    seen: set[int] = set()
    rows, units = [], []
    for k in np.lexsort((pairs.to_edge, pairs.node, pairs.gap_m)).tolist():
        unit, edge, along, node = where[k], int(pairs.to_edge[k]), float(pairs.to_along_m[k]), int(pairs.node[k])
        if unit is None or node in seen:
            continue
        seen.add(node)
        across = int(network.tail[edge]) if along <= 1.0 else int(network.head[edge]) if along >= network.length_m[edge] - 1.0 else -1
        if across in dead:
            seen.add(across)
        rows.append(k)
        units.append(unit)
    return pairs.pick(np.array(rows, dtype=np.int64)), units, seen


def borders(city: City, network: StreetNetwork, units: list[tuple[str, int, int]]) -> tuple[Border, ...]:
    """The borders that have gaps (as `at_borders` gives their units), with how many streets go over each; most gaps first."""
    gaps = Counter((level, min(a, b), max(a, b)) for level, a, b in units)
    rows = []
    for level in sorted({level for level, _, _ in gaps}):
        frame = city.boundaries.frame(level)
        at = _unit_of(frame, network.node_x, network.node_y)
        a, b = np.sort([at[network.tail], at[network.head]], axis=0)
        over = Counter(zip(a[a != b].tolist(), b[a != b].tolist(), strict=True))
        codes, names = frame["code"].tolist(), frame["name"].tolist()
        rows += [Border(level, str(codes[u]), str(names[u]), str(codes[v]), str(names[v]), count, over[u, v])
                 for (where, u, v), count in gaps.items() if where == level]
    return tuple(sorted(rows, key=lambda row: (-row.gaps, row.level, row.code, row.to_code)))


def rim(city: City, network: StreetNetwork, buffer_m: float) -> Rim:
    """Streets just inside and just outside the outline of all administrative units, and how many end at it."""
    width = min(buffer_m, RING_M)
    if width <= 0 or not city.boundaries.levels or network.edges == 0:
        return Rim(0.0, 0, 0.0, 0.0)
    levels = [level for level in LEVELS if level in city.boundaries.levels] or list(city.boundaries.levels)
    whole = shapely.union_all([shapely.buffer(shapely.union_all(city.boundaries.frame(level).geometry.to_numpy()), 1.0)
                               for level in levels[:1] + levels[-1:]])
    outline = shapely.boundary(shapely.buffer(whole, -1.0))  # a metre out and in again: slits between units are no outline
    ends = dead_ends(network)
    points = shapely.points(network.node_x[ends], network.node_y[ends])
    shapely.prepare(outline)
    cut = int(shapely.dwithin(outline, points, AT_OUTLINE_M).sum())
    coarse = shapely.simplify(whole, 20.0)
    band = shapely.buffer(shapely.boundary(coarse), width, quad_segs=4)
    inside, outside = shapely.intersection(band, coarse), shapely.difference(band, coarse)
    way = np.diff(network.shape_xy, axis=0)
    first = np.ones(len(network.shape_xy), dtype=bool)
    first[network.shape_start[1:] - 1] = False  # the last vertex of an edge begins no piece
    pieces = np.flatnonzero(first)
    way = way[pieces]
    middle, metres = network.shape_xy[pieces] + way / 2, np.hypot(way[:, 0], way[:, 1])
    dense = []
    for ring in (inside, outside):
        shapely.prepare(ring)
        square_km = float(shapely.area(ring)) / 1e6
        dense.append(float(metres[shapely.contains_xy(ring, middle)].sum()) / square_km if square_km > 0 else 0.0)
    return Rim(float(width), cut, dense[0], dense[1])
