"""`planner coverage`: the files that go with its table - service areas, blind spots, and the units themselves as a layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import note
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.measure.coverage import Coverage

UNITS = (".gpkg",)
"""Forms in which --out is a layer of units instead of text."""


def check_files(areas: Path | None, spots: Path | None, out: Path | None, crs: str | None, *, basket: bool, room: bool) -> None:
    """That the files asked for can be written under their names and in this system: before the work, not after it. Raises InputError."""
    from planner.export.blind_spots import check_spots
    from planner.export.service_areas import check_suffix
    from planner.export.systems import check_system

    layer = out if out is not None and out.suffix.lower() in UNITS else None
    if layer is not None and (basket or room):
        raise InputError("coverage_layer_plain", path=layer.name)
    if areas is not None:
        check_suffix(areas, crs)
    if spots is not None:
        check_spots(spots, crs)
    if crs is not None and areas is None and spots is None:
        check_system(crs, layer)


def write_areas(city: City, found: Coverage, path: Path, crs: str | None, lang: str, quiet: bool) -> None:
    """The service areas of the same question to a file; facilities that no street is near enough to are named, also under --quiet."""
    from planner.export.service_areas import write_service_areas
    from planner.measure.service_area import service_areas

    metres = found.limit_m if found.minutes is None else None
    areas = service_areas(city, found.layer, found.travel, minutes=found.minutes, metres=metres, as_of=found.as_of)
    write_service_areas(areas, path, lang=lang, crs=crs)
    away = [" ".join(name.split()) for name, attached in zip(areas.id, areas.attached, strict=True) if not attached]
    if away:
        limit = f"{city.travel(found.travel).max_snap_m:g}"
        click.echo(t("service_area.unattached", lang, count=len(away), limit=limit, ids=", ".join(away)), err=True)
    note(t("service_area.written", lang, file=path.name, facilities=len(areas.id)), quiet)


def write_spots(city: City, found: Coverage, path: Path, crs: str | None, scenario: str, lang: str, quiet: bool) -> None:
    """The blind spots of the same question to a file."""
    from planner.export.blind_spots import write_blind_spots
    from planner.export.fields import scenario_label
    from planner.export.tables import DRAWN
    from planner.measure.blind_spots import blind_spots
    from planner.plan.blind_spots import as_question, with_shapes

    metres = found.limit_m if found.minutes is None else None
    spots = blind_spots(city, found.layer, found.travel, minutes=found.minutes, metres=metres, by=found.by, group=found.group,
                        as_of=found.as_of, reach=found.reach)
    question = as_question(spots, found.mode)
    if path.suffix.lower() in DRAWN:
        question = with_shapes(question, city)
    subtitle = t("blind_spots.subtitle", lang, date=found.as_of.isoformat(), scenario=scenario_label(scenario, lang))
    files = write_blind_spots([question], city.crs, path, subtitle, found.as_of, lang=lang, crs=crs)
    people = "-" if spots.people_beyond is None else f"{spots.people_beyond:,.0f}"
    told = t("gaps.list_comma", lang).join(file.name for file in files)
    note(t("blind_spots.written", lang, file=told, spots=len(spots.spots), people=people), quiet)


def write_units(city: City, found: Coverage, path: Path, crs: str | None, lang: str, quiet: bool) -> None:
    """The units with their coverage as a layer."""
    from planner.export.coverage_table import coverage_gpkg

    path.write_bytes(coverage_gpkg(found, city.boundaries, crs=crs))
    note(t("coverage.layer_written", lang, file=path.name, units=len(found.units)), quiet)
