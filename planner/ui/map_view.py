"""The map of a coverage: what is painted, signed and said, from the same values as the numbers and the table beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from planner.export.backdrop import backdrop
from planner.export.geometry import MapGeometry, map_geometry
from planner.export.mapdata import MapData, MapFacility
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


def painting(desk: Desk, found: Coverage, settings: Settings, palette: Palette, chosen: str | None, page: str) -> MapData:
    """Everything that one painting shows."""
    lang = desk.lang
    shape = geometry(desk.opening)
    by_code = {unit.code: unit for unit in found.units}
    units = [by_code[code] for code in shape.codes[found.by]]
    return MapData(
        shape, found.by, [unit.share for unit in units], palette, lang, t("ui.coverage.map", lang),
        source_line(desk.city, settings.layer, lang),
        settings={"page": page, "lang": lang, "layer": settings.layer, "travel": settings.travel, "minutes": settings.minutes,
                  "by": settings.by, "scenario": state.memory().get("scenario"), "mode": "pick"},
        people=[unit.people for unit in units], selected=chosen, facilities=signs(desk.opening, settings.layer),
        kinds={settings.layer: controls.layer_name(settings.layer, lang)},
        legend_title=t("map.legend_of", lang, title=t("map.legend_title", lang),
                       group=population_name(found.group, desk.city.demand.kinds.get(found.group, ""), lang)))


def draw(data: MapData, heard: Callable[[MapEvents], None], *, height: int) -> None:
    """Put the map on the page."""
    coverage_map(data, key="map", height=height, on_event=heard)
