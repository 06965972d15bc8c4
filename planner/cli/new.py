"""`planner new`: a new project folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from planner.cli.common import command_options, note
from planner.errors import InputError
from planner.i18n import t


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--osm", type=click.Path(path_type=Path), help="take streets and facilities from this OpenStreetMap file / 用 OpenStreetMap 文件"
)
@click.option("--place", help="fetch streets and facilities of a place by its name / 按地名从 OpenStreetMap 获取")
@click.option("--demo", is_flag=True, help="copy the demonstration city / 复制示范城市")
@click.option("--nominatim", metavar="URL", help="another Nominatim service for --place / 自建 Nominatim 地址")
@click.option("--overpass", metavar="URL", help="another Overpass service for --place / 自建 Overpass 地址")
@command_options
def command(
    folder: Path, osm: Path | None, place: str | None, demo: bool, nominatim: str | None, overpass: str | None, lang: str, quiet: bool
) -> None:
    """Make a project folder: planner.toml with remarks, and ledgers to fill in. 新建项目文件夹。"""
    from planner.export.ledger_template import NAME, write_ledger_template
    from planner.plan import new

    if sum([osm is not None, place is not None, demo]) > 1:
        raise InputError("new_one_source")
    today = dt.date.today()
    new.check_free(folder)
    if demo:
        from planner.plan.project import bundled_folder

        new.copy_demo(folder, bundled_folder())
        note(t("new.done_demo", lang, folder=folder), quiet)
        return
    if osm is not None:
        note_line = t("new.filled_osm", lang, facilities=new.project_from_osm(folder, osm, lang=lang, today=today))
    elif place is not None:
        note(t("new.asking", lang, place=place), quiet)
        endpoints = {key: value for key, value in (("nominatim", nominatim), ("overpass", overpass)) if value}
        streets, facilities = new.project_from_place(folder, place, lang=lang, today=today, endpoints=endpoints)
        note_line = t("new.filled_place", lang, streets=streets, facilities=facilities)
    else:
        new.new_project(folder, lang=lang, today=today)
        note_line = ""
    write_ledger_template(folder / NAME, lang=lang, made=today)
    if note_line:
        note(note_line, quiet)
    note(t("new.done", lang, folder=folder), quiet)
