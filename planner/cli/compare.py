"""`planner compare`."""

from __future__ import annotations

import click


@click.command("compare")
def command() -> None:
    """What a scenario changes, and why. 情景比较与归因。"""
