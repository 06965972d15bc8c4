"""People before they are demand points: the rows of a population file, and people on their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from planner.inputs.layers import FloatArray, IntArray, TextArray
from planner.inputs.reading import Reading, Table
from planner.inputs.specs import PopulationSpec
from planner.inputs.spread import StreetLines
from planner.inputs.units import Units
from planner.quality import Issue

Lines = Callable[[], "StreetLines | None"]
"""Gives the streets on foot, None where they cannot be read; asked only if needed."""


@dataclass(frozen=True, slots=True)
class People:
    """Demand points as arrays (planner.inputs.layers.DemandPoints), before they are handed on."""

    x: FloatArray
    y: FloatArray
    people: Mapping[str, FloatArray]
    units: Mapping[str, TextArray]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of the file whose total can be used. index : their places in the table; people : group -> (n,) persons, 0 where missing."""

    spec: PopulationSpec
    table: Table
    index: IntArray
    names: TextArray
    people: dict[str, FloatArray]


def located(units: Units, x: FloatArray, y: FloatArray) -> TextArray:
    """Codes of the units that hold some points, "" outside."""
    found = units.locate(x, y)
    codes: TextArray = np.full(len(x), "", dtype=object)
    codes[found >= 0] = units.codes[found[found >= 0]]
    return codes


def tell_empty_units(units: Units, used: IntArray, reading: Reading) -> None:
    """Units that have no people."""
    for k in np.setdiff1d(np.arange(len(units)), used):
        reading.add(Issue("unit_without_population", "warning", units.shown, row=int(units.rows[k]), name=str(units.names[k]),
                          value=str(units.codes[k]), params={"level": units.level}))
