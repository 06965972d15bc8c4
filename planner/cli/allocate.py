"""`planner allocate`: a quota split over units in whole numbers that add up exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, record_options, write
from planner.i18n import t
from planner.plan.allocation import GAP, METHODS

if TYPE_CHECKING:
    from planner.plan.allocation import Factor, Share

SCHEMA = "planner.allocation/1"
COLUMNS = ("code", "name", "share", "exact", "amount", "least", "most")


@click.command("allocate", help="A quota split over units, exactly. 指标任务分解。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--quota", required=True, type=click.IntRange(min=0), help="what is split, whole / 总量（整数）")
@click.option("--by", "level", required=True, help="level of the units: district, township, community / 单元层级")
@click.option("--factors", default="age_60_plus", show_default=True, metavar="NAME=WEIGHT,...",
              help="population groups, columns of --table, or `gap` (the shortfall of --target) / 分配因素与权重")
@click.option("--target", metavar="ID", help="the target whose shortfall is the factor `gap` / 缺口所属指标")
@click.option("--pack", "packs", multiple=True, metavar="ID", help="pack of --target; may repeat / 指标包")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day of the shortfall, today if absent / 评估日期")
@click.option("--table", "table_path", type=click.Path(path_type=Path), metavar="FILE",
              help="unit codes or names with columns of factors, and perhaps least and most / 各单元数据表")
@click.option("--least", type=click.IntRange(min=0), help="least of each unit / 每个单元下限")
@click.option("--most", type=click.IntRange(min=0), help="most of each unit / 每个单元上限")
@click.option("--method", type=click.Choice(METHODS), default=METHODS[0], show_default=True, help="rounding / 取整方法")
@record_options
@command_options
def command(project: Path | None, quota: int, level: str, factors: str, target: str | None, packs: tuple[str, ...],
            as_of: dt.datetime | None, table_path: Path | None, least: int | None, most: int | None, method: str, form: str,
            out: Path | None, lang: str, quiet: bool) -> None:
    """Reads the project, weighs the units, splits, prints."""
    from planner.plan.allocation import allocate
    from planner.plan.allocation_factors import Known, parse_factors
    from planner.plan.project import read_city, read_project
    from planner.plan.unit_tables import read_unit_table
    from planner.quality import QualityReport
    from planner.targets.pack import resolve_packs

    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    city = read_city(found, report=report)
    frame = city.boundaries.frame(level)
    codes, names = frame["code"].tolist(), dict(zip(frame["code"], frame["name"], strict=True))
    table = read_unit_table(table_path, city, level) if table_path is not None else {}
    day = as_of.date() if as_of else dt.date.today()
    known = Known(city, level, table, resolve_packs(packs, found.folder, found.packs) if target is not None else (), target, day)
    weighed = [known.factor(name, weight) for name, weight in parse_factors(factors)]
    shares = allocate(quota, codes, weighed, least=known.bounds("least", least), most=known.bounds("most", most), method=method)
    if form == "json":
        write(as_json(_as_dict(shares, weighed, names, city.id, level, quota, method)), out)
    elif form == "csv":
        write(as_csv(_rows(shares, names), COLUMNS), out)
    else:
        write(_table(shares, weighed, names, quota, lang), out)


def _rows(shares: Sequence[Share], names: dict[str, str]) -> list[dict[str, Any]]:
    """One row for each unit."""
    return [{"code": one.code, "name": names[one.code], "share": one.share, "exact": one.exact, "amount": one.amount, "least": one.least,
             "most": one.most} for one in shares]


def _as_dict(shares: Sequence[Share], factors: Sequence[Factor], names: dict[str, str], project: str, level: str, quota: int, method: str,
             ) -> dict[str, Any]:
    """JSON, schema planner.allocation/1: shares 0..1."""
    units = _rows(shares, names)
    for k, unit in enumerate(units):
        unit["factors"] = {factor.name: factor.values[k] for factor in factors}
    return {"schema": SCHEMA, "project": project, "by": level, "quota": quota, "method": method,
            "factors": [{"name": factor.name, "weight": factor.weight} for factor in factors], "units": units}


def _table(shares: Sequence[Share], factors: Sequence[Factor], names: dict[str, str], quota: int, lang: str) -> str:
    """An aligned table with the sum below."""
    rows = [[one.code, names[one.code], *(f"{factor.values[k]:,.6g}" for factor in factors), f"{one.share * 100:.2f}%", f"{one.exact:,.2f}",
             f"{one.amount:,}"] for k, one in enumerate(shares)]
    rows.append(["", t("allocation.sum", lang), *(f"{sum(factor.values):,.6g}" for factor in factors), "100.00%",
                 f"{sum(one.exact for one in shares):,.2f}", f"{quota:,}"])
    heads = [t("allocation.code", lang), t("allocation.name", lang), *(_named(factor.name, lang) for factor in factors),
             t("allocation.share", lang), t("allocation.exact", lang), t("allocation.amount", lang)]
    return as_table(rows, heads, [False, False] + [True] * (len(heads) - 2))


def _named(factor: str, lang: str) -> str:
    """A factor as people call it: the shortfall, a population group, or the header that the table has."""
    from planner.i18n import has

    return t(key, lang) if has(key := f"gaps.column.{factor}", lang) else t("allocation.gap", lang) if factor == GAP else factor
