"""What is doubtful in a project's walking network, weighed by the people it concerns. The signs themselves: network.breaks, borders."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from planner.inputs.layers import FloatArray
from planner.measure.attaching import attach_demand
from planner.measure.borders import Border, BorderGap, Rim, at_borders, borders, rim
from planner.measure.city import City
from planner.measure.completeness import Completeness, group_of, road_completeness
from planner.network import breaks
from planner.network.breaks import DETOUR, FAR_M, GAP_M, ClosePlaces
from planner.network.graph import Attachment, StreetNetwork
from planner.network.snap import attach
from planner.units import TravelProfile

BUFFER_M = 2000.0
"""As [project] buffer_m has it, where nothing else is said."""

LISTED = 50
"""So many doubts of one kind are listed, the gravest first; the number of all is told beside them."""

SEARCHED_M = 20_000.0
"""Ways of the listed doubts are told up to this; longer ones are no walk."""

AT_ONCE = 500
"""Searches in one go: bounds the memory."""


@dataclass(frozen=True, slots=True)
class PartFound:
    """A connected part of the network with what is attached to it. share : of all metres of street. lon, lat : a place on it (WGS84)."""

    number: int
    length_m: float
    share: float
    people: float
    facilities: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class JoinSuspected:
    """Two places near each other and far along the streets: perhaps a bridge or a gate is missing in the file.

    kind : network.breaks.KINDS. way_m : metres along the streets, None where `connected` is False or it is more than SEARCHED_M.
    people : persons within FAR_M of it along the streets, on the side with fewer. lon, lat : the first place; to_lon, to_lat : the other.
    """

    kind: str
    gap_m: float
    way_m: float | None
    connected: bool
    people: float
    lon: float
    lat: float
    to_lon: float
    to_lat: float


@dataclass(frozen=True, slots=True)
class NetworkQuality:
    """The walking network of a project, examined.

    Parts: number and metres of all; people, of `group`, and facilities (all layers, whatever their status) by whether they are attached
    to the longest part; `parts` lists the longest, then those that hold somebody or something. joins and border_gaps are the gravest
    LISTED of *_found (crossings after the others: most are bridges); joins_with_people counts those that concern anybody. crossings : lines
    that cross without a junction, bridges among them; touching : junctions on the middle of another street; junctions : for comparison.
    """

    group: str
    gap_m: float
    detour: float
    far_m: float
    nodes: int
    edges: int
    length_m: float
    parts_found: int
    length_outside_m: float
    people: float
    people_unattached: float
    people_outside: float
    facilities: int
    facilities_outside: int
    parts: tuple[PartFound, ...]
    border_gaps_found: int
    border_gaps: tuple[BorderGap, ...]
    borders: tuple[Border, ...]
    joins_found: int
    joins_with_people: int
    joins: tuple[JoinSuspected, ...]
    crossings: int
    touching: int
    junctions: int
    rim: Rim
    completeness: Completeness

    def to_dict(self) -> dict[str, Any]:
        """The examination as JSON, the key `network` of `planner check --network`."""
        return {**asdict(self), "rim": {**asdict(self.rim), "is_cut": self.rim.is_cut},
                "borders": [{**asdict(border), "is_cut": border.is_cut} for border in self.borders]}


def _walk(city: City) -> TravelProfile:
    """The project's first travel on foot: how far people may stand from a street."""
    return next((travel for travel in city.travels.values() if travel.mode == "walk"), TravelProfile("walk", "walk", 60.0))


def _degrees(city: City, x: FloatArray, y: FloatArray) -> tuple[list[float], list[float]]:
    """lon and lat of places in the project's CRS, to about a centimetre."""
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.round(lon, 7).tolist(), np.round(lat, 7).tolist()


def _facility_places(city: City) -> tuple[FloatArray, FloatArray]:
    """Metres of all facilities with a place."""
    frames = [layer.frame for layer in city.facilities.values()]
    x, y = (np.concatenate([np.empty(0), *(frame[key].to_numpy(float) for frame in frames)]) for key in ("x", "y"))
    known = np.isfinite(x) & np.isfinite(y)
    return x[known], y[known]


def _on_parts(network: StreetNetwork, at: Attachment, weights: FloatArray) -> FloatArray:
    """Weight attached to each part; a point of several places counts where its first is."""
    rows = np.flatnonzero(at.attached)
    part = network.component[network.tail[at.edge[at.start[rows]]]]
    count = int(network.component.max(initial=-1)) + 1
    return np.bincount(part, weights=weights[rows], minlength=count).astype(np.float64)


def people_beside(network: StreetNetwork, pairs: ClosePlaces, demand: Attachment, people: FloatArray, *, within_m: float) -> FloatArray:
    """(K,) people within some metres of each pair along the streets, on the side of the pair that has fewer."""
    from planner.network import kernel
    from planner.network.places import Places, places

    graph = breaks.undirected(network)
    points = Places(demand.start, demand.edge.astype(np.int32), demand.along_m, demand.leg_m)
    sides = []
    for edge, along in ((pairs.edge, pairs.along_m), (pairs.to_edge, pairs.to_along_m)):
        side = np.zeros(len(pairs))
        for first in range(0, len(pairs), AT_ONCE):
            part = slice(first, min(first + AT_ONCE, len(pairs)))
            count = part.stop - first
            near = kernel.reach(graph, places(count, np.arange(count), edge[part], along[part], np.zeros(count)), points, within_m)
            source = np.repeat(np.arange(count), np.diff(near.start))
            side[part] = np.bincount(source, weights=people[near.column], minlength=count)
        sides.append(side)
    fewer: FloatArray = np.minimum(*sides)
    return fewer


def network_quality(city: City, *, buffer_m: float = BUFFER_M, gap_m: float = GAP_M, detour: float = DETOUR, far_m: float = FAR_M,
                    listed: int = LISTED) -> NetworkQuality:
    """Examines the walking network of a project: parts, ends at borders, missing joins, the boundary's rim, road completeness.

    buffer_m : how far beyond the boundary the project looks ([project] buffer_m). Raises NetworkError where there is no walking network.
    """
    network, group = city.streets.network("walk"), group_of(city)
    people, demand = city.demand.group(group), attach_demand(city, _walk(city))
    fx, fy = _facility_places(city)
    facilities = attach(network, fx, fy, max_snap_m=_walk(city).max_snap_m)
    on_people, on_facilities = _on_parts(network, demand, people), _on_parts(network, facilities, np.ones(len(fx)))
    close = breaks.close_places(network, gap_m=gap_m, reach_m=max(far_m, detour * gap_m))
    at_border, units, told = at_borders(city, network, close)
    rest = (close.kind != "end") | ~np.isin(close.node, list(told))  # what is told at borders is not told again
    joins = breaks.far_apart(network, close.pick(rest), detour=detour, far_m=far_m)
    beside = people_beside(network, joins, demand, people, within_m=far_m)
    gravest = np.lexsort((joins.gap_m, -beside, joins.kind == "crossing", beside <= 0))[:listed]
    length = float(network.length_m.sum())
    found = breaks.parts(network)
    return NetworkQuality(
        group, gap_m, detour, far_m, network.nodes, network.edges, length, len(found), sum(part.length_m for part in found[1:]),
        float(people.sum()), float(people[~demand.attached].sum()), float(on_people[1:].sum()), len(fx), int(on_facilities[1:].sum()),
        _part_rows(city, found, length, on_people, on_facilities), len(at_border), _border_rows(city, network, at_border, units, listed),
        borders(city, network, units), len(joins), int((beside > 0).sum()), _join_rows(city, network, joins.pick(gravest), beside[gravest]),
        int((close.kind == "crossing").sum()), int((close.kind == "touch").sum()), breaks.junctions(network),
        rim(city, network, buffer_m), road_completeness(city, group=group))


def _part_rows(city: City, found: tuple[breaks.Part, ...], length_m: float, people: FloatArray,
               facilities: FloatArray) -> tuple[PartFound, ...]:
    """The longest part, and the others that hold people or facilities, those with most people first."""
    held = [part for part in found if part.number == 0 or people[part.number] > 0 or facilities[part.number] > 0]
    held.sort(key=lambda part: (part.number > 0, -people[part.number], -facilities[part.number], part.number))
    lon, lat = _degrees(city, np.array([part.x for part in held]), np.array([part.y for part in held]))
    return tuple(PartFound(part.number, part.length_m, part.length_m / length_m, float(people[part.number]), int(facilities[part.number]),
                           a, b) for part, a, b in zip(held, lon, lat, strict=True))


def _reached(network: StreetNetwork, pairs: ClosePlaces) -> list[float | None]:
    """Metres along the streets, looked for as far as people may be told of; None beyond."""
    return [float(way) if np.isfinite(way) else None for way in breaks.ways(network, pairs, SEARCHED_M)]


def _connected(network: StreetNetwork, pairs: ClosePlaces) -> list[bool]:
    """Whether both places of each pair are on one part."""
    part = network.component[network.tail]
    found: list[bool] = (part[pairs.edge] == part[pairs.to_edge]).tolist()
    return found


def _border_rows(city: City, network: StreetNetwork, pairs: ClosePlaces, units: list[tuple[str, int, int]],
                 listed: int) -> tuple[BorderGap, ...]:
    """The first ends at borders, with the names of both units."""
    pairs, units = pairs.pick(np.arange(min(listed, len(pairs)))), units[:listed]
    lon, lat = _degrees(city, pairs.x, pairs.y)
    rows, ways = [], _reached(network, pairs)
    for (level, here, there), gap, way, one, a, b in zip(units, pairs.gap_m, ways, _connected(network, pairs), lon, lat, strict=True):
        frame = city.boundaries.frame(level)
        (code, to_code), (name, to_name) = (frame[key].iloc[[here, there]] for key in ("code", "name"))
        rows.append(BorderGap(level, str(code), str(name), str(to_code), str(to_name), float(gap), way, one, a, b))
    return tuple(rows)


def _join_rows(city: City, network: StreetNetwork, pairs: ClosePlaces, people: FloatArray) -> tuple[JoinSuspected, ...]:
    """Suspected joins with their ways."""
    here, there = _degrees(city, pairs.x, pairs.y), _degrees(city, pairs.to_x, pairs.to_y)
    columns = (pairs.kind, pairs.gap_m, _reached(network, pairs), _connected(network, pairs), people, *here, *there)
    return tuple(JoinSuspected(str(kind), float(gap), way, one, float(who), *places)
                 for kind, gap, way, one, who, *places in zip(*columns, strict=True))
