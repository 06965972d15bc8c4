"""The drawn map of a coverage: units in classes of people covered, the layer's facilities, what was measured, and from what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.errors import InputError
from planner.export.drawn_ground import Ground, extent_of, units_above
from planner.export.drawn_sheet import DrawnFacility, DrawnSite, MapSheet
from planner.export.drawn_signs import Kind
from planner.export.palette import share_palette
from planner.i18n import pick, t
from planner.measure.city import City
from planner.measure.coverage import Coverage
from planner.plan.wording import is_invented, layer_name, level_name, population_name, source_line, travel_name
from planner.targets.catalogue import layer_info


def layer_kind(slug: str, lang: str) -> Kind:
    """The sign of a layer: the catalogue's shape and character, the same on every drawn map."""
    info = layer_info(slug)
    return Kind(info.shape, info.icon, layer_name(slug, lang))


def layer_signs(city: City, slug: str) -> tuple[DrawnFacility, ...]:
    """The facilities of a layer that have a place."""
    frame = city.layer(slug).frame
    x, y = frame["x"].to_numpy(float), frame["y"].to_numpy(float)
    status = frame["status"].to_numpy(object) if "status" in frame else np.full(len(frame), "", object)
    return tuple(DrawnFacility(float(x[k]), float(y[k]), slug, str(status[k])) for k in np.flatnonzero(np.isfinite(x) & np.isfinite(y)))


def unit_shares(city: City, found: Coverage) -> list[float | None]:
    """The share of each unit in the order of its level."""
    by_code = {unit.code: unit.share for unit in found.units}
    return [by_code[code] for code in city.boundaries.frame(found.by)["code"]]


def settings_line(city: City, found: Coverage, lang: str) -> str:
    """What was measured, in one line."""
    key = "drawn.measured_metres" if found.minutes is None else "drawn.measured"
    group = population_name(found.group, city.demand.kinds.get(found.group, ""), lang)
    share = t("ui.none", lang) if found.total.share is None else f"{found.total.share * 100:.1f}%"
    return t(key, lang, travel=travel_name(city.travels[found.travel], lang), minutes=f"{found.minutes or 0:g}",
             metres=f"{found.limit_m:,.0f}", level=level_name(found.by, lang, city.boundaries.labels), group=group, share=share,
             facilities=f"{found.facilities:,}", day=found.as_of.isoformat())


def legend_title(city: City, found: Coverage, lang: str) -> str:
    """What the classes are classes of."""
    group = population_name(found.group, city.demand.kinds.get(found.group, ""), lang)
    return t("map.legend_of", lang, title=t("map.legend_title", lang), group=group)


def coverage_sheet(city: City, found: Coverage, *, lang: str, target: float | None, made: dt.date, scenario: str = "baseline",
                   sites: Sequence[DrawnSite] = ()) -> MapSheet:
    """The sheet of a coverage's map.

    found : as it may be published (planner.measure.small_counts). target : the share asked for, 0..1, below which units are hatched; None:
    none. made : the day on which the map is made. scenario : named below the title where it is not the present state.
    """
    heading = t("ui.download.heading", lang, project=pick(city.name, lang), layer=layer_name(found.layer, lang))
    under = [settings_line(city, found, lang)]
    under += [t("drawn.scenario", lang, scenario=scenario)] if scenario != "baseline" else []
    if found.facilities_without_place:
        under.append(t("ui.coverage.without_place", lang, count=f"{found.facilities_without_place:,}"))
    return MapSheet(found.by, unit_shares(city, found), share_palette(target), lang, title=heading, lines=under,
                    legend_title=legend_title(city, found, lang), source=source_line(city, found.layer, lang), made=made,
                    invented=is_invented(city), hidden=city.demand.hide_small, kinds={found.layer: layer_kind(found.layer, lang)},
                    facilities=layer_signs(city, found.layer), sites=sites)


def of_unit(ground: Ground, sheet: MapSheet, code: str, level: str = "") -> MapSheet:
    """The sheet of one unit: its own extent, the units inside it in classes, all others grey.

    level : the unit's level; "" looks for the code from the coarsest level to that of the sheet. Raises InputError (drawn_unit_unknown).
    """
    levels = [level] if level else [*ground.coarser(sheet.level), sheet.level]
    own = next((name for name in levels if code in ground.levels[name].codes), None)
    if own is None:
        raise InputError("drawn_unit_unknown", unit=code, levels=", ".join(levels))
    inside = frozenset(part for part, above in zip(ground.levels[sheet.level].codes, units_above(ground, sheet.level, own), strict=True)
                       if above == code)
    units = ground.levels[own]
    name = units.names[units.codes.index(code)]
    title = t("drawn.unit_title", sheet.lang, unit=name, title=sheet.title) if sheet.title else ""
    return replace(sheet, title=title, extent=extent_of(units, [code]), focus=inside or frozenset((code,)), focus_level=own,
                   focus_unit=code)
