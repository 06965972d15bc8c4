"""`planner programme`: the cheapest actions that close a plan's targets, or the most that a budget closes, phased by year."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import as_json, command_options, fail, note, record_options, scenario_option, write
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.programme import Programme, Wanted
    from planner.plan.programme_generate import Generated
    from planner.plan.project import Project
    from planner.quality import QualityReport

DEFAULT_YEARS = 5
"""Years of a programme where none are given: a plan's period, from next year on."""


@click.command("programme", help="The programme that closes a plan: what, where, when, for how much. 达标建设方案。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--pack", "packs", multiple=True, metavar="ID", help="bundled id or pack file; may repeat / 指标包编号或文件，可多次给出")
@click.option("--targets", metavar="ID,ID", help="targets to close; all that are not met if absent / 要达标的指标，默认所有未达标指标")
@click.option("--candidates", metavar="FILE", help="candidate actions (.csv, .xlsx), or a ledger of "
              "[candidates], streets:250, grid:500; worked out from the gaps if absent / 候选措施表，默认由缺口生成")
@click.option("--budget", metavar="CNY", help="yuan in all (9e6) or by year (2026=3e6,2027=4e6) / 预算（元），总额或分年")
@click.option("--years", metavar="2026:2030", help="first and last year; five from next year if absent / 起止年份，默认自明年起五年")
@click.option("--lead", default="", metavar="KIND=N,...", help="years from first money to service: new=2,expand=1,convert=1,share=1,open=0 "
              "if absent / 自首笔资金到投用的年数")
@click.option("--time-limit", "time_limit_s", default=60.0, show_default=True, type=click.FloatRange(min=0, min_open=True),
              help="seconds of search / 求解限时（秒）")
@click.option("--gap", default=0.0, show_default=True, type=click.FloatRange(min=0, max=1), help="stop at this relative gap / 相对间隙")
@click.option("--seed", default=1, show_default=True, type=int, help="seed of the search / 随机种子")
@click.option("--save", metavar="NAME", help="keep the programme as a scenario / 存为情景")
@scenario_option
@record_options
@command_options
def command(project: Path | None, packs: tuple[str, ...], targets: str | None, candidates: str | None, budget: str | None,
            years: str | None, lead: str, time_limit_s: float, gap: float, seed: int, scenario: str | None,
            save: str | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Reads project and packs, finds the programme, evaluates the city under it, prints."""
    from planner.cli.programme_tables import as_dict, csv_text, table
    from planner.plan.applying import under
    from planner.plan.programme import make_programme, wanted_targets
    from planner.plan.programme_options import Horizon, parse_budget, parse_lead, parse_years
    from planner.plan.project import read_project
    from planner.plan.scenario import BASELINE, Scenario, check_free, save_scenario
    from planner.quality import QualityReport
    from planner.targets.pack import resolve_packs

    first, last = parse_years(years) if years is not None else (dt.date.today().year + 1, dt.date.today().year + DEFAULT_YEARS)
    whole, by_year = parse_budget(budget) if budget is not None else (None, {})
    horizon = Horizon(first, last, whole, by_year, parse_lead(lead))
    report = QualityReport()
    found = read_project(project, report=report)
    if save is not None:
        check_free(found.folder, save)
    chosen = resolve_packs(packs, found.folder, found.packs)
    named = tuple(dict.fromkeys(part.strip() for part in (targets or "").split(",") if part.strip()))
    city, base = under(found, scenario, report=report)
    wanted = wanted_targets(city, chosen, dt.date(last, 12, 31), named)
    offered = _offered(found, city, wanted, dt.date(last, 12, 31), candidates, report)
    for issue in report.issues:
        if issue.code == "cost_magnitude":
            note(issue.done(lang), quiet)
    programme = make_programme(city, wanted, offered.candidates, horizon, lacking=offered.lacking, time_limit_s=time_limit_s, gap=gap,
                               seed=seed)
    if save is not None and programme.planned:
        save_scenario(found.folder, Scenario(save, None if base == BASELINE else base, programme.actions, _remark(programme, lang)))
    if out is not None and out.suffix.lower() == ".xlsx" and programme.planned:
        _write_list(found, city, programme, [pack.id for pack in chosen], base, out, lang, quiet, report)
    elif form == "json":
        write(as_json(as_dict(programme, city.id, [pack.id for pack in chosen], lang)), out)
    else:
        write(csv_text(programme, lang) if form == "csv" else table(programme, lang), out)
    if save is not None and programme.planned:
        note(t("programme.saved", lang, name=save), quiet)
    if programme.not_confirmed:
        fail(t("error.programme_not_confirmed", lang, ids=", ".join(programme.not_confirmed)))
    if programme.status == "no_solution":
        sys.exit(1)


def _offered(project: Project, city: City, wanted: Wanted, day: dt.date, candidates: str | None,
             report: QualityReport) -> Generated:
    """The candidate actions: those of a table, of one of the project's ledgers of premises, or worked out from the gaps."""
    from planner.plan.programme_file import read_candidates
    from planner.plan.programme_generate import Generated, generate
    from planner.plan.unit_costs import read_unit_costs

    if candidates is not None and not candidates.startswith(("streets:", "grid:")) and candidates not in city.candidates:
        path = Path(candidates)
        if not path.is_file() and (project.folder / candidates).is_file():
            path = project.folder / candidates
        return Generated(read_candidates(path, city, report))
    if project.costs is None and wanted.failing:
        raise InputError("programme_no_costs")
    costs = read_unit_costs(project.costs, report) if project.costs is not None else ()
    return generate(city, wanted, costs, day=day, premises=candidates)


def _write_list(project: Project, city: City, programme: Programme, packs: list[str], scenario: str, path: Path, lang: str, quiet: bool,
                report: QualityReport) -> None:
    """The programme as a workbook of capital projects."""
    from planner.cli.programme_tables import headline
    from planner.export.project_list import write_project_list
    from planner.plan.departments import read_departments
    from planner.plan.programme_projects import programme_list

    projects = programme_list(city, programme, packs=packs, scenario=scenario, departments=read_departments(project.folder, report))
    write_project_list(projects, path, headline(programme, lang), lang=lang)
    note(t("programme.list_written", lang, file=path.name, projects=len(projects.projects)), quiet)


def _remark(programme: Programme, lang: str) -> str:
    """The remark under which a programme is kept as a scenario."""
    from planner.cli.programme_tables import headline

    return headline(programme, lang)
