"""Do the units tile the ground? Overlaps and gaps between units of one level, children beside their parents.

Layers that share their corners - most do - are seen to be sound by one pass over their edges (GEOS's coverage validation, any number of
units in a second or so); only what that pass doubts is measured. An enclave is no fault: a unit in another's hole leaves no gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.coordinates import System, to_wgs84
from planner.inputs.layers import FloatArray, IntArray
from planner.inputs.reading import Reading
from planner.inputs.specs import LEVELS
from planner.inputs.units import Units, coarser
from planner.quality import Issue

SLIVER_M = 2.0
"""An overlap or a gap narrower than this is a matter of digitising, not of territory (docs/quality.md)."""
NOISE_M = 0.1
"""One narrower than this comes from rounding coordinates to six decimals of a degree."""
WIDE_M = 100.0
"""A hole wider than this is rather a lake or a place that belongs to nobody here than a slip between neighbours."""
OPEN_M = 20.0
"""So narrow a gap that opens to the outside is taken for one; what is wider is a bay of the outline."""
LEAST_OPEN_M2 = 100.0
LEAST_SHARE = 0.01
"""Less of a unit outside its parent, or of a parent without children, comes from levels drawn at different scales."""
MOST_TOLD = 50
"""So many faults of a kind and level are told one by one, the largest first; the others in one line."""
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class _Level:
    """One level while it is looked at. sound : none of its units overlap; gaps : what lies between them."""

    units: Units
    sound: bool
    gaps: Shapes


def check(units: Mapping[str, Units], above: Mapping[str, Mapping[str, npt.NDArray[np.object_]]], crs: System, reading: Reading,
          doubtful: set[str]) -> None:
    """Tells overlaps, gaps, units outside their parents and parents that their units do not cover; levels in doubt are left out."""
    looked: dict[str, _Level] = {}
    for level, found in units.items():
        if level in LEVELS and level not in doubtful:
            sound = not _overlaps(found, reading)
            union = shapely.coverage_union_all(found.shapes) if sound else shapely.union_all(found.shapes)
            looked[level] = _Level(found, sound, _gaps(found, union, crs, reading))
    for level, low in looked.items():
        upper = next((name for name in coarser(list(looked), level)), None)
        if upper is not None:
            _nesting(low, looked[upper].units, above[level][upper], crs, reading)


# ---- overlaps --------------------------------------------------------------------------------------------------------
def _overlaps(found: Units, reading: Reading) -> bool:
    """Tells pairs of units that share ground, the width of it deciding what it is called; whether any edge is out of place."""
    faulty = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(found.shapes)))
    if not len(faulty):
        return False
    pairs: set[tuple[int, int]] = set()
    for predicate in ("overlaps", "contains", "within"):
        first, second = found.tree.query(found.shapes[faulty], predicate=predicate)
        pairs |= {(min(a, b), max(a, b)) for a, b in zip(faulty[first].tolist(), second.tolist(), strict=True) if a != b}
    told = []
    for a, b in sorted(pairs):
        shared = shapely.intersection(found.shapes[a], found.shapes[b])
        area, width = shapely.area(shared), mean_width_m(shared)
        if width > NOISE_M:
            told.append((area, width, *((a, b) if found.rows[a] > found.rows[b] else (b, a))))
    for code, severity, some in (("geometry_overlap", "warning", [one for one in told if one[1] >= SLIVER_M]),
                                 ("geometry_sliver", "info", [one for one in told if one[1] < SLIVER_M])):
        some.sort(key=lambda one: -one[0])
        for area, width, late, other in sorted(some[:MOST_TOLD], key=lambda one: one[2:]):
            reading.add(Issue(code, severity, found.shown, row=int(found.rows[late]), name=str(found.names[late]),
                              value=str(found.names[other]),
                              params={"other": str(found.names[other]), "hectares": f"{area / 1e4:.2f}", "width": f"{width:.1f}"}))
        _tell_rest(code, severity, found, [one[0] for one in some[MOST_TOLD:]], reading)
    return True


def mean_width_m(shape: shapely.Geometry) -> float:
    """The mean width of a long and narrow polygon: twice its area by the length of its edge; 0 of what has no area."""
    length = float(shapely.length(shape))
    return 2.0 * float(shapely.area(shape)) / length if length > 0 else 0.0


def _tell_rest(code: str, severity: str, found: Units, areas_m2: list[float], reading: Reading) -> None:
    """The faults of a kind that are not told one by one, in one line."""
    if areas_m2:
        reading.add(Issue(code, severity, found.shown, sentence=f"{code}_more",
                          params={"count": len(areas_m2), "hectares": f"{sum(areas_m2) / 1e4:.2f}", "shown": MOST_TOLD}))


# ---- gaps ------------------------------------------------------------------------------------------------------------
def _gaps(found: Units, union: shapely.Geometry, crs: System, reading: Reading) -> Shapes:
    """Tells ground between units of a level that none of them holds, and gives it: holes, and narrow gaps that open to the outside."""
    rings = [ring for part in shapely.get_parts(union) for ring in shapely.get_rings(part)[1:]]
    holes = [shapely.Polygon(ring) for ring in rings]
    near = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(found.shapes, gap_width=OPEN_M)))
    if len(near):
        holes += _open_gaps(found.shapes[near], union, holes)
    measured = [(shape, float(shapely.area(shape)), mean_width_m(shape)) for shape in holes]
    gaps = [one for one in measured if one[2] > NOISE_M]
    gaps.sort(key=lambda one: -one[1])
    for severity, some in (("warning", [one for one in gaps if SLIVER_M <= one[2] < WIDE_M]),
                           ("info", [one for one in gaps if not SLIVER_M <= one[2] < WIDE_M])):
        for shape, area, width in some[:MOST_TOLD]:
            beside = sorted(found.tree.query(shape, predicate="dwithin", distance=NOISE_M).tolist(), key=lambda k: int(found.rows[k]))
            one = beside[0] if beside else None
            sentence = "geometry_hole" if width >= WIDE_M else "geometry_gap_sliver" if width < SLIVER_M else None
            names = ", ".join(str(found.names[k]) for k in beside[:4]) + ("…" if len(beside) > 4 else "")
            reading.add(Issue("geometry_gap", severity, found.shown, row=None if one is None else int(found.rows[one]),
                              name=None if one is None else str(found.names[one]), value=where(shape, crs), sentence=sentence,
                              params={"names": names, "hectares": f"{area / 1e4:.2f}", "width": f"{width:.1f}"}))
        _tell_rest("geometry_gap", severity, found, [one[1] for one in some[MOST_TOLD:]], reading)
    return np.array([one[0] for one in gaps], dtype=object)


def _open_gaps(shapes: Shapes, union: shapely.Geometry, holes: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """Narrow ground between two of some units that opens to the outside: what closing them by half of OPEN_M fills."""
    together = shapely.union_all(shapes)
    wider = shapely.buffer(together, OPEN_M / 2, join_style="mitre", mitre_limit=5.0)
    filled = shapely.difference(shapely.buffer(wider, -OPEN_M / 2, join_style="mitre", mitre_limit=5.0), union)
    known = shapely.union_all(np.array(holes, dtype=object)) if holes else shapely.Polygon()
    tree = shapely.STRtree(shapes)
    found = []
    for part in shapely.get_parts(shapely.difference(filled, known)):
        if shapely.area(part) >= LEAST_OPEN_M2 and len(tree.query(part, predicate="dwithin", distance=NOISE_M)) > 1:
            found.append(part)
    return found


def where(shape: shapely.Geometry, crs: System) -> str:
    """Longitude and latitude (WGS84) of a point of a shape, as a person copies them into a map."""
    point = shapely.point_on_surface(shape)
    lon, lat = to_wgs84(crs, np.array([shapely.get_x(point)]), np.array([shapely.get_y(point)]))
    return f"{lon[0]:.5f}, {lat[0]:.5f}"


# ---- children and parents --------------------------------------------------------------------------------------------
def _nesting(low: _Level, upper: Units, parents: npt.NDArray[np.object_], crs: System, reading: Reading) -> None:
    """Tells units that reach out of their parent, and parents that their units do not cover."""
    own = low.units
    parent = np.array([upper.by_code.get(str(code), -1) if code else -1 for code in parents], dtype=np.int64)
    outside_m2 = _outside(own, upper, parent, reading)
    _uncovered(low, upper, parent, outside_m2, crs, reading)


def _outside(own: Units, upper: Units, parent: IntArray, reading: Reading) -> FloatArray:
    """Square metres of each unit outside its parent; units of which that is more than a matter of scale are told."""
    outside_m2 = np.zeros(len(own))
    known = np.flatnonzero(parent >= 0)
    _ = upper.tree  # prepares the shapes
    loose = known[~shapely.covers(upper.shapes[parent[known]], own.shapes[known])]
    rest = shapely.difference(own.shapes[loose], upper.shapes[parent[loose]])
    outside_m2[loose] = shapely.area(rest)
    for k, shape in zip(loose.tolist(), rest, strict=True):
        share = outside_m2[k] / max(float(shapely.area(own.shapes[k])), 1.0)
        if share >= LEAST_SHARE and mean_width_m(shape) >= SLIVER_M:
            reading.add(Issue("unit_outside_parent", "warning", own.shown, row=int(own.rows[k]), name=str(own.names[k]),
                              value=str(upper.names[parent[k]]), params={"parent": str(upper.names[parent[k]]), "share": f"{share:.0%}",
                                                                         "hectares": f"{outside_m2[k] / 1e4:.2f}"}))
    return outside_m2


def _uncovered(low: _Level, upper: Units, parent: IntArray, outside_m2: FloatArray, crs: System, reading: Reading) -> None:
    """Tells parents of which a part stands in no unit below, gaps told before aside. Parents without any unit below are none of it."""
    own = low.units
    inside = np.zeros(len(upper))
    known = parent >= 0
    np.add.at(inside, parent[known], (shapely.area(own.shapes) - outside_m2)[known])
    area = shapely.area(upper.shapes)
    for k in np.flatnonzero((inside > 0) & ((area - inside >= LEAST_SHARE * area) | (not low.sound))).tolist():
        rest = shapely.difference(upper.shapes[k], shapely.union_all(own.shapes[own.tree.query(upper.shapes[k])]))
        if len(low.gaps):
            rest = shapely.difference(rest, shapely.union_all(low.gaps))
        bare = float(shapely.area(rest))
        if bare < LEAST_SHARE * area[k] or mean_width_m(rest) < SLIVER_M:
            continue
        parts = shapely.get_parts(rest)
        largest = parts[int(np.argmax(shapely.area(parts)))]
        reading.add(Issue("geometry_gap", "warning", own.shown, name=str(upper.names[k]), value=where(largest, crs),
                          sentence="parent_not_covered", params={"share": f"{bare / area[k]:.0%}", "hectares": f"{bare / 1e4:.2f}"}))
