"""The map of a coverage: what is painted, signed and said, from the same values as the numbers and the table beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from planner.export.backdrop import backdrop
from planner.export.curves import CurveFile, curve_file
from planner.export.geometry import MapGeometry, map_geometry, reach_file
from planner.export.mapdata import MapData, MapFacility, MapSlider
from planner.export.mapfile import MapFile
from planner.export.palette import Palette
from planner.i18n import t
from planner.measure.coverage import Coverage
from planner.plan.wording import source_line
from planner.ui import controls, state
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.map_component import MapEvents, coverage_map
from planner.ui.map_files import geometry_of
from planner.ui.opening import Opening
from planner.ui.text import population_name

CAPACITIES = ("beds", "capacity", "area_m2")
"""Columns that say a facility's size, the first one that is filled in."""


def geometry(known: Opening) -> MapGeometry:
    """The project's geometry file, made once."""
    city = known.read_city()
    return known.keep("geometry", lambda: geometry_of(city, lambda: map_geometry(city.boundaries, backdrop(city))))


def signs(known: Opening, layer: str) -> tuple[MapFacility, ...]:
    """The facilities of a layer that have a place, in degrees."""

    def make() -> tuple[MapFacility, ...]:
        from pyproj import Transformer

        city = known.read_city()
        frame = city.layer(layer).frame
        x, y = frame["x"].to_numpy(float), frame["y"].to_numpy(float)
        rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        lon, lat = Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True).transform(x[rows], y[rows])
        status = frame["status"].to_numpy(object) if "status" in frame else np.full(len(frame), "", object)
        names = frame["name"].to_numpy(object) if "name" in frame else status
        sizes = [frame[column].to_numpy(object) for column in CAPACITIES if column in frame]
        size = [next(filter(None, (_size(values[row]) for values in sizes)), "") for row in rows]
        return tuple(MapFacility(float(lon[k]), float(lat[k]), layer, str(status[row]), str(names[row]), size[k])
                     for k, row in enumerate(rows))

    return known.keep(("signs", layer), make)


def _size(value: Any) -> str:
    """A size as it is to be read; "" where it is missing."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    return "" if np.isnan(number) else f"{number:,.0f}"


def curves(known: Opening, layer: str, travel: str, by: str, group: str) -> CurveFile:
    """How a layer's coverage grows with the minutes, as the file that the map's slider needs; made once."""
    from planner.measure.curves import coverage_curves

    city, day = known.read_city(), dt.date.today()
    minutes = range(1, controls.longest_minutes(known, layer, travel) + 1)
    return known.keep(("curves", layer, travel, by, group, day),
                      lambda: curve_file(coverage_curves(city, layer, travel, minutes=minutes, by=by, group=group, as_of=day)))


def reach(known: Opening, layer: str, travel: str, minutes: int) -> MapFile:
    """The border of what is within reach of a layer's facilities, as a file; made once.

    It may take seconds in a large city, so it is made outside the lock of what is kept: nobody else waits for it.
    """
    from planner.measure.service_area import service_area

    city, day = known.read_city(), dt.date.today()
    key = ("reach", layer, travel, minutes, day)
    found: MapFile | None = known.kept.get(key)
    if found is None:
        found = reach_file(service_area(city, layer, travel, minutes=minutes, as_of=day).area, city.crs)
    made = found
    return known.keep(key, lambda: made)


def sliders(known: Opening, settings: Settings, lang: str) -> dict[str, MapSlider]:
    """The page's controls that can be moved on the map too."""
    most = controls.longest_minutes(known, settings.layer, settings.travel)
    return {"minutes": MapSlider(1, most, settings.minutes, t("ui.control.minutes", lang)),
            "target": MapSlider(0, 100, round(settings.target * 100), t("ui.control.target", lang))}


def heard(event: MapEvents) -> None:
    """What every page with this map does at an event: a slider sets the page's control, the button asks for the border."""
    if event.scrubbed is not None:
        name, value = event.scrubbed
        state.memory()[name] = value
        st.session_state[name] = value
    if event.reach is not None:
        state.memory()["reach"] = event.reach


def painting(desk: Desk, found: Coverage, settings: Settings, palette: Palette, chosen: str | None, page: str) -> MapData:
    """Everything that one painting shows."""
    lang = desk.lang
    shape = geometry(desk.opening)
    by_code = {unit.code: unit for unit in found.units}
    known, asked = desk.opening, bool(state.memory().get("reach"))
    units = [by_code[code] for code in shape.codes[found.by]]
    return MapData(
        shape, found.by, [unit.share for unit in units], palette, lang, t("ui.coverage.map", lang),
        source_line(desk.city, settings.layer, lang),
        settings={"page": page, "lang": lang, "layer": settings.layer, "travel": settings.travel, "minutes": settings.minutes,
                  "by": settings.by, "scenario": state.memory().get("scenario"), "mode": "pick"},
        people=[unit.people for unit in units], selected=chosen, facilities=signs(desk.opening, settings.layer),
        kinds={settings.layer: controls.layer_name(settings.layer, lang)},
        legend_title=t("map.legend_of", lang, title=t("map.legend_title", lang),
                       group=population_name(found.group, desk.city.demand.kinds.get(found.group, ""), lang)),
        curves=curves(known, found.layer, found.travel, found.by, found.group), sliders=sliders(known, settings, lang),
        reach=reach(known, settings.layer, settings.travel, settings.minutes) if asked else None, reach_offered=True,
        reach_label=t("ui.map.reach", lang, minutes=settings.minutes))


def draw(data: MapData, heard: Callable[[MapEvents], None], *, height: int) -> None:
    """Put the map on the page."""
    coverage_map(data, key="map", height=height, on_event=heard)
