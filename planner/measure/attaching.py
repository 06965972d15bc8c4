"""Where people and the facilities picked from layers meet the network."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.inputs.layers import Extents, FloatArray, IntArray, joined, points_only
from planner.inputs.status import BoolArray
from planner.measure.city import City
from planner.network.areas import attach_areas, gathered
from planner.network.graph import Attachment
from planner.network.snap import attach
from planner.units import TravelProfile


@dataclass(frozen=True, slots=True)
class Chosen:
    """Facilities picked from one or more layers. layer : (J,) slug, row : (J,) row in that layer's frame, x, y : (J,) metres, extents :
    areas and entrances of those that are more than a point."""

    layer: npt.NDArray[np.object_]
    row: IntArray
    x: FloatArray
    y: FloatArray
    extents: Extents

    def digest(self) -> bytes:
        """Everything that decides where the facilities are entered, in a few bytes: equal for equal places, in any process."""
        import shapely

        about, extents = hashlib.sha256(), self.extents
        for array in (self.x, self.y, extents.door_start, extents.door_x, extents.door_y):
            about.update(len(array).to_bytes(8, "little"))
            about.update(np.ascontiguousarray(array).tobytes())
        for number in np.flatnonzero(extents.has_area).tolist():
            shape = shapely.to_wkb(extents.area[number], output_dimension=2, byte_order=1)
            about.update(number.to_bytes(8, "little") + len(shape).to_bytes(8, "little") + shape)
        return about.digest()

    def take(self, rows: IntArray) -> Chosen:
        """Some of the facilities, in the order of `rows`."""
        return Chosen(self.layer[rows], self.row[rows], self.x[rows], self.y[rows], self.extents.take(rows))


def choose(city: City, picked: Mapping[str, BoolArray]) -> Chosen:
    """The facilities of `picked` (layer -> mask over its rows) that have a place; those placed by name have none."""
    slugs, rows, xs, ys, parts = [], [], [], [], []
    for slug, mask in picked.items():
        layer = city.layer(slug)
        frame = layer.frame
        x, y = frame["x"].to_numpy(float), frame["y"].to_numpy(float)
        row = np.flatnonzero(mask & np.isfinite(x) & np.isfinite(y))
        slugs.append(np.full(len(row), slug, dtype=object))
        rows.append(row)
        xs.append(x[row])
        ys.append(y[row])
        parts.append(points_only(len(row)) if layer.extents is None else layer.extents.take(row))
    if not slugs:
        none = np.empty(0)
        return Chosen(np.empty(0, dtype=object), np.empty(0, dtype=np.int64), none, none, points_only(0))
    return Chosen(np.concatenate(slugs), np.concatenate(rows).astype(np.int64), np.concatenate(xs), np.concatenate(ys),
                  joined(parts))


def places_as_chosen(layer: str, x: FloatArray, y: FloatArray) -> Chosen:
    """Places that are no facilities (candidates, seats of units), for the functions that measure from facilities; row is their number."""
    return Chosen(np.full(len(x), layer, dtype=object), np.arange(len(x), dtype=np.int64), np.asarray(x, dtype=np.float64),
                  np.asarray(y, dtype=np.float64), points_only(len(x)))


def chosen_together(first: Chosen, *others: Chosen) -> Chosen:
    """Several choices one after the other."""
    parts = (first, *others)
    layer, row, x, y = (np.concatenate([getattr(part, name) for part in parts]) for name in ("layer", "row", "x", "y"))
    return Chosen(layer, row, x, y, joined([part.extents for part in parts]))


def counting_facilities(city: City, slug: str, as_of: dt.date) -> Chosen:
    """The facilities of one layer that count on a day and have a place."""
    return choose(city, {slug: city.counting(slug, as_of).counts})


def facility_name(city: City, chosen: Chosen, k: int) -> str:
    """The name of a chosen facility, or its id where it has none."""
    row = city.layer(str(chosen.layer[k])).frame.iloc[int(chosen.row[k])]
    return str(row["name"]) or str(row["id"])


def attach_demand(city: City, travel: TravelProfile) -> Attachment:
    """Where the demand points stand on the network of a travel."""
    key = ("attach", travel.mode, travel.max_snap_m)
    if key not in city.cache:
        city.cache[key] = attach(city.streets.network(travel.mode), city.demand.x, city.demand.y, max_snap_m=travel.max_snap_m)
    found: Attachment = city.cache[key]
    return found


def attach_facilities(city: City, chosen: Chosen, travel: TravelProfile, *, seen_from: Attachment | None = None) -> Attachment:
    """Where the chosen facilities stand on the network of a travel: at their entrances, else along the edge of their area, else at their
    point. Ways to areas are exact from the demand points, or from other places: `seen_from` (planner.network.areas)."""
    if seen_from is not None and bool((chosen.extents.has_area & ~chosen.extents.has_doors).any()):
        return _attach(city, chosen, travel, seen_from)
    key = ("attach facilities", travel.mode, travel.max_snap_m, chosen.digest())
    if key not in city.cache:
        city.cache[key] = _attach(city, chosen, travel, None)
    found: Attachment = city.cache[key]
    return found


def _attach(city: City, chosen: Chosen, travel: TravelProfile, seen_from: Attachment | None) -> Attachment:
    """Points, entrances and areas, each in their way."""
    network, extents = city.streets.network(travel.mode), chosen.extents
    doors = extents.has_doors
    areas = extents.has_area & ~doors
    points = np.flatnonzero(~(doors | areas))
    parts = [(points, attach(network, chosen.x[points], chosen.y[points], max_snap_m=travel.max_snap_m))]
    if doors.any():
        each = attach(network, extents.door_x, extents.door_y, max_snap_m=travel.max_snap_m)
        owner = np.repeat(np.arange(len(extents)), np.diff(extents.door_start))
        parts.append((owner, each))
    if areas.any():
        beside = attach_demand(city, travel) if seen_from is None else seen_from
        own = attach_areas(network, extents.area[areas], max_snap_m=travel.max_snap_m, beside=beside)
        parts.append((np.flatnonzero(areas), own))
    return gathered(len(extents), tuple(parts))
