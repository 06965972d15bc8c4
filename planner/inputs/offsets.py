"""By how many metres is a layer off? The shift that brings its places onto what they should lie on, beside the one the formula says.

Every place looks at a window of the reference around it - streets or people's points, as squares of CELL_M - and the windows are added up:
where most of them have ground, there is the shift. So a place need not know which street is its own. The measured shift is
independent of the hypotheses; that it comes out as GCJ-02 or BD-09 would have it here is what makes them believable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.evidence import PEOPLE, STREETS, Points, Scene, border_places, sampled
from planner.inputs.layers import FloatArray

CELL_M = 25.0
REACH_CELLS = 64
"""Shifts of up to 1,600 m: BD-09 is at most 1,400 m off."""
FITS_M = 50.0
"""A measured shift so near the formula's confirms it (it is measured to about a cell or two)."""
FEWEST = 30
MOST = 400
PEAK = 0.9
_COLUMN = 1 << 31
"""More tiles than a column has, in whatever plane system: tiles are numbered column by column."""
Vector = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Offset:
    """Metres east and north by which a layer stands off: as measured on so many places, and as the formula says of them."""

    measured_m: Vector
    expected_m: Vector
    places: int

    @property
    def apart_m(self) -> float:
        """Metres between the two."""
        return float(np.hypot(self.measured_m[0] - self.expected_m[0], self.measured_m[1] - self.expected_m[1]))


def of_points(file: Points, scene: Scene, likely: str, system: str, name: str = PEOPLE) -> Offset | None:
    """The offset of a ledger, if it is in the `likely` system, against the streets or the people's points (in theirs); None if unclear."""
    layer = scene.layers[name]
    here, there = (scene.metres(file.lon, file.lat, own, layer, system) for own in (file.declared, likely))
    return _measured(here, there, _ground_points(name, scene))


def of_layer(name: str, scene: Scene, likely: str, system: str) -> Offset | None:
    """The offset of a level's borders, or of the people's points, against the streets (in their system); None if unclear."""
    if name == PEOPLE:
        assert scene.people is not None
        lon, lat = sampled(scene.people)
    else:
        lon, lat = border_places(name, scene)
    if not len(lon):
        return None
    layer = scene.layers[STREETS]
    here, there = (scene.metres(lon, lat, own, layer, system) for own in (scene.layers[name].declared, likely))
    return _measured(here, there, _ground_points(STREETS, scene))


def _ground_points(name: str, scene: Scene) -> FloatArray:
    """Points close together along the streets, or the people's points, as they were placed: (K, 2) metres."""
    if name == PEOPLE:
        return _points(scene.people_tree().geometries)
    assert scene.streets is not None
    shapes = scene.streets.shapes
    return _points(shapely.segmentize(shapes[shapely.length(shapes) > 0], CELL_M / 2))  # GEOS refuses lines of one point


def _points(shapes: npt.NDArray[np.object_]) -> FloatArray:
    """All coordinates of some shapes."""
    found: FloatArray = shapely.get_coordinates(shapes)
    return found


def _measured(here: tuple[FloatArray, FloatArray], there: tuple[FloatArray, FloatArray], ground: FloatArray) -> Offset | None:
    """The shift from `there` to `here` that most places agree on; None where the places are few or no shift stands out."""
    finite = np.flatnonzero(np.isfinite(here[0]) & np.isfinite(there[0]))
    if len(finite) > MOST:
        finite = finite[np.linspace(0, len(finite) - 1, MOST).astype(np.int64)]
    x, y = here[0][finite], here[1][finite]
    votes, places = _votes(x, y, ground)
    if places < FEWEST:
        return None
    smooth = _smoothed(votes)
    if smooth.max() <= 0 or smooth.max() < 1.15 * float(np.median(smooth)):
        return None
    row, column = np.unravel_index(int(np.argmax(smooth)), smooth.shape)
    around = slice(max(row - 2, 0), row + 3), slice(max(column - 2, 0), column + 3)
    weight = np.maximum(smooth[around] - PEAK * smooth.max(), 0.0)
    rows, columns = np.mgrid[around]
    shift_x = float((columns * weight).sum() / weight.sum() - REACH_CELLS) * CELL_M
    shift_y = float((rows * weight).sum() / weight.sum() - REACH_CELLS) * CELL_M
    expected = float(np.mean(x - there[0][finite])), float(np.mean(y - there[1][finite]))
    return Offset((-shift_x, -shift_y), expected, places)


def _votes(x: FloatArray, y: FloatArray, ground: FloatArray) -> tuple[npt.NDArray[np.float64], int]:
    """How many places would stand on the ground if all were shifted, by rows and columns of shifts; and how many had any in reach."""
    width = 2 * REACH_CELLS + 1
    votes = np.zeros((width, width))
    reach = REACH_CELLS * CELL_M
    tiles = np.floor(ground / reach).astype(np.int64)
    order = np.lexsort((tiles[:, 1], tiles[:, 0]))  # column by column, so that three tiles of a column lie in one piece
    ground, key = ground[order], tiles[order, 0] * _COLUMN + tiles[order, 1]
    places = 0
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        column, row = int(np.floor(a / reach)), int(np.floor(b / reach))
        ends = np.searchsorted(key, [(column + k) * _COLUMN + row + end for k in (-1, 0, 1) for end in (-1, 2)]).tolist()
        near = np.concatenate([ground[ends[k]:ends[k + 1]] for k in (0, 2, 4)])
        near = near[(np.abs(near - [a, b]) <= reach).all(axis=1)]
        if not len(near):
            continue
        places += 1
        cells = np.round((near - [a, b]) / CELL_M).astype(np.int64) + REACH_CELLS
        cells = cells[((cells >= 0) & (cells < width)).all(axis=1)]
        window = np.zeros((width, width), dtype=bool)
        window[cells[:, 1], cells[:, 0]] = True
        votes += window
    return votes, places


def _smoothed(votes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The mean over three by three cells: places stand beside the ground, not on it."""
    padded = np.pad(votes, 1, mode="edge")
    height, width = votes.shape
    mean: FloatArray = np.mean([padded[r:r + height, c:c + width] for r in range(3) for c in range(3)], axis=0)
    return mean
