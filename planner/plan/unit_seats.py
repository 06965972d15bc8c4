"""Seats of units: where a township or a village is, when it is looked at as one place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from planner.errors import InputError
from planner.inputs.layers import TOTAL, BoolArray, FloatArray
from planner.measure.attaching import counting_facilities
from planner.measure.city import City
from planner.plan.affected import centre, unit_mask
from planner.plan.gaps import heads


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats of the units of a level, in the order of codes. x, y : (A,) metres. how : (A,) `facility` (of the layer of seats), `people`
    (the home nearest to the people-weighted centre) or `shape` (a point inside, where nobody lives)."""

    level: str
    code: tuple[str, ...]
    name: tuple[str, ...]
    x: FloatArray
    y: FloatArray
    how: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.code)


def units_of_class(city: City, level: str, unit_class: str | None) -> BoolArray:
    """(A,) the units of a class, all of them for None. Raises InputError for an unknown level, and for a class that no unit has."""
    frame = city.boundaries.frame(level)
    if unit_class is None:
        return np.ones(len(frame), dtype=np.bool_)
    mine: BoolArray = frame["class"].to_numpy(dtype=object) == unit_class
    if not mine.any():
        known = ", ".join(sorted({str(word) for word in frame["class"]}))
        raise InputError("units_class_unknown", level=level, name=unit_class, classes=known)
    return mine


def seats(city: City, level: str, *, layer: str | None = None, as_of: dt.date | None = None) -> Seats:
    """The seats of the units of a level: the first facility of `layer` by id that counts in the unit and has a place (offices of townships,
    say), else the home nearest to the centre of its people. Raises InputError for an unknown level or layer."""
    frame = city.boundaries.frame(level)
    codes, names = [str(code) for code in frame["code"]], [str(name) for name in frame["name"]]
    inner = frame.geometry.representative_point()
    x, y = inner.x.to_numpy(dtype=np.float64).copy(), inner.y.to_numpy(dtype=np.float64).copy()
    how = ["shape"] * len(codes)
    people = heads(city, TOTAL)
    for k, code in enumerate(codes):
        home = centre(city, unit_mask(city, level, code), people)
        if home is not None:
            (x[k], y[k]), how[k] = home, "people"
    if layer is not None:
        chosen = counting_facilities(city, layer, as_of or dt.date.today())
        ledger = city.layer(layer).frame
        units, ids = ledger[f"unit_{level}"].to_numpy(dtype=object)[chosen.row], ledger["id"].to_numpy(dtype=object)[chosen.row]
        place = {code: k for k, code in enumerate(codes)}
        for facility in np.argsort(ids.astype(str), kind="stable")[::-1].tolist():  # the first by id is written last, and stays
            if (at := place.get(str(units[facility]))) is not None:
                x[at], y[at], how[at] = chosen.x[facility], chosen.y[facility], "facility"
    return Seats(level, tuple(codes), tuple(names), x, y, tuple(how))
