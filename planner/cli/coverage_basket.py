"""What `planner coverage` says of a basket of layers, and of inequality between units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_csv, as_json, as_table, write
from planner.errors import InputError
from planner.i18n import has, pick, t
from planner.targets.catalogue import layer_info

if TYPE_CHECKING:
    from planner.measure.circle import Circle, CircleUnit
    from planner.measure.city import City
    from planner.measure.coverage import UnitCoverage
    from planner.measure.inequality import Inequality

FIELDS = ("code", "name", "people", "people_covered", "share", "people_beyond", "score")


def kind_said(kind: str, lang: str) -> str:
    """Which population a group of people is, in brackets behind its name; "" where the project does not say."""
    return t("coverage.kind", lang, kind=t(f"check.columns.kind_{kind}", lang)) if kind else ""


def parse_weights(text: str | None) -> tuple[float, ...]:
    """`2,1,1` as numbers; none without text. Raises InputError."""
    if text is None:
        return ()
    try:
        return tuple(float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise InputError("weights_numbers", value=text) from error


def between_units(units: Sequence[UnitCoverage] | Sequence[CircleUnit]) -> Inequality:
    """Inequality between the units of a coverage or a circle."""
    import numpy as np

    from planner.measure.inequality import inequality

    people, covered = ([getattr(unit, key) for unit in units] for key in ("people", "people_covered"))
    return inequality(np.array(people, dtype=float), np.array(covered, dtype=float))


def inequality_dict(found: Inequality) -> dict[str, Any]:
    """Inequality as JSON has it."""
    return {key: getattr(found, key) for key in found.__slots__}


def inequality_line(found: Inequality, lang: str) -> str:
    """Inequality as a line below the table; "" where no unit has people."""
    if not found.units:
        return ""
    return t("circle.inequality", lang, units=found.units, mean=_per_cent(found.mean_share), gini=f"{found.gini:.3f}",
             worst_units=found.worst_units, worst_people=f"{found.worst_people:,.0f}", worst_share=_per_cent(found.worst_share)) + "\n"


def group_shares(city: City, layer: str, travel: str, *, minutes: float | None, metres: float | None, by: str,
                 as_of: dt.date) -> Mapping[str, float | None]:
    """The share within reach of one layer, by group of people."""
    from planner.measure.circle import circle

    return circle(city, (layer,), travel, minutes=minutes, metres=metres, by=by, as_of=as_of).groups


def write_basket(city: City, found: Circle, form: str, out: Path | None, lang: str) -> None:
    """Prints a basket."""
    if form == "json":
        write(as_json(as_dict(city, found)), out)
    elif form == "csv":
        names = [f"share_{slug}" for slug in found.layers]
        write(as_csv([_fields(unit) | {f"share_{slug}": share for slug, share in unit.by_layer.items()} for unit in found.units],
                     (*FIELDS, *names)), out)
    else:
        write(table(found, lang, city.demand.kinds.get(found.group, "")), out)


def as_dict(city: City, found: Circle) -> dict[str, Any]:
    """A basket as JSON: the shape of planner.coverage/1, with `score` and `by_layer` beside every share."""
    settings = {"layers": list(found.layers), "weights": list(found.weights), "travel": found.travel, "mode": found.mode,
                "metres_per_minute": found.metres_per_minute, "minutes": found.minutes, "limit_m": found.limit_m, "group": found.group,
                "by": found.by, "as_of": found.as_of.isoformat(), "facilities": dict(found.facilities)}
    total = {key: value for key, value in _row_dict(found.total).items() if key not in ("code", "name")}
    return {"schema": "planner.coverage/1", "project": city.id, "settings": settings,
            "total": total | {"inequality": inequality_dict(between_units(found.units)), "groups": dict(found.groups)},
            "units": [_row_dict(unit) for unit in found.units]}


def _fields(unit: CircleUnit) -> dict[str, Any]:
    """One unit with its fields in order."""
    return {field: getattr(unit, field) for field in FIELDS}


def _row_dict(unit: CircleUnit) -> dict[str, Any]:
    """One unit as JSON has it."""
    return _fields(unit) | {"by_layer": dict(unit.by_layer)}


def table(found: Circle, lang: str, kind: str = "") -> str:
    """A basket as an aligned table, with weights, the share of each layer, of each group, and inequality below."""
    limit = t("coverage.metres", lang, metres=f"{found.limit_m:g}")
    if found.minutes is not None:
        limit = t("coverage.minutes", lang, minutes=f"{found.minutes:g}")
    names = {slug: pick(layer_info(slug).name, lang) for slug in found.layers}
    comma = t("formula.comma", lang)
    settings = t("circle.settings", lang, layers=comma.join(names.values()), travel=found.travel, speed=f"{found.metres_per_minute:g}",
                 limit=limit, limit_m=f"{found.limit_m:,.0f}", group=_group(found.group, lang) + kind_said(kind, lang),
                 date=found.as_of.isoformat())

    def row(unit: CircleUnit, code: str) -> list[str]:
        return [code, unit.name, f"{unit.people:,.0f}", f"{unit.people_covered:,.0f}", _per_cent(unit.share), f"{unit.people_beyond:,.0f}",
                _per_cent(unit.score)]

    rows = [*(row(unit, unit.code) for unit in found.units), row(found.total, t("coverage.total", lang))]
    heads = [*(t(f"coverage.{key}", lang) for key in FIELDS[:-1]), t("circle.score", lang)]

    def pairs(values: Mapping[str, str]) -> str:
        return comma.join(t("circle.pair", lang, name=name, share=text) for name, text in values.items())

    feet = [t("circle.weights", lang, weights=pairs({names[slug]: f"{weight:g}"
                                                     for slug, weight in zip(found.layers, found.weights, strict=True)})),
            t("circle.each", lang, shares=pairs({names[slug]: _per_cent(share) for slug, share in found.total.by_layer.items()})),
            t("circle.groups", lang, shares=pairs({_group(key, lang): _per_cent(share) for key, share in found.groups.items()})),
            inequality_line(between_units(found.units), lang)]
    return f"{settings}\n\n" + as_table(rows, heads, [False, False, *[True] * 5]) + "\n" + "\n".join(feet).rstrip() + "\n"


def _group(group: str, lang: str) -> str:
    """A group of people as people call it."""
    return t(f"ui.group.{group}", lang) if has(f"ui.group.{group}", lang) else group


def _per_cent(share: float | None) -> str:
    """A share in per cent."""
    return "-" if share is None else f"{share * 100:.1f}%"
