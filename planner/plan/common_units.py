"""A city seen on another's boundaries, so that two dates with different units are compared on one named set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from planner.inputs.facilities import UNIT_KEYS
from planner.inputs.layers import FacilityLayer, IntArray, TextArray
from planner.inputs.unit_lookup import UnitLookup
from planner.measure.city import City
from planner.plan.applying import apply_actions
from planner.plan.comparing import Side
from planner.plan.unit_edits import with_units


def on_boundaries(a: Side, b: Side, units_of: str) -> Callable[[City], City]:
    """How both sides of a comparison are counted: each on its own units ("own"), or both on those of side "a" or "b"."""
    if units_of == "own":
        return lambda city: city
    side = a if units_of == "a" else b
    source = apply_actions(side.city, side.actions)
    seen: dict[int, tuple[City, City]] = {}

    def view(city: City) -> City:
        if id(city) not in seen:
            seen[id(city)] = city, city if city.boundaries is source.boundaries else rezoned(city, source)
        return seen[id(city)][1]

    return view


def rezoned(city: City, source: City) -> City:
    """A city on the units of another: what stands where it stood in the other city has the codes that it has there, the rest goes by place.

    The sums over all units of a level and outside them stay.
    """
    lookup = UnitLookup(source.boundaries)
    x, y = city.demand.x, city.demand.y
    if x is source.demand.x and y is source.demand.y:
        people: Mapping[str, TextArray] = source.demand.units
    else:
        people = {level: _codes(units.codes, units.locate(x, y)) for level, units in lookup.units.items()}
    layers = {slug: _rezoned_layer(layer, source.facilities.get(slug), lookup) for slug, layer in city.facilities.items()}
    return with_units(city, source.boundaries, people, layers)


def _codes(codes: TextArray, place: IntArray) -> TextArray:
    """Codes by their number, "" for -1."""
    found: TextArray = np.append(codes, "")[place]
    return found


def _rezoned_layer(layer: FacilityLayer, other: FacilityLayer | None, lookup: UnitLookup) -> FacilityLayer:
    """A layer whose facilities count in other units."""
    if layer is other:
        return layer
    frame, known = layer.frame, {}
    if other is not None:
        there = other.frame
        known = {(str(ident), repr(x), repr(y)): k for k, (ident, x, y) in enumerate(zip(there["id"], there["x"], there["y"], strict=True))}
    columns = {f"{kind}_{level}": np.full(len(frame), "", dtype=object) for level in lookup.units for kind in ("in", "unit")}
    stated = [level for level in UNIT_KEYS if level in frame]
    for row, (ident, x, y) in enumerate(zip(frame["id"], frame["x"], frame["y"], strict=True)):
        k = known.get((str(ident), repr(x), repr(y)))
        if k is not None and other is not None:
            cells = {column: str(other.frame[column].iloc[k]) for column in columns if column in other.frame}
        else:
            lies = lookup.codes_at(x, y) if np.isfinite(x) else dict.fromkeys(lookup.units, "")
            said = {level: str(frame[level].iloc[row]) for level in stated} if layer.count_by == "stated" or not np.isfinite(x) else {}
            counts = lookup.counts_in(lies, said)
            counts = lies if isinstance(counts, str) else counts
            cells = {f"in_{level}": code for level, code in lies.items()} | {f"unit_{level}": code for level, code in counts.items()}
        for column, code in cells.items():
            columns[column][row] = code
    others = [column for column in frame.columns if str(column).startswith(("in_", "unit_")) and column not in columns]
    return replace(layer, frame=frame.drop(columns=others).assign(**columns))
