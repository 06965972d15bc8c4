"""`planner layout`: what plans ask besides points - homes merged, units chosen, centres with their stations, sites apart from people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import command_options, record_options, scenario_option
from planner.i18n import t
from planner.inputs.layers import TOTAL

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.gaplist import UnitCost
    from planner.plan.project import Project

Command = Callable[..., Any]


def _options(*added: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order in which help shows them."""
    def add(function: Command) -> Command:
        for option in reversed(added):
            function = option(function)
        return function

    return add


REACH = _options(
    click.option("--travel", required=True, help="travel of planner.toml / 出行方式"),
    click.option("--minutes", type=float, help="limit in minutes / 上限（分钟）"),
    click.option("--metres", type=float, help="limit in metres / 上限（米）"),
    click.option("--group", default=TOTAL, show_default=True, help="population group / 人口组别"),
    click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day, today if absent / 日期，默认今天"))
SOLVING = _options(
    click.option("--time-limit", "time_limit_s", type=click.FloatRange(min=0), default=60.0, show_default=True, metavar="S",
                 help="seconds / 时间上限（秒）"),
    click.option("--gap", type=click.FloatRange(min=0), default=0.0, show_default=True,
                 help="stop at this relative gap / 达到该相对差距即停"),
    click.option("--seed", type=int, default=1, show_default=True, help="seed of every random choice / 随机种子"))
PROJECT = click.argument("project", required=False, type=click.Path(path_type=Path))
NEW = click.option("--new", type=click.IntRange(min=0), metavar="N", help="at most so many new ones / 最多新建几处")
BUDGET = click.option("--budget", type=click.FloatRange(min=0), metavar="CNY", help="at most so many yuan / 预算（元）")
CANDIDATES = click.option("--candidates", metavar="NAME|streets:M|grid:M",
                          help="the project's only ledger if absent, else streets:250 / 候选点来源")


@click.group("layout")
def command() -> None:
    """Homes consolidated, units chosen, centres with stations, sites apart from people. 撤并整合、选单元、中心带站点、避开居民。"""


def _city(project: Path | None, scenario: str | None, as_of: dt.datetime | None) -> tuple[Project, City, str, tuple[UnitCost, ...]]:
    """The project, its city under a scenario, the scenario's name, and the unit costs."""
    from planner.plan.applying import under
    from planner.plan.project import read_project
    from planner.plan.unit_costs import read_unit_costs
    from planner.quality import QualityReport

    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    city, name = under(found, scenario, report=report)
    return found, city, name, () if found.costs is None else read_unit_costs(found.costs, report)


def _one_limit(minutes: float | None, metres: float | None, lang: str) -> None:
    """Exactly one of minutes and metres, else wrong usage."""
    if (minutes is None) == (metres is None):
        raise click.UsageError(t("coverage.minutes_or_metres", lang))


def _day(as_of: dt.datetime | None) -> dt.date | None:
    """The day of an option."""
    return None if as_of is None else as_of.date()


@command.command("homes")
@PROJECT
@click.option("--layer", "layers", required=True, multiple=True, metavar="LAYER",
              help="homes with residents and beds / 机构图层，可多次给出")
@REACH
@click.option("--objective", type=click.Choice(("closed", "cost")), default="closed", show_default=True,
              help="most closed, or least cost / 撤并最多，或费用最低")
@click.option("--reach-minutes", type=float, help="how near a home must stay to people; as --minutes if absent / 周边居民可达上限（分钟）")
@click.option("--reach-metres", type=float, help="the same in metres / 同上（米）")
@click.option("--kept-share", type=click.FloatRange(0, 1), default=1.0, show_default=True,
              help="of people with a home in reach today, so many keep one / 现可达居民中须保持可达的比例")
@click.option("--upgrade-beds", type=click.FloatRange(min=0), metavar="N", help="beds that a home may be raised to / 改造后可达床位数")
@click.option("--upgrade-cny", type=click.FloatRange(min=0), metavar="CNY", help="of an added bed, where costs do not say / 每新增一床造价")
@click.option("--running-cny", type=click.FloatRange(min=0), metavar="CNY",
              help="of a home in a year, where the ledger does not say / 每家年运行费")
@click.option("--years", type=click.FloatRange(min=0), default=10.0, show_default=True, help="of running costs counted / 计入几年运行费")
@click.option("--occupancy", type=click.FloatRange(0, 1), default=1.0, show_default=True,
              help="share of beds that may be filled / 床位可用比例")
@click.option("--least-beds", type=click.FloatRange(min=0), default=0.0, show_default=True,
              help="no smaller home stays / 保留机构的最少床位")
@click.option("--homes", "open_homes", type=click.IntRange(min=0), metavar="N", help="at most so many stay open / 最多保留几家")
@BUDGET
@click.option("--whole", is_flag=True, help="residents of a home stay together / 同一机构的老人转到同一处")
@click.option("--same", metavar="LEVEL", help="residents stay within their unit of this level / 只在同一单元内转住")
@click.option("--keep", multiple=True, metavar="ID", help="must stay open / 必须保留")
@click.option("--close", multiple=True, metavar="ID", help="must close / 必须撤并")
@SOLVING
@scenario_option
@record_options
@command_options
def homes(project: Path | None, layers: tuple[str, ...], travel: str, minutes: float | None, metres: float | None, group: str,
          as_of: dt.datetime | None, objective: str, reach_minutes: float | None, reach_metres: float | None, kept_share: float,
          upgrade_beds: float | None, upgrade_cny: float | None, running_cny: float | None, years: float, occupancy: float,
          least_beds: float, open_homes: int | None, budget: float | None, whole: bool, same: str | None, keep: tuple[str, ...],
          close: tuple[str, ...], time_limit_s: float, gap: float, seed: int, scenario: str | None, form: str, out: Path | None, lang: str,
          quiet: bool) -> None:
    """Which homes to keep, upgrade and merge, every resident placed. 机构撤并整合：保留、改造、撤并，人人有床位。"""
    _one_limit(minutes, metres, lang)
    from planner.cli.layout_tables import homes_rows, report_answer
    from planner.plan.consolidating import HomesQuestion, consolidate
    from planner.siting.consolidation import HomeRules

    found, city, name, costs = _city(project, scenario, as_of)
    rules = HomeRules(objective, years=years, whole=whole, occupancy=occupancy, least_beds=least_beds, open_homes=open_homes, budget=budget,
                      kept_share=kept_share)
    question = HomesQuestion(layers, travel, minutes, metres, reach_minutes, reach_metres, group, upgrade_beds, upgrade_cny, running_cny,
                             same, keep, close, rules, _day(as_of))
    answer = consolidate(city, question, costs=costs, time_limit_s=time_limit_s, gap=gap, seed=seed)
    report_answer("homes", found.id, name, answer, homes_rows(answer), form, out, lang, quiet)


@command.command("units")
@PROJECT
@click.option("--level", required=True, help="level of the units to choose: township, community / 要选的单元层级")
@click.option("--count", type=click.IntRange(min=0), metavar="N", help="choose so many / 选几个")
@click.option("--share", type=click.FloatRange(0, 1), metavar="S",
              help="instead: the fewest for this share of people / 覆盖该比例所需最少个数")
@REACH
@click.option("--objective", type=click.Choice(("reach", "distance")), default="reach", show_default=True,
              help="most people in reach, or least distance / 覆盖人口最多，或路程最短")
@click.option("--layer", metavar="LAYER", help="facilities that serve already; units with one are not chosen / 已有设施图层")
@click.option("--per", metavar="LEVEL", help="level for --least and --most / 按哪一级限定个数")
@click.option("--least", type=click.IntRange(min=0), default=0, show_default=True, help="at least so many in each / 每个至少选几个")
@click.option("--most", type=click.IntRange(min=0), help="at most so many in each / 每个至多选几个")
@click.option("--class", "unit_class", metavar="CLASS", help="only units of this class: urban, rural / 只选该类单元")
@click.option("--seat-layer", metavar="LAYER", help="facilities that are the seats of units / 以该类设施为单元驻地")
@click.option("--seats-of", metavar="LEVEL",
              help="distances from the seats of this level, not from people / 以该级单元驻地（而非居民点）计程")
@click.option("--leave-out", multiple=True, metavar="CODE", help="may not be chosen / 不可选的单元")
@SOLVING
@scenario_option
@record_options
@command_options
def units(project: Path | None, level: str, count: int | None, share: float | None, travel: str, minutes: float | None,
          metres: float | None, group: str, as_of: dt.datetime | None, objective: str, layer: str | None, per: str | None, least: int,
          most: int | None, unit_class: str | None, seat_layer: str | None, seats_of: str | None, leave_out: tuple[str, ...],
          time_limit_s: float, gap: float, seed: int, scenario: str | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Which townships or villages to choose. 选哪些乡镇或村。"""
    _one_limit(minutes, metres, lang)
    from planner.cli.layout_tables import report_answer, unit_rows
    from planner.plan.unit_choosing import UnitsQuestion, choose_units

    found, city, name, _ = _city(project, scenario, as_of)
    question = UnitsQuestion(level, travel, count, share, minutes, metres, seats_of, objective, group, layer, per, least, most, unit_class,
                             seat_layer, leave_out, _day(as_of))
    answer = choose_units(city, question, time_limit_s=time_limit_s, gap=gap, seed=seed)
    report_answer("units", found.id, name, answer, unit_rows(answer), form, out, lang, quiet)


@command.command("stations")
@PROJECT
@click.option("--centres", required=True, metavar="LAYER", help="layer of the centres / 中心图层")
@click.option("--stations", required=True, metavar="LAYER", help="layer of the stations / 站点图层")
@REACH
@click.option("--link-travel", metavar="TRAVEL", help="from station to centre; as --travel if absent / 站点到中心的出行方式")
@click.option("--link-minutes", type=float, help="a station's limit to its own unit's centre / 站点到本街道中心上限（分钟）")
@click.option("--link-metres", type=float, help="the same in metres / 同上（米）")
@click.option("--level", default="township", show_default=True, help="units with a centre of their own / 各有中心的单元层级")
@click.option("--class", "unit_class", metavar="CLASS", help="only units of this class: urban, rural / 只看该类单元")
@NEW
@BUDGET
@click.option("--share", type=click.FloatRange(0, 1), metavar="S",
              help="instead: the least cost for this share / 覆盖该比例所需最少费用（或处数）")
@click.option("--least", type=click.IntRange(min=0), default=1, show_default=True, help="centres of a unit at least / 每单元至少几个中心")
@click.option("--most", type=click.IntRange(min=0), default=1, show_default=True, help="and at most / 每单元至多几个中心")
@click.option("--bind-existing", is_flag=True, help="existing stations need their centre near too / 现有站点也须靠近本街道中心")
@click.option("--strict", is_flag=True, help="no plan where a unit can have no centre / 有单元设不了中心即判无解")
@CANDIDATES
@click.option("--centre-candidates", metavar="SPEC", help="for centres; as --candidates if absent / 中心候选点来源")
@SOLVING
@scenario_option
@record_options
@command_options
def stations(project: Path | None, centres: str, stations: str, travel: str, minutes: float | None, metres: float | None, group: str,
             as_of: dt.datetime | None, link_travel: str | None, link_minutes: float | None, link_metres: float | None, level: str,
             unit_class: str | None, new: int | None, budget: float | None, share: float | None, least: int, most: int,
             bind_existing: bool, strict: bool, candidates: str | None, centre_candidates: str | None, time_limit_s: float, gap: float,
             seed: int, scenario: str | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """A centre in each township, stations near their own centre. 一个中心带若干站点。"""
    _one_limit(minutes, metres, lang)
    _one_limit(link_minutes, link_metres, lang)
    from planner.cli.layout_tables import report_answer, station_rows
    from planner.plan.centre_stations import StationsQuestion, centre_stations
    from planner.plan.siting_sections import rules_for

    found, city, name, costs = _city(project, scenario, as_of)
    question = StationsQuestion(
        centres, stations, travel, minutes, metres, link_travel, link_minutes, link_metres, level, unit_class, group, candidates,
        centre_candidates, new=new, share=share, budget=budget, least=least, most=most, bind_existing=bind_existing,
        where_possible=not strict, as_of=_day(as_of))
    answer = centre_stations(city, question, rules=[rules_for(found.screening, layer) for layer in (centres, stations)], costs=costs,
                             time_limit_s=time_limit_s, gap=gap, seed=seed)
    report_answer("stations", found.id, name, answer, station_rows(answer), form, out, lang, quiet)


@command.command("apart")
@PROJECT
@click.option("--layer", required=True, metavar="LAYER", help="what to build: funeral-home, ... / 设施图层")
@click.option("--least-m", required=True, type=click.FloatRange(min=0), metavar="M", help="least metres from people / 距居民至少（米）")
@click.option("--path", type=click.Choice(("straight", "network")), default="straight", show_default=True,
              help="how these metres are measured / 该距离按直线或路网")
@REACH
@NEW
@BUDGET
@click.option("--share", type=click.FloatRange(0, 1), metavar="S",
              help="instead: the fewest for this share of people / 覆盖该比例所需最少处数")
@click.option("--near-most", type=click.FloatRange(min=0), default=0.0, show_default=True, metavar="N",
              help="people nearer than that, in all, at most / 近旁居民合计上限")
@click.option("--near-price", type=click.FloatRange(min=0), metavar="C",
              help="no limit, but each counts as so many people served (yuan with --share) / 不设上限，每人折抵")
@CANDIDATES
@SOLVING
@scenario_option
@record_options
@command_options
def apart(project: Path | None, layer: str, least_m: float, path: str, travel: str, minutes: float | None, metres: float | None, group: str,
          as_of: dt.datetime | None, new: int | None, budget: float | None, share: float | None, near_most: float,
          near_price: float | None, candidates: str | None, time_limit_s: float, gap: float, seed: int, scenario: str | None, form: str,
          out: Path | None, lang: str, quiet: bool) -> None:
    """A least distance from people with a longest drive. 离居民足够远、车程又够近。"""
    _one_limit(minutes, metres, lang)
    from planner.cli.layout_tables import apart_rows, report_answer
    from planner.plan.keeping_apart import ApartQuestion, keep_apart
    from planner.plan.siting_sections import rules_for

    found, city, name, costs = _city(project, scenario, as_of)
    question = ApartQuestion(layer, travel, least_m, minutes, metres, path, group, candidates, new, budget, share,
                             near_most if near_price is None else None, near_price or 0.0, _day(as_of))
    answer = keep_apart(city, question, rules=rules_for(found.screening, layer), costs=costs, time_limit_s=time_limit_s, gap=gap, seed=seed)
    report_answer("apart", found.id, name, answer, apart_rows(answer), form, out, lang, quiet)
