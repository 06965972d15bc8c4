"""What `planner solve` is asked besides one plan: rules on sites, stages, alternatives, and the frontier between total and fairness."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planner.cli.common import as_csv, as_table
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.cli.solve_tables import Tables
    from planner.siting.alternatives import Alternatives
    from planner.siting.frontier import Frontier
    from planner.siting.phased import PhasedPlan, Stage
    from planner.siting.rules import Rules

Command = TypeVar("Command", bound=Callable[..., Any])
EVERY = "*"
"""Stands for every area in --at-least-per."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of this module. at_least : area -> number (EVERY: all areas of the sites).   discount : of each stage on the next."""

    at_least: Mapping[str, int]
    spacing_m: float | None
    alternatives: int
    max_loss: float
    differ_by: int
    frontier: int | None
    stages: tuple[int, ...]
    budgets: tuple[float, ...]
    discount: float

    @property
    def staged(self) -> bool:
        """Whether the plan is to be made in stages."""
        return bool(self.stages or self.budgets)


def _numbers(text: str, kind: type[int] | type[float]) -> list[Any]:
    """Numbers of 0 or more between commas."""
    try:
        values = [kind(part) for part in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers between commas") from None
    if not all(math.isfinite(value) and value >= 0 for value in values):
        raise click.BadParameter(f"{text!r} has a number that is not finite or is below 0")
    return values


def _per_area(context: click.Context, option: click.Parameter, given: Sequence[str]) -> dict[str, int]:
    """AREA=N, several times."""
    asked = {}
    for word in given:
        area, _, number = word.rpartition("=")
        if not area or not number.isdecimal():
            raise click.BadParameter(f"{word!r} is not AREA=N")
        asked[area] = int(number)
    return asked


def _whole(context: click.Context, option: click.Parameter, text: str | None) -> tuple[int, ...]:
    """Whole numbers between commas."""
    return () if text is None else tuple(_numbers(text, int))


def _money(context: click.Context, option: click.Parameter, text: str | None) -> tuple[float, ...]:
    """Amounts between commas."""
    return () if text is None else tuple(_numbers(text, float))


def choice_options(function: Command) -> Command:
    """Adds the options of this module and hands them on as `choices`."""
    @click.option("--at-least-per", "at_least", multiple=True, callback=_per_area, metavar="AREA=N",
                  help="at least N sites in the area (sites.csv area; * = each), repeatable / 片区至少 N 处")
    @click.option("--spacing-m", type=click.FloatRange(min=0), metavar="D",
                  help="least distance between sites (sites.csv x_m,y_m) / 最小间距（米）")
    @click.option("--stages", callback=_whole, metavar="N,N,...", help="sites in all by each stage, nested / 分期累计处数")
    @click.option("--stage-budgets", "budgets", callback=_money, metavar="B,B,...",
                  help="money of each stage, what is left carries over / 分期预算")
    @click.option("--discount", type=click.FloatRange(0, 1), default=1.0, show_default=True,
                  help="what a stage counts of the one before / 逐期折扣")
    @click.option("--alternatives", type=click.IntRange(min=0), default=0, metavar="K",
                  help="K further plans that differ / 另给 K 个不同方案")
    @click.option("--max-loss", type=click.FloatRange(min=0), default=0.01, show_default=True, metavar="S",
                  help="alternatives: greatest loss, relative / 备选方案最大损失（比例）")
    @click.option("--differ-by", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
                  help="alternatives: sites each gives up of every other / 备选方案至少换掉几处")
    @click.option("--frontier", type=click.IntRange(min=2), metavar="N",
                  help="N plans between most in all and fairest / 总量与公平之间的 N 个方案")
    @functools.wraps(function)
    def run(*args: Any, at_least: dict[str, int], spacing_m: float | None, alternatives: int, max_loss: float, differ_by: int,
            frontier: int | None, stages: tuple[int, ...], budgets: tuple[float, ...], discount: float, **kwargs: Any) -> Any:
        choices = Choices(at_least, spacing_m, alternatives, max_loss, differ_by, frontier, stages, budgets, discount)
        return function(*args, choices=choices, **kwargs)

    return run  # type: ignore[return-value]


def check_choices(choices: Choices, model: str, p: int | None, budget: float | None) -> None:
    """Wrong usage where options do not go together."""
    if choices.frontier is not None and model not in ("mclp", "max_min_share"):
        raise click.UsageError("--frontier goes with --model mclp or max_min_share only")
    if not choices.staged:
        return
    if model not in ("mclp", "p_median", "capacitated_mclp", "capacitated_p_median"):
        raise click.UsageError("--stages and --stage-budgets go with mclp, p_median and the capacitated models only")
    if p is not None or budget is not None:
        raise click.UsageError("--stages and --stage-budgets stand in place of --p and --budget")
    if choices.alternatives or choices.frontier is not None:
        raise click.UsageError("--stages goes with neither --alternatives nor --frontier")
    if choices.stages and choices.budgets and len(choices.stages) != len(choices.budgets):
        raise click.UsageError("--stages and --stage-budgets must have as many numbers")


def rules_of(choices: Choices, tables: Tables) -> Rules | None:
    """The rules on sites that the options ask for; None where they ask for none."""
    import numpy as np

    from planner.siting.rules import apart, at_least, too_near

    made = []
    if choices.at_least:
        if tables.site_area is None:
            raise InputError("siting_site_column_needed", option="--at-least-per", columns="area")
        names = tables.site_area
        unknown = [area for area in choices.at_least if area != EVERY and area not in names]
        if unknown:
            raise InputError("siting_area_unknown", area=unknown[0], areas=", ".join(sorted(set(names))[:10]))
        codes = {name: code for code, name in enumerate(sorted(set(names) - {""}))}
        asked = {code: choices.at_least.get(name, choices.at_least.get(EVERY, 0)) for name, code in codes.items()}
        made.append(at_least(np.array([codes.get(name, -1) for name in names]), asked))
    if choices.spacing_m:
        if tables.x_m is None or tables.y_m is None:
            raise InputError("siting_site_column_needed", option="--spacing-m", columns="x_m, y_m")
        fixed = np.zeros(len(tables.sites), dtype=np.int8) if tables.fixed is None else tables.fixed
        made.append(apart(too_near(tables.x_m, tables.y_m, choices.spacing_m), fixed=fixed))
    return made[0].joined(*made[1:]) if made else None


def stages_of(choices: Choices) -> list[Stage]:
    """The stages that the options ask for."""
    from planner.siting.phased import Stage

    return [Stage(str(k + 1), p=choices.stages[k] if choices.stages else None, budget=choices.budgets[k] if choices.budgets else None,
                  factor=choices.discount**k) for k in range(len(choices.stages or choices.budgets))]


def stage_records(plan: PhasedPlan, tables: Tables) -> list[dict[str, Any]]:
    """The stages as JSON records."""
    return [{"stage": stage.name, "sites": _names(tables, stage.sites), "opened": _names(tables, stage.opened), "spent": stage.spent,
             "objective": stage.objective, "covered_weight": stage.covered_weight} for stage in plan.stages]


def alternative_records(found: Alternatives, tables: Tables) -> list[dict[str, Any]]:
    """The alternatives as JSON records."""
    return [{"sites": _names(tables, plan.result.sites), "objective": plan.result.objective, "bound": plan.result.bound,
             "gap": plan.result.gap, "status": plan.result.status, "loss": plan.loss, "loss_at_most": plan.loss_at_most,
             "gained": _names(tables, plan.gained), "given_up": _names(tables, plan.given_up)} for plan in found.plans]


def frontier_record(curve: Frontier, tables: Tables) -> dict[str, Any]:
    """The frontier as a JSON record."""
    points = [{"floor": point.floor, "worst_share": point.worst_share, "covered_weight": point.covered_weight, "bound": point.bound,
               "gap": point.gap, "status": point.status, "stopped": point.stopped, "dominated": point.dominated,
               "sites": _names(tables, point.sites)} for point in curve.points]
    return {"points": points, "most_share": curve.most_share, "most_weight": curve.most_weight, "stopped": curve.stopped}


def _names(tables: Tables, sites: Any) -> list[str]:
    """Ids of sites."""
    return [tables.sites[j] for j in sites]


def alternatives_said(found: Alternatives, choices: Choices, lang: str) -> str:
    """How many alternatives there are, and why there is no further one."""
    return t(f"siting.alternatives.{found.ended}", lang, count=len(found.plans), loss=f"{choices.max_loss * 100:.3g}",
             differ=choices.differ_by)


def choice_listing(kind: str, rows: Sequence[Mapping[str, Any]], form: str, lang: str) -> str:
    """Stages, alternatives or points of a frontier as a table or as CSV; lists of ids are joined by spaces."""
    columns = COLUMNS[kind]
    plain = [{name: " ".join(row[name]) if isinstance(row[name], list) else row[name] for name in columns} for row in rows]
    if form == "csv":
        return as_csv(plain, columns)
    heads = [t(f"siting.column.{name}", lang) for name in columns]
    return as_table([[_shown(name, row[name]) for name in columns] for row in plain], heads, [name not in TEXTS for name in columns])


COLUMNS = {"stages": ("stage", "opened", "spent", "objective", "covered_weight"),
           "alternatives": ("objective", "loss", "loss_at_most", "gained", "given_up"),
           "frontier": ("floor", "worst_share", "covered_weight", "bound", "sites")}
TEXTS = ("stage", "opened", "gained", "given_up", "sites")
SHARES = ("loss", "loss_at_most", "floor", "worst_share")


def _shown(name: str, value: Any) -> str:
    """A cell of a table: shares in per cent."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value * 100:.4g} %" if name in SHARES else f"{value:.6g}"
