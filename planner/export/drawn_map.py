"""The one painter of still maps: units in classes, gaps hatched, facilities, sites, names - and everything that a map on paper must bear.

The classes and colours are those of the live map (planner.export.palette). A drawing is shapes of reportlab.graphics, so that one and the
same map becomes a page of a report, a PDF, an SVG or a picture (planner.export.drawn_files). Lengths on paper are points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from reportlab.graphics.shapes import Drawing, Group, Rect

from planner import __version__
from planner.export import drawn_ground as ground_of
from planner.export.drawn_colours import (
    ASIDE,
    ASIDE_NAME,
    BORDERS,
    FOCUS,
    GREEN,
    GREEN_EDGE,
    INVENTED,
    LAND,
    ON_DARK,
    ON_LIGHT,
    RAIL,
    SPOT,
    STREETS,
    WATER,
    WATER_OVER,
)
from planner.export.drawn_ground import Ground, Units, View, view_of
from planner.export.drawn_labels import Name, Taken, place_names
from planner.export.drawn_legend import Painted, draw_legend, legend_of
from planner.export.drawn_shapes import INK_NAME, WHITE, brightness, colour, fill, fitted, hatch, lines, outline, text, wrapped
from planner.export.drawn_sheet import MapSheet
from planner.export.drawn_signs import INK, Kind, facility_sign, north_arrow, scale_bar, site_sign, status_style
from planner.export.geometry import GeometryArray
from planner.export.line_breaks import text_width
from planner.export.palette import class_string
from planner.i18n import t

RADII = ((40, 4.2), (120, 3.5), (400, 2.2))
"""Facilities in view up to so many -> radius of their signs."""
FEWEST_RADIUS = 1.4


def draw_map(ground: Ground, sheet: MapSheet, width: float, height: float) -> Drawing:
    """The map as a drawing of a width and height in points: title above, legend beside, sources and declarations below.

    Raises ValueError where shares do not fit the units.
    """
    units = ground.levels[sheet.level]
    if len(sheet.shares) != len(units.codes):
        raise ValueError(f"{len(units.codes)} units of {sheet.level}, {len(sheet.shares)} shares")
    drawing = Drawing(width, height)
    top = height - _head(drawing, sheet, width, height)
    bottom = _foot(drawing, sheet, width)
    side = min(max(width * 0.24, 84.0), 150.0)
    extent = sheet.extent or ground_of.extent_of(units)
    view = view_of(extent, 0.5, bottom + 0.5, width - side - 8, top - bottom - 1)
    parts = _paint(drawing, ground, sheet, view)
    _frame(drawing, ground, sheet, view)
    drawing.add(draw_legend(legend_of(ground, sheet, parts), width - side, bottom, side, top - bottom))
    return drawing


def _head(drawing: Drawing, sheet: MapSheet, width: float, height: float) -> float:
    """The title and the lines under it; gives the height taken."""
    if not sheet.title:
        return 0.0
    y = height - 13
    drawing.add(text(0, y, fitted(sheet.title, 13, width), 13, INK_NAME))
    y -= 2
    for words in sheet.lines:
        for line in wrapped(words, 7.5, width):
            y -= 10
            drawing.add(text(0, y, line, 7.5, INK))
    return height - y + 6


def _foot(drawing: Drawing, sheet: MapSheet, width: float) -> float:
    """Sources, declarations and the fields to fill in, from the lower edge up; gives the height taken."""
    if not sheet.source:
        return 0.0
    lang, size = sheet.lang, 6.5
    made = t("map.made", lang, date=sheet.made.isoformat(), version=__version__) if sheet.made else ""
    said = [sheet.source, t("map.stamp", lang), t("map.approval", lang), "　".join(filter(None, (t("drawn.fields", lang), made)))]
    rows = [line for words in said for line in wrapped(words, size, width)]
    for k, line in enumerate(reversed(rows)):
        drawing.add(text(0, 2 + k * size * 1.3, line, size, INK))
    return len(rows) * size * 1.3 + 6


def _paint(drawing: Drawing, ground: Ground, sheet: MapSheet, view: View) -> Painted:
    """The map itself, from the ground up."""
    done = Painted()
    drawing.add(Rect(view.left, view.bottom, view.width, view.height, fillColor=LAND, strokeColor=None))
    _add(drawing, *(fill(ground_of.areas_in(ground.layers[kind], view), paint)
                    for kind, paint in (("green", GREEN), ("water", WATER)) if kind in ground.layers))
    units = ground.levels[sheet.level]
    seen = ground_of.within(units.tree, view)
    shapes = ground_of.cut(ground_of.simple_areas(ground_of.areas(ground_of.on_paper(units.shapes[seen], view))), view)
    _paint_units(drawing, sheet, units, seen, shapes, done)
    _paint_backdrop(drawing, ground, view, done)
    _paint_borders(drawing, ground, sheet, view, shapes, done)
    for spot in sheet.spots:
        area = ground_of.cut(ground_of.areas(ground_of.on_paper(np.array([spot.area], dtype=object), view)), view)
        _add(drawing, outline(area, WHITE, 2.0), outline(area, SPOT, 1.0))
    taken = Taken()
    _paint_signs(drawing, sheet, view, taken, done)
    _paint_names(drawing, ground, sheet, view, seen, taken)
    return done


def _add(drawing: Drawing | Group, *shapes: Any) -> None:
    """Shapes that there may be none of."""
    for shape in shapes:
        if shape is not None:
            drawing.add(shape)


def _paint_units(drawing: Drawing, sheet: MapSheet, units: Units, seen: Any, shapes: GeometryArray, done: Painted) -> None:
    """Units in the colours of their classes, hatched below the target, with white lines between them."""
    marks = class_string(sheet.palette, sheet.shares)
    groups: dict[str, list[int]] = {}
    for place, k in enumerate(seen.tolist()):
        aside = sheet.focus is not None and units.codes[k] not in sheet.focus
        groups.setdefault("aside" if aside else "plain" if sheet.plain else marks[k], []).append(place)
    done.aside = "aside" in groups
    for mark in sorted(groups):
        some = shapes[groups[mark]]
        if mark in ("aside", "plain"):
            _add(drawing, fill(some, ASIDE if mark == "aside" else WHITE))
            continue
        shade = sheet.palette.null_color if mark == "-" else sheet.palette.colors[ord(mark) - ord("a" if mark >= "a" else "0")]
        _add(drawing, fill(some, colour(shade)))
        if mark >= "a":
            _add(drawing, hatch(some, ON_LIGHT if brightness(shade) > 0.5 else ON_DARK))
    size = float(np.median(np.sqrt(shapely.area(shapes)))) if len(shapes) else 0.0
    if size >= 4:
        _add(drawing, outline(shapes, colour("#ffffff", 0.9), 0.3 if size < 12 else 0.6))


def _paint_backdrop(drawing: Drawing, ground: Ground, view: View, done: Painted) -> None:
    """Water, green, streets and railways over the units, as far as the scale bears them."""
    layers = ground.layers
    if "water" in layers:
        _add(drawing, fill(water := ground_of.areas_in(layers["water"], view), WATER_OVER),
             lines(ground_of.lines_in(layers["water"], view), colour("#86b1c9"), 0.7))
        done.backdrop |= {"water"} if len(water) or len(ground_of.lines_in(layers["water"], view)) else set()
    if "green" in layers and view.metres_per_pt < 120:
        edges = ground_of.areas_in(layers["green"], view)
        _add(drawing, outline(edges, GREEN_EDGE, 0.4))
        done.backdrop |= {"green"} if len(edges) else set()
    for kind, (coarsest, shade, density, weight) in STREETS.items():
        if kind in layers and view.metres_per_pt <= coarsest:
            found = ground_of.lines_in(layers[kind], view)
            _add(drawing, lines(found, colour(shade, density), weight))
            done.backdrop |= {"street"} if len(found) else set()
    if "rail" in layers:
        tracks = ground_of.lines_in(layers["rail"], view)
        _add(drawing, lines(tracks, RAIL, 1.2), lines(tracks, WHITE, 0.7, dash=(4, 4)))
        done.backdrop |= {"rail"} if len(tracks) else set()


def _paint_borders(drawing: Drawing, ground: Ground, sheet: MapSheet, view: View, shapes: GeometryArray, done: Painted) -> None:
    """Borders of the two levels above the units, and of what the map is about; without a level above, of the units themselves."""
    above = ground.coarser(sheet.level)[-2:]
    done.borders = tuple(reversed(above))
    for level, (paint, weight) in reversed(list(zip(done.borders, BORDERS, strict=False))):
        units = ground.levels[level]
        some = units.shapes[ground_of.within(units.tree, view)]
        _add(drawing, lines(_edges(some, view), paint, weight))
    if not above:
        _add(drawing, outline(shapes, BORDERS[0][0], 0.5))
    if sheet.focus is not None and sheet.focus_level:
        units = ground.levels[sheet.focus_level]
        chosen = [k for k, code in enumerate(units.codes) if code == sheet.focus_unit]
        edges = _edges(units.shapes[chosen], view)
        _add(drawing, lines(edges, WHITE, 3.2), lines(edges, FOCUS, 1.6))


def _edges(shapes: GeometryArray, view: View) -> GeometryArray:
    """The edges of areas as lines on paper, cut at the view's edge without a line along it."""
    return ground_of.clipped_lines(shapely.get_parts(shapely.boundary(ground_of.areas(ground_of.on_paper(shapes, view)))), view)


def _paint_signs(drawing: Drawing, sheet: MapSheet, view: View, taken: Taken, done: Painted) -> None:
    """Facilities, what counts last and so on top, then proposed sites; their places are taken for names."""
    west, south, east, north = view.bounds
    inside = [one for one in sheet.facilities if west <= one.x <= east and south <= one.y <= north]
    radius = next((radius for most, radius in RADII if len(inside) <= most), FEWEST_RADIUS)
    for one in sorted(inside, key=lambda each: status_style(each.status) == "filled"):
        (x, y), = view.paper(np.array([[one.x, one.y]]))
        drawing.add(facility_sign(float(x), float(y), radius, sheet.kinds.get(one.kind, Kind("circle", "", "")), status_style(one.status)))
        taken.add((x - radius - 0.8, y - radius - 0.8, x + radius + 0.8, y + radius + 0.8))
        done.kinds.add(one.kind)
        done.statuses.add(one.status)
    for number, site in enumerate(sheet.sites, 1):
        (x, y), = view.paper(np.array([[site.x, site.y]]))
        if west <= site.x <= east and south <= site.y <= north:
            drawing.add(site_sign(float(x), float(y), 5.2, site.label or str(number)))
            taken.add((x - 6.5, y - 6.5, x + 6.5, y + 6.5))


def _paint_names(drawing: Drawing, ground: Ground, sheet: MapSheet, view: View, seen: Any, taken: Taken) -> None:
    """Names of blind spots, of the units that the map is about, of the level above, and of the others, in this order."""
    names = []
    for spot in sheet.spots:
        point = spot.area.representative_point()
        (x, y), = view.paper(np.array([[point.x, point.y]]))
        names.append(Name(float(x), float(y), spot.label, 7.0, 40.0, 4e6, SPOT))
    units = ground.levels[sheet.level]
    above = [level for level in ground.coarser(sheet.level) if len(ground.levels[level].codes) > 1]
    if above:
        upper = ground.levels[above[-1]]
        for k in ground_of.within(upper.tree, view).tolist():
            about = sheet.focus is None or sheet.focus_level != above[-1] or upper.codes[k] == sheet.focus_unit
            if not (about and sheet.focus is not None):  # the title names it
                names += _name(upper, k, view, 8.0, 1.6, 2e6 if about else 1e6, upper.names[k], INK_NAME if about else ASIDE_NAME)
    for k in seen.tolist():
        if sheet.focus is None or units.codes[k] in sheet.focus:
            names += _name(units, k, view, 7.5 if sheet.focus or not above else 6.5, 1.15, 3e6 if sheet.focus else 0.0,
                           sheet.named.get(units.codes[k], units.names[k]), INK_NAME, sheet.short_names.get(units.codes[k], ""))
    drawing.add(place_names(names, taken, view))


def _name(units: Units, k: int, view: View, size: float, room: float, rank: float, words: str, paint: Any,
          short: str = "") -> list[Name]:
    """The name of a unit at its label point; none where the unit is too small for any."""
    free = float(units.free_m[k]) / view.metres_per_pt * room
    if free < size * 0.5:
        return []
    (x, y), = view.paper(units.points[k:k + 1])
    return [Name(float(x), float(y), words, size, free, rank + free, paint, short)]


def _frame(drawing: Drawing, ground: Ground, sheet: MapSheet, view: View) -> None:
    """What stands on top of the map: edge, north arrow, scale bar, and the word that data are made up."""
    drawing.add(Rect(view.left, view.bottom, view.width, view.height, fillColor=None, strokeColor=INK, strokeWidth=0.8))
    drawing.add(north_arrow(view.left + view.width - 16, view.bottom + view.height - 38, 22, view, ground.crs, sheet.lang))
    drawing.add(scale_bar(view.left + 10, view.bottom + 8, min(view.width * 0.3, 120.0), view, sheet.lang))
    if sheet.invented:
        words, size = t("map.invented", sheet.lang), 8.0
        wide = text_width(words, size) + 8
        drawing.add(Rect(view.left + 4, view.bottom + view.height - 17, wide, 13, fillColor=colour("#ffffff", 0.9), strokeColor=INVENTED,
                         strokeWidth=0.6))
        drawing.add(text(view.left + 8, view.bottom + view.height - 13, words, size, INVENTED))
