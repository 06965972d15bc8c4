"""Who lacks beds and who has free ones: by a number of beds for 1,000 people, by a table, and suppliers outside the city."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from planner.errors import InputError
from planner.inputs.coordinates import WGS84, System, parse_system, to_plane
from planner.measure.city import City
from planner.plan.balance import Place, unit_places
from planner.plan.unit_tables import read_rows, read_unit_table


def by_ratio(city: City, level: str, slugs: Sequence[str], per_1000: float, group: str, day: dt.date,
              ) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Units short of a number of beds for 1,000 people, and units that have more. Raises InputError: balance_no_beds, layer_unknown."""
    places = unit_places(city, level, group)
    people = np.nan_to_num(city.demand.group(group))
    own = dict.fromkeys(places, 0.0)
    for slug in slugs:
        frame, counts = city.layer(slug).frame, city.counting(slug, day).counts
        if "beds" not in frame or f"unit_{level}" not in frame:
            raise InputError("balance_no_beds", layer=slug)
        for code, beds in zip(frame[f"unit_{level}"].to_numpy(object)[counts], np.nan_to_num(frame["beds"].to_numpy(float))[counts],
                              strict=True):
            if code in own:
                own[code] += float(beds)
    unmet, free = [], []
    for code, (name, x, y) in places.items():
        need = round(per_1000 / 1000 * float(people[city.demand.units[level] == code].sum()), 6)
        if need > own[code]:
            unmet.append(Place(code, name, float(math.ceil(need - own[code])), x, y))
        elif own[code] >= need + 1:
            free.append(Place(code, name, float(math.floor(own[code] - need)), x, y))
    return tuple(unmet), tuple(free)


def by_table(city: City, level: str, path: Path, group: str) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Unmet demand and free beds as a table states them. Raises InputError: unit_table_*, balance_table."""
    table, places = read_unit_table(path, city, level), unit_places(city, level, group)
    if "unmet" not in table and "free" not in table:
        raise InputError("balance_table", file=path.name)
    made = [tuple(Place(code, *places[code][:1], beds, *places[code][1:]) for code, beds in table.get(column, {}).items()
                  if beds > 0 and code in places) for column in ("unmet", "free")]
    return made[0], made[1]


def suppliers_outside(path: Path, city: City) -> tuple[Place, ...]:
    """Suppliers outside the city, from a table `id,name,lon,lat,free[,more_min]`. Raises InputError: unit_table_*, balance_suppliers."""
    heads, rows = read_rows(path)
    for column in ("id", "lon", "lat", "free"):
        if column not in heads:
            raise InputError("balance_suppliers", file=path.name, column=column)
    found = []
    for row in rows:
        values = {column: row.number_of(column) for column in ("free", "more_min")}
        try:
            lon, lat = float(row.text("lon")), float(row.text("lat"))
        except ValueError:
            raise row.fault("lon", "wants_degrees") from None
        if not (abs(lon) <= 180 and abs(lat) <= 90 and row.text("id")):
            raise row.fault("lon", "wants_degrees")
        x, y = to_plane(System(WGS84, True), np.array([lon]), np.array([lat]), parse_system(city.crs))
        found.append(Place(row.text("id"), row.text("name") or row.text("id"), values["free"] or 0.0, float(x[0]), float(y[0]),
                           values["more_min"] or 0.0, True))
    return tuple(found)
