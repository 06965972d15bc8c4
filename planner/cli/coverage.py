"""`planner coverage`: people within reach of a layer, per unit and in all, on the network and as the crow flies."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import coverage_room
from planner.cli.common import as_csv, as_json, as_table, command_options, crs_option, note, record_options, scenario_option, write
from planner.cli.coverage_basket import (
    between_units,
    group_shares,
    inequality_dict,
    inequality_line,
    kind_said,
    parse_weights,
    write_basket,
)
from planner.cli.coverage_files import check_files, write_areas, write_spots, write_units
from planner.i18n import t
from planner.inputs.layers import TOTAL

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.measure.coverage import Coverage, UnitCoverage
    from planner.measure.enough import Enough

FIELDS = ("code", "name", "people", "people_covered", "share", "people_beyond", "people_unattached", "people_unreached", "nearest_mean_m",
          "nearest_p50_m", "nearest_p95_m", "straight_people_covered", "straight_share")
ELSEWHERE = ("people_served_from_outside", "people_served_from_other_units")
UNITS_NAMED = 8
"""So many units that are served from outside are named in the remark; JSON and CSV have them all."""
SHOWN = ("code", "name", "people", "people_covered", "share", "people_beyond", "nearest_p50_m", "nearest_p95_m", "straight_share")
FAR_APART_DAYS = 366
"""Population and ledger dates farther apart than a year are remarked upon."""


@click.command("coverage", help="People within reach of a layer, per unit. 各单元设施覆盖人口。")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--layer", "layers", required=True, multiple=True, metavar="LAYER",
              help="facility layer; several: a basket, all of which count / 设施图层；给出几个即为一组，样样可达才算覆盖")
@click.option("--weights", metavar="W,W", help="weights of a basket's score / 一组图层加权得分的权重")
@click.option("--travel", required=True, help="travel of planner.toml / 出行方式")
@click.option("--minutes", type=float, help="service radius in minutes / 服务半径（分钟）")
@click.option("--metres", type=float, help="service radius in metres / 服务半径（米）")
@click.option("--by", required=True, help="level of the units: city, district, township, community / 统计单元层级")
@click.option("--group", default=TOTAL, show_default=True, help="population group / 人口组别")
@click.option("--as-of", "as_of", type=click.DateTime(["%Y-%m-%d"]), help="day, today if absent / 日期，默认今天")
@coverage_room.REACH
@coverage_room.CAPACITY
@coverage_room.PER_CAPACITY
@click.option("--service-areas", "areas_path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="also write reachable streets and outlines, for drawing only: .gpkg .geojson / 另存服务范围（仅供制图）")
@click.option("--blind-spots", "spots_path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="also write where people beyond live together: .xlsx .csv .gpkg .geojson .shp / 另存盲区清单")
@crs_option
@scenario_option
@record_options
@command_options
def command(project: Path | None, layers: tuple[str, ...], weights: str | None, travel: str, minutes: float | None, metres: float | None,
            by: str, group: str, as_of: dt.datetime | None, reach: str, capacity: str | None, per_capacity: float, areas_path: Path | None,
            spots_path: Path | None, crs: str | None, scenario: str | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Reads the project, measures, prints."""
    if (minutes is None) == (metres is None):
        raise click.UsageError(t("coverage.minutes_or_metres", lang))
    if len(set(layers)) > 1 and (areas_path is not None or spots_path is not None):
        raise click.UsageError(t("error.areas_of_one" if areas_path is not None else "blind_spots.of_one", lang))
    if len(set(layers)) > 1 and (capacity is not None or reach != coverage_room.REACHES[0]):
        raise click.UsageError(t("coverage.room_of_one", lang))
    if weights is not None and len(set(layers)) < 2:
        raise click.UsageError(t("error.weights_alone", lang))
    check_files(areas_path, spots_path, out, crs, basket=len(set(layers)) > 1, room=capacity is not None)
    from planner.measure.coverage import coverage
    from planner.measure.small_counts import published
    from planner.plan.applying import under
    from planner.plan.project import read_project
    from planner.quality import QualityReport

    report = QualityReport()
    city, name = under(read_project(project, report=report, as_of=as_of), scenario, report=report)
    if city.demand.hide_small:
        _refuse_finer(capacity is not None, len(set(layers)) > 1)
    day, layer = as_of.date() if as_of else None, layers[0]
    if len(set(layers)) > 1:
        from planner.measure.circle import circle

        write_basket(city, circle(city, layers, travel, minutes=minutes, metres=metres, by=by, group=group, as_of=day,
                                  weights=parse_weights(weights)), form, out, lang)
        return
    found = published(city, coverage(city, layer, travel, minutes=minutes, metres=metres, by=by, group=group, as_of=day, reach=reach))
    room = None
    if capacity is not None:
        from planner.measure.enough import enough

        room = enough(city, found, capacity, per_capacity=per_capacity)
    dates = data_dates(city, layer, by)
    for line in (*remarks(found, dates, lang, printed=form == "table"), *coverage_room.remarks(found, room, lang)):
        note(line, quiet)
    elsewhere = from_elsewhere(city, found)
    marked = [unit for unit in found.units if (elsewhere[unit.code][ELSEWHERE[0]] or 0) > 0]
    outside = elsewhere[""][ELSEWHERE[0]]
    if outside:
        note(t("coverage.from_outside", lang, people=f"{outside:,.0f}", count=len(marked),
               units=", ".join(unit.name for unit in marked[:UNITS_NAMED])), quiet)
    if out is not None and out.suffix.lower() == ".gpkg":
        write_units(city, found, out, crs, lang, quiet)
    elif form == "json":
        write(as_json(as_dict(city, found, dates, room) | {"scenario": name}), out)
    elif form == "csv":
        parts, more = coverage_room.parts(room), () if room is None else coverage_room.FIELDS
        write(as_csv([_fields(unit) | elsewhere[unit.code] | parts.get(unit.code, {}) for unit in found.units],
                     (*FIELDS, *ELSEWHERE, *more)), out)
    else:
        write(table(found, dates, lang, room, kind=city.demand.kinds.get(found.group, "")), out)
    if areas_path is not None:
        write_areas(city, found, areas_path, crs, lang, quiet)
    if spots_path is not None:
        write_spots(city, found, spots_path, crs, name, lang, quiet)


def _refuse_finer(capacity: bool, basket: bool) -> None:
    """Refuses the figures that are not protected yet where small counts are hidden, rather than telling them."""
    from planner.errors import InputError

    if capacity or basket:
        raise InputError("small_counts_finer", what="--capacity" if capacity else "--layer --layer")


def data_dates(city: City, layer: str, by: str) -> dict[str, str]:
    """The day that each input speaks for, "" where nobody stated it."""
    stated = city.layer(layer).source.date
    boundary = city.boundaries.sources.get(by)
    return {"facilities": stated or (city.reference_date.isoformat() if city.reference_date else ""), "population": city.demand.source.date,
            "boundaries": boundary.date if boundary else ""}


def remarks(found: Coverage, dates: dict[str, str], lang: str, *, printed: bool = False) -> list[str]:
    """What a reader should know beside the figures. printed : whether the table says of itself how many facilities have no place."""
    from planner.measure.small_counts import is_hidden

    said = []
    hidden = sum(is_hidden(unit) for unit in found.units)
    if hidden:
        said.append(t("coverage.hidden", lang, count=hidden))
    days = [_day(dates[key]) for key in ("population", "facilities")]
    if days[0] is not None and days[1] is not None and abs((days[1] - days[0]).days) > FAR_APART_DAYS:
        said.append(t("coverage.dates_apart", lang, population=dates["population"], facilities=dates["facilities"]))
    if found.facilities == 0:
        said.append(t("coverage.no_facilities", lang, layer=found.layer, date=found.as_of.isoformat()))
    if found.facilities_without_place and not printed:
        said.append(t("coverage.without_place", lang, count=found.facilities_without_place))
    if found.slipped:
        said.append(t("coverage.slipped", lang, ids=", ".join(found.slipped)))
    if found.off_streets:
        said.append(t("coverage.off_streets", lang, count=len(found.off_streets),
                      ids=", ".join(" ".join(name.split()) for name in found.off_streets)))
    if found.total.people_unattached:
        said.append(t("coverage.unattached", lang, people=f"{found.total.people_unattached:,.0f}"))
    return said


def _day(text: str) -> dt.date | None:
    """A date as inputs state it; a year alone is its last day."""
    try:
        return dt.date(int(text), 12, 31) if len(text) == 4 else dt.date.fromisoformat(text)
    except ValueError:
        return None


def _told(found: Coverage) -> list[UnitCoverage]:
    """The units none of whose counts is hidden."""
    from planner.measure.small_counts import is_hidden

    return [unit for unit in found.units if not is_hidden(unit)]


def _fields(unit: UnitCoverage) -> dict[str, Any]:
    """One unit with its fields in order."""
    values = {field: getattr(unit, field) for field in FIELDS}
    return {field: None if isinstance(value, float) and value != value else value for field, value in values.items()}


def from_elsewhere(city: City, found: Coverage) -> dict[str, dict[str, float | None]]:
    """By code ("" for the whole), the people covered from outside the project's boundary and from another unit; None where small counts are
    hidden."""
    from planner.measure.served_from import served_from

    if city.demand.hide_small:
        return {code: dict.fromkeys(ELSEWHERE) for code in ("", *(unit.code for unit in found.units))}
    return {row.code: {key: getattr(row, key) for key in ELSEWHERE} for row in served_from(city, found)}


def as_dict(city: City, found: Coverage, dates: dict[str, str], room: Enough | None = None) -> dict[str, Any]:
    """The coverage as JSON, schema planner.coverage/1."""
    from planner.measure.small_counts import told_shares

    elsewhere, parts = from_elsewhere(city, found), coverage_room.parts(room)
    groups = group_shares(city, found.layer, found.travel, minutes=found.minutes, metres=found.limit_m if found.minutes is None else None,
                          by=found.by, as_of=found.as_of) if found.reach == coverage_room.REACHES[0] else coverage_room.groups(city, found)
    if city.demand.hide_small:
        groups = told_shares(groups, {name: float(people.sum()) for name, people in city.demand.people.items()})
    total = {key: value for key, value in _fields(found.total).items() if key not in ("code", "name")}
    settings = {"layer": found.layer, "travel": found.travel, "mode": found.mode, "metres_per_minute": found.metres_per_minute,
                "minutes": found.minutes, "limit_m": found.limit_m, "group": found.group, "by": found.by, "as_of": found.as_of.isoformat(),
                "facilities": found.facilities, "facilities_without_place": found.facilities_without_place, "slipped": list(found.slipped),
                "off_streets": list(found.off_streets), "reach": found.reach,
                "population_kind": city.demand.kinds.get(found.group) or None}
    return {"schema": "planner.coverage/1", "project": city.id, "reach": found.reach, "settings": settings,
            "dates": {key: value or None for key, value in dates.items()}, **coverage_room.as_dict(room),
            "total": total | elsewhere[""] | parts.get("", {}) | {
                "inequality": inequality_dict(between_units(_told(found))), "groups": dict(groups)},
            "units": [_fields(unit) | elsewhere[unit.code] | parts.get(unit.code, {}) for unit in found.units]}


def table(found: Coverage, dates: dict[str, str], lang: str, room: Enough | None = None, *, kind: str = "") -> str:
    """The coverage as an aligned table: units, the total, and what it was made with. kind : which population its people are."""
    rows = [_row(unit, unit.code, unit.name) for unit in found.units]
    rows.append(_row(found.total, t("coverage.total", lang), ""))
    heads = [t(f"coverage.{key}", lang) for key in SHOWN]
    if room is not None:
        rows = [[*row[:3], *coverage_room.row(unit, one)] for row, unit, one in
                zip(rows, (*found.units, found.total), (*room.units, room.total), strict=True)]
        heads = [*heads[:3], *coverage_room.heads(lang)]
    limit = t("coverage.metres", lang, metres=f"{found.limit_m:g}")
    if found.minutes is not None:
        limit = t("coverage.minutes", lang, minutes=f"{found.minutes:g}")
    settings = t("coverage.settings", lang, layer=found.layer, travel=found.travel, speed=f"{found.metres_per_minute:g}", limit=limit,
                 limit_m=f"{found.limit_m:,.0f}", group=found.group + kind_said(kind, lang), date=found.as_of.isoformat(),
                 facilities=found.facilities)
    unknown = t("coverage.date_unknown", lang)
    stamps = t("coverage.dates", lang, **{key: value or unknown for key, value in dates.items()})
    unequal = inequality_line(between_units(_told(found)), lang)
    drawn = as_table(rows, heads, [False, False, *[True] * (len(heads) - 2)])
    lost = "\n" + t("coverage.without_place", lang, count=found.facilities_without_place) if found.facilities_without_place else ""
    return f"{settings}{lost}\n{stamps}{coverage_room.lines(found, room, lang)}\n\n{drawn}" + (f"\n{unequal}" if unequal else "")


def _row(unit: UnitCoverage, code: str, name: str) -> list[str]:
    """One row of the table."""

    def whole(value: float | None) -> str:
        return "-" if value is None or value != value else f"{value:,.0f}"

    def per_cent(value: float | None) -> str:
        return "-" if value is None else f"{value * 100:.1f}%"

    return [code, name, whole(unit.people), whole(unit.people_covered), per_cent(unit.share), whole(unit.people_beyond),
            whole(unit.nearest_p50_m), whole(unit.nearest_p95_m), per_cent(unit.straight_share)]
