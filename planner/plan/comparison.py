"""选址比选表: candidates that passed, side by side on figures whose weights are shown and can be edited.

Each figure is brought to 0..1 between the least and the greatest of the candidates that passed, 1 being best (of cost the least is); a
figure that is not known counts 0. The score is their mean by the weights. It compares candidates one by one, and says nothing about
which of them go well together: that is the model's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.layers import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.measure.costs import CostMatrix
    from planner.plan.screening import Screened

LESS_IS_BETTER = ("cost",)


def compare(city: City, screened: Screened, open_: IntArray, matrix: CostMatrix, people: FloatArray, before: BoolArray,
            cost_cny: FloatArray, stock: BoolArray) -> dict[str, FloatArray]:
    """The figures (planner.plan.siting_sections.WEIGHTS) of the candidates `open_`, (K,) each; NaN where not known.

    matrix : pairs of demand and those candidates; before : (I,) who is covered already.
    """
    found = screened.candidates
    row = np.repeat(np.arange(len(people)), np.diff(matrix.start))
    count = len(open_)
    within = np.bincount(matrix.column, people[row], minlength=count).astype(np.float64)
    fresh = np.bincount(matrix.column, people[row] * ~before[row], minlength=count).astype(np.float64)
    someone = np.flatnonzero(people > 0)
    away = np.full(count, np.nan)
    if len(someone) and count:
        from scipy.spatial import cKDTree

        tree = cKDTree(np.column_stack([city.demand.x[someone], city.demand.y[someone]]))
        away = np.asarray(tree.query(np.column_stack([found.x[open_], found.y[open_]]))[0], dtype=np.float64)
    return {"people": within, "new_people": fresh, "area": found.number("area_m2")[open_], "cost": cost_cny[open_],
            "existing": stock[open_].astype(np.float64), "people_away": away}


def scores(figures: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """(K,) 0..1, the mean of the figures brought to 0..1, by their weights; all 0 where no figure has a weight."""
    count = len(next(iter(figures.values()))) if figures else 0
    total, mean = sum(weights.get(name, 0.0) for name in figures), np.zeros(count)
    for name, values in figures.items():
        if weights.get(name, 0.0) > 0:
            mean += weights[name] / total * _scaled(values, less=name in LESS_IS_BETTER)
    return mean


def _scaled(values: FloatArray, *, less: bool) -> FloatArray:
    """Between the least (0) and the greatest (1), or the other way round; NaN as 0, and 1 where all that is known is the same."""
    known = np.isfinite(values)
    made = np.zeros(len(values))
    if known.any():
        low, high = float(values[known].min()), float(values[known].max())
        made[known] = 1.0 if high == low else (values[known] - low) / (high - low)
        if less and high > low:
            made[known] = 1.0 - made[known]
    return made
