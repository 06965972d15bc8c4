"""A city's cost matrices: many layers by one travel, from the disk where they were worked out before, the rest in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from planner.measure import costs, distance_cache
from planner.measure.attaching import Chosen, attach_demand, attach_facilities
from planner.measure.city import City
from planner.measure.costs import Asked, CostMatrix, Progress
from planner.units import TravelProfile

KINDS = {"start": "i8", "column": "i4", "cost_m": "f8"}
"""A cost matrix's arrays, as they are kept."""

SHARE_OF_RECALL = 0.1
"""So much of the work reading kept matrices counts for in `progress`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One layer's question: the facilities that count, and within how many metres of the network (legs included, inclusive)."""

    facilities: Chosen
    limit_m: float


def cost_matrices(city: City, wanted: Mapping[str, Wanted], travel: TravelProfile, *, budget_bytes: int | None = None,
                  progress: Progress | None = None, keep: bool = True) -> dict[str, CostMatrix]:
    """The cost matrix of each layer: rows the city's demand points, columns the layer's facilities, by one travel.

    What was worked out before, in this process or another, is read from the disk; the rest is made in one pass and, with `keep`, kept.
    Nothing is kept of work that `progress` ended. Errors, budget and progress as in `costs.cost_matrices`.
    """
    names = {layer: key(city, ask, travel) for layer, ask in wanted.items()}
    found: dict[str, CostMatrix] = {}
    for number, (layer, ask) in enumerate(wanted.items()):
        matrix = _recall(names[layer], (len(city.demand), len(ask.facilities.x)), ask.limit_m)
        if matrix is not None:
            found[layer] = matrix
        if progress is not None:
            progress(SHARE_OF_RECALL * (number + 1) / len(wanted))
    missing = {layer: ask for layer, ask in wanted.items() if layer not in found}
    if missing:
        budget = costs.budget_or_default(budget_bytes)
        asked = {layer: Asked(attach_facilities(city, ask.facilities, travel), ask.limit_m) for layer, ask in missing.items()}
        made = costs.cost_matrices(city.streets.network(travel.mode), attach_demand(city, travel), asked,
                                   budget_bytes=budget - sum(matrix.nbytes for matrix in found.values()),
                                   progress=costs.part_of(progress, SHARE_OF_RECALL, 1 - SHARE_OF_RECALL))
        for layer, matrix in made.items():
            if keep:
                keep_matrix(names[layer], matrix)
            found[layer] = matrix
    if progress is not None:
        progress(1.0)
    return {layer: found[layer] for layer in wanted}


def key(city: City, wanted: Wanted, travel: TravelProfile) -> str | None:
    """The name under which a layer's cost matrix is kept; None where it cannot be (see `distance_cache.key`)."""
    return distance_cache.key(city, travel, "matrix", wanted.facilities.digest(), float(wanted.limit_m))


def keep_matrix(name: str | None, matrix: CostMatrix) -> None:
    """Keeps a matrix under its name."""
    distance_cache.keep(name, {"start": matrix.start, "column": matrix.column, "cost_m": matrix.cost_m})


def _recall(name: str | None, shape: tuple[int, int], limit_m: float) -> CostMatrix | None:
    """A matrix from the disk; None where it is not kept, or what is kept is none of this shape."""
    kept = distance_cache.recall(name, KINDS)
    if kept is None:
        return None
    start, column = kept["start"], kept["column"]
    whole = len(start) == shape[0] + 1 and start[0] == 0 and start[-1] == len(column) == len(kept["cost_m"])
    if not whole or (len(column) and int(column.max()) >= shape[1]) or bool((np.diff(start) < 0).any()):
        return None
    return CostMatrix(shape, start, column, kept["cost_m"], limit_m)
