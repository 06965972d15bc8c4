"""The pages of an atlas as drawings: a head, the map, columns of words, and at the foot what every map on paper must say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportlab.graphics.shapes import Drawing, Group, Rect

from planner.export.atlas_content import Atlas, UnitSheet
from planner.export.atlas_tables import LENGTHS, index_blocks, unit_blocks
from planner.export.coverage_map import coverage_sheet, of_unit
from planner.export.drawn_colours import INVENTED
from planner.export.drawn_files import MARGIN_PT, MM, sheet_size
from planner.export.drawn_map import draw_map
from planner.export.drawn_shapes import INK_NAME, WHITE, fitted, text, wrapped
from planner.export.drawn_sheet import DrawnSpot, MapSheet
from planner.export.drawn_signs import INK, line_sample
from planner.export.line_breaks import text_width
from planner.export.page_flow import Block, Box, flow, pages_needed
from planner.i18n import pick, t

MARGIN, HEAD, FOOT, GUTTER = 12 * MM, 15 * MM, 11 * MM, 4 * MM
TRIED = ((0, 6.8), (0, 6.2), (1, 6.4), (1, 5.9), (2, 6.2), (2, 5.6), (2, 5.1))
"""Length of the lists (a number of LENGTHS) and size of type, tried until a unit's page is one page."""
SIZE_OF_INDEX = 7.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet: its width and height, the box of the map, the columns beside or below it, and those of a page without a map."""

    width: float
    height: float
    map: Box
    columns: tuple[Box, ...]
    plain: tuple[Box, ...]


def paper_of(name: str) -> Paper:
    """A4 stands, with the map above two columns; A3 lies, with the map beside two columns."""
    if name == "a3":
        width, height = 420 * MM, 297 * MM
        bottom, tall = MARGIN + FOOT, height - 2 * MARGIN - HEAD - FOOT
        wide = width - 2 * MARGIN
        left = wide * 0.46
        column = (wide - left - 2 * GUTTER) / 2
        beside = tuple((MARGIN + left + GUTTER + k * (column + GUTTER), bottom, column, tall) for k in range(2))
        third = (wide - 3 * GUTTER) / 4
        return Paper(width, height, (MARGIN, bottom, left, tall), beside,
                     tuple((MARGIN + k * (third + GUTTER), bottom, third, tall) for k in range(4)))
    width, height = 210 * MM, 297 * MM
    bottom, tall = MARGIN + FOOT, height - 2 * MARGIN - HEAD - FOOT
    wide, high = width - 2 * MARGIN, tall * 0.39
    column = (wide - GUTTER) / 2
    below = tuple((MARGIN + k * (column + GUTTER), bottom, column, tall - high - 3 * MM) for k in range(2))
    return Paper(width, height, (MARGIN, bottom + tall - high, wide, high), below,
                 tuple((left, bottom, width_, tall) for left, _, width_, _ in below))


@dataclass(frozen=True, slots=True)
class Binding:
    """What all pages of an atlas share: its language, paper and day, and the maps of the whole, painted by the units of the sheets
    (coarse) and by those inside them (fine)."""

    lang: str
    paper: Paper
    made: dt.date
    coarse: MapSheet
    fine: MapSheet


def bind(atlas: Atlas, *, lang: str, paper: str, made: dt.date) -> Binding:
    """What the pages share, made once."""
    coarse, fine = (coverage_sheet(atlas.city, found, lang=lang, target=atlas.target, made=made, scenario=atlas.facts.evaluation.scenario)
                    for found in (atlas.coarse, atlas.fine))
    return Binding(lang, paper_of(paper), made, coarse, fine)


def unit_pages(atlas: Atlas, sheet: UnitSheet, binding: Binding) -> list[Drawing]:
    """The page of one unit; where its words do not fit in the smallest type, the pages."""
    lang = binding.lang
    told = {spot.id for spot, _ in sheet.spots[:LENGTHS[0].spots]}
    spots = tuple(DrawnSpot(area, spot.id if spot.id in told else "") for spot, _ in sheet.spots
                  if (area := atlas.question.shapes.get(spot.id)) is not None)
    shown = replace(of_unit(atlas.ground, binding.fine, sheet.code, atlas.level), title="", lines=(), source="",
                    invented=False, spots=spots, spots_label=t("atlas.spot_sign", lang))
    upper = t("atlas.part_of", lang, name=sheet.name, upper=sheet.upper) if sheet.upper else sheet.name
    title = t("atlas.sheet", lang, number=sheet.number, name=upper)
    corner = t("atlas.number", lang, number=sheet.number, count=len(atlas.sheets))
    blocks, size = _fitting(atlas, sheet, binding)
    return _pages(atlas, shown, blocks, size, binding, title=title, corner=corner)


def _fitting(atlas: Atlas, sheet: UnitSheet, binding: Binding) -> tuple[list[Block], float]:
    """The words of a page and the size of type: the first that make one page, else the first that make the fewest."""
    paper = binding.paper
    best: tuple[int, list[Block], float] = (0, [], 0.0)
    for length, size in TRIED:
        blocks = unit_blocks(atlas, sheet, LENGTHS[length], binding.lang)
        pages = pages_needed(blocks, paper.columns, paper.plain, size)
        if pages == 1:
            return blocks, size
        best = (pages, blocks, size) if not best[0] or pages < best[0] else best
    return best[1], best[2]


def unit_map(atlas: Atlas, sheet: UnitSheet, binding: Binding) -> tuple[Drawing, str]:
    """The map of one unit as a sheet by itself, with head and foot, and its title."""
    shown = of_unit(atlas.ground, binding.fine, sheet.code, atlas.level)
    width, height = sheet_size("a4", shown.extent or (0.0, 0.0, 1.0, 1.0))
    return draw_map(atlas.ground, shown, width - 2 * MARGIN_PT, height - 2 * MARGIN_PT), shown.title


def index_pages(atlas: Atlas, binding: Binding) -> list[Drawing]:
    """The first page: the whole project with the numbers of the sheets, and their list."""
    lang = binding.lang
    shown = replace(binding.coarse, title="", lines=(), source="", facilities=(), kinds={}, invented=False,
                    named={one.code: f"{one.number} {one.name}" for one in atlas.sheets},
                    short_names={one.code: str(one.number) for one in atlas.sheets})
    title = t("atlas.title", lang, project=pick(atlas.city.name, lang))
    return _pages(atlas, shown, index_blocks(atlas, lang), SIZE_OF_INDEX, binding, title=title, corner=t("atlas.index.title", lang))


def _pages(atlas: Atlas, shown: MapSheet, blocks: Sequence[Block], size: float, binding: Binding, *, title: str,
           corner: str) -> list[Drawing]:
    """Map and words as pages."""
    paper = binding.paper
    first = _empty(atlas, binding, title, corner)
    left, bottom, width, height = paper.map
    drawn = draw_map(atlas.ground, shown, width, height)
    first.add(Group(*drawn.contents, transform=(1, 0, 0, 1, left, bottom)))

    def more() -> tuple[Drawing, Sequence[Box]]:
        return _empty(atlas, binding, t("atlas.continued", binding.lang, title=title), corner), paper.plain

    return flow(blocks, (first, paper.columns), more, size)


def _empty(atlas: Atlas, binding: Binding, title: str, corner: str) -> Drawing:
    """A page with its head and foot."""
    paper, lang = binding.paper, binding.lang
    page = Drawing(paper.width, paper.height)
    wide, top = paper.width - 2 * MARGIN, paper.height - MARGIN
    whole = binding.coarse
    right = text_width(corner, 8) + 8
    page.add(text(MARGIN, top - 13, fitted(title, 14, wide - right), 14, INK_NAME))
    page.add(text(MARGIN + wide, top - 11, corner, 8, INK, anchor="end"))
    words = t("gaps.list_semicolon", lang).join((pick(atlas.city.name, lang), *whole.lines))
    for k, line in enumerate(wrapped(words, 7, wide - (text_width(t("map.invented", lang), 7.5) + 16 if whole.invented else 0))[:2]):
        page.add(text(MARGIN, top - 24 - k * 8.5, line, 7, INK))
    if whole.invented:
        label = t("map.invented", lang)
        width = text_width(label, 7.5) + 8
        page.add(Rect(MARGIN + wide - width, top - 29, width, 12, fillColor=WHITE, strokeColor=INVENTED, strokeWidth=0.6))
        page.add(text(MARGIN + wide - width + 4, top - 25.5, label, 7.5, INVENTED))
    rows = [whole.source, "　".join((t("map.stamp", lang), t("map.approval", lang))), "　".join((t("drawn.fields", lang), _made(binding)))]
    page.add(line_sample(MARGIN, MARGIN + FOOT - 4, wide, INK, 0.4))
    for k, line in enumerate(rows):
        page.add(text(MARGIN, MARGIN + FOOT - 12 - k * 8, fitted(line, 6, wide), 6, INK))
    return page


def _made(binding: Binding) -> str:
    """When and with what the page was made."""
    from planner import __version__

    return t("map.made", binding.lang, date=binding.made.isoformat(), version=__version__)
