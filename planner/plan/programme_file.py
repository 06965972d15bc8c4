"""Candidate actions from a table: `id,do,layer,facility,lon,lat,cost` and columns to set; a fault names file, row, column and value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

from planner.errors import InputError
from planner.inputs.cells import blank, parse_number
from planner.inputs.layers import FacilityLayer
from planner.measure.city import City
from planner.plan.money import implausible, yuan_factor
from planner.plan.plain_table import Row, read_plain
from planner.plan.programme_options import Candidate
from planner.plan.scenario import Action, Value
from planner.plan.scenario_actions import RESERVED
from planner.quality import Issue, QualityReport

DO = {"add": "new", "new": "new", "新建": "new", "expand": "expand", "扩建": "expand", "convert": "convert", "改造": "convert",
      "改建": "convert", "share": "share", "共享": "share", "合建": "share", "open": "open", "启用": "open"}
"""Words of the column `do`, and the kind of action that each is."""
EXISTING = {"existing": True, "new_land": False, "现有": True, "闲置": True, "新增用地": False}
"""Words of the column `premises_kind`: whether what is built on stands."""
OWN = frozenset({"id", "do", "layer", "facility", "lon", "lat", "name", "from_layer", "host_layer", "gives_beds", "gives_m2", "premises",
                 "premises_kind", "running_cny", "price_year", "source", "certainty"})
NEEDED = ("id", "do", "layer")
GIVEN = {"gives_beds": "beds", "gives_m2": "area_m2"}


def _degrees(row: Row, column: str, most: float) -> float:
    """A coordinate in WGS84 degrees."""
    value = parse_number(row.cells.get(column)).value  # type: ignore[arg-type]
    if not abs(value) <= most:
        raise row.fault(column, "wants_degrees", most=int(most))
    return value


def read_candidates(path: Path, city: City, report: QualityReport) -> tuple[Candidate, ...]:
    """The candidate actions of a table.

    Costs are yuan, or 万元 where their header says so; one that can hardly be is an issue of the report. Raises InputError:
    programme_file_* with row, column and value where they are known.
    """
    heads, rows = read_plain(path, "programme_file")
    for column in NEEDED:
        if column not in heads:
            raise InputError("programme_file_column", file=path.name, column=column)
    money = [(head, factor) for head in heads if head not in OWN and (factor := yuan_factor(head)) is not None]
    if len(money) != 1:
        raise InputError("programme_file_cost", file=path.name, columns=", ".join(head for head, _ in money) or "-")
    found: list[Candidate] = []
    for row in rows:
        found.append(_candidate(row, city, money[0], report))
        if sum(one.id == found[-1].id for one in found) > 1:
            raise row.fault("id", "repeated")
    if not found:
        raise InputError("programme_file_none", file=path.name)
    return tuple(found)


def _candidate(row: Row, city: City, money: tuple[str, float], report: QualityReport) -> Candidate:
    """One row."""
    ident, do, layer = row.text("id"), row.text("do").lower(), row.text("layer")
    if not ident:
        raise row.fault("id", "wants_text")
    if do not in DO:
        raise row.fault("do", "wants_do", allowed=", ".join(DO))
    if layer not in city.facilities:
        raise row.fault("layer", "no_layer", layers=", ".join(city.facilities))
    column, factor = money
    cost = row.number_of(column)
    if cost is None:
        raise row.fault(column, "wants_number")
    cost_cny = round(cost * factor, 2)
    if implausible(cost_cny, "site"):
        report.issues.append(Issue("cost_magnitude", "warning", row.file, None, row.number, column, ident, row.text(column),
                                   "programme_file_magnitude", {"cny": f"{cost_cny:,.0f}"}))
    kind = DO[do]
    make: Mapping[str, Callable[[Row, City, str, str, dict[str, Value]], tuple[tuple[Action, ...], str]]] = {
        "new": _new, "expand": _changed, "open": _changed, "convert": _converted, "share": _shared}
    actions, host = make[kind](row, city, ident, layer, _values(row, city.facilities[layer], column))
    premises_kind = row.text("premises_kind").lower()
    if premises_kind and premises_kind not in EXISTING:
        raise row.fault("premises_kind", "wants_do", allowed=", ".join(EXISTING))
    place = actions[-1] if actions[-1].lon is not None and kind in ("new", "convert") else None
    return Candidate(ident, kind, layer, cost_cny, actions, row.text("name"), host, row.text("premises"),
                     EXISTING.get(premises_kind, False), row.number_of("running_cny"), False, row.text("price_year"), row.text("source"),
                     row.text("certainty"), "", place.lon if place else None, place.lat if place else None)


def _values(row: Row, layer: FacilityLayer, money: str) -> dict[str, Value]:
    """The columns that a row sets: as the layer's ledger holds them, numbers or text."""
    found: dict[str, Value] = {}
    for column in row.cells:
        if not column or column in OWN or column == money or blank(row.cells[column]):  # type: ignore[arg-type]
            continue
        if column in RESERVED or column.startswith(("in_", "unit_")):
            raise row.fault(column, "reserved")
        numeric = column in layer.frame and layer.frame[column].dtype.kind in "fiu"
        plain = parse_number(row.cells[column]).value  # type: ignore[arg-type]
        if numeric or (column not in layer.frame and math.isfinite(plain)):
            value = row.number_of(column)
            assert value is not None
            found[column] = float(value)
        else:
            found[column] = row.text(column)
    return found


def _facility(row: Row, city: City, slug: str, column: str = "facility") -> tuple[str, int]:
    """The facility that a row names, and its row in the layer."""
    ident = row.text(column)
    if not ident:
        raise row.fault(column, "wants_text")
    rows = [k for k, one in enumerate(city.facilities[slug].frame["id"]) if str(one) == ident]
    if len(rows) != 1:
        raise row.fault(column, "no_facility" if not rows else "facility_twice", layer=slug)
    return ident, rows[0]


def _new(row: Row, city: City, ident: str, layer: str, values: dict[str, Value]) -> tuple[tuple[Action, ...], str]:
    """A new facility at a place."""
    return (Action("add", layer, ident, values, _degrees(row, "lon", 180.0), _degrees(row, "lat", 90.0)),), ""


def _changed(row: Row, city: City, ident: str, layer: str, values: dict[str, Value]) -> tuple[tuple[Action, ...], str]:
    """New totals of an existing facility's columns (larger, or spare beds opened)."""
    host, _ = _facility(row, city, layer)
    if not values:
        raise row.fault("facility", "nothing_set")
    numbers = all(isinstance(value, float) for value in values.values())
    return (Action("expand" if numbers else "set", layer, host, values),), host


def _converted(row: Row, city: City, ident: str, layer: str, values: dict[str, Value]) -> tuple[tuple[Action, ...], str]:
    """Premises made into a facility (with a place), a facility of another layer (`from_layer`), or one of the same raised to a standard."""
    if not row.text("facility"):
        return _new(row, city, ident, layer, values)
    origin = row.text("from_layer") or layer
    if origin == layer:
        return _changed(row, city, ident, layer, values)
    if origin not in city.facilities:
        raise row.fault("from_layer", "no_layer", layers=", ".join(city.facilities))
    host, _ = _facility(row, city, origin)
    return (Action("convert", origin, host, values, to_layer=layer),), host


def _shared(row: Row, city: City, ident: str, layer: str, values: dict[str, Value]) -> tuple[tuple[Action, ...], str]:
    """A facility under another's roof, which gives up the stated beds or floor area."""
    origin = row.text("host_layer") or layer
    if origin not in city.facilities:
        raise row.fault("host_layer", "no_layer", layers=", ".join(city.facilities))
    host, at = _facility(row, city, origin)
    frame = city.facilities[origin].frame
    left: dict[str, Value] = {}
    for column, of in GIVEN.items():
        amount = row.number_of(column)
        if not amount:
            continue
        has = float(frame[of].iloc[at]) if of in frame and frame[of].dtype.kind in "fiu" else math.nan
        if not has >= amount:
            raise row.fault(column, "too_few", host=host, has="-" if math.isnan(has) else f"{has:g}", of=of)
        left[of] = has - amount
        values.setdefault(of, float(amount))
    if not left:
        raise row.fault("gives_beds", "gives_nothing", host=host)
    lon, lat = _degrees_of(city, origin, at)
    if lon is None or lat is None:
        raise row.fault("facility", "no_place", layer=origin)
    return (Action("expand", origin, host, left), Action("add", layer, ident, values, lon, lat)), host


def _degrees_of(city: City, slug: str, row: int) -> tuple[float | None, float | None]:
    """Where a facility stands, in WGS84; None where nobody knows."""
    import numpy as np

    from planner.inputs.coordinates import WGS84, convert, parse_system

    frame = city.facilities[slug].frame
    x, y = float(frame["x"].iloc[row]), float(frame["y"].iloc[row])
    if not (math.isfinite(x) and math.isfinite(y)):
        return None, None
    lon, lat = convert(parse_system(city.crs), parse_system(WGS84), np.array([x]), np.array([y]))
    return float(lon[0]), float(lat[0])
