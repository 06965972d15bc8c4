"""A layer as it lies in its file: columns of cells, and shapes.

A feature that has no shape is None, one whose shape cannot be used is None and in `broken`; both keep their columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from planner.inputs.cells import Cell

DEGREES = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Features:
    """A layer as it lies in its file.

    columns : header -> one cell a feature. shapes : (n,) shapely shapes or None. crs : EPSG:n or WKT, "" where the file states none.
    cut : configured names that were found by their first ten bytes. guessed : whether the encoding had to be guessed.
    """

    format: str
    encoding: str
    columns: dict[str, list[Cell]]
    shapes: npt.NDArray[np.object_]
    crs: str
    broken: frozenset[int] = frozenset()
    cut: tuple[str, ...] = ()
    guessed: bool = False
    numbers: tuple[int, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.shapes)


def from_wkb(raw: npt.NDArray[np.object_] | None, count: int) -> tuple[npt.NDArray[np.object_], frozenset[int]]:
    """Shapes of their well-known bytes; those that cannot be read, or lie nowhere, are None and told."""
    if raw is None:
        return np.full(count, None, dtype=object), frozenset()
    shapes = np.empty(len(raw), dtype=object)
    broken = set()
    try:
        shapes[:] = shapely.force_2d(shapely.from_wkb(raw))
    except shapely.errors.ShapelyError:
        for k, part in enumerate(raw):
            try:
                shapes[k] = shapely.force_2d(shapely.from_wkb(part))
            except shapely.errors.ShapelyError:
                broken.add(k)
    bounds = shapely.bounds(shapes)
    for k, shape in enumerate(shapes):
        if shape is None:
            continue
        if shape.is_empty:
            shapes[k] = None
        elif not np.isfinite(bounds[k]).all():
            shapes[k] = None
            broken.add(k)
    return shapes, frozenset(broken)
