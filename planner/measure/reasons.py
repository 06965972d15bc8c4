"""Why people are beyond a facility: too far even in a straight line, a detour, no way, no street - and what lies between.

Each person beyond is counted under one cause, so that they add up to the people beyond. Let w be the way to the nearest facility, s the
straight line to the facility nearest as the crow flies, and L the limit:

- unattached: no street comes near enough; unreached: streets, but no way to any facility;
- far: s > L, so that no street could help: a facility is missing there;
- detour: s <= L < w: there is one within the limit, but the streets do not lead to it directly enough. Where that straight line
  crosses water or a railway of the basemap, it is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.inputs.layers import BoolArray, FloatArray, IntArray
from planner.measure.attaching import Chosen, counting_facilities, facility_name
from planner.measure.by_unit import weighted_quantile
from planner.measure.city import City
from planner.measure.coverage import Coverage, crow_metres, nearest_in_reach, straight_line, unit_of_points, within
from planner.measure.sharing import SHARED, sharing, straight_allowed

CAUSES = ("far", "detour", "unreached", "unattached")
BARRIERS = ("water", "rail")
"""Kinds of the basemap that a straight line is held against, as planner.toml names them."""
MOST = 0.5
"""A barrier is named where it lies between the facility and more than this share of the people who must make a detour."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the people of a unit (code "": of all) who are beyond a facility are so.

    people : persons beyond, by cause; they add up to the coverage's people_beyond. main : the cause of most of them, "no_facility" where
    none counts, "" where nobody is beyond. behind : kind of barrier -> persons of the detour with it in between. barrier : the kind that
    most of them have in between, else "". facility : nearest to most of those beyond who reach one. way_m,
    straight_m : of the person in the middle of those beyond, None where there is no way.
    """

    code: str
    people: dict[str, float]
    main: str
    behind: dict[str, float]
    barrier: str
    facility: str
    way_m: float | None
    straight_m: float | None

    @property
    def beyond(self) -> float:
        """Persons beyond."""
        return float(sum(self.people.values()))


def why_beyond(city: City, found: Coverage, code: str = "") -> Reason:
    """Why the people whom a coverage counts as beyond are so, in one of its units or, by default, in all of the project.

    `found` is as measured, before small counts are taken out (who publishes takes out these too). Barriers are looked for where all
    may use any facility, and only among what the project's basemap has.
    """
    travel, chosen = city.travel(found.travel), counting_facilities(city, found.layer, found.as_of)
    who = sharing(city, chosen, found.reach, found.by)
    near = nearest_in_reach(city, chosen, travel, who)
    straight_m = straight_line(city, chosen) if who.everybody else straight_allowed(city, chosen, who, crow_metres)
    heads = np.nan_to_num(city.demand.group(found.group))
    inside = _inside(city, found.by, code)
    points = np.flatnonzero(inside & ~within(near.cost_m, found.limit_m) & (heads > 0))
    weights, way, crow = heads[points], near.cost_m[points], straight_m[points]
    reached = np.isfinite(way)
    cause = np.select([~near.attached[points], ~reached, ~within(crow, found.limit_m)], [3, 2, 0], 1)
    people = {name: float(weights[cause == k].sum()) for k, name in enumerate(CAUSES)}
    main = max(CAUSES, key=lambda name: people[name]) if len(points) else ""
    detour = points[cause == 1]
    behind = _behind(city, chosen, detour, heads) if found.reach == SHARED else {}
    barrier = max(behind, key=lambda kind: behind[kind], default="")
    return Reason(
        code, people, "no_facility" if main and not len(chosen.row) else main, behind,
        barrier if barrier and behind[barrier] > MOST * people["detour"] else "", _most_near(city, chosen, near.facility[points], weights),
        weighted_quantile(way[reached], weights[reached], 0.5), weighted_quantile(crow[np.isfinite(crow)], weights[np.isfinite(crow)], 0.5))


def _inside(city: City, by: str, code: str) -> BoolArray:
    """(I,) demand points of a unit, all of them for code ""."""
    if not code:
        return np.ones(len(city.demand), dtype=bool)
    codes = city.boundaries.frame(by)["code"].tolist()
    inside: BoolArray = unit_of_points(city, by, codes) == codes.index(code)
    return inside


def _most_near(city: City, chosen: Chosen, facility: IntArray, weights: FloatArray) -> str:
    """The name, or else the id, of the facility that is nearest to most of some people; "" where they reach none."""
    reached = facility >= 0
    if not reached.any():
        return ""
    most = np.bincount(facility[reached], weights=weights[reached], minlength=len(chosen.row))
    return facility_name(city, chosen, int(np.argmax(most)))


def _behind(city: City, chosen: Chosen, points: IntArray, heads: FloatArray) -> dict[str, float]:
    """People whose straight line to the facility nearest as the crow flies crosses a kind of barrier."""
    kinds = [kind for kind in BARRIERS if len(city.basemap.get(kind, ()))]
    if not len(points) or not kinds:
        return {}
    import shapely

    shapes, tree = _facility_tree(city, chosen)
    homes = shapely.points(city.demand.x[points], city.demand.y[points])
    lines = shapely.shortest_line(homes, shapes[tree.nearest(homes)])
    found = {}
    for kind in kinds:
        crossed: BoolArray = np.zeros(len(points), dtype=bool)
        crossed[_barrier_tree(city, kind).query(lines, predicate="intersects")[0]] = True
        found[kind] = float(heads[points[crossed]].sum())
    return found


def _facility_tree(city: City, chosen: Chosen) -> tuple[Any, Any]:
    """The facilities as they are measured to in a straight line - area, else entrances, else point - and the tree to find them by."""
    import shapely

    key = ("facility shapes", chosen.digest())
    if key not in city.cache:
        extents = chosen.extents
        shapes = shapely.points(chosen.x, chosen.y)
        for j in np.flatnonzero(extents.has_doors).tolist():
            part = slice(int(extents.door_start[j]), int(extents.door_start[j + 1]))
            shapes[j] = shapely.MultiPoint(np.column_stack([extents.door_x[part], extents.door_y[part]]))
        areas = extents.has_area
        shapes[areas] = extents.area[areas]
        city.cache[key] = shapes, shapely.STRtree(shapes)
    found: tuple[Any, Any] = city.cache[key]
    return found


def _barrier_tree(city: City, kind: str) -> Any:
    """The tree over the basemap's shapes of a kind."""
    import shapely

    key = ("basemap tree", kind)
    if key not in city.cache:
        city.cache[key] = shapely.STRtree(np.asarray(city.basemap[kind], dtype=object))
    return city.cache[key]
