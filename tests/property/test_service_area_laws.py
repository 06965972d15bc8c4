"""Laws of service areas on random networks: every place on a street is in a stretch if and only if its network distance is within."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.measure.service_area import outlines
from planner.network import paths, stretches
from planner.network.graph import LIMIT_SLACK_M, Attachment, StreetNetwork, from_lines

CRS = "EPSG:32650"
NEAR_M = 1e-5
"""Places so near a cut are left out: sums in another order differ by rounding, and limits have a slack of a micrometre."""

seeds = st.integers(0, 2**32 - 1)
TRIES = settings(max_examples=60, deadline=None)


def network_of(rng: np.random.Generator) -> StreetNetwork:
    """Blocks with bends, parallel streets, a loop, an island, one-way streets, and lengths that the file states."""
    spots = np.array([(x, y) for x in range(3) for y in range(3)]) * 100 + rng.uniform(-20, 20, (9, 2))
    lines = []
    for i, j in itertools.combinations(range(9), 2):
        if np.hypot(*(spots[i] - spots[j])) < 135 and rng.random() < 0.8:
            for _ in range(rng.choice([1, 2], p=[0.8, 0.2])):
                bend = (spots[i] + spots[j]) / 2 + rng.uniform(-25, 25, 2)
                lines.append(shapely.LineString([spots[i], bend, spots[j]][:: rng.choice([-1, 1])]))
    lines.append(shapely.LineString([spots[4], spots[4] + (35, 0), spots[4] + (35, 35), spots[4]]))
    lines.append(shapely.LineString([(600, 600), (700, 640)]))
    oneway = rng.choice(["", "yes", "-1"], len(lines), p=[0.5, 0.3, 0.2]).tolist()
    stated = [f"{line.length * rng.uniform(1, 2)}" if rng.random() < 0.3 else "" for line in lines]
    return from_lines(lines, crs=CRS, mode=str(rng.choice(["walk", "drive"])), columns={"oneway": oneway, "length_m": stated})


def facilities_on(rng: np.random.Generator, network: StreetNetwork, count: int) -> Attachment:
    """Facilities with none to three entrances."""
    start = np.concatenate([[0], np.cumsum(rng.integers(0, 4, count))])
    edge = rng.integers(0, network.edges, start[-1])
    share = rng.choice([0.0, 1.0, 0.5, rng.random()], start[-1])
    return Attachment(start, edge, share * network.length_m[edge], rng.choice([0.0, 10.0, 90.0], start[-1]))


def on_streets(network: StreetNetwork, found: stretches.Stretches) -> Attachment:
    """Places all along every edge, and close to every cut on both sides of it."""
    edge, share = np.repeat(np.arange(network.edges), 41), np.tile(np.linspace(0.0005, 0.9995, 41), network.edges)
    cut_edge = np.tile(found.edge, 4)
    cut = np.concatenate([ends + side for ends in (found.from_m, found.to_m) for side in (-1e-3, 1e-3)])
    inside = (cut > 1e-4) & (cut < network.length_m[cut_edge] - 1e-4)
    edges, along = np.concatenate([edge, cut_edge[inside]]), np.concatenate([share * network.length_m[edge], cut[inside]])
    return Attachment(np.arange(len(edges) + 1), edges, along, np.zeros(len(edges)))


def membership(found: stretches.Stretches, point: int, places: Attachment) -> tuple[np.ndarray, np.ndarray]:
    """Whether places are in a stretch of a point, and whether they are too near a cut to ask."""
    part = slice(found.start[point], found.start[point + 1])
    same = places.edge[:, None] == found.edge[part]
    low, high, along = found.from_m[part], found.to_m[part], places.along_m[:, None]
    within = (same & (along >= low) & (along <= high)).any(axis=1)
    near = (same & (np.minimum(np.abs(along - low), np.abs(along - high)) < NEAR_M)).any(axis=1)
    return within, near


@TRIES
@given(seed=seeds, limit=st.one_of(st.just(0.0), st.floats(1.0, 500.0)))
def test_a_place_is_in_a_stretch_if_and_only_if_it_is_within_the_limit(seed: int, limit: float) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(rng)
    facilities = facilities_on(rng, network, 4)
    each = stretches.each_within(network, facilities, limit_m=limit)
    any_of = stretches.any_within(network, facilities, limit_m=limit)
    leaving = stretches.each_within(network, facilities, limit_m=limit, reverse=False)
    places = on_streets(network, each)
    cost = np.full((len(places), len(facilities)), np.inf)
    rows = paths.within(network, places, facilities, limit_m=1e6)
    cost[np.repeat(np.arange(len(places)), np.diff(rows.start)), rows.column] = rows.cost
    back = np.full((len(facilities), len(places)), np.inf)
    rows = paths.within(network, facilities, places, limit_m=1e6)
    back[np.repeat(np.arange(len(facilities)), np.diff(rows.start)), rows.column] = rows.cost
    asked = [(each, p, cost[:, p]) for p in range(len(facilities))] + [(leaving, p, back[p]) for p in range(len(facilities))]
    for found, point, metres in [*asked, (any_of, 0, cost.min(axis=1))]:
        within, near = membership(found, point, places)
        assert (metres[within & ~near] <= limit + LIMIT_SLACK_M).all()
        assert (metres[~within & ~near] > limit - LIMIT_SLACK_M).all()


@TRIES
@given(seed=seeds, limit=st.floats(1.0, 400.0), more=st.floats(0.0, 100.0))
def test_a_wider_limit_holds_the_narrower_and_together_holds_each(seed: int, limit: float, more: float) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(rng)
    facilities = facilities_on(rng, network, 4)
    narrow, wide = (stretches.each_within(network, facilities, limit_m=metres).length_m() for metres in (limit, limit + more))
    assert (narrow <= wide + NEAR_M).all()
    whole = stretches.any_within(network, facilities, limit_m=limit).length_m()[0]
    assert narrow.max() - NEAR_M <= whole <= narrow.sum() + NEAR_M
    assert whole <= network.length_m.sum() + NEAR_M


@settings(max_examples=25, deadline=None)
@given(seed=seeds, limit=st.floats(1.0, 400.0), width=st.sampled_from([1.0, 20.0, 60.0]), fill=st.sampled_from([0.0, 1000.0, 1e9]))
def test_outlines_are_valid_and_hold_their_streets(seed: int, limit: float, width: float, fill: float) -> None:
    rng = np.random.default_rng(seed)
    network = network_of(rng)
    found = stretches.each_within(network, facilities_on(rng, network, 3), limit_m=limit)
    lines = stretches.lines(network, found)
    measured = shapely.length(lines) / np.add.reduceat(*_shape_lengths(network))[found.edge] * network.length_m[found.edge]
    assert np.allclose(measured, found.to_m - found.from_m, rtol=1e-9, atol=1e-6)
    areas = outlines(lines, found.start, width_m=width, fill_m2=fill, threads=1)
    for point, area in enumerate(areas):
        mine = lines[found.start[point]:found.start[point + 1]]
        assert area.geom_type == "MultiPolygon"
        assert area.is_valid
        assert area.is_empty == (len(mine) == 0)
        assert shapely.covers(area, mine).all()
        holes = [shapely.Polygon(ring).area for part in area.geoms for ring in part.interiors]
        assert all(hole >= 0.5 * fill for hole in holes)  # simplification may take a little off a hole that stays
        corners = shapely.points(shapely.get_coordinates(area))
        assert (shapely.distance(corners, shapely.union_all(mine)) <= 1.05 * width + 1e-6).all()  # the lines were simplified by 5 %


def _shape_lengths(network: StreetNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Lengths of all pieces of shapes, and where each edge's begin."""
    step = np.hypot(*np.diff(network.shape_xy, axis=0, append=network.shape_xy[-1:]).T)
    step[network.shape_start[1:] - 1] = 0
    return step, network.shape_start[:-1]
