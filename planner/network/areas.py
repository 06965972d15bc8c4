"""Areas to the network: a park, a school ground or a cemetery is entered where the streets about it come nearest to its edge.

What an area without entrances of its own is taken for (A, closed; f(q) is the straight distance from a place q to A, 0 inside):

- every point of A's edge attaches as a point does, at the nearest place q of the nearest street outside A, and one walks f(q) from there;
- along streets inside A one has arrived: f is 0.

The nearest of these places counts. So a street that lies along the fence lets one in anywhere along it, a street behind another one does
not, and a very small area is the point in its middle. As there are infinitely many such places, the attachment holds those of points of the
edge STEP_M apart, of its corners and of the points where a street comes nearest, the places where streets cross the edge, nodes of the
streets that A faces, and those places of `beside` (where people stand) that let one in. A way that starts at one of these places is exact;
another one is too long by at most STEP_M where streets are drawn in their length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.network.graph import LIMIT_SLACK_M, Attachment, BoolArray, FloatArray, IntArray, StreetNetwork
from planner.network.snap import along_in_measure, edge_tree, on_edges, shape_metres

ObjectArray = npt.NDArray[np.object_]

STEP_M = 25.0
"""So far apart are the points of an area's edge that are attached: half a minute on foot, and a park 5 km about has 200 of them."""

MOST_STEPS = 400
"""Of larger areas the edge is taken in so many steps: bounds the number of places."""

CORNER_M = 1.0
"""Corners that stand out less are no corners: outlines are drawn by hand."""

AIM_M = 0.5
"""Half the stretch over which the direction of a street is taken."""

SAME_M = 1e-6
"""Distances of places that were worked out on different ways are equal within this."""


@dataclass(frozen=True, slots=True)
class _Spots:
    """Places of the network that may let one in. edge, along : as in an Attachment; leg : metres to the area."""

    edge: IntArray
    along: FloatArray
    leg: FloatArray


def gathered(count: int, parts: tuple[tuple[IntArray, Attachment], ...]) -> Attachment:
    """One attachment of `count` points from parts, each with the number of the point that its points are places of; these may repeat."""
    owners = [np.repeat(rows, np.diff(part.start)) for rows, part in parts]
    owner = np.concatenate([np.zeros(0, dtype=np.int64), *owners])
    order = np.argsort(owner, kind="stable")
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=count), out=start[1:])
    edge = np.concatenate([np.zeros(0, dtype=np.int64), *(part.edge for _, part in parts)])
    along, leg = (np.concatenate([np.zeros(0), *(getattr(part, name) for _, part in parts)]) for name in ("along_m", "leg_m"))
    return Attachment(start, edge[order], along[order], leg[order])


def attach_areas(network: StreetNetwork, areas: ObjectArray, *, max_snap_m: float, beside: Attachment | None = None) -> Attachment:
    """Attaches areas where the streets about them come nearest to their edge (see above); one without such a street nowhere.

    areas : (A,) valid polygons in the network's CRS, or None. max_snap_m : the greatest leg, inclusive. beside : points whose ways to the
    areas are to be exact.
    """
    chosen = np.flatnonzero([shape is not None for shape in areas])
    found = [_Spots(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))] * len(areas)
    if len(chosen) and network.edges:
        near = _near(network, areas[chosen], max_snap_m)
        people = _beside(network, areas[chosen], max_snap_m, beside)
        for k, number in enumerate(chosen.tolist()):
            found[number] = _tidy(_entered(network, areas[number], near[k], people[k], max_snap_m))
    start = np.zeros(len(areas) + 1, dtype=np.int64)
    np.cumsum([len(spots.edge) for spots in found], out=start[1:])
    edge, along, leg = (np.concatenate([np.zeros(0), *(getattr(spots, name) for spots in found)]) for name in ("edge", "along", "leg"))
    return Attachment(start, edge.astype(np.int64), along, leg)


def _near(network: StreetNetwork, areas: ObjectArray, max_snap_m: float) -> list[IntArray]:
    """The edges within the limit of each area, in order."""
    if not np.isfinite(max_snap_m):
        return [np.arange(network.edges)] * len(areas)
    area, edge = edge_tree(network).query(areas, predicate="dwithin", distance=max_snap_m + LIMIT_SLACK_M)
    return _split(len(areas), area, edge)


def _beside(network: StreetNetwork, areas: ObjectArray, max_snap_m: float, beside: Attachment | None) -> list[_Spots]:
    """For each area the places of people within the limit of it, once each."""
    import shapely

    if beside is None or len(beside.edge) == 0:
        return [_Spots(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))] * len(areas)
    place = np.unique(np.rec.fromarrays([beside.edge, beside.along_m]))
    edge, along = np.ascontiguousarray(place["f0"]), np.ascontiguousarray(place["f1"])
    tree = shapely.STRtree(_points(network, edge, along))
    if np.isfinite(max_snap_m):
        pairs = _split(len(areas), *tree.query(areas, predicate="dwithin", distance=max_snap_m + LIMIT_SLACK_M))
    else:
        pairs = [np.arange(len(edge))] * len(areas)
    return [_Spots(edge[rows], along[rows], np.zeros(len(rows))) for rows in pairs]


def _split(count: int, group: IntArray, member: IntArray) -> list[IntArray]:
    """The members of each group, in order."""
    order = np.lexsort((member, group))
    parts: list[IntArray] = np.split(member[order], np.searchsorted(group[order], np.arange(1, count)))
    return parts


def _points(network: StreetNetwork, edge: IntArray, along: FloatArray, ahead: float = 0.0) -> ObjectArray:
    """Places on edges as points, some metres further along the shape."""
    import shapely

    lines = edge_tree(network).geometries[edge]
    return np.asarray(shapely.line_interpolate_point(lines, np.maximum(shape_metres(network, edge, along) + ahead, 0.0)), dtype=object)


def _entered(network: StreetNetwork, area: Any, near: IntArray, people: _Spots, max_snap_m: float) -> _Spots:
    """Where one area is entered."""
    import shapely

    shapely.prepare(area)
    lines = edge_tree(network).geometries[near]
    touching = shapely.intersects(area, lines)
    within = np.zeros(len(near), dtype=bool)
    within[touching] = shapely.contains_properly(area, lines[touching])
    crossing = touching & ~within
    outer, piece_edge = _outer(area, lines, near, touching, crossing)
    spots = [_crossings(network, area, lines[crossing], near[crossing])]
    asked, faced = people, np.zeros(0, dtype=np.int64)
    if len(outer):
        facing, faced = _facing(network, area, outer, piece_edge, max_snap_m)
        ends = np.repeat(faced, 2)
        beyond = np.where(np.arange(len(ends)) % 2 == 0, 0.0, network.length_m[ends])
        spots.append(facing)
        asked = _together([people, _Spots(ends, beyond, np.zeros(len(ends)))])
    found = _together([*spots, _letting_in(network, area, asked, outer, faced, max_snap_m)])
    if len(found.edge) == 0 and within.any():  # its streets lead nowhere: whoever stands on them has arrived
        inner = np.repeat(near[within], 2)
        found = _Spots(inner, np.where(np.arange(len(inner)) % 2 == 0, 0.0, network.length_m[inner]), np.zeros(len(inner)))
    return found


def _outer(area: Any, lines: ObjectArray, near: IntArray, touching: BoolArray, crossing: BoolArray) -> tuple[ObjectArray, IntArray]:
    """The pieces of streets outside an area, and the edge of each."""
    import shapely

    cut, who = shapely.get_parts(shapely.difference(lines[crossing], area), return_index=True)
    return np.concatenate([lines[~touching], cut]), np.concatenate([near[~touching], near[crossing][who]])


def _crossings(network: StreetNetwork, area: Any, lines: ObjectArray, edge: IntArray) -> _Spots:
    """Where streets cross an area's edge, or begin and end to run along it: nobody walks from there."""
    import shapely

    parts, who = shapely.get_parts(shapely.intersection(lines, area), return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    who = who[inner]
    xy, part = shapely.get_coordinates(parts, return_index=True)
    if len(xy) == 0:
        return _Spots(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    last = np.flatnonzero(np.append(np.diff(part) > 0, True))
    ends = np.unique(np.concatenate([last, np.append(0, last[:-1] + 1)]))
    ends = ends[shapely.distance(shapely.points(xy[ends]), area.boundary) <= SAME_M]
    return _at(network, edge[who[part[ends]]], xy[ends], np.zeros(len(ends)))


def _at(network: StreetNetwork, edge: IntArray, xy: FloatArray, leg: FloatArray) -> _Spots:
    """Points that lie on edges as places of these."""
    _, along = on_edges(network, edge, xy[:, 0], xy[:, 1])
    return _Spots(edge, along_in_measure(network, edge, along), leg)


def _facing(network: StreetNetwork, area: Any, outer: ObjectArray, piece_edge: IntArray, max_snap_m: float) -> tuple[_Spots, IntArray]:
    """The nearest place of the nearest street outside to each of many points of an area's edge, and the edges on which these are."""
    import shapely

    tree = shapely.STRtree(outer)
    edge_points = shapely.points(_along_the_edge(area))
    who, away = tree.query_nearest(edge_points, return_distance=True, all_matches=False)
    reach = min(float(away.max()) + STEP_M, max_snap_m + LIMIT_SLACK_M)
    close = np.sort(tree.query(area, predicate="dwithin", distance=reach))
    feet = shapely.get_point(shapely.shortest_line(area.boundary, outer[close]), 0)
    feet = feet[~shapely.is_missing(feet)]
    nearest = np.concatenate([who[1], tree.query_nearest(feet, all_matches=False)[1]])
    spots = shapely.get_point(shapely.shortest_line(np.concatenate([edge_points[who[0]], feet]), outer[nearest]), -1)
    leg = shapely.distance(spots, area)
    good = leg <= max_snap_m + LIMIT_SLACK_M
    edge = piece_edge[nearest[good]]
    return _at(network, edge, shapely.get_coordinates(spots[good]), leg[good]), np.unique(edge)


def _along_the_edge(area: Any) -> FloatArray:
    """(R, 2) the corners of an area's edge, and points between them."""
    import shapely

    whole = float(area.length)
    rings = shapely.simplify(area, min(CORNER_M, whole / 100)).boundary
    found: FloatArray = shapely.get_coordinates(shapely.segmentize(rings, max(STEP_M, whole / MOST_STEPS)))
    return found


def _letting_in(network: StreetNetwork, area: Any, spots: _Spots, outer: ObjectArray, faced: IntArray, max_snap_m: float) -> _Spots:
    """Those of some places that let one in: inside the area, or nearest of all streets to the point of its edge across from them."""
    import shapely

    points = _points(network, spots.edge, spots.along)
    leg = shapely.distance(points, area)
    good = leg <= SAME_M
    rows = np.flatnonzero(~good & np.isin(spots.edge, faced) & (leg <= max_snap_m + LIMIT_SLACK_M))
    if len(rows):
        tree = shapely.STRtree(outer)
        foot = shapely.get_point(shapely.shortest_line(area.boundary, points[rows]), 0)
        good[rows] = _nearest(tree, foot, points[rows])
        for side in (1.0, -1.0):
            rows = rows[~good[rows]]
            across = _across(network, area, spots.edge[rows], spots.along[rows], points[rows], side)
            hit = ~shapely.is_missing(across)
            good[rows[hit]] = _nearest(tree, across[hit], points[rows[hit]])
    leg = np.where(leg <= SAME_M, 0.0, leg)
    return _Spots(spots.edge[good], spots.along[good], leg[good])


def _nearest(tree: Any, here: ObjectArray, there: ObjectArray) -> BoolArray:
    """Whether no street is nearer to points than given places are."""
    import shapely

    found = np.zeros(len(here), dtype=bool)
    (who, _), away = tree.query_nearest(here, return_distance=True, all_matches=False)
    found[who] = shapely.distance(here[who], there[who]) <= away + SAME_M
    return found


def _across(network: StreetNetwork, area: Any, edge: IntArray, along: FloatArray, points: ObjectArray, side: float) -> ObjectArray:
    """The first point of an area's edge straight across the street from each place, to the left or (side -1) the right; or None."""
    import shapely

    box = shapely.bounds(area)
    reach_m = side * (float(np.hypot(box[2] - box[0], box[3] - box[1])) + float(shapely.distance(points, area).max(initial=0.0)))
    here = shapely.get_coordinates(points)
    ahead, behind = (shapely.get_coordinates(_points(network, edge, along, step)) for step in (AIM_M, -AIM_M))
    way = ahead - behind
    way /= np.maximum(np.hypot(*way.T), 1e-12)[:, None]
    rays = shapely.linestrings(np.stack([here, here + reach_m * np.column_stack([-way[:, 1], way[:, 0]])], axis=1))
    met = shapely.intersection(rays, area.boundary)
    return np.asarray(shapely.get_point(shapely.shortest_line(points, met), -1), dtype=object)


def _together(parts: list[_Spots]) -> _Spots:
    """Places of several kinds one after the other."""
    edge, along, leg = (np.concatenate([getattr(part, name) for part in parts]) for name in ("edge", "along", "leg"))
    return _Spots(edge, along, leg)


def _tidy(spots: _Spots) -> _Spots:
    """Each place once, by edge and along it, with the shortest leg of those given for it."""
    order = np.lexsort((spots.leg, spots.along, spots.edge))
    edge, along, leg = spots.edge[order], spots.along[order], spots.leg[order]
    first = np.ones(len(edge), dtype=bool)
    first[1:] = (np.diff(edge) != 0) | (np.diff(along) != 0)
    return _Spots(edge[first], along[first], leg[first])
