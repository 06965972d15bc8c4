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
from planner.inputs.specs import BasemapSpec, FileRef
from planner.quality import Issue


def basemap_shapes(specs: Sequence[BasemapSpec], crs: str, reading: Reading) -> dict[str, npt.NDArray[np.object_]]:
    """The shapes of each kind in the project's CRS; what a file lacks in shapes or system is not drawn, and the report says so."""
    found = dict[str, list[npt.NDArray[np.object_]]]()
    for spec in specs:
        shapes = layer_shapes(spec.file, crs, reading, role=f"basemap.{spec.name}", severity="warning")
        if shapes is not None:
            found.setdefault(spec.kind, []).append(shapes)
    return {kind: np.concatenate(parts) for kind, parts in found.items()}


def layer_shapes(file: FileRef, crs: str, reading: Reading, *, role: str, severity: str) -> npt.NDArray[np.object_] | None:
    """A layer's shapes in the project's CRS; None where there are none, or no system for them, which the report says with `severity`."""
    table = reading.table(file, (), role=role)
    if table is None or table.shapes is None:
        return None
    if not table.crs:
        reading.add(Issue("crs_missing", severity, file.shown, sentence="crs_missing_blocking"))
        return None
    try:
        source = parse_system(table.crs)
    except CrsError as error:
        reading.add(Issue("crs_unsupported", severity, file.shown, value=table.crs, sentence=error.code, params=error.params))
        return None
    shapes = table.shapes[[shape is not None and not shape.is_empty for shape in table.shapes]]
    moved = shapely.transform(shapely.force_2d(shapes), partial(convert, source, parse_system(crs)), interleaved=False)
    whole: npt.NDArray[np.object_] = moved[np.isfinite(shapely.bounds(moved)).all(axis=1)]
    return whole
