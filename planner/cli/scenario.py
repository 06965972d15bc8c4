"""`planner scenario`: named scenarios over a baseline that stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, note, record_options, write
from planner.i18n import t

if TYPE_CHECKING:
    from planner.plan.scenario import Saved, Scenario

LIST_COLUMNS = ("name", "base", "actions", "cost_cny", "version", "saved", "by", "created", "note")
HISTORY_COLUMNS = ("version", "saved", "by", "actions", "as_version")
PROJECT = click.option("--project", type=click.Path(path_type=Path), help="project folder; the demonstration city if absent / 项目文件夹")
ACTIONS = click.option("--actions", "actions_path", type=click.Path(path_type=Path), metavar="FILE", help="action file (TOML) / 措施文件")
BASE = click.option("--base", metavar="NAME", help="the scenario it stands on, or `baseline` / 以哪个情景为基础")
NOTE = click.option("--note", "remark", metavar="TEXT", help="a remark / 备注")


@click.group("scenario")
def command() -> None:
    """Named scenarios: add, close, expand, move, convert, merge, streets, boundaries. 情景方案。"""


@command.command("new")
@click.argument("name")
@click.option("--actions", "actions_path", type=click.Path(path_type=Path), metavar="FILE", required=True,
              help="action file (TOML) / 措施文件")
@BASE
@NOTE
@PROJECT
@command_options
def new(name: str, actions_path: Path, base: str | None, remark: str | None, project: Path | None, lang: str, quiet: bool) -> None:
    """Keep a new scenario. 新建情景。"""
    from planner.plan.scenario import BASELINE, Scenario, check_name
    from planner.plan.scenario_actions import read_actions

    check_name(name)
    made = Scenario(name, None if base in (None, BASELINE) else base, read_actions(actions_path), remark or "")
    _keep(project, made, 0, lang, quiet)


@command.command("edit")
@click.argument("name")
@ACTIONS
@BASE
@NOTE
@click.option("--over", type=int, metavar="N", help="only if this is still the newest version / 仅当最新版仍为此版时才修改")
@PROJECT
@command_options
def edit(name: str, actions_path: Path | None, base: str | None, remark: str | None, over: int | None, project: Path | None, lang: str,
         quiet: bool) -> None:
    """Change a scenario: by options, else its actions in your editor. 修改情景；不给选项时在编辑器中修改措施。"""
    from dataclasses import replace

    from planner.plan.project import read_project
    from planner.plan.scenario import BASELINE, edit_lock, load_scenario
    from planner.plan.scenario_actions import actions_of, as_toml, read_actions

    folder = read_project(project).folder
    found = load_scenario(folder, name)
    if actions_path is None and base is None and remark is None:
        with edit_lock(folder, name):
            found = load_scenario(folder, name)
            text = click.edit(as_toml(found.scenario.actions, t("scenario.edit_head", lang, name=name)), extension=".toml")
            if text is None:
                note(t("scenario.unchanged", lang, name=name), quiet)
                return
            _keep(project, replace(found.scenario, actions=actions_of(text.encode(), name)), found.version, lang, quiet)
        return
    changed = replace(
        found.scenario, actions=found.scenario.actions if actions_path is None else read_actions(actions_path),
        base=found.scenario.base if base is None else None if base == BASELINE else base,
        note=found.scenario.note if remark is None else remark)
    _keep(project, changed, found.version if over is None else over, lang, quiet)


@command.command("list")
@PROJECT
@record_options
@command_options
def list_(project: Path | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """All scenarios of a project. 列出情景。"""
    from planner.plan.project import read_project
    from planner.plan.scenario import list_scenarios

    rows = [_row(one) for one in list_scenarios(read_project(project).folder)]
    if form == "json":
        write(as_json(rows), out)
    elif form == "csv":
        write(as_csv(rows, LIST_COLUMNS), out)
    elif not rows:
        note(t("scenario.none", lang), quiet)
    else:
        shown = [["" if row[key] is None else f"{row[key]:,.0f}" if key == "cost_cny" else str(row[key]) for key in LIST_COLUMNS]
                 for row in rows]
        write(as_table(shown, [t(f"scenario.head_{key}", lang) for key in LIST_COLUMNS],
                       [key in ("actions", "cost_cny", "version") for key in LIST_COLUMNS]), out)


@command.command("show")
@click.argument("name")
@PROJECT
@record_options
@command_options
def show(name: str, project: Path | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """One scenario, as an action file that can be kept and changed. 显示一个情景。"""
    from planner.plan.project import read_project
    from planner.plan.scenario import as_dict, load_scenario
    from planner.plan.scenario_actions import as_toml

    found = load_scenario(read_project(project).folder, name)
    row = _row(found)
    if form == "json":
        write(as_json({"schema": "planner.scenario/1", **as_dict(found.scenario), "version": found.version, "saved": found.saved,
                       "by": found.by}), out)
    elif form == "csv":
        keys = list(dict.fromkeys(key for action in as_dict(found.scenario)["actions"] for key in action))
        write(as_csv(as_dict(found.scenario)["actions"], keys), out)
    else:
        head = t("scenario.head", lang, name=name, base=row["base"], version=row["version"], saved=row["saved"], by=row["by"],
                 note=row["note"] or "-")
        write(as_toml(found.scenario.actions, head), out)


@command.command("delete")
@click.argument("name")
@PROJECT
@command_options
def delete(name: str, project: Path | None, lang: str, quiet: bool) -> None:
    """Delete a scenario; `undo` brings it back. 删除情景，可用 undo 恢复。"""
    from planner.plan.project import read_project
    from planner.plan.scenario import delete_scenario

    delete_scenario(read_project(project).folder, name)
    note(t("scenario.deleted", lang, name=name), quiet)


@command.command("undo")
@click.argument("name")
@PROJECT
@command_options
def undo(name: str, project: Path | None, lang: str, quiet: bool) -> None:
    """Take the last change of a scenario back. 撤销最近一次修改。"""
    from planner.plan.project import read_project
    from planner.plan.scenario import undo_scenario

    found = undo_scenario(read_project(project).folder, name)
    if found is None:
        note(t("scenario.undone_none", lang, name=name), quiet)
    else:
        note(t("scenario.undone", lang, name=name, version=found.version, actions=len(found.scenario.actions)), quiet)


@command.command("history")
@click.argument("name")
@PROJECT
@record_options
@command_options
def history(name: str, project: Path | None, form: str, out: Path | None, lang: str, quiet: bool) -> None:
    """Every version of a scenario: when, by whom, how many actions. 列出情景的历次版本。"""
    from planner.plan.project import read_project
    from planner.plan.scenario import scenario_history

    rows = [{"version": one.number, "saved": one.saved, "by": one.by, "actions": None if one.body is None else len(one.body["actions"]),
             "as_version": None if one.state == one.number else one.state} for one in scenario_history(read_project(project).folder, name)]
    if form == "json":
        write(as_json(rows), out)
    elif form == "csv":
        write(as_csv(rows, HISTORY_COLUMNS), out)
    else:
        shown = [[str(row["version"]), str(row["saved"]), str(row["by"]),
                  t("scenario.gone", lang) if row["actions"] is None else str(row["actions"]),
                  "" if row["as_version"] is None else t("scenario.as_version", lang, version=row["as_version"])] for row in rows]
        write(as_table(shown, [t(f"scenario.head_{key}", lang) for key in HISTORY_COLUMNS], [True, False, False, True, False]), out)


def _keep(project: Path | None, scenario: Scenario, over: int, lang: str, quiet: bool) -> None:
    """Tries a scenario on the city, then keeps it, and says where."""
    from planner.plan.applying import apply
    from planner.plan.project import read_city, read_project
    from planner.plan.scenario import chain, save_scenario
    from planner.plan.store import STATE_FOLDER, state_folder

    found = read_project(project)
    apply(read_city(found), chain(found.folder, scenario))
    saved = save_scenario(found.folder, scenario, over=over)
    note(t("scenario.saved", lang, name=scenario.name, version=saved.version, actions=len(scenario.actions)), quiet)
    place = state_folder(found.folder, "scenarios")
    if place.parent.name != STATE_FOLDER:
        note(t("scenario.saved_elsewhere", lang, folder=place), quiet)


def _row(saved: Saved) -> dict[str, Any]:
    """One scenario of the list."""
    from planner.plan.scenario import BASELINE, total_cost_cny

    cost, unstated = total_cost_cny(saved.scenario.actions)
    return {"name": saved.scenario.name, "base": saved.scenario.base or BASELINE, "actions": len(saved.scenario.actions),
            "cost_cny": cost if unstated < len(saved.scenario.actions) else None, "version": saved.version, "saved": saved.saved,
            "by": saved.by, "created": saved.scenario.created, "note": saved.scenario.note}
