"""`planner place`: facilities without a position, what is known of their places, and keeping these beside the ledgers (docs/ledgers.md)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, note, record_options, write
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.plan.positions_kept import Position
    from planner.plan.unplaced import Unplaced

SCHEMA = "planner.place/1"
SHOWN = ("layer", "id", "name", "address", "unit", "state", "lon", "lat", "source", "file", "row")


@click.command(name="place")
@click.argument("project", type=click.Path(path_type=Path), required=False)
@click.option("--layer", "layers", multiple=True, help="only these layers / 只列这些设施类别")
@click.option("--apply", "apply_found", is_flag=True, help="keep the places that were found / 保存已找到的位置")
@click.option("--filled", type=click.Path(path_type=Path, dir_okay=False),
              help="keep the places of a list that was filled in (layer, id, lon, lat) / 保存已填好的清单")
@click.option("--at", nargs=4, type=str, metavar="LAYER ID LON LAT", help="keep one place / 保存一处位置")
@click.option("--forget", nargs=2, type=str, metavar="LAYER ID", help="take back a kept place / 撤回一处位置")
@click.option("--source", default="", help="where the place comes from, for --at and --filled / 位置来源")
@click.option("--precision", type=click.Choice(("exact", "address", "place", "approximate")), default="exact", show_default=True,
              help="how near it is, for --at and --filled / 位置精度")
@click.option("--crs", default="wgs84", show_default=True, help="system of LON LAT: wgs84, cgcs2000, gcj02, bd09 / 坐标系")
@record_options
@command_options
def command(project: Path | None, layers: tuple[str, ...], apply_found: bool, filled: Path | None, at: tuple[str, str, str, str] | None,
            forget: tuple[str, str] | None, source: str, precision: str, crs: str, form: str, out: Path | None, lang: str,
            quiet: bool) -> None:
    """List the facilities without a position, and keep positions beside the ledgers. 待落点设施清单与落点。"""
    from planner.plan.positions_kept import forget_position, keep_positions
    from planner.plan.project import blocked, read_project, survey_project
    from planner.plan.unplaced import FOUND, unplaced
    from planner.quality import QualityReport

    if sum(map(bool, (apply_found, filled, at, forget))) > 1:
        raise click.UsageError(t("place.one_at_a_time", lang))
    report = QualityReport()
    said = read_project(project, report=report)
    if forget is not None:
        done = "forgotten" if forget_position(said.folder, *forget) else "not_kept"
        note(t(f"place.{done}", lang, layer=forget[0], id=forget[1]), quiet)
        return
    found, _ = survey_project(said, report=report)
    if found.ground is None or len(found.facilities) < len(said.facilities):
        raise blocked(report)
    listed = [one for one in unplaced(found, said.places) if not layers or one.layer in layers]
    if at is not None or filled is not None:
        names = {(placed.raw.spec.slug, str(identity)): str(name) for placed in found.facilities.values()
                 for identity, name in zip(placed.raw.columns["id"], placed.raw.columns["name"], strict=True)}
        places = [_typed(at, crs, source, precision)] if at is not None else _filled(filled, crs, source, precision)
        _keep(said.folder, places, names, lang, quiet)
        return
    if apply_found:
        places = [one.position for one in listed if one.state == FOUND]
        if places:
            path = keep_positions(said.folder, places)
            note(t("place.kept", lang, count=len(places), file=path.name), quiet)
        listed = [one for one in listed if one.state != FOUND]
    _print(listed, said.id, form, out, lang)


def _print(listed: list[Unplaced], project: str, form: str, out: Path | None, lang: str) -> None:
    """The list in the form asked for; a workbook by the suffix of --out."""
    from planner.export.work_list import WORK_KEYS, work_book, work_rows

    if out is not None and out.suffix.lower() == ".xlsx":
        out.write_bytes(work_book(listed, project, lang))
        return
    rows = work_rows(listed)
    if form == "json":
        counts: dict[str, int] = {}
        for one in listed:
            counts[one.layer] = counts.get(one.layer, 0) + 1
        more = [row | {"unit_code": one.code or None, "unit_level": one.level or None,
                       "places": [{"lon": p.lon, "lat": p.lat, "source": p.source, "precision": p.precision} for p in one.places]}
                for row, one in zip(rows, listed, strict=True)]
        write(as_json({"schema": SCHEMA, "project": project, "counts": counts, "unplaced": more}) + "\n", out)
    elif form == "csv" or (out is not None and out.suffix.lower() == ".csv"):
        write(as_csv(rows, WORK_KEYS), out)
    elif not rows:
        write(t("place.nothing", lang) + "\n", out)
    else:
        shown = [[t(f"place.state_{row[key]}", lang) if key == "state" else _cell(row[key]) for key in SHOWN] for row in rows]
        write(as_table(shown, [t(f"place.{key}", lang) for key in SHOWN], [key in ("lon", "lat", "row") for key in SHOWN]), out)


def _cell(value: object) -> str:
    """A cell on one line, shortened, without signs that a terminal would obey."""
    text = "" if value is None else f"{value:.6f}" if isinstance(value, float) else str(value)
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= 40 else shown[:39] + "…"


def _typed(at: tuple[str, str, str, str], crs: str, source: str, precision: str) -> Position:
    """One place as typed on the command line."""
    from planner.plan.positions_kept import typed_position

    layer, identity, lon, lat = at
    return typed_position(layer, identity, lon, lat, crs, source or "--at", precision)


def _filled(path: Path | None, crs: str, source: str, precision: str) -> list[Position]:
    """The places of a list that was filled in; rows without lon and lat are passed over."""
    from planner.inputs.cells import text
    from planner.inputs.kept import PRECISIONS
    from planner.inputs.reading import Reading
    from planner.inputs.specs import FileRef
    from planner.plan.positions_kept import typed_position
    from planner.plan.project import blocked
    from planner.quality import QualityReport

    assert path is not None
    report = QualityReport()
    reading = Reading(report)
    wanted = ("layer", "id", "lon", "lat")
    table = reading.table(FileRef(path, path.name, "filled"), wanted, role="filled")
    if table is None or reading.missing_columns(table, wanted):
        raise blocked(report)
    cells = {key: [text(cell).strip() for cell in table.columns.get(key, [None] * len(table))] for key in (*wanted, "source", "precision")}
    rows = [{key: cells[key][k] for key in cells} for k in range(len(table))]
    return [typed_position(row["layer"], row["id"], row["lon"], row["lat"], crs, row["source"] or source or path.name,
                           row["precision"] if row["precision"] in PRECISIONS else precision) for row in rows if row["lon"] and row["lat"]]


def _keep(folder: Path, places: list[Position], names: dict[tuple[str, str], str], lang: str, quiet: bool) -> None:
    """Keeps places of facilities that the ledgers have, with their names. Raises InputError (position_unknown) for others."""
    from dataclasses import replace

    from planner.plan.positions_kept import keep_positions

    for place in places:
        if (place.layer, place.id) not in names:
            raise InputError("position_unknown", layer=place.layer, id=place.id)
    path = keep_positions(folder, [replace(place, name=names[place.layer, place.id]) for place in places])
    note(t("place.kept", lang, count=len(places), file=path.name), quiet)
