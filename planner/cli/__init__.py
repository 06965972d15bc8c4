"""The console command `planner`. Each command is a module of this room, imported when it is called, so that `planner --help` is quick."""

from __future__ import annotations

import importlib

import click

COMMANDS = ("check", "coverage", "packs", "evaluate", "gaps", "distances", "convert", "new", "serve")


class LazyGroup(click.Group):
    """A group whose commands are imported on use: command `x` is `planner.cli.x.command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the contract."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"planner.cli.{cmd_name}").command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="service-coverage-planner")
def main() -> None:
    """Service-coverage planner: coverage, plan targets and gaps of public facilities. 公共服务设施覆盖规划工具。"""
