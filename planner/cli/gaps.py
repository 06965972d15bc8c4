"""`planner gaps`: the gap list and the capital-project list, as a workbook or as data."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import FORMATS, as_json, as_table, command_options, crs_option, note, scenario_option, write
from planner.i18n import t

if TYPE_CHECKING:
    from planner.plan.gaplist import GapList

GAP_FOUND = 3
"""Exit code of --fail-on-gap."""
SCHEMA = "planner.gaps/1"
SHOWN = (
    *("gap_id", "target_id", "unit_name", "shortfall", "shortfall_unit"),
    *("people_affected", "nearest_facility", "minutes", "action", "project_id"),
)
NUMBERS = ("shortfall", "people_affected", "minutes")


@click.command("gaps", help="Gap list and capital-project list. 缺口清单与项目库。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--pack", "packs", multiple=True, metavar="ID", help="bundled id or pack file; may repeat / 指标包编号或文件，可多次给出")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day of evaluation, today if absent / 评估日期，默认今天")
@click.option("--people-year", "people_year", type=int, metavar="YEAR",
              help="beside today's: gaps under the people of that year, as [growth] states them / 与目标年人口下的缺口并列")
@crs_option
@click.argument("returned", nargs=-1, type=click.Path(path_type=Path))
@click.option("--split-by", "split_by", metavar="LEVEL",
              help="one workbook for each unit of a level, in the folder of --out / 按该层级分发工作簿，写入 --out 文件夹")
@click.option("--update", "updating", is_flag=True,
              help="take returned workbooks (FILES after PROJECT) into the project / 读回各区返回的工作簿")
@click.option("--fail-on-gap", is_flag=True, help="exit 3 if there is a gap / 有缺口时以 3 退出")
@scenario_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="form of the output / 输出格式")
@click.option("--out", type=click.Path(path_type=Path),
              help="write here instead of stdout; with --split-by a folder / 输出文件，分发时为文件夹")
@command_options
def command(
    project: Path | None,
    returned: tuple[Path, ...],
    split_by: str | None,
    updating: bool,
    packs: tuple[str, ...],
    as_of: dt.datetime | None,
    people_year: int | None,
    crs: str | None,
    fail_on_gap: bool,
    scenario: str | None,
    form: str,
    out: Path | None,
    lang: str,
    quiet: bool,
) -> None:
    """Reads packs and project, evaluates, lists the gaps; --out writes .xlsx, .csv, .gpkg, .geojson or .shp."""
    from planner.cli import gaps_districts
    from planner.export.systems import check_system
    from planner.export.tables import DRAWN, SUFFIXES, check_form, gaps_csv, write_gaps
    from planner.plan.applying import under
    from planner.plan.blind_spots import with_blind_spots
    from planner.plan.gaps import project_gaps
    from planner.plan.project import read_project
    from planner.quality import QualityReport
    from planner.targets.evaluate import evaluate
    from planner.targets.pack import resolve_packs
    from planner.targets.small_results import published_evaluation

    if people_year is not None and out is not None and out.suffix.lower() in SUFFIXES and out.suffix.lower() != ".csv":
        raise click.UsageError(t("growth.gaps.as_text", lang))
    project, returned = gaps_districts.sorted_words(project, returned, updating=updating, lang=lang)
    if split_by is not None:
        gaps_districts.check_split(out, updating=updating, people_year=people_year, lang=lang)
    as_text = people_year is not None or out is None or (out.suffix.lower() not in SUFFIXES and form != "table")
    if out is not None and not as_text and split_by is None:
        check_form(out, crs)
    elif crs is not None:
        check_system(crs, None)
    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    if updating:
        done = gaps_districts.take_in(found.folder, returned, lang=lang, quiet=quiet)
        if out is None:
            write(gaps_districts.answer(done, form, lang), None)
            return
    chosen = resolve_packs(packs, found.folder, found.packs)
    city, name = under(found, scenario, report=report)
    evaluation = evaluate(city, chosen, as_of=as_of.date() if as_of else dt.date.today(), scenario=name)
    gap_list = project_gaps(found, city, evaluation, chosen, report=report)
    if split_by is not None and out is not None:
        gaps_districts.split(gap_list, city, split_by, out, found.folder, lang=lang, quiet=quiet)
    elif people_year is not None:
        from planner.cli import gaps_years
        from planner.measure.growth import people_of_year
        from planner.plan.gap_years import side_by_side
        from planner.plan.people_told import refuse_small

        refuse_small(city)
        grown = people_of_year(city, people_year)
        then = project_gaps(found, grown, evaluate(grown, chosen, as_of=evaluation.date, scenario=name), chosen, report=report)
        write(gaps_years.text(side_by_side(gap_list, then), gap_list, grown.population, city.population, form, lang), out)
    elif out is not None and not as_text:
        gap_list = with_blind_spots(gap_list, city, evaluation, chosen, drawn=out.suffix.lower() in DRAWN)
        files = write_gaps(gap_list, published_evaluation(city, evaluation), report, out, lang=lang, crs=crs)
        head = gap_list.headline
        told = t("gaps.list_comma", lang).join(file.name for file in files)
        note(t("gaps.cli_written", lang, files=told, gaps=head.gaps, projects=head.projects, targets=head.targets_failing), quiet)
    elif form == "json":
        write(as_json(as_dict(gap_list, lang)), out)
    elif form == "csv":
        write(gaps_csv(gap_list, lang), out)
    else:
        write(table(gap_list, lang), out)
    if fail_on_gap and gap_list.gaps:
        sys.exit(GAP_FOUND)


def as_dict(gap_list: GapList, lang: str) -> dict[str, Any]:
    """The list as JSON, schema planner.gaps/1: shares 0..1, money in yuan, places in EPSG:4326."""
    from planner.export.tables import PROJECT_FIELDS, gap_table, project_table

    head = gap_list.headline
    return {
        "schema": SCHEMA,
        "project": gap_list.project,
        "pack": gap_list.packs[0] if len(gap_list.packs) == 1 else list(gap_list.packs),
        "date": gap_list.date.isoformat(),
        "scenario": gap_list.scenario,
        "headline": {key: getattr(head, key) for key in head.__slots__ if key != "states"} | {"states": dict(head.states)},
        "gaps": gap_table(gap_list, lang),
        "projects": [{key: row[key] for key in PROJECT_FIELDS} for row in project_table(gap_list, lang)],
    }


def table(gap_list: GapList, lang: str) -> str:
    """The list as an aligned table for people, in order of rank."""
    from planner.export.tables import gap_table

    if not gap_list.gaps:
        return t("gaps.cli_none", lang) + "\n"
    rows = [
        [cell(row, key, is_share=gap.shortfall_of == "share") for key in SHOWN]
        for row, gap in zip(gap_table(gap_list, lang), gap_list.gaps, strict=True)
    ]
    return as_table(rows, [t(f"export.gaps.{key}", lang) for key in SHOWN], [key in NUMBERS for key in SHOWN])


def cell(row: Mapping[str, Any], key: str, *, is_share: bool) -> str:
    """One cell of the table: people and shortfalls whole, minutes with one decimal, a shortfall of a share in per cent."""
    from planner.export.cells import figure

    if key not in NUMBERS:
        return str(row[key])
    if key == "shortfall" and is_share and row[key] is not None:
        return f"{row[key] * 100:.1f}%"
    return figure(row[key], 1 if key == "minutes" else 0)
