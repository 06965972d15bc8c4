"""What `planner coverage` says of places: people served, in reach but full, out of reach; and whose facilities count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from planner.i18n import t

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.measure.coverage import Coverage, UnitCoverage
    from planner.measure.enough import Enough, UnitEnough

REACHES = ("shared", "own", "assigned")
FIELDS = ("people_served", "people_full", "people_served_most")
SHOWN = ("people_served", "people_full", "people_out_of_reach")
CODES_NAMED = 8
"""So many codes are named in a remark."""

REACH = click.option(
    "--reach", type=click.Choice(REACHES), default=REACHES[0], show_default=True,
    help="whose facilities count: any, the unit's own, its own and those assigned to it (serves) / 口径：跨界共享、仅本单元、划定服务范围")
CAPACITY = click.option("--capacity", metavar="COLUMN",
                        help="ledger column of places: people served, in reach but full / 容量栏：服务到、可达但已满")
PER_CAPACITY = click.option("--per-capacity", type=float, default=1.0, show_default=True,
                            help="people that one unit of capacity serves, an assumption / 每单位容量服务人数（假定）")


def remarks(found: Coverage, room: Enough | None, lang: str) -> list[str]:
    """What a reader should know beside the figures of reach and capacity."""
    said = []
    if found.unknown_units_served:
        said.append(t("coverage.units_served_unknown", lang, count=len(found.unknown_units_served),
                      codes=", ".join(found.unknown_units_served[:CODES_NAMED])))
    if room is not None and room.blank:
        said.append(t("coverage.capacity_blank", lang, count=room.blank, column=room.column, most=f"{room.total.people_served_most:,.0f}"))
    if room is not None and room.capacity_without_place:
        said.append(t("coverage.capacity_without_place", lang, people=f"{room.capacity_without_place:,.0f}"))
    return said


def groups(city: City, found: Coverage) -> dict[str, float | None]:
    """The share within reach by group of people, of the facilities that count for them."""
    from planner.measure.coverage import coverage

    metres = found.limit_m if found.minutes is None else None
    return {group: coverage(city, found.layer, found.travel, minutes=found.minutes, metres=metres, by=found.by, group=group,
                            as_of=found.as_of, reach=found.reach).total.share for group in city.demand.people}


def parts(room: Enough | None) -> dict[str, dict[str, float]]:
    """By code ("" for the whole), the people served and those who find no place; nothing where no capacity was asked for."""
    return {} if room is None else {unit.code: {key: getattr(unit, key) for key in FIELDS} for unit in (*room.units, room.total)}


def as_dict(room: Enough | None) -> dict[str, Any]:
    """The capacity that was held against coverage, and each facility's use of it, as JSON has it under `capacity`."""
    if room is None:
        return {}
    return {"capacity": {
        "column": room.column, "per_capacity": room.per_capacity, "capacity": room.capacity, "used": room.total.people_served,
        "free": room.capacity - room.total.people_served, "blank": room.blank, "capacity_without_place": room.capacity_without_place,
        "facilities": [{"id": one.id, "name": one.name, "capacity": one.capacity, "used": one.used, "free": one.free}
                       for one in room.facilities]}}


def lines(found: Coverage, room: Enough | None, lang: str) -> str:
    """Lines above the table, each after a line break: whose facilities count, unless all do, and the capacity."""
    said = ""
    if room is not None or found.reach != REACHES[0]:
        said += "\n" + t(f"coverage.reach_{found.reach}", lang)
    if room is not None:
        used = room.total.people_served
        said += "\n" + t("coverage.capacity", lang, column=room.column, per_capacity=f"{room.per_capacity:g}",
                         capacity=f"{room.capacity:,.0f}", used=f"{used:,.0f}", free=f"{room.capacity - used:,.0f}")
    return said


def heads(lang: str) -> list[str]:
    """Heads of the three parts."""
    return [t(f"coverage.{key}", lang) for key in SHOWN]


def row(unit: UnitCoverage, room: UnitEnough) -> list[str]:
    """The three parts of a unit's people: whole persons that add up to the whole persons shown for the unit."""
    served, people = round(room.people_served), round(unit.people)
    beyond = min(round(unit.people_beyond), people - served)
    return [f"{served:,d}", f"{people - served - beyond:,d}", f"{beyond:,d}"]
