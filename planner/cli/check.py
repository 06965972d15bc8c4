"""`planner check`: reads everything that a project names and prints the data-quality report (docs/quality.md)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, fail, note, record_options, write
from planner.errors import InputError
from planner.i18n import error_text, t
from planner.quality import QualityReport

if TYPE_CHECKING:
    from planner.measure.network_quality import NetworkQuality
    from planner.plan.against import Comparison

COLUMNS = ("code", "severity", "file", "sheet", "row", "column", "name", "value", "done")
CELL_WIDTH = 60


@click.command(name="check")
@click.argument("project", type=click.Path(path_type=Path), required=False)
@click.option("--network", is_flag=True, help="test the streets too: connection, dead ends, missing bridges, completeness / 检验路网")
@click.option("--columns", "show_columns", is_flag=True, help="which header is read as what, and the lines for planner.toml / 列的对应")
@click.option("--write-columns", is_flag=True, help="confirm them: write them into planner.toml and remember them / 确认并写入列的对应")
@click.option("--against", "old", type=click.Path(path_type=Path),
              help="former ledgers (a file, a folder or a project): what opened, closed, moved, changed / 与上一期台账比较")
@click.option("--within-m", type=click.FloatRange(min=0), default=200.0, show_default=True,
              help="with --against: farther apart is moved / 超过此距离视为迁移")
@click.option("--against-layer", "old_layers", multiple=True, help="with --against: only these layers / 只比较这些类别")
@click.option("--confirm", "wishes", multiple=True, metavar="SECTION=SYSTEM",
              help="declare a coordinate system in planner.toml, then check: facilities.hospital=gcj02, or FILE=gcj02 / 确认坐标系")
@record_options
@command_options
def command(project: Path | None, wishes: tuple[str, ...], network: bool, show_columns: bool, write_columns: bool, old: Path | None,
            within_m: float, old_layers: tuple[str, ...], form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Read a project's data and report their quality; exit 1 when a fault must be mended first. 检查项目数据质量。

    With --out FILE.xlsx the issues become a list with the original row numbers, for the owners of the ledgers to answer.
    """
    from planner.plan.project import read_project, survey_project

    _confirm(project, wishes, lang, quiet=quiet)
    report, examined, said, compared = QualityReport(), None, None, None
    try:
        said = read_project(project, report=report)
        found, streets = survey_project(said, report=report)
        if network and not report.blocking:
            from planner.plan.network_check import examine
            from planner.plan.project import as_city

            examined = examine(said, as_city(said, found, streets, report=report), report)
        if old is not None and found.ground is not None:
            from planner.cli.check_against import against

            compared = against(said, found, old, within_m, old_layers, lang, quiet)
    except InputError as error:
        if not report.blocking or error.code.startswith("against_"):
            raise
        del error
    if out is not None and out.suffix.lower() == ".xlsx":
        from planner.export.issue_list import write_issue_list

        write_issue_list(report, out, lang, () if compared is None else _changes().change_sheets(compared, lang))
    elif show_columns and form == "table":
        from planner.cli.check_columns import tables

        write(tables(report, lang), out)
    elif compared is not None and form == "csv":
        write(as_csv(_changes().change_rows(compared), _changes().CHANGE_KEYS), out)
    else:
        text = _text(report, examined, network, form, lang, compared)
        if compared is not None and form == "table":
            from planner.cli.check_against import tables as change_tables

            text += "\n" + change_tables(compared, lang)
        write(text, out)
    if write_columns and said is not None:
        from planner.cli.check_columns import confirm

        confirm(said.folder, report, lang, quiet=quiet)
    if report.blocking:
        fail(blocking_line(report, lang))


def _confirm(project: Path | None, wishes: tuple[str, ...], lang: str, *, quiet: bool) -> None:
    """Declares the confirmed systems in planner.toml and says so on stderr."""
    if not wishes:
        return
    from planner.plan.project import read_project
    from planner.plan.systems_confirmed import confirm_written

    for wish in wishes:
        changed = confirm_written(read_project(project, report=QualityReport()), wish)
        note(t("check.confirmed", lang, sections=", ".join(changed), system=wish.rpartition("=")[2].strip()), quiet)


def blocking_line(report: QualityReport, lang: str) -> str:
    """The first blocking issue in one line: where, what, and what to do."""
    from planner.plan.project import blocked

    return error_text(blocked(report), lang)


def _changes() -> Any:
    """The module that lists changes; imported where there are some, so that the command starts lightly."""
    from planner.export import change_list

    return change_list


def _text(report: QualityReport, examined: NetworkQuality | None, network: bool, form: str, lang: str,
          compared: Comparison | None = None) -> str:
    """The report as JSON, as CSV (its issues) or as a table for people; with the streets, where they were examined."""
    found = report.to_dict(lang)
    if form == "json":
        found |= {} if examined is None else {"network": examined.to_dict()}
        return as_json(found if compared is None else {**found, "against": compared.to_dict(lang)}) + "\n"
    if form == "csv":
        return as_csv(found["issues"], COLUMNS)
    if examined is not None:
        from planner.cli.check_network import tables

        return _table(found, lang) + "\n" + tables(examined, lang)
    if network:
        return _table(found, lang) + "\n" + t("check.network.skipped", lang) + "\n"
    has_streets = any(record.role == "streets" for record in report.files.values())
    return _table(found, lang) + ("\n" + t("check.network.hint", lang) + "\n" if has_streets and not report.blocking else "")


def _table(found: dict[str, Any], lang: str) -> str:
    """Files with their rows, then issues: blocking ones first."""
    heads = [t(f"check.{key}", lang) for key in ("file", "rows_in", "rows_kept", "rows_dropped", "date")]
    files = [[entry["path"], *(str(entry[key]) for key in ("rows_in", "rows_kept", "rows_dropped")),
              entry["date"]] for entry in found["files"]]
    text = as_table(files, heads, [False, True, True, True, False]) if files else ""
    if found["population"]:
        from planner.cli.check_columns import population_line

        text += population_line(found["population"], lang)
    order = {"blocking": 0, "warning": 1, "info": 2}
    issues = sorted(found["issues"], key=lambda issue: order[issue["severity"]])
    if not issues:
        return text + "\n" + t("check.clean", lang) + "\n"
    heads = [t(f"check.{key}", lang) for key in ("severity", "file", "row", "column", "name", "value", "done")]
    rows = [[t(f"check.{issue['severity']}", lang), issue["file"], "" if issue["row"] is None else str(issue["row"]),
             *(_short(issue[key]) for key in ("column", "name", "value")), issue["done"]] for issue in issues]
    return text + "\n" + as_table(rows, heads, [False, False, True, False, False, False, False])


def _short(typed: str | None) -> str:
    """A cell on one line, shortened, without signs that a terminal would obey."""
    shown = "".join(char if char.isprintable() else " " for char in typed or "")
    return shown if len(shown) <= CELL_WIDTH else shown[:CELL_WIDTH - 1] + "…"


