"""`planner report`: the evaluation report that can be handed in, as .docx, .pdf or .html."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from planner.cli.common import command_options, note, scenario_option
from planner.i18n import t


@click.command("report", help="The evaluation report: .docx, .pdf or .html. 评估报告。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="the report: .docx, .pdf or .html / 报告文件")
@click.option("--pack", "packs", multiple=True, metavar="ID", help="bundled id or pack file; may repeat / 指标包编号或文件，可多次给出")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day of evaluation, today if absent / 评估日期，默认今天")
@click.option("--people-year", "people_year", type=int, metavar="YEAR",
              help="also under the people of that year, as [growth] states them / 并列目标年人口下的结果")
@click.option("--since", metavar="NAME", help="compare with a snapshot / 与快照相比")
@click.option("--programme", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="a programme (planner programme --format json) as its section / 列入实施计划（方案文件）")
@click.option("--atlas", type=click.Path(path_type=Path), metavar="OUT",
              help="a page for each street or town: a .pdf, or a folder with single pages too / 分街镇图集：PDF 或文件夹")
@click.option("--paper", type=click.Choice(("a4", "a3")), default="a4", show_default=True, help="of the atlas / 图集图幅")
@click.option("--pictures", is_flag=True, help="each map of the atlas also as .svg and .png, 300 dpi / 图集各图另存 SVG、PNG")
@click.option("--layer", help="layer that the atlas maps; else the one the pages open with / 图集所绘设施图层")
@click.option("--travel", help="travel of the atlas's maps / 图集的出行方式")
@click.option("--minutes", type=float, help="service radius of the atlas's maps / 图集的服务半径（分钟）")
@click.option("--by", "level", metavar="LEVEL", help="level of the atlas's pages, township if there is one / 图集分幅层级")
@scenario_option
@command_options
def command(project: Path | None, out: Path | None, packs: tuple[str, ...], as_of: dt.datetime | None, people_year: int | None,
            since: str | None, programme: Path | None, atlas: Path | None, paper: str, pictures: bool, layer: str | None,
            travel: str | None, minutes: float | None, level: str | None, scenario: str | None, lang: str, quiet: bool) -> None:
    """Reads project and packs, evaluates, writes the report, the atlas, or both."""
    if out is None and atlas is None:
        raise click.UsageError(t("atlas.out_or_atlas", lang))
    from planner.export.report import check_report, write_report
    from planner.plan.project import read_project
    from planner.plan.report import report_facts
    from planner.quality import QualityReport
    from planner.targets.pack import resolve_packs

    if out is not None:
        check_report(out)
    if atlas is not None:
        from planner.export.atlas import check_out

        check_out(atlas)
    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    chosen = resolve_packs(packs, found.folder, found.packs)
    facts = report_facts(found, chosen, as_of=as_of.date() if as_of else dt.date.today(), report=report, scenario=scenario,
                         people_year=people_year, snapshot=since, programme=programme)
    if atlas is not None:
        from planner.cli.atlas import make_atlas

        make_atlas(facts, atlas, lang=lang, quiet=quiet, paper=paper, layer=layer, travel=travel, minutes=minutes,
                   level=level, pictures=pictures)
    if out is None:
        return
    written = write_report(facts, out, lang=lang)
    note(t("report.written", lang, file=written.path.name, tables=written.tables, figures=written.figures,
           gaps=f"{len(facts.gap_list.gaps):,}", projects=f"{len(facts.gap_list.projects):,}"), quiet)
