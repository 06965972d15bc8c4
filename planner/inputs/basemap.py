"""Shapes that are drawn under a map for orientation: water, railways, green. They count for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import shapely

from planner.errors import CrsError
from planner.inputs.coordinates import convert, parse_system
from planner.inputs.reading import Reading
from planner.inputs.specs import BasemapSpec
from planner.quality import Issue


def basemap_shapes(specs: Sequence[BasemapSpec], crs: str, reading: Reading) -> dict[str, npt.NDArray[np.object_]]:
    """The shapes of each kind in the project's CRS; what a file lacks in shapes or system is not drawn, and the report says so."""
    target, found = parse_system(crs), dict[str, list[npt.NDArray[np.object_]]]()
    for spec in specs:
        table = reading.table(spec.file, (), role=f"basemap.{spec.name}")
        if table is None or table.shapes is None:
            continue
        if not table.crs:
            reading.add(Issue("crs_missing", "warning", spec.file.shown, sentence="crs_missing_blocking"))
            continue
        try:
            source = parse_system(table.crs)
        except CrsError as error:
            reading.add(Issue("crs_unsupported", "warning", spec.file.shown, value=table.crs, sentence=error.code, params=error.params))
            continue
        shapes = table.shapes[[shape is not None and not shape.is_empty for shape in table.shapes]]
        moved = shapely.transform(shapely.force_2d(shapes), partial(convert, source, target), interleaved=False)
        found.setdefault(spec.kind, []).append(moved[np.isfinite(shapely.bounds(moved)).all(axis=1)])
    return {kind: np.concatenate(parts) for kind, parts in found.items()}
