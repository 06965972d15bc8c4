"""The console command `planner`. Each command is a module of this room, imported when it is called, so that `planner --help` is quick."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "check": "data-quality report / 数据质量检查",
    "coverage": "people in reach, per unit / 覆盖人口统计",
    "map": "a layer's coverage as a still map / 覆盖现状图（PDF、SVG、PNG）",
    "packs": "target packs and their clauses / 指标包与条款",
    "evaluate": "every target of a pack on this data / 指标达标评估",
    "programme": "the programme that closes a plan / 达标建设方案",
    "allocate": "a quota split over units, exactly / 指标任务分解",
    "balance": "unmet demand and free beds brought together / 床位余缺平衡",
    "gaps": "gap list and capital-project list / 缺口清单与项目库",
    "report": "the evaluation report: .docx, .pdf, .html / 评估报告",
    "scenario": "named scenarios over the baseline / 情景方案",
    "compare": "what a scenario changes, and why / 情景比较与归因",
    "layout": "homes merged, units chosen, centres with stations / 撤并整合、选单元、中心带站点",
    "distances": "street distances between two point tables / 路网距离",
    "place": "facilities without a position / 待落点设施",
    "site": "where to build, on the project's network, with a bound / 设施选址",
    "solve": "siting models on plain tables, with a bound / 选址模型求解",
    "convert": "coordinate systems / 坐标转换",
    "new": "a new project folder / 新建项目",
    "serve": "the map in the browser / 打开地图界面",
}
"""Command -> what it does; command `x` is `planner.cli.x.command`."""


class LazyGroup(click.Group):
    """A group whose commands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the contract."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, imported now; None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"planner.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="service-coverage-planner")
def main() -> None:
    """Service-coverage planner: coverage, plan targets and gaps of public facilities. 公共服务设施覆盖规划工具。"""
