"""`planner convert`: coordinates from one system to another (contract, section 2.3)."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.common import command_options, note
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.inputs.conversion import Converted

ROWS_NAMED = 200
"""Bad rows are named one by one up to so many; beyond that it is the file that is bad."""


@click.command(name="convert")
@click.argument("source", metavar="IN.csv", type=click.Path(path_type=Path))
@click.option("--from", "from_system", required=True, help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n / 原坐标系")
@click.option("--to", "to_system", required=True, help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n / 目标坐标系")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="the CSV to write / 输出文件")
@command_options
def command(source: Path, from_system: str, to_system: str, out: Path, lang: str, quiet: bool) -> None:
    """Convert the coordinates of a CSV with id,lon,lat (or id,x,y). 坐标转换。"""
    from planner.inputs import conversion_log
    from planner.inputs.conversion import convert_table
    from planner.inputs.coordinates import parse_system
    from planner.inputs.files import sha256

    done = convert_table(source, from_system, to_system)
    earlier = conversion_log.known(source).get(sha256(source))
    if earlier is not None and conversion_log.twice(earlier, parse_system(from_system)):
        click.echo(t("convert.twice", lang, file=source.name, source=earlier.source, target=earlier.target, day=earlier.day,
                     declared=parse_system(from_system).name), err=True)
    out.write_text(_text(done), encoding="utf-8", newline="")
    systems = parse_system(from_system).name, parse_system(to_system).name
    if done.rows and systems[0] != systems[1]:
        entry = conversion_log.Conversion(sha256(out), *systems, out.name, conversion_log.today())
        if not conversion_log.remember(entry, out.parent):
            note(t("convert.not_logged", lang), quiet)
    for row, value in done.bad[:ROWS_NAMED]:
        click.echo(t("convert.bad_row", lang, row=row, value=value), err=True)
    if len(done.bad) > ROWS_NAMED:
        click.echo(t("convert.more_bad_rows", lang, count=len(done.bad) - ROWS_NAMED), err=True)
    if done.abroad:
        rows = ", ".join(str(row) for row in done.abroad[:ROWS_NAMED])
        note(t("convert.abroad", lang, count=len(done.abroad), rows=rows), quiet)
    note(t("convert.done", lang, count=len(done.rows), out=out.name), quiet)
    if not done.rows:
        raise InputError("convert_nothing", file=source.name)


def _text(done: Converted) -> str:
    """The converted rows as CSV; ids and further columns are data and go back letter by letter."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(done.header)
    writer.writerows(done.rows)
    return stream.getvalue()
