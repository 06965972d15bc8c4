"""Laws of facilities that are more than a point, on random streets."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.network import paths
from planner.network.areas import STEP_M, attach_areas, gathered
from planner.network.graph import Attachment, StreetNetwork, from_lines
from planner.network.snap import attach

CRS = "EPSG:32650"
CLOSE_M = 1e-5
SNAP_M = 150.0
seeds = st.integers(0, 2**32 - 1)


def streets(rng: np.random.Generator) -> list[shapely.LineString]:
    """A grid of bent streets with gaps, and an island."""
    spots = {(i, j): np.array([i, j]) * 100 + rng.uniform(-25, 25, 2) for i in range(5) for j in range(5)}
    lines = []
    for (i, j), here in spots.items():
        for there in (spots.get((i + 1, j)), spots.get((i, j + 1))):
            if there is not None and rng.random() < 0.8:
                lines.append(shapely.LineString([here, (here + there) / 2 + rng.uniform(-15, 15, 2), there]))
    return [*lines, shapely.LineString([(600, 600), (700, 640)])]


def network_of(lines: list[shapely.LineString]) -> StreetNetwork:
    return from_lines(lines, crs=CRS)


def people(rng: np.random.Generator, network: StreetNetwork, count: int = 30) -> Attachment:
    return attach(network, *rng.uniform(-50, 700, (2, count)), max_snap_m=SNAP_M)


def area(rng: np.random.Generator) -> shapely.Polygon:
    """A park somewhere, with corners."""
    middle, size = rng.uniform(50, 350, 2), rng.uniform(20, 130)
    return shapely.affinity.rotate(shapely.box(*(middle - size / 2), *(middle + np.array([size, size / 2]))), rng.uniform(0, 90))


def entered(network: StreetNetwork, shape: shapely.Geometry, beside: Attachment | None = None) -> Attachment:
    return attach_areas(network, np.array([shape], dtype=object), max_snap_m=SNAP_M, beside=beside)


def metres(network: StreetNetwork, here: Attachment, there: Attachment) -> np.ndarray:
    return paths.nearest(network, here, there)[0]


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_a_tiny_area_is_its_point_within_its_size(seed):
    rng = np.random.default_rng(seed)
    network = network_of(streets(rng))
    middle, here = rng.uniform(0, 400, 2), people(rng, network)
    around = middle + np.array([(0, 0), *((np.cos(turn), np.sin(turn)) for turn in np.arange(12) * np.pi / 6)]) * 0.1
    as_points = np.array([metres(network, here, attach(network, *at[:, None], max_snap_m=SNAP_M)) for at in around])
    heard = np.isfinite(as_points).all(axis=0)
    as_points = as_points[:, heard]
    still = np.ptp(as_points, axis=0) < 1  # else two streets are as near, and the point is a toss-up itself
    as_area = metres(network, here, entered(network, shapely.box(*(middle - 0.02), *(middle + 0.02)), here))[heard]
    assert (np.abs(as_area - as_points[0])[still] < 1).all()


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_cutting_streets_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    lines, shape = streets(rng), area(rng)
    cut = [part for line in lines for part in ([line] if rng.random() < 0.5 else list(halves(line, rng.uniform(0.2, 0.8))))]
    whole, parts = network_of(lines), network_of(cut)
    x, y = rng.uniform(-50, 700, (2, 30))
    found = []
    for network in (whole, parts):
        here = attach(network, x, y, max_snap_m=SNAP_M)
        found.append(metres(network, here, entered(network, shape, here)))
    both = np.isfinite(found[0])
    assert (both == np.isfinite(found[1])).all()
    # new nodes are places where one may leave the street exactly, which the whole street has only every STEP_M
    assert (np.abs(found[0][both] - found[1][both]) <= STEP_M).all()


def halves(line: shapely.LineString, share: float) -> tuple[shapely.LineString, shapely.LineString]:
    from shapely.ops import substring

    return substring(line, 0, share, normalized=True), substring(line, share, 1, normalized=True)


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_no_way_is_shorter_than_the_straight_one_nor_much_longer_for_strangers(seed):
    rng = np.random.default_rng(seed)
    network, shape = network_of(streets(rng)), area(rng)
    x, y = rng.uniform(-50, 700, (2, 40))
    here = attach(network, x, y, max_snap_m=SNAP_M)
    known, strangers = (metres(network, here, entered(network, shape, beside)) for beside in (here, None))
    assert (known >= shapely.distance(shapely.points(x, y), shape) - CLOSE_M).all()
    assert (strangers >= known - CLOSE_M).all()
    inside = np.array([shape.contains(place) for place in _where(network, here)])
    on = np.repeat(np.arange(len(x)), np.diff(here.start))[inside]
    assert np.allclose(known[on], here.leg_m[inside], atol=CLOSE_M)  # along streets inside one has arrived


def _where(network: StreetNetwork, at: Attachment) -> list[shapely.Point]:
    lines = [shapely.LineString(network.shape_xy[a:b]) for a, b in zip(network.shape_start[:-1], network.shape_start[1:], strict=True)]
    return [lines[edge].interpolate(along) for edge, along in zip(at.edge.tolist(), at.along_m.tolist(), strict=True)]


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_one_more_entrance_never_makes_a_way_longer(seed):
    rng = np.random.default_rng(seed)
    network = network_of(streets(rng))
    here, doors = people(rng, network), rng.uniform(-50, 500, (2, 5))
    before = np.full(len(here), np.inf)
    for count in range(1, 6):
        each = attach(network, *doors[:, :count], max_snap_m=SNAP_M)
        now = metres(network, here, gathered(1, ((np.zeros(count, dtype=np.int64), each),)))
        alone = metres(network, here, attach(network, *doors[:, count - 1:count], max_snap_m=SNAP_M))
        assert (now == np.minimum(before, alone)).all()
        before = now


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_areas_do_not_know_of_each_other(seed):
    rng = np.random.default_rng(seed)
    network = network_of(streets(rng))
    here, shapes = people(rng, network), np.array([area(rng), None, area(rng)], dtype=object)
    together = attach_areas(network, shapes, max_snap_m=SNAP_M, beside=here)
    apart = gathered(3, tuple((np.array([k]), entered(network, shape, here)) for k, shape in enumerate(shapes)))
    for name in ("start", "edge", "along_m", "leg_m"):
        assert np.array_equal(getattr(together, name), getattr(apart, name))
