"""`planner compare A B --layer L`: what a layer's coverage changes by, per unit and in all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import as_csv, as_json, as_table, note, write
from planner.i18n import t

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.comparing import Side
    from planner.plan.coverage_change import CoverageChange, UnitChange

COLUMNS = ("code", "share_a", "share_b", "share_difference")
SHOWN = ("code", "name", "people", "share_a", "share_b", "share_difference", "people_gained")
LAYER = click.option("--layer", metavar="LAYER", help="compare this layer's coverage instead of targets / 改为比较该图层的覆盖率")
BY = click.option("--by", metavar="LEVEL", help="level of the units, with --layer / 统计单元层级，与 --layer 同用")


def change(a: Side, b: Side, view: Callable[[City], City], *, layer: str, travel: str | None, minutes: float, by: str | None, group: str,
           as_of: dt.date, lang: str) -> CoverageChange:
    """The coverage of a layer on both sides. Raises click.UsageError without travel or level, InputError for unknown ones."""
    from planner.measure.coverage import coverage
    from planner.measure.small_counts import published
    from planner.plan.applying import apply_actions
    from planner.plan.coverage_change import coverage_change

    if travel is None or by is None:
        raise click.UsageError(t("compare_coverage.needs", lang))
    cities = [view(apply_actions(side.city, side.actions)) for side in (a, b)]
    before, after = (published(city, coverage(city, layer, travel, minutes=minutes, by=by, group=group, as_of=as_of)) for city in cities)
    return coverage_change(before, after, hide_small=any(city.demand.hide_small for city in cities))


def tell(found: CoverageChange, a: str, b: str, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Prints or writes a comparison in a form."""
    from planner.plan.coverage_change import rows, to_dict

    if form == "json":
        write(as_json(to_dict(found, a, b)), out)
    elif form == "csv":
        write(as_csv(rows(found.units), COLUMNS), out)
    else:
        write(table(found, a, b, lang), out)
    if [unit.code for unit in found.before.units] != [unit.code for unit in found.after.units]:
        note(t("compare_coverage.other_units", lang), quiet)


def table(found: CoverageChange, a: str, b: str, lang: str) -> str:
    """The whole and the units that changed, those with most people gained or lost first."""
    from planner.plan.coverage_change import ranked

    before, changed = found.before, ranked(found.units)
    head = t("compare_coverage.head", lang, a=a, b=b, layer=before.layer, travel=before.travel, minutes=f"{before.minutes:g}",
             group=before.group, by=before.by, date=before.as_of.isoformat(), count=len(changed), all=len(found.units))
    drawn = as_table([_row(found.total, t("coverage.total", lang)), *(_row(unit, unit.code) for unit in changed)],
                     [t(f"compare_coverage.{key}", lang) for key in SHOWN], [False, False, *[True] * (len(SHOWN) - 2)])
    return f"{head}\n\n{drawn}"


def _row(unit: UnitChange, code: str) -> list[str]:
    """One row of the table."""

    def whole(value: float | None, sign: str = "") -> str:
        return "-" if value is None else f"{value:{sign},.0f}"

    def per_cent(value: float | None) -> str:
        return "-" if value is None else f"{value * 100:.2f}%"

    points = "-" if unit.share_difference is None else f"{unit.share_difference * 100:+.2f}"
    return [code, unit.name, whole(unit.people), per_cent(unit.share_before), per_cent(unit.share_after), points,
            whole(unit.people_gained, "+")]
