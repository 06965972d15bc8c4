"""`planner solve`: a siting model on plain tables, answered with a bound (contract, section 2.2)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import as_csv, as_json, as_table, command_options, note, record_options, write
from planner.cli.solve_choices import Choices, answered, check_choices, choice_listings, choice_options, rule_options, rules_of
from planner.i18n import t

if TYPE_CHECKING:
    from planner.cli.solve_tables import Tables
    from planner.siting.results import SitingResult

MODELS = ("lscp", "mclp", "p_median", "p_center", "capacitated_mclp", "capacitated_p_median", "max_min_share")


def _amount(context: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """A finite number of 0 or more, else wrong usage."""
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise click.BadParameter(f"{value} is not a finite number of 0 or more")
    return value


@click.command("solve", help="Where to build: a siting model on plain tables, with a bound. 选址模型求解，给出可证明的界。")
@click.option("--model", type=click.Choice(MODELS), required=True, help="the model / 选址模型")
@click.option("--costs", type=click.Path(path_type=Path), required=True, metavar="FILE", help="CSV demand_id,site_id,cost / 费用（距离）表")
@click.option("--demand", type=click.Path(path_type=Path), metavar="FILE", help="CSV demand_id[,weight][,area] / 需求点表")
@click.option("--sites", type=click.Path(path_type=Path), metavar="FILE",
              help="CSV site_id[,cost][,capacity][,fixed][,area][,x_m,y_m] / 候选点表")
@click.option("--within", type=float, callback=_amount, metavar="C", help="greatest cost that serves, inclusive / 服务上限（含）")
@click.option("--p", type=click.IntRange(min=0), metavar="N", help="at most so many sites in all, existing ones included / 设施总数上限")
@click.option("--budget", type=float, callback=_amount, metavar="B", help="at most so much for new sites / 新建预算")
@click.option("--share", type=click.FloatRange(0, 1), metavar="S", help="lscp: share of all weight to cover / 需覆盖的比例")
@click.option("--split", is_flag=True, help="capacitated models: demand may be split among sites / 允许一个需求点分给多个设施")
@click.option("--cutoff", type=float, callback=_amount, metavar="C", help="p_median: cost of demand left unserved / 未服务需求按此费用计")
@click.option("--time-limit", type=click.FloatRange(min=0), default=60.0, show_default=True, metavar="S", help="seconds / 时间上限（秒）")
@click.option("--gap", type=click.FloatRange(min=0), default=0.0, show_default=True, help="stop at this relative gap / 达到该相对差距即停")
@click.option("--seed", type=int, default=1, show_default=True, help="seed of every random choice / 随机种子")
@choice_options
@rule_options
@record_options
@command_options
def command(model: str, costs: Path, demand: Path | None, sites: Path | None, within: float | None, p: int | None, budget: float | None,
            share: float | None, split: bool, cutoff: float | None, time_limit: float, gap: float, seed: int, choices: Choices, form: str,
            out: Path | None, lang: str, quiet: bool) -> None:
    """Reads the tables, solves the model and writes the answer."""
    check_choices(choices, model, p, budget)
    if model != "lscp" and p is None and budget is None and not choices.staged:
        raise click.UsageError(f"--model {model}: --p or --budget is needed")
    if share is not None and model != "lscp":
        raise click.UsageError("--share goes with --model lscp only")
    if cutoff is not None and model != "p_median":
        raise click.UsageError("--cutoff goes with --model p_median only")
    from planner.cli.solve_tables import read_tables
    from planner.siting.problem import siting_problem

    tables = read_tables(costs, demand, sites)
    problem = siting_problem(model, tables.pair_demand, tables.pair_site, tables.cost, weight=tables.weight, sites=len(tables.sites),
                             site_cost=tables.site_cost, fixed=tables.fixed, capacity=tables.capacity, area=tables.area, within=within,
                             p=len(tables.sites) if choices.staged else p, budget=budget, share=share, split=split, cutoff=cutoff,
                             rules=rules_of(choices, tables))
    answer, more, said = answered(problem, choices, tables.sites, time_limit, gap, seed)
    if form == "json":
        write(as_json(_record(answer, tables, split, cutoff) | more), out)
        return
    note(_sentence(answer, model, cutoff, lang), quiet or choices.other)
    for key, words in said:
        note(t(key, lang, **words), quiet)
    others = choice_listings(more, form, lang)
    one_table = form == "csv" and bool(others)  # one table a file: what was asked for besides the plan stands in its place
    write("\n".join(others if one_table else [_listing(answer, tables, form, lang), *others]), out)


def _record(answer: SitingResult, tables: Tables, split: bool, cutoff: float | None) -> dict[str, Any]:
    """The answer as the contract's JSON object."""
    record: dict[str, Any] = {
        "status": answer.status, "objective": answer.objective, "bound": answer.bound, "gap": answer.gap,
        "sites": [tables.sites[j] for j in answer.sites], "covered_weight": answer.covered_weight, "total_weight": answer.total_weight,
        "unreachable": [tables.demand[i] for i in answer.unreachable], "seed": answer.seed, "seconds": round(answer.seconds, 3),
        "method": answer.method, "stopped": answer.stopped, "reductions": dict(answer.reductions)}
    if cutoff is not None:
        record["unserved_weight"] = answer.unserved_weight
    given = answer.assignment
    if given is not None:
        order = sorted(range(len(given.demand)), key=lambda k: (given.demand[k], given.site[k]))
        if split:
            parts: dict[str, dict[str, float]] = {}
            for k in order:
                parts.setdefault(tables.demand[given.demand[k]], {})[tables.sites[given.site[k]]] = float(given.share[k])
            record["assignment"] = parts
        else:
            record["assignment"] = {tables.demand[given.demand[k]]: tables.sites[given.site[k]] for k in order}
    return record


def _sentence(answer: SitingResult, model: str, cutoff: float | None, lang: str) -> str:
    """The answer in a planner's words."""
    if answer.objective is None:
        return t(f"siting.{answer.status}", lang)
    shares = model in ("mclp", "capacitated_mclp") and answer.total_weight > 0
    scale, unit = (100 / answer.total_weight, " %") if shares else (100.0, " %") if model == "max_min_share" else (1.0, "")
    said = {"count": len(answer.sites), "value": f"{answer.objective * scale:.6g}{unit}",
            "bound": "" if answer.bound is None else f"{answer.bound * scale:.6g}{unit}"}
    how = "unproven" if answer.bound is None else "proven" if answer.status == "optimal" else "bounded"
    line = t(f"siting.{model}.{how}", lang, **said)
    if len(answer.unreachable):
        line += t("siting.unreachable", lang, count=len(answer.unreachable))
    if cutoff is not None and answer.unserved_weight:
        line += t("siting.unserved", lang, weight=f"{answer.unserved_weight:.6g}")
    return line


def _listing(answer: SitingResult, tables: Tables, form: str, lang: str) -> str:
    """The sites, each with the demand and the weight that go to it (models that assign) or that it can reach."""
    import numpy as np

    count, weight = np.zeros(len(tables.sites)), np.zeros(len(tables.sites))
    given = answer.assignment
    if given is not None:
        np.add.at(count, given.site, 1)
        np.add.at(weight, given.site, tables.weight[given.demand] * given.share)
    rows = [{"site_id": tables.sites[j], "fixed": 0 if tables.fixed is None else int(tables.fixed[j]),
             "demands": int(count[j]) if given is not None else None, "weight": float(weight[j]) if given is not None else None}
            for j in answer.sites]
    if form == "csv":
        return as_csv(rows, ("site_id", "fixed", "demands", "weight"))
    heads = [t(f"siting.column.{name}", lang) for name in ("site_id", "fixed", "demands", "weight")]
    shown = [[str(row["site_id"]), t("siting.exists", lang) if row["fixed"] == 1 else "",
              "" if row["demands"] is None else str(row["demands"]), "" if row["weight"] is None else f"{row['weight']:g}"] for row in rows]
    return as_table(shown, heads, [False, False, True, True])
