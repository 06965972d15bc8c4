"""`planner site`: where to build facilities of a layer, on the project's own network, with a bound (contract, section 2)."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import as_json, command_options, crs_option, note, record_options, scenario_option, write
from planner.cli.site_others import check_others, found
from planner.cli.solve_choices import Choices, choice_listings, choice_options
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.plan.siting_question import SitingQuestion, SitingRun

MODELS = ("lscp", "mclp", "p_median", "p_center", "capacitated_mclp", "capacitated_p_median", "max_min_share")
NEEDS_LIMIT = tuple(model for model in MODELS if model != "lscp")


def _amount(context: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """A finite number of 0 or more, else wrong usage."""
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise click.BadParameter(f"{value} is not a finite number of 0 or more")
    return value


@click.command("site", help="Where to build: new sites on the project's network, with a bound. 设施选址，给出方案、上限和差距。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--layer", required=True, help="facility layer to build / 设施图层")
@click.option("--model", type=click.Choice(MODELS), required=True,
              help="mclp: most people; lscp: fewest sites; max_min_share: the worst unit as well off as can be; ... / 选址模型")
@click.option("--travel", required=True, help="travel of planner.toml / 出行方式")
@click.option("--minutes", type=float, callback=_amount, help="service radius in minutes / 服务半径（分钟）")
@click.option("--metres", type=float, callback=_amount, help="service radius in metres / 服务半径（米）")
@click.option("--p", type=click.IntRange(min=0), metavar="N",
              help="at most so many sites IN ALL, those that exist included / 设施总数上限（含现有）")
@click.option("--new", type=click.IntRange(min=0), metavar="N",
              help="at most so many NEW sites beside those that exist / 新址数上限（不含现有）")
@click.option("--budget", type=float, callback=_amount, metavar="CNY", help="yuan for new sites / 新建预算（元）")
@click.option("--share", type=click.FloatRange(0, 1), metavar="S",
              help="lscp: cover this share of all people, or with --by of every unit's / 须覆盖的比例")
@click.option("--by", metavar="LEVEL", help="units: lscp --share in EACH of them, or those max_min_share compares / 逐单元达标的层级")
@click.option("--where-possible", is_flag=True,
              help="with --by: units that cannot reach the share go as far as they can / 达不到的单元尽力而为")
@click.option("--cheapest", is_flag=True, help="lscp: the least cost instead of the fewest sites / 按造价最省而非处数最少")
@click.option("--candidates", metavar="NAME|streets:D|grid:D",
              help="ledger of planner.toml, street places D metres apart, or a grid; default: the only ledger, else streets:250 / 候选点")
@click.option("--group", default="total", show_default=True, help="population group / 人口组别")
@click.option("--at-least-per", "at_least", multiple=True, metavar="LEVEL=N",
              help="at least N sites in every unit of a level / 每个单元至少 N 处")
@click.option("--spacing-m", type=float, callback=_amount, metavar="D",
              help="least straight metres from any other site / 点位最小间距（直线米）")
@click.option("--at-least-m-from-people", "people_m", type=float, callback=_amount, metavar="D",
              help="least metres from where people live / 距居民最小距离（米）")
@click.option("--people-path", type=click.Choice(("straight", "network")), help="how that distance is measured / 该距离按直线或路网")
@click.option("--from-scratch", is_flag=True, help="as if no facility of the layer existed / 不计现有设施")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day whose facilities count, today if absent / 日期，默认今天")
@click.option("--site-cost", type=float, callback=_amount, metavar="CNY", help="for candidates without a cost / 候选点缺造价时按此计（元）")
@click.option("--capacity", metavar="COLUMN", help="capacitated models: beds, places ... of ledger and candidates / 规模列")
@click.option("--per-capacity", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True,
              help="people that one of them serves / 每单位规模服务人数")
@click.option("--site-capacity", type=float, callback=_amount, metavar="N", help="for candidates without one / 候选点缺规模时按此计")
@click.option("--split", is_flag=True, help="capacitated models: a demand point may be shared out / 允许一个需求点分给多个设施")
@click.option("--give-up", "loss", type=click.FloatRange(0, 1), default=0.0, show_default=True, metavar="SHARE",
              help="share of the objective that existing stock first may cost / 存量优先可让步的比例")
@click.option("--weight", "weights", multiple=True, metavar="NAME=W", help="weight in the comparison of candidates / 比选表权重")
@click.option("--comparison", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.csv",
              help="also write every candidate with verdict, figures and score / 另存选址比选表")
@click.option("--sites-out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="also write new sites and existing facilities as points: .geojson .gpkg .shp / 另存点位图层")
@crs_option
@click.option("--time-limit", type=click.FloatRange(min=0), default=60.0, show_default=True, metavar="S", help="seconds / 时间上限（秒）")
@click.option("--gap", type=click.FloatRange(min=0), default=0.0, show_default=True, help="stop at this relative gap / 达到该相对差距即停")
@click.option("--seed", type=int, default=1, show_default=True, help="seed of every random choice / 随机种子")
@choice_options
@click.option("--save", "save_as", metavar="SCENARIO", help="keep the plan as a scenario / 存为情景")
@scenario_option
@record_options
@command_options
def command(project: Path | None, layer: str, model: str, travel: str, minutes: float | None, metres: float | None, p: int | None,
            new: int | None, budget: float | None, share: float | None, by: str | None, where_possible: bool, cheapest: bool,
            candidates: str | None, group: str, at_least: tuple[str, ...], spacing_m: float | None, people_m: float | None,
            people_path: str | None, from_scratch: bool, as_of: dt.datetime | None, site_cost: float | None, capacity: str | None,
            per_capacity: float, site_capacity: float | None, split: bool, loss: float, weights: tuple[str, ...], comparison: Path | None,
            sites_out: Path | None, crs: str | None, time_limit: float, gap: float, seed: int, save_as: str | None, scenario: str | None,
            choices: Choices, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Reads the project, asks, prints; what is kept or written besides comes last."""
    check_layers(sites_out, crs)
    if (minutes is None) == (metres is None):
        raise click.UsageError(t("coverage.minutes_or_metres", lang))
    if p is not None and new is not None:
        raise click.UsageError("--p (in all) and --new (beside those that exist) exclude each other")
    if model in NEEDS_LIMIT and p is None and new is None and budget is None and not choices.staged:
        raise click.UsageError(f"--model {model}: --new, --p or --budget is needed")
    if share is not None and model != "lscp":
        raise click.UsageError("--share goes with --model lscp only")
    if by is not None and not (model == "max_min_share" or share is not None or choices.frontier is not None):
        raise InputError("site_by_share")
    from planner.plan.siting_question import SitingQuestion

    question = SitingQuestion(
        layer, model, travel, minutes=minutes, metres=metres, p=p, new=new, budget=budget, share=share, by=by,
        where_possible=where_possible, cheapest=cheapest, group=group, candidates=candidates,
        at_least=_levels(at_least), spacing_m=spacing_m, people_m=people_m,
        people_path=people_path, existing=not from_scratch, as_of=None if as_of is None else as_of.date(), site_cost_cny=site_cost,
        capacity=capacity, per_capacity=per_capacity, site_capacity=site_capacity, split=split, loss=loss)
    question = check_others(choices, question)
    _answer(project, question, choices, weights, comparison, sites_out, crs, time_limit, gap, seed, save_as, scenario, form, out, lang,
            quiet)


def _answer(path: Path | None, question: SitingQuestion, choices: Choices, weights: tuple[str, ...], comparison: Path | None,
            sites_out: Path | None, crs: str | None, time_limit: float, gap: float, seed: int, save_as: str | None, scenario: str | None,
            form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Runs the question on a project and writes the answer."""
    from dataclasses import replace

    from planner.cli import site_views
    from planner.export.siting_points import write_points
    from planner.export.siting_table import sites_csv
    from planner.plan.applying import under
    from planner.plan.project import read_project
    from planner.plan.scenario import BASELINE, check_name
    from planner.plan.siting_run import pose
    from planner.plan.siting_sections import rules_for
    from planner.plan.siting_words import remarks, sentence
    from planner.plan.unit_costs import read_unit_costs
    from planner.quality import QualityReport

    if save_as is not None:
        check_name(save_as)
    report = QualityReport()
    project = read_project(path, report=report, as_of=question.as_of)
    city, under_name = under(project, scenario, report=report)
    if comparison is not None and city.demand.hide_small:
        raise InputError("small_counts_finer", what="--comparison")
    rules = rules_for(project.screening, question.layer)
    if weights:
        rules = replace(rules, weights=site_views.parse_weights(weights, rules.weights))
    costs = read_unit_costs(project.costs, report) if project.costs is not None else ()
    run, more, said = found(city, pose(city, question, rules=rules, costs=costs), choices, time_limit, gap, seed)
    told = {each: "" if choices.other else sentence(run, each) for each in ("zh", "en")}
    told = {each: told[each] + "".join(t(key, each, **words) for key, words in said) for each in told}
    ledger = next((spec.file.shown for spec in project.candidates if spec.name == run.candidates.spec), None)
    about = report.record(ledger) if ledger is not None else None
    lines = remarks(run, city, lang, dropped=0 if about is None else about.rows_in - about.rows_kept - about.rows_not_selected)
    if form == "json":
        write(as_json(site_views.record(run, city, rules, told) | more | {"scenario": under_name}), out)
    elif form == "csv":
        write("\n".join(choice_listings(more, form, lang)) or sites_csv(run), out)
    else:
        write("\n".join([site_views.table(run, lang, [told[lang], *lines]), *choice_listings(more, form, lang)]), out)
    if form != "table":
        for line in (told[lang], *lines):
            note(line, quiet)
    if comparison is not None:
        write(site_views.comparison_csv(run, rules, lang), comparison)
    if sites_out is not None:
        write_points(site_views.points(run, city), sites_out, run.as_of.isoformat(), lang=lang, crs=crs)
    if save_as is not None:
        _keep(project.folder, run, city.layer(question.layer).frame["id"].tolist(), save_as,
              None if scenario == BASELINE else scenario, told[lang], lang, quiet)


def check_layers(sites_out: Path | None, crs: str | None) -> None:
    """That the layer asked for can be written, before the work. Raises InputError."""
    from planner.export.siting_points import check_points
    from planner.export.systems import check_system

    if sites_out is not None:
        check_points(sites_out, crs)
    elif crs is not None:
        check_system(crs, None)


def _keep(folder: Path, run: SitingRun, taken: list[str], name: str, base: str | None, said: str, lang: str, quiet: bool) -> None:
    """The plan as a scenario on the one it was made under; a run without a plan is not kept, and says so."""
    from planner.plan.siting_saved import save

    if not run.new:
        raise InputError("site_nothing_to_save", name=name)
    kept = save(folder, run, name, base=base, taken=taken, note=said)
    note(t("site.saved", lang, name=name, count=len(run.new), version=kept.version), quiet)


def _levels(given: tuple[str, ...]) -> dict[str, int]:
    """LEVEL=N of each --at-least-per."""
    found: dict[str, int] = {}
    for typed in given:
        level, _, number = typed.partition("=")
        if not level.strip() or not number.strip().isdigit():
            raise InputError("site_level_unknown", value=typed)
        found[level.strip()] = int(number)
    return found
