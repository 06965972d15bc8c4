"""`planner report`: the evaluation report that can be handed in, as .docx, .pdf or .html."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from planner.cli.common import command_options, note, scenario_option
from planner.i18n import t


@click.command("report", help="The evaluation report: .docx, .pdf or .html. 评估报告。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="the report: .docx, .pdf or .html / 报告文件")
@click.option("--pack", "packs", multiple=True, metavar="ID", help="bundled id or pack file; may repeat / 指标包编号或文件，可多次给出")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day of evaluation, today if absent / 评估日期，默认今天")
@click.option("--people-year", "people_year", type=int, metavar="YEAR",
              help="also under the people of that year, as [growth] states them / 并列目标年人口下的结果")
@click.option("--since", metavar="NAME", help="compare with a snapshot / 与快照相比")
@click.option("--programme", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="a programme (planner programme --format json) as its section / 列入实施计划（方案文件）")
@scenario_option
@command_options
def command(project: Path | None, out: Path, packs: tuple[str, ...], as_of: dt.datetime | None, people_year: int | None, since: str | None,
            programme: Path | None, scenario: str | None, lang: str, quiet: bool) -> None:
    """Reads project and packs, evaluates, writes the report."""
    from planner.export.report import check_report, write_report
    from planner.plan.project import read_project
    from planner.plan.report import report_facts
    from planner.quality import QualityReport
    from planner.targets.pack import resolve_packs

    check_report(out)
    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    chosen = resolve_packs(packs, found.folder, found.packs)
    facts = report_facts(found, chosen, as_of=as_of.date() if as_of else dt.date.today(), report=report, scenario=scenario,
                         people_year=people_year, snapshot=since, programme=programme)
    written = write_report(facts, out, lang=lang)
    note(t("report.written", lang, file=written.path.name, tables=written.tables, figures=written.figures,
           gaps=f"{len(facts.gap_list.gaps):,}", projects=f"{len(facts.gap_list.projects):,}"), quiet)
