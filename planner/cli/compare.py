"""`planner compare`: two scenarios target by target and unit by unit, why each number changed, people and cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import compare_coverage
from planner.cli.common import as_csv, as_json, as_table, command_options, note, record_options, write
from planner.cli.evaluate import figure, is_share
from planner.i18n import pick, t
from planner.inputs.layers import TOTAL

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.comparing import Comparison, Side, TargetChange
    from planner.plan.project import Project
    from planner.plan.service_changes import Departure, ServiceChanges
    from planner.quality import QualityReport

COLUMNS = ("id", "plan", "title", "unit_code", "a", "b", "difference", "state_a", "state_b", "people_gained", "people_lost", "new_site",
           "closed_site", "changed_facility", "streets", "boundaries", "new_data", "new_parameter")
"""Columns of the CSV: a row for each target (unit_code blank), then one for each of its units that changed. Shares are 0..1."""
MINUTES = 15.0
SHOWN_UNITS = 6
SMALL_POINTS = 0.01
"""Differences of shares below so many percentage points are shown with four decimals."""


@click.command("compare", help="What scenario B changes against A, and why. 情景比较与归因。")
@click.argument("a")
@click.argument("b")
@click.option("--project", type=click.Path(path_type=Path), help="project folder; the demonstration city if absent / 项目文件夹")
@click.option("--pack", "packs", multiple=True, metavar="ID", help="bundled id or pack file; may repeat / 指标包编号或文件，可多次给出")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day of evaluation, today if absent / 评估日期，默认今天")
@click.option("--against", type=click.Path(path_type=Path), metavar="DIR",
              help="side A stands in this project, e.g. last year's / A 取自另一项目")
@click.option("--units-of", "units_of", type=click.Choice(["own", "a", "b"]), default="own", show_default=True,
              help="whose boundaries both are counted on / 双方按谁的边界统计")
@compare_coverage.LAYER
@compare_coverage.BY
@click.option("--travel", metavar="NAME", help="travel of the people told; on foot if absent / 受影响人口的出行方式")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), default=MINUTES, show_default=True,
              help="in reach within so many minutes / 可达时限")
@click.option("--group", default=TOTAL, show_default=True, help="population group / 人口组别")
@record_options
@command_options
def command(a: str, b: str, project: Path | None, packs: tuple[str, ...], as_of: dt.datetime | None, against: Path | None, units_of: str,
            layer: str | None, by: str | None, travel: str | None, minutes: float, group: str, form: str, out: Path | None, lang: str,
            quiet: bool) -> None:
    """Reads the project, makes both cities, compares, prints."""
    from planner.plan.common_units import on_boundaries
    from planner.plan.comparing import compare, to_dict
    from planner.plan.project import read_project
    from planner.plan.service_changes import service_changes
    from planner.plan.service_changes import to_dict as changes_dict
    from planner.plan.unit_costs import read_unit_costs
    from planner.quality import QualityReport
    from planner.targets.pack import resolve_packs

    report = QualityReport()
    found = read_project(project, report=report, as_of=as_of)
    chosen = resolve_packs(packs, found.folder, found.packs)
    one, other = _sides(found, a, b, against, report)
    day = as_of.date() if as_of else dt.date.today()
    view = on_boundaries(one, other, units_of)
    if layer is not None:
        change = compare_coverage.change(one, other, view, layer=layer, travel=travel, minutes=minutes, by=by, group=group, as_of=day,
                                         lang=lang)
        compare_coverage.tell(change, a, b, form, out, lang, quiet)
        return
    costs = read_unit_costs(found.costs, report) if found.costs is not None else ()
    comparison = compare(one, other, chosen, as_of=day, view=view, costs=costs)
    way = travel or _on_foot(comparison.city_b)
    changes = None if way is None else service_changes(comparison.city_a, comparison.city_b, travel=way, minutes=minutes, group=group,
                                                       as_of=day)
    if comparison.city_b.demand.hide_small:
        note(t("compare.small_counts", lang), quiet)
    elif changes is None and way is not None:
        note(t("compare.other_people", lang), quiet)
    if form == "json":
        write(as_json(to_dict(comparison) | {"units_of": units_of, "service": None if changes is None else changes_dict(changes)}), out)
    elif form == "csv":
        write(as_csv([row for one_ in comparison.targets for row in _rows(one_, lang)], COLUMNS), out)
    else:
        write(table(comparison, changes, lang), out)


def _sides(found: Project, a: str, b: str, against: Path | None, report: QualityReport) -> tuple[Side, Side]:
    """Both sides. A scenario's name is looked up before anything is read."""
    from planner.plan.comparing import side_of
    from planner.plan.project import read_city, read_project
    from planner.plan.scenario import BASELINE, load_scenario
    from planner.quality import QualityReport as Report

    past_report = Report()
    past = found if against is None else read_project(against, report=past_report)
    for folder, name in ((past.folder, a), (found.folder, b)):
        if name != BASELINE:
            load_scenario(folder, name)
    city = read_city(found, report=report)
    return side_of(city if against is None else read_city(past, report=past_report), past.folder, a), side_of(city, found.folder, b)


def _on_foot(city: City) -> str | None:
    """The travel of people who walk: `walk`, else the first on foot, else the first there is."""
    walks = sorted((one.name for one in city.travels.values() if one.mode == "walk"), key=lambda name: (name != "walk", name))
    return next(iter([*walks, *city.travels]), None)


def _rows(one: TargetChange, lang: str) -> list[dict[str, Any]]:
    """The CSV rows of a target."""
    from planner.plan.comparing import less

    common = {"id": one.a.target.id, "plan": one.a.target.plan, "title": pick(one.a.target.title, lang)}
    told = {} if one.people is None else {"people_gained": one.people.gained, "people_lost": one.people.lost}
    rows = [common | {"a": one.a.value, "b": one.b.value, "difference": one.difference, "state_a": one.a.state, "state_b": one.b.state}
            | told | _by_cause(one.parts or {})]
    then, now = ({unit.code: unit for unit in result.units} for result in (one.a, one.b))
    for code in sorted(then.keys() | now.keys()):
        values = [units[code].value if code in units else None for units in (then, now)]
        if values[0] != values[1] or (code in then) != (code in now):
            states = {f"state_{side}": units[code].state for side, units in (("a", then), ("b", now)) if code in units}
            people = {} if one.people is None or code not in one.people.units else dict(
                zip(("people_gained", "people_lost"), one.people.units[code], strict=True))
            rows.append(common | {"unit_code": code, "a": values[0], "b": values[1], "difference": less(*values)} | states | people
                        | _by_cause(one.unit_parts.get(code, {})))
    return rows


def _by_cause(parts: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Parts by cause, both sides together."""
    found: dict[str, float] = {}
    for (cause, _), amount in parts.items():
        found[cause] = found.get(cause, 0.0) + amount
    return found


def table(found: Comparison, changes: ServiceChanges | None, lang: str) -> str:
    """The comparison for people: targets that changed, why, who gains and loses, and what closing and moving does."""
    from planner.export.fields import scenario_label

    comma = t("compare.separator", lang)
    rows, lines = [], [t("compare.head", lang, a=scenario_label(found.a.name, lang), b=scenario_label(found.b.name, lang),
                         date=found.date.isoformat())]
    changed = [one for one in found.targets if one.difference or one.a.state != one.b.state or one.a.shortfall != one.b.shortfall]
    for one in changed:
        share = is_share(one.b)
        state = t(f"evaluate.state_{one.b.state}", lang)
        if one.a.state != one.b.state:
            state = f"{t(f'evaluate.state_{one.a.state}', lang)} → {state}"
        people = "" if one.people is None else t("compare.people", lang, gained=f"{one.people.gained:,.0f}", lost=f"{one.people.lost:,.0f}")
        rows.append([one.a.target.id, pick(one.a.target.title, lang), state, figure(one.a.value, share), figure(one.b.value, share),
                     signed(one.difference, share, lang), _why(one, share, lang), people])
    lines.append(t("compare.changed", lang, count=len(changed), all=len(found.targets)))
    cost = {side: t("compare.cost_of", lang, cost=f"{one.total_cny:,.0f}", estimated=f"{one.estimated_cny:,.0f}", unknown=one.unknown)
            for side, one in found.cost.items()}
    lines.append(t("compare.cost", lang, **cost))
    if rows:
        heads = [t(f"compare.{key}", lang) for key in ("id", "title", "state", "a", "b", "difference", "why", "people_head")]
        lines += ["", as_table(rows, heads, [False, False, False, True, True, True, False, False]).rstrip("\n")]
        lines.append(t(f"compare.method_{found.method}", lang))
    if changes is not None:
        lines += _service(changes, lang, comma)
    return "\n".join(lines) + "\n"


def signed(value: float | None, share: bool, lang: str) -> str:
    """A difference for people: shares in percentage points, small ones with more digits."""
    if value is None:
        return "-"
    if share:
        points = value * 100
        return t("compare.points", lang, points=f"{points:+.2f}" if abs(points) >= SMALL_POINTS or points == 0 else f"{points:+.4f}")
    return f"{value:+,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:+,.2f}"


def _why(one: TargetChange, share: bool, lang: str) -> str:
    """The causes of a target's change that are not nothing."""
    if one.parts is None:
        return ""
    told = [f"{t(f'compare.cause_{cause}_{side}', lang)} {signed(amount, share, lang)}"
            for (cause, side), amount in one.parts.items() if amount]
    return t("compare.separator", lang).join(told)


def _service(changes: ServiceChanges, lang: str, comma: str) -> list[str]:
    """What changes for people, line by line."""
    from planner.export.fields import group_label
    from planner.targets.catalogue import layer_info

    lines = [""] if changes.departures or changes.dependence else []
    left = {one.layer for one in changes.departures}
    told = [layer for layer in changes.dependence if layer.a != layer.b or layer.layer in left]
    for one in changes.departures:
        lines.append(_left(one, lang, comma))
    for layer in sorted(told, key=lambda one: one.layer not in left)[:SHOWN_UNITS]:
        sides = {side: comma.join(t(f"compare.in_reach_{k}", lang, people=f"{people:,.0f}") for k, people in enumerate(values))
                 for side, values in (("a", layer.a), ("b", layer.b))}
        lines.append(t("compare.in_reach", lang, layer=pick(layer_info(layer.layer).name, lang), minutes=f"{changes.minutes:g}",
                       travel=changes.travel, group=group_label(changes.group, lang), **sides))
    return lines


def _left(one: Departure, lang: str, comma: str) -> str:
    """One site that leaves people: how many, where, and who takes them."""
    from planner.targets.catalogue import layer_info

    most = sorted(one.units, key=lambda unit: -unit.people)[:SHOWN_UNITS]
    units = comma.join(f"{unit.name or unit.code} {unit.people:,.0f}" for unit in most)
    takers = comma.join(t("compare.taker", lang, name=taker.name or taker.id, people=f"{taker.people:,.0f}", before=f"{taker.before:,.0f}",
                          after=f"{taker.after:,.0f}") for taker in one.takers[:SHOWN_UNITS])
    extra = "-" if one.extra_min is None else f"{one.extra_min:+.1f}"
    longest = "-" if one.longest_extra_min is None else f"{one.longest_extra_min:+.1f}"
    return t(f"compare.left_{one.how}", lang, name=one.name or one.id, id=one.id, layer=pick(layer_info(one.layer).name, lang),
             people=f"{one.people:,.0f}",
             units=units or "-", takers=takers or "-", extra=extra, longest=longest, stranded=f"{one.stranded:,.0f}")
