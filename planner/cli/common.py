"""What the commands share: language, output, messages, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import csv
import functools
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from planner.errors import PlannerError
from planner.export.cells import neutral
from planner.i18n import DEFAULT_LANGUAGE, LANGUAGES, error_text, t
from planner.network.jit import before_compiling

Command = TypeVar("Command", bound=Callable[..., Any])
FORMATS = ("table", "json", "csv")


def _language() -> str:
    """The language of PLANNER_LANG, else Chinese."""
    wanted = os.environ.get("PLANNER_LANG", DEFAULT_LANGUAGE)
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def command_options(function: Command) -> Command:
    """Adds --lang and --quiet, and turns a PlannerError into one line on stderr and exit code 1."""

    @click.option("--lang", type=click.Choice(LANGUAGES), default=_language, show_default="zh, or PLANNER_LANG",
                  help="language of messages / 输出语言")
    @click.option("--quiet", is_flag=True, help="no progress and no notes on stderr / 不输出进度与提示")
    @functools.wraps(function)
    def run(*args: Any, lang: str, quiet: bool, **kwargs: Any) -> Any:
        before_compiling(lambda: note(t("network.compiling", lang), quiet))
        try:
            return function(*args, lang=lang, quiet=quiet, **kwargs)
        except PlannerError as error:
            fail(error_text(error, lang))
        except (BrokenPipeError, KeyboardInterrupt):
            sys.exit(1)
        except MemoryError:
            fail(t("error.out_of_memory", lang))
        except OSError as error:
            fail(t("error.os", lang, path=error.filename or "", reason=error.strerror or str(error)))

    return run  # type: ignore[return-value]


def scenario_option(function: Command) -> Command:
    """Adds --scenario: the commands that can look at a city as a scenario leaves it."""
    return click.option("--scenario", metavar="NAME", help="the city as this scenario leaves it / 按该情景计算")(function)


def crs_option(function: Command) -> Command:
    """Adds --crs: the commands that write layers for a map."""
    told = "system of a .gpkg or .shp, EPSG:4326 if absent / .gpkg、.shp 的坐标系，默认 EPSG:4326"
    return click.option("--crs", metavar="EPSG:n", help=told)(function)


def record_options(function: Command) -> Command:
    """Adds --format and --out, for commands that print records."""
    out = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="write here instead of stdout / 输出文件")
    form = click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="form of the output / 输出格式"
    )
    return form(out(function))


def fail(line: str) -> None:
    """One line on stderr, then exit code 1."""
    click.echo(" ".join(line.split()), err=True)
    sys.exit(1)


def note(line: str, quiet: bool) -> None:
    """A remark on stderr, unless --quiet."""
    if not quiet:
        click.echo(line, err=True)


def write(text: str, out: Path | None) -> None:
    """Text to a file (UTF-8, with a BOM for .csv so that Excel reads Chinese) or to stdout."""
    if out is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    out.write_text(text, encoding="utf-8-sig" if out.suffix == ".csv" else "utf-8", newline="")


def as_json(value: Any) -> str:
    """JSON as every command prints it: keys in their order, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as CSV; text that would start a formula is neutralised."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if row.get(column) is None else neutral(row[column]) for column in columns])
    return stream.getvalue()


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: Chinese characters take two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def as_table(rows: Sequence[Sequence[str]], heads: Sequence[str], right: Sequence[bool]) -> str:
    """Rows as an aligned table for people."""
    lines = [list(heads), *[list(row) for row in rows]]
    widths = [max(_width(line[k]) for line in lines) for k in range(len(heads))]

    def cell(text: str, k: int) -> str:
        pad = " " * (widths[k] - _width(text))
        return pad + text if right[k] else text + pad

    drawn = ["  ".join(cell(text, k) for k, text in enumerate(line)).rstrip() for line in lines]
    drawn.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(drawn) + "\n"
