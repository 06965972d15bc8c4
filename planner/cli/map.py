"""`planner map`: the map of a layer's coverage as a still picture - PDF, SVG, or PNG at 300 dpi."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import command_options, note, scenario_option
from planner.i18n import t
from planner.inputs.layers import TOTAL

if TYPE_CHECKING:
    from planner.export.drawn_ground import Ground
    from planner.export.drawn_sheet import MapSheet


@click.command("map", help="A layer's coverage as a still map: PDF, SVG, PNG. 输出覆盖现状图（PDF、SVG、PNG）。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--layer", metavar="LAYER", help="facility layer; else the one the pages open with / 设施图层，默认同界面首选")
@click.option("--travel", help="travel of planner.toml; else the layer's / 出行方式，默认按图层")
@click.option("--minutes", type=float, help="service radius in minutes / 服务半径（分钟）")
@click.option("--metres", type=float, help="service radius in metres / 服务半径（米）")
@click.option("--by", help="level of the units painted / 着色单元层级")
@click.option("--group", default=TOTAL, show_default=True, help="population group / 人口组别")
@click.option("--target", type=click.FloatRange(0, 100), help="per cent below which units are hatched / 低于该百分比的单元加斜线")
@click.option("--unit", metavar="CODE", help="only this unit, its neighbours in grey / 只出该单元，周边灰显")
@click.option("--paper", type=click.Choice(("a4", "a3")), default="a4", show_default=True, help="size of the sheet / 图幅")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day, today if absent / 日期，默认今天")
@click.option("--out", "outs", required=True, multiple=True, type=click.Path(dir_okay=False, path_type=Path),
              help="FILE.pdf, .svg or .png (300 dpi); may repeat / 输出文件，可多次给出")
@scenario_option
@command_options
def command(project: Path | None, layer: str | None, travel: str | None, minutes: float | None, metres: float | None, by: str | None,
            group: str, target: float | None, unit: str | None, paper: str, as_of: dt.datetime | None, outs: tuple[Path, ...],
            scenario: str | None, lang: str, quiet: bool) -> None:
    """Reads the project, measures, draws."""
    if minutes is not None and metres is not None:
        raise click.UsageError(t("coverage.minutes_or_metres", lang))
    from planner.export.coverage_map import coverage_sheet, of_unit
    from planner.export.drawn_files import check_suffix
    from planner.export.drawn_ground import map_ground
    from planner.measure.coverage import coverage
    from planner.measure.small_counts import published
    from planner.plan.applying import under
    from planner.plan.layer_defaults import check_measurable, default_of, first_layer, first_level
    from planner.plan.project import read_project
    from planner.quality import QualityReport
    from planner.targets.pack import resolve_packs

    for out in outs:
        check_suffix(out)
    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    packs = resolve_packs((), found.folder, found.packs) if found.packs else []
    city, name = under(found, scenario, report=report)
    check_measurable(city)
    slug = layer or first_layer(city, packs)
    city.layer(slug)
    start = default_of(city, packs, slug)
    radius = minutes if minutes is not None or metres is not None else float(start.minutes)
    level = by or (list(city.boundaries.levels)[-1] if unit else first_level(city))
    day = as_of.date() if as_of else dt.date.today()
    shown = published(city, coverage(city, slug, travel or start.travel, minutes=radius, metres=metres, by=level, group=group, as_of=day))
    sheet = coverage_sheet(city, shown, lang=lang, target=(start.target if target is None else target) / 100, made=dt.date.today(),
                           scenario=name)
    ground = map_ground(city)
    sheet = of_unit(ground, sheet, unit) if unit else sheet
    _write(ground, sheet, paper, outs)
    note(t("drawn.written", lang, files=t("gaps.list_comma", lang).join(out.name for out in outs)), quiet)


def _write(ground: Ground, sheet: MapSheet, paper: str, outs: tuple[Path, ...]) -> None:
    """The sheet in every form asked for, on paper that lies or stands as the ground does."""
    from planner.export.drawn_files import MARGIN_PT, sheet_size, write_drawing
    from planner.export.drawn_ground import extent_of
    from planner.export.drawn_map import draw_map

    width, height = sheet_size(paper, sheet.extent or extent_of(ground.levels[sheet.level]))
    drawing = draw_map(ground, sheet, width - 2 * MARGIN_PT, height - 2 * MARGIN_PT)
    for out in outs:
        write_drawing(drawing, out, sheet.title)
