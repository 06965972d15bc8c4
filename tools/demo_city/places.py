"""Where facilities can stand: places a few metres beside walkable streets, inside a community, apart from each other."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Point

from .geometry import rng_for
from .people import Housing
from .streets import Network
from .units import Unit, Units

APART = 45.0


class Places:
    """Free places of each community, with street names for addresses."""

    def __init__(self, net: Network, units: Units, housing: list[Housing]) -> None:
        self.rng = rng_for("places")
        self.units = units
        self.housing: dict[str, list[Housing]] = {}
        for h in housing:
            self.housing.setdefault(h.code, []).append(h)
        walk = np.array([s.highway not in ("motorway", "motorway_link", "track") for s in net.streets]) & ~net.bridge
        named = [(line, s.name) for line, s in zip(net.lines, net.streets, strict=True) if s.name and not s.highway.startswith("motorway")]
        self.named = named
        self.named_tree = shapely.STRtree([line for line, _ in named])
        self.lines = shapely.STRtree(net.lines[walk])
        self.water = net.frame.water.buffer(15)
        shapely.prepare(self.water)
        self.taken: list[tuple[float, float]] = []
        self.free: dict[str, np.ndarray] = {}
        self.homes: dict[str, np.ndarray] = {}
        for u in units.community:
            self.free[u.code] = self._candidates(u, net.lines[walk])
            land = shapely.union_all([h.polygon for h in self.housing[u.code]]).buffer(35)
            among = self.free[u.code][shapely.contains(land, shapely.points(self.free[u.code]))]
            self.homes[u.code] = among if len(among) > 25 else self.free[u.code]

    def _candidates(self, unit: Unit, lines: np.ndarray) -> np.ndarray:
        """Places beside the streets of a community, about every 45 m, well inside its border."""
        land = unit.polygon.buffer(-14)
        out: list[tuple[float, float]] = []
        for k in sorted(self.lines.query(land, predicate="intersects")):
            line = lines[k]
            if line.length < 12:
                continue
            for share in (np.arange(max(1, int(line.length / 45))) + 0.5) / max(1, int(line.length / 45)):
                here = line.interpolate(share, normalized=True)
                ahead = line.interpolate(min(1.0, share + 0.02), normalized=True)
                d = np.array([ahead.x - here.x, ahead.y - here.y])
                n = float(np.hypot(*d))
                if n == 0:
                    continue
                side = float(self.rng.choice([-1, 1]) * self.rng.uniform(7, 13))
                out.append((here.x - d[1] / n * side, here.y + d[0] / n * side))
        points = np.array(out).reshape(-1, 2)
        inside = shapely.contains(land, shapely.points(points)) & ~shapely.contains(self.water, shapely.points(points))
        return points[inside]

    def _near(self, points: np.ndarray, target: tuple[float, float]) -> tuple[float, float] | None:
        """The place nearest to a target that keeps its distance from all places taken before."""
        if not len(points):
            return None
        taken = np.array(self.taken).reshape(-1, 2)
        for k in np.argsort(np.hypot(*(points - np.array(target)).T), kind="stable"):
            if not len(taken) or np.hypot(*(taken - points[k]).T).min() >= APART:
                self.taken.append((float(points[k][0]), float(points[k][1])))
                return self.taken[-1]
        return None

    def in_community(self, unit: Unit, central: float = 0.5) -> tuple[float, float] | None:
        """A place among the homes of a community; `central` draws it towards its middle."""
        homes = self.housing[unit.code]
        weight = np.array([h.people for h in homes], float)
        home = homes[int(self.rng.choice(len(homes), p=weight / weight.sum()))].polygon.centroid
        target = (central * unit.centre[0] + (1 - central) * home.x, central * unit.centre[1] + (1 - central) * home.y)
        return self._near(self.homes[unit.code], target)

    def near(self, target: tuple[float, float], units: list[Unit]) -> tuple[tuple[float, float], Unit] | None:
        """A place near a point, in the first of the given communities (nearest first) that has one."""
        point = Point(target)
        for unit in sorted(units, key=lambda u: (u.polygon.distance(point), u.code)):
            place = self._near(self.free[unit.code], target)
            if place:
                return place, unit
        return None

    def address(self, place: tuple[float, float], unit: Unit) -> str:
        """A street and number, or the village and a number."""
        point = Point(place)
        number = int(self.rng.integers(1, 260))
        near = [k for k in self.named_tree.query(point.buffer(280)) if self.named[k][0].distance(point) < 280]
        if near and unit.village < 0:
            best = min(near, key=lambda k: (self.named[k][0].distance(point), k))
            return f"{self.named[best][1]}{number}号"
        return f"{unit.name.removesuffix('村').removesuffix('社区')}{'村' if unit.village >= 0 else '社区'}{int(number / 4) + 1}号"
