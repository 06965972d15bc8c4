"""What `planner solve` is asked besides one plan: rules on sites, stages, alternatives, the price of fairness, what could close."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planner.cli.common import as_csv, as_table
from planner.errors import InputError
from planner.i18n import t

if TYPE_CHECKING:
    from planner.cli.solve_tables import Tables
    from planner.siting.alternatives import Alternatives
    from planner.siting.frontier import Frontier
    from planner.siting.phased import Stage
    from planner.siting.problem import SitingProblem
    from planner.siting.results import SitingResult
    from planner.siting.rules import Rules

Command = TypeVar("Command", bound=Callable[..., Any])
Said = tuple[str, dict[str, Any]]
"""A sentence: its key and its words."""
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
    oversupply: str | None

    @property
    def staged(self) -> bool:
        """Whether the plan is to be made in stages."""
        return bool(self.stages or self.budgets)

    @property
    def other(self) -> bool:
        """Whether it is not the model's own question that is answered."""
        return self.staged or self.oversupply is not None


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


def rule_options(function: Command) -> Command:
    """Adds the rules on sites of plain tables to `choices`."""
    @click.option("--at-least-per", "at_least", multiple=True, callback=_per_area, metavar="AREA=N",
                  help="at least N sites in the area (sites.csv area; * = each), repeatable / 片区至少 N 处")
    @click.option("--spacing-m", type=click.FloatRange(min=0), metavar="D",
                  help="least distance between sites (sites.csv x_m,y_m) / 最小间距（米）")
    @functools.wraps(function)
    def run(*args: Any, at_least: dict[str, int], spacing_m: float | None, choices: Choices, **kwargs: Any) -> Any:
        return function(*args, choices=replace(choices, at_least=at_least, spacing_m=spacing_m), **kwargs)

    return run  # type: ignore[return-value]


def choice_options(function: Command) -> Command:
    """Adds the options for what is asked besides one plan and hands them on as `choices`."""
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
    @click.option("--oversupply", type=click.Choice(("every", "area_share")),
                  help="lscp: which facilities could close with no demand, or no area's share, lost / 哪些现有设施可以关闭")
    @functools.wraps(function)
    def run(*args: Any, alternatives: int, max_loss: float, differ_by: int, frontier: int | None, stages: tuple[int, ...],
            budgets: tuple[float, ...], discount: float, oversupply: str | None, **kwargs: Any) -> Any:
        choices = Choices({}, None, alternatives, max_loss, differ_by, frontier, stages, budgets, discount, oversupply)
        return function(*args, choices=choices, **kwargs)

    return run  # type: ignore[return-value]


def check_choices(choices: Choices, model: str, p: int | None, budget: float | None) -> None:
    """Wrong usage where options do not go together."""
    if choices.frontier is not None and model not in ("mclp", "max_min_share"):
        raise click.UsageError("--frontier goes with --model mclp or max_min_share only")
    if choices.oversupply is not None and (model != "lscp" or p is not None or budget is not None or choices.staged
                                           or choices.alternatives):
        raise click.UsageError("--oversupply goes with --model lscp only, without --p, --budget, stages and alternatives")
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


def _stages(choices: Choices) -> list[Stage]:
    """The stages that the options ask for."""
    from planner.siting.phased import Stage

    return [Stage(str(k + 1), p=choices.stages[k] if choices.stages else None, budget=choices.budgets[k] if choices.budgets else None,
                  factor=choices.discount**k) for k in range(len(choices.stages or choices.budgets))]


def answered(problem: SitingProblem, choices: Choices, ids: Sequence[str], limit_s: float, gap: float, seed: int, *,
             best: SitingResult | None = None) -> tuple[SitingResult, dict[str, Any], list[Said]]:
    """The answer, what else was asked for as JSON records by name, and what is said of it. Each has the time limit for itself.

    ids : of the problem's sites.   best : the answer to the problem's own question, where it is known already.
    """
    if choices.staged:
        return _staged(problem, choices, ids, limit_s, gap, seed)
    if choices.oversupply is not None:
        return _closing(problem, choices.oversupply, ids, limit_s, gap, seed)
    from planner.siting.alternatives import alternatives
    from planner.siting.frontier import frontier
    from planner.siting.solving import solve

    answer = best or solve(problem, time_limit_s=limit_s, gap=gap, seed=seed)
    more: dict[str, Any] = {}
    said: list[Said] = []
    if choices.alternatives:
        found = alternatives(problem, count=choices.alternatives, max_loss=choices.max_loss, differ_by=choices.differ_by,
                             time_limit_s=limit_s, gap=gap, seed=seed, best=answer)
        more |= {"alternatives": _alternatives(found, ids), "alternatives_ended": found.ended}
        if answer.objective is not None:
            said.append((f"siting.alternatives.{found.ended}", {"count": len(found.plans), "loss": f"{choices.max_loss * 100:.3g}",
                                                                "differ": choices.differ_by}))
    if choices.frontier is not None:
        curve = frontier(problem, points=choices.frontier, time_limit_s=limit_s, gap=gap, seed=seed)
        more["frontier"] = _frontier(curve, ids)
        said.append(("siting.frontier.most", {"share": f"{curve.most_share * 100:.4g}", "weight": _number(curve.most_weight)}))
    return answer, more, said


def _staged(problem: SitingProblem, choices: Choices, ids: Sequence[str], limit_s: float, gap: float,
            seed: int) -> tuple[SitingResult, dict[str, Any], list[Said]]:
    """The answer in stages: sites and weights of the last stage, objective and bound of all."""
    import numpy as np

    from planner.siting.phased import phased

    plan = phased(problem, _stages(choices), time_limit_s=limit_s, gap=gap, seed=seed)
    last, answer = plan.stages[-1] if plan.stages else None, plan.result
    unreachable = np.flatnonzero(~problem.reachable).astype(np.int32)
    answer = replace(answer, sites=answer.sites[:0] if last is None else last.sites, assignment=None, unreachable=unreachable,
                     covered_weight=0.0 if last is None else last.covered_weight, total_weight=float(problem.weight.sum()))
    if answer.objective is None:
        return answer, {"stages": []}, [(f"siting.{answer.status}", {})]
    words = {"count": len(plan.stages), "sites": len(answer.sites), "value": _number(answer.objective),
             "bound": "" if answer.bound is None else _number(answer.bound)}
    records = [{"stage": stage.name, "sites": _names(ids, stage.sites), "opened": _names(ids, stage.opened), "spent": stage.spent,
                "objective": stage.objective, "covered_weight": stage.covered_weight} for stage in plan.stages]
    return answer, {"stages": records}, [(f"siting.stages.{_how(answer)}", words)]


def _closing(problem: SitingProblem, keep: str, ids: Sequence[str], limit_s: float, gap: float,
             seed: int) -> tuple[SitingResult, dict[str, Any], list[Said]]:
    """Which facilities could close: the answer is of those kept."""
    import numpy as np

    from planner.siting.oversupply import oversupply

    floor = None
    if keep == "area_share" and problem.share is not None and problem.area is not None:
        floor = np.full(int(problem.area.max(initial=-1)) + 1, problem.share)
    found = oversupply(problem, keep=keep, floor=floor, time_limit_s=limit_s, gap=gap, seed=seed)
    rows = [{"site_id": ids[j], "alone": bool(np.isin(j, found.alone)), "together": bool(np.isin(j, found.closable)),
             "sole_weight": float(found.sole_weight[j])} for j in problem.candidates]
    record = {"closable": _names(ids, found.closable), "alone": _names(ids, found.alone), "saved": found.saved,
              "saved_at_most": found.saved_at_most, "sites": rows}
    if found.result.objective is None:
        return found.result, {"oversupply": record}, [(f"siting.{found.result.status}", {})]
    words = {"count": len(found.closable), "value": _number(found.saved), "alone": len(found.alone),
             "bound": "" if found.saved_at_most is None else _number(found.saved_at_most)}
    return found.result, {"oversupply": record}, [(f"siting.oversupply.{_how(found.result)}", words)]


def _how(answer: SitingResult) -> str:
    """Which of the three sentences an answer has."""
    return "unproven" if answer.bound is None else "proven" if answer.status == "optimal" else "bounded"


def _alternatives(found: Alternatives, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The alternatives as JSON records."""
    return [{"sites": _names(ids, plan.result.sites), "objective": plan.result.objective, "bound": plan.result.bound,
             "gap": plan.result.gap, "status": plan.result.status, "loss": plan.loss, "loss_at_most": plan.loss_at_most,
             "gained": _names(ids, plan.gained), "given_up": _names(ids, plan.given_up)} for plan in found.plans]


def _frontier(curve: Frontier, ids: Sequence[str]) -> dict[str, Any]:
    """The frontier as a JSON record."""
    points = [{"floor": point.floor, "worst_share": point.worst_share, "covered_weight": point.covered_weight, "bound": point.bound,
               "gap": point.gap, "status": point.status, "stopped": point.stopped, "dominated": point.dominated,
               "sites": _names(ids, point.sites)} for point in curve.points]
    return {"points": points, "most_share": curve.most_share, "most_weight": curve.most_weight, "stopped": curve.stopped}


def _names(ids: Sequence[str], sites: Any) -> list[str]:
    """Ids of sites."""
    return [ids[j] for j in sites]


def choice_listings(more: Mapping[str, Any], form: str, lang: str) -> list[str]:
    """What was asked for besides the plan, a table each; the tables that have no rows stand in CSV only."""
    rows = {kind: record[ROWS[kind]] if kind in ROWS else record for kind, record in more.items() if kind in COLUMNS}
    return [_choice_listing(kind, listed, form, lang) for kind, listed in rows.items() if listed or form == "csv"]


def _choice_listing(kind: str, rows: Sequence[Mapping[str, Any]], form: str, lang: str) -> str:
    """Stages, alternatives or points of a frontier as a table or as CSV; lists of ids are joined by spaces."""
    columns = COLUMNS[kind]
    plain = [{name: " ".join(row[name]) if isinstance(row[name], list) else row[name] for name in columns} for row in rows]
    if form == "csv":
        return as_csv(plain, columns)
    heads = [t(f"siting.column.{name}", lang) for name in columns]
    return as_table([[_shown(name, row[name], lang) for name in columns] for row in plain], heads, [name not in TEXTS for name in columns])


COLUMNS = {"stages": ("stage", "opened", "spent", "objective", "covered_weight"),
           "alternatives": ("objective", "loss", "loss_at_most", "gained", "given_up"),
           "frontier": ("floor", "worst_share", "covered_weight", "bound", "sites"),
           "oversupply": ("site_id", "alone", "together", "sole_weight")}
ROWS = {"frontier": "points", "oversupply": "sites"}
"""Where the rows of a table stand in its JSON record; elsewhere the record is the rows."""
TEXTS = ("site_id", "stage", "opened", "gained", "given_up", "sites")
SHARES = ("loss", "loss_at_most", "floor", "worst_share")


def _shown(name: str, value: Any, lang: str) -> str:
    """A cell of a table: shares in per cent."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return t(f"siting.said.{'yes' if value else 'no'}", lang)
    return f"{value * 100:.4g} %" if name in SHARES else _number(value)


def _number(value: float) -> str:
    """Six figures, and all that stand before the point."""
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:.6g}"
