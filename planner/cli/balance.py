"""`planner balance`: whose unmet demand for beds goes to whose free beds, in the city and outside it, by minutes of driving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, note, record_options, write
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.plan.balance import Balance, Place

SCHEMA = "planner.balance/1"
COLUMNS = ("unit", "unit_name", "supplier", "supplier_name", "outside", "beds", "minutes")


@click.command("balance", help="Unmet demand for beds and free beds, brought together. 床位余缺平衡。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--by", "level", required=True, help="level of the units / 单元层级")
@click.option("--layers", default="elderly-care-institution", show_default=True, metavar="L,L",
              help="layers whose beds count / 计入床位的设施类别")
@click.option("--per-1000", "per_1000", type=click.FloatRange(min=0), help="beds needed for 1,000 of the group / 每千人所需床位")
@click.option("--group", default="age_60_plus", show_default=True, help="whose beds / 人群")
@click.option("--table", "table_path", type=click.Path(path_type=Path), metavar="FILE",
              help="unit codes or names with columns unmet and free, in place of --per-1000 / 各单元缺口与空余床位表")
@click.option("--suppliers", type=click.Path(path_type=Path), metavar="FILE",
              help="suppliers outside: id,name,lon,lat,free[,more_min] / 市外供给方")
@click.option("--travel", metavar="T", help="travel of the project; one that drives if absent / 出行方式，默认驾车")
@click.option("--within-minutes", "most_min", default=90.0, show_default=True, type=click.FloatRange(min=0, min_open=True),
              help="farther beds are no help / 最远车程（分钟）")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day, today if absent / 日期，默认今天")
@record_options
@command_options
def command(project: Path | None, level: str, layers: str, per_1000: float | None, group: str, table_path: Path | None,
            suppliers: Path | None, travel: str | None, most_min: float, as_of: dt.datetime | None, form: str, out: Path | None, lang: str,
            quiet: bool) -> None:
    """Reads the project, finds who lacks and who has beds, brings them together, prints."""
    from planner.plan.balance import balance, drive_minutes
    from planner.plan.balance_places import by_ratio, by_table, suppliers_outside
    from planner.plan.project import read_city, read_project
    from planner.quality import QualityReport

    if (per_1000 is None) == (table_path is None):
        raise click.UsageError(t("error.balance_need", lang))
    report = QualityReport()
    city = read_city(read_project(project, report=report, as_of=as_of), report=report)
    slugs = [part.strip() for part in layers.split(",") if part.strip()]
    day = as_of.date() if as_of else dt.date.today()
    unmet, free = (by_ratio(city, level, slugs, per_1000, group, day) if per_1000 is not None else
                   by_table(city, level, table_path, group) if table_path is not None else ((), ()))
    everybody = (*free, *(suppliers_outside(suppliers, city) if suppliers is not None else ()))
    profile = city.travel(travel) if travel else next((one for one in city.travels.values() if one.mode == "drive"), None)
    if profile is None:
        raise InputError("balance_travel", travels=", ".join(city.travels) or "-")
    minutes, lost = drive_minutes(city, unmet, everybody, profile, most_min)
    found = balance(unmet, everybody, minutes)
    if lost:
        note(t("balance.lost", lang, codes=", ".join(lost)), quiet)
    names = {one.code: one for one in (*unmet, *everybody)}
    if form == "json":
        write(as_json(_as_dict(found, unmet, everybody, names, city.id, level, lost)), out)
    elif form == "csv":
        write(as_csv(_rows(found, names), COLUMNS), out)
    else:
        write(_table(found, names, lang), out)


def _rows(found: Balance, names: dict[str, Place]) -> list[dict[str, Any]]:
    """One row for each flow."""
    return [{"unit": one.unit, "unit_name": names[one.unit].name, "supplier": one.supplier, "supplier_name": names[one.supplier].name,
             "outside": "true" if names[one.supplier].outside else "false", "beds": one.beds, "minutes": one.minutes}
            for one in found.flows]


def _as_dict(found: Balance, unmet: Sequence[Place], suppliers: Sequence[Place], names: dict[str, Place], project: str, level: str,
             lost: Sequence[str]) -> dict[str, Any]:
    """JSON, schema planner.balance/1."""
    return {"schema": SCHEMA, "project": project, "by": level,
            "flows": [row | {"outside": names[row["supplier"]].outside} for row in _rows(found, names)],
            "units": [{"code": one.code, "name": one.name, "unmet": one.beds, "left": found.unmet[one.code]} for one in unmet],
            "suppliers": [{"code": one.code, "name": one.name, "outside": one.outside, "free": one.beds, "left": found.free[one.code]}
                          for one in suppliers],
            "minutes_mean": found.minutes_mean, "unreachable": list(lost)}


def _table(found: Balance, names: dict[str, Place], lang: str) -> str:
    """Flows, and what is left."""
    rows = [[names[one.unit].name, names[one.supplier].name + (t("balance.outside_mark", lang) if names[one.supplier].outside else ""),
             f"{one.beds:,.6g}", f"{one.minutes:.1f}"] for one in found.flows]
    heads = [t(f"balance.{key}", lang) for key in ("unit", "supplier", "beds", "minutes")]
    moved, left, free = sum(one.beds for one in found.flows), sum(found.unmet.values()), sum(found.free.values())
    mean = "-" if found.minutes_mean is None else f"{found.minutes_mean:.1f}"
    told = t("balance.total", lang, moved=f"{moved:,.6g}", left=f"{left:,.6g}", free=f"{free:,.6g}", mean=mean)
    return as_table(rows, heads, [False, False, True, True]) + "\n" + told + "\n"
