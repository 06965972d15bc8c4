"""Blind spots as areas, for drawing only: people are counted at their homes, never by what lies inside a shape.

The shape of a blind spot is the ground that is nearer to its homes than to anybody else's, and no farther from them than half the distance
up to which homes are neighbours. So shapes of two blind spots never overlap, no home within reach lies in one, and a home alone is a disc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.inputs.layers import TOTAL
from planner.network.parallel import side_by_side

if TYPE_CHECKING:
    from planner.measure.blind_spots import BlindSpot
    from planner.measure.city import City

QUARTER_SEGMENTS = 6
"""Straight pieces of a quarter circle."""
GRID_M = 0.01
"""Homes that lie so close are one place: shares of ground between them would be slivers."""
GeometryArray = npt.NDArray[np.object_]


def shapes(city: City, spots: Sequence[BlindSpot], join_m: float, *, threads: int | None = None) -> GeometryArray:
    """(S,) the shapes of some blind spots in the project's CRS, valid MultiPolygons. join_m : as they were found with."""
    import shapely

    found = np.empty(len(spots), dtype=object)
    if not spots:
        return found
    reach_m = join_m / 2
    x, y, owner = _places(city, spots, reach_m)
    cells = _cells(x, y, reach_m)
    mine = _by_owner(owner, len(spots))

    def draw(_: None, k: int) -> Any:
        rows = mine[k]
        discs = shapely.buffer(shapely.points(x[rows], y[rows]), reach_m, quad_segs=QUARTER_SEGMENTS)
        area = shapely.union_all(shapely.intersection(cells[rows], discs))
        if not shapely.is_valid(area):  # slivers between arcs that were straightened differently
            area = shapely.buffer(area, 0.0)
        return shapely.MultiPolygon([part for part in shapely.get_parts(area) if part.geom_type == "Polygon"])

    found[:] = side_by_side(lambda: None, draw, range(len(spots)), threads, None)
    return found


def _by_owner(owner: npt.NDArray[np.int64], count: int) -> list[npt.NDArray[np.int64]]:
    """The places of each blind spot."""
    order = np.argsort(owner, kind="stable")
    start = np.searchsorted(owner[order], np.arange(count + 1))
    return [order[start[k]:start[k + 1]] for k in range(count)]


def _places(city: City, spots: Sequence[BlindSpot], reach_m: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64],
                                                                           npt.NDArray[np.int64]]:
    """The homes of the blind spots and those around them, each place once: x, y and the number of the blind spot, -1 for others."""
    from scipy.spatial import cKDTree

    owner = np.full(len(city.demand), -1, dtype=np.int64)
    for k, one in enumerate(spots):
        owner[one.points] = k
    somebody = (owner >= 0) | (np.nan_to_num(city.demand.people.get(TOTAL, np.ones(len(owner)))) > 0)
    places = np.column_stack([city.demand.x, city.demand.y])
    away = cKDTree(places[owner >= 0]).query(places, distance_upper_bound=2 * reach_m)[0]
    rows = np.flatnonzero(somebody & np.isfinite(away))
    rows = rows[np.argsort(owner[rows] < 0, kind="stable")]  # of several people at one place, those beyond reach are drawn
    _, first = np.unique(np.round(places[rows] / GRID_M), axis=0, return_index=True)
    kept = rows[np.sort(first)]
    return places[kept, 0], places[kept, 1], owner[kept]


def _cells(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], reach_m: float) -> GeometryArray:
    """(K,) the ground that is nearer to each place than to any other, out to beyond `reach_m` around all of them."""
    import shapely

    room = shapely.box(x.min() - 2 * reach_m, y.min() - 2 * reach_m, x.max() + 2 * reach_m, y.max() + 2 * reach_m)
    if len(x) == 1:
        return np.array([room], dtype=object)
    found: GeometryArray = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(np.column_stack([x, y])), extend_to=room,
                                                                      ordered=True))
    return found
