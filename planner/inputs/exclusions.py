"""Areas in which nothing may be built: forbidden and hazard layers (`[exclusion.NAME]`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.inputs.basemap import layer_shapes
from planner.inputs.layers import BoolArray, FloatArray
from planner.inputs.reading import Reading
from planner.inputs.specs import ExclusionSpec
from planner.quality import Issue

KINDS = ("forbidden", "hazard")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One layer of areas in the project's CRS. kind : forbidden or hazard; buffer_m : and so far around; layers : facility layers that it
    is meant for, none: all."""

    name: str
    kind: str
    shapes: npt.NDArray[np.object_]
    buffer_m: float = 0.0
    layers: tuple[str, ...] = ()

    def applies(self, layer: str) -> bool:
        """Whether the areas are closed to a facility layer."""
        return not self.layers or layer in self.layers


def read_exclusions(specs: Sequence[ExclusionSpec], crs: str, reading: Reading) -> dict[str, Exclusion]:
    """The areas of each layer. One that cannot be read blocks: a site in a flood area must not be proposed for want of a file."""
    found: dict[str, Exclusion] = {}
    for spec in specs:
        shapes = layer_shapes(spec.file, crs, reading, role=f"exclusion.{spec.name}", severity="blocking")
        record = reading.report.record(spec.file.shown)
        if shapes is None:
            if not any(issue.file == spec.file.shown for issue in reading.report.blocking):
                reading.add(Issue("exclusion_without_areas", "blocking", spec.file.shown, column=f"exclusion.{spec.name}.path"))
            continue
        record.rows_kept = len(shapes)
        found[spec.name] = Exclusion(spec.name, spec.kind, shapes, spec.buffer_m, spec.layers)
    return found


def within(shapes: npt.NDArray[np.object_], x: FloatArray, y: FloatArray, *, buffer_m: float = 0.0) -> BoolArray:
    """(n,) which places lie in one of the shapes, or within `buffer_m` of one, inclusive."""
    import shapely

    inside = np.zeros(len(x), dtype=bool)
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(shapes) and len(placed):
        points = shapely.points(np.asarray(x)[placed], np.asarray(y)[placed])
        hits = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=buffer_m)
        inside[placed[np.unique(hits[0])]] = True
    return inside


def areas_only(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The shapes that have an area: a river drawn as a line says nothing about where its banks are."""
    import shapely

    found: npt.NDArray[np.object_] = shapes[shapely.area(shapes) > 0]
    return found


def closing(exclusions: Mapping[str, Exclusion], layer: str) -> list[Exclusion]:
    """The exclusions that a facility layer must keep out of."""
    return [exclusion for exclusion in exclusions.values() if exclusion.applies(layer)]
